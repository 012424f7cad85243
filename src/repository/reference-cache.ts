/**
 * What OCI registries answered: which tags a chart has and which digest a tag names, for runs with `--offline`, and
 * manifests by their digests, which are checked at every use. A tag can move, so that a run that may fetch asks the
 * registry for it each time.
 */
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { writeFileAtomic } from '../files.ts';
import { readRegularFile } from '../read-file.ts';
import type { Json } from '../yaml/value.ts';

/** Lists of tags may be long. */
const MAX_KEPT = 64 << 20;

export class ReferenceCache {
  readonly #folder: string;

  /** @param folder empty to keep nothing */
  constructor(folder: string) {
    this.#folder = folder;
  }

  /** What was kept under a key, such as `HOST/PATH:TAG`, or a digest. */
  get(key: string): Json | undefined {
    if (this.#folder === '') return undefined;
    try {
      const kept = JSON.parse(readRegularFile(this.#pathOf(key), MAX_KEPT).toString('utf8')) as {
        key?: Json;
        value?: Json;
      };
      return kept.key === key ? kept.value : undefined;
    } catch {
      return undefined;
    }
  }

  /** Keeps a value. A cache that cannot be written is no reason to fail. */
  put(key: string, value: Json): void {
    if (this.#folder === '') return;
    // Most runs hear what they heard before, and reading takes a tenth of the time of writing.
    if (typeof value === 'string' && this.get(key) === value) return;
    try {
      writeFileAtomic(this.#pathOf(key), JSON.stringify({ key, value }));
    } catch {
      // A later run with --offline says what it lacks.
    }
  }

  #pathOf(key: string): string {
    return join(this.#folder, 'oci', `${createHash('sha256').update(key).digest('hex')}.json`);
  }
}
