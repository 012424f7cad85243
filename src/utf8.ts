/**
 * Characters in strings that have UTF-8 with one byte a character, as Go's package unicode/utf8 sees them. In names
 * here, as in Go, a rune is a code point.
 */

import { isUtf8 } from 'node:buffer';

/** The code point that stands for bytes that are not UTF-8. */
export const RUNE_ERROR = 0xfffd;

const NOT_ASCII = /[^\x00-\x7f]/;

/** A text as UTF-8 with one byte a character. A lone surrogate becomes U+FFFD. */
export function encodeText(text: string): string {
  return NOT_ASCII.test(text) ? Buffer.from(text, 'utf8').toString('latin1') : text;
}

/** Decodes UTF-8 with one byte a character. Bytes that are not UTF-8 become U+FFFD. */
export function decodeText(bytes: string): string {
  return NOT_ASCII.test(bytes) ? Buffer.from(bytes, 'latin1').toString('utf8') : bytes;
}

/** The code point that begins at an index, and its number of bytes; U+FFFD and 1 for a byte that is not UTF-8. */
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

/** The code point that ends before an index, as {@link decodeRune}. */
export function decodeLastRune(bytes: string, end: number): { rune: number; size: number } {
  let start = end - 1;
  const limit = Math.max(0, end - 4);
  while (start > limit && (bytes.charCodeAt(start) & 0xc0) === 0x80) start--;
  const found = decodeRune(bytes, start);
  return start + found.size === end ? found : { rune: RUNE_ERROR, size: 1 };
}

/** Decodes as Go's conversion to `[]rune`: each byte that is not UTF-8 becomes one U+FFFD. */
export function decodeRunes(bytes: string): string {
  return decodeWith(bytes, () => String.fromCharCode(RUNE_ERROR));
}

/**
 * Decodes without loss: each byte that is not UTF-8 becomes a lone surrogate, which {@link encodeLossless} converts
 * back.
 */
export function decodeLossless(bytes: string): string {
  return decodeWith(bytes, (byte) => String.fromCharCode(FIRST_LONE + byte));
}

/** {@link decodeLossless} of a file, which is nearly always UTF-8. */
export function decodeFile(data: Buffer): string {
  return isUtf8(data) ? data.toString('utf8') : decodeLossless(data.toString('latin1'));
}

/** The inverse of {@link decodeLossless}. */
export function encodeLossless(text: string): string {
  if (!NOT_ASCII.test(text)) return text;
  if (text.isWellFormed()) return Buffer.from(text, 'utf8').toString('latin1');
  return text.replaceAll(/[\udc80-\udcff]+|[^\udc80-\udcff]+/gu, (run) =>
    /^[\udc80-\udcff]/u.test(run)
      ? run.replaceAll(/./gu, (lone) => String.fromCharCode(lone.charCodeAt(0) - FIRST_LONE))
      : Buffer.from(run, 'utf8').toString('latin1'),
  );
}

/** The bytes of a text of {@link decodeLossless}. */
export function bytesOf(text: string): Buffer {
  return text.isWellFormed() ? Buffer.from(text, 'utf8') : Buffer.from(encodeLossless(text), 'latin1');
}

const FIRST_LONE = 0xdc00;

function decodeWith(bytes: string, decodeBroken: (byte: number) => string): string {
  if (!NOT_ASCII.test(bytes)) return bytes;
  const text = Buffer.from(bytes, 'latin1').toString('utf8');
  if (!text.includes('\ufffd')) return text;
  let out = '';
  for (let at = 0; at < bytes.length;) {
    const { rune, size } = decodeRune(bytes, at);
    out += rune === RUNE_ERROR && size === 1 ? decodeBroken(bytes.charCodeAt(at)) : String.fromCodePoint(rune);
    at += size;
  }
  return out;
}

/** The characters of a text of bytes; a byte that is not UTF-8 is one of its own. */
export function splitRunes(text: string): string[] {
  if (!NOT_ASCII.test(text)) return text.split('');
  const all: string[] = [];
  for (let at = 0; at < text.length;) {
    const { size } = decodeRune(text, at);
    all.push(text.slice(at, at + size));
    at += size;
  }
  return all;
}

/** Whether a code point is white space, as `unicode.IsSpace`. */
export function isSpace(rune: number): boolean {
  if (rune < 0x80) return rune === 0x20 || (rune >= 9 && rune <= 13);
  if (rune < 0x1680) return rune === 0x85 || rune === 0xa0;
  return (rune >= 0x2000 && rune <= 0x200a) || [0x1680, 0x2028, 0x2029, 0x202f, 0x205f, 0x3000].includes(rune);
}

/** A code point as bytes; those of U+FFFD for a number that is not a code point. */
export function encodeRune(rune: number): string {
  if (rune >= 0 && rune < 0x80) return String.fromCharCode(rune);
  const valid = rune >= 0 && rune <= 0x10ffff && !(rune >= 0xd800 && rune < 0xe000);
  return Buffer.from(String.fromCodePoint(valid ? rune : RUNE_ERROR), 'utf8').toString('latin1');
}

/** The number of characters of a text of bytes. */
export function runeCount(bytes: string): number {
  if (!NOT_ASCII.test(bytes)) return bytes.length;
  let count = 0;
  for (let at = 0; at < bytes.length; at += decodeRune(bytes, at).size) count++;
  return count;
}

/** The first `count` characters of a text of bytes. */
export function firstRunes(bytes: string, count: number): string {
  if (!NOT_ASCII.test(bytes)) return bytes.slice(0, count);
  let at = 0;
  for (let left = count; left > 0 && at < bytes.length; left--) at += decodeRune(bytes, at).size;
  return bytes.slice(0, at);
}
