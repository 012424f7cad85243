import type { ErrorCode, Excerpt, Position } from '../../errors.ts';
import { tplExcerpt } from '../excerpt.ts';
import { ValueError } from '../../chart/value-error.ts';
import type { Location, Template } from './ast.ts';

/** One step of the way to a fault: which partial was entered where. */
export type CallSite = { what: string; template: Template; loc: Location; outer: CallSite | undefined };

/** Where something was printed: in which template, and by which partials it was reached. */
export type Origin = { readonly template: Template; readonly calls: CallSite | undefined };

/** The position of a node: Handlebars counts columns from 0. */
export function positionIn(template: Template, loc: Location): Position & { line: number; column: number } {
  return { file: template.file, line: loc.start.line, column: loc.start.column + 1 };
}

/**
 * Makes a fault at a node of a template.
 *
 * @param calls the partials that led there, innermost first
 */
export function faultAt(
  code: ErrorCode,
  message: string,
  where: { template: Template; loc: Location; calls: CallSite | undefined },
  details: { hints?: readonly string[]; notes?: readonly string[]; valuePath?: readonly string[] | undefined } = {},
): ValueError {
  const { at, excerpts, textPath } = placeOf(where);
  const fault = new ValueError(code, message, {
    at,
    excerpts,
    hints: details.hints ?? [],
    notes: [...(details.notes ?? []), ...describeCalls(where.calls)],
  });
  fault.textPath = textPath;
  fault.valuePath = details.valuePath;
  return fault;
}

/** Where an error is: in a text of `tpl` it is in the file that runs it, and in the text. */
function placeOf({ template, loc, calls }: { template: Template; loc: Location; calls: CallSite | undefined }): {
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

/** The call by which a file, and not a text of `tpl`, led to an error. */
export function callInFile(calls: CallSite | undefined): CallSite | undefined {
  let call = calls;
  while (call?.template.text !== undefined) call = call.outer;
  return call;
}

/** At most a handful of lines: a runaway recursion has thousands of callers. */
const SHOWN_CALLS = 8;

/** The way to a fault, a line for each step. */
export function describeCalls(calls: CallSite | undefined): string[] {
  const lines: string[] = [];
  for (let call = calls; call !== undefined; call = call.outer) {
    if (lines.length === SHOWN_CALLS) {
      lines.push('…');
      break;
    }
    const { file, line, column } = positionIn(call.template, call.loc);
    lines.push(`in ${call.what}, called at ${file}:${line}:${column}`);
  }
  return lines;
}

/** A path into the values of a subchart as one into those of the top chart. */
export function inTopValues(path: readonly string[] | undefined, at: readonly string[]): readonly string[] | undefined {
  return path === undefined || path[0] === 'global' ? path : [...at, ...path];
}
