/**
 * The planner: from objects as they are to be and as they are to the steps between. It reads and writes
 * nothing, and decides everything: what it gives is what is shown and what is applied.
 */
import { PkgError, throwTogether } from '../errors.ts';
import { printable } from '../errors-text.ts';
import { describeRef, refKey, refOf } from '../cluster/cluster.ts';
import { compareUninstallOrder } from '../render/order.ts';
import { isKept, isWrittenByHelm, ownershipOf, releaseOnObject } from './plan-normal.ts';
import { changesOf } from './plan-changes.ts';
import type { KubeObject, ObjectRef } from '../cluster/cluster.ts';
import { KEEP_POLICY } from './plan.ts';
import type { Plan, Step } from './plan.ts';

/** How an object as it is to be stands to what lives in its place. */
export type Comparison = {
  /** Applying would change nothing. */
  same: boolean;
  /** What lives there; undefined for nothing. */
  live: KubeObject | undefined;
  /** What would live there, where the place tells it. */
  after?: KubeObject;
  /** The object as it is to be applied, where fields of it are left to somebody else. */
  desired?: KubeObject;
  /** What a person should know of it. */
  notes?: string[];
  /** Why it cannot be applied: others hold its fields, a field cannot change, … */
  problem?: PkgError;
};

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
  /** Objects in normal form with the marks of ownership, in install order, and what lives in their places. */
  desired: readonly { object: KubeObject; found: Comparison }[];
  /** What earlier revisions may have made, and what lives there; objects among `desired` may be left out. */
  baseline: readonly (BaselineObject & { live: KubeObject | undefined })[];
  /** Objects that hooks of the operation will make, and what lives in their places. */
  hooks: readonly { ref: ObjectRef; live: KubeObject | undefined }[];
  /** Objects (by {@link refKey}) that hooks of earlier revisions may have made. */
  madeByHooks: ReadonlySet<string>;
  /** Releases (`namespace/name`) that marks on live objects name, and that are not there any more. */
  goneReleases: ReadonlySet<string>;
  /** Objects (by {@link refKey}) that an operation that is undone found there and took over: they are not deleted. */
  spared: ReadonlySet<string>;
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
  const { operation, release, namespace, revision } = input;
  const baseline = new Map(input.baseline.map((item) => [refKey(item.ref), item]));
  const wanted = new Set<string>();
  const rendered = new Set(input.desired.map(({ object }) => refKey(refOf(object))));
  // A Namespace that the chart holds, too, is made as the chart has it.
  const before = input.before.filter(({ ref }) => !rendered.has(refKey(ref)));
  const steps: Step[] = [...before];
  const foreign: { ref: ObjectRef; why: string }[] = [];
  const problems: PkgError[] = [];
  const notes = [...input.notes];
  for (const { object: whole, found } of input.desired) {
    const object = found.desired ?? whole;
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
    const isRecorded = baseline.get(refKey(ref))?.certain === true || input.madeByHooks.has(refKey(ref));
    const { ours, why } = judge(live, input, isRecorded);
    if (!ours && !input.takeOwnership) {
      foreign.push({ ref, why });
      continue;
    }
    if (stops) {
      problems.push(problem);
      continue;
    }
    notes.push(...(found.notes ?? []));
    const isLeaving = live.metadata['deletionTimestamp'] !== undefined;
    if (isLeaving) notes.push(`${printable(describeRef(ref))} is being deleted: what is written to it goes with it`);
    if (found.same && !isLeaving) {
      steps.push({ action: 'unchanged', ref, reason: 'as it is to be', live, desired: object, changes: [] });
      continue;
    }
    const { after } = found;
    const changes = changesOf(live, after ?? object);
    const reason = isLeaving
      ? 'it is being deleted'
      : ours
        ? countFields(changes.length)
        : 'it is taken over from another owner';
    steps.push({ action: 'update', ref, reason, live, desired: object, ...(after && { after }), changes });
  }
  for (const { ref, live } of input.hooks) {
    if (live === undefined || input.takeOwnership) continue;
    // Hooks bear no marks, so that those of a release that is gone are nobody's: what Helm wrote a hook may replace.
    const { ours, why } = judge(live, input, true);
    if (!ours) foreign.push({ ref, why: `a hook would replace it, and ${why}` });
  }
  if (foreign.length > 0) throw owned(foreign, release);
  // A right that is missing is missing for every object of the kind.
  const distinct = [...new Map(problems.map((problem) => [problem.message, problem])).values()];
  throwTogether(distinct, () => `${problems.length} objects cannot be applied`);
  const gone = [...baseline.entries()].flatMap(([key, item]) => {
    // Kubernetes moves kinds to other groups, and their objects with them.
    const isWanted = wanted.has(key) || (item.live !== undefined && wanted.has(refKey(refOf(item.live))));
    return isWanted ? [] : [item];
  });
  for (const item of gone.sort((a, b) => compareUninstallOrder(a.ref, b.ref))) {
    const step = planRemoval(item, input);
    if (step !== undefined) steps.push(step);
  }
  return {
    operation,
    release,
    namespace,
    revision,
    steps,
    crds: before.length,
    forceConflicts: input.forceConflicts,
    notes: [...new Set(notes)],
  };
}

function planRemoval(item: PlanInput['baseline'][number], input: PlanInput): Step | undefined {
  const { ref, live } = item;
  if (live === undefined) return undefined;
  const { ours, why } = judge(live, input, item.certain);
  if (!ours) return { action: 'keep', ref, reason: `it is not this release's: ${why}`, live, changes: [] };
  if (input.spared.has(refKey(ref))) {
    return { action: 'keep', ref, reason: 'it was there before it was taken over', live, changes: [] };
  }
  // Helm asks the live object when it upgrades and the manifest when it uninstalls.
  if (isKept(live) || (input.operation === 'uninstall' && item.keep)) {
    return { action: 'keep', ref, reason: KEEP_POLICY, live, changes: [] };
  }
  const reason = input.operation === 'uninstall' ? 'the release is uninstalled' : 'no longer in the chart';
  return { action: 'delete', ref, reason, live, changes: [] };
}

/**
 * Is a live object this release's? It bears our marks; or it bears nobody's, a record says that we made it and
 * somebody of our name did: marks that were taken off are drift. What somebody made anew under its name is not ours.
 */
function judge(
  live: KubeObject,
  { release, namespace, goneReleases }: Pick<PlanInput, 'release' | 'namespace' | 'goneReleases'>,
  isRecorded: boolean,
): { ours: boolean; why: string } {
  const { owner, why } = ownershipOf(live, release, namespace);
  const ours = owner === 'us' || (owner === 'nobody' && isRecorded && isWrittenByHelm(live));
  const marked = releaseOnObject(live);
  if (marked === undefined || !goneReleases.has(marked)) return { ours, why };
  return { ours, why: `${why}; no record of the release that it names is left` };
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
