/** Lists of bytes as Go prints them. A chart that prints its context prints all its files so. */
import { charge } from '../functions/limits.ts';

const ZERO = 48;
const BLANK = 32;

/** So many bytes are printed at once, so that a file of megabytes takes no buffer of four times its size. */
const CHUNK = 1 << 14;

/** The decimals of the bytes of a string, one blank between two. */
export function printBytes(bytes: string): string {
  charge(bytes.length);
  const digits = Buffer.allocUnsafe(4 * Math.min(bytes.length, CHUNK));
  let text = '';
  for (let from = 0; from < bytes.length; from += CHUNK) {
    const to = Math.min(from + CHUNK, bytes.length);
    let end = 0;
    for (let at = from; at < to; at++) {
      const byte = bytes.charCodeAt(at);
      if (byte > 99) digits[end++] = ZERO + Math.trunc(byte / 100);
      if (byte > 9) digits[end++] = ZERO + (Math.trunc(byte / 10) % 10);
      digits[end++] = ZERO + (byte % 10);
      digits[end++] = BLANK;
    }
    text += digits.toString('latin1', 0, to === bytes.length ? end - 1 : end);
  }
  return text;
}
