/**
 * What a template prints. Where the output becomes a document, an escaped mustache does not print its value but a slot,
 * which stands in the text as a marker: see `markers.ts`.
 */
import { PkgError } from '../../errors.ts';
import { replaceEvery } from '../functions/limits.ts';
import { positionIn } from './template-error.ts';
import type { Origin } from './template-error.ts';
import type { Block, Call, Content, Expression, Mustache, Partial, PartialBlock, Template } from './ast.ts';
import { gapAt } from './gaps.ts';
import type { Gap, PlacedGap } from './gaps.ts';
import type { Argument } from './helpers/types.ts';
import { MARKER_LENGTH, Markers } from './markers.ts';
import type { SlotKind } from './markers.ts';
import type { Occurrence } from './random-calls.ts';
import { lookupPath, valuePathOf } from './scope.ts';
import type { Scope } from './scope.ts';

/** A value that waits to be put into the finished structure. */
export type Slot = {
  kind: SlotKind;
  value: Argument;
  /** What a partial printed: as a whole value its document counts, inside a text its text. */
  printed: Output | undefined;
  node: Mustache | Block | Partial | PartialBlock;
  origin: Origin;
  /** The path that gave the value; with the scope it tells which of the chart's values it is. */
  source: Expression | undefined;
  scope: Scope;
  /** The random calls of its expression, if there are any. */
  random: readonly Occurrence[] | undefined;
};

/**
 * The path below the chart's values at which the value of a slot stands; undefined for the result of a call, unless it is
 * a number that is the argument of a call that chooses, as in `{{default "1" values.tag}}`.
 */
export function slotPath({ source, scope, value, node }: Slot): readonly string[] | undefined {
  if (source !== undefined) return valuePathOf(source, scope);
  if ((typeof value !== 'number' && typeof value !== 'bigint') || node.type !== 'MustacheStatement') return undefined;
  return node.params.length === 0 ? undefined : argumentPath(node, value, scope);
}

/** Helpers whose result is one of their arguments. */
const CHOOSING: ReadonlySet<string> = new Set(['default', 'defaultMissing', 'coalesce', 'ternary', 'required']);

/** The path of the argument of a call, or of a call in it, that is this number. */
function argumentPath(
  { path: helper, params }: Call,
  value: number | bigint,
  scope: Scope,
): readonly string[] | undefined {
  if (helper.type !== 'PathExpression' || !CHOOSING.has(helper.original)) return undefined;
  for (const param of params) {
    if (param.type === 'SubExpression') {
      const path = argumentPath(param, value, scope);
      if (path !== undefined) return path;
    } else if (param.type === 'PathExpression' && lookupPath(param, scope) === value) {
      const path = valuePathOf(param, scope);
      if (path !== undefined) return path;
    }
  }
  return undefined;
}

/** A node that prints. */
export type PrintingNode = Content | Mustache | Block | Partial | PartialBlock;

/** The budget of a render: characters printed by all templates together. */
export type Budget = { left: number };

/** What an output holds: texts, numbers of slots, and gaps. */
export type Part = string | number | Gap;

/** The slots of one render. */
export class Slots extends Markers {
  readonly #slots: Slot[] = [];

  /** Keeps a slot and gives its number. */
  add(slot: Slot): number {
    return this.#slots.push(slot) - 1;
  }

  at(index: number): Slot {
    const slot = this.#slots[index];
    if (slot === undefined) throw new Error(`no slot ${index}`);
    return slot;
  }
}

/** Collects what a template prints, and from which node each piece came. */
export class Output {
  /** Slots where structure is printed, undefined where text is. */
  readonly slots: Slots | undefined;
  readonly #budget: Budget;
  readonly #parts: Part[] = [];
  // The node that printed each part. One object a part, with its text and its node, would double the work of a render.
  readonly #nodes: PrintingNode[] = [];
  /** Where the parts from the number `from` on come from. */
  readonly #origins: { from: number; origin: Origin }[] = [];
  #lastOrigin: Origin | undefined;
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

  /**
   * Adds a text.
   *
   * @throws {PkgError} when the templates have printed more than the budget allows, as {@link addSlot} does
   */
  add(text: string, origin: Origin, node: PrintingNode): void {
    if (text === '') return;
    this.#charge(text.length, origin.template, node);
    this.#push(text, origin, node);
  }

  /** Adds a slot, and gives its number. */
  addSlot(slots: Slots, slot: Slot): number {
    const { node, origin } = slot;
    this.#charge(MARKER_LENGTH, origin.template, node);
    const number = slots.add(slot);
    this.#push(number, origin, node);
    return number;
  }

