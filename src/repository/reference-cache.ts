/**
 * The cache of registry answers: lists of tags and digests of tags, which are used only with `--offline` since a tag can
 * move; and manifests by their digests, which are checked at every use.
 */
import { join } from 'node:path';
import { writeFileAtomic } from '../files.ts';
import { readRegularFile } from '../read-file.ts';
import type { Json } from '../yaml/value.ts';
import { sha256Of } from './digest.ts';

/** The most bytes of a cached answer: a list of tags can be long. */
const MAX_ANSWER = 64 << 20;

/** The cache of what registries answered, by reference and by digest. */
export class ReferenceCache {
  readonly #folder: string;

  /** @param folder empty to cache nothing */
  constructor(folder: string) {
    this.#folder = folder;
  }

  /** The cached value of a key such as `HOST/PATH:TAG`, or of a digest; undefined for none. */
  get(key: string): Json | undefined {
    if (this.#folder === '') return undefined;
    try {
      const cached = JSON.parse(readRegularFile(this.#pathOf(key), MAX_ANSWER).toString('utf8')) as {
        key?: Json;
        value?: Json;
      };
      return cached.key === key ? cached.value : undefined;
    } catch {
      return undefined;
    }
  }

  /** Caches a value. Where that fails, nothing happens. */
  put(key: string, value: Json): void {
    if (this.#folder === '') return;
    // Most answers are cached already, and reading takes a tenth of the time of writing.
    if (typeof value === 'string' && this.get(key) === value) return;
    try {
      writeFileAtomic(this.#pathOf(key), JSON.stringify({ key, value }));
    } catch {
      // A later run with --offline reports what is missing.
    }
  }

  #pathOf(key: string): string {
    return join(this.#folder, 'oci', `${sha256Of(key)}.json`);
  }
}
