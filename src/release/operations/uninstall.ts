/** `pkg uninstall`. */
import { groupOf, refKey } from '../../cluster/cluster.ts';
import type { Cascade, KubeObject } from '../../cluster/cluster.ts';
import { PkgError } from '../../errors.ts';
import { printable } from '../../errors-text.ts';
import { inParallel } from '../../parallel.ts';
import { Lease } from '../lease.ts';
import type { Plan, Step } from '../plan.ts';
import type { Release } from '../release.ts';
import { ReleaseStore } from '../store.ts';
import type { StoredRelease } from '../store.ts';
import { interrupted, withDeadline } from './deadline.ts';
import { recordTime } from './env.ts';
import type { Env, Locking, OperationResult, Waiting } from './env.ts';
import { notFound } from './history.ts';
import { notRecorded, Progress } from './half-done.ts';
import { eventsOf, removeLeftHooks, runHooks } from './hooks.ts';
import { withLockTimeout } from './lock-timeout.ts';
import { planRelease } from './prepare.ts';
import { afterHooks, applySteps, supersedeDeployed, withStatus } from './run.ts';
import { settled, untouched } from './settled.ts';
import { waitUntilGone } from './wait.ts';

/** The input of an uninstall. */
export type UninstallInput = Pick<Waiting, 'wait' | 'timeout'> &
  Locking & {
    name: string;
    namespace: string;
    keepHistory?: boolean;
    cascade?: Cascade;
    dryRun?: boolean;
    noHooks?: boolean;
    description?: string;
    /** Give undefined for a release that does not exist, instead of an error. */
    ignoreNotFound?: boolean;
    /** The failed revision that the uninstall undoes. If somebody has written to the release since, nothing is done. */
    failed?: StoredRelease;
    /** Objects (by `refKey`) that are not deleted: the failed install had taken them over from somebody else. */
    spared?: ReadonlySet<string>;
  };

/**
 * Deletes the objects of a release, except those with `helm.sh/resource-policy: keep`, and its records.
 *
 * @returns undefined for a release that does not exist, with `ignoreNotFound`
 * @throws {PkgError} `PKG_RELEASE_NOT_FOUND`; whatever planning and deleting throw
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
  const { failed } = input;
  const history = failed === undefined ? await settled(env, store, input) : await untouched(store, failed);
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
  const around = noHooks || isGone ? { ...release, hooks: [] } : release;
  const emptied = { ...around, manifest: '' };
  const planned = await planRelease(env, {
    operation: 'uninstall',
    release: emptied,
    documents: [],
    history: isGone ? [] : history,
    takeOwnership: false,
    forceConflicts: false,
    leaveScaled: false,
    before: [],
    crds: [],
    notes: [],
    spared: input.spared,
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
  for (const note of plan.notes) env.emit({ type: 'note', message: note });
  await executePlan(env, input, { history, last, around, plan, deleted, done });
  return { release: done, plan };
}

/** An uninstall as planned: `around` is the release with the hooks that run, `done` its record at the end. */
type PlannedUninstall = {
  history: readonly StoredRelease[];
  last: StoredRelease;
  around: Release;
  plan: Plan;
  deleted: string;
  done: Release;
};

/**
 * Deletes the objects under the lease of the release, and then its records.
 *
 * @throws {PkgError} the failure, once the record says so
 */
async function executePlan(
  env: Env,
  { name, wait = false, keepHistory = false }: UninstallInput,
  { history, last, around, plan, deleted, done }: PlannedUninstall,
): Promise<void> {
  const { release } = last;
  const begun = withStatus(release, 'uninstalling', 'Deletion in progress (or silently failed)');
  begun.info = { ...begun.info, deleted };
  const progress = new Progress(env);
  const lease = await Lease.take(progress.env, last, begun);
  let home: readonly KubeObject[] = [];
  try {
    if (release.info.status !== 'uninstalled') home = await deleteObjects(lease.env, around, history, plan, wait);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    const end = withStatus(begun, 'failed', `Uninstall "${name}" failed: ${why}`);
    const { failure, failed } = await lease.fail(error, end);
    throw failed === undefined ? failure : progress.explain(failure, end, plan, history);
  }
  if (home.length > 0) {
    // Deleting the namespace deletes the records in it too, and no other operation can write there any more.
    await lease.remove().catch(() => lease.drop());
    if (wait) await waitUntilGone(env, home);
  } else if (keepHistory) {
    await lease.finish(done).catch((error: unknown) => Promise.reject(notRecorded(error, release, 'deleted')));
    // Where the newest revision had failed, an earlier one is still marked as deployed.
    const store = new ReleaseStore(env.records ?? env.cluster, release.namespace);
    await supersedeDeployed(env, store, history.slice(0, -1));
  } else await removeHistory(lease, history, done);
}

/**
 * Deletes the objects of a release, with the hooks around it.
 *
 * @returns the namespace of the release, if it was one of the objects: the records are deleted with it
 */
async function deleteObjects(
  env: Env,
  release: Release,
  history: readonly StoredRelease[],
  plan: Plan,
  isWaiting: boolean,
): Promise<KubeObject[]> {
  const [before, after] = eventsOf('uninstall');
  await removeLeftHooks(env, history, new Set(plan.steps.map(({ ref }) => refKey(ref))));
  const left = await runHooks(env, release, before);
  const steps = plan.steps.flatMap((step) => afterHooks(step, left, plan));
  const others = steps.filter((step) => !isHome(step, release.namespace));
  await applySteps(env, plan, others);
  if (isWaiting) await waitUntilGone(env, deletedBy(others));
  await runHooks(env, release, after);
  const home = steps.filter((step) => isHome(step, release.namespace));
  await applySteps(env, plan, home);
  return deletedBy(home);
}

function isHome({ ref }: Step, namespace: string): boolean {
  return ref.kind === 'Namespace' && groupOf(ref.apiVersion) === '' && ref.name === namespace;
}

/** The objects that steps deleted, as they were before. */
function deletedBy(steps: readonly Step[]): KubeObject[] {
  return steps.flatMap(({ action, live }) => (action === 'delete' && live !== undefined ? [live] : []));
}

/**
 * Removes all records of a release, the newest last: it holds the lease, so no other operation begins until the end, and
 * after a crash it says what happened.
 */
async function removeHistory(lease: Lease, history: readonly StoredRelease[], done: Release): Promise<void> {
  const { cluster, records = cluster } = lease.env;
  const store = new ReleaseStore(records, done.namespace);
  try {
    // An uninstall by Helm that took the release over fails where an earlier record is gone, and leaves its own.
    await lease.expectAlone();
    await inParallel(history.slice(0, -1), cluster.writesAtOnce, (stored) => store.remove(stored));
    await lease.remove();
  } catch (error) {
    // The objects are deleted, so the release is uninstalled, with some of its history left.
    throw notRecorded((await lease.fail(error, done)).failure, done, 'deleted');
  }
}
