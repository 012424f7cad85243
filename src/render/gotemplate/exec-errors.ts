/** Errors of running templates, on their way up. */
import type { PkgError } from '../../errors.ts';
import { GoError } from './functions/signature.ts';
import type { AstNode } from './node.ts';
import type { Template } from './template.ts';
import type { GoMap, GoValue } from './value.ts';

/** Where a template was entered that led to a fault. */
export type CallFrame = { how: 'include' | 'template' | 'tpl'; name: string; template: Template; node: AstNode };

/** What went wrong while a template ran, in Go's words. */
export class ExecError extends Error {
  override readonly name = 'ExecError';
  readonly template: Template;
  readonly node: AstNode;
  /** What was entered where on the way here, innermost first. */
  readonly frames: CallFrame[] = [];
  /** The map that lacks a value, and the name that it was asked for. */
  readonly missing: { map: GoMap; name: string } | undefined;
  /** `$` of the template in which it is. */
  dollar: GoValue | undefined;
  /** The name that a value does not have, which is no map, and the value. */
  readonly field: { of: GoValue; name: string } | undefined;
  /** A bound of ours, not an error of the template's. */
  readonly isLimit: boolean;

  constructor(
    message: string,
    template: Template,
    node: AstNode,
    more: {
      missing?: { map: GoMap; name: string };
      field?: { of: GoValue; name: string };
      isLimit?: boolean;
      cause?: unknown;
    } = {},
  ) {
    super(message, more.cause === undefined ? undefined : { cause: more.cause });
    this.template = template;
    this.node = node;
    this.missing = more.missing;
    this.field = more.field;
    this.isLimit = more.isLimit ?? false;
  }
}

/** A text that `tpl` was to run is no template. */
export class TplSyntaxError extends GoError {
  readonly text: string;
  /** What the parser says, with the position in the text, which has no file. */
  readonly error: PkgError;

  constructor(message: string, text: string, error: PkgError) {
    super(message);
    this.text = text;
    this.error = error;
  }
}

/** A function is needed whose code was not loaded: a text that `tpl` ran named it. */
export class FunctionNotLoaded extends Error {
  readonly function: string;

  constructor(name: string) {
    super(`the function ${name} is not loaded`);
    this.function = name;
  }
}

/** What `required` and `fail` throw: a message of the chart's author for its user. */
export class ChartMessage extends Error {}
