/** A TLS server on loopback for HTTP/2 and HTTP/1.1, whose connections a test can count and reset. */
import { createSecureServer } from 'node:http2';
import type { Http2SecureServer, Http2ServerRequest, Http2ServerResponse, SecureServerOptions } from 'node:http2';
import type { AddressInfo, Socket } from 'node:net';
import { createAuthority } from '../controlplane/certificates.ts';
import type { Authority } from '../controlplane/certificates.ts';

/** A TCP connection: only a socket below TLS can be reset. */
export type Connection = { socket: Socket; number: number };

export type TlsServer = {
  /** The authority that signed the certificate of the server. */
  authority: Authority;
  server: Http2SecureServer;
  port: number;
  /** The connection of a request; undefined when the request has ended. */
  connectionOf: (request: Http2ServerRequest) => Connection | undefined;
  /** How many connections were opened. */
  connections: () => number;
  /** Ends all connections as a server does when it is shut down. */
  cut: () => void;
  close: () => Promise<void>;
};

export type TlsServerOptions = {
  /** The names in the certificate. */
  hosts: readonly string[];
  /** Offer HTTP/1.1 only. */
  http1Only: boolean;
  serve: (request: Http2ServerRequest, response: Http2ServerResponse) => Promise<void>;
  /** Further options of Node's server, made with the server's authority. */
  more?: (authority: Authority) => SecureServerOptions;
};

/** Starts a server on a free port. */
export async function startTlsServer({
  hosts,
  http1Only,
  serve,
  more = () => ({}),
}: TlsServerOptions): Promise<TlsServer> {
  const authority = await createAuthority();
  const { certificate, key } = await authority.server(hosts);
  const open = new Map<number | undefined, Connection>();
  let opened = 0;
  const server = createSecureServer({
    cert: certificate,
    key,
    allowHTTP1: true,
    ...(http1Only ? { ALPNCallback: () => 'http/1.1' } : {}),
    ...more(authority),
  });
  server.on('connection', (socket: Socket) => {
    const port = socket.remotePort;
    open.set(port, { socket, number: ++opened });
    socket.on('error', () => undefined);
    socket.on('close', () => open.delete(port));
  });
  server.on('sessionError', () => undefined);
  server.on('request', (request, response) => {
    request.on('error', () => undefined);
    response.on('error', () => undefined);
    void serve(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const cut = (): void => {
    for (const { socket } of open.values()) socket.destroy();
  };
  return {
    authority,
    server,
    port: (server.address() as AddressInfo).port,
    connectionOf: (request) => open.get(request.socket.remotePort),
    connections: () => opened,
    cut,
    close: async () => {
      const closed = new Promise((resolve) => server.close(resolve));
      cut();
      await closed;
    },
  };
}
