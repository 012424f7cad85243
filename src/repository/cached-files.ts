/**
 * Lists and removes files of the cache folders. Helm uses the same folders, and other programs may have files in them:
 * only files with the names of cached content are listed and removed. Other processes may read and write at the same
 * time: they see each file complete or not at all, and fetch what is missing again.
 */
import { lstatSync, readdirSync, rmSync, statSync, utimesSync } from 'node:fs';
import type { Stats } from 'node:fs';
import { join } from 'node:path';
import { PkgError, throwTogether } from '../errors.ts';
import { printable } from '../errors-text.ts';
import { ABANDONED_MS, TEMPORARY } from '../files.ts';
import type { CachePaths } from './paths.ts';

/**
 * `chart` and `provenance`: what was fetched of charts, by the digest of the archive. `index`: the index of a
 * repository. `registry`: an answer of a registry, for `--offline`. `unfinished`: what a process that was killed left.
 */
export type CachedKind = 'chart' | 'provenance' | 'index' | 'registry' | 'unfinished';

/** An entry of the cache: an archive, an index, an answer, or what is left of an interrupted download. */
export type CachedEntry = {
  kind: CachedKind;
  /** The digest of an archive, the name of a repository, or the name of the file. */
  name: string;
  /** Its files: an index has others that were made of it. */
  paths: readonly string[];
  /** In bytes. */
  size: number;
  /** When it was last used, in milliseconds since 1970. */
  used: number;
};

/** Which entries are removed. Without any bound all are. */
export type PruneBounds = {
  /** Those that were last used before this time, in milliseconds since 1970. */
  before?: number | undefined;
  /** The least recently used ones, until the others together have at most this many bytes. */
  maxSize?: number | undefined;
};

/** The name of an archive or its provenance. */
const CONTENT = /^([0-9a-f]{64})\.(chart|prov)$/;
const INDEX = /^(.+)-index\.yaml$/s;
/** Indexes of repositories without a name in `repositories.yaml`. */
const UNNAMED = /^helm-manager-[0-9a-f]{64}$/;
const ANSWER = /^[0-9a-f]{64}\.json$/;

/** Everything that both folders hold, the least recently used first. */
export function cachedEntries({ indexes, content }: CachePaths): CachedEntry[] {
  return oldestFirst([...contentEntries(content), ...indexEntries(indexes), ...answerEntries(join(indexes, 'oci'))]);
}

/**
 * Removes the entries beyond the bounds, and unfinished files.
 *
 * @param entries the least recently used first
 * @returns what was removed
 * @throws {PkgError} `PKG_FILE_UNWRITABLE` for what cannot be removed, after all others were
 */
export function pruneEntries(entries: readonly CachedEntry[], { before, maxSize }: PruneBounds): CachedEntry[] {
  let left = entries.reduce((sum, { size }) => sum + size, 0);
  const isUnbounded = before === undefined && maxSize === undefined;
  const removed: CachedEntry[] = [];
  const errors: PkgError[] = [];
  for (const entry of entries) {
    const isOld = before !== undefined && entry.used < before;
    const isTooMuch = maxSize !== undefined && left > maxSize;
    const isRemoved =
      entry.kind === 'unfinished' ? Date.now() - entry.used > ABANDONED_MS : isUnbounded || isOld || isTooMuch;
    if (!isRemoved) continue;
    const failed = entry.paths.flatMap((path) => removeFile(path) ?? []);
    errors.push(...failed);
    if (failed.length > 0) continue;
    left -= entry.size;
    removed.push(entry);
  }
  throwTogether(errors, (count) => `${count} cached files cannot be removed`);
  return removed;
}

/** Marks a file as used now. Its access time is set because many file systems do not set it on reading. */
export function touch(path: string): void {
  try {
    utimesSync(path, new Date(), statSync(path).mtime);
  } catch {
    // The file belongs to another user, or was removed meanwhile.
  }
}

