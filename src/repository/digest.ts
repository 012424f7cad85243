/** Digests of bytes. */
import { createHash } from 'node:crypto';
import { PkgError } from '../errors.ts';
import { printable } from '../errors-text.ts';

/** The digest of bytes, as registries write it: `sha256:HEX`. */
export function digestOf(bytes: Uint8Array, algorithm: 'sha256' | 'sha512' = 'sha256'): string {
  return `${algorithm}:${createHash(algorithm).update(bytes).digest('hex')}`;
}

/** The SHA-256 of a text or of bytes, as 64 hexadecimal digits. */
export function sha256Of(content: string | Uint8Array): string {
  return createHash('sha256').update(content).digest('hex');
}

/** Is this the digest of a manifest or a blob? */
export function isDigest(text: string): boolean {
  return /^(?:sha256:[0-9a-f]{64}|sha512:[0-9a-f]{128})$/.test(text);
}

/** The algorithm of a digest. */
export function algorithmOf(digest: string): 'sha256' | 'sha512' {
  return digest.startsWith('sha512:') ? 'sha512' : 'sha256';
}

/**
 * Checks bytes against a digest: `sha256:HEX`, `sha512:HEX`, or 64 hexadecimal digits. Any other text matches no bytes. An
 * empty digest is not checked, since many indexes have none.
 *
 * @param location where the bytes come from, for the message
 * @throws {PkgError} `PKG_DIGEST_MISMATCH`
 */
export function checkDigest(bytes: Uint8Array, digest: string, location: string): void {
  if (digest === '') return;
  const [, algorithm = 'sha256', hex = ''] = /^(?:(sha256|sha512):)?([0-9a-f]+)$/i.exec(digest) ?? [];
  if (hex.length !== (algorithm.toLowerCase() === 'sha512' ? 128 : 64)) {
    throw new PkgError('PKG_DIGEST_MISMATCH', `the repository gives an invalid digest: '${printable(digest, 150)}'`, {
      at: { file: location },
      hints: ['ask the operator of the repository to correct it: without a digest the archive is not used'],
    });
  }
  const found = createHash(algorithm.toLowerCase()).update(bytes).digest('hex');
  if (found === hex.toLowerCase()) return;
  throw new PkgError('PKG_DIGEST_MISMATCH', 'the downloaded archive is not the one in the index or manifest', {
    at: { file: location },
    notes: [`expected ${algorithm.toLowerCase()}:${hex.toLowerCase()}`, `got      ${algorithm}:${found}`],
    hints: [
      'ask the operator of the repository: the archive was replaced after the index was made, or changed in transit',
    ],
  });
}

/** Is it the error for bytes that are not those of a digest? */
export function isOtherDigest(error: unknown): boolean {
  return error instanceof PkgError && error.code === 'PKG_DIGEST_MISMATCH';
}
