/** Changes files that several processes may change at the same time: repositories, logins, indexes. */
import { dirname } from 'node:path';
import { PkgError } from '../errors.ts';
import { printable } from '../errors-text.ts';
import { withFileLock } from '../file-lock.ts';
import type { LockErrors } from '../file-lock.ts';
import { unwritable, writeFileAtomic } from '../files.ts';
import { makeFolder } from '../folders.ts';

/** Called with a text when something begins that may take long: `fetching URL`, or a wait for a lock. */
export type Tell = (what: string) => void;

/**
 * Reads one of Helm's files of repositories and logins and writes it again, one process at a time. Helm has a lock for
 * `repositories.yaml` too, but its file stays when the lock is free, and what counts is a `flock` on it, which Node
 * cannot take. So pkg and helm at the same moment are not kept apart.
 *
 * @param text reads the file and gives its new text; undefined leaves it as it is
 * @param tell called with what is waited for, when another process changes the file
 * @throws {PkgError} `PKG_FILE_UNWRITABLE`, and what `text` throws
 */
export async function changeFile(file: string, text: () => string | undefined, tell?: Tell): Promise<void> {
  const change = (): void => {
    const changed = text();
    // Both files hold passwords, so nobody else may read them.
    if (changed !== undefined) writeFileAtomic(file, changed, 0o600);
  };
  await whileLocked(file, change, tell);
}

/**
 * Runs `work` while no other process of pkg changes the file. The lock file lies beside it and is called `FILE.pkg-lock`;
 * folders that are missing are made.
 *
 * @param work is short: it must not wait for the network or for input
 * @param tell called with what is waited for, when another process changes the file
 * @throws {PkgError} `PKG_FILE_UNWRITABLE`, and what `work` throws
 */
export async function whileLocked<T>(file: string, work: () => T | Promise<T>, tell?: Tell): Promise<T> {
  try {
    makeFolder(dirname(file));
  } catch (cause) {
    throw LOCK_ERRORS.failed(cause, file);
  }
  return await withFileLock(`${file}.pkg-lock`, work, LOCK_ERRORS, tell);
}

const LOCK_ERRORS: LockErrors = {
  held: (path, holder) =>
    new PkgError('PKG_FILE_UNWRITABLE', `the lock ${printable(path)} is held by ${holder}`, {
      hints: ['wait for that process or end it; remove the lock file only if that process is not pkg'],
    }),
  failed: (cause, path) => unwritable(path, cause),
};
