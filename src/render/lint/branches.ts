/**
 * Checks the structure that each branch of a native template prints, also those that the values do not take. The
 * template runs without values: mustaches print slots without values, and conditions hold as the branch needs.
 */
import { PkgError } from '../../errors.ts';
import type { Position } from '../../errors.ts';
import { linesOf, pathOf } from '../handlebars/ast.ts';
import type { Block, Location, Mustache, Partial, PartialBlock, Program, Template } from '../handlebars/ast.ts';
import { DocumentReader } from '../handlebars/documents.ts';
import { positionIn } from '../handlebars/template-error.ts';
import type { Origin } from '../handlebars/template-error.ts';
import { ABSENT } from '../handlebars/helpers/types.ts';
import { Output, Slots } from '../handlebars/output.ts';
import type { SlotKind } from '../handlebars/markers.ts';
import type { Budget } from '../handlebars/output.ts';
import type { PartialIndex } from '../handlebars/partials.ts';
import { rootScope, simpleName } from '../handlebars/scope.ts';
import type { SingleDocument } from '../handlebars/slot-tree.ts';
import { writtenObject } from './branch-objects.ts';
import type { SlotReader } from './branch-objects.ts';
import type { FieldProblem } from './object-fields.ts';
import { objectProblems } from './object-problems.ts';
import type { ChartKinds } from './object-schema.ts';

/** A branch that no values can take. */
export type Unreachable = { at: { file: string; line: number; column: number }; why: string };

/** A finding on a field that a branch writes. */
export type BranchProblem = FieldProblem & { at: Position };

/** What a run of a template gives: its error, or the problems of its fields. */
type Run = { error: PkgError } | { problems: ReadonlyMap<string, BranchProblem> };

/** For each condition, given by its source, whether it holds. */
type Decisions = ReadonlyMap<string, boolean>;

/** A branch of a block, with the conditions under which it runs; undefined where they contradict each other. */
type Branch = { block: Block; decisions: Decisions | undefined };

/** Further branches are not checked, since each is printed and read twice. */
const MAX_BRANCHES = 200;
const MAX_DEPTH = 20;
/** How many characters all runs of a template may print, and how many programs one run may enter. */
const MAX_TEXT = 1 << 23;
const MAX_PROGRAMS = 20_000;

/**
 * The errors in the branches of a template, and the fields in them that Kubernetes does not have. Each counts only if it
 * occurs both when all other branches run and when none does: one that needs a certain combination of branches may be
 * impossible with any values.
 *
 * @param kinds what objects hold
 */
export function lintBranches(
  template: Template,
  partials: PartialIndex,
  kinds: ChartKinds,
): { errors: PkgError[]; problems: BranchProblem[]; unreachable: Unreachable[] } {
  const errors = new Map<string, PkgError>();
  const problems = new Map<string, BranchProblem>();
  const unreachable: Unreachable[] = [];
  const budget = { left: MAX_TEXT };
  const check = (decisions: Decisions): void => {
    const [full, bare] = [true, false].map((others) => run(template, partials, kinds, { decisions, others }, budget));
    if (full === undefined || bare === undefined) return;
    if ('error' in full) {
      if ('error' in bare && keyOf(full.error) === keyOf(bare.error)) errors.set(keyOf(full.error), full.error);
    } else if ('problems' in bare) {
      for (const [key, problem] of full.problems) if (bare.problems.has(key)) problems.set(key, problem);
    }
  };
  const branches = branchesOf(template.program, new Map(), template, partials, new Set());
  for (const { block, decisions } of branches.take(MAX_BRANCHES)) {
    if (decisions === undefined) {
      const condition = sourceOf(block.params[0], template);
      unreachable.push({
        at: positionIn(template, block.loc),
        why: `a branch is never taken: what stands around it or before it says the opposite of ${condition}`,
      });
    } else check(decisions);
  }
  check(new Map());
  return { errors: [...errors.values()], problems: [...problems.values()], unreachable };
}

function keyOf({ message, at }: PkgError): string {
  return `${at?.file}:${at?.line}:${at?.column} ${message}`;
}

/**
 * All branches of a program, and of the partials that it prints.
 *
 * @param seen the programs of partials whose branches are among them already
 */
