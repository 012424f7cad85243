/** The flags about waiting as the operations take them. */
import { PkgError } from '../../errors.ts';
import { printable } from '../../errors-text.ts';
import { parseDuration } from '../../render/functions/durations.ts';
import type { FlagValues } from './flag-types.ts';
import type { WAIT_FLAGS } from './release-flags.ts';

/** How long and for what to wait. @throws {PkgError} as {@link durationOf} does */
export function waitInput(
  flags: FlagValues<typeof WAIT_FLAGS>,
  rollbackOnFailure = false,
): { wait: boolean; waitForJobs: boolean; timeout: number; rollbackOnFailure: boolean } {
  return {
    wait: isWaiting(flags.wait) || rollbackOnFailure,
    waitForJobs: flags['wait-for-jobs'],
    timeout: timeoutOf(flags.timeout),
    rollbackOnFailure,
  };
}

/** Does this value of `--wait` mean the objects, not only hooks? */
export function isWaiting(how: string): boolean {
  return how !== 'hookOnly' && how !== 'false';
}

/** The value of `--timeout` in milliseconds. @throws {PkgError} as {@link durationOf} does */
export function timeoutOf(text: string): number {
  return durationOf(text, 'timeout');
}

/**
 * The value of `--timeout` of `repo add` and `repo update`; undefined where it is not given.
 *
 * @throws {PkgError} as {@link durationOf} does
 */
export function indexTimeout(text: string): number | undefined {
  if (text === '') return undefined;
  return Math.min(timeoutOf(text) || MAX_TIMER, MAX_TIMER);
}

/** The longest time of a timer in JavaScript: 24 days. */
const MAX_TIMER = 2 ** 31 - 1;

/**
 * A duration as Go writes it, in milliseconds, rounded up: 0 means something else than a microsecond.
 *
 * @param flag the flag whose value it is, for the message
 * @throws {PkgError} `PKG_USAGE`
 */
export function durationOf(text: string, flag: string): number {
  const duration = parseDuration(text);
  if (duration !== undefined && duration >= 0n) return Number((duration + 999_999n) / 1_000_000n);
  throw new PkgError('PKG_USAGE', `--${flag} takes a duration such as 90s or 1h30m, not "${printable(text)}"`);
}
