/**
 * Texts in double quotes, in the notations of the two engines (docs/decisions/go-library.md). Functions of Go templates and
 * their `%q` quote for Go. YAML reads some of those escapes otherwise (`\xe9` is the character é there, and one byte in
 * Go), so native templates use only escapes that JSON and YAML share.
 */
import { chargeCharacters } from './limits.ts';
import { isPrint } from './unicode.ts';
import { decodeRune, encodeRune, RUNE_ERROR } from '../../utf8.ts';

/** A text as JSON and YAML both read it; characters that cannot be seen are escaped. For native templates. */
export function quoteJson(text: string): string {
  return JSON.stringify(text).replace(
    /[\u007f-\u009f\u2028\u2029\ufeff\ufffe\uffff]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
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

/** A string of bytes as `strconv.Quote` writes it; with `ascii` as `strconv.QuoteToASCII`. For Go templates. */
export function quoteGo(bytes: string, ascii = false): string {
  if (PLAIN.test(bytes)) return `"${bytes}"`;
  chargeCharacters(bytes);
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

/** A code point as `strconv.QuoteRune` writes it; with `ascii` as `strconv.QuoteRuneToASCII`. */
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
