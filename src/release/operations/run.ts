/** The last part of the road: a plan is applied between two writes of the record. */
import type { KubeObject } from '../../cluster/cluster.ts';
import { groupOf, refKey, refOf } from '../../cluster/cluster.ts';
import { inParallel } from '../../parallel.ts';
import { PkgError } from '../../errors.ts';
import { shortened } from '../../errors-text.ts';
import { Lease } from '../lease.ts';
import type { Plan, Step } from '../plan.ts';
import type { Release } from '../release.ts';
import { checkRecordFits, ReleaseStore } from '../store.ts';
import type { StoredRelease } from '../store.ts';
import { writeStored } from '../stored-values.ts';
import type { Stored } from '../stored-values.ts';
import { interrupted } from './deadline.ts';
import type { ChartOperation, Env, Waiting } from './env.ts';
import { eventsOf, removeLeftHooks, runHooks } from './hooks.ts';
import type { LeftByHooks } from './hooks.ts';
import { trimHistory } from './trim.ts';
import { waitUntilGone, waitUntilReady } from './wait.ts';

/** What to write into the record at the end, whether it went well or not. */
export type Words = { done: string; failed: (why: string) => string };

/** So much of an error goes into the record. */
const LONGEST_REASON = 1_000;

/** A plan and all that goes with carrying it out. */
export type Run = {
  history: readonly StoredRelease[];
  plan: Plan;
  /** The revision as it is recorded first, pending. */
  release: Release;
  words: Words;
  /** The random values that the release holds, and where its chart was fetched from. */
  stored: Stored;
  waiting: Waiting;
  /** Hooks may replace what is somebody else's. */
  takeOwnership?: boolean;
  /** So many revisions are kept at most, whether it goes well or not; 0 for all. */
  historyMax: number;
  /**
   * What takes back what was done, when something fails after the record was begun and it was recorded that it failed;
   * gives the error to end with.
   */
  undo?: (failure: unknown, failed: StoredRelease) => Promise<unknown>;
};

/** How the plan of an operation on a chart is run; it is only taken back where the operation says so. */
export function chartRun(
  input: ChartOperation,
  values: Stored['values'],
  { undo, ...run }: Pick<Run, 'history' | 'plan' | 'release' | 'words' | 'historyMax'> & Required<Pick<Run, 'undo'>>,
): Run {
  return {
    ...run,
    stored: { values, earlier: new Map(), source: input.chart.source },
    waiting: input,
    takeOwnership: input.takeOwnership === true,
    ...(input.rollbackOnFailure === true && { undo }),
  };
}

/**
 * Applies a plan: the record goes first as pending, then the objects, then the record as deployed. The
 * revision that was deployed before is superseded only after that, so that one is deployed at any time.
 *
 * @throws whatever went wrong, after the record says `failed`
 */
export async function runPlan(env: Env, run: Run): Promise<Release> {
  const { history, plan, release, words, stored, waiting, takeOwnership, historyMax, undo } = run;
  checkRecordFits(release);
  if (env.signal?.aborted === true) throw interrupted(env.signal);
  for (const note of plan.notes) env.emit({ type: 'note', message: note });
  // The record lives in the namespace.
  const home = plan.steps.filter(isHome(plan));
  await applySteps(env, plan, home);
  const store = new ReleaseStore(env.records ?? env.cluster, release.namespace);
  const trim = async (): Promise<void> => {
    if (historyMax > 0 && history.length + 1 > historyMax) await trimHistory(env, store, release, historyMax);
  };
  const lease = await Lease.begin(env, release, history.at(-1));
  const held = lease.env;
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
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    const end = withStatus(release, 'failed', words.failed(shortened(why, LONGEST_REASON)));
    const { failure, failed } = await lease.fail(error, end);
    if (failed === undefined) throw failure;
    // An undo writes a revision of its own, and trims after it.
    if (undo !== undefined) throw await undo(failure, failed);
    await trim();
    throw failure;
  }
  const { release: done } = await lease.finish(withStatus(release, 'deployed', words.done));
  for (const before of history) {
    if (before.release.info.status === 'deployed') await supersede(env, store, before);
  }
  await trim();
  return done;
}

/**
 * Stores what belongs beside the record. The release needs its random values, and not where its chart came from: an
 * operation does not fail for the latter alone.
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
 * A step as it is to be after hooks ran that may have made or removed its object: hooks may hold an object that the
 * chart holds, too, and an object of the chart may become a hook, which its own policies then remove or leave.
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

/**
 * Marks a revision as superseded after a newer one was deployed. It is not worth failing for: two deployed revisions
 * harm nobody, the newest counts, and the next command tries again.
 *
 * @returns the revision as it counts from now on
 */
export async function supersede(env: Env, store: ReleaseStore, before: StoredRelease): Promise<StoredRelease> {
  const release = withStatus(before.release, 'superseded', before.release.info.description);
  try {
    return await store.update(before, release, {});
  } catch (error) {
    if (!(error instanceof PkgError)) throw error;
    // Whoever changed or removed it since begins another operation, and does this, too.
    if (error.code !== 'PKG_OBJECT_CONFLICT') {
      const what = `revision ${release.version} of ${release.name}`;
      env.emit({ type: 'warning', message: `${what} could not be marked as superseded: ${error.message}` });
    }
    return { ...before, release };
  }
}

/** The release with another status. */
export function withStatus(release: Release, status: Release['info']['status'], description: string): Release {
  return { ...release, info: { ...release.info, status, description } };
}

/** Makes a step the one that creates the namespace of the release. */
function isHome({ namespace }: Plan): (step: Step) => boolean {
  return ({ action, ref }) => action === 'create' && ref.kind === 'Namespace' && ref.name === namespace;
}

/**
 * Writes what differs, in the order of the plan: kind after kind, objects of one kind at once.
 *
 * @param isWaiting an object that is being deleted is waited for until it is gone, and made anew
 * @returns the objects (by {@link refKey}) that were written to while they are being deleted
 * @throws what went wrong first; what was under way beside it is done then
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
      const written = await applyStep(env, step, plan, isWaiting);
      if (written !== undefined && isLeaving(written)) leaving.add(refKey(step.ref));
      env.emit({ type: 'step-done', step, index: done++, total });
    });
    // Until it is established, the objects that it defines have no place.
    const crds = group.flatMap(({ action, desired, ref }) =>
      action !== 'delete' && ref.kind === 'CustomResourceDefinition' && desired ? [desired] : [],
    );
    await waitUntilReady(env, crds, 'objects');
  }
  if (env.signal?.aborted === true) throw interrupted(env.signal);
  return leaving;
}

/** Runs of steps that may be done at once: the same is done with objects of one kind. */
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

/** Gives the metadata of what was written; undefined for a delete, and for what somebody else made for all. */
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

/** Is the namespace of an object made by this operation? Controllers put objects into it at once. */
function isInNewNamespace({ ref }: Step, { steps }: Plan): boolean {
  return steps.some(
    ({ action, ref: other }) =>
      action === 'create' &&
      other.kind === 'Namespace' &&
      groupOf(other.apiVersion) === '' &&
      other.name === ref.namespace,
  );
}

/** Has nobody set anything of an object but its name? So is the ServiceAccount `default` of a new namespace. */
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
