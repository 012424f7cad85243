/**
 * What an API server refuses in the pods of an object, though each field has the type that it should have, and what no
 * node can run (k8s.io/kubernetes, pkg/apis/core/validation). What is null is not known.
 */
import { printable } from '../../../errors-text.ts';
import { parseImageName } from '../../../image-name.ts';
import { nearest } from '../../../nearest.ts';
import { isMap } from '../../../yaml/value.ts';
import type { Value, ValueMap, ValuePath } from '../../../yaml/value.ts';
import { containersOf, field, hasField, listAt, mapAt, textAt } from './fields.ts';
import type { Add } from './object-fields.ts';
import { quantityOf } from './quantities.ts';

/** The fields of a container that hold a probe. */
export const PROBES: readonly string[] = ['livenessProbe', 'readinessProbe', 'startupProbe'];

/** The fields of a probe that say how it is done. */
export const HANDLERS: readonly string[] = ['exec', 'httpGet', 'tcpSocket', 'grpc'];

/**
 * Reports the problems of the pods of an object.
 *
 * @param pod the path of the pod's spec
 */
export function podProblems(object: ValueMap, pod: ValuePath, add: Add): void {
  const spec = field(object, ...pod.map(String));
  const containers = containersOf(spec, pod);
  unique(
    containers.map(({ container, at }) => ({ name: textAt(container, 'name'), at: [...at, 'name'] })),
    add,
  );
  const volumes = listAt(spec, 'volumes');
  unique(
    volumes.map((one, index) => ({ name: textAt(one, 'name'), at: [...pod, 'volumes', index, 'name'] })),
    add,
  );
  for (const [index, volume] of volumes.entries()) ofModes(volume, [...pod, 'volumes', index], add);
  for (const { container, at } of containers) ofContainer(container, at, add);
  for (const [index, one] of listAt(spec, 'tolerations').entries()) {
    if (textAt(one, 'operator') === 'Exists' && textAt(one, 'value') !== '')
      add([...pod, 'tolerations', index, 'value'], 'is set, and operator: Exists takes no value');
  }
}

/** Reports the modes of files in a volume that are more than all rights: `644` is a decimal number. */
function ofModes(value: Value, keys: ValuePath, add: Add): void {
  if (Array.isArray(value)) value.forEach((item, index) => ofModes(item, [...keys, index], add));
  if (!isMap(value)) return;
  for (const [key, item] of value) {
    if ((key === 'defaultMode' || key === 'mode') && typeof item === 'number' && item > 0o777) {
      const octal = /^[0-7]{3}$/.test(String(item)) ? `; write 0o${item}` : '';
      add([...keys, key], `is ${item}, but must be at most 511, which is 0o777${octal}`);
    } else ofModes(item, [...keys, key], add);
  }
}

/** The fields of a container that hold a program with its arguments. */
const COMMANDS: readonly (readonly string[])[] = [
  ['command'],
  ...PROBES.map((probe) => [probe, 'exec', 'command']),
  ...['postStart', 'preStop'].map((hook) => ['lifecycle', hook, 'exec', 'command']),
];

/** The fields of its pod that a container can read, beside labels and annotations. */
const POD_FIELDS: readonly string[] = [
  ...['metadata.name', 'metadata.namespace', 'metadata.uid', 'spec.nodeName', 'spec.serviceAccountName'],
  ...['status.hostIP', 'status.hostIPs', 'status.podIP', 'status.podIPs'],
];

