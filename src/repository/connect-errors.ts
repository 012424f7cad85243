/** Errors of connections to repositories: which address, why, and what to do. */
import { PkgError } from '../errors.ts';
import { DialError } from '../network/dial.ts';
import { TOO_SLOW, UNTRUSTED, failureOf } from '../network/failures.ts';
import { UnusableAnswer } from '../network/http.ts';
import { shownUrl } from './urls.ts';

const HINTS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'check the address and its port',
  ENOTFOUND: 'check the address, and the VPN if there is one',
  EAI_AGAIN: 'check the network and its DNS',
  ETIMEDOUT: 'check the network, and the proxy settings',
  [TOO_SLOW]: 'check the network, and whether the server is busy',
  ECONNRESET: 'try again, and check the proxies between',
  EPIPE: 'try again, and check the proxies between',
  BAD_ANSWER: 'check the address and its port',
  LONG_HEAD: 'check the address, and ask the operator of the server',
  BAD_UPGRADE: 'check the address and its port',
  CERT_HAS_EXPIRED: 'have the certificate of the server renewed, if the clock of this machine is right',
  CERT_NOT_YET_VALID: 'check the clock of this machine',
  ERR_SSL_WRONG_VERSION_NUMBER: 'check the address: perhaps http:// is meant, or --plain-http for a registry',
  ERR_SSL_PACKET_LENGTH_TOO_LONG: 'check the address: perhaps http:// is meant, or --plain-http for a registry',
  ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED:
    'add the repository with `pkg repo add --cert-file … --key-file …`, or give both flags for a registry',
  [UNTRUSTED]:
    'add the repository with `pkg repo add --ca-file …`, give --ca-file for a registry, or set SSL_CERT_FILE',
};

/** The error for a request without an answer. A {@link PkgError} is returned unchanged. */
export function unreachable(error: unknown, url: URL): unknown {
  // Errors of src/network about proxies and certificates have the code for clusters; here they get that of repositories.
  const cause = error instanceof DialError ? error.cause : error;
  if (cause instanceof PkgError) {
    if (/^PKG_(?:REPOSITORY|FILE)_/.test(cause.code)) return cause;
    const message = `${shownUrl(url)} cannot be reached: ${cause.message}`;
    return new PkgError('PKG_REPOSITORY_UNREACHABLE', message, { hints: cause.hints, cause });
  }
  if (error instanceof UnusableAnswer) {
    const code = error.reason === 'size' ? 'PKG_REPOSITORY_INVALID' : 'PKG_REPOSITORY_UNREACHABLE';
    return new PkgError(code, `${shownUrl(error.url)} ${error.message}`, {
      hints: ['check the address, and ask the operator of the server'],
      cause: error,
    });
  }
  if (!(error instanceof Error)) return error;
  const { code, what } = failureOf(error);
  const isProxy = error instanceof DialError && error.proxy;
  const hint = (Object.hasOwn(HINTS, code) ? HINTS[code] : undefined) ?? 'check the address and the network';
  const message = `${isProxy ? 'the proxy of ' : ''}${shownUrl(url)} cannot be reached: ${what}`;
  return new PkgError('PKG_REPOSITORY_UNREACHABLE', message, {
    hints: [isProxy ? 'check HTTP_PROXY and HTTPS_PROXY, and name servers that need no proxy in NO_PROXY' : hint],
    cause: error,
  });
}
