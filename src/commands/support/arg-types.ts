/** The types of arguments: oclif's, with what completion has to know of them. */
import { custom } from '@oclif/core/args';
import type { Arg, ArgDefinition, ArgInput } from '@oclif/core/interfaces';
import type { Completion } from './flag-types.ts';

/** Properties of an argument beside oclif's. */
export type ArgExtras = {
  complete?: Completion;
  /** Words that completion offers; other words are not refused. */
  suggestions?: readonly string[];
};

/**
 * A text. With `ignoreStdin`, because oclif would read a missing argument from standard input, which may hold values.
 */
export const string: ArgDefinition<string, ArgExtras> = custom<string, ArgExtras>({ ignoreStdin: true });

/** The description of a CHART argument. */
export const CHART_SUMMARY =
  'a chart: folder, archive, BUNDLE.tar[#NAME], URL, oci://HOST/PATH, REPOSITORY/NAME, or NAME';

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
