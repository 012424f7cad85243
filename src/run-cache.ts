/**
 * A cache between runs, in files of the user's cache folder, of what can be computed again at any time: parsed templates,
 * fetched schemas, the entries of an index. The library has none.
 */
import { readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { sep } from 'node:path';
import { readOwnFile } from './read-file.ts';

/** More files than anybody's charts need: when there are so many, all are removed. */
const MOST_FILES = 1000;
const ENDING = '.cache';
/** The largest file is read; the templates of the largest charts take a tenth of this. */
const MOST_BYTES = 256 << 20;
/** A file ends with its length in hexadecimal: one that was cut off by a full disk does not. */
const LENGTH = 8;

let folder = '';
const waiting: Map<string, () => Uint8Array[] | undefined> = new Map();

/** Sets the folder of the cache, which exists; with `''` nothing is cached. */
export function cacheIn(path: string): void {
  folder = path;
}

/** What an earlier run cached under a name. A file that somebody else owns, or that was cut off, is removed. */
export function readRunCache(name: string): Buffer | undefined {
  if (folder === '') return undefined;
  const file = folder + sep + name + ENDING;
  try {
    const bytes = readOwnFile(file, MOST_BYTES);
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
 * Has something written under a name (letters, digits, `.`, `_`, `+`, `-`) when the run has printed all.
 *
 * @param contents gives what is written, or undefined for nothing
 */
export function cacheLater(name: string, contents: () => Uint8Array[] | undefined): void {
  if (folder !== '') waiting.set(name, contents);
}

/** Writes what {@link cacheLater} was given. What cannot be written is not cached. */
export function writeRunCache(): void {
  for (const [name, contents] of waiting) {
    const file = folder + sep + name + ENDING;
    // Not by writeFileAtomic: its module loads node:crypto, which takes 5 ms.
    const fresh = `${file}.${process.pid}`;
    try {
      const parts = contents();
      if (parts === undefined) continue;
      const others = readdirSync(folder).filter((other) => other.endsWith(ENDING));
      if (others.length >= MOST_FILES) for (const other of others) rmSync(folder + sep + other, { force: true });
      const length = parts.reduce((sum, part) => sum + part.length, 0);
      writeFileSync(fresh, Buffer.concat([...parts, Buffer.from(lengthText(length))]), { mode: 0o600 });
      renameSync(fresh, file);
    } catch {
      // The next run is a little slower.
      removeQuietly(fresh);
    }
  }
  waiting.clear();
}

/** Removes a file that is of no use, where that is possible. */
function removeQuietly(file: string): void {
  try {
    rmSync(file, { force: true, recursive: true });
  } catch {
    // Nobody may write there.
  }
}
