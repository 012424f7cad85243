/**
 * Caches the structures of documents between runs, so that the YAML between the values of slots is parsed once, and their
 * layouts, so that it is printed once. The keys are those of {@link Fingerprints.keyOf}.
 *
 * Figures: docs/decisions/caches.md.
 */
import type { Chart } from '../../chart/chart.ts';
import { cachesBetweenRuns } from '../../run-cache.ts';
import { MIN_NEW_SHARE, TemplateCacheFile } from '../template-cache.ts';
import type { CachedText, NameTable } from '../template-cache.ts';
import { DocumentStructure } from './document-structure.ts';
import { encodeLayout } from './layout-codec.ts';
import type { Node } from './structure.ts';
import { countOf, decodeNodes, encodeNodes } from './structure-codec.ts';

/**
 * Structures with more nodes are not cached, unless the text is longer, as that of a large CRD: small texts with aliases
 * have large structures, and each alias is encoded in full.
 */
const MAX_NODES = 20_000;

/** Structures that this run did not use are dropped when they are more than this many times those that it used. */
const MAX_UNUSED = 4;

/** The cached structures of a chart. */
export class StructureCache {
  readonly #file: TemplateCacheFile;
  readonly #names: NameTable;
  readonly #before = new Map<string, CachedText<null>>();
  readonly #used = new Map<string, readonly DocumentStructure[]>();
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

  /** The structures of the documents with a key; undefined if no earlier run read them. */
  find(key: string): readonly DocumentStructure[] | undefined {
    const [numbers, layout] = this.#before.get(key)?.integers ?? [];
    if (numbers === undefined) return undefined;
    const names = this.#names;
    let nodes: readonly Node[] | undefined;
    const nodeAt = (index: number): Node => (nodes ??= decodeNodes(numbers, names))[index] as Node;
    const cached = layout && { numbers: layout, names };
    const structures: DocumentStructure[] = [];
    const count = countOf(numbers);
    for (let index = 0; index < count; index++) structures.push(new DocumentStructure(() => nodeAt(index), cached));
    this.#used.set(key, structures);
    return structures;
  }

  /** Adds the structures of documents that this run read. */
  add(key: string, structures: readonly DocumentStructure[]): void {
    if (structures.some(({ node }) => node.size > Math.max(MAX_NODES, key.length))) return;
    this.#used.set(key, structures);
    this.#fresh++;
  }

  /** Writes the cache when the program ends, if enough structures are new. */
  save(): void {
    this.#file.writeLater(this.#names, (names) => {
      if (this.#fresh * MIN_NEW_SHARE <= this.#before.size) return undefined;
      const encode = (key: string, structures: readonly DocumentStructure[]): CachedText<null> => {
        const nodes = structures.map(({ node }) => node);
        const made = structures.length === 1 ? structures[0]?.made : undefined;
        const integers = [encodeNodes(nodes, names)];
        if (made !== undefined) integers.push(encodeLayout(made.head, made.layout, names));
        return { name: '', data: Buffer.from(key), known: null, integers };
      };
      const isSameTable = names === this.#names;
      const used = [...this.#used].map(
        ([key, structures]) => (isSameTable ? this.#before.get(key) : undefined) ?? encode(key, structures),
      );
      const unused = isSameTable ? [...this.#before].filter(([key]) => !this.#used.has(key)) : [];
      const others = unused.length > MAX_UNUSED * used.length ? [] : unused.map(([, text]) => text);
      return [...used, ...others].map((text, index) => ({ ...text, name: String(index) }));
    });
  }
}
