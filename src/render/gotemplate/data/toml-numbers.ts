/** Numbers and dates of TOML, as BurntSushi's toml 1.6.0 reads them and words their errors. */
import type { Instant } from '../../functions/date-layout.ts';
import { parseDate } from '../../functions/date-parse.ts';
import { parseFloatText } from '../constants.ts';
import { readDate } from '../functions/date-functions.ts';
import type { GoError } from '../functions/signature.ts';
import { int64 } from '../int.ts';
import { GoTime } from '../time.ts';
import { encodeRune } from '../../../utf8.ts';
import { quoteGo } from '../../functions/quote.ts';
import type { GoValue } from '../value.ts';
import { fixedZone, localZone } from '../../functions/system-zones.ts';
import { shown } from './toml-scan.ts';
import type { TomlScanner } from './toml-scan.ts';

const POINT = 46;
const ZERO = 48;

/**
 * Reads the number behind a sign.
 *
 * @param start the offset of the sign
 * @throws {GoError} where no number follows
 */
export function readSigned(scan: TomlScanner, start: number): GoValue {
  const rune = scan.next();
  const read = (): string => scan.text.slice(start, scan.at);
  for (const word of ['inf', 'nan']) {
    if (rune !== word.charCodeAt(0)) continue;
    if (!scan.accept(word.charAt(1)) || !scan.accept(word.charAt(2))) throw scan.error(`invalid float: '${read()}'`);
    return readFloat(scan, read());
  }
  if (rune === ZERO) {
    const base = scan.peek();
    if (/[box]/.test(encodeRune(base))) {
      throw scan.error(`cannot use sign with non-decimal numbers: '${read()}${encodeRune(base)}'`);
    }
  }
  if (rune === POINT) throw scan.error("floats must start with a digit, not '.'");
  if (!isDigit(rune)) throw scan.errorAfter(rune, `expected a digit but got ${shown(rune)}`);
  return decimal(scan, start);
}

/** Reads the rest of a decimal number that begins at `start`. */
function decimal(scan: TomlScanner, start: number): GoValue {
  scan.take(/[0-9_]*/y);
  if (scan.take(/[.eE]/y) === '') return integer(scan, scan.text.slice(start, scan.at));
  return rest(scan, start);
}

/** Reads the rest of a float that begins at `start`. */
function rest(scan: TomlScanner, start: number): GoValue {
  scan.take(/[0-9_.\-+eE]*/y);
  return readFloat(scan, scan.text.slice(start, scan.at));
}

/** Reads a number or a date, which begins with a digit. @throws {GoError} for anything else */
export function readNumberOrDate(scan: TomlScanner): GoValue {
  const start = scan.at;
  const first = scan.take(/[0-9]/y);
  if (first === '0') {
    const base = BASES[scan.take(/[box]/y)];
    if (base !== undefined) {
      const digit = scan.peek();
      if (!base.digits.test(encodeRune(digit))) {
        throw scan.error(`not ${base.name} number: '${scan.text.slice(start, scan.at)}${encodeRune(digit)}'`);
      }
      scan.take(base.all);
      return integer(scan, scan.text.slice(start, scan.at));
    }
    // toml reads a zero alone here, unless what follows may be part of a number: `0-` is not a date.
    if (!/[0-9_.eE]/.test(scan.text.charAt(scan.at))) return integer(scan, '0');
  }
  scan.take(/[0-9]*/y);
  if (scan.take(/[-:]/y) !== '') {
    scan.take(/[0-9\-:Tt .Zz+]*/y);
    return readDateTime(scan, scan.text.slice(start, scan.at).trim());
  }
  return decimal(scan, start);
}

/** The integer of a text. */
function integer(scan: TomlScanner, text: string): GoValue {
  if (!underscoresFit(text)) {
    throw scan.error(`Invalid integer ${quoteGo(text)}: underscores must be surrounded by digits`);
  }
  if (hasLeadingZero(text)) throw scan.error(`Invalid integer ${quoteGo(text)}: cannot have leading zeroes`);
  const digits = text.replaceAll('_', '').replace(/^[+-]/, '');
  // An int64 has at most 64 digits, in binary; BigInt takes O(n²) for more.
  const isLong = digits.replace(/^(?:0[box])?0*/, '').length > 64;
  const value = isLong ? undefined : BigInt(digits) * (text.startsWith('-') ? -1n : 1n);
  if (value === undefined || BigInt.asIntN(64, value) !== value) throw scan.error(`${text} is out of range for int64`);
  return int64(value);
}

