/**
 * Fields that hold texts in Kubernetes, and other values in them. A number or a boolean there is refused by an API server,
 * but not by a folder, which nobody reads before the server does.
 */
import { printable } from '../errors-text.ts';
import { isMap } from '../yaml/value.ts';
import type { Value, ValueMap, ValuePath } from '../yaml/value.ts';
import type { FieldType, KindTypes } from './field-types.ts';

/** A field with a value that is no text. `message` does not say which value. */
export type TextFieldError = { path: ValuePath; message: string; kind: string };

/** The fields of an object, and of those in a list of objects, that should be texts and are not. */
export function textFieldErrors(object: ValueMap, types: KindTypes): TextFieldError[] {
  const found: TextFieldError[] = [];
  for (const { object: one, at, type } of objectsIn(object, types)) {
    const kind = textOf(one.get('kind'));
    const metadata = one.get('metadata');
    const name = isMap(metadata) ? textOf(metadata.get('name')) : '';
    const of = name === '' ? `a ${printable(kind)}` : `${printable(kind)} "${printable(name)}"`;
    eachOther(one, type, [], (value, path) => {
      const what = Array.isArray(value)
        ? 'a list, and not a text'
        : isMap(value)
          ? 'a map, and not a text'
          : quotable(value);
      found.push({ path: [...at, ...path], message: `${printable(path.join('.'))} of ${of} is ${what}`, kind });
    });
  }
  return found;
}

/** An object, or those in a list of objects, each with its type and the path that leads to it. */
export function objectsIn(object: ValueMap, types: KindTypes): { object: ValueMap; at: ValuePath; type: FieldType }[] {
  const kind = textOf(object.get('kind'));
  const apiVersion = textOf(object.get('apiVersion'));
  const items = object.get('items');
  if (!kind.endsWith('List') || !Array.isArray(items)) return [{ object, at: [], type: types.of(apiVersion, kind) }];
  return items.flatMap((item, index) => {
    if (!isMap(item)) return [];
    const inherited: ValueMap = new Map<string, Value>([
      ['apiVersion', apiVersion],
      ['kind', kind.slice(0, -'List'.length)],
      ...item,
    ]);
    return objectsIn(inherited, types).map((one) => ({ ...one, at: ['items', index, ...one.at] }));
  });
}

/** Goes through the values that stand where texts belong and are none; null is as good as nothing. */
function eachOther(
  value: Value | undefined,
  type: FieldType,
  path: ValuePath,
  found: (value: Value, path: ValuePath) => void,
): void {
  if (value === undefined || value === null) return;
  switch (type.holds) {
    case 'text':
    case 'bytes':
      if (typeof value !== 'string') found(value, path);
      return;
    case 'list':
      if (Array.isArray(value))
        for (const [index, item] of value.entries()) eachOther(item, type.of, [...path, index], found);
      return;
    case 'map':
      if (isMap(value)) for (const [key, item] of value) eachOther(item, type.of, [...path, key], found);
      return;
    case 'fields':
      if (!isMap(value)) return;
      for (const [key, item] of value) {
        const inner = type.field(key);
        if (inner !== undefined) eachOther(item, inner, [...path, key], found);
      }
  }
}

/**
 * A value in which the integers and booleans that stand where texts belong are their texts. It is copied only where it
 * changes.
 *
 * @param refuse throws for a number with a fraction: the text that was written is no longer there
 * @param changed is told of each other
 */
export function withTexts(
  value: Value,
  type: FieldType,
  path: ValuePath,
  refuse: (value: number, path: ValuePath) => never,
  changed: (value: number | bigint | boolean, path: ValuePath) => void,
): Value {
  if (type.holds === 'text') {
    if (typeof value === 'number' && !Number.isInteger(value)) return refuse(value, path);
    if (typeof value !== 'number' && typeof value !== 'bigint' && typeof value !== 'boolean') return value;
    changed(value, path);
    return String(value);
  }
  if (type.holds === 'bytes' || typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) {
    if (type.holds !== 'list') return value;
    const items = value.map((item, index) => withTexts(item, type.of, [...path, index], refuse, changed));
    return items.every((item, index) => item === value[index]) ? value : items;
  }
  if (type.holds !== 'map' && type.holds !== 'fields') return value;
  let copy: ValueMap | undefined;
  for (const [key, item] of value) {
    const inner = type.holds === 'map' ? type.of : type.holds === 'fields' ? type.field(key) : undefined;
    const text = inner === undefined ? item : withTexts(item, inner, [...path, key], refuse, changed);
    if (text !== item) (copy ??= new Map(value)).set(key, text);
  }
  return copy ?? value;
}

/** {@link withTexts} of an object, and of those in a list of objects. */
export function objectWithTexts(
  object: ValueMap,
  types: KindTypes,
  refuse: (value: number, path: ValuePath) => never,
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

/** What is said of a value that is a text once it is quoted. */
export function quotable(value: Value): string {
  return typeof value === 'boolean' ? 'a boolean: quote it' : 'a number: quote it';
}

function textOf(value: Value | undefined): string {
  return typeof value === 'string' ? value : '';
}
