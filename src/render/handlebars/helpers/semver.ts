import { satisfies } from '../../../chart/constraint.ts';
import { helper, text } from './parameters.ts';
import { PkgError } from '../../../errors.ts';
import type { Helper } from './types.ts';

/** Versions. */
export const versions: Record<string, Helper> = {
  semverCompare: helper([text('constraint'), text('version')], ([constraint, version], context) => {
    try {
      return satisfies(version, constraint);
    } catch (error) {
      if (!(error instanceof PkgError)) throw error;
      return context.fail(`semverCompare cannot compare: ${error.message}`, [...error.hints]);
    }
  }),
};
