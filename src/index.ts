/**
 * The library: what the commands do, as typed functions. Nothing is printed, nothing exits; failures are thrown as
 * {@link PkgError}.
 */
import type { Chart } from './chart/chart.ts';
import { createOrigins } from './chart/origins.ts';
import type { SchemaLoader } from './chart/schema.ts';
import { NO_SOURCES, readUserValues } from './chart/user-values.ts';
import { keepsWrittenKeys } from './chart/written-keys.ts';
import type { ValueSources } from './chart/user-values.ts';
import { mergeValues } from './chart/values.ts';
import type { Cluster } from './cluster/cluster.ts';
import { openTarget } from './cluster/target.ts';
import * as operations from './release/operations.ts';
import type { Env, OperationResult, ReleaseEvent } from './release/operations.ts';
import type { Plan } from './release/plan.ts';
import type { Release } from './release/release.ts';
import { DEFAULT_CAPABILITIES } from './render/capabilities.ts';
import { openChart } from './repository/open-chart.ts';
import type { RemoteOptions } from './repository/open-chart.ts';
import { decodeText } from './render/gotemplate/value.ts';
import { renderChart } from './render/render-chart.ts';
import { streamOf } from './render/stream.ts';
import type { Rendered, RenderLimits } from './render/render.ts';
import { fromPlain } from './yaml/value.ts';
import type { JsonObject, ValueMap } from './yaml/value.ts';

export { PkgError, ERROR_CODES } from './errors.ts';
export type { ErrorCode, Excerpt, Position } from './errors.ts';
export { loadChart } from './chart/load.ts';
export type { SchemaLoader } from './chart/schema.ts';
export { openChart } from './repository/open-chart.ts';
export type { RemoteOptions } from './repository/open-chart.ts';
export { packageChart } from './chart/package.ts';
export { lintChart } from './render/lint.ts';
export type { LintMessage } from './render/lint.ts';
export type { Chart, ChartSource } from './chart/chart.ts';
export type { Rendered, RenderedDocument, RenderedHook, RenderLimits } from './render/render.ts';
export type { Plan, Step, FieldChange } from './release/plan.ts';
export type { Release, Status } from './release/release.ts';
export type { ReleaseEvent, OperationResult } from './release/operations.ts';

/** A chart and its values. */
export type ChartOptions = {
  /** Whatever {@link openChart} takes, or a chart that it or {@link loadChart} gave. */
  chart: string | Chart;
  /** How a chart that is not on this machine is found and fetched. */
  remote?: RemoteOptions;
  /** Values, over those of the files and flags. */
  values?: JsonObject;
  /** Values files and texts as the flags of the command line take them. */
  sources?: Partial<ValueSources>;
  namespace?: string;
  /** Loads schemas that the schemas of charts refer to by URL; without it such references are refused. */
  loadSchema?: SchemaLoader;
  /** Limits of templates that differ from the defaults. */
  limits?: Partial<RenderLimits>;
};

/** The target of an operation, and the listener of its events. */
export type TargetOptions = {
  /** `dir:PATH` for a folder of manifests; left out, the cluster of the kubeconfig. */
  target?: string;
  /** The kubeconfig file, in place of `KUBECONFIG` and `~/.kube/config`. */
  kubeconfig?: string;
  /** The context of the kubeconfig, in place of its current one. */
  context?: string;
  onEvent?: (event: ReleaseEvent) => void;
  signal?: AbortSignal;
};

/** The options of {@link template}. */
export type TemplateOptions = ChartOptions & { name?: string; isUpgrade?: boolean; skipSchemaValidation?: boolean };

/** Renders a chart; `manifest` is the stream that `pkg template` prints. */
export async function template(options: TemplateOptions): Promise<Rendered & { manifest: string }> {
  const { chart, userValues, origins } = await inputsOf(options);
  const { name = 'release-name', namespace = 'default', isUpgrade = false, skipSchemaValidation = false } = options;
  const rendered = await renderChart({
    chart,
    userValues,
    origins,
    skipSchemaValidation,
    release: { name, namespace, revision: 1, isInstall: !isUpgrade, isUpgrade },
    capabilities: DEFAULT_CAPABILITIES,
    ...(options.loadSchema && { loadSchema: options.loadSchema }),
    ...(options.limits && { limits: options.limits }),
  });
  const { objects, hooks } = rendered;
  return { ...rendered, manifest: decodeText(streamOf({ manifest: objects, hooks })) };
}

