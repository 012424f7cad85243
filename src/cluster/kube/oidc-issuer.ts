/**
 * Requests to an OpenID Connect issuer: for the address of its token endpoint, and there for new tokens.
 *
 * @see https://openid.net/specs/openid-connect-discovery-1_0.html
 * @see https://openid.net/specs/openid-connect-core-1_0.html#RefreshTokens
 */
import { PkgError } from '../../errors.ts';
import { printable } from '../../errors-text.ts';
import { DialError } from '../../network/dial.ts';
import { failureOf } from '../../network/failures.ts';
import { basicAuthorization } from '../../network/address.ts';
import { HttpClient, UnusableAnswer } from '../../network/http.ts';
import type { HttpAnswer, HttpRequest } from '../../network/http.ts';
import { parseJson } from '../../yaml/json.ts';
import { textField } from '../../yaml/value.ts';
import type { Json } from '../../yaml/value.ts';
import type { OidcLogin } from './connection.ts';
import { PEM_HINT, hasCertificate, readReferenced } from './referenced-file.ts';

const TIMES = { connect: 10_000, silence: 12_000, patience: 5_000 };
/** For all requests together: other processes wait for half a minute. */
const WHOLE_MS = 20_000;
const MAX_ANSWER = 1 << 20;

/**
 * Gets new tokens for the refresh token.
 *
 * @param config the settings of the `auth-provider`
 * @returns the settings that change: `id-token` and `refresh-token`
 * @throws {PkgError} `PKG_CREDENTIALS_FAILED`; `PKG_KUBECONFIG_INVALID` for a certificate authority that is not valid
 */
export async function refreshTokens(
  config: OidcLogin['config'],
  login: OidcLogin,
  signal: AbortSignal,
): Promise<{ 'id-token': string; 'refresh-token': string }> {
  const late = new AbortController();
  const error = Object.assign(new Error('the issuer took too long'), { code: 'ETIMEDOUT' });
  const issuer = new Issuer(config, login, AbortSignal.any([signal, late.signal]));
  const timer = setTimeout(() => late.abort(error), WHOLE_MS);
  try {
    return await issuer.refresh();
  } finally {
    clearTimeout(timer);
    await issuer.close();
  }
}

class Issuer {
  readonly #config: OidcLogin['config'];
  readonly #login: OidcLogin;
  readonly #signal: AbortSignal;
  readonly #http: HttpClient;

  constructor(config: OidcLogin['config'], login: OidcLogin, signal: AbortSignal) {
    this.#config = config;
    this.#login = login;
    this.#signal = signal;
    this.#http = new HttpClient({ ca: authorityOf(config, login), env: process.env, times: TIMES });
  }

  async close(): Promise<void> {
    await this.#http.close();
  }

