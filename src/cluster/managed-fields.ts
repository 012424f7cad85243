/**
 * Reads `metadata.managedFields`: which manager holds which field of an object. Each entry's `fieldsV1` is a tree. Its
 * keys are `f:name` for a field, `k:{…}` for an item of a list by its key fields, `v:…` for an item of a set, and `.`
 * for the map or item itself. A node without further keys is held as a whole. The keys tell how the server identifies
 * the items of each list, so the tree can be walked beside an object without a schema.
 *
 * @see https://kubernetes.io/docs/reference/using-api/server-side-apply/#field-management
 */
import { equalJson, getOwn, isJsonObject, textField } from '../yaml/value.ts';
import type { Json, JsonObject } from '../yaml/value.ts';
import type { KubeObject } from './cluster.ts';

/** The path of a field: names of fields, and items of lists by their keys: `[name="web"]`. */
export type FieldPath = readonly string[];

/** A field that another manager holds. */
export type HeldField = {
  path: FieldPath;
  manager: string;
  /** The subresource through which it was written, such as `scale`; empty for the object itself. */
  subresource: string;
  /** When the manager wrote last; empty where the server does not say. */
  time: string;
};

/** The field manager of Helm's applies. pkg uses the same, so that either can change what the other applied. */
export const APPLY_MANAGER = 'helm';

/** The field managers of Helm's updates, from before it used server-side apply. */
const UPDATE_MANAGERS: readonly string[] = ['helm', 'Helm'];

/** Longer lists are not matched item by item: a dry run decides whether they are unchanged. */
const MAX_LIST_LENGTH = 200;

/** The entries of an object's `managedFields`. */
export function managedFieldsOf(object: KubeObject): JsonObject[] {
  const entries = object.metadata['managedFields'];
  return Array.isArray(entries) ? entries.filter(isJsonObject) : [];
}

/** Is this the entry of Helm's applies to the object itself? */
export function isApplied(entry: JsonObject): boolean {
  return isWhole(entry) && getOwn(entry, 'operation') === 'Apply' && getOwn(entry, 'manager') === APPLY_MANAGER;
}

/** Is this an entry of Helm's updates of the object itself? */
export function isUpdated(entry: JsonObject): boolean {
  if (!isWhole(entry) || getOwn(entry, 'operation') !== 'Update') return false;
  return UPDATE_MANAGERS.includes(textField(entry, 'manager'));
}

/** Is this entry about the object itself, not a subresource such as `status`? */
function isWhole(entry: JsonObject): boolean {
  return textField(entry, 'subresource') === '';
}

/**
 * Does Helm hold fields of this object by updates, as Helm 3 did? They have to be migrated to applies: otherwise a
 * field that a chart drops would stay for ever, and one that it changes would be a conflict.
 */
export function needsMigration(live: KubeObject): boolean {
  return managedFieldsOf(live).some((entry) => isUpdated(entry));
}

/**
 * Is it certain that applying `desired` would change nothing? Yes, if Helm's applies hold exactly the desired fields,
 * and their live values are equal. If not, a dry run has to tell: the server normalizes values (`1000m` becomes `1`),
 * and fills in defaults inside of what is held as a whole.
 */
export function isSettled(desired: KubeObject, live: KubeObject): boolean {
  if (live.metadata['deletionTimestamp'] !== undefined || needsMigration(live)) return false;
  const entry = managedFieldsOf(live).find((one) => isApplied(one));
  const fields = entry && getOwn(entry, 'fieldsV1');
  if (!isJsonObject(fields) || getOwn(entry ?? {}, 'apiVersion') !== desired.apiVersion) return false;
  const { apiVersion: _apiVersion, kind: _kind, metadata, ...rest } = desired;
  const { name: _name, namespace: _namespace, ...marks } = metadata;
  return holdsExactly({ ...rest, metadata: marks }, live, fields);
}

