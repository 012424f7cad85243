/**
 * Authentication at OCI registries: a registry answers 401 with a challenge, and the request is repeated with a login or a
 * token.
 *
 * @see https://distribution.github.io/distribution/spec/auth/token/
 */
import { isIP } from 'node:net';
import { PkgError } from '../errors.ts';
import { printable } from '../errors-text.ts';
import { textField } from '../yaml/value.ts';
import type { Json } from '../yaml/value.ts';
import { basicAuthorization } from './http.ts';
import type { HttpClient, Request } from './http.ts';
import type { RegistryLogin } from './registry-login.ts';
import { shownUrl } from './urls.ts';

/** A challenge: its scheme in lower case (`basic`, `bearer`), and its parameters. */
export type Challenge = { scheme: string; parameters: Map<string, string> };

const MAX_TOKEN = 1 << 20;

/** Reads a `WWW-Authenticate` header. */
export function parseChallenge(header: string): Challenge {
  const [, scheme = '', rest = ''] = /^([A-Za-z0-9-]+)(?:[ \t]+(.*))?$/s.exec(header.trim()) ?? [];
  const parameters = new Map<string, string>();
  for (const [, key = '', quoted, bare] of rest.matchAll(
    /(?<![\w-])([\w-]+)[ \t]*=[ \t]*(?:"((?:[^"\\]|\\.)*)"|([^\s,"]+))/g,
  )) {
    parameters.set(key.toLowerCase(), quoted === undefined ? (bare ?? '') : quoted.replace(/\\(.)/gs, '$1'));
  }
  return { scheme: scheme.toLowerCase(), parameters };
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
  http: HttpClient,
): Promise<string | undefined> {
  const { username, password } = login;
  if (challenge.scheme === 'basic') {
    return username === '' || password === '' ? undefined : basicAuthorization(username, password);
  }
  if (challenge.scheme !== 'bearer') return undefined;
  if (login.registryToken !== '') return `Bearer ${login.registryToken}`;
  const realm = realmOf(challenge.parameters.get('realm') ?? '', registry);
  const service = challenge.parameters.get('service') ?? '';
  const wanted = challenge.parameters.get('scope') ?? scope;
  return `Bearer ${await fetchToken(realm, service, wanted, login, http)}`;
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
    `${printable(registry.host)} asks for tokens of '${printable(text)}', where no login is sent to`,
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
  http: HttpClient,
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
    for (const one of scope.split(' ')) url.searchParams.append('scope', one);
  }
  const hasLogin = form === undefined && (username !== '' || password !== '');
  const answer = await http.fetch(url, {
    limit: MAX_TOKEN,
    ...(form === undefined ? {} : tokenForm(form)),
    ...(hasLogin ? { authorization: basicAuthorization(username, password) } : {}),
  });
  if (answer.status !== 200) throw noToken(realm, `answered ${answer.status}`);
  let body: Json;
  try {
    body = JSON.parse(answer.body.toString('utf8')) as Json;
  } catch {
    throw noToken(realm, 'answered with something that is not JSON');
  }
  const token = textField(body, 'access_token') || textField(body, 'token');
  // A token with a line break could add a header to the request.
  if (!/^[!-~]+$/.test(token)) {
    throw noToken(realm, 'gave no token');
  }
  return token;
}

/** The request that exchanges an identity token. It may be repeated, since the identity token stays valid. */
function tokenForm(form: URLSearchParams): Pick<Request, 'method' | 'headers' | 'body' | 'repeatable'> {
  const headers = { 'content-type': 'application/x-www-form-urlencoded' };
  return { method: 'POST', headers, body: form.toString(), repeatable: true };
}

function noToken(realm: URL, what: string): PkgError {
  return new PkgError('PKG_REPOSITORY_UNAUTHORIZED', `${shownUrl(realm)}, which gives tokens, ${what}`, {
    hints: ['log in with `pkg registry login` or `docker login`'],
  });
}
