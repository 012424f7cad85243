/** Reads what the planner needs to judge live objects that do not carry the marks of the release. */
import type { Cluster, KubeObject } from '../../cluster/cluster.ts';
import { refKey, refOf } from '../../cluster/cluster.ts';
import { PkgError } from '../../errors.ts';
import { ownershipOf, releaseOnObject } from '../plan-normal.ts';
import type { PlanInput } from '../plan-objects.ts';
import type { Release } from '../release.ts';
import type { StoredRelease } from '../store.ts';
import { objectsOfHook } from './hooks.ts';

/**
 * Reads who owns live objects without the release's marks. Hooks of earlier revisions create objects without marks, and
 * the release that other marks name may be gone. Usually all objects carry the marks, and nothing is read.
 *
 * @param found the live objects under the names of the plan
 */
export async function readOwners(
  cluster: Cluster,
  release: Pick<Release, 'name' | 'namespace'>,
  found: readonly (KubeObject | undefined)[],
  history: readonly StoredRelease[],
): Promise<Pick<PlanInput, 'madeByHooks' | 'goneReleases'>> {
  const { name, namespace } = release;
  const foreign = found.flatMap((live) => {
    if (live === undefined) return [];
    const { owner } = ownershipOf(live, name, namespace);
    return owner === 'us' ? [] : [{ live, owner }];
  });
  const madeByHooks = new Set<string>();
  if (cluster.runsWorkloads && foreign.some(({ owner }) => owner === 'nobody')) {
    for (const hook of history.flatMap((stored) => stored.release.hooks)) {
      for (const object of await objectsOfHook(cluster, hook, namespace)) madeByHooks.add(refKey(refOf(object)));
    }
  }
  const marked = new Set(
    foreign.flatMap(({ live, owner }) => (owner === 'other' ? (releaseOnObject(live) ?? []) : [])),
  );
  const goneReleases = new Set<string>();
  for (const other of marked) if (await isGone(cluster, other)) goneReleases.add(other);
  return { madeByHooks, goneReleases };
}

/** Has a release no record any more? False where the user may not look. */
async function isGone(cluster: Cluster, release: string): Promise<boolean> {
  const [namespace = '', name = ''] = release.split('/');
  if (namespace === '') return false;
  try {
    const labels = { owner: 'helm', name };
    return (await cluster.listMetadata({ apiVersion: 'v1', kind: 'Secret', namespace, labels })).length === 0;
  } catch (error) {
    if (error instanceof PkgError) return false;
    throw error;
  }
}
