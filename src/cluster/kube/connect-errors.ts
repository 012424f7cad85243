/** What keeps pkg from a cluster, in words: which address, by which file, what to do. */
import { printable } from '../../errors-text.ts';
import { PkgError } from '../../errors.ts';
import { ApiError } from './api-errors.ts';
import type { Connection } from './connection.ts';
import { DialError } from '../../network/dial.ts';
import { LostRequest } from './transport.ts';

const REASONS: Readonly<Record<string, [what: string, hint: string]>> = {
  ECONNREFUSED: ['nothing answers there', 'check that the cluster runs and that the address is right'],
  ENOTFOUND: ['the name of the host is not known', 'check the address, and the VPN if there is one'],
  EAI_AGAIN: ['the name of the host cannot be looked up now', 'check the network and its DNS'],
  ETIMEDOUT: ['it does not answer in time', 'check the network, a VPN or firewall between, and the proxy settings'],
  EHOSTUNREACH: ['the host cannot be reached', 'check the network, and the VPN if there is one'],
  ENETUNREACH: ['the network cannot be reached', 'check the network, and the VPN if there is one'],
  ECONNRESET: ['it closed the connection', 'check that this is the address of an API server, and proxies between'],
  EPIPE: ['it closed the connection', 'check that this is the address of an API server, and proxies between'],
  CERT_HAS_EXPIRED: ['its certificate has expired', 'have the certificate of the cluster renewed'],
  CERT_NOT_YET_VALID: ['its certificate is not valid yet', 'check the clock of this machine'],
  ERR_TLS_CERT_ALTNAME_INVALID: [
    'its certificate is for another name',
    'check the address, or name the right one with `tls-server-name` or --kube-tls-server-name',
  ],
  ERR_SSL_WRONG_VERSION_NUMBER: ['it does not speak TLS', 'check the address: perhaps http:// is meant'],
  ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED: ['it asks for a client certificate', 'check the user of the context'],
  ERR_SSL_TLSV1_ALERT_UNKNOWN_CA: [
    'it does not know who signed the client certificate',
    'check the user of the context',
  ],
};

const UNTRUSTED: ReadonlySet<string> = new Set([
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'CERT_SIGNATURE_FAILURE',
]);

/** Makes the error of a request that got no answer; gives other errors back as they are. */
export function connectionError(error: unknown, connection: Connection): unknown {
  if (!(error instanceof DialError) && !(error instanceof LostRequest)) return error;
  // A proxy's refusal says what it is by itself.
  if (error.cause instanceof PkgError) return withPlace(error.cause, connection);
  const uncertain = error instanceof LostRequest && error.processed === 'maybe';
  const [what, hint] = reasonOf(error);
  const who = error instanceof DialError && error.proxy ? 'the proxy of ' : '';
  return new ApiError(
    'PKG_CLUSTER_UNREACHABLE',
    `${who}${connection.description} (${connection.server.host}) cannot be reached: ${what}`,
    { status: 0, uncertain },
    { ...placeOf(connection), hints: [hint], cause: error },
  );
}

/** The error of a request that took too long. */
export function timeoutError(connection: Connection, asked: string, timeout: number): ApiError {
  return new ApiError(
    'PKG_CLUSTER_UNREACHABLE',
    `${connection.description} (${connection.server.host}) did not answer within ${Math.ceil(timeout / 1000)} s: ${printable(asked)}`,
    { status: 0, uncertain: true },
    { ...placeOf(connection), hints: ['check that the cluster is well, and the network to it'] },
  );
}

function reasonOf(error: DialError | LostRequest): [string, string] {
  const code = codeOf(error);
  if (UNTRUSTED.has(code)) {
    return [
      'its certificate is signed by an authority that is not trusted',
      'check `certificate-authority` of the cluster, or give --kube-ca-file',
    ];
  }
  return (
    (Object.hasOwn(REASONS, code) ? REASONS[code] : undefined) ?? [
      printable(error.message, 200),
      'check the address and the network',
    ]
  );
}

/** The code of an error; of one that tried several addresses, that of the first. */
function codeOf(error: DialError | LostRequest): string {
  if (error.cause instanceof AggregateError) {
    const [first] = error.cause.errors as { code?: unknown }[];
    if (typeof first?.code === 'string') return first.code;
  }
  return error.code;
}

function placeOf(connection: Connection): { at?: { file: string } } {
  return connection.file === undefined ? {} : { at: { file: connection.file } };
}

function withPlace(error: PkgError, connection: Connection): PkgError {
  return new ApiError(
    error.code,
    error.message,
    { status: 0 },
    { ...placeOf(connection), hints: error.hints, cause: error },
  );
}