function holdsExactly(desired: Json, live: Json | undefined, fields: JsonObject): boolean {
  const keys = Object.keys(fields).filter((key) => key !== '.');
  if (keys.length === 0) {
    if (Object.hasOwn(fields, '.') && isJsonObject(desired))
      return Object.keys(desired).length === 0 && isJsonObject(live);
    return live !== undefined && equalJson(desired, live);
  }
  if (Array.isArray(desired) && Array.isArray(live)) return holdsItems(desired, live, fields, keys);
  if (!isJsonObject(desired) || !isJsonObject(live) || Object.keys(desired).length !== keys.length) return false;
  return Object.entries(desired).every(([name, value]) => {
    const below = getOwn(fields, `f:${name}`);
    return isJsonObject(below) && holdsExactly(value, getOwn(live, name), below);
  });
}

/** Is every desired item held, and does it live with equal values, in the same order? */
function holdsItems(desired: Json[], live: Json[], fields: JsonObject, keys: string[]): boolean {
  if (desired.length !== keys.length || desired.length > MAX_LIST_LENGTH) return false;
  const held = keys.flatMap((key) => parseItemKey(key) ?? []);
  let last = -1;
  return desired.every((item) => {
    // A key names all key fields, also those that the chart leaves to their defaults, such as `protocol` of a port.
    const matching = held.filter((key) => fitsItem(key, item));
    const [key] = matching;
    if (key === undefined || matching.length !== 1) return false;
    const at = live.findIndex((one) => isItem(key, one));
    if (at <= last) return false;
    last = at;
    const below = getOwn(fields, key.text);
    if (!isJsonObject(below)) return false;
    return key.value !== undefined || holdsExactly(item, live[at], below);
  });
}

/**
 * The fields of `desired` whose live values differ and that other managers than Helm hold: those that applying would
 * take from them. The server finds the conflicts itself; this finds the managers and times for the message.
 */
export function fieldsHeldByOthers(desired: KubeObject, live: KubeObject): HeldField[] {
  const held: HeldField[] = [];
  for (const entry of managedFieldsOf(live)) {
    const fields = getOwn(entry, 'fieldsV1');
    if (isApplied(entry) || isUpdated(entry) || !isJsonObject(fields)) continue;
    const holder = {
      manager: textField(entry, 'manager'),
      subresource: textField(entry, 'subresource'),
      time: textField(entry, 'time'),
    };
    for (const path of differing(desired, live, fields)) held.push({ path, ...holder });
  }
  return held;
}

function differing(desired: Json, live: Json | undefined, fields: JsonObject): FieldPath[] {
  const keys = Object.keys(fields).filter((key) => key !== '.');
  if (keys.length === 0) {
    return Object.hasOwn(fields, '.') || (live !== undefined && equalJson(desired, live)) ? [] : [[]];
  }
  return keys.flatMap((text) => {
    const below = getOwn(fields, text);
    const step = stepOf(text, desired, live);
    if (step === undefined || !isJsonObject(below)) return [];
    return differing(step.desired, step.live, below).map((path) => [step.name, ...path]);
  });
}

/**
 * Follows one key of a `fieldsV1` tree into both objects; undefined where the desired one has no such field or item.
 */
function stepOf(
  text: string,
  desired: Json,
  live: Json | undefined,
): { name: string; desired: Json; live: Json | undefined } | undefined {
  if (text.startsWith('f:')) {
    const name = text.slice(2);
    const value = isJsonObject(desired) ? getOwn(desired, name) : undefined;
    return value === undefined
      ? undefined
      : { name, desired: value, live: isJsonObject(live) ? getOwn(live, name) : live };
  }
  const key = parseItemKey(text);
  if (key?.fields === undefined || !Array.isArray(desired) || desired.length > MAX_LIST_LENGTH) return undefined;
  const items = desired.filter((item) => fitsItem(key, item));
  const [item] = items;
  if (item === undefined || items.length !== 1) return undefined;
  return {
    name: itemName(key.fields),
    desired: item,
    live: Array.isArray(live) ? live.find((one) => isItem(key, one)) : undefined,
  };
}

/**
 * Fields that applying drops and that stay, because other managers hold them too.
 *
 * @param live the object before
 * @param after the object after applying
 */
