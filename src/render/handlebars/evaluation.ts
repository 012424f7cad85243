/** What evaluates templates, as its parts see it: `evaluate.ts` calls them, and they call it back through {@link Evaluator}. */
import type { PkgError } from '../../errors.ts';
import type { ValueError } from '../../chart/value-error.ts';
import type { Value } from '../../yaml/value.ts';
import type { LimitReached, Meter } from '../functions/limits.ts';
import type { Lookup } from '../render.ts';
import type { Block, Expression, Location, Mustache, Partial, PartialBlock, Path, Program, Template } from './ast.ts';
import type { CallSite } from './template-error.ts';
import type { Argument, Helper } from './helpers/types.ts';
import type { SlotKind } from './markers.ts';
import type { Budget, Output, Slots } from './output.ts';
import type { RandomCalls } from './random-calls.ts';
import type { Item, PartialBody, Scope } from './scope.ts';

/** What an evaluation needs from outside: the chart's templates and helpers, and bounds. */
export type Host = {
  slots: Slots;
  budget: Budget;
  maxDepth: number;
  /** The steps of the render, by all its charts. */
  meter: Meter;
  now: () => Date;
  findHelper: (name: string) => Helper | undefined;
  helperNames: () => readonly string[];
  /** A partial as the template `from` names it: see {@link PartialIndex}. */
  findPartial: (name: string, from: string) => PartialBody | undefined;
  /** The library charts that have a partial of this name. */
  partialOwners: (name: string) => readonly string[];
  /** The fields of Chart.yaml that there are, and those that it may have. */
  chartFields: ReadonlySet<string>;
  /** Names that some call of a partial gives. */
  parameters: ReadonlySet<string>;
  /** The path of the chart: templates of other paths are those of its libraries. */
  chartPath: string;
  partialNames: () => readonly string[];
  /** Parses a text of `tpl`: see {@link TextCache}. */
  parseText: (source: string, name: string, file: string) => Template & { firstName: string };
  random: RandomCalls;
  /** Whether some template of the render calls a helper whose values are stored: only then do names of runs matter. */
  makesRandomValues: boolean;
  /** The chart's path below the top chart, with `/` at its end: keys of random values belong to a chart. */
  keyPrefix: string;
  /** Turns structure into the text of its values (see `text.ts`), or into documents. */
  structure: (output: Output) => Value[];
  /** Reads the structure alone, and no values in it: throws what is wrong with it. */
  checkStructure: (output: Output) => void;
  lookup?: Lookup;
  /** What a Go template prints: see {@link GoTemplates}. */
  goTemplate: (name: string, data: Value | undefined, identity: string) => string | undefined;
  /** What a text looks like as a Go template; undefined where the engine of these is not loaded. */
  goText: (text: string, identity: string) => string | undefined;
};

/** One run of a template or partial: where it stands, and what its random values are called. */
export type Frame = {
  template: Template;
  calls: CallSite | undefined;
  depth: number;
  /** Names this run among all runs of the render, the same in every render. */
  identity: string;
  /** What earlier versions of pkg named it, where that differs: values that they stored are found by it. */
  earlier: string | undefined;
  /** How often each call was named in this run; made when the first is. */
  counters: Map<string, number> | undefined;
};

/** Names a call among all calls of the render; `earlier` as in {@link Frame}. */
export type CallIdentity = Pick<Frame, 'identity' | 'earlier'>;

/** Evaluates templates of one chart. */
export type Evaluator = {
  readonly host: Host;
  /** Runs the statements of a program; inline partials that stand among them are known from its start. */
  program(program: Program, scope: Scope, frame: Frame, output: Output): void;
  /** The value of an expression, as helpers and blocks see it. */
  expression(expression: Expression, scope: Scope, frame: Frame): Argument;
  /** What an expression leads to; a function of the context is called only where a value is wanted. */
  item(expression: Expression, scope: Scope, frame: Frame): Item;
  /**
   * Prints a slot.
   *
   * @param source the expression that gave the value, if it is a path
   * @param since how many random calls there were before the value was worked out
   * @param printed what a partial printed
   */
  emitSlot(
    kind: SlotKind,
    value: Argument,
    node: Mustache | Block | Partial | PartialBlock,
    frame: Frame,
    output: Output,
    source: Expression | undefined,
    scope: Scope,
    since: number,
    printed?: Output,
  ): void;
  /** Notes that a block or a partial printed nothing since the output had so many parts, where structure is printed. */
  noteGap(node: Block | Partial | PartialBlock, frame: Frame, output: Output, before: number): void;
  /** Names the n-th such call of a run: file, partials on the way, loops around it. */
  identify(frame: Frame, scope: Scope, call: string): CallIdentity;
  /** An error at a place of the template of a frame. */
  error(
    code: PkgError['code'],
    message: string,
    loc: Location,
    frame: Pick<Frame, 'template' | 'calls'>,
    details?: { hints?: readonly string[]; notes?: readonly string[]; valuePath?: readonly string[] | undefined },
  ): ValueError;
  /** The error for a bound that was met in a statement or a call. */
  limit(reached: LimitReached, node: { loc: Location }, frame: Frame): ValueError;
  /** A hint with the nearest name of a helper. */
  helperHints(name: string, extra?: readonly string[]): string[];
  /** For a path that leads to no function: a hint with the nearest name beside it. */
  memberHints(path: Path, scope: Scope): string[];
  /** An output for text: what helpers, NOTES and `tpl` see. */
  textOutput(): Output;
  /** An output for structure of its own, as `{{#yaml}}` needs it. */
  structureOutput(): Output;
};
