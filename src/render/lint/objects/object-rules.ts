/**
 * What an API server refuses in an object of Kubernetes' own kinds, though each field has the type that it should have.
 */
import { printable } from '../../../errors-text.ts';
import { nearest } from '../../../nearest.ts';
import type { Value, ValueMap, ValuePath } from '../../../yaml/value.ts';
import { cronProblem } from './cron.ts';
import { containersOf, describe, field, hasField, listAt, mapAt, podPath, textAt } from './fields.ts';
import type { Add, FieldProblem } from './object-fields.ts';
import { PROBES, podProblems } from './pod-rules.ts';
import { bindingProblems, groupProblem, roleProblems } from './rbac-rules.ts';
import { ingressProblems, policyProblems, serviceProblems } from './network-rules.ts';

/** Fields that hold a number or a percentage, by kind. */
const PERCENTAGES: Readonly<Record<string, readonly (readonly string[])[]>> = {
  PodDisruptionBudget: [
    ['spec', 'minAvailable'],
    ['spec', 'maxUnavailable'],
  ],
  Deployment: [
    ['spec', 'strategy', 'rollingUpdate', 'maxSurge'],
    ['spec', 'strategy', 'rollingUpdate', 'maxUnavailable'],
  ],
  DaemonSet: [
    ['spec', 'updateStrategy', 'rollingUpdate', 'maxSurge'],
    ['spec', 'updateStrategy', 'rollingUpdate', 'maxUnavailable'],
  ],
};

/** The kinds whose pods run again and again, and those whose pods end. */
const ENDLESS: ReadonlySet<string> = new Set(['Deployment', 'StatefulSet', 'DaemonSet', 'ReplicaSet']);
const ENDING: ReadonlySet<string> = new Set(['Job', 'CronJob']);

/** Fields of workloads that are not negative. */
const COUNTS: readonly string[] = [
  ...['replicas', 'minReadySeconds', 'revisionHistoryLimit', 'backoffLimit', 'completions', 'parallelism'],
  ...['ttlSecondsAfterFinished', 'successfulJobsHistoryLimit', 'failedJobsHistoryLimit'],
];

/** The rules that one kind has. */
const KINDS: Readonly<Record<string, (object: ValueMap, add: Add) => void>> = {
  CronJob: ofCronJob,
  HorizontalPodAutoscaler: ofAutoscaler,
  PodDisruptionBudget: ofBudget,
  ConfigMap: ofKeys,
  Secret: ofSecret,
  Deployment: ofDeployment,
  Role: roleProblems,
  ClusterRole: roleProblems,
  RoleBinding: bindingProblems,
  ClusterRoleBinding: bindingProblems,
  Ingress: ingressProblems,
  Service: serviceProblems,
  NetworkPolicy: policyProblems,
  ResourceQuota: ofQuota,
  ValidatingWebhookConfiguration: ofWebhooks,
  MutatingWebhookConfiguration: ofWebhooks,
};

function ofCronJob(object: ValueMap, add: Add): void {
  const schedule = field(object, 'spec', 'schedule');
  const problem = typeof schedule === 'string' ? cronProblem(schedule) : undefined;
  if (problem !== undefined) add(['spec', 'schedule'], problem);
}

/** What a metric of an autoscaler aims at. */
const TARGETS: readonly string[] = ['Utilization', 'Value', 'AverageValue'];

/** The types of the metrics of an autoscaler, which its OpenAPI does not name. */
const METRICS: readonly string[] = ['Resource', 'ContainerResource', 'Pods', 'Object', 'External'];

