/** Files and folders that the user names in arguments and flags. */
import { statSync } from 'node:fs';
import { PkgError } from '../../errors.ts';
import { printable } from '../../errors-text.ts';
import { FileReadError, readUserFile } from '../../read-file.ts';

/** @throws {PkgError} `PKG_FILE_UNREADABLE` where there is no folder at the path */
export function requireFolder(path: string): void {
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory() === true) return;
  throw new PkgError('PKG_FILE_UNREADABLE', `${printable(path)} is not a folder`);
}

/**
 * Reads a file as UTF-8.
 *
 * @param what names the file in the error: `the passphrase file`
 * @throws {PkgError} `PKG_FILE_UNREADABLE` for a file that is missing, too large or not readable
 */
export function readNamedFile(path: string, what: string): string {
  try {
    return readUserFile(path).toString('utf8');
  } catch (cause) {
    if (!(cause instanceof FileReadError)) throw cause;
    throw new PkgError('PKG_FILE_UNREADABLE', `${what} ${printable(path, 300)} ${cause.reason}`, { cause });
  }
}
