/** Lists of bytes as Go prints them. A chart that prints its context prints all its files so. */
import { charge } from '../functions/limits.ts';

const ZERO = 48;
const BLANK = 32;

/** The decimals of the bytes of a string, one blank between two. */
export function printBytes(bytes: string): string {
  charge(bytes.length);
  const digits = Buffer.allocUnsafe(bytes.length * 4);
  let end = 0;
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes.charCodeAt(at);
    if (byte > 99) digits[end++] = ZERO + Math.trunc(byte / 100);
    if (byte > 9) digits[end++] = ZERO + (Math.trunc(byte / 10) % 10);
    digits[end++] = ZERO + (byte % 10);
    digits[end++] = BLANK;
  }
  return digits.toString('latin1', 0, Math.max(end - 1, 0));
}
