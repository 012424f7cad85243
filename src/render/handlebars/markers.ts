/** The markers that stand for values in the text of a document until it is read as YAML. */

/**
 * `v`: a value. `o`: a value whose key or item is left out when it is empty. `s`: a map or a list whose keys or items
 * are added. `p`: the document that a partial prints.
 */
export type SlotKind = 'v' | 'o' | 's' | 'p';

/** A slot of a document: its kind, and its number among the slots of the document. */
export type Hole = { kind: SlotKind; index: number };

/** The length of each marker: `\uE000`, 10 characters of the nonce, the kind, two digits, `\uE001`. */
export const MARKER_LENGTH = 15;

/** The digits of a slot's number are private-use characters too: two of them number 16 million slots. */
const DIGIT = 0xe100;
const BASE = 4096;

/** Writes and finds the markers of one render. */
export class Markers {
  readonly #open: string;

  constructor() {
    // No value can hold a marker, since the nonce is random and never printed. The system seeds Math.random for each
    // process; `node:crypto` would do as well, but takes 6 ms to load.
    const nonce = Math.random().toString(36).slice(2, 12).padEnd(10, '0');
    this.#open = `\uE000${nonce}`;
  }

  /** The marker of a slot, given by its number. */
  marker(kind: SlotKind, index: number): string {
    const digits = String.fromCharCode(DIGIT + Math.floor(index / BASE), DIGIT + (index % BASE));
    return `${this.#open}${kind}${digits}\uE001`;
  }

  /**
   * Cuts a text at its markers. A regular expression would have to be compiled for each render, since it holds the
   * nonce; so this looks for the nonce alone, and reads the rest by position.
   */
  split(text: string): (string | Hole)[] {
    const pieces: (string | Hole)[] = [];
    let end = 0;
    for (let at = text.indexOf(this.#open); at >= 0; at = text.indexOf(this.#open, end)) {
      if (at > end) pieces.push(text.slice(end, at));
      const kind = at + this.#open.length;
      const index = (text.charCodeAt(kind + 1) - DIGIT) * BASE + text.charCodeAt(kind + 2) - DIGIT;
      pieces.push({ kind: text[kind] as SlotKind, index });
      end = at + MARKER_LENGTH;
    }
    if (end < text.length) pieces.push(text.slice(end));
    return pieces;
  }

  /** Is the text one marker, with nothing but white space around it? */
  isMarker(text: string): boolean {
    const trimmed = text.trim();
    return trimmed.length === MARKER_LENGTH && trimmed.startsWith(this.#open);
  }

  /** Does the text hold a marker? */
  has(text: string): boolean {
    return text.includes(this.#open);
  }
}
