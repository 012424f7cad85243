/**
 * One HTTP/2 session with an API server (RFC 9113).
 *
 * - It carries no more requests at once than the server allows, and accepts none after a GOAWAY; those that were sent
 *   before are finished.
 * - Its flow-control window is larger than Node's 64 KiB, with which big lists are slow.
 * - A session that waits for answers and receives nothing is sent a PING.
 * - It keeps the process alive only while a request waits for its answer.
 */
import { connect, constants } from 'node:http2';
import type { ClientHttp2Session, ClientHttp2Stream } from 'node:http2';
import type { Socket } from 'node:net';
import { HeldBack, LostRequest } from './exchange.ts';
import type { Exchange, Response, TransportTimes } from './exchange.ts';

const SESSION_WINDOW = 32 << 20;
const STREAM_WINDOW = 8 << 20;
/** The limit of concurrent requests until the server has sent its own; RFC 9113 recommends at least 100. */
const FIRST_LIMIT = 100;

/** An HTTP/2 session with one server. */
export class Http2 {
  readonly #session: ClientHttp2Session;
  readonly #socket: Socket;
  readonly #authority: string;
  readonly #times: TransportTimes;
  #active = 0;
  #draining = false;
  /** The last stream of a GOAWAY: the server has not acted on later ones. */
  #lastStream = Number.POSITIVE_INFINITY;
  #failure: Error | undefined;
  #waiting: (() => void)[] = [];
  #watchdog: NodeJS.Timeout | undefined;
  #heard = -1;

