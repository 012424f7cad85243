/**
 * Helm's functions on durations, new in 4.3 (helm v4, pkg/engine/funcs.go). Those of Sprig are in `date-functions.ts`.
 */
import { MAX_DURATION, parseDuration } from '../../functions/durations.ts';
import { formatFloat } from '../../functions/floats.ts';
import { GoInt, int64, isUnsigned, truncateToInt64 } from '../int.ts';
import { goDuration, lengthIn, roundDuration, truncateDuration } from '../time.ts';
import { quoteGo } from '../../functions/quote.ts';
import { decodeText, typeOf } from '../value.ts';
import type { GoFunction, GoValue } from '../value.ts';
import { parseFloat64 } from './cast.ts';
import { fn, GoError } from './signature.ts';
import type { FunctionGroup } from './signature.ts';
import { trimSpace } from './string-functions.ts';

const SECOND = 1_000_000_000n;
const MINUTE = 60n * SECOND;
const HOUR = 60n * MINUTE;

/**
 * The nanoseconds of a duration, of the text of one, or of a number of seconds.
 * @throws {GoError} for any other value
 */
function lengthOf(value: GoValue): bigint {
  if (typeof value === 'string') return lengthOfText(value);
  if (typeof value === 'number') return fromFloat(value);
  if (value === null) throw new GoError('invalid duration');
  if (!(value instanceof GoInt)) throw new GoError(`unsupported duration type ${typeOf(value)}`);
  if (value.type === 'time.Duration') return BigInt(value.value);
  const seconds = BigInt(value.value);
  const least = isUnsigned(value.kind) ? 0n : -MAX_DURATION / SECOND;
  if (seconds > MAX_DURATION / SECOND || seconds < least) throw new GoError(`duration seconds overflow: ${seconds}`);
  return seconds * SECOND;
}

function lengthOfText(bytes: string): bigint {
  const text = trimSpace(bytes);
  if (text === '') throw new GoError('empty duration');
  const length = parseDuration(decodeText(text));
  if (length !== undefined) return length;
  const seconds = parseFloat64(text);
  if (seconds === undefined) throw new GoError(`could not parse duration ${quoteGo(bytes)}`);
  return fromFloat(seconds);
}

function fromFloat(seconds: number): bigint {
  const shown = formatFloat(seconds, 'g', -1);
  if (!Number.isFinite(seconds)) throw new GoError(`invalid duration seconds: ${shown}`);
  if (Math.abs(seconds) > Number(MAX_DURATION) / 1e9) throw new GoError(`duration seconds overflow: ${shown}`);
  return BigInt(truncateToInt64(seconds * 1e9));
}

/** A function that measures a duration; its result is `none` for a value that is not a duration. */
function measured(measure: (length: bigint) => GoValue, none: GoValue): GoFunction {
  return fn(['any'], (_host, value) => {
    const length = lengthOrNone(value);
    return length === undefined ? none : measure(length);
  });
}

function lengthOrNone(value: GoValue): bigint | undefined {
  try {
    return lengthOf(value);
  } catch (error) {
    if (error instanceof GoError) return undefined;
    throw error;
  }
}

/** A function that rounds a duration to a unit. It gives 0 if the value is not a duration, the value if the unit is not. */
function multiple(make: (length: bigint, unit: bigint) => bigint): GoFunction {
  return fn(['any', 'any'], (_host, value, unit) => {
    const length = lengthOrNone(value);
    return goDuration(length === undefined ? 0n : make(length, lengthOrNone(unit) ?? 0n));
  });
}

export const functions: FunctionGroup = {
  mustToDuration: fn(['any'], (_host, value) => goDuration(lengthOf(value))),
  durationNanoseconds: measured(int64, int64(0)),
  durationMicroseconds: measured((length) => int64(length / 1000n), int64(0)),
  durationMilliseconds: measured((length) => int64(length / 1_000_000n), int64(0)),
  durationSeconds: measured((length) => lengthIn(length, SECOND), 0),
  durationMinutes: measured((length) => lengthIn(length, MINUTE), 0),
  durationHours: measured((length) => lengthIn(length, HOUR), 0),
  durationDays: measured((length) => lengthIn(length, HOUR) / 24, 0),
  durationWeeks: measured((length) => lengthIn(length, HOUR) / 24 / 7, 0),
  durationRoundTo: multiple(roundDuration),
  durationTruncateTo: multiple(truncateDuration),
};
