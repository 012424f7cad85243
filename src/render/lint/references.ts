/** Names in objects that refer to something that is not there: in the same object, or in another of the chart. */
import { printable } from '../../errors-text.ts';
import { nearest } from '../../nearest.ts';
import { isMap } from '../../yaml/value.ts';
import type { Value, ValueMap, ValuePath } from '../../yaml/value.ts';
import { describe, field, listAt, mapAt, podPath, textAt } from './fields.ts';
import type { Add, FieldProblem } from './object-fields.ts';
import type { ChartKinds } from './object-schema.ts';
import { PROBES } from './pod-rules.ts';
import { selectorMatches } from './selectors.ts';

/** All objects of a chart and its subcharts, by kind, so that each reference is looked for among few. */
export class ChartObjects {
  /** The objects that have pods, with the labels and the spec of these. */
  readonly pods: readonly { one: ValueMap; labels: ValueMap; spec: Value }[];
  readonly #byKind = new Map<string, ValueMap[]>();

  constructor(all: readonly ValueMap[]) {
    for (const object of all) {
      const kind = textAt(object, 'kind');
      const others = this.#byKind.get(kind);
      if (others === undefined) this.#byKind.set(kind, [object]);
      else others.push(object);
    }
    this.pods = all.flatMap((one) => {
      const path = podPath(one);
      if (path === undefined) return [];
      const labels = mapAt(field(one, ...path, 'metadata'), 'labels');
      return [{ one, labels, spec: field(one, ...path, 'spec') ?? null }];
    });
  }

  ofKind(kind: string): readonly ValueMap[] {
    return this.#byKind.get(kind) ?? [];
  }
}

/** The findings on the references of an object. */
export function referenceProblems(
  object: ValueMap,
  all: ChartObjects,
  kinds: Pick<ChartKinds, 'resourcesOf'>,
): FieldProblem[] {
  const found: FieldProblem[] = [];
  const add = (keys: ValuePath, message: string): void => {
    found.push({ rule: 'object-reference', keys, message: `in ${describe(object)}, ${message}`, ours: true });
  };
  const pod = podPath(object);
  if (pod !== undefined) inPod(object, [...pod, 'spec'], all, add);
  switch (textAt(object, 'kind')) {
    case 'Service':
      ofService(object, all, add);
      break;
    case 'HorizontalPodAutoscaler': {
      const kind = textAt(object, 'spec', 'scaleTargetRef', 'kind');
      const name = textAt(object, 'spec', 'scaleTargetRef', 'name');
      const names = namesOf(all, kind, object);
      if (name !== '' && names.length > 0 && !names.includes(name))
        add(['spec', 'scaleTargetRef', 'name'], `the chart has no ${kind} "${printable(name)}"${advice(name, names)}`);
      break;
    }
    case 'Ingress':
      ofIngress(object, all, add);
      break;
    case 'RoleBinding':
    case 'ClusterRoleBinding':
      ofBinding(object, all, add);
      break;
    case 'StatefulSet':
      ofStatefulSet({ object, all, add });
      break;
    case 'ValidatingWebhookConfiguration':
    case 'MutatingWebhookConfiguration':
      ofWebhooks({ object, all, add }, kinds);
      break;
    case 'Role':
    case 'ClusterRole':
      for (const [index, rule] of listAt(object, 'rules').entries()) ofRule(rule, ['rules', index], kinds, add);
      break;
    case 'CustomResourceDefinition':
      ofClient(object, ['spec', 'conversion', 'webhook', 'clientConfig', 'service'], all, add);
      break;
    case 'APIService':
      ofClient(object, ['spec', 'service'], all, add);
      break;
    case 'PodDisruptionBudget':
      selects(object, ['spec', 'selector'], field(object, 'spec', 'selector'), all, add);
      break;
    case 'NetworkPolicy':
      ofPolicy(object, all, add);
      break;
    default:
  }
  return found;
}

/** An object, all objects of the chart, and how a finding is added. */
type Around = { object: ValueMap; all: ChartObjects; add: Add };

