/**
 * The anchors of an index that is read in parts: an alias may refer to one in an earlier part, as in indexes that PyYAML or
 * js-yaml wrote, which give lists that several entries share an anchor.
 */
import { PkgError } from '../errors.ts';
import type { YamlNode } from '../yaml/nodes.ts';
import { parsePart } from '../yaml/read.ts';
import type { Value } from '../yaml/value.ts';

/** A text that has something like an alias; that has something like an anchor. */
const ALIAS = /(?:^|[\s,[{:])\*[^\s,[\]{}]/m;
const ANCHOR = /(?:^|[\s,[{:])&[^\s,[\]{}]/m;

/** A part of an index, in the order of the file. `text` gives it as it can be parsed by itself. */
export type IndexPart = { from: number; to: number; text: () => string };

/** Reads parts with the anchors of those before them. */
export class IndexAnchors {
  readonly #parts: () => Iterator<IndexPart>;
  readonly #location: string;
  /** The bytes of the index. */
  readonly #size: number;
  /** Those of all parts before `#next`, how many nodes they hold, and the parts that follow. */
  #anchors: Map<string, YamlNode> = new Map();
  #nodes = 0;
  #left: Iterator<IndexPart>;
  #next: IndexPart | undefined;
  /** The copies in `#anchors`. */
  readonly #copies: WeakSet<YamlNode> = new WeakSet();
  /** How many values aliases unfolded to, their characters, and the offsets of the parts that were counted. */
  #aliased = 0;
  #text = 0;
  readonly #counted: Set<number> = new Set();

  /** @param parts gives all parts */
  constructor(parts: () => Iterator<IndexPart>, size: number, location: string) {
    this.#parts = parts;
    this.#size = size;
    this.#location = location;
    this.#left = parts();
  }

  /** Whether a text that cannot be parsed by itself may be parsed with anchors of earlier parts. */
  mayUse(text: string): boolean {
    return ALIAS.test(text);
  }

  /** Reads the part at an offset. @throws {PkgError} as `parseYaml` does */
  read(text: string, from: number): Value {
    this.#goTo(from);
    const { value, aliased } = parsePart(
      text,
      this.#location,
      new AnchorsOfPart(this.#anchors),
      this.#size / BYTES_OF_NODE,
    );
    if (!this.#counted.has(from)) {
      this.#counted.add(from);
      this.#aliased += aliased.values;
      this.#text += aliased.text;
    }
    const isTooMuch = this.#aliased > Math.max(MIN_ALIASED, this.#size / BYTES_OF_NODE) || this.#text > this.#size;
    if (isTooMuch) throw this.#tooMuch('unfold to too much');
    return value;
  }

  /** Collects the anchors of all parts before an offset. */
  #goTo(from: number): void {
    if (this.#next !== undefined && this.#next.from > from) {
      this.#anchors = new Map();
      this.#nodes = 0;
      this.#left = this.#parts();
      this.#next = undefined;
    }
    this.#next ??= this.#left.next().value;
    for (; this.#next !== undefined && this.#next.to <= from; this.#next = this.#left.next().value) {
      const text = this.#next.text();
      if (ANCHOR.test(text)) this.#collect(text);
    }
  }

  #collect(text: string): void {
    const anchors = new AnchorsOfPart(this.#anchors);
    parsePart(text, this.#location, anchors, this.#size / BYTES_OF_NODE);
    const copies = new Map<YamlNode, YamlNode>();
    for (const [name, node] of anchors) this.#anchors.set(name, this.#copyOf(node, copies));
    this.#nodes += copies.size;
    if (this.#nodes > Math.max(MIN_NODES, this.#size / 100)) throw this.#tooMuch('hold too much');
  }

  /** A copy with texts of its own: a slice would keep the whole part in memory. */
  #copyOf(node: YamlNode, copies: Map<YamlNode, YamlNode>): YamlNode {
    const known = this.#copies.has(node) ? node : copies.get(node);
    if (known !== undefined) return known;
    const copy = { ...node, value: Buffer.from(node.value).toString(), children: [] as YamlNode[] };
    copies.set(node, copy);
    this.#copies.add(copy);
    for (const child of node.children) copy.children.push(this.#copyOf(child, copies));
    if (node.target !== undefined) copy.target = this.#copyOf(node.target, copies);
    return copy;
  }

  #tooMuch(what: string): PkgError {
    return new PkgError('PKG_YAML_TOO_COMPLEX', `the anchors and aliases of this index ${what}`, {
      at: { file: this.#location },
      hints: ['ask the operator of the repository to create the index again, without anchors'],
    });
  }
}

/** The anchors of a part alone, where those of the parts before it are found too: an index may have 100,000 anchors. */
class AnchorsOfPart extends Map<string, YamlNode> {
  readonly #before: ReadonlyMap<string, YamlNode>;

  constructor(before: ReadonlyMap<string, YamlNode>) {
    super();
    this.#before = before;
  }

  override get(name: string): YamlNode | undefined {
    return super.get(name) ?? this.#before.get(name);
  }
}

/** About how many bytes of an index a value takes. */
const BYTES_OF_NODE = 16;
/** Small indexes may have so many values from aliases, and so many nodes with anchors. */
const MIN_ALIASED = 400_000;
const MIN_NODES = 1 << 18;
