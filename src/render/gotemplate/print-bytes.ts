/** Prints lists of bytes as Go does. A chart that prints `.` prints all its files so. */
import { charge } from '../functions/limits.ts';

const ZERO = 48;
const BLANK = 32;

/** So many bytes are printed at a time: a byte takes up to four characters, so a file of 10 MB would need a buffer of 40 MB. */
const CHUNK = 1 << 14;

/** The bytes of a string as decimal numbers, separated by blanks. */
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
