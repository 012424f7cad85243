/** Generated templates through the real helm and through pkg, many at once. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { PkgError } from '../../src/errors.ts';
import type { Chart } from '../../src/chart/chart.ts';
import { coalesceValues } from '../../src/chart/values.ts';
import { loadChart } from '../../src/chart/load.ts';
import { DEFAULT_CAPABILITIES } from '../../src/render/capabilities.ts';
import { renderGoTemplates } from '../../src/render/gotemplate/engine.ts';
import { decodeText } from '../../src/render/gotemplate/value.ts';
import { quoteGo } from '../../src/render/functions/quote.ts';
import { cloneValue, isMap } from '../../src/yaml/value.ts';
import { parseYaml } from '../../src/yaml/read.ts';
import { helm } from '../support/helm.ts';
import { program } from './generator.ts';
import type { Program } from './generator.ts';

/** What a program prints, as Go's `%q` shows it, or undefined when it is refused. */
type Printed = string | undefined;

/** A program for which the two differ, as small as it could be made. */
export type Found = Program & { helm: Printed; pkg: Printed; error?: string };

/** Templates see values only: the rest is the chart's, and not made up. */
const MAIN = '(include "main" (dict "Values" .Values))';

/** Charts that one run of helm looks at. */
const BATCH = 500;

/**
 * Makes up so many programs and compares what both print; the first that differs is shrunk.
 *
 * @returns undefined if none differs
 */
export async function compareGenerated(runs: number, seed: number): Promise<Found | undefined> {
  const programs = fc.sample(program, { numRuns: runs, seed });
  for (let start = 0; start < programs.length; start += BATCH) {
    const batch = programs.slice(start, start + BATCH);
    const theirs = helmPrints(batch);
    for (const [index, made] of batch.entries()) {
      if (theirs[index] === KILLED) continue;
      const ours = await pkgPrints(made);
      if (ours.printed === theirs[index]) continue;
      return shrink(made, seed, start + index);
    }
  }
  return undefined;
}

/** The same seed and place make the same program again, this time in the hands of who knows how to make it smaller. */
async function shrink(made: Program, seed: number, at: number): Promise<Found> {
  const isSame = async (candidate: Program): Promise<boolean> => {
    const [theirs] = helmPrints([candidate]);
    return theirs === KILLED || (await pkgPrints(candidate)).printed === theirs;
  };
  const result = await fc.check(fc.asyncProperty(program, isSame), {
    seed,
    path: String(at),
    interruptAfterTimeLimit: 60_000,
  });
  const smallest = result.counterexample?.[0] ?? made;
  const { printed, error } = await pkgPrints(smallest);
  return { ...smallest, helm: helmPrints([smallest])[0], pkg: printed, ...(error !== undefined && { error }) };
}

/**
 * `helm lint` goes on after a chart that fails, so every program is in a chart of its own; and as it prints errors
 * only, what a program prints is put into one.
 */
function helmPrints(programs: readonly Program[]): Printed[] {
  const folder = mkdtempSync(join(tmpdir(), 'pkg-generated-'));
  try {
    const names = programs.map((made, index) => {
      writeChart(join(folder, String(index)), made, `{{ include (printf "<<%s>>" ${MAIN}) . }}`);
      return String(index);
    });
    const { status, stdout } = helm(['lint', ...names], { cwd: folder });
    // One program may exhaust the memory, and then helm's answers for the others are lost.
    if (status < 0 || status > 1) return programs.length === 1 ? [KILLED] : halves(programs).flatMap(helmPrints);
    const printed: Printed[] = [];
    for (const part of stdout.split(/^==> Linting /m)) {
      const [, index, text] = /^(\d+)\n(?:\[INFO\][^\n]*\n)*\[ERROR\] templates\/: ([^]*)$/.exec(part) ?? [];
      if (index === undefined || text === undefined) continue;
      printed[Number(index)] = /no template "<<([^]*)>>" associated with template "gotpl"\s*$/
        .exec(text)?.[1]
        // What a file prints goes without it in the end, and here that is not all of a file.
        ?.replaceAll('<no value>', '');
      names[Number(index)] = '';
    }
    const unheard = names.findIndex((name) => name !== '');
    if (unheard >= 0)
      throw new Error(`helm says nothing about ${JSON.stringify(programs[unheard])}\n${stdout.slice(-2000)}`);
    return printed.length === programs.length
      ? printed
      : [...printed, ...Array.from({ length: programs.length - printed.length }, () => undefined)];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** What helm prints of a program that ends it: pkg is not held against that. */
const KILLED = '\0';

function halves(programs: readonly Program[]): (readonly Program[])[] {
  const middle = Math.ceil(programs.length / 2);
  return [programs.slice(0, middle), programs.slice(middle)];
}

function writeChart(folder: string, { values, file }: Program, notes: string): void {
  mkdirSync(join(folder, 'templates'), { recursive: true });
  writeFileSync(
    join(folder, 'Chart.yaml'),
    'apiVersion: v2\nname: made\nversion: 1.0.0\nicon: https://example.com/i.png\n',
  );
  writeFileSync(join(folder, 'values.yaml'), JSON.stringify(values));
  writeFileSync(join(folder, 'templates/_made.tpl'), file);
  writeFileSync(join(folder, 'templates/NOTES.txt'), notes);
}

let empty: Promise<Chart> | undefined;

async function emptyChart(): Promise<Chart> {
  const folder = mkdtempSync(join(tmpdir(), 'pkg-generated-'));
  try {
    writeChart(folder, { values: {}, file: '' }, '');
    return await loadChart(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function pkgPrints({ values, file }: Program): Promise<{ printed: Printed; error?: string }> {
  const chart = await (empty ??= emptyChart());
  const templates = { 'templates/_made.tpl': file, 'templates/main.txt': `{{ ${MAIN} }}` };
  const read = parseYaml(JSON.stringify(values), 'values.yaml');
  if (!isMap(read)) throw new Error('values are not a map');
  try {
    const { texts } = await renderGoTemplates({
      chart: {
        ...chart,
        templates: Object.entries(templates).map(([name, text]) => ({ name, data: Buffer.from(text) })),
      },
      release: { name: 'test-release', namespace: 'default', revision: 1, isInstall: true, isUpgrade: false },
      capabilities: DEFAULT_CAPABILITIES,
      lint: true,
      values: coalesceValues({ ...chart, values: cloneValue(read) }, new Map()).values,
    });
    return { printed: decodeText(quoteGo(texts.map(({ text }) => text).join(''))).slice(1, -1) };
  } catch (error) {
    if (!(error instanceof PkgError)) throw error;
    return { printed: undefined, error: error.message };
  }
}
