/** Requests over kept-alive HTTP/1.1 connections, for servers and proxies that speak nothing newer. */
import { Agent, request } from 'node:http';
import type { ClientRequestArgs } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { bareHost, DialError, portOf } from '../../network/dial.ts';
import { HeldBack, LostRequest } from './transport.ts';
import type { Exchange, Response } from './transport.ts';

/** The most connections at once, those aside that hold an endless answer: what is more waits. */
const MAX_CONNECTIONS = 16;

export class Http1 {
  readonly #server: URL;
  readonly #agent: DialingAgent;
  #active = 0;
  readonly #waiting: (() => void)[] = [];

  /**
   * @param first a connection that is open already
   * @param connect opens another
   */
  constructor(first: Socket, server: URL, connect: () => Promise<Socket>) {
    this.#server = server;
    this.#agent = new DialingAgent(first, connect);
  }

  /** @throws LostRequest, DialError, HeldBack, or the reason of the signal */
  async send(exchange: Exchange): Promise<Response> {
    exchange.signal.throwIfAborted();
    if (exchange.endless || exchange.urgent === true) return await this.#send(exchange, () => {});
    if (this.#active >= MAX_CONNECTIONS) await this.#turn(exchange.signal);
    else this.#active++;
    return await this.#send(exchange, () => {
      const next = this.#waiting.shift();
      if (next === undefined) this.#active--;
      else next();
    });
  }

  /** Waits until a connection is free, which is then the caller's. */
  async #turn(signal: AbortSignal): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      const onAbort = (): void => {
        this.#waiting.splice(this.#waiting.indexOf(come), 1);
        reject(signal.reason);
      };
      const come = (): void => {
        signal.removeEventListener('abort', onAbort);
        resolve();
      };
      this.#waiting.push(come);
      signal.addEventListener('abort', onAbort, { once: true });
    });
  }

  async #send({ method, path, headers, body, signal, mayGo }: Exchange, onClose: () => void): Promise<Response> {
    return await new Promise<Response>((resolve, reject) => {
      const length = body === undefined ? {} : { 'content-length': String(body.length) };
      const outgoing = request({
        agent: this.#agent,
        host: bareHost(this.#server),
        port: portOf(this.#server),
        method,
        path,
        headers: { host: this.#server.host, ...headers, ...length },
      });
      // While its connection is being made a request does not end at once.
      const abort = (): void => {
        outgoing.destroy();
        reject(signal.reason);
      };
      if (signal.aborted) abort();
      else signal.addEventListener('abort', abort, { once: true });
      outgoing.once('close', () => {
        signal.removeEventListener('abort', abort);
        onClose();
      });
      const holdBack = (): void => {
        reject(new HeldBack());
        outgoing.destroy();
      };
      // Nothing was written to it yet, but it may have taken long to get it.
      outgoing.once('socket', () => {
        if (mayGo?.() === false) holdBack();
      });
      outgoing.once('response', (response) => {
        const { statusCode = 0, headers: received } = response;
        const whole = (): boolean => response.complete;
        resolve({ status: statusCode, headers: received as Response['headers'], body: response, whole });
      });
      outgoing.on('error', (error) => {
        if (signal.aborted) reject(signal.reason);
        else reject(error instanceof DialError ? error : new LostRequest(error, 'maybe'));
      });
      if (body === undefined || mayGo === undefined) {
        outgoing.end(body);
        return;
      }
      outgoing.write(body.subarray(0, -1), (error) => {
        if (error) return;
        if (mayGo()) outgoing.end(body.subarray(-1));
        else holdBack();
      });
    });
  }

  close(): void {
    this.#agent.destroy();
  }
}

/**
 * Node's agent with connections made by our own hand: proxies, TLS and trust are settled there. It does not count
 * connections that are still being made, so its own limit on them would not hold.
 */
class DialingAgent extends Agent {
  #first: Socket | undefined;
  readonly #connect: () => Promise<Socket>;

  constructor(first: Socket, connect: () => Promise<Socket>) {
    super({ keepAlive: true, maxFreeSockets: MAX_CONNECTIONS, scheduling: 'lifo' });
    this.#connect = connect;
    this.#first = first;
    // Nobody listens to it until the first request takes it.
    first.on('error', () => {});
  }

  override createConnection(
    _options: ClientRequestArgs,
    callback?: (error: Error | null, stream: Duplex) => void,
  ): Duplex | undefined {
    const first = this.#first;
    this.#first = undefined;
    if (first !== undefined && !first.destroyed) return first;
    void this.#connectFor(callback);
    return undefined;
  }

  async #connectFor(callback: ((error: Error | null, stream: Duplex) => void) | undefined): Promise<void> {
    let socket: Socket;
    try {
      socket = await this.#connect();
    } catch (error) {
      callback?.(error as Error, undefined as unknown as Duplex);
      return;
    }
    callback?.(null, socket);
  }
}
