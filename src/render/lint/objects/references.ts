/** Names in objects that refer to something that is not there: in the same object, or in another of the chart. */
import { groupOf } from '../../../cluster/cluster.ts';
import { printable } from '../../../errors-text.ts';
import type { ValueMap, ValuePath } from '../../../yaml/value.ts';
import { bindingReferences, clientReferences, ruleReferences, webhookReferences } from './api-references.ts';
import type { ChartObjects } from './chart-objects.ts';
import { describe, field, listAt, podPath, textAt } from './fields.ts';
import type { FieldProblem } from './object-fields.ts';
import type { ChartKinds } from './object-schema.ts';
import { podReferences } from './pod-references.ts';
import { advice, resembles } from './reference-names.ts';
import type { Around } from './reference-names.ts';
import { monitorReferences, policyReferences, selectedPods, serviceReferences } from './selector-references.ts';

/** The findings on the references of an object of Kubernetes' own kinds, or of a monitor of Prometheus. */
export function referenceProblems(
  object: ValueMap,
  all: ChartObjects,
  kinds: Pick<ChartKinds, 'resourcesOf' | 'isBuiltin'>,
): FieldProblem[] {
  const found: FieldProblem[] = [];
  const add = (keys: ValuePath, message: string): void => {
    found.push({ rule: 'object-reference', keys, message: `in ${describe(object)}, ${message}`, ours: true });
  };
  const around: Around = { object, all, add };
  const [apiVersion, kind] = [textAt(object, 'apiVersion'), textAt(object, 'kind')];
  if (groupOf(apiVersion) === 'monitoring.coreos.com' && (kind === 'ServiceMonitor' || kind === 'PodMonitor'))
    monitorReferences(around);
  if (!kinds.isBuiltin(apiVersion, kind)) return found;
  const pod = podPath(object);
  if (pod !== undefined) podReferences(around, [...pod, 'spec']);
  switch (kind) {
    case 'Service':
      serviceReferences(around);
      break;
    case 'HorizontalPodAutoscaler':
      ofAutoscaler(around);
      break;
    case 'Ingress':
      ofIngress(around);
      break;
    case 'RoleBinding':
    case 'ClusterRoleBinding':
      bindingReferences(around);
      break;
    case 'StatefulSet':
      resembles(around, ['spec', 'serviceName'], textAt(object, 'spec', 'serviceName'), 'Service');
      break;
    case 'ValidatingWebhookConfiguration':
    case 'MutatingWebhookConfiguration':
      webhookReferences(around, kinds);
      break;
    case 'Role':
    case 'ClusterRole':
      for (const [index, rule] of listAt(object, 'rules').entries()) ruleReferences(rule, ['rules', index], kinds, add);
      break;
    case 'CustomResourceDefinition':
      clientReferences(around, ['spec', 'conversion', 'webhook', 'clientConfig', 'service']);
      break;
    case 'APIService':
      clientReferences(around, ['spec', 'service']);
      break;
    case 'PodDisruptionBudget':
      selectedPods(around, ['spec', 'selector'], field(object, 'spec', 'selector'));
      break;
    case 'NetworkPolicy':
      policyReferences(around);
      break;
    default:
  }
  return found;
}

function ofAutoscaler({ object, all, add }: Around): void {
  const kind = textAt(object, 'spec', 'scaleTargetRef', 'kind');
  const name = textAt(object, 'spec', 'scaleTargetRef', 'name');
  const names = all.namesOf(kind, object);
  if (name === '' || names.includes(name)) return;
  if (names.length > 0 || all.isMissing(kind, name))
    add(['spec', 'scaleTargetRef', 'name'], `the chart has no ${kind} "${printable(name)}"${advice(name, names)}`);
}

function ofIngress(around: Around): void {
  const { object, all, add } = around;
  for (const [index, rule] of listAt(object, 'spec', 'rules').entries()) {
    for (const [place, path] of listAt(rule, 'http', 'paths').entries()) {
      const keys = ['spec', 'rules', index, 'http', 'paths', place, 'backend', 'service'];
      const name = textAt(path, 'backend', 'service', 'name');
      const port = textAt(path, 'backend', 'service', 'port', 'name');
      resembles(around, [...keys, 'name'], name, 'Service');
      const service = all.findBeside('Service', name, object);
      const number = field(path, 'backend', 'service', 'port', 'number');
      const numbers = listAt(service, 'spec', 'ports').map((one) => field(one, 'port'));
      if (typeof number === 'number' && numbers.length > 0 && !numbers.includes(number))
        add(
          [...keys, 'port', 'number'],
          `the Service "${printable(name)}" has no port ${number}; it has ${printable(numbers.join(', '))}`,
        );
      if (service === undefined || port === '') continue;
      const ports = listAt(service, 'spec', 'ports').map((one) => textAt(one, 'name'));
      if (!ports.includes(port))
        add(
          [...keys, 'port', 'name'],
          `the Service "${printable(name)}" has no port "${printable(port)}"${advice(port, ports)}`,
        );
    }
  }
}
