/** Is what pkg printed what helm printed? */
import type { Case } from './cases.ts';
import { helmAgain, helmAnswer } from './answers.ts';
import type { HelmAnswer } from './answers.ts';
import { runPkg } from './program.ts';
import type { Answer } from './program.ts';

/** How a case went. `not comparable`: helm itself prints another number of lines each time. */
export const VERDICTS = [
  'same',
  'both refuse',
  'different',
  'only helm refuses',
  'only pkg refuses',
  'pkg crashed',
  'helm crashed',
  'not comparable',
] as const;

export type Verdict = (typeof VERDICTS)[number];

/** The first line that differs, counted from 1; a line that is not there is undefined. */
export type Difference = { line: number; helm: string | undefined; pkg: string | undefined };

export type Comparison = {
  name: string;
  verdict: Verdict;
  difference?: Difference;
  helm: { status: number; stderr: string; cpu: number };
  pkg: { status: number; stderr: string; cpu: number };
};

/** Renders a case with both programs and compares stdout, byte for byte, and the exit status. */
export async function compare(what: Case): Promise<Comparison> {
  const helm = await helmAnswer(what);
  const pkg = await runPkg(what);
  const { stdout: _helmOutput, at: _at, ...helmRest } = helm;
  const { stdout: _pkgOutput, ...pkgRest } = pkg;
  return { name: what.name, ...(await judge(what, helm, pkg)), helm: helmRest, pkg: pkgRest };
}

async function judge(what: Case, helm: HelmAnswer, pkg: Answer): Promise<Pick<Comparison, 'verdict' | 'difference'>> {
  if (helm.status > 1 || helm.status < 0) return { verdict: 'helm crashed' };
  // Anything but 0 and 1 is not a refusal: a signal, an exhausted memory, or a defect that pkg reports as one.
  if (pkg.status > 1 || pkg.status < 0) return { verdict: 'pkg crashed' };
  if ((helm.status === 0) !== (pkg.status === 0))
    return { verdict: helm.status === 0 ? 'only pkg refuses' : 'only helm refuses' };
  if (helm.stdout.equals(pkg.stdout)) return { verdict: helm.status === 0 ? 'same' : 'both refuse' };
  const again = await helmAgain(what, helm);
  const [a, b, ours] = [helm.stdout, again.stdout, pkg.stdout].map((bytes) => bytes.toString('latin1').split('\n')) as [
    string[],
    string[],
    string[],
  ];
  if (a.length !== b.length) return { verdict: 'not comparable' };
  blankRandomKeys(a, b, ours);
  const line = findDifference(a, b, ours);
  if (line === undefined) return { verdict: helm.status === 0 ? 'same' : 'both refuse' };
  return { verdict: 'different', difference: { line: line + 1, helm: decode(a[line]), pkg: decode(ours[line]) } };
}

/**
 * A key or a certificate that is not the same twice is random as a whole: its serial number has now one byte more and
 * now one less, and what follows of it is one of two or three texts.
 */
function blankRandomKeys(a: string[], b: string[], ours: string[]): void {
  let start = -1;
  for (let line = 0; line < a.length; line++) {
    if (a[line]?.includes('-----BEGIN ')) start = line;
    if (start === -1 || a[line]?.includes('-----END ') !== true) continue;
    const [from, to] = [start + 1, line];
    start = -1;
    if (a.slice(from, to).join() === b.slice(from, to).join()) continue;
    for (const lines of [a, b, ours]) lines.fill('', from, Math.min(to, lines.length));
  }
}

/** Lines that helm prints differently each time count as the same if they begin as in both of its answers. */
function findDifference(a: readonly string[], b: readonly string[], ours: readonly string[]): number | undefined {
  for (let line = 0; line < Math.max(a.length, ours.length); line++) {
    const [first, second, own] = [a[line], b[line], ours[line]];
    if (first === own) continue;
    if (first === undefined || second === undefined || own === undefined || first === second) return line;
    if (!own.startsWith(commonStart(first, second))) return line;
  }
  return undefined;
}

/** What stands before the part that is random or a date: two of them may begin alike. */
function commonStart(a: string, b: string): string {
  let length = 0;
  while (length < a.length && a[length] === b[length]) length++;
  return a
    .slice(0, length)
    .replace(/\d.*$/s, '')
    .replace(/[A-Za-z0-9+/=]*$/, '');
}

function decode(line: string | undefined): string | undefined {
  return line === undefined ? undefined : Buffer.from(line, 'latin1').toString();
}
