/** The last part of the road: a plan is applied between two writes of the record. */
import type { Cluster } from '../../cluster/cluster.ts';
import { describeRef, groupOf, refOf } from '../../cluster/cluster.ts';
import { inParallel } from '../../cluster/parallel.ts';
import { PkgError } from '../../errors.ts';
import { printable } from '../../errors-text.ts';
import { Hold } from '../holder.ts';
import type { Plan, Step } from '../plan.ts';
import type { Release } from '../release.ts';
import type { ReleaseStore, StoredRelease } from '../store.ts';
import type { Env } from './env.ts';
import { runHooks } from './hooks.ts';

/** What to write into the record at the end, whether it went well or not. */
export type Words = { done: string; failed: (why: string) => string };

/**
 * Applies a plan: the record goes first as pending, then the objects, then the record as deployed. The
 * revision that was deployed before is superseded only after that, so that one is deployed at any time.
 *
 * @throws whatever went wrong, after the record says `failed`
 */
export async function runPlan(
  env: Env,
  store: ReleaseStore,
  history: readonly StoredRelease[],
  plan: Plan,
  release: Release,
  words: Words,
  keepsakes: ReadonlyMap<string, string>,
): Promise<Release> {
  for (const note of plan.notes) env.emit({ type: 'note', message: note });
  // The record lives in the namespace.
  const home = plan.steps.filter(isHome(plan));
  await applySteps(env, plan, home, undefined);
  const hold = await Hold.begin(store, release);
  try {
    await store.writeKeepsakes(hold.stored, keepsakes);
    const crds = plan.steps.slice(0, plan.crds).filter((step) => !home.includes(step));
    await applySteps(env, plan, crds, hold);
    await runHooks(env, release, `pre-${plan.operation}`);
    await applySteps(env, plan, plan.steps.slice(plan.crds), hold);
    await runHooks(env, release, `post-${plan.operation}`);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    await hold.finish(withStatus(release, 'failed', words.failed(why))).catch(() => hold.drop());
    throw error;
  }
  const { release: done } = await hold.finish(withStatus(release, 'deployed', words.done));
  for (const before of history) {
    if (before.release.info.status !== 'deployed') continue;
    await store.update(before, withStatus(before.release, 'superseded', before.release.info.description), {});
  }
  return done;
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
export async function applySteps(
  env: Env,
  plan: Plan,
  planned: readonly Step[],
  hold: Hold | undefined,
): Promise<void> {
  const steps = planned.filter(({ action }) => action !== 'unchanged' && action !== 'keep');
  const total = steps.length;
  let started = 0;
  let done = 0;
  for (const group of groupsOf(steps)) {
    await checkStillMissing(env.cluster, group);
    await inParallel(group, env.cluster.writesAtOnce, async (step) => {
      if (env.signal?.aborted === true) throw interrupted(env.signal);
      hold?.check();
      env.emit({ type: 'step-started', step, index: started++, total });
      await applyStep(env.cluster, step, plan);
      env.emit({ type: 'step-done', step, index: done++, total });
    });
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

async function applyStep(cluster: Cluster, step: Step, { forceConflicts }: Plan): Promise<void> {
  const { action, desired, live, ref } = step;
  if (action === 'create' && desired !== undefined)
    await cluster.apply(desired, { forceConflicts, expected: 'nothing' });
  else if (action === 'update' && desired !== undefined)
    await cluster.apply(desired, { forceConflicts, ...(live && { expected: live }) });
  else if (action === 'delete') {
    await cluster.delete(live === undefined ? ref : refOf(live), live === undefined ? {} : { expected: live });
  }
}

/** What an operation ends with that was told to stop. */
export function interrupted(signal: AbortSignal): PkgError {
  if (signal.reason instanceof PkgError) return signal.reason;
  return new PkgError('PKG_INTERRUPTED', 'the operation was interrupted', {
    hints: ['what was written stays recorded: the next upgrade goes on from there'],
  });
}

/** Removes the oldest revisions so that, with the new one, at most `max` are left; never a deployed one. */
export async function trimHistory(store: ReleaseStore, history: readonly StoredRelease[], max: number): Promise<void> {
  if (max <= 0) return;
  let extra = history.length + 1 - max;
  const lastDeployed = history.findLast(({ release }) => release.info.status === 'deployed');
  for (const stored of history) {
    if (extra <= 0) return;
    if (stored === lastDeployed) continue;
    await store.remove(stored);
    extra--;
  }
}
