/** The client of an API server: JSON in and out, time and size limits, retries where they are safe, clear errors. */
import { setTimeout as sleep } from 'node:timers/promises';
import { parseJson, printJson } from '../../yaml/json.ts';
import type { Json } from '../../yaml/value.ts';
import { abortable } from '../abortable.ts';
import type { Fence } from '../cluster.ts';
import { ApiError, apiError, isWithoutWebhook } from './api-errors.ts';
import { askedBy } from './asked.ts';
import type { Asked } from './asked.ts';
import { cutShort, readText } from './body.ts';
import { connectionError, endedError, timeoutError } from './connect-errors.ts';
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
  /** The live object, where it is known. If it is a Secret, its values are removed from errors. */
  live?: Json | undefined;
  /** The type of the body where it is not plain JSON: `application/apply-patch+yaml`. */
  contentType?: string;
  accept?: string;
  headers?: Readonly<Record<string, string>>;
  /** Milliseconds for one try. */
  timeout?: number;
  signal?: AbortSignal | undefined;
  /** Asked when a try is about to go to the socket. While it is closed nothing is sent. */
  fence?: Fence;
  /** Sent before requests that wait for their turn, which may depend on it (the renewal of a lease). */
  urgent?: boolean;
  /**
   * Doing it twice has the same effect as once, so it may be sent again when its answer was lost. True for reads unless
   * given; also true of applies, and of deletes of an object by its uid.
   */
  idempotent?: boolean;
  /** Statuses from 300 up that are returned instead of thrown: `[404]`. */
  expect?: readonly number[];
};

/** A request whose answer is read as it comes. */
export type KubeStreamRequest = Pick<KubeRequest, 'path' | 'query' | 'signal' | 'timeout'>;

/** An answer. */
export type KubeAnswer = {
  status: number;
  headers: Record<string, string | undefined>;
  body: Json;
  /** The length of the body in characters. */
  size: number;
  /** The request was sent more than once, and an earlier try may have been done. */
  repeated: boolean;
};

/** Time limits; tests shorten them. */
export type ClientOptions = {
  times?: Partial<TransportTimes>;
  /** Milliseconds for one try. A little more than the server's own limit, so that its error arrives first. */
  timeout?: number;
  /** Tries begin within this many milliseconds; one last try begins after them. */
  patience?: number;
  /** The pause after the first try; it doubles. */
  pause?: number;
  maxBody?: number;
};

const DEFAULTS = { times: {}, timeout: 65_000, patience: 35_000, pause: 100, maxBody: 256 << 20 };
const FIRST_TRIES = 4;
/** The most characters that an error shows of an answer in plain text. */
const MAX_MESSAGE_LENGTH = 10_000;
const MAX_PAUSE = 5_000;
const BUSY: ReadonlySet<number> = new Set([500, 502, 503, 504]);

/** Talks to one cluster as one user. */
export class KubeClient {
  readonly connection: Connection;
  readonly #options: Required<ClientOptions>;
  readonly #transport: Transport;
  readonly #credentials: Credentials;
  readonly #pace = new Pace();
  readonly #closed = new AbortController();
  /** Has it answered before? If not, an unreachable address is probably wrong, and few tries are made. */
  #answered = false;
  /** When it last answered a request with success. */
  #served = 0;
  /** Its last refusal (429), behind which requests wait for their turn. */
  #refusal: { error: ApiError; at: number } | undefined;

  constructor(connection: Connection, options: ClientOptions = {}, env: NodeJS.ProcessEnv = process.env) {
    this.connection = connection;
    this.#options = { ...DEFAULTS, ...options };
    const proxy = connection.proxyUrl ?? proxyFromEnvironment(connection.server, env);
    const peer: Peer = { server: connection.server, proxy, tls: connection.tls, protocols: ['h2', 'http/1.1'] };
    this.#transport = new Transport(peer, this.#options.times);
    this.#credentials = new Credentials(connection);
  }

  /**
   * Begins to connect before the first request needs a connection. Errors are reported by that request.
   */
  warmUp(): void {
    const begin = async (): Promise<void> => {
      await this.#credential();
      await this.#transport.open();
    };
    begin().catch(() => {});
  }

