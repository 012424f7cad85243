/**
 * Key files of cosign: what it generates (scrypt and NaCl's secretbox around PKCS #8), and plain PEM.
 *
 * @see https://github.com/sigstore/cosign/blob/main/specs/SIGNATURE_SPEC.md
 * @see github.com/secure-systems-lab/go-securesystemslib, encrypted/encrypted.go
 */
import { createHash, createPrivateKey, createPublicKey, scryptSync, sign, verify } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { xsalsa20poly1305 } from '@noble/ciphers/salsa.js';
import { PkgError } from '../../errors.ts';
import { printable } from '../../errors-text.ts';
import { FileReadError, readUserFile } from '../../read-file.ts';
import { tryParseJson } from '../../yaml/json.ts';
import { fieldOf, textField } from '../../yaml/value.ts';
import type { Json } from '../../yaml/value.ts';

/** The scrypt costs that cosign uses. Others are refused, since a key file could ask for any amount of memory. */
const SCRYPT_COSTS: readonly number[] = [1 << 15, 1 << 16, 1 << 17];
/** The memory limit of scrypt: 128 bytes × N × r for the largest cost is 128 MiB. */
const SCRYPT_MEMORY = 160 << 20;

/** The shortest RSA key in bits. */
const MIN_RSA_BITS = 2048;

/**
 * Reads a public key in PEM.
 *
 * @throws {PkgError} `PKG_KEY_INVALID`, `PKG_FILE_UNREADABLE`
 */
export function readPublicKey(file: string): KeyObject {
  const text = readText(file, 'the public key').trim();
  if (!/^-----BEGIN (?:RSA )?PUBLIC KEY-----/.test(text)) {
    throw invalid('this is not a public key', file, [
      /PRIVATE KEY-----/.test(text)
        ? 'give the public key, which cosign calls cosign.pub: this is the private one'
        : 'make one in PEM with `cosign generate-key-pair` or `openssl pkey -pubout`',
    ]);
  }
  let key: KeyObject;
  try {
    key = createPublicKey(text);
  } catch (cause) {
    throw invalid('this public key cannot be read', file, ['make it again with `cosign public-key`'], cause);
  }
  checkKind(key, file);
  return key;
}

/**
 * Reads a private key in PEM: encrypted by cosign, PKCS #8 with or without a password, or PKCS #1 and SEC 1.
 *
 * @param password called where the key is encrypted
 * @throws {PkgError} `PKG_KEY_INVALID`, `PKG_FILE_UNREADABLE`; `PKG_CREDENTIALS_FAILED` for a wrong password
 */
export async function readPrivateKey(file: string, password: () => Promise<string>): Promise<KeyObject> {
  const text = readText(file, 'the private key').trim();
  const kind = /^-----BEGIN ([A-Z ]*PRIVATE KEY)-----/.exec(text)?.[1];
  if (kind === undefined) {
    throw invalid('this is not a private key', file, ['make one with `cosign generate-key-pair`: cosign.key']);
  }
  let key: KeyObject;
  try {
    if (kind === 'ENCRYPTED SIGSTORE PRIVATE KEY' || kind === 'ENCRYPTED COSIGN PRIVATE KEY') {
      const der = decrypt(text, file, await password());
      key = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
    } else if (kind === 'ENCRYPTED PRIVATE KEY' || text.includes('\nProc-Type: 4,ENCRYPTED')) {
      key = createPrivateKey({ key: text, passphrase: await password() });
    } else {
      key = createPrivateKey(text);
    }
  } catch (cause) {
    if (cause instanceof PkgError) throw cause;
    // With a wrong password OpenSSL fails to parse the decrypted key.
    if (/ENCRYPTED/.test(text)) throw wrongPassword(file, cause);
    throw invalid('this private key cannot be read', file, [], cause);
  }
  checkKind(key, file);
  return key;
}

