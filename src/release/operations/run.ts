/** The second half of an operation: applies a plan, with a write of the record before and after. */
import type { KubeObject } from '../../cluster/cluster.ts';
import { groupOf, refKey, refOf } from '../../cluster/cluster.ts';
import { inParallel } from '../../parallel.ts';
import { PkgError } from '../../errors.ts';
import { shortened } from '../../errors-text.ts';
import { Lease } from '../lease.ts';
import type { Plan, Step } from '../plan.ts';
import type { Release } from '../release.ts';
import { checkRecordFits, ReleaseStore, statusOf } from '../store.ts';
import type { StoredRelease } from '../store.ts';
import { writeStored } from '../stored-values.ts';
import type { Stored } from '../stored-values.ts';
import { interrupted } from './deadline.ts';
import { explained } from './env.ts';
import type { Env, Waiting } from './env.ts';
import { eventsOf, removeLeftHooks, runHooks } from './hooks.ts';
import { notRecorded, notUndone, Progress } from './half-done.ts';
import type { LeftByHooks } from './hooks.ts';
import { trimHistory } from './trim.ts';
import { waitUntilGone, waitUntilReady } from './wait.ts';

/** The description in the final record, for success and for failure. */
export type Words = { done: string; failed: (why: string) => string };

/** The most characters of an error that the record's description holds. */
const MAX_REASON_LENGTH = 1_000;

/** A plan, and what is needed to carry it out. */
export type Run = {
  history: readonly StoredRelease[];
  plan: Plan;
  /** The revision as it is recorded first, pending. */
  release: Release;
  words: Words;
  /** The random values that the release holds, and where its chart was fetched from. */
  stored: Stored;
  waiting: Waiting;
  /** Hooks may replace objects of other owners. */
  takeOwnership?: boolean;
  /** The most revisions that are kept, also after a failure; 0 for all. */
  historyMax: number;
  /** Undoes the operation after it was recorded as failed. Gives the error to end with. */
  undo?: (failure: unknown, failed: StoredRelease) => Promise<unknown>;
};

/**
 * Applies a plan: writes the record as pending, then the objects, then the record as deployed. The earlier revision is
 * marked as superseded only after that, so that one revision is deployed at any time.
 *
 * @returns the deployed revision
 * @throws the first error, once the record says `failed`
 */
export async function runPlan(env: Env, run: Run): Promise<Release> {
  const { history, plan, release, words, stored, waiting, takeOwnership, historyMax, undo } = run;
  checkRecordFits(release);
  if (env.signal?.aborted === true) throw interrupted(env.signal);
  const progress = new Progress(env);
  // The record is written into this namespace, so it is created before the record.
  const home = plan.steps.filter(isHome(plan));
  await applySteps(progress.env, plan, home);
  const store = new ReleaseStore(env.records ?? env.cluster, release.namespace);
  const trim = async (): Promise<void> => {
    if (historyMax > 0 && history.length + 1 > historyMax) await trimHistory(env, store, release, historyMax);
  };
  const lease = await Lease.begin(progress.env, release, history.at(-1));
  const held = lease.env;
  // Before, another operation could have begun: then a new plan is made, and the notes of this one are not true.
  for (const note of plan.notes) env.emit({ type: 'note', message: note });
  try {
    await storeBeside(held, release, lease.stored.secret, stored);
    const [before, after] = eventsOf(plan.operation);
    const isOpen = (step: Step): boolean => !home.includes(step);
    await removeLeftHooks(held, history, new Set(plan.steps.map(({ ref }) => refKey(ref))));
    await applySteps(held, plan, plan.steps.slice(0, plan.crds).filter(isOpen));
    const left = await runHooks(held, release, before, takeOwnership);
    const main = plan.steps
      .slice(plan.crds)
      .filter(isOpen)
      .flatMap((step) => afterHooks(step, left, plan));
    const leaving = await applySteps(held, plan, main, waiting.wait);
    if (waiting.wait === true) {
      const objects = main.flatMap(({ action, desired }) => (action === 'delete' || !desired ? [] : [desired]));
      await waitUntilReady(held, objects, waiting.waitForJobs === true ? 'jobs' : 'objects', leaving);
    }
    await runHooks(held, release, after, takeOwnership);
    await lease.expectAlone();
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    const end = withStatus(release, 'failed', words.failed(shortened(why, MAX_REASON_LENGTH)));
    const { failure, failed } = await lease.fail(error, end);
    if (failed === undefined) throw undo === undefined ? failure : notUndone(failure);
    // An undo writes a revision of its own, and trims after it.
    if (undo !== undefined) throw await undo(failure, failed);
    await trim();
    throw progress.explain(failure, end, plan, history);
  }
  const { release: done } = await lease
    .finish(withStatus(release, 'deployed', words.done))
    .catch((error: unknown) => Promise.reject(notRecorded(error, release, 'written')));
  await supersedeDeployed(env, store, history);
  await trim();
  return done;
}

