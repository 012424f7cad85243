/**
 * Whether an object is ready: not only written, but acted on by its controllers. The rules are kstatus', as in Helm.
 *
 * The types of `@kubernetes/client-node` name the counts that are read: a misspelled field does not compile. Values are
 * still checked when they are read, because a live object may hold anything.
 *
 * @see https://github.com/kubernetes-sigs/cli-utils/tree/master/pkg/kstatus
 */
import type { V1DaemonSet, V1Deployment, V1Job, V1ReplicaSet, V1StatefulSet } from '@kubernetes/client-node';
import { groupOf } from '../cluster/cluster.ts';
import type { KubeObject } from '../cluster/cluster.ts';
import { getOwn, isJsonObject, textField } from '../yaml/value.ts';
import type { Json, JsonObject } from '../yaml/value.ts';

/** How far an object is. A failed one needs help, or may recover while others are waited for. */
export type Readiness = { state: 'ready' } | { state: 'progressing' | 'failed'; why: string };

/**
 * `objects`: a Job is ready once it has started. `jobs`: once it is complete. `hooks`: Jobs and Pods must have ended.
 */
export type Purpose = 'objects' | 'jobs' | 'hooks';

/** How long a pod may be without a node before it counts as failed. */
const SCHEDULE_MS = 15_000;
/** The value of `spec.progressDeadlineSeconds` that means no deadline. */
const NO_DEADLINE = 2_147_483_647;
const READY: Readiness = { state: 'ready' };

/** Judges a live object. */
export function readinessOf(live: KubeObject, purpose: Purpose): Readiness {
  const kind = kindOf(live);
  if (purpose === 'hooks' && kind !== 'batch/Job' && kind !== '/Pod') return READY;
  const generic = genericState(live);
  if (generic !== undefined) return generic;
  const view = new View(live);
  if (kind === 'batch/Job') return jobState(view, purpose === 'objects');
  if (kind === '/Pod') return purpose === 'hooks' ? hookPodState(view) : podState(view);
  const rule = RULES[kind];
  if (rule !== undefined) return rule(view);
  return ALWAYS_READY.has(kind) ? READY : readyCondition(view);
}

/** Can an existing object of this kind be unready? If not, it need not be watched. */
export function mayBeUnready(object: KubeObject): boolean {
  return !ALWAYS_READY.has(kindOf(object));
}

function kindOf({ apiVersion, kind }: KubeObject): string {
  return `${groupOf(apiVersion)}/${kind}`;
}

/** Built-in kinds that are ready as soon as they exist. */
const ALWAYS_READY: ReadonlySet<string> = new Set([
  '/ConfigMap',
  '/Secret',
  '/ServiceAccount',
  '/Namespace',
  '/LimitRange',
  '/ResourceQuota',
  'batch/CronJob',
  'networking.k8s.io/Ingress',
  'networking.k8s.io/IngressClass',
  'networking.k8s.io/NetworkPolicy',
  'rbac.authorization.k8s.io/ClusterRole',
  'rbac.authorization.k8s.io/ClusterRoleBinding',
  'rbac.authorization.k8s.io/Role',
  'rbac.authorization.k8s.io/RoleBinding',
  'scheduling.k8s.io/PriorityClass',
  'storage.k8s.io/StorageClass',
]);

const RULES: Readonly<Record<string, (view: View) => Readiness>> = {
  '/Service': serviceState,
  '/PersistentVolumeClaim': claimState,
  'apps/Deployment': deploymentState,
  'apps/ReplicaSet': replicaSetState,
  'apps/StatefulSet': statefulSetState,
  'apps/DaemonSet': daemonSetState,
  'policy/PodDisruptionBudget': () => READY,
  'apiextensions.k8s.io/CustomResourceDefinition': crdState,
};

/** The rules for all kinds; undefined where they do not decide. */
function genericState(live: KubeObject): Readiness | undefined {
  if (textField(live.metadata, 'deletionTimestamp') !== '') return progressing('it is being deleted');
  const view = new View(live);
  const generation = live.metadata['generation'];
  const observed = view.at('status', 'observedGeneration');
  if (typeof generation === 'number' && typeof observed === 'number' && observed !== generation) {
    return progressing(`generation ${generation} is not observed yet, only ${observed}`);
  }
  const reconciling = view.condition('Reconciling', 'True');
  if (reconciling !== undefined) return progressing(messageOf(reconciling));
  const stalled = view.condition('Stalled', 'True');
  return stalled === undefined ? undefined : failed(messageOf(stalled));
}

