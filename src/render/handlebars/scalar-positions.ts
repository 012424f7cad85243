/** Finds the offset at which each scalar of a text begins: js-yaml's events give only that of its value. */
import { SCALAR_STYLE } from 'js-yaml';
import type { Event } from 'js-yaml';

/** The event of a scalar. */
export type ScalarEvent = Extract<Event, { valueStart: number }>;

/** Follows the events of a text in their order. */
export class ScalarPositions {
  readonly #text: string;
  /** The end of the last event, or its beginning where the end is not known. */
  #last = 0;

  constructor(text: string) {
    this.#text = text;
  }

  /** The end of the last event that was passed, or its beginning where the end is not known. */
  get last(): number {
    return this.#last;
  }

  /** Passes an event that is not a scalar. */
  pass(offset: number): void {
    this.#last = offset;
  }

  /**
   * The offset at which a scalar begins: that of its tag, anchor, quote, `|` or `>`; of an empty item that of its dash.
   */
  begin(event: ScalarEvent, isItem: boolean): number {
    const { style, valueStart, valueEnd, tagStart, anchorStart } = event;
    const from = this.#last;
    if (valueStart !== -1) this.#last = valueEnd;
    if (tagStart !== -1 || anchorStart !== -1) {
      if (anchorStart === -1) return tagStart;
      return tagStart === -1 ? anchorStart - 1 : Math.min(tagStart, anchorStart - 1);
    }
    if (valueStart === -1) return isItem ? this.#emptyItem(from) : this.#written(from);
    if (style === SCALAR_STYLE.SINGLE_QUOTED || style === SCALAR_STYLE.DOUBLE_QUOTED) return valueStart - 1;
    if (style !== SCALAR_STYLE.LITERAL_BLOCK && style !== SCALAR_STYLE.FOLDED_BLOCK) return valueStart;
    const line = this.#text.lastIndexOf('\n', valueStart - 2) + 1;
    const sign = /[|>][-+0-9]*(?:[ \t]+#[^\n]*)?$/.exec(this.#text.slice(line, valueStart).trimEnd());
    return sign === null ? valueStart : line + sign.index;
  }

  /** The offset of the next character that is neither white space nor a comment: an empty value stands before it. */
  #written(from: number): number {
    const space = /(?:[\s,{]|#[^\n]*(?:\n|$))*/y;
    space.lastIndex = from;
    return from + (space.exec(this.#text)?.[0].length ?? 0);
  }

  #emptyItem(from: number): number {
    const dash = /^[ \t]*(?:-[ \t]+)*-[ \t]*(?:#.*)?\r?$/m.exec(this.#text.slice(from));
    if (dash === null) return from;
    const at = from + dash.index + dash[0].replace(/#.*/, '').lastIndexOf('-');
    this.#last = at + 1;
    return at;
  }
}
