/** Reports the names of objects that the chart does not have. */
import { printable } from '../../../errors-text.ts';
import { nearest } from '../../../nearest.ts';
import type { Value, ValueMap, ValuePath } from '../../../yaml/value.ts';
import type { ChartObjects } from './chart-objects.ts';
import { field, mapAt, textAt } from './fields.ts';
import type { Add } from './object-fields.ts';

/** An object, all objects of the chart, and how a finding is added. */
export type Around = { object: ValueMap; all: ChartObjects; add: Add };

const OF_CHART: ReadonlySet<string> = new Set(['ServiceAccount', 'PersistentVolumeClaim']);

/** How many of the names that there are a finding lists. */
const MAX_NAMES = 3;

/**
 * Reports a name that no object of the kind has, if it resembles one that the chart has, or begins with the name of the
 * release: any other may be the name of an object that exists in the cluster already.
 *
 * @param names the names of the objects that may be meant; those in the namespace of the object where not given
 */
export function resembles(
  { object, all, add }: Around,
  keys: ValuePath,
  name: string,
  kind: string,
  names: readonly string[] = all.namesOf(kind, object),
): void {
  if (name === '' || names.includes(name)) return;
  // Nobody else makes an account or a claim whose name begins with that of one of the chart.
  const longer = OF_CHART.has(kind)
    ? names.find((other) => name.startsWith(`${other}-`) || other.startsWith(`${name}-`))
    : undefined;
  const short = names.find((other) => other.endsWith(`-${name}`));
  const near = nearest(name, names, 2) ?? longer ?? short;
  if (near !== undefined) add(keys, `the chart has no ${kind} "${printable(name)}"; did you mean ${printable(near)}?`);
  else if (all.isMissing(kind, name)) {
    const some = names.length > MAX_NAMES ? [...names.slice(0, MAX_NAMES), '…'] : names;
    const others = names.length === 0 ? `it has no ${kind} at all` : `its names are ${printable(some.join(', '))}`;
    add(keys, `nothing in the chart makes the ${kind} "${printable(name)}"; ${others}`);
  }
}

/** {@link resembles} of what a field such as `secretKeyRef` names, if that is not optional. */
export function refersTo(around: Around, reference: Value | undefined, keys: ValuePath, kind: string): void {
  const name = textAt(reference, 'name');
  if (name === '' || field(reference, 'optional') === true) return;
  resembles(around, [...keys, 'name'], name, kind);
}

/** {@link refersTo}, and reports a key that the object does not have. */
export function refersToKey(around: Around, reference: Value | undefined, keys: ValuePath, kind: string): void {
  const { object, all, add } = around;
  refersTo(around, reference, keys, kind);
  const name = textAt(reference, 'name');
  const key = textAt(reference, 'key');
  if (name === '' || key === '' || field(reference, 'optional') === true) return;
  const known = keysOf(all.findBeside(kind, name, object));
  if (known.length > 0 && !known.includes(key)) add([...keys, 'key'], noKey(kind, name, key, known));
}

/** The keys of the data of a ConfigMap or a Secret. */
export function keysOf(object: ValueMap | undefined): string[] {
  return ['data', 'stringData', 'binaryData'].flatMap((name) => [...mapAt(object, name).keys()]);
}

/** That an object of the chart has no such key, in words. */
export function noKey(kind: string, name: string, key: string, known: readonly string[]): string {
  return `the ${kind} "${printable(name)}" of the chart has no key ${printable(key)}${advice(key, known)}`;
}

/** The nearest of the names that there are, as the end of a message. */
export function advice(name: string, names: readonly string[]): string {
  const near = nearest(name, names);
  return near === undefined ? '' : `; did you mean ${printable(near)}?`;
}
