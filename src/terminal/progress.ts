/** Shows the progress of an operation on standard error. */
import type { ReleaseEvent } from '../release/operations.ts';
import type { Unready } from '../release/operations/env.ts';
import { printable } from '../errors-text.ts';
import { isTerminal } from './color.ts';
import { printError } from './output.ts';

/** Milliseconds between two lines on a terminal and in a log. An operation that takes less prints none. */
const TERMINAL_MS = 1_000;
const LOG_MS = 5_000;
/** The most objects that are named as not ready in one line. */
const MANY = 20;

/** A consumer of events. */
export type Progress = { emit: (event: ReleaseEvent) => void };

/**
 * Prints warnings and notes at once, each of them once. Of steps it prints one line at intervals, so that a thousand
 * objects take a few lines. Of objects that are not ready it prints a line when their state has changed.
 */
export function createProgress(
  write: (text: string) => void = printError,
  now: () => number = Date.now,
  terminal: boolean = isTerminal(2),
): Progress {
  const every = terminal ? TERMINAL_MS : LOG_MS;
  let last = now();
  const seen = new Set<string>();
  const reported = new Map<string, string>();
  const isTime = (): boolean => {
    if (now() - last < every) return false;
    last = now();
    return true;
  };
  return {
    emit(event) {
      switch (event.type) {
        case 'warning':
        case 'note': {
          const line = `${event.type}: ${printable(event.message, 1000)}\n`;
          if (!seen.has(line)) write(line);
          seen.add(line);
          return;
        }
        case 'step-started': {
          const { step, index, total } = event;
          if (!isTime()) return;
          write(`[${index + 1}/${total}] ${step.action} ${printable(step.ref.kind)} ${printable(step.ref.name)}\n`);
          return;
        }
        case 'waiting': {
          if (isTime()) write(waitingText(event.unready, event.total, reported));
          return;
        }
        case 'plan':
        case 'step-done':
      }
    },
  };
}

function waitingText(unready: readonly Unready[], total: number, reported: Map<string, string>): string {
  let text = '';
  const fresh = unready.filter(({ ref, why }) => reported.get(nameOf(ref)) !== why);
  for (const { ref, why } of fresh.slice(0, MANY)) {
    reported.set(nameOf(ref), why);
    text += `waiting for ${nameOf(ref)}: ${printable(why, 300)}\n`;
  }
  const rest = unready.length - Math.min(fresh.length, MANY);
  if (text !== '' && rest > 0) text += `… and ${rest} more of ${total} objects\n`;
  return text;
}

function nameOf({ kind, name }: Unready['ref']): string {
  return printable(`${kind} ${name}`);
}