/** The options of operations on a release. */
export type ReleaseOptions = TargetOptions & { name: string; namespace?: string };

/** The inputs of an operation that the library derives from {@link ChartOptions} and {@link ReleaseOptions}. */
type Made = 'chart' | 'userValues' | 'origins' | 'name' | 'namespace';

/** Installs a chart as a new release. */
export async function install(
  options: ChartOptions & ReleaseOptions & Omit<operations.InstallInput, Made>,
): Promise<OperationResult> {
  const inputs = await inputsOf(options);
  return await withEnv(options, (env, namespace) => operations.install(env, { ...options, ...inputs, namespace }));
}

/** Upgrades a release to another chart or other values. */
export async function upgrade(
  options: ChartOptions & ReleaseOptions & Omit<operations.UpgradeInput, Made> & { dryRun?: boolean },
): Promise<OperationResult> {
  const inputs = await inputsOf(options);
  return await withEnv(options, (env, namespace) => operations.upgrade(env, { ...options, ...inputs, namespace }));
}

/** Plans an upgrade, and writes nothing. */
export async function diff(options: Parameters<typeof upgrade>[0]): Promise<Plan> {
  return (await upgrade({ ...options, dryRun: true })).plan;
}

/** Rolls a release back to an earlier revision. */
export async function rollback(
  options: ReleaseOptions & operations.Waiting & operations.Locking & { revision?: number; dryRun?: boolean },
): Promise<OperationResult> {
  return await withEnv(options, (env, namespace) => operations.rollback(env, { ...options, namespace }));
}

/** Deletes a release. */
export async function uninstall(
  options: ReleaseOptions &
    operations.Locking &
    Pick<operations.UninstallInput, 'keepHistory' | 'dryRun' | 'ignoreNotFound' | 'wait' | 'timeout' | 'cascade'>,
): Promise<OperationResult | undefined> {
  return await withEnv(options, (env, namespace) => operations.uninstall(env, { ...options, namespace }));
}

/** The newest revision of each release; of all namespaces where none is given. */
export async function list(options: TargetOptions & { namespace?: string }): Promise<Release[]> {
  const where = options.namespace === undefined ? {} : { namespace: options.namespace };
  return await withEnv(options, ({ cluster }) => operations.listReleases(cluster, where));
}

/** The revisions of a release, the oldest first. */
export async function history(options: ReleaseOptions): Promise<Release[]> {
  return await withEnv(options, ({ cluster }, namespace) => operations.getHistory(cluster, namespace, options.name));
}

/** One revision of a release, the newest where none is named. */
export async function status(options: ReleaseOptions & { revision?: number }): Promise<Release> {
  const { name, revision } = options;
  return await withEnv(options, ({ cluster }, namespace) => operations.getRelease(cluster, namespace, name, revision));
}

function clusterOf({
  target,
  kubeconfig = '',
  context = '',
  namespace = '',
}: TargetOptions & { namespace?: string }): Promise<Cluster> {
  const unset = {
    server: '',
    token: '',
    asUser: '',
    asGroups: [],
    caFile: '',
    tlsServerName: '',
    insecureSkipTlsVerify: false,
  };
  return openTarget(target, { ...unset, kubeconfig, context, namespace });
}

/** Runs `work` on the target that the options name, and closes its connections. */
async function withEnv<T>(
  options: TargetOptions & { namespace?: string },
  work: (env: Env, namespace: string) => Promise<T>,
): Promise<T> {
  const { onEvent = (): void => undefined, signal, namespace } = options;
  const cluster = await clusterOf(options);
  try {
    return await work({ cluster, emit: onEvent, ...(signal && { signal }) }, namespace || cluster.defaultNamespace);
  } finally {
    cluster.close();
  }
}

async function inputsOf(
  options: ChartOptions,
): Promise<{ chart: Chart; userValues: ValueMap; origins: ReturnType<typeof createOrigins> }> {
  const sources: ValueSources = { ...NO_SOURCES, ...options.sources };
  const chart = typeof options.chart === 'string' ? await openChart(options.chart, options.remote) : options.chart;
  const { values, texts } = await readUserValues(sources, undefined, { writtenKeys: keepsWrittenKeys(chart) });
  const userValues = options.values === undefined ? values : mergeValues(values, fromPlain(options.values));
  return { chart, userValues, origins: createOrigins(chart, sources, texts) };
}
