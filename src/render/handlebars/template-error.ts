/** Errors at positions of templates, and the calls of partials that led there. */
import type { ErrorCode, Excerpt, Position } from '../../errors.ts';
import { tplExcerpt } from '../excerpt.ts';
import { ValueError } from '../../chart/value-error.ts';
import type { Location, Template } from './ast.ts';

/** The hint for braces that are meant literally. */
export const LITERAL_BRACES =
  'braces that are meant literally are written \\{{ … }}, or between {{{{raw}}}} and {{{{/raw}}}}';

/** The hint for `{}` and `[]` in a mustache. */
export const NEW_VALUES =
  'a map is written (dict "key" value), a list (list "a" "b"), and empty ones (dict) and (list)';

/** The call of a partial that led to a position; `outer` is the call around it. */
export type CallSite = { what: string; template: Template; loc: Location; outer: CallSite | undefined };

/** Where something comes from: its template, and the calls that led there. */
export type Origin = { readonly template: Template; readonly calls: CallSite | undefined };

/** The position of a node: Handlebars counts columns from 0. */
export function positionIn(template: Template, loc: Location): Position & { line: number; column: number } {
  return { file: template.file, line: loc.start.line, column: loc.start.column + 1 };
}

/**
 * Makes an error at a node of a template.
 *
 * @param where the node; `calls` is the innermost of the calls that led there
 */
export function templateError(
  code: ErrorCode,
  message: string,
  where: { template: Template; loc: Location; calls: CallSite | undefined },
  details: { hints?: readonly string[]; notes?: readonly string[]; valuePath?: readonly string[] | undefined } = {},
): ValueError {
  const { at, excerpts, textPath } = positionsOf(where);
  const error = new ValueError(code, message, {
    at,
    excerpts,
    hints: details.hints ?? [],
    notes: [...(details.notes ?? []), ...describeCalls(where.calls)],
  });
  error.textPath = textPath;
  error.valuePath = details.valuePath;
  return error;
}

/**
 * The position of an error: in a text that `tpl` runs it has two, the call of `tpl` in a file, and that in the text.
 */
function positionsOf({ template, loc, calls }: { template: Template; loc: Location; calls: CallSite | undefined }): {
  at: Position;
  excerpts: Excerpt[];
  textPath: readonly string[] | undefined;
} {
  const { line, column, ...at } = positionIn(template, loc);
  if (template.text === undefined) return { at: { ...at, line, column }, excerpts: [], textPath: undefined };
  const call = callInFile(calls);
  return {
    at: call === undefined ? at : positionIn(call.template, call.loc),
    excerpts: [tplExcerpt(template.source, { line, column }, call?.template.source ?? '')],
    textPath: template.text.path(),
  };
}

/** The innermost call that is written in a file, and not in a text that `tpl` runs. */
export function callInFile(calls: CallSite | undefined): CallSite | undefined {
  let call = calls;
  while (call?.template.text !== undefined) call = call.outer;
  return call;
}

/** A runaway recursion has thousands of callers, of which only the innermost are shown. */
const MAX_SHOWN_CALLS = 8;

/** The calls that led to an error, a line for each. */
export function describeCalls(calls: CallSite | undefined): string[] {
  const lines: string[] = [];
  for (let call = calls; call !== undefined; call = call.outer) {
    if (lines.length === MAX_SHOWN_CALLS) {
      lines.push('…');
      break;
    }
    const { file, line, column } = positionIn(call.template, call.loc);
    lines.push(`in ${call.what}, called at ${file}:${line}:${column}`);
  }
  return lines;
}

/** A path into the values of the subchart at `at`, as a path into those of the top chart. */
export function inTopValues(path: readonly string[] | undefined, at: readonly string[]): readonly string[] | undefined {
  return path === undefined || path[0] === 'global' ? path : [...at, ...path];
}

/**
 * The hint for a text in the quotes of word processors, which is read as a name. The pattern has escapes: the parts of
 * the program are read as bytes, and the build escapes only what is outside of patterns.
 */
export function straightQuotes(name: string): string | undefined {
  if (!/^[\u2018-\u201f`]/.test(name)) return undefined;
  return `put a text in straight quotes: "${name.replaceAll(/[\u2018-\u201f`]/g, '')}"`;
}