function ofAutoscaler(object: ValueMap, add: Add): void {
  const least = field(object, 'spec', 'minReplicas');
  const most = field(object, 'spec', 'maxReplicas');
  if (typeof least === 'number' && typeof most === 'number' && least > most)
    add(['spec', 'maxReplicas'], `is ${most}, less than minReplicas, which is ${least}`);
  for (const [index, metric] of listAt(object, 'spec', 'metrics').entries()) {
    const type = textAt(metric, 'type');
    for (const source of ['resource', 'containerResource', 'pods', 'object', 'external']) {
      const target = textAt(metric, source, 'target', 'type');
      const name = source.endsWith('esource') ? textAt(metric, source, 'name') : '';
      const at = ['spec', 'metrics', index, source];
      if (target !== '' && !TARGETS.includes(target))
        add([...at, 'target', 'type'], `is ${printable(target, 40)}, but must be ${TARGETS.join(', ')}`);
      if (name !== '' && !['cpu', 'memory'].includes(name) && ['cpu', 'memory'].includes(name.toLowerCase()))
        add([...at, 'name'], `is ${printable(name, 40)}; did you mean ${name.toLowerCase()}?`);
    }
    const near = type === '' || METRICS.includes(type) ? undefined : nearest(type, METRICS);
    if (near !== undefined)
      add(
        ['spec', 'metrics', index, 'type'],
        `is ${printable(type, 40)}, which Kubernetes does not know; did you mean ${near}?`,
      );
  }
}

function ofBudget(object: ValueMap, add: Add): void {
  if (hasField(object, 'spec', 'minAvailable') && hasField(object, 'spec', 'maxUnavailable'))
    add(['spec', 'maxUnavailable'], 'is set together with minAvailable, and Kubernetes takes only one of them');
}

function ofKeys(object: ValueMap, add: Add): void {
  for (const name of ['data', 'binaryData', 'stringData']) {
    for (const key of mapAt(object, name).keys())
      if (!/^[-._a-zA-Z0-9]{1,253}$/.test(key))
        add([name, key], 'is not a valid key: a key consists of letters, digits, "-", "_" and "."');
  }
}

function ofSecret(object: ValueMap, add: Add): void {
  ofKeys(object, add);
  const type = textAt(object, 'type');
  // Other types belong to programs.
  if (type !== 'Opaque' && type.toLowerCase() === 'opaque')
    add(['type'], `is ${printable(type)}; did you mean Opaque?`);
}

/** The resources that a quota limits, without those of storage classes and `count/…` (pkg/apis/core/helper). */
const QUOTAS: readonly string[] = [
  ...['cpu', 'memory', 'ephemeral-storage'].flatMap((name) => [name, `requests.${name}`, `limits.${name}`]),
  ...['requests.storage', 'persistentvolumeclaims', 'pods', 'services', 'services.nodeports', 'services.loadbalancers'],
  ...['secrets', 'configmaps', 'replicationcontrollers', 'resourcequotas'],
];

function ofQuota(object: ValueMap, add: Add): void {
  for (const key of mapAt(object, 'spec', 'hard').keys()) {
    const near = key.includes('/') || QUOTAS.includes(key) ? undefined : nearest(key, QUOTAS);
    if (near !== undefined) add(['spec', 'hard', key], `is not a resource that a quota limits; did you mean ${near}?`);
  }
}

function ofWebhooks(object: ValueMap, add: Add): void {
  for (const [index, hook] of listAt(object, 'webhooks').entries()) {
    const name = textAt(hook, 'name');
    if (name !== '' && name.split('.').length < 3)
      add(
        ['webhooks', index, 'name'],
        `is "${printable(name, 60)}", but must be a name with two dots at least, as web.example.com`,
      );
    for (const [place, rule] of listAt(hook, 'rules').entries())
      for (const [at, group] of listAt(rule, 'apiGroups').entries()) {
        const problem = typeof group === 'string' ? groupProblem(group) : undefined;
        if (problem !== undefined) add(['webhooks', index, 'rules', place, 'apiGroups', at], problem);
      }
  }
}

function ofDeployment(object: ValueMap, add: Add): void {
  const keys = ['spec', 'strategy', 'rollingUpdate'];
  const rolling = field(object, ...keys);
  if (hasField(object, ...keys) && textAt(object, 'spec', 'strategy', 'type') === 'Recreate')
    add(keys, 'is set, and type: Recreate takes none');
  const isNone = (name: string): boolean => ['0', '0%'].includes(String(field(rolling, name)));
  if (isNone('maxSurge') && isNone('maxUnavailable'))
    add([...keys, 'maxUnavailable'], 'is 0 as maxSurge is, so that no pod could be replaced');
}

