/**
 * Cache files of templates, for both engines: the bytes of each text, what an earlier run found out about it, and its
 * syntax trees as integers. An entry holds for a text as long as the text is the same, byte for byte.
 *
 * Figures: docs/decisions/caches.md.
 */
import type { Chart, ChartMetadata } from '../chart/chart.ts';
import { cacheLater, readRunCache } from '../run-cache.ts';

/** A chart with fewer bytes of templates has no cache of its own: it would be one more file to read. */
const MIN_OWN = 10_000;

/** A cache is written again when more than one in this many of its entries is new. */
export const MIN_NEW_SHARE = 20;

/** More names than the templates of any known chart have. */
const MAX_NAMES = 20_000;

/** What is known about a text, by its path in the chart: plain data that JSON can hold, and integers. */
export type CachedText<Known> = {
  name: string;
  /** The bytes that it had when this was found out. */
  data: Uint8Array;
  known: Known;
  integers: readonly Int32Array[];
};

/** A template file of a chart; `path` is that of the chart in the tree of charts: `web/charts/db`. */
type TemplateFile<Scope> = { name: string; data: Uint8Array; scope: Scope };
type Scope = { chart: Chart; path: string };

/** Names by index. The chain of fields `.Values.image` is one entry: `Values.image`. */
export class NameTable {
  readonly all: string[];
  readonly #indexes: Map<string, number> = new Map();
  readonly #fields: (readonly string[] | undefined)[] = [];

  constructor(all: string[] = []) {
    this.all = all;
  }

