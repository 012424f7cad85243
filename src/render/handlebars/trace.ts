import type { Position } from '../../errors.ts';
import { isMap } from '../../yaml/value.ts';
import { positionIn } from './fault.ts';
import { NOTHING } from './fill.ts';
import type { Filler } from './fill.ts';
import { slotPath } from './output.ts';
import type { Slot } from './output.ts';
import type { Entry, Hole, Node } from './skeleton.ts';

/** Where a field of a rendered object is written, and which of the chart's values it holds. */
export type TracedField = { at: Position; valuePath: readonly string[] | undefined };

/**
 * Follows a path into a document: to the slot that gave the value, else to where the document says it.
 * A path that leads nowhere ends at the last thing that is there.
 */
export function traceField(
  filler: Filler,
  root: Node,
  base: number,
  path: readonly (string | number)[],
  locate: (offset: number) => Position,
): TracedField {
  filler.begin(base);
  let node = root;
  let offset = root.offset;
  for (const [depth, name] of path.entries()) {
    const rest = path.slice(depth);
    if (node.type === 'hole') return ofSlot(filler.slot(node.hole), rest);
    const next =
      node.type === 'map'
        ? inMap(filler, node.entries, String(name))
        : node.type === 'list'
          ? inList(filler, node, Number(name))
          : undefined;
    if (next === undefined) break;
    offset = next.offset;
    if ('hole' in next)
      return ofSlot(filler.slot(next.hole), next.rest === undefined ? rest : [next.rest, ...rest.slice(1)]);
    node = next.node;
  }
  if (node.type === 'hole') return ofSlot(filler.slot(node.hole), []);
  if (node.type === 'text') {
    const hole = node.pieces.find((piece): piece is Hole => typeof piece === 'object');
    if (hole !== undefined) return ofSlot(filler.slot(hole), []);
  }
  return { at: locate(offset), valuePath: undefined };
}

type Next = { node: Node; offset: number } | { hole: Hole; rest?: string | number; offset: number };

function inMap(filler: Filler, entries: readonly Entry[], name: string): Next | undefined {
  let merged: Next | undefined;
  for (const entry of entries) {
    if (entry.type === 'pair') {
      const key = typeof entry.key === 'string' ? entry.key : filler.keyOf(entry.key);
      if (key === name) return { node: entry.value, offset: entry.value.offset };
    } else if (entry.type === 'spread') {
      const { value } = filler.slot(entry.hole);
      if (isMap(value) && value.has(name)) return { hole: entry.hole, rest: name, offset: entry.offset };
    } else {
      merged ??= entry.value.type === 'map' ? inMap(filler, entry.value.entries, name) : undefined;
    }
  }
  return merged;
}

function inList(filler: Filler, list: Extract<Node, { type: 'list' }>, index: number): Next | undefined {
  let left = index;
  for (const item of list.items) {
    if (item.type === 'spread') {
      const { value } = filler.slot(item.hole);
      const size = Array.isArray(value) ? value.length : 0;
      if (left < size) return { hole: item.hole, rest: left, offset: item.offset };
      left -= size;
    } else if (!isLeftOut(filler, item)) {
      if (left === 0) return { node: item, offset: item.offset };
      left--;
    }
  }
  return undefined;
}

function isLeftOut(filler: Filler, item: Node): boolean {
  return item.type === 'hole' && filler.valueOf(item) === NOTHING;
}

function ofSlot(slot: Slot, rest: readonly (string | number)[]): TracedField {
  const path = slotPath(slot);
  return { at: positionIn(slot.template, slot.node.loc), valuePath: path && [...path, ...rest.map(String)] };
}
