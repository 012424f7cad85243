/** Numbers and equality as JSON Schema means them: decimal, exact, `1` and `1.0` the same. */
import { isMap } from '../../yaml/value.ts';
import type { Value } from '../../yaml/value.ts';

/** `coefficient` times ten to the `exponent`. */
type Decimal = { coefficient: bigint; exponent: number };

function decimalOf(value: number | bigint): Decimal {
  if (typeof value === 'bigint') return { coefficient: value, exponent: 0 };
  // The shortest text that reads back as the number is what was written, for up to 15 digits.
  const [mantissa = '', exponent = '0'] = String(value).split('e');
  const [whole = '', fraction = ''] = mantissa.split('.');
  return { coefficient: BigInt(whole + fraction), exponent: Number(exponent) - fraction.length };
}

/** Both coefficients at one exponent. */
function aligned(a: number | bigint, b: number | bigint): [bigint, bigint] {
  const left = decimalOf(a);
  const right = decimalOf(b);
  const lowest = Math.min(left.exponent, right.exponent);
  const scale = ({ coefficient, exponent }: Decimal): bigint => coefficient * 10n ** BigInt(exponent - lowest);
  return [scale(left), scale(right)];
}

/** Is a value a finite number or a bigint? */
export function isNumber(value: Value | undefined): value is number | bigint {
  return typeof value === 'bigint' || (typeof value === 'number' && Number.isFinite(value));
}

/** Less than, equal to or greater than: -1, 0, 1. */
export function compareNumbers(a: number | bigint, b: number | bigint): number {
  if (typeof a === typeof b) return a < b ? -1 : a > b ? 1 : 0;
  const [left, right] = aligned(a, b);
  return left < right ? -1 : left > right ? 1 : 0;
}

/** Is a number a multiple of another, without the errors of binary fractions? */
export function isMultipleOf(value: number | bigint, divisor: number | bigint): boolean {
  const [left, right] = aligned(value, divisor);
  return left % right === 0n;
}

/** Is a number a whole one? */
export function isInteger(value: Value): boolean {
  return typeof value === 'bigint' || Number.isInteger(value);
}

/** A text that is equal for two values exactly if they are the same JSON: `1` and `1.0`, maps in any order. */
export function canonical(value: Value): string {
  if (isNumber(value)) return canonicalNumber(value);
  if (Array.isArray(value)) return `[${value.map((item) => canonical(item)).join(',')}]`;
  if (!isMap(value)) return JSON.stringify(value) ?? String(value);
  const entries = [...value].map(([key, item]) => `${JSON.stringify(key)}:${canonical(item)}`);
  return `{${entries.sort().join(',')}}`;
}

function canonicalNumber(value: number | bigint): string {
  if (Number.isSafeInteger(value)) return String(value);
  const { coefficient, exponent } = decimalOf(value);
  const digits = String(coefficient);
  const significant = digits.replace(/(?<!0)0+$/, '');
  return `${significant}e${exponent + digits.length - significant.length}`;
}
