/** Opens a connection to a server: straight or through a proxy, with TLS where the address says so. */
import { connect as connectTcp, isIP } from 'node:net';
import type { Socket } from 'node:net';
import type * as TlsModule from 'node:tls';
import type { ConnectionOptions, PeerCertificate, SecureContext, TLSSocket } from 'node:tls';
import { PkgError } from '../errors.ts';
import { printable } from '../errors-text.ts';
import { bareHost, portOf } from './address.ts';
import { trustedAuthorities, waitUntilOpen } from './socket.ts';

/** A client certificate and its key, PEM both. */
export type ClientCertificate = { cert: string; key: string };

/** Where to connect, and how the other side proves that it is the right one. */
export type Peer = {
  server: URL;
  proxy: URL | undefined;
  tls: { ca: string | undefined; insecure: boolean; serverName: string };
  /** Protocols to offer over TLS (ALPN), the preferred one first. */
  protocols: readonly DialedConnection['protocol'][];
};

/** An open connection. `protocol` is what both sides agreed on. */
export type DialedConnection = { socket: Socket; protocol: 'h2' | 'http/1.1' };

/** The part of `node:tls` that is used; the module is loaded only for TLS. */
type Tls = Pick<typeof TlsModule, 'createSecureContext' | 'getCACertificates'>;

/** A failure to connect: nothing was sent, so trying again is safe. */
export class DialError extends Error {
  override readonly name = 'DialError';
  /** The proxy failed, or could not be reached. */
  readonly proxy: boolean;
  readonly code: string;

  constructor(cause: unknown, proxy: boolean) {
    super(cause instanceof Error ? cause.message : String(cause), { cause });
    this.proxy = proxy;
    this.code = cause instanceof Error && 'code' in cause ? String(cause.code) : '';
  }
}

/** The idle time before TCP keep-alive probes, for watches, which may be silent for minutes. */
const KEEP_ALIVE_MS = 15_000;

/** The newest TLS session of each server, so that a second connection costs less. */
const sessions = new WeakMap<Peer, Buffer>();

/**
 * Connects to a server.
 *
 * @param signal cancels it, and closes a connection that is half open
 * @throws {DialError}
 */
async function dial(
  peer: Peer,
  certificate: ClientCertificate | undefined,
  signal: AbortSignal,
): Promise<DialedConnection> {
  const { server, proxy } = peer;
  const host = bareHost(server);
  const port = portOf(server);
  let socket: Socket | undefined;
  try {
    if (proxy !== undefined) {
      const { connectThroughProxy } = await import('./proxy.ts');
      const { ca, insecure } = peer.tls;
      socket = await connectThroughProxy(proxy, { host, port, ca, insecure }, signal).catch((error: unknown) => {
        throw new DialError(error, true);
      });
    }
    if (server.protocol === 'http:') {
      socket ??= await waitUntilOpen(connectTcp({ host, port }), 'connect', signal);
      socket.setNoDelay(true).setKeepAlive(true, KEEP_ALIVE_MS);
      return { socket, protocol: 'http/1.1' };
    }
    const tls = await import('node:tls');
    const name = peer.tls.serverName || host;
    const options: ConnectionOptions = {
      ...(socket === undefined ? { host, port } : { socket, host }),
      secureContext: secureContext(tls, peer, certificate),
      // A name that is an address cannot be sent (RFC 6066), but the certificate must hold it.
      servername: isIP(name) === 0 ? name : '',
      checkServerIdentity: (_host: string, found: PeerCertificate) => tls.checkServerIdentity(name, found),
      rejectUnauthorized: !peer.tls.insecure,
      ALPNProtocols: [...peer.protocols],
    };
    const session = certificate === undefined ? sessions.get(peer) : undefined;
    if (session !== undefined) options.session = session;
    const secure: TLSSocket = tls.connect(options);
    secure.on('session', (fresh: Buffer) => sessions.set(peer, fresh));
    socket = secure;
    await waitUntilOpen(secure, 'secureConnect', signal);
    secure.setNoDelay(true).setKeepAlive(true, KEEP_ALIVE_MS);
    return { socket: secure, protocol: secure.alpnProtocol === 'h2' ? 'h2' : 'http/1.1' };
  } catch (error) {
    socket?.destroy();
    throw error instanceof DialError ? error : new DialError(error, false);
  }
}

/**
 * Connects to a server.
 *
 * @param timeout in milliseconds, for proxy and TLS too
 * @param signal cancels it
 * @throws {DialError} as {@link dial} does
 */
export async function dialWithin(
  peer: Peer,
  certificate: ClientCertificate | undefined,
  timeout: number,
  signal: AbortSignal,
): Promise<DialedConnection> {
  const late = new AbortController();
  const timer = setTimeout(
    () => late.abort(Object.assign(new Error('connecting took too long'), { code: 'ETIMEDOUT' })),
    timeout,
  );
  try {
    return await dial(peer, certificate, AbortSignal.any([signal, late.signal]));
  } finally {
    clearTimeout(timer);
  }
}

/**
 * The authorities to trust, and the client certificate. The message of OpenSSL does not say that it is the client
 * certificate that cannot be used, so the error here does.
 */
function secureContext(tls: Tls, peer: Peer, certificate: ClientCertificate | undefined): SecureContext {
  const ca = peer.tls.ca ?? trustedAuthorities(tls);
  try {
    return tls.createSecureContext({ ca, minVersion: 'TLSv1.2', ...certificate });
  } catch (error) {
    if (certificate === undefined) throw error;
    const text = error instanceof Error ? error.message : String(error);
    throw new PkgError('PKG_CREDENTIALS_FAILED', 'the client certificate and its key cannot be used', {
      notes: [`OpenSSL says: ${printable(text, 200)}`],
      hints: ['give a certificate and the key that belongs to it, both in PEM'],
      cause: error,
    });
  }
}
