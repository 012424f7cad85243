/** Finds what printed a place of a text by rendering once more, with notes of what is printed. */
import { PkgError } from '../../errors.ts';
import type { ValueMap } from '../../yaml/value.ts';
import type { GoInput, GoText } from './engine.ts';
import { printHere } from './print-here.ts';
import { Traced, traceOf, stepsTo } from './trace.ts';
import type { TemplateRun, Step } from './trace.ts';
import { decodeText, encodeText } from './value.ts';
import { valuePathOf } from './value-path.ts';

/** A way to what printed a place; the steps are never none. */
export type PrintOrigin = { run: TemplateRun; way: readonly Step[]; step: Step };

/** Each renders the whole chart: of more files the places are not looked for. */
const MOST_RUNS = 20;

/** Finds places in what the templates of a chart printed; those of one file by rendering once. */
export class PrintOrigins {
  readonly #input: Omit<GoInput, 'values'>;
  readonly #freshValues: () => ValueMap;
  readonly #runs: Map<string, Promise<TemplateRun | undefined>> = new Map();

  /** Arguments are what was rendered. */
  constructor(input: Omit<GoInput, 'values'>, freshValues: () => ValueMap) {
    this.#input = input;
    this.#freshValues = freshValues;
  }

  /** What printed a place of a text; undefined where that cannot be told. */
  async find({ source, text }: GoText, at: number): Promise<PrintOrigin | undefined> {
    let running = this.#runs.get(source);
    if (running === undefined) {
      if (this.#runs.size >= MOST_RUNS) return undefined;
      this.#runs.set(source, (running = tracedRun(source, this.#input, this.#freshValues)));
    }
    const run = await running;
    const way = run === undefined ? [] : wayThrough(run, text, at);
    const step = way.at(-1);
    return run === undefined || step === undefined ? undefined : { run, way, step };
  }
}

/** The path, in the values of the top chart, of the value that an action printed. */
export function valueOf({ source }: GoText, { run, step }: PrintOrigin): string[] | undefined {
  const { span } = step;
  return inTopValues(source, valuePathOf(span, run.data, step.run.text.slice(span.from, span.to)));
}

/** Of a path in the values of a file's chart that in those of the top chart. */
export function inTopValues(source: string, path: string[] | undefined): string[] | undefined {
  if (path === undefined || path[0] === 'global') return path;
  const file = decodeText(source);
  return [...file.slice(0, file.indexOf('/templates/')).split('/charts/').slice(1), ...path];
}

/** Runs the templates once more, up to the file; undefined where that does not come so far. */
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

/** What a value that is not there looks like until the whole text is printed. */
const NO_VALUE = '<no value>';

/** The way to a place of what was printed. It is unknown where that is another text now: by what is random. */
function wayThrough(run: TemplateRun, printed: string, at: number): Step[] {
  const lineEnd = `${printed}\n`.indexOf('\n', at);
  let place = at;
  for (let found = run.text.indexOf(NO_VALUE); found !== -1 && found <= place;) {
    place += NO_VALUE.length;
    found = run.text.indexOf(NO_VALUE, found + NO_VALUE.length);
  }
  const lines = (text: string, end: number): string[] => text.slice(0, end).replaceAll(NO_VALUE, '').split('\n');
  const isSame = lines(run.text, place).length === lines(printed, at).length && lineEnd >= at;
  return isSame ? stepsTo(run, place) : [];
}

/** Where a line and column, in characters, are in bytes. */
export function offsetIn(document: string, line: number, column: number): number {
  const lines = document.split('\n', line);
  const last = lines.pop() ?? '';
  const start = lines.reduce((sum, { length }) => sum + length + 1, 0);
  return start + encodeText(decodeText(last).slice(0, column - 1)).length;
}
