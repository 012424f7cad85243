/**
 * A loopback proxy before an API server, for faults from outside: it fails chosen requests, adds latency, and keeps
 * a list of all requests. It speaks HTTP/2 and HTTP/1.1 over TLS with a certificate of its own authority.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import type { Http2ServerRequest, Http2ServerResponse } from 'node:http2';
import { Agent, request as httpsRequest } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { writeKubeconfig } from '../controlplane/client.ts';
import type { Access } from '../controlplane/client.ts';
import { startTlsServer } from './tls-server.ts';

/** A request that arrived. */
export type ProxiedRequest = {
  /** 1 for the first since the start or {@link Proxy.forget}. */
  number: number;
  method: string;
  path: string;
  query: URLSearchParams;
  userAgent: string;
  accept: string;
  protocol: 'HTTP/1.1' | 'HTTP/2';
  /** The bytes of its body, by its `Content-Length`. */
  size: number;
};

/** What happens to a request instead of an answer. */
export type Fault =
  /** The proxy answers with this status, and `Retry-After` in seconds; the API server sees nothing. */
  | { status: number; retryAfter?: number }
  /** The connection is reset; the API server sees nothing. On HTTP/2 all requests on it fail. */
  | 'reset'
  /** The API server handles the request; the connection is reset instead of the answer. */
  | 'lose-answer'
  /** The connection is reset in the middle of the answer's body. */
  | 'truncate'
  /** The request never gets an answer. */
  | 'hang';

export type ProxyOptions = {
  /** The API server. Requests without `Authorization` are sent with the certificate of this access. */
  upstream: Access;
  /** The delay of each request, in milliseconds. New connections are not delayed. */
  latency?: number;
  /** Offer HTTP/1.1 only. */
  http1Only?: boolean;
  /** Replaces `Accept` in every request, so that the API server answers as an older one would. */
  accept?: string;
  /** Chooses the fault of a request, undefined for none. The request waits until it has chosen. */
  fault?: (request: ProxiedRequest) => Fault | undefined | Promise<Fault | undefined>;
  /** Gives another body for an answer; undefined for that of the API server. */
  rewrite?: (request: ProxiedRequest, body: string) => string | undefined;
};

export type Proxy = {
  /** The path of a kubeconfig that is that of `upstream`, but leads through the proxy. */
  kubeconfig: string;
  /** All requests since the start or {@link Proxy.forget}. */
  requests: readonly ProxiedRequest[];
  /** The number of requests by method and path, such as `GET /api/v1/…`. */
  counts: () => Record<string, number>;
  /** Empties {@link Proxy.requests} and numbers from 1 again. */
  forget: () => void;
  close: () => Promise<void>;
};

/** Headers that belong to one connection. */
const HOP_BY_HOP = ['connection', 'host', 'http2-settings', 'keep-alive', 'te', 'transfer-encoding', 'upgrade'];

