/**
 * Requests to an API server as the rest of pkg makes them: plain JSON in and out, each with a bound on time
 * and size, sent again where that is safe, and errors in words.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { PkgError } from '../../errors.ts';
import { parseJson, printJson } from '../../yaml/json.ts';
import type { Json } from '../../yaml/value.ts';
import { abortable } from '../abortable.ts';
import type { Fence } from '../cluster.ts';
import { ApiError, apiError, askedBy } from './api-errors.ts';
import { cutShort, readText } from './body.ts';
import { connectionError, timeoutError } from './connect-errors.ts';
import type { Connection } from './connection.ts';
import { Credentials } from './credentials.ts';
import type { Credential } from './credential.ts';
import { DialError } from '../../network/dial.ts';
import type { Peer } from '../../network/dial.ts';
import { proxyFromEnvironment } from '../../network/proxy-choice.ts';
import { Pace } from './pace.ts';
import { HeldBack, LostRequest } from './exchange.ts';
import type { Response, TransportTimes } from './exchange.ts';
import { Transport } from './transport.ts';

/** A request. */
export type KubeRequest = {
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** `/api/v1/namespaces/x/secrets`, its parts percent-encoded. */
  path: string;
  query?: Readonly<Record<string, string | undefined>>;
  body?: Json;
  /** The object as it lives, where that is known: if it is a Secret, no error holds its values. */
  live?: Json | undefined;
  /** What the body is, when it is not plain JSON: `application/apply-patch+yaml`. */
  contentType?: string;
  accept?: string;
  headers?: Readonly<Record<string, string>>;
  /** Milliseconds for one try. */
  timeout?: number;
  signal?: AbortSignal | undefined;
  /** Asked when a try is about to go to the socket, after all waiting. While it is closed nothing is sent. */
  fence?: Fence;
  /** It does not wait behind others: they wait for it. */
  urgent?: boolean;
  /**
   * Doing it twice is the same as doing it once, so that it may be sent again when nobody knows whether the
   * server did it: reads (the default for them), applies, deletes of one state of an object.
   */
  idempotent?: boolean;
  /** Statuses from 300 up that are given back instead of thrown: `[404]`. */
  expect?: readonly number[];
};

/** A request whose answer is read as it comes. */
export type KubeStreamRequest = Pick<KubeRequest, 'path' | 'query' | 'signal' | 'timeout'>;

/** An answer. */
export type KubeAnswer = {
  status: number;
  headers: Record<string, string | undefined>;
  body: Json;
  /** Of the body, in characters. */
  size: number;
  /** An earlier try of this request may have been done already. */
  repeated: boolean;
};

/** How long and how often to try; tests shorten them. */
export type ClientOptions = {
  times?: Partial<TransportTimes>;
  /** Milliseconds for one try of a request. A little more than the server's own limit, so that it can say so. */
  timeout?: number;
  /** New tries are made for so many milliseconds; the last begins after that. */
  patience?: number;
  /** The pause after the first try; it doubles. */
  pause?: number;
  maxBody?: number;
};

const DEFAULTS = { times: {}, timeout: 65_000, patience: 35_000, pause: 100, maxBody: 256 << 20 };
const FIRST_TRIES = 4;
/** Nobody reads more of a refusal that is plain text. */
const LONGEST_MESSAGE = 10_000;
const LONGEST_PAUSE = 5_000;
const BUSY: ReadonlySet<number> = new Set([500, 502, 503, 504]);

/** Talks to one cluster as one user. */
export class KubeClient {
  readonly connection: Connection;
  readonly #options: Required<ClientOptions>;
  readonly #transport: Transport;
  readonly #credentials: Credentials;
  readonly #pace = new Pace();
  readonly #closed = new AbortController();
  #certificate: Credential['certificate'];
  /** Once it has answered, a cluster that cannot be reached is worth some patience. */
  #answered = false;
  /** When it last did what it was asked. */
  #served = 0;

