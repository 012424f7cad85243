/** The index of the served folder, always of its present files. */
import { lstatSync, readdirSync, realpathSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { MAX_CHART } from '../../chart/limits.ts';
import { readChartArchive } from '../../chart/load.ts';
import { PkgError } from '../../errors.ts';
import { printable } from '../../errors-text.ts';
import { FileReadError, readRegularFile } from '../../read-file.ts';
import { textField } from '../../yaml/value.ts';
import type { JsonObject } from '../../yaml/value.ts';
import { sha256Of } from '../digest.ts';
import { addEntry, emptyIndex, entryOf, findEntry, printIndex } from '../index-writer.ts';
import type { RepositoryIndex } from '../index-writer.ts';
import type { Tell } from '../change-file.ts';

/** The text of the index, the same compressed, and its ETag. */
export type IndexText = { text: Buffer; gzipped: Buffer; etag: string };

/** A file that was read: its size and times then, and its entry in the index, which is undefined where it is not a chart. */
type Known = { state: string; modified: Date; entry: JsonObject | undefined };

/** The charts in the folder at one time. */
class Charts {
  readonly #files: ReadonlyMap<string, Known>;
  readonly index: RepositoryIndex = emptyIndex();
  #text: Promise<IndexText> | undefined;

  constructor(files: ReadonlyMap<string, Known>) {
    this.#files = files;
    for (const { entry } of files.values()) if (entry !== undefined) addEntry(this.index, entry);
  }

  /** The entry of a version; undefined for none. */
  find(name: string, version: string): JsonObject | undefined {
    return findEntry(this.index, name, version);
  }

  /** The names of all files with a version: the same version may be in several. */
  filesOf(name: string, version: string): string[] {
    const isWanted = ({ entry }: Known): boolean =>
      entry !== undefined && textField(entry, 'name') === name && textField(entry, 'version') === version;
    return [...this.#files].filter(([, known]) => isWanted(known)).map(([file]) => file);
  }

  /** The index file. It is the same for the same files, also after a restart of the server. */
  async text(): Promise<IndexText> {
    this.#text ??= this.#print();
    return await this.#text;
  }

  async #print(): Promise<IndexText> {
    const times = [...this.#files.values()].map(({ modified }) => modified.getTime());
    const newest = times.reduce((a, b) => Math.max(a, b), 0);
    const text = Buffer.from(printIndex(this.index, new Date(newest)));
    // A weak ETag, since it is sent with the compressed text too.
    return { text, gzipped: await promisify(gzip)(text), etag: `W/"${sha256Of(text)}"` };
  }
}

/** Is this the name of an archive or a provenance that the server gives out? Hidden files are not. */
export function isServedName(name: string): boolean {
  return /^[^./\\\0][^/\\\0]*\.tgz(?:\.prov)?$/.test(name);
}

/**
 * The path of a file in the folder with links resolved; undefined where it does not exist, and for a link that leads out of
 * the folder. Links inside are followed, since Kubernetes mounts ConfigMaps as links.
 */
export function pathInside(folder: string, name: string): string | undefined {
  const path = join(folder, name);
  const stat = lstatSync(path, { throwIfNoEntry: false });
  if (stat === undefined) return undefined;
  if (!stat.isSymbolicLink()) return path;
  try {
    const [root, real] = [realpathSync(folder), realpathSync(path)];
    for (let at = dirname(real); ; at = dirname(at)) {
      if (at === root) return real;
      if (at === dirname(at)) return undefined;
    }
  } catch {
    return undefined; // it leads nowhere
  }
}

/** Reads each archive once, and again when its file has changed. */
export class FolderIndex {
  readonly #folder: string;
  readonly #tell: Tell;
  #files: ReadonlyMap<string, Known> = new Map();
  #charts = new Charts(this.#files);
  #running: Promise<Charts> | undefined;
  #next: Promise<Charts> | undefined;

  /** @param tell called with a text for each archive that is skipped because it is not a chart */
  constructor(folder: string, tell: Tell) {
    this.#folder = folder;
    this.#tell = tell;
  }

  /**
   * The charts that are in the folder now. All calls during a scan of the folder share the scan after it.
   *
   * @throws the system's error for a folder that cannot be read
   */
  async current(): Promise<Charts> {
    if (this.#running === undefined) return await this.#startScan();
    const running = this.#running;
    this.#next ??= (async () => {
      await running.catch(() => undefined);
      this.#next = undefined;
      return await this.#startScan();
    })();
    return await this.#next;
  }

  async #startScan(): Promise<Charts> {
    const scan = this.#scan().finally(() => {
      if (this.#running === scan) this.#running = undefined;
    });
    this.#running = scan;
    return await scan;
  }

  async #scan(): Promise<Charts> {
    const files = new Map<string, Known>();
    let isChanged = false;
    for (const name of readdirSync(this.#folder).sort()) {
      if (!isServedName(name) || !name.endsWith('.tgz')) continue;
      const path = pathInside(this.#folder, name);
      const stat = path === undefined ? undefined : statSync(path, { throwIfNoEntry: false, bigint: true });
      if (path === undefined || stat?.isFile() !== true) continue;
      const state = [stat.ino, stat.size, stat.mtimeNs, stat.ctimeNs].join(' ');
      const before = this.#files.get(name);
      if (before?.state === state) {
        files.set(name, before);
        continue;
      }
      isChanged = true;
      files.set(name, { state, modified: stat.mtime, entry: await this.#read(path, name, stat.mtime) });
    }
    if (isChanged || files.size !== this.#files.size) {
      this.#files = files;
      this.#charts = new Charts(files);
    }
    return this.#charts;
  }

  async #read(path: string, name: string, modified: Date): Promise<JsonObject | undefined> {
    try {
      const archive = readRegularFile(path, MAX_CHART);
      const chart = await readChartArchive(archive, name);
      // `?`, `#` and `%` are encoded, which have a meaning in URLs; the `+` of a version is not.
      const url = encodeURIComponent(name).replaceAll('%2B', '+');
      return entryOf(chart, archive, url, modified);
    } catch (error) {
      if (!(error instanceof PkgError || error instanceof FileReadError)) throw error;
      const why = error instanceof FileReadError ? `it ${error.reason}` : error.message;
      this.#tell(`${printable(name, 200)} is left out: ${why}`);
      return undefined;
    }
  }
}
