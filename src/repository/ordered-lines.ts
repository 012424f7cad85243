/** Lines of work that runs in parallel, in the order of the work. */

/**
 * Passes on the lines of several pieces of work: those of the first at once, those of each other one when all before it
 * have ended.
 */
export class OrderedLines {
  readonly #say: (line: string) => void;
  /** The lines that wait, and whether the work has ended, by the number of the work. */
  readonly #waiting: Map<number, { lines: string[]; isEnded: boolean }> = new Map();
  #current = 0;

  constructor(say: (line: string) => void) {
    this.#say = say;
  }

  /** Says a line of a piece of work; the first has the number 0. */
  say(number: number, line: string): void {
    if (number === this.#current) this.#say(line);
    else this.#of(number).lines.push(line);
  }

  /** A piece of work has ended. */
  end(number: number): void {
    this.#of(number).isEnded = true;
    while (this.#of(this.#current).isEnded) {
      this.#waiting.delete(this.#current);
      this.#current++;
      for (const line of this.#of(this.#current).lines.splice(0)) this.#say(line);
    }
  }

  #of(number: number): { lines: string[]; isEnded: boolean } {
    const known = this.#waiting.get(number) ?? { lines: [], isEnded: false };
    this.#waiting.set(number, known);
    return known;
  }
}
