/** Sprig's functions on lists. None of them changes its argument. */
import { charge, chargeVisit } from '../../functions/limits.ts';
import { deepEqual } from '../equal.ts';
import { GoInt } from '../int.ts';
import { ByteList, isTrue, itemsOf, kindOf, TypedList } from '../value.ts';
import type { GoFunction, GoValue } from '../value.ts';
import { toInt64 } from './cast.ts';
import { fn, GoError, variadic } from './signature.ts';
import type { FunctionGroup } from './signature.ts';
import type { FunctionHost } from '../template.ts';

/** Going through fewer elements is part of the step of the call. */
const SHORT = 128;

/**
 * The elements of a list of any type.
 * @throws {GoError} in Sprig's words, which `refusal` gives, for any other value
 */
function elements(value: GoValue, refusal: (kind: string) => string): readonly GoValue[] {
  const items = itemsOf(value);
  if (items !== undefined) {
    if (items.length > SHORT) charge(items.length >> 2);
    return items;
  }
  if (value === null) throw new GoError('runtime error: invalid memory address or nil pointer dereference');
  throw new GoError(refusal(kindOf(value)));
}

/** The message of most functions for a value that is not a list. */
function found(what: string): (kind: string) => string {
  return (kind) => `Cannot find ${what} on type ${kind}`;
}

function nilList(): TypedList {
  return new TypedList('interface {}', [], { isNil: true });
}

/** A function that returns an element; nil where there is none. */
function item(what: string, choose: (items: readonly GoValue[]) => GoValue | undefined): GoFunction {
  const refusal = found(what);
  return fn(['any'], (_host, list) => choose(elements(list, refusal)) ?? null);
}

/** A function that returns a part of a list; a nil list for an empty one. */
function part(what: string, choose: (items: readonly GoValue[]) => GoValue[]): GoFunction {
  const refusal = found(what);
  return fn(['any'], (_host, list) => {
    const items = elements(list, refusal);
    return items.length === 0 ? nilList() : choose(items);
  });
}

function includes(items: readonly GoValue[], value: GoValue): boolean {
  if (typeof value !== 'object') return items.includes(value) && !Number.isNaN(value);
  chargeVisit(items.length >> 1);
  for (const one of items) if (deepEqual(value, one)) return true;
  return false;
}

function unique(items: readonly GoValue[]): GoValue[] {
  const seen = new Set<GoValue>();
  const objects: GoValue[] = [];
  return items.filter((value) => {
    if (Number.isNaN(value)) return true;
    const isObject = typeof value === 'object' && value !== null && !(value instanceof GoInt);
    if (isObject) {
      if (includes(objects, value)) return false;
      objects.push(value);
      return true;
    }
    // Keys of integers begin with a NUL and those of texts with a quote, so that they are never equal.
    const key = value instanceof GoInt ? `\0${value.type} ${value}` : typeof value === 'string' ? `"${value}` : value;
    if (seen.has(key)) return false;
    seen.add(key);
    return true;
  });
}

/** `slice LIST FROM TO`. */
function slice(list: GoValue, indices: readonly GoValue[]): GoValue {
  const { length } = elements(list, (kind) => `list should be type of slice or array but ${kind}`);
  if (length === 0) return null;
  const [from = null, to] = indices;
  const start = Number(toInt64(from));
  const end = to === undefined ? length : Number(toInt64(to));
  if (start < 0 || end < start || end > length) throw new GoError('reflect.Value.Slice: slice index out of bounds');
  if (list instanceof ByteList) return new ByteList(list.bytes.slice(start, end));
  if (!(list instanceof TypedList)) return (list as GoValue[]).slice(start, end);
  return new TypedList(list.elem, list.items.slice(start, end), {
    type: list.type,
    ...(list.methods !== undefined && { methods: list.methods }),
  });
}

const TOO_LONG = 'runtime error: makeslice: len out of range';

/** `chunk`. It computes as Sprig does, in floating point, so that a size of 0 or below has the same result or error. */
function chunk(host: FunctionHost, size: number, list: GoValue): TypedList {
  const items = elements(list, (kind) => `Cannot chunk type ${kind}`);
  const { length } = items;
  const count = Math.floor((length - 1) / size) + 1;
  if (!Number.isFinite(count) || count < 0) throw new GoError(TOO_LONG);
  host.charge(count);
  charge(10 * count + length);
  const chunks: GoValue[][] = [];
  for (let index = 0; index < count; index++) {
    const width = index === count - 1 ? length % size || size : size;
    if (width < 0) throw new GoError(TOO_LONG);
    chunks.push(items.slice(index * size, index * size + width));
  }
  return new TypedList('[]interface {}', chunks);
}

function concat(lists: readonly GoValue[]): GoValue {
  const all: GoValue[] = [];
  for (const list of lists) {
    const items = elements(list, (kind) => `Cannot concat type ${kind} as list`);
    charge(4 * items.length);
    for (const value of items) all.push(value);
  }
  return all.length === 0 ? nilList() : all;
}

/**
 * Adds each function a second time with `must`. In Go that returns the error with which the other panics: no difference
 * here.
 */
function withMust(group: Readonly<Record<string, GoFunction>>): FunctionGroup {
  const all: Record<string, GoFunction> = {};
  for (const [name, value] of Object.entries(group)) {
    all[name] = value;
    all[`must${name.charAt(0).toUpperCase()}${name.slice(1)}`] = value;
  }
  return all;
}

const list = variadic([], 'any', (_host, ...values) => values);

const push = fn(['any', 'any'], (_host, items, value) => [
  ...elements(items, (kind) => `Cannot push on type ${kind}`),
  value,
]);

export const functions: FunctionGroup = {
  concat: variadic([], 'any', (_host, ...lists) => concat(lists)),
  list,
  tuple: list,
  ...withMust({
    append: push,
    chunk: fn(['int', 'any'], chunk),
    compact: fn(['any'], (_host, items) =>
      elements(items, (kind) => `Cannot compact on type ${kind}`).filter((value) => isTrue(value)),
    ),
    first: item('first', (items) => items[0]),
    has: fn(['any', 'any'], (_host, needle, items) =>
      items === null ? false : includes(elements(items, found('has')), needle),
    ),
    initial: part('initial', (items) => items.slice(0, -1)),
    last: item('last', (items) => items.at(-1)),
    prepend: fn(['any', 'any'], (_host, items, value) => [
      value,
      ...elements(items, (kind) => `Cannot prepend on type ${kind}`),
    ]),
    push,
    rest: part('rest', (items) => items.slice(1)),
    reverse: fn(['any'], (_host, items) => elements(items, found('reverse')).toReversed()),
    slice: variadic(['any'], 'any', (_host, items, ...indices) => slice(items, indices)),
    uniq: fn(['any'], (_host, items) => unique(elements(items, found('uniq')))),
    without: variadic(['any'], 'any', (_host, items, ...omitted) =>
      elements(items, found('without')).filter((value) => !includes(omitted, value)),
    ),
  }),
};
