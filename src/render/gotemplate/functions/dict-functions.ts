/** Sprig's functions on maps. Maps are references: `set` and `unset` change the map that they are given. */
import { charge, chargeCopy } from '../../functions/limits.ts';
import { sortedKeys, stringList, TypedMap, typeOf } from '../value.ts';
import type { GoFunction, GoMap, GoValue } from '../value.ts';
import { toText } from './cast.ts';
import { mergeMaps } from './merge.ts';
import { fn, GoError, NIL_MAP, variadic } from './signature.ts';
import type { FunctionGroup } from './signature.ts';

/** A map as a function returns it that was given it: a nil map stays nil. */
function passedOn(map: GoMap): GoValue {
  return map === NIL_MAP ? new TypedMap('interface {}', new Map(), { isNil: true }) : map;
}

function dict(values: readonly GoValue[]): GoMap {
  chargeCopy(values.length >> 1);
  const map: GoMap = new Map();
  for (let index = 0; index < values.length; index += 2) {
    map.set(toText(values[index] as GoValue), index + 1 < values.length ? (values[index + 1] as GoValue) : '');
  }
  return map;
}

function pick(map: GoMap, keys: readonly string[]): GoMap {
  const picked: GoMap = new Map();
  for (const key of keys) {
    const value = map.get(key);
    if (value !== undefined) picked.set(key, value);
  }
  return picked;
}

function omit(map: GoMap, keys: readonly string[]): GoMap {
  chargeCopy(map.size);
  const rest = new Map(map);
  for (const key of keys) rest.delete(key);
  return rest;
}

/** `dig KEY … DEFAULT MAP`. As in Sprig the map has to be a `map[string]interface {}`: `.Values`, of a named type, is refused. */
function dig(values: readonly GoValue[]): GoValue {
  if (values.length < 3) throw new GoError('dig needs at least three arguments');
  let map = plainMap(values.at(-1) as GoValue);
  const keys = values.slice(0, -2);
  for (const key of keys) {
    if (typeof key !== 'string') throw wrongType(key, 'string');
  }
  for (let index = 0; index < keys.length; index++) {
    const value = map.get(keys[index] as string);
    if (value === undefined) return values.at(-2) as GoValue;
    if (index === keys.length - 1) return value;
    map = plainMap(value);
  }
  return null;
}

/** @throws {GoError} for a value of another type than `map[string]interface {}` */
function plainMap(value: GoValue): GoMap {
  if (value instanceof Map) return value;
  if (value instanceof TypedMap && value.type === 'map[string]interface {}') return value.entries;
  throw wrongType(value, 'map[string]interface {}');
}

function wrongType(value: GoValue, wanted: string): GoError {
  const given = value === null ? 'nil' : typeOf(value);
  return new GoError(`interface conversion: interface {} is ${given}, not ${wanted}`);
}

/** `merge` and its variants. What cannot be merged is an error for those with `must`, and an empty text for the others. */
function merging(overwrite: boolean, isMust: boolean): GoFunction {
  return variadic(['map'], 'map', (_host, given, ...sources) => {
    if (sources.length === 0) return passedOn(given);
    const target: GoMap = given === NIL_MAP ? new Map() : given;
    for (const source of sources) {
      const failure = mergeMaps(target, source, overwrite);
      if (failure === undefined) continue;
      if (isMust) throw new GoError(failure);
      return '';
    }
    return target;
  });
}

/** The values of a map. They are in the order of the keys; Go has them in random order. */
function valuesOf(map: GoMap): GoValue[] {
  return sortedKeys(map).map((key) => map.get(key) ?? null);
}

/** The steps of adding an entry to a map. */
const ENTRY = 10;

export const functions: FunctionGroup = {
  dict: variadic([], 'any', (_host, ...values) => dict(values)),
  dig: variadic([], 'any', (_host, ...values) => dig(values)),
  get: fn(['map', 'string'], (_host, map, key) => {
    const value = map.get(key);
    return value === undefined ? '' : value;
  }),
  hasKey: fn(['map', 'string'], (_host, map, key) => map.has(key)),
  keys: variadic([], 'map', (_host, ...maps) => stringList(maps.flatMap((map) => sortedKeys(map)))),
  merge: merging(false, false),
  mergeOverwrite: merging(true, false),
  mustMerge: merging(false, true),
  mustMergeOverwrite: merging(true, true),
  omit: variadic(['map'], 'string', (_host, map, ...keys) => omit(map, keys)),
  pick: variadic(['map'], 'string', (_host, map, ...keys) => pick(map, keys)),
  pluck: variadic(['string'], 'map', (_host, key, ...maps) =>
    maps.flatMap((map) => (map.has(key) ? [map.get(key) ?? null] : [])),
  ),
  set: fn(['map', 'string', 'any'], (_host, map, key, value) => {
    if (map === NIL_MAP) throw new GoError('assignment to entry in nil map');
    charge(ENTRY);
    return map.set(key, value);
  }),
  unset: fn(['map', 'string'], (_host, map, key) => {
    map.delete(key);
    return passedOn(map);
  }),
  values: fn(['map'], (_host, map) => valuesOf(map)),
};
