/** Reads and writes the records of releases: Helm's Secrets, in a cluster or a folder. */
import { PkgError } from '../errors.ts';
import { printable } from '../errors-text.ts';
import { refOf } from '../cluster/cluster.ts';
import type { Cluster, KubeObject, ListQuery, ObjectRef } from '../cluster/cluster.ts';
import { goJson } from '../yaml/json.ts';
import { getOwn, textField } from '../yaml/value.ts';
import type { JsonObject } from '../yaml/value.ts';
import { MAX_RECORD, corrupt, decodeRelease, encodeRelease, recordOf } from './codec.ts';
import { recordLabels, userLabels } from './names.ts';
import type { Release } from './release.ts';
import { storedValuesRef } from './stored-values.ts';

/** A revision, and the Secret that holds it as it was read or written last. */
export type StoredRelease = { release: Release; secret: KubeObject };

const PREFIX = 'sh.helm.release.v1.';

/**
 * The records of one namespace; of all namespaces where it is undefined, for reading only. Reading a record that is
 * damaged throws `PKG_RECORD_CORRUPT`.
 */
export class ReleaseStore {
  readonly #cluster: Cluster;
  readonly #namespace: string | undefined;

  constructor(cluster: Cluster, namespace: string | undefined) {
    this.#cluster = cluster;
    this.#namespace = namespace;
  }

  /** Every revision of a release, the oldest first. */
  async history(name: string): Promise<StoredRelease[]> {
    const stored = await this.#read({ owner: 'helm', name }, `${PREFIX}${name}.v`);
    return stored.sort((a, b) => a.release.version - b.release.version);
  }

  /** Every revision of every release. */
  async all(): Promise<StoredRelease[]> {
    return this.#read({ owner: 'helm' }, PREFIX);
  }

