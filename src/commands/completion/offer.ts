/** What a completion is made from, and what it offers. */
import type { GlobalFlags } from '../support/global-flags.ts';
import { Directive } from './directive.ts';

/** A word that a shell may insert, and the text that describes it. */
export type Candidate = { word: string; description?: string };

/** The words before the one that is completed, as the command reads them. */
export type Line = {
  args: readonly string[];
  values: GlobalFlags & Record<string, unknown>;
  /** The chart among the arguments; undefined when none has been typed yet. */
  chart: string | undefined;
};

/** Candidates, and the sum of the directives that tell the shell what to do with them. */
export type Offer = { candidates: Candidate[]; directive: number };

/** Offers nothing, file names included. */
export const NOTHING: Offer = { candidates: [], directive: Directive.noFiles };
