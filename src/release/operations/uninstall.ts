import type { Cascade } from '../../cluster/cluster.ts';
import { PkgError } from '../../errors.ts';
import { printable } from '../../errors-text.ts';
import { Hold } from '../holder.ts';
import type { Release } from '../release.ts';
import { ReleaseStore } from '../store.ts';
import { interrupted, withDeadline } from './deadline.ts';
import { recordTime } from './env.ts';
import type { Env, OperationResult, Waiting } from './env.ts';
import { notFound } from './history.ts';
import { runHooks } from './hooks.ts';
import { planRelease } from './prepare.ts';
import { applySteps, withStatus } from './run.ts';
import { settled } from './settled.ts';
import { waitUntilGone } from './wait.ts';

/** What uninstall starts from. */
export type UninstallInput = Pick<Waiting, 'wait' | 'timeout'> & {
  name: string;
  namespace: string;
  keepHistory?: boolean;
  cascade?: Cascade;
  dryRun?: boolean;
  noHooks?: boolean;
  description?: string;
  /** Succeed when there is no such release; the result is then undefined. */
  ignoreNotFound?: boolean;
  takeOver?: boolean;
};

/**
 * Deletes the objects of a release, but those with `helm.sh/resource-policy: keep`, and its records.
 *
 * @throws {PkgError} `PKG_RELEASE_NOT_FOUND`
 */
export async function uninstall(env: Env, input: UninstallInput): Promise<OperationResult | undefined> {
  return await withDeadline(env, input.timeout, (bounded) => uninstallWithin(bounded, input));
}

async function uninstallWithin(env: Env, input: UninstallInput): Promise<OperationResult | undefined> {
  const { cluster } = env;
  const { name, namespace, dryRun = false, keepHistory = false, noHooks = false } = input;
  const store = new ReleaseStore(cluster, namespace);
  const history = await settled(env, store, await store.history(name), input);
  const last = history.at(-1);
  if (last === undefined) {
    if (input.ignoreNotFound === true) return undefined;
    throw await notFound(cluster, namespace, name);
  }
  const { release } = last;
  const isGone = release.info.status === 'uninstalled';
  if (isGone && keepHistory) {
    throw new PkgError('PKG_RELEASE_NOT_FOUND', `the release ${printable(name)} is uninstalled already`, {
      hints: ['uninstall it without --keep-history to remove its history too'],
    });
  }
  const emptied = { name, namespace, version: release.version, manifest: '' };
  const planned = await planRelease(env, 'uninstall', emptied, [], isGone ? [] : history, {
    takeOwnership: false,
    forceConflicts: false,
    leaveScaled: false,
    before: [],
    crds: [],
    notes: [],
    record: isGone ? ['delete'] : keepHistory ? ['update'] : ['update', 'delete'],
    dryRun,
  });
  const plan = { ...planned, cascade: input.cascade ?? 'background' };
  env.emit({ type: 'plan', plan });
  const deleted = recordTime(env);
  const done: Release = withStatus(release, 'uninstalled', input.description ?? 'Uninstallation complete');
  done.info = { ...done.info, deleted };
  if (dryRun) return { release: done, plan };
  if (env.signal?.aborted === true) throw interrupted(env.signal);
  if (!isGone) {
    const begun = withStatus(release, 'uninstalling', 'Deletion in progress (or silently failed)');
    const hold = await Hold.take(new ReleaseStore(env.records ?? cluster, namespace), last, begun);
    try {
      const around = noHooks ? { ...release, hooks: [] } : release;
      await runHooks(env, around, 'pre-delete');
      await applySteps(env, plan, plan.steps, hold);
      if (input.wait === true) {
        await waitUntilGone(
          env,
          plan.steps.flatMap(({ action, live }) => (action === 'delete' && live ? [live] : [])),
        );
      }
      await runHooks(env, around, 'post-delete');
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      await hold.finish(withStatus(release, 'failed', `Uninstall "${name}" failed: ${why}`)).catch(() => hold.drop());
      throw error;
    }
    await hold.finish(done);
  }
  // Oldest first: what is left after a crash is still the newest revision, which says what happened.
  if (!keepHistory) for (const stored of history) await store.remove(stored);
  return { release: done, plan };
}
