/** Conversions of arguments that Sprig's functions make themselves, by spf13/cast and by Sprig's `strval`. */
import { parseFloatText, parseInteger, wholeNumber } from '../constants.ts';
import { sprintValue } from '../sprint.ts';
import { fit, GoInt, truncateToInt64 } from '../int.ts';
import { ByteList, itemsOf } from '../value.ts';
import type { GoValue } from '../value.ts';

const LEAST_INT64 = -(2n ** 63n);
const MOST_INT64 = 2n ** 63n - 1n;

/** A value as a text (`strval`): bytes are their text, any other value is printed. */
export function toText(value: GoValue): string {
  if (typeof value === 'string') return value;
  return value instanceof ByteList ? value.bytes : sprintValue(value);
}

/** A value as a list of texts (`strslice`), without nil. The list of a `[]string` is not copied. */
export function toTexts(value: GoValue): readonly string[] {
  const items = itemsOf(value);
  if (items === undefined) return value === null ? [] : [toText(value)];
  for (const item of items) {
    if (typeof item !== 'string') return items.filter((one) => one !== null).map(toText);
  }
  return items as readonly string[];
}

/** A value as int64; 0 where cast cannot convert it. */
export function toInt64(value: GoValue): number | bigint {
  if (value instanceof GoInt) {
    if (!isCastable(value)) return 0;
    return typeof value.value === 'number' ? value.value : fit(BigInt.asIntN(64, value.value));
  }
  switch (typeof value) {
    case 'number':
      return truncateToInt64(value);
    case 'string':
      return fromDigits(value);
    case 'boolean':
      return value ? 1 : 0;
    default:
      return 0;
  }
}

/** Whether cast converts an integer: of named types it knows only these two. */
function isCastable(value: GoInt): boolean {
  return value.type === value.kind || value.type === 'time.Month' || value.type === 'time.Weekday';
}

/**
 * The integer of a text. `0x10`, `0b1`, `0o7`, `010` (which is 8), `1_000` and `5.0` are integers; `5.5` and `08` are
 * not.
 */
function fromDigits(text: string): number | bigint {
  if (/^[1-9][0-9]{0,14}$/.test(text)) return Number(text);
  const integer = parseInteger(trimZeroDecimal(text));
  return integer === undefined || integer > MOST_INT64 || integer < LEAST_INT64 ? 0 : fit(integer);
}

/** The text without a fraction of zeros, as `trimZeroDecimal` of cast. */
function trimZeroDecimal(text: string): string {
  let foundZero = false;
  for (let at = text.length - 1; at >= 0; at--) {
    const character = text[at];
    if (character === '0') foundZero = true;
    else if (character !== '.') return text;
    else if (foundZero) return text.slice(0, at);
  }
  return text;
}

/**
 * As `strconv.ParseInt` in base 8 or 10 for 64 bits: beyond them the value is the least or greatest int64, and
 * `inRange` is false. Undefined for a text that is not an integer.
 */
export function parseDigits(text: string, base: 8 | 10): { value: number | bigint; inRange: boolean } | undefined {
  if (!(base === 8 ? /^[+-]?[0-7]+$/ : /^[+-]?[0-9]+$/).test(text)) return undefined;
  const isNegative = text.startsWith('-');
  const digits = text.replace(/^[+-]/, '');
  const magnitude = wholeNumber(base === 8 ? `0o${digits}` : digits);
  const value = isNegative ? -magnitude : magnitude;
  if (value > MOST_INT64) return { value: MOST_INT64, inRange: false };
  if (value < LEAST_INT64) return { value: LEAST_INT64, inRange: false };
  return { value: fit(value), inRange: true };
}

/** A value as float64; 0 where cast cannot convert it. */
export function toFloat64(value: GoValue): number {
  switch (typeof value) {
    case 'number':
      return value;
    case 'string':
      return parseFloat64(value) ?? 0;
    case 'boolean':
      return value ? 1 : 0;
    default:
      return value instanceof GoInt && isCastable(value) ? Number(value.value) : 0;
  }
}

/** A float as `strconv.ParseFloat` reads it, infinities and NaN included; undefined for anything else. */
export function parseFloat64(text: string): number | undefined {
  if (/^[+-]?inf(?:inity)?$/i.test(text)) return text.startsWith('-') ? -Infinity : Infinity;
  if (/^nan$/i.test(text)) return NaN;
  return parseFloatText(text);
}
