/** How long an operation may take, and what ends it before. */
import { PkgError } from '../../errors.ts';
import type { Env } from './env.ts';

/** Helm's default of `--timeout`. */
export const DEFAULT_TIMEOUT_MS = 300_000;
/** What Helm makes of a timeout of nothing. */
const NO_TIMEOUT_MS = 30_000;
/** What is under way when an operation is told to stop may end within this time, so that its outcome is known. */
const GRACE_MS = 5_000;
/**
 * When the time is over, what is still to be written (the record that says how the operation ended, the removal of
 * hooks) is tried for so long in all: an API server that is restarted is back within 20 seconds.
 */
const END_MS = 30_000;

/**
 * Runs an operation that has so many milliseconds: then whatever it waits for ends with `PKG_TIMEOUT`, and the
 * record is still written, unless that takes more than {@link END_MS}. When its signal says so it ends between two
 * writes; one that takes long is not waited for.
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
    hints: ['when it can be reached, give the command again: it takes the release over and goes on'],
  });
}

/** What an operation ends with that was told to stop. */
export function interrupted(signal: AbortSignal): PkgError {
  if (signal.reason instanceof PkgError) return signal.reason;
  return new PkgError('PKG_INTERRUPTED', 'the operation was interrupted', {
    hints: ['what was written stays recorded: the next upgrade goes on from there'],
  });
}
