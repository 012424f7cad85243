/** Go's integers: the types that templates can have, and arithmetic of int64. */

/** Kinds of integers as `reflect.Kind` names them. */
export type IntKind = 'int' | 'int8' | 'int16' | 'int32' | 'int64' | 'uint' | 'uint8' | 'uint16' | 'uint32' | 'uint64';

/**
 * An integer of a type of Go. Its value is a number up to 2^53, and a bigint beyond: arithmetic with bigints takes ten
 * times as long, and nearly no integer of a chart needs them.
 */
export class GoInt {
  readonly kind: IntKind;
  readonly value: number | bigint;

  constructor(kind: IntKind, value: number | bigint) {
    this.kind = kind;
    this.value = value;
  }

  /** The type as `%T` prints it. It differs from the kind for a named type, such as `time.Duration`. */
  get type(): string {
    return this.kind;
  }

  /** The method `String()` of a named type. */
  get text(): (() => string) | undefined {
    return undefined;
  }

  toString(): string {
    return String(this.value);
  }
}

const BITS: Readonly<Record<IntKind, number>> = {
  int: 64,
  int8: 8,
  int16: 16,
  int32: 32,
  int64: 64,
  uint: 64,
  uint8: 8,
  uint16: 16,
  uint32: 32,
  uint64: 64,
};

/** Whether a kind is unsigned. */
export function isUnsigned(kind: IntKind): boolean {
  return kind.startsWith('u');
}

/** An integer of a kind. A value beyond its range wraps around, as a conversion does in Go. */
export function goInt(kind: IntKind, value: number | bigint): GoInt {
  const bits = BITS[kind];
  let fitting: number | bigint = value;
  if (typeof value === 'bigint' || !Number.isSafeInteger(value) || bits < 64 || (value < 0 && isUnsigned(kind))) {
    const big = BigInt(value);
    fitting = fit(isUnsigned(kind) ? BigInt.asUintN(bits, big) : BigInt.asIntN(bits, big));
  }
  return new GoInt(kind, fitting === 0 ? 0 : fitting);
}

/** A bigint as a number, where that is exact. */
export function fit(value: bigint): number | bigint {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}

const MIN_CACHED = -16;
const MAX_CACHED = 1024;
const ints: (GoInt | undefined)[] = [];
const int64s: (GoInt | undefined)[] = [];

/** An integer of type `int`; small ones are shared. */
export function int(value: number | bigint): GoInt {
  return cached(ints, 'int', value);
}

/** An integer of type `int64`; small ones are shared. */
export function int64(value: number | bigint): GoInt {
  return cached(int64s, 'int64', value);
}

function cached(cache: (GoInt | undefined)[], kind: IntKind, value: number | bigint): GoInt {
  if (typeof value !== 'number' || value < MIN_CACHED || value > MAX_CACHED) return goInt(kind, value);
  return (cache[value - MIN_CACHED] ??= goInt(kind, value));
}

/** The sum of two int64, wrapped around as in Go. */
export function addInt64(a: number | bigint, b: number | bigint): number | bigint {
  if (typeof a === 'number' && typeof b === 'number') {
    const sum = a + b;
    if (Number.isSafeInteger(sum)) return sum;
  }
  return wrap64(BigInt(a) + BigInt(b));
}

/** The difference of two int64, as {@link addInt64}. */
export function subtractInt64(a: number | bigint, b: number | bigint): number | bigint {
  if (typeof a === 'number' && typeof b === 'number') {
    const difference = a - b;
    if (Number.isSafeInteger(difference)) return difference;
  }
  return wrap64(BigInt(a) - BigInt(b));
}

/** The product of two int64, as {@link addInt64}. */
export function multiplyInt64(a: number | bigint, b: number | bigint): number | bigint {
  if (typeof a === 'number' && typeof b === 'number') {
    const product = a * b;
    if (Number.isSafeInteger(product)) return product === 0 ? 0 : product;
  }
  return wrap64(BigInt(a) * BigInt(b));
}

function wrap64(value: bigint): number | bigint {
  return fit(BigInt.asIntN(64, value));
}

/**
 * A float converted to int64 as Go does it on amd64: a value beyond the range becomes the least int64.
 */
export function truncateToInt64(value: number): number | bigint {
  const whole = Math.trunc(value);
  if (Number.isSafeInteger(whole)) return whole === 0 ? 0 : whole;
  if (!(whole >= -(2 ** 63) && whole < 2 ** 63)) return -(2n ** 63n);
  return BigInt(whole);
}
