/** Arithmetic on fractions by their decimal digits, as Sprig's: 0.1 and 0.2 make 0.3. */
import Big from 'big.js';
import { FunctionFailure } from './failure.ts';
import { charge } from './limits.ts';

/** What {@link combineDecimals} does. */
export type DecimalOperation = 'add' | 'subtract' | 'multiply' | 'divide';

/** A quotient gets 16 places, and is rounded half away from zero. */
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
 * Adds all others to the first number, or subtracts them and so on, rounding once, at the end; but a quotient
 * has 16 places. What is beyond the largest number becomes infinite. No divisor may be 0.
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
  const number = result.toNumber();
  return number === 0 ? 0 : number;
}

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
  if (Number(b) === 0) throw new FunctionFailure('cannot divide by 0');
  return finite(combineDecimals('divide', a, [b]));
}

/** The shortest decimal digits that mean this number. */
function toDecimal(number: number | bigint): Big {
  return new Decimal(String(number));
}

function finite(number: number): number {
  if (!Number.isFinite(number)) throw new FunctionFailure('gives a number that is too large');
  return number;
}
