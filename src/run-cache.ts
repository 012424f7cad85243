/**
 * A cache between runs in the user's cache folder, for what can be computed again at any time: parsed templates, fetched
 * schemas, the entries of an index. Only the command line uses it; the library does not.
 */
import { readdirSync, rmSync } from 'node:fs';
import { sep } from 'node:path';
import { writeFileAtomic } from './files.ts';
import { readOwnFile } from './read-file.ts';

/** The most files in the cache. When it is reached, all are removed. */
const MAX_FILES = 1000;
const ENDING = '.cache';
/** The most bytes of one file. The templates of the largest public charts take a tenth of this. */
const MAX_BYTES = 256 << 20;
/** A file ends with its length in hexadecimal: one that was cut off by a full disk does not. */
const LENGTH = 8;

let folder = '';
const waiting: Map<string, () => Uint8Array[] | undefined> = new Map();

/** Sets the folder of the cache, which exists; with `''` nothing is cached. */
export function cacheIn(path: string): void {
  folder = path;
}

/** Is anything cached? Not in the first run of a build, nor where there is no folder for it. */
export function cachesBetweenRuns(): boolean {
  return folder !== '';
}

/** What an earlier run cached under a name. A file that somebody else owns, or that was cut off, is removed. */
export function readRunCache(name: string): Buffer | undefined {
  if (folder === '') return undefined;
  const file = folder + sep + name + ENDING;
  try {
    const bytes = readOwnFile(file, MAX_BYTES);
    const length = bytes.length - LENGTH;
    if (length >= 0 && bytes.toString('latin1', length) === lengthText(length)) return bytes.subarray(0, length);
  } catch (error) {
    if ((error as { code?: string }).code === 'ENOENT') return undefined;
  }
  removeQuietly(file);
  return undefined;
}

function lengthText(length: number): string {
  return length.toString(16).padStart(LENGTH, '0');
}

/**
 * Registers something to be written at the end of the run, after everything was printed.
 *
 * @param name of letters, digits, `.`, `_`, `+` and `-`
 * @param contents gives the bytes to write, or undefined to write nothing
 */
export function cacheLater(name: string, contents: () => Uint8Array[] | undefined): void {
  if (folder !== '') waiting.set(name, contents);
}

/** Writes what {@link cacheLater} was given. What cannot be written is not cached. */
export function writeRunCache(): void {
  for (const [name, contents] of waiting) {
    const file = folder + sep + name + ENDING;
    try {
      const parts = contents();
      if (parts === undefined) continue;
      const others = readdirSync(folder).filter((other) => other.endsWith(ENDING));
      if (others.length >= MAX_FILES) for (const other of others) rmSync(folder + sep + other, { force: true });
      const length = parts.reduce((sum, part) => sum + part.length, 0);
      writeFileAtomic(file, Buffer.concat([...parts, Buffer.from(lengthText(length))]), 0o600);
    } catch {
      // The next run computes it again.
    }
  }
  waiting.clear();
}

/** Removes a file of the cache; one that cannot be removed stays. */
function removeQuietly(file: string): void {
  try {
    rmSync(file, { force: true, recursive: true });
  } catch {
    // The folder cannot be written.
  }
}
