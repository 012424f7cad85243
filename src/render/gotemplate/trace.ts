/**
 * Which part of which template printed what. Found out by running the templates once more where something is wrong with
 * what they print: taking notes of all that is printed would slow every run down.
 */
import { positionOf } from './template.ts';
import type { Pipe, Statement } from './node.ts';
import type { Runtime, Template, Trace } from './template.ts';
import type { OptionalValue } from './value.ts';

/** A template that ran, and what it printed. */
export type TemplateRun = {
  template: Template;
  /** Its `$`. */
  data: OptionalValue;
  /** How much was printed to the same text before it. */
  base: number;
  text: string;
  spans: PrintedSpan[];
};

/** What a text or an action printed, in the text of the run that it is in, and the templates that ran meanwhile. */
export type PrintedSpan = {
  node: Statement;
  template: Template;
  from: number;
  to: number;
  dot: OptionalValue;
  /** `$` and the variables that the action names. */
  variables: ReadonlyMap<string, OptionalValue>;
  runs: TemplateRun[];
};

/** Ends the run that is traced, and carries what was found. */
export class Traced extends Error {
  readonly run: TemplateRun;

  constructor(run: TemplateRun) {
    super('traced');
    this.run = run;
  }
}

/** More would take too much memory, for a text that nobody reads. */
const MOST_SPANS = 200_000;

const NO_VARIABLES: ReadonlyMap<string, OptionalValue> = new Map();

/**
 * Takes notes of what one file prints.
 *
 * @param name of the file, as templates know it; the run ends by a {@link Traced} when it has printed
 */
export function traceOf(name: string): Trace {
  const stack: TemplateRun[] = [];
  /** Where the next template that runs is noted. */
  let runs: TemplateRun[] | undefined;
  let left = MOST_SPANS;
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
        // Where the code of a function is not there yet, all is run again.
        stack.pop();
      }
      run.text = machine.out.slice(run.base);
      if (isOutermost) throw new Traced(run);
      runs?.push(run);
      return ending;
    },
    statement: (exec, node, template) => {
      // What stands in these notes itself.
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

/** What printed something: a part of a template, in a run of it. */
export type Step = { span: PrintedSpan; run: TemplateRun; place: Position };
export type Position = { file: string; line: number; column: number };

/**
 * What printed a place of a text: the action that stands in the line of the place, if there is one, rather than the text
 * around it. Where this ran other templates it leads on into these, by the line that they printed: it may have been
 * indented since.
 *
 * @param at where it is in the text of the run
 * @returns the way there: the part of the file first, that of the innermost template last; empty where none is found
 */
export function stepsTo(run: TemplateRun, at: number): Step[] {
  const start = run.text.lastIndexOf('\n', at - 1) + 1;
  const next = run.text.indexOf('\n', start);
  const end = next === -1 ? run.text.length : next;
  const inLine = run.spans.filter(({ from, to }) => from < to && from < Math.max(end, start + 1) && to > start);
  const actions = inLine.filter(({ node, from, to }) => {
    return node.type !== 'text' && run.text.slice(Math.max(from, start), Math.min(to, end)).trim() !== '';
  });
  // What is wrong may be found at what follows a value.
  const span =
    actions.find(({ from, to }) => from <= at && at < to) ??
    actions.findLast(({ from }) => from <= at) ??
    actions[0] ??
    inLine.find(({ from, to }) => from <= at && at < to) ??
    inLine.at(-1);
  if (span === undefined) return [];
  const step = { span, run, place: placeOfSpan(span, Math.max(at, span.from)) };
  for (const inner of span.runs.toReversed()) {
    const below = placeBelow(run, span, inner, Math.max(span.from, start), Math.min(span.to, end));
    const rest = below === undefined ? [] : stepsTo(inner, below);
    if (rest.length > 0) return [step, ...rest];
  }
  return [step];
}

/** Where in what an included template printed the part of a line stands; undefined where it is not found. */
function placeBelow(
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
  // The same line may be printed several times.
  let skip = run.text.slice(span.from, from).split('\n').filter(isWanted).length;
  let at = 0;
  for (const line of inner.text.split('\n')) {
    if (isWanted(line) && skip-- === 0) return at + line.indexOf(wanted);
    at += line.length + 1;
  }
  return undefined;
}

function placeOfSpan({ node, template, from, to }: PrintedSpan, at: number): Position {
  const { source } = template;
  const { pos } = node;
  // A text that follows a `-}}` stands behind the space that this takes away.
  const inText =
    node.type === 'text' ? Math.max(pos, source.text.indexOf(node.text, pos)) + Math.min(at, to) - from : pos;
  return positionOf(source, inText);
}
