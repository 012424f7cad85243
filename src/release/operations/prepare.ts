/** The first half of an operation: chart and values become a plan, and the revision that it records. */
import type { Chart } from '../../chart/chart.ts';
import type { Cluster, Intent, KubeObject } from '../../cluster/cluster.ts';
import { refOf } from '../../cluster/cluster.ts';
import { throwTogether } from '../../errors.ts';
import type { PkgError } from '../../errors.ts';
import { renderChart } from '../../render/render-chart.ts';
import type { RandomInput } from '../../render/random-values.ts';
import type { Capabilities } from '../../render/render.ts';
import type { RenderedChart } from '../../render/render-chart.ts';
import { toPlain } from '../../yaml/value.ts';
import type { ValueMap } from '../../yaml/value.ts';
import { printManifest, recordHooks } from '../manifest.ts';
import { normalizeObjects, withOwnership } from '../plan-normal.ts';
import type { SourceDocument } from '../plan-normal.ts';
import { planObjects } from '../plan-objects.ts';
import type { Plan, Step } from '../plan.ts';
import { recordChart } from '../recorded-chart.ts';
import type { RecordedHook, Release } from '../release.ts';
import { recordRef } from '../store.ts';
import type { StoredRelease } from '../store.ts';
import { readBaseline } from './baseline.ts';
import { compareObjects } from './compare.ts';
import { eventsOf, intentsOfHook, objectsOfHook } from './hooks.ts';
import { readOwners } from './owners.ts';
import type { ChartOperation, Env } from './env.ts';
import type { CrdsUse } from './explain.ts';
import { withLookups } from './lookups.ts';
import { crdsOf } from './shared-objects.ts';

/** What {@link renderFor} renders with, beside its input. */
type RenderContext = { capabilities: Capabilities; revision: number; isInstall: boolean; random: RandomInput };

/**
 * Renders a chart with these capabilities and the objects of the cluster.
 *
 * @throws {PkgError} for the chart, and of the cluster
 */
export async function renderFor(
  { cluster }: Env,
  input: ChartOperation & { chart: Chart; userValues: ValueMap },
  { capabilities, revision, isInstall, random }: RenderContext,
): Promise<RenderedChart> {
  return await withLookups(cluster, (lookup) =>
    renderChart({
      chart: input.chart,
      userValues: input.userValues,
      release: { name: input.name, namespace: input.namespace, revision, isInstall, isUpgrade: !isInstall },
      capabilities,
      random,
      lookup,
      // An API server checks texts itself; a folder would store what no server accepts.
      checkTexts: !cluster.runsWorkloads,
      ...(input.origins && { origins: input.origins }),
      ...(input.skipSchemaValidation !== undefined && { skipSchemaValidation: input.skipSchemaValidation }),
      ...(input.loadSchema && { loadSchema: input.loadSchema }),
      ...(input.subchartNotes !== undefined && { subchartNotes: input.subchartNotes }),
      ...(input.enableDns !== undefined && { enableDns: input.enableDns }),
      ...(input.limits && { limits: input.limits }),
      ...(input.imageMirror && { imageMirror: input.imageMirror }),
    }),
  );
}

/** The environment with an `explain` for the objects of a rendered chart. */
export function withExplain(env: Env, rendered: RenderedChart, namespace: string, crds: CrdsUse): Env {
  return {
    ...env,
    explain: async (error, ref) => {
      const { explainMissingCrd, explainObject } = await import('./explain.ts');
      const located = await explainObject(error, ref, rendered, namespace);
      return explainMissingCrd(located, ref, () => crdsOf(rendered.chart), crds);
    },
  };
}

/** What a revision has beside its chart: its number, its times, and what its record says at first. */
export type NewRevision = {
  version: number;
  firstDeployed: string;
  now: string;
  status: Release['info']['status'];
  description: string;
  labels: Record<string, string>;
};

/** The revision that a rendered chart makes, before it is recorded. */
export function releaseOf(input: ChartOperation, rendered: RenderedChart, revision: NewRevision): Release {
  const { version, firstDeployed, now, status, description, labels } = revision;
  return {
    name: input.name,
    namespace: input.namespace,
    version,
    info: {
      first_deployed: firstDeployed,
      last_deployed: now,
      description,
      status,
      ...(rendered.notes === '' ? {} : { notes: rendered.notes }),
    },
    chart: recordChart(rendered.chart),
    config: toPlain(input.userValues),
    manifest: printManifest(rendered.objects),
    hooks: input.noHooks === true ? [] : recordHooks(rendered.hooks),
    apply_method: 'ssa',
    labels,
  };
}

/** What {@link planRelease} plans. */
export type PlanRequest = {
  operation: Plan['operation'];
  release: Pick<Release, 'name' | 'namespace' | 'version' | 'manifest' | 'hooks'>;
  /** The objects of the release. */
  documents: readonly SourceDocument[];
  /** All revisions before this one. */
  history: readonly StoredRelease[];
  takeOwnership: boolean;
  forceConflicts: boolean;
  /** Fields that were set through the scale subresource are left to their holders. */
  leaveScaled: boolean;
  /** Steps before all others: the namespace, `crds/`. */
  before: readonly Step[];
  /** CRDs that are created together with the objects. */
  crds: readonly KubeObject[];
  /** CRDs that are not created. They are read if nothing else says whether a kind is namespaced. */
  otherCrds?: () => readonly KubeObject[];
  notes: readonly string[];
  /** Objects (by `refKey`) that are not deleted: see `PlanInput`. */
  spared?: ReadonlySet<string> | undefined;
  /** The writes to the record of the revision, whose rights are checked. */
  record: readonly Intent['verb'][];
  /** The plan is only shown: missing rights are notes instead of errors. */
  dryRun: boolean;
};

