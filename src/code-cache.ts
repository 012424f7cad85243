/**
 * Writes the compiled code that `bin/pkg.js` reads: V8's own form of the functions that ran, for each of the program's
 * scripts and each command. A file holds the code twice, then the numbers of the chunks that ran, then the length of the
 * code in eight hexadecimal digits. V8 itself refuses code of another version of V8, of other flags or another source.
 */
import { readdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Script } from 'node:vm';
import { makeFolder } from './folders.ts';

/** The state of the code cache that the launcher passes on. `folder` is '' where nothing can be cached. */
export type CodeCache = {
  folder: string;
  /** Whether all chunks that ran are in the cache already. */
  isComplete: boolean;
  /** The scripts that ran. `table` has all chunks of a script by their numbers. */
  scripts: readonly { script: Script; file: string; table: object }[];
  /** Whether a chunk ran, or is in the cache, by its number. */
  chunks: readonly (true | undefined)[];
};

const MONTH_MS = 30 * 86_400_000;

/**
 * Writes the compiled code of the scripts that ran. Where the cache cannot be written, nothing happens.
 *
 * @param isFirst whether the cache folder does not exist yet. Then only the folder is made, and the code is written by
 *   the second run: in a pipeline, where each run starts on a fresh machine, no time is spent on a cache that is never read
 */
export function writeCode({ folder, scripts, chunks }: CodeCache, isFirst: boolean): void {
  try {
    if (isFirst) {
      makeFolder(folder, 0o700);
      removeForgotten(dirname(folder));
      return;
    }
    for (const { script, file, table } of scripts) {
      const ids = Object.keys(table).filter((id) => chunks[Number(id)]);
      writeScript(file, script.createCachedData(), ids);
    }
  } catch {
    // The next run tries again.
  }
}

/** Other runs see the old file or the new one, never a part. */
function writeScript(file: string, code: Buffer, ids: readonly string[]): void {
  const fresh = `${file}.${process.pid}`;
  const length = code.length.toString(16).padStart(8, '0');
  try {
    writeFileSync(fresh, Buffer.concat([code, code, Buffer.from(ids.join(',') + length)]), { mode: 0o600 });
    renameSync(fresh, file);
  } catch {
    // A full disk may have left half of `fresh`, and `file` may be a folder.
    for (const path of [fresh, file]) rmSync(path, { recursive: true, force: true });
  }
}

/** Removes the caches of other builds of pkg that have not run for a month. */
function removeForgotten(folder: string): void {
  for (const name of readdirSync(folder)) {
    const build = join(folder, name);
    if (Date.now() - statSync(build).mtimeMs > MONTH_MS) rmSync(build, { recursive: true, force: true });
  }
}
