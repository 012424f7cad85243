/**
 * A lock under which one process at a time reads and changes a file or a folder.
 *
 * It is held for a few system calls, or for one request to a server. The lock of a process that is dead is removed at
 * once. Of a process on another machine nobody can tell whether it is dead: its lock is removed when it has not changed
 * for ten seconds.
 */
import { lstatSync, openSync, closeSync, readlinkSync, symlinkSync, unlinkSync, writeSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { PkgError } from './errors.ts';
import { printable } from './errors-text.ts';
import { isOwnMark, ownMark, parseMark, stateOf } from './process-mark.ts';
import { readRegularFile } from './read-file.ts';

const GIVEN_UP_MS = 10_000;
const PATIENCE_MS = 30_000;
/** The most bytes of a lock file: it holds the mark of a process, about 40 characters. */
const MAX_MARK = 4096;

/** The errors that the caller throws where the lock cannot be taken. */
export type LockErrors = {
  /** Other processes have held the lock for half a minute; `holder` says which one does now. */
  held: (path: string, holder: string) => PkgError;
  /** The file system refuses to create or remove the lock file. */
  failed: (cause: unknown, path: string) => PkgError;
};

/**
 * Runs `work` while holding the lock file `path`, whose folder exists.
 *
 * @param work has to take less than ten seconds: after that a process on another machine takes the lock for abandoned
 * @param tell called with what is waited for, when another process holds the lock
 * @throws {PkgError} what `errors` makes, and what `work` throws
 */
export async function withFileLock<T>(
  path: string,
  work: () => T | Promise<T>,
  errors: LockErrors,
  tell: (what: string) => void = () => undefined,
): Promise<T> {
  const began = performance.now();
  const watched: Watched = new Map();
  let reported: string | undefined;
  /** Turns every error of the lock file into the error that the caller made for it. */
  const guarded = <R>(step: () => R): R => {
    try {
      return step();
    } catch (cause) {
      throw errors.failed(cause, path);
    }
  };
  while (!guarded(() => take(path))) {
    guarded(() => breakStale(path, watched));
    const holder = holderOf(path);
    if (holder !== reported && holder !== undefined) tell(`waiting for the lock ${printable(path)}, held by ${holder}`);
    reported = holder ?? reported;
    if (performance.now() - began > PATIENCE_MS) throw errors.held(path, holder ?? 'another process');
    await sleep(1 + Math.random() * 10);
  }
  try {
    return await work();
  } finally {
    guarded(() => removeIfThere(path));
  }
}

/** Who holds a lock, for messages; undefined where it is free by now. */
function holderOf(path: string): string | undefined {
  try {
    const holder = parseMark(markIn(path));
    if (holder === undefined) return 'another program';
    const state = stateOf(holder);
    const where = state === 'unknown' && holder.where !== 'unknown' ? ' of another machine or container' : '';
    return `process ${holder.pid}${where}${state === 'stopped' ? ', which is stopped' : ''}`;
  } catch {
    return undefined;
  }
}

/**
 * Creates the lock; false where it exists already. It is a symbolic link whose target is the mark of this process: a
 * file would be empty at first, and that of a process killed at this moment would hold up others for ten seconds.
 */
function take(path: string): boolean {
  try {
    symlinkSync(ownMark(), path);
    return true;
  } catch (error) {
    if (errorCode(error) === 'EEXIST') return false;
  }
  // The file system has no links, or the user may not create them, or a file cannot be created either.
  return takeAsFile(path);
}

function takeAsFile(path: string): boolean {
  let file: number;
  try {
    file = openSync(path, 'wx', 0o600);
  } catch (error) {
    if (errorCode(error) === 'EEXIST') return false;
    throw error;
  }
  try {
    writeSync(file, ownMark());
  } catch {
    // On a full disk the lock file stays empty. It was created by this process, so the lock is held.
  } finally {
    closeSync(file);
  }
  return true;
}

function markIn(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return readRegularFile(path, MAX_MARK).toString('utf8');
  }
}

/** By the path of a lock file: its content and times when it was last read, and since when they have not changed. */
type Watched = Map<string, { seen: string; since: number }>;

/**
 * Removes the lock of a dead process. Two processes may find it stale at once, and the second would remove the lock that
 * the first has taken meanwhile. So a stale lock is removed under a lock of its own, `PATH.break`.
 */
function breakStale(path: string, watched: Watched): void {
  if (!isStale(path, watched)) return;
  const breaker = `${path}.break`;
  if (!take(breaker)) {
    if (isStale(breaker, watched)) removeIfThere(breaker);
    return;
  }
  try {
    if (isStale(path, watched)) removeIfThere(path);
  } finally {
    removeIfThere(breaker);
  }
}

/**
 * Whether the process that holds a lock is dead, or not known and silent for ten seconds. The age is measured by the own
 * clock from the first look on: the times of the file are those of the file server, whose clock may differ.
 */
function isStale(path: string, watched: Watched): boolean {
  let mark: string;
  let seen: string;
  try {
    mark = markIn(path);
    const { ino, mtimeMs } = lstatSync(path);
    seen = `${mark} ${ino} ${mtimeMs}`;
  } catch {
    return false; // gone meanwhile
  }
  const holder = parseMark(mark);
  const state = holder === undefined ? 'unknown' : stateOf(holder);
  // Its process may have removed it and ended since it was read, and another one may hold it by now.
  if (state === 'dead') return hasMark(path, mark);
  if (holder !== undefined && state !== 'unknown' && !isOwnMark(holder)) return false;
  const now = performance.now();
  const before = watched.get(path);
  if (before?.seen === seen) return now - before.since > GIVEN_UP_MS;
  watched.set(path, { seen, since: now });
  return false;
}

function hasMark(path: string, mark: string): boolean {
  try {
    return markIn(path) === mark;
  } catch {
    return false; // gone meanwhile
  }
}

function removeIfThere(path: string): void {
  try {
    unlinkSync(path);
  } catch (error) {
    if (errorCode(error) !== 'ENOENT') throw error;
  }
}

function errorCode(error: unknown): string | undefined {
  return (error as NodeJS.ErrnoException).code;
}
