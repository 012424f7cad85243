/**
 * Caches the structures of documents between runs, so that the YAML between the values of slots is parsed once. The keys
 * are those of {@link Fingerprints.keyOf}.
 */
import type { Chart } from '../../chart/chart.ts';
import { cachesBetweenRuns } from '../../run-cache.ts';
import { MIN_NEW_SHARE, TemplateCacheFile } from '../template-cache.ts';
import type { CachedText, NameTable } from '../template-cache.ts';
import type { Node } from './structure.ts';
import { decodeNodes, encodeNodes } from './structure-codec.ts';

/**
 * Structures with more nodes are not cached: small texts with aliases have large ones, and each alias is encoded in
 * full.
 */
const MAX_NODES = 20_000;

/** Structures that this run did not use are dropped when they are more than this many times those that it used. */
const MAX_UNUSED = 4;

/** The cached structures of a chart. */
export class StructureCache {
  readonly #file: TemplateCacheFile;
  readonly #names: NameTable;
  readonly #before = new Map<string, CachedText<null>>();
  readonly #used = new Map<string, readonly Node[]>();
  #fresh = 0;

  private constructor(file: TemplateCacheFile) {
    this.#file = file;
    const { texts, names } = file.read<null>((known) => known === null);
    this.#names = names;
    for (const text of texts.values()) this.#before.set(Buffer.from(text.data).toString(), text);
  }

  /** The cache for a chart and its dependencies; undefined where nothing is cached between runs. */
  static of({ metadata, templates }: Chart): StructureCache | undefined {
    return cachesBetweenRuns()
      ? new StructureCache(new TemplateCacheFile(templates, metadata, '', 'documents'))
      : undefined;
  }

  /** The structure of a document that an earlier run read. */
  find(key: string): readonly Node[] | undefined {
    const [numbers] = this.#before.get(key)?.integers ?? [];
    if (numbers === undefined) return undefined;
    const nodes = decodeNodes(numbers, this.#names);
    this.#used.set(key, nodes);
    return nodes;
  }

  /** Adds a structure that this run read. */
  add(key: string, nodes: readonly Node[]): void {
    if (nodes.some(({ size }) => size > MAX_NODES)) return;
    this.#used.set(key, nodes);
    this.#fresh++;
  }

  /** Writes the cache when the program ends, if enough structures are new. */
  save(): void {
    this.#file.writeLater(this.#names, (names) => {
      if (this.#fresh * MIN_NEW_SHARE <= this.#before.size) return undefined;
      const encode = (key: string, nodes: readonly Node[]): CachedText<null> => {
        return { name: '', data: Buffer.from(key), known: null, integers: [encodeNodes(nodes, names)] };
      };
      const isSameTable = names === this.#names;
      const used = [...this.#used].map(
        ([key, nodes]) => (isSameTable ? this.#before.get(key) : undefined) ?? encode(key, nodes),
      );
      const unused = isSameTable ? [...this.#before].filter(([key]) => !this.#used.has(key)) : [];
      const others = unused.length > MAX_UNUSED * used.length ? [] : unused.map(([, text]) => text);
      return [...used, ...others].map((text, index) => ({ ...text, name: String(index) }));
    });
  }
}
