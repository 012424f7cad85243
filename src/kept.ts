/**
 * What the program keeps between runs, in files of the user's cache folder: only what can be worked out anew at any
 * time. The library keeps nothing.
 */
import { readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { sep } from 'node:path';
import { readOwnFile } from './read-file.ts';

/** More files than anybody's charts need: then all go, and begin anew. */
const MOST_FILES = 1000;
const ENDING = '.kept';
/** The templates of the largest charts take a tenth. */
const MOST_BYTES = 256 << 20;
/** A file ends with its length in hexadecimal: one that was cut off by a full disk does not. */
const LENGTH = 8;

let folder = '';
const waiting: Map<string, () => Uint8Array[] | undefined> = new Map();

/** Keeps files in this folder, which is there, and finds there what earlier runs kept; with `''` nothing is kept. */
export function keepIn(path: string): void {
  folder = path;
}

/** What an earlier run kept under a name. A file that is none of ours, or was cut off, goes. */
export function readKept(name: string): Buffer | undefined {
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
 * Has something written under a name (letters, digits, `.`, `_`, `+`, `-`) when the run has printed all, if there is
 * something then.
 */
export function keepLater(name: string, contents: () => Uint8Array[] | undefined): void {
  if (folder !== '') waiting.set(name, contents);
}

/** Writes what is to be kept. Where that cannot be, nothing is kept. */
export function writeKept(): void {
  for (const [name, contents] of waiting) {
    const file = folder + sep + name + ENDING;
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

/** A file that is of no use goes, if it can. */
function removeQuietly(file: string): void {
  try {
    rmSync(file, { force: true, recursive: true });
  } catch {
    // Nobody may write there.
  }
}
