/**
 * Documents printed from their structure: what all documents of a shape have in common is printed once, and
 * between it stand the values of slots. Gives the same text as printing the filled document does.
 */
import { printChild, printItem, printKey } from '../../yaml/print.ts';
import type { Value, ValueMap } from '../../yaml/value.ts';
import { NOTHING } from './fill.ts';
import type { Filler } from './fill.ts';
import type { Entry, Node } from './skeleton.ts';

/** Text, and between it the values of slots. */
export type Layout = {
  readonly pieces: readonly (string | Gap)[];
  /** The fields that say which object it is. */
  readonly head: readonly (readonly [key: string, value: Node])[];
};

/** Where a value is printed: after a key or after `- `, with the indentation that its further lines get. */
type Gap = { readonly node: Node; readonly isItem: boolean; readonly indent: string };

type Collection = Extract<Node, { type: 'map' | 'list' }>;

const HEAD: ReadonlySet<string> = new Set(['apiVersion', 'kind', 'metadata']);

/**
 * The layout of an object's structure. Undefined for what is no object, and where values decide which fields
 * there are: `optional`, `spread`, keys that are values, and `<<`.
 */
export function layoutOf(node: Node): Layout | undefined {
  if (node.type !== 'map') return undefined;
  const head: [string, Node][] = [];
  for (const entry of node.entries) {
    if (entry.type === 'pair' && typeof entry.key === 'string' && HEAD.has(entry.key))
      head.push([entry.key, entry.value]);
  }
  const kind = head.find(([key]) => key === 'kind')?.[1];
  // A list of objects is judged by its items.
  if (kind?.type !== 'const' || String(kind.value).endsWith('List')) return undefined;
  const writer = new Writer();
  return writer.collection(node, '') ? { pieces: writer.finish(), head } : undefined;
}

/** Prints the document that the filler has begun, without a newline at the end. */
export function printLayout({ pieces }: Layout, filler: Filler): string {
  let text = '';
  for (let index = 0; index < pieces.length; index++) {
    const piece = pieces[index] ?? '';
    if (typeof piece === 'string') text += piece;
    else {
      const value = filler.valueOf(piece.node);
      if (value === NOTHING) throw new Error('a layout holds what may be left out');
      text += piece.isItem ? printItem(value, piece.indent) : printChild(value, piece.indent);
    }
  }
  return text.slice(0, -1);
}

/** The fields of the document that the filler has begun that say which object it is. */
export function headOf({ head }: Layout, filler: Filler): ValueMap {
  const map: ValueMap = new Map();
  for (let index = 0; index < head.length; index++) {
    const [key, node] = head[index] ?? ['', undefined];
    if (node !== undefined) map.set(key, filler.valueOf(node) as Value);
  }
  return map;
}

/** Lays collections out; each method says whether it could. */
class Writer {
  readonly #pieces: (string | Gap)[] = [];
  #text = '';

  finish(): readonly (string | Gap)[] {
    if (this.#text !== '') this.#pieces.push(this.#text);
    return this.#pieces;
  }

  /** `indent` stands before each line but the first, which the caller begins. */
  collection(node: Collection, indent: string): boolean {
    if (node.type === 'list') {
      return node.items.every((item, index) => {
        this.#text += index === 0 ? '- ' : `${indent}- `;
        return item.type !== 'spread' && this.#value(item, `${indent}  `, true);
      });
    }
    return node.entries.every((entry, index) => {
      if (index > 0) this.#text += indent;
      return this.#entry(entry, indent);
    });
  }

  #entry(entry: Entry, indent: string): boolean {
    if (entry.type !== 'pair' || typeof entry.key !== 'string') return false;
    this.#text += printKey(entry.key, indent);
    return this.#value(entry.value, indent, false);
  }

  #value(node: Node, indent: string, isItem: boolean): boolean {
    switch (node.type) {
      case 'const':
        this.#text += isItem ? printItem(node.value, indent) : printChild(node.value, indent);
        return true;
      case 'hole':
        if (node.hole.kind !== 'v') return false;
        break;
      case 'text':
        if (node.pieces.some((piece) => typeof piece === 'object' && piece.kind !== 'v')) return false;
        break;
      case 'map':
        if (isItem) return this.collection(node, indent);
        this.#text += `\n${indent}  `;
        return this.collection(node, `${indent}  `);
      case 'list':
        if (!isItem) this.#text += `\n${indent}`;
        return this.collection(node, indent);
    }
    if (this.#text !== '') this.#pieces.push(this.#text);
    this.#text = '';
    this.#pieces.push({ node, isItem, indent });
    return true;
  }
}