  constructor(socket: Socket, server: URL, times: TransportTimes) {
    this.#socket = socket;
    this.#authority = server.host;
    this.#times = times;
    const session = connect(server.origin, {
      createConnection: () => socket,
      settings: { enablePush: false, initialWindowSize: STREAM_WINDOW },
    });
    this.#session = session;
    session.on('goaway', (_code: number, lastStream: number) => {
      this.#lastStream = Math.min(this.#lastStream, lastStream);
      this.drain();
    });
    session.on('error', (error: Error) => (this.#failure ??= error));
    session.on('close', () => this.#ended());
    session.unref();
  }

  /** Waits until requests can be sent, which is before the server's settings arrive. */
  async ready(): Promise<void> {
    if (this.#session.connecting) {
      await new Promise<void>((resolve) => {
        this.#session.once('connect', resolve);
        this.#session.once('close', resolve);
      });
    }
    if (!this.#session.destroyed) this.#session.setLocalWindowSize(SESSION_WINDOW);
  }

  /** Does it accept new requests? */
  get usable(): boolean {
    return !this.#draining && !this.#session.closed && !this.#session.destroyed;
  }

  /** The number of further requests that it can carry now. */
  get free(): number {
    const limit = Math.min(this.#session.remoteSettings?.maxConcurrentStreams ?? FIRST_LIMIT, 1000);
    return this.usable ? limit - this.#active : 0;
  }

  /** Resolves when a request or the session has ended. */
  async nextFree(): Promise<void> {
    if (!this.usable) return;
    await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  /** Accepts no more requests, and closes after the last one. */
  drain(): void {
    this.#draining = true;
    if (!this.#session.closed) this.#session.close();
  }

  close(): void {
    this.#session.destroy();
  }

  /** Sends a request. @throws {LostRequest | HeldBack} or the reason of the signal */
  async send(exchange: Exchange): Promise<Response> {
    const { method, path, headers, body, signal, mayGo } = exchange;
    let stream: ClientHttp2Stream;
    // The signal may have been aborted while the connection was opened.
    signal.throwIfAborted();
    if (mayGo?.() === false) throw new HeldBack(false);
    try {
      stream = this.#session.request(
        {
          ':method': method,
          ':path': path,
          ':scheme': 'https',
          ':authority': this.#authority,
          ...headers,
          // Not needed for HTTP/2, but some proxies that speak HTTP/1.1 to the server need it.
          ...(body === undefined ? {} : { 'content-length': String(body.length) }),
        },
        { endStream: body === undefined },
      );
    } catch (error) {
      throw new LostRequest(error, 'no');
    }
    this.#begun();
    let isHeldBack = false;
    if (body !== undefined && mayGo === undefined) stream.end(body);
    else if (body !== undefined) {
      // The end is sent as an empty frame of its own, which flow control does not hold back (RFC 9113, section 6.9.1).
      stream.write(body, (error) => {
        if (error) return;
        if (mayGo?.() !== false) stream.end();
        else {
          isHeldBack = true;
          cancel(stream);
        }
      });
    }
    return await this.#answer(stream, signal, () => isHeldBack);
  }

  /** Resolves with the head of an answer. @throws as {@link send} does */
  #answer(stream: ClientHttp2Stream, signal: AbortSignal, isHeldBack: () => boolean): Promise<Response> {
    return new Promise<Response>((resolve, reject) => {
      // Node closes a stream that has no id yet only later, so the promise is rejected here.
      const abort = (): void => {
        cancel(stream);
        reject(signal.reason);
      };
      signal.addEventListener('abort', abort, { once: true });
      let failure: Error | undefined;
      let isAnswered = false;
      stream.on('error', (error: Error) => (failure = error));
      stream.once('response', (head) => {
        isAnswered = true;
        const { ':status': status = 0 } = head;
        // Node ends the body of a stream that was reset, or whose connection broke, as if it were complete.
        const whole = (): boolean => stream.rstCode === constants.NGHTTP2_NO_ERROR;
        resolve({ status, headers: head as Response['headers'], body: stream, whole });
      });
      stream.once('close', () => {
        signal.removeEventListener('abort', abort);
        this.#done();
        if (isAnswered) return;
        if (signal.aborted) reject(signal.reason);
        else if (isHeldBack()) reject(new HeldBack(true));
        else reject(new LostRequest(failure ?? this.#failure ?? resetError(stream), this.#seen(stream)));
      });
    });
  }

  /** May the server have acted on a request without an answer? */
  #seen(stream: ClientHttp2Stream): 'no' | 'maybe' {
    if (stream.rstCode === constants.NGHTTP2_REFUSED_STREAM) return 'no';
    const { id } = stream;
    return id === undefined || id > this.#lastStream ? 'no' : 'maybe';
  }

  #begun(): void {
    if (this.#active++ > 0) return;
    this.#session.ref();
    this.#watch();
  }

  #done(): void {
    if (--this.#active === 0 && !this.#session.destroyed) {
      clearTimeout(this.#watchdog);
      this.#session.unref();
    }
    this.#wake();
  }

  /** Checks at intervals whether anything has arrived, and sends a PING if not. */
  #watch(): void {
    clearTimeout(this.#watchdog);
    this.#heard = this.#socket.bytesRead;
    this.#watchdog = setTimeout(() => {
      if (this.#session.destroyed || this.#active === 0) return;
      if (this.#socket.bytesRead !== this.#heard) this.#watch();
      else this.#ask();
    }, this.#times.silence);
    this.#watchdog.unref();
  }

  #ask(): void {
    const giveUp = setTimeout(() => {
      this.#failure ??= Object.assign(new Error('the server has stopped answering'), { code: 'ETIMEDOUT' });
      this.#session.destroy(this.#failure);
    }, this.#times.ping);
    const sent = this.#session.ping(() => {
      clearTimeout(giveUp);
      if (!this.#session.destroyed && this.#active > 0) this.#watch();
    });
    if (!sent) clearTimeout(giveUp);
  }

  #ended(): void {
    this.#draining = true;
    clearTimeout(this.#watchdog);
    this.#wake();
  }

  #wake(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const wake of waiting) wake();
  }
}

/** Cancels a request. Node's `close` would first send the end of the body, and the server would act on it. */
function cancel(stream: ClientHttp2Stream): void {
  if (stream.writableEnded) stream.close(constants.NGHTTP2_CANCEL);
  else stream.destroy();
}

function resetError(stream: ClientHttp2Stream): Error {
  const text = stream.rstCode === 0 ? 'the connection was closed' : `the server reset the stream (${stream.rstCode})`;
  return Object.assign(new Error(text), { code: 'ECONNRESET' });
}
