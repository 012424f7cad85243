/** Rules on what a chart renders to: one object at a time, and workloads beside their budgets. */
import { printable } from '../../errors-text.ts';
import type { Value, ValueMap } from '../../yaml/value.ts';
import { deprecation } from './deprecations.ts';
import { field, listAt, mapAt, textAt } from './fields.ts';
import { finding } from './message.ts';
import type { LintMessage } from './message.ts';
import { nameProblem } from './names.ts';
import { selectorMatches, selectsSomething } from './selectors.ts';

/** An object, and the file inside the chart that it comes from. */
export type LintObject = { path: string; object: ValueMap };

/**
 * Findings on the chart's own objects.
 *
 * @param own what the chart's own templates made, hooks included
 * @param all everything that will be installed, subcharts' objects too: budgets and autoscalers may lie there
 */
export function lintObjects(
  own: readonly LintObject[],
  all: readonly LintObject[],
  kubeVersion: string,
): LintMessage[] {
  const neighbours = all.map(({ object }) => object);
  return own.flatMap(({ path, object }) => [
    ...lintName(path, object),
    ...lintVersion(path, object, kubeVersion),
    ...lintSelector(path, object),
    ...lintList(path, object),
    ...lintContainers(path, object),
    ...lintBudget(path, object, neighbours),
  ]);
}

function lintName(path: string, object: ValueMap): LintMessage[] {
  const name = textAt(object, 'metadata', 'name');
  const problem = nameProblem(textAt(object, 'kind'), name);
  return problem === undefined ? [] : [finding('object-name', path, `the name of ${describe(object)} ${problem}`)];
}

function lintVersion(path: string, object: ValueMap, kubeVersion: string): LintMessage[] {
  const message = deprecation(textAt(object, 'apiVersion'), textAt(object, 'kind'), kubeVersion);
  return message === undefined ? [] : [finding('api-deprecated', path, message)];
}

const SELECTING = new Set(['Deployment', 'ReplicaSet', 'DaemonSet', 'StatefulSet']);

function lintSelector(path: string, object: ValueMap): LintMessage[] {
  if (!SELECTING.has(textAt(object, 'kind'))) return [];
  const selector = field(object, 'spec', 'selector');
  if (!selectsSomething(selector)) {
    return [finding('selector-missing', path, `${describe(object)} must contain matchLabels or matchExpressions`)];
  }
  if (selectorMatches(selector, field(object, 'spec', 'template', 'metadata', 'labels'))) return [];
  return [
    finding('selector-mismatch', path, `the selector of ${describe(object)} does not match its own pods' labels`),
  ];
}

function lintList(path: string, object: ValueMap): LintMessage[] {
  const annotated = listAt(object, 'items').some((item) =>
    mapAt(item, 'metadata', 'annotations').has('helm.sh/resource-policy'),
  );
  if (textAt(object, 'kind') !== 'List' || !annotated) return [];
  return [finding('list-annotations', path, "annotation 'helm.sh/resource-policy' within List objects is ignored")];
}

/** The pod that an object makes, if it makes pods: its spec and labels. */
function podOf(object: ValueMap): Value | undefined {
  switch (textAt(object, 'kind')) {
    case 'Pod':
      return object;
    case 'Deployment':
    case 'StatefulSet':
    case 'DaemonSet':
    case 'ReplicaSet':
    case 'ReplicationController':
    case 'Job':
      return field(object, 'spec', 'template');
    case 'CronJob':
      return field(object, 'spec', 'jobTemplate', 'spec', 'template');
    default:
      return undefined;
  }
}

function lintContainers(path: string, object: ValueMap): LintMessage[] {
  const spec = field(podOf(object), 'spec');
  // Requests and limits may be given for the pod as a whole.
  const podMissing = missingResources(spec);
  const containers = [...listAt(spec, 'initContainers'), ...listAt(spec, 'containers')];
  return containers.flatMap((container) => {
    const missing = missingResources(container).filter((what) => podMissing.includes(what));
    if (missing.length === 0) return [];
    const name = printable(textAt(container, 'name'));
    const message = `container "${name}" of ${describe(object)} has no resource ${missing.join(' and no ')}`;
    return [finding('container-resources', path, message)];
  });
}

function missingResources(holder: Value | undefined): string[] {
  return ['requests', 'limits'].filter((what) => mapAt(holder, 'resources', what).size === 0);
}

function lintBudget(path: string, object: ValueMap, neighbours: readonly ValueMap[]): LintMessage[] {
  const kind = textAt(object, 'kind');
  if (kind !== 'Deployment' && kind !== 'StatefulSet') return [];
  const replicas = lowestReplicas(object, neighbours);
  if (replicas <= 1) return [];
  const labels = field(podOf(object), 'metadata', 'labels');
  const covered = neighbours.some(
    (other) =>
      textAt(other, 'kind') === 'PodDisruptionBudget' &&
      namespaceOf(other) === namespaceOf(object) &&
      selectorMatches(field(other, 'spec', 'selector'), labels),
  );
  if (covered) return [];
  const message = `${describe(object)} has ${replicas} replicas and no PodDisruptionBudget: a node drain may stop all at once`;
  return [finding('disruption-budget', path, message)];
}

/** How many replicas a workload is sure to have: an autoscaler's lower bound counts before its own. */
function lowestReplicas(object: ValueMap, neighbours: readonly ValueMap[]): number {
  const scaler = neighbours.find(
    (other) =>
      textAt(other, 'kind') === 'HorizontalPodAutoscaler' &&
      namespaceOf(other) === namespaceOf(object) &&
      textAt(other, 'spec', 'scaleTargetRef', 'kind') === textAt(object, 'kind') &&
      textAt(other, 'spec', 'scaleTargetRef', 'name') === textAt(object, 'metadata', 'name'),
  );
  const replicas = scaler ? field(scaler, 'spec', 'minReplicas') : field(object, 'spec', 'replicas');
  return typeof replicas === 'number' ? replicas : 1;
}

function namespaceOf(object: ValueMap): string {
  return textAt(object, 'metadata', 'namespace');
}

function describe(object: ValueMap): string {
  return `${printable(textAt(object, 'kind')) || 'an object'} "${printable(textAt(object, 'metadata', 'name'))}"`;
}
