/** The intermediate form of a template: native expressions and blocks, but the text and white space of the Go template. */
import type { Expression, Trail } from './expression.ts';

/** Something that may be a structure: a partial or a value. `text` is the expression for it where a text is needed. */
export type Content = {
  structure: { partial: string; context: Expression | undefined } | { value: Expression };
  text: Expression;
};

/** A part of a template. `pos` is its offset in the Go template. */
export type Piece =
  | { type: 'text'; text: string }
  | { type: 'value'; value: Expression; pos: number }
  /** Several lines. `indent` is the width that `indent` or `nindent` got; `isNewLine` is for `nindent`, and for definitions that begin with a line break. */
  | { type: 'block'; content: Content; indent: number | undefined; isNewLine: boolean; pos: number }
  | Control;

/** `if`, `each` and `with`. A chain of `else if` has several branches; the last one may have no test. */
export type Control = { type: 'control'; branches: readonly Branch[]; pos: number };
/** One branch of a {@link Control}. */
export type Branch = {
  /** What opens the branch; undefined for `else`. */
  opens: { block: 'if' | 'each' | 'with'; value: Expression; names: readonly string[] } | undefined;
  body: readonly Piece[];
};

/** What values.yaml has at a path: `empty` is an empty text, undefined is nothing. */
export type DefaultAt = (trail: Trail | undefined) => 'map' | 'list' | 'empty' | 'other' | undefined;
