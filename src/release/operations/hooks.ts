/** Runs hooks: objects that are created at one point of an operation and waited for. */
import type { Cluster, Intent, KubeObject } from '../../cluster/cluster.ts';
import { describeRef, refKey, refOf } from '../../cluster/cluster.ts';
import { PkgError } from '../../errors.ts';
import { printable } from '../../errors-text.ts';
import { parseDocument } from '../manifest.ts';
import { isWrittenByHelm, normalizeObjects, ownershipOf } from '../plan-normal.ts';
import type { Plan } from '../plan.ts';
import { readinessOf } from '../readiness.ts';
import type { RecordedHook, Release } from '../release.ts';
import type { StoredRelease } from '../store.ts';
import { explained } from './env.ts';
import type { Env } from './env.ts';
import { NotReady, waitUntilGone, waitUntilReady } from './wait.ts';

/** The objects of hooks after their run, by {@link refKey}: the live object, or undefined for one that was removed. */
export type LeftByHooks = ReadonlyMap<string, KubeObject | undefined>;

/** A release as far as its hooks are concerned. */
type HookedRelease = Pick<Release, 'name' | 'namespace' | 'hooks'>;

/** The events of an operation, before and after its objects are written. */
export function eventsOf(operation: Plan['operation']): [before: string, after: string] {
  return operation === 'uninstall' ? ['pre-delete', 'post-delete'] : [`pre-${operation}`, `post-${operation}`];
}

/**
 * Runs the hooks of a release for one event, one after the other, in order of weight, then name, and waits for each. As
 * in Helm, the policy `hook-succeeded` removes hooks only after all have succeeded: one may need what another created.
 * In a folder no hooks run, and a note says so.
 *
 * @param event `pre-install`, `post-upgrade`, …
 * @throws {PkgError} `PKG_HOOK_FAILED`; `PKG_OBJECT_OWNED` where somebody else's object is in the place of a hook
 */
export async function runHooks(
  env: Env,
  release: HookedRelease,
  event: string,
  takeOwnership = false,
): Promise<LeftByHooks> {
  const left = new Map<string, KubeObject | undefined>();
  const hooks = release.hooks.filter(({ events }) => events.includes(event));
  if (hooks.length === 0) return left;
  if (!env.cluster.runsWorkloads) {
    const names = hooks.map(({ kind, name }) => `${kind} "${name}"`).join(', ');
    const place = env.cluster.description.split(' ')[0] ?? 'folder';
    env.emit({ type: 'note', message: `hooks are recorded but not run in a ${place}: ${names}` });
    return left;
  }
  // The sort is stable: hooks of equal weight and name stay in the order of the record, which is by kind.
  const ordered = hooks.toSorted(
    (a, b) => (a.weight ?? 0) - (b.weight ?? 0) || (a.name < b.name ? -1 : a.name > b.name ? 1 : 0),
  );
  const done: HookObject[] = [];
  for (const hook of ordered) {
    const policies = policiesOf(hook);
    const objects = await objectsOfHook(env.cluster, hook, release.namespace);
    const made: HookObject[] = [];
    const found = await env.cluster.getMany(objects.map(refOf));
    if (!takeOwnership) for (const live of found) if (live !== undefined) refuseForeign(live, release, event);
    if (policies.includes('before-hook-creation')) {
      for (const [index, live] of found.entries()) if (await removeAndWait(env, live)) found[index] = undefined;
    }
    for (const [index, object] of objects.entries()) {
      const apply = (): Promise<KubeObject> => env.cluster.apply(object, { expected: found[index] ?? 'nothing' });
      const live = await explained(env, refOf(object), apply);
      left.set(refKey(refOf(object)), live);
      made.push({ object, policies, live });
    }
    try {
      for (const object of objects) await finished(env, object, event, policies);
    } catch (error) {
      await removeAfterFailure(env, made, 'hook-failed');
      await removeAfterFailure(env, done, 'hook-succeeded');
      throw error;
    }
    done.push(...made);
  }
  for (const { object, policies, live } of done.toReversed()) {
    if (!policies.includes('hook-succeeded') || !(await removeAndWait(env, live))) continue;
    left.set(refKey(refOf(object)), undefined);
  }
  return left;
}

/**
 * Removes hooks that failed or interrupted revisions left behind, as their delete policies say. A hook that succeeded
 * goes by `hook-succeeded`, one that failed by `hook-failed`, and one that still runs by either of the two.
 *
 * @param others objects (by {@link refKey}) of the plan, which must stay although a hook may have created them
 * @throws {PkgError} of the cluster
 */
export async function removeLeftHooks(
  env: Env,
  history: readonly StoredRelease[],
  others: ReadonlySet<string>,
): Promise<void> {
  if (!env.cluster.runsWorkloads) return;
  const deployed = history.findLastIndex(({ release }) => release.info.status === 'deployed');
  const seen = new Set<string>(others);
  for (const { release } of history.slice(deployed + 1)) {
    if (release.info.status === 'superseded' || release.info.status === 'uninstalled') continue;
    for (const hook of release.hooks) {
      const policies = policiesOf(hook).filter((policy) => policy !== 'before-hook-creation');
      if (policies.length === 0 || hook.events.every((event) => event.startsWith('test'))) continue;
      const objects = (await objectsOfHook(env.cluster, hook, release.namespace)).filter(
        (object) => !seen.has(refKey(refOf(object))),
      );
      for (const object of objects) seen.add(refKey(refOf(object)));
      for (const live of await env.cluster.getMany(objects.map(refOf))) {
        if (live === undefined || !isOurs(live, release)) continue;
        const { state } = readinessOf(live, 'hooks');
        const isKept =
          (state === 'ready' && !policies.includes('hook-succeeded')) ||
          (state === 'failed' && !policies.includes('hook-failed'));
        if (!isKept) await removeAndWait(env, live);
      }
    }
  }
}

