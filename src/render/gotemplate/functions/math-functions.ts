/** Sprig's arithmetic. Its arguments are converted to numbers first; a value that cannot be converted is 0. */
import { combineDecimals } from '../../functions/decimals.ts';
import type { DecimalOperation } from '../../functions/decimals.ts';
import { formatFloat } from '../../functions/floats.ts';
import { addInt64, fit, int, int64, multiplyInt64, subtractInt64 } from '../int.ts';
import type { GoFunction, GoValue } from '../value.ts';
import { toFloat64, toInt64 } from './cast.ts';
import { fn, GoError, variadic } from './signature.ts';
import type { FunctionGroup } from './signature.ts';

type Integer = number | bigint;

function divide(a: Integer, b: Integer): Integer {
  if (Number(b) === 0) throw new GoError('runtime error: integer divide by zero');
  if (typeof a === 'number' && typeof b === 'number') return Math.trunc(a / b);
  return fit(BigInt.asIntN(64, BigInt(a) / BigInt(b)));
}

function remainder(a: Integer, b: Integer): Integer {
  if (Number(b) === 0) throw new GoError('runtime error: integer divide by zero');
  return typeof a === 'number' && typeof b === 'number' ? a % b : fit(BigInt(a) % BigInt(b));
}

/** A function that computes with two integers. */
function binary(operation: (a: Integer, b: Integer) => Integer): GoFunction {
  return fn(['any', 'any'], (_host, a, b) => int64(operation(toInt64(a), toInt64(b))));
}

/** A function that returns the best of several integers. */
function chosen(isBetter: (a: Integer, b: Integer) => boolean): GoFunction {
  return variadic(['any'], 'any', (_host, first, ...others) => {
    let best = toInt64(first);
    for (const other of others) {
      const value = toInt64(other);
      if (isBetter(value, best)) best = value;
    }
    return int64(best);
  });
}

/** `maxf` and `minf`. As in Go, the infinity `limit` is the result even where an argument is NaN. */
function extreme(choose: (a: number, b: number) => number, limit: number): GoFunction {
  return variadic(['any'], 'any', (_host, first, ...others) => {
    let best = toFloat64(first);
    for (const other of others) {
      const value = toFloat64(other);
      best = best === limit || value === limit ? limit : choose(best, value);
    }
    return best;
  });
}

function decimal(operation: DecimalOperation, first: GoValue, others: readonly GoValue[]): number {
  const start = toDecimalOperand(first);
  // All are converted before anything is computed, so the first that is not a number, or 0 to divide by, is reported.
  const operands = others.map((other) => {
    const operand = toDecimalOperand(other);
    if (operation === 'divide' && operand === 0) throw new GoError('decimal division by 0');
    return operand;
  });
  return combineDecimals(operation, start, operands);
}

function toDecimalOperand(value: GoValue): number {
  const number = toFloat64(value);
  if (!Number.isFinite(number)) throw new GoError(`Cannot create a Decimal from ${formatFloat(number, 'g', -1)}`);
  return number;
}

function decimals(operation: DecimalOperation): GoFunction {
  return variadic(['any'], 'any', (_host, first, ...others) => decimal(operation, first, others));
}

/** 10 to a power, equal to Go's `math.Pow` to the last bit: that multiplies mantissas and exponents, and 10 is 0.625 · 2^4. */
function powerOfTen(places: number): number {
  let [mantissa, exponent] = [1, 0];
  let [factor, factorExponent] = [0.625, 4];
  let left = Math.abs(places);
  while (left !== 0) {
    if (factorExponent > 1 << 12) {
      exponent += factorExponent;
      break;
    }
    if (left % 2 === 1) {
      mantissa *= factor;
      exponent += factorExponent;
    }
    factor *= factor;
    factorExponent *= 2;
    if (factor < 0.5) {
      factor += factor;
      factorExponent--;
    }
    left = Math.floor(left / 2);
  }
  return places < 0 ? scale(1 / mantissa, -exponent) : scale(mantissa, exponent);
}

/** The mantissa times a power of two, multiplied in two steps: one power may overflow where the result does not. */
function scale(mantissa: number, exponent: number): number {
  const half = Math.trunc(exponent / 2);
  return mantissa * 2 ** half * 2 ** (exponent - half);
}

/** Sprig's `round`. The fraction of a negative number is negative, so it is never at least `roundOn`: -1.2 becomes -2. */
function round(value: number, places: number, roundOn: number): number {
  const power = powerOfTen(places);
  const digit = power * value;
  const isUp = digit - Math.trunc(digit) >= roundOn;
  return (isUp ? Math.ceil(digit) : Math.floor(digit)) / power;
}

export const functions: FunctionGroup = {
  add: variadic([], 'any', (_host, ...values) => {
    let sum: Integer = 0;
    for (const value of values) sum = addInt64(sum, toInt64(value));
    return int64(sum);
  }),
  add1: fn(['any'], (_host, value) => int64(addInt64(toInt64(value), 1))),
  add1f: fn(['any'], (_host, value) => decimal('add', value, [1])),
  addf: variadic([], 'any', (_host, ...values) => decimal('add', 0, values)),
  biggest: chosen((a, b) => a > b),
  ceil: fn(['any'], (_host, value) => Math.ceil(toFloat64(value))),
  div: binary(divide),
  divf: decimals('divide'),
  floor: fn(['any'], (_host, value) => Math.floor(toFloat64(value))),
  max: chosen((a, b) => a > b),
  maxf: extreme(Math.max, Infinity),
  min: chosen((a, b) => a < b),
  minf: extreme(Math.min, -Infinity),
  mod: binary(remainder),
  mul: variadic(['any'], 'any', (_host, first, ...others) => {
    let product = toInt64(first);
    for (const other of others) product = multiplyInt64(product, toInt64(other));
    return int64(product);
  }),
  mulf: decimals('multiply'),
  randInt: fn(['int', 'int'], (_host, least, end) => {
    if (end <= least) throw new GoError('invalid argument to Intn');
    return int(least + Math.floor(Math.random() * (end - least)));
  }),
  round: variadic(['any', 'int'], 'float64', (_host, value, places, roundOn = 0.5) =>
    round(toFloat64(value), places, roundOn),
  ),
  sub: binary(subtractInt64),
  subf: decimals('subtract'),
};
