/** Lets some requests run and others wait. */
import type { IncomingMessage } from 'node:http';
import { Refusal } from './refusal.ts';

/** Turns for so many requests at a time, first come, first served. */
export class Turns {
  #free: number;
  readonly #maxWaitMs: number;
  readonly #waiting = new Set<() => void>();

  constructor(most: number, maxWaitMs: number) {
    this.#free = most;
    this.#maxWaitMs = maxWaitMs;
  }

  /**
   * Waits for a turn; {@link leave} has to be called after it.
   *
   * @throws {Refusal} 503 after the longest time to wait, and for a client that has gone meanwhile
   */
  async enter(request: IncomingMessage): Promise<void> {
    if (this.#free > 0) {
      this.#free--;
      return;
    }
    await new Promise<void>((resolve, reject) => {
      const end = (): void => {
        clearTimeout(late);
        request.off('close', refuse);
        this.#waiting.delete(take);
      };
      const take = (): void => {
        end();
        resolve();
      };
      const refuse = (): void => {
        end();
        reject(new Refusal(503, 'other uploads are under way', { 'retry-after': '1' }));
      };
      const late = setTimeout(refuse, this.#maxWaitMs);
      request.on('close', refuse);
      this.#waiting.add(take);
    });
  }

  /** Gives the turn to the next request. */
  leave(): void {
    const [next] = this.#waiting;
    if (next === undefined) this.#free++;
    else next();
  }
}
