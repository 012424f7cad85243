/**
 * The data of values, charts and objects.
 *
 * Maps are JavaScript Maps: they keep the order in which keys were written (a plain object would move `443` to the front),
 * and `__proto__` is a key like any other. An integer beyond 2^53 is a bigint, and so is one of `--set`, which is an int64
 * to templates; any other number is a number.
 */
export type Value = null | boolean | number | bigint | string | Value[] | ValueMap;

/** Keys of maps and indexes of lists, from the root of a document to a value in it. */
export type ValuePath = readonly (string | number)[];

/** A map, with its keys in the order in which they were written. */
export type ValueMap = Map<string, Value>;

/** The same data as plain JavaScript, as objects travel to and from a cluster. */
export type Json = null | boolean | number | bigint | string | Json[] | JsonObject;

/** A plain object whose keys are data: a key that may be missing is read by {@link getOwn}, since `toString` is inherited. */
export type JsonObject = { [key: string]: Json };

/** Whether a value is a map. */
export function isMap(value: unknown): value is ValueMap {
  return value instanceof Map;
}

/** The value that keys of maps and indexes of lists lead to; undefined where there is none. */
export function valueAt(root: Value | undefined, keys: ValuePath): Value | undefined {
  let found = root;
  for (const key of keys) {
    if (isMap(found)) found = found.get(String(key));
    else found = Array.isArray(found) ? found[Number(key)] : undefined;
  }
  return found;
}

/** A deep copy, which shares no map and no list with the value. */
export function cloneValue<T extends Value>(value: T): T;
export function cloneValue(value: Value): Value {
  if (Array.isArray(value)) return value.map((item) => cloneValue(item));
  if (!isMap(value)) return value;
  const copy: ValueMap = new Map();
  // forEach, since for…of makes two objects for each entry, and values are copied often.
  value.forEach((item, key) => copy.set(key, cloneValue(item)));
  return copy;
}

/** Converts maps to plain objects; `__proto__` becomes an own key. */
export function toPlain(value: ValueMap): JsonObject;
export function toPlain(value: Value): Json;
export function toPlain(value: Value): Json {
  if (Array.isArray(value)) return value.map((item) => toPlain(item));
  if (!isMap(value)) return value;
  const object: JsonObject = {};
  for (const [key, item] of value) setOwn(object, key, toPlain(item));
  return object;
}

/** Converts plain objects to maps: the inverse of {@link toPlain}. */
export function fromPlain(value: JsonObject): ValueMap;
export function fromPlain(value: Json): Value;
export function fromPlain(value: Json): Value {
  if (Array.isArray(value)) return value.map((item) => fromPlain(item));
  if (typeof value !== 'object' || value === null) return value;
  return new Map(Object.entries(value).map(([key, item]) => [key, fromPlain(item)]));
}

/** Sets an own key, `__proto__` included. */
export function setOwn(object: JsonObject, key: string, value: Json): void {
  if (key === '__proto__') {
    Object.defineProperty(object, key, { value, enumerable: true, writable: true, configurable: true });
  } else {
    object[key] = value;
  }
}

/** Reads an own key; undefined for what is only inherited. */
export function getOwn(object: JsonObject, key: string): Json | undefined {
  return Object.hasOwn(object, key) ? object[key] : undefined;
}

/** Whether two values are the same data: in any order of keys, and `1` is the same number as `1n`. */
export function equalJson(a: Json | undefined, b: Json | undefined): boolean {
  if (a === b) return true;
  if (typeof a === 'bigint' || typeof b === 'bigint') {
    return (typeof a === 'bigint' && a === b) || sameInteger(a, b) || sameInteger(b, a);
  }
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (Array.isArray(a) || Array.isArray(b)) {
    if (!Array.isArray(a) || !Array.isArray(b) || a.length !== b.length) return false;
    return a.every((item, index) => equalJson(item, b[index]));
  }
  const keys = Object.keys(a);
  if (keys.length !== Object.keys(b).length) return false;
  return keys.every((key) => Object.hasOwn(b, key) && equalJson(a[key], b[key]));
}

/** Whether a bigint and a number are the same integer. */
function sameInteger(big: Json | undefined, number: Json | undefined): boolean {
  if (typeof big !== 'bigint') return false;
  return typeof number === 'number' && Number.isInteger(number) && BigInt(number) === big;
}

/** Whether a value is an object, and not a list, a scalar or undefined. */
export function isJsonObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The value if it is an object; undefined for anything else. */
export function asObject(value: Json | undefined): JsonObject | undefined {
  return isJsonObject(value) ? value : undefined;
}

/** A field of an object; undefined where the value is not an object or has no such field. */
export function fieldOf(value: Json | undefined, key: string): Json | undefined {
  return isJsonObject(value) ? getOwn(value, key) : undefined;
}

/** A field that is a text; empty for anything else. */
export function textField(value: Json | undefined, key: string): string {
  const found = fieldOf(value, key);
  return typeof found === 'string' ? found : '';
}

/** A field that is a list; an empty list for anything else. */
export function listField(value: Json | undefined, key: string): Json[] {
  const found = fieldOf(value, key);
  return Array.isArray(found) ? found : [];
}
