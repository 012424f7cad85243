/**
 * Reads an index in parts: each chart is parsed by itself, and the entries of a chart in batches, so that an index of 140 MB
 * is read in little more memory than its bytes take.
 */
import { Fields } from '../chart/fields.ts';
import { PkgError } from '../errors.ts';
import { parseJson } from '../yaml/json.ts';
import { parseYamlDocuments } from '../yaml/read.ts';
import { fromPlain, isMap } from '../yaml/value.ts';
import type { Value, ValueMap } from '../yaml/value.ts';
import { jsonParts } from './index-json.ts';
import { yamlParts } from './index-layout.ts';
import { MAX_WHOLE } from './index-ranges.ts';
import type { ChartRange, IndexParts } from './index-ranges.ts';

/** Smaller indexes are read whole. */
const LARGE = 1 << 17;

/**
 * Reads an index in parts, if it is large. A smaller one, and one that cannot be read in parts (an alias may have its
 * anchor in another part), is one part.
 *
 * @param use gets the parts; if it fails, it may get the whole index as a single part
 */
export function inParts<T>(bytes: Buffer, location: string, use: (parts: IndexParts) => T): T {
  const start = bytes.toString('latin1', 0, 1 << 12);
  if (start.trim() === '' && bytes.every(isBlank)) throw invalidIndex('this index is empty', location);
  if (/^\s*</.test(start)) {
    throw invalidIndex('this is a web page, not an index', location, ['check the address of the repository']);
  }
  let failure: PkgError | undefined;
  try {
    const parts = bytes.length > LARGE ? partsOf(bytes, location) : undefined;
    if (parts !== undefined) {
      entriesOf(restOf(parts, location), location);
      return use({ ...parts, charts: () => counted(parts.charts(), location) });
    }
  } catch (error) {
    if (!(error instanceof PkgError)) throw error;
    failure = error;
  }
  try {
    if (bytes.length <= MAX_WHOLE) return use(wholeIndex(bytes, location));
  } catch (error) {
    if (!(error instanceof PkgError)) throw error;
    failure = error;
  }
  if (failure?.code === 'PKG_REPOSITORY_INVALID') throw failure;
  const why = failure?.message ?? 'it is larger than 16 MiB, and not laid out as Helm writes it';
  throw new PkgError('PKG_REPOSITORY_INVALID', `this index cannot be read: ${why}`, {
    at: failure?.at ?? { file: location },
    hints: [ASK_OPERATOR],
    ...(failure === undefined ? {} : { cause: failure }),
  });
}

/** Space, tab, line feed, carriage return. */
function isBlank(byte: number): boolean {
  return byte === 0x20 || byte === 0x09 || byte === 0x0a || byte === 0x0d;
}

/** The most charts of an index: millions of names would take gigabytes. */
const MAX_CHARTS = 500_000;

function* counted(charts: Iterable<ChartRange>, location: string): Generator<ChartRange> {
  let count = 0;
  for (const chart of charts) {
    if (++count > MAX_CHARTS) throw invalidIndex(`this index has more than ${MAX_CHARTS} charts`, location);
    yield chart;
  }
}

/** The parts of indexes: several charts are looked up in the same one. */
const known: WeakMap<Buffer, IndexParts | null> = new WeakMap();

/** The parts of an index; undefined where it is laid out in a way that cannot be cut into parts. */
function partsOf(bytes: Buffer, location: string): IndexParts | undefined {
  const before = known.get(bytes);
  if (before !== undefined) return before ?? undefined;
  const document = firstDocument(bytes);
  const parts = looksLikeJson(document) ? jsonParts(document, location) : yamlParts(document, location);
  known.set(bytes, parts ?? null);
  return parts;
}

/**
 * The first document of a YAML text, without a byte order mark. A line that begins with `---` or `...` ends a document in
 * any case, also within a text, unless it is the one above it.
 */
