/**
 * What is known about the templates of a chart from earlier runs: that a text has no syntax errors, what it defines, where
 * its blocks end, and the syntax trees of the blocks that were run. A later run parses only the blocks that it runs and
 * that no earlier run parsed. An entry holds for a text as long as the text is the same, byte for byte.
 *
 * Figures: docs/decisions/caches.md.
 */
import type { ChartMetadata } from '../../chart/chart.ts';
import { cacheLater, readRunCache } from '../../run-cache.ts';
import { NameTable } from './ast-codec.ts';
import { BlockTrees } from './block-trees.ts';
import { isKnownFunction } from './known-functions.ts';
import { parseTemplate } from './parse.ts';
import type { ChartScope } from './scope.ts';
import type { BlockIndex, Parsed, Source, Template } from './template.ts';

/** Parsing fewer bytes of templates takes less time than reading a cache. */
const LEAST_BYTES = 10_000;

/** What is known about a text, by its path in the chart. The template that is the text itself (offset 0) has no name here. */
type KnownText = { name: string; size: number; functions: string[]; templates: Definition[]; ends: number };
type Definition = [name: string, start: number, isEmpty: boolean];

/** What is known about a text, with the bytes that it had when this was found out. */
type CachedText = { known: KnownText; blockIndex: BlockIndex; blocks: BlockTrees; data: Uint8Array };

/** The first part of a cache file: the names that the trees refer to, and each text with the length of its trees. */
type CacheIndex = { names: string[]; texts: (KnownText & { numbers: number })[] };

/** A template file of a chart. */
type TemplateFile = { name: string; data: Uint8Array; scope: ChartScope };

/**
 * The caches for a chart and its dependencies, by chart. A chart with many templates has a cache of its own, since it may
 * be a library that other charts depend on too; the others share one, if that pays.
 */
export function templateCachesOf(files: readonly TemplateFile[], top: ChartMetadata): Map<ChartScope, TemplateCache> {
  const caches = new Map<ChartScope, TemplateCache>();
  const rest: TemplateFile[] = [];
  for (const [scope, own] of Map.groupBy(files, (file) => file.scope)) {
    if (sizeOf(own) < LEAST_BYTES) rest.push(...own);
    else caches.set(scope, new TemplateCache(own, scope.chart.metadata, scope.path));
  }
  if (sizeOf(rest) >= LEAST_BYTES) {
    const others = new TemplateCache(rest, top, '');
    for (const { scope } of rest) caches.set(scope, others);
  }
  return caches;
}

function sizeOf(files: readonly TemplateFile[]): number {
  return files.reduce((sum, { data }) => sum + data.length, 0);
}

/** A cache of the templates of one chart, or of several. */
class TemplateCache {
  readonly #file: string;
  readonly #path: string;
  readonly #before: ReadonlyMap<string, CachedText>;
  readonly #names: NameTable;
  readonly #texts: CachedText[] = [];
  #hasNewTexts = false;

