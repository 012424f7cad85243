/**
 * The credentials of requests: a token (fixed, from a file, from an exec plugin, or by OpenID Connect), a password, a
 * client certificate, and headers for impersonation.
 */
import { PkgError } from '../../errors.ts';
import { printable } from '../../errors-text.ts';
import { FileReadError, MAX_USER_FILE, readRegularFile } from '../../read-file.ts';
import type { ClientCertificate } from '../../network/dial.ts';
import type { Connection, Impersonation } from './connection.ts';
import { bearer, headerBytes, isHeaderValue } from './credential.ts';
import type { Credential } from './credential.ts';
import type { OidcTokens } from './oidc.ts';

/** A token file is read again after this time, as in client-go: the kubelet replaces it long before it expires. */
const TOKEN_FILE_PERIOD = 60_000;
/**
 * Credentials are used for this long even if they seem to have expired: where this machine's clock is fast, a plugin would
 * run, or an issuer be asked for a token, for each request. The server refuses what has really expired, and then they are
 * renewed.
 */
const MIN_VALIDITY_MS = 10_000;

/** Gives the credential for a request, and renews it. */
export class Credentials {
  readonly #connection: Connection;
  #current: Credential | undefined;
  #pending: Promise<Credential> | undefined;
  #lastToken = '';
  #certificate: ClientCertificate | undefined;
  #oidc: OidcTokens | undefined;
  readonly #closed = new AbortController();

  constructor(connection: Connection) {
    this.#connection = connection;
    this.#certificate = connection.identity.certificate;
  }

  /**
   * The credential for the next request. Concurrent calls share one run of a plugin.
   *
   * @throws {PkgError} `PKG_CREDENTIALS_FAILED`
   */
  async current(): Promise<Credential> {
    if (this.#current !== undefined && Date.now() < this.#current.expires) return this.#current;
    return await this.#renew();
  }

  /**
   * Renews credentials after the server refused `refused`.
   *
   * @returns false when there is no way to renew them
   * @throws {PkgError} `PKG_CREDENTIALS_FAILED`
   */
  async renew(refused: Credential): Promise<boolean> {
    const { exec, tokenFile, oidc } = this.#connection.identity;
    if (this.#current !== refused) return true;
    const hasCertificate = await this.#readCertificate();
    if (!hasCertificate && exec === undefined && tokenFile === '' && oidc === undefined) return false;
    if (this.#oidc?.refuse() === false && !hasCertificate) return false;
    const fresh = await this.#renew();
    return hasCertificate || exec !== undefined || fresh.authorization !== refused.authorization;
  }

  /** The error for credentials that are still being made when the time is over; undefined where none are. */
  unfinished(): PkgError | undefined {
    const { exec, description } = this.#connection.identity;
    if (this.#pending === undefined) return undefined;
    const source = exec === undefined ? `the login of ${description}` : `the exec plugin ${printable(exec.command)}`;
    return new PkgError('PKG_CREDENTIALS_FAILED', `${source} has given no credentials yet`);
  }

  /** Reads the files of the client certificate again. Gives whether they hold another one, with its key. */
  async #readCertificate(): Promise<boolean> {
    const { readCertificate } = this.#connection.identity;
    try {
      const read = readCertificate?.();
      if (read === undefined || read.cert === this.#certificate?.cert) return false;
      const { createSecureContext } = await import('node:tls');
      createSecureContext(read);
      this.#certificate = read;
      return true;
    } catch {
      // They are just being replaced, one after the other. The server has refused the certificate: that is the error.
      return false;
    }
  }

  /** Stops a plugin, or a request to an issuer, that is still running. */
  close(): void {
    this.#closed.abort();
  }

  /** The headers for impersonation. @throws {PkgError} `PKG_CREDENTIALS_FAILED` for characters that cannot be sent */
  get impersonation(): Record<string, string | string[]> {
    const { impersonate } = this.#connection.identity;
    return impersonate === undefined ? {} : impersonationHeaders(impersonate);
  }

  async #renew(): Promise<Credential> {
    this.#pending ??= this.#make()
      .then((made) => ({ ...made, expires: Math.max(made.expires, Date.now() + MIN_VALIDITY_MS) }))
      .catch((error: unknown) => {
        throw this.#withPosition(error);
      })
      .finally(() => (this.#pending = undefined));
    this.#current = await this.#pending;
    return this.#current;
  }

  /** Adds to an error which kubeconfig names the user. */
  #withPosition(error: unknown): unknown {
    const { file } = this.#connection;
    if (!(error instanceof PkgError) || error.at !== undefined || file === undefined) return error;
    return new PkgError(error.code, error.message, { at: { file }, hints: error.hints, cause: error });
  }

  async #make(): Promise<Credential> {
    const { identity } = this.#connection;
    const { token, tokenFile, basic, exec, oidc } = identity;
    const certificate = this.#certificate;
    const forever = { certificate, expires: Number.POSITIVE_INFINITY };
    if (tokenFile !== '') {
      // The file may be missing for a moment while it is replaced.
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

/** Reads a token file. If it cannot be read, gives the fallback: the token read before, or the kubeconfig's `token`. */
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

/** Percent-encodes characters that the name of a header cannot have, as the API server expects. */
function escapeHeaderKey(key: string): string {
  const bytes = Array.from(Buffer.from(key));
  return bytes
    .map((byte) => {
      const char = String.fromCharCode(byte);
      return /[A-Za-z0-9!#$&'*+.^_`|~-]/.test(char) ? char : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
    })
    .join('');
}
