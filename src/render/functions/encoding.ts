/** Base64 and base32 (RFC 4648), UTF-8, and Adler-32. */
import { FunctionFailure, shown } from './failure.ts';
import { charge, checkLength } from './limits.ts';

/** Base64 with padding. @throws {FunctionFailure} where it would be too long */
export function encodeBase64(bytes: Uint8Array): string {
  checkLength(Math.ceil(bytes.length / 3) * 4);
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64');
}

/** Decodes base64 with padding. As in Go, line breaks are ignored. @throws {FunctionFailure} for any other text */
export function decodeBase64(text: string): Uint8Array {
  const encoded = text.replace(/[\r\n]+/g, '');
  if (encoded.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(encoded)) {
    throw new FunctionFailure(`takes base64, not ${shown(text)}`);
  }
  return Buffer.from(encoded, 'base64');
}

/** The digits of base32, by their values. */
export const BASE32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

/** Base32 with padding. @throws {FunctionFailure} where it would be too long */
export function encodeBase32(bytes: Uint8Array): string {
  checkLength(Math.ceil(bytes.length / 5) * 8);
  charge(4 * bytes.length);
  let encoded = '';
  let held = 0;
  let bits = 0;
  for (const byte of bytes) {
    held = (held << 8) | byte;
    bits += 8;
    while (bits >= 5) {
      bits -= 5;
      encoded += BASE32[(held >> bits) & 31];
    }
    held &= (1 << bits) - 1;
  }
  if (bits > 0) encoded += BASE32[(held << (5 - bits)) & 31];
  return encoded.padEnd(Math.ceil(encoded.length / 8) * 8, '=');
}

/** Decodes base32 with padding. As in Go, line breaks are ignored. @throws {FunctionFailure} for any other text */
export function decodeBase32(text: string): Uint8Array {
  const encoded = text.replace(/[\r\n]+/g, '');
  if (encoded.length % 8 !== 0 || !/^[A-Z2-7]*(={0}|={1}|={3}|={4}|={6})$/.test(encoded)) {
    throw new FunctionFailure(`takes base32, not ${shown(text)}`);
  }
  return decodeBase32Digits(encoded.replace(/=+$/, ''));
}

/**
 * Decodes digits of base32 without padding. As in Go, bits at the end that do not fill a byte are ignored.
 */
export function decodeBase32Digits(digits: string): Uint8Array {
  charge(digits.length);
  const bytes = new Uint8Array(Math.floor((digits.length * 5) / 8));
  let held = 0;
  let bits = 0;
  let at = 0;
  for (const digit of digits) {
    held = (held << 5) | BASE32.indexOf(digit);
    bits += 5;
    if (bits >= 8) {
      bits -= 8;
      bytes[at++] = held >> bits;
      held &= (1 << bits) - 1;
    }
  }
  return bytes;
}

/** Decodes UTF-8. @throws {FunctionFailure} for bytes that are not UTF-8 */
export function decodeText(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new FunctionFailure('finds bytes that are not UTF-8 text', [
      'leave binary data in base64, and put it into binaryData or data unchanged',
    ]);
  }
}

/** The checksum Adler-32 (RFC 1950, section 9). */
export function adler32(bytes: Uint8Array): number {
  let a = 1;
  let b = 0;
  for (const byte of bytes) {
    a = (a + byte) % 65521;
    b = (b + a) % 65521;
  }
  return b * 65536 + a;
}
