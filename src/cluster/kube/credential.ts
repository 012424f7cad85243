/** What a request to an API server carries to prove who sends it. */
import { PkgError } from '../../errors.ts';
import type { ClientCertificate } from '../../network/dial.ts';

/** What a request carries. */
export type Credential = {
  /** The `Authorization` header. */
  authorization: string | undefined;
  certificate: ClientCertificate | undefined;
  /** Milliseconds since 1970 after which it is no longer good. */
  expires: number;
};

/**
 * The header that shows a token.
 *
 * @param source who gave it, for the message
 * @throws PkgError PKG_CREDENTIALS_FAILED when it has characters that no header can have: often a line break at its end
 */
export function bearer(token: string, source: string): string {
  if (isHeaderValue(token)) return `Bearer ${headerBytes(token)}`;
  throw new PkgError('PKG_CREDENTIALS_FAILED', `the token of ${source} has characters that cannot be sent`, {
    hints: ['look for a line break in it'],
  });
}

/** Can a header carry this text? */
export function isHeaderValue(text: string): boolean {
  return !/[\0-\x08\x0a-\x1f\x7f]/.test(text);
}

/** What is not ASCII goes as UTF-8; Node writes each character of a header as one byte. */
export function headerBytes(text: string): string {
  return Buffer.from(text).toString('latin1');
}
