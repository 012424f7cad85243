/**
 * Prints documents from their structure: the parts that all documents with the same fingerprint share are printed once,
 * and the values of slots between them for each document. The text is the same as that of the filled document.
 */
import { printChild, printItem, printKey, printYaml } from '../../yaml/print.ts';
import { isMap } from '../../yaml/value.ts';
import type { Value, ValueMap, ValuePath } from '../../yaml/value.ts';
import type { FieldType } from '../field-types.ts';
import { eachMisplaced, fitsType, kindOf, memberOf, wantedOf, withTexts } from '../text-fields.ts';
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
export type ValuePiece = {
  readonly node: Node;
  readonly indent: string;
  /** The key or dash of an optional value, printed only if the value is there. */
  readonly before: string;
  /** It is an item of a list, and not a field. */
  readonly isItem: boolean;
  readonly type: FieldType | undefined;
  /** The path of the field as JSON, which is needed only for values that do not fit to its type. */
  readonly path: string;
};

/** What happens to values that do not fit to their fields: see {@link withTexts}. */
export type TextRules = {
  refuse: (value: Value, path: ValuePath, wanted: Wanted) => never;
  changed: (value: number | bigint | boolean, path: ValuePath) => void;
};

/**
 * The place of a node in its document: the key or index that leads to it from `outer`, and its type, if it is known.
 */
type Spot = {
  readonly type: FieldType | undefined;
  readonly name: string | number;
  readonly outer: Spot | undefined;
};

const HEAD: ReadonlySet<string> = new Set(['apiVersion', 'kind', 'metadata']);

/**
 * The layout of an object of this type. Undefined for a structure that is not an object, and for one whose own fields depend on
 * values, or which holds what a partial prints in a map or list that does: it has `spread`, keys that are values, `<<`, or
 * `optional` where nothing sure stands before it.
 */
export function layoutOf(node: Node, type?: FieldType): Layout | undefined {
  const head = headNodes(node);
  const kind = head.find(([key]) => key === 'kind')?.[1];
  // The fields of a list of objects have the types of its items.
  if (kind?.type !== 'const' || String(kind.value).endsWith('List')) return undefined;
  if (node.type === 'const') return { pieces: [printYaml(typedConstant(node.value, rootSpot(type)))], head };
  const writer = new Writer();
  return node.type === 'map' && writer.collection(node, '', rootSpot(type))
    ? { pieces: writer.finish(), head }
    : undefined;
}

function headNodes(node: Node): [string, Node][] {
  const head: [string, Node][] = [];
  if (node.type === 'map') {
    for (const entry of node.entries) {
      if (entry.type === 'pair' && typeof entry.key === 'string' && HEAD.has(entry.key))
        head.push([entry.key, entry.value]);
    }
  } else if (node.type === 'const' && isMap(node.value)) {
    const { offset, size } = node;
    for (const [key, value] of node.value) if (HEAD.has(key)) head.push([key, { type: 'const', value, offset, size }]);
  }
  return head;
}

/** Prints the document that the filler has begun, without a newline at the end. */
export function printLayout({ pieces }: Layout, filler: Filler, rules: TextRules): string {
  let text = '';
  for (let index = 0; index < pieces.length; index++) {
    const piece = pieces[index] ?? '';
    text += typeof piece === 'string' ? piece : printPiece(piece, filler, rules);
  }
  return text.slice(0, -1);
}

function printPiece(
  { node, indent, before, isItem, type, path }: ValuePiece,
  filler: Filler,
  rules: TextRules,
): string {
  let value = filler.valueOf(node);
  if (value === NOTHING) return '';
  if (type !== undefined && !fitsType(value, type))
    value = withTexts(value, type, JSON.parse(path) as ValuePath, rules.refuse, rules.changed);
  return before + printValue(value, indent, isItem);
}

/** The `apiVersion`, `kind` and `metadata` of the document that the filler has begun. */
export function headOf({ head }: Layout, filler: Filler): ValueMap {
  const map: ValueMap = new Map();
  for (let index = 0; index < head.length; index++) {
    const [key, node] = head[index] ?? ['', undefined];
    const value = node === undefined ? NOTHING : filler.valueOf(node);
    if (value !== NOTHING) map.set(key, value);
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
        const lead = index === 0 ? '- ' : `${indent}- `;
        return item.type !== 'spread' && this.#value(item, lead, `${indent}  `, itemOf(spot, index), index === 0);
      });
    }
    return node.entries.every((entry, index) => this.#entry(entry, indent, spot, index === 0));
  }

  #entry(entry: Entry, indent: string, spot: Spot, isFirst: boolean): boolean {
    if (entry.type !== 'pair' || typeof entry.key !== 'string') return false;
    const lead = (isFirst ? '' : indent) + printKey(entry.key, indent);
    return this.#value(entry.value, lead, indent, fieldOf(spot, entry.key), isFirst);
  }

  /** `lead` is printed before the value: its key or dash. */
  #value(node: Node, lead: string, indent: string, spot: Spot, isFirst: boolean): boolean {
    const isItem = typeof spot.name === 'number';
    switch (node.type) {
      case 'const':
        this.#text += lead + printValue(typedConstant(node.value, spot), indent, isItem);
        return true;
      case 'map':
      case 'list': {
        const before = { text: this.#text, count: this.#pieces.length };
        const inner = node.type === 'list' || isItem ? indent : `${indent}  `;
        this.#text += isItem ? lead : `${lead}\n${inner}`;
        if (this.collection(node, inner, spot)) return true;
        if (hasPartials(node)) return false;
        // Its fields or items depend on values, so all of it is printed for each document.
        this.#text = before.text + lead;
        this.#pieces.length = before.count;
        this.#piece(node, indent, '', spot);
        return true;
      }
      default: {
        const kind = kindOfHoles(node);
        // Without the first entry the next one would stand on its line, and without any there would be no collection.
        if (kind === undefined || (kind === 'o' && isFirst)) return false;
        if (kind === 'v') this.#text += lead;
        this.#piece(node, indent, kind === 'v' ? '' : lead, spot);
        return true;
      }
    }
  }

  #piece(node: Node, indent: string, before: string, spot: Spot): void {
    if (this.#text !== '') this.#pieces.push(this.#text);
    this.#text = '';
    const isItem = typeof spot.name === 'number';
    this.#pieces.push({ node, indent, before, isItem, type: spot.type, path: JSON.stringify(pathOf(spot)) });
  }
}

