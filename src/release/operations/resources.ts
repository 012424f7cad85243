/** The live objects of a release, and the pods that its workloads select, for `pkg status`. */
import type { Cluster, KubeObject, ListQuery, ObjectRef, Row } from '../../cluster/cluster.ts';
import { groupOf, refOf, versionOf } from '../../cluster/cluster.ts';
import { fieldOf, isJsonObject } from '../../yaml/value.ts';
import type { Json, JsonObject } from '../../yaml/value.ts';
import { parseDocument, splitManifest } from '../manifest.ts';
import { normalizeObjects } from '../plan-normal.ts';
import type { Release } from '../release.ts';

/** By version and kind (`v1/Deployment`), as Helm groups them. */
export type Resources<T> = Map<string, T[]>;

/** How Helm names the pods that workloads select. */
const RELATED = 'v1/Pod(related)';
/** Kinds whose `spec.selector` selects pods. */
const WORKLOADS: ReadonlySet<string> = new Set([
  'apps/Deployment',
  'apps/ReplicaSet',
  'apps/StatefulSet',
  'apps/DaemonSet',
  'batch/Job',
  '/ReplicationController',
]);
/** The most values of a label in one request: the length of a URL is limited. */
const VALUES = 50;

/** The live objects of a release; pods as one PodList for each selector, as Helm's `status -o json` has them. */
export async function liveResources(cluster: Cluster, release: Release): Promise<Resources<KubeObject | PodList>> {
  const { own, related } = await gather<KubeObject>(
    release,
    cluster,
    (refs) => cluster.getMany(refs),
    async (query) => (await cluster.list(query)).map((object) => ({ item: object, labels: labelsOf(object) })),
  );
  const resources: Resources<KubeObject | PodList> = new Map(own);
  const lists = related.map((items): PodList => ({ apiVersion: 'v1', items, kind: 'PodList', metadata: {} }));
  if (lists.length > 0) resources.set(RELATED, lists);
  return resources;
}

/** The pods of one selector. */
export type PodList = { apiVersion: 'v1'; items: KubeObject[]; kind: 'PodList'; metadata: JsonObject };

/** The same as table rows, which the server prints for kubectl. */
export async function resourceRows(cluster: Cluster, release: Release): Promise<Resources<Row>> {
  const { own, related } = await gather<Row>(
    release,
    cluster,
    (refs) => cluster.rows(refs),
    async (query) => (await cluster.listRows(query)).map((row) => ({ item: row, labels: row.labels })),
  );
  const pods = related.flat();
  return pods.length === 0 ? own : new Map([...own, [RELATED, pods]]);
}

async function gather<T>(
  release: Release,
  cluster: Cluster,
  read: (refs: readonly ObjectRef[]) => Promise<(T | undefined)[]>,
  list: (query: ListQuery) => Promise<{ item: T; labels: Readonly<Record<string, string>> }[]>,
): Promise<{ own: Resources<T>; related: T[][] }> {
  const where = `release ${release.name}`;
  const { objects } = await normalizeObjects(
    splitManifest(release.manifest).flatMap((text) => parseDocument(text, where) ?? []),
    {
      namespace: release.namespace,
      scopeOf: (apiVersion, kind, crds) => cluster.scope(apiVersion, kind, crds),
      crds: [],
    },
  );
  const selectors = selectorsOf(objects);
  const [live, ...pods] = await Promise.all([
    read(objects.map(refOf)),
    ...podQueries(selectors).map(async (query) => ({ query, found: await list(query) })),
  ]);
  const own: Resources<T> = new Map();
  for (const [index, object] of objects.entries()) {
    const item = live[index];
    const key = `${versionOf(object.apiVersion)}/${object.kind}`;
    if (item !== undefined) own.set(key, [...(own.get(key) ?? []), item]);
  }
  const related = selectors.map(({ namespace, labels }) =>
    pods
      .filter(({ query }) => query.namespace === namespace)
      .flatMap(({ found }) => found)
      .filter((pod) => Object.entries(labels).every(([key, value]) => pod.labels[key] === value))
      .map(({ item }) => item),
  );
  return { own, related };
}

type Selector = { namespace: string; labels: Record<string, string> };

/** The selectors of workloads, without repetition. */
function selectorsOf(objects: readonly KubeObject[]): Selector[] {
  const selectors = new Map<string, Selector>();
  for (const object of objects) {
    const kind = `${groupOf(object.apiVersion)}/${object.kind}`;
    if (!WORKLOADS.has(kind)) continue;
    const selector = fieldOf(fieldOf(object, 'spec'), 'selector');
    const labels = textsOf(kind === '/ReplicationController' ? selector : fieldOf(selector, 'matchLabels'));
    if (Object.keys(labels).length === 0) continue;
    const found: Selector = { namespace: object.metadata.namespace ?? '', labels };
    selectors.set(JSON.stringify([found.namespace, Object.entries(labels).sort()]), found);
  }
  return [...selectors.values()];
}

/**
 * Queries that find all pods of the selectors, and perhaps more. Selectors with the same label keys share a query (`app
 * in (a, b, c)`), so that many Deployments take few requests.
 */
function podQueries(selectors: readonly Selector[]): ListQuery[] {
  const groups = new Map<string, Selector[]>();
  for (const selector of selectors) {
    const key = JSON.stringify([selector.namespace, Object.keys(selector.labels).sort()]);
    groups.set(key, [...(groups.get(key) ?? []), selector]);
  }
  return [...groups.values()].flatMap((group) => {
    const queries: ListQuery[] = [];
    for (let start = 0; start < group.length; start += VALUES) {
      const some = group.slice(start, start + VALUES);
      const [first] = some;
      if (first === undefined) continue;
      const labels: Record<string, string[]> = {};
      for (const key of Object.keys(first.labels)) {
        labels[key] = [...new Set(some.map((one) => one.labels[key] ?? ''))];
      }
      queries.push({ apiVersion: 'v1', kind: 'Pod', namespace: first.namespace, labelsIn: labels });
    }
    return queries;
  });
}

function labelsOf(object: KubeObject): Record<string, string> {
  return textsOf(object.metadata['labels']);
}

/** The texts among the fields of an object. */
function textsOf(value: Json | undefined): Record<string, string> {
  if (!isJsonObject(value)) return {};
  return Object.fromEntries(
    Object.entries(value).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  );
}
