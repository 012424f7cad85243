/** The name of a release by `--name-template`. */
import { PkgError } from '../../errors.ts';
import { ExecError } from './exec-errors.ts';
import { loadFunctions } from './functions/index.ts';
import { LimitReached, metered } from '../functions/limits.ts';
import { isKnownFunction, parseText } from './known-functions.ts';
import { defineAll, Machine } from './machine.ts';
import type { Namespace } from './machine.ts';
import { parseTemplate } from './parse.ts';
import { decodeText, encodeText } from './value.ts';

/**
 * Renders the template of `--name-template` to the name of a release. It may use all functions, and has no values.
 *
 * @throws {PkgError} `PKG_USAGE` when it cannot be parsed, or fails
 */
export async function renderNameTemplate(template: string): Promise<string> {
  try {
    const source = { name: 'name-template', file: '--name-template', text: encodeText(template) };
    const { templates, functions } = parseTemplate(source, isKnownFunction);
    await loadFunctions(functions);
    const namespace: Namespace = new Map();
    defineAll(namespace, templates);
    const main = namespace.get(source.name);
    if (main === undefined) return '';
    const machine = new Machine(namespace, {
      limits: { depth: 1000, steps: 1_000_000, outputLength: 1 << 20 },
      lookup: () => new Map(),
      now: new Date(),
      lint: false,
      enableDns: false,
      parse: parseText,
    });
    return decodeText(metered(machine.meter, () => machine.execute(main, undefined)));
  } catch (error) {
    if (!(error instanceof ExecError) && !(error instanceof PkgError) && !(error instanceof LimitReached)) throw error;
    throw new PkgError('PKG_USAGE', `--name-template: ${decodeText(error.message)}`, { cause: error });
  }
}
