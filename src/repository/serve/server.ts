/**
 * A chart repository over HTTP: the archives of a folder with their index, and uploads as ChartMuseum takes them.
 *
 * @see https://github.com/helm/chartmuseum#api
 */
import { open } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerOptions, ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { constants } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { PkgError } from '../../errors.ts';
import { printable } from '../../errors-text.ts';
import { printJson } from '../../yaml/json.ts';
import type { Json } from '../../yaml/value.ts';
import { checkAccess } from './access.ts';
import type { Access } from './access.ts';
import { Changes } from './changes.ts';
import { FolderIndex, isServedName, pathInside } from './folder-index.ts';
import { Refusal } from './refusal.ts';
import { Turns } from './turns.ts';
import { readUpload } from './upload-body.ts';
import type { Tell } from '../change-file.ts';

/** What is served, where, and to whom. */
export type ServeOptions = Access & {
  folder: string;
  host: string;
  /** The port; 0 for any free one. */
  port: number;
  /** Certificate and key as PEM texts. */
  tls: { cert: string; key: string } | undefined;
  /** Whether an upload with `?force` may replace a version with other content. */
  allowOverwrite: boolean;
  /** Called with a text for changes, skipped archives and errors. */
  tell: Tell;
};

/** A server that runs. */
export type ChartRepository = {
  /** `http://127.0.0.1:8879` */
  url: string;
  /** Stops the server; requests that are being answered have five seconds to end. */
  close: () => Promise<void>;
};

/** Bounds against slow clients: one minute without data, ten minutes for a request. */
const BOUNDS: ServerOptions = {
  headersTimeout: 15_000,
  requestTimeout: 600_000,
  keepAliveTimeout: 5_000,
  connectionsCheckingInterval: 5_000,
  maxHeaderSize: 16 << 10,
};
const SILENCE_MS = 60_000;
const MAX_CONNECTIONS = 1_000;
/**
 * The most uploads at a time: each has its archive in memory. Others wait, with their bodies unread, since curl and helm's
 * plugin do not try again.
 */
const MAX_UPLOADS = 4;
/** Less than {@link SILENCE_MS}, which ends the connection. */
const MAX_WAIT_MS = 45_000;
const GRACE_MS = 5_000;

/**
 * Starts a server for a folder.
 *
 * @returns when it listens
 *
 * @throws {PkgError} `PKG_LISTEN_FAILED`
 */
export async function serveFolder(options: ServeOptions): Promise<ChartRepository> {
  const { host, port, tls, tell } = options;
  const handler = new Handler(options);
  const answer = (request: IncomingMessage, response: ServerResponse): void => void handler.answer(request, response);
  let server: Server;
  try {
    server = tls === undefined ? createServer(BOUNDS, answer) : createTlsServer({ ...BOUNDS, ...tls }, answer);
  } catch (cause) {
    const message = `certificate and key cannot be used (${printable((cause as Error).message, 200)})`;
    throw new PkgError('PKG_LISTEN_FAILED', message, { hints: ['give PEM files that belong together'], cause });
  }
  server.maxConnections = MAX_CONNECTIONS;
  server.setTimeout(SILENCE_MS);
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => reject(notListening(host, port, cause)));
    server.listen(port, host, resolve);
  });
  server.removeAllListeners('error');
  // A connection cannot be accepted, usually because there are too many open files.
  server.on('error', (error) => tell(`a connection failed: ${printable(error.message, 200)}`));
  const { address, family, port: actual } = server.address() as AddressInfo;
  const shown = family === 'IPv6' ? `[${address}]` : address;
  return {
    url: `${tls === undefined ? 'http' : 'https'}://${shown}:${actual}`,
    close: async () => {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeIdleConnections();
      const late = setTimeout(() => server.closeAllConnections(), GRACE_MS);
      await closed;
      clearTimeout(late);
    },
  };
}

