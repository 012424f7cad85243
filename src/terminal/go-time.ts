/**
 * Times as Helm prints them. A record holds RFC 3339 with up to nine digits of a second and a zone of
 * its own, and Go prints a time in the zone it was written in; a JavaScript Date would lose both.
 */

/** A time of a record, taken apart. */
export type RecordTime = {
  year: number;
  month: number;
  day: number;
  hour: number;
  minute: number;
  second: number;
  /** Digits after the point, without trailing zeros. */
  fraction: string;
  /** Minutes east of UTC. */
  offset: number;
  /** `UTC`, or the offset again where a zone has no name here. */
  zone: string;
  weekday: number;
};

const WEEKDAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];
const MONTHS = [
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

/** Reads RFC 3339; undefined for a time that is absent, Go's zero, or not a time. */
export function parseRecordTime(text: string | undefined): RecordTime | undefined {
  const match = /^(\d{4})-(\d\d)-(\d\d)[Tt](\d\d):(\d\d):(\d\d)(?:\.(\d{1,9})\d*)?([Zz]|[+-]\d\d:\d\d)$/.exec(
    text ?? '',
  );
  if (match === null || text?.startsWith('0001-01-01T00:00:00')) return undefined;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = match.slice(1, 7).map(Number);
  if (month < 1 || month > 12 || day < 1 || day > 31 || hour > 23 || minute > 59 || second > 59) return undefined;
  const zone = match[8] ?? 'Z';
  const isUtc = zone === 'Z' || zone === 'z';
  const offset = isUtc ? 0 : (zone.startsWith('-') ? -1 : 1) * (Number(zone.slice(1, 3)) * 60 + Number(zone.slice(4)));
  const name = isUtc ? 'UTC' : formatOffset(offset, '');
  const fraction = (match[7] ?? '').replace(/0+$/, '');
  const weekday = new Date(Date.UTC(year, month - 1, day)).getUTCDay();
  return { year, month, day, hour, minute, second, fraction, offset, zone: name, weekday };
}

/** Milliseconds since 1970, for sorting; nanoseconds do not order releases. */
export function toMillis(time: RecordTime): number {
  const { year, month, day, hour, minute, second, fraction, offset } = time;
  return Date.UTC(year, month - 1, day, hour, minute - offset, second) + Number(`0.${fraction || '0'}`) * 1000;
}

/** Go's `Time.String()`: `2026-02-02 03:04:05.5 +0200 +0200`. */
export function formatGoString(time: RecordTime): string {
  const fraction = time.fraction === '' ? '' : `.${time.fraction}`;
  return `${formatGoTime(time, '2006-01-02 15:04:05')}${fraction} ${formatOffset(time.offset, '')} ${time.zone}`;
}

/** Go's `time.ANSIC`: `Mon Feb  2 03:04:05 2026`. */
export function formatAnsic(time: RecordTime): string {
  return formatGoTime(time, 'Mon Jan _2 15:04:05 2006');
}

/** Go's `time.RFC3339`: `2026-02-02T03:04:05+02:00`. */
export function formatRfc3339(time: RecordTime): string {
  return formatGoTime(time, '2006-01-02T15:04:05Z07:00');
}

const FIELDS =
  /January|Jan|Monday|Mon|MST|2006|Z07:00:00|Z070000|Z07:00|Z0700|Z07|-07:00:00|-070000|-07:00|-0700|-07|[.,](?:0+|9+)(?!\d)|002|01|02|03|04|05|06|15|PM|pm|__2|_2006|_2|1|2|3|4|5/g;

/**
 * A time in one of Go's layouts.
 *
 * @see https://pkg.go.dev/time#Layout
 */
export function formatGoTime(time: RecordTime, layout: string): string {
  return layout.replace(FIELDS, (field) => formatField(time, field));
}

function formatField(time: RecordTime, field: string): string {
  const two = (value: number): string => String(value).padStart(2, '0');
  const hour12 = time.hour % 12 === 0 ? 12 : time.hour % 12;
  const dayOfYear = (Date.UTC(time.year, time.month - 1, time.day) - Date.UTC(time.year, 0, 1)) / 86_400_000 + 1;
  const fields: Record<string, string> = {
    January: MONTHS[time.month - 1] ?? '',
    Jan: (MONTHS[time.month - 1] ?? '').slice(0, 3),
    Monday: WEEKDAYS[time.weekday] ?? '',
    Mon: (WEEKDAYS[time.weekday] ?? '').slice(0, 3),
    MST: time.zone,
    '2006': String(time.year).padStart(4, '0'),
    _2006: `_${String(time.year).padStart(4, '0')}`,
    '06': two(time.year % 100),
    '01': two(time.month),
    '1': String(time.month),
    '02': two(time.day),
    _2: String(time.day).padStart(2),
    '2': String(time.day),
    '002': String(dayOfYear).padStart(3, '0'),
    __2: String(dayOfYear).padStart(3),
    '15': two(time.hour),
    '03': two(hour12),
    '3': String(hour12),
    '04': two(time.minute),
    '4': String(time.minute),
    '05': two(time.second),
    '5': String(time.second),
    PM: time.hour < 12 ? 'AM' : 'PM',
    pm: time.hour < 12 ? 'am' : 'pm',
  };
  return fields[field] ?? (/^[.,]/.test(field) ? formatFraction(time, field) : formatZone(time, field));
}

/** `.000` keeps trailing zeros, `.999` drops them. */
function formatFraction(time: RecordTime, field: string): string {
  const digits = time.fraction
    .padEnd(9, '0')
    .slice(0, field.length - 1)
    .padEnd(field.length - 1, '0');
  if (field[1] === '0') return `${field[0]}${digits}`;
  const kept = digits.replace(/0+$/, '');
  return kept === '' ? '' : `${field[0]}${kept}`;
}

function formatZone(time: RecordTime, field: string): string {
  if (field.startsWith('Z') && time.offset === 0) return 'Z';
  const shape = field.slice(1);
  const text = formatOffset(time.offset, shape.includes(':') ? ':' : '');
  if (shape.length === 2) return text.slice(0, 3);
  const seconds = { '070000': '00', '07:00:00': ':00' }[shape] ?? '';
  return text + seconds;
}

function formatOffset(offset: number, separator: string): string {
  const minutes = Math.abs(offset);
  const two = (value: number): string => String(value).padStart(2, '0');
  return `${offset < 0 ? '-' : '+'}${two(Math.floor(minutes / 60))}${separator}${two(minutes % 60)}`;
}
