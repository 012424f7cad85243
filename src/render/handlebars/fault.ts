import type { ErrorCode, Position } from '../../errors.ts';
import { ValueFault } from '../../chart/value-fault.ts';
import type { Location, Template } from './ast.ts';

/** One step of the way to a fault: which partial was entered where. */
export type CallSite = { what: string; template: Template; loc: Location; outer: CallSite | undefined };

/** The position of a node: Handlebars counts columns from 0. */
export function positionIn(template: Template, loc: Location): Position {
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
): ValueFault {
  const fault = new ValueFault(code, message, {
    at: positionIn(where.template, where.loc),
    hints: details.hints ?? [],
    notes: [...(details.notes ?? []), ...describeCalls(where.calls)],
  });
  fault.valuePath = details.valuePath;
  return fault;
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
