/** The types of helpers and of their arguments. */
import type { Value } from '../../../yaml/value.ts';
import type { Lookup } from '../../render.ts';

/** The argument for a name that does not exist. Null is another thing: a value that somebody wrote. */
export const ABSENT: unique symbol = Symbol('absent');

/** What a helper is called with. */
export type Argument = Value | typeof ABSENT;

/** What a helper gets beside its arguments. */
export type HelperContext = {
  /** The name by which the helper was called. */
  helper: string;
  /** The time of this render: the same in all templates. */
  now(): Date;
  /**
   * The stored value of this call (helper name and arguments, in this chart and release); where none is stored, that of
   * `make`, which is then stored beside the release record.
   *
   * @param form matches all values of this call and few other texts: by it the value of an object in the cluster is
   *   recognised when nothing is stored
   */
  remember(name: string, args: readonly Argument[], make: () => string, form?: RegExp): string;
  /** Reads objects of the cluster; undefined where there is none, as for `template`. */
  lookup?: Lookup;
  /**
   * Throws: `PKG_TEMPLATE_FAILED` for the helper `fail`, `PKG_TEMPLATE_HELPER` for any other, at the call.
   *
   * @param argument the index of the argument that is wrong, if it is one
   */
  fail(message: string, hints?: string[], argument?: number): never;
};

/**
 * A helper. Named arguments come in `hash`. It never changes its arguments, has no effects but by `context`, and fails
 * through `context.fail`.
 */
export type Helper = {
  (args: Argument[], hash: Map<string, Argument>, context: HelperContext): Argument;
  /** The error of a call with `count` arguments, if their number is wrong. */
  wrongCount?: (name: string, count: number) => { message: string; hint: string } | undefined;
};
