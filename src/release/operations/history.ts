/** Reads releases and their revisions. */
import type { Cluster } from '../../cluster/cluster.ts';
import { PkgError } from '../../errors.ts';
import { printable } from '../../errors-text.ts';
import { nearest } from '../../nearest.ts';
import type { Release, Status } from '../release.ts';
import { ReleaseStore } from '../store.ts';
import type { StoredRelease } from '../store.ts';
import { readStored } from '../stored-values.ts';

/** Which releases to list. No namespace means all; no statuses means any. */
export type ListOptions = { namespace?: string; statuses?: readonly Status[] };

/**
 * The newest revision of each release, sorted by namespace and name. As in Helm, `statuses` filter only after that. The
 * newest revision is never superseded, so asking for `superseded` alone lists all superseded revisions instead.
 */
export async function listReleases(cluster: Cluster, options: ListOptions = {}): Promise<Release[]> {
  const { statuses } = options;
  const store = new ReleaseStore(cluster, options.namespace);
  const onlySuperseded = statuses?.length === 1 && statuses[0] === 'superseded';
  return (await (onlySuperseded ? store.all() : store.newest()))
    .map(({ release }) => ({ release, key: `${release.namespace}/${release.name}` }))
    .sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : a.release.version - b.release.version))
    .map(({ release }) => release)
    .filter(({ info }) => statuses === undefined || statuses.includes(info.status));
}

/**
 * The revisions of a release, the oldest first.
 *
 * @throws {PkgError} `PKG_RELEASE_NOT_FOUND`
 */
export async function getHistory(cluster: Cluster, namespace: string, name: string): Promise<Release[]> {
  return (await storedHistory(cluster, namespace, name)).map(({ release }) => release);
}

async function storedHistory(cluster: Cluster, namespace: string, name: string): Promise<StoredRelease[]> {
  const history = await new ReleaseStore(cluster, namespace).history(name);
  if (history.length === 0) throw await notFound(cluster, namespace, name);
  return history;
}

/**
 * Reads one revision of a release.
 *
 * @param revision 0 for the newest
 * @throws {PkgError} `PKG_RELEASE_NOT_FOUND`, `PKG_REVISION_NOT_FOUND`
 */
export async function getRelease(cluster: Cluster, namespace: string, name: string, revision = 0): Promise<Release> {
  return (await getStored(cluster, namespace, name, revision)).release;
}

/** As {@link getRelease}, with the Secret that holds it; it throws the same. */
export async function getStored(
  cluster: Cluster,
  namespace: string,
  name: string,
  revision = 0,
): Promise<StoredRelease> {
  const history = await storedHistory(cluster, namespace, name);
  const found = revision === 0 ? history.at(-1) : history.find(({ release }) => release.version === revision);
  if (found !== undefined) return found;
  const releases = history.map(({ release }) => release);
  throw revisionNotFound(name, revision, releases);
}

/** The keys of a stored random value, never the value. `call` is the template function that generated it. */
export type StoredKey = { keys: readonly string[]; call: string; revision: number };

/**
 * The keys of the random values of a revision, or of the newest one that has stored any.
 *
 * @throws {PkgError} `PKG_RELEASE_NOT_FOUND`, `PKG_REVISION_NOT_FOUND`, `PKG_RECORD_CORRUPT`
 */
export async function getStoredKeys(
  cluster: Cluster,
  namespace: string,
  name: string,
  revision = 0,
): Promise<StoredKey[]> {
  const wanted =
    revision === 0
      ? (await getHistory(cluster, namespace, name)).reverse()
      : [await getRelease(cluster, namespace, name, revision)];
  for (const release of wanted) {
    const { values, earlier } = await readStored(cluster, release);
    const found = [
      ...values.map(({ keys, also, call }) => ({ keys: [...keys, ...also], call, revision: release.version })),
      // Earlier versions named values by the call with its arguments, which may be secrets: these are cut off.
      ...[...earlier.keys()].map((identity) => {
        const [site = ''] = identity.split('(');
        return { keys: [site], call: site.slice(site.lastIndexOf('>') + 1), revision: release.version };
      }),
    ];
    if (found.length > 0) return found;
  }
  return [];
}

/** The error for a revision that is not there. */
export function revisionNotFound(name: string, revision: number, history: readonly Release[]): PkgError {
  return new PkgError('PKG_REVISION_NOT_FOUND', `release ${printable(name)} has no revision ${revision}`, {
    hints: [`its revisions are ${history.map(({ version }) => version).join(', ')}`],
  });
}

/**
 * The error for a release that does not exist, with the most similar name in its namespace as a hint. Only metadata of
 * this namespace are read for it.
 */
export async function notFound(cluster: Cluster, namespace: string, name: string): Promise<PkgError> {
  const store = new ReleaseStore(cluster, namespace);
  const near = nearest(name, await store.names().catch(() => []));
  const elsewhere = await store.otherRecords(name);
  return new PkgError(
    'PKG_RELEASE_NOT_FOUND',
    `there is no release ${printable(name)} in the namespace ${printable(namespace)}`,
    {
      notes: elsewhere === undefined ? [] : [elsewhere],
      hints: [
        ...(elsewhere === undefined ? [] : ['go on with helm, or remove the ConfigMaps where they are left over']),
        ...(near === undefined ? [] : [`did you mean ${printable(near)}?`]),
        '`pkg list -A` shows the releases of all namespaces',
      ],
    },
  );
}
