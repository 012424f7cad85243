/**
 * A parsed template with its source, and the types by which the compiled code and the machine that runs it know each
 * other. The machine itself is `machine.ts`; this file is below it, so that every part of the engine can name these types
 * without importing each other.
 */
import type { Meter } from '../functions/limits.ts';
import { decodeText } from '../../utf8.ts';
import type { Block, List, AstNode, Statement } from './node.ts';
import type { GoValue, OptionalValue } from './value.ts';

/** The text of a template. */
export type Source = {
  /** `CHART/templates/FILE`, the name by which templates refer to it. */
  name: string;
  /** The path of the file as the user knows it, for error messages. */
  file: string;
  /** Bytes, as all strings of Go templates. */
  text: string;
  /**
   * Where the blocks of the text end, when an earlier run found that out. Such a text has no syntax errors, and each of
   * its blocks is parsed when it first runs.
   */
  blockIndex?: BlockIndex;
  /** The syntax trees of blocks that earlier runs parsed; blocks that this run parses are added. */
  blocks?: ParsedBlocks;
  /** Records what each part of the template prints. */
  trace?: Trace;
};

/** Is a file only for its definitions? Helm does not render files whose names begin with `_`. */
export function isPartial(name: string): boolean {
  return name.startsWith('_', name.lastIndexOf('/') + 1);
}

/** Pairs in ascending order: the offset at which a block begins, and the offset of the action that ends it. */
export type BlockIndex = Int32Array;

/** The second number of the pair that begins with `start`; undefined where there is no such pair. Takes O(log n). */
export function besideStart(pairs: Int32Array, start: number): number | undefined {
  let low = 0;
  let high = pairs.length / 2;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((pairs[middle * 2] as number) < start) low = middle + 1;
    else high = middle;
  }
  return pairs[low * 2] === start ? pairs[low * 2 + 1] : undefined;
}

/** The syntax trees of the blocks of one text, by the offsets at which they begin. */
export interface ParsedBlocks {
  find(start: number, text: string): List | undefined;
  add(start: number, list: List): void;
}

/** A named template: a file, or what stands between `define` and `end`. */
export type Template = {
  name: string;
  source: Source;
  body: Block;
  /** It holds only white space: Go does not let such a template replace one that holds more. */
  isEmpty: boolean;
  /** What it was compiled to; undefined until it first runs. */
  code?: Exec | undefined;
};

/**
 * What a text defines: every `define` and `block`, and last the text itself; the names of the functions that it calls; and
 * where its blocks end.
 */
export type Parsed = { templates: readonly Template[]; functions: ReadonlySet<string>; blockIndex: BlockIndex };

/** What compiled code uses of the machine that runs it. */
export interface Runtime {
  /** What was printed since the innermost `include` began. */
  out: string;
  /** The template of a name, as the innermost `tpl` sees them. */
  find(name: string): Template | undefined;
  /** The variables of all templates that are running, innermost last; those of the current one begin at {@link base}. */
  readonly names: string[];
  readonly values: OptionalValue[];
  readonly base: number;
  readonly host: FunctionHost;
  readonly meter: Meter;
  /**
   * Counts the steps of a list of statements before it runs.
   *
   * @throws {ExecError} when the render has no steps left, or has printed too much
   */
  step(template: Template, node: AstNode, steps: number): void;
  /** Runs a template where a `template` action names it. */
  call(template: Template, data: OptionalValue): void;
  /** The error to throw for what the function `name` threw, with its position. */
  failed(error: unknown, name: string, template: Template, node: AstNode): unknown;
}

/** What a function may ask of the machine that calls it. */
export type FunctionHost = {
  /** Finds the template for `include`; throws for an unknown name and for too many nested includes of it. */
  included: (name: string) => Template;
  /** Runs a template that `include` found by this name, and returns what it prints. */
  execute: (template: Template, data: OptionalValue, name: string) => string;
  /** Parses a text as a template, runs it, and returns what it prints. */
  tpl: (text: string, data: OptionalValue) => string;
  /** Reads objects of the cluster; an empty map where there is no cluster to ask. */
  lookup: (apiVersion: string, kind: string, namespace: string, name: string) => GoValue;
  /** The time of this render, the same for all calls. */
  now: () => Date;
  /** `pkg lint` runs: `required` and `fail` do not fail. */
  lint: boolean;
  /** Whether `getHostByName` may ask the network. */
  enableDns: boolean;
  /** Called with the number of characters that a function is about to make. @throws {LimitReached} for too many */
  charge: (characters: number) => void;
};

/** A compiled list of statements; the result says how it ended: see `compile.ts`. */
export type Exec = (runtime: Runtime, dot: OptionalValue) => number;

/** A compiled expression. */
export type Eval = (runtime: Runtime, dot: OptionalValue) => OptionalValue;

/** Wraps the compiled code of templates and statements to record what each of them prints. */
export type Trace = {
  template: (exec: Exec, template: Template) => Exec;
  statement: (exec: Exec, node: Statement, template: Template) => Exec;
};

/** Line and column of an offset, as people count them: from 1, and in characters rather than bytes. */
export function positionOf(source: Source, offset: number): { file: string; line: number; column: number } {
  const { text, file } = source;
  let line = 1;
  let start = 0;
  for (let at = text.indexOf('\n'); at !== -1 && at < offset; at = text.indexOf('\n', start)) {
    line++;
    start = at + 1;
  }
  return { file, line, column: decodeText(text.slice(start, offset)).length + 1 };
}
