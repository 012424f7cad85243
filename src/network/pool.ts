/**
 * Connections for HTTP/1.1, kept open for the next request: undici's pool over the connections of `dial.ts`.
 *
 * Of undici only the pool is loaded. Its index also loads fetch, mocks and caches, which takes four times as long
 * (100 ms against 25 ms unbundled, Node 26, 2026-11-28).
 */
import type { Socket } from 'node:net';
import type { Readable } from 'node:stream';
import { setImmediate } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import type { buildConnector } from 'undici';
import request from 'undici/lib/api/api-request.js';
import Pool from 'undici/lib/dispatcher/pool.js';
import { runsOneCommand } from '../one-command.ts';
import { bareHost } from './address.ts';
import { DialError } from './dial.ts';

/** A request as it goes over the connection. Header names are in lower case, `host` among them. */
export type PoolRequest = {
  method: string;
  /** Path and query; for a proxy that forwards plain HTTP the whole address. */
  path: string;
  headers: Record<string, string | string[]>;
  /** The next part of an iterable is read once the parts before it have been sent. */
  body: string | Uint8Array | Readable | AsyncIterable<Uint8Array> | undefined;
  signal: AbortSignal;
  /** Milliseconds to wait for the head of the answer; the pool's `silence` if it is left out. */
  silence?: number;
  /** Called when the request is about to go to the socket. If it throws, the request is not sent. */
  onStart?: () => void;
};

/** The head of an answer, and its body, which fails when the connection ends before it. */
export type PoolAnswer = { status: number; headers: Record<string, string | string[] | undefined>; body: Readable };

/** Opens a connection; gives up when the signal says so. */
export type Connect = (signal: AbortSignal) => Promise<Socket>;

/** The limits of a pool. */
export type PoolOptions = {
  /** The most connections; more requests wait. */
  connections?: number;
  /** Milliseconds of silence before or within an answer; 0 for no limit. */
  silence: number;
};

/** For how long an unused connection stays open, unless the server names a shorter time. */
const KEEP_ALIVE_MS = 30_000;

/** The most bytes of the head of an answer. Gateways send cookies and policies of more than 16 KB, undici's default. */
const MAX_HEAD = 1 << 18;

/** Connections to one server. */
export class ConnectionPool {
  readonly #pool: Pool;
  readonly #closing = new AbortController();

  /**
   * @param server where the connections lead; their proxy and TLS are settled by `connect`
   */
  constructor(server: URL, connect: Connect, { connections, silence }: PoolOptions) {
    this.#pool = new Pool(server.origin, {
      connections: connections ?? null,
      allowH2: false,
      keepAliveTimeout: KEEP_ALIVE_MS,
      headersTimeout: silence,
      bodyTimeout: silence,
      maxHeaderSize: MAX_HEAD,
      connect: (_options, done) => void this.#connect(server, connect, done),
    });
  }

  /**
   * Sends a request, and gives the head of its answer.
   *
   * @throws DialError where no connection can be opened, so that nothing was sent; the reason of the signal; what
   *   `onStart` throws; undici's errors
   */
  async send({ method, path, headers, body, signal, silence, onStart }: PoolRequest): Promise<PoolAnswer> {
    // Undici reuses a connection from one turn of the event loop after the end of its answer. Before that it would open
    // another one.
    await setImmediate();
    try {
      const dispatcher = onStart === undefined ? this.#pool : withStartHook(this.#pool, onStart);
      const answer = await request.call(dispatcher, {
        method: method as 'GET',
        // Undici closes the connection after a HEAD, for servers that send a body with it. Go's client does not. With a
        // registry, each blob would need another connection, which over TLS takes three times as long as the request.
        ...(method === 'HEAD' && { reset: false }),
        path,
        headers,
        // Undici also takes async iterables, which its types leave out.
        body: (body ?? null) as Readable | null,
        signal,
        headersTimeout: silence ?? null,
      });
      return { status: answer.statusCode, headers: answer.headers, body: answer.body };
    } catch (error) {
      if (signal.aborted) throw signal.reason;
      throw error instanceof Error && error.cause instanceof DialError ? error.cause : error;
    }
  }

  /** Closes all connections, including those that are being opened. Resolves when they are closed. */
  async close(): Promise<void> {
    this.#closing.abort(Object.assign(new Error('the connection was closed'), { code: 'ECONNRESET' }));
    await this.#pool.destroy();
  }

  async #connect(server: URL, connect: Connect, done: buildConnector.Callback): Promise<void> {
    let socket: Socket;
    try {
      socket = await connect(this.#closing.signal);
    } catch (cause) {
      // Wrapped, since undici connects again by itself after errors with certain codes.
      done(new Error(`cannot connect to ${bareHost(server)}`, { cause }), null);
      return;
    }
    withUnoptimizedParser(() => done(null, socket));
  }
}

/** V8's default for the flag, in Node 24 and 26. */
const TIERING_BUDGET = 13_000_000;

let isParserMade = false;

/**
 * Runs `work`, in which undici makes its parser with the first connection, so that V8 does not optimize the parser. It is
 * one large function of WebAssembly, which V8 would compile again in the background at the second answer of a server. That
 * takes 25 ms of processor time, more than one command can regain, and the process waits for it at its end. In a program
 * that uses the library, V8's settings are not changed.
 *
 * The flag has its effect when the module is made. It is reset, since V8 refuses cached code made with other flags.
 */
function withUnoptimizedParser(work: () => void): void {
  if (isParserMade || !runsOneCommand()) return work();
  isParserMade = true;
  setFlagsFromString('--wasm-tiering-budget=2000000000');
  try {
    work();
  } finally {
    setFlagsFromString(`--wasm-tiering-budget=${TIERING_BUDGET}`);
  }
}

/** A pool that calls `onStart` before it writes a request. If a handler throws at the start, undici fails the request. */
function withStartHook(pool: Pool, onStart: () => void): Pick<Pool, 'dispatch'> {
  return {
    dispatch: (options, handler) => {
      const start = handler.onRequestStart?.bind(handler);
      handler.onRequestStart = (controller, context) => {
        onStart();
        start?.(controller, context);
      };
      return pool.dispatch(options, handler);
    },
  };
}
