/**
 * How many requests may be under way at once. All that come, until the server refuses some as too many (429); from
 * then on as many as it takes: half as many after a refusal, one more after as many successes, as TCP does it.
 */
export class Pace {
  #limit = Number.POSITIVE_INFINITY;
  #active = 0;
  #entered = 0;
  /** Requests up to this one were under way when the limit was lowered last: what becomes of them is not news. */
  #lowered = 0;
  readonly #waiting: (() => void)[] = [];

  /**
   * Waits until one more may be under way; gives the number to {@link leave} with.
   *
   * @throws the reason of the signal
   */
  async enter(signal: AbortSignal | undefined): Promise<number> {
    signal?.throwIfAborted();
    while (this.#active >= this.#limit) {
      await this.#turn(signal);
      // It may have been aborted since its turn came, and then the next is to have it.
      if (signal?.aborted === true) this.#wake();
      signal?.throwIfAborted();
    }
    this.#active++;
    return ++this.#entered;
  }

  /** Says how a request went: `refused` as one too many. */
  leave(number: number, how: 'done' | 'refused' | 'failed'): void {
    if (how === 'done') this.#limit += 1 / this.#limit;
    else if (how === 'refused' && number > this.#lowered) {
      this.#limit = Math.max(1, Math.min(this.#limit, this.#active) / 2);
      this.#lowered = this.#entered;
    }
    this.#active--;
    this.#wake();
  }

  async #turn(signal: AbortSignal | undefined): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      const onAbort = (): void => {
        this.#waiting.splice(this.#waiting.indexOf(come), 1);
        reject(signal?.reason);
      };
      const come = (): void => {
        signal?.removeEventListener('abort', onAbort);
        resolve();
      };
      this.#waiting.push(come);
      signal?.addEventListener('abort', onAbort, { once: true });
    });
  }

  #wake(): void {
    for (let free = this.#limit - this.#active; free > 0 && this.#waiting.length > 0; free--) this.#waiting.shift()?.();
  }
}
