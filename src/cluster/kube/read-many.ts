/** Reads many objects with few requests. */
import { PkgError } from '../../errors.ts';
import { REQUESTS_AT_ONCE } from '../cluster.ts';
import type { KubeObject, ListQuery, ObjectRef } from '../cluster.ts';
import { inParallel } from '../../parallel.ts';

/** The label of all objects that Helm and pkg create. */
const MANAGED: Readonly<Record<string, string>> = { 'app.kubernetes.io/managed-by': 'Helm' };
/** The same as a selector. */
export const MANAGED_SELECTOR = 'app.kubernetes.io/managed-by=Helm';
/** Up to this many objects are read one by one: a list may hold many others. */
export const FEW = 2;
/** The most names that are listed, in all or for each object that is sought, before single reads are used instead. */
const MANY_NAMES = 1_000;
const NAMES_EACH = 10;

/** The requests that reading many objects needs. */
export type Reader = {
  get(ref: ObjectRef): Promise<KubeObject | undefined>;
  list(query: ListQuery): Promise<KubeObject[]>;
  /** The names of all objects of a kind; undefined where there are more than `most`. */
  names(query: ListQuery, most: number): Promise<ReadonlySet<string> | undefined>;
};

/**
 * Reads objects, in the order of `refs`. Each kind is listed once in each namespace, by Helm's label. An object that is
 * not in the list may lack the label: the names of all objects are listed, and it is read by itself if it is among
 * them. Where listing is forbidden, all objects are read one by one.
 */
export async function readMany(refs: readonly ObjectRef[], reader: Reader): Promise<(KubeObject | undefined)[]> {
  const found: (KubeObject | undefined)[] = refs.map(() => undefined);
  const readGroup = async (group: Group): Promise<void> => {
    const { query, indices } = group;
    const listed = indices.length > FEW ? await ifAllowed(() => reader.list({ ...query, labels: MANAGED })) : undefined;
    const byName = new Map(listed?.map((object) => [object.metadata.name, object]));
    const missing: number[] = [];
    for (const index of indices) {
      found[index] = byName.get(refs[index]?.name ?? '');
      if (found[index] === undefined) missing.push(index);
    }
    const names = await namesFor({ query, indices: missing }, reader);
    const there = missing.filter((index) => names?.has(refs[index]?.name ?? '') ?? true);
    await inParallel(there, REQUESTS_AT_ONCE, async (index) => {
      found[index] = await reader.get(refs[index] as ObjectRef);
    });
  };
  await Promise.all(groupsOf(refs).map(readGroup));
  return found;
}

/** Finds out which objects exist; where names can be listed, the objects themselves are not read. */
export async function existingAmong(refs: readonly ObjectRef[], reader: Reader): Promise<ObjectRef[]> {
  const groups = groupsOf(refs).map(async (group): Promise<ObjectRef[]> => {
    const sought = group.indices.map((index) => refs[index] as ObjectRef);
    const names = await namesFor(group, reader);
    if (names !== undefined) return sought.filter(({ name }) => names.has(name));
    const live = await inParallel(sought, REQUESTS_AT_ONCE, (ref) => reader.get(ref));
    return sought.filter((_, at) => live[at] !== undefined);
  });
  return (await Promise.all(groups)).flat();
}

/** Objects of one kind in one namespace, as positions among the refs. */
export type Group = { query: ListQuery; indices: number[] };

/** Sorts objects by kind and namespace. */
export function groupsOf(refs: readonly ObjectRef[]): Group[] {
  const groups = new Map<string, Group>();
  for (const [index, { apiVersion, kind, namespace }] of refs.entries()) {
    const key = JSON.stringify([apiVersion, kind, namespace]);
    const group = groups.get(key);
    if (group !== undefined) group.indices.push(index);
    else groups.set(key, { query: { apiVersion, kind, ...(namespace === '' ? {} : { namespace }) }, indices: [index] });
  }
  return [...groups.values()];
}

/**
 * The names of all objects of a group's kind and namespace; undefined where there are too many, or listing is
 * forbidden.
 */
async function namesFor({ query, indices }: Group, reader: Reader): Promise<ReadonlySet<string> | undefined> {
  if (indices.length <= FEW) return undefined;
  return await ifAllowed(() => reader.names(query, Math.max(MANY_NAMES, indices.length * NAMES_EACH)));
}

async function ifAllowed<T>(ask: () => Promise<T>): Promise<T | undefined> {
  try {
    return await ask();
  } catch (error) {
    if (error instanceof PkgError && error.code === 'PKG_CLUSTER_FORBIDDEN') return undefined;
    throw error;
  }
}
