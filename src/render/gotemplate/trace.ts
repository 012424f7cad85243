/**
 * Records which part of which template printed what. That slows a render down, so it is done only when something is wrong
 * with what was printed: the chart is rendered once more then.
 */
import { positionOf } from './template.ts';
import type { Pipe, Statement } from './node.ts';
import type { Runtime, Template, Trace } from './template.ts';
import type { OptionalValue } from './value.ts';

/** One run of a template, and what it printed. */
export type TemplateRun = {
  template: Template;
  /** The value of `$`. */
  data: OptionalValue;
  /** How many bytes had been printed to the same text before. */
  base: number;
  text: string;
  spans: PrintedSpan[];
};

/** What a statement printed, as a range of the text of its run, and the runs of the templates that it called. */
export type PrintedSpan = {
  node: Statement;
  template: Template;
  from: number;
  to: number;
  dot: OptionalValue;
  /** The values of the variables that the action names. */
  variables: ReadonlyMap<string, OptionalValue>;
  runs: TemplateRun[];
};

/** Thrown when the file that is traced has been rendered: the render ends, and this holds what was recorded. */
export class Traced extends Error {
  readonly run: TemplateRun;

  constructor(run: TemplateRun) {
    super('traced');
    this.run = run;
  }
}

/** So many statements are recorded: more would take too much memory. */
const MAX_SPANS = 200_000;

const NO_VARIABLES: ReadonlyMap<string, OptionalValue> = new Map();

/**
 * Makes a trace for one file. The render throws a {@link Traced} when the file has been rendered.
 *
 * @param name of the file, as templates know it
 */
export function traceOf(name: string): Trace {
  const stack: TemplateRun[] = [];
  /** The list to which the next run of a template is added. */
  let runs: TemplateRun[] | undefined;
  let left = MAX_SPANS;
  return {
    template: (exec, template) => (machine, dot) => {
      const isOutermost = stack.length === 0;
      if (isOutermost && template.name !== name) return exec(machine, dot);
      const run: TemplateRun = { template, data: dot, base: machine.out.length, text: '', spans: [] };
      stack.push(run);
      let ending: number;
      try {
        ending = exec(machine, dot);
      } finally {
        // A FunctionNotLoaded ends the render, which begins again with the same trace.
        stack.pop();
      }
      run.text = machine.out.slice(run.base);
      if (isOutermost) throw new Traced(run);
      runs?.push(run);
      return ending;
    },
    statement: (exec, node, template) => {
      // The statements within these are recorded themselves.
      if (node.type === 'if' || node.type === 'with' || node.type === 'range') return exec;
      const names = node.type === 'action' ? [...variablesOf(node.pipe)] : [];
      return (machine, dot) => {
        const run = stack.at(-1);
        if (run === undefined || left-- <= 0) return exec(machine, dot);
        const outer = runs;
        const own: TemplateRun[] = [];
        const variables =
          names.length === 0 ? NO_VARIABLES : new Map(names.map((variable) => [variable, valueOf(machine, variable)]));
        const from = machine.out.length - run.base;
        let ending: number;
        runs = own;
        try {
          ending = exec(machine, dot);
        } finally {
          runs = outer;
        }
        run.spans.push({ node, template, from, to: machine.out.length - run.base, dot, variables, runs: own });
        return ending;
      };
    },
  };
}

/** The names of the variables in a pipeline. */
function* variablesOf(pipe: Pipe): Generator<string> {
  for (const { args } of pipe.commands) {
    for (const arg of args) {
      if (arg.type === 'variable') yield arg.name;
      else if (arg.type === 'pipe') yield* variablesOf(arg);
      else if (arg.type === 'chain' && arg.of.type === 'pipe') yield* variablesOf(arg.of);
    }
  }
}

function valueOf(machine: Runtime, name: string): OptionalValue {
  const at = machine.names.lastIndexOf(name);
  return at >= machine.base ? machine.values[at] : undefined;
}

/** A statement that printed something, the run that it is in, and its position. */
export type Step = { span: PrintedSpan; run: TemplateRun; position: Position };
/** A position in a file, from 1. */
export type Position = { file: string; line: number; column: number };

/**
 * Finds what printed a byte of a text: an action that printed a part of its line, if there is one, else the text
 * itself. Where that called other templates, the search goes on in them, for a line with the same characters, since
 * `indent` may have moved it.
 *
 * @param at the offset in the text of the run
 * @param isExact whether to take what printed that very byte, be it text beside an action
 * @returns the statement of the file first, that of the innermost template last; empty where none is found
 */
export function stepsTo(run: TemplateRun, at: number, isExact: boolean): Step[] {
  const start = run.text.lastIndexOf('\n', at - 1) + 1;
  const next = run.text.indexOf('\n', start);
  const end = next === -1 ? run.text.length : next;
  const inLine = run.spans.filter(({ from, to }) => from < to && from < Math.max(end, start + 1) && to > start);
  const actions = inLine.filter(({ node, from, to }) => {
    return node.type !== 'text' && run.text.slice(Math.max(from, start), Math.min(to, end)).trim() !== '';
  });
  // A parser may find the error in what follows a value, so an action before the position comes before one after it.
  const span =
    (isExact ? inLine.find(({ from, to }) => from <= at && at < to) : undefined) ??
    actions.find(({ from, to }) => from <= at && at < to) ??
    actions.findLast(({ from }) => from <= at) ??
    actions[0] ??
    // No value is at the position: an action was to print it, and printed nothing.
    (/^\s*(?:[,}\]]|$)/.test(run.text.slice(at, end))
      ? run.spans.find((one) => isEmptyAction(one, at, end))
      : undefined) ??
    inLine.find(({ from, to }) => from <= at && at < to) ??
    inLine.at(-1);
  if (span === undefined) return [];
  const step = { span, run, position: positionOfSpan(span, Math.max(at, span.from)) };
  for (const inner of span.runs.toReversed()) {
    const below = offsetBelow(run, span, inner, Math.max(span.from, start), Math.min(span.to, end));
    const rest = below === undefined ? [] : stepsTo(inner, below, isExact);
    if (rest.length > 0) return [step, ...rest];
  }
  return [step];
}

function isEmptyAction({ node, from, to }: PrintedSpan, least: number, most: number): boolean {
  return node.type === 'action' && from === to && from >= least && from <= most;
}

/**
 * The offset, in what a called template printed, of the range `from` to `to` of the caller's text; undefined where it
 * is not found.
 */
function offsetBelow(
  run: TemplateRun,
  span: PrintedSpan,
  inner: TemplateRun,
  from: number,
  to: number,
): number | undefined {
  if (span.node.type === 'template') return from - inner.base + run.base;
  const wanted = run.text.slice(from, to).trim();
  if (wanted === '') return undefined;
  const isWanted = (line: string): boolean => line.trim() === wanted;
  // The same line may be printed several times: this is the number of those before the range.
  let skip = run.text.slice(span.from, from).split('\n').filter(isWanted).length;
  let at = 0;
  for (const line of inner.text.split('\n')) {
    if (isWanted(line) && skip-- === 0) return at + line.indexOf(wanted);
    at += line.length + 1;
  }
  return undefined;
}

function positionOfSpan({ node, template, from, to }: PrintedSpan, at: number): Position {
  const { source } = template;
  const { pos } = node;
  // A text behind `-}}` begins after the white space that this trims, and its node before.
  const inText =
    node.type === 'text' ? Math.max(pos, source.text.indexOf(node.text, pos)) + Math.min(at, to) - from : pos;
  return positionOf(source, inText);
}
