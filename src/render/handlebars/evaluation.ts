/**
 * The types of the interpreter: `evaluate.ts` calls blocks, calls and partials, which call it back through
 * {@link Evaluator}.
 */
import type { PkgError } from '../../errors.ts';
import type { ValueError } from '../../chart/value-error.ts';
import type { Value } from '../../yaml/value.ts';
import type { LimitReached, Meter } from '../functions/limits.ts';
import type { Lookup } from '../render.ts';
import type { Block, Expression, Location, Partial, PartialBlock, Path, Program, Template } from './ast.ts';
import type { CallSite, Origin } from './template-error.ts';
import type { Argument, Helper } from './helpers/types.ts';
import type { Budget, Output, Slot, Slots } from './output.ts';
import type { RandomCalls } from './random-calls.ts';
import type { Item, PartialBody, PartialRelatives, Scope } from './scope.ts';

/** What an interpreter gets from outside: the templates and helpers of its chart, and limits. */
export type Host = {
  slots: Slots;
  budget: Budget;
  maxDepth: number;
  /** Counts the steps that all charts of the render take together. */
  meter: Meter;
  now: () => Date;
  findHelper: (name: string) => Helper | undefined;
  helperNames: () => readonly string[];
  /** A partial as the template `from` names it: see {@link PartialIndex}. */
  findPartial: (name: string, from: string) => PartialBody | undefined;
  partialRelatives: (name: string) => PartialRelatives;
  /** The fields of this Chart.yaml, and all that a Chart.yaml may have. */
  chartFields: ReadonlySet<string>;
  /** Names that some call of a partial gives. */
  parameters: ReadonlySet<string>;
  /** The path of the chart; templates with another path belong to its libraries. */
  chartPath: string;
  partialNames: () => readonly string[];
  /** Parses a text of `tpl`: see {@link TextCache}. */
  parseText: (source: string, name: string, file: string) => Template & { firstName: string };
  random: RandomCalls;
  /** Does some template call a helper whose values are stored? Only then runs of partials need an identity. */
  makesRandomValues: boolean;
  /** The chart's path below the top chart, with `/` at its end: it begins the keys of its random values. */
  keyPrefix: string;
  /** Reads an output as documents, and gives their values. */
  structure: (output: Output) => Value[];
  /** Reads the structure alone, and no values in it: throws what is wrong with it. */
  checkStructure: (output: Output) => void;
  /** The text of a whole template of the chart in the output; undefined while that runs. */
  outputOf: (template: Template) => string | undefined;
  lookup?: Lookup;
  /** The text of a Go template; undefined where there is none of the name. See {@link GoTemplates}. */
  goTemplate: (name: string, data: Value | undefined, identity: string) => string | undefined;
  /** Runs a text as a Go template; undefined where the engine of Go templates is not loaded. */
  goText: (text: string, identity: string) => string | undefined;
};

/** One run of a template or partial. */
export type Frame = {
  template: Template;
  calls: CallSite | undefined;
  depth: number;
  /** Tells this run from all others of the render; the same in every render. */
  identity: string;
  /** The identity that earlier versions of pkg gave it, if that differs: their stored values are found by it. */
  earlier: string | undefined;
  /** How often {@link Evaluator.identify} named each call in this run; made at the first one. */
  counters: Map<string, number> | undefined;
};

/** A slot as the interpreter prints it; the frame and the random calls are added to it. */
export type PrintedSlot = Omit<Slot, 'origin' | 'printed' | 'random'> & { printed?: Output };

/** Tells a call from all others of the render; see {@link Frame}. */
export type CallIdentity = Pick<Frame, 'identity' | 'earlier'>;

/** Evaluates templates of one chart. */
export type Evaluator = {
  readonly host: Host;
  /** Runs the statements of a program. Its inline partials can be used before the line on which they stand. */
  program(program: Program, scope: Scope, frame: Frame, output: Output): void;
  /** The value of an expression; absent for a function such as `files.get`. */
  expression(expression: Expression, scope: Scope, frame: Frame): Argument;
  /** The value or function that an expression leads to. */
  item(expression: Expression, scope: Scope, frame: Frame): Item;
  /**
   * Prints a slot.
   *
   * @param since the length of the log of random calls before the value was worked out: calls after it belong to it
   */
  emitSlot(slot: PrintedSlot, frame: Frame, output: Output, since: number): void;
  /** Adds a gap if a block or a partial printed nothing since the output had `before` parts. */
  noteGap(node: Block | Partial | PartialBlock, scope: Scope, frame: Frame, output: Output, before: number): void;
  /** The identity of a call: the file, the partials that led there, the keys of the loops around it, and its number. */
  identify(frame: Frame, scope: Scope, call: string): CallIdentity;
  /** Makes an error at a location of the frame's template. */
  error(
    code: PkgError['code'],
    message: string,
    loc: Location,
    origin: Origin,
    details?: { hints?: readonly string[]; notes?: readonly string[]; valuePath?: readonly string[] | undefined },
  ): ValueError;
  /** The error for a limit that a statement or a call exceeded. */
  limit(reached: LimitReached, node: { loc: Location }, origin: Origin): ValueError;
  /** A hint with the nearest name of a helper. */
  helperHints(name: string, extra?: readonly string[]): string[];
  /** A hint with the nearest name beside that of a path that leads to no function. */
  memberHints(path: Path, scope: Scope): string[];
  /** A new output for text, as `include` needs it. */
  textOutput(): Output;
  /** A new output for structure, as `{{#yaml}}` needs it. */
  structureOutput(): Output;
};