/** Starts a proxy on a free port. */
export async function startProxy({
  upstream,
  latency = 0,
  http1Only = false,
  accept,
  fault,
  rewrite,
}: ProxyOptions): Promise<Proxy> {
  const withCertificate = new Agent({
    keepAlive: true,
    ca: upstream.ca,
    cert: upstream.certificate,
    key: upstream.key,
  });
  const withoutCertificate = new Agent({ keepAlive: true, ca: upstream.ca });
  const requests: ProxiedRequest[] = [];
  const tls = await startTlsServer({ hosts: ['127.0.0.1'], http1Only, serve });

  async function serve(request: Http2ServerRequest, response: Http2ServerResponse): Promise<void> {
    // Looked up before the request has ended: then it has no connection any more.
    const connection = tls.connectionOf(request);
    const cut = (): void => void connection?.socket.resetAndDestroy();
    const seen = note(request);
    const chosen = await fault?.(seen);
    if (latency > 0) await sleep(latency);
    if (chosen === 'hang') return;
    if (chosen === 'reset') cut();
    else if (typeof chosen === 'object') inject(response, chosen);
    else forward(request, response, { seen, chosen, cut });
  }

  function note(request: Http2ServerRequest): ProxiedRequest {
    const url = new URL(request.url, upstream.server);
    const seen: ProxiedRequest = {
      number: requests.length + 1,
      method: request.method,
      path: url.pathname,
      query: url.searchParams,
      userAgent: request.headers['user-agent'] ?? '',
      accept: request.headers.accept ?? '',
      protocol: request.httpVersionMajor === 2 ? 'HTTP/2' : 'HTTP/1.1',
      size: Number(request.headers['content-length'] ?? 0),
    };
    requests.push(seen);
    return seen;
  }

  function forward(
    request: Http2ServerRequest,
    response: Http2ServerResponse,
    { seen, chosen, cut }: { seen: ProxiedRequest; chosen: 'lose-answer' | 'truncate' | undefined; cut: () => void },
  ): void {
    // A client that no longer wants its answer (the end of a watch) keeps its connection.
    let gone = false;
    const failed = (): void => {
      if (!gone) cut();
    };
    const agent = request.headers.authorization === undefined ? withCertificate : withoutCertificate;
    const sent = httpsRequest(
      new URL(request.url, upstream.server),
      {
        method: request.method,
        headers: {
          ...framed(request),
          ...(accept === undefined ? {} : { accept }),
          ...(rewrite === undefined ? {} : { 'accept-encoding': 'identity' }),
        },
        agent,
      },
      (answer) => {
        answer.on('error', failed);
        if (chosen === 'lose-answer') answer.resume().on('end', cut);
        else if (chosen === 'truncate') truncate(answer, response, cut);
        else if (rewrite === undefined || seen.query.has('watch')) pass(answer, response);
        else void passChanged(answer, response, (body) => rewrite(seen, body) ?? body);
      },
    );
    sent.on('error', failed);
    response.on('close', () => {
      gone = true;
      sent.destroy();
    });
    request.pipe(sent);
  }

  const folder = mkdtempSync(join(tmpdir(), 'pkg-proxy-'));
  const kubeconfig = join(folder, 'kubeconfig');
  const access = { ...upstream, server: `https://127.0.0.1:${tls.port}`, ca: tls.authority.certificate };
  writeFileSync(kubeconfig, writeKubeconfig(access), { mode: 0o600 });

  return {
    kubeconfig,
    requests,
    counts: () => {
      const counts: Record<string, number> = {};
      for (const { method, path } of requests) counts[`${method} ${path}`] = (counts[`${method} ${path}`] ?? 0) + 1;
      return counts;
    },
    forget: () => void requests.splice(0),
    close: async () => {
      withCertificate.destroy();
      withoutCertificate.destroy();
      await tls.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Passes an answer on unchanged. */
function pass(answer: IncomingMessage, response: Http2ServerResponse): void {
  response.writeHead(answer.statusCode ?? 502, endToEnd(answer.headers));
  answer.pipe(response);
}

/** Passes an answer on with another body. */
async function passChanged(
  answer: IncomingMessage,
  response: Http2ServerResponse,
  change: (body: string) => string,
): Promise<void> {
  const body = await readAll(answer);
  const { 'content-length': _length, ...headers } = endToEnd(answer.headers);
  response.writeHead(answer.statusCode ?? 502, headers);
  response.end(change(body));
}

/** Passes half of the first piece of an answer on, and then resets the connection. */
function truncate(answer: IncomingMessage, response: Http2ServerResponse, cut: () => void): void {
  response.writeHead(answer.statusCode ?? 502, endToEnd(answer.headers));
  answer.once('data', (chunk: Buffer) => {
    answer.destroy();
    response.write(chunk.subarray(0, chunk.length / 2), () => setTimeout(cut, 20));
  });
}

async function readAll(answer: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of answer) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}

/** Headers for HTTP/1.1, which need the length of a body; Node does not add it for a DELETE. */
function framed(request: Http2ServerRequest): IncomingHttpHeaders {
  const headers = endToEnd(request.headers);
  const hasBody =
    request.httpVersionMajor === 2
      ? !request.stream.endAfterHeaders
      : request.headers['transfer-encoding'] !== undefined;
  return hasBody && headers['content-length'] === undefined ? { ...headers, 'transfer-encoding': 'chunked' } : headers;
}

/** Headers without pseudo-headers and those of a connection. */
function endToEnd(headers: IncomingHttpHeaders): IncomingHttpHeaders {
  return Object.fromEntries(
    Object.entries(headers).filter(([name]) => !name.startsWith(':') && !HOP_BY_HOP.includes(name)),
  );
}

/** An answer as the API server would give it. */
function inject(response: Http2ServerResponse, { status, retryAfter }: { status: number; retryAfter?: number }): void {
  const body = { kind: 'Status', apiVersion: 'v1', status: 'Failure', message: `injected ${status}`, code: status };
  response.writeHead(status, {
    'content-type': 'application/json',
    ...(retryAfter === undefined ? {} : { 'retry-after': String(retryAfter) }),
  });
  response.end(JSON.stringify(body));
}
