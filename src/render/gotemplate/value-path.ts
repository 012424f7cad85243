/** Finds the path of the value that an action prints. */
import type { Operand } from './node.ts';
import type { PrintedSpan } from './trace.ts';
import { decodeText, entriesOf, itemsOf, TypedMap } from './value.ts';
import type { GoValue, OptionalValue } from './value.ts';

/**
 * The path in the values of a chart of a map, of a list, or of a text that stands there only once; undefined for a value that
 * is not one of these.
 */
export function pathIn(values: GoValue, wanted: OptionalValue): string[] | undefined {
  if (wanted === undefined || wanted === null) return undefined;
  const found: string[][] = [];
  const seen = new Set<GoValue>();
  const map = entriesOf(wanted);
  const search = (at: GoValue, path: string[]): void => {
    if (at === wanted || (map !== undefined && entriesOf(at) === map)) found.push(path);
    if (typeof at !== 'object' || at === null || seen.has(at)) return;
    seen.add(at);
    entriesOf(at)?.forEach((value, key) => search(value, [...path, key]));
    itemsOf(at)?.forEach((value, index) => search(value ?? null, [...path, String(index)]));
  };
  if (typeof wanted === 'string' || typeof wanted === 'object') search(values, []);
  // The values below `global` are in every chart, and count once.
  const distinct = new Set(found.map((path) => path.slice(Math.max(0, path.lastIndexOf('global'))).join('\0')));
  return typeof wanted === 'object' || distinct.size === 1 ? found[0]?.map(decodeText) : undefined;
}

/** The `.Values` of a value that is the root of a chart's templates; undefined for any other value. */
export function valuesOf(dot: OptionalValue): GoValue | undefined {
  const values =
    dot instanceof TypedMap ? dot.entries.get('Values') : dot instanceof Map ? dot.get('Values') : undefined;
  return values instanceof TypedMap ? values : undefined;
}

/**
 * The path, in the values of the template's chart, of the value that an action prints; undefined where it is none of them, or
 * may be one of several.
 *
 * @param root the root of the file's chart
 * @param part the text that the action printed
 */
export function valuePathOf(span: PrintedSpan, root: OptionalValue, part: string): string[] | undefined {
  const { node } = span;
  if (node.type !== 'action') return undefined;
  const paths: string[][] = [];
  for (const operand of operandsIn(node.pipe)) {
    const value = valueOfOperand(operand, span);
    const values = valuesOf(root) ?? null;
    const path = direct(operand, span, values) ?? pathIn(values, value);
    if (path === undefined || path.length === 0) continue;
    // Of several values it is the one whose text was printed.
    if (typeof value === 'string' && value !== '' && part.includes(value.split('\n')[0] ?? '')) return path;
    paths.push(path);
  }
  return paths.length === 1 ? paths[0] : undefined;
}

/** The path that an operand spells out: `.Values.a.b` or `$.Values.a.b`, or the fields of a map that is one of the values. */
function direct(operand: Operand, span: PrintedSpan, values: GoValue): string[] | undefined {
  if ((operand.type !== 'field' && operand.type !== 'variable') || operand.names.length === 0) return undefined;
  const [first, ...names] = operand.names;
  const start = operand.type === 'field' ? span.dot : span.variables.get(operand.name);
  if (first === 'Values' && valuesOf(start) !== undefined) return names.map(decodeText);
  const around = typeof start === 'object' ? pathIn(values, start) : undefined;
  return around && [...around, ...operand.names.map(decodeText)];
}

/** The operands of a pipeline that may be values of the chart. */
function* operandsIn(pipe: Extract<Operand, { type: 'pipe' }>): Generator<Operand> {
  for (const { args } of pipe.commands) {
    for (const arg of args) {
      if (arg.type === 'pipe') yield* operandsIn(arg);
      else if (arg.type === 'chain' && arg.of.type === 'pipe') yield* operandsIn(arg.of);
      else if (arg.type === 'field' || arg.type === 'variable' || arg.type === 'dot') yield arg;
    }
  }
}

function valueOfOperand(operand: Operand, span: PrintedSpan): OptionalValue {
  if (operand.type === 'dot') return span.dot;
  if (operand.type !== 'field' && operand.type !== 'variable') return undefined;
  let value = operand.type === 'field' ? span.dot : span.variables.get(operand.name);
  for (const name of operand.names) value = entriesOf(value ?? null)?.get(name);
  return value;
}
