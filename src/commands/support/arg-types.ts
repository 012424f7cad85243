/** The arguments that commands have: oclif's, with what shells have to know of them. */
import { custom } from '@oclif/core/args';
import type { ArgDefinition } from '@oclif/core/interfaces';
import type { Completion } from './flag-types.ts';

/** What an argument may hold beside what oclif knows. */
export type ArgExtras = {
  complete?: Completion;
  /** Words to offer for it; the command itself says which ones it takes. */
  suggestions?: readonly string[];
};

/** An argument as it is typed. Oclif would read one that is missing from standard input, which may hold values. */
export const string: ArgDefinition<string, ArgExtras> = custom<string, ArgExtras>({ ignoreStdin: true });
