/**
 * What is known about the Go templates of a chart from earlier runs: that a text has no syntax errors, what it defines,
 * where its blocks end, and the syntax trees of the blocks that were run. A later run parses only the blocks that it runs
 * and that no earlier run parsed.
 */
import type { ChartMetadata } from '../../chart/chart.ts';
import { areStrings, cacheFilesOf, MIN_NEW_SHARE } from '../template-cache.ts';
import type { CachedText, NameTable, TemplateCacheFile } from '../template-cache.ts';
import { BlockTrees } from './block-trees.ts';
import { isKnownFunction } from './known-functions.ts';
import { parseTemplate } from './parse.ts';
import type { ChartScope } from './scope.ts';
import type { BlockIndex, Parsed, Source, Template } from './template.ts';

/** What is known about a text. The template that is the text itself (offset 0) has no name here. */
type Known = { functions: string[]; templates: Definition[] };
type Definition = [name: string, start: number, isEmpty: boolean];

/** What is known about a text that this run uses. */
type KnownText = { name: string; data: Uint8Array; known: Known; blockIndex: BlockIndex; blocks: BlockTrees };

/** A template file of a chart. */
type TemplateFile = { name: string; data: Uint8Array; scope: ChartScope };

/** Parsing fewer bytes of templates takes less time than reading a cache. */
const MIN_BYTES = 10_000;

/** The caches for a chart and its dependencies, by chart. */
export function templateCachesOf(files: readonly TemplateFile[], top: ChartMetadata): Map<ChartScope, TemplateCache> {
  const caches = new Map<TemplateCacheFile, TemplateCache>();
  return new Map(
    [...cacheFilesOf(files, top, 'templates', MIN_BYTES)].map(([scope, file]) => {
      const cache = caches.get(file) ?? new TemplateCache(file);
      caches.set(file, cache);
      return [scope, cache];
    }),
  );
}

/** A cache of the templates of one chart, or of several. */
class TemplateCache {
  readonly #file: TemplateCacheFile;
  readonly #before: ReadonlyMap<string, CachedText<Known>>;
  readonly #names: NameTable;
  readonly #texts: KnownText[] = [];
  #hasNewTexts = false;

  constructor(file: TemplateCacheFile) {
    this.#file = file;
    ({ texts: this.#before, names: this.#names } = file.read<Known>(
      ({ functions, templates }) =>
        areStrings(functions) &&
        templates.every(([defined, start]) => typeof defined === 'string' && Number.isSafeInteger(start)),
    ));
  }

  /**
   * Parses a text, or takes from the cache what an earlier run found out about it.
   *
   * @param data the bytes of the text
   * @throws {PkgError} as {@link parseTemplate}
   */
  parse(source: Source, data: Uint8Array): Parsed {
    const name = this.#file.nameOf(source.name);
    const before = this.#before.get(name);
    if (before !== undefined && Buffer.compare(before.data, data) === 0) {
      const [blockIndex = new Int32Array(), trees] = before.integers;
      const text = { ...before, blockIndex, blocks: new BlockTrees(this.#names, trees) };
      this.#texts.push(text);
      return parsedFrom(text, source);
    }
    const blocks = new BlockTrees(this.#names);
    const parsed = parseTemplate({ ...source, blocks }, isKnownFunction);
    const { blockIndex } = parsed;
    const templates = parsed.templates.map(({ name: defined, body: { start }, isEmpty }): Definition => [
      start === 0 ? '' : defined,
      start,
      isEmpty,
    ]);
    const known: Known = { functions: [...parsed.functions], templates };
    this.#texts.push({ name, data, known, blockIndex, blocks });
    this.#hasNewTexts = true;
    return parsed;
  }

  /** Writes the cache when the program ends, if this run parsed enough that was not in it. */
  save(): void {
    this.#file.writeLater(this.#names, (names) => {
      const isSame = !this.#hasNewTexts && this.#texts.length === this.#before.size;
      const known = this.#texts.reduce((sum, { blocks }) => sum + blocks.known, 0);
      const fresh = this.#texts.reduce((sum, { blocks }) => sum + blocks.fresh, 0);
      if (isSame && fresh * MIN_NEW_SHARE <= known) return undefined;
      return this.#texts.map(({ blockIndex, blocks, ...text }) => {
        return { ...text, integers: [blockIndex, blocks.encode(names)] };
      });
    });
  }
}

function parsedFrom({ known, blockIndex, blocks }: KnownText, source: Source): Parsed {
  const whole: Source = { ...source, blockIndex, blocks };
  const templates = known.templates.map((definition): Template => {
    const start = definition[1];
    return {
      name: start === 0 ? source.name : definition[0],
      source: whole,
      body: { start, list: undefined },
      isEmpty: definition[2],
    };
  });
  return { templates, functions: new Set(known.functions), blockIndex };
}
