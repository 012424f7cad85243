/**
 * What a template prints. An escaped mustache of a structural template does not print its value but a
 * slot: a marker of private-use characters with a nonce of this render, which no value can guess.
 */
import { PkgError } from '../../errors.ts';
import type { Position } from '../../errors.ts';
import { positionIn } from './fault.ts';
import type { CallSite } from './fault.ts';
import type { Block, Content, Mustache, Partial, PartialBlock, Template } from './ast.ts';
import type { Argument } from './helpers/types.ts';

/** `v`: a value. `o`: a value that goes away when it is empty. `s`: keys or items to be spread. */
export type SlotKind = 'v' | 'o' | 's';

/** A value that waits to be put into the finished structure. */
export type Slot = {
  kind: SlotKind;
  value: Argument;
  node: Mustache | Block;
  template: Template;
  calls: CallSite | undefined;
  /** Where the value stands below the chart's values, worked out when somebody asks. */
  valuePath: () => readonly string[] | undefined;
};

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

  /** Keeps a slot and gives its marker, always of the same length. */
  add(slot: Slot): string {
    this.#slots.push(slot);
    return this.marker(slot.kind, this.#slots.length - 1);
  }

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

/** Collects what a template prints, and from which node each piece came. */
export class Output {
  /** Slots where structure is printed, undefined where text is. */
  readonly slots: Slots | undefined;
  readonly #budget: Budget;
  readonly #parts: string[] = [];
  readonly #sources: { template: Template; node: Source }[] = [];
  #lastPart = '';

  constructor(slots: Slots | undefined, budget: Budget) {
    this.slots = slots;
    this.#budget = budget;
  }

  /** An empty output of the same kind. */
  child(): Output {
    return new Output(this.slots, this.#budget);
  }

  add(text: string, template: Template, node: Source): void {
    if (text === '') return;
    this.#budget.left -= text.length;
    if (this.#budget.left < 0) {
      throw new PkgError('PKG_TEMPLATE_LIMIT', 'the templates print more than the allowed amount of text', {
        at: positionIn(template, node.loc),
        hints: ['look for a loop over more than was meant, or a partial that includes itself'],
      });
    }
    this.#parts.push(text);
    this.#sources.push({ template, node });
    this.#lastPart = text;
  }

  /** Adds what another output holds, each line indented as Handlebars indents a partial on its own line. */
  append(other: Output, indent: string): void {
    let atLineStart = true;
    for (const [index, part] of other.#parts.entries()) {
      const source = other.#sources[index];
      if (source === undefined) continue;
      if (indent === '') {
        this.#parts.push(part);
      } else {
        const endsLine = part.endsWith('\n');
        const body = endsLine ? part.slice(0, -1) : part;
        const indented = body.replaceAll('\n', `\n${indent}`);
        this.#parts.push((atLineStart ? indent : '') + indented + (endsLine ? '\n' : ''));
        atLineStart = endsLine;
      }
      this.#sources.push(source);
      this.#lastPart = part;
    }
  }

  /** Is the next character the first of a line? */
  get atLineStart(): boolean {
    return this.#lastPart === '' || this.#lastPart.endsWith('\n');
  }

  /** What stands on the current line so far. */
  get currentLine(): string {
    let line = '';
    for (let index = this.#parts.length - 1; index >= 0; index--) {
      const part = this.#parts[index] ?? '';
      const newline = part.lastIndexOf('\n');
      line = part.slice(newline + 1) + line;
      if (newline >= 0) break;
    }
    return line;
  }

  toString(): string {
    return this.#parts.join('');
  }

  /** The place in a template that printed the character at this offset. */
  positionAt(offset: number): Position | undefined {
    let start = 0;
    for (const [index, part] of this.#parts.entries()) {
      const source = this.#sources[index];
      if (source !== undefined && offset < start + part.length) return within(source, part.slice(0, offset - start));
      start += part.length;
    }
    const last = this.#sources.at(-1);
    return last && within(last, this.#parts.at(-1) ?? '');
  }
}

function within(source: { template: Template; node: Source }, before: string): Position {
  const { template, node } = source;
  const start = positionIn(template, node.loc);
  if (node.type !== 'ContentStatement') return start;
  // White space that Handlebars cut off in front still counts.
  const cut = node.original.slice(0, Math.max(0, node.original.indexOf(node.value)));
  const lines = (cut + before).split('\n');
  const column = (lines.at(-1)?.length ?? 0) + 1;
  return lines.length === 1
    ? { ...start, column: (start.column ?? 1) + column - 1 }
    : { ...start, line: (start.line ?? 1) + lines.length - 1, column };
}
