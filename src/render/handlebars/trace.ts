/** Finds the positions of fields in documents, and the values of the chart that they hold. */
import type { Position } from '../../errors.ts';
import { isMap } from '../../yaml/value.ts';
import { positionIn } from './template-error.ts';
import { NOTHING } from './fill.ts';
import type { Filler } from './fill.ts';
import { slotPath } from './output.ts';
import type { Hole } from './markers.ts';
import type { PlacedGap } from './gaps.ts';
import type { Slot, Slots } from './output.ts';
import type { SingleDocument } from './slot-tree.ts';
import { composeDocument } from './compose.ts';
import type { DocumentStructure } from './document-structure.ts';
import type { Entry, Node } from './structure.ts';
import type { ValuePath } from '../../yaml/value.ts';

/** The position of a field of a rendered object, and the path of its value in the chart's values, if it is one. */
export type TracedField = { at: Position; valuePath: readonly string[] | undefined };

/** The structures of documents, and the text that they were read from. */
export type ParsedText = {
  structures: readonly DocumentStructure[];
  text: () => { text: string; gaps: readonly PlacedGap[] };
};

type Context = { filler: Filler; whole: (node: Node) => Node; single: (slot: Slot) => SingleDocument | undefined };

/**
 * Finds fields in the documents of one render. A constant node has no offsets for the fields in it, so the text of the
 * document is read once more to find one.
 */
export class Tracer {
  readonly filler: Filler;
  readonly #slots: Slots;
  readonly #parsed: readonly ParsedText[];
  readonly #single: (slot: Slot) => SingleDocument | undefined;
  readonly #wholes = new Map<Node, Node>();

  /** @param parsed the documents that were read */
  constructor(
    filler: Filler,
    slots: Slots,
    parsed: readonly ParsedText[],
    single: (slot: Slot) => SingleDocument | undefined,
  ) {
    this.#single = single;
    this.filler = filler;
    this.#slots = slots;
    this.#parsed = parsed;
  }

  /**
   * Follows a path to a key or an item of a document. A field inside a value has the position of the mustache that
   * gives the value. A path that leads nowhere ends at the last field that exists.
   *
   * @param base the number of the document's first slot
   */
  trace(node: Node, base: number, path: ValuePath, locate: (offset: number) => Position): TracedField {
    const context = { filler: this.filler, whole: (of: Node) => this.whole(of), single: this.#single };
    return traceDocument(context, { node, base, locate }, path);
  }

  /** The path of a field's value in the chart's values. */
  valuePath(node: Node, base: number, path: ValuePath): readonly string[] | undefined {
    // Without positions the text need not be read again.
    const context = { filler: this.filler, whole: (of: Node) => of, single: this.#single };
    return traceDocument(context, { node, base, locate: () => ({ file: '' }) }, path).valuePath;
  }

  /** A document with the offsets of all its fields, also of the constant ones. */
  whole(node: Node): Node {
    if (!this.#wholes.has(node)) {
      for (const { structures, text: textOf } of this.#parsed) {
        if (!structures.some((structure) => structure.has(node))) continue;
        const { text, gaps } = textOf();
        const wholes = composeDocument(text, this.#slots, { gaps, whole: true });
        for (const [index, { node: known }] of structures.entries()) this.#wholes.set(known, wholes[index] ?? known);
      }
    }
    return this.#wholes.get(node) ?? node;
  }
}

function traceDocument(context: Context, { node: root, base, locate }: SingleDocument, path: ValuePath): TracedField {
  const { filler } = context;
  filler.begin(base);
  let node = context.whole(root);
  let { offset } = node;
  for (const [depth, name] of path.entries()) {
    const rest = path.slice(depth);
    if (node.type === 'hole') return ofSlot(context, filler.slot(node.hole), rest);
    const next =
      node.type === 'map'
        ? inMap(filler, node.entries, String(name))
        : node.type === 'list'
          ? inList(filler, node, Number(name))
          : undefined;
    if (next === undefined) return { at: locate(offset), valuePath: undefined };
    if ('hole' in next)
      return ofSlot(context, filler.slot(next.hole), next.rest === undefined ? rest : [next.rest, ...rest.slice(1)]);
    ({ node, offset } = next);
  }
  return { at: locate(offset), valuePath: valuePathOf(filler, node) };
}

/** The path of the value that a node is, or that is part of its text. */
function valuePathOf(filler: Filler, node: Node): readonly string[] | undefined {
  if (node.type === 'hole') return slotPath(filler.slot(node.hole));
  if (node.type !== 'text') return undefined;
  const hole = node.pieces.find((piece): piece is Hole => typeof piece === 'object');
  return hole && slotPath(filler.slot(hole));
}

type Next = { node: Node; offset: number } | { hole: Hole; rest?: string | number };

function inMap(filler: Filler, entries: readonly Entry[], name: string): Next | undefined {
  let merged: Next | undefined;
  for (const entry of entries) {
    if (entry.type === 'pair') {
      const key = typeof entry.key === 'string' ? entry.key : filler.keyOf(entry.key);
      if (key === name && !isLeftOut(filler, entry.value)) return { node: entry.value, offset: entry.offset };
    } else if (entry.type === 'spread') {
      const { value } = filler.slot(entry.hole);
      if (isMap(value) && value.has(name)) return { hole: entry.hole, rest: name };
    } else {
      const sources = entry.value.type === 'list' ? entry.value.items : [entry.value];
      for (const source of sources) {
        if (source.type === 'map') merged ??= inMap(filler, source.entries, name);
      }
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
      if (left < size) return { hole: item.hole, rest: left };
      left -= size;
    } else if (!isLeftOut(filler, item)) {
      if (left === 0) return { node: item, offset: item.offset };
      left--;
    }
  }
  return undefined;
}

function isLeftOut(filler: Filler, item: Node): boolean {
  return (item.type === 'hole' || item.type === 'text') && filler.valueOf(item) === NOTHING;
}

function ofSlot(context: Context, slot: Slot, rest: ValuePath): TracedField {
  const document = slot.printed && context.single(slot);
  if (document !== undefined) return traceDocument(context, document, rest);
  const path = slotPath(slot);
  return { at: positionIn(slot.origin.template, slot.node.loc), valuePath: path && [...path, ...rest.map(String)] };
}
