/**
 * Finds equal documents without comparing their texts. A loop prints the same constants around other values in each
 * turn: the sequence of constants and slots is the fingerprint of a document, and documents with the same fingerprint have
 * the same structure.
 */
import { MARKER_LENGTH } from './markers.ts';
import type { SlotKind } from './markers.ts';
import type { Gap, PlacedGap } from './gaps.ts';
import type { Output, Part, Slots } from './output.ts';
import type { DocumentStructure } from './document-structure.ts';

/** A document of an output. */
export type SplitDocument = {
  fingerprint: Fingerprint;
  /** The number of its first slot; 0 where it has none. */
  base: number;
  /** Where it begins: the part of the output, and the offset in this part. */
  part: number;
  offset: number;
};

/**
 * A constant, cut at the `---` in it. `dashesFirst`: it begins with `---`, which is a separator at the start of a line.
 */
type Constant = { pieces: readonly { id: number; offset: number; blank: boolean }[]; dashesFirst: boolean };

const KINDS: readonly SlotKind[] = ['v', 'o', 's', 'p'];
const KIND_IDS: Readonly<Record<SlotKind, number>> = { v: 0, o: 1, s: 2, p: 3 };
const FIRST_ID = KINDS.length;
const SEPARATOR = /^---(?=[ \t\r\n])/gm;
/** Ends with dashes, which are a separator only if the next part does not continue the line. */
const UNSURE = /\n-{1,3}$/;
const ONLY_DASHES = /^-{1,3}$/;
/** The first line that is not blank is not indented, and so no separator is. */
const NOT_INDENTED = /^(?:[^\S\n]*\n)*\S/;

/**
 * A node of the prefix tree of all fingerprints of a render: each path from the root is a fingerprint, and finding one
 * allocates nothing.
 */
export class Fingerprint {
  readonly id: number;
  readonly before: Fingerprint | undefined;
  /** The structures of documents with this fingerprint, once they have been read. */
  structures: readonly DocumentStructure[] | undefined;
  // Nearly all nodes have one successor, so a map is made only for further ones.
  #next: Fingerprint | undefined;
  #others: Map<number, Fingerprint> | undefined;

  constructor(id: number, before: Fingerprint | undefined) {
    this.id = id;
    this.before = before;
  }

