/**
 * Stored random values: what random functions of native templates gave, by the identity of each call. They lie in
 * a Secret beside the record of a revision, which owns it, so that whoever removes the record removes them too.
 */
import type { Cluster, KubeObject, ObjectRef } from '../cluster/cluster.ts';
import { inParallel } from '../cluster/parallel.ts';
import { PkgError } from '../errors.ts';
import { printable } from '../errors-text.ts';
import { parseJson, printJson } from '../yaml/json.ts';
import { getOwn, isJsonObject } from '../yaml/value.ts';
import type { Json } from '../yaml/value.ts';
import type { Release } from './release.ts';

const TYPE = 'kubepkg.dev/stored-values.v1';
const KEY = 'values';
/** The key of Secrets that the first versions of pkg wrote. */
const EARLIER_KEY = 'keepsakes';
/** Secrets read at a time. */
const AT_ONCE = 16;

type Revision = Pick<Release, 'name' | 'namespace' | 'version'>;

/** What names the Secret beside the record of a revision. */
export function storedValuesRef({ name, namespace, version }: Revision): ObjectRef {
  return { apiVersion: 'v1', kind: 'Secret', namespace, name: `pkg.v1.${name}.v${version}` };
}

/**
 * Stores the random values of a revision.
 *
 * @param record the Secret that holds the record of the revision, as it lives
 * @throws {PkgError} of the cluster
 */
export async function writeStoredValues(
  cluster: Cluster,
  release: Revision,
  record: KubeObject,
  values: ReadonlyMap<string, string>,
): Promise<void> {
  if (values.size === 0) return;
  const uid = record.metadata['uid'];
  const owner = { apiVersion: 'v1', kind: 'Secret', name: record.metadata.name, uid: uid ?? '' };
  const text = printJson(Object.fromEntries([...values].sort(([a], [b]) => (a < b ? -1 : 1))));
  const { name, namespace } = storedValuesRef(release);
  await cluster.apply({
    apiVersion: 'v1',
    kind: 'Secret',
    type: TYPE,
    metadata: { name, namespace, ...(uid === undefined ? {} : { ownerReferences: [owner] }) },
    data: { [KEY]: Buffer.from(text).toString('base64') },
  });
}

/**
 * What is stored for each identity beside any of these revisions: each value once, that of the newest revision first;
 * and the newest revision that stored any.
 *
 * @throws {PkgError} of the cluster; `PKG_RECORD_CORRUPT` for a Secret that is damaged
 */
export async function readStoredValues(
  cluster: Cluster,
  revisions: readonly Revision[],
): Promise<{ values: Map<string, readonly string[]>; newest: number | undefined }> {
  const newestFirst = revisions.toSorted((a, b) => b.version - a.version);
  const read = await inParallel(newestFirst, AT_ONCE, (revision) => readOne(cluster, storedValuesRef(revision)));
  const found = new Map<string, string[]>();
  for (const [identity, value] of read.flat()) {
    const known = found.get(identity) ?? [];
    if (!known.includes(value)) known.push(value);
    found.set(identity, known);
  }
  return { values: found, newest: newestFirst.find((_revision, index) => read[index]?.length !== 0)?.version };
}

async function readOne(cluster: Cluster, ref: ObjectRef): Promise<[string, string][]> {
  const secret = await cluster.get(ref);
  if (secret === undefined) return [];
  const data = getOwn(secret, 'data');
  const encoded = isJsonObject(data) ? (getOwn(data, KEY) ?? getOwn(data, EARLIER_KEY)) : undefined;
  const values = typeof encoded === 'string' ? parsed(Buffer.from(encoded, 'base64').toString('utf8'), ref) : null;
  if (!isJsonObject(values)) throw unreadable(ref);
  return Object.entries(values).filter((entry): entry is [string, string] => typeof entry[1] === 'string');
}

function parsed(text: string, ref: ObjectRef): Json {
  try {
    return parseJson(text, ref.name);
  } catch (error) {
    throw unreadable(ref, error);
  }
}

/** To go on without them could change a password that nobody asked to change. */
function unreadable({ name, namespace }: ObjectRef, cause?: unknown): PkgError {
  return new PkgError('PKG_RECORD_CORRUPT', `the random values that are stored in Secret "${name}" cannot be read`, {
    hints: [
      `to go on without them, remove it: kubectl --namespace ${printable(namespace)} delete secret ${printable(name)}`,
    ],
    cause,
  });
}
