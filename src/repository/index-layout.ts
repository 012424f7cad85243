/**
 * Where the charts are in the bytes of an `index.yaml` that is laid out as Helm writes it: a large index is not parsed as
 * a whole to read one chart.
 */
import { PkgError } from '../errors.ts';
import { parseYaml } from '../yaml/read.ts';
import { isMap } from '../yaml/value.ts';
import type { Value, ValueMap } from '../yaml/value.ts';
import { BATCH, batchesOf, MAX_WHOLE } from './index-ranges.ts';
import { IndexAnchors } from './index-anchors.ts';
import type { IndexPart } from './index-anchors.ts';
import type { ChartRange, IndexParts, Span } from './index-ranges.ts';

/** Where the entries are in an index that is laid out as Helm writes it. */
type Layout = { start: number; end: number; indent: number };

/** The parts of an index that is laid out as Helm writes it; undefined for one that is laid out in another way. */
export function yamlParts(bytes: Buffer, location: string): IndexParts | undefined {
  const layout = findLayout(bytes);
  if (layout === undefined) return undefined;
  const anchors = new IndexAnchors(() => partsOf(bytes, layout, location), bytes.length, location);
  return {
    rest: () => readRest(bytes, layout, anchors, location),
    charts: () => chartsOf(bytes, layout),
    *named(name) {
      const plain = plainlyNamed(bytes, layout, name);
      if (plain !== undefined) return yield plain;
      for (const range of chartsOf(bytes, layout)) {
        if (range.name === undefined || range.name === name) yield range;
      }
    },
    read: (range) => readChart(bytes, range, anchors, location),
  };
}

function parse(text: string, location: string): Value {
  return parseYaml(text, location, { duplicateKeys: 'error' });
}

/** Finds the lines of the entries; undefined for an index that is laid out in another way. */
function findLayout(bytes: Buffer): Layout | undefined {
  const head = findLine(bytes, 0, ENTRIES);
  if (head === undefined) return undefined;
  const start = bytes.indexOf(NEW_LINE, head) + 1;
  if (findLine(bytes, start, ENTRIES) !== undefined) return undefined;
  const end = findLine(bytes, start, /^[^\s#-]/gm) ?? bytes.length;
  const first = bytes.toString('latin1', start, start + 10_000);
  const indent = /^(?:[ \t]*(?:#.*)?\r?\n)*( +)\S/.exec(first)?.[1];
  return indent === undefined ? undefined : { start, end, indent: indent.length };
}

/** The line above the charts. */
const ENTRIES = /^(?:entries|"entries"|'entries')[ \t]*:[ \t]*(?:[ \t]#.*)?\r?\n/gm;

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

/** Everything but the entries. */
function readRest(bytes: Buffer, { start, end }: Layout, anchors: IndexAnchors, location: string): Value {
  const [head, tail] = [bytes.toString('utf8', 0, start), bytes.toString('utf8', end)];
  try {
    return parse(head + tail, location);
  } catch (error) {
    if (!(error instanceof PkgError) || !anchors.mayUse(tail)) throw error;
    const [before, after] = [anchors.read(head, 0), anchors.read(tail, end)];
    return isMap(before) && isMap(after) ? new Map([...before, ...after]) : before;
  }
}

/** All parts but the last, in the order of the file: what is above the charts, and their pieces. */
function* partsOf(bytes: Buffer, layout: Layout, location: string): Generator<IndexPart> {
  const { start } = layout;
  yield { from: 0, to: start, text: () => bytes.toString('utf8', 0, start) };
  for (const chart of chartsOf(bytes, layout)) {
    const { key, spans } = piecesIn(bytes, chart, location);
    for (const span of spans) yield { ...span, text: () => key + bytes.toString('utf8', span.from, span.to) };
  }
}

/**
 * The pieces of a chart: one, or batches of its items. `key` is the line with the name of the chart, where it does not stand
 * before each piece.
 */
function piecesIn(bytes: Buffer, { from, to }: Span, location: string): { key: string; spans: Iterable<Span> } {
  const lineEnd = bytes.indexOf(NEW_LINE, from) + 1;
  const key = bytes.toString('utf8', from, lineEnd);
  const items = to - from > BATCH && NAME_LINE.test(key.trimEnd()) ? itemsOf(bytes, lineEnd, to) : undefined;
  return items === undefined ? { key: '', spans: [{ from, to }] } : { key, spans: batchesOf(items, location) };
}

/** The entries of a chart, piece by piece. */
function* readChart(bytes: Buffer, range: ChartRange, anchors: IndexAnchors, location: string): Generator<ValueMap> {
  const { key, spans } = piecesIn(bytes, range, location);
  for (const span of spans) yield readPiece(bytes, span, { key, anchors, location });
}

type PieceContext = { key: string; anchors: IndexAnchors; location: string };

function readPiece(bytes: Buffer, { from, to }: Span, { key, anchors, location }: PieceContext): ValueMap {
  const text = key + bytes.toString('utf8', from, to);
  const read = (): Value => {
    try {
      return parse(text, location);
    } catch (error) {
      if (!(error instanceof PkgError) || !anchors.mayUse(text)) throw error;
      return anchors.read(text, from);
    }
  };
  try {
    const piece = read();
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
