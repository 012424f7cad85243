/** How V8 runs a chart that is large. Only for the program: a library leaves that to its host. */
import type { Chart } from '../../chart/chart.ts';

/** So many bytes of templates make enough work for it to count; loading what sets this takes 3 ms. */
const MUCH = 100_000;

let changed = false;

/**
 * Lets V8 collect young objects with one thread and with more room for them, and do without its last compiler: what
 * that and helper threads cost is not earned back in a run of a second, all the less where other programs share the
 * cores.
 */
export function tuneFor(chart: Chart): void {
  if (changed || sizeOf(chart) < MUCH) return;
  setFlags('--no-parallel-scavenge', '--semi-space-growth-factor=4', '--no-turbofan');
  changed = true;
}

/** As before: compiled code that is kept under other flags would be of no use to the next run. */
export function tuneAsBefore(): void {
  if (changed) setFlags('--parallel-scavenge', '--semi-space-growth-factor=2', '--turbofan');
  changed = false;
}

function sizeOf({ templates, dependencies }: Chart): number {
  const own = templates.reduce((sum, { data }) => sum + data.length, 0);
  return dependencies.reduce((sum, child) => sum + sizeOf(child), own);
}

function setFlags(...flags: string[]): void {
  const v8 = process.getBuiltinModule('node:v8');
  for (const flag of flags) v8.setFlagsFromString(flag);
}
