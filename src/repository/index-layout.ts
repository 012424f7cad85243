/**
 * Where the charts are in the bytes of an `index.yaml` that is laid out as Helm writes it: a large index is not parsed as
 * a whole to read one chart.
 */
import { parseYaml } from '../yaml/read.ts';
import { isMap } from '../yaml/value.ts';
import type { Value } from '../yaml/value.ts';

/** Where the entries are in an index that is laid out as Helm writes it. */
export type Layout = { start: number; end: number; indent: number };

/** The layouts of indexes: several charts are looked up in the same one. */
const layouts: WeakMap<Buffer, Layout | null> = new WeakMap();

/** The layout of an index; undefined where it is another. */
export function layoutOf(bytes: Buffer): Layout | undefined {
  const known = layouts.get(bytes);
  if (known !== undefined) return known ?? undefined;
  const layout = findLayout(bytes);
  layouts.set(bytes, layout ?? null);
  return layout;
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
 * Cuts the entries of one chart out of an index that is laid out as Helm writes it: parsing 15 MB of index takes 350 ms,
 * and this 40. Undefined for an index that is laid out in another way.
 */
export function partOf(bytes: Buffer, name: string): string | undefined {
  const layout = layoutOf(bytes);
  if (layout === undefined) return undefined;
  const { start, end, indent } = layout;
  const line = Buffer.from(`\n${' '.repeat(indent)}${name}:`);
  const at = bytes.indexOf(line, start - 1);
  if (at === -1 || at >= end || bytes.includes(line, at + 1)) return undefined;
  const rest = at + line.length;
  if (!/^[ \t\r]*\n/.test(bytes.toString('latin1', rest, rest + 10))) return undefined;
  const following = bytes.indexOf(NEW_LINE, rest) + 1;
  const until = findLine(bytes, following, new RegExp(`^ {0,${indent}}(?![ #\\r\\n]|- )\\S`, 'gm')) ?? end;
  const parts = [bytes.subarray(0, start), bytes.subarray(at + 1, Math.min(until, end)), bytes.subarray(end)];
  return Buffer.concat(parts).toString('utf8');
}

/**
 * As {@link partOf}, for a name that has no plain line of its own: the entries of the chart that is named in another way
 * (`"web":`), or of none, where only names that are written in other ways are parsed. Undefined where this cannot be told.
 */
export function otherPartOf(bytes: Buffer, name: string, location: string): string | undefined {
  const layout = layoutOf(bytes);
  if (layout === undefined) return undefined;
  const plain = /^ +([A-Za-z0-9][\w.-]*):[ \t]*\r?$/;
  const named: Buffer[] = [];
  for (const [from, to] of chartsOf(bytes, layout)) {
    const lineEnd = bytes.indexOf(NEW_LINE, from);
    const line = plain.exec(bytes.toString('latin1', from, lineEnd === -1 ? to : Math.min(lineEnd, to)))?.[1];
    if (line !== undefined && line !== name) continue;
    const piece = readPart(bytes.toString('utf8', from, to), location);
    if (piece === undefined || !isMap(piece)) return undefined;
    if (piece.has(name)) named.push(bytes.subarray(from, to));
  }
  if (named.length > 1) return undefined;
  return Buffer.concat([bytes.subarray(0, layout.start), ...named, bytes.subarray(layout.end)]).toString('utf8');
}

/** Parses a part of an index; undefined where it fails, for instance for an alias whose anchor is in another part. */
export function readPart(part: string, location: string): Value | undefined {
  try {
    return parseYaml(part, location, { duplicateKeys: 'error' });
  } catch {
    return undefined;
  }
}

/** Where the entries of each chart begin and end. */
export function chartsOf(bytes: Buffer, { start, end, indent }: Layout): [from: number, to: number][] {
  const key = new RegExp(`^ {${indent}}(?![ #\\r\\n]|- )\\S`, 'gm');
  const starts: number[] = [];
  for (const { text, at } of windowsOf(bytes.subarray(0, end), start)) {
    for (const { index } of text.matchAll(key)) starts.push(at + index);
  }
  return starts.map((from, number) => [from, starts[number + 1] ?? end]);
}

const NEW_LINE = 0x0a;

/** An index is searched in strings of this size: as one string, an index of 140 MB would be in memory twice. */
const WINDOW = 1 << 20;

/** The text from an offset on, in pieces of whole lines; each character is one byte. */
export function* windowsOf(bytes: Buffer, from: number): Generator<{ text: string; at: number }> {
  for (let at = from; at < bytes.length;) {
    const newLine = bytes.indexOf(NEW_LINE, at + WINDOW);
    const end = newLine === -1 ? bytes.length : newLine + 1;
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
