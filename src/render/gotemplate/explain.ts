/** What a person is told when a template fails: Go's own words, where it happened, how it came there, and which value was missing. */
import { PkgError } from '../../errors.ts';
import { printable } from '../../errors-text.ts';
import { nearest } from '../../nearest.ts';
import { ValueFault } from '../../chart/value-fault.ts';
import { ChartMessage } from './fault.ts';
import type { Frame, GoFault } from './fault.ts';
import { placeOf, printNode } from './node.ts';
import type { Node, Template } from './node.ts';
import type { Scope } from './scope.ts';
import { quote } from './utf8.ts';
import { decodeText, TypedMap } from './value.ts';
import type { GoMap, GoValue } from './value.ts';

/** A runaway recursion has thousands of callers. */
const SHOWN_FRAMES = 8;
const SHOWN_EXPRESSION = 160;

/**
 * Makes the error of a fault in a template of a chart.
 *
 * @param names of all templates, for a hint where one is not there
 */
export function explain(fault: GoFault, scope: Scope, names: Iterable<string>): PkgError {
  const { template, node } = fault;
  const at = positionOf(template, node);
  const message = decodeText(fault.message);
  if (fault.isLimit) {
    return new PkgError('PKG_TEMPLATE_LIMIT', message, { at, notes: framesOf(fault.frames), cause: fault });
  }
  // What the chart's author says to its user needs no expression beside it.
  if (fault.cause instanceof ChartMessage) {
    return new PkgError('PKG_TEMPLATE_FAILED', message, { at, notes: framesOf(fault.frames), cause: fault });
  }
  const notes = [`while it evaluates ${expressionOf(node)}`];
  const path = fault.missing === undefined ? undefined : pathOf(scope, fault.missing);
  const error = new ValueFault('PKG_TEMPLATE_FAILED', message, {
    at,
    notes: [...notes, ...framesOf(fault.frames)],
    hints:
      path === undefined
        ? hintsFor(message, names)
        : [`set ${path.join('.')} to a map, or ask for it with "with" or "dig"`],
    cause: fault,
  });
  error.valuePath = path;
  error.isMissing = path !== undefined;
  return error;
}

/** The nearest name to that of a template that is not there. */
function hintsFor(message: string, names: Iterable<string>): string[] {
  const [, missing] = /(?:no template|^template) "([^"]+)" (?:associated|not defined)/.exec(message) ?? [];
  const near = missing === undefined ? undefined : nearest(missing, [...names].map(decodeText));
  return near === undefined ? [] : [`did you mean "${near}"?`];
}

/** Columns are counted in characters, as editors do, and not in bytes. */
function positionOf({ source }: Template, { pos }: Node): { file: string; line: number; column: number } {
  const { line, column } = placeOf(source, pos);
  return { file: source.file, line, column: decodeText(source.text.slice(pos - column, pos)).length + 1 };
}

function framesOf(frames: readonly Frame[]): string[] {
  const lines = frames.slice(0, SHOWN_FRAMES).map(({ how, name, template, node }) => {
    const { file, line, column } = positionOf(template, node);
    const called = name === '' ? expressionOf(node) : printable(decodeText(`${how} ${quote(name)}`), SHOWN_EXPRESSION);
    const what = how === 'tpl' ? 'a text of tpl' : called;
    return `in ${what}, called at ${file}:${line}:${column}`;
  });
  return frames.length > SHOWN_FRAMES ? [...lines, '…'] : lines;
}

function expressionOf(node: Node): string {
  return printable(decodeText(printNode(node)), SHOWN_EXPRESSION);
}

/** Where a value of a chart is missing: its path from the values of the top chart. */
function pathOf(scope: Scope, missing: { map: GoMap; name: string }): string[] | undefined {
  const values = scope.entries.get('Values');
  if (!(values instanceof TypedMap)) return undefined;
  const found = search(values.entries, missing.map, new Set());
  if (found === undefined) return undefined;
  const path = [...found, missing.name].map(decodeText);
  return path[0] === 'global' ? path : [...scope.at, ...path];
}

function search(map: GoMap, wanted: GoMap, seen: Set<GoValue>): string[] | undefined {
  if (map === wanted) return [];
  if (seen.has(map)) return undefined;
  seen.add(map);
  for (const [key, value] of map) {
    const found = value instanceof Map ? search(value, wanted, seen) : undefined;
    if (found !== undefined) return [key, ...found];
  }
  return undefined;
}
