/** Constants in Go's syntax: numbers, characters, and quoted strings. */
import type { NumberNode } from './node.ts';

const SIMPLE: Readonly<Record<string, string>> = {
  a: '\x07',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
  '\\': '\\',
};

/**
 * The bytes of a string that is written with its quotes, as `strconv.Unquote`; undefined where Go refuses it. A string may
 * have single quotes too, as in JSONPath.
 */
export function unquote(quoted: string): string | undefined {
  if (quoted.startsWith('`')) return quoted.slice(1, -1).replaceAll('\r', '');
  const quote = quoted.charAt(0);
  const body = quoted.slice(1, -1);
  if (!body.includes('\\')) return body;
  let out = '';
  for (let at = 0; at < body.length;) {
    const backslash = body.indexOf('\\', at);
    const plain = body.slice(at, backslash === -1 ? undefined : backslash);
    if (plain.includes(quote)) return undefined;
    out += plain;
    if (backslash === -1) return out;
    const escape = readEscape(body, backslash, quote);
    if (escape === undefined) return undefined;
    out += escape.isByte ? String.fromCharCode(escape.code) : encodeRune(escape.code);
    at = escape.end;
  }
  return out;
}

function encodeRune(code: number): string {
  return code < 0x80 ? String.fromCharCode(code) : Buffer.from(String.fromCodePoint(code)).toString('latin1');
}

type Escape = { code: number; isByte: boolean; end: number };

