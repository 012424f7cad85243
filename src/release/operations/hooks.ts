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
 * Runs the hooks of a release for one event, in order of weight, then name; each is waited for.
 * In a place that runs nothing they are left alone, which the user is told.
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
  const ordered = hooks.toSorted(
    (a, b) => (a.weight ?? 0) - (b.weight ?? 0) || (a.name < b.name ? -1 : a.name > b.name ? 1 : 0),
  );
  for (const hook of ordered) await runHook(env, hook, release.namespace, event);
}

async function runHook(env: Env, hook: RecordedHook, namespace: string, event: string): Promise<void> {
  const { cluster } = env;
  const policies = hook.delete_policies ?? [];
  for (const object of await objectsOf(cluster, hook, namespace)) {
    if (policies.length === 0 || policies.includes('before-hook-creation')) await removeAndWait(env, object);
    await cluster.apply(object, { expected: 'nothing' });
    try {
      await finished(env, object, event);
    } catch (error) {
      // The time of the operation may be over, and the policy holds nevertheless.
      if (policies.includes('hook-failed')) await (env.records ?? cluster).delete(refOf(object)).catch(() => false);
      throw error;
    }
    if (policies.includes('hook-succeeded')) await cluster.delete(refOf(object));
  }
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
