/**
 * The planner: compares desired objects with live ones and decides the steps. It is a pure function of its input, and
 * nothing is decided after it: the plan that it gives is shown, and then applied.
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

/** A desired object compared with what lives under its name. */
export type Comparison = {
  /** Applying would change nothing. */
  same: boolean;
  /** What lives there; undefined for nothing. */
  live: KubeObject | undefined;
  /** The object after applying it, as a dry run answered; undefined where none was made. */
  after?: KubeObject;
  /** The object to apply, where fields of the desired one are left to another field manager. */
  desired?: KubeObject;
  /** Notes for the user. */
  notes?: string[];
  /** Why it cannot be applied: other managers hold its fields, a field is immutable, … */
  problem?: PkgError;
};

/** An object that an earlier revision may have made. */
export type BaselineObject = {
  ref: ObjectRef;
  /** Its revision was deployed, so the object certainly existed. A failed revision may not have come so far. */
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
  /** Releases (`namespace/name`) that live objects are marked with and that have no record any more. */
  goneReleases: ReadonlySet<string>;
  /** Objects (by {@link refKey}) that the operation which is undone had taken over: undoing it does not delete them. */
  spared: ReadonlySet<string>;
  takeOwnership: boolean;
  forceConflicts: boolean;
  /** The plan is only shown: missing rights become notes instead of errors. */
  dryRun: boolean;
  /** Steps that come before all others: a namespace, `crds/`. */
  before: readonly Step[];
  notes: readonly string[];
};

/**
 * Plans the steps from what lives to what is desired.
 *
 * @throws {PkgError} `PKG_OBJECT_OWNED`, naming every object that belongs to somebody else; else the `problem` of every
 *   comparison that has one, together
 */
export function planObjects(input: PlanInput): Plan {
  const { operation, release, namespace, revision } = input;
  const wanted = new Set(input.desired.map(({ object, found }) => refKey(refOf(found.desired ?? object))));
  const rendered = new Set(input.desired.map(({ object }) => refKey(refOf(object))));
  // A Namespace that is also an object of the chart is created with the fields that the chart gives it.
  const before = input.before.filter(({ ref }) => !rendered.has(refKey(ref)));
  const baseline = new Map(input.baseline.map((item) => [refKey(item.ref), item]));
  const { steps: main, foreign, problems, notes } = planDesired(input, baseline);
  for (const { ref, live } of input.hooks) {
    if (live === undefined || input.takeOwnership) continue;
    // Hooks carry no ownership marks, so hooks of an uninstalled release look unowned: what Helm wrote may be replaced.
    const { ours, why } = judge(live, input, true);
    if (!ours) foreign.push({ ref, why: `a hook would replace it, and ${why}` });
  }
  if (foreign.length > 0) throw owned(foreign, release);
  // A right that is missing is missing for every object of the kind.
  const distinct = [...new Map(problems.map((problem) => [problem.message, problem])).values()];
  throwTogether(distinct, () => `${problems.length} objects cannot be applied`);
  const gone = [...baseline.values()]
    // A kind may have moved to another group, and its objects with it: the live object tells.
    .filter(({ ref, live }) => !wanted.has(refKey(ref)) && !(live !== undefined && wanted.has(refKey(refOf(live)))))
    .sort((a, b) => compareUninstallOrder(a.ref, b.ref));
  return {
    operation,
    release,
    namespace,
    revision,
    steps: [...before, ...main, ...gone.flatMap((item) => planRemoval(item, input) ?? [])],
    crds: before.length,
    forceConflicts: input.forceConflicts,
    notes: [...new Set([...input.notes, ...notes])],
  };
}

/** The steps for the desired objects; what belongs to others, and what cannot be applied, apart. */
function planDesired(
  input: PlanInput,
  baseline: ReadonlyMap<string, BaselineObject>,
): { steps: Step[]; foreign: Foreign[]; problems: PkgError[]; notes: string[] } {
  const steps: Step[] = [];
  const foreign: Foreign[] = [];
  const problems: PkgError[] = [];
  const notes: string[] = [];
  for (const { object, found } of input.desired) {
    const desired = found.desired ?? object;
    const ref = refOf(desired);
    const { live, problem } = found;
    const isRefused = problem?.code === 'PKG_CLUSTER_FORBIDDEN';
    if (isRefused && input.dryRun) notes.push(`${problem.message}: the result is not certain`);
    const stops = problem !== undefined && !(isRefused && input.dryRun);
    const isCertain = baseline.get(refKey(ref))?.certain === true;
    if (live === undefined) {
      if (stops) {
        problems.push(problem);
        continue;
      }
      const reason = isCertain && input.operation !== 'install' ? 'it was removed by hand' : 'it does not exist yet';
      steps.push({ action: 'create', ref, reason, desired, changes: [] });
      continue;
    }
    const { ours, why } = judge(live, input, isCertain || input.madeByHooks.has(refKey(ref)));
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
      steps.push({ action: 'unchanged', ref, reason: 'it has no changes', live, desired, changes: [] });
      continue;
    }
    steps.push(planUpdate(ref, { live, desired, after: found.after }, { isLeaving, ours }));
  }
  return { steps, foreign, problems, notes };
}

function planUpdate(
  ref: ObjectRef,
  { live, desired, after }: { live: KubeObject; desired: KubeObject; after: KubeObject | undefined },
  { isLeaving, ours }: { isLeaving: boolean; ours: boolean },
): Step {
  const changes = changesOf(live, after ?? desired);
  const taken = ours ? countFields(changes.length) : 'it is taken over from another owner';
  const reason = isLeaving ? 'it is being deleted' : taken;
  return { action: 'update', ref, reason, live, desired, ...(after && { after }), changes };
}

/** A live object that belongs to somebody else, and how that is known. */
type Foreign = { ref: ObjectRef; why: string };

function planRemoval(item: PlanInput['baseline'][number], input: PlanInput): Step | undefined {
  const { ref, live } = item;
  if (live === undefined) return undefined;
  const { ours, why } = judge(live, input, item.certain);
  if (!ours) return { action: 'keep', ref, reason: `it is not this release's: ${why}`, live, changes: [] };
  if (input.spared.has(refKey(ref))) {
    return { action: 'keep', ref, reason: 'it existed before it was taken over', live, changes: [] };
  }
  // As in Helm: an upgrade looks for the policy on the live object, an uninstall in the manifest.
  if (isKept(live) || (input.operation === 'uninstall' && item.keep)) {
    return { action: 'keep', ref, reason: KEEP_POLICY, live, changes: [] };
  }
  const reason = input.operation === 'uninstall' ? 'the release is uninstalled' : 'no longer in the chart';
  return { action: 'delete', ref, reason, live, changes: [] };
}

/**
 * Does a live object belong to this release? Yes with the release's marks. Yes also without any, if a record of the
 * release holds the object and the field manager `helm` has written it: then somebody removed the marks. An object that
 * somebody else has since created under the same name was not written by `helm`, and does not belong to it.
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

function owned(foreign: readonly Foreign[], release: string): PkgError {
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
