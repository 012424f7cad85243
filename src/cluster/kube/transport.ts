/**
 * Sends requests over few kept-alive connections: HTTP/2, or HTTP/1.1 where the server (or a proxy in front of it)
 * speaks nothing newer. It does not retry, and does not interpret answers. A request without an answer is a
 * {@link LostRequest}, which says whether the server may have received it.
 */
import type { Socket } from 'node:net';
import { abortable } from '../abortable.ts';
import { dialWithin } from '../../network/dial.ts';
import type { ClientCertificate, Peer, DialedConnection } from '../../network/dial.ts';
import type { Exchange, Response, TransportTimes } from './exchange.ts';
import type { Http1 } from './http1.ts';
import type { Http2 } from './http2.ts';

const TIMES: TransportTimes = { connect: 15_000, silence: 15_000, ping: 10_000 };

/** The most sessions; another one is opened when all are full. */
const MAX_SESSIONS = 4;

/** Sends requests to one server. */
export class Transport {
  readonly #peer: Peer;
  readonly #times: TransportTimes;
  #sessions: Http2[] = [];
  #http1: Http1 | undefined;
  #opening: Promise<void> | undefined;
  /** What new connections show. */
  #certificate: ClientCertificate | undefined;
  readonly #closing = new AbortController();

  constructor(peer: Peer, times: Partial<TransportTimes> = {}) {
    this.#peer = peer;
    this.#times = { ...TIMES, ...times };
  }

  /**
   * Sends a request, and gives the head of its answer.
   *
   * @throws {LostRequest | DialError | HeldBack} or the reason of the signal
   */
  async send(exchange: Exchange): Promise<Response> {
    for (;;) {
      exchange.signal.throwIfAborted();
      if (this.#http1 !== undefined) return await this.#http1.send(exchange);
      this.#sessions = this.#sessions.filter((session) => session.usable);
      const free = this.#sessions.filter((session) => session.free > 0);
      const session = free.reduce<Http2 | undefined>(
        (best, one) => (best === undefined || one.free > best.free ? one : best),
        undefined,
      );
      if (session !== undefined) return await session.send(exchange);
      if (this.#sessions.length >= MAX_SESSIONS) {
        await abortable(Promise.race(this.#sessions.map((one) => one.nextFree())), exchange.signal);
      } else await this.open(exchange.signal);
    }
  }

  /**
   * Opens a connection before the first request needs it.
   *
   * @throws DialError, or the reason of the signal
   */
  async open(signal?: AbortSignal): Promise<void> {
    this.#opening ??= this.#open().finally(() => (this.#opening = undefined));
    await abortable(this.#opening, signal);
  }

  /**
   * Sets the client certificate. Connections with another one, or without any, are closed after their last request: on
   * those the server takes a request without a token for anonymous.
   */
  show(certificate: ClientCertificate | undefined): void {
    if (certificate?.cert === this.#certificate?.cert) return;
    this.#certificate = certificate;
    this.#reset();
  }

  #reset(): void {
    for (const session of this.#sessions) session.drain();
    this.#sessions = [];
    this.#http1?.close();
    this.#http1 = undefined;
  }

  /** Closes all connections at once, including one that is being opened, which would keep the process alive. */
  close(): void {
    this.#closing.abort(Object.assign(new Error('the connection was closed'), { code: 'ECONNRESET' }));
    for (const session of this.#sessions) session.close();
    this.#reset();
  }

  async #open(): Promise<void> {
    const certificate = this.#certificate;
    const dialed = await this.#dial(certificate, this.#closing.signal);
    if (dialed.protocol === 'h2') {
      const { Http2 } = await import('./http2.ts');
      const session = new Http2(dialed.socket, this.#peer.server, this.#times);
      await session.ready();
      this.#sessions.push(session);
    } else {
      const { Http1 } = await import('./http1.ts');
      const connect = async (signal: AbortSignal): Promise<Socket> => (await this.#dial(certificate, signal)).socket;
      this.#http1 = new Http1(dialed.socket, this.#peer.server, connect);
    }
    // The transport may have been closed while the module was loaded.
    if (this.#closing.signal.aborted) this.close();
    // The certificate was replaced meanwhile: the request that waits opens another connection.
    else if (certificate !== this.#certificate) this.#reset();
  }

  async #dial(certificate: ClientCertificate | undefined, signal: AbortSignal): Promise<DialedConnection> {
    return await dialWithin(this.#peer, certificate, this.#times.connect, signal);
  }
}
