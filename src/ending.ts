/** Signals that end a process. */
import { fstatSync, rmSync, statSync } from 'node:fs';

/**
 * Has this process a terminal? SIGHUP says that it is closed. Without one (`nohup` sees to that) a process goes on. Whether
 * it was started with SIGHUP ignored, as `nohup` does, can no longer be read: Node resets all signals when it starts.
 */
const HAS_TERMINAL = process.platform === 'win32' || [0, 1, 2].some(isTerminal);

/** A terminal is a character device, as `/dev/null` is. Loading `node:tty` to ask would take 2 ms. */
function isTerminal(descriptor: number): boolean {
  try {
    const stat = fstatSync(descriptor);
    return stat.isCharacterDevice() && stat.rdev !== statSync('/dev/null').rdev;
  } catch {
    return false; // it is closed
  }
}

/** The signals that ask a process to end; SIGHUP comes when its terminal is closed. */
export const ENDING: readonly NodeJS.Signals[] = ['SIGINT', 'SIGTERM', ...(HAS_TERMINAL ? (['SIGHUP'] as const) : [])];

/** Goes on when a terminal is closed that this process does not use, as under `nohup`. */
export function ignoreHangUp(): void {
  if (!HAS_TERMINAL) process.on('SIGHUP', () => undefined);
}

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
