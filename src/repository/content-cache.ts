/**
 * The cache of fetched archives, by the SHA-256 of their bytes, in the layout of Helm's content cache (helm v4,
 * pkg/downloader/cache.go): `ab/abcdef….chart`. Each program uses what the other has cached. The folder is bounded in
 * size: the least recently used archives are removed.
 */
import { dirname, join } from 'node:path';
import { unpackEarly } from '../chart/archive.ts';
import { MAX_CHART } from '../chart/limits.ts';
import { removeAbandoned, writeFileAtomic } from '../files.ts';
import { readRegularFile } from '../read-file.ts';
import { boundContent, MAX_CONTENT, touch } from './cached-files.ts';
import { sha256Of } from './digest.ts';

/** What is cached of a chart: its archive, or the provenance of the archive. */
export type ContentKind = 'chart' | 'prov';

/** The cache of archives and their provenance. */
export class ContentCache {
  readonly #folder: string;
  /** The size of the folder in bytes, as far as this process knows. */
  #size: number | undefined;
  #expected: { digest: string; bytes: Buffer } | undefined;

  /** @param folder empty to cache nothing */
  constructor(folder: string) {
    this.#folder = folder;
  }

  /**
   * Reads the archive with this digest, which will probably be asked for, and begins to unpack it. It is checked in
   * {@link get}, as any other.
   */
  expect(digest: string): void {
    const bytes = this.#read(digest, 'chart');
    if (bytes === undefined) return;
    unpackEarly(bytes);
    this.#expected = { digest, bytes };
  }

  /** The bytes with this digest (64 hexadecimal digits); undefined where they are not cached, or do not match it. */
  get(digest: string): Buffer | undefined {
    const bytes = this.#expected?.digest === digest ? this.#expected.bytes : this.#read(digest, 'chart');
    if (bytes === undefined || sha256Of(bytes) !== digest) return undefined;
    touch(this.#path(digest, 'chart'));
    return bytes;
  }

  /** The provenance that was fetched with an archive. It is not checked here: its signature is verified where it is used. */
  getProvenance(digest: string): Buffer | undefined {
    return this.#read(digest, 'prov');
  }

  /** Caches bytes. Where that fails, nothing happens. */
  put(digest: string, kind: ContentKind, bytes: Uint8Array): void {
    if (this.#folder === '') return;
    try {
      const path = this.#path(digest, kind);
      removeAbandoned(dirname(path));
      writeFileAtomic(path, bytes);
      this.#size = this.#size === undefined ? boundContent(this.#folder) : this.#size + bytes.length;
      if (this.#size > MAX_CONTENT) this.#size = boundContent(this.#folder);
    } catch {
      // The next run fetches the archive again, or removes the old ones.
    }
  }

  #read(digest: string, kind: ContentKind): Buffer | undefined {
    if (this.#folder === '' || !/^[0-9a-f]{64}$/.test(digest)) return undefined;
    try {
      return readRegularFile(this.#path(digest, kind), MAX_CHART);
    } catch {
      return undefined;
    }
  }

  #path(digest: string, kind: ContentKind): string {
    return join(this.#folder, digest.slice(0, 2), `${digest}.${kind}`);
  }
}
