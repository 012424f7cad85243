/**
 * What `metadata.managedFields` tells: who holds which field of an object. Each entry's `fieldsV1` is a tree whose
 * keys say how the server sees the object: `f:name` is a field, `k:{…}` an item of a list by its key fields, `v:…`
 * an item of a set, `.` the map or item itself; what has no keys below it is a leaf, held as a whole. So no
 * schema is needed to walk it beside an object.
 *
 * @see https://kubernetes.io/docs/reference/using-api/server-side-apply/#field-management
 */
import { equalJson, getOwn, isJsonObject, textField } from '../yaml/value.ts';
import type { Json, JsonObject } from '../yaml/value.ts';
import type { KubeObject } from './cluster.ts';

/** A way into an object: names of fields, and items of lists as the server names them: `[name="web"]`. */
export type FieldPath = readonly string[];

/** A field that an object is to have otherwise than its holder wrote it. */
export type HeldField = {
  path: FieldPath;
  manager: string;
  /** `scale` for what was written through that subresource; empty for the object itself. */
  subresource: string;
  /** When the holder wrote last; empty where the server does not say. */
  time: string;
};

/** The field manager under which Helm applies, and so pkg: the fields of one are the fields of the other. */
export const APPLY_MANAGER = 'helm';

/** The field managers under which Helm updated objects before it applied them on the server's side. */
const UPDATE_MANAGERS: readonly string[] = ['helm', 'Helm'];

/** Longer lists are not matched item by item: the server is asked. */
const LONGEST_LIST = 200;

/** The entries of an object's `managedFields`. */
export function managedFieldsOf(object: KubeObject): JsonObject[] {
  const entries = object.metadata['managedFields'];
  return Array.isArray(entries) ? entries.filter(isJsonObject) : [];
}

/** Is this what Helm's applies hold of the object itself? */
export function isApplied(entry: JsonObject): boolean {
  return isWhole(entry) && getOwn(entry, 'operation') === 'Apply' && getOwn(entry, 'manager') === APPLY_MANAGER;
}

/** Is this what Helm's updates hold of the object itself? */
export function isUpdated(entry: JsonObject): boolean {
  if (!isWhole(entry) || getOwn(entry, 'operation') !== 'Update') return false;
  return UPDATE_MANAGERS.includes(textField(entry, 'manager'));
}

/** Is this entry about the object itself, not a subresource such as `status`? */
function isWhole(entry: JsonObject): boolean {
  return textField(entry, 'subresource') === '';
}

/**
 * Does Helm hold fields of this object by updates? Helm 3 applied on the client's side; without migration a field that a
 * chart drops would stay for ever, and one that it changes would be a conflict.
 */
export function needsMigration(live: KubeObject): boolean {
  return managedFieldsOf(live).some((entry) => isUpdated(entry));
}

/**
 * Is it certain that applying `desired` would change nothing: do Helm's applies hold exactly these fields, and do they
 * live as they are desired? False says only that the server has to be asked: it may write values
 * in another way (`1000m` as `1`), and fill in what is held as a whole.
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

/** Every item of the list is held and lives, in this order. */
function holdsItems(desired: Json[], live: Json[], fields: JsonObject, keys: string[]): boolean {
  if (desired.length !== keys.length || desired.length > LONGEST_LIST) return false;
  const held = keys.flatMap((key) => parseItemKey(key) ?? []);
  let last = -1;
  return desired.every((item) => {
    // A key field that the chart leaves to its default stands in the key nevertheless.
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
 * The fields of `desired` that live otherwise and are held by others than Helm: what applying would have to take from
 * them. Where the server is the one to decide, this tells from whom and since when.
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

/** One key of a `fieldsV1` tree on the way into both objects; undefined where what is desired has no such thing. */
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
  if (key?.fields === undefined || !Array.isArray(desired) || desired.length > LONGEST_LIST) return undefined;
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
 * Fields that Helm held and no longer holds in `after`, which live on because others hold them too.
 *
 * @param live the object as it is
 * @param after the object as applying leaves it
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

/** The leaves of a tree that another tree does not have, as ways of keys. */
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

/** A way as the server writes it: `.spec.containers[name="web"].image`. */
export function pathText(path: FieldPath): string {
  return path.map((name) => (name.startsWith('[') ? name : `.${name}`)).join('');
}

/** The object without a field. Only names of fields lead to it: a way through a list leaves it as it is. */
export function withoutField(object: JsonObject, path: FieldPath): JsonObject {
  const [name, ...rest] = path;
  if (name === undefined || !Object.hasOwn(object, name)) return object;
  const { [name]: value, ...others } = object;
  if (rest.length === 0) return others;
  return isJsonObject(value) ? { ...object, [name]: withoutField(value, rest) } : object;
}

/** The name of an item of a list: by its key fields, or as a value of a set. */
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

/** May an item of a chart be the one with this key? Key fields that it leaves out have defaults. */
function fitsItem(key: ItemKey, item: Json): boolean {
  if (key.fields === undefined) return equalJson(key.value ?? null, item);
  if (!isJsonObject(item)) return false;
  return Object.entries(key.fields).every(
    ([name, value]) => !Object.hasOwn(item, name) || equalJson(item[name] ?? null, value),
  );
}

/** Is an item that lives the one with this key? */
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
