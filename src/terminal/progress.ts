/** Shows on standard error how an operation goes on. */
import type { ReleaseEvent } from '../release/operations.ts';
import { printable } from '../errors-text.ts';
import { printError } from './output.ts';

/** An operation that takes no longer than this goes without progress lines. */
const QUIET_MS = 1000;

/** A consumer of events. */
export type Progress = { emit: (event: ReleaseEvent) => void };

/** Warnings and notes at once; steps only of what takes its time, and each as one line. */
export function createProgress(write: (text: string) => void = printError, now: () => number = Date.now): Progress {
  const start = now();
  const seen = new Set<string>();
  return {
    emit(event) {
      if (event.type === 'warning' || event.type === 'note') {
        const line = `${event.type}: ${printable(event.message, 1000)}\n`;
        if (!seen.has(line)) write(line);
        seen.add(line);
        return;
      }
      if (event.type !== 'step-started' || now() - start < QUIET_MS) return;
      const { step, index, total } = event;
      if (step.action === 'unchanged') return;
      write(`[${index + 1}/${total}] ${step.action} ${printable(step.ref.kind)} ${printable(step.ref.name)}\n`);
    },
  };
}
