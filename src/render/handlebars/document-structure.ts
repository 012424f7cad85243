/** The structure of a document and its layout. What an earlier run cached of them is decoded when it is first needed. */
import type { FieldType } from '../field-types.ts';
import type { NameTable } from '../template-cache.ts';
import type { Layout } from './layout.ts';
import { decodeHead, decodeLayout } from './layout-codec.ts';
import type { ObjectHead } from './layout-codec.ts';
import type { SlottedDocument } from './slot-tree.ts';
import type { Node } from './structure.ts';

/** The structure of all documents with the same text. */
export class DocumentStructure {
  /**
   * The layout that this run made, for the cache: of an object of a kind that Kubernetes defines, since the type of another
   * kind depends on the CRDs of the chart.
   */
  made: { head: ObjectHead; layout: Layout } | undefined;
  /** As which object an earlier run made the layout; undefined if none did. */
  readonly cachedHead: ObjectHead | undefined;
  readonly #cached: { numbers: Int32Array; names: NameTable } | undefined;
  readonly #read: () => Node;
  #node: Node | undefined;

  /**
   * @param read gives the structure, and is called once
   * @param cached the layout that an earlier run made, as integers with the table of the names in it
   */
  constructor(read: () => Node, cached?: { numbers: Int32Array; names: NameTable }) {
    this.#read = read;
    this.#cached = cached;
    this.cachedHead = cached && decodeHead(cached.numbers, cached.names);
  }

  get node(): Node {
    return (this.#node ??= this.#read());
  }

  /** Is this its node? */
  has(node: Node): boolean {
    return this.#node === node;
  }

  /**
   * The layout that an earlier run made; undefined if none did.
   *
   * @param type that of {@link cachedHead}
   */
  cachedLayout(type: FieldType): Layout | undefined {
    return this.#cached && decodeLayout(this.#cached.numbers, this.#cached.names, type);
  }
}

/** A document of the render, whose structure is decoded when it is read. */
export class StructuredDocument implements SlottedDocument {
  readonly base: number;
  readonly #structure: DocumentStructure;

  constructor(structure: DocumentStructure, base: number) {
    this.#structure = structure;
    this.base = base;
  }

  get node(): Node {
    return this.#structure.node;
  }
}