  /** Notes that a node printed nothing. */
  addGap(gap: Gap, origin: Origin, node: PrintingNode): void {
    if (this.#parts.at(-1) !== gap) this.#push(gap, origin, node);
  }

  /** Was nothing but white space printed since the output had so many parts? */
  isBlankSince(count: number): boolean {
    for (let index = count; index < this.#parts.length; index++) {
      const part = this.#parts[index];
      if (typeof part === 'number' || (typeof part === 'string' && part.trim() !== '')) return false;
    }
    return true;
  }

  #charge(length: number, template: Template, node: PrintingNode): void {
    this.#budget.left -= length;
    if (this.#budget.left >= 0) return;
    throw new PkgError('PKG_TEMPLATE_LIMIT', 'the templates print more than the allowed amount of text', {
      at: positionIn(template, node.loc),
      hints: ['look for a loop over more than was meant, or a partial that includes itself'],
    });
  }

  #push(part: Part, origin: Origin, node: PrintingNode): void {
    if (origin !== this.#lastOrigin) {
      this.#origins.push({ from: this.#parts.length, origin });
      this.#lastOrigin = origin;
    }
    this.#parts.push(part);
    this.#nodes.push(node);
    if (typeof part !== 'object') this.#lastPart = part;
  }

  /**
   * Adds what another output holds, each line indented as Handlebars indents a partial on its own line.
   *
   * @param less how many blanks are first taken off the beginning of each line
   */
  append(other: Output, indent: string, less = 0): void {
    const isAsItIs = indent === '' && less === 0;
    let atLineStart = true;
    let run = 0;
    for (let index = 0; index < other.#parts.length; index++) {
      if ((other.#origins[run + 1]?.from ?? Infinity) <= index) run++;
      const part = other.#parts[index] ?? '';
      const origin = other.#origins[run]?.origin;
      const node = other.#nodes[index];
      if (origin === undefined || node === undefined) continue;
      if (isAsItIs) {
        this.#push(part, origin, node);
      } else if (typeof part === 'object') {
        this.#push(gapAt(Math.max(0, part.column - less) + indent.length, part.isList), origin, node);
      } else if (typeof part === 'number') {
        if (atLineStart) this.#push(indent, origin, node);
        this.#push(part, origin, node);
        atLineStart = false;
      } else {
        const endsLine = part.endsWith('\n');
        const body = endsLine ? part.slice(0, -1) : part;
        const lines = less === 0 ? body : body.replace(new RegExp(`\\n {0,${less}}`, 'g'), '\n');
        // Structure has no blanks on empty lines: behind a text of several lines they would be part of it.
        const isText = this.slots === undefined;
        const indented = isText
          ? replaceEvery(lines, '\n', `\n${indent}`)
          : lines.replace(/\n(?!\r?(?:\n|$))/g, `\n${indent}`);
        const isIndented = atLineStart && (isText || !/^\r?\n/.test(part));
        const first = isIndented ? indent + indented.slice(blanksOf(body, less)) : indented;
        this.#push(first + (endsLine ? '\n' : ''), origin, node);
        atLineStart = endsLine;
      }
    }
  }

  /** How many blanks all lines begin with that are not blank. */
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
        // The line may end in a carriage return.
        if (typeof part === 'string' && (own === line.length || line.slice(own) === '\r')) continue;
        common = Math.min(common, blanks);
        atLineStart = false;
      }
    }
    return Number.isFinite(common) ? common : 0;
  }

  /** Will the next character be the first of a line? */
  get atLineStart(): boolean {
    return this.#lastPart === '' || (typeof this.#lastPart === 'string' && this.#lastPart.endsWith('\n'));
  }

  /** What stands on the current line so far. */
  get currentLine(): string {
    let line = '';
    for (let index = this.#parts.length - 1; index >= 0; index--) {
      const part = this.textOf(index);
      const newline = part.lastIndexOf('\n');
      line = part.slice(newline + 1) + line;
      if (newline >= 0) break;
    }
    return line;
  }

  toString(): string {
    return this.#parts.map((_, index) => this.textOf(index)).join('');
  }

  /** The text with the values of slots in it. */
  asText(textOfSlot: (slot: Slot) => string): string {
    return this.#parts
      .map((part) => (typeof part === 'number' && this.slots ? textOfSlot(this.slots.at(part)) : part))
      .filter((part) => typeof part === 'string')
      .join('');
  }

  /** The gaps, each with its offset in the text. */
  get gaps(): PlacedGap[] {
    const placed: PlacedGap[] = [];
    let at = 0;
    for (const [index, part] of this.#parts.entries()) {
      if (typeof part === 'object') placed.push({ ...part, at });
      else at += this.textOf(index).length;
    }
    return placed;
  }

  /** The text of a part: the marker of a slot, and nothing for a gap. */
  textOf(index: number): string {
    const part = this.#parts[index] ?? '';
    if (typeof part === 'string') return part;
    if (typeof part === 'object') return '';
    return this.slots?.marker(this.slots.at(part).kind, part) ?? '';
  }

  /** The node that printed a part, its template, and the calls that led there. */
  originOf(index: number): (Origin & { node: PrintingNode }) | undefined {
    const origin = this.#origins.findLast(({ from }) => from <= index)?.origin;
    const node = this.#nodes[index];
    return origin && node && { template: origin.template, calls: origin.calls, node };
  }

  /** The text from a part on. */
  textFrom(from: number): string {
    return this.#parts.slice(from).reduce<string>((text, _, index) => text + this.textOf(from + index), '');
  }
}

/** The number of blanks that a text begins with, `max` at most. */
function blanksOf(text: string, max: number): number {
  let count = 0;
  while (count < max && text.charCodeAt(count) === 32) count++;
  return count;
}
