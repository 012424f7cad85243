/** Private keys and encryption with a password. */
import { createCipheriv, createDecipheriv, generateKeyPairSync, randomBytes } from 'node:crypto';
import { charge, COSTS } from './limits.ts';
import { decodeBase64, decodeText, encodeBase64 } from './encoding.ts';
import { FunctionFailure, shown } from './failure.ts';

const publicKeyEncoding = { type: 'spki', format: 'pem' } as const;

const KEYS: Readonly<Record<string, () => string>> = {
  rsa: () =>
    generateKeyPairSync('rsa', {
      modulusLength: 4096,
      privateKeyEncoding: { type: 'pkcs1', format: 'pem' },
      publicKeyEncoding,
    }).privateKey,
  ecdsa: () =>
    generateKeyPairSync('ec', {
      namedCurve: 'P-256',
      privateKeyEncoding: { type: 'sec1', format: 'pem' },
      publicKeyEncoding,
    }).privateKey,
  ed25519: () =>
    generateKeyPairSync('ed25519', { privateKeyEncoding: { type: 'pkcs8', format: 'pem' }, publicKeyEncoding })
      .privateKey,
};

/** Is it a type of key that {@link generatePrivateKey} makes? */
export function isKeyType(type: string): boolean {
  return type === '' || Object.hasOwn(KEYS, type);
}

/** A new private key in PEM: `rsa` (4096 bits, also for an empty type), `ecdsa` (P-256) or `ed25519`. Fails for others. */
export function generatePrivateKey(type: string): string {
  const name = type === '' ? 'rsa' : type;
  const make = Object.hasOwn(KEYS, name) ? KEYS[name] : undefined;
  if (make === undefined) throw new FunctionFailure(`takes rsa, ecdsa or ed25519 as its type, not ${shown(type)}`);
  charge(name === 'rsa' ? COSTS.rsa4096 : COSTS.key);
  return make();
}

/** AES-256-CBC with a random start, which comes first; in base64. */
export function encryptAes(password: string | Uint8Array, text: string | Uint8Array): string {
  if (text.length === 0) return '';
  const start = randomBytes(16);
  const cipher = createCipheriv('aes-256-cbc', aesKey(password), start);
  return encodeBase64(Buffer.concat([start, cipher.update(bytesOf(text)), cipher.final()]));
}

/** What {@link encryptAes} encrypted. Fails for what it did not, or not with this password. */
export function decryptAes(password: string, encrypted: string): string {
  if (encrypted === '') return '';
  try {
    const bytes = decodeBase64(encrypted);
    const decipher = createDecipheriv('aes-256-cbc', aesKey(password), bytes.subarray(0, 16));
    return decodeText(Buffer.concat([decipher.update(bytes.subarray(16)), decipher.final()]));
  } catch {
    throw new FunctionFailure('cannot decrypt the text: it is not what encryptAES gave for this password');
  }
}

/** Sprig's key: the password's bytes, cut or filled with zeros to 32. */
export function aesKey(password: string | Uint8Array): Buffer {
  const key = Buffer.alloc(32);
  key.set(bytesOf(password).subarray(0, key.length));
  return key;
}

function bytesOf(text: string | Uint8Array): Uint8Array {
  return typeof text === 'string' ? Buffer.from(text) : text;
}
