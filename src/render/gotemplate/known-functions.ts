/** The names of functions that templates may use, and parsing the texts of `tpl` with them. */
import { findBuiltin } from './builtins.ts';
import { isFunction } from './functions/index.ts';
import type { Parsed, Trace } from './template.ts';
import { parseTemplate } from './parse.ts';

/** Whether there is a function of this name, of Go, Sprig or Helm. */
export function isKnownFunction(name: string): boolean {
  return findBuiltin(name) !== undefined || isFunction(name);
}

/** The file that positions in texts of `tpl` name. */
export const TPL_FILE = 'gotpl';

/** Parses a text of `tpl`; its name, `gotpl`, is the one that Helm gives it. @throws {PkgError} as {@link parseTemplate} */
export function parseText(text: string, trace?: Trace): Parsed {
  return parseTemplate({ name: 'gotpl', file: TPL_FILE, text, ...(trace && { trace }) }, isKnownFunction);
}