/** The float of a text. @throws {GoError} for anything else */
export function readFloat(scan: TomlScanner, text: string): GoValue {
  const invalid = (why: string): GoError => scan.error(`Invalid float ${quoteGo(text)}: ${why}`);
  const parts = text.split(/[.eE]/).filter((part) => part !== '');
  if (!parts.every(underscoresFit)) throw invalid('underscores must be surrounded by digits');
  if (hasLeadingZero(parts[0] ?? '')) throw invalid('cannot have leading zeroes');
  if (/\.(?![0-9])/.test(text)) throw invalid("'.' must be followed by one or more digits");
  const special = /^([+-]?)(inf|nan)$/.exec(text);
  if (special !== null) return special[2] === 'nan' ? NaN : special[1] === '-' ? -Infinity : Infinity;
  const digits = text.replaceAll('_', '');
  const value = parseFloatText(digits);
  if (value !== undefined) return value;
  if (Number.isNaN(Number(digits))) throw scan.error(`Invalid float value: ${quoteGo(text)}`);
  throw scan.error(`${text} is out of range for float64`);
}

function readDateTime(scan: TomlScanner, text: string): GoValue {
  const written = text.replaceAll('z', 'Z').replace(/[t ]/g, 'T');
  const invalid = (): GoError => scan.error(`invalid datetime: ${quoteGo(written)}`);
  for (const [layout, zone] of LAYOUTS) {
    const parsed = parseDate(layout, written);
    if (parsed === undefined) continue;
    // Go reads `1` for `01`, which TOML does not allow: then a separator is not at its place in the layout.
    const [fixed = ''] = /^[^.Z]*/.exec(layout) ?? [];
    for (let at = 0; at < fixed.length; at++) {
      if (/[-:T]/.test(fixed.charAt(at)) && written[at] !== fixed[at]) throw invalid();
    }
    return (zone === undefined ? readDate(layout, written) : inLocal(parsed.clock, zone)) ?? null;
  }
  throw invalid();
}

/** The layouts in the order in which toml tries them. A date without an offset gets a zone with one of these names. */
const LAYOUTS: readonly (readonly [layout: string, zone: string | undefined])[] = [
  ['2006-01-02T15:04:05.999999999Z07:00', undefined],
  ['2006-01-02T15:04:05.999999999', 'datetime-local'],
  ['2006-01-02', 'date-local'],
  ['15:04:05.999999999', 'time-local'],
  ['2006-01-02T15:04Z07:00', undefined],
  ['2006-01-02T15:04', 'datetime-local'],
  ['15:04', 'time-local'],
];

/** The time that clocks show in a zone with this name and the current offset of this machine. */
function inLocal(clock: Instant, zone: string): GoTime {
  const { offset } = localZone().at(Math.floor(Date.now() / 1000));
  return new GoTime(clock - BigInt(offset) * 1_000_000_000n, fixedZone(zone, offset));
}

const BASES: Readonly<Record<string, { name: string; digits: RegExp; all: RegExp }>> = {
  b: { name: 'a binary', digits: /^[01]$/, all: /[01_]*/y },
  o: { name: 'an octal', digits: /^[0-7]$/, all: /[0-7_]*/y },
  x: { name: 'a hexadecimal', digits: /^[0-9a-fA-F]$/, all: /[0-9a-fA-F_]*/y },
};

/** Whether each underscore is between two digits, which may be hexadecimal. */
function underscoresFit(text: string): boolean {
  return /^[+-]?(?:inf|nan)$/.test(text) || (/[0-9a-fA-F]$/.test(text) && !/(?:^|[^0-9a-fA-F])_/.test(text));
}

function hasLeadingZero(text: string): boolean {
  return /^0[^box]/.test(text) || /^[+-]0./.test(text);
}

/** Whether a character is an ASCII digit. */
export function isDigit(rune: number): boolean {
  return rune >= ZERO && rune <= ZERO + 9;
}