  /** The index of a name; a name that is not in the table is added. */
  indexOf(name: string): number {
    if (this.#indexes.size === 0) this.all.forEach((each, index) => this.#indexes.set(each, index));
    const known = this.#indexes.get(name);
    if (known !== undefined) return known;
    this.#indexes.set(name, this.all.length);
    return this.all.push(name) - 1;
  }

  /** The name with an index. */
  get(index: number): string {
    return this.all[index] as string;
  }

  /** The names of a chain of fields, the same array for each call. */
  fields(index: number): readonly string[] {
    return (this.#fields[index] ??= this.get(index).split('.'));
  }
}

/**
 * The cache files for a chart and its dependencies, by chart. A chart with many templates has a cache of its own, since it
 * may be a library that other charts depend on too; the others share one, if that pays.
 *
 * @param kind the ending of the files' names
 * @param minBytes parsing fewer bytes of templates takes less time than reading a cache
 */
export function cacheFilesOf<S extends Scope>(
  files: readonly TemplateFile<S>[],
  top: ChartMetadata,
  kind: string,
  minBytes: number,
): Map<S, TemplateCacheFile> {
  const caches = new Map<S, TemplateCacheFile>();
  const rest: TemplateFile<S>[] = [];
  for (const [scope, own] of Map.groupBy(files, (file) => file.scope)) {
    if (sizeOf(own) < MIN_OWN) rest.push(...own);
    else caches.set(scope, new TemplateCacheFile(own, scope.chart.metadata, scope.path, kind));
  }
  if (sizeOf(rest) >= minBytes) {
    const others = new TemplateCacheFile(rest, top, '', kind);
    for (const { scope } of rest) caches.set(scope, others);
  }
  return caches;
}

function sizeOf(files: readonly { data: Uint8Array }[]): number {
  return files.reduce((sum, { data }) => sum + data.length, 0);
}

/** The cache file for the templates of one chart, or of several. */
export class TemplateCacheFile {
  readonly #file: string;
  readonly #path: string;

  /**
   * @param files all texts
   * @param path of the chart in the tree of charts; '' for several charts
   */
  constructor(files: readonly { name: string }[], { name, version }: ChartMetadata, path: string, kind: string) {
    const names = files.reduce((sum, file) => sum + file.name.length - path.length, 0);
    this.#path = path;
    const which = path === '' ? 'below' : 'own';
    // Two charts that share a file name overwrite each other's cache; the contents are compared, so nothing worse happens.
    const full = `${name}-${version}-${files.length}-${names}-${which}.${kind}`;
    this.#file = full.replace(/[^\w.+-]/g, '_').slice(-200);
  }

  /** The name of a text within the chart, by which it is cached. */
  nameOf(name: string): string {
    return name.slice(this.#path.length);
  }

  /**
   * What an earlier run wrote. A file that is damaged, or is none of ours, counts as empty and is written anew.
   *
   * @param isKnown whether what JSON gave for a text is as it was written
   */
  read<Known>(isKnown: (known: Known) => boolean): { texts: Map<string, CachedText<Known>>; names: NameTable } {
    try {
      return decodeTexts(this.#file, isKnown);
    } catch {
      return { texts: new Map(), names: new NameTable() };
    }
  }

  /**
   * Writes the cache when the program ends.
   *
   * @param names the table that was read
   * @param contents gives all texts, and adds the names that they need to the table which it is given; undefined to leave
   *   the file as it is
   */
  writeLater<Known>(names: NameTable, contents: (names: NameTable) => CachedText<Known>[] | undefined): void {
    cacheLater(this.#file, () => {
      // Names of texts that are gone stay in the table, until it is too large and is built anew.
      const table = names.all.length > MAX_NAMES ? new NameTable() : names;
      const texts = contents(table);
      return texts && encodeTexts(texts, table);
    });
  }
}

const INT = Int32Array.BYTES_PER_ELEMENT;

/** The first part of a cache file: the names that the trees refer to, and each text with the lengths of its integers. */
type CacheIndex<Known> = {
  names: string[];
  texts: { name: string; size: number; known: Known; lengths: number[] }[];
};

/**
 * A cache file: a head, a copy of the head, the texts. The head holds its own length and that of the index, the index as
 * JSON, and the integers. The copy is there to find damage: a tree with a flipped bit would be another template.
 */
function encodeTexts<Known>(texts: readonly CachedText<Known>[], names: NameTable): Uint8Array[] {
  const entries = texts.map(({ name, known, data, integers }) => {
    return { name, size: data.length, known, lengths: integers.map(({ length }) => length) };
  });
  const index = Buffer.from(JSON.stringify({ names: names.all, texts: entries } satisfies CacheIndex<Known>));
  const padding = Buffer.alloc(-index.length & (INT - 1));
  const parts = [index, padding, ...texts.flatMap(({ integers }) => integers.map(bytesOf))];
  const size = parts.reduce((sum, { length }) => sum + length, 2 * INT);
  const head = [bytesOf(new Int32Array([size, index.length])), ...parts];
  return [...head, ...head, ...texts.map(({ data }) => data)];
}

function bytesOf({ buffer, byteOffset, byteLength }: Int32Array): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}

/** @throws any error for a file that is not as {@link encodeTexts} writes it */
function decodeTexts<Known>(
  file: string,
  isKnown: (known: Known) => boolean,
): { texts: Map<string, CachedText<Known>>; names: NameTable } {
  const texts: Map<string, CachedText<Known>> = new Map();
  const nothing = { texts, names: new NameTable() };
  const bytes = readRunCache(file);
  if (bytes === undefined || bytes.length < 2 * INT) return nothing;
  const integers = (from: number, to: number): Int32Array => {
    const { buffer, byteOffset } = bytes;
    const isAligned = ((byteOffset + from) & (INT - 1)) === 0;
    if (isAligned) return new Int32Array(buffer, byteOffset + from, (to - from) / INT);
    return new Int32Array(buffer.slice(byteOffset + from, byteOffset + to));
  };
  const [size = 0, indexSize = 0] = integers(0, 2 * INT);
  if (size < 2 * INT || 2 * size > bytes.length) return nothing;
  const head = bytes.subarray(0, size);
  if (!head.equals(bytes.subarray(size, 2 * size))) return nothing;
  const index = JSON.parse(head.toString('utf8', 2 * INT, 2 * INT + indexSize)) as CacheIndex<Known>;
  if (!isIndex(index, isKnown)) return nothing;
  const names = new NameTable(index.names);
  const count = index.texts.reduce((sum, { lengths }) => lengths.reduce((all, length) => all + length, sum), 0);
  const all = integers(size - count * INT, size);
  let at = 0;
  let textAt = 2 * size;
  for (const { name, known, lengths, size: length } of index.texts) {
    texts.set(name, {
      name,
      known,
      integers: lengths.map((own) => all.subarray(at, (at += own))),
      data: bytes.subarray(textAt, (textAt += length)),
    });
  }
  return { texts, names };
}

function isIndex<Known>({ names, texts }: CacheIndex<Known>, isKnown: (known: Known) => boolean): boolean {
  return (
    areStrings(names) &&
    texts.every(
      ({ name, size, lengths, known }) =>
        typeof name === 'string' && [size, ...lengths].every(isCount) && isKnown(known),
    )
  );
}

function isCount(value: unknown): boolean {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

/** Is this a list of strings? */
export function areStrings(value: unknown): boolean {
  return Array.isArray(value) && value.every((item) => typeof item === 'string');
}
