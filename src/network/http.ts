/**
 * The HTTP client for repositories, registries and OpenID issuers: connections, proxies, TLS, retries, redirects, and
 * limits on size and time. A login is sent only to the server that it is for.
 *
 * A client has one set of TLS settings and keeps connections open for the next request:
 *
 *     const http = new HttpClient({ ca, certificate, insecure: false, env: process.env });
 *     const { status, headers, body } = await http.request({ url, limit: 1 << 20 });
 *     const download = await http.open({ url, limit: 1 << 30 });
 *     await pipeline(download.body, async function* (chunks) { … progress … }, createWriteStream(file));
 *     await http.request({ method: 'PUT', url, body: { length, open: () => createReadStream(file) }, limit: 1 << 20 });
 *     await http.close();
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { VERSION } from '../version.ts';
import { basicAuthorization, loginOf } from './address.ts';
import { dialWithin, DialError } from './dial.ts';
import type { Peer } from './dial.ts';
import { failureOf, TOO_SLOW } from './failures.ts';
import { drain, inPieces, limited, readWhole, releasing } from './http-body.ts';
import type { Received } from './http-body.ts';
import { UnusableAnswer } from './http-messages.ts';
import type { HttpAnswer, HttpDownload, HttpOptions, HttpRequest, HttpTimes } from './http-messages.ts';
import type { ConnectionPool, PoolRequest } from './pool.ts';
import { proxyFromEnvironment } from './proxy-choice.ts';
import { retryAfter } from './retry-after.ts';

export { UnusableAnswer };
export type { HttpAnswer, HttpDownload, HttpRequest, HttpTimes } from './http-messages.ts';

const TIMES: HttpTimes = {
  connect: 15_000,
  silence: 30_000,
  buffered: 128_000,
  whole: 600_000,
  patience: 30_000,
  pause: 250,
};
/** The most bytes of an upload that buffers of systems and proxies hold. */
const MAX_BUFFERED = 8 << 20;
const MAX_TRIES = 4;
/** As many as Go's client follows. */
const MAX_REDIRECTS = 10;
const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);
/** Redirects that keep method and body. */
const SAME_METHOD: ReadonlySet<number> = new Set([307, 308]);

/** Sends requests, and keeps connections open for the next one. */
export class HttpClient {
  readonly #options: HttpOptions;
  readonly #times: HttpTimes;
  readonly #pools: Map<string, Promise<ConnectionPool>> = new Map();
  #closed = false;

  constructor(options: HttpOptions) {
    this.#options = options;
    this.#times = { ...TIMES, ...options.times };
  }