function readyCondition(view: View): Readiness {
  const unready = view.condition('Ready', 'False') ?? view.condition('Ready', 'Unknown');
  return unready === undefined ? READY : progressing(messageOf(unready));
}

function serviceState(view: View): Readiness {
  const isWaiting = view.text('spec', 'type') === 'LoadBalancer' && view.text('spec', 'clusterIP') === '';
  return isWaiting ? progressing('it has no cluster IP yet') : READY;
}

function claimState(view: View): Readiness {
  const phase = view.text('status', 'phase') || 'unknown';
  return phase === 'Bound' ? READY : progressing(`it is not bound: ${phase}`);
}

function deploymentState(view: View): Readiness {
  const progress = view.conditions().find((one) => textField(one, 'type') === 'Progressing');
  if (textField(progress, 'reason') === 'ProgressDeadlineExceeded') {
    return failed(`its progress deadline is exceeded: ${messageOf(progress)}`);
  }
  const wanted = view.number('spec', 'replicas', 1);
  const total = view.number('status', 'replicas', 0);
  const updated = view.number('status', 'updatedReplicas', 0);
  const missing =
    less('replicas', total, wanted) ??
    less('updated', updated, wanted) ??
    surplus(total, wanted) ??
    less('available', view.number('status', 'availableReplicas', 0), updated) ??
    less('ready', view.number('status', 'readyReplicas', 0), wanted);
  if (missing !== undefined) return missing;
  // Without a deadline the controller does not write the condition Progressing.
  const hasDeadline = view.number('spec', 'progressDeadlineSeconds', NO_DEADLINE) !== NO_DEADLINE;
  if (hasDeadline && view.condition('Progressing', 'True', 'NewReplicaSetAvailable') === undefined) {
    return progressing('its new ReplicaSet is not available yet');
  }
  return view.condition('Available', 'True') === undefined ? progressing('it is not available yet') : READY;
}

function replicaSetState(view: View): Readiness {
  if (view.condition('ReplicaFailure', 'True') !== undefined) return progressing('pods cannot be made');
  const wanted = view.number('spec', 'replicas', 1);
  return (
    less('labelled', view.number('status', 'fullyLabeledReplicas', 0), wanted) ??
    less('available', view.number('status', 'availableReplicas', 0), wanted) ??
    less('ready', view.number('status', 'readyReplicas', 0), wanted) ??
    surplus(view.number('status', 'replicas', 0), wanted) ??
    READY
  );
}

function statefulSetState(view: View): Readiness {
  // With OnDelete pods are replaced only when somebody deletes them.
  if (view.text('spec', 'updateStrategy', 'type') === 'OnDelete') return READY;
  const wanted = view.number('spec', 'replicas', 1);
  const total = view.number('status', 'replicas', 0);
  const missing =
    less('replicas', total, wanted) ??
    less('ready', view.number('status', 'readyReplicas', 0), wanted) ??
    surplus(total, wanted);
  if (missing !== undefined) return missing;
  const partition = view.at('spec', 'updateStrategy', 'rollingUpdate', 'partition');
  if (typeof partition === 'number') {
    return less('updated', view.number('status', 'updatedReplicas', 0), wanted - partition) ?? READY;
  }
  const current = less('current', view.number('status', 'currentReplicas', 0), wanted);
  if (current !== undefined) return current;
  const isUpdated = view.text('status', 'currentRevision') === view.text('status', 'updateRevision');
  return isUpdated ? READY : progressing('its pods are of the revision before');
}

function daemonSetState(view: View): Readiness {
  const wanted = view.at('status', 'desiredNumberScheduled');
  if (typeof wanted !== 'number' || view.at('status', 'observedGeneration') === undefined) {
    return progressing('its controller has not seen it yet');
  }
  return (
    less('scheduled', view.number('status', 'currentNumberScheduled', 0), wanted) ??
    less('updated', view.number('status', 'updatedNumberScheduled', 0), wanted) ??
    less('available', view.number('status', 'numberAvailable', 0), wanted) ??
    less('ready', view.number('status', 'numberReady', 0), wanted) ??
    READY
  );
}

