/** The time limit of an operation, and its interruption. */
import { PkgError } from '../../errors.ts';
import type { Env } from './env.ts';

/** Helm's default of `--timeout`. */
const DEFAULT_TIMEOUT_MS = 300_000;
/** What Helm takes `--timeout 0` for. */
const NO_TIMEOUT_MS = 30_000;
/** After an interruption, requests that are under way have this long to end, so that their outcome is known. */
const GRACE_MS = 5_000;
/**
 * After the time limit, the last writes (the record's final status, the removal of hooks) are tried for this long in
 * all. An API server that restarts is back within 20 seconds.
 */
const END_MS = 30_000;

/**
 * Runs an operation with a time limit. After it, whatever the operation waits for ends with `PKG_TIMEOUT`, and the
 * record is still written, for {@link END_MS} at most. When `env.signal` is aborted, the operation ends between two
 * writes; a request that takes longer than {@link GRACE_MS} then is cut off.
 *
 * @param timeout in milliseconds
 * @throws whatever the operation throws
 */
export async function withDeadline<T>(
  env: Env,
  timeout: number = DEFAULT_TIMEOUT_MS,
  operation: (env: Env) => Promise<T>,
): Promise<T> {
  const milliseconds = timeout === 0 ? NO_TIMEOUT_MS : timeout;
  const late = new AbortController();
  const over = new AbortController();
  let ending: NodeJS.Timeout | undefined;
  late.signal.addEventListener('abort', () => (ending = setTimeout(() => over.abort(notWritten(env)), END_MS)));
  const end = (): void =>
    late.abort(
      new PkgError('PKG_TIMEOUT', `the operation is not done after ${milliseconds / 1000} seconds`, {
        hints: ['give it more time with --timeout'],
      }),
    );
  // Timers hold 2^31 milliseconds, which is 24 days.
  let left = Math.min(milliseconds, 0x7fffffff);
  let since = performance.now();
  let timer = setTimeout(end, left);
  const untimed: Env['untimed'] = async (work) => {
    clearTimeout(timer);
    left -= performance.now() - since;
    try {
      return await work();
    } finally {
      since = performance.now();
      if (env.signal?.aborted !== true) timer = setTimeout(end, Math.max(left, 0));
    }
  };
  const stop = (): void => {
    clearTimeout(timer);
    timer = setTimeout(() => late.abort(interrupted(env.signal as AbortSignal)), GRACE_MS);
  };
  if (env.signal?.aborted === true) stop();
  else env.signal?.addEventListener('abort', stop, { once: true });
  const signal = env.signal === undefined ? late.signal : AbortSignal.any([env.signal, late.signal]);
  try {
    return await operation({
      ...env,
      cluster: env.cluster.within(late.signal),
      records: env.cluster.within(over.signal),
      signal,
      untimed,
    });
  } finally {
    clearTimeout(timer);
    clearTimeout(ending);
    env.signal?.removeEventListener('abort', stop);
  }
}

function notWritten({ cluster }: Env): PkgError {
  const what = `did not take the last writes of the operation within ${END_MS / 1000} seconds`;
  return new PkgError('PKG_TIMEOUT', `${cluster.description} ${what}`, {
    hints: ['when it can be reached, run the command again: it takes the release over and goes on'],
  });
}

/** The error of an operation whose signal was aborted: the reason of the signal, or `PKG_INTERRUPTED`. */
export function interrupted(signal: AbortSignal): PkgError {
  if (signal.reason instanceof PkgError) return signal.reason;
  return new PkgError('PKG_INTERRUPTED', 'the operation was interrupted');
}