const ESCAPE = /\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([0-7]{3})|([abfnrtv\\'"]))/y;

/** Reads the escape at an index; undefined where Go refuses it. @param quote the quotes of the string */
function readEscape(text: string, at: number, quote: string): Escape | undefined {
  ESCAPE.lastIndex = at;
  const match = ESCAPE.exec(text);
  if (match === null) return undefined;
  const end = ESCAPE.lastIndex;
  const [, byte, short, long, octal, simple] = match;
  if (byte !== undefined) return { code: parseInt(byte, 16), isByte: true, end };
  if (octal !== undefined) {
    const code = parseInt(octal, 8);
    return code > 255 ? undefined : { code, isByte: true, end };
  }
  if (simple !== undefined) {
    if (simple === '"' || simple === "'") {
      return simple === quote ? { code: simple.charCodeAt(0), isByte: false, end } : undefined;
    }
    return { code: (SIMPLE[simple] ?? '').charCodeAt(0), isByte: false, end };
  }
  const code = parseInt(short ?? long ?? '', 16);
  if (code > 0x10ffff || (code >= 0xd800 && code < 0xe000)) return undefined;
  return { code, isByte: false, end };
}

/** Parses a character constant with its quotes. @returns Go's message where it is malformed */
export function parseCharacter(pos: number, text: string): NumberNode | string {
  const malformed = `malformed character constant: ${text}`;
  const body = text.slice(1, -1);
  let code: number;
  if (body.startsWith('\\')) {
    const escape = readEscape(body, 0, "'");
    if (escape === undefined) return 'invalid syntax';
    if (escape.end !== body.length) return malformed;
    code = escape.code;
  } else {
    const [first = '', ...rest] = Buffer.from(body, 'latin1').toString('utf8');
    if (first === '') return 'invalid syntax';
    if (rest.length > 0) return malformed;
    code = first.codePointAt(0) ?? 0;
  }
  return { type: 'number', pos, text, integer: code, float: code, complex: undefined };
}

const INTEGER =
  /^([+-]?)(?:(0[xX])_?([0-9a-fA-F]+(?:_[0-9a-fA-F]+)*)|(0[bB])_?([01]+(?:_[01]+)*)|0[oO]?_?([0-7]+(?:_[0-7]+)*)|([1-9][0-9]*(?:_[0-9]+)*|0))$/;
const FLOAT =
  /^[+-]?(?:[0-9]+(?:_[0-9]+)*(?:\.(?:[0-9]+(?:_[0-9]+)*)?)?|\.[0-9]+(?:_[0-9]+)*)(?:[eE][+-]?[0-9]+(?:_[0-9]+)*)?$/;
const HEX_FLOAT = /^([+-]?)0[xX]_?([0-9a-fA-F_]*)(?:\.([0-9a-fA-F_]*))?[pP]([+-]?[0-9]+)$/;

/** A complex number with two parts. In hexadecimal digits `e` is a digit. */
const COMPLEX = /^([+-]?(?:0[xX][0-9a-fA-F_.]*(?:[pP][+-]?[0-9]+)?|[0-9_.]+(?:[eE][+-]?[0-9_]+)?))([+-].+)i$/;

/** Parses a number as the lexer found it. @returns Go's message where it is malformed */
export function parseNumber(pos: number, text: string): NumberNode | string {
  const node = (integer: number | bigint | undefined, float: number): NumberNode => ({
    type: 'number',
    pos,
    text,
    integer,
    float,
    complex: undefined,
  });
  // The usual integer, without a pattern that V8 would have to compile.
  const plain = Number(text);
  if (plain >= 0 && Number.isSafeInteger(plain) && String(plain) === text) return node(plain, plain);
  if (text.endsWith('i')) {
    const [, real = '0', imaginary = text.slice(0, -1)] = COMPLEX.exec(text) ?? [];
    const re = parseFloatText(real);
    const im = parseFloatText(imaginary);
    if (re === undefined || im === undefined) return `illegal number syntax: ${JSON.stringify(text)}`;
    const complex = [re, im] as const;
    if (im !== 0) return { ...node(undefined, 0), float: undefined, complex };
    return { ...node(Number.isSafeInteger(re) ? re : undefined, re), complex };
  }
  const big = parseInteger(text);
  if (big !== undefined) {
    const number = Number(big);
    if (big >= -(2n ** 63n) && big < 2n ** 63n) return node(Number.isSafeInteger(number) ? number : big, number);
    // It fits only into a uint64, and no parameter takes one.
    if (big > 0n && big < 2n ** 64n && !text.startsWith('+')) return node(undefined, number);
  }
  const float = parseFloatText(text);
  if (float === undefined) return `illegal number syntax: ${JSON.stringify(text)}`;
  if (!/[.eEpP]/.test(text)) return `integer overflow: ${JSON.stringify(text)}`;
  if (!Number.isInteger(float) || Math.abs(float) >= 2 ** 63) return node(undefined, float);
  return node(Number.isSafeInteger(float) ? (float === 0 ? 0 : float) : BigInt(float), float);
}

/**
 * An integer with Go's prefixes of bases and `_`, as `strconv.ParseInt` with base 0 reads it, but of any size; else
 * undefined.
 */
export function parseInteger(text: string): bigint | undefined {
  const match = INTEGER.exec(text);
  if (match === null) return undefined;
  const [, sign, , hex, , binary, octal, decimal] = match;
  const digits =
    hex !== undefined
      ? `0x${hex}`
      : binary !== undefined
        ? `0b${binary}`
        : octal !== undefined
          ? `0o${octal}`
          : decimal;
  const magnitude = wholeNumber((digits ?? '0').replaceAll('_', ''));
  return sign === '-' ? -magnitude : magnitude;
}

/** Of more digits (without leading zeros) only so many are read: they are beyond every type, and BigInt takes O(n²). */
const MAX_DIGITS = 100;

/**
 * The number of digits with the prefix of their base, `0x`, `0o` or `0b`. One beyond all types may become another such
 * number.
 */
export function wholeNumber(text: string): bigint {
  if (text.length <= MAX_DIGITS) return BigInt(text);
  const [, prefix = '', digits = ''] = /^(0[xXbBo])?0*(.*)$/s.exec(text) ?? [];
  return BigInt(`${prefix}${digits === '' ? '0' : digits.slice(0, MAX_DIGITS)}`);
}

/** A float as `strconv.ParseFloat` reads it, without NaN and infinities; undefined for anything else, and beyond the largest. */
export function parseFloatText(text: string): number | undefined {
  const hex = HEX_FLOAT.exec(text);
  if (hex !== null) {
    const [, sign, whole = '', fraction = '', power] = hex;
    const digits = (whole + fraction).replaceAll('_', '');
    if (digits === '') return undefined;
    const exponent = Number(power) - 4 * fraction.replaceAll('_', '').length;
    const value = Number(`0x${digits}`) * 2 ** exponent;
    if (!Number.isFinite(value)) return undefined;
    return sign === '-' ? -value : value;
  }
  if (!FLOAT.test(text)) return undefined;
  const value = Number(text.replaceAll('_', ''));
  return Number.isFinite(value) ? value : undefined;
}
