/**
 * The structure of a document: its keys, items and constants, with holes where values of slots are put in. Documents that
 * a loop prints share one structure.
 */
import type { Value } from '../../yaml/value.ts';
import type { Hole } from './markers.ts';

/**
 * A text with holes. `literal`: it is a block behind `|`, where all lines of a value get the indentation of its hole.
 */
export type Text = { type: 'text'; pieces: (string | Hole)[]; literal: boolean; offset: number };

/** An entry of a map; `spread` and `merge` give it the entries of another map. Offsets are those of the keys. */
export type Entry =
  | { type: 'pair'; key: string | Text; offset: number; value: Node }
  | { type: 'spread'; hole: Hole; offset: number }
  | { type: 'merge'; value: Node; offset: number };

/**
 * A value of a document. `offset`: where it begins in the text of the document; `size`: the number of nodes in it, where
 * an alias counts as the nodes that it repeats.
 */
export type Node =
  | {
      type: 'const';
      value: Value;
      offset: number;
      size: number;
      /** What is written for a number or a boolean that has another text, or a fraction: `1.10`, `0644`, `yes`. */
      written?: string;
    }
  | { type: 'hole'; hole: Hole; offset: number; size: number }
  | (Text & { size: number })
  | { type: 'map'; entries: Entry[]; offset: number; size: number }
  | { type: 'list'; items: (Node | { type: 'spread'; hole: Hole; offset: number })[]; offset: number; size: number };

/** A map or a list. */
export type Collection = Extract<Node, { type: 'map' | 'list' }>;
