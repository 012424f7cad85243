import { equalJson, isJsonObject } from '../yaml/value.ts';
import { withoutMetadata } from '../cluster/cluster.ts';
import type { KubeObject } from '../cluster/cluster.ts';
import type { Json } from '../yaml/value.ts';
import type { FieldChange } from './plan.ts';

/**
 * The fields in which a live object differs from the desired one, in the order of their paths; without what only a
 * server writes.
 */
export function changesOf(live: KubeObject, desired: KubeObject): FieldChange[] {
  const changes: FieldChange[] = [];
  compare(withoutMetadata(live), withoutMetadata(desired), [], changes);
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