function* branchesOf(
  program: Program,
  decisions: Decisions,
  template: Template,
  partials: PartialIndex,
  seen: Set<Program>,
): Generator<Branch> {
  for (const statement of program.body) {
    if (statement.type === 'PartialBlockStatement' || statement.type === 'DecoratorBlock') {
      yield* branchesOf(statement.program, decisions, template, partials, seen);
    }
    if (statement.type === 'PartialStatement' || statement.type === 'PartialBlockStatement') {
      const { name } = statement;
      const found =
        name.type === 'SubExpression' || name.data ? undefined : partials.find(name.original, template.name);
      if (found === undefined || seen.has(found.program)) continue;
      seen.add(found.program);
      for (const branch of branchesOf(found.program, decisions, found.template, partials, seen)) {
        // Where the partial itself is examined, a branch that is never taken is reported.
        if (branch.decisions !== undefined) yield branch;
      }
    }
    if (statement.type !== 'BlockStatement') continue;
    const condition = conditionOf(statement, template);
    if (condition === undefined) {
      if (statement.program) yield* branchesOf(statement.program, decisions, template, partials, seen);
      continue;
    }
    const { text, holds } = condition;
    for (const [branch, taken] of [
      [statement.program, holds],
      [statement.inverse, !holds],
    ] as const) {
      if (branch === undefined) continue;
      const needed = and(decisions, text, taken);
      yield { block: statement, decisions: needed };
      if (needed !== undefined) yield* branchesOf(branch, needed, template, partials, seen);
    }
  }
}

/** The decisions and one more; undefined where it contradicts them. */
function and(decisions: Decisions, text: string, holds: boolean): Decisions | undefined {
  const known = decisions.get(text) ?? LITERALS.get(text);
  if (known !== undefined && known !== holds) return undefined;
  return new Map([...decisions, [text, holds]]);
}

const LITERALS: ReadonlyMap<string, boolean> = new Map([
  ['true', true],
  ['false', false],
  ['""', false],
  ['null', false],
  ['undefined', false],
]);

/** The condition of a block, and whether it holds in the first branch; undefined for blocks without one. */
function conditionOf(block: Block, template: Template): { text: string; holds: boolean } | undefined {
  const path = pathOf(block.path);
  const name = path && simpleName(path);
  if (name === 'raw' || name === 'yaml' || name === 'json') return undefined;
  const [param = block.path] = block.params;
  return { text: sourceOf(param, template), holds: name !== 'unless' };
}

