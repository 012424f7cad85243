/**
 * Reads what a branch of a native template prints as an object, without values: the fields that are written, also where
 * the values given to lint leave them out.
 */
import { PkgError } from '../../../errors.ts';
import type { Position } from '../../../errors.ts';
import { isMap } from '../../../yaml/value.ts';
import type { Value, ValueMap, ValuePath } from '../../../yaml/value.ts';
import type { Hole } from '../../handlebars/markers.ts';
import type { Slot } from '../../handlebars/output.ts';
import { positionIn } from '../../handlebars/template-error.ts';
import type { SingleDocument } from '../../handlebars/slot-tree.ts';
import type { Entry, Node } from '../../handlebars/structure.ts';
import { ABSENT } from '../../handlebars/helpers/types.ts';
import { valueText } from '../../handlebars/text.ts';
import type { KindTypes } from '../../field-types.ts';
import { kindOf, objectWithTexts } from '../../text-fields.ts';
import type { Wanted } from '../../text-fields.ts';
import { printable } from '../../../errors-text.ts';
import { describe } from '../objects/fields.ts';
import type { FieldProblem } from '../objects/object-fields.ts';

/** How documents with slots are read. */
export type SlotReader = {
  slot: (hole: Hole, base: number) => Slot;
  /** The document that a partial gives as a value. */
  single: (slot: Slot) => SingleDocument | undefined;
  /** How a slot is written: `{{values.name}}`. */
  source: (slot: Slot) => string;
};

/** A map whose unknown values are null. */
export type WrittenObject = {
  object: ValueMap;
  /** The position of a field. */
  at: (keys: ValuePath) => Position;
  /** May the map at a path have further keys, that a value gives? */
  isOpen: (keys: ValuePath) => boolean;
};

/** A value with the positions of what it holds. */
type Written = {
  value: Value;
  at: () => Position;
  inner: ReadonlyMap<string | number, Written>;
  /** The position of the mustache that gives the value, for what is in it. */
  inside?: () => Position;
  /** Further keys may come from values. */
  isOpen?: boolean;
};

/** How deep partials that are values may be nested; deeper ones are not read. */
const MAX_DEPTH = 20;

/** Reads a document; undefined where it is not a map. */
export function writtenObject(document: SingleDocument, reader: SlotReader): WrittenObject | undefined {
  const { locate } = document;
  const written = read(document.node, document, () => locate(document.node.offset), [], { reader, depth: 0 });
  const { value } = written;
  if (!isMap(value)) return undefined;
  const at = (keys: ValuePath): Position => {
    let found = written;
    for (const key of keys) {
      const next = found.inner.get(key);
      if (next === undefined) return (found.inside ?? found.at)();
      found = next;
    }
    return found.at();
  };
  const isOpen = (keys: ValuePath): boolean => {
    let found: Written | undefined = written;
    for (const key of keys) found = found?.inner.get(key);
    // What is in a value that is not read as structure is known as a whole.
    return found?.isOpen === true;
  };
  return { object: value, at, isOpen };
}

/**
 * The object with texts where Kubernetes has texts, and the first field that holds something else than a text, a list or
 * a map where one of these belongs.
 */
export function misplacedProblem(
  object: ValueMap,
  types: KindTypes,
): { object: ValueMap; problem: FieldProblem | undefined } {
  let problem: FieldProblem | undefined;
  const refuse = (value: Value, keys: ValuePath, wanted: Wanted): never => {
    const found = wanted === 'text' && typeof value !== 'object' ? 'a number with a fraction' : kindOf(value);
    const what =
      wanted === 'text in base64' && typeof value === 'string'
        ? 'no base64'
        : `${found}, and a ${wanted} in Kubernetes`;
    const message = `${printable(keys.join('.'))} of ${describe(object)} is ${what}`;
    problem = { rule: 'object-value', keys, message };
    throw new Misplaced();
  };
  try {
    return { object: objectWithTexts(object, types, refuse, () => {}), problem };
  } catch (error) {
    if (!(error instanceof Misplaced)) throw error;
    return { object, problem };
  }
}