function ofContainer(container: Value, at: ValuePath, add: Add): void {
  const image = imageProblem(textAt(container, 'image'));
  if (image !== undefined) add([...at, 'image'], image);
  for (const probe of PROBES) ofProbe(field(container, probe), probe, [...at, probe], add);
  ofResources(container, [...at, 'resources'], add);
  // An apply merges the list by its names, so that the API server refuses two of one name.
  unique(
    listAt(container, 'env').map((one, index) => ({ name: textAt(one, 'name'), at: [...at, 'env', index, 'name'] })),
    add,
  );
  for (const keys of COMMANDS) {
    const [program, ...rest] = listAt(container, ...keys);
    if (typeof program === 'string' && rest.length === 0 && /^[a-z][\w.-]*[ \t]+\S[^\n]*$/.test(program))
      add(
        [...at, ...keys, 0],
        `is "${printable(program, 60)}", but must be the name of one program: write [${printable(program.split(/\s+/).join(', '), 80)}], or [sh, -c, "…"]`,
      );
  }
  for (const [index, one] of listAt(container, 'env').entries()) {
    const name = textAt(one, 'name');
    if (/[=\s]/.test(name))
      add([...at, 'env', index, 'name'], `is "${printable(name, 40)}", but a name has no blanks and no =`);
    else if (/^[0-9]+$/.test(name))
      add([...at, 'env', index, 'name'], `is "${printable(name, 40)}": @index and @key of a list are numbers`);
    const source = textAt(one, 'valueFrom', 'fieldRef', 'fieldPath');
    const near = source === '' || POD_FIELDS.includes(source) ? undefined : nearest(source, POD_FIELDS);
    if (near !== undefined)
      add(
        [...at, 'env', index, 'valueFrom', 'fieldRef', 'fieldPath'],
        `is "${printable(source, 60)}", which is no field that a container can read; did you mean ${near}?`,
      );
    if (textAt(one, 'value') !== '' && hasField(one, 'valueFrom'))
      add([...at, 'env', index, 'valueFrom'], 'is set together with value, and Kubernetes takes only one of them');
  }
  const mounts = listAt(container, 'volumeMounts').map((one, index) => ({
    name: textAt(one, 'mountPath'),
    at: [...at, 'volumeMounts', index, 'mountPath'],
  }));
  unique(mounts, add);
  for (const [index, one] of listAt(container, 'volumeMounts').entries()) {
    const path = textAt(one, 'subPath');
    if (path.startsWith('/') || path.split('/').includes('..'))
      add(
        [...at, 'volumeMounts', index, 'subPath'],
        `is "${printable(path, 60)}", but must be a path inside the volume: without / in front and without ..`,
      );
  }
  const ports = listAt(container, 'ports');
  unique(
    ports.map((one, index) => ({ name: textAt(one, 'name'), at: [...at, 'ports', index, 'name'] })),
    add,
  );
}

/** Reports names that are there twice. */
function unique(names: readonly { name: string; at: ValuePath }[], add: Add): void {
  const seen = new Set<string>();
  for (const { name, at } of names) {
    if (name === '') continue;
    if (seen.has(name)) add(at, `is "${printable(name, 60)}", which is used twice`);
    seen.add(name);
  }
}

function ofProbe(probe: Value | undefined, name: string, at: ValuePath, add: Add): void {
  const [first, second] = HANDLERS.filter((how) => hasField(probe, how));
  if (first !== undefined && second !== undefined)
    add([...at, second], `is set together with ${first}, and a probe takes only one of them`);
  const threshold = field(probe, 'successThreshold');
  if (name !== 'readinessProbe' && typeof threshold === 'number' && threshold !== 1)
    add([...at, 'successThreshold'], `is ${threshold}, but must be 1 in a ${name}`);
}

/** What is wrong with the reference of an image; undefined for a good one, and for none. */
function imageProblem(image: string): string | undefined {
  const shown = printable(image, 80);
  if (/\s/.test(image)) return `is "${shown}", but the name of an image has no blanks`;
  if (image.includes('://'))
    return `is "${shown}", but the name of an image begins with the registry, without ${shown.split('//')[0]}//`;
  if (/[:@]$/.test(image)) return `is "${shown}", whose tag is empty`;
  const repository = image.replace(/@.*$/, '').replace(/:[^/:]*$/, '');
  const slash = repository.indexOf('/');
  const isHost = slash > 0 && /[.:]|^localhost$/.test(repository.slice(0, slash));
  const path = isHost ? repository.slice(slash + 1) : repository;
  if (path.includes(':')) return `is "${shown}", which has two tags`;
  if (/[A-Z]/.test(path)) return `is "${shown}", but the name of an image has lower-case letters only`;
  if (image === '' || parseImageName(image) !== undefined) return undefined;
  return image.includes('@')
    ? `is "${shown}", but behind @ is a digest, sha256: and 64 hexadecimal digits; a tag is behind a colon`
    : `is "${shown}", which is not the name of an image such as registry.example.com/team/web:1.2.3`;
}

function ofResources(container: Value, at: ValuePath, add: Add): void {
  const limits = mapAt(container, 'resources', 'limits');
  for (const kind of ['requests', 'limits']) {
    for (const [name, value] of mapAt(container, 'resources', kind)) {
      const quantity = quantityOf(value);
      if (quantity === undefined) continue;
      const { amount, suffix } = quantity;
      const keys = [...at, kind, name];
      const limit = quantityOf(limits.get(name));
      if (kind === 'requests' && limit !== undefined && amount > limit.amount)
        add(keys, `is ${String(value)}, more than the limit, ${String(limits.get(name))}`);
      if (name === 'cpu' && /^(?:[KMGTPE]i|[MGTPE])$/.test(suffix))
        add(keys, `is ${String(value)}, which is a size of memory: write 500m for half a processor, or 2 for two`);
      if (name === 'memory' && (suffix === 'm' || (amount > 0 && amount < 2 ** 20)))
        add(keys, `is ${String(value)}, which is ${amount} bytes: write 64Mi, or 1Gi`);
    }
  }
}
