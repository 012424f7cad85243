import { equalJson, isJsonObject } from '../yaml/value.ts';
import type { KubeObject } from '../cluster/cluster.ts';
import type { Json, JsonObject } from '../yaml/value.ts';
import type { FieldChange } from './plan.ts';

/** What only a server writes into `metadata`; no chart can change it. */
const SERVER_FIELDS: readonly string[] = [
  'creationTimestamp',
  'generation',
  'managedFields',
  'resourceVersion',
  'selfLink',
  'uid',
];

/** The fields in which an object as it is differs from the object as it is to be, in the order of their paths. */
export function changesOf(live: KubeObject, desired: KubeObject): FieldChange[] {
  const changes: FieldChange[] = [];
  compare(withoutServerFields(live), withoutServerFields(desired), [], changes);
  return changes;
}

function compare(
  before: Json | undefined,
  after: Json | undefined,
  path: (string | number)[],
  out: FieldChange[],
): void {
  if (equalJson(before, after)) return;
  if (Array.isArray(before) && Array.isArray(after)) {
    const length = Math.max(before.length, after.length);
    for (let index = 0; index < length; index++) compare(before[index], after[index], [...path, index], out);
  } else if (isJsonObject(before) && isJsonObject(after)) {
    for (const key of [...new Set([...Object.keys(before), ...Object.keys(after)])].sort()) {
      const left = Object.hasOwn(before, key) ? before[key] : undefined;
      const right = Object.hasOwn(after, key) ? after[key] : undefined;
      compare(left, right, [...path, key], out);
    }
  } else {
    out.push({ path, before, after });
  }
}

function withoutServerFields(object: KubeObject): JsonObject {
  const metadata: JsonObject = { ...object.metadata };
  for (const field of SERVER_FIELDS) delete metadata[field];
  return { ...object, metadata };
}
