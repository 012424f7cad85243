/** Makes trees of documents in which each piece of text has the slot that it comes from. */
import type { Position } from '../../errors.ts';
import { isMap } from '../../yaml/value.ts';
import type { Value } from '../../yaml/value.ts';
import { ABSENT } from './helpers/types.ts';
import type { Hole } from './markers.ts';
import type { Slot, Slots } from './output.ts';
import type { Node, Text } from './structure.ts';
import { valueText } from './text.ts';

/** A document of the render: its structure, and the number of its first slot. */
export type SlottedDocument = { node: Node; base: number };

/** The document of a partial that is a value; `locate` gives the position of a character of its text. */
export type SingleDocument = SlottedDocument & { locate: (offset: number) => Position };

/** A document with the values of its slots, each piece of text with the slot that it comes from. */
export type Tree =
  | { type: 'leaf'; pieces: (string | { slot: Slot; text: string })[] }
  | { type: 'map'; entries: { key: Leaf; value: Tree }[] }
  | { type: 'list'; items: Tree[] };

/** A text. */
export type Leaf = Extract<Tree, { type: 'leaf' }>;

/** Fields that identify the items of a list, whatever their order. */
export const NAMING: readonly string[] = ['name', 'key', 'id', 'user', 'username'];

/**
 * The tree of a document. Maps and lists of values are part of it; of constants only the fields that name something are.
 *
 * @param single reads the document of a partial that is a value
 */
export function treeOf(
  { node, base }: SlottedDocument,
  slots: Slots,
  single: (slot: Slot) => SlottedDocument | undefined,
): Tree {
  const slotOf = ({ index }: Hole): Slot => slots.at(base + index);
  const leafOf = ({ pieces }: Pick<Text, 'pieces'>): Leaf => ({
    type: 'leaf',
    pieces: pieces.map((piece) => {
      if (typeof piece === 'string') return piece;
      const slot = slotOf(piece);
      return { slot, text: textOf(slot) };
    }),
  });
  const read = (one: Node): Tree => {
    switch (one.type) {
      case 'const':
        return constantTree(one.value);
      case 'hole': {
        const slot = slotOf(one.hole);
        const partial = slot.printed === undefined ? undefined : single(slot);
        return partial === undefined ? valueTree(slot.value, slot) : treeOf(partial, slots, single);
      }
      case 'text':
        return leafOf(one);
      case 'list':
        return {
          type: 'list',
          items: one.items.flatMap((item) => {
            if (item.type !== 'spread') return [read(item)];
            const tree = valueTree(slotOf(item.hole).value, slotOf(item.hole));
            return tree.type === 'list' ? tree.items : [tree];
          }),
        };
      case 'map':
        return {
          type: 'map',
          entries: one.entries.flatMap((entry) => {
            if (entry.type === 'pair') {
              const key: Leaf =
                typeof entry.key === 'string' ? { type: 'leaf', pieces: [entry.key] } : leafOf(entry.key);
              return [{ key, value: read(entry.value) }];
            }
            const tree =
              entry.type === 'merge' ? read(entry.value) : valueTree(slotOf(entry.hole).value, slotOf(entry.hole));
            return tree.type === 'map' ? tree.entries : [];
          }),
        };
    }
  };
  return read(node);
}

function textOf({ value, printed }: Pick<Slot, 'value' | 'printed'>): string {
  if (printed !== undefined) return printed.asText(textOf);
  return value === ABSENT || typeof value === 'object' ? '' : valueText(value);
}

/** The tree of a slot's value: all its texts come from that slot. */
function valueTree(value: Slot['value'], slot: Slot): Tree {
  if (value !== ABSENT && isMap(value)) {
    const entries = [...value].map(([key, item]) => ({
      key: { type: 'leaf' as const, pieces: [{ slot: keySlot(slot), text: key }] },
      value: valueTree(item, slot),
    }));
    return { type: 'map', entries };
  }
  if (Array.isArray(value)) return { type: 'list', items: value.map((item) => valueTree(item, slot)) };
  return { type: 'leaf', pieces: [{ slot, text: textOf({ value, printed: undefined }) }] };
}

/**
 * The slot without its random calls, for a key of its value: the calls made the key only where it holds their value.
 */
function keySlot(slot: Slot): Slot {
  return { ...slot, random: undefined };
}

/** The tree of a constant, which holds no random values: only of the fields that name an object or an item. */
function constantTree(value: Value): Tree {
  if (isMap(value)) {
    const entries = [...value].flatMap(([key, item]) => {
      const isWanted = NAMING.includes(key) || key === 'namespace' || key === 'metadata' || key === 'kind';
      return isWanted ? [{ key: { type: 'leaf' as const, pieces: [key] }, value: constantTree(item) }] : [];
    });
    return { type: 'map', entries };
  }
  return { type: 'leaf', pieces: typeof value === 'object' ? [] : [valueText(value)] };
}

/** The value of a field. */
export function memberOf(tree: Tree, name: string): Tree | undefined {
  if (tree.type !== 'map') return undefined;
  return tree.entries.find(({ key: { pieces } }) => {
    const [piece = ''] = pieces;
    return pieces.length === 1 && (typeof piece === 'string' ? piece : piece.text) === name;
  })?.value;
}
