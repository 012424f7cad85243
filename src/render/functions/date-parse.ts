/** Reads dates by Go's layouts, as `time.Parse` does. */
import { chargeCharacters } from './limits.ts';
import { DAYS, ELEMENT, MONTHS } from './date-layout.ts';
import type { Instant } from './date-layout.ts';

/** The values of the elements that were read. */
type DateFields = {
  year: number;
  month: number | undefined;
  day: number | undefined;
  dayOfYear: number | undefined;
  hour: number;
  afternoon: boolean | undefined;
  minute: number;
  second: number;
  nanoseconds: number;
  /** In seconds east of UTC; undefined where the text has none. */
  offset: number | undefined;
  zone: string | undefined;
};

/**
 * A date as a text has it: the date and time as if in UTC, the offset in seconds, and the short name of the zone (`UTC` for
 * `Z`). Offset and zone are undefined where the text has none.
 */
export type ParsedDate = { clock: Instant; offset: number | undefined; zone: string | undefined };

/** Reads a text by a layout; undefined where it does not fit. */
export function parseDate(layout: string, text: string): ParsedDate | undefined {
  chargeCharacters(layout);
  const fields: DateFields = {
    year: 0,
    month: undefined,
    day: undefined,
    dayOfYear: undefined,
    hour: 0,
    afternoon: undefined,
    minute: 0,
    second: 0,
    nanoseconds: 0,
    offset: undefined,
    zone: undefined,
  };
  let at = 0;
  let end = 0;
  const literal = (expected: string): boolean => {
    // As in Go, a run of spaces in the layout matches any number of spaces.
    for (const part of expected.match(/ +|[^ ]+/g) ?? []) {
      if (part.startsWith(' ')) {
        const next = text[at];
        if (next !== undefined && next !== ' ') return false;
        while (text[at] === ' ') at++;
      } else {
        if (!text.startsWith(part, at)) return false;
        at += part.length;
      }
    }
    return true;
  };
  for (const match of layout.matchAll(ELEMENT)) {
    if (!literal(layout.slice(end, match.index))) return undefined;
    end = match.index + match[0].length;
    const length = parseElement(match[0], text.slice(at, at + MAX_ELEMENT_LENGTH), fields);
    if (length === undefined) return undefined;
    at += length;
    // As in Go, a fraction may follow the seconds where the layout has none.
    if (/^0?5$/.test(match[0]) && !/^[.,]/.test(layout.slice(end).match(ELEMENT)?.[0] ?? '')) {
      at += parseFraction(text.slice(at, at + MAX_ELEMENT_LENGTH), fields) ?? 0;
    }
  }
  if (!literal(layout.slice(end)) || at !== text.length) return undefined;
  const clock = clockOf(fields);
  return clock === undefined ? undefined : { clock, offset: fields.offset, zone: fields.zone };
}

/** No element is longer, but for a fraction, which is cut then. */
const MAX_ELEMENT_LENGTH = 64;

/** A number in a date: how it is written, between which bounds it is, and what it sets. */
type NumberElement = {
  pattern: RegExp;
  least: number;
  most: number;
  set: (fields: DateFields, number: number) => void;
};

const NUMBERS: Readonly<Record<string, NumberElement>> = {
  '2006': { pattern: /^\d{4}/, least: 0, most: 9999, set: (fields, year) => (fields.year = year) },
  '06': {
    pattern: /^\d{2}/,
    least: 0,
    most: 99,
    set: (fields, year) => (fields.year = year + (year >= 69 ? 1900 : 2000)),
  },
  '01': { pattern: /^\d{2}/, least: 1, most: 12, set: (fields, month) => (fields.month = month) },
  '1': { pattern: /^\d{1,2}/, least: 1, most: 12, set: (fields, month) => (fields.month = month) },
  '02': { pattern: /^\d{2}/, least: 1, most: 31, set: (fields, day) => (fields.day = day) },
  _2: { pattern: /^ ?\d{1,2}/, least: 1, most: 31, set: (fields, day) => (fields.day = day) },
  '2': { pattern: /^\d{1,2}/, least: 1, most: 31, set: (fields, day) => (fields.day = day) },
  '002': { pattern: /^\d{3}/, least: 1, most: 366, set: (fields, day) => (fields.dayOfYear = day) },
  __2: { pattern: /^ {0,2}\d{1,3}/, least: 1, most: 366, set: (fields, day) => (fields.dayOfYear = day) },
  '15': { pattern: /^\d{1,2}/, least: 0, most: 23, set: (fields, hour) => (fields.hour = hour) },
  '03': { pattern: /^\d{2}/, least: 0, most: 12, set: (fields, hour) => (fields.hour = hour) },
  '3': { pattern: /^\d{1,2}/, least: 0, most: 12, set: (fields, hour) => (fields.hour = hour) },
  '04': { pattern: /^\d{2}/, least: 0, most: 59, set: (fields, minute) => (fields.minute = minute) },
  '4': { pattern: /^\d{1,2}/, least: 0, most: 59, set: (fields, minute) => (fields.minute = minute) },
  '05': { pattern: /^\d{2}/, least: 0, most: 59, set: (fields, second) => (fields.second = second) },
  '5': { pattern: /^\d{1,2}/, least: 0, most: 59, set: (fields, second) => (fields.second = second) },
};

