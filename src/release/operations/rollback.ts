/** `pkg rollback`. */
import type { Cluster } from '../../cluster/cluster.ts';
import { PkgError } from '../../errors.ts';
import { printable } from '../../errors-text.ts';
import { checkData } from '../check-data.ts';
import { parseDocument, splitManifest } from '../manifest.ts';
import type { Release } from '../release.ts';
import { ReleaseStore } from '../store.ts';
import type { StoredRelease } from '../store.ts';
import { readStored, readStoredRevisions } from '../stored-values.ts';
import { withDeadline } from './deadline.ts';
import { recordTime } from './env.ts';
import type { Env, Locking, OperationResult, Waiting } from './env.ts';
import { notFound, revisionNotFound } from './history.ts';
import { withLockTimeout } from './lock-timeout.ts';
import { planRelease } from './prepare.ts';
import { randomChanges } from './random-values.ts';
import { runPlan, withStatus } from './run.ts';
import { settled, untouched, wasDeployed } from './settled.ts';
import { crdsRecorded } from './shared-objects.ts';
import { DEFAULT_HISTORY_MAX } from './trim.ts';

/** The input of a rollback. Revision 0 (or none) is the one before the last. */
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
    /** The failed revision that the rollback undoes. If somebody has written to the release since, nothing is done. */
    failed?: StoredRelease;
    /** Objects (by `refKey`) that are not deleted: the failed upgrade had taken them over from somebody else. */
    spared?: ReadonlySet<string>;
  };

/** Helm's limit, in characters. */
const MAX_DESCRIPTION_LENGTH = 256;

/**
 * Applies the objects of an earlier revision again, as a new revision. They are compared with the live objects, so that
 * changes by hand are undone too.
 *
 * @throws {PkgError} `PKG_RELEASE_NOT_FOUND`, `PKG_REVISION_NOT_FOUND`; `PKG_USAGE` for a description that is too long
 */
export async function rollback(env: Env, input: RollbackInput): Promise<OperationResult> {
  const { description = '' } = input;
  const length = [...description].length;
  if (length > MAX_DESCRIPTION_LENGTH) {
    throw new PkgError(
      'PKG_USAGE',
      `the description has ${length} characters, and may have ${MAX_DESCRIPTION_LENGTH}`,
      {
        hints: ['shorten what --description says'],
      },
    );
  }
  return await withDeadline(env, input.timeout, (bounded) =>
    withLockTimeout(input, (one) => rollbackWithin(bounded, one)),
  );
}

async function rollbackWithin(env: Env, input: RollbackInput): Promise<OperationResult> {
  const { cluster } = env;
  const { name, namespace, dryRun = false, noHooks = false, historyMax = DEFAULT_HISTORY_MAX } = input;
  const store = new ReleaseStore(cluster, namespace);
  const { failed } = input;
  const history = failed === undefined ? await settled(env, store, input) : await untouched(store, failed);
  const last = history.at(-1)?.release;
  if (last === undefined) throw await notFound(cluster, namespace, name);
  const target = targetOf(history, last, input.revision ?? 0);
  const description = input.description || `Rollback to ${target.version}`;
  const release = revisionFrom(target, last, { now: recordTime(env), description, noHooks });
  const where = `revision ${target.version}`;
  const documents = splitManifest(target.manifest).flatMap((text) => parseDocument(text, where) ?? []);
  const hooks = release.hooks.flatMap(({ manifest, path }) => parseDocument(manifest, path) ?? []);
  checkData([...documents, ...hooks]);
  const planned = planRelease(env, {
    operation: 'rollback',
    release,
    documents,
    history,
    takeOwnership: false,
    // A rollback takes back fields that somebody changed by hand, but not the replicas that an autoscaler set.
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
  const plan = await planned.catch((error: unknown) => {
    throw withMissingKind(error, target, wasDeployed(history));
  });
  const stored = await readStored(cluster, target);
  const why = `revision ${target.version} has another`;
  const values = (await everStored(cluster, target, history)).map((value) => ({ keys: [], value, why }));
  plan.notes.push(...randomChanges(plan, values).map(({ line }) => line));
  env.emit({ type: 'plan', plan });
  if (dryRun) return { release: withStatus(release, 'pending-rollback', 'Dry run complete'), plan };
  const words = {
    done: description,
    failed: (why: string) => `Rollback "${name}" failed: ${why}`,
  };
  const done = await runPlan(env, { history, plan, release, words, stored, waiting: input, historyMax });
  return { release: done, plan };
}

/** The new revision: the target's content, as the successor of the last one. */
function revisionFrom(
  target: Release,
  last: Release,
  { now, description, noHooks }: { now: string; description: string; noHooks: boolean },
): Release {
  return {
    ...target,
    version: last.version + 1,
    hooks: noHooks ? [] : target.hooks,
    info: {
      first_deployed: last.info.first_deployed ?? now,
      last_deployed: now,
      description,
      status: 'pending-rollback',
      rollback_revision: target.version,
      ...(target.info.notes === undefined ? {} : { notes: target.info.notes }),
    },
  };
}

/**
 * The revision that a rollback goes back to.
 *
 * @param revision 0 for the one before the last
 * @throws {PkgError} `PKG_REVISION_NOT_FOUND`
 */
function targetOf(history: readonly StoredRelease[], last: Release, revision: number): Release {
  if (revision === 0 && history.length === 1) {
    const name = printable(last.name);
    throw new PkgError(
      'PKG_REVISION_NOT_FOUND',
      `release ${name} has only revision ${last.version}, and none before it to go back to`,
      { hints: [`give \`pkg rollback ${name} ${last.version}\` to apply that revision again`] },
    );
  }
  const wanted = revision === 0 ? last.version - 1 : revision;
  const releases = history.map(({ release }) => release);
  const target = releases.find(({ version }) => version === wanted);
  if (target === undefined) throw revisionNotFound(last.name, wanted, releases);
  return target;
}

/** Adds the revision, and how to get the CRD, to an error for a kind that the cluster does not know. */
function withMissingKind(error: unknown, { name, version }: Release, wasOnceDeployed: boolean): unknown {
  if (!(error instanceof PkgError) || error.code !== 'PKG_KIND_UNKNOWN') return error;
  const { code, message, notes, errors, hints } = error;
  const hint = wasOnceDeployed
    ? "a rollback makes no CRDs: apply those of the chart's crds/ with kubectl first"
    : `no revision was ever deployed, so go on with the install, which makes CRDs: pkg upgrade --install ${printable(name)} CHART`;
  return new PkgError(code, `revision ${version} cannot be applied: ${message}`, {
    notes,
    errors,
    hints: [...hints, hint],
    cause: error,
  });
}

/**
 * All stored random values of a release. Those of the target are not enough: a revision that Helm wrote stores none.
 */
async function everStored(cluster: Cluster, target: Release, history: readonly StoredRelease[]): Promise<string[]> {
  // A manifest without native templates holds none, and needs no requests.
  if (!/^# Source: .*\.hbs$/m.test(target.manifest)) return [];
  const stored = await readStoredRevisions(
    cluster,
    history.map(({ release }) => release),
  );
  const all = stored.flatMap(({ values, earlier }) => [...values.map(({ value }) => value), ...earlier.values()]);
  return [...new Set(all)];
}
