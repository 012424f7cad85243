/** Puts the values of slots into the structure of a document. */
import { isMap } from '../../yaml/value.ts';
import type { Value, ValueMap } from '../../yaml/value.ts';
import type { PkgError } from '../../errors.ts';
import { templateError } from './template-error.ts';
import { slotPath } from './output.ts';
import type { Hole } from './markers.ts';
import type { Slot, Slots } from './output.ts';
import { DuplicateKey } from './compose-errors.ts';
import type { Entry, Node, Text } from './structure.ts';
import type { SingleDocument } from './slot-tree.ts';
import { isEmptyValue, typeName, valueText } from './text.ts';
import { ABSENT } from './helpers/types.ts';

/** The value of an optional slot that is empty: its key or item is left out. */
export const NOTHING: unique symbol = Symbol('nothing');

/** Fills the structures of the documents of one render. */
export class Filler {
  readonly #slots: Slots;
  readonly #single: (slot: Slot) => SingleDocument | undefined;
  readonly #charge: (size: number, slot: Slot) => void;
  readonly #sizes = new WeakMap<object, number>();
  #base = 0;

  /**
   * @param single reads the document of a partial
   * @param charge is called with the size of each value, and throws when they are too large together
   */
  constructor(
    slots: Slots,
    single: (slot: Slot) => SingleDocument | undefined,
    charge: (size: number, slot: Slot) => void,
  ) {
    this.#slots = slots;
    this.#single = single;
    this.#charge = charge;
  }

  /**
   * The value of a document.
   *
   * @param base the number of the document's first slot
   */
  fill(node: Node, base: number): Value | typeof NOTHING {
    this.begin(base);
    return this.#node(node);
  }

  /** Begins with the document whose first slot has this number: the holes of nodes count from there. */
  begin(base: number): void {
    this.#base = base;
  }

  /** The slot of a hole. */
  slot(hole: Hole): Slot {
    return this.#slots.at(this.#base + hole.index);
  }

  /** The text of a key that holds values. */
  keyOf(text: Text): string | typeof NOTHING {
    return this.#key(text);
  }

  /** The value of a part of the document that was begun last. */
  valueOf(node: Node): Value | typeof NOTHING {
    return this.#node(node);
  }

  #node(node: Node): Value | typeof NOTHING {
    switch (node.type) {
      case 'const':
        return node.value;
      case 'hole':
        return this.#hole(node.hole);
      case 'text':
        return this.#text(node);
      case 'list': {
        const list: Value[] = [];
        for (const item of node.items) {
          if (item.type === 'spread') {
            list.push(...this.#spreadList(item.hole));
            continue;
          }
          const value = this.#node(item);
          if (value !== NOTHING) list.push(value);
        }
        return list;
      }
      case 'map':
        return this.#map(node);
    }
  }

