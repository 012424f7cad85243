/** Requests to OCI registries, with the logins that they ask for. */
import { PkgError } from '../errors.ts';
import { printable } from '../errors-text.ts';
import { isTransient } from '../network/http.ts';
import { retryAfter } from '../network/retry-after.ts';
import { unpacked } from './http.ts';
import type { Answer, Download, RemoteClient, Request } from './http.ts';
import { answerChallenge, messageOf, parseChallenge } from './registry-auth.ts';
import type { RegistryLogin } from './registry-login.ts';
import { shownText, shownUrl } from './urls.ts';

/**
 * A chart in a registry: all its versions. `byIndex`: the index of a chart repository named the registry, and not the user,
 * so that a login from flags is not sent there.
 */
export type ChartReference = { host: string; path: string; byIndex?: boolean };

/** The actions that a request needs, as in the scope of a token. */
export type Actions = 'pull' | 'pull,push';

/** How registries are reached. */
export type SessionOptions = {
  plainHttp: boolean;
  login: (chart: ChartReference) => Promise<RegistryLogin>;
};

/** The most bytes of an answer that is neither a manifest nor a blob. */
const MAX_ANSWER = 4 << 20;

/** Sends requests to registries, and logs in where they ask for it. */
export class RegistrySession {
  readonly #http: RemoteClient;
  readonly #options: SessionOptions;
  /** The `Authorization` headers that answered challenges, by repository and scope. */
  readonly #authorizations: Map<string, Promise<string | undefined>> = new Map();

  constructor(http: RemoteClient, options: SessionOptions) {
    this.#http = http;
    this.#options = options;
  }

  /** An address below a repository of a registry: `manifests/1.0.0`. */
  urlOf({ host, path }: ChartReference, rest: string): URL {
    return new URL(`${this.#origin(host)}/v2/${path}/${rest}`);
  }

  /**
   * Sends a request; where the registry answers 401, it is sent again with a login. Servers that the registry redirects to
   * get no login.
   *
   * @returns the answer, whatever its status
   * @throws {PkgError} `PKG_REPOSITORY_UNREACHABLE`, `PKG_REPOSITORY_UNAUTHORIZED` where no token is given
   */
  async send(url: URL, chart: ChartReference, actions: Actions, request: Request): Promise<Answer> {
    const answer = await this.#sendWithLogin(url, chart, actions, (authorization) =>
      this.#http.fetch(url, { ...request, authorization }),
    );
    // The bytes of a blob are those of its digest, whatever they are.
    if (url.pathname.includes('/blobs/')) return answer;
    return { ...answer, body: await unpacked(answer.body, url, request.limit) };
  }

  /** As {@link send}, but gives the body as a stream. */
  async open(url: URL, chart: ChartReference, actions: Actions, request: Request): Promise<Download> {
    return await this.#sendWithLogin(url, chart, actions, async (authorization) => {
      const download = await this.#http.open(url, { ...request, authorization });
      // The body is read to its end, so that the connection can be used for the second request.
      if (download.status === 401) for await (const _ of download.body);
      return download;
    });
  }

  async #sendWithLogin<T extends Pick<Answer, 'status' | 'headers' | 'url'>>(
    url: URL,
    chart: ChartReference,
    actions: Actions,
    send: (authorization: string | undefined) => Promise<T>,
  ): Promise<T> {
    const scope = `repository:${chart.path}:${actions}`;
    const key = `${nameOf(chart)} ${scope}`;
    const origin = this.#origin(chart.host);
    const mayLogIn = url.origin === new URL(origin).origin;
    const ask = (authorization: string | undefined): Promise<T> => send(mayLogIn ? authorization : undefined);
    let used = this.#authorizations.get(key);
    let answer = await ask(await used?.catch(() => undefined));
    const isChallenged = (): boolean => answer.status === 401 && answer.url.origin === url.origin && mayLogIn;
    for (let isOwn = false; isChallenged() && !isOwn;) {
      const challenge = parseChallenge(answer.headers['www-authenticate']);
      const known = this.#authorizations.get(key);
      // A parallel request may have answered the challenge meanwhile. Its token may have expired since: this request may have
      // been sending a large body until now.
      isOwn = known === undefined || known === used;
      used = isOwn
        ? this.#options.login(chart).then((login) => answerChallenge(challenge, url, scope, login, this.#http))
        : known;
      if (used === undefined) break;
      this.#authorizations.set(key, used);
      const header = await used;
      if (header === undefined) break;
      answer = await ask(header);
    }
    return answer;
  }

  /**
   * Checks a login by a request to `/v2/`.
   *
   * @param host with its port
   * @throws {PkgError} `PKG_REPOSITORY_UNAUTHORIZED`, `PKG_REPOSITORY_UNREACHABLE`
   */
  async check(host: string, login: RegistryLogin): Promise<void> {
    const url = new URL(`${this.#origin(host)}/v2/`);
    const ask = (authorization: string | undefined): Promise<Answer> =>
      this.#http.fetch(url, { limit: MAX_ANSWER, authorization });
    let answer = await ask(undefined);
    if (answer.status === 401) {
      const challenge = parseChallenge(answer.headers['www-authenticate']);
      answer = await ask(await answerChallenge(challenge, url, '', login, this.#http));
    }
    if (answer.status === 200) return;
    const isRefused = answer.status === 401 || answer.status === 403;
    throw new PkgError(
      isRefused ? 'PKG_REPOSITORY_UNAUTHORIZED' : 'PKG_REPOSITORY_UNREACHABLE',
      `${printable(host)} ${isRefused ? 'does not take this login' : 'is not an OCI registry, or does not work now'} (it answers ${answer.status})`,
      { hints: [isRefused ? 'check the name and the password' : 'check the address'] },
    );
  }

  #origin(host: string): string {
    const scheme = this.#options.plainHttp ? 'http' : 'https';
    return `${scheme}://${host === 'docker.io' ? 'registry-1.docker.io' : host}`;
  }
}

