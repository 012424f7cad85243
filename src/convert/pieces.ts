/** What a Go template says, in terms of native ones, before it is laid out. */
import type { Expression, Trail } from './expression.ts';

/** What a `{{> partial}}` or a value that is a structure of its own is, and what stands for it in a text. */
export type Content = {
  structure: { partial: string; context: Expression | undefined } | { value: Expression };
  text: Expression;
};

/** A part of a template. `pos` is where it stands in the Go template. */
export type Piece =
  | { type: 'text'; text: string }
  | { type: 'value'; value: Expression; pos: number }
  /** Lines of their own. `indent` of `nindent` and `indent`; `isNewLine` for the first of these two. */
  | { type: 'block'; content: Content; indent: number | undefined; isNewLine: boolean; pos: number }
  | Control;

/** `if`, `each` and `with`. A chain of `else if` has several branches; the last one may have no test. */
export type Control = { type: 'control'; branches: readonly Branch[]; pos: number };
export type Branch = {
  /** What opens the branch; undefined for `else`. */
  opens: { block: 'if' | 'each' | 'with'; value: Expression; names: readonly string[] } | undefined;
  body: readonly Piece[];
};

/** What a path below the chart's values holds by default; `empty` is an empty text, undefined nothing. */
export type DefaultAt = (trail: Trail | undefined) => 'map' | 'list' | 'empty' | 'other' | undefined;