/**
 * Writes the Secret beside the record. Without random values it only holds the source of the chart, and an operation
 * does not fail because of that: a warning says so instead.
 */
async function storeBeside(env: Env, release: Release, record: KubeObject, stored: Stored): Promise<void> {
  try {
    await writeStored(env.records ?? env.cluster, release, record, stored);
  } catch (error) {
    if (!(error instanceof PkgError) || stored.values.length + stored.earlier.size > 0) throw error;
    const what = `it could not be stored where the chart of ${release.name} came from`;
    env.emit({ type: 'warning', message: `${what}, which \`pkg outdated\` asks for: ${error.message}` });
  }
}

/**
 * Adapts a step to what hooks did to its object since it was planned. A chart may hold one object both as a hook and as
 * an ordinary object, and from one version to the next an ordinary object may become a hook.
 */
export function afterHooks(step: Step, left: LeftByHooks, { operation }: Plan): Step[] {
  const key = refKey(step.ref);
  if (!left.has(key)) return [step];
  const { live: _before, after: _after, ...rest } = step;
  const live = left.get(key);
  if (step.desired !== undefined)
    return [live === undefined ? { ...rest, action: 'create' } : { ...rest, action: 'update', live }];
  return operation === 'uninstall' && step.action === 'delete' && live !== undefined ? [{ ...step, live }] : [];
}

/** Marks each of these revisions that is deployed as superseded. */
export async function supersedeDeployed(
  env: Env,
  store: ReleaseStore,
  revisions: readonly StoredRelease[],
): Promise<void> {
  for (const before of revisions) {
    if (before.release.info.status === 'deployed') await supersede(env, store, before);
  }
}

/** Tries to mark a revision as superseded, which others may label at the same moment. */
const SUPERSEDE_TRIES = 5;

/**
 * Marks a revision as superseded after a newer one was deployed. A failure is only a warning: of two deployed revisions
 * the newest counts, and the next command tries again.
 *
 * @returns the revision as superseded, even where that could not be written
 */
export async function supersede(env: Env, store: ReleaseStore, before: StoredRelease): Promise<StoredRelease> {
  const release = withStatus(before.release, 'superseded', before.release.info.description);
  let stored = before;
  for (let tries = 1; ; tries++) {
    try {
      return await store.update(stored, release, {});
    } catch (error) {
      if (!(error instanceof PkgError)) throw error;
      const isChanged = error.code === 'PKG_OBJECT_CONFLICT';
      const head = isChanged && tries < SUPERSEDE_TRIES ? await store.head(release).catch(() => undefined) : undefined;
      if (head !== undefined && statusOf(head) === 'deployed') {
        stored = { ...before, secret: { ...before.secret, metadata: head.metadata } };
        continue;
      }
      // Another operation holds, has superseded or has removed the revision.
      if (!isChanged) {
        const what = `revision ${release.version} of ${release.name}`;
        env.emit({ type: 'warning', message: `${what} could not be marked as superseded: ${error.message}` });
      }
      return { ...before, release };
    }
  }
}

/** The release with another status. */
export function withStatus(release: Release, status: Release['info']['status'], description: string): Release {
  return { ...release, info: { ...release.info, status, description } };
}

/** A test for the step that creates the namespace of the release. */
function isHome({ namespace }: Plan): (step: Step) => boolean {
  return ({ action, ref }) => action === 'create' && ref.kind === 'Namespace' && ref.name === namespace;
}

/**
 * Carries out steps in the order of the plan: kind after kind, the objects of one kind in parallel.
 *
 * @param isWaiting wait for an object that is being deleted until it is gone, and create it anew
 * @returns the objects (by {@link refKey}) that were being deleted when they were written
 * @throws the first error, once the requests that run in parallel have ended
 */
