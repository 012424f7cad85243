/**
 * Time zones for native templates: of the IANA database that is built into Node, so that a chart prints the same text on
 * every machine. Go templates take the database of the machine, as Helm does: `system-zones.ts`, and
 * docs/decisions/go-library.md.
 */
import { secondsOf, UTC } from './date-layout.ts';
import type { Instant, Zone } from './date-layout.ts';

/**
 * The offset and short name of a zone at an instant; undefined for an unknown name. `Local`, the zone of the machine, is
 * an unknown name here.
 */
export function zoneAt(name: string, instant: Instant): Zone | undefined {
  if (name === '' || name === 'UTC') return UTC;
  // Intl also takes offsets (`+02:00`), which the database does not name.
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

/** Intl writes the short name of a zone (`CEST`) only in a locale where it is used, else an offset (`GMT+2`). */
const LOCALES: readonly string[] = ['en-US', 'en-GB', 'en-AU', 'en-NZ', 'en-IN', 'en-CA', 'en-ZA', 'ja-JP'];

/** Short names that Intl writes in none of these locales. */
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
  // For zones without a short name the database has the offset: `+0530`, `-03`.
  const minutes = Math.floor(Math.abs(offset) / 60);
  const two = (number: number): string => String(number).padStart(2, '0');
  const rest = minutes % 60 === 0 ? '' : two(minutes % 60);
  return `${offset < 0 ? '-' : '+'}${two(Math.floor(minutes / 60))}${rest}`;
}
