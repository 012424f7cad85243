/** Encodes structures of documents as integers for the cache. Texts and numbers are indexes into a table of names. */
import { isMap } from '../../yaml/value.ts';
import type { Value } from '../../yaml/value.ts';
import type { NameTable } from '../template-cache.ts';
import type { Hole, SlotKind } from './markers.ts';
import type { Entry, Node, Text } from './structure.ts';

const NODES = { const: 0, hole: 1, text: 2, map: 3, list: 4, spread: 5 } as const;
const ENTRIES = { pair: 0, computed: 1, spread: 2, merge: 3 } as const;
const VALUES = { null: 0, true: 1, false: 2, number: 3, string: 4, bigint: 5, list: 6, map: 7 } as const;
const KINDS: readonly SlotKind[] = ['v', 'o', 's', 'p'];

/** Stands for something absent; counts, indexes and offsets are never negative. */
const NONE = -1;

type ListItem = Extract<Node, { type: 'list' }>['items'][number];

/** Encodes the nodes of a document; names are added to the table. */
export function encodeNodes(nodes: readonly Node[], names: NameTable): Int32Array {
  const writer = new NodeWriter(names);
  writer.number(nodes.length);
  for (const node of nodes) writer.node(node);
  return writer.finish();
}

/** The number of nodes that {@link encodeNodes} was given. */
export function countOf(numbers: Int32Array): number {
  return numbers[0] ?? 0;
}

/** Encodes nodes, names and numbers one after the other. */
export class NodeWriter {
  readonly #names: NameTable;
  readonly #numbers: number[] = [];

  constructor(names: NameTable) {
    this.#names = names;
  }

  finish(): Int32Array {
    return new Int32Array(this.#numbers);
  }

  number(number: number): void {
    this.#numbers.push(number);
  }

  /** Encodes a text, which is added to the table. */
  name(text: string): void {
    this.#numbers.push(this.#names.indexOf(text));
  }

  node(node: ListItem): void {
    const numbers = this.#numbers;
    numbers.push(NODES[node.type], node.offset);
    if (node.type !== 'spread') numbers.push(node.size);
    switch (node.type) {
      case 'const':
        this.#value(node.value);
        if (node.written === undefined) numbers.push(NONE);
        else this.name(node.written);
        break;
      case 'hole':
      case 'spread':
        this.#hole(node.hole);
        break;
      case 'text':
        this.#text(node);
        break;
      case 'map':
        numbers.push(node.entries.length);
        for (const entry of node.entries) this.#entry(entry);
        break;
      case 'list':
        numbers.push(node.items.length);
        for (const item of node.items) this.node(item);
    }
  }

  #entry(entry: Entry): void {
    const isComputed = entry.type === 'pair' && typeof entry.key !== 'string';
    this.#numbers.push(isComputed ? ENTRIES.computed : ENTRIES[entry.type], entry.offset);
    if (entry.type === 'spread') {
      this.#hole(entry.hole);
      return;
    }
    if (entry.type === 'pair') {
      if (typeof entry.key === 'string') this.name(entry.key);
      else {
        this.#numbers.push(entry.key.offset);
        this.#text(entry.key);
      }
    }
    this.node(entry.value);
  }

  #hole({ kind, index }: Hole): void {
    this.#numbers.push(KINDS.indexOf(kind), index);
  }

  #text({ pieces, literal }: Text): void {
    this.#numbers.push(literal ? 1 : 0, pieces.length);
    for (const piece of pieces) {
      this.#numbers.push(typeof piece === 'string' ? NONE : 1);
      if (typeof piece === 'string') this.name(piece);
      else this.#hole(piece);
    }
  }

  #value(value: Value): void {
    this.#numbers.push(valueCode(value));
    if (Array.isArray(value)) {
      this.#numbers.push(value.length);
      for (const item of value) this.#value(item);
    } else if (isMap(value)) {
      this.#numbers.push(value.size);
      for (const [key, item] of value) {
        this.name(key);
        this.#value(item);
      }
    } else if (typeof value === 'string') this.name(value);
    else if (typeof value === 'number') this.name(Object.is(value, -0) ? '-0' : String(value));
    else if (typeof value === 'bigint') this.name(String(value));
  }
}

