/** Writing files so that nobody ever reads half of one. */
import { randomBytes } from 'node:crypto';
import { renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { PkgError } from './errors.ts';
import { printable } from './errors-text.ts';
import { makeFolder } from './folders.ts';

/**
 * Writes a file beside its place and moves it there: a reader sees the old contents or the new, and a process that is
 * killed leaves the old. Folders that are missing are made.
 *
 * @param mode of the new file
 * @throws {PkgError} `PKG_FILE_UNWRITABLE`
 */
export function writeFileAtomic(path: string, contents: string | Uint8Array, mode = 0o644): void {
  const temporary = `${path}.${process.pid}-${randomBytes(4).toString('hex')}.tmp`;
  try {
    makeFolder(dirname(path));
    writeFileSync(temporary, contents, { mode, flag: 'wx' });
    renameSync(temporary, path);
  } catch (cause) {
    try {
      rmSync(temporary, { force: true });
    } catch {
      // The error that counts is the first.
    }
    const { code } = cause as NodeJS.ErrnoException;
    throw new PkgError('PKG_FILE_UNWRITABLE', `${printable(path)} cannot be written (${code})`, {
      hints: code === 'ENOSPC' ? ['make room on the disk, then give the command again'] : [],
      cause,
    });
  }
}
