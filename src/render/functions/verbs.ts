/**
 * Prints numbers and texts by the verbs of Go's package fmt, for both engines. Texts are UTF-8 with one byte a
 * character. What a verb does with a value of another type is decided by the engine.
 */
import { formatFloat } from './floats.ts';
import { charge } from './limits.ts';
import { isPrint } from './unicode.ts';
import { decodeRune, encodeRune, firstRunes, runeCount } from '../../utf8.ts';
import { quoteGo, quoteRune } from './quote.ts';

/** The flags, width and precision between `%` and the verb. */
export type FormatSpec = {
  width: number | undefined;
  precision: number | undefined;
  /** `#` */
  sharp: boolean;
  /** `0` */
  zero: boolean;
  /** `+` */
  plus: boolean;
  /** `-` */
  minus: boolean;
  /** A blank. */
  space: boolean;
};

/** No flags, no width, no precision. */
export const PLAIN: Readonly<FormatSpec> = {
  width: undefined,
  precision: undefined,
  sharp: false,
  zero: false,
  plus: false,
  minus: false,
  space: false,
};

/** Prints a whole number by `%d`, `%b`, `%o`, `%O`, `%x`, `%X`, `%c`, `%q` or `%U`; undefined for another verb. */
export function formatInteger(number: bigint, isSigned: boolean, verb: string, spec: FormatSpec): string | undefined {
  switch (verb) {
    case 'd':
    case 'b':
    case 'o':
    case 'O':
    case 'x':
    case 'X':
      return formatDigits(number, isSigned, verb, spec);
    case 'c':
      return pad(encodeRune(runeOf(number)), spec);
    case 'q':
      return pad(quoteRune(runeOf(number), spec.plus), spec);
    case 'U':
      return formatUnicode(BigInt.asUintN(64, number), spec);
    default:
      return undefined;
  }
}

/** Prints the digits of a whole number, in the base of the verb. */
export function formatDigits(number: bigint, isSigned: boolean, verb: string, spec: FormatSpec): string {
  const { width, precision, sharp, zero, plus, minus, space } = spec;
  const isNegative = isSigned && number < 0n;
  const base = verb === 'b' ? 2 : verb === 'o' || verb === 'O' ? 8 : verb === 'x' || verb === 'X' ? 16 : 10;
  let least = 0;
  if (precision !== undefined) {
    least = precision;
    if (least === 0 && number === 0n) return ' '.repeat(width ?? 0);
  } else if (zero && !minus && width !== undefined) {
    least = width - (isNegative || plus || space ? 1 : 0);
  }
  let digits = (isNegative ? -number : number).toString(base).padStart(least, '0');
  if (verb === 'X') digits = digits.toUpperCase();
  if (sharp) {
    if (base === 2) digits = `0b${digits}`;
    else if (base === 8 && !digits.startsWith('0')) digits = `0${digits}`;
    else if (base === 16) digits = (verb === 'X' ? '0X' : '0x') + digits;
  }
  if (verb === 'O') digits = `0o${digits}`;
  return pad((isNegative ? '-' : plus ? '+' : space ? ' ' : '') + digits, spec, false);
}

function formatUnicode(code: bigint, spec: FormatSpec): string {
  const digits = code.toString(16).toUpperCase();
  let text = `U+${digits.padStart(Math.max(4, spec.precision ?? 0), '0')}`;
  if (spec.sharp && code <= 0x10ffffn && isPrint(Number(code))) text += ` '${encodeRune(Number(code))}'`;
  return pad(text, spec, false);
}

function runeOf(number: bigint): number {
  return number < 0n || number > 0x10ffffn ? 0xfffd : Number(number);
}

/** Prints a float by `%b`, `%e`, `%f`, `%g`, `%x` or their upper case; undefined for another verb. */
export function formatNumber(number: number, verb: string, spec: FormatSpec): string | undefined {
  switch (verb) {
    case 'b':
    case 'g':
    case 'G':
    case 'x':
    case 'X':
      return withSign(number, verb, -1, spec);
    case 'f':
    case 'e':
    case 'E':
      return withSign(number, verb, 6, spec);
    case 'F':
      return withSign(number, 'f', 6, spec);
    default:
      return undefined;
  }
}

