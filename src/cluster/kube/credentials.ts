/**
 * What each request carries to prove who one is: a token (fixed, from a file that somebody keeps fresh, or
 * from an exec plugin, or by OpenID Connect), a password, a client certificate, and headers for acting as somebody else.
 */
import { PkgError } from '../../errors.ts';
import { printable } from '../../errors-text.ts';
import { FileReadError, MAX_USER_FILE, readRegularFile } from '../../read-file.ts';
import type { Connection, Impersonation } from './connection.ts';
import { bearer, headerBytes, isHeaderValue } from './credential.ts';
import type { Credential } from './credential.ts';
import type { OidcTokens } from './oidc.ts';

/** A token file is read again after this time, as client-go does: the kubelet replaces it long before it ends. */
const TOKEN_FILE_PERIOD = 60_000;

/** Gives credentials and makes them anew. */
export class Credentials {
  readonly #connection: Connection;
  #current: Credential | undefined;
  #pending: Promise<Credential> | undefined;
  #lastToken = '';
  #oidc: OidcTokens | undefined;
  readonly #closed = new AbortController();

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  /**
   * What the next request is to carry. Many may ask at once: a plugin runs once for all of them.
   *
   * @throws PkgError PKG_CREDENTIALS_FAILED
   */
  async current(): Promise<Credential> {
    if (this.#current !== undefined && Date.now() < this.#current.expires) return this.#current;
    return await this.#renew();
  }

  /**
   * Makes credentials anew after the server refused `refused`.
   *
   * @returns false when there is no way to get others
   * @throws PkgError PKG_CREDENTIALS_FAILED
   */
  async renew(refused: Credential): Promise<boolean> {
    const { exec, tokenFile, oidc } = this.#connection.identity;
    if (exec === undefined && tokenFile === '' && oidc === undefined) return false;
    if (this.#current !== refused) return true;
    if (this.#oidc?.refuse() === false) return false;
    const fresh = await this.#renew();
    return exec !== undefined || fresh.authorization !== refused.authorization;
  }

  /** Stops a plugin, or a request to an issuer, that still works. */
  close(): void {
    this.#closed.abort();
  }

  /** The headers for acting as somebody else. */
  get impersonation(): Record<string, string | string[]> {
    const { impersonate } = this.#connection.identity;
    return impersonate === undefined ? {} : impersonationHeaders(impersonate);
  }

  async #renew(): Promise<Credential> {
    this.#pending ??= this.#make()
      .catch((error: unknown) => {
        throw this.#withPlace(error);
      })
      .finally(() => (this.#pending = undefined));
    this.#current = await this.#pending;
    return this.#current;
  }

  /** Says which kubeconfig has the user whose credentials are not to be had. */
  #withPlace(error: unknown): unknown {
    const { file } = this.#connection;
    if (!(error instanceof PkgError) || error.at !== undefined || file === undefined) return error;
    return new PkgError(error.code, error.message, { at: { file }, hints: error.hints, cause: error });
  }

  async #make(): Promise<Credential> {
    const { identity } = this.#connection;
    const { token, tokenFile, basic, certificate, exec, oidc } = identity;
    const forever = { certificate, expires: Number.POSITIVE_INFINITY };
    if (tokenFile !== '') {
      // While it is being replaced it may be gone for a moment.
      const fresh = readTokenFile(tokenFile, this.#lastToken || token);
      this.#lastToken = fresh;
      return {
        ...forever,
        authorization: bearer(fresh, `the token file ${printable(tokenFile)}`),
        expires: Date.now() + TOKEN_FILE_PERIOD,
      };
    }
    if (token !== '') return { ...forever, authorization: bearer(token, identity.description) };
    if (basic !== undefined) {
      const text = Buffer.from(`${basic.username}:${basic.password}`).toString('base64');
      return { ...forever, authorization: `Basic ${text}` };
    }
    if (oidc !== undefined) {
      const { OidcTokens } = await import('./oidc.ts');
      this.#oidc ??= new OidcTokens(oidc);
      const { idToken, expires } = await this.#oidc.current(this.#closed.signal);
      return { certificate, authorization: bearer(idToken, identity.description), expires };
    }
    if (exec === undefined) return { ...forever, authorization: undefined };
    const { runExecPlugin } = await import('./exec-plugin.ts');
    return await runExecPlugin(exec, this.#connection, this.#closed.signal);
  }
}

/** The token in a file; when it cannot be read, the one before or the one that the kubeconfig holds beside it. */
function readTokenFile(file: string, fallback: string): string {
  try {
    const token = readRegularFile(file, MAX_USER_FILE).toString('utf8').trim();
    if (token !== '') return token;
    if (fallback !== '') return fallback;
  } catch (error) {
    if (fallback !== '') return fallback;
    if (!(error instanceof FileReadError)) throw error;
    throw new PkgError('PKG_CREDENTIALS_FAILED', `the token file ${printable(file)} ${error.reason}`, { cause: error });
  }
  throw new PkgError('PKG_CREDENTIALS_FAILED', `the token file ${printable(file)} is empty`);
}

/** @see https://kubernetes.io/docs/reference/access-authn-authz/authentication/#user-impersonation */
function impersonationHeaders(impersonate: Impersonation): Record<string, string | string[]> {
  const headers: Record<string, string | string[]> = { 'impersonate-user': headerValue(impersonate.user) };
  if (impersonate.uid !== '') headers['impersonate-uid'] = headerValue(impersonate.uid);
  if (impersonate.groups.length > 0) headers['impersonate-group'] = impersonate.groups.map(headerValue);
  for (const [key, values] of Object.entries(impersonate.extra)) {
    if (values.length > 0) headers[`impersonate-extra-${escapeHeaderKey(key)}`] = values.map(headerValue);
  }
  return headers;
}

function headerValue(text: string): string {
  if (isHeaderValue(text)) return headerBytes(text);
  throw new PkgError('PKG_CREDENTIALS_FAILED', `"${printable(text)}", to act as, has characters that cannot be sent`);
}

/** Characters that a header's name may not have are percent-encoded; the API server decodes them. */
function escapeHeaderKey(key: string): string {
  const bytes = Array.from(Buffer.from(key));
  return bytes
    .map((byte) => {
      const char = String.fromCharCode(byte);
      return /[A-Za-z0-9!#$&'*+.^_`|~-]/.test(char) ? char : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
    })
    .join('');
}