/** The findings on an object; what is null in it is not known. */
export function ruleProblems(object: ValueMap): FieldProblem[] {
  const kind = textAt(object, 'kind');
  const found: FieldProblem[] = [];
  const add: Add = (keys, message) => {
    found.push({
      rule: 'object-value',
      keys,
      message: `${printable(keys.join('.'))} of ${describe(object)} ${message}`,
    });
  };
  for (const path of PERCENTAGES[kind] ?? []) {
    const value = field(object, ...path);
    if (typeof value === 'string' && !/^[0-9]+%$/.test(value))
      add(
        path,
        `is "${printable(value, 40)}", but Kubernetes expects a whole number or a percentage, such as 1 or 25%`,
      );
  }
  KINDS[kind]?.(object, add);
  for (const name of COUNTS) {
    const count = field(object, 'spec', name);
    if (typeof count === 'number' && count < 0) add(['spec', name], `is ${count}, but must be 0 or more`);
  }
  const pod = podPath(object);
  if (pod !== undefined) {
    podProblems(object, [...pod, 'spec'], add);
    const path = [...pod, 'spec', 'restartPolicy'];
    const policy = textAt(object, ...path);
    if (ENDING.has(kind) && policy === 'Always')
      add(path, `is Always, and the pods of a ${kind} have Never or OnFailure`);
    if (ENDLESS.has(kind) && (policy === 'Never' || policy === 'OnFailure'))
      add(path, `is ${policy}, but must be Always in the pods of a ${kind}`);
  }
  for (const { keys, value } of portsOf(object, kind, pod)) {
    const problem = typeof value === 'string' ? portProblem(value) : numberProblem(value);
    if (problem !== undefined) add(keys, problem);
  }
  return found;
}

/** The fields that hold the number or the name of a port. */
function* portsOf(
  object: ValueMap,
  kind: string,
  pod: readonly string[] | undefined,
): Generator<{ keys: ValuePath; value: Value | undefined }> {
  if (kind === 'Service') {
    for (const [index, port] of listAt(object, 'spec', 'ports').entries()) {
      yield { keys: ['spec', 'ports', index, 'targetPort'], value: field(port, 'targetPort') };
      yield { keys: ['spec', 'ports', index, 'port'], value: numberOnly(field(port, 'port')) };
    }
  }
  if (kind === 'NetworkPolicy') {
    for (const side of ['ingress', 'egress'])
      for (const [index, rule] of listAt(object, 'spec', side).entries())
        for (const [at, port] of listAt(rule, 'ports').entries())
          yield { keys: ['spec', side, index, 'ports', at, 'port'], value: field(port, 'port') };
  }
  if (pod === undefined) return;
  for (const { container, at } of containersOf(field(object, ...pod, 'spec'), [...pod, 'spec'])) {
    for (const [index, port] of listAt(container, 'ports').entries())
      yield { keys: [...at, 'ports', index, 'containerPort'], value: numberOnly(field(port, 'containerPort')) };
    for (const probe of PROBES)
      for (const how of ['httpGet', 'tcpSocket'])
        yield { keys: [...at, probe, how, 'port'], value: field(container, probe, how, 'port') };
  }
}

/** Texts in fields that hold numbers alone are another finding. */
function numberOnly(value: Value | undefined): Value | undefined {
  return typeof value === 'number' ? value : undefined;
}

function numberProblem(value: Value | undefined): string | undefined {
  return typeof value !== 'number' || (value >= 1 && value <= 65_535)
    ? undefined
    : `is ${value}, but a port is a number from 1 to 65535`;
}

/** What is wrong with the name of a port (k8s.io/apimachinery, IsValidPortName). */
function portProblem(name: string): string | undefined {
  if (/^[0-9]+$/.test(name)) return `is the text "${name}", but Kubernetes expects a number: take the quotes away`;
  const isName = name.length <= 15 && /^(?=.*[a-z])[a-z0-9]+(?:-[a-z0-9]+)*$/.test(name);
  return isName
    ? undefined
    : `is "${printable(name, 40)}", but must be the number or the name of a port: at most 15 lower-case letters, digits and "-"`;
}