function withSign(number: number, verb: string, usual: number, spec: FormatSpec): string {
  const { width, sharp, zero, plus, minus, space } = spec;
  const precision = spec.precision ?? usual;
  let text = formatFloat(number, verb, precision);
  if (!/^[-+]/.test(text)) text = `+${text}`;
  if (space && text.startsWith('+') && !plus) text = ` ${text.slice(1)}`;
  if (!Number.isFinite(number)) {
    if (Number.isNaN(number) && !space && !plus) text = text.slice(1);
    return pad(text, spec, false);
  }
  if (sharp && verb !== 'b') text = withPoint(text, verb, precision);
  if (!plus && text.startsWith('+')) return pad(text.slice(1), spec);
  // Zeros are inserted between the sign and the digits.
  const isFilled = zero && !minus && width !== undefined && width > text.length;
  return isFilled ? text.charAt(0) + '0'.repeat(width - text.length) + text.slice(1) : pad(text, spec);
}

/** A float with the flag `#`: always with a point, and with zeros at the end up to the precision. */
function withPoint(text: string, verb: string, precision: number): string {
  let digits = 0;
  if (verb === 'g' || verb === 'G' || verb === 'x') digits = precision === -1 ? 6 : precision;
  const isHex = verb === 'x' || verb === 'X';
  const cut = text.search(isHex ? /[pP]/ : /[eE]/);
  const tail = cut === -1 ? '' : text.slice(cut);
  const body = cut === -1 ? text : text.slice(0, cut);
  let sawNonzero = false;
  for (const character of body.slice(1)) {
    if (character === '.') continue;
    if (character !== '0') sawNonzero = true;
    if (sawNonzero) digits--;
  }
  let out = body;
  if (!body.includes('.')) {
    if (body.length === 2 && body.endsWith('0')) digits--;
    out += '.';
  }
  return out + '0'.repeat(Math.max(0, digits)) + tail;
}

/** Prints a text by `%s`, `%q`, `%x` or `%X`; undefined for another verb. */
export function formatText(text: string, verb: string, spec: FormatSpec): string | undefined {
  switch (verb) {
    case 's':
      return pad(firstOf(text, spec), spec);
    case 'q': {
      const kept = firstOf(text, spec);
      return pad(spec.sharp && canBackquote(kept) ? `\`${kept}\`` : quoteGo(kept, spec.plus), spec);
    }
    case 'x':
    case 'X':
      return formatBytes(text, verb, spec);
    default:
      return undefined;
  }
}

/** The first characters of a text, as many as the precision says. */
function firstOf(text: string, { precision }: FormatSpec): string {
  return precision === undefined ? text : firstRunes(text, precision);
}

function formatBytes(text: string, verb: string, spec: FormatSpec): string {
  const bytes = spec.precision === undefined ? text : text.slice(0, spec.precision);
  if (bytes === '') return pad('', spec);
  charge(20 * bytes.length);
  const codes = [...bytes].map((byte) => byte.charCodeAt(0).toString(16).padStart(2, '0'));
  const lead = spec.sharp ? '0x' : '';
  const joined = spec.space ? codes.map((code) => lead + code).join(' ') : lead + codes.join('');
  return pad(verb === 'X' ? joined.toUpperCase() : joined, spec);
}

/** Whether `%#q` prints a text between backquotes (`strconv.CanBackquote`). */
function canBackquote(text: string): boolean {
  for (let at = 0; at < text.length;) {
    const { rune, size } = decodeRune(text, at);
    at += size;
    if (size > 1) {
      if (rune === 0xfeff) return false;
    } else if (rune === 0xfffd || (rune < 0x20 && rune !== 9) || rune === 0x60 || rune === 0x7f) return false;
  }
  return true;
}

/** Pads a text to its width: at the left, with zeros if that flag is set and `mayFill`, or at the right with the flag `-`. */
export function pad(text: string, { width, minus, zero }: FormatSpec, mayFill = true): string {
  if (width === undefined) return text;
  const missing = width - runeCount(text);
  if (missing <= 0) return text;
  const filling = (zero && !minus && mayFill ? '0' : ' ').repeat(missing);
  return minus ? text + filling : filling + text;
}
