/** What is sent to a server over HTTP and what comes back, as the client takes and gives it. */
import type { Readable } from 'node:stream';
import type { ClientCertificate } from './dial.ts';

/** How to connect: certificates (PEM texts), and where proxies are configured. */
export type HttpOptions = {
  /** Authorities to trust in place of the system's. */
  ca?: string | undefined;
  /** The client certificate, for servers that ask for one. */
  certificate?: ClientCertificate | undefined;
  /** Certificates are not checked. */
  insecure?: boolean;
  /** The name that certificates must be for, if it is not the host of the address. */
  serverName?: string;
  /** Where HTTP_PROXY, HTTPS_PROXY and NO_PROXY are read. */
  env: NodeJS.ProcessEnv;
  times?: Partial<HttpTimes>;
};

/** Times in milliseconds. */
export type HttpTimes = {
  /** For connecting, proxy and TLS included. */
  connect: number;
  /** For silence: before an answer, within one, or while an upload does not proceed. */
  silence: number;
  /**
   * Added to `silence` for an upload, in proportion to its size up to 8 MiB: when its last byte is written, that much may
   * still be in buffers on the way, which takes two minutes at 64 KiB a second.
   */
  buffered: number;
  /** For all of a request: redirects, retries and the body. */
  whole: number;
  /** No further try begins after this time; a server that asks for a longer pause is not waited for. */
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
  /** A name and a password in it are sent as the login. */
  url: URL;
  /** Names in lower case. They are also sent to servers that the request is redirected to. */
  headers?: Readonly<Record<string, string>>;
  body?: string | Uint8Array | Upload;
  /** The `Authorization` header. It is not sent after a redirect to another scheme, host or port. */
  authorization?: string | undefined;
  /** Send `authorization` after every redirect. */
  everywhere?: boolean;
  /** The most bytes that the body of the answer may have. */
  limit: number;
  /** A redirect to an address that is not https is an error, even if it would lead back to https. */
  httpsOnly?: boolean;
  /** Doing it twice has the same effect as once, so it may be retried. True unless given, except for POST and PATCH. */
  repeatable?: boolean;
  signal?: AbortSignal;
  /** Called for each part of an answer that is read whole: the bytes so far, and all of them where the server says so. */
  onReceived?: (received: number, length: number | undefined) => void;
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

/** An answer whose body can be read once. Stopping before its end closes the connection. */
export type HttpDownload = Head & {
  /** `Content-Length`; undefined where the server does not send it. */
  length: number | undefined;
  body: AsyncIterable<Buffer>;
};

/** An answer that cannot be used: larger than the limit, or a redirect that is endless or leads to no server. */
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