  /** The fingerprint with one more constant, slot or gap. */
  then(id: number): Fingerprint {
    if (this.#next?.id === id) return this.#next;
    const known = this.#others?.get(id);
    if (known !== undefined) return known;
    const next = new Fingerprint(id, this);
    if (this.#next === undefined) this.#next = next;
    else (this.#others ??= new Map()).set(id, next);
    return next;
  }
}

/** The fingerprints of one render. */
export class Fingerprints {
  readonly #slots: Slots;
  readonly #nothing = new Fingerprint(-1, undefined);
  readonly #constants = new Map<string, Constant>();
  readonly #gaps = new Map<Gap, number>();
  readonly #texts: (string | Gap)[] = [];

  constructor(slots: Slots) {
    this.#slots = slots;
  }

  /** The documents of an output that are not blank; undefined where its separators show only in its whole text. */
  split(output: Output): SplitDocument[] | undefined {
    const documents: SplitDocument[] = [];
    let current: SplitDocument = { fingerprint: this.#nothing, base: 0, part: 0, offset: 0 };
    let count = 0;
    let blank = true;
    let begun = false;
    let before: Part | undefined;
    const { parts } = output;
    for (let index = 0; index < parts.length; index++) {
      const part = parts[index] ?? '';
      if (typeof part === 'number') {
        if (!begun) return undefined;
        if (count === 0) current.base = part;
        else if (part !== current.base + count) return undefined;
        current.fingerprint = current.fingerprint.then(KIND_IDS[this.#slots.at(part).kind]);
        count++;
        blank = false;
        before = part;
        continue;
      }
      if (typeof part === 'object') {
        current.fingerprint = current.fingerprint.then(this.#gap(part));
        continue;
      }
      const constant = this.#constant(part);
      if (constant === undefined) return undefined;
      // Dashes at the start of a part are a separator only at the start of a line, and then `---` alone may go on in
      // the next part.
      if (constant.dashesFirst && isLineStart(before) === ONLY_DASHES.test(part)) return undefined;
      before = part;
      if (!begun) {
        if (!NOT_INDENTED.test(part)) return undefined;
        begun = true;
      }
      const { pieces } = constant;
      for (let at = 0; at < pieces.length; at++) {
        const piece = pieces[at];
        if (piece === undefined) continue;
        if (at > 0) {
          if (!blank) documents.push(current);
          current = { fingerprint: this.#nothing, base: 0, part: index, offset: piece.offset };
          count = 0;
          blank = true;
        }
        current.fingerprint = current.fingerprint.then(piece.id);
        blank &&= piece.blank;
      }
    }
    if (!blank) documents.push(current);
    return documents;
  }

  /** The text of a fingerprint, its slots numbered from 0, and its gaps. */
  text(fingerprint: Fingerprint): { text: string; gaps: PlacedGap[] } {
    const ids: number[] = [];
    for (let at: Fingerprint | undefined = fingerprint; at !== undefined && at !== this.#nothing; at = at.before)
      ids.push(at.id);
    const gaps: PlacedGap[] = [];
    let text = '';
    let count = 0;
    for (const id of ids.reverse()) {
      const kind = KINDS[id];
      const piece = kind === undefined ? (this.#texts[id - FIRST_ID] ?? '') : this.#slots.marker(kind, count++);
      if (typeof piece === 'object') gaps.push({ ...piece, at: text.length });
      else text += piece;
    }
    return { text, gaps };
  }

  /**
   * The constants, slots and gaps of a fingerprint as a text that is the same in every run. {@link text} holds the nonce of
   * this run, without which a constant could look like a slot.
   */
  keyOf(fingerprint: Fingerprint): { key: string; length: number } {
    let key = '';
    let length = 0;
    for (let at: Fingerprint | undefined = fingerprint; at !== undefined && at !== this.#nothing; at = at.before) {
      const piece = this.#texts[at.id - FIRST_ID];
      if (typeof piece === 'string') {
        key += `${piece.length}:${piece}`;
        length += piece.length;
      } else if (piece === undefined) {
        key += KINDS[at.id];
        length += MARKER_LENGTH;
      } else key += `${piece.isList ? '-' : '='}${piece.column};`;
    }
    return { key, length };
  }

  #gap(gap: Gap): number {
    let id = this.#gaps.get(gap);
    if (id === undefined) {
      id = FIRST_ID + this.#texts.length;
      this.#texts.push(gap);
      this.#gaps.set(gap, id);
    }
    return id;
  }

  #constant(text: string): Constant | undefined {
    const known = this.#constants.get(text);
    if (known !== undefined) return known;
    // Few constants have dashes, so most are spared the patterns.
    const constant = text.endsWith('-') && UNSURE.test(text) ? undefined : this.#cut(text);
    if (constant !== undefined) this.#constants.set(text, constant);
    return constant;
  }

  #cut(text: string): Constant {
    const pieces: Constant['pieces'][number][] = [];
    const add = (offset: number, end: number): void => {
      const piece = text.slice(offset, end);
      pieces.push({ id: FIRST_ID + this.#texts.length, offset, blank: piece.trim() === '' });
      this.#texts.push(piece);
    };
    let start = 0;
    let dashesFirst = text.startsWith('-') && ONLY_DASHES.test(text);
    for (const match of text.includes('---') ? text.matchAll(SEPARATOR) : []) {
      if (match.index === 0) dashesFirst = true;
      add(start, match.index);
      // What follows on the line belongs to the document: `--- # comment`, `--- {a: 1}`.
      start = match.index + match[0].length;
    }
    add(start, text.length);
    return { pieces, dashesFirst };
  }
}

function isLineStart(before: Part | undefined): boolean {
  return before === undefined || (typeof before === 'string' && before.endsWith('\n'));
}
