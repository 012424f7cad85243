/** How V8 runs a chart that is large. Only for the program: a library leaves that to its host. */
import type { Chart } from '../../chart/chart.ts';

/** So many bytes of templates make enough work for it to count; loading what sets this takes 3 ms. */
const MUCH = 40_000;

/** Flags for a large chart, and as they are otherwise. The triggers are in percent of what V8 would let grow. */
const FLAGS: readonly (readonly [tuned: string, usual: string])[] = [
  ['--no-turbofan', '--turbofan'],
  ['--invocation-count-for-maglev=2500', '--invocation-count-for-maglev=400'],
  ['--no-parallel-scavenge', '--parallel-scavenge'],
  ['--incremental-marking-soft-trigger=1', '--incremental-marking-soft-trigger=0'],
  ['--incremental-marking-hard-trigger=100', '--incremental-marking-hard-trigger=0'],
];

let changed = false;

/**
 * Lets V8 do without what is not earned back in a run of a second, all the less where other programs share the cores:
 * its last compiler, the one before it but for what is called very often, helper threads for young objects, and marking
 * old objects before it has to.
 */
export function tuneFor(chart: Chart): void {
  if (changed || sizeOf(chart) < MUCH) return;
  setFlags(FLAGS.map(([tuned]) => tuned));
  changed = true;
}

/** As before: compiled code that is kept under other flags would be of no use to the next run. */
export function tuneAsBefore(): void {
  if (changed) setFlags(FLAGS.map(([, usual]) => usual));
  changed = false;
}

function sizeOf({ templates, dependencies }: Chart): number {
  const own = templates.reduce((sum, { data }) => sum + data.length, 0);
  return dependencies.reduce((sum, child) => sum + sizeOf(child), own);
}

function setFlags(flags: readonly string[]): void {
  const v8 = process.getBuiltinModule('node:v8');
  for (const flag of flags) v8.setFlagsFromString(flag);
}
