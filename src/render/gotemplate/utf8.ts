/** Characters in strings of bytes, as Go's unicode/utf8 and strconv see them. */

/** What stands where bytes are no UTF-8. */
export const RUNE_ERROR = 0xfffd;

/** The character that begins at a byte: its code point and its size; a broken one is U+FFFD and one byte long. */
export function decodeRune(bytes: string, at: number): { rune: number; size: number } {
  const first = bytes.charCodeAt(at);
  if (first < 0x80) return { rune: first, size: 1 };
  const size = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
  const broken = { rune: RUNE_ERROR, size: 1 };
  if (first < 0xc2 || first > 0xf4 || at + size > bytes.length) return broken;
  let rune = first & (0xff >> (size + 1));
  for (let index = 1; index < size; index++) {
    const byte = bytes.charCodeAt(at + index);
    if ((byte & 0xc0) !== 0x80) return broken;
    rune = (rune << 6) | (byte & 0x3f);
  }
  const least = size === 2 ? 0x80 : size === 3 ? 0x800 : 0x10000;
  if (rune < least || rune > 0x10ffff || (rune >= 0xd800 && rune < 0xe000)) return broken;
  return { rune, size };
}

/** The bytes of a code point; U+FFFD's for what is none. */
export function encodeRune(rune: number): string {
  if (rune >= 0 && rune < 0x80) return String.fromCharCode(rune);
  const valid = rune >= 0 && rune <= 0x10ffff && !(rune >= 0xd800 && rune < 0xe000);
  return Buffer.from(String.fromCodePoint(valid ? rune : RUNE_ERROR), 'utf8').toString('latin1');
}

const NOT_ASCII = /[^\x00-\x7f]/;

/** How many characters there are. */
export function runeCount(bytes: string): number {
  if (!NOT_ASCII.test(bytes)) return bytes.length;
  let count = 0;
  for (let at = 0; at < bytes.length; at += decodeRune(bytes, at).size) count++;
  return count;
}

/** The first characters. */
export function firstRunes(bytes: string, count: number): string {
  if (!NOT_ASCII.test(bytes)) return bytes.slice(0, count);
  let at = 0;
  for (let left = count; left > 0 && at < bytes.length; left--) at += decodeRune(bytes, at).size;
  return bytes.slice(0, at);
}

const PRINTABLE = /^[\p{L}\p{M}\p{N}\p{P}\p{S}]$/u;

/** Does the character print: a letter, mark, number, sign or the plain blank? */
export function isPrint(rune: number): boolean {
  if (rune < 0x7f) return rune >= 0x20;
  return PRINTABLE.test(String.fromCodePoint(rune));
}

const ESCAPES: ReadonlyMap<number, string> = new Map([
  [7, '\\a'],
  [8, '\\b'],
  [12, '\\f'],
  [10, '\\n'],
  [13, '\\r'],
  [9, '\\t'],
  [11, '\\v'],
  [92, '\\\\'],
]);

const PLAIN = /^[\x20\x21\x23-\x5b\x5d-\x7e]*$/;

/** As `strconv.Quote`; with `ascii` as `strconv.QuoteToASCII`. */
export function quote(bytes: string, ascii = false): string {
  if (PLAIN.test(bytes)) return `"${bytes}"`;
  let out = '"';
  for (let at = 0; at < bytes.length;) {
    const { rune, size } = decodeRune(bytes, at);
    out +=
      rune === RUNE_ERROR && size === 1
        ? `\\x${hex(bytes.charCodeAt(at), 2)}`
        : rune === 34
          ? '\\"'
          : escaped(rune, bytes.slice(at, at + size), ascii);
    at += size;
  }
  return `${out}"`;
}

/** As `strconv.QuoteRune`; with `ascii` as `strconv.QuoteRuneToASCII`. */
export function quoteRune(rune: number, ascii = false): string {
  const valid = rune <= 0x10ffff && !(rune >= 0xd800 && rune < 0xe000) ? rune : RUNE_ERROR;
  return `'${valid === 39 ? "\\'" : escaped(valid, encodeRune(valid), ascii)}'`;
}

function escaped(rune: number, bytes: string, ascii: boolean): string {
  const short = ESCAPES.get(rune);
  if (short !== undefined) return short;
  if (rune < 0x80 ? isPrint(rune) : !ascii && isPrint(rune)) return bytes;
  if (rune < 0x20 || rune === 0x7f) return `\\x${hex(rune, 2)}`;
  return rune < 0x10000 ? `\\u${hex(rune, 4)}` : `\\U${hex(rune, 8)}`;
}

function hex(value: number, digits: number): string {
  return value.toString(16).padStart(digits, '0');
}