  /**
   * @param files all texts
   * @param path of the chart in the tree of charts; '' for several charts
   */
  constructor(files: readonly TemplateFile[], { name, version }: ChartMetadata, path: string) {
    const names = files.reduce((sum, file) => sum + file.name.length - path.length, 0);
    this.#path = path;
    const which = path === '' ? 'below' : 'own';
    // Two charts that share a file name overwrite each other's cache; the contents are compared, so nothing worse happens.
    this.#file = `${name}-${version}-${files.length}-${names}-${which}.templates`.replace(/[^\w.+-]/g, '_').slice(-200);
    ({ texts: this.#before, names: this.#names } = readSafely(this.#file));
  }

  /**
   * Parses a text, or takes from the cache what an earlier run found out about it.
   *
   * @param data the bytes of the text
   * @throws {PkgError} as {@link parseTemplate}
   */
  parse(source: Source, data: Uint8Array): Parsed {
    const name = source.name.slice(this.#path.length);
    const before = this.#before.get(name);
    if (before !== undefined && Buffer.compare(before.data, data) === 0) {
      this.#texts.push(before);
      return parsedFrom(before, source);
    }
    const blocks = new BlockTrees(this.#names);
    const parsed = parseTemplate({ ...source, blocks }, isKnownFunction);
    const { blockIndex } = parsed;
    const templates = parsed.templates.map(({ name: defined, body: { start }, isEmpty }): Definition => [
      start === 0 ? '' : defined,
      start,
      isEmpty,
    ]);
    const functions = [...parsed.functions];
    const known: KnownText = { name, size: data.length, functions, templates, ends: blockIndex.length };
    this.#texts.push({ known, blockIndex, blocks, data });
    this.#hasNewTexts = true;
    return parsed;
  }

  /** Writes the cache when the program ends, if this run parsed enough that was not in it. */
  save(): void {
    cacheLater(this.#file, () => {
      const isSame = !this.#hasNewTexts && this.#texts.length === this.#before.size;
      const known = this.#texts.reduce((sum, { blocks }) => sum + blocks.known, 0);
      const fresh = this.#texts.reduce((sum, { blocks }) => sum + blocks.fresh, 0);
      if (isSame && fresh * LEAST_NEW_SHARE <= known) return undefined;
      // Names of texts that are gone stay in the table, until it is too large and is built anew.
      const names = this.#names.all.length > MOST_NAMES ? new NameTable() : this.#names;
      return encodeTexts(this.#texts, names);
    });
  }
}

/** The cache is written again when the blocks that only this run parsed are more than one in so many. */
const LEAST_NEW_SHARE = 20;

/** More names than the templates of any known chart have. */
const MOST_NAMES = 20_000;

function parsedFrom({ known, blockIndex, blocks }: CachedText, source: Source): Parsed {
  const whole: Source = { ...source, blockIndex, blocks };
  const templates = known.templates.map(([name, start, isEmpty]): Template => ({
    name: start === 0 ? source.name : name,
    source: whole,
    body: { start, list: undefined },
    isEmpty,
  }));
  return { templates, functions: new Set(known.functions), blockIndex };
}

const INT = Int32Array.BYTES_PER_ELEMENT;

/**
 * A cache file: a head, a copy of the head, the texts. The head holds its own length and that of the index, the index as
 * JSON, the block indexes, and the trees. The copy is there to find damage: a tree with a flipped bit would be another
 * template.
 */
function encodeTexts(texts: readonly CachedText[], names: NameTable): Uint8Array[] {
  // This adds the names of the new trees to the table, so it has to come before the table is written.
  const trees = texts.map(({ blocks }) => blocks.encode(names));
  const entries = texts.map(({ known }, at) => ({ ...known, numbers: (trees[at] as Int32Array).length }));
  const index = Buffer.from(JSON.stringify({ names: names.all, texts: entries } satisfies CacheIndex), 'latin1');
  const padding = Buffer.alloc(-index.length & (INT - 1));
  const parts = [index, padding, ...texts.map(({ blockIndex }) => bytesOf(blockIndex)), ...trees.map(bytesOf)];
  const size = parts.reduce((sum, { length }) => sum + length, 2 * INT);
  const head = [bytesOf(new Int32Array([size, index.length])), ...parts];
  return [...head, ...head, ...texts.map(({ data }) => data)];
}

function bytesOf({ buffer, byteOffset, byteLength }: Int32Array): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}

type CacheContents = { texts: Map<string, CachedText>; names: NameTable };

/** The contents of a cache file. A file that is damaged, or is none of ours, counts as empty and is written anew. */
function readSafely(file: string): CacheContents {
  try {
    return decodeTexts(file);
  } catch {
    return { texts: new Map(), names: new NameTable() };
  }
}

/** @throws any error for a file that is not as {@link encodeTexts} writes it */
function decodeTexts(file: string): CacheContents {
  const texts: Map<string, CachedText> = new Map();
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
  const index = JSON.parse(head.toString('latin1', 2 * INT, 2 * INT + indexSize)) as CacheIndex;
  if (!isIndex(index)) return nothing;
  const names = new NameTable(index.names);
  const count = index.texts.reduce((sum, { ends, numbers }) => sum + ends + numbers, 0);
  const all = integers(size - count * INT, size);
  let endsAt = 0;
  let treesAt = index.texts.reduce((sum, { ends }) => sum + ends, 0);
  let textAt = 2 * size;
  for (const { numbers, ...known } of index.texts) {
    texts.set(known.name, {
      known,
      blockIndex: all.subarray(endsAt, (endsAt += known.ends)),
      blocks: new BlockTrees(names, all.subarray(treesAt, (treesAt += numbers))),
      data: bytes.subarray(textAt, (textAt += known.size)),
    });
  }
  return { texts, names };
}

function isIndex({ names, texts }: CacheIndex): boolean {
  return (
    areStrings(names) &&
    texts.every(
      ({ name, size, ends, numbers, functions, templates }) =>
        typeof name === 'string' &&
        [size, ends, numbers].every((count) => Number.isSafeInteger(count) && count >= 0) &&
        areStrings(functions) &&
        templates.every(([defined, start]) => typeof defined === 'string' && Number.isSafeInteger(start)),
    )
  );
}

function areStrings(value: unknown): boolean {
  return Array.isArray(value) && value.every((item) => typeof item === 'string');
}