function inPod(object: ValueMap, path: readonly string[], all: ChartObjects, add: Add): void {
  const around = { object, all, add };
  const spec = field(object, ...path);
  const kind = textAt(object, 'kind');
  if ((kind === 'Job' || kind === 'CronJob') && isMap(spec ?? null) && (field(spec, 'restartPolicy') ?? null) === null)
    add(
      path,
      `the pods need restartPolicy: Never or OnFailure, since without it they have Always, which a ${kind} may not`,
    );
  const account = textAt(spec, 'serviceAccountName');
  resembles([...path, 'serviceAccountName'], account, 'ServiceAccount', namesOf(all, 'ServiceAccount', object), add);
  const volumes = [
    ...listAt(spec, 'volumes').map((one) => textAt(one, 'name')),
    ...listAt(object, 'spec', 'volumeClaimTemplates').map((one) => textAt(one, 'metadata', 'name')),
  ];
  for (const list of ['initContainers', 'containers']) {
    for (const [index, container] of listAt(spec, list).entries()) {
      const at = [...path, list, index];
      for (const [place, mount] of listAt(container, 'volumeMounts').entries()) {
        const name = textAt(mount, 'name');
        if (name !== '' && !volumes.includes(name))
          add(
            [...at, 'volumeMounts', place, 'name'],
            `there is no volume "${printable(name)}"${advice(name, volumes)}`,
          );
      }
      const ports = listAt(container, 'ports').map((one) => textAt(one, 'name'));
      for (const probe of PROBES) {
        for (const how of ['httpGet', 'tcpSocket']) {
          const port = field(container, probe, how, 'port');
          if (typeof port === 'string' && /[a-z]/.test(port) && !ports.includes(port))
            add([...at, probe, how, 'port'], `the container has no port "${printable(port)}"${advice(port, ports)}`);
        }
      }
      for (const [place, one] of listAt(container, 'env').entries()) {
        for (const [from, kind] of [
          ['secretKeyRef', 'Secret'],
          ['configMapKeyRef', 'ConfigMap'],
        ] as const)
          refersToKey(around, field(one, 'valueFrom', from), [...at, 'env', place, 'valueFrom', from], kind);
      }
      for (const [place, one] of listAt(container, 'envFrom').entries()) {
        for (const [from, kind] of [
          ['secretRef', 'Secret'],
          ['configMapRef', 'ConfigMap'],
        ] as const)
          refersTo(around, field(one, from), [...at, 'envFrom', place, from], kind);
      }
    }
  }
  inVolumes(around, spec, path);
}

/** The sources of a volume that have keys: the field, the kind of the object, and the field with its name. */
const SOURCES = [
  ['configMap', 'ConfigMap', 'name'],
  ['secret', 'Secret', 'secretName'],
] as const;

/** Reports items of a volume whose keys the object of the chart does not have. */
function refersToItems(
  { object, all, add }: Around,
  reference: Value | undefined,
  { keys, kind, naming }: { keys: ValuePath; kind: string; naming: string },
): void {
  const name = textAt(reference, naming);
  const other = name === '' || field(reference, 'optional') === true ? undefined : findBeside(all, kind, name, object);
  const known = keysOf(other);
  if (known.length === 0) return;
  for (const [index, item] of listAt(reference, 'items').entries()) {
    const key = textAt(item, 'key');
    if (key !== '' && !known.includes(key)) add([...keys, 'items', index, 'key'], noKey(kind, name, key, known));
  }
}

function keysOf(object: ValueMap | undefined): string[] {
  return ['data', 'stringData', 'binaryData'].flatMap((name) => [...mapAt(object, name).keys()]);
}

function noKey(kind: string, name: string, key: string, known: readonly string[]): string {
  return `the ${kind} "${printable(name)}" of the chart has no key ${printable(key)}${advice(key, known)}`;
}

