/** What an install and an upgrade do alike: a rendered chart is planned, shown and applied as a new revision. */
import type { RenderedChart } from '../../render/render-chart.ts';
import type { Plan } from '../plan.ts';
import type { Release } from '../release.ts';
import type { StoredRelease } from '../store.ts';
import { checkObjects } from './check-objects.ts';
import { recordTime } from './env.ts';
import type { ChartOperation, Env, OperationResult } from './env.ts';
import type { CrdsUse } from './explain.ts';
import { notesOfExpiry } from './expiring.ts';
import { chartPlan, planRelease, releaseOf, withExplain } from './prepare.ts';
import type { PlanRequest } from './prepare.ts';
import { notesOfRandomChanges } from './random-values.ts';
import { runPlan, withStatus } from './run.ts';

/** What only an install or only an upgrade has. */
export type RevisionParts = {
  operation: keyof typeof TEXTS;
  /** All earlier revisions of the release. */
  history: readonly StoredRelease[];
  /** When the release was deployed first; undefined for now. */
  firstDeployed: string | undefined;
  labels: Record<string, string>;
  /** The most revisions that are kept; 0 for all. */
  historyMax: number;
  crdsUse: CrdsUse;
  /** Reads what has to exist before the objects: steps that create it, and the CRDs of the chart. */
  prepare: () => Promise<Pick<PlanRequest, 'before' | 'crds'>>;
  /** Notes for the plan: those that are known before it, and those that depend on it. */
  notes: readonly string[];
  notesOn?: (plan: Plan) => Promise<string[]>;
  /** Undoes the operation after it failed (`rollbackOnFailure`). Gives the error to end with. */
  undo: (plan: Plan, failure: unknown, failed: StoredRelease) => Promise<unknown>;
};

/** The status and descriptions in the record. */
const TEXTS = {
  install: {
    status: 'pending-install',
    pending: 'Initial install underway',
    done: 'Install complete',
    failed: (name: string, why: string) => `Release "${name}" failed: ${why}`,
  },
  upgrade: {
    status: 'pending-upgrade',
    pending: 'Preparing upgrade',
    done: 'Upgrade complete',
    failed: (name: string, why: string) => `Upgrade "${name}" failed: ${why}`,
  },
} as const;

/**
 * Makes the next revision of a release from a rendered chart: plans it, reports the plan, and applies it unless this is a
 * dry run.
 *
 * @param input with the chart and the values that were rendered
 * @throws {PkgError} `PKG_OBJECT_INVALID` for what is not an object; whatever planning and applying throw
 */
export async function makeRevision(
  env: Env,
  input: ChartOperation,
  rendered: RenderedChart,
  parts: RevisionParts,
): Promise<OperationResult> {
  const { operation, history, labels, historyMax } = parts;
  const texts = TEXTS[operation];
  await checkObjects(rendered, input.noHooks);
  const { before, crds } = await parts.prepare();
  const now = recordTime(env);
  const release: Release = releaseOf(input, rendered, {
    version: nextVersion(history),
    firstDeployed: parts.firstDeployed ?? now,
    now,
    status: texts.status,
    description: texts.pending,
    labels,
  });
  const explaining = withExplain(env, rendered, input.namespace, parts.crdsUse);
  const request = { operation, release, history, before, crds, notes: parts.notes };
  const plan = await planRelease(explaining, { ...request, ...chartPlan(input, rendered) });
  plan.notes.push(...notesOfRandomChanges(plan, rendered), ...notesOfExpiry(env, rendered.randomValues));
  plan.notes.push(...((await parts.notesOn?.(plan)) ?? []));
  env.emit({ type: 'plan', plan });
  if (input.dryRun === true) return { release: withStatus(release, texts.status, 'Dry run complete'), plan };
  const done = await runPlan(explaining, {
    history,
    plan,
    release,
    words: { done: input.description ?? texts.done, failed: (why) => texts.failed(input.name, why) },
    stored: { values: rendered.randomValues, earlier: new Map(), source: input.chart.source },
    waiting: input,
    takeOwnership: input.takeOwnership === true,
    historyMax,
    ...(input.rollbackOnFailure === true && {
      undo: (failure: unknown, failed: StoredRelease) => parts.undo(plan, failure, failed),
    }),
  });
  return { release: done, plan };
}

/** The number of the next revision. */
export function nextVersion(history: readonly StoredRelease[]): number {
  return (history.at(-1)?.release.version ?? 0) + 1;
}
