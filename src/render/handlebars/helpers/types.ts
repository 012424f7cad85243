import type { Value } from '../../../yaml/value.ts';
import type { Lookup } from '../../render.ts';

/** A name that is not there, as a helper's argument: not null, which is a value that somebody wrote. */
export const ABSENT: unique symbol = Symbol('absent');

/** What a helper is called with. */
export type Argument = Value | typeof ABSENT;

/** What a helper knows beside its arguments. */
export type HelperContext = {
  /** The name by which the helper was called. */
  helper: string;
  /** The time of this render: the same in all templates. */
  now(): Date;
  /**
   * The text that `make` made when this call (helper name and arguments, in this chart and release) ran
   * first; `make` runs only when none is stored. What it gives is stored beside the record of the release.
   *
   * @param form what every text of this call looks like, where that tells it from most other texts: so one that
   *   lives in the cluster is known again when nothing is stored
   */
  remember(name: string, args: readonly Argument[], make: () => string, form?: RegExp): string;
  /** Reads live objects, where a cluster may be asked. */
  lookup?: Lookup;
  /** Throws: `PKG_TEMPLATE_FAILED` for the helper `fail`, `PKG_TEMPLATE_HELPER` for any other, at the call. */
  fail(message: string, hints?: string[]): never;
};

/**
 * A helper: named arguments come in `hash`. Pure but for what `context` gives: what it is called with is
 * never changed. Fails through `context.fail`.
 */
export type Helper = {
  (args: Argument[], hash: Map<string, Argument>, context: HelperContext): Argument;
  /** What is wrong with a call of so many arguments, if that alone tells. */
  wrongCount?: (name: string, count: number) => { message: string; hint: string } | undefined;
};
