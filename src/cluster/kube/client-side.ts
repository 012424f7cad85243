/**
 * Objects that were applied on the client's side, as Helm 3 did: their fields are held by updates. Without
 * migration a field that a chart drops would stay for ever, and one that it changes would be a conflict.
 * The same is done by client-go (`csaupgrade`), and so by Helm 4.
 */
import { getOwn } from '../../yaml/value.ts';
import type { Json, JsonObject } from '../../yaml/value.ts';
import type { KubeObject } from '../cluster.ts';

/** The names under which Helm has updated objects. */
const UPDATERS: readonly string[] = ['helm', 'Helm'];

/**
 * The `managedFields` of an object once what Helm's updates hold is held by the applies of `manager`; undefined
 * where updates hold nothing.
 */
export function migratedFields(live: KubeObject, manager: string): JsonObject[] | undefined {
  const all = live.metadata['managedFields'];
  const entries = Array.isArray(all) ? all.filter(isObject) : [];
  const updates = entries.filter((entry) => isWhole(entry) && isUpdate(entry));
  const [first] = updates;
  if (first === undefined) return undefined;
  const applied = entries.find((entry) => isWhole(entry) && isApply(entry, manager));
  let fields: JsonObject = {};
  for (const entry of applied === undefined ? updates : [applied, ...updates]) {
    const held = getOwn(entry, 'fieldsV1');
    if (isObject(held)) fields = union(fields, held);
  }
  const merged: JsonObject = { ...(applied ?? first), manager, operation: 'Apply', fieldsV1: fields };
  return [merged, ...entries.filter((entry) => entry !== applied && !updates.includes(entry))];
}

function isWhole(entry: JsonObject): boolean {
  return (getOwn(entry, 'subresource') ?? '') === '';
}

function isUpdate(entry: JsonObject): boolean {
  return getOwn(entry, 'operation') === 'Update' && UPDATERS.includes(String(getOwn(entry, 'manager')));
}

function isApply(entry: JsonObject, manager: string): boolean {
  return getOwn(entry, 'operation') === 'Apply' && getOwn(entry, 'manager') === manager;
}

function union(a: JsonObject, b: JsonObject): JsonObject {
  const both: JsonObject = { ...a };
  for (const [key, value] of Object.entries(b)) {
    const known = getOwn(both, key);
    both[key] = isObject(known) && isObject(value) ? union(known, value) : value;
  }
  return both;
}

function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
