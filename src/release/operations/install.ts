/** `pkg install`. */
import { PkgError } from '../../errors.ts';
import { printable } from '../../errors-text.ts';
import { ReleaseStore } from '../store.ts';
import type { Plan, Step } from '../plan.ts';
import type { StoredRelease } from '../store.ts';
import { chartOperation } from './begin.ts';
import type { ChartOperation, Env, OperationResult } from './env.ts';
import { makeRevision, nextVersion } from './new-revision.ts';
import { renderWithStoredValues } from './random-values.ts';
import { isLeftUnfinished, settle, wasDeployed } from './settled.ts';
import { crdSteps, namespaceStep } from './shared-objects.ts';
import { takenOver, undo } from './undo.ts';
import { uninstall } from './uninstall.ts';

/**
 * The input of an install. `replace`: use the name of an uninstalled or failed release again. `historyMax`: how many
 * revisions are kept; 0, the default, keeps all.
 */
export type InstallInput = ChartOperation & { replace?: boolean; historyMax?: number };

/**
 * Installs a chart as a new release.
 *
 * @throws {PkgError} `PKG_RELEASE_EXISTS` when the name is in use; whatever rendering, planning and applying throw
 */
export async function install(env: Env, input: InstallInput): Promise<OperationResult> {
  return await chartOperation(env, input, { read: free, run: installWithin });
}

/**
 * As {@link install}, within the time limit of an operation that has already begun.
 *
 * @param history the earlier revisions; none was deployed since the release was last uninstalled
 * @param undoing the environment in which a failed install is undone
 */
export async function installWithin(
  env: Env,
  input: InstallInput,
  history: readonly StoredRelease[],
  undoing: Env,
): Promise<OperationResult> {
  const { name, namespace, skipCrds = false } = input;
  const last = history.at(-1)?.release;
  const isContinued = last !== undefined && last.info.status !== 'uninstalled';
  const revision = { version: nextVersion(history), isInstall: true };
  const rendered = await renderWithStoredValues(env, input, history, revision);
  return await makeRevision(env, input, rendered, {
    operation: 'install',
    history,
    firstDeployed: isContinued ? last.info.first_deployed : undefined,
    labels: input.labels ?? {},
    historyMax: input.historyMax ?? 0,
    crdsUse: skipCrds ? '--skip-crds' : 'install',
    prepare: async () => {
      const { steps, crds } = skipCrds ? { steps: [], crds: [] } : await crdSteps(env.cluster, rendered.chart);
      return { before: [...(await namespaceSteps(env, input)), ...steps], crds };
    },
    notes: [],
    notesOn: async ({ steps }) => {
      if (last !== undefined || steps.every(({ live }) => live === undefined)) return [];
      const elsewhere = await new ReleaseStore(env.cluster, namespace).otherRecords(name);
      return elsewhere === undefined ? [] : [`${elsewhere}: both then have records of the same objects`];
    },
    undo: (plan, failure, failed) => removeFailed(undoing, input, plan, { failure, failed }),
  });
}

/**
 * Undoes a failed install by an uninstall.
 *
 * @returns the error to end with: the failure, with what became of undoing it
 */
async function removeFailed(
  env: Env,
  { name, namespace, timeout, noHooks = false }: InstallInput,
  plan: Plan,
  { failure, failed }: { failure: unknown; failed: StoredRelease },
): Promise<unknown> {
  const limit = timeout === undefined ? {} : { timeout };
  const removal = { name, namespace, wait: true, noHooks, spared: takenOver(plan), failed, ...limit };
  return await undo(env, failure, 'uninstalling it', () => uninstall(env, removal));
}

/**
 * The step that creates the namespace of the release, with `createNamespace`. A dry run shows it without that too, and
 * warns: pipelines that are made for Helm look at a release before they create its namespace.
 */
async function namespaceSteps(env: Env, { namespace, createNamespace, dryRun }: InstallInput): Promise<Step[]> {
  // A folder takes objects of any namespace.
  if (createNamespace !== true && (dryRun !== true || !env.cluster.runsWorkloads)) return [];
  const steps = await namespaceStep(env.cluster, namespace);
  if (createNamespace === true || steps.length === 0) return steps;
  const message = `the namespace ${printable(namespace)} does not exist: an install needs --create-namespace`;
  env.emit({ type: 'warning', message });
  return steps;
}

/** The history of a name that is free: empty, uninstalled or failed with `replace`, or an install that broke off. */
async function free(env: Env, store: ReleaseStore, input: InstallInput): Promise<StoredRelease[]> {
  const history = await store.history(input.name);
  const last = history.at(-1);
  if (last === undefined) return history;
  let { status } = last.release.info;
  if (input.replace === true && (status === 'uninstalled' || status === 'failed')) return history;
  // An earlier install of this name broke off before it was deployed: this one continues it.
  if (isLeftUnfinished(last.release) && !wasDeployed(history)) return history;
  // As in Helm, a dry run shows what an install would make under another name.
  if (input.dryRun === true) {
    const message = `${printable(input.name)} is ${status}: an install would be refused, and \`pkg upgrade --install\` would not`;
    env.emit({ type: 'warning', message });
    return [];
  }
  if (status === 'pending-install') {
    const settled = await settle(env, store, input);
    if (settled.isTakenOver || settled.history.length === 0) return settled.history;
    status = settled.history.at(-1)?.release.info.status ?? status;
  }
  throw new PkgError(
    'PKG_RELEASE_EXISTS',
    `cannot reuse a name that is still in use: ${printable(input.name)} is ${status}`,
    {
      hints: [
        status === 'uninstalled'
          ? 'its history was kept: give --replace to use the name again'
          : `\`pkg upgrade --install ${printable(input.name)} …\` works on an existing release too`,
      ],
    },
  );
}
