import type { Json } from '../../yaml/value.ts';
import { fromPlain } from '../../yaml/value.ts';

/** Block YAML as Helm prints it, character for character; loaded when it is wanted. */
export async function goYaml(value: Json): Promise<string> {
  const [{ printYaml }, { decodeText, fromValue }] = await Promise.all([
    import('../../render/gotemplate/data/yaml-print.ts'),
    import('../../render/gotemplate/value.ts'),
  ]);
  return decodeText(printYaml(fromValue(fromPlain(value))));
}