function firstDocument(bytes: Buffer): Buffer {
  const start = bytes.subarray(0, 3).equals(BYTE_ORDER_MARK) ? 3 : 0;
  let end = bytes.length;
  for (const marker of ['---', '...']) {
    let at = start;
    do {
      const isMarker =
        bytes.toString('latin1', at, at + 3) === marker && /^\s?$/.test(bytes.toString('latin1', at + 3, at + 4));
      if (isMarker && !(marker === '---' && isAboveDocument(bytes.subarray(start, at)))) end = at;
      at = bytes.indexOf(`\n${marker}`, at) + 1;
    } while (at > 0 && at < end);
  }
  return bytes.subarray(start, end);
}

const BYTE_ORDER_MARK = Buffer.from([0xef, 0xbb, 0xbf]);

/** Has a text nothing but comments and directives? */
function isAboveDocument(bytes: Buffer): boolean {
  return bytes.length < 1 << 16 && /^(?:[ \t]*(?:#.*)?\r?\n|%.*\r?\n)*$/.test(bytes.toString('latin1'));
}

/** Is the first character a brace? JSON, and YAML that is written like JSON. */
function looksLikeJson(bytes: Buffer): boolean {
  return /^\s*\{/.test(bytes.toString('latin1', 0, 1 << 10));
}

/** Parsed indexes that are read whole, so that a second chart of the same index does not parse it again. */
const parsed: WeakMap<Buffer, ValueMap> = new WeakMap();

/** An index as a single part. */
function wholeIndex(bytes: Buffer, location: string): IndexParts {
  const index = parsed.get(bytes) ?? mapOf(parseWhole(bytes, location), location);
  parsed.set(bytes, index);
  const entries = entriesOf(index, location);
  const charts = (): ChartRange[] => [...entries.keys()].map((name) => ({ name, from: 0, to: bytes.length }));
  return {
    rest: () => new Map([...index, ['entries', null]]),
    charts,
    named: (name) => (entries.has(name) ? [{ name, from: 0, to: bytes.length }] : []),
    read: ({ name = '' }) => [new Map([[name, entries.get(name) ?? null]])],
  };
}

/** As in Helm: JSON, else YAML, of which what follows the first document is ignored. */
function parseWhole(bytes: Buffer, location: string): Value {
  const document = firstDocument(bytes);
  const text = document.toString('utf8');
  const parse = (): Value => parseYamlDocuments(text, location, { duplicateKeys: 'error' })[0] ?? null;
  if (!looksLikeJson(document)) return parse();
  try {
    return fromPlain(parseJson(text, location));
  } catch (error) {
    try {
      return parse(); // `{apiVersion: v1}` is YAML
    } catch {
      throw error;
    }
  }
}

/**
 * The entries of charts in pieces, with whether a piece is the first of its chart.
 *
 * @throws for a chart that is named twice, as for a duplicate key
 */
export function* piecesOf(
  parts: IndexParts,
  charts: Iterable<ChartRange>,
  location: string,
): Generator<{ piece: ValueMap; isFirst: boolean }> {
  const seen = new Set<string>();
  for (const range of charts) {
    let isFirst = true;
    for (const piece of parts.read(range)) {
      for (const name of isFirst ? piece.keys() : []) {
        if (seen.has(name)) throw invalidIndex('a chart is named twice in this index', location);
        seen.add(name);
      }
      yield { piece, isFirst };
      isFirst = false;
    }
  }
}

/** The index without its entries. */
export function restOf(parts: IndexParts, location: string): ValueMap {
  return mapOf(parts.rest(), location);
}

/** The entries of an index. @throws {PkgError} for what is not an index */
function entriesOf(index: ValueMap, location: string): ValueMap {
  const fields = new Fields(index, [], []);
  if (fields.exactText('apiVersion') === '') throw invalidIndex('this index has no apiVersion', location);
  const entries = fields.value('entries');
  if (entries !== null && !isMap(entries)) throw invalidIndex('the entries of this index are not a map', location);
  return entries ?? new Map();
}

function mapOf(value: Value, location: string): ValueMap {
  if (isMap(value)) return value;
  throw invalidIndex('this index is not a map', location);
}

const ASK_OPERATOR = 'check the address, and ask the operator of the repository to create the index again';

/** The error for an index that cannot be used. */
export function invalidIndex(message: string, location: string, hints: readonly string[] = [ASK_OPERATOR]): PkgError {
  return new PkgError('PKG_REPOSITORY_INVALID', message, { at: { file: location }, hints });
}
