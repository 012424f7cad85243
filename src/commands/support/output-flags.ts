/** The flag for the format of a result. */
import type { FlagInput } from '@oclif/core/interfaces';
import * as Flags from './flag-types.ts';

/** How a result is printed. */
export const OUTPUT_FLAG: FlagInput<{ output: string }> = {
  output: Flags.string({
    char: 'o',
    helpValue: 'FORMAT',
    options: ['table', 'json', 'yaml'],
    default: 'table',
    summary: 'output format',
  }),
};
