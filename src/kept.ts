/**
 * What the program keeps between runs, in files of the user's cache folder: only what can be worked out anew at any
 * time. The library keeps nothing.
 */
import { readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { sep } from 'node:path';

/** More files than anybody's charts need: then all go, and begin anew. */
const MOST_FILES = 1000;
const ENDING = '.kept';

let folder = '';
const waiting: Map<string, () => Uint8Array[] | undefined> = new Map();

/** Keeps files in this folder, which is there, and finds there what earlier runs kept; with `''` nothing is kept. */
export function keepIn(path: string): void {
  folder = path;
}

/** What an earlier run kept under a name. */
export function readKept(name: string): Buffer | undefined {
  if (folder === '') return undefined;
  try {
    return readFileSync(folder + sep + name + ENDING);
  } catch {
    return undefined;
  }
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
      writeFileSync(fresh, Buffer.concat(parts), { mode: 0o600 });
      renameSync(fresh, file);
    } catch {
      // The next run is a little slower.
      removeQuietly(fresh);
    }
  }
  waiting.clear();
}

/** What a full disk left of a file goes, if it can. */
function removeQuietly(file: string): void {
  try {
    rmSync(file, { force: true });
  } catch {
    // Nobody may write there.
  }
}