export function fieldsLeftToOthers(live: KubeObject, after: KubeObject): HeldField[] {
  const heldBy = (object: KubeObject): JsonObject => {
    const entry = managedFieldsOf(object).find((one) => isApplied(one));
    const fields = entry && getOwn(entry, 'fieldsV1');
    return isJsonObject(fields) ? fields : {};
  };
  const dropped = leavesOutside(heldBy(live), heldBy(after));
  if (dropped.length === 0) return [];
  return managedFieldsOf(after).flatMap((entry) => {
    const fields = getOwn(entry, 'fieldsV1');
    if (!isJsonObject(fields) || isApplied(entry)) return [];
    return dropped
      .filter((keys) =>
        keys.reduce<Json | undefined>((at, key) => (isJsonObject(at) ? getOwn(at, key) : undefined), fields),
      )
      .map((keys) => ({
        path: keys.map((key) => nameOfKey(key)),
        manager: textField(entry, 'manager'),
        subresource: textField(entry, 'subresource'),
        time: textField(entry, 'time'),
      }));
  });
}

/** The leaves of a tree that another tree lacks, each as the keys that lead to it. */
function leavesOutside(fields: JsonObject, other: Json | undefined): string[][] {
  return Object.entries(fields).flatMap(([key, below]) => {
    if (key === '.' || !isJsonObject(below)) return [];
    const there = isJsonObject(other) ? getOwn(other, key) : undefined;
    const isLeaf = Object.keys(below).every((one) => one === '.');
    if (isLeaf) return there === undefined ? [[key]] : [];
    return leavesOutside(below, there).map((keys) => [key, ...keys]);
  });
}

function nameOfKey(text: string): string {
  if (text.startsWith('f:')) return text.slice(2);
  const key = parseItemKey(text);
  return key?.fields === undefined ? `[=${text.slice(2)}]` : itemName(key.fields);
}

/** A path as the server writes it in messages: `.spec.containers[name="web"].image`. */
export function pathText(path: FieldPath): string {
  return path.map((name) => (name.startsWith('[') ? name : `.${name}`)).join('');
}

/** The object without a field. A path through a list changes nothing. */
export function withoutField(object: JsonObject, path: FieldPath): JsonObject {
  const [name, ...rest] = path;
  if (name === undefined || !Object.hasOwn(object, name)) return object;
  const { [name]: value, ...others } = object;
  if (rest.length === 0) return others;
  return isJsonObject(value) ? { ...object, [name]: withoutField(value, rest) } : object;
}

/** The key of an item in a `fieldsV1` tree: its key fields, or its value in a set. */
type ItemKey = { text: string; fields?: JsonObject; value?: Json };

function parseItemKey(text: string): ItemKey | undefined {
  const isKeyed = text.startsWith('k:');
  if (!isKeyed && !text.startsWith('v:')) return undefined;
  try {
    const parsed = JSON.parse(text.slice(2)) as Json;
    if (!isKeyed) return { text, value: parsed };
    return isJsonObject(parsed) ? { text, fields: parsed } : undefined;
  } catch {
    return undefined;
  }
}

/** May a desired item be the one with this key? Key fields that it leaves out get defaults. */
function fitsItem(key: ItemKey, item: Json): boolean {
  if (key.fields === undefined) return equalJson(key.value ?? null, item);
  if (!isJsonObject(item)) return false;
  return Object.entries(key.fields).every(
    ([name, value]) => !Object.hasOwn(item, name) || equalJson(item[name] ?? null, value),
  );
}

/** Is a live item the one with this key? */
function isItem(key: ItemKey, item: Json): boolean {
  if (key.fields === undefined) return equalJson(key.value ?? null, item);
  if (!isJsonObject(item)) return false;
  return Object.entries(key.fields).every(([name, value]) => equalJson(getOwn(item, name) ?? null, value));
}

function itemName(fields: JsonObject): string {
  return `[${Object.entries(fields)
    .map(([name, value]) => `${name}=${JSON.stringify(value)}`)
    .join(',')}]`;
}
