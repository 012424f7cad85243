/**
 * What a template prints. An escaped mustache of a structural template does not print its value but a
 * slot: a marker of private-use characters with a nonce of this render, which no value can guess.
 */
import { PkgError } from '../../errors.ts';
import type { Position } from '../../errors.ts';
import { replaceEvery } from '../functions/limits.ts';
import { positionIn } from './fault.ts';
import type { CallSite, Place } from './fault.ts';
import { linesOf } from './ast.ts';
import type { Block, Content, Expression, Location, Mustache, Partial, PartialBlock, Template } from './ast.ts';
import type { Argument } from './helpers/types.ts';
import type { Occurrence } from './random-calls.ts';
import { valuePathOf } from './scope.ts';
import type { Scope } from './scope.ts';

/**
 * `v`: a value. `o`: a value that goes away when it is empty. `s`: keys or items to be spread. `p`: the document of a
 * partial.
 */
export type SlotKind = 'v' | 'o' | 's' | 'p';

/** A slot of a document: its kind, and its number among the slots of the document. */
export type Hole = { kind: SlotKind; index: number };

/** A value that waits to be put into the finished structure. */
export type Slot = {
  kind: SlotKind;
  value: Argument;
  /** What a partial printed: its document is the value, and its text is part of a text. */
  printed?: Output;
  node: Mustache | Block | Partial | PartialBlock;
  template: Template;
  calls: CallSite | undefined;
  /** The path that gave the value, and where it was looked up: for whoever asks which of the chart's values it is. */
  source: Expression | undefined;
  scope: Scope;
  /** The random calls of its expression, if there are any. */
  random?: readonly Occurrence[];
};

/** Where the value of a slot stands below the chart's values; undefined for what was worked out. */
export function slotPath({ source, scope }: Slot): readonly string[] | undefined {
  return source && valuePathOf(source, scope);
}

/** The slots of one render and the marker that stands for them. */
export class Slots {
  readonly #open: string;
  readonly #slots: Slot[] = [];

  constructor() {
    // Seeded by the system for each process, and never shown: nobody guesses it. `node:crypto` is as good, but
    // takes 6 ms to load.
    const nonce = Math.random().toString(36).slice(2, 12).padEnd(10, '0');
    this.#open = `\uE000${nonce}`;
  }

  /** Keeps a slot and gives its number. */
  add(slot: Slot): number {
    return this.#slots.push(slot) - 1;
  }

  /** What stands for a slot in a text, always of the same length. */
  marker(kind: SlotKind, index: number): string {
    const digits = String.fromCharCode(DIGIT + Math.floor(index / BASE), DIGIT + (index % BASE));
    return `${this.#open}${kind}${digits}\uE001`;
  }