  /**
   * Sends a request, follows redirects, tries again where that is safe, and reads the answer.
   *
   * @throws DialError where no connection can be opened; {@link UnusableAnswer}; the reason of the signal; an error that
   *   `failureOf` explains for an answer that does not come or breaks off; PkgError for an invalid address of a proxy
   */
  async request(request: HttpRequest): Promise<HttpAnswer> {
    const { signal, release } = this.#withDeadline(request.signal);
    try {
      return await this.#sendWithRetries(request, signal, async (received) => {
        const { status, headers, url } = received;
        return { status, headers, url, body: await readWhole(received, request) };
      });
    } finally {
      release();
    }
  }

  /** As {@link request}, with the body as a stream. A body that breaks off is not retried. */
  async open(request: HttpRequest): Promise<HttpDownload> {
    const { signal, release } = this.#withDeadline(request.signal);
    try {
      const received = await this.#sendWithRetries(request, signal, async (one) => one);
      const { status, headers, url, length } = received;
      return { status, headers, url, length, body: releasing(limited(received, request.limit), release) };
    } catch (error) {
      release();
      throw error;
    }
  }

  /** Closes all connections; requests that are under way fail. Resolves when the connections are closed. */
  async close(): Promise<void> {
    this.#closed = true;
    await Promise.all([...this.#pools.values()].map(async (pool) => (await pool).close()));
  }

  /** Sends a request, and sends it again after a reset and while the server is busy. */
  async #sendWithRetries<T>(
    request: HttpRequest,
    signal: AbortSignal,
    use: (received: Received) => Promise<T>,
  ): Promise<T> {
    const { method = 'GET', repeatable = method !== 'POST' && method !== 'PATCH' } = request;
    const begun = Date.now();
    for (let tries = 1; ; tries++) {
      // The last try returns or throws whatever it gets.
      const isLast = !repeatable || tries >= MAX_TRIES;
      const pause = this.#times.pause * 2 ** (tries - 1) * (0.5 + Math.random() / 2);
      let wait = pause;
      try {
        const received = await this.#sendWithRedirects(request, signal);
        if (isLast || !isTransient(received.status)) return await use(received);
        wait = Math.max(pause, retryAfter(received.headers['retry-after']) ?? 0);
        if (Date.now() - begun + wait > this.#times.patience) return await use(received);
        // Reading a short rest of the answer frees the connection for the next try.
        await drain(received.stream);
      } catch (error) {
        const isTime = Date.now() - begun + wait <= this.#times.patience;
        if (isLast || signal.aborted || !isTime || !isReset(error)) throw error;
      }
      await sleep(wait, undefined, { signal }).catch(() => {
        throw signal.reason;
      });
    }
  }

  /**
   * A signal that is aborted by the caller's signal or after the time for the whole request. It must be released at the
   * end: without that, an upload of 250 MiB in parts took 323 MB of memory instead of 159, because the timer kept each
   * part alive.
   */
  #withDeadline(signal: AbortSignal | undefined): { signal: AbortSignal; release: () => void } {
    const late = new AbortController();
    const error = Object.assign(new Error('the answer took too long'), { code: TOO_SLOW });
    const timer = setTimeout(() => late.abort(error), this.#times.whole);
    // The timer alone must not keep the process alive.
    timer.unref();
    return {
      signal: signal === undefined ? late.signal : AbortSignal.any([signal, late.signal]),
      release: () => clearTimeout(timer),
    };
  }

  async #sendWithRedirects(request: HttpRequest, signal: AbortSignal): Promise<Received> {
    const { method = 'GET', body } = request;
    const isPlain = (method === 'GET' || method === 'HEAD') && body === undefined;
    let { url, authorization } = request;
    for (let followed = 0; followed <= MAX_REDIRECTS; followed++) {
      const answer = await this.#sendOnce({ ...request, url, authorization }, signal);
      const location = answer.headers['location'];
      if (!REDIRECTS.has(answer.status) || typeof location !== 'string') return answer;
      const next = URL.parse(location, url);
      if (next === null || !/^https?:$/.test(next.protocol)) {
        throw new UnusableAnswer('redirect', 'redirects to something that is not the address of a server', url);
      }
      if (request.httpsOnly === true && next.protocol !== 'https:') {
        throw new UnusableAnswer('redirect', `redirects to ${next.host}, and not over HTTPS`, url);
      }
      // A body may hold secrets, such as tokens, so it is not sent on to another server.
      const mayFollow = isPlain || (SAME_METHOD.has(answer.status) && next.origin === url.origin);
      if (!mayFollow) return answer;
      await drain(answer.stream);
      if (request.everywhere !== true && next.origin !== url.origin) authorization = undefined;
      url = next;
    }
    throw new UnusableAnswer('redirect', `redirects more than ${MAX_REDIRECTS} times`, request.url);
  }

  async #sendOnce(request: HttpRequest, signal: AbortSignal): Promise<Received> {
    const { method = 'GET', url } = request;
    const proxy = proxyFromEnvironment(url, this.#options.env);
    // Plain HTTP is sent to an HTTP proxy as a request, not through a tunnel: many proxies allow tunnels for TLS only.
    const forwarder =
      url.protocol === 'http:' && proxy !== undefined && /^https?:$/.test(proxy.protocol) ? proxy : undefined;
    const pool = await this.#poolOf(url, proxy, forwarder);
    const path = `${url.pathname}${url.search}`;
    const answer = await pool.send({
      method,
      path: forwarder === undefined ? path : `${url.origin}${path}`,
      headers: headersOf(request, forwarder),
      body: bodyOf(request),
      signal,
      silence: this.#times.silence + (this.#times.buffered * Math.min(lengthOf(request), MAX_BUFFERED)) / MAX_BUFFERED,
    });
    const { status, headers, body: stream } = answer;
    const length =
      method === 'HEAD' || headers['content-length'] === undefined ? undefined : Number(headers['content-length']);
    return { status, headers, url, length, stream };
  }

  async #poolOf(url: URL, proxy: URL | undefined, forwarder: URL | undefined): Promise<ConnectionPool> {
    // A pool for each server, also behind one forwarding proxy: undici opens a new connection when the host changes.
    const key = `${url.origin} ${proxy?.href ?? ''}`;
    const pool = this.#pools.get(key) ?? this.#openPool(url, proxy, forwarder);
    this.#pools.set(key, pool);
    return await pool;
  }

  async #openPool(url: URL, proxy: URL | undefined, forwarder: URL | undefined): Promise<ConnectionPool> {
    const { ca, certificate, insecure = false, serverName = '' } = this.#options;
    const tls = { ca, insecure, serverName: forwarder === undefined ? serverName : '' };
    const peer: Peer = {
      server: forwarder ?? url,
      proxy: forwarder === undefined ? proxy : undefined,
      tls,
      protocols: ['http/1.1'],
    };
    const { connect, silence } = this.#times;
    const { ConnectionPool: Pool } = await import('./pool.ts');
    const pool = new Pool(
      peer.server,
      async (signal) => {
        try {
          return (await dialWithin(peer, certificate, connect, signal)).socket;
        } catch (error) {
          // A forwarding proxy is the server of the connection, so its failures are those of the proxy.
          throw forwarder !== undefined && error instanceof DialError ? new DialError(error.cause, true) : error;
        }
      },
      { silence },
    );
    if (this.#closed) void pool.close();
    return pool;
  }
}