/**
 * Reads one element of a layout into `fields`.
 *
 * @returns its length; undefined where the text does not have it
 */
function parseElement(element: string, text: string, fields: DateFields): number | undefined {
  const number = NUMBERS[element];
  if (number !== undefined) {
    const found = number.pattern.exec(text)?.[0];
    if (found === undefined) return undefined;
    number.set(fields, Number(found));
    return Number(found) >= number.least && Number(found) <= number.most ? found.length : undefined;
  }
  switch (element) {
    case 'January':
      return parseName(text, MONTHS, (index) => (fields.month = index + 1));
    case 'Jan':
      return parseName(text, SHORT_MONTHS, (index) => (fields.month = index + 1));
    case 'Monday':
      return parseName(text, DAYS, () => undefined);
    case 'Mon':
      return parseName(text, SHORT_DAYS, () => undefined);
    case 'PM':
    case 'pm': {
      const [morning, afternoon] = element === 'PM' ? ['AM', 'PM'] : ['am', 'pm'];
      const half = text.slice(0, 2);
      if (half !== morning && half !== afternoon) return undefined;
      fields.afternoon = half === afternoon;
      return 2;
    }
    case 'MST':
      return parseZone(text, fields);
    default:
      // A fraction of nines may be missing; one of zeros has to have exactly so many digits.
      if (/^[.,]9/.test(element)) return parseFraction(text, fields) ?? 0;
      if (!/^[.,]/.test(element)) return parseOffset(element, text, fields);
      return parseFraction(text.slice(0, element.length), fields) === element.length ? element.length : undefined;
  }
}

const SHORT_MONTHS: readonly string[] = MONTHS.map((month) => month.slice(0, 3));
const SHORT_DAYS: readonly string[] = DAYS.map((day) => day.slice(0, 3));

/** Reads one of the names, in upper or lower case. */
function parseName(text: string, names: readonly string[], use: (index: number) => void): number | undefined {
  const index = names.findIndex((name) => text.slice(0, name.length).toLowerCase() === name.toLowerCase());
  if (index < 0) return undefined;
  use(index);
  return names[index]?.length;
}

/** Reads a fraction, `.123`. @returns its length; undefined where there is none */
function parseFraction(text: string, fields: DateFields): number | undefined {
  const found = /^[.,](\d+)/.exec(text);
  if (found === null) return undefined;
  fields.nanoseconds = Number((found[1] ?? '').slice(0, 9).padEnd(9, '0'));
  return found[0].length;
}

/** Reads what looks like the short name of a zone. Its offset is not known: `IST` is the name of three zones. */
function parseZone(text: string, fields: DateFields): number | undefined {
  if (text.startsWith('UTC')) {
    fields.zone = 'UTC';
    return 3;
  }
  const signed = /^(GMT)?(?:[+-](\d+))?/.exec(text);
  const [found, , hours] = signed ?? [];
  const isSigned = found !== undefined && (hours === undefined || Number(hours) <= 23);
  const name = text.startsWith('GMT')
    ? isSigned
      ? found
      : 'GMT'
    : /^[+-]/.test(text)
      ? isSigned && found
      : /^(?:ChST|MeST|WITA(?![A-Z])|[A-Z]{4}T(?![A-Z])|[A-Z]{3}T(?![A-Z])|[A-Z]{3}(?![A-Z]))/.exec(text)?.[0];
  if (name === undefined || name === false || name === '') return undefined;
  fields.zone = name;
  return name.length;
}

function parseOffset(element: string, text: string, fields: DateFields): number | undefined {
  if (element.startsWith('Z') && text.startsWith('Z')) {
    fields.zone = 'UTC';
    return 1;
  }
  const digits = element.slice(1).replace(/\d\d/g, '(\\d\\d)');
  const found = new RegExp(`^([+-])${digits}`).exec(text);
  if (found === null) return undefined;
  const [whole, sign, hours = '0', minutes = '0', seconds = '0'] = found;
  if (Number(hours) > 24 || Number(minutes) > 60 || Number(seconds) > 60) return undefined;
  fields.offset = (Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds)) * (sign === '-' ? -1 : 1);
  return whole.length;
}

/** The date and time of the fields as if in UTC; undefined for one that does not exist. */
function clockOf(fields: DateFields): Instant | undefined {
  const { year, month, day, dayOfYear, afternoon } = fields;
  const date = new Date(0);
  if (dayOfYear === undefined) date.setUTCFullYear(year, (month ?? 1) - 1, day ?? 1);
  else date.setUTCFullYear(year, 0, dayOfYear);
  // February 30 does not exist, and the day of the year has to agree with month and day.
  if (date.getUTCFullYear() !== year) return undefined;
  if (month !== undefined && date.getUTCMonth() !== month - 1) return undefined;
  if (day !== undefined && date.getUTCDate() !== day) return undefined;
  let { hour } = fields;
  if (afternoon === true && hour < 12) hour += 12;
  if (afternoon === false && hour === 12) hour = 0;
  date.setUTCHours(hour, fields.minute, fields.second);
  return BigInt(date.getTime()) * 1_000_000n + BigInt(fields.nanoseconds);
}
