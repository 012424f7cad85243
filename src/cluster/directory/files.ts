/** Files of a directory target. Reads follow no link out of it; a write replaces the whole file or nothing. */
import { randomBytes } from 'node:crypto';
import {
  chmodSync,
  closeSync,
  constants,
  existsSync,
  fstatSync,
  fsyncSync,
  linkSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmdirSync,
  statSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import { PkgError } from '../../errors.ts';
import { makeFolder } from '../../folders.ts';
import { SECRET_FOLDER } from './layout.ts';
import { ownMark, parseMark, stateOf } from '../../process-mark.ts';

/** A larger file is an error: an API server accepts no more than 3 MiB for an object. */
const MAX_FILE = 32 << 20;
const STAGING = '.staging';
/** A staged file of a process whose state is unknown is removed when it is older than this. */
const STAGING_GIVEN_UP_MS = 10 * 60_000;

/** The `code` of a file system error. */
export function errorCode(error: unknown): string {
  return (error as { code?: string } | null)?.code ?? '';
}

/**
 * The root folder of a target. Paths are given as lists of names below it. Methods that read throw `PKG_TARGET_INVALID`
 * for what the system refuses, those that write `PKG_TARGET_UNWRITABLE` and `PKG_TARGET_FULL`, and all of them
 * `PKG_TARGET_CORRUPT` for a folder that is a link out of the target.
 */
export class Folder {
  /** As the user named it. */
  readonly root: string;
  readonly #checked = new Set<string>();
  #prepared = false;

  constructor(root: string) {
    this.root = root;
  }

  /** The path of a file as messages name it. */
  path(...names: readonly string[]): string {
    return join(this.root, ...names);
  }

  /**
   * The text of a file, undefined when there is none.
   *
   * @throws {PkgError} `PKG_TARGET_CORRUPT` for a link out of the target and for what is not a file;
   *   `PKG_TARGET_INVALID`
   */
  read(folders: readonly string[], name: string): string | undefined {
    const path = this.path(...folders, name);
    try {
      this.#checkFolder(folders);
      return this.#readFile(path);
    } catch (error) {
      if (error instanceof PkgError) throw error;
      if (errorCode(error) === 'ENOENT') return undefined;
      throw describeFailure(error, path, 'read');
    }
  }

  /** The names in a folder, sorted; none when there is no such folder. */
  names(folders: readonly string[]): string[] {
    const path = this.path(...folders);
    try {
      this.#checkFolder(folders);
      return readdirSync(path).sort();
    } catch (error) {
      if (error instanceof PkgError) throw error;
      // A file where a folder should be holds no objects. Only a write below it is an error.
      if (errorCode(error) === 'ENOENT' || errorCode(error) === 'ENOTDIR') return [];
      throw describeFailure(error, path, 'read');
    }
  }

  /**
   * Writes a file atomically: readers see the old text or the new one, and a crash leaves one of the two.
   *
   * @returns false where `create` is set and the file exists
   * @throws {PkgError} `PKG_TARGET_UNWRITABLE`, `PKG_TARGET_FULL`
   */
  write(folders: readonly string[], name: string, text: string, options: { create: boolean }): boolean {
    const path = this.path(...folders, name);
    const secret = folders[0] === SECRET_FOLDER;
    let staged: string | undefined;
    try {
      this.prepare();
      this.#makeFolder(folders);
      staged = this.#stage(text, secret ? 0o600 : 0o666);
      if (!options.create) {
        renameSync(staged, path);
        staged = undefined;
        return true;
      }
      return moveIfAbsent(staged, path);
    } catch (error) {
      if (error instanceof PkgError) throw error;
      throw describeFailure(error, path, 'write');
    } finally {
      if (staged !== undefined) removeQuietly(staged);
    }
  }

  /** Removes a file, and the folders that it leaves empty; false when it was not there. */
  remove(folders: readonly string[], name: string): boolean {
    const path = this.path(...folders, name);
    try {
      this.#checkFolder(folders);
      unlinkSync(path);
    } catch (error) {
      if (error instanceof PkgError) throw error;
      if (errorCode(error) === 'ENOENT') return false;
      throw describeFailure(error, path, 'write');
    }
    for (let depth = folders.length; depth > 0; depth--) {
      if (folders[depth - 1] === SECRET_FOLDER) break;
      try {
        rmdirSync(this.path(...folders.slice(0, depth)));
        this.#checked.delete(folders.slice(0, depth).join(sep));
      } catch {
        break; // not empty
      }
    }
    return true;
  }

  /** Creates the private folder, and removes what killed processes left there. Does its work once. */
  prepare(): void {
    if (this.#prepared) return;
    const secret = this.path(SECRET_FOLDER);
    try {
      makeFolder(this.root);
      if (!existsSync(secret)) mkdirSync(secret, { mode: 0o700 });
      this.#checkFolder([SECRET_FOLDER]);
      if ((statSync(secret).mode & 0o077) !== 0) chmodSync(secret, 0o700);
      const staging = join(secret, STAGING);
      mkdirSync(staging, { recursive: true, mode: 0o700 });
      this.#checkFolder([SECRET_FOLDER, STAGING]);
      clearStaging(staging);
      this.#prepared = true;
      const ignore = join(secret, '.gitignore');
      if (!existsSync(ignore)) renameSync(this.#stage('*\n', 0o644), ignore);
    } catch (error) {
      if (error instanceof PkgError) throw error;
      throw describeFailure(error, secret, 'write');
    }
  }

  #stage(text: string, mode: number): string {
    const path = this.path(SECRET_FOLDER, STAGING, `${ownMark()}-${randomBytes(6).toString('hex')}`);
    const file = openSync(path, 'wx', mode);
    try {
      writeFileSync(file, text);
      fsyncSync(file);
    } catch (error) {
      closeSync(file);
      removeQuietly(path);
      throw error;
    }
    closeSync(file);
    return path;
  }

  #makeFolder(folders: readonly string[]): void {
    if (this.#checked.has(folders.join(sep)) && existsSync(this.path(...folders))) return;
    const mode = folders[0] === SECRET_FOLDER ? 0o700 : 0o777;
    for (let depth = 1; depth <= folders.length; depth++) {
      const part = folders.slice(0, depth);
      this.#checkParent(part);
      try {
        mkdirSync(this.path(...part), { mode });
      } catch (error) {
        if (errorCode(error) !== 'EEXIST') throw error;
      }
    }
    this.#checked.delete(folders.join(sep));
    this.#checkFolder(folders);
  }

  #checkParent(folders: readonly string[]): void {
    if (folders.length > 1) this.#checkFolder(folders.slice(0, -1));
  }

  /** Refuses a folder that a symbolic link leads out of the target. */
  #checkFolder(folders: readonly string[]): void {
    const key = folders.join(sep);
    if (this.#checked.has(key)) return;
    const path = this.path(...folders);
    const real = realpathSync(path);
    if (!isInside(realpathSync(this.root), real)) throw leadsOut(path);
    if (!statSync(real).isDirectory()) {
      throw Object.assign(new Error(`${path} is not a folder`), { code: 'ENOTDIR' });
    }
    this.#checked.add(key);
  }

  #readFile(path: string): string {
    let file: number;
    try {
      // Opening a pipe without a writer would block, and a link has to be checked first.
      file = openSync(path, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0));
    } catch (error) {
      if (errorCode(error) !== 'ELOOP' && errorCode(error) !== 'EMLINK') throw error;
      const real = realpathSync(path);
      if (!isInside(realpathSync(this.root), real)) throw leadsOut(path);
      file = openSync(real, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
    }
    try {
      const stat = fstatSync(file);
      if (!stat.isFile())
        throw new PkgError('PKG_TARGET_CORRUPT', 'this is not an ordinary file', { at: { file: path } });
      if (stat.size > MAX_FILE) {
        throw new PkgError('PKG_TARGET_CORRUPT', `the file is larger than ${MAX_FILE >> 20} MiB`, {
          at: { file: path },
        });
      }
      return readFileSync(file, 'utf8');
    } finally {
      closeSync(file);
    }
  }
}

