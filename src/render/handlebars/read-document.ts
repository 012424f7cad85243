/** The objects that native templates print, with the positions of their fields. */
import type { Position } from '../../errors.ts';
import { printYaml } from '../../yaml/print.ts';
import type { ValueMap, ValuePath } from '../../yaml/value.ts';
import type { FieldType } from '../field-types.ts';
import { fitsType, withTexts } from '../text-fields.ts';
import type { DocumentStructure } from './document-structure.ts';
import { headOf } from './layout.ts';
import type { Layout } from './layout.ts';
import type { Output } from './output.ts';
import { printedBy } from './printed-by.ts';
import type { Node } from './structure.ts';
import type { TracedField, Tracer } from './trace.ts';

/** An object that a template prints. `template` needs only its text, so its value is made when it is read. */
export type ReadDocument = {
  readonly value: ValueMap;
  /** The fields `apiVersion`, `kind` and `metadata` of it, at least. */
  readonly head: ValueMap;
  /** The object as YAML, without a newline at the end. */
  readonly text: string;
  /** The position of a field: of its key or item, or of the mustache that gives it. */
  trace(path: ValuePath): TracedField;
};

/** The number of a document's first slot, and where it begins: the part of an output, and the offset in this part. */
export type DocumentPlace = { base: number; output: Output; part: number; offset: number };

/** A document whose text was printed from its structure, and whose value is made when it is read. */
export class PrintedDocument implements ReadDocument {
  readonly text: string;
  readonly #tracer: Tracer;
  readonly #structure: DocumentStructure;
  readonly #place: DocumentPlace;
  readonly #layout: Layout;
  readonly #type: FieldType | undefined;
  #value: ValueMap | undefined;

  constructor(
    tracer: Tracer,
    structure: DocumentStructure,
    place: DocumentPlace,
    { layout, text, type }: { layout: Layout; text: string; type: FieldType | undefined },
  ) {
    this.text = text;
    this.#type = type;
    this.#tracer = tracer;
    this.#structure = structure;
    this.#place = place;
    this.#layout = layout;
  }

  get value(): ValueMap {
    this.#value ??= this.#typed(this.#tracer.filler.fill(this.#structure.node, this.#place.base) as ValueMap);
    return this.#value;
  }

  get head(): ValueMap {
    if (this.#value !== undefined) return this.#value;
    const { filler } = this.#tracer;
    filler.begin(this.#place.base);
    return this.#typed(headOf(this.#layout, filler));
  }

  #typed(value: ValueMap): ValueMap {
    const type = this.#type;
    return type === undefined || fitsType(value, type)
      ? value
      : (withTexts(value, type, [], keep, () => {}) as ValueMap);
  }

  trace(path: ValuePath): TracedField {
    return traceIn(this.#tracer, this.#structure.node, this.#place, path);
  }
}

/**
 * A document whose own fields depend on values (`optional`, `spread`, computed keys), so that its value is made at once.
 */
export class FilledDocument implements ReadDocument {
  readonly value: ValueMap;
  readonly #tracer: Tracer;
  readonly #node: Node;
  readonly #place: DocumentPlace;

  constructor(tracer: Tracer, node: Node, place: DocumentPlace, value: ValueMap) {
    this.value = value;
    this.#tracer = tracer;
    this.#node = node;
    this.#place = place;
  }

  get head(): ValueMap {
    return this.value;
  }

  get text(): string {
    return printYaml(this.value).slice(0, -1);
  }

  trace(path: ValuePath): TracedField {
    return traceIn(this.#tracer, this.#node, this.#place, path);
  }
}

/** Printing the document has thrown for numbers with a fraction where texts belong. */
function keep(): never {
  throw new Error('a number with a fraction was printed as a text');
}

/** The position of a field of a document, and the path of its value in the chart's values. */
export function traceIn(tracer: Tracer, node: Node, place: DocumentPlace, path: ValuePath): TracedField {
  return tracer.trace(node, place.base, path, locateIn(place));
}

/** Gives the positions of offsets in the text of a document. */
export function locateIn({ output, part, offset }: DocumentPlace): (offset: number) => Position {
  return (at) => printedBy(output, offset + at, part)?.at ?? { file: '' };
}