/** @param started whether a Job that has started counts as ready */
function jobState(view: View, started: boolean): Readiness {
  if (view.condition('Complete', 'True') !== undefined) return READY;
  const broken = view.condition('Failed', 'True');
  if (broken !== undefined) return failed(messageOf(broken) || 'it has failed');
  if (!started) {
    const counts = (['active', 'succeeded', 'failed'] as const).map(
      (name) => `${view.number('status', name, 0)} ${name}`,
    );
    return progressing(`it is not done: ${counts.join(', ')}`);
  }
  return view.text('status', 'startTime') === '' ? progressing('it has not started yet') : READY;
}

function podState(view: View): Readiness {
  const phase = view.text('status', 'phase');
  if (phase === 'Succeeded' || phase === 'Failed') return READY;
  if (phase === 'Running') {
    if (view.condition('Ready', 'True') !== undefined) return READY;
    const crashing = crashingContainers(view);
    return crashing.length > 0
      ? failed(`containers crash again and again: ${crashing.join(', ')}`)
      : progressing('it runs, but is not ready');
  }
  const unscheduled = view.condition('PodScheduled', 'False', 'Unschedulable');
  if (phase !== 'Pending' || unscheduled === undefined) return progressing(`it is ${phase || 'not observed yet'}`);
  const age = Date.now() - Date.parse(view.text('metadata', 'creationTimestamp'));
  const why = `no node takes it: ${messageOf(unscheduled)}`;
  return age < SCHEDULE_MS ? progressing(why) : failed(why);
}

function hookPodState(view: View): Readiness {
  const phase = view.text('status', 'phase');
  if (phase === 'Succeeded') return READY;
  if (phase !== 'Failed') return progressing(`it is ${phase || 'not observed yet'}`);
  return failed(
    view.text('status', 'message') || view.text('status', 'reason') || 'its containers ended with an error',
  );
}

function crashingContainers(view: View): string[] {
  const statuses = view.at('status', 'containerStatuses');
  return (Array.isArray(statuses) ? statuses.filter(isJsonObject) : [])
    .filter((one) => new View(one).text('state', 'waiting', 'reason') === 'CrashLoopBackOff')
    .map((one) => textField(one, 'name'));
}

function crdState(view: View): Readiness {
  const refused = view.condition('NamesAccepted', 'False');
  if (refused !== undefined) return failed(messageOf(refused));
  if (view.condition('Established', 'True') !== undefined) return READY;
  const failure = view.condition('Established', 'False');
  if (failure !== undefined && textField(failure, 'reason') !== 'Installing') return failed(messageOf(failure));
  return progressing('it is not established yet');
}

function less(what: string, count: number, wanted: number): Readiness | undefined {
  return count < wanted ? progressing(`${what}: ${count} of ${wanted}`) : undefined;
}

function surplus(count: number, wanted: number): Readiness | undefined {
  return count > wanted ? progressing(`old pods to end: ${count - wanted}`) : undefined;
}

function progressing(why: string): Readiness {
  return { state: 'progressing', why };
}

function failed(why: string): Readiness {
  return { state: 'failed', why };
}

function messageOf(condition: JsonObject | undefined): string {
  return textField(condition, 'message') || textField(condition, 'reason');
}

type Workload = V1DaemonSet | V1Deployment | V1Job | V1ReplicaSet | V1StatefulSet;
/** The names of the number fields of these types. */
type NumberNames<O> = O extends unknown
  ? { [K in keyof O & string]: number extends O[K] ? K : never }[keyof O & string]
  : never;

/** Reads fields of a live object, which may be missing or of another type. */
class View {
  readonly #object: JsonObject;

  constructor(object: JsonObject) {
    this.#object = object;
  }

  at(...path: readonly string[]): Json | undefined {
    return path.reduce<Json | undefined>((at, key) => (isJsonObject(at) ? getOwn(at, key) : undefined), this.#object);
  }

  text(...path: readonly string[]): string {
    const value = this.at(...path);
    return typeof value === 'string' ? value : '';
  }

  number<R extends 'spec' | 'status'>(root: R, name: NumberNames<NonNullable<Workload[R]>>, fallback: number): number {
    const value = this.at(root, name);
    return typeof value === 'number' ? value : fallback;
  }

  conditions(): JsonObject[] {
    const conditions = this.at('status', 'conditions');
    return Array.isArray(conditions) ? conditions.filter(isJsonObject) : [];
  }

  condition(type: string, status: string, reason?: string): JsonObject | undefined {
    return this.conditions().find(
      (one) =>
        textField(one, 'type') === type &&
        textField(one, 'status') === status &&
        (reason === undefined || textField(one, 'reason') === reason),
    );
  }
}