/** Moves a file to a name that must be free. `link` checks and creates in one step; some file systems lack it. */
function moveIfAbsent(staged: string, path: string): boolean {
  try {
    linkSync(staged, path);
    return true;
  } catch (error) {
    const code = errorCode(error);
    if (code === 'EEXIST') return false;
    if (!['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK'].includes(code)) throw error;
  }
  // Not atomic, but other pkg processes wait for the lock.
  if (lstatSync(path, { throwIfNoEntry: false }) !== undefined) return false;
  renameSync(staged, path);
  return true;
}

function clearStaging(staging: string): void {
  for (const name of readdirSync(staging)) {
    const path = join(staging, name);
    const mark = parseMark(name);
    const state = mark === undefined ? 'unknown' : stateOf(mark);
    const stat = lstatSync(path, { throwIfNoEntry: false });
    if (stat === undefined || state === 'running' || state === 'stopped') continue;
    if (state === 'dead' || Date.now() - stat.mtimeMs > STAGING_GIVEN_UP_MS) removeQuietly(path);
  }
}

function removeQuietly(path: string): void {
  try {
    unlinkSync(path);
  } catch {
    // It is gone already, or the next command removes it.
  }
}

function isInside(root: string, path: string): boolean {
  const way = relative(root, path);
  return way === '' || (way !== '..' && !way.startsWith(`..${sep}`) && dirname(way) !== way);
}

function leadsOut(path: string): PkgError {
  return new PkgError('PKG_TARGET_CORRUPT', 'a symbolic link leads out of the target', {
    at: { file: path },
    hints: ['remove the link, or give the folder that it points to as the target'],
  });
}

/** The error for a failed file system call. */
export function describeFailure(error: unknown, path: string, verb: 'read' | 'write'): PkgError {
  const code = errorCode(error);
  const details = { at: { file: path }, cause: error };
  if (code === 'ENOSPC' || code === 'EDQUOT') {
    return new PkgError('PKG_TARGET_FULL', `there is no space left to write (${code})`, {
      ...details,
      hints: ['free some space: `pkg upgrade --install` continues where this stopped'],
    });
  }
  if (verb === 'read') return new PkgError('PKG_TARGET_INVALID', `this cannot be read (${code})`, details);
  const why: Record<string, string> = {
    EROFS: 'the file system is mounted read-only',
    EACCES: 'permission is denied',
    EPERM: 'permission is denied',
    ENOTDIR: 'there is a file where a folder is needed',
    EEXIST: 'there is a file where a folder is needed',
    EISDIR: 'there is a folder where a file is needed',
    ENOTEMPTY: 'there is a folder where a file is needed',
    ENAMETOOLONG: 'the path is too long for this file system',
  };
  return new PkgError('PKG_TARGET_UNWRITABLE', `the target cannot be written: ${why[code] ?? code}`, details);
}
