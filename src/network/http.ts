/**
 * HTTP to repositories and registries, and whatever else is fetched: one place for connections, proxies, TLS, retries,
 * redirects, bounds on size and time, and the rule that a login goes to no server but the one that it is for.
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
import type { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { VERSION } from '../version.ts';
import { dialWithin, DialError } from './dial.ts';
import type { ClientCertificate, Peer } from './dial.ts';
import { failureOf } from './failures.ts';
import type { ConnectionPool, PoolAnswer, PoolRequest } from './pool.ts';
import { proxyFromEnvironment } from './proxy-choice.ts';

/** How servers prove who they are, who one is to them, and which proxies lead to them. PEM texts. */
export type HttpOptions = {
  /** Authorities to trust in place of the system's. */
  ca?: string | undefined;
  /** The client certificate, for servers that ask for one. */
  certificate?: ClientCertificate | undefined;
  /** Certificates are not checked. */
  insecure?: boolean;
  /** The name that certificates must hold, where it is another than the address has. */
  serverName?: string;
  /** Where HTTP_PROXY, HTTPS_PROXY and NO_PROXY are read. */
  env: NodeJS.ProcessEnv;
  times?: Partial<HttpTimes>;
};

/** Times in milliseconds. */
export type HttpTimes = {
  /** For connecting, proxy and TLS included. */
  connect: number;
  /** For silence while an answer is due, in the middle of one, or in the middle of an upload. */
  silence: number;
  /**
   * For the end of an upload in addition: when its last byte is written, up to 8 MiB of it may still lie in buffers on
   * the way, which at 64 KiB a second take two minutes.
   */
  buffered: number;
  /** For all of a request: redirects, retries and the body. */
  whole: number;
  /** No try begins when this has passed; longer pauses that a server asks for are not waited for. */
  patience: number;
  /** The pause after the first try; it doubles. */
  pause: number;
};

/** A body that is read while it is sent, and read again when the request is sent again. */
export type Upload = { length: number; open: () => Readable | AsyncIterable<Uint8Array> };

/** A request. */
export type HttpRequest = {
  /** GET without one. */
  method?: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** A name and a password in it are the login for its server. */
  url: URL;
  /** In lower case. What they hold goes to every server that the request is sent on to. */
  headers?: Readonly<Record<string, string>>;
  body?: string | Uint8Array | Upload;
  /** The `Authorization` header: for the scheme, host and port that are asked, and no other… */
  authorization?: string | undefined;
  /** …unless it is meant for all. */
  everywhere?: boolean;
  /** The most bytes that the body of the answer may have. */
  limit: number;
  /** No redirect is followed to an address that is not https, not even on the way to one that is. */
  httpsOnly?: boolean;
  /** Doing it twice is the same as doing it once, so that it may be sent again: all but POST and PATCH without this. */
  repeatable?: boolean;
  signal?: AbortSignal;
};

type Head = {
  status: number;
  headers: Readonly<Record<string, string | string[] | undefined>>;
  /** Where it came from in the end. */
  url: URL;
};

/** An answer, read whole. */
export type HttpAnswer = Head & { body: Buffer };

/** An answer whose body is still to be read, once; who does not read it to its end closes its connection. */
export type HttpDownload = Head & {
  /** What the server says that the body has; undefined where it does not. */
  length: number | undefined;
  body: AsyncIterable<Buffer>;
};

/** What a server answers, and no client can use: more than the limit, or redirects without end or to nowhere. */
export class UnusableAnswer extends Error {
  override readonly name = 'UnusableAnswer';
  readonly reason: 'size' | 'redirect';
  /** The address that answered. */
  readonly url: URL;

  constructor(reason: UnusableAnswer['reason'], message: string, url: URL) {
    super(message);
    this.reason = reason;
    this.url = url;
  }
}

