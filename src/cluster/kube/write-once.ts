/** Writes that must not be done twice, over a connection that may lose the answer. */
import { setTimeout as sleep } from 'node:timers/promises';
import { ApiError } from './api-errors.ts';

const TRIES = 5;

/**
 * Sends a write. When nobody knows whether the server did it, it looks before it sends again.
 *
 * @param look gives what lives there when it is what was sent
 * @throws ApiError of the last try
 */
export async function writeOnce<T>(
  send: () => Promise<T>,
  look: () => Promise<T | undefined>,
  pause = 200,
): Promise<T> {
  let uncertain = false;
  for (let tries = 1; ; tries++) {
    try {
      return await send();
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      uncertain ||= error.uncertain;
      if (!uncertain) throw error;
      // A first try that was done after all makes the second a conflict.
      const done = await look();
      if (done !== undefined) return done;
      if (!error.uncertain || tries >= TRIES) throw error;
      await sleep(pause * 2 ** (tries - 1));
    }
  }
}
