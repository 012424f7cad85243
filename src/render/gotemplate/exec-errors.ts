/** The errors of running templates, before `explain.ts` makes a `PkgError` of them. */
import type { PkgError } from '../../errors.ts';
import { GoError } from './functions/signature.ts';
import type { AstNode } from './node.ts';
import type { Template } from './template.ts';
import type { GoMap, GoValue, OptionalValue } from './value.ts';

/** A call of a template that an error came through: by `include` or `template`, or of a text by `tpl`. */
export type CallFrame = { how: 'include' | 'template' | 'tpl'; name: string; template: Template; node: AstNode };

/** A value of a type that does not fit, and the type in Go's words, or `loop` where a list or a map is needed. */
export type WrongValue = { value: OptionalValue; wanted: string };

/** An error at a node of a template, in Go's words. Its name is that of Go's text/template. */
export class ExecError extends Error {
  override readonly name = 'ExecError';
  /** The template that was running. */
  readonly template: Template;
  readonly node: AstNode;
  /** The calls that led to the template, innermost first. */
  readonly frames: CallFrame[] = [];
  /** For an error about a field of nil: the map that lacks the value, and the key that it was asked for. */
  readonly missing: { map: GoMap; name: string } | undefined;
  /** `$` of the template that was running. */
  dollar: GoValue | undefined;
  /** For an error about a field that a value does not have: the value, and the name of the field. */
  readonly field: { of: GoValue; name: string } | undefined;
  /** For an error about the type of a value: the value, and what it should be. */
  readonly wrong: WrongValue | undefined;
  /** The render exceeded a bound (`functions/limits.ts`). */
  readonly isLimit: boolean;

  constructor(
    message: string,
    template: Template,
    node: AstNode,
    more: {
      missing?: { map: GoMap; name: string };
      field?: { of: GoValue; name: string };
      wrong?: WrongValue;
      isLimit?: boolean;
      cause?: unknown;
    } = {},
  ) {
    super(message, more.cause === undefined ? undefined : { cause: more.cause });
    this.template = template;
    this.node = node;
    this.missing = more.missing;
    this.field = more.field;
    this.wrong = more.wrong;
    this.isLimit = more.isLimit ?? false;
  }
}

/** A text given to `tpl` has a syntax error. */
export class TplSyntaxError extends GoError {
  readonly text: string;
  /** The error of the parser, with the line and column in the text. */
  readonly error: PkgError;

  constructor(message: string, text: string, error: PkgError) {
    super(message);
    this.text = text;
    this.error = error;
  }
}

/**
 * A function is called whose code is not loaded: a text that was made at run time names it, or it is in a group that is
 * loaded only when it is called. The render is run again with it.
 */
export class FunctionNotLoaded extends Error {
  readonly function: string;

  constructor(name: string) {
    super(`the function ${name} is not loaded`);
    this.function = name;
  }
}

/** `required` or `fail` was called: the message is that of the chart's author for the user. */
export class ChartMessage extends Error {}
