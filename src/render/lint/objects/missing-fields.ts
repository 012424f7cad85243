/** Fields that an object must have and does not: the API server refuses it. */
import { printable } from '../../../errors-text.ts';
import { isMap } from '../../../yaml/value.ts';
import type { Value, ValueMap, ValuePath } from '../../../yaml/value.ts';
import { containersOf, describe, field, hasField, listAt, mapAt, podPath, textAt } from './fields.ts';
import type { Add, FieldProblem } from './object-fields.ts';
import type { ChartKinds, Holds } from './object-schema.ts';
import { HANDLERS, PROBES } from './pod-rules.ts';

/** Further findings of an object are left out. */
const MAX_PROBLEMS = 10;

/** The findings on an object, which is not a list of objects. */
export function missingFields(object: ValueMap, kinds: Pick<ChartKinds, 'schema' | 'isBuiltin'>): FieldProblem[] {
  const found: FieldProblem[] = [];
  const add = adderTo(found, object);
  const [apiVersion, kind] = [textAt(object, 'apiVersion'), textAt(object, 'kind')];
  found.push(...absentFields(object, kinds, (map, name) => (map.get(name) ?? null) === null));
  if (kinds.isBuiltin(apiVersion, kind)) {
    inPod(object, add);
    ofKind(object, kind, add);
  }
  return found.slice(0, MAX_PROBLEMS);
}

/** Fields that the OpenAPI requires, and the API server reads as 0 or empty where they are absent. */
const NOT_ASKED_FOR: ReadonlySet<string> = new Set([
  ...['lun', 'revision', 'value', 'seconds', 'preference', 'min', 'spec', 'limits', 'drivers'],
]);

function adderTo(found: FieldProblem[], object: ValueMap): Add {
  return (keys, message) => {
    found.push({ rule: 'object-required', keys, message: `in ${describe(object)}, ${message}`, ours: true });
  };
}

/** Is a field of a map, to which these keys lead, not there? */
type IsAbsent = (map: ValueMap, name: string, keys: ValuePath) => boolean;

/** The fields that an object does not have, and that Kubernetes' OpenAPI or the schema of a CRD requires. */
export function absentFields(
  object: ValueMap,
  kinds: Pick<ChartKinds, 'schema' | 'isBuiltin'>,
  isAbsent: IsAbsent,
): FieldProblem[] {
  const found: FieldProblem[] = [];
  const [apiVersion, kind] = [textAt(object, 'apiVersion'), textAt(object, 'kind')];
  const schema = kinds.schema(apiVersion, kind);
  if (schema === undefined) return found;
  // Controllers write the status.
  const notAskedFor = kinds.isBuiltin(apiVersion, kind) ? NOT_ASKED_FOR : new Set(['status']);
  const isMissing: IsAbsent = (map, name, keys) => !notAskedFor.has(name) && isAbsent(map, name, keys);
  required(object, schema, [], isMissing, adderTo(found, object));
  return found;
}

function required(value: Value, holds: Holds, keys: ValuePath, isAbsent: IsAbsent, add: Add): void {
  if (Array.isArray(value)) {
    if (holds.is === 'list')
      for (const [index, item] of value.entries()) required(item, holds.of, [...keys, index], isAbsent, add);
  } else if (isMap(value)) {
    if (holds.is === 'map') for (const [key, item] of value) required(item, holds.of, [...keys, key], isAbsent, add);
    if (holds.is !== 'fields') return;
    for (const name of holds.required ?? []) {
      if (!isAbsent(value, name, keys) || isSelector(keys, name)) continue;
      if (holds.fields.get(name)?.is === 'boolean') continue;
      add(keys, `${printable(keys.join('.')) || 'the object'} has no ${printable(name)}, which Kubernetes requires`);
    }
    for (const [key, item] of value) {
      const inner = holds.fields.get(key);
      if (inner !== undefined) required(item, inner, [...keys, key], isAbsent, add);
    }
  }
}

/** The rule `selector-missing` reports a workload without a selector. */
function isSelector(keys: ValuePath, name: string): boolean {
  return keys.length === 1 && keys[0] === 'spec' && name === 'selector';
}