function notListening(host: string, port: number, cause: NodeJS.ErrnoException): PkgError {
  const why: Record<string, string> = {
    EADDRINUSE: 'another program listens there',
    EACCES: 'permission is denied',
    EADDRNOTAVAIL: 'this machine does not have the address',
    ENOTFOUND: 'the host is not known',
  };
  const reason = why[cause.code ?? ''] ?? cause.code;
  return new PkgError('PKG_LISTEN_FAILED', `${printable(host, 100)}:${port} cannot be served at: ${reason}`, {
    hints: ['choose another address with --listen ADDRESS:PORT; port 0 takes one that is free'],
    cause,
  });
}

/** The handlers of a path, by method. */
type Route = Partial<Record<string, () => Promise<void>>>;

class Handler {
  readonly #options: ServeOptions;
  readonly #index: FolderIndex;
  readonly #changes: Changes;
  readonly #uploads = new Turns(MAX_UPLOADS, MAX_WAIT_MS);

  constructor(options: ServeOptions) {
    this.#options = options;
    this.#index = new FolderIndex(options.folder, options.tell);
    this.#changes = new Changes(options.folder, this.#index, options.tell);
  }

  /** Answers a request. It never throws: errors become answers. */
  async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      await this.#route(request, response);
    } catch (error) {
      if (response.headersSent || response.destroyed) {
        // The connection is closed, so that the client does not take half an archive for a whole one.
        response.destroy();
        return;
      }
      let refusal = error;
      if (!(refusal instanceof Refusal)) {
        // The client does not get the message, which may name files of this machine.
        this.#options.tell(`${request.method} failed: ${printable((error as Error).message, 300)}`);
        refusal = new Refusal(500, 'the server could not do this');
      }
      const { status, message, headers } = refusal as Refusal;
      sendJson(request, response, status, { error: message }, headers);
    }
  }

  async #route(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = '' } = request;
    const { segments, query } = parseTarget(request.url ?? '');
    checkAccess(this.#options, request.headers.authorization, !/^(?:GET|HEAD)$/.test(method));
    const routes = this.#routes(segments, query, request, response);
    const run = routes[method === 'HEAD' ? 'GET' : method];
    if (run !== undefined) return await run();
    const allowed = Object.keys(routes);
    if (allowed.length === 0) throw new Refusal(404, 'this is not here');
    throw new Refusal(405, `this takes ${allowed.join(', ')}`, { allow: allowed.join(', ') });
  }

  #routes(
    segments: readonly string[],
    query: URLSearchParams,
    request: IncomingMessage,
    response: ServerResponse,
  ): Route {
    const [first = '', second, name, version] = segments;
    if (segments.length === 1 && first === 'index.yaml') return { GET: () => this.#sendIndex(request, response) };
    if (segments.length === 1 && isServedName(first)) return { GET: () => this.#sendFile(first, request, response) };
    if (first !== 'api') return {};
    const replace = query.has('force') && this.#options.allowOverwrite;
    if (second === 'prov' && segments.length === 2) {
      return { POST: () => this.#upload(request, response, 'prov', replace) };
    }
    if (second !== 'charts' || segments.length > 4) return {};
    const GET = (): Promise<void> => this.#sendEntries(name, version, request, response);
    if (name === undefined) return { GET, POST: () => this.#upload(request, response, 'chart', replace) };
    if (version === undefined) return { GET };
    const DELETE = async (): Promise<void> => {
      await this.#changes.remove(name, version);
      sendJson(request, response, 200, { deleted: true });
    };
    return { GET, DELETE };
  }

  async #sendIndex(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { text, gzipped, etag } = await (await this.#index.current()).text();
    const headers = { etag, 'cache-control': 'no-cache', vary: 'accept-encoding' };
    if (isUnchanged(request, etag)) {
      response.writeHead(304, headers).end();
      return;
    }
    const isPacked = takesGzip(request);
    send(request, response, 200, isPacked ? gzipped : text, {
      ...headers,
      'content-type': 'application/x-yaml',
      ...(isPacked ? { 'content-encoding': 'gzip' } : {}),
    });
  }

  async #sendFile(name: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = pathInside(this.#options.folder, name);
    if (path === undefined) throw new Refusal(404, 'this is not here');
    // The file may have been replaced since its path was checked: no links are followed, and a pipe is not waited for.
    const flags = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0);
    const file = await open(path, flags).catch((error: NodeJS.ErrnoException) => {
      if (['ENOENT', 'ELOOP', 'ENXIO'].includes(error.code ?? '')) throw new Refusal(404, 'this is not here');
      throw error;
    });
    try {
      const stat = await file.stat({ bigint: true });
      if (!stat.isFile()) throw new Refusal(404, 'this is not here');
      const { ino, size, mtimeNs } = stat;
      const etag = `"${[ino, size, mtimeNs].map((part) => part.toString(16)).join('-')}"`;
      const headers = { etag, 'cache-control': 'no-cache' };
      if (isUnchanged(request, etag)) {
        response.writeHead(304, headers).end();
        return;
      }
      response.writeHead(200, {
        ...headers,
        'content-type': name.endsWith('.prov') ? 'application/pgp-signature' : 'application/gzip',
        'content-length': String(size),
        'x-content-type-options': 'nosniff',
      });
      if (request.method === 'HEAD' || size === 0n) response.end();
      else await pipeline(file.createReadStream({ end: Number(size) - 1, autoClose: false }), response);
    } finally {
      await file.close();
    }
  }

  /** Sends entries of the index as JSON: all charts, all versions of a chart, or one version. */
  async #sendEntries(
    name: string | undefined,
    version: string | undefined,
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<void> {
    const charts = await this.#index.current();
    const { entries } = charts.index;
    let found: Json | undefined = name === undefined ? Object.fromEntries(entries) : entries.get(name);
    if (name !== undefined && version !== undefined) found = charts.find(name, version);
    if (found === undefined) throw new Refusal(404, 'this chart is not here');
    sendJson(request, response, 200, found);
  }

  async #upload(
    request: IncomingMessage,
    response: ServerResponse,
    raw: 'chart' | 'prov',
    replace: boolean,
  ): Promise<void> {
    await this.#uploads.enter(request);
    try {
      const { chart, prov } = await readUpload(request, raw);
      if (chart !== undefined) await this.#changes.save(chart, prov, replace);
      else if (prov !== undefined) await this.#changes.sign(prov, replace);
      sendJson(request, response, 201, { saved: true });
    } finally {
      this.#uploads.leave();
    }
  }
}