function inVolumes(around: Around, spec: Value | undefined, path: readonly string[]): void {
  const { object, all, add } = around;
  for (const [index, volume] of listAt(spec, 'volumes').entries()) {
    const at = [...path, 'volumes', index];
    refersTo(around, field(volume, 'configMap'), [...at, 'configMap'], 'ConfigMap');
    for (const [from, kind, naming] of SOURCES)
      refersToItems(around, field(volume, from), { keys: [...at, from], kind, naming });
    for (const [place, source] of listAt(volume, 'projected', 'sources').entries()) {
      for (const [from, kind] of SOURCES) {
        const keys = [...at, 'projected', 'sources', place, from];
        refersTo(around, field(source, from), keys, kind);
        refersToItems(around, field(source, from), { keys, kind, naming: 'name' });
      }
    }
    const secret = textAt(volume, 'secret', 'secretName');
    if (field(volume, 'secret', 'optional') !== true)
      resembles([...at, 'secret', 'secretName'], secret, 'Secret', namesOf(all, 'Secret', object), add);
    const claim = textAt(volume, 'persistentVolumeClaim', 'claimName');
    const claims = namesOf(all, 'PersistentVolumeClaim', object);
    resembles([...at, 'persistentVolumeClaim', 'claimName'], claim, 'PersistentVolumeClaim', claims, add);
  }
}

/**
 * Reports a name that the chart does not have only if it resembles one that the chart has: otherwise it may be the name
 * of an object that exists in the cluster already.
 */
function refersTo({ object, all, add }: Around, reference: Value | undefined, keys: ValuePath, kind: string): void {
  const name = textAt(reference, 'name');
  if (name === '' || field(reference, 'optional') === true) return;
  resembles([...keys, 'name'], name, kind, namesOf(all, kind, object), add);
}

const OF_CHART: ReadonlySet<string> = new Set(['ServiceAccount', 'PersistentVolumeClaim']);

/** Reports a name that no object of the kind has, and that resembles one that the chart has. */
function resembles(keys: ValuePath, name: string, kind: string, names: readonly string[], add: Add): void {
  if (name === '' || names.includes(name)) return;
  // Nobody else makes an account or a claim whose name begins with that of one of the chart.
  const longer = OF_CHART.has(kind)
    ? names.find((other) => name.startsWith(`${other}-`) || other.startsWith(`${name}-`))
    : undefined;
  const short = names.find((other) => other.endsWith(`-${name}`));
  const near = nearest(name, names, 2) ?? longer ?? short;
  if (near !== undefined) add(keys, `the chart has no ${kind} "${printable(name)}"; did you mean ${printable(near)}?`);
}

function refersToKey(around: Around, reference: Value | undefined, keys: ValuePath, kind: string): void {
  const { object, all, add } = around;
  refersTo(around, reference, keys, kind);
  const name = textAt(reference, 'name');
  const key = textAt(reference, 'key');
  if (name === '' || key === '' || field(reference, 'optional') === true) return;
  const known = keysOf(findBeside(all, kind, name, object));
  if (known.length > 0 && !known.includes(key)) add([...keys, 'key'], noKey(kind, name, key, known));
}

