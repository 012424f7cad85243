/** Runs many cases, a few at a time, and says how they went. */
import type { Case } from './cases.ts';
import { VERDICTS, compare } from './compare.ts';
import type { Comparison } from './compare.ts';

const FINE: ReadonlySet<string> = new Set(['same', 'both refuse', 'helm crashed', 'not comparable']);

/** Compares all cases; `onDone` hears of each as it ends. The results are in the order of the cases. */
export async function compareAll(
  cases: readonly Case[],
  jobs: number,
  onDone: (done: number, comparison: Comparison) => void = () => {},
): Promise<Comparison[]> {
  const results: Comparison[] = [];
  let next = 0;
  let done = 0;
  const work = async (): Promise<void> => {
    while (next < cases.length) {
      const index = next++;
      const comparison = await compare(cases[index] as Case);
      results[index] = comparison;
      onDone(++done, comparison);
    }
  };
  await Promise.all(Array.from({ length: jobs }, work));
  return results;
}

/** What is wrong with a comparison, in a few lines; undefined if nothing is. */
export function complaint({ name, verdict, difference, helm, pkg }: Comparison): string | undefined {
  if (FINE.has(verdict)) return undefined;
  const lines = [`${verdict}: ${name}`];
  if (difference !== undefined) {
    const { line, helm: theirs, pkg: ours } = difference;
    const from = Math.max(0, commonLength(theirs ?? '', ours ?? '') - 60);
    lines.push(`  line ${line}`, `    helm ${show(theirs, from)}`, `    pkg  ${show(ours, from)}`);
  } else {
    const said = verdict === 'only helm refuses' ? helm.stderr : pkg.stderr;
    lines.push(
      ...said
        .trim()
        .split('\n')
        .slice(0, 6)
        .map((line) => `    ${cut(line)}`),
    );
  }
  return lines.join('\n');
}

/** The table of all comparisons, and what both programs cost. */
export function summary(comparisons: readonly Comparison[]): string {
  const lines = VERDICTS.map((verdict) => {
    const count = comparisons.filter((comparison) => comparison.verdict === verdict).length;
    return `${verdict.padEnd(18)} ${String(count).padStart(6)}`;
  });
  const ours = comparisons.reduce((sum, { pkg }) => sum + pkg.cpu, 0);
  const theirs = comparisons.reduce((sum, { helm }) => sum + helm.cpu, 0);
  const ratio = theirs > 0 ? (ours / theirs).toFixed(2) : '-';
  return [...lines, '', `CPU: pkg ${seconds(ours)}, helm ${seconds(theirs)}: ${ratio} × helm`].join('\n');
}

function seconds(milliseconds: number): string {
  return `${(milliseconds / 1000).toFixed(1)} s`;
}

function show(line: string | undefined, from: number): string {
  if (line === undefined) return '(no such line)';
  return (from > 0 ? '…' : '') + cut(JSON.stringify(line.slice(from)));
}

function commonLength(a: string, b: string): number {
  let length = 0;
  while (length < a.length && a[length] === b[length]) length++;
  return length;
}

function cut(text: string): string {
  return text.length > 200 ? `${text.slice(0, 200)}…` : text;
}
