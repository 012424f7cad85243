/** Sprig's conversions to numbers and strings. */
import { sprintValue } from '../sprint.ts';
import { int, int64 } from '../int.ts';
import { stringList, TypedList } from '../value.ts';
import { parseDigits, toFloat64, toInt64, toText, toTexts } from './cast.ts';
import { fn } from './signature.ts';
import type { FunctionGroup } from './signature.ts';

export const functions: FunctionGroup = {
  atoi: fn(['string'], (_host, text) => int(parseDigits(text, 10)?.value ?? 0)),
  float64: fn(['any'], (_host, value) => toFloat64(value)),
  int: fn(['any'], (_host, value) => int(toInt64(value))),
  int64: fn(['any'], (_host, value) => int64(toInt64(value))),
  /** The number of octal digits, as Unix writes modes. The value is printed first, whatever its type. */
  toDecimal: fn(['any'], (_host, value) => {
    const parsed = parseDigits(sprintValue(value), 8);
    return int64(parsed?.inRange === true ? parsed.value : 0);
  }),
  toString: fn(['any'], (_host, value) => toText(value)),
  toStrings: fn(['any'], (_host, value) =>
    value instanceof TypedList && value.type === '[]string' ? value : stringList(toTexts(value)),
  ),
};
