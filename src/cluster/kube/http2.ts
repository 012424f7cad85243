/**
 * One HTTP/2 session with an API server (RFC 9113).
 *
 * - It takes no more requests than the server allows at once, and none after the server said that it goes
 *   away; what it has begun it finishes.
 * - Its window is large: Node's own (64 KiB) makes big lists slow.
 * - A session that owes answers and has fallen silent is asked for a sign of life (PING).
 * - It keeps the process alive only while it owes an answer.
 */
import { connect, constants } from 'node:http2';
import type { ClientHttp2Session, ClientHttp2Stream } from 'node:http2';
import type { Socket } from 'node:net';
import { HeldBack, LostRequest } from './exchange.ts';
import type { Exchange, Response, TransportTimes } from './exchange.ts';

const SESSION_WINDOW = 32 << 20;
const STREAM_WINDOW = 8 << 20;
/** Until the server has told its own limit. RFC 9113 advises servers to allow at least so many. */
const FIRST_LIMIT = 100;

export class Http2 {
  readonly #session: ClientHttp2Session;
  readonly #socket: Socket;
  readonly #authority: string;
  readonly #times: TransportTimes;
  #active = 0;
  #draining = false;
  /** After a GOAWAY: requests above this number were not looked at. */
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

  /** Waits until requests can be sent: not for the server's settings, which may come later. */
  async ready(): Promise<void> {
    if (this.#session.connecting) {
      await new Promise<void>((resolve) => {
        this.#session.once('connect', resolve);
        this.#session.once('close', resolve);
      });
    }
    if (!this.#session.destroyed) this.#session.setLocalWindowSize(SESSION_WINDOW);
  }

  /** May new requests be given to it? */
  get usable(): boolean {
    return !this.#draining && !this.#session.closed && !this.#session.destroyed;
  }

  /** How many more requests it can take now. */
  get free(): number {
    const limit = Math.min(this.#session.remoteSettings?.maxConcurrentStreams ?? FIRST_LIMIT, 1000);
    return this.usable ? limit - this.#active : 0;
  }

  /** Resolves when a request has ended, or the session. */
  async nextFree(): Promise<void> {
    if (!this.usable) return;
    await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  /** Takes no more requests and closes when the last has ended. */
  drain(): void {
    this.#draining = true;
    if (!this.#session.closed) this.#session.close();
  }

  close(): void {
    this.#session.destroy();
  }

  /** @throws LostRequest, HeldBack, or the reason of the signal */
  async send(exchange: Exchange): Promise<Response> {
    const { method, path, headers, body, signal, mayGo } = exchange;
    let stream: ClientHttp2Stream;
    // Somebody may have lost patience while the connection was made.
    signal.throwIfAborted();
    if (mayGo?.() === false) throw new HeldBack();
    try {
      stream = this.#session.request(
        {
          ':method': method,
          ':path': path,
          ':scheme': 'https',
          ':authority': this.#authority,
          ...headers,
          // HTTP/2 can do without; what stands between and speaks HTTP/1.1 to the server cannot always.
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
      // The end by itself is an empty frame, which waits for no flow control (RFC 9113, section 6.9.1).
      stream.write(body, (error) => {
        if (error) return;
        if (mayGo?.() !== false) stream.end();
        else {
          isHeldBack = true;
          cancel(stream);
        }
      });
    }
    return await new Promise<Response>((resolve, reject) => {
      // A stream that the server has not taken yet is not closed at once.
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
        // Node ends the body of a stream that is reset, or whose connection is gone, as if it were whole.
        const whole = (): boolean => stream.rstCode === constants.NGHTTP2_NO_ERROR;
        resolve({ status, headers: head as Response['headers'], body: stream, whole });
      });
      stream.once('close', () => {
        signal.removeEventListener('abort', abort);
        this.#done();
        if (isAnswered) return;
        if (signal.aborted) reject(signal.reason);
        else if (isHeldBack) reject(new HeldBack());
        else reject(new LostRequest(failure ?? this.#failure ?? resetError(stream), this.#seen(stream)));
      });
    });
  }

  /** Can the server have acted on a request that got no answer? */
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

  /** Every so often: has anything come since the last look? If not, ask. */
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
      this.#failure ??= Object.assign(new Error('the server has fallen silent'), { code: 'ETIMEDOUT' });
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

/** Ends a request. Node's `close` would send the end of a body first, and the server would act on it. */
function cancel(stream: ClientHttp2Stream): void {
  if (stream.writableEnded) stream.close(constants.NGHTTP2_CANCEL);
  else stream.destroy();
}

function resetError(stream: ClientHttp2Stream): Error {
  const text = stream.rstCode === 0 ? 'the connection was closed' : `the server reset the stream (${stream.rstCode})`;
  return Object.assign(new Error(text), { code: 'ECONNRESET' });
}