function sourceOf(expression: { loc: Location } | undefined, template: Template): string {
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

/** Runs a template and checks what it prints; undefined where it prints too much. */
function run(
  template: Template,
  partials: PartialIndex,
  kinds: ChartKinds,
  { decisions, others }: { decisions: Decisions; others: boolean },
  budget: Budget,
): Run | undefined {
  const slots = new Slots();
  const printer = new Printer(partials, slots, decisions, others);
  const output = new Output(slots, budget);
  const documents = new DocumentReader(slots, budget);
  const problems = new Map<string, BranchProblem>();
  const reader: SlotReader = {
    slot: ({ index }, base) => slots.at(base + index),
    source: ({ node, origin }) => sourceOf(node, origin.template),
    single({ printed }) {
      const found: SingleDocument[] = [];
      if (printed !== undefined) documents.check(printed, (document) => found.push(document));
      return found.length === 1 ? found[0] : undefined;
    },
  };
  try {
    printer.program(template.program, { template, calls: undefined }, output, undefined);
    documents.check(output, (document) => {
      const written = writtenObject(document, reader);
      if (written === undefined) return;
      for (const problem of objectProblems(written.object, kinds)) {
        // An item of a list may have its kind from a value.
        if (problem.rule === 'object-incomplete') continue;
        const at = written.at(problem.keys);
        problems.set(`${at.file}:${at.line}:${at.column} ${problem.rule} ${problem.keys.at(-1)}`, { ...problem, at });
      }
    });
    for (const { output: inner } of printer.inner) new DocumentReader(slots, budget).check(inner);
    return { problems };
  } catch (error) {
    if (error instanceof PkgError && error.code !== 'PKG_TEMPLATE_LIMIT') return { error };
    if (error instanceof PkgError || error instanceof RangeError) return undefined;
    throw error;
  }
}

/** The block that a call of a partial passes. */
type BlockGiven = { program: Program; origin: Origin } | undefined;

/** Runs a template without values. */
class Printer {
  /** Documents inside `{{#yaml}}` and partials that are values. */
  readonly inner: { output: Output }[] = [];
  readonly #partials: PartialIndex;
  readonly #slots: Slots;
  readonly #decisions: Decisions;
  readonly #others: boolean;
  #depth = 0;
  #programs = 0;

  constructor(partials: PartialIndex, slots: Slots, decisions: Decisions, others: boolean) {
    this.#partials = partials;
    this.#slots = slots;
    this.#decisions = decisions;
    this.#others = others;
  }

  program(program: Program, origin: Origin, output: Output, given: BlockGiven): void {
    if (++this.#programs > MAX_PROGRAMS) throw new PkgError('PKG_TEMPLATE_LIMIT', 'too much is printed to be read');
    for (const statement of program.body) {
      switch (statement.type) {
        case 'ContentStatement':
          output.add(statement.value, origin, statement);
          break;
        case 'MustacheStatement':
          this.#mustache(statement, origin, output);
          break;
        case 'BlockStatement':
          this.#block(statement, origin, output, given);
          break;
        case 'PartialStatement':
        case 'PartialBlockStatement':
          this.#partial(statement, origin, output, given);
          break;
        default:
      }
    }
  }

  #mustache(node: Mustache, origin: Origin, output: Output): void {
    const path = pathOf(node.path);
    const name = path && simpleName(path);
    this.#mark(name === 'optional' ? 'o' : name === 'spread' ? 's' : 'v', node, origin, output);
    if (name === 'spread') output.add(':', origin, node);
  }

  #mark(
    kind: SlotKind,
    node: Mustache | Block | Partial | PartialBlock,
    origin: Origin,
    output: Output,
    printed?: Output,
  ): void {
    const unknown = { value: ABSENT, source: undefined, random: undefined } as const;
    output.addSlot(this.#slots, { kind, node, origin, scope: NO_SCOPE, printed, ...unknown });
  }

  #block(node: Block, origin: Origin, output: Output, given: BlockGiven): void {
    const condition = conditionOf(node, origin.template);
    if (condition !== undefined) {
      const { text, holds } = condition;
      const decided = this.#decisions.get(text) ?? LITERALS.get(text);
      const branch =
        decided === undefined
          ? this.#others
            ? node.program
            : undefined
          : decided === holds
            ? node.program
            : node.inverse;
      if (branch) this.program(branch, origin, output, given);
      return;
    }
    if (pathOf(node.path)?.original === 'raw') {
      if (node.program) this.program(node.program, origin, output, given);
      return;
    }
    const document = output.child();
    if (node.program) this.program(node.program, origin, document, given);
    this.inner.push({ output: document });
    this.#mark('v', node, origin, output);
  }

  #partial(node: Partial | PartialBlock, origin: Origin, output: Output, given: BlockGiven): void {
    const printed = output.child();
    const name = node.name.type === 'SubExpression' ? undefined : pathOf(node.name);
    const less = name === undefined || this.#depth >= MAX_DEPTH ? 0 : this.#body(node, name, origin, printed, given);
    if (node.alone !== true) {
      this.#mark('p', node, origin, output, printed);
      return;
    }
    output.append(printed, node.indent, less);
    if (node.endsLine === true && printed.parts.length > 0 && !output.atLineStart) output.add('\n', origin, node);
  }

  /** Prints what a name means, and says how many blanks of its lines are the indentation in which it is written. */
  #body(
    node: Partial | PartialBlock,
    { data, original }: { data: boolean; original: string },
    origin: Origin,
    output: Output,
    given: BlockGiven,
  ): number {
    const block: BlockGiven = node.type === 'PartialBlockStatement' ? { program: node.program, origin } : undefined;
    this.#depth++;
    try {
      if (data) {
        if (given !== undefined) this.program(given.program, given.origin, output, undefined);
        return output.commonIndent;
      }
      const found = this.#partials.find(original, origin.template.name);
      if (found === undefined) {
        if (block !== undefined) this.program(block.program, origin, output, given);
        return block === undefined ? 0 : output.commonIndent;
      }
      const calls = { what: `partial ${original}`, template: origin.template, loc: node.loc, outer: origin.calls };
      this.program(found.program, { template: found.template, calls }, output, block);
      return found.program === found.template.program ? 0 : output.commonIndent;
    } finally {
      this.#depth--;
    }
  }
}

const NO_SCOPE = rootScope(new Map());
