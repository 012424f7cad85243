/** Shows on standard error how an operation goes on. */
import type { ReleaseEvent } from '../release/operations.ts';
import { printable } from '../errors-text.ts';
import { isTerminal } from './color.ts';
import { printError } from './output.ts';

/** How often a line is written to somebody who watches, and into a log. What takes less time goes without. */
const TERMINAL_MS = 1_000;
const LOG_MS = 5_000;

/** A consumer of events. */
export type Progress = { emit: (event: ReleaseEvent) => void };

/** Warnings and notes at once, each once; of the steps one at times, so that a thousand objects are a few lines. */
export function createProgress(
  write: (text: string) => void = printError,
  now: () => number = Date.now,
  terminal: boolean = isTerminal(2),
): Progress {
  const every = terminal ? TERMINAL_MS : LOG_MS;
  let last = now();
  const seen = new Set<string>();
  return {
    emit(event) {
      if (event.type === 'warning' || event.type === 'note') {
        const line = `${event.type}: ${printable(event.message, 1000)}\n`;
        if (!seen.has(line)) write(line);
        seen.add(line);
        return;
      }
      if (event.type !== 'step-started' || now() - last < every) return;
      last = now();
      const { step, index, total } = event;
      write(`[${index + 1}/${total}] ${step.action} ${printable(step.ref.kind)} ${printable(step.ref.name)}\n`);
    },
  };
}