function valueCode(value: Value): number {
  if (value === null) return VALUES.null;
  if (typeof value === 'boolean') return value ? VALUES.true : VALUES.false;
  if (Array.isArray(value)) return VALUES.list;
  return isMap(value) ? VALUES.map : VALUES[typeof value as 'string' | 'number' | 'bigint'];
}

/**
 * Decodes the nodes of a document.
 *
 * @throws {Error} for a code that {@link encodeNodes} does not write
 */
export function decodeNodes(numbers: Int32Array, names: NameTable): Node[] {
  const reader = new NodeReader(numbers, names);
  const count = reader.number();
  const nodes: Node[] = [];
  for (let index = 0; index < count; index++) nodes.push(reader.node());
  return nodes;
}

/** Decodes what a {@link NodeWriter} wrote, in the same order. */
export class NodeReader {
  readonly #numbers: Int32Array;
  readonly #names: NameTable;
  #at = 0;

  constructor(numbers: Int32Array, names: NameTable) {
    this.#numbers = numbers;
    this.#names = names;
  }

  number(): number {
    return this.#numbers[this.#at++] as number;
  }

  name(): string {
    return this.#names.get(this.number());
  }

  #item(): ListItem {
    if (this.#numbers[this.#at] !== NODES.spread) return this.node();
    this.#at++;
    const offset = this.number();
    return { type: 'spread', hole: this.#hole(), offset };
  }

  /** @throws {Error} for a code that no writer writes */
  node(): Node {
    const code = this.number();
    const offset = this.number();
    const size = this.number();
    switch (code) {
      case NODES.const: {
        const value = this.#value();
        const written = this.number();
        if (written === NONE) return { type: 'const', value, offset, size };
        return { type: 'const', value, offset, size, written: this.#names.get(written) };
      }
      case NODES.hole:
        return { type: 'hole', hole: this.#hole(), offset, size };
      case NODES.text: {
        const { pieces, literal } = this.#text(offset);
        return { type: 'text', pieces, literal, offset, size };
      }
      case NODES.map: {
        const count = this.number();
        const entries: Entry[] = [];
        for (let index = 0; index < count; index++) entries.push(this.#entry());
        return { type: 'map', entries, offset, size };
      }
      case NODES.list: {
        const count = this.number();
        const items: ListItem[] = [];
        for (let index = 0; index < count; index++) items.push(this.#item());
        return { type: 'list', items, offset, size };
      }
      default:
        return unknownCode(code);
    }
  }

  #entry(): Entry {
    const code = this.number();
    const offset = this.number();
    switch (code) {
      case ENTRIES.pair: {
        const key = this.name();
        return { type: 'pair', key, offset, value: this.node() };
      }
      case ENTRIES.computed: {
        const key = this.#text(this.number());
        return { type: 'pair', key, offset, value: this.node() };
      }
      case ENTRIES.spread:
        return { type: 'spread', hole: this.#hole(), offset };
      case ENTRIES.merge:
        return { type: 'merge', value: this.node(), offset };
      default:
        return unknownCode(code);
    }
  }

  #hole(): Hole {
    const kind = KINDS[this.number()] as SlotKind;
    return { kind, index: this.number() };
  }

  #text(offset: number): Text {
    const literal = this.number() === 1;
    const count = this.number();
    const pieces: (string | Hole)[] = [];
    for (let index = 0; index < count; index++) pieces.push(this.number() === NONE ? this.name() : this.#hole());
    return { type: 'text', pieces, literal, offset };
  }

  #value(): Value {
    const code = this.number();
    switch (code) {
      case VALUES.null:
        return null;
      case VALUES.true:
        return true;
      case VALUES.false:
        return false;
      case VALUES.number:
        return Number(this.name());
      case VALUES.string:
        return this.name();
      case VALUES.bigint:
        return BigInt(this.name());
      case VALUES.list: {
        const count = this.number();
        const list: Value[] = [];
        for (let index = 0; index < count; index++) list.push(this.#value());
        return list;
      }
      case VALUES.map: {
        const count = this.number();
        const map = new Map<string, Value>();
        for (let index = 0; index < count; index++) {
          const key = this.name();
          map.set(key, this.#value());
        }
        return map;
      }
      default:
        return unknownCode(code);
    }
  }
}

function unknownCode(code: number): never {
  throw new Error(`the cached structure of a document has a part of the unknown type ${code}`);
}
