/** Makes and changes `index.yaml` (helm v4, pkg/repo/v1/index.go). */
import { readdirSync, statSync } from 'node:fs';
import { join, posix } from 'node:path';
import type { Chart } from '../chart/chart.ts';
import { readChartArchive } from '../chart/load.ts';
import { MAX_CHART } from '../chart/limits.ts';
import { metadataJson } from '../chart/metadata-json.ts';
import { compareVersionTexts } from '../chart/version.ts';
import { PkgError } from '../errors.ts';
import { printable } from '../errors-text.ts';
import { writeFileAtomic } from '../files.ts';
import { FileReadError, readRegularFile } from '../read-file.ts';
import { whileLocked } from './change-file.ts';
import type { Tell } from './change-file.ts';
import { sha256Of } from './digest.ts';
import { MergedVersions, readForeignEntries } from './foreign-index.ts';
import type { ForeignEntries } from './foreign-index.ts';
import { MAX_INDEX, readWholeIndex } from './index-file.ts';
import { invalidIndex } from './index-parts.ts';
import { compareCodePoints, goJson } from '../yaml/json.ts';
import { printGoYaml } from '../yaml/go-print.ts';
import { fromPlain, isJsonObject, setOwn, textField, toPlain } from '../yaml/value.ts';
import type { Json, JsonObject } from '../yaml/value.ts';

/** The entries of each chart by its name, as they stand in the file. */
export type RepositoryIndex = { entries: Map<string, JsonObject[]>; rest: JsonObject };

/** An index with nothing in it. */
export function emptyIndex(): RepositoryIndex {
  return { entries: new Map(), rest: {} };
}

/**
 * Indexes the archives in a folder and its direct subfolders. Archives that are not charts are skipped.
 *
 * @param url of the folder; empty to name archives by their paths
 */
export async function indexFolder(folder: string, url: string, now: Date): Promise<RepositoryIndex> {
  const index = emptyIndex();
  for (const path of archivesIn(folder)) {
    try {
      const bytes = readRegularFile(join(folder, path), MAX_CHART);
      const chart = await readChartArchive(bytes, path);
      appendEntry(index, entryOf(chart, bytes, urlOf(url, path), now));
    } catch (error) {
      if (!(error instanceof PkgError) && !(error instanceof FileReadError)) throw error;
    }
  }
  return index;
}

/** How often a folder is indexed again because it changed meanwhile; then it is indexed while the index is locked. */
const MAX_TRIES = 5;

/**
 * Writes the index file of a folder.
 *
 * @param make gives the text of the index. It is called again where archives changed meanwhile: what `pkg publish` added
 *   would be missing in the index.
 * @param tell called with what is waited for, when another process changes the index
 * @throws {PkgError} `PKG_FILE_UNWRITABLE`, and what `make` throws
 */
export async function writeFolderIndex(folder: string, make: () => Promise<string>, tell: Tell): Promise<void> {
  const file = join(folder, 'index.yaml');
  for (let tries = 0; tries < MAX_TRIES; tries++) {
    const before = stateOf(folder);
    const text = await make();
    const writeIfSame = (): boolean => {
      if (stateOf(folder) !== before) return false;
      writeFileAtomic(file, text);
      return true;
    };
    if (await whileLocked(file, writeIfSame, tell)) return;
  }
  await whileLocked(file, async () => writeFileAtomic(file, await make()), tell);
}

/** Names, sizes and times of all archives of a folder: equal where nothing has changed. */
function stateOf(folder: string): string {
  const lines = archivesIn(folder).map((path) => {
    const stat = statSync(join(folder, path), { throwIfNoEntry: false });
    return `${path} ${stat?.ino} ${stat?.size} ${stat?.mtimeMs}`;
  });
  return lines.join('\n');
}

/**
 * The paths of the archives in a folder, relative to it, with slashes, in Helm's order, which is that of several archives
 * of one version in the index.
 */
function archivesIn(folder: string): string[] {
  const names = readdirSync(folder).sort(compareCodePoints);
  const isFolder = (name: string): boolean =>
    statSync(join(folder, name), { throwIfNoEntry: false })?.isDirectory() === true;
  const own = names.filter((name) => name.endsWith('.tgz') && !isFolder(name));
  const nested = names.filter(isFolder).flatMap((name) =>
    namesIn(join(folder, name))
      .filter((file) => file.endsWith('.tgz'))
      .map((file) => `${name}/${file}`),
  );
  return [...own, ...nested];
}

/** The names in a subfolder; none if it cannot be read. */
function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder).sort(compareCodePoints);
  } catch {
    return [];
  }
}

/** The entry of an archive in an index. */
export function entryOf(chart: Chart, archive: Uint8Array, url: string, now: Date): JsonObject {
  return {
    ...metadataJson(chart),
    urls: [url],
    created: now.toISOString(),
    digest: sha256Of(archive),
  };
}

/**
 * The address of an archive, below that of the folder; its path where the folder has no address. A query of the folder is
 * that of the archive (helm v4, internal/urlutil, `URLJoin`).
 */
