/**
 * Reads files that somebody else wrote: those of charts, those that the user or a kubeconfig names, those of the cache
 * folder. None may hold up or exhaust the program, so each has a size bound, and is a regular file, or a pipe that ends
 * where the user may name one (`-f <(sops -d secrets.yaml)`).
 */
import { closeSync, constants, fstatSync, openSync, readSync, statSync } from 'node:fs';
import type { Stats } from 'node:fs';

/** The most bytes of a file that the user names: values, a kubeconfig, certificates, logins. */
export const MAX_USER_FILE: number = 64 << 20;

/** How long a named pipe may have no writer, and how long a writer may send nothing: `sops -d` can take a minute. */
const NO_WRITER_MS = 5_000;
const SILENCE_MS = 60_000;
const POLL_MS = 10;

/** How many bytes are read at a time from a pipe, or a file of `/proc`, whose size is given as 0. */
const CHUNK = 1 << 16;

/** A file that cannot be read. */
export class FileReadError extends Error {
  /** The system's code (`ENOENT`), `EFBIG` for one that is too large, `EINVAL` for one that is not a file. */
  readonly code: string;
  /** What is the matter, to follow the file's name: `does not exist`, `is larger than 64 MiB`. */
  readonly reason: string;

  constructor(code: string, reason: string, cause?: unknown) {
    super(reason, cause === undefined ? undefined : { cause });
    this.code = code;
    this.reason = reason;
  }
}

/**
 * Reads a file that the user names: a regular file, a pipe, or `/dev/null`.
 *
 * @throws {FileReadError} also for more than {@link MAX_USER_FILE} and for a pipe that nobody writes to
 */
export function readUserFile(path: string): Buffer {
  return readWhole(path, MAX_USER_FILE, true);
}

/**
 * Reads a regular file.
 *
 * @param limit the most bytes that it may hold
 * @throws {FileReadError}
 */
export function readRegularFile(path: string, limit: number): Buffer {
  return readWhole(path, limit, false);
}

/**
 * Reads a file that pkg itself wrote for this user: a regular file that nobody else could have written.
 *
 * @throws {FileReadError} also for one of another owner, and one that others may write
 */
export function readOwnFile(path: string, limit: number): Buffer {
  return readWhole(path, limit, false, true);
}

/**
 * Opens a regular file, to read it in parts. The caller closes the descriptor.
 *
 * @throws {FileReadError}
 */
export function openRegularFile(path: string): number {
  let file: number | undefined;
  try {
    file = openSync(path, NON_BLOCKING);
    const stat = fstatSync(file);
    if (stat.isFile()) return file;
    throw noRegularFile(stat);
  } catch (error) {
    if (file !== undefined) closeSync(file);
    throw error instanceof FileReadError ? error : systemError(error);
  }
}

/** Opening a pipe would wait for a writer, and reading /proc/kmsg, a regular file, for the next message. */
const NON_BLOCKING = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0);

/** Does a file or folder belong to this user, and may nobody else write it? On Windows, where Node.js gives no owner, always true. */
export function isOwn(stat: Pick<Stats, 'uid' | 'mode'>): boolean {
  return process.getuid === undefined || (stat.uid === process.getuid() && (stat.mode & 0o022) === 0);
}

function readWhole(path: string, limit: number, allowPipe: boolean, mustBeOwn = false): Buffer {
  let file: number | undefined;
  try {
    file = openSync(path, NON_BLOCKING);
    const stat = fstatSync(file);
    if (mustBeOwn && !isOwn(stat)) throw new FileReadError('EPERM', 'may be written by others');
    if (stat.isFile()) return readDescriptor(file, limit, stat.size, onlyData);
    if (allowPipe && stat.isFIFO()) return readDescriptor(file, limit, 0, pipeReader(path));
    if (allowPipe && isNullDevice(stat)) return Buffer.alloc(0);
    throw noRegularFile(stat);
  } catch (error) {
    throw error instanceof FileReadError ? error : systemError(error);
  } finally {
    if (file !== undefined) closeSync(file);
  }
}

