/**
 * Where the charts are in the bytes of an `index.yaml` that is laid out as Helm writes it: a large index is not parsed as
 * a whole to read one chart.
 */
import { PkgError } from '../errors.ts';
import { parseYaml } from '../yaml/read.ts';
import { isMap } from '../yaml/value.ts';
import type { Value, ValueMap } from '../yaml/value.ts';
import { BATCH, batchesOf, MAX_WHOLE } from './index-ranges.ts';
import type { ChartRange, IndexParts, Span } from './index-ranges.ts';

/** Where the entries are in an index that is laid out as Helm writes it. */
type Layout = { start: number; end: number; indent: number };

/** The parts of an index that is laid out as Helm writes it; undefined for one that is laid out in another way. */
export function yamlParts(bytes: Buffer, location: string): IndexParts | undefined {
  const layout = findLayout(bytes);
  if (layout === undefined) return undefined;
  const { start, end } = layout;
  return {
    rest: () => parse(Buffer.concat([bytes.subarray(0, start), bytes.subarray(end)]).toString('utf8'), location),
    charts: () => chartsOf(bytes, layout),
    *named(name) {
      const plain = plainlyNamed(bytes, layout, name);
      if (plain !== undefined) return yield plain;
      for (const range of chartsOf(bytes, layout)) {
        if (range.name === undefined || range.name === name) yield range;
      }
    },
    read: (range) => readChart(bytes, range, location),
  };
}

function parse(text: string, location: string): Value {
  return parseYaml(text, location, { duplicateKeys: 'error' });
}

