/**
 * Prints documents from their structure: the parts that all documents with the same fingerprint share are printed once,
 * and the values of slots between them for each document. The text is the same as that of the filled document.
 */
import { printChild, printItem, printKey } from '../../yaml/print.ts';
import type { Value, ValueMap, ValuePath } from '../../yaml/value.ts';
import type { FieldType } from '../field-types.ts';
import { eachMisplaced, kindOf, memberOf, wantedOf, withTexts } from '../text-fields.ts';
import type { Wanted } from '../text-fields.ts';
import { NOTHING } from './fill.ts';
import type { Filler } from './fill.ts';
import type { Collection, Entry, Node } from './structure.ts';

/** The printed constants of a structure, and between them the values of slots. */
export type Layout = {
  readonly pieces: readonly (string | ValuePiece)[];
  /** The fields `apiVersion`, `kind` and `metadata`. */
  readonly head: readonly (readonly [key: string, value: Node])[];
};

/** Where a value is printed: after a key or after `- `, with the indentation that its further lines get. */
type ValuePiece = {
  readonly node: Node;
  readonly isItem: boolean;
  readonly indent: string;
  /** The type of the field, if it is known, and its path. */
  readonly type: FieldType | undefined;
  readonly path: ValuePath;
};

/** What happens to values that do not fit to their fields: see {@link withTexts}. */
export type TextRules = {
  refuse: (value: Value, path: ValuePath, wanted: Wanted) => never;
  changed: (value: number | bigint | boolean, path: ValuePath) => void;
};

/** The path of a node in its document, and its type. */
type Spot = { type: FieldType | undefined; path: ValuePath };

const HEAD: ReadonlySet<string> = new Set(['apiVersion', 'kind', 'metadata']);

/**
 * The layout of an object of this type. Undefined for a structure that is no object, and for one whose fields depend on
 * values: it has `optional`, `spread`, keys that are values, or `<<`.
 */
export function layoutOf(node: Node, type?: FieldType): Layout | undefined {
  if (node.type !== 'map') return undefined;
  const head: [string, Node][] = [];
  for (const entry of node.entries) {
    if (entry.type === 'pair' && typeof entry.key === 'string' && HEAD.has(entry.key))
      head.push([entry.key, entry.value]);
  }
  const kind = head.find(([key]) => key === 'kind')?.[1];
  // The fields of a list of objects have the types of its items.
  if (kind?.type !== 'const' || String(kind.value).endsWith('List')) return undefined;
  const writer = new Writer();
  return writer.collection(node, '', { type, path: [] }) ? { pieces: writer.finish(), head } : undefined;
}

/** Prints the document that the filler has begun, without a newline at the end. */
export function printLayout({ pieces }: Layout, filler: Filler, { refuse, changed }: TextRules): string {
  let text = '';
  for (let index = 0; index < pieces.length; index++) {
    const piece = pieces[index] ?? '';
    if (typeof piece === 'string') text += piece;
    else {
      const filled = filler.valueOf(piece.node);
      if (filled === NOTHING) throw new Error('a layout holds what may be left out');
      const value = piece.type === undefined ? filled : withTexts(filled, piece.type, piece.path, refuse, changed);
      text += piece.isItem ? printItem(value, piece.indent) : printChild(value, piece.indent);
    }
  }
  return text.slice(0, -1);
}

/** The `apiVersion`, `kind` and `metadata` of the document that the filler has begun. */
export function headOf({ head }: Layout, filler: Filler): ValueMap {
  const map: ValueMap = new Map();
  for (let index = 0; index < head.length; index++) {
    const [key, node] = head[index] ?? ['', undefined];
    if (node !== undefined) map.set(key, filler.valueOf(node) as Value);
  }
  return map;
}

/** Makes layouts; each method returns false where there is none for the node. */
class Writer {
  readonly #pieces: (string | ValuePiece)[] = [];
  #text = '';

