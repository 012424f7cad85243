/** Explains why a connection failed. The words fit an API server as well as a registry. */
import { printable } from '../errors-text.ts';

/** The code of the system or of OpenSSL, and what it means. */
export type Failure = { code: string; what: string };

/** The common code of all failures that mean: the certificate is signed by an authority that is not trusted. */
export const UNTRUSTED = 'UNTRUSTED';

/** The code for an answer that is not complete when the time for the whole request is over. */
export const TOO_SLOW = 'TOO_SLOW';

const MEANINGS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nothing answers there',
  ENOTFOUND: 'the name of the host is not known',
  EAI_AGAIN: 'the name of the host cannot be looked up now',
  ETIMEDOUT: 'it does not answer in time',
  [TOO_SLOW]: 'its whole answer does not come in time',
  EHOSTUNREACH: 'the host cannot be reached',
  ENETUNREACH: 'the network cannot be reached',
  ECONNRESET: 'it closed the connection',
  EPIPE: 'it closed the connection',
  BAD_ANSWER: 'its answer is not HTTP',
  LONG_HEAD: 'the head of its answer is too long',
  BAD_UPGRADE: 'it changed to another protocol, which it was not asked to',
  CERT_HAS_EXPIRED: 'its certificate has expired',
  CERT_NOT_YET_VALID: 'its certificate is not valid yet',
  ERR_TLS_CERT_ALTNAME_INVALID: 'its certificate is for another name',
  ERR_SSL_WRONG_VERSION_NUMBER: 'it does not speak TLS',
  ERR_SSL_PACKET_LENGTH_TOO_LONG: 'it does not speak TLS',
  ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED: 'it asks for a client certificate',
  ERR_SSL_TLSV1_ALERT_UNKNOWN_CA: 'it does not know who signed the client certificate',
  [UNTRUSTED]: 'its certificate is signed by an authority that is not trusted',
};

/** undici's codes, and the system's codes of the same meaning. */
const SAME_AS: Readonly<Record<string, string>> = {
  UND_ERR_SOCKET: 'ECONNRESET',
  UND_ERR_RES_CONTENT_LENGTH_MISMATCH: 'ECONNRESET',
  UND_ERR_HEADERS_TIMEOUT: 'ETIMEDOUT',
  UND_ERR_BODY_TIMEOUT: 'ETIMEDOUT',
  UND_ERR_HEADERS_OVERFLOW: 'LONG_HEAD',
};

/** How undici's parser begins its messages. */
const PARSER_ERROR = 'Response does not match the HTTP/1.1 protocol';

const NOT_TRUSTED: ReadonlySet<string> = new Set([
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'CERT_SIGNATURE_FAILURE',
]);

/** What an error of a connection means. */
export function failureOf(error: Error): Failure {
  const code = meaningOf(codeOf(error), error.message);
  return { code, what: (Object.hasOwn(MEANINGS, code) ? MEANINGS[code] : undefined) ?? printable(error.message, 200) };
}

/** One code for all failures that mean the same. */
function meaningOf(code: string, message: string): string {
  if (NOT_TRUSTED.has(code)) return UNTRUSTED;
  // Undici gives no code for an answer that it cannot parse, and the same code for every end of a connection. Only the
  // message tells these cases apart.
  if (message.startsWith(PARSER_ERROR)) return message.includes('EOF') ? 'ECONNRESET' : 'BAD_ANSWER';
  if (code === 'UND_ERR_SOCKET' && message === 'bad upgrade') return 'BAD_UPGRADE';
  if (code === 'UND_ERR_SOCKET' && message === 'bad response') return 'BAD_ANSWER';
  const same = Object.hasOwn(SAME_AS, code) ? SAME_AS[code] : undefined;
  return same ?? code;
}

/** The code of an error or of its cause; where several addresses were tried, that of the first. */
function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return '';
  if (error instanceof AggregateError) return codeOf(error.errors[0]);
  if (error.cause instanceof AggregateError) return codeOf(error.cause);
  const { code } = error as NodeJS.ErrnoException;
  return typeof code === 'string' && code !== '' ? code : codeOf(error.cause);
}
