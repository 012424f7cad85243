/**
 * Fields that hold texts, lists or maps in Kubernetes, and other values in them. An API server refuses these, but a
 * folder does not, which nobody reads before the server does.
 */
import { printable } from '../errors-text.ts';
import { isMap } from '../yaml/value.ts';
import type { Value, ValueMap, ValuePath } from '../yaml/value.ts';
import type { FieldType, KindTypes } from './field-types.ts';

/** A field with a value that is not what Kubernetes has there. `message` does not say which value. */
export type TextFieldError = { path: ValuePath; message: string; kind: string };

/** The fields of an object, and of those in a list of objects, that should be texts, lists or maps and are not. */
export function textFieldErrors(object: ValueMap, types: KindTypes): TextFieldError[] {
  const found: TextFieldError[] = [];
  for (const { object: one, at, type } of objectsIn(object, types)) {
    const kind = textOf(one.get('kind'));
    const metadata = one.get('metadata');
    const name = isMap(metadata) ? textOf(metadata.get('name')) : '';
    const of = name === '' ? `a ${printable(kind)}` : `${printable(kind)} "${printable(name)}"`;
    eachOther(one, type, [], (value, path, wanted) => {
      const what =
        wanted === 'text' && typeof value !== 'object' ? quotable(value) : `${kindOf(value)}, and not a ${wanted}`;
      found.push({ path: [...at, ...path], message: `${printable(path.join('.'))} of ${of} is ${what}`, kind });
    });
  }
  return found;
}

/** Does a field of an object, or of those in a list of objects, hold what Kubernetes cannot read there? */
export function hasMisplaced(object: ValueMap, types: KindTypes): boolean {
  let has = false;
  for (const { object: one, type } of objectsIn(object, types)) eachMisplaced(one, type, [], () => (has = true));
  return has;
}

/** An object, or those in a list of objects, each with its type and the path that leads to it. */
function objectsIn(object: ValueMap, types: KindTypes): { object: ValueMap; at: ValuePath; type: FieldType }[] {
  return itemsOf(object).map((one) => ({
    ...one,
    type: types.of(textOf(one.object.get('apiVersion')), textOf(one.object.get('kind'))),
  }));
}

/** An object, or those in a list of objects, each with the path that leads to it. */
export function itemsOf(object: ValueMap): { object: ValueMap; at: ValuePath }[] {
  const kind = textOf(object.get('kind'));
  const items = object.get('items');
  if (!kind.endsWith('List') || !Array.isArray(items)) return [{ object, at: [] }];
  return items.flatMap((item, index) => {
    if (!isMap(item)) return [];
    const inherited: ValueMap = new Map<string, Value>([
      ['apiVersion', textOf(object.get('apiVersion'))],
      ['kind', kind.slice(0, -'List'.length)],
      ...item,
    ]);
    return itemsOf(inherited).map((one) => ({ ...one, at: ['items', index, ...one.at] }));
  });
}

/** What a field holds, in words. */
export type Wanted = 'text' | 'list' | 'map' | 'text in base64';

/** What a type holds. */
export function wantedOf({ holds }: FieldType): Wanted {
  if (holds === 'list') return 'list';
  return holds === 'text' ? 'text' : holds === 'bytes' ? 'text in base64' : 'map';
}

/** Is this a list or map where the field takes another kind of value, or the other way round? Null fits any field. */
function isMisplaced(value: Value, wanted: Wanted): boolean {
  if (value === null) return false;
  const isList = Array.isArray(value);
  if (wanted === 'text' || wanted === 'text in base64') return typeof value === 'object';
  return wanted === 'list' ? !isList : isList || typeof value !== 'object';
}

/** Can Kubernetes not read this as base64? Line breaks in it do not count. */
function isNoBase64(value: Value): boolean {
  if (typeof value !== 'string') return true;
  const text = /[\r\n]/.test(value) ? value.replaceAll(/[\r\n]/g, '') : value;
  return text.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(text);
}

/** A value in words: `a list`, `a number`. */
export function kindOf(value: Value): string {
  if (Array.isArray(value)) return 'a list';
  if (isMap(value)) return 'a map';
  return typeof value === 'string' ? 'a text' : typeof value === 'boolean' ? 'a boolean' : 'a number';
}

/** Goes through the values that are not what their fields hold. */
function eachOther(
  value: Value | undefined,
  type: FieldType,
  path: ValuePath,
  found: (value: Value, path: ValuePath, wanted: Wanted) => void,
): void {
  if (value === undefined || value === null) return;
  const wanted = wantedOf(type) === 'text in base64' ? 'text' : wantedOf(type);
  if (isMisplaced(value, wanted) || (wanted === 'text' && typeof value !== 'string')) {
    found(value, path, wanted);
    return;
  }
  eachInside(value, type, (inner, name, innerType) => eachOther(inner, innerType, [...path, name], found));
}