export function urlOf(folder: string, path: string): string {
  // As in Helm: an address is made of the path in a subfolder, and none of a name alone.
  if (folder === '') return path.includes('/') ? encodePath(path) : path;
  const [, origin = '', base = '', rest = ''] = /^([a-z][a-z0-9+.-]*:\/\/[^/?#]*)?([^?#]*)(.*)$/is.exec(folder) ?? [];
  return origin + encodePath(posix.join(origin === '' ? '' : '/', decodePath(base), path)) + rest;
}

/** Percent-encodes a path as Go does (net/url, `escape`). */
function encodePath(path: string): string {
  return encodeURI(path).replace(/[!*'()?#]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`);
}

function decodePath(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path; // not encoded
  }
}

function appendEntry({ entries }: RepositoryIndex, entry: JsonObject): void {
  const name = textField(entry, 'name');
  const known = entries.get(name);
  if (known === undefined) entries.set(name, [entry]);
  else known.push(entry);
}

/** Adds an entry, which replaces one of the same name and version. */
export function addEntry({ entries }: RepositoryIndex, entry: JsonObject): void {
  const name = textField(entry, 'name');
  const others = (entries.get(name) ?? []).filter((one) => textField(one, 'version') !== textField(entry, 'version'));
  entries.set(name, [...others, entry]);
}

/** The entry of a version. */
export function findEntry({ entries }: RepositoryIndex, name: string, version: string): JsonObject | undefined {
  return entries.get(name)?.find((entry) => textField(entry, 'version') === version);
}

/**
 * Adds the versions of another index that this one does not have, as Helm does: each entry under the name in its own
 * fields, with only the fields that Helm knows. Helm looks a version up as a constraint, so `1.2` is left out where this
 * index has any `1.2.x`, and `1.2.3+a` where it has `1.2.3+b`.
 *
 * @returns what Helm would not read, for warnings
 */
export function mergeIndex(index: RepositoryIndex, { entries, skipped }: ForeignEntries): readonly string[] {
  const merged = new Map<string, MergedVersions>();
  for (const entry of entries) {
    const name = textField(entry, 'name');
    const known = index.entries.get(name) ?? [];
    const versions = merged.get(name) ?? new MergedVersions(known.map((one) => textField(one, 'version')));
    merged.set(name, versions);
    if (versions.add(textField(entry, 'version'))) appendEntry(index, entry);
  }
  return skipped;
}

/**
 * Reads a whole index, entries and other fields.
 *
 * @throws {PkgError} `PKG_REPOSITORY_INVALID` for anything but an index
 */
export function readIndex(bytes: Buffer, location: string): RepositoryIndex {
  const plain = toPlain(readWholeIndex(bytes, location));
  const { entries: all, generated: _generated, ...rest } = isJsonObject(plain) ? plain : {};
  const entries = new Map<string, JsonObject[]>();
  for (const [name, versions] of Object.entries(isJsonObject(all) ? all : {})) {
    if (Array.isArray(versions)) entries.set(name, versions.filter(isJsonObject));
  }
  return { entries, rest };
}

/**
 * Reads the index in a file; undefined where there is none.
 *
 * @throws {PkgError} `PKG_FILE_UNREADABLE`, and as {@link readIndex} throws
 */
export function readIndexFile(file: string): RepositoryIndex | undefined {
  const bytes = readIfThere(file);
  return bytes === undefined ? undefined : readIndex(bytes, file);
}

/**
 * Reads the index in a file for {@link mergeIndex}; undefined where there is none.
 *
 * @throws {PkgError} `PKG_FILE_UNREADABLE`, and as {@link readForeignEntries} throws
 */
export function readFileToMerge(file: string): ForeignEntries | undefined {
  const bytes = readIfThere(file);
  return bytes === undefined ? undefined : readForeignEntries(bytes, file);
}

function readIfThere(file: string): Buffer | undefined {
  try {
    const bytes = readRegularFile(file, MAX_INDEX);
    if (!hasConflict(bytes)) return bytes;
    throw invalidIndex('this index has an unresolved merge conflict of git', file, [
      'take either side and publish again: charts that are missing in it are added',
    ]);
  } catch (cause) {
    if (!(cause instanceof FileReadError)) throw cause;
    if (cause.code === 'ENOENT') return undefined;
    throw new PkgError('PKG_FILE_UNREADABLE', `the index ${printable(file, 300)} ${cause.reason}`, {
      hints: ['correct the path, or remove what is at it to have the index created again'],
      cause,
    });
  }
}

/** Has a file the lines by which git marks a conflict? */
function hasConflict(bytes: Buffer): boolean {
  return bytes.subarray(0, 8).toString('latin1') === '<<<<<<< ' || bytes.includes('\n<<<<<<< ');
}

/** The text of the file, as Helm writes it: charts by name, the newest version first. */
export function printIndex(index: RepositoryIndex, now: Date, asJson = false): string {
  const entries: JsonObject = {};
  for (const name of [...index.entries.keys()].sort(compareCodePoints)) {
    setOwn(entries, name, (index.entries.get(name) ?? []).toSorted(newestFirst));
  }
  const file: JsonObject = { apiVersion: 'v1', generated: now.toISOString(), entries, ...index.rest };
  return asJson ? goJson(file, 2) : printGoYaml(fromPlain(file));
}

function newestFirst(a: Json, b: Json): number {
  return compareVersionTexts(textField(b, 'version'), textField(a, 'version'));
}
