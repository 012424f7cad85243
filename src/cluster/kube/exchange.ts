/** Requests and answers of the transport, the same for HTTP/1.1 and HTTP/2. */
import type { Readable } from 'node:stream';

/** A request. Header names are in lower case. */
export type Exchange = {
  method: string;
  /** Path and query. */
  path: string;
  headers: Record<string, string | string[]>;
  body: Buffer | undefined;
  signal: AbortSignal;
  /**
   * Asked when the request is about to go to the socket, and again before the end of its body, because sending a large
   * body takes time and the server acts only on a complete one. On false the request is cancelled.
   */
  mayGo?: (() => boolean) | undefined;
  /** Does not wait for a free connection. */
  urgent?: boolean | undefined;
  /** The answer has no end of its own: a watch, or a log that is followed. */
  endless: boolean;
};

/** The head of an answer, and its body as a stream. */
export type Response = {
  status: number;
  headers: Record<string, string | undefined>;
  body: Readable;
  /** After the end of the body: did the server end it, or was it cut off? */
  whole: () => boolean;
};

/** A request that got no answer. */
export class LostRequest extends Error {
  override readonly name = 'LostRequest';
  /** `no`: the server cannot have acted on it. */
  readonly processed: 'no' | 'maybe';
  readonly code: string;

  constructor(cause: unknown, processed: 'no' | 'maybe') {
    super(cause instanceof Error ? cause.message : String(cause), { cause });
    this.processed = processed;
    this.code = cause instanceof Error && 'code' in cause ? String(cause.code) : '';
  }
}

/** A request that {@link Exchange.mayGo} has cancelled. */
export class HeldBack extends Error {
  override readonly name = 'HeldBack';
  /** All but its end was sent. A proxy that speaks HTTP/1.1 to the server may have passed it on by its content-length. */
  readonly isUncertain: boolean;

  constructor(isUncertain: boolean) {
    super();
    this.isUncertain = isUncertain;
  }
}

/** Time limits in milliseconds; tests shorten them. */
export type TransportTimes = {
  /** For connecting, proxy and TLS included. */
  connect: number;
  /** After this silence, a session that owes an answer is sent a PING… */
  silence: number;
  /** …and is closed when nothing arrives within this time. */
  ping: number;
};