const TIMES: HttpTimes = {
  connect: 15_000,
  silence: 30_000,
  buffered: 128_000,
  whole: 600_000,
  patience: 30_000,
  pause: 250,
};
/** The most of a body that lies in buffers of systems and proxies. */
const MOST_BUFFERED = 8 << 20;
/** Larger bodies are written in pieces of this size, so that it shows whether they go out. */
const PIECE = 1 << 16;
const MOST_TRIES = 4;
/** As many as Go's client follows. */
const MOST_REDIRECTS = 10;
const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);
/** Redirects that keep method and body. */
const SAME_METHOD: ReadonlySet<number> = new Set([307, 308]);
const BUSY: ReadonlySet<number> = new Set([429, 502, 503, 504]);

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
   * @throws DialError where no connection is had; {@link UnusableAnswer}; the reason of the signal; an error that
   *   `failureOf` knows for an answer that does not come or breaks off; PkgError for a proxy that is none
   */
  async request(request: HttpRequest): Promise<HttpAnswer> {
    const { signal, release } = this.#bounded(request.signal);
    try {
      return await this.#tried(request, signal, async (download) => {
        const { status, headers, url } = download;
        return { status, headers, url, body: await readWhole(download, request.limit) };
      });
    } finally {
      release();
    }
  }

  /** The same, with the body given as it comes: what breaks off in it is not tried again. */
  async open(request: HttpRequest): Promise<HttpDownload> {
    const { signal, release } = this.#bounded(request.signal);
    try {
      const download = await this.#tried(request, signal, async (answer) => answer);
      return { ...download, body: releasing(download.body, release) };
    } catch (error) {
      release();
      throw error;
    }
  }

  /** Ends all connections; requests that are under way fail. The promise is kept once the connections are gone. */
  async close(): Promise<void> {
    this.#closed = true;
    await Promise.all([...this.#pools.values()].map(async (pool) => (await pool).close()));
  }

  /** Has a request answered, and tries again after resets and while the server is busy. */
  async #tried<T>(request: HttpRequest, signal: AbortSignal, use: (download: HttpDownload) => Promise<T>): Promise<T> {
    const { method = 'GET', repeatable = method !== 'POST' && method !== 'PATCH' } = request;
    const begun = Date.now();
    for (let tries = 1; ; tries++) {
      // A last try ends with whatever comes of it.
      const isLast = !repeatable || tries >= MOST_TRIES;
      const pause = this.#times.pause * 2 ** (tries - 1) * (0.5 + Math.random() / 2);
      let wait = pause;
      try {
        const download = await this.#followed(request, signal);
        if (isLast || !BUSY.has(download.status)) return await use(download);
        wait = Math.max(pause, pauseAskedFor(download.headers['retry-after']));
        if (Date.now() - begun + wait > this.#times.patience) return await use(download);
        // The connection serves the next try if what is left on it is short.
        await drain(download.body);
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
   * One signal for what the caller calls off and for the time that all may take; to be released when the request is
   * over. With its timer left to run out, an upload of 250 MiB in parts was held whole: 323 MB of memory, with it 159.
   */
  #bounded(signal: AbortSignal | undefined): { signal: AbortSignal; release: () => void } {
    const late = new AbortController();
    const error = Object.assign(new Error('the answer took too long'), { code: 'ETIMEDOUT' });
    const timer = setTimeout(() => late.abort(error), this.#times.whole);
    // It keeps no process alive.
    timer.unref();
    return {
      signal: signal === undefined ? late.signal : AbortSignal.any([signal, late.signal]),
      release: () => clearTimeout(timer),
    };
  }

  async #followed(request: HttpRequest, signal: AbortSignal): Promise<HttpDownload> {
    const { method = 'GET', body } = request;
    const isPlain = (method === 'GET' || method === 'HEAD') && body === undefined;
    let { url, authorization } = request;
    for (let followed = 0; followed <= MOST_REDIRECTS; followed++) {
      const answer = await this.#once({ ...request, url, authorization }, signal);
      const location = answer.headers['location'];
      if (!REDIRECTS.has(answer.status) || typeof location !== 'string') return answer;
      const next = URL.parse(location, url);
      if (next === null || !/^https?:$/.test(next.protocol)) {
        throw new UnusableAnswer('redirect', 'leads to what is no address of a server', url);
      }
      if (request.httpsOnly === true && next.protocol !== 'https:') {
        throw new UnusableAnswer('redirect', `leads to ${next.host}, and not over HTTPS`, url);
      }
      // A body may hold secrets, tokens for one, and so stays with the server that it is for.
      const mayFollow = isPlain || (SAME_METHOD.has(answer.status) && next.origin === url.origin);
      if (!mayFollow) return answer;
      await drain(answer.body);
      if (request.everywhere !== true && next.origin !== url.origin) authorization = undefined;
      url = next;
    }
    throw new UnusableAnswer('redirect', `leads on and on (${MOST_REDIRECTS} times)`, request.url);
  }

  async #once(request: HttpRequest, signal: AbortSignal): Promise<HttpDownload> {
    const { method = 'GET', url, limit } = request;
    const proxy = proxyFromEnvironment(url, this.#options.env);
    // Plain HTTP is asked of an HTTP proxy itself: many let tunnels lead to TLS only.
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
      silence:
        this.#times.silence + (this.#times.buffered * Math.min(lengthOf(request), MOST_BUFFERED)) / MOST_BUFFERED,
    });
    const { status, headers } = answer;
    const length =
      method === 'HEAD' || headers['content-length'] === undefined ? undefined : Number(headers['content-length']);
    return { status, headers, url, length, body: bounded(answer, limit, url) };
  }

  async #poolOf(url: URL, proxy: URL | undefined, forwarder: URL | undefined): Promise<ConnectionPool> {
    // Connections to a proxy that forwards could serve all servers; undici makes new ones when names change.
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
      async (signal) => (await dialWithin(peer, certificate, connect, signal)).socket,
      {
        silence,
      },
    );
    if (this.#closed) void pool.close();
    return pool;
  }
}

