/** Go's durations (`1h30m`, `-1.5s`), in nanoseconds. */

const UNITS: Readonly<Record<string, number>> = {
  ns: 1,
  us: 1e3,
  µs: 1e3,
  μs: 1e3,
  ms: 1e6,
  s: 1e9,
  m: 60e9,
  h: 3600e9,
};

/** The longest duration of Go, about 292 years. */
export const MAX_DURATION: bigint = 2n ** 63n - 1n;

const COMPONENT = /(\d*)(?:\.(\d*))?(ns|us|\u00b5s|\u03bcs|ms|s|m|h)/y;
/** A number of more digits, without leading zeros, is longer than {@link MAX_DURATION}. */
const MAX_DIGITS = 19;

/** The nanoseconds of a duration as `time.ParseDuration` reads it; undefined for any other text. */
export function parseDuration(text: string): bigint | undefined {
  const [sign = ''] = /^[+-]?/.exec(text) ?? [];
  if (text.slice(sign.length) === '0') return 0n;
  let length = 0n;
  let at = sign.length;
  do {
    COMPONENT.lastIndex = at;
    const [component = '', digits = '', fraction = '', unit = ''] = COMPONENT.exec(text) ?? [];
    if (digits === '' && fraction === '') return undefined;
    const whole = digits.replace(/^0+/, '');
    if (whole.length > MAX_DIGITS) return undefined;
    const nanoseconds = UNITS[unit] ?? 0;
    length += BigInt(whole) * BigInt(nanoseconds) + fractionOf(fraction, nanoseconds);
    at += component.length;
  } while (at < text.length);
  if (length > MAX_DURATION + (sign === '-' ? 1n : 0n)) return undefined;
  return sign === '-' ? -length : length;
}

/** A fraction of a unit in nanoseconds. As Go it computes in floats, and ignores digits beyond 63 bits. */
function fractionOf(digits: string, unit: number): bigint {
  let number = 0n;
  let scale = 1;
  for (const digit of digits) {
    const next = number * 10n + BigInt(digit);
    if (number > MAX_DURATION / 10n || next > MAX_DURATION + 1n) break;
    number = next;
    scale *= 10;
  }
  return BigInt(Math.trunc(Number(number) * (unit / scale)));
}

/** A duration as Go prints it: `1h0m5s`, `1.5s`, `20ms`, `0s`. */
export function formatDuration(duration: bigint): string {
  const sign = duration < 0n ? '-' : '';
  const length = duration < 0n ? -duration : duration;
  if (length === 0n) return '0s';
  if (length < 1_000n) return `${sign}${length}ns`;
  if (length < 1_000_000n) return `${sign}${decimal(length, 3)}µs`;
  if (length < 1_000_000_000n) return `${sign}${decimal(length, 6)}ms`;
  const minutes = length / 60_000_000_000n;
  const seconds = `${decimal(length % 60_000_000_000n, 9)}s`;
  if (minutes === 0n) return sign + seconds;
  return minutes < 60n ? `${sign}${minutes}m${seconds}` : `${sign}${minutes / 60n}h${minutes % 60n}m${seconds}`;
}

/** A whole number divided by a power of ten, without zeros at the end. */
function decimal(number: bigint, places: number): string {
  const digits = number.toString().padStart(places + 1, '0');
  return `${digits.slice(0, -places)}.${digits.slice(-places)}`.replace(/\.?0+$/, '');
}

/** A duration rounded to whole seconds, halves away from zero, as Go rounds it. */
export function wholeSeconds(duration: bigint): bigint {
  const half = duration < 0n ? -500_000_000n : 500_000_000n;
  return ((duration + half) / 1_000_000_000n) * 1_000_000_000n;
}

const COARSE: readonly (readonly [string, bigint])[] = [
  ['y', 365n * 86_400n],
  ['mo', 30n * 86_400n],
  ['d', 86_400n],
  ['h', 3_600n],
  ['m', 60n],
  ['s', 1n],
];

/** The largest unit of a duration (`2h`, `3mo`), without its sign, as Sprig's `durationRound`. */
export function coarseDuration(duration: bigint): string {
  const length = duration < 0n ? -duration : duration;
  for (const [unit, seconds] of COARSE) {
    const nanoseconds = seconds * 1_000_000_000n;
    if (length > nanoseconds) return `${length / nanoseconds}${unit}`;
  }
  return '0s';
}
