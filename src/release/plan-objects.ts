/**
 * The planner: from objects as they are to be and as they are to the steps between. It reads and writes
 * nothing, and decides everything: what it gives is what is shown and what is applied.
 */
import { PkgError, throwTogether } from '../errors.ts';
import { printable } from '../errors-text.ts';
import { describeRef, refKey, refOf } from '../cluster/cluster.ts';
import { compareUninstallOrder } from '../render/order.ts';
import { isKept, ownershipOf } from './plan-normal.ts';
import { changesOf } from './plan-changes.ts';
import type { Comparison, KubeObject, ObjectRef } from '../cluster/cluster.ts';
import type { Plan, Step } from './plan.ts';

/** An object that an earlier revision may have made. */
export type BaselineObject = {
  ref: ObjectRef;
  /** It was applied with certainty: its revision was deployed once. */
  certain: boolean;
  /** Its manifest says `helm.sh/resource-policy: keep`. */
  keep: boolean;
};

/** Everything that a plan depends on. */
export type PlanInput = {
  operation: Plan['operation'];
  release: string;
  namespace: string;
  revision: number;
  seen: number;
  /** Objects in normal form with the marks of ownership, in install order, and what lives in their places. */
  desired: readonly { object: KubeObject; found: Comparison }[];
  /** What earlier revisions may have made, and what lives there; objects among `desired` may be left out. */
  baseline: readonly (BaselineObject & { live: KubeObject | undefined })[];
  takeOwnership: boolean;
  forceConflicts: boolean;
  /** The plan is only shown: what the user may not do is a note. */
  dryRun: boolean;
  /** Steps that come before all others: a namespace, `crds/`. */
  before: readonly Step[];
  notes: readonly string[];
};

/**
 * Plans the steps from what lives to what is desired.
 *
 * @throws PkgError PKG_OBJECT_OWNED naming every object that is somebody else's, and what the place says against
 *   applying the others
 */
export function planObjects(input: PlanInput): Plan {
  const { operation, release, namespace, revision, seen } = input;
  const baseline = new Map(input.baseline.map((item) => [refKey(item.ref), item]));
  const wanted = new Set<string>();
  const steps: Step[] = [...input.before];
  const foreign: { ref: ObjectRef; why: string }[] = [];
  const problems: PkgError[] = [];
  const notes = [...input.notes];
  for (const { object: rendered, found } of input.desired) {
    const object = found.desired ?? rendered;
    const ref = refOf(object);
    wanted.add(refKey(ref));
    const { live, problem } = found;
    const isRefused = problem?.code === 'PKG_CLUSTER_FORBIDDEN';
    if (isRefused && input.dryRun) notes.push(`${problem.message}: what would become of it is not certain`);
    const stops = problem !== undefined && !(isRefused && input.dryRun);
    if (live === undefined) {
      if (stops) {
        problems.push(problem);
        continue;
      }
      const known = baseline.get(refKey(ref))?.certain === true && operation !== 'install';
      const reason = known ? 'it was removed by hand' : 'not there yet';
      steps.push({ action: 'create', ref, reason, desired: object, changes: [] });
      continue;
    }
    const { owner, why } = ownershipOf(live, release, namespace);
    // Marks that somebody took off an object that we surely made are drift; anything else is not ours.
    const ours = owner === 'us' || (owner === 'nobody' && baseline.get(refKey(ref))?.certain === true);
    if (!ours && !input.takeOwnership) {
      foreign.push({ ref, why });
      continue;
    }
    if (stops) {
      problems.push(problem);
      continue;
    }
    notes.push(...(found.notes ?? []));
    if (found.same) {
      steps.push({ action: 'unchanged', ref, reason: 'as it is to be', live, desired: object, changes: [] });
      continue;
    }
    const { after } = found;
    const changes = changesOf(live, after ?? object);
    const reason = ours ? countFields(changes.length) : 'it is taken over from another owner';
    steps.push({ action: 'update', ref, reason, live, desired: object, ...(after && { after }), changes });
  }
  if (foreign.length > 0) throw owned(foreign, release);
  throwTogether(problems, (count) => `${count} objects cannot be applied`);
  const gone = [...baseline.entries()].filter(([key]) => !wanted.has(key)).map(([, item]) => item);
  for (const item of gone.sort((a, b) => compareUninstallOrder(a.ref, b.ref))) {
    const step = planRemoval(item, input);
    if (step !== undefined) steps.push(step);
  }
  return {
    operation,
    release,
    namespace,
    revision,
    seen,
    steps,
    crds: input.before.length,
    forceConflicts: input.forceConflicts,
    notes: [...new Set(notes)],
  };
}

function planRemoval(item: PlanInput['baseline'][number], input: PlanInput): Step | undefined {
  const { ref, live } = item;
  if (live === undefined) return undefined;
  const { owner, why } = ownershipOf(live, input.release, input.namespace);
  const ours = owner === 'us' || (owner === 'nobody' && item.certain);
  if (!ours) return { action: 'keep', ref, reason: `it is not this release's: ${why}`, live, changes: [] };
  // Helm asks the live object when it upgrades and the manifest when it uninstalls.
  if (isKept(live) || (input.operation === 'uninstall' && item.keep)) {
    return { action: 'keep', ref, reason: 'helm.sh/resource-policy: keep', live, changes: [] };
  }
  const reason = input.operation === 'uninstall' ? 'the release is uninstalled' : 'no longer in the chart';
  return { action: 'delete', ref, reason, live, changes: [] };
}

function countFields(count: number): string {
  if (count === 0) return 'it is written in another way';
  return count === 1 ? 'one field differs' : `${count} fields differ`;
}

function owned(foreign: readonly { ref: ObjectRef; why: string }[], release: string): PkgError {
  const notes = foreign.map(({ ref, why }) => {
    const place = ref.namespace === '' ? '' : ` in namespace "${printable(ref.namespace)}"`;
    return `${printable(describeRef(ref))}${place}: ${why}`;
  });
  const what = foreign.length === 1 ? 'an object exists' : `${foreign.length} objects exist`;
  return new PkgError('PKG_OBJECT_OWNED', `${what} already and not as part of release "${printable(release)}"`, {
    notes,
    hints: ['rename or remove what is in the way, or take it over with --take-ownership'],
  });
}
