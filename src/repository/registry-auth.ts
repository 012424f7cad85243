/**
 * Authentication at OCI registries: a registry answers 401 with a challenge, and the request is repeated with a login or a
 * token.
 *
 * @see https://distribution.github.io/distribution/spec/auth/token/
 */
import { isIP } from 'node:net';
import { PkgError } from '../errors.ts';
import { printable } from '../errors-text.ts';
import { tryParseJson } from '../yaml/json.ts';
import { listField, textField } from '../yaml/value.ts';
import { basicAuthorization } from '../network/address.ts';
import { unpacked } from './http.ts';
import type { RemoteClient, Request } from './http.ts';
import type { RegistryLogin } from './registry-login.ts';
import { shownText, shownUrl } from './urls.ts';

/** A challenge: its scheme in lower case (`basic`, `bearer`), and its parameters. */
export type Challenge = { scheme: string; parameters: Map<string, string> };

const MAX_TOKEN = 1 << 20;

/**
 * Reads the challenges of an answer (RFC 9110, section 11.6.1): several may come in one `WWW-Authenticate` header or in
 * several. Gives the first that can be answered, else the first of all. Without a challenge, its scheme is empty.
 */
export function parseChallenge(header: string | readonly string[] | undefined): Challenge {
  const challenges: Challenge[] = [];
  const text = typeof header === 'string' ? header : (header ?? []).join(',');
  for (const [, key = '', quoted, bare = '', scheme] of text.matchAll(
    /(?<![\w-])([\w-]+)[ \t]*=[ \t]*(?:"((?:[^"\\]|\\.)*)"|([^\s,"]+))|(?:^|,)[ \t]*([\w-]+)(?![\w-]|[ \t]*=)/gs,
  )) {
    if (scheme !== undefined) challenges.push({ scheme: scheme.toLowerCase(), parameters: new Map() });
    else challenges.at(-1)?.parameters.set(key.toLowerCase(), quoted?.replace(/\\(.)/gs, '$1') ?? bare);
  }
  const known = challenges.find(({ scheme }) => scheme === 'bearer' || scheme === 'basic');
  return known ?? challenges[0] ?? { scheme: '', parameters: new Map() };
}

/**
 * The `Authorization` header that answers a challenge; undefined where there is no login for it.
 *
 * @param registry the address that was asked
 * @throws {PkgError} `PKG_REPOSITORY_UNAUTHORIZED` when no token is given
 */
export async function answerChallenge(
  challenge: Challenge,
  registry: URL,
  scope: string,
  login: RegistryLogin,
  http: RemoteClient,
): Promise<string | undefined> {
  const { username, password } = login;
  if (challenge.scheme === 'basic') {
    return username === '' || password === '' ? undefined : basicAuthorization(username, password);
  }
  if (challenge.scheme !== 'bearer') return undefined;
  if (login.registryToken !== '') return `Bearer ${login.registryToken}`;
  const realm = realmOf(challenge.parameters.get('realm') ?? '', registry);
  const service = challenge.parameters.get('service') ?? '';
  const wanted = widerScope(challenge.parameters.get('scope') ?? '', scope);
  return `Bearer ${await fetchToken(realm, service, wanted, login, http)}`;
}

/**
 * The scope that a challenge asks for, or that of the command where it includes the former: a push begins with a read, and
 * with a token for reading alone each of the parallel uploads would need another.
 */
function widerScope(asked: string, own: string): string {
  const [, resource = '', actions = ''] = /^(.*):([^:]*)$/s.exec(own) ?? [];
  const [, askedFor, askedActions = ''] = /^(.*):([^:]*)$/s.exec(asked) ?? [];
  const isWider = askedFor === resource && askedActions.split(',').every((one) => actions.split(',').includes(one));
  return asked === '' || isWider ? own : asked;
}

/**
 * Checks the address of the token server, to which the login is sent. A hostile registry could name any address to steal
 * it, so it has to be on the registry's own origin (scheme, host and port), or HTTPS and not in a private network, unless
 * on the registry's own host. `http://localhost:PORT` is refused: on another port it may be any user's server.
 */