  constructor(connection: Connection, options: ClientOptions = {}, env: NodeJS.ProcessEnv = process.env) {
    this.connection = connection;
    this.#options = { ...DEFAULTS, ...options };
    const proxy = connection.proxyUrl ?? proxyFromEnvironment(connection.server, env);
    const peer: Peer = { server: connection.server, proxy, tls: connection.tls, protocols: ['h2', 'http/1.1'] };
    this.#transport = new Transport(peer, this.#options.times);
    this.#credentials = new Credentials(connection);
  }

  /**
   * Begins to connect, so that the way is open when the first request comes. What goes wrong is told by that request.
   */
  warmUp(): void {
    const begin = async (): Promise<void> => this.#transport.open(await this.#credential());
    begin().catch(() => {});
  }

  /**
   * Sends a request and reads its answer.
   *
   * @throws ApiError for an answer that is an error and for none; PkgError PKG_CREDENTIALS_FAILED; the reason of the
   * signal, as soon as it is aborted; what the fence throws
   */
  async request(request: KubeRequest): Promise<KubeAnswer> {
    const begun = Date.now();
    const { method, idempotent = method === 'GET', expect = [], fence } = request;
    const closed = this.#closed.signal;
    const signal = request.signal === undefined ? closed : AbortSignal.any([request.signal, closed]);
    let repeated = false;
    let renewed = false;
    let failure: unknown;
    for (let tries = 1; ; tries++) {
      let wait: number | undefined;
      let isRefused = false;
      let isHeldBack = false;
      const credential = await abortable(this.#credential(), signal);
      const place = request.urgent === true ? undefined : await this.#pace.enter(signal);
      let went: 'done' | 'refused' | 'failed' = 'failed';
      try {
        const answer = await this.#once({ ...request, signal }, credential);
        this.#answered = true;
        isRefused = answer.status === 429;
        went = isRefused ? 'refused' : 'done';
        if (!isRefused) this.#served = Date.now();
        if (answer.status < 300 || expect.includes(answer.status)) return { ...answer, repeated };
        const body = await this.#masked(request, answer.body);
        const error = apiError(answer.status, body, askedBy(method, request.path), this.#asker());
        failure = error;
        if (answer.status === 401 && !renewed) {
          renewed = true;
          if (await abortable(this.#credentials.renew(credential), signal)) continue;
        }
        wait = error.code === 'PKG_OBJECT_INVALID' ? undefined : this.#pauseAfter(answer, tries, idempotent);
        if (error.uncertain) repeated = true;
      } catch (error) {
        if (signal.aborted) throw withFailure(signal.reason, failure);
        isHeldBack = error instanceof HeldBack;
        failure = connectionError(error, this.connection);
        if (error instanceof LostRequest || error instanceof DialError) {
          const unseen = error instanceof DialError || error.processed === 'no';
          if (!unseen) repeated = true;
          // What has never answered may be no API server: a few tries tell.
          const hopeful = this.#answered || (error instanceof LostRequest && tries < FIRST_TRIES);
          if (hopeful && (unseen || idempotent)) wait = this.#pause(tries);
        }
      } finally {
        if (place !== undefined) this.#pace.leave(place, went);
      }
      if (isHeldBack && fence !== undefined) {
        await abortable(fence.reopen(), signal);
        continue;
      }
      // Who refuses some and serves others has enough to do, and gets to this one, too.
      const since = isRefused ? Math.max(begun, this.#served) : begun;
      const passed = Date.now() - since;
      const { patience } = this.#options;
      // So the last try begins after `patience`; a server that asks for a longer pause is not waited for.
      if (wait === undefined || passed > patience || passed + wait > patience + LONGEST_PAUSE) throw failure;
      await sleep(wait, undefined, { signal }).catch(() => {
        throw withFailure(signal.reason, failure);
      });
    }
  }

  /**
   * Sends a request and gives the answer's body as it comes, for watches and logs. It is not sent again, and
   * ends when the server ends it or the signal says so; the timeout is for its beginning.
   *
   * @throws ApiError, by the body too when it is cut short: that is no end; the reason of the signal
   */
  async stream(request: KubeStreamRequest): Promise<AsyncIterable<Buffer>> {
    const { timeout = this.#options.timeout } = request;
    const controller = new AbortController();
    const onAbort = (): void => controller.abort(request.signal?.reason);
    if (request.signal?.aborted === true) onAbort();
    request.signal?.addEventListener('abort', onAbort, { once: true });
    const timer = setTimeout(
      () => controller.abort(timeoutError(this.connection, `GET ${request.path}`, timeout)),
      timeout,
    );
    try {
      for (let renewed = false; ; renewed = true) {
        const credential = await abortable(this.#credential(), controller.signal);
        // Events come as they happen, each by itself: there is nothing to compress.
        const asked = { method: 'GET', ...request, headers: { 'accept-encoding': 'identity' } } as const;
        const response = await this.#send(asked, credential, controller.signal, true);
        this.#answered = true;
        if (response.status < 300) {
          response.body.once('close', () => request.signal?.removeEventListener('abort', onAbort));
          return this.#piecesOf(response, request.signal);
        }
        const { body } = await this.#collect(response);
        if (response.status === 401 && !renewed && (await this.#credentials.renew(credential))) continue;
        throw apiError(response.status, body, { ...askedBy('GET', request.path), verb: 'watch' }, this.#asker());
      }
    } catch (error) {
      request.signal?.removeEventListener('abort', onAbort);
      throw request.signal?.aborted === true ? request.signal.reason : connectionError(error, this.connection);
    } finally {
      clearTimeout(timer);
    }
  }

  async *#piecesOf({ body, whole }: Response, signal: AbortSignal | undefined): AsyncGenerator<Buffer> {
    try {
      for await (const chunk of body) yield chunk as Buffer;
      if (!whole()) throw cutShort();
    } catch (error) {
      if (signal?.aborted === true) throw signal.reason;
      throw connectionError(error instanceof LostRequest ? error : new LostRequest(error, 'maybe'), this.connection);
    }
  }

  /** Ends all connections, and all requests with them. */
  close(): void {
    this.#closed.abort(new Error('the client was closed'));
    this.#credentials.close();
    this.#transport.close();
  }

  #asker(): { identity: string; cluster: string } {
    return { identity: this.connection.identity.description, cluster: this.connection.description };
  }

  /** The credential to use now; a new client certificate needs new connections. */
  async #credential(): Promise<Credential> {
    const credential = await this.#credentials.current();
    const before = this.#certificate;
    this.#certificate = credential.certificate;
    if (before !== undefined && before.cert !== credential.certificate?.cert) this.#transport.reset();
    return credential;
  }

  async #once(request: KubeRequest, credential: Credential): Promise<Omit<KubeAnswer, 'repeated'>> {
    const timeout = request.timeout ?? this.#options.timeout;
    const controller = new AbortController();
    const asked = `${request.method} ${request.path}`;
    const timer = setTimeout(() => controller.abort(timeoutError(this.connection, asked, timeout)), timeout);
    const onAbort = (): void => controller.abort(request.signal?.reason);
    if (request.signal?.aborted === true) onAbort();
    request.signal?.addEventListener('abort', onAbort, { once: true });
    try {
      return await this.#collect(await this.#send(request, credential, controller.signal));
    } catch (error) {
      throw controller.signal.aborted ? controller.signal.reason : error;
    } finally {
      clearTimeout(timer);
      request.signal?.removeEventListener('abort', onAbort);
    }
  }

  async #send(request: KubeRequest, credential: Credential, signal: AbortSignal, endless = false): Promise<Response> {
    const { method, path, query, body, accept, contentType, headers, fence, urgent } = request;
    const base = this.connection.server.pathname.replace(/\/+$/, '');
    const { userAgent } = await import('./user-agent.ts');
    return await this.#transport.send(
      {
        method,
        path: `${base}${path}${queryText(query)}`,
        headers: {
          accept: accept ?? 'application/json',
          'accept-encoding': 'gzip',
          'user-agent': userAgent(),
          ...(body === undefined ? {} : { 'content-type': contentType ?? 'application/json' }),
          ...(credential.authorization === undefined ? {} : { authorization: credential.authorization }),
          ...this.#credentials.impersonation,
          ...headers,
        },
        body: body === undefined ? undefined : Buffer.from(printJson(body)),
        signal,
        mayGo: fence === undefined ? undefined : () => fence.isOpen(),
        urgent,
        endless,
      },
      credential,
    );
  }

  /** Errors end up in logs and in records: no value of a Secret may stand in them. */
  async #masked({ path, body, live }: KubeRequest, answer: Json): Promise<Json> {
    const { maskAnswer } = await import('./mask-values.ts');
    return maskAnswer(path, answer, [body, live]);
  }

  /** Reads an answer whole. */
  async #collect(response: Response): Promise<Omit<KubeAnswer, 'repeated'>> {
    const { status, headers } = response;
    const text = await readText(response, this.#options.maxBody, () => this.#tooLarge());
    return { status, headers, body: this.#parse(text, status), size: text.length };
  }

  #parse(text: string, status: number): Json {
    if (text === '') return null;
    try {
      return parseJson(text, 'answer');
    } catch (error) {
      // A refusal may be plain text: it comes from something in front of the API server.
      if (status >= 300) return { message: text.slice(0, LONGEST_MESSAGE) };
      throw new ApiError(
        'PKG_CLUSTER_FAILED',
        `${this.connection.description} (${this.connection.server.host}) answered something that is not JSON`,
        { status },
        {
          hints: ['check that this is the address of an API server: a login page or proxy may stand in front of it'],
          cause: error,
        },
      );
    }
  }

  #tooLarge(): ApiError {
    const limit = `${Math.floor(this.#options.maxBody / (1 << 20))} MiB`;
    return new ApiError('PKG_CLUSTER_FAILED', `${this.connection.description} answered with more than ${limit}`, {
      status: 0,
    });
  }

  /** How long to wait before an answer like this is worth another try; undefined for never. */
  #pauseAfter(answer: Omit<KubeAnswer, 'repeated'>, tries: number, idempotent: boolean): number | undefined {
    const { status, headers } = answer;
    // A server that says "too many requests" has not done anything.
    if (status !== 429 && !(idempotent && BUSY.has(status))) return undefined;
    const after = Number(headers['retry-after'] ?? Number.NaN);
    // Many are told the same time, and not all are to come back at once.
    if (!Number.isFinite(after) || after < 0) return this.#pause(tries);
    const told = Math.max(after * 1000, 1) * (1 + Math.random() / 2);
    // A server that fails and asks for no pause is not to be asked a thousand times.
    return status === 429 ? told : Math.max(told, this.#pause(tries));
  }

  /** Grows with each try, with some chance in it, so that many who were refused do not all come back at once. */
  #pause(tries: number): number {
    return Math.min(this.#options.pause * 2 ** (tries - 1), LONGEST_PAUSE) * (0.5 + Math.random() / 2);
  }
}

function queryText(query: KubeRequest['query']): string {
  const params = new URLSearchParams();
  for (const [key, value] of Object.entries(query ?? {})) if (value !== undefined) params.set(key, value);
  const text = params.toString();
  return text === '' ? '' : `?${text}`;
}

/** The end of the time of an operation, with what the tries of a request met until then: nothing else says why. */
function withFailure(reason: unknown, failure: unknown): unknown {
  if (!(reason instanceof PkgError) || reason.code !== 'PKG_TIMEOUT' || !(failure instanceof PkgError)) return reason;
  const { code, message, hints } = reason;
  return new PkgError(code, `${message}: ${failure.message}`, { notes: failure.notes, hints, cause: failure });
}
