/**
 * `npm run conformance`: is what pkg prints what the real helm prints, byte for byte?
 *
 * Without `--charts` it renders the project's own charts. Ends with 1 when anything differs.
 */
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { findCases } from './cases.ts';
import { writeOwnCharts } from './own-charts.ts';
import { compareAll, complaint, summary } from './run.ts';

const USAGE = `usage: npm run conformance -- [--charts DIR] [--only SUBSTRING] [--jobs N] [--json FILE]

  --charts DIR       render every chart in DIR, by itself and with each values file in its ci/ and tests/
  --only SUBSTRING   only the cases whose name (chart, values file) holds this
  --jobs N           so many at a time (1)
  --json FILE        write all results into this file
`;

const root: string = join(dirname(fileURLToPath(import.meta.url)), '..', '..');

try {
  if (!existsSync(join(root, 'dist/main.cjs'))) throw new Error('There is no dist: run npm run build first');
  await main();
} catch (error) {
  console.error((error as Error).message);
  process.exitCode = 1;
}

async function main(): Promise<void> {
  const { charts, only = '', jobs: jobsText = '1', json } = readFlags();
  const jobs = Number(jobsText);
  if (!Number.isInteger(jobs) || jobs < 1) throw new Error(USAGE);
  const own = charts === undefined ? mkdtempSync(join(tmpdir(), 'pkg-conformance-')) : undefined;
  try {
    if (own !== undefined) writeOwnCharts(own);
    await compareFolder(resolve(own ?? charts ?? ''), only, jobs, json);
  } finally {
    if (own !== undefined) rmSync(own, { recursive: true, force: true });
  }
}

async function compareFolder(folder: string, only: string, jobs: number, json: string | undefined): Promise<void> {
  const cases = findCases(folder).filter(({ name }) => name.includes(only));
  const onTerminal = process.stderr.isTTY;
  const comparisons = await compareAll(cases, jobs, (done, comparison) => {
    const wrong = complaint(comparison);
    if (onTerminal) process.stderr.write(`\r\x1b[K`);
    if (wrong !== undefined) console.log(wrong);
    if (onTerminal)
      process.stderr.write(`${done}/${cases.length} ${comparison.name}`.slice(0, process.stderr.columns - 1));
    else if (done % 100 === 0) console.error(`${done}/${cases.length}`);
  });
  if (onTerminal) process.stderr.write(`\r\x1b[K`);
  if (json !== undefined) writeFileSync(json, JSON.stringify(comparisons, null, 1));
  console.log(`\n${summary(comparisons)}`);
  process.exitCode = comparisons.some((comparison) => complaint(comparison) !== undefined) ? 1 : 0;
}

function readFlags(): { charts?: string; only?: string; jobs?: string; json?: string } {
  try {
    return parseArgs({
      options: {
        charts: { type: 'string' },
        only: { type: 'string' },
        jobs: { type: 'string' },
        json: { type: 'string' },
      },
    }).values;
  } catch (error) {
    throw new Error(`${(error as Error).message}\n\n${USAGE}`, { cause: error });
  }
}