function headersOf(request: HttpRequest, forwarder: URL | undefined): Record<string, string> {
  const { url, body } = request;
  const authorization = request.authorization ?? loginHeader(url);
  const proxyLogin = forwarder === undefined ? undefined : loginHeader(forwarder);
  const length = typeof body === 'object' ? { 'content-length': String(body.length) } : {};
  return {
    host: url.host,
    'user-agent': `kubepkg/${VERSION}`,
    ...request.headers,
    ...length,
    ...(proxyLogin === undefined ? {} : { 'proxy-authorization': proxyLogin }),
    ...(authorization === undefined ? {} : { authorization }),
  };
}

function lengthOf({ body }: HttpRequest): number {
  return body?.length ?? 0;
}

/** A body as the pool sends it. */
function bodyOf({ body }: HttpRequest): PoolRequest['body'] {
  if (typeof body !== 'object') return body;
  if ('open' in body) return body.open();
  return inPieces(body);
}

/** The login in an address as the value of a header. */
function loginHeader(url: URL): string | undefined {
  const login = loginOf(url);
  return login && basicAuthorization(login.username, login.password);
}

/**
 * May the same request succeed a moment after an answer with this status? As Helm's client for registries judges, but for
 * 501. Distribution 2.8 answers 500 to a client that reads a tag while another one writes it.
 */
export function isTransient(status: number): boolean {
  return status === 408 || status === 429 || (status >= 500 && status !== 501);
}

/** Did the connection break, so that another one may work? A proxy that broke it is not tried again. */
function isReset(error: unknown): boolean {
  if (!(error instanceof Error) || (error instanceof DialError && error.proxy)) return false;
  const { code } = failureOf(error);
  return code === 'ECONNRESET' || code === 'EPIPE';
}
