/** What is sent to a server over HTTP and what comes back, as the client takes and gives it. */
import type { Readable } from 'node:stream';
import type { ClientCertificate } from './dial.ts';

/** How servers prove who they are, who one is to them, and which proxies lead to them. PEM texts. */
export type HttpOptions = {
  /** Authorities to trust in place of the system's. */
  ca?: string | undefined;
  /** The client certificate, for servers that ask for one. */
  certificate?: ClientCertificate | undefined;
  /** Certificates are not checked. */
  insecure?: boolean;
  /** The name that certificates must hold, where it is another than the address has. */
  serverName?: string;
  /** Where HTTP_PROXY, HTTPS_PROXY and NO_PROXY are read. */
  env: NodeJS.ProcessEnv;
  times?: Partial<HttpTimes>;
};

/** Times in milliseconds. */
export type HttpTimes = {
  /** For connecting, proxy and TLS included. */
  connect: number;
  /** For silence while an answer is due, in the middle of one, or in the middle of an upload. */
  silence: number;
  /**
   * For the end of an upload in addition: when its last byte is written, up to 8 MiB of it may still lie in buffers on
   * the way, which at 64 KiB a second take two minutes.
   */
  buffered: number;
  /** For all of a request: redirects, retries and the body. */
  whole: number;
  /** No try begins when this has passed; longer pauses that a server asks for are not waited for. */
  patience: number;
  /** The pause after the first try; it doubles. */
  pause: number;
};

/** A body that is read while it is sent, and read again when the request is sent again. */
export type Upload = { length: number; open: () => Readable | AsyncIterable<Uint8Array> };

/** A request. */
export type HttpRequest = {
  /** GET without one. */
  method?: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** A name and a password in it are the login for its server. */
  url: URL;
  /** In lower case. What they hold goes to every server that the request is sent on to. */
  headers?: Readonly<Record<string, string>>;
  body?: string | Uint8Array | Upload;
  /** The `Authorization` header: for the scheme, host and port that are asked, and no other… */
  authorization?: string | undefined;
  /** …unless it is meant for all. */
  everywhere?: boolean;
  /** The most bytes that the body of the answer may have. */
  limit: number;
  /** No redirect is followed to an address that is not https, not even on the way to one that is. */
  httpsOnly?: boolean;
  /** Doing it twice is the same as doing it once, so that it may be sent again: all but POST and PATCH without this. */
  repeatable?: boolean;
  signal?: AbortSignal;
};

/** The head of an answer. */
type Head = {
  status: number;
  headers: Readonly<Record<string, string | string[] | undefined>>;
  /** Where it came from in the end. */
  url: URL;
};

/** An answer, read whole. */
export type HttpAnswer = Head & { body: Buffer };

/** An answer whose body is still to be read, once; who does not read it to its end closes its connection. */
export type HttpDownload = Head & {
  /** What the server says that the body has; undefined where it does not. */
  length: number | undefined;
  body: AsyncIterable<Buffer>;
};

/** What a server answers, and no client can use: more than the limit, or redirects without end or to nowhere. */
export class UnusableAnswer extends Error {
  override readonly name = 'UnusableAnswer';
  readonly reason: 'size' | 'redirect';
  /** The address that answered. */
  readonly url: URL;

  constructor(reason: UnusableAnswer['reason'], message: string, url: URL) {
    super(message);
    this.reason = reason;
    this.url = url;
  }
}