/** The values in a list or a map whose types are known. */
function eachInside(
  value: Value,
  type: FieldType,
  use: (inner: Value, name: string | number, type: FieldType) => void,
): void {
  if (Array.isArray(value) && type.holds === 'list') {
    for (const [index, item] of value.entries()) use(item, index, type.of);
  } else if (isMap(value)) {
    for (const [key, item] of value) {
      const inner = memberOf(type, key);
      if (inner !== undefined) use(item, key, inner);
    }
  }
}

/** The type of a field of a map. */
export function memberOf(type: FieldType, key: string): FieldType | undefined {
  return type.holds === 'map' ? type.of : type.holds === 'fields' ? type.field(key) : undefined;
}

/**
 * Is every value what its field holds in Kubernetes? Most are, so the functions that change or refuse some, and keep
 * the path of each for that, are called only for the others.
 */
export function fitsType(value: Value, type: FieldType): boolean {
  if (value === null) return true;
  if (type.holds === 'text') return typeof value === 'string';
  if (isMisplaced(value, wantedOf(type)) || (type.holds === 'bytes' && isNoBase64(value))) return false;
  if (Array.isArray(value)) return type.holds !== 'list' || value.every((item) => fitsType(item, type.of));
  if (!isMap(value)) return true;
  for (const [key, item] of value) {
    const inner = memberOf(type, key);
    if (inner !== undefined && !fitsType(item, inner)) return false;
  }
  return true;
}

/** Calls `found` for each value of another kind than its field takes (list, map or scalar), and for invalid base64. */
export function eachMisplaced(
  value: Value,
  type: FieldType,
  path: ValuePath,
  found: (value: Value, path: ValuePath, wanted: Wanted) => void,
): void {
  const wanted = wantedOf(type);
  if (value === null) return;
  if (isMisplaced(value, wanted) || (type.holds === 'bytes' && isNoBase64(value))) found(value, path, wanted);
  else eachInside(value, type, (inner, name, innerType) => eachMisplaced(inner, innerType, [...path, name], found));
}

/**
 * A value in which the integers and booleans that stand where texts belong are their texts. It is copied only where it
 * changes.
 *
 * @param refuse throws for a number with a fraction, since the text that was written is no longer there, and for what
 *   is not a string, list, map or base64 where that belongs
 * @param changed is called for each other
 */
export function withTexts(
  value: Value,
  type: FieldType,
  path: ValuePath,
  refuse: (value: Value, path: ValuePath, wanted: Wanted) => never,
  changed: (value: number | bigint | boolean, path: ValuePath) => void,
): Value {
  const { holds } = type;
  if (holds === 'text') {
    if (typeof value === 'string' || value === null) return value;
    if (typeof value === 'object' || (typeof value === 'number' && !Number.isInteger(value)))
      return refuse(value, path, 'text');
    changed(value, path);
    return String(value);
  }
  if (value === null) return value;
  if (isMisplaced(value, wantedOf(type)) || (holds === 'bytes' && isNoBase64(value)))
    return refuse(value, path, wantedOf(type));
  if (Array.isArray(value) && holds === 'list') {
    const items = value.map((item, index) => withTexts(item, type.of, [...path, index], refuse, changed));
    return items.every((item, index) => item === value[index]) ? value : items;
  }
  if (!isMap(value)) return value;
  let copy: ValueMap | undefined;
  for (const [key, item] of value) {
    const inner = memberOf(type, key);
    const text = inner === undefined ? item : withTexts(item, inner, [...path, key], refuse, changed);
    if (text !== item) (copy ??= new Map(value)).set(key, text);
  }
  return copy ?? value;
}

/** {@link withTexts} of an object, and of those in a list of objects. */
export function objectWithTexts(
  object: ValueMap,
  types: KindTypes,
  refuse: (value: Value, path: ValuePath, wanted: Wanted) => never,
  changed: (value: number | bigint | boolean, path: ValuePath) => void,
): ValueMap {
  let result = object;
  for (const { object: one, at, type } of objectsIn(object, types)) {
    if (at.length === 0) result = withTexts(one, type, at, refuse, changed) as ValueMap;
    else result = replaced(result, at, (item) => withTexts(item, type, at, refuse, changed)) as ValueMap;
  }
  return result;
}

/** A copy in which what a path leads to is another value; the same where it is not. */
function replaced(value: Value, [name, ...rest]: ValuePath, by: (value: Value) => Value): Value {
  if (name === undefined) return by(value);
  if (Array.isArray(value)) {
    const item = replaced(value[Number(name)] ?? null, rest, by);
    return item === value[Number(name)] ? value : value.with(Number(name), item);
  }
  if (!isMap(value)) return value;
  const item = replaced(value.get(String(name)) ?? null, rest, by);
  return item === value.get(String(name)) ? value : new Map(value).set(String(name), item);
}

/** The hint for it, which becomes more precise where it is known what prints the value. */
export const PUT_QUOTES = 'put quotes around it';

/** What is said of a value that is a text once it is quoted. */
export function quotable(value: Value): string {
  return typeof value === 'boolean' ? 'a boolean: quote it' : 'a number: quote it';
}

function textOf(value: Value | undefined): string {
  return typeof value === 'string' ? value : '';
}
