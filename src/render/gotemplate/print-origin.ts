/** Finds the part of a template that printed a byte of a text, by rendering once more with a trace. */
import { PkgError } from '../../errors.ts';
import type { ValueMap } from '../../yaml/value.ts';
import type { GoInput, GoText } from './engine.ts';
import { printHere } from './print-here.ts';
import { Traced, traceOf, stepsTo } from './trace.ts';
import type { TemplateRun, Step } from './trace.ts';
import { decodeText, encodeText } from './value.ts';
import { valuePathOf } from './follow-value.ts';

/**
 * What printed a byte of a text: the run of the file, the steps from the file to the innermost template, and the last
 * of them.
 */
export type PrintOrigin = { run: TemplateRun; steps: readonly Step[]; step: Step };

/** Places in so many files are searched for: for each file the whole chart is rendered. */
const MAX_RUNS = 20;

/** Finds what printed a byte of the texts of a chart's templates. It renders once for each file. */
export class PrintOrigins {
  readonly #input: Omit<GoInput, 'values'>;
  readonly #freshValues: () => ValueMap;
  readonly #runs: Map<string, Promise<TemplateRun | undefined>> = new Map();

  /** Takes what was rendered. */
  constructor(input: Omit<GoInput, 'values'>, freshValues: () => ValueMap) {
    this.#input = input;
    this.#freshValues = freshValues;
  }

  /** What printed the byte `at` of a text, as {@link stepsTo} finds it; undefined where that cannot be found out. */
  async find({ source, text }: GoText, at: number, isExact = false): Promise<PrintOrigin | undefined> {
    let running = this.#runs.get(source);
    if (running === undefined) {
      if (this.#runs.size >= MAX_RUNS) return undefined;
      this.#runs.set(source, (running = tracedRun(source, this.#input, this.#freshValues)));
    }
    const run = await running;
    const steps = run === undefined ? [] : stepsThrough(run, text, at, isExact);
    const step = steps.at(-1);
    return run === undefined || step === undefined ? undefined : { run, steps, step };
  }
}

/** The path, in the values of the top chart, of the value that an action printed; undefined where it printed none. */
export function valueOf({ source }: GoText, { steps, step }: PrintOrigin): string[] | undefined {
  const { span, run } = step;
  return inTopValues(source, valuePathOf(steps, run.text.slice(span.from, span.to)));
}

/** The path in the values of the top chart for one in those of the chart of a file, `web/charts/db/templates/…`. */
export function inTopValues(source: string, path: string[] | undefined): string[] | undefined {
  if (path === undefined || path[0] === 'global') return path;
  const file = decodeText(source);
  return [...file.slice(0, file.indexOf('/templates/')).split('/charts/').slice(1), ...path];
}

/** Renders once more up to the end of a file; undefined where that fails before. */
async function tracedRun(
  name: string,
  input: Omit<GoInput, 'values'>,
  freshValues: () => ValueMap,
): Promise<TemplateRun | undefined> {
  try {
    await printHere({ ...input, trace: traceOf(name) }, freshValues);
  } catch (error) {
    if (error instanceof Traced) return error.run;
    if (!(error instanceof PkgError)) throw error;
  }
  return undefined;
}

/** A missing value prints this, which is removed when the whole text is printed. */
const NO_VALUE = '<no value>';

/** The steps to a byte of a text; none where the second render printed another text, as templates with random values do. */
function stepsThrough(run: TemplateRun, printed: string, at: number, isExact: boolean): Step[] {
  const lineEnd = `${printed}\n`.indexOf('\n', at);
  let offset = at;
  for (let found = run.text.indexOf(NO_VALUE); found !== -1 && found <= offset;) {
    offset += NO_VALUE.length;
    found = run.text.indexOf(NO_VALUE, found + NO_VALUE.length);
  }
  const lines = (text: string, end: number): string[] => text.slice(0, end).replaceAll(NO_VALUE, '').split('\n');
  const isSame = lines(run.text, offset).length === lines(printed, at).length && lineEnd >= at;
  return isSame ? stepsTo(run, offset, isExact) : [];
}

/** The byte offset of a line and column, which count characters from 1. */
export function offsetIn(document: string, line: number, column: number): number {
  const lines = document.split('\n', line);
  const last = lines.pop() ?? '';
  const start = lines.reduce((sum, { length }) => sum + length + 1, 0);
  return start + encodeText(decodeText(last).slice(0, column - 1)).length;
}
