/**
 * Numbers with so many digits, as Go writes them: rounded from the number's exact binary value, halves to
 * the even digit. (JavaScript's `toFixed` rounds halves up, and stops at 10^21.)
 */

/** `%f`: `places` digits behind the point. */
export function fixed(number: number, places: number): string {
  const digits = roundExactly(Math.abs(number), places)
    .toString()
    .padStart(places + 1, '0');
  const point = digits.length - places;
  return sign(number) + digits.slice(0, point) + (places > 0 ? `.${digits.slice(point)}` : '');
}

/** `%e`: one digit before the point, `places` behind it, and an exponent of at least two digits. */
export function exponential(number: number, places: number): string {
  const { digits, exponent } = significant(Math.abs(number), places + 1);
  return sign(number) + mantissa(digits) + exponentText(exponent);
}

/** `%g`: as few digits as say it, or `precision` of them; with an exponent when very small or large. */
export function general(number: number, precision: number | undefined): string {
  const shortest = Math.abs(number).toExponential().replace('.', '').split('e');
  const { digits, exponent } =
    precision === undefined
      ? { digits: shortest[0] ?? '0', exponent: Number(shortest[1]) }
      : significant(Math.abs(number), Math.max(precision, 1));
  const kept = digits.replace(/(?<=.)0+$/, '');
  const limit = precision === undefined ? 6 : Math.max(precision, 1, kept.length > exponent ? kept.length : 0);
  if (exponent < -4 || exponent >= limit) return sign(number) + mantissa(kept) + exponentText(exponent);
  return sign(number) + placePoint(kept, exponent);
}

function sign(number: number): string {
  return number < 0 ? '-' : '';
}

function mantissa(digits: string): string {
  return digits.length > 1 ? `${digits.slice(0, 1)}.${digits.slice(1)}` : digits;
}

function exponentText(exponent: number): string {
  return `e${exponent < 0 ? '-' : '+'}${String(Math.abs(exponent)).padStart(2, '0')}`;
}

function placePoint(digits: string, exponent: number): string {
  if (exponent < 0) return `0.${'0'.repeat(-exponent - 1)}${digits}`;
  const whole = digits.slice(0, exponent + 1).padEnd(exponent + 1, '0');
  const fraction = digits.slice(exponent + 1);
  return fraction === '' ? whole : `${whole}.${fraction}`;
}

/** The first `count` digits of a number, rounded, and the power of ten of the first. */
function significant(number: number, count: number): { digits: string; exponent: number } {
  if (number === 0) return { digits: '0'.repeat(count), exponent: 0 };
  const exponent = Number(number.toExponential().split('e')[1]);
  const digits = roundExactly(number, count - 1 - exponent).toString();
  // 9.99 may become 10.
  return digits.length > count ? { digits: digits.slice(0, -1), exponent: exponent + 1 } : { digits, exponent };
}

/** `number` times ten to the power of `places`, rounded to a whole number, halves to even. */
function roundExactly(number: number, places: number): bigint {
  const [above, below] = fractionOf(number);
  const top = places >= 0 ? above * 10n ** BigInt(places) : above;
  const bottom = places >= 0 ? below : below * 10n ** BigInt(-places);
  const quotient = top / bottom;
  const twice = 2n * (top % bottom);
  return twice > bottom || (twice === bottom && quotient % 2n === 1n) ? quotient + 1n : quotient;
}

/** A number as an exact fraction: IEEE 754's mantissa and power of two. */
function fractionOf(number: number): [bigint, bigint] {
  const bits = new DataView(new ArrayBuffer(8));
  bits.setFloat64(0, number);
  const raw = bits.getBigUint64(0);
  const biased = Number((raw >> 52n) & 0x7ffn);
  const mantissa = (raw & 0xfffffffffffffn) | (biased === 0 ? 0n : 0x10000000000000n);
  const power = Math.max(biased, 1) - 1075;
  return power >= 0 ? [mantissa << BigInt(power), 1n] : [mantissa, 1n << BigInt(-power)];
}
