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

/** As far as Go's durations go: about 292 years. */
export const LONGEST_DURATION: bigint = 2n ** 63n - 1n;

/** The duration that a text names; undefined for what is none. */
export function parseDuration(text: string): bigint | undefined {
  const [, sign, parts = ''] =
    /^([+-]?)((?:(?:\d{1,30}\.?\d{0,30}|\.\d{1,30})(?:ns|us|µs|μs|ms|s|m|h))+|0)$/.exec(text) ?? [];
  if (sign === undefined || text.length > 200) return undefined;
  let length = 0n;
  for (const [, whole = '', fraction = '', unit = ''] of parts.matchAll(/(\d*)(?:\.(\d*))?([a-zµμ]+)/g)) {
    const nanoseconds = UNITS[unit] ?? 0;
    // As in Go: the fraction by way of a float, and what is less than a nanosecond cut off.
    const behind = fraction === '' ? 0 : Math.trunc(Number(fraction) * (nanoseconds / 10 ** fraction.length));
    length += BigInt(whole === '' ? 0 : whole) * BigInt(nanoseconds) + BigInt(behind);
  }
  if (length > LONGEST_DURATION + (sign === '-' ? 1n : 0n)) return undefined;
  return sign === '-' ? -length : length;
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

/** A whole number with its point moved so many places to the left, without zeros at the end. */
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

/** A duration's largest unit alone: `2h`, `3mo`; without its sign, as Sprig's durationRound has it. */
export function coarseDuration(duration: bigint): string {
  const length = duration < 0n ? -duration : duration;
  for (const [unit, seconds] of COARSE) {
    const nanoseconds = seconds * 1_000_000_000n;
    if (length > nanoseconds) return `${length / nanoseconds}${unit}`;
  }
  return '0s';
}
