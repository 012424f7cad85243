/**
 * The short lock under which one process at a time reads a file, or a folder of files, and then changes it.
 *
 * It is held for a few system calls, or for one exchange with a server. A lock whose process is dead is broken at once;
 * one of a process that cannot be asked for, on another machine perhaps, when it was seen to stand unchanged for ten
 * seconds.
 */
import { lstatSync, openSync, closeSync, unlinkSync, writeSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { PkgError } from './errors.ts';
import { isOwnMark, ownMark, parseMark, stateOf } from './process-mark.ts';
import { readRegularFile } from './read-file.ts';

const GIVEN_UP_MS = 10_000;
const PATIENCE_MS = 30_000;
/** A mark is a few words. */
const MAX_MARK = 4096;

/** What the caller throws where the lock cannot be had. */
export type LockErrors = {
  /** Another process keeps it for half a minute. */
  held: (path: string) => PkgError;
  /** The file system refuses to create or remove the lock file. */
  failed: (cause: unknown, path: string) => PkgError;
};

/**
 * Runs `work` while holding the lock file `path`, whose folder exists.
 *
 * @param work should take less than ten seconds, since a process on another machine breaks the lock then
 * @throws {PkgError} what `errors` makes, and what `work` throws
 */
export async function withFileLock<T>(path: string, work: () => T | Promise<T>, errors: LockErrors): Promise<T> {
  const began = performance.now();
  const watched: Watched = new Map();
  /** Whatever goes wrong with a lock file is told in the words of the caller. */
  const guarded = <R>(step: () => R): R => {
    try {
      return step();
    } catch (cause) {
      throw errors.failed(cause, path);
    }
  };
  while (!guarded(() => take(path))) {
    guarded(() => breakStale(path, watched));
    if (performance.now() - began > PATIENCE_MS) throw errors.held(path);
    await sleep(1 + Math.random() * 10);
  }
  try {
    return await work();
  } finally {
    guarded(() => removeIfThere(path));
  }
}

/** Creates the file; false when it is there. */
function take(path: string): boolean {
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
    // On a full disk the lock stands without a mark; it is ours all the same.
  } finally {
    closeSync(file);
  }
  return true;
}

/** What a lock file was when it was looked at, and since when (by the own clock) it has been that. */
type Watched = Map<string, { seen: string; since: number }>;

/**
 * Removes a lock that nobody holds. Two processes may both see that it is stale; the second must not
 * remove the lock that the first took since. So breaking has a lock of its own.
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

/** Times of files are those of the machine that holds them, so none is compared with the own clock. */
function isStale(path: string, watched: Watched): boolean {
  let mark: string;
  let seen: string;
  try {
    mark = readRegularFile(path, MAX_MARK).toString('utf8');
    const { ino, mtimeMs } = lstatSync(path);
    seen = `${mark} ${ino} ${mtimeMs}`;
  } catch {
    return false; // gone meanwhile
  }
  const holder = parseMark(mark);
  const state = holder === undefined ? 'unknown' : stateOf(holder);
  if (state === 'dead') return true;
  if (holder !== undefined && state !== 'unknown' && !isOwnMark(holder)) return false;
  const now = performance.now();
  const before = watched.get(path);
  if (before?.seen === seen) return now - before.since > GIVEN_UP_MS;
  watched.set(path, { seen, since: now });
  return false;
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
