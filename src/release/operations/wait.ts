/** Waits until objects are ready, or gone. */
import { describeRef, refKey, refOf } from '../../cluster/cluster.ts';
import type { KubeObject, ObjectRef } from '../../cluster/cluster.ts';
import { PkgError } from '../../errors.ts';
import { printable } from '../../errors-text.ts';
import { mayBeUnready, readinessOf } from '../readiness.ts';
import type { Purpose, Readiness } from '../readiness.ts';
import { interrupted } from './deadline.ts';
import type { Env, Unready } from './env.ts';

/** The most objects that an error names. */
const MANY = 50;

/**
 * Waits until no object is progressing any more. One that failed may still become ready while others are waited for.
 *
 * @param leaving objects (by {@link refKey}) that were being deleted when they were written, and may disappear
 * @throws {PkgError} `PKG_NOT_READY` for objects that failed; `PKG_TIMEOUT`, `PKG_INTERRUPTED` with those not ready yet
 */
export async function waitUntilReady(
  env: Env,
  objects: readonly KubeObject[],
  purpose: Purpose,
  leaving: ReadonlySet<string> = new Set(),
): Promise<void> {
  const awaited = objects.filter(
    (object) => leaving.has(refKey(refOf(object))) || (mayBeUnready(object) && !isPaused(object)),
  );
  const failed = await waitFor(env, awaited.map(refOf), (live) =>
    live === undefined ? { state: 'progressing', why: 'it does not exist' } : readinessOf(live, purpose),
  );
  if (failed.length === 0) return;
  throw new NotReady(failed);
}

const HAVE_PODS = ['Deployment', 'StatefulSet', 'DaemonSet', 'ReplicaSet', 'ReplicationController', 'Job', 'Pod'];

/** The error for objects that failed to become ready. */
export class NotReady extends PkgError {
  readonly unready: readonly Unready[];

  constructor(unready: readonly Unready[]) {
    const [first] = unready;
    const message =
      first !== undefined && unready.length === 1
        ? `${describe(first)} failed to become ready: ${printable(first.why, 500)}`
        : `${unready.length} objects failed to become ready`;
    super('PKG_NOT_READY', message, {
      notes: unready.length === 1 ? [] : notesOf(unready),
      hints: [
        unready.some(({ ref }) => HAVE_PODS.includes(ref.kind))
          ? 'look at the events and the logs of its pods with `kubectl describe` and `kubectl logs`'
          : 'look at its conditions and events with `kubectl describe`',
      ],
    });
    this.unready = unready;
  }
}

/**
 * Waits until all objects are gone.
 *
 * @throws {PkgError} `PKG_TIMEOUT`, `PKG_INTERRUPTED` with the objects that still exist
 */
export async function waitUntilGone(env: Env, objects: readonly KubeObject[]): Promise<void> {
  const uids = new Map(objects.map((object) => [refKey(refOf(object)), object.metadata['uid']]));
  const judge = (live: KubeObject | undefined, ref: ObjectRef): Readiness =>
    // An object with another uid was created anew under the same name: the one that was deleted is gone.
    live === undefined || live.metadata['uid'] !== uids.get(refKey(ref))
      ? { state: 'ready' }
      : { state: 'progressing', why: whatKeeps(live) };
  await waitFor(env, objects.map(refOf), judge, 'gone');
}

const KEPT_BY = 'kept by its finalizers';

/** Says what keeps a deleted object: its finalizers, which controllers remove once they have cleaned up. */
function whatKeeps({ metadata }: KubeObject): string {
  const { deletionTimestamp, finalizers } = metadata;
  const isKept = deletionTimestamp !== undefined && Array.isArray(finalizers) && finalizers.length > 0;
  return isKept ? `it is still there, ${KEPT_BY}: ${finalizers.join(', ')}` : 'it is still there';
}

/** Follows objects until none is progressing any more. Gives those that are not ready. */
async function waitFor(
  env: Env,
  refs: readonly ObjectRef[],
  judge: (live: KubeObject | undefined, ref: ObjectRef) => Readiness,
  goal: 'ready' | 'gone' = 'ready',
): Promise<Unready[]> {
  if (refs.length === 0 || !env.cluster.runsWorkloads) return [];
  const states = new Map<string, Seen>();
  for (const ref of refs) states.set(refKey(ref), { ref, state: { state: 'progressing', why: 'not seen yet' } });
  const open = new Set(states.keys());
  const done = new AbortController();
  const see = (ref: ObjectRef, live: KubeObject | undefined): void => {
    const key = refKey(ref);
    const state = judge(live, ref);
    states.set(key, { ref, live, state });
    if (state.state === 'progressing') open.add(key);
    else open.delete(key);
    if (open.size === 0) done.abort();
  };
  let trouble: PkgError | undefined;
  const onTrouble = (problem: PkgError | undefined): void => {
    trouble = problem;
    if (problem === undefined) return;
    env.emit({ type: 'warning', message: `${problem.message}; what is waited for is not seen meanwhile` });
  };
  const timer = setInterval(() => {
    // Judged again without a change: a pod without a node fails by its age.
    for (const key of [...open]) {
      const { ref, live } = states.get(key) as Seen;
      if (live !== undefined) see(ref, live);
    }
    env.emit({ type: 'waiting', unready: unreadyOf(states), total: states.size });
  }, 1_000);
  timer.unref();
  const signal = env.signal === undefined ? done.signal : AbortSignal.any([env.signal, done.signal]);
  try {
    await env.cluster.follow(refs, { onState: see, onTrouble }, signal);
  } finally {
    clearInterval(timer);
  }
  const unready = unreadyOf(states);
  if (!done.signal.aborted && env.signal?.aborted === true)
    throw late(interrupted(env.signal), unready, { goal, trouble });
  return unready;
}

/** An object as it was seen last, and its state. */
type Seen = { ref: ObjectRef; live?: KubeObject | undefined; state: Readiness };

function unreadyOf(states: ReadonlyMap<string, Seen>): Unready[] {
  return [...states.values()].flatMap(({ ref, state }) => (state.state === 'ready' ? [] : [{ ref, why: state.why }]));
}

/** The error of a wait that ended too early, with the objects that are not ready. */
function late(
  reason: PkgError,
  unready: readonly Unready[],
  { goal, trouble }: { goal: 'ready' | 'gone'; trouble: PkgError | undefined },
): PkgError {
  const what = unready.length === 1 ? describe(unready[0] as Unready) : `${unready.length} objects`;
  const isKept = goal === 'gone' && unready.some(({ why }) => why.includes(KEPT_BY));
  return new PkgError(reason.code, `${reason.message}: ${what} ${unready.length === 1 ? 'is' : 'are'} not ${goal}`, {
    notes: [...notesOf(unready), ...(trouble === undefined ? [] : [`since then ${trouble.message}`])],
    hints: [
      ...(isKept ? ['a finalizer is removed by the controller that set it: see whether that one runs'] : []),
      ...reason.hints,
    ],
  });
}

function notesOf(unready: readonly Unready[]): string[] {
  const notes = unready.slice(0, MANY).map((one) => `${describe(one)}: ${printable(one.why, 500)}`);
  return unready.length > MANY ? [...notes, `and ${unready.length - MANY} more`] : notes;
}

function describe({ ref }: Unready): string {
  return printable(describeRef(ref));
}

/** Is this a paused Deployment? It does not roll out, and, as in Helm, is not waited for. */
function isPaused({ kind, spec }: KubeObject): boolean {
  return kind === 'Deployment' && typeof spec === 'object' && spec !== null && 'paused' in spec && spec.paused === true;
}
