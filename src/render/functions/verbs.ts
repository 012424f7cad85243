/**
 * Go's format language (package fmt): its directives, and how numbers and texts are written by them. What
 * a verb does with a value of another type is up to the engine.
 */
import { cut, lengthOf } from './characters.ts';
import { FunctionFailure } from './failure.ts';
import { exponential, fixed, general } from './floats.ts';
import { checkLength } from './limits.ts';
import { canBackquote, quoteGo, quoteGoCharacter } from './quote.ts';

/** The flags of a directive. */
export type Flags = { minus: boolean; plus: boolean; sharp: boolean; space: boolean; zero: boolean };

/** A width or precision: a number, or `*` for one that is an argument; `place` is that of the argument, from 1. */
export type Size = { given: number | '*'; place: number | undefined };

/** `%`, flags, width, precision and a verb, as it is written. */
export type Directive = {
  /** The verb, empty at the end of the format. */
  verb: string;
  flags: Flags;
  width: Size | undefined;
  precision: Size | undefined;
  /** The place of the argument (`%[2]d`), from 1. */
  place: number | undefined;
  written: string;
};

/** What formatting needs to know once widths and precisions are numbers. */
export type Spec = { verb: string; flags: Flags; width: number | undefined; precision: number | undefined };

const DIRECTIVE =
  /%([-+# 0]*)(?:\[(\d{1,7})\])?(\*|\d{1,9})?(\.(?:\[(\d{1,7})\](?=\*))?(\*|\d{1,9})?)?(?:\[(\d{1,7})\])?([\s\S]?)/gu;

/** A format taken apart: texts as they are, and directives; `%%` is a text. */
export function parseFormat(format: string): (string | Directive)[] {
  const parts: (string | Directive)[] = [];
  let end = 0;
  for (const match of format.matchAll(DIRECTIVE)) {
    const [written, flags = '', first, width, dot, precisionPlace, precision, last, verb = ''] = match;
    if (match.index > end) parts.push(format.slice(end, match.index));
    end = match.index + written.length;
    if (verb === '%') {
      parts.push('%');
      continue;
    }
    // A place before a star is the star's; the verb's own stands right before it.
    const isStars = width === '*';
    parts.push({
      verb,
      flags: {
        minus: flags.includes('-'),
        plus: flags.includes('+'),
        sharp: flags.includes('#'),
        space: flags.includes(' '),
        zero: flags.includes('0'),
      },
      width: sizeOf(width, isStars ? first : undefined),
      precision: dot === undefined ? undefined : sizeOf(precision ?? '0', precisionPlace),
      place: numberOf(last ?? (isStars ? undefined : first)),
      written,
    });
  }
  if (end < format.length) parts.push(format.slice(end));
  return parts;
}

function sizeOf(given: string | undefined, place: string | undefined): Size | undefined {
  if (given === undefined) return undefined;
  return { given: given === '*' ? '*' : Number(given), place: numberOf(place) };
}

function numberOf(text: string | undefined): number | undefined {
  return text === undefined ? undefined : Number(text);
}

/** The bases of the verbs for whole numbers. */
const BASES: Readonly<Record<string, { base: number; prefix: string }>> = {
  d: { base: 10, prefix: '' },
  v: { base: 10, prefix: '' },
  b: { base: 2, prefix: '0b' },
  o: { base: 8, prefix: '0' },
  O: { base: 8, prefix: '' },
  x: { base: 16, prefix: '0x' },
  X: { base: 16, prefix: '0X' },
};

/** A whole number by `%d`, `%v`, `%b`, `%o`, `%O`, `%x`, `%X`, `%c`, `%q` and `%U`; undefined for other verbs. */
export function formatInteger(number: bigint, spec: Spec): string | undefined {
  const { verb, flags } = spec;
  if (verb === 'c' || verb === 'q' || verb === 'U') return formatCharacter(number, spec);
  const known = Object.hasOwn(BASES, verb) ? BASES[verb] : undefined;
  if (known === undefined) return undefined;
  const sign = number < 0n ? '-' : flags.plus ? '+' : flags.space ? ' ' : '';
  if (number === 0n && spec.precision === 0) return padText('', { ...spec, flags: { ...flags, zero: false } });
  const written = (number < 0n ? -number : number).toString(known.base);
  // Zeros to the left make up the width, unless a precision says how many digits there are.
  const zeros = flags.zero && !flags.minus && spec.width !== undefined ? spec.width - sign.length : 0;
  const least = spec.precision ?? zeros;
  checkLength(least);
  let digits = (verb === 'X' ? written.toUpperCase() : written).padStart(least, '0');
  if (verb === 'O') digits = `0o${digits}`;
  else if (flags.sharp && !(known.base === 8 && digits.startsWith('0'))) digits = known.prefix + digits;
  return padText(sign + digits, { ...spec, flags: { ...flags, zero: false } });
}

function formatCharacter(number: bigint, spec: Spec): string {
  const { verb, flags, precision } = spec;
  const isCharacter = number >= 0n && number <= 0x10ffffn && !(number >= 0xd800n && number <= 0xdfffn);
  const character = String.fromCodePoint(isCharacter ? Number(number) : 0xfffd);
  if (verb === 'c') return padText(character, spec);
  if (verb === 'q') return padText(quoteGoCharacter(character, { ascii: flags.plus }), spec);
  checkLength(precision ?? 0);
  const digits = BigInt.asUintN(64, number).toString(16).toUpperCase();
  const name = flags.sharp && isCharacter && isVisible(character) ? ` '${character}'` : '';
  const code = `U+${digits.padStart(Math.max(precision ?? 4, 4), '0')}${name}`;
  return padText(code, { ...spec, flags: { ...flags, zero: false } });
}

function isVisible(character: string): boolean {
  return /^[\p{L}\p{M}\p{N}\p{P}\p{S} ]$/u.test(character);
}

/** No number has more digits than these; the rest would be zeros. */
const MOST_PLACES = 1100;

/** A number by `%e`, `%f`, `%g`, their capitals and `%v`; undefined for other verbs. */
export function formatFloat(number: number, spec: Spec): string | undefined {
  const { verb, flags, precision } = spec;
  if (precision !== undefined && precision > MOST_PLACES) {
    throw new FunctionFailure(`takes a precision up to ${MOST_PLACES}, not ${precision}`);
  }
  let digits: string;
  switch (verb) {
    case 'f':
    case 'F':
      digits = fixed(number, precision ?? 6);
      break;
    case 'e':
    case 'E':
      digits = exponential(number, precision ?? 6);
      break;
    case 'g':
    case 'G':
    case 'v':
      digits = general(number, precision);
      break;
    default:
      return undefined;
  }
  if (Object.is(number, -0)) digits = `-${digits}`;
  if (flags.sharp) digits = withPoint(digits, /[gGv]/.test(verb) ? (precision ?? 6) : 0);
  if (verb === 'E' || verb === 'G') digits = digits.toUpperCase();
  const sign = digits.startsWith('-') ? '-' : flags.plus ? '+' : flags.space ? ' ' : '';
  const body = digits.replace(/^-/, '');
  if (!flags.zero || flags.minus) return padText(sign + body, { ...spec, flags: { ...flags, zero: false } });
  checkLength(spec.width ?? 0);
  return sign + body.padStart((spec.width ?? 0) - sign.length, '0');
}

/** With a point in any case, and for `%g` zeros up to so many digits. */
function withPoint(written: string, digits: number): string {
  const [, mantissa = '', exponent = ''] = /^([^e]*)(.*)$/.exec(written) ?? [];
  const pointed = mantissa.includes('.') ? mantissa : `${mantissa}.`;
  const there = pointed.replace(/^-?0*\.?0*(?=[1-9])|[-.]/g, '').replaceAll('.', '').length;
  return pointed + '0'.repeat(Math.max(digits - there, 0)) + exponent;
}

/** A text by `%s`, `%v`, `%q`, `%x` and `%X`; undefined for other verbs. */
export function formatText(text: string, spec: Spec): string | undefined {
  const { verb, flags, precision } = spec;
  if (verb === 'x' || verb === 'X') return padText(hexadecimalText(text, spec), spec);
  const kept = precision === undefined ? text : cut(text, 0, precision);
  if (verb === 's' || verb === 'v') return padText(kept, spec);
  if (verb !== 'q') return undefined;
  return padText(flags.sharp && canBackquote(kept) ? `\`${kept}\`` : quoteGo(kept, { ascii: flags.plus }), spec);
}

/** The bytes of a text, the first ones when there is a precision, with spaces between when the flag says so. */
function hexadecimalText(text: string, { verb, flags, precision }: Spec): string {
  const bytes = Buffer.from(text).subarray(0, precision);
  checkLength(bytes.length * 5);
  const prefix = flags.sharp ? '0x' : '';
  const digits = bytes.toString('hex');
  const spaced = flags.space ? (digits.match(/../g) ?? []).map((two) => prefix + two).join(' ') : prefix + digits;
  const written = bytes.length === 0 ? '' : spaced;
  return verb === 'X' ? written.toUpperCase() : written;
}

/** A text in its width: at the right, or at the left with a minus; with zeros before it when the flag says so. */
export function padText(text: string, { width = 0, flags }: Spec): string {
  const missing = width - lengthOf(text);
  if (missing <= 0) return text;
  checkLength(width);
  if (flags.minus) return text + ' '.repeat(missing);
  return (flags.zero ? '0' : ' ').repeat(missing) + text;
}