function headersOf(request: HttpRequest, forwarder: URL | undefined): Record<string, string> {
  const { url, body } = request;
  const authorization = request.authorization ?? loginOf(url);
  const proxyLogin = forwarder === undefined ? undefined : loginOf(forwarder);
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

/** A body as it is sent: in one piece, undici would take a slow upload for silence. */
function bodyOf({ body }: HttpRequest): PoolRequest['body'] {
  if (typeof body !== 'object') return body;
  if ('open' in body) return body.open();
  return body.length > PIECE ? piecesOf(body) : body;
}

async function* piecesOf(body: Uint8Array): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < body.length; at += PIECE) yield body.subarray(at, at + PIECE);
}

/** The login in an address, where both parts may be percent-encoded. */
function loginOf({ username, password }: URL): string | undefined {
  return username === '' && password === '' ? undefined : basicAuthorization(decode(username), decode(password));
}

/** A login as the `Authorization` header says it (RFC 7617). */
export function basicAuthorization(username: string, password: string): string {
  return `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

async function* bounded({ body }: PoolAnswer, limit: number, url: URL): AsyncGenerator<Buffer> {
  let size = 0;
  for await (const chunk of body) {
    size += (chunk as Buffer).length;
    if (size > limit) throw new UnusableAnswer('size', `sends more than ${limit >> 20} MiB`, url);
    yield chunk as Buffer;
  }
}

/** A body, with something to be done when it was read, or is not read further. */
async function* releasing(body: AsyncIterable<Buffer>, release: () => void): AsyncGenerator<Buffer> {
  try {
    yield* body;
  } finally {
    release();
  }
}

/** Where the length is known, no bytes are copied once more: indexes of repositories have up to 140 MB. */
async function readWhole({ body, length }: HttpDownload, limit: number): Promise<Buffer> {
  if (length === undefined || !Number.isSafeInteger(length) || length < 0 || length > limit) {
    const chunks: Buffer[] = [];
    for await (const chunk of body) chunks.push(chunk);
    return Buffer.concat(chunks);
  }
  const whole = Buffer.allocUnsafe(length);
  let filled = 0;
  for await (const chunk of body) filled += chunk.copy(whole, filled);
  return whole.subarray(0, filled);
}

/** What is not worth reading to its end for the sake of a connection. */
const MOST_DRAINED = 1 << 16;

/** Reads what nobody wants, so that its connection serves again; ends the connection where that is a lot. */
async function drain(body: AsyncIterable<Buffer>): Promise<void> {
  let size = 0;
  for await (const chunk of body) if ((size += chunk.length) > MOST_DRAINED) return;
}

/** Milliseconds; `Retry-After` has seconds, or a date (RFC 9110, section 10.2.3). */
function pauseAskedFor(header: string | string[] | undefined): number {
  if (typeof header !== 'string') return 0;
  const seconds = /^\d+$/.test(header) ? Number(header) : (Date.parse(header) - Date.now()) / 1000;
  return Number.isFinite(seconds) ? Math.max(seconds * 1000, 0) : 0;
}

/** Did the connection break, so that another may do better? */
function isReset(error: unknown): boolean {
  if (!(error instanceof Error) || (error instanceof DialError && error.proxy)) return false;
  const { code } = failureOf(error);
  return code === 'ECONNRESET' || code === 'EPIPE';
}
