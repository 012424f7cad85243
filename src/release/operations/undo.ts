/** Undoes an operation that failed (`--rollback-on-failure`). */
import { refKey } from '../../cluster/cluster.ts';
import { PkgError, withDetails } from '../../errors.ts';
import type { ErrorCode } from '../../errors.ts';
import { ownershipOf } from '../plan-normal.ts';
import type { Plan } from '../plan.ts';
import type { Env } from './env.ts';

/** The environment for undoing an operation: without its signal and time limit, which may be what ended it. */
export function envForUndo({ cluster, emit, now }: Env): Env {
  return { cluster, emit, ...(now === undefined ? {} : { now }) };
}

/** Codes of errors whose hints name objects that no longer exist once the operation is undone. */
const ABOUT_WHAT_IS_LEFT: ReadonlySet<ErrorCode> = new Set(['PKG_INTERRUPTED', 'PKG_NOT_READY', 'PKG_HOOK_FAILED']);
const LOOK = 'to look at what it left, run the command without --rollback-on-failure';

/**
 * Undoes a failed operation.
 *
 * @param what names the work in notes: `uninstalling it`
 * @param work undoes the operation
 * @returns the failure with a note on how undoing it went
 */
export async function undo(env: Env, failure: unknown, what: string, work: () => Promise<unknown>): Promise<unknown> {
  if (!(failure instanceof PkgError)) return failure;
  env.emit({ type: 'note', message: `${failure.message}; ${what}` });
  const { code, hints, notes } = failure;
  try {
    await work();
    return withDetails(failure, {
      notes: [...notes, `it was undone by ${what}`],
      hints: ABOUT_WHAT_IS_LEFT.has(code) ? [LOOK] : hints,
    });
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    const later = error instanceof PkgError ? error : undefined;
    return withDetails(failure, {
      notes: [...notes, `${what} failed, too: ${why}`, ...(later?.notes ?? [])],
      hints: [...new Set([...hints, ...(later?.hints ?? [])])],
    });
  }
}

/**
 * The objects (by {@link refKey}) that a plan takes over from another owner. They existed before the operation, so
 * undoing it must not delete them.
 */
export function takenOver({ steps, release, namespace }: Plan): ReadonlySet<string> {
  const taken = steps.filter(
    ({ live, desired }) => live && desired && ownershipOf(live, release, namespace).owner !== 'us',
  );
  return new Set(taken.map(({ ref }) => refKey(ref)));
}
