/** `pkg template --dry-run=server`. */
import { enginesOf } from '../../render/engines.ts';
import type { RenderedChart } from '../../render/render-chart.ts';
import { checkNamespace, checkReleaseName } from '../names.ts';
import { ReleaseStore } from '../store.ts';
import { checkObjects } from './check-objects.ts';
import { recordTime } from './env.ts';
import type { ChartOperation, Env } from './env.ts';
import { chartPlan, planRelease, releaseOf, withExplain } from './prepare.ts';
import { renderWithStoredValues } from './random-values.ts';
import { crdSteps } from './shared-objects.ts';

/**
 * Renders a chart with the capabilities and objects of the cluster, and plans an install of it; writes nothing.
 *
 * @throws {PkgError} for the chart, and for objects that the cluster would refuse or that belong to others
 */
export async function preview(env: Env, input: ChartOperation & { isUpgrade: boolean }): Promise<RenderedChart> {
  checkReleaseName(input.name);
  checkNamespace(input.namespace);
  // Records are read for stored random values alone, which only native templates have: other charts need no right to.
  const isRead = input.isUpgrade && enginesOf(input.chart).native;
  const history = isRead ? await new ReleaseStore(env.cluster, input.namespace).history(input.name) : [];
  const rendered = await renderWithStoredValues(env, input, history, { version: 1, isInstall: !input.isUpgrade });
  await checkObjects(rendered, input.noHooks);
  const now = recordTime(env);
  const release = releaseOf(input, rendered, {
    version: 1,
    firstDeployed: now,
    now,
    status: 'pending-install',
    description: '',
    labels: {},
  });
  const isSkipped = input.skipCrds === true;
  const { crds } = isSkipped ? { crds: [] } : await crdSteps(env.cluster, rendered.chart);
  await planRelease(withExplain(env, rendered, input.namespace, isSkipped ? '--skip-crds' : 'install'), {
    operation: 'install',
    release,
    history: [],
    ...chartPlan(input, rendered),
    // The objects that an upgrade meets are those of its own release, as far as this preview can know.
    takeOwnership: input.isUpgrade || input.takeOwnership === true,
    forceConflicts: input.isUpgrade,
    leaveScaled: true,
    before: [],
    crds,
    notes: [],
    record: [],
    dryRun: true,
  });
  return rendered;
}
