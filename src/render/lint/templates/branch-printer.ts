/** Runs a native template without values, with the branches that are wanted: what a condition asks for is decided before. */
import { PkgError } from '../../../errors.ts';
import type { Value } from '../../../yaml/value.ts';
import type { ValueMap } from '../../../yaml/value.ts';
import { isPartialFile, linesOf, pathOf } from '../../handlebars/ast.ts';
import type { Block, Location, Mustache, Partial, PartialBlock, Program, Template } from '../../handlebars/ast.ts';
import { ABSENT } from '../../handlebars/helpers/types.ts';
import type { SlotKind } from '../../handlebars/markers.ts';
import type { Output, Slots } from '../../handlebars/output.ts';
import type { PartialIndex } from '../../handlebars/partials.ts';
import { rootScope, simpleName } from '../../handlebars/scope.ts';
import type { Origin } from '../../handlebars/template-error.ts';
import { defaultOf, PathSet, pathsIn } from './default-values.ts';
import { inBlock, inPartial } from './name-uses.ts';
import { ROOT } from './shapes.ts';
import type { Names } from './shapes.ts';

const MAX_DEPTH = 20;
/** How many programs one run may enter. */
const MAX_PROGRAMS = 20_000;

/** For each condition, given by its source, whether it holds. */
export type Decisions = ReadonlyMap<string, boolean>;

/** Which branches run of conditions about which nothing is decided. */
export type Others = 'first' | 'none' | 'else';

/** Conditions that are written as literals. */
export const LITERALS: ReadonlyMap<string, boolean> = new Map([
  ['true', true],
  ['false', false],
  ['""', false],
  ['null', false],
  ['undefined', false],
]);

const NO_TURN: Decisions = new Map();

/**
 * The turns of a loop that asks for its first or last one: a text such as `,` is not at the end where another turn
 * follows. A loop that does not ask has one turn.
 */
const TURNS: readonly Decisions[] = [
  [true, false],
  [false, true],
].map(
  ([first = false, last = false]) =>
    new Map([
      ['@first', first],
      ['@last', last],
    ]),
);

/** Does a block in a program ask whether the turn of the loop is the first or the last? */
function asksForTurn(program: Program | undefined, template: Template): boolean {
  return (program?.body ?? []).some((statement) => {
    if (statement.type !== 'BlockStatement') return false;
    if (TURNS[0]?.has(conditionOf(statement, template)?.text ?? '') === true) return true;
    const isLoop = pathOf(statement.path)?.original === 'each';
    return (!isLoop && asksForTurn(statement.program, template)) || asksForTurn(statement.inverse, template);
  });
}

/** The condition of a block, and whether it holds in the first branch. */
export type Condition = { text: string; holds: boolean };

/** The branch of a block that runs, if one does. */
export function branchOf(
  { program, inverse }: Block,
  { text, holds }: Condition,
  decisions: Decisions,
  others: Others,
  turn: Decisions = NO_TURN,
): Program | undefined {
  const decided = turn.get(text) ?? decisions.get(text) ?? LITERALS.get(text);
  if (decided === undefined) return { first: program, none: undefined, else: inverse }[others];
  return decided === holds ? program : inverse;
}

/** The condition of a block; undefined for blocks without one. */
export function conditionOf(block: Block, template: Template): Condition | undefined {
  const path = pathOf(block.path);
  const name = path && simpleName(path);
  if (name === 'raw' || name === 'yaml' || name === 'json') return undefined;
  const conditions = block.params.length === 0 ? [block.path] : block.params;
  return { text: conditions.map((one) => sourceOf(one, template)).join(' '), holds: name !== 'unless' };
}

/** An expression as it is written, on one line. */
export function sourceOf(expression: { loc: Location } | undefined, template: Template): string {
  if (expression === undefined) return '';
  const { start, end } = expression.loc;
  const lines = linesOf(template).slice(start.line - 1, end.line);
  const last = lines.length - 1;
  return lines
    .map((line, index) => line.slice(index === 0 ? start.column : 0, index === last ? end.column : undefined))
    .join(' ')
    .replaceAll(/\s+/g, ' ')
    .trim();
}

/** The block that a call of a partial passes, and the names in it. */
type BlockGiven = { program: Program; origin: Origin; names: Names } | undefined;

/** Where a program runs: its template, the names in it, and the block of its call. */
type Place = { origin: Origin; names: Names; given: BlockGiven };

/** Runs a template once. Mustaches print slots, with the default values of what they name. */
export class BranchPrinter {
  /** Documents inside `{{#yaml}}` and `{{#json}}`. */
  readonly inner: Output[] = [];
  /** The blocks with conditions that were reached. */
  readonly blocks: Map<Block, Condition> = new Map();
  /** Has a partial that is examined by itself printed its block, of which only its calls tell? */
  hasUnknownBlock = false;
  readonly #partials: PartialIndex;
  readonly #slots: Slots;
  readonly #values: ValueMap;
  readonly #decisions: Decisions;
  readonly #others: Others;
  /** The slots with default values. */
  readonly #defaults: { number: number; path: readonly string[] }[] = [];
  /** The values of which conditions have asked what they are: in a branch for another value the default is wrong. */
  readonly #asked = new PathSet();
  #depth = 0;
  #programs = 0;
  /** Whether the turn of the innermost loop is its first or last, where it asks for that. */
  #turn: Decisions = NO_TURN;

  /**
   * @param values the default values
   * @param others which branches run about which nothing is decided
   */
  constructor(partials: PartialIndex, slots: Slots, values: ValueMap, decisions: Decisions, others: Others) {
    this.#partials = partials;
    this.#slots = slots;
    this.#values = values;
    this.#decisions = decisions;
    this.#others = others;
  }

