/** The credential that a request to an API server carries. */
import { PkgError } from '../../errors.ts';
import type { ClientCertificate } from '../../network/dial.ts';

/** The credential of a request. */
export type Credential = {
  /** The `Authorization` header. */
  authorization: string | undefined;
  certificate: ClientCertificate | undefined;
  /** When it expires, in milliseconds since 1970. */
  expires: number;
};

/**
 * The `Authorization` header for a token.
 *
 * @param source where the token is from, for the error
 * @throws {PkgError} `PKG_CREDENTIALS_FAILED` for characters that a header cannot have, often a line break at the end
 */
export function bearer(token: string, source: string): string {
  if (isHeaderValue(token)) return `Bearer ${headerBytes(token)}`;
  throw new PkgError('PKG_CREDENTIALS_FAILED', `the token of ${source} has characters that cannot be sent`, {
    hints: ['look for a line break in it'],
  });
}

/** Can this text be the value of a header? */
export function isHeaderValue(text: string): boolean {
  return !/[\0-\x08\x0a-\x1f\x7f]/.test(text);
}

/** A text as UTF-8 in a header: Node writes each character as one byte, so each byte has to be a character. */
export function headerBytes(text: string): string {
  return Buffer.from(text).toString('latin1');
}