  #hole(hole: Hole): Value | typeof NOTHING {
    const slot = this.slot(hole);
    if (slot.kind === 'p') return this.#document(slot);
    const { value } = slot;
    if (slot.kind === 's')
      throw slotError(slot, 'spread must be on a line of its own', ['write {{x}} to give a key its value']);
    if (slot.kind === 'o' && isEmptyValue(value)) return NOTHING;
    if (value === ABSENT) return null;
    this.#charge(this.#sizeOf(value), slot);
    return value;
  }

  /** The document of a partial. */
  #document(slot: Slot): Value | typeof NOTHING {
    const document = this.#single(slot);
    if (document === undefined) return NOTHING;
    const base = this.#base;
    const value = this.fill(document.node, document.base);
    this.#base = base;
    return value;
  }

  #text(text: Text): string | typeof NOTHING {
    const [only] = text.pieces;
    if (text.pieces.length === 1 && typeof only === 'object') {
      const slot = this.slot(only);
      if (slot.kind === 'o' && isEmptyValue(slot.value)) return NOTHING;
      return this.#slotText(slot);
    }
    let result = '';
    // Indexes here and in `layout.ts`, since iterators cost more than the body of these loops.
    for (let index = 0; index < text.pieces.length; index++) {
      const piece = text.pieces[index] ?? '';
      if (typeof piece === 'string') {
        result += piece;
        continue;
      }
      const slot = this.slot(piece);
      if (slot.kind === 'o') {
        throw slotError(slot, 'optional must be a whole value, not a part of one', ['write {{default "" x}}']);
      }
      const inserted = this.#slotText(slot);
      result += text.literal ? indented(inserted, result.length - result.lastIndexOf('\n') - 1) : inserted;
    }
    return result;
  }

  #slotText(slot: Slot): string {
    const { value } = slot;
    if (slot.kind === 's') throw slotError(slot, 'spread must be on a line of its own', []);
    if (slot.printed !== undefined) {
      const text = slot.printed.asText((inner) =>
        inner.kind === 'o' && isEmptyValue(inner.value) ? '' : this.#slotText(inner),
      );
      this.#charge(text.length, slot);
      // The newline at the end of a partial's file is not part of its value.
      return text.replace(/\r?\n$/, '');
    }
    if (value === ABSENT) return '';
    if (Array.isArray(value) || isMap(value)) {
      throw slotError(slot, `${typeName(value)} cannot be part of a text`, [
        'write the value alone, without quotes, or write {{toJson x}} for its text',
      ]);
    }
    const text = valueText(value);
    this.#charge(text.length, slot);
    return text;
  }

  #map(node: Extract<Node, { type: 'map' }>): ValueMap {
    const map: ValueMap = new Map();
    let merges = false;
    for (const entry of node.entries) {
      switch (entry.type) {
        case 'pair': {
          const key = typeof entry.key === 'string' ? entry.key : this.#key(entry.key);
          const value = this.#node(entry.value);
          if (key === NOTHING || value === NOTHING) break;
          this.#checkNew(map, key, entry, node.entries);
          map.set(key, value);
          break;
        }
        case 'spread':
          for (const [key, value] of this.#spreadMap(entry.hole)) {
            this.#checkNew(map, key, entry, node.entries);
            map.set(key, value);
          }
          break;
        case 'merge':
          merges = true;
          break;
      }
    }
    return merges ? this.#merged(map, node.entries) : map;
  }

  /** The map with those of `<<` merged in: its own keys win over merged ones, the first merged map over later ones. */
  #merged(written: ValueMap, entries: readonly Entry[]): ValueMap {
    const map: ValueMap = new Map();
    for (const entry of entries) {
      if (entry.type !== 'merge') continue;
      const value = this.#node(entry.value);
      for (const source of Array.isArray(value) ? value : [value]) {
        if (isMap(source)) for (const [key, item] of source) if (!map.has(key)) map.set(key, item);
      }
    }
    for (const [key, value] of written) map.set(key, value);
    return map;
  }

  #key(text: Text): string | typeof NOTHING {
    for (const piece of text.pieces) {
      if (typeof piece === 'string') continue;
      const slot = this.slot(piece);
      if (slot.printed === undefined && (slot.value === null || slot.value === ABSENT)) {
        if (slot.kind === 'o' && text.pieces.length === 1) return NOTHING;
        throw slotError(slot, 'a key cannot be null', ['give it a default: {{default "x" y}}']);
      }
    }
    return this.#text(text);
  }

  #checkNew(map: ValueMap, key: string, entry: Entry, entries: readonly Entry[]): void {
    if (!map.has(key)) return;
    const first = entries.find((other) => {
      if (other.type === 'pair') return (typeof other.key === 'string' ? other.key : this.#key(other.key)) === key;
      return other.type === 'spread' && this.#spreadMap(other.hole).has(key);
    });
    const isSpread = entry.type === 'spread' || first?.type === 'spread';
    const hints = isSpread
      ? ['keys that override others are merged: {{merge values.overrides (partial "defaults")}}']
      : [];
    throw new DuplicateKey(key, entry.offset, first?.offset ?? entry.offset, hints);
  }

  #spreadMap(hole: Hole): ValueMap {
    const slot = this.slot(hole);
    const { value } = slot;
    if (isEmptyValue(value)) return new Map();
    if (!isMap(value)) {
      const hints = Array.isArray(value) ? ['write - {{spread x}} to add the items of a list'] : [];
      throw slotError(slot, `spread in a map takes a map, and this is ${typeName(value)}`, hints);
    }
    this.#charge(this.#sizeOf(value), slot);
    return value;
  }

  #spreadList(hole: Hole): Value[] {
    const slot = this.slot(hole);
    const { value } = slot;
    if (isEmptyValue(value)) return [];
    if (!Array.isArray(value)) {
      const hints = isMap(value) ? ['write - {{x}} to add the map as one item'] : [];
      throw slotError(slot, `spread in a list takes a list, and this is ${typeName(value)}`, hints);
    }
    this.#charge(this.#sizeOf(value), slot);
    return value;
  }

  /** The number of characters that a value prints, about. */
  #sizeOf(value: Value): number {
    if (typeof value === 'string') return value.length;
    if (typeof value !== 'object' || value === null) return 4;
    const known = this.#sizes.get(value);
    if (known !== undefined) return known;
    let size = 2;
    if (isMap(value)) for (const [key, item] of value) size += key.length + 2 + this.#sizeOf(item);
    else for (const item of value) size += 2 + this.#sizeOf(item);
    this.#sizes.set(value, size);
    return size;
  }
}

/** Indents all lines but the first to the column of the slot; empty lines stay empty. */
function indented(text: string, column: number): string {
  return column === 0 ? text : text.replaceAll(/\n(?!\n|$)/g, `\n${' '.repeat(column)}`);
}

/** An error about the value of a slot, at the slot. */
export function slotError(slot: Slot, message: string, hints: readonly string[]): PkgError {
  return templateError(
    'PKG_TEMPLATE_SLOT',
    message,
    { template: slot.origin.template, loc: slot.node.loc, calls: slot.origin.calls },
    { hints, valuePath: slotPath(slot) },
  );
}
