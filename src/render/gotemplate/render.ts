/** Renders the Go templates of a chart and its dependencies to documents. */
import { PkgError } from '../../errors.ts';
import type { ValueMap } from '../../yaml/value.ts';
import type { Documents } from '../engines.ts';
import { NotYaml, readDocuments } from './manifests.ts';
import type { GoInput, GoOutput } from './engine.ts';
import { printHere } from './print-here.ts';

/**
 * Runs the templates and splits what they print into documents.
 *
 * @param freshValues gives a fresh copy of the merged values for each time, since templates may change them
 * @throws {PkgError} for errors of templates, and for documents that are not YAML
 */
export async function renderGo(input: Omit<GoInput, 'values'>, freshValues: () => ValueMap): Promise<Documents> {
  const { texts, notes } = await printGo(input, freshValues);
  try {
    return { ...readDocuments(texts), notes };
  } catch (error) {
    if (!(error instanceof NotYaml)) throw error;
    const { explainNotYaml } = await import('./not-yaml.ts');
    throw await explainNotYaml(error, input, freshValues);
  }
}

/**
 * Runs the templates; where they overflow the stack, again in a thread with a larger one.
 *
 * @param freshValues as for {@link renderGo}
 * @throws {PkgError} for errors of templates
 */
export async function printGo(input: Omit<GoInput, 'values'>, freshValues: () => ValueMap): Promise<GoOutput> {
  try {
    return await printHere(input, freshValues);
  } catch (error) {
    const isLimit = error instanceof PkgError && error.code === 'PKG_TEMPLATE_LIMIT';
    // Native templates cannot call those of a thread.
    if (!isLimit || input.openNative !== undefined) throw error;
    const { isOverflow, printDeep } = await import('./large-stack.ts');
    const printed = isOverflow(error) ? await printDeep({ ...input, values: freshValues() }) : undefined;
    if (printed === undefined) throw error;
    return printed;
  }
}