  async refresh(): Promise<{ 'id-token': string; 'refresh-token': string }> {
    const endpoint = await this.#tokenEndpoint();
    const { 'client-id': id = '', 'client-secret': secret = '', 'refresh-token': token = '' } = this.#config;
    const form = { grant_type: 'refresh_token', refresh_token: token };
    // As Go's oauth2 does: the header first, which RFC 6749 wants, then the form, which some issuers want.
    const asForm = (text: string): string => new URLSearchParams({ '': text }).toString().slice(1);
    let answer = await this.#post(endpoint, form, basicAuthorization(asForm(id), asForm(secret)));
    if (answer.status >= 400 && answer.status < 500) {
      answer = await this.#post(endpoint, {
        ...form,
        client_id: id,
        ...(secret === '' ? {} : { client_secret: secret }),
      });
    }
    if (answer.status !== 200) throw this.#refusal(endpoint, answer);
    const tokens = this.#json(endpoint, answer);
    const idToken = textField(tokens, 'id_token');
    if (idToken === '') {
      throw this.#failed(`${shown(endpoint)} gave no ID token`, [
        'log in again, with the scope `openid`; some issuers give no ID token for a refresh token',
      ]);
    }
    return { 'id-token': idToken, 'refresh-token': textField(tokens, 'refresh_token') || token };
  }

  async #tokenEndpoint(): Promise<URL> {
    const issuer = this.#config['idp-issuer-url'] ?? '';
    const base = URL.parse(issuer);
    const url = URL.parse(`${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`);
    if (base === null || url === null || !/^https?:$/.test(base.protocol)) {
      throw this.#failed(`its idp-issuer-url "${printable(issuer)}" is not a valid URL`, ['write it as https://HOST']);
    }
    const httpsOnly = base.protocol === 'https:';
    const answer = await this.#send({ url, httpsOnly, limit: MAX_ANSWER });
    if (answer.status !== 200) {
      throw this.#failed(`${shown(url)} answered ${answer.status}`, ['check `idp-issuer-url`']);
    }
    const text = textField(this.#json(url, answer), 'token_endpoint');
    const endpoint = URL.parse(text);
    // The refresh token is as good as a password, so it does not leave TLS.
    const isFit = httpsOnly ? endpoint?.protocol === 'https:' : /^https?:$/.test(endpoint?.protocol ?? '');
    if (endpoint !== null && isFit) return endpoint;
    throw this.#failed(
      text === ''
        ? `${shown(url)} names no token endpoint`
        : `${shown(url)} names the token endpoint "${printable(text)}", to which pkg sends no tokens`,
      ['check `idp-issuer-url`'],
    );
  }

  async #post(url: URL, form: Record<string, string>, authorization?: string): Promise<HttpAnswer> {
    return await this.#send({
      method: 'POST',
      url,
      headers: { 'content-type': 'application/x-www-form-urlencoded', accept: 'application/json' },
      body: new URLSearchParams(form).toString(),
      authorization,
      limit: MAX_ANSWER,
    });
  }

  async #send(request: HttpRequest): Promise<HttpAnswer> {
    try {
      return await this.#http.request({ ...request, signal: this.#signal });
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      const cause = error instanceof DialError ? error.cause : error;
      if (error instanceof UnusableAnswer) throw this.#failed(`${shown(error.url)} ${error.message}`, [], error);
      const what = cause instanceof PkgError ? cause.message : failureOf(error).what;
      const who = error instanceof DialError && error.proxy ? 'the proxy of ' : '';
      throw this.#failed(
        `${who}${shown(request.url)} cannot be reached: ${what}`,
        ['check `idp-issuer-url`, `idp-certificate-authority` and the network'],
        error,
      );
    }
  }

  #json(url: URL, { body }: HttpAnswer): Json {
    try {
      return parseJson(body.toString('utf8'), 'answer');
    } catch (error) {
      throw this.#failed(`${shown(url)} answered with something that is not JSON`, ['check `idp-issuer-url`'], error);
    }
  }

  /** @see https://www.rfc-editor.org/rfc/rfc6749#section-5.2 */
  #refusal(url: URL, answer: HttpAnswer): PkgError {
    let body: Json = null;
    try {
      body = parseJson(answer.body.toString('utf8'), 'answer');
    } catch {
      // Without an error in the body, the status is all there is.
    }
    const code = textField(body, 'error');
    const more = textField(body, 'error_description');
    const what = code === '' ? '' : `: ${printable(code, 100)}${more === '' ? '' : ` (${printable(more, 200)})`}`;
    const hint =
      code === 'invalid_client'
        ? 'check `client-id` and `client-secret`'
        : 'log in again with the tool that wrote the kubeconfig: a refresh token expires, and some can be used only once';
    return this.#failed(`${shown(url)} refuses the refresh token with ${answer.status}${what}`, [hint]);
  }

  #failed(what: string, hints: string[], cause?: unknown): PkgError {
    const message = `the user "${printable(this.#login.user)}" cannot log in: ${what}`;
    return new PkgError('PKG_CREDENTIALS_FAILED', message, {
      at: { file: this.#login.file },
      hints,
      ...(cause === undefined ? {} : { cause }),
    });
  }
}

/** An address for messages, without a login and without a query. */
function shown({ origin, pathname }: URL): string {
  return printable(`${origin}${pathname}`);
}

/**
 * The authorities that sign the issuer's certificate, in place of the system's. As client-go, paths are relative to the
 * current folder.
 */
function authorityOf(config: OidcLogin['config'], { file, user }: OidcLogin): string | undefined {
  const { 'idp-certificate-authority': path = '', 'idp-certificate-authority-data': data = '' } = config;
  if (path === '' && data === '') return undefined;
  const text = data === '' ? readReferenced(path, file) : Buffer.from(data, 'base64').toString('utf8');
  if (hasCertificate(text)) return text;
  throw new PkgError(
    'PKG_KUBECONFIG_INVALID',
    `the certificate authority of the issuer of the user "${printable(user)}" holds no certificate`,
    { at: { file }, hints: [PEM_HINT] },
  );
}