  /** The newest revision of every release; the others are not read. */
  async newest(): Promise<StoredRelease[]> {
    const query = { ...this.#query({ owner: 'helm' }), namePrefix: PREFIX };
    // The metadata of all records tell which are the newest. Nearly always those are the ones that are not superseded,
    // so these are read at the same time; any other newest one is read by itself below.
    const [heads, likely] = await Promise.all([
      this.#cluster.listMetadata(query),
      this.#cluster.list({ ...query, withoutLabels: { status: 'superseded' } }),
    ]);
    const read = new Map(likely.map((secret) => [keyOf(secret), secret]));
    const secrets = await Promise.all(
      newestOf(heads).map(async (head) => read.get(keyOf(head)) ?? (await this.#cluster.get(refOf(head)))),
    );
    return secrets.flatMap((secret) => (secret === undefined ? [] : [{ release: decodeSecret(secret), secret }]));
  }

  /** The metadata of the newest revision of every release; what the records hold is not read. */
  async newestHeads(): Promise<KubeObject[]> {
    return newestOf(await this.#cluster.listMetadata({ ...this.#query({ owner: 'helm' }), namePrefix: PREFIX }));
  }

  /** The names of all releases; what the records hold is not read. */
  async names(): Promise<string[]> {
    const heads = await this.newestHeads();
    return [...new Set(heads.map(({ metadata }) => textField(metadata['labels'], 'name')))].sort();
  }

  /**
   * What says that Helm has records of a release in ConfigMaps, as it does with `HELM_DRIVER=configmap`; undefined where it
   * has none, and where they may not be read.
   */
  async otherRecords(name: string): Promise<string | undefined> {
    const query = { ...this.#query({ owner: 'helm', name }), kind: 'ConfigMap' };
    const [found] = await this.#cluster.listMetadata(query).catch(() => []);
    if (found === undefined) return undefined;
    return `a ConfigMap (${printable(found.metadata.name)}) has a record of this release, made with HELM_DRIVER=configmap`;
  }

  #query(labels: Record<string, string>): ListQuery {
    const where = this.#namespace === undefined ? {} : { namespace: this.#namespace };
    return { apiVersion: 'v1', kind: 'Secret', labels, ...where };
  }

  async #read(labels: Record<string, string>, namePrefix: string): Promise<StoredRelease[]> {
    const secrets = await this.#cluster.list({ ...this.#query(labels), namePrefix });
    return secrets.map((secret) => ({ release: decodeSecret(secret), secret }));
  }

  /** The metadata of every revision of a release: all but what the records hold. */
  async heads(name: string): Promise<KubeObject[]> {
    return await this.#cluster.listMetadata({
      ...this.#query({ owner: 'helm', name }),
      namePrefix: `${PREFIX}${name}.v`,
    });
  }

  /** The metadata of one revision as it is now; undefined when it is gone. */
  async head({ name, version }: Pick<Release, 'name' | 'version'>): Promise<KubeObject | undefined> {
    const labels = { owner: 'helm', name, version: String(version) };
    const heads = await this.#cluster.listMetadata({ ...this.#query(labels), namePrefix: `${PREFIX}${name}.v` });
    return heads[0];
  }

  /** Sets annotations of a record. @throws {PkgError} `PKG_OBJECT_CONFLICT` when it was written since `stored` was read */
  async annotate(stored: StoredRelease, annotations: Record<string, string>): Promise<StoredRelease> {
    const metadata = await this.#cluster.annotate(stored.secret, annotations);
    return { ...stored, secret: { ...stored.secret, metadata } };
  }

  /** Writes a new revision. @throws {PkgError} `PKG_OBJECT_CONFLICT` when it exists; `PKG_RECORD_TOO_LARGE` */
  async create(release: Release, annotations: Record<string, string>): Promise<StoredRelease> {
    const secret = encodeSecret(release, 'createdAt', annotations);
    return { release, secret: await this.#cluster.create(secret) };
  }

  /** Replaces a revision. @throws {PkgError} `PKG_OBJECT_CONFLICT` when it was written since `stored` was read */
  async update(stored: StoredRelease, release: Release, annotations: Record<string, string>): Promise<StoredRelease> {
    return await this.replacement(release, annotations)(stored);
  }

  /**
   * Encodes a revision, which takes seconds for a large one on a busy machine.
   *
   * @returns writes it as {@link update} does, any number of times
   */
  replacement(
    release: Release,
    annotations: Record<string, string>,
  ): (stored: StoredRelease) => Promise<StoredRelease> {
    const secret = encodeSecret(release, 'modifiedAt', annotations);
    return async (stored) => {
      const resourceVersion = stored.secret.metadata['resourceVersion'];
      const metadata = { ...secret.metadata, ...(resourceVersion !== undefined && { resourceVersion }) };
      return { release, secret: await this.#cluster.replace({ ...secret, metadata }) };
    };
  }

  /**
   * Removes a revision, and then the random values that are stored beside it.
   *
   * @param options.unchanged throw `PKG_OBJECT_CONFLICT` when the record was written since `stored` was read
   */
  async remove(stored: StoredRelease, { unchanged = false }: { unchanged?: boolean } = {}): Promise<void> {
    const { name, namespace = '' } = stored.secret.metadata;
    const expected = stored.secret;
    await this.#cluster.delete({ apiVersion: 'v1', kind: 'Secret', namespace, name }, { expected, unchanged });
    try {
      await this.#cluster.delete({ ...storedValuesRef(stored.release), namespace });
    } catch (error) {
      // The record owns that Secret, so the garbage collector removes it.
      if (!(error instanceof PkgError) || error.code !== 'PKG_CLUSTER_FORBIDDEN') throw error;
    }
  }
}

/** What names the record of a revision. */
export function recordRef(name: string, namespace: string, revision: number): ObjectRef {
  return { apiVersion: 'v1', kind: 'Secret', namespace, name: `${PREFIX}${name}.v${revision}` };
}

/** What names a record among those of all namespaces. */
function keyOf({ metadata }: KubeObject): string {
  return `${metadata.namespace ?? ''}/${metadata.name}`;
}

/** The newest revision of each release. */
function newestOf(heads: readonly KubeObject[]): KubeObject[] {
  const newest = new Map<string, KubeObject>();
  for (const head of heads) {
    const key = `${head.metadata.namespace ?? ''}/${textField(head.metadata['labels'], 'name')}`;
    const known = newest.get(key);
    if (known === undefined || revisionOf(head) > revisionOf(known)) newest.set(key, head);
  }
  return [...newest.values()];
}

/** The revision in a record's labels; 0 where there is none. */
export function revisionOf(head: KubeObject): number {
  const text = textField(head.metadata['labels'], 'version');
  return /^\d{1,9}$/.test(text) ? Number(text) : 0;
}

/** The status in a record's labels; empty where there is none. */
export function statusOf({ metadata }: Pick<KubeObject, 'metadata'>): string {
  return textField(metadata['labels'], 'status');
}

function encodeSecret(
  release: Release,
  time: 'createdAt' | 'modifiedAt',
  annotations: Record<string, string>,
): KubeObject {
  const text = encodeRelease(release);
  if (text.length > MAX_RECORD) throw tooLarge(release, text.length);
  const metadata: KubeObject['metadata'] = {
    name: recordRef(release.name, release.namespace, release.version).name,
    namespace: release.namespace,
    labels: { ...recordLabels(release), [time]: String(Math.floor(Date.now() / 1000)) },
  };
  if (Object.keys(annotations).length > 0) metadata['annotations'] = annotations;
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    type: 'helm.sh/release.v1',
    metadata,
    data: { release: Buffer.from(text).toString('base64') },
  };
}

/**
 * Checks that the record of a release fits into a Secret, before anything is written.
 *
 * @throws {PkgError} `PKG_RECORD_TOO_LARGE`
 */
export function checkRecordFits(release: Release): void {
  // Compressing costs time, and JSON that is small enough as it is needs no trial.
  if (Buffer.byteLength(goJson(recordOf(release))) * BASE64 < MAX_RECORD - RECORD_GROWTH) return;
  const size = encodeRelease(release).length;
  if (size > MAX_RECORD - RECORD_GROWTH) throw tooLarge(release, size);
}

/** Room for what the end of the operation adds to the record: its status, the reason of a failure, runs of hooks. */
const RECORD_GROWTH = 4096;
const BASE64 = 4 / 3;

function tooLarge(release: Release, size: number): PkgError {
  return new PkgError(
    'PKG_RECORD_TOO_LARGE',
    `the record of ${release.name} would hold ${size} bytes, and a Secret holds ${MAX_RECORD}`,
    { hints: ['the record holds the chart: name large files that it does not need in .helmignore'] },
  );
}

function decodeSecret(secret: KubeObject): Release {
  const where = printable(secret.metadata.name);
  const data = getOwn(secret, 'data') as JsonObject | undefined;
  const text = typeof data === 'object' && data !== null ? data['release'] : undefined;
  if (typeof text !== 'string') throw corrupt(where, 'it holds no release');
  const labels = Object.entries((secret.metadata['labels'] ?? {}) as JsonObject).filter(
    (entry): entry is [string, string] => typeof entry[1] === 'string',
  );
  const release = decodeRelease(
    Buffer.from(text, 'base64').toString('latin1'),
    userLabels(Object.fromEntries(labels)),
    where,
  );
  // A record is written back under the name made of its content: a copy under another name would overwrite its
  // original.
  const { name } = recordRef(release.name, '', release.version);
  if (name !== secret.metadata.name) throw corrupt(where, `it holds ${printable(name)}`);
  return release.namespace === '' ? { ...release, namespace: secret.metadata.namespace ?? '' } : release;
}
