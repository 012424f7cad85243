/** HTTP to repositories and registries, with certificates from files and errors as {@link PkgError}s. */
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { PkgError } from '../errors.ts';
import { gunzipOptions } from '../gunzip.ts';
import { printable } from '../errors-text.ts';
import { FileReadError, readUserFile } from '../read-file.ts';
import { HttpClient } from '../network/http.ts';
import type { HttpAnswer, HttpDownload, HttpRequest, HttpTimes } from '../network/http.ts';
import { unreachable } from './connect-errors.ts';
import { shownUrl } from './urls.ts';
import type { Tell } from './change-file.ts';

/** TLS settings: paths of PEM files (authorities, client certificate and key; empty for none), and whether to verify. */
export type Trust = { caFile: string; certFile: string; keyFile: string; insecure: boolean };

/** The authorities of the system, and no client certificate. */
export const DEFAULT_TRUST: Trust = { caFile: '', certFile: '', keyFile: '', insecure: false };

/** A request. */
export type Request = Omit<HttpRequest, 'url'>;

/** An answer, read whole. */
export type Answer = HttpAnswer;

/** An answer whose body is a stream. */
export type Download = HttpDownload;

/**
 * Reports how much of an answer has been received, from 1 MiB on.
 *
 * @param what names the answer in the report
 */
export function tellingReceived(what: string, tell: Tell): NonNullable<Request['onReceived']> {
  return (received, length) => {
    if (received < MIB || received === length) return;
    const all = length === undefined ? '' : ` of ${(length / MIB).toFixed(1)}`;
    tell(`received ${(received / MIB).toFixed(1)}${all} MiB of ${what}`);
  };
}

const MIB = 1 << 20;

/**
 * Unpacks a text that may be compressed by gzip. Some servers compress without being asked, since Go's client always asks.
 * The first bytes decide, and not the header `Content-Encoding`, which some file servers set by a rule for all files: no YAML
 * or JSON begins with the bytes of gzip.
 *
 * @param limit the most bytes that it may unpack to
 * @throws {PkgError} `PKG_REPOSITORY_INVALID`
 */
export async function unpacked(body: Buffer, from: URL, limit: number): Promise<Buffer> {
  if (body[0] !== 0x1f || body[1] !== 0x8b) return body;
  try {
    return await promisify(gunzip)(body, gunzipOptions(body, limit));
  } catch (cause) {
    const isLarge = (cause as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE';
    const why = isLarge ? `unpacks to more than ${limit >> 20} MiB` : 'is damaged: it cannot be decompressed';
    throw new PkgError('PKG_REPOSITORY_INVALID', `${shownUrl(from)} ${why}`, {
      hints: ['try again, then ask the operator of the server'],
      cause,
    });
  }
}

/** Sends requests to repositories and registries, and reuses connections. */
export class RemoteClient {
  readonly #trust: Trust;
  readonly #env: NodeJS.ProcessEnv;
  readonly #times: Partial<HttpTimes>;
  #http: HttpClient | undefined;

  constructor(trust: Trust, env: NodeJS.ProcessEnv, times: Partial<HttpTimes> = {}) {
    this.#trust = trust;
    this.#env = env;
    this.#times = times;
  }

  /**
   * Sends a request, follows redirects, and reads the whole answer.
   *
   * @throws {PkgError} `PKG_REPOSITORY_UNREACHABLE`; `PKG_REPOSITORY_INVALID` for an answer larger than its limit;
   *   `PKG_FILE_UNREADABLE` for a certificate file that cannot be read
   */
  async fetch(url: URL, request: Request): Promise<Answer> {
    this.#http ??= this.#open();
    try {
      return await this.#http.request({ ...request, url });
    } catch (error) {
      throw unreachable(error, url);
    }
  }

  /**
   * As {@link fetch}, but gives the body as a stream. Errors of the stream are those of the network, which `unreachable`
   * turns into {@link PkgError}s.
   */
  async open(url: URL, request: Request): Promise<Download> {
    this.#http ??= this.#open();
    try {
      return await this.#http.open({ ...request, url });
    } catch (error) {
      throw unreachable(error, url);
    }
  }

  /** Closes all connections. */
  async close(): Promise<void> {
    await this.#http?.close();
  }

  #open(): HttpClient {
    const { caFile, certFile, keyFile, insecure } = this.#trust;
    const hasPair = certFile !== '' && keyFile !== '';
    return new HttpClient({
      ca: caFile === '' ? undefined : readPem(caFile),
      certificate: hasPair ? { cert: readPem(certFile), key: readPem(keyFile) } : undefined,
      insecure,
      env: this.#env,
      times: this.#times,
    });
  }
}

function readPem(file: string): string {
  try {
    return readUserFile(file).toString('utf8');
  } catch (cause) {
    if (!(cause instanceof FileReadError)) throw cause;
    throw new PkgError('PKG_FILE_UNREADABLE', `${printable(file)} ${cause.reason}`, {
      hints: ['correct the path of the file in repositories.yaml, or in the flag that names it'],
      cause,
    });
  }
}
