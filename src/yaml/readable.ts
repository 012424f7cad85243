/** Where a text stops being readable for go-yaml: at a control character, or at a byte that is not UTF-8. */
import { isUtf8 } from 'node:buffer';
import type { ReadError } from './text-reader.ts';

/** A character that go-yaml refuses. A lone surrogate is not refused: encoded as UTF-8 it becomes U+FFFD, which is allowed. */
const REFUSED = /[^\t\n\r\x20-\x7e\x85\xa0-\ufffd]/;
const NOT_ASCII = /[^\x00-\x7f]/;

/** go-yaml reads so many bytes at a time, and reports a character when it reads the chunk with it. */
const CHUNK = 512;

/**
 * The error for the first character that YAML does not allow, at the start of the chunk that it is in: go-yaml reports
 * errors before that chunk first. Undefined where all characters are allowed.
 */
export function readableUntil(text: string): ReadError | undefined {
  const at = text.search(REFUSED);
  if (at === -1) return undefined;
  const before = Buffer.from(text.slice(0, at));
  const read = before.subarray(0, before.length - (before.length % CHUNK));
  return { at: read.toString().length, problem: 'control characters are not allowed' };
}

/** Decodes UTF-8 with one byte a character; undefined for bytes that are not UTF-8. */
export function validText(bytes: string): string | undefined {
  if (!NOT_ASCII.test(bytes)) return bytes;
  const buffer = Buffer.from(bytes, 'latin1');
  return isUtf8(buffer) ? buffer.toString('utf8') : undefined;
}

/** Decodes UTF-8 with one byte a character as far as it is UTF-8; `readError` says where it stops being readable, if it does. */
export function decodeBytes(bytes: string): { text: string; readError: ReadError | undefined } {
  const valid = validText(bytes);
  if (valid !== undefined) return { text: valid, readError: readableUntil(valid) };
  const buffer = Buffer.from(bytes, 'latin1');
  const { at, problem } = invalidUtf8(bytes);
  const text = buffer.toString('utf8', 0, at);
  const control = readableUntil(text);
  const read = buffer.toString('utf8', 0, at - (at % CHUNK));
  return { text, readError: control ?? { at: read.length, problem } };
}

/** The least code point that is encoded in so many bytes. */
const MIN_CODE_POINTS = [0, 0, 0x80, 0x800, 0x10000];

/** The first byte that is not UTF-8, in the words of go-yaml. */
function invalidUtf8(bytes: string): ReadError {
  for (let at = 0; at < bytes.length;) {
    const first = bytes.charCodeAt(at);
    const width = first < 0x80 ? 1 : first < 0xc0 ? 0 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : first < 0xf8 ? 4 : 0;
    if (width === 0) return { at, problem: 'invalid leading UTF-8 octet' };
    if (at + width > bytes.length) return { at, problem: 'incomplete UTF-8 octet sequence' };
    let value = width === 1 ? first : first & (0xff >> (width + 1));
    for (let index = 1; index < width; index++) {
      const octet = bytes.charCodeAt(at + index);
      if ((octet & 0xc0) !== 0x80) return { at, problem: 'invalid trailing UTF-8 octet' };
      value = value * 64 + (octet & 0x3f);
    }
    if (value < (MIN_CODE_POINTS[width] ?? 0)) return { at, problem: 'invalid length of a UTF-8 sequence' };
    if ((value >= 0xd800 && value < 0xe000) || value > 0x10ffff) return { at, problem: 'invalid Unicode character' };
    at += width;
  }
  return { at: bytes.length, problem: 'incomplete UTF-8 octet sequence' };
}