/** The part of a {@link PlanRequest} that is the same for all operations on a rendered chart. */
export function chartPlan(
  input: ChartOperation,
  { objects, chart }: RenderedChart,
): Pick<
  PlanRequest,
  'documents' | 'takeOwnership' | 'forceConflicts' | 'leaveScaled' | 'otherCrds' | 'record' | 'dryRun'
> {
  const forceConflicts = input.forceConflicts === true;
  return {
    documents: objects,
    takeOwnership: input.takeOwnership === true,
    forceConflicts,
    leaveScaled: !forceConflicts,
    otherCrds: () => crdsOf(chart),
    record: ['create', 'update'],
    dryRun: input.dryRun === true,
  };
}

/**
 * Plans an operation: reads what lives, compares, and checks the rights that the writes need. Writes nothing.
 *
 * @throws {PkgError} as `planObjects` does; `PKG_OBJECT_INVALID`; `PKG_CLUSTER_FORBIDDEN` for rights that are missing
 */
export async function planRelease({ cluster, explain }: Env, request: PlanRequest): Promise<Plan> {
  const { operation, release, documents, history, ...options } = request;
  const { name, namespace, version: revision } = release;
  const { objects, notes } = await normalizeObjects(documents, {
    namespace,
    scopeOf: (apiVersion, kind, crds) => cluster.scope(apiVersion, kind, crds),
    crds: options.crds,
    // Helm accepts such fields in some cases, so a revision that it recorded may hold them.
    isChecked: operation !== 'rollback',
    ...(options.otherCrds && { otherCrds: options.otherCrds }),
  });
  const owned = objects.map((object) => withOwnership(object, name, namespace));
  const made = options.before.flatMap(({ desired }) => desired ?? []);
  const { forceConflicts, leaveScaled } = options;
  // Dry runs cover the objects; the rights for writes of the record, for hooks and for deletes have to be asked for.
  const record = options.record.map((verb): Intent => ({ verb, ref: recordRef(name, namespace, revision) }));
  const hooks = await hooksOf(cluster, release, operation);
  const [found, baseline, inHooksPlaces, notRecorded] = await Promise.all([
    compareObjects(cluster, owned, { forceConflicts, leaveScaled, coming: [...options.crds, ...made, ...owned] }),
    readBaseline(cluster, history, namespace, { manifest: release.manifest, objects: owned, crds: options.crds }),
    cluster.getMany(hooks.map(({ object }) => refOf(object))),
    cluster.refused(record),
  ]);
  if (!options.dryRun) throwTogether(notRecorded, missingRights);
  const plan = planObjects({
    operation,
    release: name,
    namespace,
    revision,
    desired: await Promise.all(
      owned.map(async (object, index) => {
        const one = found[index] ?? { same: false, live: undefined };
        if (one.problem === undefined || explain === undefined) return { object, found: one };
        return { object, found: { ...one, problem: (await explain(one.problem, refOf(object))) as PkgError } };
      }),
    ),
    baseline: baseline.objects,
    hooks: hooks.map(({ object }, index) => ({ ref: refOf(object), live: inHooksPlaces[index] })),
    ...(await readOwners(cluster, release, [...found.map(({ live }) => live), ...inHooksPlaces], history)),
    spared: options.spared ?? new Set(),
    takeOwnership: options.takeOwnership,
    forceConflicts,
    dryRun: options.dryRun,
    before: options.before,
    notes: [...options.notes, ...notes, ...baseline.notes],
  });
  const byHooks = hooks.flatMap(({ hook, object }, index) => intentsOfHook(hook, object, inHooksPlaces[index]));
  // A right that is missing matters only if the plan needs it: objects that are gone or stay need none.
  const deletes = plan.steps.flatMap(({ action, ref }): Intent[] =>
    action === 'delete' && !baseline.mayDeleteAll ? [{ verb: 'delete', ref }] : [],
  );
  const notDone = await cluster.refused([...byHooks, ...deletes]);
  if (!options.dryRun) throwTogether(notDone, missingRights);
  plan.notes.push(...[...notRecorded, ...notDone].map(({ message }) => message));
  return plan;
}

/**
 * The objects that the hooks of an operation will create, with their hooks.
 *
 * @throws {PkgError} `PKG_OBJECT_INVALID`
 */
async function hooksOf(
  cluster: Cluster,
  release: Pick<Release, 'namespace' | 'hooks'>,
  operation: Plan['operation'],
): Promise<{ hook: RecordedHook; object: KubeObject }[]> {
  if (!cluster.runsWorkloads) return [];
  const hooks = release.hooks.filter(({ events }) => eventsOf(operation).some((event) => events.includes(event)));
  const isChecked = operation === 'install' || operation === 'upgrade';
  const made = await Promise.all(
    hooks.map(async (hook) => {
      const objects = await objectsOfHook(cluster, hook, release.namespace, isChecked);
      return objects.map((object) => ({ hook, object }));
    }),
  );
  return made.flat();
}

function missingRights(count: number): string {
  return `${count} rights are missing`;
}