/** An object of a hook, as it was sent and as it lives, with the hook's delete policies. */
type HookObject = { object: KubeObject; live: KubeObject; policies: readonly string[] };

function policiesOf({ delete_policies: policies }: RecordedHook): readonly string[] {
  return policies ?? ['before-hook-creation'];
}

/** Hooks carry no ownership marks. An object without marks counts as a hook's if the field manager `helm` wrote it. */
function isOurs(live: KubeObject, { name, namespace }: HookedRelease): boolean {
  const { owner } = ownershipOf(live, name, namespace);
  return owner === 'us' || (owner === 'nobody' && isWrittenByHelm(live));
}

function refuseForeign(live: KubeObject, release: HookedRelease, event: string): void {
  if (isOurs(live, release)) return;
  const { why } = ownershipOf(live, release.name, release.namespace);
  throw new PkgError(
    'PKG_OBJECT_OWNED',
    `${printable(describeRef(refOf(live)))} is in the place of a ${event} hook, and is not part of release "${printable(release.name)}"`,
    { notes: [why], hints: ['rename or remove what is in the way, or leave out the hooks with --no-hooks'] },
  );
}

/** Deletes hooks with a policy after a failure, even after the time limit; a delete that fails is ignored. */
async function removeAfterFailure(env: Env, made: readonly HookObject[], policy: string): Promise<void> {
  for (const { object, live, policies } of made) {
    if (!policies.includes(policy) || !isRemovable(object)) continue;
    await (env.records ?? env.cluster).delete(refOf(object), { expected: live }).catch(() => false);
  }
}

/** Deleting a CRD would delete all objects of its kind, so, as in Helm, a hook that is a CRD is never removed. */
function isRemovable({ kind }: KubeObject): boolean {
  return kind !== 'CustomResourceDefinition';
}

/**
 * The objects of a hook's manifest, in normal form.
 *
 * @param isChecked refuse fields that only the cluster sets, for hooks of a chart that is being installed
 * @throws {PkgError} `PKG_OBJECT_INVALID`
 */
export async function objectsOfHook(
  cluster: Cluster,
  hook: RecordedHook,
  namespace: string,
  isChecked = false,
): Promise<KubeObject[]> {
  const document = parseDocument(hook.manifest, hook.path);
  if (document === undefined) return [];
  const { objects } = await normalizeObjects([document], {
    namespace,
    scopeOf: (apiVersion, kind, crds) => cluster.scope(apiVersion, kind, crds),
    crds: [],
    isChecked,
  });
  return objects;
}

/** The writes of a hook that succeeds, for one of its objects. An apply that creates an object needs both rights. */
export function intentsOfHook(hook: RecordedHook, object: KubeObject, live: KubeObject | undefined): Intent[] {
  const ref = refOf(object);
  const policies = policiesOf(hook);
  const isRemovedBefore = live !== undefined && policies.includes('before-hook-creation') && isRemovable(object);
  const isRemovedAfter = policies.includes('hook-succeeded') && isRemovable(object);
  const verbs: Intent['verb'][] = ['patch'];
  if (live === undefined || isRemovedBefore) verbs.push('create');
  if (isRemovedBefore || isRemovedAfter) verbs.push('delete');
  return verbs.map((verb) => ({ verb, ref }));
}

/** Deletes an object and waits until it is gone. False for no object, and for a CRD, which is not deleted. */
async function removeAndWait(env: Env, live: KubeObject | undefined): Promise<boolean> {
  if (live === undefined || !isRemovable(live)) return false;
  await env.cluster.delete(refOf(live), { expected: live });
  await waitUntilGone(env, [live]);
  return true;
}

/** Waits for a Job or a Pod to end; other objects are done once they are there. */
async function finished(env: Env, object: KubeObject, event: string, policies: readonly string[]): Promise<void> {
  try {
    if (object.kind === 'Job' || object.kind === 'Pod') await waitUntilReady(env, [object], 'hooks');
  } catch (error) {
    if (!(error instanceof NotReady)) throw error;
    const { name, namespace = 'default' } = object.metadata;
    const why = error.unready.map((one) => printable(one.why, 500)).join(', ');
    const hint = policies.includes('hook-failed')
      ? 'to see what it printed, leave hook-failed out of its helm.sh/hook-delete-policy: that removes it with its logs'
      : `see what it printed: kubectl --namespace ${namespace} logs ${object.kind.toLowerCase()}/${name}`;
    throw new PkgError('PKG_HOOK_FAILED', `the ${event} hook ${object.kind} "${printable(name)}" failed: ${why}`, {
      hints: [hint],
      cause: error,
    });
  }
}
