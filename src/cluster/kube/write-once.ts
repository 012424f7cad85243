/** Writes that must not be done twice, over a connection that may lose the answer. */
import { setTimeout as sleep } from 'node:timers/promises';
import { ApiError } from './api-errors.ts';

/** New tries are made for so many milliseconds; the last begins after that. */
const PATIENCE = 35_000;
const FIRST_PAUSE = 200;
const LONGEST_PAUSE = 5_000;

/**
 * Sends a write. When nobody knows whether the server did it, it looks before it sends again.
 *
 * @param look gives what lives there when it is what was sent
 * @throws ApiError of the last try; the reason of the signal
 */
export async function writeOnce<T>(
  send: () => Promise<T>,
  look: () => Promise<T | undefined>,
  signal: AbortSignal | undefined,
): Promise<T> {
  const begun = performance.now();
  let isUncertain = false;
  for (let pause = FIRST_PAUSE; ; pause = Math.min(pause * 2, LONGEST_PAUSE)) {
    // Not asked after the look, which waits for the end of an outage itself: what it then saw is worth one more try.
    const isLast = performance.now() - begun > PATIENCE;
    try {
      return await send();
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      isUncertain ||= error.uncertain;
      if (!isUncertain) throw error;
      // A first try that was done after all makes the second a conflict.
      const done = await look();
      if (done !== undefined) return done;
      if (!error.uncertain || isLast) throw error;
      await sleep(pause, undefined, signal === undefined ? {} : { signal }).catch(() => {
        throw signal?.reason;
      });
    }
  }
}
