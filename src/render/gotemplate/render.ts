/** Go templates of a chart tree become documents. */
import { PkgError } from '../../errors.ts';
import type { ValueMap } from '../../yaml/value.ts';
import type { Documents } from '../engines.ts';
import type { GoTemplates } from '../render.ts';
import { NotYaml, readDocuments } from './manifests.ts';
import type { GoInput, GoOutput } from './engine.ts';
import { printHere } from './print-here.ts';

/**
 * Runs the Go templates of a chart tree and takes apart what they print.
 *
 * @param freshValues gives the merged values anew each time: templates change them
 * @throws {PkgError} for templates, and for documents that are no YAML
 */
export async function renderGo(
  input: Omit<GoInput, 'values'>,
  freshValues: () => ValueMap,
): Promise<Documents & { templates: GoTemplates }> {
  const { texts, notes, templates } = await printGo(input, freshValues);
  try {
    return { ...readDocuments(texts), notes, templates };
  } catch (error) {
    if (!(error instanceof NotYaml)) throw error;
    const { explainNotYaml } = await import('./not-yaml.ts');
    throw await explainNotYaml(error, input, freshValues);
  }
}

/** Runs the Go templates of a chart tree. Arguments are as for {@link renderGo}, and errors, but for those of YAML. */
export async function printGo(input: Omit<GoInput, 'values'>, freshValues: () => ValueMap): Promise<GoOutput> {
  try {
    return await printHere(input, freshValues);
  } catch (error) {
    const isLimit = error instanceof PkgError && error.code === 'PKG_TEMPLATE_LIMIT';
    // Native templates ask for single templates later, which have to be here then.
    if (!isLimit || input.isMixed === true) throw error;
    const { isOverflow, printDeep } = await import('./large-stack.ts');
    const printed = isOverflow(error) ? await printDeep({ ...input, values: freshValues() }) : undefined;
    if (printed === undefined) throw error;
    return { ...printed, templates: { names: () => [], print: () => undefined, text: (_chart, _file, text) => text } };
  }
}
