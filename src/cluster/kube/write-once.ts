/** Sends writes that must not be done twice over a connection that may lose answers. */
import { setTimeout as sleep } from 'node:timers/promises';
import { ApiError } from './api-errors.ts';

/** Tries begin within this many milliseconds; one last try begins after them. */
const PATIENCE = 35_000;
const FIRST_PAUSE = 200;
const MAX_PAUSE = 5_000;

/**
 * Sends a write. If its answer is lost, looks whether the server did the write before sending it again.
 *
 * @param look gives the live object if it is the one that was sent, else undefined
 * @throws {ApiError} of the last try
 * @throws the reason of the signal
 */
export async function writeOnce<T>(
  send: () => Promise<T>,
  look: () => Promise<T | undefined>,
  signal: AbortSignal | undefined,
): Promise<T> {
  const begun = performance.now();
  let isUncertain = false;
  for (let pause = FIRST_PAUSE; ; pause = Math.min(pause * 2, MAX_PAUSE)) {
    // Decided before `look`, which itself may wait for the end of an outage: after it one more try is worth making.
    const isLast = performance.now() - begun > PATIENCE;
    try {
      return await send();
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      isUncertain ||= error.uncertain;
      if (!isUncertain) throw error;
      // The first try may have been done after all, which makes the second one a conflict.
      const done = await look();
      if (done !== undefined) return done;
      if (!error.uncertain || isLast) throw error;
      await sleep(pause, undefined, signal === undefined ? {} : { signal }).catch(() => {
        throw signal?.reason;
      });
    }
  }
}