  /**
   * Sends a request and reads its answer.
   *
   * @throws {ApiError} for an error answer, and for no answer
   * @throws {PkgError} `PKG_CREDENTIALS_FAILED`
   * @throws the reason of the signal, as soon as it is aborted; what the fence throws
   */
  async request(request: KubeRequest): Promise<KubeAnswer> {
    const begun = Date.now();
    const { method, idempotent = method === 'GET', expect = [], fence } = request;
    const asked = askedBy(method, request.path);
    const closed = this.#closed.signal;
    const signal = request.signal === undefined ? closed : AbortSignal.any([request.signal, closed]);
    let repeated = false;
    let renewed = false;
    let failure: unknown;
    const ended = (): unknown => this.#ended(signal.reason, failure, asked, begun);
    for (let tries = 1; ; tries++) {
      let wait: number | undefined;
      let isRefused = false;
      let isHeldBack = false;
      const credential = await abortable(this.#credential(), signal).catch((error: unknown) => {
        if (!signal.aborted) throw error;
        failure ??= this.#credentials.unfinished();
        throw ended();
      });
      const turn = request.urgent === true ? undefined : this.#pace.enter(signal);
      const place = await turn?.catch(() => Promise.reject(ended()));
      let went: 'done' | 'refused' | 'failed' = 'failed';
      try {
        const answer = await this.#once({ ...request, signal }, credential);
        this.#answered = true;
        isRefused = answer.status === 429;
        went = isRefused ? 'refused' : 'done';
        if (!isRefused) this.#served = Date.now();
        if (answer.status < 300 || expect.includes(answer.status)) return { ...answer, repeated };
        const body = await this.#masked(request, answer.body);
        const error = apiError(answer.status, body, asked, this.#asker());
        failure = error;
        if (isRefused) this.#refusal = { error, at: Date.now() };
        if (answer.status === 401 && !renewed) {
          renewed = true;
          if (await abortable(this.#credentials.renew(credential), signal)) continue;
        }
        const isFinal = error.code === 'PKG_OBJECT_INVALID' || isWithoutWebhook(error.text);
        wait = isFinal ? undefined : this.#pauseAfter(answer, tries, idempotent);
        if (error.uncertain) repeated = true;
      } catch (error) {
        if (signal.aborted) throw ended();
        isHeldBack = error instanceof HeldBack;
        failure = connectionError(error, this.connection);
        const loss = this.#judgeLoss(error, tries, idempotent);
        ({ wait } = loss);
        if (loss.isUncertain) repeated = true;
      } finally {
        if (place !== undefined) this.#pace.leave(place, went);
      }
      if (isHeldBack && fence !== undefined) {
        await abortable(fence.reopen(), signal);
        continue;
      }
      // A server that serves other requests meanwhile is only busy, and will get to this one.
      const since = isRefused ? Math.max(begun, this.#served) : begun;
      if (wait === undefined || !this.#hasTimeFor(wait, since)) throw failure;
      await sleep(wait, undefined, { signal }).catch(() => Promise.reject(ended()));
    }
  }

  /** The error for a request that was ended, with why it took so long: its own last try, or a refusal of another one. */
  #ended(reason: unknown, failure: unknown, asked: Asked, begun: number): unknown {
    const { error, at = 0 } = this.#refusal ?? {};
    const why = failure ?? (at > this.#served ? error : undefined);
    return endedError(reason, why, { connection: this.connection, asked, begun });
  }

  /**
   * May another try begin after a pause? The pause may reach past `patience`, so that the last try begins after it, unless
   * the server asked for a longer one.
   *
   * @param since when the patience began
   */
  #hasTimeFor(pause: number, since: number): boolean {
    const passed = Date.now() - since;
    const { patience } = this.#options;
    return passed <= patience && passed + pause <= patience + MAX_PAUSE;
  }

  /**
   * What the loss of a request means: may the server have acted on it, and after which pause is it sent again?
   *
   * @returns `wait`: undefined where it is not sent again
   */
  #judgeLoss(error: unknown, tries: number, idempotent: boolean): { isUncertain: boolean; wait: number | undefined } {
    if (error instanceof HeldBack) return { isUncertain: error.isUncertain, wait: undefined };
    const isDial = error instanceof DialError;
    if (!isDial && !(error instanceof LostRequest)) return { isUncertain: false, wait: undefined };
    const isUncertain = !isDial && error.processed !== 'no';
    // A server that never answered may be none at all, so only a few tries are made.
    const isHopeful = this.#answered || (!isDial && tries < FIRST_TRIES);
    return { isUncertain, wait: isHopeful && (!isUncertain || idempotent) ? this.#pause(tries) : undefined };
  }

  /**
   * Sends a request and gives the body of its answer as it arrives, for watches and logs. It is sent once. The timeout
   * is for the head of the answer; the body ends when the server ends it.
   *
   * @throws {ApiError} also from the body, when it is cut off
   * @throws the reason of the signal
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
        // Events arrive one by one, and compression would hold them back.
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

  /** Closes all connections; requests that are under way fail. */
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
    this.#transport.show(credential.certificate);
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
    return await this.#transport.send({
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
    });
  }

  /** Removes values of Secrets from an error answer: errors end up in logs and in records. */
  async #masked({ path, body, live }: KubeRequest, answer: Json): Promise<Json> {
    const { maskAnswer } = await import('./mask-values.ts');
    return maskAnswer(path, answer, [body, live]);
  }

  /** Reads an answer to its end. */
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
      // Proxies in front of the API server answer errors in plain text.
      if (status >= 300) return { message: text.slice(0, MAX_MESSAGE_LENGTH) };
      throw new ApiError(
        'PKG_CLUSTER_FAILED',
        `${this.connection.description} (${this.connection.server.host}) answered something that is not JSON`,
        { status },
        {
          hints: ['check that this is the address of an API server: a login page or proxy may be in front of it'],
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

  /** The pause before another try after an error answer; undefined where a try would not help. */
  #pauseAfter(answer: Omit<KubeAnswer, 'repeated'>, tries: number, idempotent: boolean): number | undefined {
    const { status, headers } = answer;
    // With 429 the server has not acted on the request, so it may be sent again whatever it does.
    if (status !== 429 && !(idempotent && BUSY.has(status))) return undefined;
    const after = Number(headers['retry-after'] ?? Number.NaN);
    // The server gives many clients the same `Retry-After`: a random part keeps them from coming back together.
    if (!Number.isFinite(after) || after < 0) return this.#pause(tries);
    const wanted = Math.max(after * 1000, 1) * (1 + Math.random() / 2);
    // A failing server without `Retry-After` gets growing pauses.
    return status === 429 ? wanted : Math.max(wanted, this.#pause(tries));
  }

  /** A pause that grows with each try, with a random part, so that clients do not all come back together. */
  #pause(tries: number): number {
    return Math.min(this.#options.pause * 2 ** (tries - 1), MAX_PAUSE) * (0.5 + Math.random() / 2);
  }
}

function queryText(query: KubeRequest['query']): string {
  const params = new URLSearchParams();
  for (const [key, value] of Object.entries(query ?? {})) if (value !== undefined) params.set(key, value);
  const text = params.toString();
  return text === '' ? '' : `?${text}`;
}
