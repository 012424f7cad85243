/** Arithmetic in decimals, as Sprig's functions on fractions do it: 0.1 + 0.2 is 0.3. */
import Big from 'big.js';
import { FunctionFailure } from './failure.ts';
import { charge } from './limits.ts';

/** An operation of {@link combineDecimals}. */
export type DecimalOperation = 'add' | 'subtract' | 'multiply' | 'divide';

/** Sprig's decimals: a quotient has 16 places, and is rounded half away from zero. */
const Decimal = Big();
Decimal.DP = 16;
Decimal.RM = Big.roundHalfUp;

const OPERATIONS: Readonly<Record<DecimalOperation, (a: Big, b: Big) => Big>> = {
  add: (a, b) => a.plus(b),
  subtract: (a, b) => a.minus(b),
  multiply: (a, b) => a.times(b),
  divide: (a, b) => a.div(b),
};

/**
 * Combines the first number with each of the others in turn. The result is rounded to a float at the end; only a
 * quotient is rounded before, to 16 places. Beyond the largest float it is infinite. No divisor may be 0.
 */
export function combineDecimals(
  operation: DecimalOperation,
  first: number | bigint,
  others: readonly (number | bigint)[],
): number {
  let result = toDecimal(first);
  for (const [count, other] of others.entries()) {
    // The number of digits grows with each operand.
    charge(count >> 3);
    result = OPERATIONS[operation](result, toDecimal(other));
  }
  const number = result.toNumber();
  return number === 0 ? 0 : number;
}

/** The sum of two numbers. @throws {FunctionFailure} beyond the largest float, as the other operations do */
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

/** The quotient of two numbers, to 16 places, rounded half away from zero. @throws {FunctionFailure} for a divisor of 0 */
export function divideDecimals(a: number | bigint, b: number | bigint): number {
  if (Number(b) === 0) throw new FunctionFailure('cannot divide by 0');
  return finite(combineDecimals('divide', a, [b]));
}

/** A number with the fewest decimal digits that mean it. */
function toDecimal(number: number | bigint): Big {
  return new Decimal(String(number));
}

function finite(number: number): number {
  if (!Number.isFinite(number)) throw new FunctionFailure('gives a number that is too large');
  return number;
}
