/** One request to an API server and its answer, whatever HTTP version carries them. */
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
   * Asked when the request is about to go to the socket: may it? Whoever sends it may be too late. And asked again
   * before the end of its body: until a server has that it does nothing, and a large body takes a while.
   */
  mayGo?: (() => boolean) | undefined;
  /** It does not wait behind others for a free connection. */
  urgent?: boolean | undefined;
  /** The answer comes as long as somebody listens: a watch, a log that is followed. */
  endless: boolean;
};

/** The head of an answer, and its body as it comes. */
export type Response = {
  status: number;
  headers: Record<string, string | undefined>;
  body: Readable;
  /** Once the body has ended: did the server end it, or was it cut short? */
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

/** A request that was not sent, as {@link Exchange.mayGo} said no. */
export class HeldBack extends Error {
  override readonly name = 'HeldBack';
}

/** Times that tests shorten. */
export type TransportTimes = {
  /** How long connecting may take, proxy and TLS included. */
  connect: number;
  /** A session on which nothing was heard for so long while it owes an answer is asked for a sign of life… */
  silence: number;
  /** …and is given up when none comes within this time. */
  ping: number;
};
