/** The arguments that commands have: oclif's, with what shells have to know of them. */
import { custom } from '@oclif/core/args';
import type { Arg, ArgDefinition, ArgInput } from '@oclif/core/interfaces';
import type { Completion } from './flag-types.ts';

/** What an argument may hold beside what oclif knows. */
export type ArgExtras = {
  complete?: Completion;
  /** Words to offer for it; the command itself says which ones it takes. */
  suggestions?: readonly string[];
};

/** An argument as it is typed. Oclif would read one that is missing from standard input, which may hold values. */
export const string: ArgDefinition<string, ArgExtras> = custom<string, ArgExtras>({ ignoreStdin: true });

/** What the help of commands that take a chart says. */
export const CHART_SUMMARY =
  'a chart: a folder, an archive, BUNDLE.tar[#NAME], an address, oci://HOST/PATH, REPOSITORY/NAME, or a name';

/** The chart that a command works on. */
export const chart: Arg<string> = string({ required: true, description: CHART_SUMMARY, complete: 'chart' });

/**
 * `[NAME] CHART` of `install` and `template`. Oclif wants optional arguments last; `optionalFirst` of the command puts
 * NAME first again.
 */
export const NAME_AND_CHART: ArgInput<{ CHART: string; NAME: string | undefined }> = {
  CHART: chart,
  NAME: string({ description: 'the name of the release' }),
};

/** The release that a command works on. */
export const release: Arg<string> = string({
  required: true,
  description: 'the name of the release',
  complete: 'release',
});
