/** Checks the logins of readers and uploaders. */
import { createHash, timingSafeEqual } from 'node:crypto';
import { Refusal } from './refusal.ts';

/** The login of readers, undefined where anybody may read; and the token for uploads, undefined where uploads are off. */
export type Access = { login: { username: string; password: string } | undefined; token: string | undefined };

/**
 * Checks the login of a request. The token is accepted as a bearer token, and as a password with any name, so that it can
 * be stored in `repositories.yaml`. Who may upload may also read.
 *
 * @throws {Refusal} 401 without a login that is known, 403 for a reader who would upload and where uploads are off
 */
export function checkAccess({ login, token }: Access, authorization: string | undefined, writes: boolean): void {
  const { username, password, bearer } = parse(authorization);
  const isUploader = token !== undefined && [bearer, password].some((given) => isSame(given, token));
  if (isUploader) return;
  const isReader = login !== undefined && isSame(username, login.username) && isSame(password, login.password);
  if (!writes && (login === undefined || isReader)) return;
  if (writes && token === undefined) throw new Refusal(403, 'uploads are off: the server was started without a token');
  if (isReader) throw new Refusal(403, 'this login may read only');
  const scheme = writes ? 'Bearer' : 'Basic';
  throw new Refusal(401, 'a login is needed', { 'www-authenticate': `${scheme} realm="charts"` });
}

type Given = { username?: string; password?: string; bearer?: string };

function parse(authorization = ''): Given {
  const [, scheme = '', value = ''] = /^(basic|bearer) +(\S+)\s*$/i.exec(authorization) ?? [];
  if (scheme.toLowerCase() === 'bearer') return { bearer: value };
  const [, username, password] = /^([^:]*):(.*)$/s.exec(Buffer.from(value, 'base64').toString('utf8')) ?? [];
  return username === undefined || password === undefined ? {} : { username, password };
}

/** Compares in constant time, so that the time does not tell how much of a guess is right. */
function isSame(given: string | undefined, known: string): boolean {
  const [a, b] = [given ?? '', known].map((text) => createHash('sha256').update(text).digest());
  return given !== undefined && a !== undefined && b !== undefined && timingSafeEqual(a, b);
}
