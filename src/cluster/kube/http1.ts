/** Requests over kept-alive HTTP/1.1 connections, for servers and proxies that speak nothing newer. */
import type { Socket } from 'node:net';
import { DialError } from '../../network/dial.ts';
import { ConnectionPool } from '../../network/pool.ts';
import { HeldBack, LostRequest } from './exchange.ts';
import type { Exchange, Response } from './exchange.ts';

/** The most connections for ordinary requests; further requests wait. */
const MAX_CONNECTIONS = 16;

/** Sends requests to one server over HTTP/1.1. */
export class Http1 {
  readonly #host: string;
  readonly #pool: ConnectionPool;
  /**
   * Connections for watches and logs, which occupy one each, and for urgent requests: these do not wait for others.
   */
  readonly #others: ConnectionPool;
  #first: Socket | undefined;

  /**
   * @param first a connection that is open already
   * @param connect opens another
   */
  constructor(first: Socket, server: URL, connect: (signal: AbortSignal) => Promise<Socket>) {
    this.#host = server.host;
    this.#first = first;
    // Without a listener an error on the idle socket would end the process.
    first.on('error', () => {});
    const next = async (signal: AbortSignal): Promise<Socket> => this.#takeFirst() ?? (await connect(signal));
    // 0: the time limits are set in `client.ts`.
    this.#pool = new ConnectionPool(server, next, { connections: MAX_CONNECTIONS, silence: 0 });
    this.#others = new ConnectionPool(server, next, { silence: 0 });
  }

  /** Sends a request. @throws {LostRequest | DialError | HeldBack} or the reason of the signal */
  async send({ method, path, headers, body, signal, mayGo, urgent, endless }: Exchange): Promise<Response> {
    const length = body === undefined ? {} : { 'content-length': String(body.length) };
    try {
      const answer = await (endless || urgent === true ? this.#others : this.#pool).send({
        method,
        path,
        headers: { host: this.#host, ...headers, ...length },
        body: body === undefined || mayGo === undefined ? body : askedAtTheEnd(body, mayGo),
        signal,
        onStart: () => {
          if (mayGo?.() === false) throw new HeldBack(false);
        },
      });
      // undici's body fails when it is cut off, so one that ends is complete.
      return { ...answer, headers: answer.headers as Response['headers'], whole: () => true };
    } catch (error) {
      if (signal.aborted || error instanceof DialError || error instanceof HeldBack) throw error;
      throw new LostRequest(error, 'maybe');
    }
  }

  close(): void {
    void this.#pool.close();
    void this.#others.close();
    this.#first?.destroy();
  }

  #takeFirst(): Socket | undefined {
    const first = this.#first;
    this.#first = undefined;
    return first?.destroyed === true ? undefined : first;
  }
}

/**
 * A body that asks `mayGo` again before its last byte. Sending a large body to a slow server takes time, and the server
 * does not act on an incomplete one.
 */
async function* askedAtTheEnd(body: Buffer, mayGo: () => boolean): AsyncGenerator<Buffer> {
  yield body.subarray(0, -1);
  if (!mayGo()) throw new HeldBack(false);
  yield body.subarray(-1);
}
