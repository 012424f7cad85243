/** Runs hooks: objects that are made at a moment of an operation and waited for. */
import type { Cluster, KubeObject } from '../../cluster/cluster.ts';
import { refOf } from '../../cluster/cluster.ts';
import { PkgError } from '../../errors.ts';
import { printable } from '../../errors-text.ts';
import { getOwn, isJsonObject, textField } from '../../yaml/value.ts';
import type { JsonObject } from '../../yaml/value.ts';
import { parseDocument } from '../manifest.ts';
import { normalizeObjects } from '../plan-normal.ts';
import type { RecordedHook, Release } from '../release.ts';
import type { Env } from './env.ts';

/** Helm's default of `--timeout`: what a hook may take. */
const TIMEOUT_MS = 300_000;
const FIRST_WAIT_MS = 50;
const LONGEST_WAIT_MS = 1_000;

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
      if (policies.includes('hook-failed')) await cluster.delete(refOf(object));
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
  const ref = refOf(object);
  if (!(await env.cluster.delete(ref))) return;
  await until(env, object, async () => (await env.cluster.get(ref)) === undefined);
}

/** Waits for a Job or a Pod to end; other objects are done once they are there. */
async function finished(env: Env, object: KubeObject, event: string): Promise<void> {
  if (object.kind !== 'Job' && object.kind !== 'Pod') return;
  const what = `${object.kind} "${printable(object.metadata.name)}"`;
  await until(env, object, async () => {
    const live = await env.cluster.get(refOf(object));
    const failure = live === undefined ? 'somebody deleted it' : failureOf(live);
    if (failure !== undefined) {
      throw new PkgError('PKG_HOOK_FAILED', `the ${event} hook ${what} failed: ${printable(failure, 300)}`, {
        hints: [
          `see what it printed: kubectl --namespace ${object.metadata.namespace ?? 'default'} logs ${object.kind.toLowerCase()}/${object.metadata.name}`,
        ],
      });
    }
    return live !== undefined && hasSucceeded(live);
  });
}

function hasSucceeded(live: KubeObject): boolean {
  if (live.kind === 'Pod') return textField(statusOf(live), 'phase') === 'Succeeded';
  return condition(live, 'Complete') !== undefined;
}

function failureOf(live: KubeObject): string | undefined {
  if (live.kind === 'Pod') {
    const status = statusOf(live);
    if (textField(status, 'phase') !== 'Failed') return undefined;
    return textField(status, 'message') || textField(status, 'reason') || 'its containers ended with an error';
  }
  const failed = condition(live, 'Failed');
  return failed && (textField(failed, 'message') || textField(failed, 'reason') || 'it has failed');
}

function statusOf(live: KubeObject): JsonObject {
  const status = getOwn(live, 'status');
  return isJsonObject(status) ? status : {};
}

function condition(live: KubeObject, type: string): JsonObject | undefined {
  const conditions = getOwn(statusOf(live), 'conditions');
  if (!Array.isArray(conditions)) return undefined;
  return conditions
    .filter(isJsonObject)
    .find((one) => textField(one, 'type') === type && textField(one, 'status') === 'True');
}

async function until(env: Env, object: KubeObject, isDone: () => Promise<boolean>): Promise<void> {
  const end = Date.now() + TIMEOUT_MS;
  for (let wait = FIRST_WAIT_MS; !(await isDone()); wait = Math.min(LONGEST_WAIT_MS, wait * 2)) {
    if (env.signal?.aborted === true) {
      throw new PkgError('PKG_INTERRUPTED', 'the operation was interrupted while it waited for a hook');
    }
    if (Date.now() > end) {
      throw new PkgError(
        'PKG_HOOK_FAILED',
        `the hook ${object.kind} "${printable(object.metadata.name)}" is not done after ${TIMEOUT_MS / 1000} seconds`,
      );
    }
    await new Promise((resolve) => setTimeout(resolve, wait));
  }
}
