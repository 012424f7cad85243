/** Where the scalars of a text begin: js-yaml's events say only where their values do. */
import { SCALAR_STYLE } from 'js-yaml';
import type { Event } from 'js-yaml';

export type ScalarEvent = Extract<Event, { valueStart: number }>;

/** Follows the events of a text in their order. */
export class Places {
  readonly #text: string;
  /** Where the last thing that is written begins, or ends if that is known. */
  #last = 0;

  constructor(text: string) {
    this.#text = text;
  }

  /** Where the last thing that was passed begins, or ends if that is known. */
  get last(): number {
    return this.#last;
  }

  /** Passes what is no scalar. */
  pass(offset: number): void {
    this.#last = offset;
  }

  /** Where a scalar begins: at its tag, anchor, quote or sign of a block; an empty item at its dash. */
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
    const sign = /[|>][-+0-9]*(?:[ \t]+#.*)?[ \t]*$/.exec(this.#text.slice(line, valueStart).trimEnd());
    return sign === null ? valueStart : line + sign.index;
  }

  /** The next thing that is written in a map: an empty key stands before it. */
  #written(from: number): number {
    const space = /(?:[\s,{]|#.*)*/y;
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
