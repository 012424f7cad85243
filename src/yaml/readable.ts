/** Characters that go-yaml's reader refuses wherever they stand, and bytes that are none. */
import { isUtf8 } from 'node:buffer';
import type { ReadError } from './scan.ts';

/** Halves of surrogate pairs are let pass: as UTF-8 they are U+FFFD. */
const REFUSED = /[^\t\n\r\x20-\x7e\x85\xa0-\ufffd]/;
const NOT_ASCII = /[^\x00-\x7f]/;

/** go-yaml reads so many bytes at a time, and complains of a character when it reads the part with it. */
const CHUNK = 512;

/** The first character that YAML cannot hold, and from where on nothing can be read; undefined for none. */
export function readableUntil(text: string): ReadError | undefined {
  const at = text.search(REFUSED);
  if (at === -1) return undefined;
  const before = Buffer.from(text.slice(0, at));
  const read = before.subarray(0, before.length - (before.length % CHUNK));
  return { at: read.toString().length, problem: 'control characters are not allowed' };
}

/** The text that bytes (one a character) are in UTF-8; undefined if they are not. */
export function validText(bytes: string): string | undefined {
  if (!NOT_ASCII.test(bytes)) return bytes;
  const buffer = Buffer.from(bytes, 'latin1');
  return isUtf8(buffer) ? buffer.toString('utf8') : undefined;
}

/** The text that bytes (one a character) are in UTF-8, and up to where it can be read. */
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

/** The least that takes so many bytes. */
const LEAST = [0, 0, 0x80, 0x800, 0x10000];

/** Where bytes stop being UTF-8, and why. */
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
    if (value < (LEAST[width] ?? 0)) return { at, problem: 'invalid length of a UTF-8 sequence' };
    if ((value >= 0xd800 && value < 0xe000) || value > 0x10ffff) return { at, problem: 'invalid Unicode character' };
    at += width;
  }
  return { at: bytes.length, problem: 'incomplete UTF-8 octet sequence' };
}
