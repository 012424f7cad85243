/** Rules on rendered objects. */
import { groupOf } from '../../../cluster/cluster.ts';
import { printable } from '../../../errors-text.ts';
import type { Value, ValueMap, ValuePath } from '../../../yaml/value.ts';
import { annotationProblems } from './annotations.ts';
import { ChartObjects } from './chart-objects.ts';
import type { ChartMakes } from './chart-objects.ts';
import { deprecation } from './deprecations.ts';
import { containersOf, describe, field, listAt, mapAt, podPath, textAt } from './fields.ts';
import type { LintObject } from './lint-object.ts';
import { finding } from '../message.ts';
import type { LintMessage, LintRule } from '../message.ts';
import type { ChartKinds } from './object-schema.ts';
import { objectProblems } from './object-problems.ts';
import { nameProblem } from './names.ts';
import { itemsOf } from '../../text-fields.ts';
import { missingFields } from './missing-fields.ts';
import { listProblem, mentionsSelector, POLICY_IGNORED } from '../templates/printed.ts';
import { referenceProblems } from './references.ts';
import { selectorMatches, selectsSomething } from './selectors.ts';

/**
 * Findings on the chart's own objects. For Go templates our own rules give infos only, so that a chart that passes
 * Helm's lint passes ours.
 *
 * @param own the objects of the chart's own templates, hooks too
 * @param all all objects, those of subcharts too, among which budgets and autoscalers are looked for
 * @param makes which objects the chart may make with other values; undefined for a chart of Go templates alone
 */
export function lintObjects(
  own: readonly LintObject[],
  all: readonly LintObject[],
  kubeVersion: string,
  kinds: ChartKinds,
  makes: ChartMakes | undefined,
): ObjectMessage[] {
  const neighbours = all.map(({ object }) => object);
  const objects = new ChartObjects(neighbours, makes);
  const firsts = new Map(own.toReversed().map((item) => [identityOf(item), item]));
  return own.flatMap((item) => {
    const { path, object, at, printed } = item;
    const found = [
      ...lintName(item),
      ...lintVersion(item, kubeVersion),
      // Those of Go templates are found with their positions in the templates.
      ...(printed === undefined ? objectProblems(object, kinds) : []),
      ...itemsOf(object).flatMap(({ object: one, at: keys }) =>
        missingFields(one, kinds).map((problem) => ({ ...problem, keys: [...keys, ...problem.keys] })),
      ),
      ...lintAnnotations(object),
      ...lintSelector(item),
      ...lintList(item),
      ...lintContainers(object),
      ...lintBudget(object, neighbours),
      ...referenceProblems(object, objects, kinds),
      ...lintDuplicate(item, firsts),
    ];
    return found.map(({ rule, keys, message, ours }) => ({
      message: finding(rule, path, message, at(keys), ours === true && printed !== undefined ? 'info' : undefined),
      valuePath: OF_VALUES.has(rule) ? item.valuePath?.(keys) : undefined,
    }));
  });
}

/** A finding, and the path below `values` of the value that is wrong. */
export type ObjectMessage = { message: LintMessage; valuePath: readonly string[] | undefined };

/** The rules on what a field holds: where that is a value, it is to be corrected there. */
const OF_VALUES: ReadonlySet<LintRule> = new Set(['object-value', 'object-label', 'object-name']);

/** A finding at a field of an object; `ours` if Helm's lint does not report it. */
type FieldFinding = { rule: LintRule; keys: ValuePath; message: string; ours?: boolean };

function lintName({ head: { kind, name }, object }: LintObject): FieldFinding[] {
  const problem = nameProblem(kind, name);
  if (problem === undefined) return [];
  const message = `the name of ${describe(object)} ${problem}`;
  return [{ rule: 'object-name', keys: ['metadata', 'name'], message }];
}

function lintVersion({ head: { apiVersion, kind } }: LintObject, kubeVersion: string): FieldFinding[] {
  const found = deprecation(apiVersion, kind, kubeVersion);
  if (found === undefined) return [];
  return [{ rule: 'api-deprecated', keys: ['apiVersion'], message: found.message, ours: !found.byHelm }];
}

function lintAnnotations(object: ValueMap): FieldFinding[] {
  return annotationProblems(object).map(({ key, problem }) => ({
    rule: 'helm-annotation',
    keys: ['metadata', 'annotations', key],
    message: `of ${describe(object)}, ${problem}`,
    ours: true,
  }));
}

/**
 * Finds an object that the chart has twice: the second replaces the first, or is refused.
 *
 * @param firsts the first object of each identity
 */
