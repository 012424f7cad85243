/** The anchors of a document that is read by lines (`fast.ts`), and their values. */
import { giveUp } from './cursor.ts';
import { cloneValue, isMap } from './value.ts';
import type { Value } from './value.ts';

/** go-yaml allows so many values from aliases in any document; whether it allows more depends on the document's size. */
const MAX_ALIASED = 900;
/** The most characters from aliases: the exact reader has a bound that protects the memory. */
const MAX_TEXT = 1 << 20;

/** Values by the names of their anchors. Throws {@link GIVE_UP} where only the exact reader can decide. */
export class Anchors {
  /** Undefined while the value is being read: an alias to it within itself is an error. */
  readonly #values: Map<string, Value | undefined> = new Map();
  #aliased = 0;
  #text = 0;

  /** The value of an anchor begins. */
  begin(name: string): void {
    this.#values.set(name, undefined);
  }

  /** The value of an anchor has been read. */
  set(name: string, value: Value): void {
    this.#values.set(name, value);
  }

  /** A copy of the value of an anchor. @throws {GIVE_UP} for an unknown name, and for too many values from aliases */
  get(name: string): Value {
    const value = this.#values.get(name);
    if (value === undefined) giveUp();
    this.#aliased++;
    this.#count(value);
    return cloneValue(value);
  }

  #count(value: Value): void {
    if (++this.#aliased > MAX_ALIASED) giveUp();
    if (typeof value === 'string' && (this.#text += value.length) > MAX_TEXT) giveUp();
    if (typeof value !== 'object' || value === null) return;
    if (isMap(value)) this.#aliased += value.size;
    for (const item of value.values()) this.#count(item);
  }
}
