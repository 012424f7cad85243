/** The bodies of templates: those that were read in earlier runs, and what this one reads. */
import { besideStart, WITHIN } from './node.ts';
import type { Body, List, Source } from './node.ts';
import { readBody } from './parse.ts';
import { readTree, writeTree } from './tree.ts';
import type { Names } from './tree.ts';

/** What a body does, read if it was not yet. */
export function listOf({ start, list }: Body, source: Source): List {
  const { bodies } = source;
  const kept = list === undefined ? bodies?.find(start, source.text) : undefined;
  if (kept !== undefined) return kept;
  const read = list ?? readBody(source, start);
  if (start !== WITHIN) bodies?.add(start, read);
  return read;
}

/** The bodies of one text. */
export class Bodies {
  readonly #names: Names;
  readonly #numbers: Int32Array;
  /** For each body, in order: where it begins in the text, and where its tree does in the numbers. */
  readonly #table: Int32Array;
  readonly #fresh: Map<number, List> = new Map();

  /**
   * @param names of all texts of the chart
   * @param numbers what an earlier run {@link print}ed
   */
  constructor(names: Names, numbers: Int32Array = new Int32Array([0])) {
    this.#names = names;
    this.#numbers = numbers;
    this.#table = numbers.subarray(1, 1 + 2 * (numbers[0] as number));
  }

  /** How many earlier runs read. */
  get known(): number {
    return this.#table.length / 2;
  }

  /** How many only this one read. */
  get fresh(): number {
    return this.#fresh.size;
  }

  /** The body that begins at a place; undefined where no earlier run read it. */
  find(start: number, text: string): List | undefined {
    const at = besideStart(this.#table, start);
    return at === undefined ? undefined : readTree(this.#numbers, at, this.#names, text);
  }

  /** Takes note of a body that was read. */
  add(start: number, list: List): void {
    this.#fresh.set(start, list);
  }

  /**
   * All of them: how many there are; for each, in order, where it begins in the text and where its tree does here; the
   * trees.
   *
   * @param names other ones than it had: then those of earlier runs are left out
   */
  print(names: Names): Int32Array {
    const known = names === this.#names ? this.#table : new Int32Array();
    if (this.#fresh.size === 0 && known.length === this.#table.length) return this.#numbers;
    const all: [start: number, tree: ArrayLike<number>][] = [];
    for (let index = 0; index < known.length; index += 2) {
      all.push([known[index] as number, this.#numbers.subarray(known[index + 1], known[index + 3])]);
    }
    for (const [start, list] of this.#fresh) all.push([start, writeTree(list, names)]);
    all.sort(([a], [b]) => a - b);
    let at = 1 + 2 * all.length;
    const numbers = new Int32Array(all.reduce((sum, [, tree]) => sum + tree.length, at));
    numbers[0] = all.length;
    for (const [index, [start, tree]] of all.entries()) {
      numbers.set([start, at], 1 + 2 * index);
      numbers.set(tree, at);
      at += tree.length;
    }
    return numbers;
  }
}