function lintDuplicate(item: LintObject, firsts: ReadonlyMap<string, LintObject>): FieldFinding[] {
  const first = firsts.get(identityOf(item));
  if (first === undefined || first === item || item.head.name === '') return [];
  const where = first.path === item.path ? 'this template' : first.path;
  const message = `${describe(item.object)} occurs twice: ${where} prints it too`;
  return [{ rule: 'object-duplicate', keys: ['metadata', 'name'], message, ours: true }];
}

/** Hooks of different events may have one name, since each is deleted before the next. */
function identityOf({ head, object }: LintObject): string {
  const hook = textAt(object, 'metadata', 'annotations', 'helm.sh/hook');
  return [groupOf(head.apiVersion), head.kind, namespaceOf(object), head.name, hook].join('\0');
}

const SELECTING = new Set(['Deployment', 'ReplicaSet', 'DaemonSet', 'StatefulSet']);

/** Labels with the version of the chart or of what it installs. */
const VERSIONED: readonly string[] = ['helm.sh/chart', 'app.kubernetes.io/version'];

function lintSelector({ head: { kind }, object, printed }: LintObject): FieldFinding[] {
  if (!SELECTING.has(kind)) return [];
  const selector = field(object, 'spec', 'selector');
  const isMissing = printed !== undefined && !mentionsSelector(printed);
  if (isMissing || !selectsSomething(selector)) {
    const message = `${describe(object)} must contain matchLabels or matchExpressions`;
    return [{ rule: 'selector-missing', keys: ['spec'], message, ours: !isMissing }];
  }
  const changing = VERSIONED.find((key) => mapAt(selector, 'matchLabels').has(key));
  if (changing !== undefined && textAt(object, 'apiVersion') === 'apps/v1') {
    const message = `the selector of ${describe(object)} has the label ${changing}, which changes with the version, and an upgrade cannot change a selector`;
    return [{ rule: 'selector-version', keys: ['spec', 'selector'], message, ours: true }];
  }
  if (selectorMatches(selector, field(object, 'spec', 'template', 'metadata', 'labels'))) return [];
  const message = `the selector of ${describe(object)} does not match its own pods' labels`;
  return [{ rule: 'selector-mismatch', keys: ['spec', 'selector'], message, ours: true }];
}

function lintList({ head: { kind }, object, printed }: LintObject): FieldFinding[] {
  if (kind !== 'List') return [];
  const problem = printed === undefined ? undefined : listProblem(printed);
  if (problem !== undefined) return [{ rule: 'list-annotations', ...problem }];
  const index = listAt(object, 'items').findIndex((item) =>
    mapAt(item, 'metadata', 'annotations').has('helm.sh/resource-policy'),
  );
  if (index < 0) return [];
  return [{ rule: 'list-annotations', keys: ['items', index], message: POLICY_IGNORED, ours: true }];
}

function lintContainers(object: ValueMap): FieldFinding[] {
  const pod = podPath(object);
  if (pod === undefined) return [];
  const spec = field(object, ...pod, 'spec');
  // Requests and limits may be set for the whole pod.
  const podMissing = missingResources(spec);
  return containersOf(spec, [...pod, 'spec']).flatMap(({ container, at }) => {
    const missing = missingResources(container).filter((what) => podMissing.includes(what));
    if (missing.length === 0) return [];
    const name = printable(textAt(container, 'name'));
    const message = `container "${name}" of ${describe(object)} has no resource ${missing.join(' and no ')}`;
    return [{ rule: 'container-resources' as const, keys: at, message, ours: true }];
  });
}

function missingResources(holder: Value | undefined): string[] {
  return ['requests', 'limits'].filter((what) => mapAt(holder, 'resources', what).size === 0);
}

function lintBudget(object: ValueMap, neighbours: readonly ValueMap[]): FieldFinding[] {
  const kind = textAt(object, 'kind');
  if (kind !== 'Deployment' && kind !== 'StatefulSet') return [];
  const replicas = lowestReplicas(object, neighbours);
  if (replicas <= 1) return [];
  const labels = field(object, 'spec', 'template', 'metadata', 'labels');
  const covered = neighbours.some(
    (other) =>
      textAt(other, 'kind') === 'PodDisruptionBudget' &&
      namespaceOf(other) === namespaceOf(object) &&
      selectorMatches(field(other, 'spec', 'selector'), labels),
  );
  if (covered) return [];
  const message = `${describe(object)} has ${replicas} replicas and no PodDisruptionBudget: a node drain may stop all at once`;
  return [{ rule: 'disruption-budget', keys: ['spec', 'replicas'], message, ours: true }];
}

/** The lowest number of replicas of a workload: that of its autoscaler, if it has one. */
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
