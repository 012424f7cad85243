/**
 * The blocks of templates (what stands between `if`, `range`, `define`, … and their `end`): those parsed in earlier
 * runs, and in this one.
 */
import { decodeAst, encodeAst } from './ast-codec.ts';
import type { NameTable } from '../template-cache.ts';
import { WITHIN } from './node.ts';
import type { Block, List } from './node.ts';
import { parseBlock } from './parse.ts';
import { besideStart } from './template.ts';
import type { ParsedBlocks, Source } from './template.ts';

/** The statements of a block. One that was not parsed yet is taken from the cache of the source, else parsed now. */
export function statementsOf({ start, list }: Block, source: Source): List {
  const { blocks } = source;
  const cached = list === undefined ? blocks?.find(start, source.text) : undefined;
  if (cached !== undefined) return cached;
  const parsed = list ?? parseBlock(source, start);
  if (start !== WITHIN) blocks?.add(start, parsed);
  return parsed;
}

/** The syntax trees of the blocks of one text, as integers: see `ast-codec.ts`. */
export class BlockTrees implements ParsedBlocks {
  readonly #names: NameTable;
  readonly #numbers: Int32Array;
  /** Pairs, in ascending order: the offset of a block in the text, and the index of its tree in the numbers. */
  readonly #table: Int32Array;
  readonly #fresh: Map<number, List> = new Map();

  /**
   * @param names shared by all texts of the chart
   * @param numbers what {@link encode} gave in an earlier run; without it the store is empty
   */
  constructor(names: NameTable, numbers: Int32Array = new Int32Array([0])) {
    this.#names = names;
    this.#numbers = numbers;
    this.#table = numbers.subarray(1, 1 + 2 * (numbers[0] as number));
  }

  /** The number of blocks that earlier runs parsed. */
  get known(): number {
    return this.#table.length / 2;
  }

  /** The number of blocks that this run had to parse. */
  get fresh(): number {
    return this.#fresh.size;
  }

  /** The statements of the block that begins at an offset of the text; undefined when no earlier run parsed it. */
  find(start: number, text: string): List | undefined {
    const at = besideStart(this.#table, start);
    return at === undefined ? undefined : decodeAst(this.#numbers, at, this.#names, text);
  }

  /** Adds a block that this run parsed. */
  add(start: number, list: List): void {
    this.#fresh.set(start, list);
  }

  /**
   * All blocks as integers: their count; for each, in the order of the text, its offset and the index of its tree; the
   * trees.
   *
   * @param names a table other than the one of the constructor drops the blocks of earlier runs, whose trees refer to that
   */
  encode(names: NameTable): Int32Array {
    const known = names === this.#names ? this.#table : new Int32Array();
    if (this.#fresh.size === 0 && known.length === this.#table.length) return this.#numbers;
    const all: [start: number, tree: ArrayLike<number>][] = [];
    for (let index = 0; index < known.length; index += 2) {
      all.push([known[index] as number, this.#numbers.subarray(known[index + 1], known[index + 3])]);
    }
    for (const [start, list] of this.#fresh) all.push([start, encodeAst(list, names)]);
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