function inPod(object: ValueMap, add: Add): void {
  const pod = podPath(object);
  if (pod === undefined) return;
  const path = [...pod, 'spec'];
  const missing = path.findIndex(
    (name, index) => name === 'spec' && (field(object, ...path.slice(0, index + 1)) ?? null) === null,
  );
  const holder = path.slice(0, missing);
  // Of a template that is missing another rule tells.
  if (missing >= 0 && isMap(field(object, ...holder) ?? null))
    add(holder, `${printable(holder.join('.')) || 'the object'} has no spec, which Kubernetes requires`);
  for (const { container, at } of containersOf(field(object, ...pod, 'spec'), [...pod, 'spec'])) {
    if (isMap(container) && (field(container, 'image') ?? '') === '')
      add(at, `the container "${printable(textAt(container, 'name'))}" has no image`);
    for (const probe of PROBES) {
      const given = mapAt(container, probe);
      if (given.size > 0 && !HANDLERS.some((how) => hasField(given, how)))
        add([...at, probe], `the ${probe} does not say how to probe: it has none of ${HANDLERS.join(', ')}`);
    }
  }
}

function ofKind(object: ValueMap, kind: string, add: Add): void {
  switch (kind) {
    case 'Service':
      ofService(object, add);
      break;
    case 'Ingress':
      if (listAt(object, 'spec', 'rules').length === 0 && !hasField(object, 'spec', 'defaultBackend'))
        add(['spec'], 'there are neither rules nor a defaultBackend, one of which Kubernetes requires');
      break;
    case 'PersistentVolumeClaim':
      ofClaim(['spec'], field(object, 'spec'), add);
      break;
    case 'StatefulSet':
      for (const [index, claim] of listAt(object, 'spec', 'volumeClaimTemplates').entries())
        ofClaim(['spec', 'volumeClaimTemplates', index, 'spec'], field(claim, 'spec'), add);
      break;
    case 'Role':
    case 'ClusterRole':
      for (const [index, rule] of listAt(object, 'rules').entries()) {
        if (Array.isArray(field(rule, 'verbs')) && listAt(rule, 'verbs').length === 0)
          add(['rules', index], 'the rule has no verbs, such as [get, list, watch]');
        if (listAt(rule, 'resources').length > 0 && listAt(rule, 'apiGroups').length === 0)
          add(['rules', index], 'the rule has resources and no apiGroups: that of pods, services and secrets is ""');
      }
      break;
    // In a RoleBinding it is that of the binding.
    case 'ClusterRoleBinding':
      for (const [index, subject] of listAt(object, 'subjects').entries()) {
        if (textAt(subject, 'kind') === 'ServiceAccount' && textAt(subject, 'namespace') === '')
          add(
            ['subjects', index],
            'the ServiceAccount has no namespace, which Kubernetes requires: {{release.namespace}}',
          );
      }
      break;
    case 'Secret':
      ofSecret(object, add);
      break;
    default:
  }
}

function ofService(object: ValueMap, add: Add): void {
  const ports = listAt(object, 'spec', 'ports');
  const type = textAt(object, 'spec', 'type');
  if (type === 'ExternalName') {
    if (textAt(object, 'spec', 'externalName') === '') add(['spec'], 'the type ExternalName needs an externalName');
    return;
  }
  if (ports.length === 0 && textAt(object, 'spec', 'clusterIP') !== 'None') add(['spec'], 'there are no ports');
  if (ports.length < 2) return;
  for (const [index, port] of ports.entries())
    if (isMap(port) && textAt(port, 'name') === '')
      add(['spec', 'ports', index], 'the port has no name, which Kubernetes requires where there are several');
}

function ofClaim(keys: ValuePath, spec: Value | undefined, add: Add): void {
  if (!isMap(spec)) return;
  if (listAt(spec, 'accessModes').length === 0) add(keys, 'the claim has no accessModes, such as [ReadWriteOnce]');
  if (!hasField(spec, 'resources', 'requests', 'storage'))
    add(keys, 'the claim does not say how much it wants: resources.requests.storage');
}

/** The keys that Secrets of a type must have (k8s.io/kubernetes, pkg/apis/core/validation, ValidateSecret). */
const SECRET_KEYS: Readonly<Record<string, readonly string[]>> = {
  'kubernetes.io/tls': ['tls.crt', 'tls.key'],
  'kubernetes.io/dockerconfigjson': ['.dockerconfigjson'],
  'kubernetes.io/dockercfg': ['.dockercfg'],
  'kubernetes.io/ssh-auth': ['ssh-privatekey'],
};

function ofSecret(object: ValueMap, add: Add): void {
  const type = textAt(object, 'type');
  for (const key of SECRET_KEYS[type] ?? []) {
    if (!mapAt(object, 'data').has(key) && !mapAt(object, 'stringData').has(key))
      add(['type'], `the type ${type} needs the key ${key}`);
  }
}