/** The name of a chart in messages and cache keys: `HOST/PATH`. */
export function nameOf({ host, path }: ChartReference): string {
  return `${host}/${path}`;
}

/**
 * The address of the next page of a list: the path that the `Link` header names, at the server that was asked. Behind a proxy
 * that ends TLS, a registry names itself by plain HTTP or by a name of its own; and a login goes to no other server.
 */
export function nextPage({ headers, url }: Pick<Answer, 'headers' | 'url'>, asked: URL): URL | undefined {
  const link = nextLink([headers['link'] ?? ''].flat().join(','));
  const next = link === undefined ? null : URL.parse(link, url);
  if (next === null) return undefined;
  const page = new URL(asked);
  page.pathname = next.pathname;
  page.search = next.search;
  return page;
}

/** The target of the link to the next page. Of other relations, such as `first` and `prev`, each would be a circle. */
function nextLink(header: string): string | undefined {
  for (const [, target, parameters = ''] of header.matchAll(/<([^>]*)>([^<]*)/g)) {
    const relation = /;\s*rel\s*=\s*"?([^",;]*)/i.exec(parameters)?.[1];
    if (relation === undefined || relation.toLowerCase().split(/\s+/).includes('next')) return target;
  }
  return undefined;
}

/** The error for an answer that refuses a read or a write. */
export function refused(answer: Answer, url: URL, chart: ChartReference, access: 'read' | 'write' = 'read'): PkgError {
  const { status, headers, body } = answer;
  const name = printable(`oci://${nameOf(chart)}`);
  const said = messageOf(body);
  const notes = [...(said === '' ? [] : [`it says: ${printable(said, 200)}`]), ...redirectNotes(answer, url)];
  const listHints = url.pathname.endsWith('/tags/list')
    ? ['if the registry does not list versions, name an exact one']
    : [];
  const writing = access === 'write';
  if (status === 404 && !writing) {
    const tag = /manifests\/([^/]*)$/.exec(url.pathname)?.[1];
    const what = tag === undefined ? `there is no chart at ${name}` : `${name} has no version ${printable(tag, 60)}`;
    return new PkgError('PKG_CHART_VERSION_NOT_FOUND', what, {
      notes,
      hints: ['check the repository and the version', ...listHints],
    });
  }
  const verb = writing ? 'written' : 'read';
  if (status === 401 || status === 403) {
    return new PkgError('PKG_REPOSITORY_UNAUTHORIZED', `${name} may not be ${verb} (it answers ${status})`, {
      notes,
      hints: [
        `log in with \`pkg registry login ${printable(chart.host)}\` or \`docker login\``,
        ...(writing ? [] : ['check the name: some registries give this answer for charts that do not exist']),
        ...listHints,
      ],
    });
  }
  return new PkgError('PKG_REPOSITORY_UNREACHABLE', `${name} cannot be ${verb}: the registry answers ${status}`, {
    notes: [...notes, ...pauseNote(headers)],
    hints: [
      ...(status === 404
        ? ['create the repository in the registry first: some create none when a chart is pushed']
        : []),
      ...(status === 413 ? [TOO_LARGE] : []),
      ...(isTransient(status) ? ['try again later'] : []),
      ...listHints,
    ],
  });
}

/** What helps against status 413. Usual proxies take one megabyte, unless they are told otherwise. */
export const TOO_LARGE = 'have the limit raised that the server, or a proxy before it, sets for the size of uploads';

/** Where a request was redirected to, or would have been: no login and no upload goes to another server. */
export function redirectNotes({ status, headers, url }: Answer, asked: URL): string[] {
  if (url.origin !== asked.origin) return [`it redirects to ${shownText(url.origin)}, to which no login is sent`];
  const target = status >= 300 && status < 400 ? URL.parse(String(headers['location'] ?? ''), url) : null;
  return target === null ? [] : [`it redirects to ${shownUrl(target)}, to which no upload is sent`];
}

/** A note about the pause that a busy server asks for; empty where it asks for none. */
export function pauseNote(headers: Answer['headers']): string[] {
  const seconds = Math.ceil((retryAfter(headers['retry-after']) ?? 0) / 1000);
  return seconds > 0 && seconds < 1e7 ? [`it asks for a pause of ${seconds} s`] : [];
}