  finish(): readonly (string | ValuePiece)[] {
    if (this.#text !== '') this.#pieces.push(this.#text);
    return this.#pieces;
  }

  /** `indent` stands before each line but the first, which the caller begins. */
  collection(node: Collection, indent: string, spot: Spot): boolean {
    if (node.type === 'list') {
      return node.items.every((item, index) => {
        this.#text += index === 0 ? '- ' : `${indent}- `;
        return item.type !== 'spread' && this.#value(item, `${indent}  `, true, itemOf(spot, index));
      });
    }
    return node.entries.every((entry, index) => {
      if (index > 0) this.#text += indent;
      return this.#entry(entry, indent, spot);
    });
  }

  #entry(entry: Entry, indent: string, spot: Spot): boolean {
    if (entry.type !== 'pair' || typeof entry.key !== 'string') return false;
    this.#text += printKey(entry.key, indent);
    return this.#value(entry.value, indent, false, fieldOf(spot, entry.key));
  }

  #value(node: Node, indent: string, isItem: boolean, spot: Spot): boolean {
    switch (node.type) {
      case 'const': {
        const value = spot.type === undefined ? node.value : withTexts(node.value, spot.type, spot.path, keep, ignore);
        this.#text += isItem ? printItem(value, indent) : printChild(value, indent);
        return true;
      }
      case 'hole':
        if (node.hole.kind !== 'v') return false;
        break;
      case 'text':
        if (node.pieces.some((piece) => typeof piece === 'object' && piece.kind !== 'v')) return false;
        break;
      case 'map':
        if (isItem) return this.collection(node, indent, spot);
        this.#text += `\n${indent}  `;
        return this.collection(node, `${indent}  `, spot);
      case 'list':
        if (!isItem) this.#text += `\n${indent}`;
        return this.collection(node, indent, spot);
    }
    if (this.#text !== '') this.#pieces.push(this.#text);
    this.#text = '';
    this.#pieces.push({ node, isItem, indent, ...spot });
    return true;
  }
}

function itemOf({ type, path }: Spot, index: number): Spot {
  return { type: type?.holds === 'list' ? type.of : undefined, path: [...path, index] };
}

function fieldOf({ type, path }: Spot, key: string): Spot {
  return { type: type && memberOf(type, key), path: [...path, key] };
}

/** What {@link checkLiterals} calls for errors; both throw. */
export type LiteralErrors = {
  /** For a number or a boolean that is written otherwise than it is read: 1.10, yes. */
  literal: (written: string, path: ValuePath) => never;
  /** For a text, a list or a map where something else belongs, and for a text that is not base64. */
  misplaced: (found: string, path: ValuePath, wanted: Wanted) => never;
};

/**
 * Checks the values that are written in a structure. In a field for text, a number or a boolean that is written
 * otherwise than it is read, as 1.10 or yes, is an error; in any field, a value of another type is.
 *
 * @param errors are called with the path of the field, and throw
 */
export function checkLiterals(node: Node, type: FieldType | undefined, path: ValuePath, errors: LiteralErrors): void {
  if (type === undefined) return;
  const spot = { type, path };
  const wanted = wantedOf(type);
  if (node.type === 'const') {
    if (node.written !== undefined && type.holds === 'text') errors.literal(node.written, path);
    eachMisplaced(node.value, type, path, (value, at, inner) => errors.misplaced(kindOf(value), at, inner));
  } else if (node.type === 'text') {
    if (wanted === 'list' || wanted === 'map') errors.misplaced('a text', path, wanted);
  } else if (node.type === 'list') {
    if (wanted !== 'list') errors.misplaced('a list', path, wanted);
    for (const [index, item] of node.items.entries()) {
      if (item.type !== 'spread') checkLiterals(item, itemOf(spot, index).type, [...path, index], errors);
    }
  } else if (node.type === 'map') {
    // {{spread x}} alone is a map here; if x is a list, filling the document reports that.
    const isSpread = node.entries.every((entry) => entry.type === 'spread');
    if (wanted !== 'map' && !isSpread) errors.misplaced('a map', path, wanted);
    for (const entry of node.entries) {
      if (entry.type === 'merge') checkLiterals(entry.value, type, path, errors);
      if (entry.type !== 'pair') continue;
      // Only maps whose fields all have one type have keys that are values.
      const key = typeof entry.key === 'string' ? entry.key : '';
      checkLiterals(entry.value, memberOf(type, key), [...path, key], errors);
    }
  }
}

/** {@link checkLiterals} has thrown for such values before a layout is made. */
function keep(): never {
  throw new Error('a literal that does not fit to its field was let pass');
}

function ignore(): void {}
