/** SHA-256 without loading `node:crypto` for short texts. */
import { sha256 } from '@noble/hashes/sha2.js';

/** Up to so many bytes a hash in JavaScript takes less time than loading `node:crypto` (5 ms). */
const MAX_SHORT = 16_384;

/** The SHA-256 of bytes, in hexadecimal. */
export function sha256Hex(bytes: Buffer): string {
  if (bytes.length > MAX_SHORT) return process.getBuiltinModule('node:crypto').hash('sha256', bytes);
  return Buffer.from(sha256(bytes)).toString('hex');
}
