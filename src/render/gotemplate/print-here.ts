/** Runs the Go templates of a chart tree in this thread. */
import type { ValueMap } from '../../yaml/value.ts';
import { renderGoTemplates } from './engine.ts';
import type { GoInput, GoOutput } from './engine.ts';
import { FunctionNotLoaded } from './exec-errors.ts';
import { loadFunctions } from './functions/index.ts';

/**
 * Runs the templates with the stack that there is.
 *
 * @param freshValues gives the merged values anew each time: templates change them
 * @throws {PkgError} for templates
 */
export async function printHere(input: Omit<GoInput, 'values'>, freshValues: () => ValueMap): Promise<GoOutput> {
  for (;;) {
    try {
      return await renderGoTemplates({ ...input, values: freshValues() });
    } catch (error) {
      // A text that was made at run time may name a function that no file names, and few calls need more code.
      if (!(error instanceof FunctionNotLoaded)) throw error;
      await loadFunctions([error.function]);
    }
  }
}
