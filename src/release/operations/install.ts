/** `pkg install`. */
import { PkgError } from '../../errors.ts';
import { printable } from '../../errors-text.ts';
import { ReleaseStore } from '../store.ts';
import type { Step } from '../plan.ts';
import type { StoredRelease } from '../store.ts';
import { chartOperation } from './begin.ts';
import { checkObjects } from './check-objects.ts';
import { recordTime } from './env.ts';
import type { ChartOperation, Env, OperationResult } from './env.ts';
import { chartPlan, crdSteps, namespaceStep, planRelease, releaseOf, withExplain } from './prepare.ts';
import { notesOfExpiry } from './expiring.ts';
import { notesOfRandomChanges, renderWithStoredValues } from './random-values.ts';
import { chartRun, runPlan, withStatus } from './run.ts';
import { isLeftUnfinished, settle, wasDeployed } from './settled.ts';
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
  const { cluster } = env;
  const { name, namespace, dryRun = false } = input;
  const last = history.at(-1)?.release;
  const version = (last?.version ?? 0) + 1;
  const isGoingOn = last !== undefined && last.info.status !== 'uninstalled';
  const rendered = await renderWithStoredValues(env, input, version, true, history);
  await checkObjects(rendered, input.noHooks);
  const { steps, crds } = input.skipCrds === true ? { steps: [], crds: [] } : await crdSteps(cluster, rendered.chart);
  const namespaces = await homeSteps(env, input);
  const now = recordTime(env);
  const release = releaseOf(input, rendered, {
    version,
    firstDeployed: (isGoingOn ? last.info.first_deployed : undefined) ?? now,
    now,
    status: 'pending-install',
    description: 'Initial install underway',
    labels: input.labels ?? {},
  });
  const explaining = withExplain(env, rendered, namespace, input.skipCrds === true ? '--skip-crds' : 'install');
  const plan = await planRelease(explaining, {
    operation: 'install',
    release,
    history,
    ...chartPlan(input, rendered),
    before: [...namespaces, ...steps],
    crds,
    notes: [],
  });
  plan.notes.push(...notesOfRandomChanges(plan, rendered), ...notesOfExpiry(env, rendered.randomValues));
  if (last === undefined && plan.steps.some(({ live }) => live !== undefined)) {
    const elsewhere = await new ReleaseStore(cluster, namespace).otherRecords(name);
    if (elsewhere !== undefined) plan.notes.push(`${elsewhere}: both then have records of the same objects`);
  }
  env.emit({ type: 'plan', plan });
  const description = input.description ?? 'Install complete';
  if (dryRun) return { release: withStatus(release, 'pending-install', 'Dry run complete'), plan };
  const words = { done: description, failed: (why: string) => `Release "${name}" failed: ${why}` };
  const { timeout, noHooks = false } = input;
  const away = {
    name,
    namespace,
    wait: true,
    noHooks,
    spared: takenOver(plan),
    ...(timeout === undefined ? {} : { timeout }),
  };
  const takeBack = (failure: unknown, failed: StoredRelease): Promise<unknown> =>
    undo(undoing, failure, 'uninstalling it', () => uninstall(undoing, { ...away, failed }));
  const run = { history, plan, release, words, historyMax: input.historyMax ?? 0, undo: takeBack };
  const done = await runPlan(explaining, chartRun(input, rendered.randomValues, run));
  return { release: done, plan };
}

/**
 * The step that makes the namespace of the release, where it is to be made. A dry run shows it in any case, with a warning,
 * since with Helm pipelines look at a release before they make its namespace.
 */
async function homeSteps(env: Env, { namespace, createNamespace, dryRun }: InstallInput): Promise<Step[]> {
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
