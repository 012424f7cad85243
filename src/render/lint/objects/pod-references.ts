/** References in pods: volumes, ports of probes, Secrets, ConfigMaps, claims and accounts. */
import { printable } from '../../../errors-text.ts';
import { isMap } from '../../../yaml/value.ts';
import type { Value, ValuePath } from '../../../yaml/value.ts';
import { containersOf, field, hasField, listAt, textAt } from './fields.ts';
import { PROBES } from './pod-rules.ts';
import { advice, keysOf, noKey, refersTo, refersToKey, resembles } from './reference-names.ts';
import type { Around } from './reference-names.ts';

/**
 * Reports what the pods of an object refer to and is not there.
 *
 * @param path the path of the pods' spec
 */
export function podReferences(around: Around, path: readonly string[]): void {
  const { object, add } = around;
  const spec = field(object, ...path);
  const kind = textAt(object, 'kind');
  if ((kind === 'Job' || kind === 'CronJob') && isMap(spec) && !hasField(spec, 'restartPolicy'))
    add(
      path,
      `the pods need restartPolicy: Never or OnFailure, since without it they have Always, which a ${kind} may not`,
    );
  resembles(around, [...path, 'serviceAccountName'], textAt(spec, 'serviceAccountName'), 'ServiceAccount');
  for (const [index, one] of listAt(spec, 'imagePullSecrets').entries())
    refersTo(around, one, [...path, 'imagePullSecrets', index], 'Secret');
  mountedKeys(around, spec, path);
  const volumes = [
    ...listAt(spec, 'volumes').map((one) => textAt(one, 'name')),
    ...listAt(object, 'spec', 'volumeClaimTemplates').map((one) => textAt(one, 'metadata', 'name')),
  ];
  for (const { container, at } of containersOf(spec, path)) inContainer(around, container, at, volumes);
  inVolumes(around, spec, path);
}

function inContainer(around: Around, container: Value, at: ValuePath, volumes: readonly string[]): void {
  const { add } = around;
  for (const [place, mount] of listAt(container, 'volumeMounts').entries()) {
    const name = textAt(mount, 'name');
    if (name !== '' && !volumes.includes(name))
      add([...at, 'volumeMounts', place, 'name'], `there is no volume "${printable(name)}"${advice(name, volumes)}`);
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

/** Reports a `subPath` that is none of the keys of the ConfigMap or Secret of its volume. */
function mountedKeys({ object, all, add }: Around, spec: Value | undefined, path: readonly string[]): void {
  const volumes = new Map(listAt(spec, 'volumes').map((volume) => [textAt(volume, 'name'), volume]));
  for (const { container, at } of containersOf(spec, path))
    for (const [place, mount] of listAt(container, 'volumeMounts').entries()) {
      const written = textAt(mount, 'subPath');
      for (const [from, kind, naming] of SOURCES) {
        const source = field(volumes.get(textAt(mount, 'name')), from);
        const name = textAt(source, naming);
        if (written === '' || name === '') continue;
        const items = listAt(source, 'items').map((item) => textAt(item, 'path'));
        const known = items.length > 0 ? items : keysOf(all.findBeside(kind, name, object));
        // What is in an item may be a path.
        if (known.length > 0 && !known.some((key) => key === written || key.startsWith(`${written}/`)))
          add([...at, 'volumeMounts', place, 'subPath'], noKey(kind, name, written, known));
      }
    }
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
  const other = name === '' || field(reference, 'optional') === true ? undefined : all.findBeside(kind, name, object);
  const known = keysOf(other);
  if (known.length === 0) return;
  for (const [index, item] of listAt(reference, 'items').entries()) {
    const key = textAt(item, 'key');
    if (key !== '' && !known.includes(key)) add([...keys, 'items', index, 'key'], noKey(kind, name, key, known));
  }
}

function inVolumes(around: Around, spec: Value | undefined, path: readonly string[]): void {
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
    if (field(volume, 'secret', 'optional') !== true)
      resembles(around, [...at, 'secret', 'secretName'], textAt(volume, 'secret', 'secretName'), 'Secret');
    const claim = textAt(volume, 'persistentVolumeClaim', 'claimName');
    resembles(around, [...at, 'persistentVolumeClaim', 'claimName'], claim, 'PersistentVolumeClaim');
  }
}
