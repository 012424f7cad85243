/** What the reader by lines knows of the anchors of a document. */
import { giveUp } from './cursor.ts';
import { cloneValue, isMap } from './value.ts';
import type { Value } from './value.ts';

/** Where fewer values than this came out of aliases, go-yaml allows them in any document. */
const MOST_ALIASED = 900;
/** So much text of aliases is none to worry about either. */
const MOST_TEXT = 1 << 20;

/** Named values. What is doubtful is left to the full reader, by throwing. */
export class Anchors {
  /** Undefined while a value is being read: what holds itself is an error. */
  readonly #values: Map<string, Value | undefined> = new Map();
  #aliased = 0;
  #text = 0;

  /** A value of this name begins. */
  begin(name: string): void {
    this.#values.set(name, undefined);
  }

  /** The value of a name, which now may be asked for. */
  set(name: string, value: Value): void {
    this.#values.set(name, value);
  }

  /** A copy of what has this name. */
  get(name: string): Value {
    const value = this.#values.get(name);
    if (value === undefined) giveUp();
    this.#aliased++;
    this.#count(value);
    return cloneValue(value);
  }

  #count(value: Value): void {
    if (++this.#aliased > MOST_ALIASED) giveUp();
    if (typeof value === 'string' && (this.#text += value.length) > MOST_TEXT) giveUp();
    if (typeof value !== 'object' || value === null) return;
    if (isMap(value)) this.#aliased += value.size;
    for (const item of value.values()) this.#count(item);
  }
}
