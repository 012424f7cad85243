/**
 * The Secret that pkg stores beside Helm's record of a revision. It holds the random values of native templates, and
 * where the chart was fetched from. The record owns it, so that it is removed with the record, by Helm too.
 */
import type { ChartSource } from '../chart/chart.ts';
import { REQUESTS_AT_ONCE } from '../cluster/cluster.ts';
import type { Cluster, KubeObject, ObjectRef } from '../cluster/cluster.ts';
import { inParallel } from '../parallel.ts';
import { PkgError } from '../errors.ts';
import { printable } from '../errors-text.ts';
import { parseJson, printJson } from '../yaml/json.ts';
import type { StoredRevision, StoredValue } from '../render/random-values.ts';
import { getOwn, isJsonObject, textField } from '../yaml/value.ts';
import type { Json } from '../yaml/value.ts';
import type { Release } from './release.ts';

const TYPE = 'kubepkg.dev/stored-values.v1';
const KEY = 'keyed';
/** The key of earlier versions, for values by the positions of calls in templates. They fail where it is missing. */
const EARLIER_KEY = 'values';
/** The key of the first version, with the same content. */
const FIRST_KEY = 'keepsakes';
const SOURCE_KEY = 'source';

type Revision = Pick<Release, 'name' | 'namespace' | 'version'>;

/** What names the Secret beside the record of a revision. */
export function storedValuesRef({ name, namespace, version }: Revision): ObjectRef {
  return { apiVersion: 'v1', kind: 'Secret', namespace, name: `pkg.v1.${name}.v${version}` };
}

/** What is stored of a revision. */
export type Stored = Pick<StoredRevision, 'values' | 'earlier'> & { source: ChartSource | undefined };

/**
 * Stores the random values of a revision, and where its chart was fetched from.
 *
 * @param record the Secret that holds the record of the revision, as it lives
 * @throws {PkgError} of the cluster
 */
export async function writeStored(
  cluster: Cluster,
  release: Revision,
  record: KubeObject,
  { values, earlier, source }: Stored,
): Promise<void> {
  if (values.length === 0 && earlier.size === 0 && source === undefined) return;
  const uid = record.metadata['uid'];
  const owner = { apiVersion: 'v1', kind: 'Secret', name: record.metadata.name, uid: uid ?? '' };
  const encoded = (value: Json): string => Buffer.from(printJson(value)).toString('base64');
  const list = values
    .map(({ keys, also, call, args, site, value }) => ({ keys: [...keys], also: [...also], call, args, site, value }))
    .sort((a, b) => ((a.keys[0] ?? '') < (b.keys[0] ?? '') ? -1 : 1));
  const { name, namespace } = storedValuesRef(release);
  await cluster.apply({
    apiVersion: 'v1',
    kind: 'Secret',
    type: TYPE,
    metadata: { name, namespace, ...(uid === undefined ? {} : { ownerReferences: [owner] }) },
    data: {
      ...(list.length === 0 ? {} : { [KEY]: encoded(list) }),
      [EARLIER_KEY]: encoded(Object.fromEntries([...earlier].sort(([a], [b]) => (a < b ? -1 : 1)))),
      ...(source === undefined ? {} : { [SOURCE_KEY]: encoded({ ...source }) }),
    },
  });
}

/**
 * What is stored beside each of these revisions.
 *
 * @throws {PkgError} of the cluster; `PKG_RECORD_CORRUPT` for a Secret that is damaged
 */
export async function readStoredRevisions(cluster: Cluster, revisions: readonly Revision[]): Promise<StoredRevision[]> {
  return await inParallel(revisions, REQUESTS_AT_ONCE, async (revision) => ({
    revision: revision.version,
    ...(await readStored(cluster, revision)),
  }));
}

/**
 * What is stored beside one revision; nothing where there is no Secret.
 *
 * @throws {PkgError} of the cluster; `PKG_RECORD_CORRUPT` for a Secret that is damaged
 */
export async function readStored(cluster: Cluster, revision: Revision): Promise<Stored> {
  const ref = storedValuesRef(revision);
  const secret = await cluster.get(ref);
  if (secret === undefined) return { values: [], earlier: new Map(), source: undefined };
  const data = getOwn(secret, 'data') ?? {};
  const textOf = (key: string): string => Buffer.from(textField(data, key), 'base64').toString('utf8');
  const earlier = parsed(textOf(EARLIER_KEY) || textOf(FIRST_KEY), ref);
  const keyed = parsed(textOf(KEY) || '[]', ref);
  if (!isJsonObject(earlier) || !Array.isArray(keyed)) throw unreadable(ref);
  const texts = Object.entries(earlier).filter((entry): entry is [string, string] => typeof entry[1] === 'string');
  const source = textOf(SOURCE_KEY);
  return {
    values: keyed.map((item) => storedValue(item) ?? fail(ref)),
    earlier: new Map(texts),
    source: source === '' ? undefined : sourceOf(source),
  };
}

function fail(ref: ObjectRef): never {
  throw unreadable(ref);
}

function storedValue(item: Json): StoredValue | undefined {
  if (!isJsonObject(item)) return undefined;
  const keys = textsIn(getOwn(item, 'keys'));
  const value = getOwn(item, 'value');
  if (keys === undefined || typeof value !== 'string') return undefined;
  return {
    keys,
    also: textsIn(getOwn(item, 'also')) ?? [],
    call: textField(item, 'call'),
    args: textField(item, 'args'),
    site: textField(item, 'site'),
    value,
  };
}

function textsIn(list: Json | undefined): string[] | undefined {
  return Array.isArray(list) ? list.filter((item) => typeof item === 'string') : undefined;
}

/** Reads a chart's source; undefined for a damaged one, which only `pkg outdated` would need. */
function sourceOf(text: string): ChartSource | undefined {
  let value: Json;
  try {
    value = parseJson(text, SOURCE_KEY);
  } catch {
    return undefined;
  }
  return {
    reference: textField(value, 'reference'),
    digest: textField(value, 'digest'),
    version: textField(value, 'version'),
    repository: textField(value, 'repository'),
    name: textField(value, 'name'),
  };
}

function parsed(text: string, ref: ObjectRef): Json {
  try {
    return parseJson(text, ref.name);
  } catch (error) {
    throw unreadable(ref, error);
  }
}

/** An error, because going on without the values would generate new passwords. */
function unreadable({ name, namespace }: ObjectRef, cause?: unknown): PkgError {
  return new PkgError('PKG_RECORD_CORRUPT', `the random values that are stored in Secret "${name}" cannot be read`, {
    hints: [
      `to go on without them, remove it: kubectl --namespace ${printable(namespace)} delete secret ${printable(name)}`,
    ],
    cause,
  });
}