/** The entries of the folder of archives. */
function contentEntries(folder: string): CachedEntry[] {
  return namesIn(folder).flatMap((part) => {
    if (!/^[0-9a-f]{2}$/.test(part)) return [];
    const inside = join(folder, part);
    return namesIn(inside).flatMap((file): CachedEntry[] => {
      const whole = TEMPORARY.exec(file)?.[1];
      const [, digest = '', ending] = CONTENT.exec(whole ?? file) ?? [];
      if (!digest.startsWith(part)) return [];
      if (whole !== undefined) return entryOf('unfinished', file, [join(inside, file)]);
      return entryOf(ending === 'prov' ? 'provenance' : 'chart', digest, [join(inside, file)]);
    });
  });
}

function indexEntries(folder: string): CachedEntry[] {
  const names = new Set(namesIn(folder));
  return [...names].flatMap((file): CachedEntry[] => {
    const whole = TEMPORARY.exec(file)?.[1];
    const [, name = ''] = INDEX.exec(whole ?? file) ?? [];
    if (name === '') return [];
    const besides = [`${name}-charts.txt`, `${name}-index.validators.json`].filter((other) => names.has(other));
    // Both programs write `NAME-charts.txt` beside an index. Without it `NAME-index.yaml` may be a file of another program.
    if (besides.length === 0 && !UNNAMED.test(name)) return [];
    if (whole !== undefined) return entryOf('unfinished', file, [join(folder, file)]);
    return entryOf(
      'index',
      name,
      [file, ...besides].map((one) => join(folder, one)),
    );
  });
}

function answerEntries(folder: string): CachedEntry[] {
  return namesIn(folder).flatMap((file): CachedEntry[] => {
    const whole = TEMPORARY.exec(file)?.[1];
    if (!ANSWER.test(whole ?? file)) return [];
    return entryOf(whole === undefined ? 'registry' : 'unfinished', file, [join(folder, file)]);
  });
}

/** An entry for a regular file; empty for anything else. */
function entryOf(kind: CachedKind, name: string, paths: readonly string[]): CachedEntry[] {
  const stats = paths.map((path) => statOf(path));
  const [first] = stats;
  if (first === undefined) return [];
  const size = stats.reduce((sum, stat) => sum + (stat?.size ?? 0), 0);
  return [{ kind, name, paths, size, used: Math.max(first.mtimeMs, first.atimeMs) }];
}

function statOf(path: string): Stats | undefined {
  try {
    const stat = lstatSync(path);
    return stat.isFile() ? stat : undefined;
  } catch {
    return undefined;
  }
}

/** The names in a folder; empty for one that does not exist or cannot be read. */
function namesIn(folder: string): string[] {
  try {
    return folder === '' ? [] : readdirSync(folder);
  } catch {
    return [];
  }
}

function oldestFirst(entries: CachedEntry[]): CachedEntry[] {
  return entries.sort((a, b) => a.used - b.used);
}

/** Removes a file; gives the error where that fails. */
function removeFile(path: string): PkgError | undefined {
  try {
    rmSync(path, { force: true });
    return undefined;
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    return new PkgError('PKG_FILE_UNWRITABLE', `${printable(path)} cannot be removed (${code})`, {
      hints: ['remove it as the user who owns it'],
      cause,
    });
  }
}

/** The most bytes of the folder of archives. */
export const MAX_CONTENT: number = 2 * 2 ** 30;
/** A full folder is reduced to so many bytes, so that its files are not looked at for each new archive. */
const LEFT_CONTENT = 0.75 * MAX_CONTENT;

/**
 * Removes the least recently used archives where the folder of archives is larger than {@link MAX_CONTENT}.
 *
 * @returns its size after that, in bytes
 */
export function boundContent(folder: string): number {
  const entries = oldestFirst(contentEntries(folder));
  const size = entries.reduce((sum, entry) => sum + entry.size, 0);
  if (size <= MAX_CONTENT) return size;
  const removed = pruneEntries(entries, { maxSize: LEFT_CONTENT });
  return removed.reduce((sum, entry) => sum - entry.size, size);
}
