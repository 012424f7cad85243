/** The errors of requests that get no answer: which address, from which kubeconfig, what to do. */
import { printable } from '../../errors-text.ts';
import { PkgError } from '../../errors.ts';
import { ApiError } from './api-errors.ts';
import { describeRequest } from './asked.ts';
import type { Asked } from './asked.ts';
import type { Connection } from './connection.ts';
import { DialError } from '../../network/dial.ts';
import { UNTRUSTED, failureOf } from '../../network/failures.ts';
import { LostRequest } from './exchange.ts';

const HINTS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'check that the cluster runs and that the address is right',
  ENOTFOUND: 'check the address, and the VPN if there is one',
  EAI_AGAIN: 'check the network and its DNS',
  ETIMEDOUT: 'check the network, a VPN or firewall between, and the proxy settings',
  EHOSTUNREACH: 'check the network, and the VPN if there is one',
  ENETUNREACH: 'check the network, and the VPN if there is one',
  ECONNRESET: 'check that this is the address of an API server, and proxies between',
  EPIPE: 'check that this is the address of an API server, and proxies between',
  CERT_HAS_EXPIRED: 'have the certificate of the cluster renewed, if the clock of this machine is right',
  CERT_NOT_YET_VALID: 'check the clock of this machine',
  ERR_TLS_CERT_ALTNAME_INVALID:
    'check the address, or name the right one with `tls-server-name` or --kube-tls-server-name',
  ERR_SSL_WRONG_VERSION_NUMBER: 'check the address: perhaps http:// is meant',
  ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED: 'check the user of the context',
  ERR_SSL_TLSV1_ALERT_UNKNOWN_CA: 'check the user of the context',
  [UNTRUSTED]: 'check `certificate-authority` of the cluster, or give --kube-ca-file',
};

/** The error for a request that got no answer; other errors unchanged. */
export function connectionError(error: unknown, connection: Connection): unknown {
  if (!(error instanceof DialError) && !(error instanceof LostRequest)) return error;
  // The error of a proxy that refused is complete already.
  if (error.cause instanceof PkgError) return withPosition(error.cause, connection);
  const uncertain = error instanceof LostRequest && error.processed === 'maybe';
  const { code, what } = failureOf(error);
  const hint = (Object.hasOwn(HINTS, code) ? HINTS[code] : undefined) ?? 'check the address and the network';
  const who = error instanceof DialError && error.proxy ? 'the proxy of ' : '';
  return new ApiError(
    'PKG_CLUSTER_UNREACHABLE',
    `${who}${connection.description} (${connection.server.host}) cannot be reached: ${what}`,
    { status: 0, uncertain },
    { ...positionOf(connection), hints: [hint], cause: error },
  );
}

/** The error for a request that took too long. */
export function timeoutError(connection: Connection, asked: string, timeout: number): ApiError {
  return new ApiError(
    'PKG_CLUSTER_UNREACHABLE',
    `${connection.description} (${connection.server.host}) did not answer within ${Math.ceil(timeout / 1000)} s: ${printable(asked)}`,
    { status: 0, uncertain: true },
    { ...positionOf(connection), hints: ['check the cluster, and the network to it'] },
  );
}

function positionOf(connection: Connection): { at?: { file: string } } {
  return connection.file === undefined ? {} : { at: { file: connection.file } };
}

function withPosition(error: PkgError, connection: Connection): PkgError {
  return new ApiError(
    error.code,
    error.message,
    { status: 0 },
    { ...positionOf(connection), hints: error.hints, cause: error },
  );
}

/**
 * The error for a request that the time limit of its operation has ended, with what its tries met until then: nothing
 * else says why it took so long.
 *
 * @param reason why it was ended; given back as it is unless it is the time limit
 * @param failure the error of the last try, if one has failed
 */
export function endedError(
  reason: unknown,
  failure: unknown,
  { connection, asked, begun }: { connection: Connection; asked: Asked; begun: number },
): unknown {
  if (!(reason instanceof PkgError) || reason.code !== 'PKG_TIMEOUT') return reason;
  const { code, message } = reason;
  if (failure instanceof PkgError) {
    const hints = failure.hints.length > 0 ? failure.hints : reason.hints;
    return new PkgError(code, `${message}: ${failure.message}`, { notes: failure.notes, hints, cause: failure });
  }
  const seconds = Math.floor((Date.now() - begun) / 1000);
  if (seconds < 1) return reason;
  const what = `was asked to ${describeRequest(asked)} ${seconds} s before, and has not answered`;
  return new PkgError(code, message, {
    notes: [`${connection.description} ${what}`],
    hints: reason.hints,
    cause: reason,
  });
}
