/** Makes private keys, and encrypts with a password. */
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

/** Whether {@link generatePrivateKey} makes keys of this type. */
export function isKeyType(type: string): boolean {
  return type === '' || Object.hasOwn(KEYS, type);
}

/**
 * Makes a private key in PEM: `rsa` (4096 bits, also for an empty type), `ecdsa` (P-256) or `ed25519`.
 *
 * @throws {FunctionFailure} for any other type
 */
export function generatePrivateKey(type: string): string {
  const name = type === '' ? 'rsa' : type;
  const make = Object.hasOwn(KEYS, name) ? KEYS[name] : undefined;
  if (make === undefined) throw new FunctionFailure(`takes rsa, ecdsa or ed25519 as its type, not ${shown(type)}`);
  charge(name === 'rsa' ? COSTS.rsa4096 : COSTS.key);
  return make();
}

/** Encrypts by AES-256-CBC. The result is base64 of the random initialization vector and the encrypted text. */
export function encryptAes(password: string | Uint8Array, text: string | Uint8Array): string {
  if (text.length === 0) return '';
  const start = randomBytes(16);
  const cipher = createCipheriv('aes-256-cbc', aesKey(password), start);
  return encodeBase64(Buffer.concat([start, cipher.update(bytesOf(text)), cipher.final()]));
}

/** Decrypts a result of {@link encryptAes}. @throws {FunctionFailure} for any other text, and a wrong password */
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

/** The key that Sprig makes of a password: its bytes, cut or padded with zeros to 32. */
export function aesKey(password: string | Uint8Array): Buffer {
  const key = Buffer.alloc(32);
  key.set(bytesOf(password).subarray(0, key.length));
  return key;
}

function bytesOf(text: string | Uint8Array): Uint8Array {
  return typeof text === 'string' ? Buffer.from(text) : text;
}
