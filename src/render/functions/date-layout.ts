/** Dates by Go's layouts: a layout is the time `Mon Jan 2 15:04:05 MST 2006`, written as the date is to be written. */
import { chargeCharacters } from './limits.ts';
import { civilOf } from './civil.ts';
import type { Civil } from './civil.ts';

/** An instant in nanoseconds since 1970 in UTC, which is as exact as Go's times. */
export type Instant = bigint;

/** A zone at an instant: seconds east of UTC, and its short name. */
export type Zone = { offset: number; name: string };

/** UTC. */
export const UTC: Zone = { offset: 0, name: 'UTC' };

/** The names of the months, from January. */
export const MONTHS: readonly string[] = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
];
/** The names of the days, from Sunday. */
export const DAYS: readonly string[] = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];

/** Matches the elements of a layout. Any other text in a layout stands for itself. */
export const ELEMENT: RegExp =
  /January|Jan(?![a-z])|Monday|Mon(?![a-z])|MST|002|0[1-6]|15|1|2006|2|__2|_2(?!006)|[345]|PM|pm|[-Z]07(?:0000|:00:00|00|:00)?|[.,](?:0+|9+)(?!\d)/g;

const SECOND = 1_000_000_000n;

/** An instant as whole seconds, rounded down, and the nanoseconds above them. */
export function secondsOf(instant: Instant): { seconds: number; nanoseconds: number } {
  const nanoseconds = ((instant % SECOND) + SECOND) % SECOND;
  return { seconds: Number((instant - nanoseconds) / SECOND), nanoseconds: Number(nanoseconds) };
}

/** Writes an instant in a zone by a layout. */
export function formatDate(layout: string, instant: Instant, zone: Zone): string {
  chargeCharacters(layout);
  const { seconds, nanoseconds } = secondsOf(instant);
  const local = civilOf(seconds + zone.offset);
  return layout.replace(ELEMENT, (element) => formatElement(element, local, nanoseconds, zone));
}

function formatElement(element: string, local: Civil, nanoseconds: number, zone: Zone): string {
  const { hour } = local;
  const month = MONTHS[local.month - 1] ?? '';
  const day = DAYS[local.weekday] ?? '';
  switch (element) {
    case '2006':
      return padded(local.year, 4);
    case '06':
      return padded(Math.abs(local.year) % 100, 2);
    case 'January':
      return month;
    case 'Jan':
      return month.slice(0, 3);
    case '01':
      return padded(local.month, 2);
    case '1':
      return String(local.month);
    case 'Monday':
      return day;
    case 'Mon':
      return day.slice(0, 3);
    case '02':
      return padded(local.day, 2);
    case '_2':
      return String(local.day).padStart(2);
    case '2':
      return String(local.day);
    case '002':
      return padded(local.yearDay, 3);
    case '__2':
      return String(local.yearDay).padStart(3);
    case '15':
      return padded(hour, 2);
    case '03':
      return padded(hour % 12 || 12, 2);
    case '3':
      return String(hour % 12 || 12);
    case '04':
      return padded(local.minute, 2);
    case '4':
      return String(local.minute);
    case '05':
      return padded(local.second, 2);
    case '5':
      return String(local.second);
    case 'PM':
      return hour < 12 ? 'AM' : 'PM';
    case 'pm':
      return hour < 12 ? 'am' : 'pm';
    case 'MST':
      return zone.name || offsetText('-0700', zone.offset);
    default:
      return /^[.,]/.test(element) ? fraction(element, nanoseconds) : offsetText(element, zone.offset);
  }
}

function padded(number: number, width: number): string {
  return number < 0 ? `-${padded(-number, width)}` : String(number).padStart(width, '0');
}

/** A fraction of seconds: `.000` has so many digits, `.999` at most so many, without zeros at the end. */
function fraction(element: string, nanoseconds: number): string {
  const digits = padded(nanoseconds, 9).slice(0, element.length - 1);
  if (element[1] === '0') return element.slice(0, 1) + digits;
  const significant = digits.replace(/0+$/, '');
  return significant === '' ? '' : element.slice(0, 1) + significant;
}

function offsetText(element: string, offset: number): string {
  if (element.startsWith('Z') && offset === 0) return 'Z';
  const minutes = Math.floor(Math.abs(offset) / 60);
  const parts = [padded(Math.floor(minutes / 60), 2), padded(minutes % 60, 2), padded(Math.abs(offset) % 60, 2)];
  const count = element.replace(/\D/g, '').length / 2;
  // As in Go, an offset of less than a minute to the west has a plus.
  return (offset <= -60 ? '-' : '+') + parts.slice(0, count).join(element.includes(':') ? ':' : '');
}
