/** Signals that end a process. */
import { rmSync } from 'node:fs';

/** The signals that ask a process to end; SIGHUP comes when its terminal is closed. */
export const ENDING = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * Waits until the process is asked to end. A second signal ends it at once.
 *
 * @param ready called once the first signal would be handled
 */
export async function untilAsked(ready: () => void): Promise<void> {
  let end = (): void => undefined;
  const asked = new Promise<void>((resolve) => {
    end = resolve;
  });
  for (const signal of ENDING) process.on(signal, end);
  try {
    ready();
    await asked;
  } finally {
    for (const signal of ENDING) process.off(signal, end);
  }
}

/**
 * Removes a file if the process is asked to end, which then ends it as it would without this.
 *
 * @returns call it when the file may stay
 */
export function removeAtEnd(file: string): () => void {
  const keep = (): void => {
    for (const signal of ENDING) process.off(signal, end);
  };
  const end = (signal: NodeJS.Signals): void => {
    keep();
    rmSync(file, { force: true });
    process.kill(process.pid, signal);
  };
  for (const signal of ENDING) process.on(signal, end);
  return keep;
}
