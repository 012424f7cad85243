/** `pkg upgrade`. */
import type { Chart } from '../../chart/chart.ts';
import { coalesceTables, coalesceValues } from '../../chart/values.ts';
import { PkgError } from '../../errors.ts';
import { printable } from '../../errors-text.ts';
import { fromPlain } from '../../yaml/value.ts';
import { mergeLabels } from '../names.ts';
import { recordedValues } from '../recorded-chart.ts';
import type { Plan } from '../plan.ts';
import type { Release } from '../release.ts';
import type { StoredRelease } from '../store.ts';
import { chartOperation } from './begin.ts';
import type { ChartOperation, Env, OperationResult, ValuesMode } from './env.ts';
import { notFound } from './history.ts';
import { installWithin } from './install.ts';
import { makeRevision, nextVersion } from './new-revision.ts';
import { renderWithStoredValues } from './random-values.ts';
import { leftOut, missingDefaults, withLeftOut } from './reused-values.ts';
import { rollback } from './rollback.ts';
import { settled, wasDeployed } from './settled.ts';
import { namespaceStep } from './shared-objects.ts';
import { DEFAULT_HISTORY_MAX } from './trim.ts';
import { takenOver, undo } from './undo.ts';

/**
 * The input of an upgrade. `install`: install a release that does not exist. `historyMax`: revisions to keep, 0 for
 * all.
 */
export type UpgradeInput = ChartOperation & { install?: boolean; valuesMode?: ValuesMode; historyMax?: number };

/**
 * Brings a release to another chart or other values.
 *
 * @throws {PkgError} `PKG_RELEASE_NOT_FOUND`; whatever rendering, planning and applying throw
 */
export async function upgrade(env: Env, input: UpgradeInput): Promise<OperationResult> {
  return await chartOperation(env, input, { read: settled, run: upgradeFrom });
}

/** Upgrades the release whose history this is; `undoing` is the environment in which a failed upgrade is undone. */
async function upgradeFrom(
  env: Env,
  input: UpgradeInput,
  history: readonly StoredRelease[],
  undoing: Env,
): Promise<OperationResult> {
  const { cluster } = env;
  const { name, namespace, historyMax = DEFAULT_HISTORY_MAX } = input;
  const last = history.at(-1)?.release;
  if (last === undefined || last.info.status === 'uninstalled') {
    if (input.install === true) return installWithin(env, { ...input, historyMax }, history, undoing);
    throw last === undefined ? await notFound(cluster, namespace, name) : uninstalled(name);
  }
  const current = currentOf(history, last);
  const { chart, userValues, missing } = withEarlierValues(input, current);
  const labels = mergeLabels(current.labels, input.labels ?? {});
  if (!wasDeployed(history)) {
    return installWithin(env, { ...input, chart, userValues, labels, historyMax }, history, undoing);
  }
  const whole = { ...input, chart, userValues };
  const revision = { version: nextVersion(history), isInstall: false };
  const rendered = await renderWithStoredValues(env, whole, history, revision).catch((error: unknown) => {
    throw withLeftOut(error, missing, current.version);
  });
  return await makeRevision(env, whole, rendered, {
    operation: 'upgrade',
    history,
    firstDeployed: current.info.first_deployed,
    labels,
    historyMax,
    crdsUse: 'upgrade',
    prepare: async () => ({
      before: input.createNamespace === true ? await namespaceStep(cluster, namespace) : [],
      crds: [],
    }),
    notes: missing.length === 0 ? [] : [leftOut(missing, current.version)],
    undo: (plan, failure, failed) => goBack(undoing, { ...input, historyMax }, plan, { history, failure, failed }),
  });
}

function uninstalled(name: string): PkgError {
  return new PkgError('PKG_RELEASE_NOT_FOUND', `${printable(name)} was uninstalled: it has no deployed releases`, {
    hints: ['give --install to install it again'],
  });
}

/** The statuses of revisions that were deployed once. */
const GOOD: readonly string[] = ['deployed', 'superseded'];

/**
 * Undoes a failed upgrade by a rollback to the last revision that was deployed.
 *
 * @returns the error to end with: the failure, with what became of undoing it
 */
async function goBack(
  env: Env,
  { name, namespace, timeout, noHooks, waitForJobs, historyMax }: UpgradeInput,
  plan: Plan,
  { history, failure, failed }: { history: readonly StoredRelease[]; failure: unknown; failed: StoredRelease },
): Promise<unknown> {
  const good = history.findLast(({ release: { info } }) => GOOD.includes(info.status))?.release.version;
  if (good === undefined) return failure;
  const bounds = { wait: true, waitForJobs, timeout, historyMax, noHooks };
  const back = { name, namespace, revision: good, spared: takenOver(plan), failed, ...bounds };
  return await undo(env, failure, `going back to revision ${good}`, () => rollback(env, defined(back)));
}

/** The fields without those that are undefined. */
function defined<T extends object>(fields: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as never;
}

/** The revision that an upgrade starts from: the last deployed one, else the last. */
function currentOf(history: readonly StoredRelease[], last: Release): Release {
  return history.findLast(({ release }) => release.info.status === 'deployed')?.release ?? last;
}

/**
 * The chart and values of an upgrade, with the values of the current revision as the mode says. Source: helm v4
 * `pkg/action/upgrade.go`, `reuseValues`.
 *
 * @returns `missing`: the defaults of the chart that `reuse` leaves out
 */
function withEarlierValues(
  input: UpgradeInput,
  current: Release,
): { chart: Chart; userValues: ChartOperation['userValues']; missing: string[] } {
  const { chart, userValues, valuesMode = 'default' } = input;
  const config = fromPlain(current.config);
  switch (valuesMode) {
    case 'reset':
      return { chart, userValues, missing: [] };
    case 'reuse': {
      const old: Chart = { ...chart, values: recordedValues(current.chart), dependencies: [] };
      const { values } = coalesceValues(old, config);
      const over = coalesceTables(userValues, config);
      const missing = missingDefaults(chart.values, coalesceTables(over, values));
      return { chart: { ...chart, values }, userValues: over, missing };
    }
    case 'reset-then-reuse':
      return { chart, userValues: coalesceTables(userValues, config), missing: [] };
    case 'default':
      return { chart, userValues: userValues.size === 0 ? config : userValues, missing: [] };
  }
}
