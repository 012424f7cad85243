/**
 * What a template prints. An escaped mustache of a structural template does not print its value but a
 * slot: a marker of private-use characters with a nonce of this render, which no value can guess.
 */
import { PkgError } from '../../errors.ts';
import type { Position } from '../../errors.ts';
import { replaceEvery } from '../functions/limits.ts';
import { positionIn } from './fault.ts';
import type { CallSite } from './fault.ts';
import type { Block, Content, Expression, Mustache, Partial, PartialBlock, Template } from './ast.ts';
import type { Argument } from './helpers/types.ts';
import { valuePathOf } from './scope.ts';
import type { Scope } from './scope.ts';

/** `v`: a value. `o`: a value that goes away when it is empty. `s`: keys or items to be spread. */
export type SlotKind = 'v' | 'o' | 's';

/** A value that waits to be put into the finished structure. */
export type Slot = {
  kind: SlotKind;
  value: Argument;
  node: Mustache | Block;
  template: Template;
  calls: CallSite | undefined;
  /** The path that gave the value, and where it was looked up: for whoever asks which of the chart's values it is. */
  source: Expression | undefined;
  scope: Scope;
};

/** Where the value of a slot stands below the chart's values; undefined for what was worked out. */
export function slotPath({ source, scope }: Slot): readonly string[] | undefined {
  return source && valuePathOf(source, scope);
}

/** The slots of one render and the marker that stands for them. */
export class Slots {
  readonly #open: string;
  readonly #slots: Slot[] = [];
  /** Finds markers; the groups are kind and index. Sticky and global uses share it, so reset lastIndex. */
  readonly pattern: RegExp;

  constructor() {
    // Seeded by the system for each process, and never shown: nobody guesses it. `node:crypto` is as good, but
    // takes 6 ms to load.
    const nonce = Math.random().toString(36).slice(2, 12).padEnd(10, '0');
    this.#open = `\uE000${nonce}`;
    this.pattern = new RegExp(`\uE000${nonce}([vos])([0-9a-z]{6})\uE001`, 'g');
  }

  /** Keeps a slot and gives its number. */
  add(slot: Slot): number {
    return this.#slots.push(slot) - 1;
  }

  /** What stands for a slot in a text, always of the same length. */
  marker(kind: SlotKind, index: number): string {
    return `${this.#open}${kind}${index.toString(36).padStart(6, '0')}\uE001`;
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

/** `\uE000`, 10 characters of the nonce, the kind, 6 digits, `\uE001`. */
const MARKER_LENGTH = 19;

/** Collects what a template prints, and from which node each piece came. */
export class Output {
  /** Slots where structure is printed, undefined where text is. */
  readonly slots: Slots | undefined;
  readonly #budget: Budget;
  readonly #parts: (string | number)[] = [];
  // Beside each part: an object for each part would double the work of a render.
  readonly #nodes: Source[] = [];
  /** Which template printed the parts from this one on. */
  readonly #templates: { from: number; template: Template }[] = [];
  #lastTemplate: Template | undefined;
  #lastPart: string | number = '';

  constructor(slots: Slots | undefined, budget: Budget) {
    this.slots = slots;
    this.#budget = budget;
  }

  /** An empty output of the same kind. */
  child(): Output {
    return new Output(this.slots, this.#budget);
  }

  /** What was printed, in pieces: texts, and numbers of slots. */
  get parts(): readonly (string | number)[] {
    return this.#parts;
  }

  add(text: string, template: Template, node: Source): void {
    if (text === '') return;
    this.#charge(text.length, template, node);
    this.#push(text, template, node);
  }

  /** Adds a slot. */
  addSlot(slots: Slots, slot: Slot): void {
    this.#charge(MARKER_LENGTH, slot.template, slot.node);
    this.#push(slots.add(slot), slot.template, slot.node);
  }

  #charge(length: number, template: Template, node: Source): void {
    this.#budget.left -= length;
    if (this.#budget.left >= 0) return;
    throw new PkgError('PKG_TEMPLATE_LIMIT', 'the templates print more than the allowed amount of text', {
      at: positionIn(template, node.loc),
      hints: ['look for a loop over more than was meant, or a partial that includes itself'],
    });
  }

  #push(part: string | number, template: Template, node: Source): void {
    if (template !== this.#lastTemplate) {
      this.#templates.push({ from: this.#parts.length, template });
      this.#lastTemplate = template;
    }
    this.#parts.push(part);
    this.#nodes.push(node);
    this.#lastPart = part;
  }

  /** Adds what another output holds, each line indented as Handlebars indents a partial on its own line. */
  append(other: Output, indent: string): void {
    let atLineStart = true;
    let run = 0;
    for (let index = 0; index < other.#parts.length; index++) {
      if ((other.#templates[run + 1]?.from ?? Infinity) <= index) run++;
      const part = other.#parts[index] ?? '';
      const template = other.#templates[run]?.template;
      const node = other.#nodes[index];
      if (template === undefined || node === undefined) continue;
      if (indent === '') {
        this.#push(part, template, node);
        continue;
      }
      if (typeof part === 'number') {
        if (atLineStart) this.#push(indent, template, node);
        this.#push(part, template, node);
        atLineStart = false;
        continue;
      }
      const endsLine = part.endsWith('\n');
      const body = endsLine ? part.slice(0, -1) : part;
      const indented = replaceEvery(body, '\n', `\n${indent}`);
      this.#push((atLineStart ? indent : '') + indented + (endsLine ? '\n' : ''), template, node);
      atLineStart = endsLine;
    }
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

  /** Markers stand for slots. */
  #text(index: number): string {
    const part = this.#parts[index] ?? '';
    if (typeof part === 'string') return part;
    return this.slots?.marker(this.slots.at(part).kind, part) ?? '';
  }

  #within(index: number, before: string): Position | undefined {
    const run = this.#templates.findLast(({ from }) => from <= index);
    const node = this.#nodes[index];
    return run && node && within(run.template, node, this.#text(index), before);
  }

  /**
   * The place in a template that printed a character.
   *
   * @param offset counted from the beginning of the part with this number
   */
  positionAt(offset: number, from = 0): Position | undefined {
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

/** @param text what the node printed, and what of it is `before` the character that is meant */
function within(template: Template, node: Source, text: string, before: string): Position {
  const start = positionIn(template, node.loc);
  if (node.type !== 'ContentStatement') return start;
  // White space that Handlebars cut off in front still counts, and what it puts before lines of partials does not.
  const cut = node.original.slice(0, Math.max(0, node.original.indexOf(node.value)));
  const lines = (cut + before).split('\n');
  const line = before.split('\n').length - 1;
  const indent = (text.split('\n')[line]?.length ?? 0) - (node.value.split('\n')[line]?.length ?? 0);
  const column = Math.max(0, (lines.at(-1)?.length ?? 0) - indent);
  return lines.length === 1
    ? { ...start, column: (start.column ?? 1) + column }
    : { ...start, line: (start.line ?? 1) + lines.length - 1, column: column + 1 };
}
