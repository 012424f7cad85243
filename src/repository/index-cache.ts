/**
 * The cache of repository indexes, in the files that Helm uses: `NAME-index.yaml`, and `NAME-charts.txt` with the names of
 * the charts, which Helm's completion reads. `NAME-index.validators.json` holds the validators (ETag, Last-Modified) with
 * which the server is asked whether its index has changed (RFC 9110, section 13).
 */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { removeAbandoned, writeFileAtomic } from '../files.ts';
import { readRegularFile } from '../read-file.ts';
import { sha256Of } from './digest.ts';
import { chartNames, MAX_INDEX } from './index-file.ts';
import type { Repository } from './repositories.ts';

/** The validators that a server sent with the cached index. */
export type Validators = { etag: string; lastModified: string };

/** The cache of indexes, one for each repository. */
export class IndexCache {
  readonly #folder: string;

  /** @param folder empty to cache nothing */
  constructor(folder: string) {
    this.#folder = folder;
  }

  /** The cached index of a repository; undefined for none. */
  read(repository: Repository): Buffer | undefined {
    if (this.#folder === '') return undefined;
    try {
      return readRegularFile(this.pathOf(repository), MAX_INDEX);
    } catch {
      return undefined;
    }
  }

  /** The names of the charts in the cached index of a repository; none without an index. */
  chartNames(repository: Repository): string[] {
    try {
      const names = readRegularFile(this.#namesOf(repository), MAX_INDEX).toString('utf8');
      return names.split(/\r?\n/).filter((name) => name !== '');
    } catch {
      return [];
    }
  }

  /** The validators of the cached index; undefined where another program, such as helm, has replaced the index. */
  validators(repository: Repository, index: Buffer): Validators | undefined {
    try {
      const cached = JSON.parse(
        readRegularFile(this.#validatorsOf(repository), MAX_VALIDATORS).toString('utf8'),
      ) as Partial<CachedValidators> | null;
      const { url, sha256, etag, lastModified } = cached ?? {};
      if (url !== repository.url || sha256 !== sha256Of(index)) return undefined;
      return typeof etag === 'string' && typeof lastModified === 'string' ? { etag, lastModified } : undefined;
    } catch {
      return undefined;
    }
  }

  /**
   * Caches an index.
   *
   * @param location the address of the index, for messages; that of the repository may hold a login
   * @throws {PkgError} `PKG_FILE_UNWRITABLE`, `PKG_REPOSITORY_INVALID` for anything but an index
   */
  write(repository: Repository, index: Buffer, { etag, lastModified }: Validators, location: string): void {
    const names = chartNames(index, location);
    if (this.#folder === '') return;
    removeAbandoned(this.#folder);
    writeFileAtomic(this.pathOf(repository), index);
    if (repository.name !== '') writeFileAtomic(this.#namesOf(repository), names.join('\n'));
    const cached: CachedValidators = { url: repository.url, sha256: sha256Of(index), etag, lastModified };
    if (etag !== '' || lastModified !== '') writeFileAtomic(this.#validatorsOf(repository), JSON.stringify(cached));
    else rmSync(this.#validatorsOf(repository), { force: true });
  }

  /** Removes the cached files of a repository. */
  remove(repository: Repository): void {
    if (this.#folder === '') return;
    for (const path of [this.pathOf(repository), this.#namesOf(repository), this.#validatorsOf(repository)]) {
      rmSync(path, { force: true });
    }
  }

  /** The file of the index. Repositories without a name have one by their address, as with Helm's dependencies. */
  pathOf(repository: Repository): string {
    return join(this.#folder, `${this.#baseOf(repository)}-index.yaml`);
  }

  #namesOf(repository: Repository): string {
    return join(this.#folder, `${this.#baseOf(repository)}-charts.txt`);
  }

  #validatorsOf(repository: Repository): string {
    return join(this.#folder, `${this.#baseOf(repository)}-index.validators.json`);
  }

  #baseOf({ name, url }: Repository): string {
    // repositories.yaml may be edited by hand, so a name may be a path such as `../x`.
    const isPlain = name !== '' && !/[/\\]|^\./.test(name);
    return isPlain ? name : `helm-manager-${sha256Of(url)}`;
  }
}

/** The most bytes of the file of validators; it has a few hundred. */
const MAX_VALIDATORS = 1 << 16;

type CachedValidators = Validators & { url: string; sha256: string };
