import { parseDocument, splitManifest } from '../manifest.ts';
import type { Release } from '../release.ts';
import { ReleaseStore } from '../store.ts';
import type { StoredRelease } from '../store.ts';
import { withDeadline } from './deadline.ts';
import { recordTime } from './env.ts';
import type { Env, Locking, OperationResult, Waiting } from './env.ts';
import { notFound, revisionNotFound } from './history.ts';
import { withLockTimeout } from './lock-timeout.ts';
import { crdsRecorded, planRelease } from './prepare.ts';
import { runPlan, withStatus } from './run.ts';
import { checkUntouched, settled } from './settled.ts';
import { DEFAULT_HISTORY_MAX } from './trim.ts';

/** What rollback starts from. Revision 0 (or none) is the one before the last. */
export type RollbackInput = Waiting &
  Locking & {
    name: string;
    namespace: string;
    revision?: number;
    dryRun?: boolean;
    historyMax?: number;
    noHooks?: boolean;
    description?: string;
    forceConflicts?: boolean;
    /** Only while this failed revision, which it undoes, is the last and as it was written. */
    failed?: StoredRelease;
    /** Objects (by `refKey`) that are not deleted: an upgrade that is undone found them there. */
    spared?: ReadonlySet<string>;
  };

/**
 * Makes the objects of an earlier revision hold again: its manifest against what lives now, so that what
 * was changed by hand goes too.
 *
 * @throws {PkgError} `PKG_RELEASE_NOT_FOUND`, `PKG_REVISION_NOT_FOUND`
 */
export async function rollback(env: Env, input: RollbackInput): Promise<OperationResult> {
  return await withDeadline(env, input.timeout, (bounded) =>
    withLockTimeout(input, (one) => rollbackWithin(bounded, one)),
  );
}

async function rollbackWithin(env: Env, input: RollbackInput): Promise<OperationResult> {
  const { cluster } = env;
  const { name, namespace, dryRun = false, noHooks = false, historyMax = DEFAULT_HISTORY_MAX } = input;
  const store = new ReleaseStore(cluster, namespace);
  if (input.failed !== undefined) await checkUntouched(store, input.failed);
  const history = await settled(env, store, input);
  const last = history.at(-1)?.release;
  if (last === undefined) throw await notFound(cluster, namespace, name);
  const revision = input.revision === undefined || input.revision === 0 ? last.version - 1 : input.revision;
  const target = history.find(({ release }) => release.version === revision)?.release;
  if (target === undefined)
    throw revisionNotFound(
      name,
      revision,
      history.map(({ release }) => release),
    );
  const version = last.version + 1;
  const now = recordTime(env);
  const release: Release = {
    ...target,
    version,
    hooks: noHooks ? [] : target.hooks,
    info: {
      first_deployed: last.info.first_deployed ?? now,
      last_deployed: now,
      description: `Rollback to ${revision}`,
      status: 'pending-rollback',
      ...(target.info.notes === undefined ? {} : { notes: target.info.notes }),
    },
  };
  const where = `revision ${revision}`;
  const documents = splitManifest(target.manifest).flatMap((text) => parseDocument(text, where) ?? []);
  const plan = await planRelease(env, 'rollback', release, documents, history, {
    takeOwnership: false,
    // What was changed by hand is what a rollback is for; what an autoscaler set is not.
    forceConflicts: true,
    leaveScaled: input.forceConflicts !== true,
    before: [],
    crds: [],
    otherCrds: () => crdsRecorded(target.chart),
    notes: [],
    spared: input.spared,
    record: ['create', 'update'],
    dryRun,
  });
  env.emit({ type: 'plan', plan });
  if (dryRun) return { release: withStatus(release, 'pending-rollback', 'Dry run complete'), plan };
  const words = {
    done: input.description ?? `Rollback to ${revision}`,
    failed: (why: string) => `Rollback "${name}" failed: ${why}`,
  };
  const keepsakes = await store.readKeepsakes(target);
  const done = await runPlan(env, { history, plan, release, words, keepsakes, waiting: input, historyMax });
  return { release: done, plan };
}
