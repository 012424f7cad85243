/** Reads fields of rendered objects that may be missing. */
import { printable } from '../../../errors-text.ts';
import { isMap } from '../../../yaml/value.ts';
import type { Value, ValueMap, ValuePath } from '../../../yaml/value.ts';

const EMPTY: ValueMap = new Map();

/** The value at a path of keys; undefined when there is none. */
export function field(value: Value | undefined, ...keys: string[]): Value | undefined {
  let found = value;
  for (const key of keys) found = isMap(found) ? found.get(key) : undefined;
  return found;
}

/** Does a path lead to a value other than null? */
export function hasField(value: Value | undefined, ...keys: string[]): boolean {
  return (field(value, ...keys) ?? null) !== null;
}

/** The map at a path, empty when there is none. */
export function mapAt(value: Value | undefined, ...keys: string[]): ValueMap {
  const found = field(value, ...keys);
  return isMap(found) ? found : EMPTY;
}

/** The list at a path, empty when there is none. */
export function listAt(value: Value | undefined, ...keys: string[]): Value[] {
  const found = field(value, ...keys);
  return Array.isArray(found) ? found : [];
}

/** The string at a path, empty when there is none. */
export function textAt(value: Value | undefined, ...keys: string[]): string {
  const found = field(value, ...keys);
  return typeof found === 'string' ? found : '';
}

/** An object in words: `Service "web"`. */
export function describe(object: ValueMap): string {
  return `${printable(textAt(object, 'kind')) || 'an object'} "${printable(textAt(object, 'metadata', 'name'))}"`;
}

/** The path of the pod template in an object, if it makes pods. */
export function podPath(object: ValueMap): string[] | undefined {
  switch (textAt(object, 'kind')) {
    case 'Pod':
      return [];
    case 'Deployment':
    case 'StatefulSet':
    case 'DaemonSet':
    case 'ReplicaSet':
    case 'ReplicationController':
    case 'Job':
      return ['spec', 'template'];
    case 'CronJob':
      return ['spec', 'jobTemplate', 'spec', 'template'];
    default:
      return undefined;
  }
}

/**
 * The containers of a pod, init containers first, each with the keys that lead to it.
 *
 * @param spec the spec of the pod
 * @param keys the keys that lead to the spec
 */
export function containersOf(spec: Value | undefined, keys: ValuePath): { container: Value; at: ValuePath }[] {
  return ['initContainers', 'containers'].flatMap((list) =>
    listAt(spec, list).map((container, index) => ({ container, at: [...keys, list, index] })),
  );
}
