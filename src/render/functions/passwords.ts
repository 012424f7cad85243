/** Hashes passwords (bcrypt), and derives passwords from a secret (Master Password). */
import { isUtf8 } from 'node:buffer';
import { createHmac, randomBytes, scryptSync } from 'node:crypto';
import { createRequire } from 'node:module';
import type { hashSync as CompiledHash } from '@node-rs/bcrypt';
import { encodeBase64, hashSync } from './bcrypt.ts';
import { FunctionFailure, shown } from './failure.ts';
import { charge, COSTS } from './limits.ts';

/** Go's default cost: 2^10 rounds. */
const BCRYPT_COST = 10;

/** Whether a password is longer than the 72 bytes that bcrypt uses. */
export function isTooLongForBcrypt(password: Uint8Array): boolean {
  return password.length > 72;
}

/**
 * A bcrypt hash at Go's default cost, with the prefix `$2a$`, which all implementations read.
 *
 * @throws {FunctionFailure} beyond 72 bytes, and for bytes that are not UTF-8 where bcrypt in JavaScript is used
 */
export function hashPassword(password: Uint8Array): string {
  if (isTooLongForBcrypt(password)) throw new FunctionFailure('takes a password of at most 72 bytes');
  charge(COSTS.bcrypt);
  if (compiledHash === undefined) compiledHash = findCompiledHash();
  if (compiledHash !== null) return compiledHash(password, BCRYPT_COST).replace('$2b$', '$2a$');
  if (!isUtf8(password)) throw new FunctionFailure('takes a password in UTF-8 on this platform');
  return hashSync(Buffer.from(password).toString('utf8'), `$2a$${BCRYPT_COST}$${encodeBase64(randomBytes(16), 16)}`);
}

let compiledHash: typeof CompiledHash | null | undefined;

/**
 * The compiled bcrypt, an optional dependency that exists for most platforms; null where it is not installed. In JavaScript
 * a hash takes twice as long, which is more than the rest of most charts.
 */
function findCompiledHash(): typeof CompiledHash | null {
  try {
    return createRequire(import.meta.filename)('@node-rs/bcrypt').hashSync;
  } catch {
    return null;
  }
}

/** Checks the name of a user for a line of Apache's password file. @throws {FunctionFailure} for a colon or a line break */
export function checkUserName(user: string): void {
  if (/[:\r\n]/.test(user)) {
    throw new FunctionFailure(`takes a user without a colon or a line end, not ${shown(user)}`);
  }
}

/** The templates of passwords by type: each letter stands for a class of characters. Master Password algorithm, version 2. */
const TEMPLATES: Readonly<Record<string, string>> = {
  maximum: 'anoxxxxxxxxxxxxxxxxx axxxxxxxxxxxxxxxxxno',
  long:
    'CvcvnoCvcvCvcv CvcvCvcvnoCvcv CvcvCvcvCvcvno CvccnoCvcvCvcv CvccCvcvnoCvcv CvccCvcvCvcvno CvcvnoCvccCvcv ' +
    'CvcvCvccnoCvcv CvcvCvccCvcvno CvcvnoCvcvCvcc CvcvCvcvnoCvcc CvcvCvcvCvccno CvccnoCvccCvcv CvccCvccnoCvcv ' +
    'CvccCvccCvcvno CvcvnoCvccCvcc CvcvCvccnoCvcc CvcvCvccCvccno CvccnoCvcvCvcc CvccCvcvnoCvcc CvccCvcvCvccno',
  medium: 'CvcnoCvc CvcCvcno',
  short: 'Cvcn',
  basic: 'aaanaaan aannaaan aaannaaa',
  pin: 'nnnn',
};

const CLASSES: Readonly<Record<string, string>> = {
  V: 'AEIOU',
  C: 'BCDFGHJKLMNPQRSTVWXYZ',
  v: 'aeiou',
  c: 'bcdfghjklmnpqrstvwxyz',
  a: 'AEIOUaeiouBCDFGHJKLMNPQRSTVWXYZbcdfghjklmnpqrstvwxyz',
  n: '0123456789',
  o: "@&%?,=[]_:-+*$#!'^~;()/.",
  x: 'AEIOUaeiouBCDFGHJKLMNPQRSTVWXYZbcdfghjklmnpqrstvwxyz0123456789!@#$%^&*()',
};

/** A text, or its bytes. */
type Text = string | Uint8Array;

/** Whether {@link derivePassword} knows a type of password. */
export function isPasswordType(type: string): boolean {
  return Object.hasOwn(TEMPLATES, type);
}

/**
 * Derives a password: the same arguments always give the same one (Master Password algorithm, version 2).
 *
 * @throws {FunctionFailure} for an unknown type, and for a counter beyond 32 bits
 */
export function derivePassword(counter: number, type: string, password: Text, user: Text, site: Text): string {
  const templates = Object.hasOwn(TEMPLATES, type) ? TEMPLATES[type]?.split(' ') : undefined;
  if (templates === undefined) {
    throw new FunctionFailure(`takes one of ${Object.keys(TEMPLATES).join(', ')} as its type, not ${shown(type)}`);
  }
  if (!(counter >= 0 && counter <= 0xffffffff)) {
    throw new FunctionFailure(`takes a counter from 0 to 4294967295, not ${counter}`);
  }
  const scope = 'com.lyndir.masterpassword';
  const salt = Buffer.concat([Buffer.from(scope), ...withLength(user)]);
  charge(COSTS.scrypt);
  const key = scryptSync(password, salt, 64, { N: 32768, r: 8, p: 2, maxmem: 1 << 26 });
  const seed = createHmac('sha256', key)
    .update(Buffer.concat([Buffer.from(scope), ...withLength(site), uint32(counter)]))
    .digest();
  const template = templates[(seed[0] ?? 0) % templates.length] ?? '';
  return Array.from(template, (letter, index) => {
    const characters = CLASSES[letter] ?? '';
    return characters[(seed[index + 1] ?? 0) % characters.length];
  }).join('');
}

/** The bytes of a text, with their number before them. */
function withLength(text: Text): [Uint8Array, Uint8Array] {
  const bytes = typeof text === 'string' ? Buffer.from(text) : text;
  return [uint32(bytes.length), bytes];
}

function uint32(number: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(number);
  return bytes;
}
