/**
 * What pkg stores of a revision beside Helm's record, in a Secret that the record owns, so that whoever removes the
 * record removes it too: random values, which random functions of native templates gave, by the identity of each call;
 * and where the chart was fetched from.
 */
import type { ChartSource } from '../chart/chart.ts';
import type { Cluster, KubeObject, ObjectRef } from '../cluster/cluster.ts';
import { inParallel } from '../parallel.ts';
import { PkgError } from '../errors.ts';
import { printable } from '../errors-text.ts';
import { parseJson, printJson } from '../yaml/json.ts';
import { getOwn, isJsonObject, textField } from '../yaml/value.ts';
import type { Json } from '../yaml/value.ts';
import type { Release } from './release.ts';

const TYPE = 'kubepkg.dev/stored-values.v1';
const KEY = 'values';
const SOURCE_KEY = 'source';
/** The key of Secrets that the first versions of pkg wrote. */
const EARLIER_KEY = 'keepsakes';
/** Secrets read at a time. */
const AT_ONCE = 16;

type Revision = Pick<Release, 'name' | 'namespace' | 'version'>;

/** What names the Secret beside the record of a revision. */
export function storedValuesRef({ name, namespace, version }: Revision): ObjectRef {
  return { apiVersion: 'v1', kind: 'Secret', namespace, name: `pkg.v1.${name}.v${version}` };
}

/** What is stored of a revision. */
export type Stored = { values: ReadonlyMap<string, string>; source: ChartSource | undefined };

/**
 * Stores the random values of a revision, and where its chart was fetched from.
 *
 * @param record the Secret that holds the record of the revision, as it lives
 * @throws {PkgError} of the cluster
 */
export async function writeStoredValues(
  cluster: Cluster,
  release: Revision,
  record: KubeObject,
  { values, source }: Stored,
): Promise<void> {
  if (values.size === 0 && source === undefined) return;
  const uid = record.metadata['uid'];
  const owner = { apiVersion: 'v1', kind: 'Secret', name: record.metadata.name, uid: uid ?? '' };
  const text = printJson(Object.fromEntries([...values].sort(([a], [b]) => (a < b ? -1 : 1))));
  const { name, namespace } = storedValuesRef(release);
  await cluster.apply({
    apiVersion: 'v1',
    kind: 'Secret',
    type: TYPE,
    metadata: { name, namespace, ...(uid === undefined ? {} : { ownerReferences: [owner] }) },
    data: {
      // Earlier versions of pkg take a Secret without it for damaged.
      [KEY]: Buffer.from(text).toString('base64'),
      ...(source === undefined ? {} : { [SOURCE_KEY]: Buffer.from(printJson({ ...source })).toString('base64') }),
    },
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
  for (const [identity, value] of read.flatMap((one) => one.values)) {
    const known = found.get(identity) ?? [];
    if (!known.includes(value)) known.push(value);
    found.set(identity, known);
  }
  return { values: found, newest: newestFirst.find((_revision, index) => read[index]?.values.length !== 0)?.version };
}

/**
 * What is stored beside one revision; nothing where there is no Secret.
 *
 * @throws {PkgError} of the cluster; `PKG_RECORD_CORRUPT` for a Secret that is damaged
 */
export async function readStored(cluster: Cluster, revision: Revision): Promise<Stored> {
  const { values, source } = await readOne(cluster, storedValuesRef(revision));
  return { values: new Map(values), source };
}

async function readOne(
  cluster: Cluster,
  ref: ObjectRef,
): Promise<{ values: [string, string][]; source: ChartSource | undefined }> {
  const secret = await cluster.get(ref);
  if (secret === undefined) return { values: [], source: undefined };
  const data = getOwn(secret, 'data');
  const encoded = isJsonObject(data) ? (getOwn(data, KEY) ?? getOwn(data, EARLIER_KEY)) : undefined;
  const values = typeof encoded === 'string' ? parsed(Buffer.from(encoded, 'base64').toString('utf8'), ref) : null;
  if (!isJsonObject(values)) throw unreadable(ref);
  const source = isJsonObject(data) ? textField(data, SOURCE_KEY) : '';
  return {
    values: Object.entries(values).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
    source: source === '' ? undefined : sourceOf(Buffer.from(source, 'base64').toString('utf8')),
  };
}

/** Undefined for what cannot be read: nothing but a look for newer versions needs it. */
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

/** To go on without them could change a password that nobody asked to change. */
function unreadable({ name, namespace }: ObjectRef, cause?: unknown): PkgError {
  return new PkgError('PKG_RECORD_CORRUPT', `the random values that are stored in Secret "${name}" cannot be read`, {
    hints: [
      `to go on without them, remove it: kubectl --namespace ${printable(namespace)} delete secret ${printable(name)}`,
    ],
    cause,
  });
}
