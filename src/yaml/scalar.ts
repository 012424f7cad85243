/**
 * The values of plain scalars (those without quotes) as Helm reads them, by go-yaml 2: YAML 1.1 with Go's syntax of
 * numbers, and without numbers in base 60 and dates. And which texts can be written as plain scalars.
 */
import type { Value } from './value.ts';

const WORDS: ReadonlyMap<string, boolean | number | null> = new Map<string, boolean | number | null>([
  ...['y', 'Y', 'yes', 'Yes', 'YES', 'true', 'True', 'TRUE', 'on', 'On', 'ON'].map((word) => [word, true] as const),
  ...['n', 'N', 'no', 'No', 'NO', 'false', 'False', 'FALSE', 'off', 'Off', 'OFF'].map((word) => [word, false] as const),
  ...['', '~', 'null', 'Null', 'NULL'].map((word) => [word, null] as const),
  ...['.nan', '.NaN', '.NAN'].map((word) => [word, Number.NaN] as const),
  ...['.inf', '.Inf', '.INF', '+.inf', '+.Inf', '+.INF'].map((word) => [word, Infinity] as const),
  ...['-.inf', '-.Inf', '-.INF'].map((word) => [word, -Infinity] as const),
]);

/** The length of the longest of these words. */
const MAX_WORD_LENGTH = 5;
/** A number of more digits is beyond the largest float, so that Go takes it for a text. */
const MAX_DIGITS = 310;
const FLOAT = /^[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?$/;
const INTEGER = /^[-+]?[0-9]+$/;
/** A binary number with its sign after `0b`: go-yaml gives what follows `0b` to Go's parser, which takes a sign. */
const SIGNED_BINARY = /^0b([-+])([01]+)$/;
const PREFIXED = /^([-+]?)0(?:([xX])([0-9a-fA-F]+)|([oO]?)([0-7]+)|([bB])([01]+))$/;

/**
 * The value of a plain scalar: null, a boolean, a number (a bigint for an integer beyond 2^53), or the text itself.
 * Infinity and not-a-number are numbers here, and refused later, where JSON is made.
 */
export function resolvePlainScalar(text: string): Value {
  if (text.length <= MAX_WORD_LENGTH) {
    const word = WORDS.get(text);
    if (word !== undefined) return word;
  }
  const first = text.charCodeAt(0);
  // Only a digit, a sign or a point begins a number.
  if (first > 57 || first < 43 || first === 44 || first === 47) return text;
  // Most numbers are written as JavaScript writes them. Most other texts (`1.2.3`, `10Gi`, `2026-11-29`) are not numbers to
  // JavaScript, nor to go-yaml unless they have a `_`, a sign, or a letter after a zero. So most runs compile none of the
  // patterns above.
  const number = Number(text);
  if (String(number) === text && Number.isFinite(number) && isExact(number)) return number;
  const isSpecial = first < 46 || (first === 48 && text.charCodeAt(1) > 57);
  return Number.isNaN(number) && !isSpecial && !text.includes('_') ? text : resolveNumber(text, first === 46);
}

/** Whether go-yaml does not keep more digits of a number than JavaScript. */
function isExact(number: number): boolean {
  return Number.isSafeInteger(number) || !Number.isInteger(number);
}

/** A number that begins with a point, for which go-yaml leaves `_` to Go's parser: it has to stand between digits. */
const POINT_FIRST = /^\.[0-9]+(?:_[0-9]+)*(?:[eE][-+]?[0-9]+(?:_[0-9]+)*)?$/;

function resolveNumber(text: string, pointFirst: boolean): number | bigint | string {
  // In numbers that begin with a digit or a sign go-yaml removes every `_`.
  const plain = text.includes('_') && !(pointFirst && !POINT_FIRST.test(text)) ? text.replaceAll('_', '') : text;
  if (!pointFirst) {
    const prefixed = PREFIXED.exec(plain);
    if (prefixed !== null) {
      const integer = prefixedInteger(prefixed);
      if (integer !== undefined) return integer;
    }
    if (INTEGER.test(plain)) {
      if (plain.length > MAX_DIGITS) return text;
      const number = Number(plain);
      // `-0` is the integer 0
      if (Number.isSafeInteger(number)) return number === 0 ? 0 : number;
      return BigInt(plain.startsWith('+') ? plain.slice(1) : plain);
    }
  }
  if (!FLOAT.test(plain)) return pointFirst ? text : (signedBinary(plain) ?? text);
  const number = Number(plain);
  return Number.isFinite(number) ? number : text;
}

/**
 * Whether go-yaml reads a number as a float. `value` is what {@link resolvePlainScalar} gives for the text. An integer
 * beyond 64 bits is a float, and so is one with a leading zero and an 8 or 9 in it (`089`), which is not octal.
 */
export function isFloat(text: string, value: number | bigint): boolean {
  const plain = text.replaceAll('_', '');
  if (typeof value === 'bigint')
    return value >= 2n ** 64n || value < -(2n ** 63n) || (value >= 2n ** 63n && plain.startsWith('+'));
  return !/^[-+]?(?:0|[1-9][0-9]*)$/.test(plain) && !PREFIXED.test(plain) && !SIGNED_BINARY.test(plain);
}

function signedBinary(plain: string): number | bigint | undefined {
  const [, sign = '', digits = ''] = SIGNED_BINARY.exec(plain) ?? [];
  if (digits === '' || digits.length > 70) return undefined;
  const magnitude = BigInt(`0b${digits}`);
  if (magnitude > (sign === '-' ? 0x8000000000000000n : 0x7fffffffffffffffn)) return undefined;
  return magnitude <= 0x1fffffffffffffn
    ? Number(sign === '-' ? -magnitude : magnitude)
    : sign === '-'
      ? -magnitude
      : magnitude;
}

/** The value of `0x1F`, `0o17`, `017` or `0b11`; undefined for one beyond 64 bits. */
function prefixedInteger(match: RegExpExecArray): number | bigint | undefined {
  const [, sign, hex, hexDigits, , octalDigits, , binaryDigits] = match;
  const digits = hexDigits ?? octalDigits ?? binaryDigits ?? '';
  if (digits.length > 70) return undefined;
  const magnitude = BigInt((hex === undefined ? (octalDigits === undefined ? '0b' : '0o') : '0x') + digits);
  if (magnitude > (sign === '' ? 0xffffffffffffffffn : 0x8000000000000000n)) return undefined;
  const integer = sign === '-' ? -magnitude : magnitude;
  return magnitude <= 0x1fffffffffffffn ? Number(integer) : integer;
}

/** A word that some reader of YAML 1.1 or 1.2 takes for something else than a text. */
const AMBIGUOUS_WORD = /^(?:y|yes|on|true|n|no|off|false|null|~|=|<<)$/i;
/** A text that looks like a number or a date: readers disagree about which of them are, so all are quoted. */
const AMBIGUOUS_NUMBER =
  /^[-+]?\.?[0-9][0-9a-fA-FxXoObB_,.:eE+-]*(?:[Tt ].*)?$|^[-+]?\.(?:inf|nan|[0-9_]*)$|^[-+]?[0-9_.]*e[-+]?[0-9_]+$/i;
/**
 * A text of characters that mean nothing in YAML: no indicator is first, `: ` and ` #` do not occur, and beyond ASCII there
 * are only letters, no line breaks or byte order marks, which readers treat differently.
 */
const PLAIN =
  /^(?:[A-Za-z0-9_/.+$(\\;\u00a1-\u02ff\u0370-\u1fff\u3040-\ud7ff]|-(?=[A-Za-z0-9_/.+-]))(?:[A-Za-z0-9_/.+$()\\;,=*&!|>@%^~<"'?{}[\]`\u00a1-\u02ff\u0370-\u1fff\u3040-\ud7ff-]|:(?=[A-Za-z0-9_/.+$()=@%~-])| (?=[^#\s])|(?<! )#)*$/;

/** The results for short texts, since the same keys and kinds occur in every document. */
const known = new Map<string, boolean>();
const MAX_KNOWN = 4096;

/** Whether every reader reads this text, written on one line without quotes, as the same text. */
export function isPlainSafe(text: string): boolean {
  if (text.length > 64) return isSafe(text);
  let safe = known.get(text);
  if (safe === undefined) {
    safe = isSafe(text);
    if (known.size < MAX_KNOWN) known.set(text, safe);
  }
  return safe;
}

function isSafe(text: string): boolean {
  if (text === '' || !PLAIN.test(text)) return false;
  if (text.endsWith(' ')) return false;
  if (text.length <= MAX_WORD_LENGTH && AMBIGUOUS_WORD.test(text)) return false;
  if (AMBIGUOUS_NUMBER.test(text)) return false;
  if (text.startsWith('---') || text.startsWith('...')) return false;
  return typeof resolvePlainScalar(text) === 'string';
}