  /**
   * Cuts a text at its markers. A pattern would have to be compiled for each render, since it holds the nonce; so
   * this looks for the nonce alone, and reads the rest by position.
   */
  split(text: string): (string | Hole)[] {
    const pieces: (string | Hole)[] = [];
    let end = 0;
    for (let at = text.indexOf(this.#open); at >= 0; at = text.indexOf(this.#open, end)) {
      if (at > end) pieces.push(text.slice(end, at));
      const kind = at + this.#open.length;
      const index = (text.charCodeAt(kind + 1) - DIGIT) * BASE + text.charCodeAt(kind + 2) - DIGIT;
      pieces.push({ kind: text[kind] as SlotKind, index });
      end = at + MARKER_LENGTH;
    }
    if (end < text.length) pieces.push(text.slice(end));
    return pieces;
  }

  /** Is the text a marker, with nothing but white space around it? */
  isMarker(text: string): boolean {
    const trimmed = text.trim();
    return trimmed.length === MARKER_LENGTH && trimmed.startsWith(this.#open);
  }

  at(index: number): Slot {
    const slot = this.#slots[index];
    if (slot === undefined) throw new Error(`no slot ${index}`);
    return slot;
  }

  has(text: string): boolean {
    return text.includes(this.#open);
  }
}

/** A node that printed something. */
type Source = Content | Mustache | Block | Partial | PartialBlock;

/** The budget of a render: characters printed by all templates together. */
export type Budget = { left: number };

/** `\uE000`, 10 characters of the nonce, the kind, two digits, `\uE001`. */
export const MARKER_LENGTH = 15;

/** The digits of a slot's number are private-use characters too: two of them number 16 million slots. */
const DIGIT = 0xe100;
const BASE = 4096;

/**
 * A block or partial that printed nothing: what it would have printed begins at this column, and is a list or not. A
 * key that has nothing else for a value goes away.
 */
export type Gap = { readonly column: number; readonly isList: boolean };

/** What an output holds: texts, numbers of slots, and gaps. */
export type Part = string | number | Gap;

const gaps: Gap[] = [];

/** A gap of a text, and where it stands there. */
export type PlacedGap = Gap & { at: number };

/** What printed a part of an output. */
export type Printed = { at: Position; node: Source; template: Template; calls: CallSite | undefined };

/** The gap of a column: always the same object, so that it can be compared. */
export function gapAt(column: number, isList: boolean): Gap {
  const index = column * 2 + (isList ? 1 : 0);
  return (gaps[index] ??= { column, isList });
}

/** Collects what a template prints, and from which node each piece came. */
export class Output {
  /** Slots where structure is printed, undefined where text is. */
  readonly slots: Slots | undefined;
  readonly #budget: Budget;
  readonly #parts: Part[] = [];
  // Beside each part: an object for each part would double the work of a render.
  readonly #nodes: Source[] = [];
  /** Which template printed the parts from this one on, and how it was reached. */
  readonly #places: { from: number; place: Place }[] = [];
  #lastPlace: Place | undefined;
  #lastPart: string | number = '';

  constructor(slots: Slots | undefined, budget: Budget) {
    this.slots = slots;
    this.#budget = budget;
  }

  /** An empty output of the same kind. */
  child(): Output {
    return new Output(this.slots, this.#budget);
  }

  /** What was printed, in pieces. */
  get parts(): readonly Part[] {
    return this.#parts;
  }

  add(text: string, place: Place, node: Source): void {
    if (text === '') return;
    this.#charge(text.length, place.template, node);
    this.#push(text, place, node);
  }

  /** Adds a slot. */
  addSlot(slots: Slots, slot: Slot, place: Place): void {
    this.#charge(MARKER_LENGTH, slot.template, slot.node);
    this.#push(slots.add(slot), place, slot.node);
  }

  /** Notes that a node printed nothing. */
  addGap(gap: Gap, place: Place, node: Source): void {
    if (this.#parts.at(-1) !== gap) this.#push(gap, place, node);
  }

  /** Was nothing but white space printed since the output had so many parts? */
  isBlankSince(count: number): boolean {
    for (let index = count; index < this.#parts.length; index++) {
      const part = this.#parts[index];
      if (typeof part === 'number' || (typeof part === 'string' && part.trim() !== '')) return false;
    }
    return true;
  }

  #charge(length: number, template: Template, node: Source): void {
    this.#budget.left -= length;
    if (this.#budget.left >= 0) return;
    throw new PkgError('PKG_TEMPLATE_LIMIT', 'the templates print more than the allowed amount of text', {
      at: positionIn(template, node.loc),
      hints: ['look for a loop over more than was meant, or a partial that includes itself'],
    });
  }

  #push(part: Part, place: Place, node: Source): void {
    if (place !== this.#lastPlace) {
      this.#places.push({ from: this.#parts.length, place });
      this.#lastPlace = place;
    }
    this.#parts.push(part);
    this.#nodes.push(node);
    if (typeof part !== 'object') this.#lastPart = part;
  }

  /**
   * Adds what another output holds, each line indented as Handlebars indents a partial on its own line.
   *
   * @param less so many of the blanks that each line begins with are left out
   */
  append(other: Output, indent: string, less = 0): void {
    const isAsItIs = indent === '' && less === 0;
    let atLineStart = true;
    let run = 0;
    for (let index = 0; index < other.#parts.length; index++) {
      if ((other.#places[run + 1]?.from ?? Infinity) <= index) run++;
      const part = other.#parts[index] ?? '';
      const place = other.#places[run]?.place;
      const node = other.#nodes[index];
      if (place === undefined || node === undefined) continue;
      if (isAsItIs) {
        this.#push(part, place, node);
      } else if (typeof part === 'object') {
        this.#push(gapAt(Math.max(0, part.column - less) + indent.length, part.isList), place, node);
      } else if (typeof part === 'number') {
        if (atLineStart) this.#push(indent, place, node);
        this.#push(part, place, node);
        atLineStart = false;
      } else {
        const endsLine = part.endsWith('\n');
        const body = endsLine ? part.slice(0, -1) : part;
        const lines = less === 0 ? body : body.replace(new RegExp(`\\n {0,${less}}`, 'g'), '\n');
        const indented = replaceEvery(lines, '\n', `\n${indent}`);
        const first = atLineStart ? indent + indented.slice(blanksOf(body, less)) : indented;
        this.#push(first + (endsLine ? '\n' : ''), place, node);
        atLineStart = endsLine;
      }
    }
  }

  /** How many blanks each line that is not blank begins with. */
  get commonIndent(): number {
    let common = Infinity;
    let blanks = 0;
    let atLineStart = true;
    for (const part of this.#parts) {
      if (typeof part === 'object') continue;
      for (const [index, line] of (typeof part === 'string' ? part.split('\n') : ['']).entries()) {
        if (index > 0) [atLineStart, blanks] = [true, 0];
        if (!atLineStart) continue;
        const own = blanksOf(line, line.length);
        blanks += own;
        if (typeof part === 'string' && own === line.length) continue;
        common = Math.min(common, blanks);
        atLineStart = false;
      }
    }
    return Number.isFinite(common) ? common : 0;
  }

  /** Is the next character the first of a line? */
  get atLineStart(): boolean {
    return this.#lastPart === '' || (typeof this.#lastPart === 'string' && this.#lastPart.endsWith('\n'));
  }

  /** What stands on the current line so far. */
  get currentLine(): string {
    let line = '';
    for (let index = this.#parts.length - 1; index >= 0; index--) {
      const part = this.#text(index);
      const newline = part.lastIndexOf('\n');
      line = part.slice(newline + 1) + line;
      if (newline >= 0) break;
    }
    return line;
  }

  toString(): string {
    return this.#parts.map((_, index) => this.#text(index)).join('');
  }

  /** What was printed as a text: values of slots by what they look like. */
  asText(textOfSlot: (slot: Slot) => string): string {
    return this.#parts
      .map((part) => (typeof part === 'number' && this.slots ? textOfSlot(this.slots.at(part)) : part))
      .filter((part) => typeof part === 'string')
      .join('');
  }

  /** The gaps of the text, each with the place where it stands. */
  get gaps(): PlacedGap[] {
    const placed: PlacedGap[] = [];
    let at = 0;
    for (const [index, part] of this.#parts.entries()) {
      if (typeof part === 'object') placed.push({ ...part, at });
      else at += this.#text(index).length;
    }
    return placed;
  }

  /** Markers stand for slots. */
  #text(index: number): string {
    const part = this.#parts[index] ?? '';
    if (typeof part === 'string') return part;
    if (typeof part === 'object') return '';
    return this.slots?.marker(this.slots.at(part).kind, part) ?? '';
  }

  #within(index: number, before: string): Printed | undefined {
    const run = this.#places.findLast(({ from }) => from <= index);
    const node = this.#nodes[index];
    if (run === undefined || node === undefined) return undefined;
    const { template, calls } = run.place;
    return { at: within(template, node, this.#text(index), before), node, template, calls };
  }

  /**
   * The place in a template that printed a character.
   *
   * @param offset counted from the beginning of the part with this number
   */
  positionAt(offset: number, from = 0): Position | undefined {
    return this.printedAt(offset, from)?.at;
  }

  /** The text from a part on. */
  textFrom(from: number): string {
    return this.#parts.slice(from).reduce<string>((text, _, index) => text + this.#text(from + index), '');
  }

  /** The tag whose `~` put a character on the line on which it stands, away from a line of its own. */
  joinOf(offset: number, from = 0): { what: string; at: Position } | undefined {
    let left = offset;
    let index = from;
    while (index < this.#parts.length - 1 && left >= this.#text(index).length) left -= this.#text(index++).length;
    for (let before = this.#text(index).slice(0, left); !before.includes('\n') && index > from; index--) {
      const tag = this.#joiner(index);
      if (tag !== undefined) return tag;
      before = this.#text(index - 1);
    }
    return undefined;
  }

  /** Which `~` took the line break between a part and the part before it, if one did. */
  #joiner(index: number): { what: string; at: Position } | undefined {
    const tagAt = (part: number, edge: 'start' | 'end'): { what: string; at: Position } | undefined => {
      const node = this.#nodes[part];
      const { template } = this.#places.findLast(({ from }) => from <= part)?.place ?? {};
      if (node?.type !== 'ContentStatement' || template === undefined) return undefined;
      const cut = node.cut ?? 0;
      const isCut =
        edge === 'start'
          ? node.original.slice(0, cut).includes('\n')
          : node.original.slice(cut + node.value.length).includes('\n');
      const { line, column } = node.loc[edge];
      const text = linesOf(template)[line - 1] ?? '';
      const what =
        edge === 'start'
          ? /\{\{[^{}]*~\}\}\}?$/.exec(text.slice(0, column))?.[0]
          : /^\{\{\{?~[^}]*\}\}\}?/.exec(text.slice(column))?.[0];
      if (!isCut || what === undefined) return undefined;
      const from = edge === 'start' ? column - what.length : column;
      return { what, at: { file: template.file, line, column: from + 1 } };
    };
    if (this.#text(index - 1).endsWith('\n')) return undefined;
    return tagAt(index, 'start') ?? tagAt(index - 1, 'end');
  }

  /** What printed a character, where, and how it was reached. */
  printedAt(offset: number, from = 0): Printed | undefined {
    let left = offset;
    for (let index = from; index < this.#parts.length; index++) {
      const part = this.#text(index);
      if (left < part.length) return this.#within(index, part.slice(0, left));
      left -= part.length;
    }
    const last = this.#parts.length - 1;
    return last < 0 ? undefined : this.#within(last, this.#text(last));
  }
}

/** The mustache or tag at a place. */
export function sourceOf({
  node,
  template,
}: {
  node: { loc: { start: Location['start'] } };
  template: Template;
}): string {
  const { line, column } = node.loc.start;
  const rest = (template.source.split('\n')[line - 1] ?? '').slice(column);
  return /^\{\{\{?[^}]*\}\}\}?/.exec(rest)?.[0] ?? rest.slice(0, 40);
}

/** The first blanks of a text, at most so many. */
function blanksOf(text: string, most: number): number {
  let count = 0;
  while (count < most && text.charCodeAt(count) === 32) count++;
  return count;
}

/** @param text what the node printed, and what of it is `before` the character that is meant */
function within(template: Template, node: Source, text: string, before: string): Position {
  const start = positionIn(template, node.loc);
  if (node.type !== 'ContentStatement') return start;
  // White space that was cut off in front still counts, and what is put before lines of partials does not.
  const cut = node.original.slice(0, node.cut ?? 0);
  const lines = (cut + before).split('\n');
  const line = before.split('\n').length - 1;
  const indent = (text.split('\n')[line]?.length ?? 0) - (node.value.split('\n')[line]?.length ?? 0);
  const column = Math.max(0, (lines.at(-1)?.length ?? 0) - indent);
  return lines.length === 1
    ? { ...start, column: (start.column ?? 1) + column }
    : { ...start, line: (start.line ?? 1) + lines.length - 1, column: column + 1 };
}
