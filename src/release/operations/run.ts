/** The last part of the road: a plan is applied between two writes of the record. */
import type { Cluster } from '../../cluster/cluster.ts';
import { describeRef, groupOf, refOf } from '../../cluster/cluster.ts';
import { inParallel } from '../../cluster/parallel.ts';
import { PkgError } from '../../errors.ts';
import { printable } from '../../errors-text.ts';
import { Lease } from '../lease.ts';
import type { Plan, Step } from '../plan.ts';
import type { Release } from '../release.ts';
import { checkRecordFits, ReleaseStore } from '../store.ts';
import type { StoredRelease } from '../store.ts';
import { interrupted } from './deadline.ts';
import type { Env, Waiting } from './env.ts';
import { runHooks } from './hooks.ts';
import { waitUntilReady } from './wait.ts';

/** What to write into the record at the end, whether it went well or not. */
export type Words = { done: string; failed: (why: string) => string };

/** What was read so many milliseconds ago is looked at again before it is relied on. */
const STALE = 1_000;
/** So much of an error goes into the record. */
const LONGEST_REASON = 1_000;

/** A plan and all that goes with carrying it out. */
export type Run = {
  history: readonly StoredRelease[];
  plan: Plan;
  /** The revision as it is recorded first, pending. */
  release: Release;
  words: Words;
  keepsakes: ReadonlyMap<string, string>;
  waiting: Waiting;
  /**
   * What takes back what was done, when something fails after the record was begun and it was recorded that it failed;
   * gives the error to end with.
   */
  undo?: (failure: unknown, failed: StoredRelease) => Promise<unknown>;
};

/**
 * Applies a plan: the record goes first as pending, then the objects, then the record as deployed. The
 * revision that was deployed before is superseded only after that, so that one is deployed at any time.
 *
 * @throws whatever went wrong, after the record says `failed`
 */
export async function runPlan(env: Env, run: Run): Promise<Release> {
  const { history, plan, release, words, keepsakes, waiting, undo } = run;
  checkRecordFits(release);
  if (env.signal?.aborted === true) throw interrupted(env.signal);
  for (const note of plan.notes) env.emit({ type: 'note', message: note });
  // The record lives in the namespace.
  const home = plan.steps.filter(isHome(plan));
  await applySteps(env, plan, home);
  const lease = await Lease.begin(env, release, history.at(-1));
  const held = lease.env;
  try {
    await new ReleaseStore(held.records ?? held.cluster, release.namespace).writeKeepsakes(lease.stored, keepsakes);
    const crds = plan.steps.slice(0, plan.crds).filter((step) => !home.includes(step));
    await applySteps(held, plan, crds);
    await runHooks(held, release, `pre-${plan.operation}`);
    const main = plan.steps.slice(plan.crds);
    await applySteps(held, plan, main);
    if (waiting.wait === true) {
      const objects = main.flatMap(({ action, desired }) => (action === 'delete' || !desired ? [] : [desired]));
      await waitUntilReady(held, objects, waiting.waitForJobs === true ? 'jobs' : 'objects');
    }
    await runHooks(held, release, `post-${plan.operation}`);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    const end = withStatus(release, 'failed', words.failed(why.slice(0, LONGEST_REASON)));
    const { failure, failed } = await lease.fail(error, end);
    throw undo === undefined || failed === undefined ? failure : await undo(failure, failed);
  }
  const { release: done } = await lease.finish(withStatus(release, 'deployed', words.done));
  const store = new ReleaseStore(env.records ?? env.cluster, release.namespace);
  for (const before of history) {
    if (before.release.info.status === 'deployed') await supersede(env, store, before);
  }
  return done;
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
 * @throws what went wrong first; what was under way beside it is done then
 */
export async function applySteps(env: Env, plan: Plan, planned: readonly Step[]): Promise<void> {
  const steps = planned.filter(({ action }) => action !== 'unchanged' && action !== 'keep');
  const total = steps.length;
  let started = 0;
  let done = 0;
  for (const group of groupsOf(steps)) {
    if (Date.now() - plan.seen > STALE) await checkStillMissing(env.cluster, group);
    await inParallel(group, env.cluster.writesAtOnce, async (step) => {
      if (env.signal?.aborted === true) throw interrupted(env.signal);
      env.emit({ type: 'step-started', step, index: started++, total });
      await applyStep(env.cluster, step, plan);
      env.emit({ type: 'step-done', step, index: done++, total });
    });
    // Until it is established, the objects that it defines have no place.
    const crds = group.flatMap(({ action, desired, ref }) =>
      action !== 'delete' && ref.kind === 'CustomResourceDefinition' && desired ? [desired] : [],
    );
    await waitUntilReady(env, crds, 'objects');
  }
  if (env.signal?.aborted === true) throw interrupted(env.signal);
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

/** What was not there when the plan was made must not be there now: it would be somebody else's. */
async function checkStillMissing(cluster: Cluster, group: readonly Step[]): Promise<void> {
  const created = group.filter(({ action }) => action === 'create').map(({ ref }) => ref);
  if (created.length === 0) return;
  const [made] = await cluster.existing(created);
  if (made === undefined) return;
  throw new PkgError('PKG_OBJECT_CONFLICT', `${printable(describeRef(made))} was made by somebody else meanwhile`, {
    hints: ['give the command again: it plans anew from what is there now'],
  });
}

async function applyStep(
  cluster: Cluster,
  step: Step,
  { forceConflicts, cascade = 'background' }: Plan,
): Promise<void> {
  const { action, desired, live, ref } = step;
  if (action === 'create' && desired !== undefined)
    await cluster.apply(desired, { forceConflicts, expected: 'nothing' });
  else if (action === 'update' && desired !== undefined)
    await cluster.apply(desired, { forceConflicts, ...(live && { expected: live }) });
  else if (action === 'delete') {
    await cluster.delete(live === undefined ? ref : refOf(live), { cascade, ...(live && { expected: live }) });
  }
}

/**
 * Trims the history after an operation that went well. It is not worth failing for, and not bound by the time of the
 * operation.
 *
 * @param history the revisions before it
 */
export async function trimAfter(
  env: Env,
  history: readonly StoredRelease[],
  { name, namespace, version }: Pick<Release, 'name' | 'namespace' | 'version'>,
  max = 10,
): Promise<void> {
  if (max <= 0 || history.length + 1 <= max) return;
  const store = new ReleaseStore(env.records ?? env.cluster, namespace);
  try {
    const now = await store.history(name);
    // Who has begun since trims it in turn.
    if (now.at(-1)?.release.version === version) await trimHistory(store, now.slice(0, -1), max);
  } catch (error) {
    if (!(error instanceof PkgError)) throw error;
    env.emit({ type: 'warning', message: `old revisions of ${name} could not be removed: ${error.message}` });
  }
}

/** Removes the oldest revisions so that, with the new one, at most `max` are left; never a deployed one. */
async function trimHistory(store: ReleaseStore, history: readonly StoredRelease[], max: number): Promise<void> {
  let extra = history.length + 1 - max;
  const lastDeployed = history.findLast(({ release }) => release.info.status === 'deployed');
  for (const stored of history) {
    if (extra <= 0) return;
    if (stored === lastDeployed) continue;
    await store.remove(stored, true);
    extra--;
  }
}
