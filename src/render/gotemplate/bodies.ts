/** The bodies of templates: those that were read in earlier runs, and what this one reads. */
import { WITHIN } from './node.ts';
import type { Body, List, Source } from './node.ts';
import { readBody } from './parse.ts';
import { readTree, writeTree } from './tree.ts';
import type { Names } from './tree.ts';

/** What a body does, read if it was not yet. */
export function listOf({ start, list }: Body, source: Source): List {
  const { bodies } = source;
  const known = list ?? bodies?.find(start, source.text);
  if (known !== undefined && list === undefined) return known;
  const read = list ?? readBody(source, start);
  if (start !== WITHIN) bodies?.add(start, read);
  return read;
}

/** The bodies of one text. */
export class Bodies {
  readonly #names: Names;
  readonly #numbers: Int32Array;
  /** How many bodies there are in the numbers. */
  readonly #size: number;
  readonly #fresh: Map<number, List> = new Map();

  /**
   * @param names of all texts of the chart
   * @param numbers what an earlier run {@link print}ed
   */
  constructor(names: Names, numbers: Int32Array = new Int32Array([0])) {
    this.#names = names;
    this.#numbers = numbers;
    this.#size = numbers[0] as number;
  }

  /** How many earlier runs read. */
  get known(): number {
    return this.#size;
  }

  /** How many only this one read. */
  get fresh(): number {
    return this.#fresh.size;
  }

  /** The body that begins at a place; undefined where no earlier run read it. */
  find(start: number, text: string): List | undefined {
    const numbers = this.#numbers;
    let low = 0;
    let high = this.#size;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((numbers[1 + 2 * middle] as number) < start) low = middle + 1;
      else high = middle;
    }
    if (low === this.#size || numbers[1 + 2 * low] !== start) return undefined;
    return readTree(numbers, this.#treeAt(low), this.#names, text);
  }

  /** Takes note of a body that was read. */
  add(start: number, list: List): void {
    this.#fresh.set(start, list);
  }

  /**
   * All of them: how many there are; for each, in order, where it begins in the text and its tree ends; the trees.
   *
   * @param names other ones than it had: then those of earlier runs are left out
   */
  print(names: Names): Int32Array {
    const known = names === this.#names ? this.#size : 0;
    if (this.#fresh.size === 0 && known === this.#size) return this.#numbers;
    const all: [start: number, tree: ArrayLike<number>][] = [];
    for (let index = 0; index < known; index++) {
      const tree = this.#numbers.subarray(this.#treeAt(index), this.#treeAt(index + 1));
      all.push([this.#numbers[1 + 2 * index] as number, tree]);
    }
    for (const [start, list] of this.#fresh) all.push([start, writeTree(list, names)]);
    all.sort(([a], [b]) => a - b);
    const first = 1 + 2 * all.length;
    const numbers = new Int32Array(all.reduce((sum, [, tree]) => sum + tree.length, first));
    numbers[0] = all.length;
    let at = first;
    for (const [index, [start, tree]] of all.entries()) {
      numbers.set(tree, at);
      at += tree.length;
      numbers.set([start, at], 1 + 2 * index);
    }
    return numbers;
  }

  #treeAt(index: number): number {
    return index === 0 ? 1 + 2 * this.#size : (this.#numbers[2 * index] as number);
  }
}
