/** What the texts of Go templates may name, wherever they are parsed. */
import { findBuiltin } from './builtins.ts';
import { isFunction } from './functions/index.ts';
import type { Parsed, Trace } from './template.ts';
import { parseTemplate } from './parse.ts';

/** Is there a function of this name, Go's own, Sprig's or Helm's? */
export function isKnownFunction(name: string): boolean {
  return findBuiltin(name) !== undefined || isFunction(name);
}

/** What positions in texts of `tpl` have for a file. */
export const TPL_FILE = 'gotpl';

/** Parses a text of `tpl`, which goes by the name of Helm's engine. Throws as `parseTemplate` does. */
export function parseText(text: string, trace?: Trace): Parsed {
  return parseTemplate({ name: 'gotpl', file: TPL_FILE, text, ...(trace && { trace }) }, isKnownFunction);
}