function realmOf(text: string, registry: URL): URL {
  const realm = URL.parse(text);
  const isByTls = realm?.protocol === 'https:' && (realm.hostname === registry.hostname || !isPrivate(realm.hostname));
  if (realm !== null && (isByTls || realm.origin === registry.origin)) return realm;
  throw new PkgError(
    'PKG_REPOSITORY_UNAUTHORIZED',
    `${printable(registry.host)} asks for tokens of '${shownText(text)}', to which no login may be sent`,
    { hints: ['have the registry name a token server by HTTPS, or one at its own address'] },
  );
}

function isPrivate(hostname: string): boolean {
  const host = hostname.replace(/^\[|\]$/g, '');
  if (isIP(host) === 4) return /^(?:0|10|127|169\.254|192\.168|172\.(?:1[6-9]|2\d|3[01])|224\.0\.0)\./.test(host);
  return isIP(host) === 6 && /^(?:::|::1|f[cd].*|fe[89ab].*|ff.2:.*|::ffff:.*)$/i.test(host);
}

async function fetchToken(
  realm: URL,
  service: string,
  scope: string,
  login: RegistryLogin,
  http: RemoteClient,
): Promise<string> {
  const { username, password, identityToken } = login;
  const common = { service, scope };
  const form =
    identityToken === ''
      ? undefined
      : new URLSearchParams({
          grant_type: 'refresh_token',
          refresh_token: identityToken,
          client_id: 'kubepkg',
          ...common,
        });
  const url = new URL(realm);
  if (form === undefined) {
    if (service !== '') url.searchParams.set('service', service);
    // No scope for a login alone. Some servers refuse an empty one, and Gitea gives a token to everybody who names any.
    for (const one of scope.split(' ')) if (one !== '') url.searchParams.append('scope', one);
  }
  const hasLogin = form === undefined && (username !== '' || password !== '');
  const answer = await http.fetch(url, {
    limit: MAX_TOKEN,
    ...(form === undefined ? {} : tokenForm(form)),
    ...(hasLogin ? { authorization: basicAuthorization(username, password) } : {}),
  });
  const bytes = await unpacked(answer.body, realm, MAX_TOKEN);
  const body = tryParseJson(bytes);
  const token = textField(body, 'access_token') || textField(body, 'token');
  // A token with a line break could add a header to the request.
  if (answer.status === 200 && /^[!-~]+$/.test(token)) return token;
  const what =
    answer.status !== 200
      ? `answered ${answer.status}`
      : body === undefined
        ? 'answered with something that is not JSON'
        : 'gave no token';
  throw noToken(realm, what, messageOf(bytes), hasLogin || form !== undefined);
}

/** The request that exchanges an identity token. It may be repeated, since the identity token stays valid. */
function tokenForm(form: URLSearchParams): Pick<Request, 'method' | 'headers' | 'body' | 'repeatable'> {
  const headers = { 'content-type': 'application/x-www-form-urlencoded' };
  return { method: 'POST', headers, body: form.toString(), repeatable: true };
}

function noToken(realm: URL, what: string, said: string, withLogin: boolean): PkgError {
  return new PkgError('PKG_REPOSITORY_UNAUTHORIZED', `${shownUrl(realm)}, which gives tokens, ${what}`, {
    notes: said === '' ? [] : [`it says: ${printable(said, 200)}`],
    hints: withLogin
      ? [
          'check the login, which may have expired: log in again, or remove it with `pkg registry logout` if none is needed',
        ]
      : ['log in with `pkg registry login` or `docker login`'],
  });
}

/** The message of an error answer of a registry or a token server; empty for none. */
export function messageOf(body: Buffer): string {
  const answer = tryParseJson(body);
  const [first] = listField(answer, 'errors');
  return (
    textField(first, 'message') ||
    textField(first, 'code') ||
    textField(answer, 'message') ||
    textField(answer, 'details')
  );
}
