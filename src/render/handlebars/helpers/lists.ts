/** Lists. None is changed: each helper gives a new one. */
import { isMap } from '../../../yaml/value.ts';
import type { Value } from '../../../yaml/value.ts';
import { describe } from './describe.ts';
import { identityOf } from './equal.ts';
import { checkCount } from '../../functions/limits.ts';
import { anything, count, helper, list, optional, rest, size, value } from './parameters.ts';
import { isTrue } from './truth.ts';
import { ABSENT } from './types.ts';
import type { Argument, Helper, HelperContext } from './types.ts';

export const lists: Record<string, Helper> = {
  list: helper([rest(value('item'))], ([items]) => items),
  first: helper([list('list')], ([list]) => list[0] ?? atEnd(list)),
  last: helper([list('list')], ([list]) => list.at(-1) ?? atEnd(list)),
  rest: helper([list('list')], ([list]) => list.slice(1)),
  initial: helper([list('list')], ([list]) => list.slice(0, -1)),
  append: helper([list('list'), value('item')], ([list, item]) => [...list, item]),
  prepend: helper([list('list'), value('item')], ([list, item]) => [item, ...list]),
  concat: helper([rest(list('list'))], ([lists]) => {
    checkCount(lists.reduce((count, list) => count + list.length, 0));
    return lists.flat();
  }),
  reverse: helper([list('list')], ([list]) => list.toReversed()),
  uniq: helper([list('list')], ([list]) => {
    const seen = new Set<string>();
    return list.filter((item) => {
      const identity = identityOf(item);
      const isNew = !seen.has(identity);
      seen.add(identity);
      return isNew;
    });
  }),
  without: helper([list('list'), rest(value('item'))], ([list, items]) => {
    const out = new Set(items.map(identityOf));
    return list.filter((item) => !out.has(identityOf(item)));
  }),
  has: helper([value('item'), anything('list')], ([item, list], context) => {
    if (list === ABSENT || list === null) return false;
    if (!Array.isArray(list)) {
      return context.fail(
        `has takes a list as argument 2 (list), not ${describe(list)}`,
        typeof list === 'string' ? ['Use contains to look into a text'] : isMap(list) ? ['Use hasKey'] : [],
      );
    }
    const identity = identityOf(item);
    return list.some((one) => identityOf(one) === identity);
  }),
  compact: helper([list('list')], ([list]) => list.filter(isTrue)),
  slice: helper([list('list'), optional(size('start')), optional(size('end'))], ([list, start = 0, end], context) => {
    if (end !== undefined && start > end) {
      context.fail(`slice takes an end at or behind its start, not ${start} to ${end}`);
    }
    return list.slice(start, end);
  }),
  index: helper([anything('list or map'), rest(value('key'))], ([from, keys], context) =>
    keys.reduce<Argument>((found, key, at) => member(found, key, at + 2, context), from),
  ),
  until: helper([count('end')], ([end]) => range(0, end, end < 0 ? -1 : 1)),
  untilStep: helper([count('start'), count('end'), count('step')], ([start, end, step]) => range(start, end, step)),
  seq: helper([count('start or end'), optional(count('step or end')), optional(count('end'))], (params) => {
    const [first, second, third] = params;
    const start = second === undefined ? 1 : first;
    const end = third ?? second ?? first;
    const towards = end < start ? -1 : 1;
    const step = third === undefined ? towards : (second ?? towards);
    return range(start, end + towards, step);
  }),
  chunk: helper([size('size'), list('list')], ([size, list], context) => {
    if (size === 0) context.fail('chunk takes a size above 0');
    return Array.from({ length: Math.ceil(list.length / size) }, (_, at) => list.slice(at * size, (at + 1) * size));
  }),
};

/** The first or last item where it is null or does not exist: absent only for an empty list. */
function atEnd(list: readonly Value[]): Argument {
  return list.length === 0 ? ABSENT : null;
}

/** The field or item at the end of keys and indexes; absent where one of them leads nowhere. */
function member(from: Argument, key: Value, position: number, context: HelperContext): Argument {
  if (from === ABSENT || from === null) return ABSENT;
  if (isMap(from)) return from.get(keyOf(key, position, context)) ?? missing(from, String(key));
  if (!Array.isArray(from)) {
    return context.fail(`index takes a list or a map to look into, not ${describe(from)}`);
  }
  if (typeof key !== 'number' || !Number.isInteger(key) || key < 0) {
    return context.fail(
      `index takes a number from 0 as argument ${position} to look into a list, not ${describe(key)}`,
    );
  }
  const item = from[key];
  return item === undefined ? ABSENT : item;
}

function missing(map: ReadonlyMap<string, Value>, key: string): Argument {
  return map.has(key) ? null : ABSENT;
}

function keyOf(key: Value, position: number, context: HelperContext): string {
  // A number is written as a key without quotes: `443`.
  if (typeof key === 'string' || typeof key === 'number' || typeof key === 'bigint') return String(key);
  return context.fail(`index takes a key as argument ${position} to look into a map, not ${describe(key)}`);
}

/** A list of numbers, as in Go: empty when the step leads away from the end, or is 0. */
function range(start: number, end: number, step: number): number[] {
  if (end < start ? step >= 0 : step <= 0) return [];
  const length = Math.ceil((end - start) / step);
  checkCount(length);
  return Array.from({ length }, (_, at) => start + at * step);
}
