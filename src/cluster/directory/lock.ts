/**
 * The short lock under which one file of a directory target is looked at and then changed.
 *
 * It is held for a few system calls. A lock whose process is dead is broken at once, one of a process
 * that cannot be asked for after ten seconds.
 */
import { lstatSync, openSync, closeSync, readFileSync, unlinkSync, writeSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { PkgError } from '../../errors.ts';
import { describeFailure, errorCode } from './files.ts';
import { isAlive, ownMark, parseMark } from './process-mark.ts';

const GIVEN_UP_MS = 10_000;
const PATIENCE_MS = 30_000;

/** Runs `work` while holding the lock file `path`, whose folder exists. `work` must not wait for anything. */
export async function withLock<T>(path: string, work: () => T): Promise<T> {
  const began = Date.now();
  while (!take(path)) {
    breakStale(path);
    if (Date.now() - began > PATIENCE_MS) {
      throw new PkgError('PKG_TARGET_UNWRITABLE', 'another process keeps the target locked', {
        at: { file: path },
        hints: ['remove the lock file if no other pkg works on this target'],
      });
    }
    await sleep(1 + Math.random() * 10);
  }
  try {
    return work();
  } finally {
    removeIfThere(path);
  }
}

/** Creates the file; false when it is there. */
function take(path: string): boolean {
  let file: number;
  try {
    file = openSync(path, 'wx', 0o600);
  } catch (error) {
    if (errorCode(error) === 'EEXIST') return false;
    throw describeFailure(error, path, 'write');
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

/**
 * Removes a lock that nobody holds. Two processes may both see that it is stale; the second must not
 * remove the lock that the first took since. So breaking has a lock of its own.
 */
function breakStale(path: string): void {
  if (!isStale(path)) return;
  const breaker = `${path}.break`;
  if (!take(breaker)) {
    if (isStale(breaker)) removeIfThere(breaker);
    return;
  }
  try {
    if (isStale(path)) removeIfThere(path);
  } finally {
    removeIfThere(breaker);
  }
}

function isStale(path: string): boolean {
  try {
    const age = Date.now() - lstatSync(path).mtimeMs;
    const mark = parseMark(readFileSync(path, 'utf8'));
    const alive = mark === undefined ? undefined : isAlive(mark);
    if (alive === true && mark?.pid !== process.pid) return false;
    return alive === false || age > GIVEN_UP_MS;
  } catch {
    return false; // gone meanwhile
  }
}

function removeIfThere(path: string): void {
  try {
    unlinkSync(path);
  } catch (error) {
    if (errorCode(error) !== 'ENOENT') throw describeFailure(error, path, 'write');
  }
}
