/**
 * Limits concurrent requests once the server refuses some with 429. As in TCP's congestion control, the limit is halved
 * after a refusal, and grows by one after as many successes as it is large.
 */
export class Pace {
  #limit = Number.POSITIVE_INFINITY;
  #active = 0;
  #entered = 0;
  /** The last request that was under way when the limit was lowered: refusals up to it do not lower the limit again. */
  #lowered = 0;
  readonly #waiting: (() => void)[] = [];

  /**
   * Waits until one more request may be sent. Gives its number, for {@link leave}.
   *
   * @throws the reason of the signal
   */
  async enter(signal: AbortSignal | undefined): Promise<number> {
    signal?.throwIfAborted();
    while (this.#active >= this.#limit) {
      await this.#turn(signal);
      // A request that was aborted when its turn came passes the turn on.
      if (signal?.aborted === true) this.#wake();
      signal?.throwIfAborted();
    }
    this.#active++;
    return ++this.#entered;
  }

  /** Reports the end of a request; `refused`: with 429. */
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