export async function applySteps(
  env: Env,
  plan: Plan,
  planned: readonly Step[],
  isWaiting = false,
): Promise<ReadonlySet<string>> {
  const leaving = new Set<string>();
  const steps = planned.filter(({ action }) => action !== 'unchanged' && action !== 'keep');
  const total = steps.length;
  let started = 0;
  let done = 0;
  for (const group of groupsOf(steps)) {
    await inParallel(group, env.cluster.writesAtOnce, async (step) => {
      if (env.signal?.aborted === true) throw interrupted(env.signal);
      env.emit({ type: 'step-started', step, index: started++, total });
      const written = await explained(env, step.ref, () => applyStep(env, step, plan, isWaiting));
      if (written !== undefined && isLeaving(written)) leaving.add(refKey(step.ref));
      env.emit({ type: 'step-done', step, index: done++, total });
    });
    // The server accepts objects of a new kind only once its CRD is established.
    const crds = group.flatMap(({ action, desired, ref }) =>
      action !== 'delete' && ref.kind === 'CustomResourceDefinition' && desired ? [desired] : [],
    );
    await waitUntilReady(env, crds, 'objects');
  }
  if (env.signal?.aborted === true) throw interrupted(env.signal);
  return leaving;
}

/** Splits steps into runs that may be carried out in parallel: writes, or deletes, of objects of one kind. */
function groupsOf(steps: readonly Step[]): Step[][] {
  const groups: Step[][] = [];
  let last = '';
  for (const step of steps) {
    const key = `${step.action === 'delete' ? 'delete' : 'write'} ${groupOf(step.ref.apiVersion)}/${step.ref.kind}`;
    if (key === last) groups.at(-1)?.push(step);
    else groups.push([step]);
    last = key;
  }
  return groups;
}

/**
 * Carries out a step. Gives at least the metadata of the written object; undefined for a delete, and for a namespace or
 * CRD that exists by now.
 */
async function applyStep(env: Env, step: Step, plan: Plan, isWaiting: boolean): Promise<KubeObject | undefined> {
  const { cluster } = env;
  const { forceConflicts, cascade = 'background' } = plan;
  const { action, desired, live, ref } = step;
  if (action === 'delete') {
    await cluster.delete(live === undefined ? ref : refOf(live), { cascade, ...(live && { expected: live }) });
    return undefined;
  }
  if (desired === undefined) return undefined;
  if (action === 'create' || live === undefined) {
    try {
      return await cluster.apply(desired, { expected: 'nothing' });
    } catch (error) {
      if (!(error instanceof PkgError) || error.code !== 'PKG_OBJECT_CONFLICT') throw error;
      if (step.isShared) return undefined;
      const there = isInNewNamespace(step, plan) ? await cluster.get(ref) : undefined;
      if (there === undefined || !isBare(there)) throw error;
      return await cluster.apply(desired, { expected: there });
    }
  }
  if (isWaiting && isLeaving(live)) {
    await waitUntilGone(env, [live]);
    return await cluster.apply(desired, { expected: 'nothing' });
  }
  return await cluster.apply(desired, { forceConflicts, expected: live });
}

/** Does this operation create the namespace of an object? Controllers put objects into a new namespace at once. */
function isInNewNamespace({ ref }: Step, { steps }: Plan): boolean {
  return steps.some(
    ({ action, ref: other }) =>
      action === 'create' &&
      other.kind === 'Namespace' &&
      groupOf(other.apiVersion) === '' &&
      other.name === ref.namespace,
  );
}

/** Has an object nothing but a name, like the ServiceAccount `default` that a controller puts into a new namespace? */
function isBare(object: KubeObject): boolean {
  return (
    Object.keys(object).every((field) => BARE.includes(field)) &&
    Object.keys(object.metadata).every((field) => BARE_METADATA.includes(field))
  );
}

const BARE: readonly string[] = ['apiVersion', 'kind', 'metadata'];
const BARE_METADATA: readonly string[] = ['name', 'namespace', 'uid', 'resourceVersion', 'creationTimestamp'];

function isLeaving({ metadata }: KubeObject): boolean {
  return metadata['deletionTimestamp'] !== undefined;
}
