/** Waits for a release that others hold, by beginning again. */
import { setTimeout as sleep } from 'node:timers/promises';
import { PkgError } from '../../errors.ts';
import type { Locking } from './env.ts';

/**
 * Runs an operation anew, with what is left of its `lockTimeout`, while another that began at the same moment is
 * faster: its plan holds no more then.
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
      // Two who make way for each other are not to do so again.
      await sleep(Math.random() * 1_000);
    }
  }
}
