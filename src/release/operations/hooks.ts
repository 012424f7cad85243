/** Runs hooks: objects that are made at a moment of an operation and waited for. */
import type { Cluster, KubeObject } from '../../cluster/cluster.ts';
import { refOf } from '../../cluster/cluster.ts';
import { PkgError } from '../../errors.ts';
import { printable } from '../../errors-text.ts';
import { parseDocument } from '../manifest.ts';
import { normalizeObjects } from '../plan-normal.ts';
import type { RecordedHook, Release } from '../release.ts';
import type { Env } from './env.ts';
import { NotReady, waitUntilGone, waitUntilReady } from './wait.ts';

/**
 * Runs the hooks of a release for one event, one after the other, in order of weight, then name; each is waited for.
 * As with Helm, those that are to go when they succeeded go when all have: one may need what another made. In a place
 * that runs nothing they are left alone, which the user is told.
 *
 * @param event `pre-install`, `post-upgrade`, …
 * @throws {PkgError} `PKG_HOOK_FAILED`
 */
export async function runHooks(env: Env, release: Pick<Release, 'hooks' | 'namespace'>, event: string): Promise<void> {
  const hooks = release.hooks.filter(({ events }) => events.includes(event));
  if (hooks.length === 0) return;
  if (!env.cluster.runsWorkloads) {
    const names = hooks.map(({ kind, name }) => `${kind} "${name}"`).join(', ');
    const place = env.cluster.description.split(' ')[0] ?? 'folder';
    env.emit({ type: 'note', message: `hooks are recorded but not run in a ${place}: ${names}` });
    return;
  }
  // Those of equal weight and name stay in the order of their kinds, in which they are recorded.
  const ordered = hooks.toSorted(
    (a, b) => (a.weight ?? 0) - (b.weight ?? 0) || (a.name < b.name ? -1 : a.name > b.name ? 1 : 0),
  );
  const done: HookObject[] = [];
  for (const hook of ordered) {
    const policies = hook.delete_policies ?? ['before-hook-creation'];
    const objects = await objectsOf(env.cluster, hook, release.namespace);
    if (policies.includes('before-hook-creation')) for (const object of objects) await removeAndWait(env, object);
    for (const object of objects) await env.cluster.apply(object);
    const made = objects.map((object) => ({ object, policies }));
    try {
      for (const object of objects) await finished(env, object, event);
    } catch (error) {
      await removeAfterFailure(env, made, 'hook-failed');
      await removeAfterFailure(env, done, 'hook-succeeded');
      throw error;
    }
    done.push(...made);
  }
  for (const { object, policies } of done.toReversed()) {
    if (policies.includes('hook-succeeded')) await removeAndWait(env, object);
  }
}

/** An object of a hook, and when it is to be removed. */
type HookObject = { object: KubeObject; policies: readonly string[] };

/** The time of the operation may be over, and the policies hold nevertheless. */
async function removeAfterFailure(env: Env, made: readonly HookObject[], policy: string): Promise<void> {
  for (const { object, policies } of made) {
    if (!policies.includes(policy) || !isRemovable(object)) continue;
    await (env.records ?? env.cluster).delete(refOf(object)).catch(() => false);
  }
}

/** With a CRD everything of its kind would go: Helm never removes one that is a hook. */
function isRemovable({ kind }: KubeObject): boolean {
  return kind !== 'CustomResourceDefinition';
}

async function objectsOf(cluster: Cluster, hook: RecordedHook, namespace: string): Promise<KubeObject[]> {
  const document = parseDocument(hook.manifest, hook.path);
  if (document === undefined) return [];
  const { objects } = await normalizeObjects([document], {
    namespace,
    scopeOf: (apiVersion, kind, crds) => cluster.scope(apiVersion, kind, crds),
    crds: [],
  });
  return objects;
}

async function removeAndWait(env: Env, object: KubeObject): Promise<void> {
  if (!isRemovable(object)) return;
  const live = await env.cluster.get(refOf(object));
  if (live === undefined) return;
  await env.cluster.delete(refOf(object), { expected: live });
  await waitUntilGone(env, [live]);
}

/** Waits for a Job or a Pod to end; other objects are done once they are there. */
async function finished(env: Env, object: KubeObject, event: string): Promise<void> {
  try {
    if (object.kind === 'Job' || object.kind === 'Pod') await waitUntilReady(env, [object], 'hooks');
  } catch (error) {
    if (!(error instanceof NotReady)) throw error;
    const { name, namespace = 'default' } = object.metadata;
    const why = error.unready.map((one) => printable(one.why, 500)).join(', ');
    throw new PkgError('PKG_HOOK_FAILED', `the ${event} hook ${object.kind} "${printable(name)}" failed: ${why}`, {
      hints: [`see what it printed: kubectl --namespace ${namespace} logs ${object.kind.toLowerCase()}/${name}`],
      cause: error,
    });
  }
}
