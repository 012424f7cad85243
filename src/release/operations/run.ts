/** The last part of the road: a plan is applied between two writes of the record. */
import type { Cluster } from '../../cluster/cluster.ts';
import { refOf } from '../../cluster/cluster.ts';
import { PkgError } from '../../errors.ts';
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
  // The record lives in the namespace.
  const home = plan.steps.filter(isHome(plan));
  for (const step of home) await applyStep(env.cluster, step, plan);
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

/** Writes what differs, one object after the other, in the order of the plan. */
export async function applySteps(
  env: Env,
  plan: Plan,
  planned: readonly Step[],
  hold: Hold | undefined,
): Promise<void> {
  const steps = planned.filter(({ action }) => action !== 'unchanged' && action !== 'keep');
  for (const [index, step] of steps.entries()) {
    if (env.signal?.aborted === true) throw interrupted();
    hold?.check();
    env.emit({ type: 'step-started', step, index, total: steps.length });
    await applyStep(env.cluster, step, plan);
    env.emit({ type: 'step-done', step, index, total: steps.length });
  }
  if (env.signal?.aborted === true) throw interrupted();
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

function interrupted(): PkgError {
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
