/** Runs the Go templates of a chart and its dependencies in this thread. */
import type { ValueMap } from '../../yaml/value.ts';
import { renderGoTemplates } from './engine.ts';
import type { GoInput, GoOutput } from './engine.ts';
import { FunctionNotLoaded } from './exec-errors.ts';
import { loadFunctions } from './functions/index.ts';

/**
 * Renders, and renders again where a function has to be loaded first.
 *
 * @param freshValues gives a fresh copy of the merged values for each time, since templates may change them
 * @throws {PkgError} as {@link renderGoTemplates}
 */
export async function printHere(input: Omit<GoInput, 'values'>, freshValues: () => ValueMap): Promise<GoOutput> {
  for (;;) {
    try {
      return await renderGoTemplates({ ...input, values: freshValues() });
    } catch (error) {
      if (!(error instanceof FunctionNotLoaded)) throw error;
      await loadFunctions([error.function]);
    }
  }
}
