/**
 * Makes values of what templates print: the output is split into documents, and their structures are filled with the values
 * of slots. Documents with the same fingerprint have one structure, which is composed once.
 */
import { PkgError } from '../../errors.ts';
import { isMap } from '../../yaml/value.ts';
import type { Value, ValueMap, ValuePath } from '../../yaml/value.ts';
import { charge } from '../functions/limits.ts';
import { positionIn } from './template-error.ts';
import { DocumentStructure, StructuredDocument } from './document-structure.ts';
import { DocumentTexts, constantHead } from './document-texts.ts';
import type { TextMade } from './document-texts.ts';
import { Filler, NOTHING, slotError } from './fill.ts';
import type { PlacedGap } from './gaps.ts';
import type { Budget, Output, Slot, Slots } from './output.ts';
import { isBuiltinKind } from '../field-types.ts';
import type { FieldType, KindTypes } from '../field-types.ts';
import { layoutOf, printLayout } from './layout.ts';
import type { Layout } from './layout.ts';
import { Fingerprints } from './fingerprints.ts';
import type { Fingerprint } from './fingerprints.ts';
import { composeDocument } from './compose.ts';
import { ComposeError } from './compose-errors.ts';
import { FilledDocument, locateIn, PrintedDocument, traceIn } from './read-document.ts';
import type { DocumentPlace, ReadDocument } from './read-document.ts';
import type { StructureCache } from './structure-cache.ts';
import { structureError } from './structure-errors.ts';
import { isEmptyValue, typeName } from './text.ts';
import type { SingleDocument, SlottedDocument } from './slot-tree.ts';
import { Tracer } from './trace.ts';
import type { ParsedText, TracedField } from './trace.ts';

/**
 * The steps of reading a character. A line with one value is 30 characters with its marker, and takes four kilobytes.
 */
const READING = 8;

type Piece = { text: string; start: number };

/** Options of a {@link DocumentReader}. */
export type ReaderOptions = {
  /** The types of fields; without them numbers do not become texts. */
  types?: KindTypes | undefined;
  /** The structures that earlier runs read. */
  structures?: StructureCache | undefined;
  /** Have offsets for the fields of constants too, which otherwise need a second reading of the text. */
  whole?: boolean;
};

/** Reads the documents of one render. */
export class DocumentReader {
  readonly #slots: Slots;
  readonly #whole: boolean;
  readonly #filler: Filler;
  /** Fills documents again for values and positions that are read later, without charging for them twice. */
  readonly #tracer: Tracer;
  readonly #fingerprints: Fingerprints;
  readonly #parsed: ParsedText[] = [];
  readonly #byText = new Map<string, readonly DocumentStructure[]>();
  readonly #structures: StructureCache | undefined;
  readonly #layouts = new Map<DocumentStructure, Map<FieldType | undefined, Layout | undefined>>();
  readonly #texts: DocumentTexts;
  /** The structures of the documents that {@link objects} has read: the keys of random values are found in them. */
  readonly read: SlottedDocument[] = [];

