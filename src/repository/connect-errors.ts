/** What keeps pkg from a repository, in words: which address, why, what to do. */
import { PkgError } from '../errors.ts';
import { printable } from '../errors-text.ts';
import { DialError } from '../network/dial.ts';
import { shownUrl } from './urls.ts';

const REASONS: Readonly<Record<string, [what: string, hint: string]>> = {
  ECONNREFUSED: ['nothing answers there', 'check the address and its port'],
  ENOTFOUND: ['the name of the host is not known', 'check the address, and the VPN if there is one'],
  EAI_AGAIN: ['the name of the host cannot be looked up now', 'check the network and its DNS'],
  ETIMEDOUT: ['it does not answer in time', 'check the network, and the proxy settings'],
  ECONNRESET: ['it closed the connection', 'try again, and check the proxies between'],
  CERT_HAS_EXPIRED: ['its certificate has expired', 'have the certificate of the server renewed'],
  ERR_TLS_CERT_ALTNAME_INVALID: ['its certificate is for another name', 'check the address'],
  ERR_SSL_WRONG_VERSION_NUMBER: ['it does not speak TLS', 'check the address: perhaps http:// is meant'],
  ERR_SSL_PACKET_LENGTH_TOO_LONG: ['it does not speak TLS', 'check the address: perhaps http:// is meant'],
  ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED: [
    'it asks for a client certificate',
    'give certFile and keyFile of the repository in repositories.yaml (`helm repo add --cert-file … --key-file …`)',
  ],
};

const UNTRUSTED = /^(?:UNABLE_TO_(?:VERIFY|GET)_|SELF_SIGNED|DEPTH_ZERO_SELF_SIGNED|CERT_SIGNATURE_FAILURE)/;

/** The error of a request that got no answer; gives one that is clear already back as it is. */
export function unreachable(error: unknown, url: URL): unknown {
  // What the network room says of proxies and certificates counts for clusters too, under another code.
  const cause = error instanceof DialError ? error.cause : error;
  if (cause instanceof PkgError) {
    if (/^PKG_(?:REPOSITORY|FILE)_/.test(cause.code)) return cause;
    const message = `${shownUrl(url)} cannot be reached: ${cause.message}`;
    return new PkgError('PKG_REPOSITORY_UNREACHABLE', message, { hints: cause.hints, cause });
  }
  if (!(error instanceof Error)) return error;
  const [what, hint] = reasonOf(error);
  const who = error instanceof DialError && error.proxy ? 'the proxy of ' : '';
  return new PkgError('PKG_REPOSITORY_UNREACHABLE', `${who}${shownUrl(url)} cannot be reached: ${what}`, {
    hints: [hint],
    cause: error,
  });
}

function reasonOf(error: Error): [string, string] {
  const code = codeOf(error);
  if (UNTRUSTED.test(code)) {
    return [
      'its certificate is signed by an authority that is not trusted',
      'give caFile of the repository in repositories.yaml (`helm repo add --ca-file …`), or set SSL_CERT_FILE',
    ];
  }
  const known = Object.hasOwn(REASONS, code) ? REASONS[code] : undefined;
  return known ?? [printable(error.message, 200), 'check the address and the network'];
}

/** The code of an error; of one that tried several addresses, that of the first. */
function codeOf(error: unknown): string {
  if (error instanceof AggregateError) return codeOf(error.errors[0]);
  const { code, cause, name } = error as { code?: unknown; cause?: unknown; name?: unknown };
  if (cause instanceof AggregateError) return codeOf(cause);
  if (name === 'TimeoutError') return 'ETIMEDOUT';
  return typeof code === 'string' && code !== '' ? code : cause instanceof Error ? codeOf(cause) : '';
}
