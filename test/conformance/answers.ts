/**
 * Helm's answers, remembered by content: helm is asked once for each chart and set of values, however often pkg is
 * compared with it.
 */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { gunzipSync, gzipSync } from 'node:zlib';
import { helmPath } from '../support/helm.ts';
import { hashCase } from './cases.ts';
import type { Case } from './cases.ts';
import { runHelm } from './program.ts';
import type { Answer } from './program.ts';

const cache: string = join(dirname(fileURLToPath(import.meta.url)), '../../node_modules/.cache/conformance');

/** What helm answered, and when (milliseconds). */
export type HelmAnswer = Answer & { at: number };

/** Two answers tell whether a difference is helm's own, if the second is not from another day than pkg's. */
const FRESH_MS = 3_600_000;

/** Dates are printed to the second. */
const APART_MS = 1100;

/** Helm's answer, from the cache if it is there. */
export async function helmAnswer(what: Case): Promise<HelmAnswer> {
  return readAnswer(what, 'first') ?? (await ask(what, 'first'));
}

/** What helm says when asked again, in another second. */
export async function helmAgain(what: Case, first: HelmAnswer): Promise<HelmAnswer> {
  const known = readAnswer(what, 'again');
  if (known !== undefined && Date.now() - known.at < FRESH_MS) return known;
  await setTimeout(Math.max(0, first.at + APART_MS - Date.now()));
  return ask(what, 'again');
}

async function ask(what: Case, which: string): Promise<HelmAnswer> {
  const at = Date.now();
  const answer = await runHelm(what);
  // A helm that was killed gave no answer.
  if (answer.status < 0 || answer.status > 128) return { ...answer, at };
  const file = pathOf(what, which);
  mkdirSync(dirname(file), { recursive: true });
  const { stdout, ...rest } = answer;
  const unfinished = `${file}.${process.pid}`;
  writeFileSync(
    unfinished,
    gzipSync(Buffer.concat([Buffer.from(`${JSON.stringify({ ...rest, at })}\n`), stdout]), { level: 1 }),
  );
  renameSync(unfinished, file);
  return { ...answer, at };
}

function readAnswer(what: Case, which: string): HelmAnswer | undefined {
  const file = pathOf(what, which);
  if (!existsSync(file)) return undefined;
  const bytes = gunzipSync(readFileSync(file));
  const end = bytes.indexOf('\n');
  const rest = JSON.parse(bytes.toString('utf8', 0, end)) as Omit<HelmAnswer, 'stdout'>;
  return { ...rest, stdout: bytes.subarray(end + 1) };
}

let helmMark: string | undefined;

function pathOf(what: Case, which: string): string {
  const { size, mtimeMs } = statSync(helmPath());
  helmMark ??= createHash('sha256').update(`${size} ${mtimeMs}`).digest('hex').slice(0, 8);
  return join(cache, helmMark, `${hashCase(what)}.${which}.gz`);
}
