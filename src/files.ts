/** Writing files so that nobody ever reads half of one. */
import { lstatSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import type { Stats } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { PkgError } from './errors.ts';
import { printable } from './errors-text.ts';
import { makeFolder } from './folders.ts';

/**
 * Writes a file under a temporary name and renames it: a reader sees either the old contents or the new ones, and a
 * process that is killed leaves the old ones. Missing folders are created.
 *
 * @param mode of the new file
 * @throws {PkgError} `PKG_FILE_UNWRITABLE`
 */
export function writeFileAtomic(path: string, contents: string | Uint8Array, mode = 0o644): void {
  const temporary = temporaryName(path);
  refuseDevice(path);
  try {
    makeFolder(dirname(path));
    writeFileSync(temporary, contents, { mode, flag: 'wx' });
    renameSync(temporary, path);
  } catch (cause) {
    try {
      rmSync(temporary, { force: true });
    } catch {
      // The first error is the one to report.
    }
    throw unwritable(path, cause);
  }
}

/**
 * Refuses to put a file in the place of a device, a pipe or a socket: with the rights to do so, `-o /dev/null` would break
 * every program of the machine.
 *
 * @throws {PkgError} `PKG_FILE_UNWRITABLE`
 */
export function refuseDevice(path: string): void {
  let stat: Stats | undefined;
  try {
    const name = resolve(path);
    // `/dev/stdout` may lead to a file, and would itself be replaced.
    const isOwn = /^\/(?:dev|proc)\//.test(name) && lstatSync(name, { throwIfNoEntry: false })?.isSymbolicLink();
    stat = isOwn === true ? lstatSync(name) : statSync(name, { throwIfNoEntry: false });
  } catch {
    return; // writing it gives the error
  }
  if (stat === undefined || stat.isFile() || stat.isDirectory()) return;
  throw new PkgError('PKG_FILE_UNWRITABLE', `${printable(path, 1000)} is a device, a pipe or a socket, not a file`, {
    hints: ['give the path of a file'],
  });
}

/** The error for a file or a folder that cannot be written, by what the system says. */
export function unwritable(path: string, cause: unknown, notes: readonly string[] = []): PkgError {
  const { code } = cause as NodeJS.ErrnoException;
  const isFull = code === 'ENOSPC' || code === 'EDQUOT';
  return new PkgError('PKG_FILE_UNWRITABLE', `${printable(path, 1000)} cannot be written (${code})`, {
    notes,
    hints: isFull ? ['free some disk space, then run the command again'] : [],
    cause,
  });
}

/**
 * A name for a file or folder that is renamed to `path` when it is complete. Its number need not be secret, since a file that
 * exists is not opened; `node:crypto` would take 7 ms, most of it for loading.
 */
export function temporaryName(path: string): string {
  const number = Math.floor(Math.random() * 2 ** 32);
  return `${path}.${process.pid}-${number.toString(16).padStart(8, '0')}.tmp`;
}

/** Matches the names of {@link temporaryName}; the first group is the name of the file. */
export const TEMPORARY: RegExp = /^(.+)\.\d+-[0-9a-f]{8}\.tmp$/s;
/**
 * A temporary file of this age is abandoned: no write takes an hour. The process id in its name cannot be checked, since
 * the process may run on another machine.
 */
export const ABANDONED_MS = 3_600_000;

/**
 * Removes temporary files that killed processes left in a folder. Archives and indexes have up to hundreds of
 * megabytes, so a job that is killed each night would fill the disk. Files of the last hour stay.
 *
 * @param pattern what temporary files are called, where they are not those of {@link writeFileAtomic}
 */
export function removeAbandoned(folder: string, pattern: Pick<RegExp, 'test'> = TEMPORARY): void {
  try {
    for (const name of readdirSync(folder)) {
      if (!pattern.test(name)) continue;
      const path = join(folder, name);
      if (Date.now() - lstatSync(path).mtimeMs > ABANDONED_MS) rmSync(path, { recursive: true, force: true });
    }
  } catch {
    // The folder does not exist, the files belong to another user, or another process removes them at the same time.
  }
}
