/** From what templates print to values: documents are split, parsed once per shape, and filled. */
import { PkgError, formatPosition } from '../../errors.ts';
import type { Position } from '../../errors.ts';
import { isMap } from '../../yaml/value.ts';
import type { Value, ValueMap } from '../../yaml/value.ts';
import { positionIn } from './fault.ts';
import { Filler, NOTHING, slotFault } from './fill.ts';
import type { Budget, Output, Slot, Slots } from './output.ts';
import { Shapes } from './shapes.ts';
import { DuplicateKey, SkeletonError, parseSkeleton } from './skeleton.ts';
import type { Node } from './skeleton.ts';
import { isEmptyValue, typeName } from './text.ts';
import { traceField } from './trace.ts';
import type { TracedField } from './trace.ts';

/** A value that a document holds. */
export type ReadDocument = {
  value: Value;
  /** Where a field comes from: the nearest thing on its path that is written in a template. */
  trace: (path: readonly (string | number)[]) => TracedField;
};

type Piece = { text: string; start: number };

/** A document: its structure, which reading may find to be none, its first slot, and where it begins. */
type Document = { nodes: readonly Node[] | (() => readonly Node[]); base: number; part: number; offset: number };

type Locate = (offset: number) => Position;

/** Reads the documents of one render. */
export class DocumentReader {
  readonly #slots: Slots;
  readonly #filler: Filler;
  readonly #shapes: Shapes;
  readonly #byShape = new Map<string, readonly Node[]>();
  readonly #parsed = new Map<string, readonly Node[]>();

  constructor(slots: Slots, budget: Budget) {
    this.#slots = slots;
    this.#shapes = new Shapes(slots);
    this.#filler = new Filler(slots, (size, slot) => {
      budget.left -= size;
      if (budget.left < 0) throw tooLarge(slot);
    });
  }

  /** The objects that a template prints: maps, one or several a document. Empty documents are left out. */
  objects(output: Output): (ReadDocument & { value: ValueMap })[] {
    return this.#read(output, (value, node, trace) => {
      if (node.type === 'hole')
        return this.#wholeDocument(this.#filler.slot(node.hole), value).map((map) => ({ value: map, trace }));
      if (value === null) return [];
      if (!isMap(value)) {
        throw new PkgError('PKG_OBJECT_INVALID', `a document is a map, and this is ${typeName(value)}`, {
          at: trace([]).at,
        });
      }
      return [{ value, trace }];
    });
  }

  /** The values of all documents, of whatever type. */
  values(output: Output): Value[] {
    return this.#read(output, (value) => [value]);
  }

  #read<T>(output: Output, use: (value: Value, node: Node, trace: ReadDocument['trace']) => T[]): T[] {
    const found: T[] = [];
    for (const { nodes, base, part, offset } of this.#documents(output)) {
      const locate: Locate = (at) => output.positionAt(offset + at, part) ?? { file: '' };
      try {
        for (const node of typeof nodes === 'function' ? nodes() : nodes) {
          const value = this.#filler.fill(node, base);
          if (value === NOTHING) continue;
          const trace: ReadDocument['trace'] = (path) => traceField(this.#filler, node, base, path, locate);
          found.push(...use(value, node, trace));
        }
      } catch (error) {
        throw error instanceof SkeletonError ? positioned(error, locate) : error;
      }
    }
    return found;
  }

  /** The documents of an output, found by their shapes, or by their texts where these do not tell. */
  *#documents(output: Output): Generator<Document> {
    const shaped = this.#shapes.split(output);
    if (shaped === undefined) {
      for (const { text, start } of splitDocuments(output.toString())) {
        const { relative, base } = this.#relative(text);
        yield { nodes: () => this.#skeleton(relative), base, part: 0, offset: start };
      }
      return;
    }
    for (const { shape, base, part, offset } of shaped) {
      const known = this.#byShape.get(shape);
      const read = (): readonly Node[] => {
        const nodes = this.#skeleton(this.#shapes.text(shape));
        this.#byShape.set(shape, nodes);
        return nodes;
      };
      yield { nodes: known ?? read, base, part, offset };
    }
  }

  /** A document's text with its slots numbered from its first one, so that equal ones are found again. */
  #relative(text: string): { relative: string; base: number } {
    let base = -1;
    const relative = !this.#slots.has(text)
      ? text
      : text.replace(this.#slots.pattern, (_, kind: Slot['kind'], number: string) => {
          const index = Number.parseInt(number, 36);
          if (base < 0) base = index;
          return this.#slots.marker(kind, index - base);
        });
    return { relative, base: Math.max(0, base) };
  }

  #skeleton(text: string): readonly Node[] {
    let nodes = this.#parsed.get(text);
    if (nodes === undefined) {
      nodes = parseSkeleton(text, this.#slots);
      this.#parsed.set(text, nodes);
    }
    return nodes;
  }

  #wholeDocument(slot: Slot, value: Value): ValueMap[] {
    if (isEmptyValue(value)) return [];
    if (isMap(value)) return [value];
    const items = Array.isArray(value) ? value : [value];
    return items.map((item) => {
      if (isMap(item)) return item;
      throw slotFault(slot, `a whole document is a map or a list of maps, and this is ${typeName(value)}`, []);
    });
  }
}

function tooLarge(slot: Slot): PkgError {
  return new PkgError('PKG_TEMPLATE_LIMIT', 'the values that the templates print are more than the allowed amount', {
    at: positionIn(slot.template, slot.node.loc),
    hints: ['look for a loop over more than was meant'],
  });
}

function positioned(error: SkeletonError, locate: Locate): PkgError {
  const notes = error instanceof DuplicateKey ? [`first given at ${formatPosition(locate(error.first))}`] : [];
  const code = error.isSlot ? 'PKG_TEMPLATE_SLOT' : 'PKG_TEMPLATE_YAML';
  return new PkgError(code, error.message, { at: locate(error.offset), hints: error.hints, notes });
}

/**
 * Splits at lines that begin with `---`; in YAML such a line ends a document wherever it stands. Where all
 * lines are indented alike, as inside `{{#yaml}}`, the separators are too.
 */
function splitDocuments(text: string): Piece[] {
  if (!text.includes('---')) return text.trim() === '' ? [] : [{ text, start: 0 }];
  const indent = commonIndent(text);
  const separator = new RegExp(`^ {${indent}}---(?=[ \\t\\r]|$)`, 'gm');
  const pieces: Piece[] = [];
  let start = 0;
  const push = (end: number): void => {
    const piece = text.slice(start, end);
    if (piece.trim() !== '') pieces.push({ text: piece, start });
  };
  for (const match of text.matchAll(separator)) {
    push(match.index);
    // What follows on the line belongs to the document: `--- # comment`, `--- {a: 1}`.
    start = match.index + match[0].length;
  }
  push(text.length);
  return pieces;
}

function commonIndent(text: string): number {
  let indent = Infinity;
  for (const match of text.matchAll(/^( *)[^\s]/gm)) {
    indent = Math.min(indent, match[1]?.length ?? 0);
    if (indent === 0) break;
  }
  return Number.isFinite(indent) ? indent : 0;
}