function decrypt(text: string, file: string, password: string): Buffer {
  const damaged = (): PkgError => invalid('this private key is damaged', file);
  const content = tryParseJson(Buffer.from(text.replace(/-----[^-]*-----|\s/g, ''), 'base64'));
  const [kdf, cipher] = [fieldOf(content, 'kdf'), fieldOf(content, 'cipher')];
  if (textField(kdf, 'name') !== 'scrypt' || textField(cipher, 'name') !== 'nacl/secretbox') throw damaged();
  const params = fieldOf(kdf, 'params');
  const number = (name: string): Json | undefined => fieldOf(params, name);
  const cost = SCRYPT_COSTS.find((one) => one === number('N'));
  if (cost === undefined || number('r') !== 8 || number('p') !== 1) {
    throw invalid('this private key is encrypted with parameters that cosign does not use', file);
  }
  const salt = Buffer.from(textField(kdf, 'salt'), 'base64');
  const nonce = Buffer.from(textField(cipher, 'nonce'), 'base64');
  const sealed = Buffer.from(textField(content, 'ciphertext'), 'base64');
  if (nonce.length !== 24 || sealed.length < 17) throw damaged();
  const secret = scryptSync(password, salt, 32, { N: cost, r: 8, p: 1, maxmem: SCRYPT_MEMORY });
  try {
    return Buffer.from(xsalsa20poly1305(secret, nonce).decrypt(sealed));
  } catch (cause) {
    throw wrongPassword(file, cause);
  }
}

function wrongPassword(file: string, cause: unknown): PkgError {
  return new PkgError('PKG_CREDENTIALS_FAILED', 'the password of this private key is wrong', {
    at: { file: printable(file, 300) },
    hints: ['give it in COSIGN_PASSWORD or with --passphrase-file; without both it is asked for'],
    cause,
  });
}

function checkKind(key: KeyObject, file: string): void {
  const { asymmetricKeyType: kind, asymmetricKeyDetails: details = {} } = key;
  if (kind === 'ed25519') return;
  if (kind === 'ec' && details.namedCurve !== undefined && details.namedCurve in CURVE_HASHES) return;
  if (kind === 'rsa' && (details.modulusLength ?? 0) >= MIN_RSA_BITS) return;
  const shown = kind === 'rsa' ? `RSA of ${details.modulusLength} bits` : (details.namedCurve ?? kind ?? 'unknown');
  throw invalid(`a key of this kind cannot sign charts: ${printable(String(shown), 60)}`, file, [
    'use ECDSA on P-256, P-384 or P-521, Ed25519, or RSA of at least 2048 bits',
  ]);
}

/** The hash for each curve, by OpenSSL's name of the curve. */
const CURVE_HASHES: Readonly<Record<string, string>> = {
  prime256v1: 'sha256',
  secp384r1: 'sha384',
  secp521r1: 'sha512',
};

/** Signs bytes in the way that cosign verifies with a key of this kind: by SHA-256, whatever the curve. */
export function signBytes(bytes: Uint8Array, key: KeyObject): Buffer {
  return sign(key.asymmetricKeyType === 'ed25519' ? undefined : 'sha256', bytes, key);
}

/** Is this the signature of these bytes? SHA-256 is tried, and the hash for the curve, which other Sigstore programs use. */
export function isSignatureOf(signature: Uint8Array, bytes: Uint8Array, key: KeyObject): boolean {
  const { asymmetricKeyType: kind, asymmetricKeyDetails: details } = key;
  if (kind === 'ed25519') return verify(undefined, bytes, key, signature);
  const hashes = new Set(['sha256', CURVE_HASHES[details?.namedCurve ?? ''] ?? 'sha256']);
  return [...hashes].some((hash) => verify(hash, bytes, key, signature));
}

/** The fingerprint of a key, as in bundles: the SHA-256 of the public key in DER, in base64. */
export function keyHint(key: KeyObject): string {
  const der = publicPart(key).export({ format: 'der', type: 'spki' });
  return createHash('sha256').update(der).digest('base64');
}

/** The public key that belongs to a private one. */
export function publicPart(key: KeyObject): KeyObject {
  return key.type === 'public' ? key : createPublicKey(key);
}

function readText(file: string, what: string): string {
  try {
    return readUserFile(file).toString('latin1');
  } catch (cause) {
    if (!(cause instanceof FileReadError)) throw cause;
    throw new PkgError('PKG_FILE_UNREADABLE', `${what} ${printable(file, 300)} ${cause.reason}`, {
      hints: ['correct the path of the key'],
      cause,
    });
  }
}

function invalid(message: string, file: string, hints: readonly string[] = [], cause?: unknown): PkgError {
  return new PkgError('PKG_KEY_INVALID', message, {
    at: { file: printable(file, 300) },
    hints,
    ...(cause === undefined ? {} : { cause }),
  });
}
