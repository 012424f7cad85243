import type { Cascade } from '../../cluster/cluster.ts';
import { PkgError } from '../../errors.ts';
import { printable } from '../../errors-text.ts';
import { Lease } from '../lease.ts';
import type { Plan } from '../plan.ts';
import type { Release } from '../release.ts';
import { ReleaseStore } from '../store.ts';
import type { StoredRelease } from '../store.ts';
import { interrupted, withDeadline } from './deadline.ts';
import { recordTime } from './env.ts';
import type { Env, Locking, OperationResult, Waiting } from './env.ts';
import { notFound } from './history.ts';
import { runHooks } from './hooks.ts';
import { withLockTimeout } from './lock-timeout.ts';
import { planRelease } from './prepare.ts';
import { applySteps, withStatus } from './run.ts';
import { checkUntouched, settled } from './settled.ts';
import { waitUntilGone } from './wait.ts';

/** What uninstall starts from. */
export type UninstallInput = Pick<Waiting, 'wait' | 'timeout'> &
  Locking & {
    name: string;
    namespace: string;
    keepHistory?: boolean;
    cascade?: Cascade;
    dryRun?: boolean;
    noHooks?: boolean;
    description?: string;
    /** Succeed when there is no such release; the result is then undefined. */
    ignoreNotFound?: boolean;
    /** Only while this failed revision, which it undoes, is the last and as it was written. */
    failed?: StoredRelease;
  };

/**
 * Deletes the objects of a release, but those with `helm.sh/resource-policy: keep`, and its records.
 *
 * @throws {PkgError} `PKG_RELEASE_NOT_FOUND`
 */
export async function uninstall(env: Env, input: UninstallInput): Promise<OperationResult | undefined> {
  return await withDeadline(env, input.timeout, (bounded) =>
    withLockTimeout(input, (one) => uninstallWithin(bounded, one)),
  );
}

async function uninstallWithin(env: Env, input: UninstallInput): Promise<OperationResult | undefined> {
  const { cluster } = env;
  const { name, namespace, dryRun = false, keepHistory = false, noHooks = false } = input;
  const store = new ReleaseStore(cluster, namespace);
  if (input.failed !== undefined) await checkUntouched(store, input.failed);
  const history = await settled(env, store, input);
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
    record: keepHistory ? ['update'] : ['update', 'delete'],
    dryRun,
  });
  const plan = { ...planned, cascade: input.cascade ?? 'background' };
  env.emit({ type: 'plan', plan });
  const deleted = recordTime(env);
  const done: Release = withStatus(release, 'uninstalled', input.description ?? 'Uninstallation complete');
  done.info = { ...done.info, deleted };
  if (dryRun) return { release: done, plan };
  if (env.signal?.aborted === true) throw interrupted(env.signal);
  const begun = withStatus(release, 'uninstalling', 'Deletion in progress (or silently failed)');
  begun.info = { ...begun.info, deleted };
  const lease = await Lease.take(env, last, begun);
  const held = lease.env;
  try {
    if (!isGone) await deleteObjects(held, noHooks ? { ...release, hooks: [] } : release, plan, input.wait === true);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw (await lease.fail(error, withStatus(release, 'failed', `Uninstall "${name}" failed: ${why}`))).failure;
  }
  if (keepHistory) await lease.finish(done);
  else await removeHistory(lease, history, done);
  return { release: done, plan };
}

async function deleteObjects(env: Env, around: Release, plan: Plan, isWaiting: boolean): Promise<void> {
  await runHooks(env, around, 'pre-delete');
  await applySteps(env, plan, plan.steps);
  if (isWaiting) {
    const deleted = plan.steps.flatMap(({ action, live }) => (action === 'delete' && live ? [live] : []));
    await waitUntilGone(env, deleted);
  }
  await runHooks(env, around, 'post-delete');
}

/**
 * Removes all records of a release, oldest first: what is left after a crash is the newest, which says what happened.
 * That is the one of the lease, so until the end nobody else begins.
 */
async function removeHistory(lease: Lease, history: readonly StoredRelease[], done: Release): Promise<void> {
  const { cluster, records = cluster } = lease.env;
  const store = new ReleaseStore(records, done.namespace);
  try {
    for (const stored of history.slice(0, -1)) await store.remove(stored);
    await lease.remove();
  } catch (error) {
    // The objects are gone, whatever is left of the history.
    throw (await lease.fail(error, done)).failure;
  }
}
