/** From what templates print to values: documents are split, parsed once per shape, and filled. */
import { PkgError, formatPosition } from '../../errors.ts';
import type { Position } from '../../errors.ts';
import { isMap } from '../../yaml/value.ts';
import type { Value, ValueMap } from '../../yaml/value.ts';
import { positionIn } from './fault.ts';
import { Filler, NOTHING, slotFault } from './fill.ts';
import type { Budget, Output, Slot, Slots } from './output.ts';
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

/** Reads the documents of one render. */
export class DocumentReader {
  readonly #slots: Slots;
  readonly #filler: Filler;
  readonly #parsed = new Map<string, readonly Node[]>();

  constructor(slots: Slots, budget: Budget) {
    this.#slots = slots;
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
    for (const { text, start } of splitDocuments(output.toString())) {
      const locate = (offset: number): Position => output.positionAt(start + offset) ?? { file: '' };
      try {
        const { nodes, base } = this.#skeleton(text);
        for (const node of nodes) {
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

  /** The structure of a document; its slots are numbered from its first one, so that shapes are found again. */
  #skeleton(text: string): { nodes: readonly Node[]; base: number } {
    let base = -1;
    const relative = !this.#slots.has(text)
      ? text
      : text.replace(this.#slots.pattern, (_, kind: Slot['kind'], number: string) => {
          const index = Number.parseInt(number, 36);
          if (base < 0) base = index;
          return this.#slots.marker(kind, index - base);
        });
    let nodes = this.#parsed.get(relative);
    if (nodes === undefined) {
      nodes = parseSkeleton(relative, this.#slots);
      this.#parsed.set(relative, nodes);
    }
    return { nodes, base: Math.max(0, base) };
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

function positioned(error: SkeletonError, locate: (offset: number) => Position): PkgError {
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