function noRegularFile(stat: Stats): FileReadError {
  if (stat.isDirectory()) return new FileReadError('EISDIR', 'is a folder');
  return new FileReadError('EINVAL', stat.isFIFO() ? 'is a pipe, not a file' : NO_FILE);
}

const NO_FILE = 'is a device or a socket, not a file';

function systemError(error: unknown): FileReadError {
  const { code = 'unknown error' } = error as NodeJS.ErrnoException;
  if (code === 'ENOENT') return new FileReadError(code, 'does not exist', error);
  // Opening a socket gives ENXIO.
  if (code === 'ENXIO') return new FileReadError(code, NO_FILE, error);
  return new FileReadError(code, `cannot be read (${code})`, error);
}

/** Reads into a buffer and gives the number of bytes, 0 at the end. */
type Reader = (file: number, into: Buffer) => number;

function readDescriptor(file: number, limit: number, size: number, read: Reader): Buffer {
  const tooLarge = (): FileReadError => new FileReadError('EFBIG', `is larger than ${sizeText(limit)}`);
  if (size > limit) throw tooLarge();
  const parts: Buffer[] = [];
  let total = 0;
  // One byte more than the file says that it holds: the end is seen without another buffer.
  let buffer = Buffer.allocUnsafe(size > 0 ? size + 1 : CHUNK);
  let filled = 0;
  for (;;) {
    const count = read(file, filled === 0 ? buffer : buffer.subarray(filled));
    if (count === 0) break;
    filled += count;
    total += count;
    if (total > limit) throw tooLarge();
    // A regular file gives all that it holds at once: less than the buffer means its end.
    if (total === size) break;
    if (filled < buffer.length) continue;
    parts.push(buffer);
    buffer = Buffer.allocUnsafe(CHUNK);
    filled = 0;
  }
  const last = buffer.subarray(0, filled);
  return parts.length === 0 ? last : Buffer.concat([...parts, last], total);
}

/** Reads from a regular file, where a read never has to wait. */
function onlyData(file: number, into: Buffer): number {
  try {
    return readSync(file, into);
  } catch (error) {
    if (isEmptyYet(error)) throw new FileReadError('EINVAL', 'has no end, so it cannot be read');
    throw error;
  }
}

/** Waits for what comes through a pipe, as long as somebody writes to it. */
function pipeReader(path: string): Reader {
  // Behind these names lies a pipe whose writer was there before: `<(true)` ends without having written.
  let hadWriter = /^\/(?:dev\/(?:fd\/|stdin$)|proc\/)/.test(path);
  const clock = new Int32Array(new SharedArrayBuffer(4));
  return (file, into) => {
    for (let waited = 0; ; waited += POLL_MS) {
      try {
        const count = readSync(file, into);
        hadWriter ||= count > 0;
        if (hadWriter) return count;
      } catch (error) {
        if (!isEmptyYet(error)) throw error;
        hadWriter = true;
      }
      if (waited >= (hadWriter ? SILENCE_MS : NO_WRITER_MS)) {
        throw new FileReadError('EINVAL', `is a pipe that ${hadWriter ? 'does not end' : 'nobody writes to'}`);
      }
      Atomics.wait(clock, 0, 0, POLL_MS);
    }
  };
}

function isEmptyYet(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === 'EAGAIN';
}

/** Is it `/dev/null`, which scripts name in the place of a file, and send output to? */
export function isNullDevice(stat: Stats): boolean {
  return process.platform !== 'win32' && stat.isCharacterDevice() && statSync('/dev/null').rdev === stat.rdev;
}

function sizeText(bytes: number): string {
  return bytes < 1 << 20 ? `${bytes >> 10} KiB` : `${bytes >> 20} MiB`;
}