/** Does a node hold the document of a partial? Its literals are checked for each document, which a layout does not do. */
function hasPartials(node: Node): boolean {
  if (node.type === 'hole') return node.hole.kind === 'p';
  if (node.type === 'list') return node.items.some((item) => item.type !== 'spread' && hasPartials(item));
  return node.type === 'map' && node.entries.some((entry) => entry.type !== 'spread' && hasPartials(entry.value));
}

function printValue(value: Value, indent: string, isItem: boolean): string {
  return isItem ? printItem(value, indent) : printChild(value, indent);
}

function typedConstant(value: Value, spot: Spot): Value {
  const { type } = spot;
  return type === undefined || fitsType(value, type) ? value : withTexts(value, type, pathOf(spot), keep, ignore);
}

/**
 * The kind of a node that is a slot or a text with slots: `o` if all of it may be left out; undefined for the others.
 */
function kindOfHoles(node: Extract<Node, { type: 'hole' | 'text' }>): 'v' | 'o' | undefined {
  const holes = node.type === 'hole' ? [node.hole] : node.pieces.filter((piece) => typeof piece === 'object');
  if (holes.every(({ kind }) => kind === 'v')) return 'v';
  const isOptional = holes[0]?.kind === 'o' && (node.type === 'hole' || node.pieces.length === 1);
  return isOptional ? 'o' : undefined;
}

function rootSpot(type: FieldType | undefined): Spot {
  return { type, name: '', outer: undefined };
}

function itemOf(outer: Spot, index: number): Spot {
  return { type: outer.type?.holds === 'list' ? outer.type.of : undefined, name: index, outer };
}

function fieldOf(outer: Spot, key: string): Spot {
  return { type: outer.type && memberOf(outer.type, key), name: key, outer };
}

function pathOf(spot: Spot): ValuePath {
  const path: (string | number)[] = [];
  for (let at = spot; at.outer !== undefined; at = at.outer) path.push(at.name);
  return path.reverse();
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
  let spot = rootSpot(undefined);
  for (const name of path) spot = { type: undefined, name, outer: spot };
  checkAt(node, { ...spot, type }, errors);
}

function checkAt(node: Node, spot: Spot, errors: LiteralErrors): void {
  const { type } = spot;
  if (type === undefined) return;
  const wanted = wantedOf(type);
  if (node.type === 'const') {
    if (node.written !== undefined && type.holds === 'text') errors.literal(node.written, pathOf(spot));
    if (fitsType(node.value, type)) return;
    eachMisplaced(node.value, type, pathOf(spot), (value, at, inner) => errors.misplaced(kindOf(value), at, inner));
  } else if (node.type === 'text') {
    if (wanted === 'list' || wanted === 'map') errors.misplaced('a text', pathOf(spot), wanted);
  } else if (node.type === 'list') {
    if (wanted !== 'list') errors.misplaced('a list', pathOf(spot), wanted);
    for (let index = 0; index < node.items.length; index++) {
      const item = node.items[index];
      if (item !== undefined && item.type !== 'spread') checkAt(item, itemOf(spot, index), errors);
    }
  } else if (node.type === 'map') {
    // {{spread x}} alone is a map here; if x is a list, filling the document reports that.
    const isSpread = node.entries.every((entry) => entry.type === 'spread');
    if (wanted !== 'map' && !isSpread) errors.misplaced('a map', pathOf(spot), wanted);
    for (const entry of node.entries) {
      if (entry.type === 'merge') checkAt(entry.value, spot, errors);
      // Only maps whose fields all have one type have keys that are values.
      if (entry.type === 'pair')
        checkAt(entry.value, fieldOf(spot, typeof entry.key === 'string' ? entry.key : ''), errors);
    }
  }
}

/** {@link checkLiterals} has thrown for such values before a layout is made. */
function keep(): never {
  throw new Error('a literal that does not fit its field passed the check');
}

function ignore(): void {}
