/**
 * HTTP for repositories: through the proxies of the environment, bounded in size and time, with logins that go
 * nowhere but where they belong.
 */
import { Agent, request as send } from 'node:http';
import type { ClientRequestArgs, IncomingHttpHeaders, IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { PkgError } from '../errors.ts';
import { printable } from '../errors-text.ts';
import { FileReadError, readUserFile } from '../read-file.ts';
import { bareHost, dialWithin, portOf } from '../network/dial.ts';
import type { ClientCertificate, Peer } from '../network/dial.ts';
import { proxyFromEnvironment } from '../network/proxy-choice.ts';
import { VERSION } from '../version.ts';
import { unreachable } from './connect-errors.ts';
import { shownUrl } from './urls.ts';

/** How servers prove who they are, and who one is to them: paths of PEM files, empty for none. */
export type Trust = { caFile: string; certFile: string; keyFile: string; insecure: boolean };

/** A request. */
export type Request = {
  headers?: Readonly<Record<string, string>>;
  /** The `Authorization` header, for the host that is asked and no other… */
  authorization?: string | undefined;
  /** …unless it is meant for all. */
  everywhere?: boolean;
  /** The most bytes that the answer may have. */
  limit: number;
  /** Sent as a form, by POST. */
  form?: URLSearchParams;
};

/** An answer, read whole; `url` is where it came from in the end. */
export type Answer = { status: number; headers: IncomingHttpHeaders; body: Buffer; url: URL };

/** Times in milliseconds, which tests shorten: for connecting, for silence in the middle, for all of a request. */
export type HttpTimes = { connect: number; silence: number; whole: number };

const TIMES: HttpTimes = { connect: 15_000, silence: 30_000, whole: 600_000 };
/** As many as Go's client follows. */
const MOST_REDIRECTS = 10;
const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

/** Sends requests, and keeps connections open for the next one. */
export class HttpClient {
  readonly #trust: Trust;
  readonly #env: NodeJS.ProcessEnv;
  readonly #times: HttpTimes;
  readonly #agents: Map<string, Agent> = new Map();
  #files: { ca: string | undefined; certificate: ClientCertificate | undefined } | undefined;

  constructor(trust: Trust, env: NodeJS.ProcessEnv, times: Partial<HttpTimes> = {}) {
    this.#trust = trust;
    this.#env = env;
    this.#times = { ...TIMES, ...times };
  }

  /**
   * Sends a request, follows where it is sent on to, and reads the answer.
   *
   * @throws {PkgError} `PKG_REPOSITORY_UNREACHABLE`; `PKG_REPOSITORY_INVALID` for an answer without end;
   *   `PKG_FILE_UNREADABLE` for a file of the trust that is not there
   */
  async fetch(url: URL, request: Request): Promise<Answer> {
    let at = url;
    let { authorization } = request;
    for (let followed = 0; followed <= MOST_REDIRECTS; followed++) {
      const answer = await this.#once(at, { ...request, authorization });
      const location = answer.headers.location;
      if (!REDIRECTS.has(answer.status) || location === undefined || request.form !== undefined) return answer;
      const next = URL.parse(location, at);
      if (next === null || !/^https?:$/.test(next.protocol)) {
        throw new PkgError('PKG_REPOSITORY_UNREACHABLE', `${shownUrl(at)} leads to what is no address of a server`);
      }
      if (request.everywhere !== true && !isSameServer(at, next)) authorization = undefined;
      at = next;
    }
    throw new PkgError('PKG_REPOSITORY_UNREACHABLE', `${shownUrl(url)} leads on and on (${MOST_REDIRECTS} times)`);
  }

  /** Closes all connections. */
  close(): void {
    for (const agent of this.#agents.values()) agent.destroy();
    this.#agents.clear();
  }

  async #once(url: URL, request: Request): Promise<Answer> {
    const { ca, certificate } = this.#read();
    try {
      const proxy = proxyFromEnvironment(url, this.#env);
      const tls = { ca, insecure: this.#trust.insecure, serverName: '' };
      const protocols = ['http/1.1'] as const;
      // Plain HTTP is asked of an HTTP proxy itself: many let tunnels lead to TLS only.
      const asksProxy = url.protocol === 'http:' && proxy !== undefined && /^https?:$/.test(proxy.protocol);
      const peer: Peer = asksProxy
        ? { server: proxy, proxy: undefined, tls, protocols }
        : { server: url, proxy, tls, protocols };
      const agent = this.#agentOf(peer, certificate);
      const path = asksProxy ? `${url.origin}${url.pathname}${url.search}` : `${url.pathname}${url.search}`;
      const login = asksProxy ? basic(proxy.username, proxy.password) : undefined;
      const headers: Record<string, string> = {
        host: url.host,
        'user-agent': `kubepkg/${VERSION}`,
        ...request.headers,
        ...(login === undefined ? {} : { 'proxy-authorization': login }),
      };
      const authorization = request.authorization ?? basic(url.username, url.password);
      if (authorization !== undefined) headers['authorization'] = authorization;
      return {
        ...(await exchange({ agent, server: peer.server, path, headers, request, url, times: this.#times })),
        url,
      };
    } catch (error) {
      throw unreachable(error, url);
    }
  }

  #agentOf(peer: Peer, certificate: ClientCertificate | undefined): Agent {
    const key = `${peer.server.origin} ${peer.proxy?.href ?? ''}`;
    const agent = this.#agents.get(key) ?? new DialingAgent(peer, certificate, this.#times.connect);
    this.#agents.set(key, agent);
    return agent;
  }

  #read(): { ca: string | undefined; certificate: ClientCertificate | undefined } {
    const { caFile, certFile, keyFile } = this.#trust;
    const hasPair = certFile !== '' && keyFile !== '';
    this.#files ??= {
      ca: caFile === '' ? undefined : readPem(caFile),
      certificate: hasPair ? { cert: readPem(certFile), key: readPem(keyFile) } : undefined,
    };
    return this.#files;
  }
}

/** A login as the header says it; undefined without one. Both may be percent-encoded, as in addresses. */
function basic(username: string, password: string): string | undefined {
  if (username === '' && password === '') return undefined;
  return basicAuthorization(decode(username), decode(password));
}

/** A login as the header says it. */
export function basicAuthorization(username: string, password: string): string {
  return `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** May a login go from one to the other? To the same server, and from plain HTTP to TLS on the same host. */
function isSameServer(from: URL, to: URL): boolean {
  const isUpgrade = from.protocol === 'http:' && to.protocol === 'https:' && from.port === '' && to.port === '';
  return from.origin === to.origin || (isUpgrade && from.hostname === to.hostname);
}

function readPem(file: string): string {
  try {
    return readUserFile(file).toString('utf8');
  } catch (cause) {
    if (!(cause instanceof FileReadError)) throw cause;
    throw new PkgError('PKG_FILE_UNREADABLE', `${printable(file)} ${cause.reason}`, {
      hints: ['repositories.yaml names it for one of the repositories'],
      cause,
    });
  }
}

type Head = Omit<Answer, 'url'>;

/** A request on its way: to which server, which may be a proxy, and what is asked of it. */
type Exchange = {
  agent: Agent;
  server: URL;
  path: string;
  headers: Readonly<Record<string, string>>;
  request: Request;
  /** What was asked for, for messages. */
  url: URL;
  times: HttpTimes;
};

/** Sends once more when the server closed a connection that was kept open, just as it was used again. */
async function exchange({ agent, server, path, headers, request, url, times }: Exchange): Promise<Head> {
  const body = request.form?.toString();
  const type = body === undefined ? {} : { 'content-type': 'application/x-www-form-urlencoded' };
  const attempt = (): Promise<Head | 'again'> =>
    new Promise((resolve, reject) => {
      const outgoing = send({
        agent,
        host: bareHost(server),
        port: portOf(server),
        method: body === undefined ? 'GET' : 'POST',
        path,
        headers: { ...headers, ...type },
      });
      let incoming: IncomingMessage | undefined;
      const giveUp = (): void => {
        const error = Object.assign(new Error('it took too long'), { code: 'ETIMEDOUT' });
        incoming?.destroy(error);
        outgoing.destroy(error);
      };
      const late = setTimeout(giveUp, times.whole);
      outgoing.setTimeout(times.silence, giveUp);
      outgoing.once('response', (response) => {
        incoming = response;
        resolve(readWhole(response, request.limit, url));
      });
      outgoing.on('error', (error: NodeJS.ErrnoException) => {
        if (outgoing.reusedSocket && error.code === 'ECONNRESET') resolve('again');
        else reject(error);
      });
      outgoing.once('close', () => clearTimeout(late));
      outgoing.end(body);
    });
  for (;;) {
    const head = await attempt();
    if (head !== 'again') return head;
  }
}

async function readWhole(response: IncomingMessage, limit: number, url: URL): Promise<Head> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of response) {
    chunks.push(chunk as Buffer);
    size += (chunk as Buffer).length;
    if (size > limit) {
      response.destroy();
      throw new PkgError('PKG_REPOSITORY_INVALID', `${shownUrl(url)} sends more than ${limit >> 20} MiB`);
    }
  }
  return { status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(chunks, size) };
}

/** Node's agent with connections made by our own hand: proxies, TLS and trust are settled there. */
class DialingAgent extends Agent {
  readonly #peer: Peer;
  readonly #certificate: ClientCertificate | undefined;
  readonly #time: number;

  constructor(peer: Peer, certificate: ClientCertificate | undefined, time: number) {
    super({ keepAlive: true });
    this.#time = time;
    this.#peer = peer;
    this.#certificate = certificate;
  }

  override createConnection(
    _options: ClientRequestArgs,
    callback?: (error: Error | null, stream: Duplex) => void,
  ): undefined {
    void this.#connectFor(callback);
  }

  async #connectFor(callback: ((error: Error | null, stream: Duplex) => void) | undefined): Promise<void> {
    let socket: Socket;
    try {
      ({ socket } = await dialWithin(this.#peer, this.#certificate, this.#time));
    } catch (error) {
      callback?.(error as Error, undefined as unknown as Duplex);
      return;
    }
    callback?.(null, socket);
  }
}
