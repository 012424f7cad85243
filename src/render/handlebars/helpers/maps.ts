/**
 * Helpers for maps. They never change a map: `set`, `unset`, `merge` and the others make a new one. Keys keep their
 * order.
 */
import { cloneValue, isMap } from '../../../yaml/value.ts';
import type { ValueMap } from '../../../yaml/value.ts';
import { chargeCopy, chargeWalk } from '../../functions/limits.ts';
import { lengthOf } from '../../functions/characters.ts';
import { describe } from './describe.ts';
import { anything, helper, map, mapOrMaps, rest, scalar, textOf, value } from './parameters.ts';
import { ABSENT } from './types.ts';
import type { Argument, Helper, HelperContext } from './types.ts';

export const maps: Record<string, Helper> = {
  dict: makeDict,
  get: helper([map('map'), scalar('key')], ([map, key]) => read(map, key)),
  set: helper([map('map'), scalar('key'), value('value')], ([map, key, value]) => new Map(map).set(key, value)),
  unset: helper([map('map'), scalar('key')], ([map, key]) => {
    const copy = new Map(map);
    copy.delete(key);
    return copy;
  }),
  hasKey: helper([anything('map'), scalar('key')], ([map, key], context) => {
    if (map === ABSENT || map === null) return false;
    return isMap(map) ? map.has(key) : context.fail(`hasKey takes a map as argument 1 (map), not ${describe(map)}`);
  }),
  pluck: helper([scalar('key'), rest(mapOrMaps('map or list of maps'))], ([key, maps]) =>
    maps.flat().flatMap((map) => {
      const value = read(map, key);
      return value === ABSENT ? [] : [value];
    }),
  ),
  keys: helper([map('map'), rest(map('map'))], ([map, maps]) => [map, ...maps].flatMap((one) => [...one.keys()])),
  values: helper([map('map')], ([map]) => [...map.values()]),
  pick: helper([map('map'), rest(scalar('key'))], ([map, keys]) => {
    const picked = new Set(keys);
    return new Map(Array.from(map).filter(([key]) => picked.has(key)));
  }),
  omit: helper([map('map'), rest(scalar('key'))], ([map, keys]) => {
    const omitted = new Set(keys);
    return new Map(Array.from(map).filter(([key]) => !omitted.has(key)));
  }),
  merge: helper([map('map'), rest(map('map'))], ([map, maps]) =>
    maps.reduce((over, under) => overwrite(under, over), map),
  ),
  mergeOverwrite: helper([map('map'), rest(map('map'))], ([map, maps]) => maps.reduce(overwrite, map)),
  deepCopy: helper([value('value')], ([value]) => {
    chargeWalk(value);
    return cloneValue(value);
  }),
  dig: helper([rest(anything('key, default or map'))], ([args], context) => dig(args, context)),
  len: helper([value('value')], ([value], context) => {
    if (typeof value === 'string') return lengthOf(value);
    if (Array.isArray(value)) return value.length;
    if (isMap(value)) return value.size;
    return context.fail(`len takes a text, a list or a map as argument 1 (value), not ${describe(value)}`);
  }),
};

/** A map of keys and values in turns, and of named arguments. Absent values are left out. */
function makeDict(args: Argument[], hash: Map<string, Argument>, context: HelperContext): Argument {
  if (args.length % 2 === 1) context.fail(`dict takes pairs of a key and a value, and its last key has no value`);
  const dict: ValueMap = new Map();
  for (let at = 0; at < args.length; at += 2) {
    const key = args[at] ?? null;
    const value = args[at + 1] ?? null;
    const name = textOf(key);
    if (name === undefined) return context.fail(`dict takes a key as argument ${at + 1}, not ${describe(key)}`);
    if (value !== ABSENT) dict.set(name, value);
  }
  for (const [name, value] of hash) if (value !== ABSENT) dict.set(name, value);
  return dict;
}

function read(map: ValueMap, key: string): Argument {
  const value = map.get(key);
  return value === undefined ? ABSENT : value;
}

/** `dig key … default map`: the value at a path of keys, or the default where a key does not exist. */
function dig(args: readonly Argument[], context: HelperContext): Argument {
  if (args.length < 3) {
    context.fail(`dig takes at least 3 arguments, not ${args.length}`, ['Write it as (dig key … default map)']);
  }
  const [fallback = null, map = null] = args.slice(-2);
  let found: Argument = map;
  for (const [at, key] of args.slice(0, -2).entries()) {
    const name = textOf(key);
    if (name === undefined) return context.fail(`dig takes a key as argument ${at + 1}, not ${describe(key)}`);
    if (found === ABSENT || found === null) return fallback;
    if (!isMap(found)) {
      return context.fail(`dig finds ${describe(found)} where it looks for a map with the key "${name}"`);
    }
    found = read(found, name);
  }
  return found === ABSENT ? fallback : found;
}

/**
 * The first map with the fields of the second; a map in both is merged. Every value of the second counts, also `0`,
 * `false` and null. The keys of the first map keep their order, and new ones follow.
 */
function overwrite(to: ValueMap, from: ValueMap): ValueMap {
  chargeCopy(to.size + from.size);
  const merged: ValueMap = new Map(to);
  for (const [key, other] of from) {
    const mine = merged.get(key);
    merged.set(key, isMap(mine) && isMap(other) ? overwrite(mine, other) : other);
  }
  return merged;
}
