/**
 * Documents told apart by what printed them. A loop prints the same constants around other values each time:
 * the sequence of constants and slots is the shape of a document, which is found much faster than its text.
 */
import type { Output, SlotKind, Slots } from './output.ts';

/** A document of an output. */
export type ShapedDocument = {
  /** Its shape: a character for each constant and each slot. */
  shape: string;
  /** The number of its first slot; 0 where it has none. */
  base: number;
  /** Where it begins: a part of the output, and the character of it. */
  part: number;
  offset: number;
};

/** A constant, cut at the separators that it holds. */
type Constant = { pieces: readonly { id: string; offset: number; blank: boolean }[]; separatorFirst: boolean };

const KINDS: readonly SlotKind[] = ['v', 'o', 's'];
const FIRST_ID = KINDS.length;
const LAST_ID = 0xfffe;
const SEPARATOR = /^---(?=[ \t\r\n])/gm;
/** A line that the next part may make a separator, or not. */
const UNSURE = /(?:^|\n)-{1,3}$/;
/** The first line that is not blank begins at its first column, so separators do too. */
const NOT_INDENTED = /^(?:[^\S\n]*\n)*\S/;

/** The shapes of one render. */
export class Shapes {
  readonly #slots: Slots;
  readonly #constants = new Map<string, Constant | undefined>();
  readonly #texts: string[] = [];

  constructor(slots: Slots) {
    this.#slots = slots;
  }

  /** The documents of an output that are not blank; undefined where only its whole text can tell. */
  split(output: Output): ShapedDocument[] | undefined {
    const documents: ShapedDocument[] = [];
    let current: ShapedDocument = { shape: '', base: 0, part: 0, offset: 0 };
    let count = 0;
    let blank = true;
    let begun = false;
    const { parts } = output;
    for (const [index, part] of parts.entries()) {
      if (typeof part === 'number') {
        if (!begun) return undefined;
        if (count === 0) current.base = part;
        else if (part !== current.base + count) return undefined;
        current.shape += String.fromCharCode(KINDS.indexOf(this.#slots.at(part).kind));
        count++;
        blank = false;
        continue;
      }
      const constant = this.#constant(part);
      if (constant === undefined) return undefined;
      if (constant.separatorFirst && !isLineStart(parts[index - 1])) return undefined;
      if (!begun) {
        if (!NOT_INDENTED.test(part)) return undefined;
        begun = true;
      }
      for (const [at, piece] of constant.pieces.entries()) {
        if (at > 0) {
          if (!blank) documents.push(current);
          current = { shape: '', base: 0, part: index, offset: piece.offset };
          count = 0;
          blank = true;
        }
        current.shape += piece.id;
        blank &&= piece.blank;
      }
    }
    if (!blank) documents.push(current);
    return documents;
  }

  /** The text of a shape, its slots numbered from 0. */
  text(shape: string): string {
    let text = '';
    let count = 0;
    for (let index = 0; index < shape.length; index++) {
      const id = shape.charCodeAt(index);
      const kind = KINDS[id];
      text += kind === undefined ? (this.#texts[id - FIRST_ID] ?? '') : this.#slots.marker(kind, count++);
    }
    return text;
  }

  #constant(text: string): Constant | undefined {
    if (this.#constants.has(text)) return this.#constants.get(text);
    const constant = UNSURE.test(text) ? undefined : this.#cut(text);
    this.#constants.set(text, constant);
    return constant;
  }

  #cut(text: string): Constant | undefined {
    const pieces: Constant['pieces'][number][] = [];
    const add = (offset: number, end: number): void => {
      const piece = text.slice(offset, end);
      pieces.push({ id: String.fromCharCode(FIRST_ID + this.#texts.length), offset, blank: piece.trim() === '' });
      this.#texts.push(piece);
    };
    let start = 0;
    let separatorFirst = false;
    for (const match of text.matchAll(SEPARATOR)) {
      if (match.index === 0) separatorFirst = true;
      add(start, match.index);
      // What follows on the line belongs to the document: `--- # comment`, `--- {a: 1}`.
      start = match.index + match[0].length;
    }
    add(start, text.length);
    return FIRST_ID + this.#texts.length > LAST_ID ? undefined : { pieces, separatorFirst };
  }
}

function isLineStart(before: string | number | undefined): boolean {
  return before === undefined || (typeof before === 'string' && before.endsWith('\n'));
}
