/** Undoes an operation that failed (`--rollback-on-failure`). */
import { PkgError } from '../../errors.ts';
import type { Env } from './env.ts';

/** The place and its listener, without what ended the operation: undoing it has its own time. */
export function envForUndo({ cluster, emit, now }: Env): Env {
  return { cluster, emit, ...(now === undefined ? {} : { now }) };
}

/**
 * Undoes a failed operation, and gives its error with what came of that.
 *
 * @param what says what is done: `uninstalling it`
 */
export async function undo(env: Env, failure: unknown, what: string, work: () => Promise<unknown>): Promise<unknown> {
  if (!(failure instanceof PkgError)) return failure;
  env.emit({ type: 'note', message: `${failure.message}; ${what}` });
  const { code, message, at, hints, notes, errors } = failure;
  const details = { hints, errors, cause: failure, ...(at === undefined ? {} : { at }) };
  try {
    await work();
    return new PkgError(code, message, { ...details, notes: [...notes, `it was undone by ${what}`] });
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return new PkgError(code, message, { ...details, notes: [...notes, `${what} failed, too: ${why}`] });
  }
}
