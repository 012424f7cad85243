/** Repeats an operation that another one was faster than. */
import { setTimeout as sleep } from 'node:timers/promises';
import { PkgError } from '../../errors.ts';
import type { Locking } from './env.ts';

/**
 * Runs an operation. When another one that began at the same moment gets the lease first, the plan is outdated, and the
 * operation starts again with the rest of its `lockTimeout`.
 *
 * @throws what the operation throws in the end
 */
export async function withLockTimeout<I extends Locking, T>(input: I, operation: (input: I) => Promise<T>): Promise<T> {
  const { lockTimeout = 0 } = input;
  const begun = performance.now();
  for (;;) {
    const left = Math.max(0, lockTimeout - (performance.now() - begun));
    try {
      return await operation({ ...input, lockTimeout: left });
    } catch (error) {
      const isHeld = error instanceof PkgError && error.code === 'PKG_RELEASE_HELD';
      if (!isHeld || left === 0) throw error;
      // A random pause, so that two operations that both gave way do not collide again.
      await sleep(Math.random() * 1_000);
    }
  }
}