function ofIngress(object: ValueMap, all: ChartObjects, add: Add): void {
  for (const [index, rule] of listAt(object, 'spec', 'rules').entries()) {
    for (const [place, path] of listAt(rule, 'http', 'paths').entries()) {
      const keys = ['spec', 'rules', index, 'http', 'paths', place, 'backend', 'service'];
      const name = textAt(path, 'backend', 'service', 'name');
      const port = textAt(path, 'backend', 'service', 'port', 'name');
      resembles([...keys, 'name'], name, 'Service', namesOf(all, 'Service', object), add);
      const service = findBeside(all, 'Service', name, object);
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

function ofBinding(object: ValueMap, all: ChartObjects, add: Add): void {
  const kind = textAt(object, 'roleRef', 'kind');
  const name = textAt(object, 'roleRef', 'name');
  const rolesOf = (wanted: string): string[] => all.ofKind(wanted).map((one) => textAt(one, 'metadata', 'name'));
  const other = kind === 'Role' ? 'ClusterRole' : 'Role';
  if (rolesOf(other).includes(name) && !rolesOf(kind).includes(name))
    add(['roleRef', 'kind'], `the chart has no ${kind} "${printable(name)}", but a ${other} of this name`);
  else resembles(['roleRef', 'name'], name, kind, rolesOf(kind), add);
  for (const [index, subject] of listAt(object, 'subjects').entries()) {
    if (textAt(subject, 'kind') === 'ServiceAccount')
      resembles(['subjects', index, 'name'], textAt(subject, 'name'), 'ServiceAccount', rolesOf('ServiceAccount'), add);
  }
}

function ofStatefulSet({ object, all, add }: Around): void {
  const name = textAt(object, 'spec', 'serviceName');
  resembles(['spec', 'serviceName'], name, 'Service', namesOf(all, 'Service', object), add);
}

function ofWebhooks({ object, all, add }: Around, kinds: Pick<ChartKinds, 'resourcesOf'>): void {
  for (const [index, hook] of listAt(object, 'webhooks').entries()) {
    ofClient(object, ['webhooks', index, 'clientConfig', 'service'], all, add);
    for (const [place, rule] of listAt(hook, 'rules').entries())
      ofRule(rule, ['webhooks', index, 'rules', place], kinds, add);
  }
}

/** Checks the resources and versions of a rule for groups of which the chart has CRDs. */
function ofRule(rule: Value, keys: ValuePath, kinds: Pick<ChartKinds, 'resourcesOf'>, add: Add): void {
  const groups = listAt(rule, 'apiGroups').map((group) => kinds.resourcesOf(typeof group === 'string' ? group : ''));
  if (groups.length === 0 || groups.some(({ size }) => size === 0)) return;
  const known = groups.flatMap((group) => [...group.keys()]);
  for (const [place, resource] of listAt(rule, 'resources').entries()) {
    const [name = ''] = typeof resource === 'string' ? resource.split('/') : [];
    const near = name === '' || name === '*' || known.includes(name) ? undefined : nearest(name, known);
    if (near !== undefined)
      add(
        [...keys, 'resources', place],
        `no CRD of the chart has the resource ${printable(name)}; did you mean ${near}?`,
      );
  }
  // Of resources that other charts bring it is not known which versions they have.
  const areKnown = listAt(rule, 'resources').every(
    (resource) => typeof resource === 'string' && known.includes(resource.split('/')[0] ?? ''),
  );
  if (!areKnown) return;
  const versions = groups.flatMap((group) => [...group.values()].flat());
  for (const [place, version] of listAt(rule, 'apiVersions').entries()) {
    if (typeof version !== 'string' || version === '*' || versions.includes(version)) continue;
    const message = `the CRDs of the chart have no version ${printable(version)}; they have ${printable([...new Set(versions)].join(', '))}`;
    add([...keys, 'apiVersions', place], message);
  }
}

/** Checks the Service that the API server itself calls, which these keys name. Its namespace is always written. */
function ofClient(object: ValueMap, keys: ValuePath, all: ChartObjects, add: Add): void {
  let called: Value | undefined = object;
  for (const key of keys) called = Array.isArray(called) ? called[Number(key)] : field(called, String(key));
  const name = textAt(called, 'name');
  const services = all.ofKind('Service');
  resembles(
    [...keys, 'name'],
    name,
    'Service',
    services.map((one) => textAt(one, 'metadata', 'name')),
    add,
  );
  const service = services.find((one) => textAt(one, 'metadata', 'name') === name);
  const ports = listAt(service, 'spec', 'ports').map((one) => field(one, 'port'));
  const port = field(called, 'port') ?? 443;
  if (ports.length > 0 && !ports.includes(port))
    add(
      [...keys, 'port'],
      `the Service "${printable(name)}" has no port ${printable(String(port))}; it has ${printable(ports.join(', '))}`,
    );
}

function ofPolicy(object: ValueMap, all: ChartObjects, add: Add): void {
  const pods = selects(object, ['spec', 'podSelector'], field(object, 'spec', 'podSelector'), all, add);
  const names = portNames(pods);
  for (const [index, rule] of listAt(object, 'spec', 'ingress').entries()) {
    for (const [place, port] of listAt(rule, 'ports').entries()) {
      const name = textAt(port, 'port');
      const near = names.includes(name) ? undefined : nearest(name, names);
      if (name !== '' && near !== undefined)
        add(
          ['spec', 'ingress', index, 'ports', place, 'port'],
          `no container that it selects has a port "${printable(name)}"; did you mean ${printable(near)}?`,
        );
    }
  }
}

/** The names of the ports of containers in pods. */
function portNames(pods: readonly Value[]): string[] {
  return pods.flatMap((spec) =>
    listAt(spec, 'containers').flatMap((container) => listAt(container, 'ports').map((port) => textAt(port, 'name'))),
  );
}

function ofService(object: ValueMap, all: ChartObjects, add: Add): void {
  const selector = field(object, 'spec', 'selector');
  if (!isMap(selector ?? null)) return;
  const pods = selects(object, ['spec', 'selector'], new Map([['matchLabels', selector ?? null]]), all, add);
  if (pods.length === 0) return;
  const names = portNames(pods);
  for (const [index, port] of listAt(object, 'spec', 'ports').entries()) {
    const name = field(port, 'targetPort');
    if (typeof name === 'string' && /[a-z]/.test(name) && !names.includes(name))
      add(
        ['spec', 'ports', index, 'targetPort'],
        `no container that it selects has a port "${printable(name)}"${advice(name, names)}`,
      );
  }
}

/**
 * The specs of the pods of the chart that a selector matches. Where there are none, and one label with a similar value
 * keeps some from matching, that is reported: a selector may also be meant for pods that others make.
 */
function selects(object: ValueMap, keys: ValuePath, selector: Value | undefined, all: ChartObjects, add: Add): Value[] {
  const pods = all.pods.filter(({ one }) => isBeside(one, object));
  const matching = pods.filter(({ labels }) => selectorMatches(selector, labels));
  const wanted = mapAt(selector, 'matchLabels');
  if (matching.length > 0 || wanted.size < 2 || listAt(selector, 'matchExpressions').length > 0)
    return matching.map(({ spec }) => spec);
  for (const { one, labels } of pods) {
    const different = [...wanted].filter(([key, value]) => labels.get(key) !== value);
    const [[key = '', value = null] = []] = different;
    if (different.length !== 1) continue;
    const theirs = labels.get(key);
    // A label that the pods do not have may be set while they run: statefulset.kubernetes.io/pod-name, role: leader.
    if (typeof theirs !== 'string' || typeof value !== 'string' || nearest(value, [theirs]) === undefined) continue;
    const asked = `${printable(key)}: ${printable(value)}`;
    add(
      keys,
      `the selector matches no pods: it asks for ${asked}, and those of ${describe(one)} have ${printable(theirs)}`,
    );
    break;
  }
  return [];
}

/** The names of the objects of a kind in the namespace of another object. */
function namesOf(all: ChartObjects, kind: string, beside: ValueMap): string[] {
  return all
    .ofKind(kind)
    .filter((one) => isBeside(one, beside))
    .map((one) => textAt(one, 'metadata', 'name'));
}

/** The object of a kind and name in the namespace of another object. */
function findBeside(all: ChartObjects, kind: string, name: string, beside: ValueMap): ValueMap | undefined {
  return all.ofKind(kind).find((one) => textAt(one, 'metadata', 'name') === name && isBeside(one, beside));
}

/** Are two objects in the same namespace? */
function isBeside(one: ValueMap, other: ValueMap): boolean {
  return textAt(one, 'metadata', 'namespace') === textAt(other, 'metadata', 'namespace');
}

function advice(name: string, names: readonly string[]): string {
  const near = nearest(name, names);
  return near === undefined ? '' : `; did you mean ${printable(near)}?`;
}
