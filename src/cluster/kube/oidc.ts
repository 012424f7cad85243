/**
 * Logins by OpenID Connect as kubeconfigs have them (`auth-provider: oidc`). Requests carry the ID token. When it has
 * expired, or the server refuses it, the issuer gives another one for the refresh token, and both go into the
 * kubeconfig.
 *
 * The rules are client-go's (plugin/pkg/client/auth/oidc). Unlike client-go, processes take turns: issuers that give a
 * new refresh token each time accept the old one once, and some end the whole login when it comes again.
 */
import { PkgError } from '../../errors.ts';
import { printable } from '../../errors-text.ts';
import { withFileLock } from '../../file-lock.ts';
import type { LockErrors } from '../../file-lock.ts';
import type { OidcLogin } from './connection.ts';
import { mayHaveLock, readConfig, writeConfig } from './oidc-config.ts';
import { refreshTokens } from './oidc-issuer.ts';

/** An ID token counts as expired this many milliseconds earlier, as in client-go, because clocks differ. */
const EARLY_MS = 10_000;

/** An ID token, and the time after which it is no longer sent, in milliseconds since 1970. */
export type IdToken = { idToken: string; expires: number };

/** The tokens of one user. */
export class OidcTokens {
  readonly #login: OidcLogin;
  #config: OidcLogin['config'];
  /** The ID token that the server does not accept. */
  #refused = '';

  constructor(login: OidcLogin) {
    this.#login = login;
    this.#config = login.config;
  }

  /** Marks the ID token as refused by the server. False where there is no way to get another one. */
  refuse(): boolean {
    this.#refused = this.#config['id-token'] ?? '';
    return (this.#config['refresh-token'] ?? '') !== '';
  }

  /**
   * The ID token to send now, a new one where it must be.
   *
   * @param signal gives up
   * @throws {PkgError} `PKG_CREDENTIALS_FAILED` when no ID token can be obtained
   */
  async current(signal: AbortSignal): Promise<IdToken> {
    if (!this.#isUsable(this.#config)) await this.#takingTurns(async () => await this.#refresh(signal));
    const idToken = this.#config['id-token'] ?? '';
    return { idToken, expires: expiryOf(idToken) - EARLY_MS };
  }

  async #refresh(signal: AbortSignal): Promise<void> {
    if (this.#takeOver()) return;
    if (!this.#config['refresh-token']) {
      throw new PkgError(
        'PKG_CREDENTIALS_FAILED',
        `the ID token of the user "${printable(this.#login.user)}" has expired, and there is no refresh token`,
        { at: { file: this.#login.file }, hints: ['log in again with the tool that wrote the kubeconfig'] },
      );
    }
    let fresh: Record<string, string>;
    try {
      fresh = await refreshTokens(this.#config, this.#login, signal);
    } catch (error) {
      // Helm and kubectl do not take turns: one of them may have used the refresh token a moment before.
      if (this.#takeOver()) return;
      throw error;
    }
    const before = this.#config;
    const hasNewRefreshToken = fresh['refresh-token'] !== before['refresh-token'];
    this.#config = { ...before, ...fresh };
    try {
      await writeConfig({ ...this.#login, config: before }, fresh);
    } catch (error) {
      // If the issuer gave no new refresh token, the one in the kubeconfig stays valid: the file need not be written.
      if (hasNewRefreshToken || !(error instanceof PkgError)) throw error;
    }
  }

  /** Reads the kubeconfig again. True when another process has written an ID token that can be used. */
  #takeOver(): boolean {
    const config = readConfig(this.#login);
    if (config === undefined) return false;
    this.#config = config;
    return this.#isUsable(config);
  }

  #isUsable(config: OidcLogin['config']): boolean {
    const token = config['id-token'] ?? '';
    return token !== this.#refused && Date.now() < expiryOf(token) - EARLY_MS;
  }

  /** Runs `work` while no other pkg refreshes tokens of the same kubeconfig. */
  async #takingTurns(work: () => Promise<void>): Promise<void> {
    const { file } = this.#login;
    if (!mayHaveLock(file)) return await work();
    const errors: LockErrors = {
      held: (lock, holder) =>
        new PkgError('PKG_CREDENTIALS_FAILED', `the lock ${printable(lock)} is held by ${holder}`, {
          at: { file },
          hints: ['remove that file if no other pkg is running'],
        }),
      failed: (cause, lock) =>
        new PkgError(
          'PKG_CREDENTIALS_FAILED',
          `the lock ${printable(lock)} cannot be taken (${(cause as NodeJS.ErrnoException).code})`,
          { at: { file }, cause },
        ),
    };
    await withFileLock(`${file}.pkg-lock`, work, errors);
  }
}

/** When a JSON Web Token expires, in milliseconds since 1970; 0 for what does not say so. */
function expiryOf(token: string): number {
  const parts = token.split('.');
  if (parts.length !== 3) return 0;
  try {
    const claims: unknown = JSON.parse(Buffer.from(parts[1] ?? '', 'base64url').toString('utf8'));
    const seconds = Number((claims as { exp?: unknown } | null)?.exp);
    return Number.isFinite(seconds) ? seconds * 1000 : 0;
  } catch {
    return 0;
  }
}
