/**
 * Migrates objects from client-side apply, which Helm 3 used and which holds fields by updates. Without it, a field
 * that a chart drops would stay for ever, and one that it changes would be a conflict. Helm 4 does the same with
 * client-go's `csaupgrade`.
 */
import { getOwn, isJsonObject } from '../../yaml/value.ts';
import type { JsonObject } from '../../yaml/value.ts';
import type { KubeObject } from '../cluster.ts';
import { APPLY_MANAGER, isApplied, isUpdated, managedFieldsOf } from '../managed-fields.ts';

/**
 * The `managedFields` of an object after the migration: the fields of Helm's updates are those of its applies.
 *
 * @returns undefined where Helm's updates hold nothing
 */
export function migratedFields(live: KubeObject): JsonObject[] | undefined {
  const entries = managedFieldsOf(live);
  const updates = entries.filter((entry) => isUpdated(entry));
  const [first] = updates;
  if (first === undefined) return undefined;
  const applied = entries.find((entry) => isApplied(entry));
  let fields: JsonObject = {};
  for (const entry of applied === undefined ? updates : [applied, ...updates]) {
    const held = getOwn(entry, 'fieldsV1');
    if (isJsonObject(held)) fields = union(fields, held);
  }
  const merged: JsonObject = { ...(applied ?? first), manager: APPLY_MANAGER, operation: 'Apply', fieldsV1: fields };
  return [merged, ...entries.filter((entry) => entry !== applied && !updates.includes(entry))];
}

function union(a: JsonObject, b: JsonObject): JsonObject {
  const both: JsonObject = { ...a };
  for (const [key, value] of Object.entries(b)) {
    const known = getOwn(both, key);
    both[key] = isJsonObject(known) && isJsonObject(value) ? union(known, value) : value;
  }
  return both;
}
