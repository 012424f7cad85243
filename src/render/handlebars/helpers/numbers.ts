/**
 * Numbers. Whole ones are exact, as far as 64 bits go; a fraction where a whole number is expected is an error, where
 * Sprig cuts it off silently.
 */
import type { Value } from '../../../yaml/value.ts';
import { describe } from './describe.ts';
import { count, helper, integer, number, optional, rest, text, value } from './parameters.ts';
import type { Argument, Helper, HelperContext } from './types.ts';

export const numbers: Record<string, Helper> = {
  add: helper([rest(integer('number'))], ([numbers], context) =>
    whole(
      numbers.reduce((sum, number) => sum + number, 0n),
      context,
    ),
  ),
  add1: helper([integer('number')], ([number], context) => whole(number + 1n, context)),
  sub: helper([integer('number'), integer('other')], ([number, other], context) => whole(number - other, context)),
  mul: helper([integer('number'), rest(integer('number'))], ([first, others], context) =>
    // Checked at each step: many factors would make a number of any length.
    whole(
      others.reduce((product, number) => exact(product * number, context), first),
      context,
    ),
  ),
  div: helper([integer('number'), integer('divisor')], ([number, divisor], context) =>
    whole(number / nonZero(divisor, context), context),
  ),
  mod: helper([integer('number'), integer('divisor')], ([number, divisor], context) =>
    whole(number % nonZero(divisor, context), context),
  ),
  max: helper([number('number'), rest(number('number'))], ([first, others]) =>
    others.reduce((most, number) => (number > most ? number : most), first),
  ),
  min: helper([number('number'), rest(number('number'))], ([first, others]) =>
    others.reduce((least, number) => (number < least ? number : least), first),
  ),
  floor: helper([number('number')], ([number]) => (typeof number === 'bigint' ? number : positive(Math.floor(number)))),
  ceil: helper([number('number')], ([number]) => (typeof number === 'bigint' ? number : positive(Math.ceil(number)))),
  round: helper([number('number'), count('places'), optional(number('up from'))], ([number, places, from], context) =>
    round(number, places, Number(from ?? 0.5), context),
  ),
  int: helper([value('value')], ([value], context) => toInteger(value, context)),
  int64: helper([value('value')], ([value], context) => toInteger(value, context)),
  float64: helper([value('value')], ([value], context) => toFloat(value, context)),
  atoi: helper([text('text')], ([text], context) => toInteger(text, context)),
  toDecimal: helper([value('octal')], ([value], context) => {
    const digits = typeof value === 'string' || typeof value === 'number' ? String(value) : '';
    const [, sign = '', octal = ''] = /^([+-]?)([0-7]{1,22})$/.exec(digits) ?? [];
    if (octal === '') return context.fail(`toDecimal takes an octal number such as 0644, not ${describe(value)}`);
    const parsed = BigInt(`0o${octal}`);
    return whole(sign === '-' ? -parsed : parsed, context);
  }),
};

const MAX = 2n ** 63n - 1n;
const MIN = -(2n ** 63n);

function exact(number: bigint, context: HelperContext): bigint {
  if (number <= MAX && number >= MIN) return number;
  return context.fail(`${context.helper} gives a number beyond 64 bits`);
}

/** A whole number as values hold it: a bigint only beyond 2^53. Fails beyond 64 bits. */
function whole(number: bigint, context: HelperContext): Argument {
  const near = Number(exact(number, context));
  return Number.isSafeInteger(near) ? near : number;
}

function nonZero(divisor: bigint, context: HelperContext): bigint {
  return divisor === 0n ? context.fail(`${context.helper} cannot divide by 0`) : divisor;
}

/** Makes -0 to 0: YAML does not tell them apart. */
function positive(number: number): number {
  return number === 0 ? 0 : number;
}

/** Rounds half away from zero, or from `from` (of 1) on. */
function round(number: number | bigint, places: number, from: number, context: HelperContext): Argument {
  if (Math.abs(places) > 300) context.fail(`round takes up to 300 places, not ${places}`);
  if (typeof number === 'bigint' && places >= 0) return number;
  const given = Number(number);
  const power = 10 ** places;
  const scaled = Math.abs(given) * power;
  // Numbers beyond 2^53 have no fractions to round, and scaled they may be infinite.
  if (places >= 0 && !(scaled < Number.MAX_SAFE_INTEGER)) return number;
  const below = Math.floor(scaled);
  const rounded = (scaled - below >= from ? Math.ceil(scaled) : below) / power;
  return positive(given < 0 ? -rounded : rounded);
}

function toInteger(value: Value, context: HelperContext): Argument {
  if (typeof value === 'bigint') return whole(value, context);
  if (typeof value === 'number' && Number.isFinite(value)) return whole(BigInt(Math.trunc(value)), context);
  if (typeof value === 'boolean') return value ? 1 : 0;
  if (typeof value === 'string' && /^[+-]?[0-9]{1,30}$/.test(value)) {
    return whole(BigInt(value.replace('+', '')), context);
  }
  return context.fail(
    `${context.helper} takes a number or a text such as "42", not ${describe(value)}`,
    typeof value === 'string' && Number.isFinite(toNumber(value))
      ? ['Use (int (float64 …)) to cut off its fraction']
      : [],
  );
}

function toFloat(value: Value, context: HelperContext): Argument {
  if (typeof value === 'number' || typeof value === 'bigint') return value;
  if (typeof value === 'boolean') return value ? 1 : 0;
  const number = typeof value === 'string' ? toNumber(value) : Number.NaN;
  if (Number.isFinite(number)) return positive(number);
  return context.fail(`${context.helper} takes a number or a text such as "0.5", not ${describe(value)}`);
}

function toNumber(text: string): number {
  return /^[+-]?([0-9]+(?:\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]+)?$/.test(text) ? Number(text) : Number.NaN;
}