  /** @throws {PkgError} `PKG_TEMPLATE_LIMIT` where it prints too much */
  run(template: Template, output: Output): void {
    const names: Names = { contexts: [isPartialFile(template.name) ? undefined : ROOT], locals: new Map() };
    const origin = { template, calls: undefined };
    this.#program(template.program, { origin, names, given: undefined }, output);
    for (const { number, path } of this.#defaults) if (this.#asked.touches(path)) this.#slots.at(number).value = ABSENT;
  }

  #program(program: Program, place: Place, output: Output): void {
    if (++this.#programs > MAX_PROGRAMS) throw new PkgError('PKG_TEMPLATE_LIMIT', 'too much is printed to be read');
    for (const statement of program.body) {
      switch (statement.type) {
        case 'ContentStatement':
          output.add(statement.value, place.origin, statement);
          break;
        case 'MustacheStatement':
          this.#mustache(statement, place, output);
          break;
        case 'BlockStatement':
          this.#block(statement, place, output);
          break;
        case 'PartialStatement':
        case 'PartialBlockStatement':
          this.#partial(statement, place, output);
          break;
        default:
      }
    }
  }

  #mustache(node: Mustache, { origin, names }: Place, output: Output): void {
    const path = pathOf(node.path);
    const name = path && simpleName(path);
    // It stops the render, wherever it stands.
    if (name === 'fail') return;
    const known = defaultOf(node, names, this.#values);
    const kind = name === 'optional' ? 'o' : name === 'spread' ? 's' : 'v';
    const number = this.#mark(kind, node, origin, output, known ?? {});
    if (known !== undefined) this.#defaults.push({ number, path: known.path });
    if (name === 'spread') output.add(':', origin, node);
  }

  #mark(
    kind: SlotKind,
    node: Mustache | Block | Partial | PartialBlock,
    origin: Origin,
    output: Output,
    { value, printed }: { value?: Value; printed?: Output },
  ): number {
    const unknown = { source: undefined, random: undefined, scope: NO_SCOPE } as const;
    return output.addSlot(this.#slots, { kind, node, origin, printed, value: value ?? ABSENT, ...unknown });
  }

  #block(node: Block, place: Place, output: Output): void {
    const { origin, names } = place;
    const condition = conditionOf(node, origin.template);
    if (condition !== undefined) {
      const { holds } = condition;
      this.blocks.set(node, condition);
      const branch = branchOf(node, condition, this.#decisions, this.#others, this.#turn);
      if (branch === undefined) return;
      const isFirst = branch === node.program;
      const [param = node.path] = node.params;
      // That a value is there says nothing of what it is.
      if (isFirst !== holds || param.type !== 'PathExpression')
        for (const path of pathsIn(param, names)) this.#asked.add(path);
      const inside = isFirst ? inBlock(pathOf(node.path)?.original ?? '', node, branch, names) : names;
      const isLoop = isFirst && pathOf(node.path)?.original === 'each';
      const around = this.#turn;
      const turns = isLoop && asksForTurn(branch, origin.template) ? TURNS : [isLoop ? NO_TURN : around];
      for (const turn of turns) {
        this.#turn = turn;
        this.#program(branch, { ...place, names: inside }, output);
      }
      this.#turn = around;
      return;
    }
    if (pathOf(node.path)?.original === 'raw') {
      if (node.program) this.#program(node.program, place, output);
      return;
    }
    const document = output.child();
    if (node.program) this.#program(node.program, place, document);
    this.inner.push(document);
    this.#mark('v', node, origin, output, {});
  }

  #partial(node: Partial | PartialBlock, place: Place, output: Output): void {
    const { origin } = place;
    const printed = output.child();
    const name = node.name.type === 'SubExpression' ? undefined : pathOf(node.name);
    const less = name === undefined || this.#depth >= MAX_DEPTH ? 0 : this.#body(node, name, place, printed);
    if (node.alone !== true) {
      this.#mark('p', node, origin, output, { printed });
      return;
    }
    output.append(printed, node.indent, less);
    if (node.endsLine === true && printed.parts.length > 0 && !output.atLineStart) output.add('\n', origin, node);
  }

  /** Prints what a name means, and says how many blanks of its lines are the indentation in which it is written. */
  #body(
    node: Partial | PartialBlock,
    { data, original }: { data: boolean; original: string },
    place: Place,
    output: Output,
  ): number {
    const { origin, names, given } = place;
    const block: BlockGiven =
      node.type === 'PartialBlockStatement'
        ? { program: node.program, origin, names: { contexts: [undefined], locals: names.locals } }
        : undefined;
    this.#depth++;
    try {
      if (data) {
        if (given === undefined) this.hasUnknownBlock = true;
        else this.#program(given.program, { ...given, given: undefined }, output);
        return output.commonIndent;
      }
      const found = this.#partials.find(original, origin.template.name);
      if (found === undefined) {
        if (block !== undefined) this.#program(block.program, { ...place, names: block.names }, output);
        return block === undefined ? 0 : output.commonIndent;
      }
      const calls = { what: `partial ${original}`, template: origin.template, loc: node.loc, outer: origin.calls };
      const inside = inPartial(node.params[0], node, names);
      const entered = { origin: { template: found.template, calls }, names: inside, given: block };
      this.#program(found.program, entered, output);
      return found.program === found.template.program ? 0 : output.commonIndent;
    } finally {
      this.#depth--;
    }
  }
}

const NO_SCOPE = rootScope(new Map());
