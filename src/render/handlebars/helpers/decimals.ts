/** Arithmetic on fractions by their decimal digits, as Sprig's: 0.1 and 0.2 make 0.3. */
import { helper, number, rest } from './parameters.ts';
import type { Argument, Helper, HelperContext } from './types.ts';

/** `digits` times ten to the power of minus `places`. */
type Decimal = { digits: bigint; places: number };

/** As many places as a quotient gets. */
const QUOTIENT_PLACES = 16;

export const decimals: Record<string, Helper> = {
  addf: helper([rest(number('number'))], ([numbers], context) =>
    toNumber(
      numbers.reduce((sum, number) => add(sum, toDecimal(number)), toDecimal(0)),
      context,
    ),
  ),
  subf: fold((number, other) => add(number, { ...other, digits: -other.digits })),
  mulf: fold((number, other) => ({ digits: number.digits * other.digits, places: number.places + other.places })),
  divf: fold(divide),
};

function fold(combine: (number: Decimal, other: Decimal, context: HelperContext) => Decimal): Helper {
  return helper([number('number'), rest(number('number'))], ([first, others], context) =>
    others.reduce<Argument>(
      // A number at each step, so that many factors cannot make digits without end.
      (number, other) => toNumber(combine(toDecimal(number as number), toDecimal(other), context), context),
      first,
    ),
  );
}

/** The shortest decimal digits that mean this number. */
function toDecimal(number: number | bigint): Decimal {
  if (typeof number === 'bigint') return { digits: number, places: 0 };
  const [mantissa = '0', exponent = '0'] = number.toExponential().split('e');
  const fraction = mantissa.split('.')[1] ?? '';
  return { digits: BigInt(mantissa.replace('.', '')), places: fraction.length - Number(exponent) };
}

function toNumber({ digits, places }: Decimal, context: HelperContext): Argument {
  const number = Number(`${digits}e${-places}`);
  if (!Number.isFinite(number)) context.fail(`${context.helper} gives a number that is too large`);
  return number === 0 ? 0 : number;
}

function add(a: Decimal, b: Decimal): Decimal {
  const places = Math.max(a.places, b.places);
  return { digits: scale(a, places) + scale(b, places), places };
}

/** The quotient, rounded half away from zero. */
function divide(number: Decimal, divisor: Decimal, context: HelperContext): Decimal {
  if (divisor.digits === 0n) return context.fail('divf cannot divide by 0');
  const shift = QUOTIENT_PLACES + divisor.places - number.places;
  const above = shift >= 0 ? number.digits * 10n ** BigInt(shift) : number.digits;
  const below = shift >= 0 ? divisor.digits : divisor.digits * 10n ** BigInt(-shift);
  const [top, bottom] = [abs(above), abs(below)];
  const rounded = (2n * top + bottom) / (2n * bottom);
  return { digits: above < 0n === below < 0n ? rounded : -rounded, places: QUOTIENT_PLACES };
}

function scale({ digits, places }: Decimal, to: number): bigint {
  return digits * 10n ** BigInt(to - places);
}

function abs(number: bigint): bigint {
  return number < 0n ? -number : number;
}
