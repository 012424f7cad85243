/** Time zones of the IANA database, as JavaScript's Intl knows them. */
import { secondsOf, UTC } from './date-layout.ts';
import type { Instant, Zone } from './date-layout.ts';

/**
 * The offset and short name that a zone has at an instant. Undefined when there is no such zone; that of the machine
 * (`Local`) is none.
 */
export function zoneAt(name: string, instant: Instant): Zone | undefined {
  if (name === '' || name === 'UTC') return UTC;
  // Intl also takes offsets (`+02:00`), which are no names of zones.
  if (/^[+-]/.test(name)) return undefined;
  const at = secondsOf(instant).seconds * 1000;
  const read = (locale: string, timeZoneName: 'longOffset' | 'short'): string => {
    const parts = new Intl.DateTimeFormat(locale, { timeZone: name, timeZoneName }).formatToParts(at);
    return parts.find((part) => part.type === 'timeZoneName')?.value ?? '';
  };
  let written: string;
  try {
    written = read('en-US', 'longOffset');
  } catch {
    return undefined;
  }
  const [, sign, hours = '0', minutes = '0', seconds = '0'] =
    /^GMT(?:([+-])(\d\d):(\d\d)(?::(\d\d))?)?/.exec(written) ?? [];
  const offset = (Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds)) * (sign === '-' ? -1 : 1);
  return { offset, name: shortName(name, offset, (locale) => read(locale, 'short')) };
}

/** Each locale knows the short names of its own zones; the others' are offsets to it. */
const LOCALES: readonly string[] = ['en-US', 'en-GB', 'en-AU', 'en-NZ', 'en-IN', 'en-CA', 'en-ZA', 'ja-JP'];

/** What no locale knows. */
const NAMES: ReadonlyMap<string, string> = new Map([
  ['Asia/Hong_Kong', 'HKT'],
  ['Asia/Jakarta', 'WIB'],
  ['Asia/Karachi', 'PKT'],
  ['Asia/Macau', 'CST'],
  ['Asia/Manila', 'PST'],
  ['Asia/Seoul', 'KST'],
  ['Asia/Shanghai', 'CST'],
  ['Asia/Taipei', 'CST'],
  ['Europe/Moscow', 'MSK'],
]);

function shortName(zone: string, offset: number, read: (locale: string) => string): string {
  const known = NAMES.get(zone);
  if (known !== undefined) return known;
  for (const locale of LOCALES) {
    const name = read(locale);
    if (/^[A-Z]{3,5}$/.test(name) && (name !== 'GMT' || offset === 0)) return name;
  }
  // As the database has it for zones without a name.
  const minutes = Math.floor(Math.abs(offset) / 60);
  const two = (number: number): string => String(number).padStart(2, '0');
  const rest = minutes % 60 === 0 ? '' : two(minutes % 60);
  return `${offset < 0 ? '-' : '+'}${two(Math.floor(minutes / 60))}${rest}`;
}
