/** Compares desired objects with live ones, by a dry run where the live object does not tell enough. */
import { REQUESTS_AT_ONCE } from '../../cluster/cluster.ts';
import type { Cluster, Found, KubeObject } from '../../cluster/cluster.ts';
import { isSettled, needsMigration } from '../../cluster/managed-fields.ts';
import { servesKind } from '../../cluster/scope.ts';
import type { ErrorCode, PkgError } from '../../errors.ts';
import { inParallel } from '../../parallel.ts';
import { fieldConflict, keptFields, leaveScaledFields } from '../plan-fields.ts';
import type { Comparison } from '../plan-objects.ts';

/** How objects are compared. */
export type CompareOptions = {
  /** Take fields that other managers hold. */
  forceConflicts: boolean;
  /** Leave fields to those who set them through the scale subresource, as autoscalers do. */
  leaveScaled: boolean;
  /** Namespaces and CRDs that the operation creates first: a dry run of objects that need them would fail now. */
  coming: readonly KubeObject[];
};

/** Codes of errors about one object. Any other error ends the operation. */
const ABOUT_OBJECT: readonly ErrorCode[] = ['PKG_OBJECT_INVALID', 'PKG_OBJECT_CONFLICT', 'PKG_CLUSTER_FORBIDDEN'];

/**
 * Compares desired objects with live ones, so that conflicts and immutable fields are known before anything is written.
 *
 * @returns comparisons in the order of the objects
 * @throws {PkgError} where the cluster cannot be asked
 */
export async function compareObjects(
  cluster: Cluster,
  desired: readonly KubeObject[],
  options: CompareOptions,
): Promise<Comparison[]> {
  const found = await cluster.compare(desired);
  const fresh = desired.filter((_, index) => found[index]?.live === undefined);
  const problems = fresh.length === 0 ? undefined : await problemsOfNew(cluster, fresh, options.coming);
  return await inParallel(desired, REQUESTS_AT_ONCE, async (object, index) => {
    const { live, same } = found[index] as Found;
    if (live !== undefined) return await compareLive(cluster, object, { live, same }, options);
    const problem = problems?.get(object);
    return { same: false, live, ...(problem && { problem }) };
  });
}

/** The problems of objects that do not exist yet. Loaded only when there are such objects. */
async function problemsOfNew(
  cluster: Cluster,
  objects: readonly KubeObject[],
  coming: readonly KubeObject[],
): Promise<ReadonlyMap<KubeObject, PkgError>> {
  const { tryNew } = await import('./try-new.ts');
  return await tryNew(cluster, objects, coming);
}

async function compareLive(
  cluster: Cluster,
  object: KubeObject,
  { live, same }: { live: KubeObject; same: boolean },
  options: CompareOptions,
): Promise<Comparison> {
  if (same) return { same: true, live };
  const scaled = options.leaveScaled ? leaveScaledFields(object, live) : undefined;
  const desired = scaled?.desired ?? object;
  const about = { live, ...scaled };
  if (scaled !== undefined && isSettled(desired, live)) return { same: true, ...about };
  const unserved = await cluster.unservedKind(desired.apiVersion, desired.kind);
  if (unserved !== undefined) {
    // The object lives in another version of its kind. That is a problem unless a CRD of this operation adds the
    // version.
    return { same: false, ...about, ...(!servesKind(options.coming, desired) && { problem: unserved }) };
  }
  const force = options.forceConflicts;
  // Before the migration of a Helm 3 object, the server counts Helm's own updates as conflicts. So its conflicts are
  // looked up in managedFields, and the dry run is forced.
  const isOld = needsMigration(live);
  const held = isOld && !force ? fieldConflict(desired, live) : undefined;
  if (held !== undefined) return { same: false, ...about, problem: held };
  const answer = await cluster.dryRun(desired, { live, force: force || isOld });
  if (answer.outcome === 'unknown') return { same: false, ...about };
  if (answer.outcome === 'refused') {
    const { problem } = answer;
    // Not thrown: if the object belongs to another release, the planner reports that instead.
    if (!ABOUT_OBJECT.includes(problem.code)) throw problem;
    const conflict = problem.code === 'PKG_OBJECT_CONFLICT' ? fieldConflict(desired, live) : undefined;
    return { same: false, ...about, problem: conflict ?? problem };
  }
  const { after } = answer;
  if (answer.same || after === undefined) return { same: answer.same, ...about };
  const notes = [...(scaled?.notes ?? []), ...keptFields(desired, live, after)];
  return { same: false, ...about, after, notes };
}
