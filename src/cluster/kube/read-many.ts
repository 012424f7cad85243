/** Reads many objects by as few requests as the cluster allows. */
import { PkgError } from '../../errors.ts';
import { setOwn } from '../../yaml/value.ts';
import type { JsonObject } from '../../yaml/value.ts';
import type { KubeObject, ListQuery, ObjectRef } from '../cluster.ts';

/** Everything that Helm, and so pkg, makes carries this label. */
const MANAGED: Readonly<Record<string, string>> = { 'app.kubernetes.io/managed-by': 'Helm' };

/** So many single reads cost less than a list that may hold much that is not wanted. */
const FEW = 2;

/**
 * Gives the objects in the order of `refs`. Each kind is listed once in each namespace, by Helm's label; what
 * is not among them, and everything where listing is not allowed, is read singly.
 */
export async function readMany(
  refs: readonly ObjectRef[],
  get: (ref: ObjectRef) => Promise<KubeObject | undefined>,
  list: (query: ListQuery) => Promise<KubeObject[]>,
): Promise<(KubeObject | undefined)[]> {
  const groups = new Map<string, number[]>();
  for (const [index, { apiVersion, kind, namespace }] of refs.entries()) {
    const key = JSON.stringify([apiVersion, kind, namespace]);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [index]);
    else group.push(index);
  }
  const found: (KubeObject | undefined)[] = refs.map(() => undefined);
  await Promise.all(
    [...groups.values()].map(async (indices) => {
      const listed = indices.length > FEW ? await listManaged(refs[indices[0] ?? 0], list) : undefined;
      await Promise.all(
        indices.map(async (index) => {
          const ref = refs[index];
          if (ref !== undefined) found[index] = listed?.get(ref.name) ?? (await get(ref));
        }),
      );
    }),
  );
  return found;
}

async function listManaged(
  ref: ObjectRef | undefined,
  list: (query: ListQuery) => Promise<KubeObject[]>,
): Promise<Map<string, KubeObject> | undefined> {
  if (ref === undefined) return undefined;
  const { apiVersion, kind, namespace } = ref;
  try {
    const objects = await list({ apiVersion, kind, ...(namespace === '' ? {} : { namespace }), labels: MANAGED });
    return new Map(objects.map((object) => [object.metadata.name, object]));
  } catch (error) {
    if (error instanceof PkgError && error.code === 'PKG_CLUSTER_FORBIDDEN') return undefined;
    throw error;
  }
}

/** An item of a list as an object of its own: in lists the server leaves out what all items have in common. */
export function withKind(item: JsonObject, apiVersion: string, kind: string): KubeObject {
  if (item['apiVersion'] !== undefined && item['kind'] !== undefined) return item as KubeObject;
  const object: JsonObject = { apiVersion, kind };
  for (const key of Object.keys(item)) setOwn(object, key, item[key] ?? null);
  return object as KubeObject;
}
