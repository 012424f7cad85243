/**
 * A server in the place of an API server. A test sees what a client sends (its identity, its requests, its connections)
 * and decides the answers. For faults that a real API server cannot be made to show.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { IncomingHttpHeaders } from 'node:http';
import type { Http2SecureServer, Http2ServerRequest, Http2ServerResponse, Http2Session, Settings } from 'node:http2';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TLSSocket } from 'node:tls';
import type { Authority } from '../controlplane/certificates.ts';
import { startTlsServer } from './tls-server.ts';

/** A request as it arrived, its body read whole. */
export type PeerRequest = {
  /** 1 for the first. */
  number: number;
  method: string;
  /** Path and query. */
  path: string;
  headers: IncomingHttpHeaders;
  body: string;
  protocol: 'HTTP/1.1' | 'HTTP/2';
  /** The subject of the client's certificate, if it has one. */
  certificate: string | undefined;
  /** The server name that the client asked for; `false` without one. */
  serverName: string | false | null;
  /** The number of its connection. */
  connection: number;
};

/** What a test can do with a request. */
export type PeerAnswer = {
  response: Http2ServerResponse;
  /** Answers with JSON. */
  json: (body: unknown, status?: number, headers?: Record<string, string>) => void;
  /** The session of a request over HTTP/2. */
  session: Http2Session | undefined;
  /** Resets the connection. */
  reset: () => void;
  /** Closes the connection. */
  end: () => void;
};

export type PeerOptions = {
  /** Offer HTTP/1.1 only. */
  http1Only?: boolean;
  settings?: Settings;
  /** The names in its certificate. */
  hosts?: readonly string[];
  serve?: (request: PeerRequest, answer: PeerAnswer) => void | Promise<void>;
};

export type Peer = {
  authority: Authority;
  port: number;
  /** `https://127.0.0.1:PORT` */
  url: string;
  /** Every request, in the order of arrival. */
  seen: PeerRequest[];
  /** How many TCP connections were opened. */
  connections: () => number;
  /** A folder for the files of the test, which is removed with the peer. */
  folder: string;
  /** Writes a kubeconfig for this server; `user` and `cluster` are added to it. */
  kubeconfig: (user?: object, cluster?: object) => string;
  server: Http2SecureServer;
  /** Ends all connections as a server does when it is shut down. */
  cut: () => void;
  close: () => Promise<void>;
};

/** Starts a peer on a free port. */
export async function startPeer(options: PeerOptions = {}): Promise<Peer> {
  const { http1Only = false, settings = {}, hosts = ['127.0.0.1', 'localhost', 'peer.test'] } = options;
  const { serve = (_request, { json }) => json({ kind: 'Status' }) } = options;
  const seen: PeerRequest[] = [];
  const tls = await startTlsServer({
    hosts,
    http1Only,
    serve: answer,
    more: ({ certificate }) => ({ ca: certificate, requestCert: true, rejectUnauthorized: false, settings }),
  });

  async function answer(request: Http2ServerRequest, response: Http2ServerResponse): Promise<void> {
    const session = request.httpVersionMajor === 2 ? request.stream.session : undefined;
    const connection = tls.connectionOf(request);
    const one = describe(request, session, { number: seen.length + 1, connection: connection?.number ?? 0 });
    seen.push(one);
    try {
      request.setEncoding('utf8');
      for await (const chunk of request) one.body += chunk as string;
    } catch {
      return; // The client went away.
    }
    await serve(one, {
      response,
      session,
      json: (body, status = 200, headers = {}) => {
        response.writeHead(status, { 'content-type': 'application/json', ...headers });
        response.end(JSON.stringify(body));
      },
      reset: () => void connection?.socket.resetAndDestroy(),
      end: () => void connection?.socket.destroy(),
    });
  }

  const folder = mkdtempSync(join(tmpdir(), 'pkg-peer-'));
  const url = `https://127.0.0.1:${tls.port}`;
  let files = 0;

  return {
    authority: tls.authority,
    port: tls.port,
    url,
    seen,
    connections: tls.connections,
    folder,
    server: tls.server,
    kubeconfig: (user = {}, cluster = {}) => {
      const file = join(folder, `kubeconfig-${++files}`);
      const authorityData = Buffer.from(tls.authority.certificate).toString('base64');
      const config = {
        apiVersion: 'v1',
        kind: 'Config',
        'current-context': 'here',
        clusters: [{ name: 'peer', cluster: { server: url, 'certificate-authority-data': authorityData, ...cluster } }],
        users: [{ name: 'someone', user }],
        contexts: [{ name: 'here', context: { cluster: 'peer', user: 'someone' } }],
      };
      writeFileSync(file, JSON.stringify(config), { mode: 0o600 });
      return file;
    },
    cut: tls.cut,
    close: async () => {
      await tls.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** A request as a test sees it, before its body is read. */
function describe(
  request: Http2ServerRequest,
  session: Http2Session | undefined,
  numbers: Pick<PeerRequest, 'number' | 'connection'>,
): PeerRequest {
  const tls = (session?.socket ?? request.socket) as TLSSocket;
  const certificate = tls.getPeerCertificate().subject as { CN?: string } | undefined;
  return {
    ...numbers,
    method: request.method,
    path: request.url,
    headers: request.headers,
    body: '',
    protocol: session === undefined ? 'HTTP/1.1' : 'HTTP/2',
    certificate: certificate?.CN,
    serverName: (tls as { servername?: string | false | null }).servername ?? null,
  };
}