/** Finds the lines of the entries; undefined for an index that is laid out in another way. */
function findLayout(bytes: Buffer): Layout | undefined {
  const head = findLine(bytes, 0, /^entries:[ \t]*\r?\n/gm);
  if (head === undefined) return undefined;
  const start = bytes.indexOf(NEW_LINE, head) + 1;
  const isSplit = bytes.includes('\n---', head) || bytes.includes('\n...', head);
  if (isSplit || findLine(bytes, start, /^entries:[ \t]*\r?\n/gm) !== undefined) return undefined;
  const end = findLine(bytes, start, /^[^\s#-]/gm) ?? bytes.length;
  const first = bytes.toString('latin1', start, start + 10_000);
  const indent = /^(?:[ \t]*(?:#.*)?\r?\n)*( +)\S/.exec(first)?.[1];
  return indent === undefined ? undefined : { start, end, indent: indent.length };
}

/**
 * The chart whose name stands on the only line of this form, which is found without looking at all lines: in an index of 15
 * MB in 40 ms.
 */
function plainlyNamed(bytes: Buffer, { start, end, indent }: Layout, name: string): ChartRange | undefined {
  const line = Buffer.from(`\n${' '.repeat(indent)}${name}:`);
  const at = bytes.indexOf(line, start - 1);
  if (!PLAIN_NAME.test(name) || at === -1 || at >= end || bytes.includes(line, at + 1)) return undefined;
  const rest = at + line.length;
  if (!/^[ \t\r]*\n/.test(bytes.toString('latin1', rest, rest + 10))) return undefined;
  const following = bytes.indexOf(NEW_LINE, rest) + 1;
  const until =
    findLine(bytes, following, new RegExp(`^ {0,${indent}}(?![ #\\r\\n]|-(?:[ \\t\\r\\n]|$))\\S`, 'gm')) ?? end;
  return { name, from: at + 1, to: Math.min(until, end) };
}

const PLAIN_NAME = /^[A-Za-z0-9][\w.-]*$/;
/** A line with nothing but the name of a chart. */
const NAME_LINE = /^ +(?:([A-Za-z0-9][\w.-]*)|"[^"\\]*"|'[^']*'):[ \t]*\r?$/;

function* chartsOf(bytes: Buffer, { start, end, indent }: Layout): Generator<ChartRange> {
  const key = new RegExp(`^ {${indent}}(?![ #\\r\\n]|-(?:[ \\t\\r\\n]|$))\\S.*`, 'gm');
  let before: Omit<ChartRange, 'to'> | undefined;
  for (const { text, at } of windowsOf(bytes.subarray(0, end), start)) {
    for (const { index, 0: line } of text.matchAll(key)) {
      const from = at + index;
      if (before !== undefined) yield { ...before, to: from };
      before = { name: nameOn(line), from };
    }
  }
  if (before !== undefined) yield { ...before, to: end };
}

/** The name on a line of one byte a character; undefined where it has to be parsed with what follows. */
function nameOn(line: string): string | undefined {
  const found = NAME_LINE.exec(line);
  if (found === null) return undefined;
  if (found[1] !== undefined) return found[1];
  const text = line.trim().slice(1, -2);
  return /^[ -~]*$/.test(text) ? text : undefined;
}

/** The entries of a chart: in one piece, or in batches of its items. */
function* readChart(bytes: Buffer, { from, to }: ChartRange, location: string): Generator<ValueMap> {
  const lineEnd = bytes.indexOf(NEW_LINE, from) + 1;
  const key = bytes.toString('utf8', from, lineEnd);
  const items = to - from > BATCH && NAME_LINE.test(key.trimEnd()) ? itemsOf(bytes, lineEnd, to) : undefined;
  if (items === undefined) {
    yield readPiece(bytes, { from, to }, '', location);
    return;
  }
  for (const batch of batchesOf(items, location)) yield readPiece(bytes, batch, key, location);
}

/** @param key the line with the name of the chart, where it does not stand before the piece */
function readPiece(bytes: Buffer, { from, to }: Span, key: string, location: string): ValueMap {
  try {
    const piece = parse(key + bytes.toString('utf8', from, to), location);
    if (isMap(piece)) return piece;
  } catch (error) {
    if (!(error instanceof PkgError) || error.at?.line === undefined) throw error;
    let line = error.at.line - (key === '' ? 0 : 1);
    for (let at = bytes.indexOf(NEW_LINE); at !== -1 && at < from; at = bytes.indexOf(NEW_LINE, at + 1)) line++;
    throw new PkgError(error.code, error.message, { at: { ...error.at, line }, hints: error.hints, cause: error });
  }
  throw new PkgError('PKG_REPOSITORY_INVALID', 'the entries of a chart are not a list', { at: { file: location } });
}

/**
 * The items of a list whose first line is the first of the range that is neither blank nor a comment; undefined for
 * anything else. No other line of a list is indented as its items and begins with a dash, unless it is in a text in quotes
 * or in brackets, which cannot be parsed when it is cut there.
 */
function itemsOf(bytes: Buffer, from: number, to: number): Iterable<Span> | undefined {
  const first = bytes.toString('latin1', from, Math.min(from + 10_000, to));
  const indent = /^(?:[ \t]*(?:#.*)?\r?\n)*( *)-[ \t\r\n]/.exec(first)?.[1];
  if (indent === undefined) return undefined;
  const item = new RegExp(`^ {${indent.length}}-(?=[ \\t\\r\\n])`, 'gm');
  return (function* () {
    let start = from;
    for (const { text, at } of windowsOf(bytes.subarray(0, to), from)) {
      for (const { index } of text.matchAll(item)) {
        if (at + index > start) yield { from: start, to: at + index };
        start = at + index;
      }
    }
    yield { from: start, to };
  })();
}

const NEW_LINE = 0x0a;

/** An index is searched in strings of this size: as one string, an index of 140 MB would be in memory twice. */
const WINDOW = 1 << 20;

/** The text from an offset on, in pieces of whole lines; each character is one byte. */
function* windowsOf(bytes: Buffer, from: number): Generator<{ text: string; at: number }> {
  for (let at = from; at < bytes.length;) {
    const newLine = bytes.indexOf(NEW_LINE, at + WINDOW);
    const end = newLine === -1 ? bytes.length : newLine + 1;
    if (end - at > WINDOW + MAX_WHOLE) throw new PkgError('PKG_YAML_TOO_COMPLEX', 'a line of it is longer than 16 MiB');
    yield { text: bytes.toString('latin1', at, end), at };
    at = end;
  }
}

/** The offset of the first match. */
function findLine(bytes: Buffer, from: number, pattern: RegExp): number | undefined {
  for (const { text, at } of windowsOf(bytes, from)) {
    pattern.lastIndex = 0;
    const found = pattern.exec(text);
    if (found !== null) return at + found.index;
  }
  return undefined;
}