/** The decoded segments of a request's path, and its query. @throws {Refusal} for a path that cannot be decoded */
function parseTarget(target: string): { segments: string[]; query: URLSearchParams } {
  const [path = '', ...rest] = target.replace(/^https?:\/\/[^/?]*/i, '').split('?');
  try {
    return {
      segments: path.replace(/^\//, '').split('/').map(decodeURIComponent),
      query: new URLSearchParams(rest.join('?')),
    };
  } catch {
    throw new Refusal(400, 'the path cannot be read');
  }
}

/** @see https://www.rfc-editor.org/rfc/rfc9110#name-if-none-match */
function isUnchanged(request: IncomingMessage, etag: string): boolean {
  const tags = (request.headers['if-none-match'] ?? '').split(',').map((tag) => tag.trim().replace(/^W\//, ''));
  return tags.includes('*') || tags.includes(etag.replace(/^W\//, ''));
}

function takesGzip(request: IncomingMessage): boolean {
  const accepted = String(request.headers['accept-encoding'] ?? '').split(',');
  return accepted.some((one) => /^\s*(?:gzip|\*)\s*(?:;(?!\s*q=0(?:\.0*)?\s*$).*)?$/i.test(one));
}

function sendJson(
  request: IncomingMessage,
  response: ServerResponse,
  status: number,
  value: Json,
  headers: Readonly<Record<string, string>> = {},
): void {
  send(request, response, status, Buffer.from(`${printJson(value)}\n`), {
    ...headers,
    'content-type': 'application/json',
  });
}

function send(
  request: IncomingMessage,
  response: ServerResponse,
  status: number,
  body: Buffer,
  headers: Readonly<Record<string, string>>,
): void {
  response.writeHead(status, {
    ...headers,
    'content-length': String(body.length),
    'x-content-type-options': 'nosniff',
  });
  response.end(request.method === 'HEAD' ? undefined : body);
}
