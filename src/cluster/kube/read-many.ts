/** Reads many objects by as few requests as the cluster allows. */
import { PkgError } from '../../errors.ts';
import type { KubeObject, ListQuery, ObjectRef } from '../cluster.ts';
import { inParallel } from '../../parallel.ts';
import { REQUESTS_AT_ONCE } from './kube-api.ts';

/** Everything that Helm, and so pkg, makes carries this label. */
const MANAGED: Readonly<Record<string, string>> = { 'app.kubernetes.io/managed-by': 'Helm' };
/** The same as a selector. */
export const MANAGED_SELECTOR = 'app.kubernetes.io/managed-by=Helm';
/** So many single reads cost less than a list that may hold much that is not wanted. */
export const FEW = 2;
/** Names are listed as long as there are at most so many, or so many for each one that is sought. */
const MANY_NAMES = 1_000;
const NAMES_EACH = 10;

/** How a place is asked. */
export type Reader = {
  get(ref: ObjectRef): Promise<KubeObject | undefined>;
  list(query: ListQuery): Promise<KubeObject[]>;
  /** The names of all objects of a kind; undefined where there are more than `most`. */
  names(query: ListQuery, most: number): Promise<ReadonlySet<string> | undefined>;
};

/**
 * Gives the objects in the order of `refs`. Each kind is listed once in each namespace, by Helm's label; what
 * is not among them is sought among the names of all others, and read singly if it is there. So is everything
 * where listing is not allowed.
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

/** Those of the objects that are there. Their contents are not read, where the names can be listed. */
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

/** The names of all objects where a group lives; undefined where they cannot be listed, or are too many for it. */
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
