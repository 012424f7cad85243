/**
 * Data as charts and templates know it.
 *
 * Maps are JavaScript Maps: they keep the order in which keys were written (a plain object would move
 * `443` to the front) and hold `__proto__` and `constructor` like any other key. An integer beyond 2^53,
 * and one of `--set`, is a bigint, any other number a number.
 */
export type Value = null | boolean | number | bigint | string | Value[] | ValueMap;

/** A map of a values file, a chart or an object: string keys in the order they were written. */
export type ValueMap = Map<string, Value>;

/** The same data as plain JavaScript, as objects travel to and from a cluster. */
export type Json = null | boolean | number | bigint | string | Json[] | JsonObject;

/** A plain object whose keys are all data: read with `Object.hasOwn` where a key is not known. */
export type JsonObject = { [key: string]: Json };

/** Is this value a map? */
export function isMap(value: unknown): value is ValueMap {
  return value instanceof Map;
}

/** A deep copy, so that nothing that is changed later is shared. */
export function cloneValue<T extends Value>(value: T): T;
export function cloneValue(value: Value): Value {
  if (Array.isArray(value)) return value.map((item) => cloneValue(item));
  if (!isMap(value)) return value;
  const copy: ValueMap = new Map();
  // Not by for…of, which makes two objects for each entry: values are copied often.
  value.forEach((item, key) => copy.set(key, cloneValue(item)));
  return copy;
}

/** Maps become plain objects. `__proto__` becomes an own key like any other. */
export function toPlain(value: ValueMap): JsonObject;
export function toPlain(value: Value): Json;
export function toPlain(value: Value): Json {
  if (Array.isArray(value)) return value.map((item) => toPlain(item));
  if (!isMap(value)) return value;
  const object: JsonObject = {};
  for (const [key, item] of value) setOwn(object, key, toPlain(item));
  return object;
}

/** Plain objects become maps; the inverse of {@link toPlain}. */
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

/** Do two plain values hold the same data? Key order does not count; `1` and `1n` are the same number. */
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

/** Is the bigint the integer that the number is? */
function sameInteger(big: Json | undefined, number: Json | undefined): boolean {
  if (typeof big !== 'bigint') return false;
  return typeof number === 'number' && Number.isInteger(number) && BigInt(number) === big;
}

/** Is a value an object, not a list, a text, a number or nothing? */
export function isJsonObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The value if it is an object; undefined for anything else. */
export function asObject(value: Json | undefined): JsonObject | undefined {
  return isJsonObject(value) ? value : undefined;
}

/** A field of an object; undefined where the value is no object or has no such field. */
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
