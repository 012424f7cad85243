/**
 * Archives that were fetched, by the SHA-256 of their bytes, in the layout of Helm's content cache (helm v4,
 * pkg/downloader/cache.go): `ab/abcdef….chart`. Both programs use the files of the other. The folder is bounded in size:
 * the archives that were not used for longest go.
 */
import { createHash } from 'node:crypto';
import { dirname, join } from 'node:path';
import { MAX_CHART } from '../chart/limits.ts';
import { removeAbandoned, writeFileAtomic } from '../files.ts';
import { readRegularFile } from '../read-file.ts';
import { boundContent, MOST_CONTENT, touch } from './cached-files.ts';

/** What is kept of a chart: its archive, or the provenance that belongs to the archive. */
export type ContentKind = 'chart' | 'prov';

export class ContentCache {
  readonly #folder: string;
  /** The size of the folder in bytes, as far as this process knows. */
  #size: number | undefined;

  /** @param folder empty to keep nothing */
  constructor(folder: string) {
    this.#folder = folder;
  }

  /** The bytes of a digest (64 hexadecimal digits); undefined where they are not kept, or are not what they should be. */
  get(digest: string): Buffer | undefined {
    const bytes = this.#read(digest, 'chart');
    if (bytes === undefined || createHash('sha256').update(bytes).digest('hex') !== digest) return undefined;
    touch(this.#path(digest, 'chart'));
    return bytes;
  }

  /** The provenance that was fetched with an archive. It is signed, so that nothing else vouches for it. */
  getProvenance(digest: string): Buffer | undefined {
    return this.#read(digest, 'prov');
  }

  /** Keeps bytes. A cache that cannot be written is no reason to fail. */
  put(digest: string, kind: ContentKind, bytes: Uint8Array): void {
    if (this.#folder === '') return;
    try {
      const path = this.#path(digest, kind);
      removeAbandoned(dirname(path));
      writeFileAtomic(path, bytes);
      this.#size = this.#size === undefined ? boundContent(this.#folder) : this.#size + bytes.length;
      if (this.#size > MOST_CONTENT) this.#size = boundContent(this.#folder);
    } catch {
      // The next run fetches it again, or removes what is too much.
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
