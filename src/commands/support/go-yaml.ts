import { PkgError } from '../../errors.ts';
import type { Json } from '../../yaml/value.ts';
import { fromPlain } from '../../yaml/value.ts';

/**
 * Block YAML as Helm prints it, character for character; loaded when it is wanted.
 *
 * @throws {PkgError} `PKG_VALUES_INVALID` for what Go's YAML cannot hold: some control characters
 */
export async function goYaml(value: Json): Promise<string> {
  const [{ printYaml }, { decodeText, fromValue }, { GoError }] = await Promise.all([
    import('../../render/gotemplate/data/yaml-print.ts'),
    import('../../render/gotemplate/value.ts'),
    import('../../render/gotemplate/functions/signature.ts'),
  ]);
  try {
    return decodeText(printYaml(fromValue(fromPlain(value))));
  } catch (error) {
    if (!(error instanceof GoError)) throw error;
    throw new PkgError(
      'PKG_VALUES_INVALID',
      `this cannot be printed as YAML: ${error.message.replace(/^yaml: /, '')}`,
      {
        hints: ['print it as JSON, with -o json'],
        cause: error,
      },
    );
  }
}