/** Ends the search at the first field. */
class Misplaced extends Error {}

type Context = { reader: SlotReader; depth: number };

function read(node: Node, document: SingleDocument, at: () => Position, path: ValuePath, context: Context): Written {
  switch (node.type) {
    case 'const':
      return { value: node.value, at, inner: new Map() };
    case 'map':
      return readMap(node.entries, document, at, path, context);
    case 'list':
      return readList(node.items, document, at, path, context);
    case 'hole': {
      const { reader, depth } = context;
      const slot = reader.slot(node.hole, document.base);
      const isRead = slot.kind === 'p' && depth < MAX_DEPTH && !isName(path);
      const single = isRead ? singleOf(slot, reader) : undefined;
      if (single !== undefined) return read(single.node, single, at, path, { reader, depth: depth + 1 });
      const inside = (): Position => positionIn(slot.origin.template, slot.node.loc);
      return { value: isName(path) ? reader.source(slot) : valueOf(slot), at, inner: new Map(), inside };
    }
    default: {
      const { reader } = context;
      const texts = node.pieces.map((piece) => {
        if (typeof piece === 'string') return piece;
        const slot = reader.slot(piece, document.base);
        if (isName(path)) return reader.source(slot);
        const value = valueOf(slot);
        return value === null || typeof value === 'object' ? undefined : valueText(value);
      });
      return { value: texts.includes(undefined) ? null : texts.join(''), at, inner: new Map() };
    }
  }
}

/** The default value of a mustache; null where it is not known. */
function valueOf({ value }: Slot): Value {
  return value === ABSENT ? null : value;
}

/** The name of an object is shown in messages as it is written; other texts with values in them are unknown. */
function isName(path: ValuePath): boolean {
  return path.length === 2 && path[0] === 'metadata' && path[1] === 'name';
}

/** The document of a partial. What is wrong with it is reported for the partial. */
function singleOf(slot: Slot, { single }: SlotReader): SingleDocument | undefined {
  try {
    return single(slot);
  } catch (error) {
    if (error instanceof PkgError) return undefined;
    throw error;
  }
}

function readMap(
  entries: readonly Entry[],
  document: SingleDocument,
  at: () => Position,
  path: ValuePath,
  context: Context,
): Written {
  const inner = new Map<string, Written>();
  let isOpen = false;
  for (const entry of entries) {
    isOpen ||= entry.type === 'merge' || (entry.type === 'pair' && typeof entry.key !== 'string');
    if (entry.type === 'spread') {
      const slot = context.reader.slot(entry.hole, document.base);
      const value = valueOf(slot);
      const place = (): Position => document.locate(entry.offset);
      if (isMap(value)) for (const [key, item] of value) inner.set(key, { value: item, at: place, inner: new Map() });
      else isOpen = true;
    }
    if (entry.type !== 'pair' || typeof entry.key !== 'string') continue;
    inner.set(
      entry.key,
      read(entry.value, document, () => document.locate(entry.offset), [...path, entry.key], context),
    );
  }
  return { value: new Map(Array.from(inner, ([key, { value }]) => [key, value])), at, inner, isOpen };
}

function readList(
  items: Extract<Node, { type: 'list' }>['items'],
  document: SingleDocument,
  at: () => Position,
  path: ValuePath,
  context: Context,
): Written {
  const inner = new Map<number, Written>();
  for (const item of items) {
    const place = (): Position => document.locate(item.offset);
    if (item.type === 'spread') {
      const value = valueOf(context.reader.slot(item.hole, document.base));
      if (Array.isArray(value))
        for (const one of value) inner.set(inner.size, { value: one, at: place, inner: new Map() });
      continue;
    }
    inner.set(inner.size, read(item, document, place, [...path, inner.size], context));
  }
  return { value: Array.from(inner.values(), ({ value }) => value), at, inner };
}
