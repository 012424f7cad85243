/** Arithmetic on fractions by their decimal digits, as Sprig's: 0.1 and 0.2 make 0.3. */
import { FunctionFailure } from './failure.ts';
import { charge } from './limits.ts';

/** `digits` times ten to the power of minus `places`. */
type Decimal = { digits: bigint; places: number };

/** As many places as a quotient gets. */
const QUOTIENT_PLACES = 16;

/** What {@link combineDecimals} does. */
export type DecimalOperation = 'add' | 'subtract' | 'multiply' | 'divide';

/**
 * Adds all others to the first number, or subtracts them and so on, rounding once, at the end; but a quotient
 * has 16 places. What is beyond the largest number becomes infinite.
 */
export function combineDecimals(
  operation: DecimalOperation,
  first: number | bigint,
  others: readonly (number | bigint)[],
): number {
  let result = toDecimal(first);
  for (const [count, other] of others.entries()) {
    // The digits grow with each.
    charge(count >> 3);
    result = OPERATIONS[operation](result, toDecimal(other));
  }
  const number = Number(`${result.digits}e${-result.places}`);
  return number === 0 ? 0 : number;
}

const OPERATIONS: Readonly<Record<DecimalOperation, (a: Decimal, b: Decimal) => Decimal>> = {
  add,
  subtract: (a, { digits, places }) => add(a, { digits: -digits, places }),
  multiply: (a, b) => ({ digits: a.digits * b.digits, places: a.places + b.places }),
  divide,
};

/** The sum of two numbers. Fails beyond the largest number, as the others do. */
export function addDecimals(a: number | bigint, b: number | bigint): number {
  return finite(combineDecimals('add', a, [b]));
}

/** The difference of two numbers. */
export function subtractDecimals(a: number | bigint, b: number | bigint): number {
  return finite(combineDecimals('subtract', a, [b]));
}

/** The product of two numbers. */
export function multiplyDecimals(a: number | bigint, b: number | bigint): number {
  return finite(combineDecimals('multiply', a, [b]));
}

/** The quotient of two numbers, to 16 places, rounded half away from zero. Fails for a divisor of 0. */
export function divideDecimals(a: number | bigint, b: number | bigint): number {
  if (toDecimal(b).digits === 0n) throw new FunctionFailure('cannot divide by 0');
  return finite(combineDecimals('divide', a, [b]));
}

/** Rounded half away from zero; the divisor is not 0. */
function divide(number: Decimal, divisor: Decimal): Decimal {
  const shift = QUOTIENT_PLACES + divisor.places - number.places;
  const above = shift >= 0 ? number.digits * 10n ** BigInt(shift) : number.digits;
  const below = shift >= 0 ? divisor.digits : divisor.digits * 10n ** BigInt(-shift);
  const [top, bottom] = [abs(above), abs(below)];
  const rounded = (2n * top + bottom) / (2n * bottom);
  return { digits: above < 0n === below < 0n ? rounded : -rounded, places: QUOTIENT_PLACES };
}

/** The shortest decimal digits that mean this number. */
function toDecimal(number: number | bigint): Decimal {
  if (typeof number === 'bigint') return { digits: number, places: 0 };
  const [mantissa = '0', exponent = '0'] = number.toExponential().split('e');
  const fraction = mantissa.split('.')[1] ?? '';
  return { digits: BigInt(mantissa.replace('.', '')), places: fraction.length - Number(exponent) };
}

function finite(number: number): number {
  if (!Number.isFinite(number)) throw new FunctionFailure('gives a number that is too large');
  return number;
}

function add(a: Decimal, b: Decimal): Decimal {
  const places = Math.max(a.places, b.places);
  return { digits: scale(a, places) + scale(b, places), places };
}

function scale({ digits, places }: Decimal, to: number): bigint {
  return digits * 10n ** BigInt(to - places);
}

function abs(number: bigint): bigint {
  return number < 0n ? -number : number;
}
