/** Structures of documents as integers, for the cache. Texts and numbers are indexes into a table of names. */
import { isMap } from '../../yaml/value.ts';
import type { Value } from '../../yaml/value.ts';
import type { NameTable } from '../template-cache.ts';
import type { Hole, SlotKind } from './markers.ts';
import type { Entry, Node, Text } from './skeleton.ts';

const NODES = { const: 0, hole: 1, text: 2, map: 3, list: 4, spread: 5 } as const;
const ENTRIES = { pair: 0, computed: 1, spread: 2, merge: 3 } as const;
const VALUES = { null: 0, true: 1, false: 2, number: 3, string: 4, bigint: 5, list: 6, map: 7 } as const;
const KINDS: readonly SlotKind[] = ['v', 'o', 's', 'p'];

/** Stands for what is not there. No count, index or offset is negative. */
const NONE = -1;

type Item = Extract<Node, { type: 'list' }>['items'][number];

/** Encodes the nodes of a document; names are added to the table. */
export function encodeNodes(nodes: readonly Node[], names: NameTable): Int32Array {
  const numbers: number[] = [];
  const name = (text: string): void => {
    numbers.push(names.indexOf(text));
  };
  const hole = ({ kind, index }: Hole): void => {
    numbers.push(KINDS.indexOf(kind), index);
  };
  const text = ({ pieces, literal }: Text): void => {
    numbers.push(literal ? 1 : 0, pieces.length);
    for (const piece of pieces) {
      numbers.push(typeof piece === 'string' ? NONE : 1);
      if (typeof piece === 'string') name(piece);
      else hole(piece);
    }
  };
  const value = (one: Value): void => {
    numbers.push(valueCode(one));
    if (Array.isArray(one)) {
      numbers.push(one.length);
      for (const item of one) value(item);
    } else if (isMap(one)) {
      numbers.push(one.size);
      for (const [key, item] of one) {
        name(key);
        value(item);
      }
    } else if (typeof one === 'string') name(one);
    else if (typeof one === 'number') name(Object.is(one, -0) ? '-0' : String(one));
    else if (typeof one === 'bigint') name(String(one));
  };
  const entry = (one: Entry): void => {
    if (one.type !== 'pair') numbers.push(ENTRIES[one.type]);
    else numbers.push(typeof one.key === 'string' ? ENTRIES.pair : ENTRIES.computed);
    numbers.push(one.offset);
    if (one.type === 'spread') hole(one.hole);
    else if (one.type === 'merge') node(one.value);
    else {
      if (typeof one.key === 'string') name(one.key);
      else {
        numbers.push(one.key.offset);
        text(one.key);
      }
      node(one.value);
    }
  };
  const node = (one: Item): void => {
    numbers.push(NODES[one.type], one.offset);
    if (one.type !== 'spread') numbers.push(one.size);
    switch (one.type) {
      case 'const':
        value(one.value);
        if (one.written === undefined) numbers.push(NONE);
        else name(one.written);
        break;
      case 'hole':
      case 'spread':
        hole(one.hole);
        break;
      case 'text':
        text(one);
        break;
      case 'map':
        numbers.push(one.entries.length);
        for (const each of one.entries) entry(each);
        break;
      case 'list':
        numbers.push(one.items.length);
        for (const item of one.items) node(item);
    }
  };
  numbers.push(nodes.length);
  for (const one of nodes) node(one);
  return new Int32Array(numbers);
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
  return reader.nodes();
}

class NodeReader {
  readonly #numbers: Int32Array;
  readonly #names: NameTable;
  #at = 0;

  constructor(numbers: Int32Array, names: NameTable) {
    this.#numbers = numbers;
    this.#names = names;
  }

  nodes(): Node[] {
    const count = this.#next();
    const nodes: Node[] = [];
    for (let index = 0; index < count; index++) nodes.push(this.#node());
    return nodes;
  }

  #next(): number {
    return this.#numbers[this.#at++] as number;
  }

  #name(): string {
    return this.#names.get(this.#next());
  }

  #item(): Item {
    if (this.#numbers[this.#at] !== NODES.spread) return this.#node();
    this.#at++;
    const offset = this.#next();
    return { type: 'spread', hole: this.#hole(), offset };
  }

  #node(): Node {
    const code = this.#next();
    const offset = this.#next();
    const size = this.#next();
    switch (code) {
      case NODES.const: {
        const value = this.#value();
        const written = this.#next();
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
        const count = this.#next();
        const entries: Entry[] = [];
        for (let index = 0; index < count; index++) entries.push(this.#entry());
        return { type: 'map', entries, offset, size };
      }
      case NODES.list: {
        const count = this.#next();
        const items: Item[] = [];
        for (let index = 0; index < count; index++) items.push(this.#item());
        return { type: 'list', items, offset, size };
      }
      default:
        return unknownCode(code);
    }
  }

  #entry(): Entry {
    const code = this.#next();
    const offset = this.#next();
    switch (code) {
      case ENTRIES.pair: {
        const key = this.#name();
        return { type: 'pair', key, offset, value: this.#node() };
      }
      case ENTRIES.computed: {
        const key = this.#text(this.#next());
        return { type: 'pair', key, offset, value: this.#node() };
      }
      case ENTRIES.spread:
        return { type: 'spread', hole: this.#hole(), offset };
      case ENTRIES.merge:
        return { type: 'merge', value: this.#node(), offset };
      default:
        return unknownCode(code);
    }
  }

  #hole(): Hole {
    const kind = KINDS[this.#next()] as SlotKind;
    return { kind, index: this.#next() };
  }

  #text(offset: number): Text {
    const literal = this.#next() === 1;
    const count = this.#next();
    const pieces: (string | Hole)[] = [];
    for (let index = 0; index < count; index++) pieces.push(this.#next() === NONE ? this.#name() : this.#hole());
    return { type: 'text', pieces, literal, offset };
  }

  #value(): Value {
    const code = this.#next();
    switch (code) {
      case VALUES.null:
        return null;
      case VALUES.true:
        return true;
      case VALUES.false:
        return false;
      case VALUES.number:
        return Number(this.#name());
      case VALUES.string:
        return this.#name();
      case VALUES.bigint:
        return BigInt(this.#name());
      case VALUES.list: {
        const count = this.#next();
        const list: Value[] = [];
        for (let index = 0; index < count; index++) list.push(this.#value());
        return list;
      }
      case VALUES.map: {
        const count = this.#next();
        const map = new Map<string, Value>();
        for (let index = 0; index < count; index++) {
          const key = this.#name();
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
