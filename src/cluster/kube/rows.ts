/**
 * Reads objects as table rows, which the server prepares for `kubectl get`.
 *
 * @see https://kubernetes.io/docs/reference/using-api/api-concepts/#receiving-resources-as-tables
 */
import { getOwn, isJsonObject, textField } from '../../yaml/value.ts';
import type { Json, JsonObject } from '../../yaml/value.ts';
import { REQUESTS_AT_ONCE } from '../cluster.ts';
import type { ListQuery, ObjectRef, Row } from '../cluster.ts';
import { inParallel } from '../../parallel.ts';
import { FEW, groupsOf, MANAGED_SELECTOR } from './read-many.ts';
import { resourcePath } from './resource-path.ts';
import { selectorText } from './selector.ts';
import type { KubeApi } from './kube-api.ts';

const AS_TABLE = 'application/json;as=Table;v=v1;g=meta.k8s.io,application/json';

/** The rows of objects, in the order of `refs`; undefined for what is not there. Each kind is listed once. */
export async function rowsOf(cluster: KubeApi, refs: readonly ObjectRef[]): Promise<(Row | undefined)[]> {
  const found: (Row | undefined)[] = refs.map(() => undefined);
  const groups = groupsOf(refs).map(async ({ query, indices }) => {
    const rows = indices.length > FEW ? await tableOf(cluster, query, MANAGED_SELECTOR) : [];
    const byName = new Map(rows.map(({ name, row }) => [name, row]));
    await inParallel(indices, REQUESTS_AT_ONCE, async (index) => {
      const { name } = refs[index] as ObjectRef;
      found[index] = byName.get(name) ?? (await tableOf(cluster, query, '', name))[0]?.row;
    });
  });
  await Promise.all(groups);
  return found;
}

/** The rows of a list. */
export async function listRows(
  cluster: KubeApi,
  query: ListQuery,
): Promise<(Row & { labels: Record<string, string> })[]> {
  const rows = await tableOf(cluster, query, selectorText(query));
  return rows.map(({ row, labels }) => ({ ...row, labels }));
}

type NamedRow = { name: string; labels: Record<string, string>; row: Row };

async function tableOf(
  cluster: KubeApi,
  { apiVersion, kind, namespace = '' }: ListQuery,
  labelSelector: string,
  name?: string,
): Promise<NamedRow[]> {
  const resource = await cluster.discovery.served(apiVersion, kind);
  if (resource === undefined) return [];
  const { status, body } = await cluster.request({
    method: 'GET',
    path: name === undefined ? resourcePath(resource, namespace) : resourcePath(resource, namespace, name),
    accept: AS_TABLE,
    query: { labelSelector: labelSelector === '' ? undefined : labelSelector },
    expect: [404],
  });
  return status === 404 ? [] : readTable(body);
}

function readTable(body: Json): NamedRow[] {
  const all = objectsIn(body, 'columnDefinitions');
  // Columns of another priority are those of `kubectl get -o wide`.
  const shown = all.map((column) => (getOwn(column, 'priority') ?? 0) === 0);
  const columns = all.filter((_, index) => shown[index]).map((column) => textField(column, 'name').toUpperCase());
  return objectsIn(body, 'rows').map((row) => {
    const object = getOwn(row, 'object');
    const metadata = isJsonObject(object) ? getOwn(object, 'metadata') : undefined;
    const labels = isJsonObject(metadata) ? getOwn(metadata, 'labels') : undefined;
    const cells = getOwn(row, 'cells');
    return {
      name: textField(metadata, 'name'),
      labels: isJsonObject(labels) ? (labels as Record<string, string>) : {},
      row: { columns, cells: (Array.isArray(cells) ? cells : []).filter((_, index) => shown[index]).map(cellText) },
    };
  });
}

function cellText(cell: Json): string {
  return cell === null ? '<none>' : typeof cell === 'object' ? JSON.stringify(cell) : String(cell);
}

function objectsIn(value: Json, key: string): JsonObject[] {
  const found = isJsonObject(value) ? getOwn(value, key) : undefined;
  return Array.isArray(found) ? found.filter(isJsonObject) : [];
}