  constructor(slots: Slots, budget: Budget, { types, structures, whole = false }: ReaderOptions = {}) {
    this.#slots = slots;
    this.#whole = whole;
    this.#structures = structures;
    this.#fingerprints = new Fingerprints(slots);
    const single = (slot: Slot): SingleDocument | undefined => this.single(slot);
    this.#filler = new Filler(slots, single, (size, slot) => {
      budget.left -= size;
      if (budget.left < 0) throw tooLarge(slot);
    });
    this.#tracer = new Tracer(new Filler(slots, single, () => {}), slots, this.#parsed, single);
    this.#texts = new DocumentTexts(types, this.#filler, this.#tracer, single);
  }

  /** The numbers and booleans that became the texts of fields. */
  get textsMade(): readonly TextMade[] {
    return this.#texts.made;
  }

  /** Begins with a template of the chart whose values stand at this path in those of the top chart. */
  beginTemplate(at: readonly string[]): void {
    this.#texts.at = at;
  }

  /** The objects that a template prints: maps, one or several a document. Empty documents are left out. */
  objects(output: Output): ReadDocument[] {
    const found: ReadDocument[] = [];
    this.#read(output, (structure, place) => {
      const document = new StructuredDocument(structure, place.base);
      this.read.push(document);
      const trace = (path: ValuePath): TracedField => traceIn(this.#tracer, structure.node, place, path);
      this.#filler.begin(place.base);
      const type = this.#texts.begin(structure);
      const layout = this.#layoutOf(structure, type, trace);
      if (layout !== undefined) {
        const text = printLayout(layout, this.#filler, this.#texts.rules(document, trace));
        found.push(new PrintedDocument(this.#tracer, structure, place, { layout, text, type }));
        return;
      }
      const { node } = structure;
      const value = this.#filler.fill(node, place.base);
      if (value === NOTHING || value === null) return;
      if (node.type === 'hole') {
        for (const map of this.#wholeDocument(this.#filler.slot(node.hole), value))
          found.push(new FilledDocument(this.#tracer, node, place, this.#texts.of(map, node, place.base, trace)));
      } else if (isMap(value)) {
        found.push(new FilledDocument(this.#tracer, node, place, this.#texts.of(value, node, place.base, trace)));
      } else {
        const { at } = traceIn(this.#tracer, node, place, []);
        const isNotes = /(?:^|\/)notes(?:\.\w+)*\.hbs$/i.test(at.file);
        const hint = isNotes
          ? 'the file for the notes of a chart is templates/NOTES.txt.hbs'
          : 'an object of Kubernetes has the fields apiVersion, kind and metadata';
        throw new PkgError('PKG_OBJECT_INVALID', `a document is a map, and this is ${typeName(value)}`, {
          at,
          hints: [hint],
        });
      }
    });
    return found;
  }

  #layoutOf(
    structure: DocumentStructure,
    type: FieldType | undefined,
    trace: (path: ValuePath) => TracedField,
  ): Layout | undefined {
    const layouts = this.#layouts.get(structure) ?? new Map<FieldType | undefined, Layout | undefined>();
    this.#layouts.set(structure, layouts);
    if (!layouts.has(type)) {
      // A cached layout is of a structure that passed the check.
      layouts.set(type, (type && structure.cachedLayout(type)) ?? this.#newLayout(structure, type, trace));
    }
    return layouts.get(type);
  }

  #newLayout(
    structure: DocumentStructure,
    type: FieldType | undefined,
    trace: (path: ValuePath) => TracedField,
  ): Layout | undefined {
    const { node } = structure;
    this.#texts.checkLiterals(node, type, trace);
    const layout = layoutOf(node, type);
    const head = type && constantHead(node);
    if (layout !== undefined && head !== undefined && isBuiltinKind(head)) structure.made = { head, layout };
    return layout;
  }

  /** The values of all documents, of whatever type. `use` gets the structure of each. */
  values(output: Output, use: (document: SlottedDocument) => void = () => {}): Value[] {
    const found: Value[] = [];
    this.#read(output, (structure, { base }) => {
      use(new StructuredDocument(structure, base));
      const value = this.#filler.fill(structure.node, base);
      if (value !== NOTHING) found.push(value);
    });
    return found;
  }

  /**
   * Reads the structure of all documents, and nothing of the values in them.
   *
   * @throws {PkgError} what is wrong with it
   */
  check(output: Output, use?: (document: SingleDocument) => void): void {
    this.#read(output, ({ node }, place) => use?.({ node, base: place.base, locate: locateIn(place) }));
  }

  /** The document that a partial gives as a value; undefined where it prints nothing. */
  single(slot: Slot): SingleDocument | undefined {
    const found: SingleDocument[] = [];
    if (slot.printed !== undefined) {
      this.#read(slot.printed, ({ node }, place) => found.push({ node, base: place.base, locate: locateIn(place) }));
    }
    if (found.length > 1) {
      throw slotError(slot, `a partial that is a value prints one document, and this one prints ${found.length}`, []);
    }
    return found[0];
  }

  /**
   * Reads the documents of an output by their fingerprints, or by their texts where {@link Fingerprints.split} cannot split
   * it.
   */
  #read(output: Output, use: (structure: DocumentStructure, place: DocumentPlace) => void): void {
    const split = this.#fingerprints.split(output);
    if (split === undefined) {
      const { gaps } = output;
      for (const { text, start } of splitDocuments(output.toString())) {
        const { relative, base } = this.#relative(text);
        const own = gaps
          .filter(({ at }) => at >= start && at <= start + text.length)
          .map((gap) => ({ ...gap, at: gap.at - start }));
        this.#located({ base, output, part: 0, offset: start }, () => this.#compose(relative, own), use);
      }
      return;
    }
    for (const { fingerprint, base, part, offset } of split) {
      const read = (): readonly DocumentStructure[] => (fingerprint.structures ??= this.#structuresOf(fingerprint));
      this.#located({ base, output, part, offset }, read, use);
    }
  }

  /** The structures of the documents with a fingerprint. */
  #structuresOf(fingerprint: Fingerprint): readonly DocumentStructure[] {
    if (this.#structures === undefined) {
      const { text, gaps } = this.#fingerprints.text(fingerprint);
      return this.#compose(text, gaps);
    }
    const { key, length } = this.#fingerprints.keyOf(fingerprint);
    const known = this.#structures.find(key);
    if (known === undefined) {
      const { text, gaps } = this.#fingerprints.text(fingerprint);
      const composed = this.#compose(text, gaps);
      this.#structures.add(key, composed);
      return composed;
    }
    charge(READING * length);
    this.#parsed.push({ structures: known, text: () => this.#fingerprints.text(fingerprint) });
    return known;
  }

  #located(
    place: DocumentPlace,
    read: () => readonly DocumentStructure[],
    use: (structure: DocumentStructure, place: DocumentPlace) => void,
  ): void {
    try {
      for (const structure of read()) use(structure, place);
    } catch (error) {
      throw error instanceof ComposeError ? structureError(error, place.output, place) : error;
    }
  }

  /** The text of a document with its slots numbered from 0, so that the structure of an equal one is found. */
  #relative(text: string): { relative: string; base: number } {
    let base = -1;
    const relative = !this.#slots.has(text)
      ? text
      : this.#slots
          .split(text)
          .map((piece) => {
            if (typeof piece === 'string') return piece;
            if (base < 0) base = piece.index;
            return this.#slots.marker(piece.kind, piece.index - base);
          })
          .join('');
    return { relative, base: Math.max(0, base) };
  }

  #compose(text: string, gaps: readonly PlacedGap[]): readonly DocumentStructure[] {
    const key = gaps.length === 0 ? text : `${text}\0${JSON.stringify(gaps)}`;
    let structures = this.#byText.get(key);
    if (structures === undefined) {
      charge(READING * text.length);
      structures = composeDocument(text, this.#slots, { gaps, whole: this.#whole }).map(
        (node) => new DocumentStructure(() => node),
      );
      this.#byText.set(key, structures);
      this.#parsed.push({ structures, text: () => ({ text, gaps }) });
    }
    return structures;
  }

  #wholeDocument(slot: Slot, value: Value): ValueMap[] {
    if (isEmptyValue(value)) return [];
    if (isMap(value)) return [value];
    const items = Array.isArray(value) ? value : [value];
    return items.map((item) => {
      if (isMap(item)) return item;
      const what = Array.isArray(value) ? `this list holds ${typeName(item)}` : `this is ${typeName(value)}`;
      throw slotError(slot, `a whole document is a map or a list of maps, and ${what}`, []);
    });
  }
}

function tooLarge(slot: Slot): PkgError {
  return new PkgError('PKG_TEMPLATE_LIMIT', 'the values that the templates print are more than the allowed amount', {
    at: positionIn(slot.origin.template, slot.node.loc),
    hints: ['look for a loop over more than was meant'],
  });
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
