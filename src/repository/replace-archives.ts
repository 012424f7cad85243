/** Writes archives into `charts/`, and the lock file: either all of them or none. */
import { mkdir, mkdtemp, readdir, rename, rm, rmdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { MAX_CHART } from '../chart/limits.ts';
import { readChartArchive } from '../chart/load.ts';
import { PkgError } from '../errors.ts';
import { removeAbandoned, unwritable } from '../files.ts';
import { readRegularFile } from '../read-file.ts';

/** The new content of `charts/`. */
export type Vendored = {
  archives: readonly { name: string; bytes: Uint8Array }[];
  /** Names of charts whose existing archives stay. */
  kept: ReadonlySet<string>;
  lock: { name: string; text: string } | undefined;
};

/**
 * Writes the archives. As in Helm, archives of other charts are removed; folders and files that are not charts stay.
 *
 * @param folder the chart's
 * @throws {PkgError} `PKG_FILE_UNWRITABLE`
 */
export async function replaceArchives(folder: string, vendored: Vendored): Promise<void> {
  const charts = join(folder, 'charts');
  const undo: (() => Promise<unknown>)[] = [];
  let aside = '';
  try {
    if ((await mkdir(charts, { recursive: true })) !== undefined) undo.push(() => rmdir(charts));
    // The temporary folder is in the chart's folder, on the same file system, so that files can be renamed.
    removeAbandoned(folder, /^tmpcharts-\w{6}$/);
    aside = await mkdtemp(join(folder, 'tmpcharts-'));
    await swap(folder, charts, aside, vendored, undo);
  } catch (cause) {
    for (const step of undo.toReversed()) await step().catch(() => undefined);
    if (cause instanceof PkgError) throw cause;
    throw unwritable(charts, cause, ['nothing was changed']);
  } finally {
    if (aside !== '') await rm(aside, { recursive: true, force: true }).catch(() => undefined);
  }
}

/** Makes the changes, and adds to `undo` a function for each that reverts it. */
async function swap(
  folder: string,
  charts: string,
  aside: string,
  { archives, kept, lock }: Vendored,
  undo: (() => Promise<unknown>)[],
): Promise<void> {
  const files = new Map(archives.map(({ name, bytes }) => [name, bytes]));
  const [fresh, old] = [join(aside, 'new'), join(aside, 'old')];
  await mkdir(fresh);
  await mkdir(old);
  for (const [name, bytes] of files) await writeFile(join(fresh, name), bytes);
  if (lock !== undefined) await writeFile(join(aside, lock.name), lock.text);
  for (const name of await outdatedFiles(charts, files, kept)) {
    await rename(join(charts, name), join(old, name));
    undo.push(() => rename(join(old, name), join(charts, name)));
  }
  for (const name of files.keys()) {
    await rename(join(fresh, name), join(charts, name));
    undo.push(() => rm(join(charts, name), { force: true }));
  }
  if (lock !== undefined) await rename(join(aside, lock.name), join(folder, lock.name));
}

/** The files of `charts/` to remove: archives of charts, and files whose names the new archives need. */
async function outdatedFiles(
  charts: string,
  files: ReadonlyMap<string, Uint8Array>,
  kept: ReadonlySet<string>,
): Promise<string[]> {
  const found: string[] = [];
  for (const entry of await readdir(charts, { withFileTypes: true })) {
    if (entry.isDirectory()) continue;
    if (files.has(entry.name)) found.push(entry.name);
    else {
      const name = await chartNameOf(join(charts, entry.name));
      if (name !== undefined && !kept.has(name)) found.push(entry.name);
    }
  }
  return found;
}

/** The name of the chart in a file; undefined for a file that is not a chart. */
async function chartNameOf(path: string): Promise<string | undefined> {
  try {
    return (await readChartArchive(readRegularFile(path, MAX_CHART), path)).metadata.name;
  } catch {
    return undefined;
  }
}
