/** The progress that is shown during an operation. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { ReleaseEvent } from '../../src/release/operations.ts';
import { createProgress } from '../../src/terminal/progress.ts';

function step(index: number, total: number, name = `m${index}`): ReleaseEvent {
  const ref = { apiVersion: 'v1', kind: 'ConfigMap', namespace: 'default', name };
  return { type: 'step-started', step: { action: 'create', ref, reason: '', changes: [] }, index, total };
}

/** Applies steps that take so many milliseconds each, and gives the lines written meanwhile. */
function linesOf(durations: readonly number[], isTerminal: boolean): string[] {
  const lines: string[] = [];
  let time = 1_000_000;
  const progress = createProgress(
    (line) => lines.push(line),
    () => time,
    isTerminal,
  );
  for (const [index, duration] of durations.entries()) {
    progress.emit(step(index, durations.length));
    time += duration;
  }
  return lines;
}

test('short work prints nothing', () => {
  expect(linesOf(Array<number>(500).fill(1), true)).toEqual([]);
  expect(linesOf(Array<number>(2000).fill(2), false)).toEqual([]);
});

test('a large release prints a line per second on a terminal, and one in five seconds in a log', () => {
  const durations = Array<number>(3000).fill(10);
  const watched = linesOf(durations, true);
  expect(watched).toHaveLength(29);
  expect(watched[0]).toBe('[101/3000] create ConfigMap m100\n');
  const logged = linesOf(durations, false);
  expect(logged).toHaveLength(5);
  expect(logged[4]).toBe('[2501/3000] create ConfigMap m2500\n');
});

test('slow steps print no more lines', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(3000), { maxLength: 200 }), fc.boolean(), (durations, isTerminal) => {
      const total = durations.slice(0, -1).reduce((sum, duration) => sum + duration, 0);
      const lines = linesOf(durations, isTerminal);
      expect(lines.length).toBeLessThanOrEqual(total / (isTerminal ? 1000 : 5000));
      expect(new Set(lines).size).toBe(lines.length);
    }),
  );
});

test('warnings and notes are printed at once, each once, without control characters', () => {
  const lines: string[] = [];
  const progress = createProgress((line) => lines.push(line));
  for (const type of ['warning', 'note', 'warning'] as const) progress.emit({ type, message: 'look \u001b[2J\nhere' });
  progress.emit(step(0, 1, 'late'));
  expect(lines).toEqual(['warning: look \\u001b[2J\\nhere\n', 'note: look \\u001b[2J\\nhere\n']);
});
