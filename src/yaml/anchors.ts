/** What the reader by lines knows of the anchors of a document. */
import { leave } from './cursor.ts';
import { isMap } from './value.ts';
import type { Value } from './value.ts';

/** Where fewer values than this came out of aliases, go-yaml allows them in any document. */
const MOST_ALIASED = 900;

/** Named values. What is doubtful is left to the full reader, by throwing. */
export class Anchors {
  /** Undefined while a value is being read: what holds itself is an error. */
  readonly #values: Map<string, Value | undefined> = new Map();
  #aliased = 0;

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
    this.#aliased++;
    return value === undefined ? leave() : this.#copy(value);
  }

  #copy(value: Value): Value {
    if (++this.#aliased > MOST_ALIASED) leave();
    if (Array.isArray(value)) return value.map((item) => this.#copy(item));
    if (!isMap(value)) return value;
    this.#aliased += value.size;
    return new Map(Array.from(value, ([key, item]) => [key, this.#copy(item)]));
  }
}
