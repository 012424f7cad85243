/**
 * Reads and changes the settings of an `auth-provider` in its kubeconfig, and leaves the rest of the file unchanged.
 */
import { accessSync, constants, realpathSync, statSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { PkgError } from '../../errors.ts';
import { printable } from '../../errors-text.ts';
import { withFileLock } from '../../file-lock.ts';
import type { LockErrors } from '../../file-lock.ts';
import { writeFileAtomic } from '../../files.ts';
import { MAX_USER_FILE, readRegularFile } from '../../read-file.ts';
import { parseYaml } from '../../yaml/read.ts';
import { isMap, valueAt } from '../../yaml/value.ts';
import type { Value, ValuePath } from '../../yaml/value.ts';
import type { OidcLogin } from './connection.ts';
import { loadKubeconfig } from './kubeconfig.ts';

type Settings = Readonly<Record<string, string>>;

/** The settings that tell logins apart. */
const LOGIN = ['idp-issuer-url', 'client-id', 'refresh-token'] as const;

/** The settings in the kubeconfig now; undefined where it cannot be read again, or no longer has this login. */
export function readConfig({ file, user, config }: OidcLogin): Settings | undefined {
  try {
    // A pipe cannot be read twice.
    if (!statSync(file).isFile()) return undefined;
    const found = loadKubeconfig(file, {}).users.get(user)?.authProvider;
    const isSame = (key: string): boolean => found?.config[key] === config[key];
    return found?.name === 'oidc' && isSame('idp-issuer-url') && isSame('client-id') ? found.config : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Writes settings into the kubeconfig. Meanwhile it holds the lock that kubectl and helm take for changing the file.
 * Does nothing where the file by now holds another login, or none: somebody replaced it, or logged in anew.
 *
 * @param login with the settings that the new ones replace
 * @throws {PkgError} `PKG_CREDENTIALS_FAILED` when the file cannot be written, or not without changing more
 */
export async function writeConfig(login: OidcLogin, changes: Settings): Promise<void> {
  const { file } = login;
  const { parseAllDocuments } = await import('../../yaml/document.ts');
  const edit = (text: string, keys: ValuePath): string => {
    const [document, ...others] = parseAllDocuments(text, { uniqueKeys: false });
    if (document === undefined || others.length > 0) throw notEditable(login);
    try {
      for (const [key, value] of Object.entries(changes)) document.setIn([...keys, key], value);
    } catch (cause) {
      // The path leads through a YAML alias.
      throw notEditable(login, cause);
    }
    // A kubeconfig in JSON stays JSON.
    const added = text.startsWith('{') ? 'QUOTE_DOUBLE' : 'PLAIN';
    return document.toString({ lineWidth: 0, defaultKeyType: added, defaultStringType: added });
  };
  const change = (): void => {
    try {
      const path = realpathSync(file);
      const text = readRegularFile(path, MAX_USER_FILE)
        .toString('utf8')
        .replace(/^\uFEFF/, '');
      const before = parseYaml(text, file);
      const keys = findSettings(before, login.user);
      if (!isSameLogin(valueAt(before, keys), login.config)) return;
      const changed = edit(text, keys);
      setSettings(before, keys, changes);
      if (!isDeepStrictEqual(parseYaml(changed, file), before)) throw notEditable(login);
      replaceFile(path, changed);
    } catch (cause) {
      throw notWritten(login, cause);
    }
  };
  const errors: LockErrors = {
    held: (lock, holder) =>
      new PkgError('PKG_CREDENTIALS_FAILED', `the lock ${printable(lock)} is held by ${holder}`, {
        at: { file },
        hints: ['remove that file if no kubectl, helm or pkg is running'],
      }),
    failed: (cause) => notWritten(login, cause),
  };
  if (mayHaveLock(file)) await withFileLock(`${file}.lock`, change, errors);
  else change();
}

/** Can a lock file lie beside the kubeconfig? Not beside a pipe, and not in a folder that may not be written. */
export function mayHaveLock(file: string): boolean {
  try {
    accessSync(dirname(file), constants.W_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}

/** The keys that lead to the settings of a user. */
function findSettings(root: Value, user: string): ValuePath {
  const users = isMap(root) ? root.get('users') : undefined;
  const index = Array.isArray(users) ? users.findIndex((entry) => isMap(entry) && entry.get('name') === user) : -1;
  return ['users', index, 'user', 'auth-provider', 'config'];
}

function isSameLogin(found: Value | undefined, config: Settings): boolean {
  return isMap(found) && LOGIN.every((key) => found.get(key) === config[key]);
}

function setSettings(root: Value, keys: ValuePath, changes: Settings): void {
  const found = valueAt(root, keys);
  if (isMap(found)) for (const [key, value] of Object.entries(changes)) found.set(key, value);
}

/**
 * A file that is mounted by itself, and one in a folder that may not be written, cannot be replaced by another file.
 */
const CANNOT_REPLACE: ReadonlySet<unknown> = new Set(['EACCES', 'EPERM', 'EROFS', 'EBUSY', 'EXDEV']);

/** Writes a file whose owner and mode stay what they are. */
function replaceFile(path: string, text: string): void {
  const { uid, mode } = statSync(path);
  // What `sudo pkg` writes must not come to belong to root.
  if (process.getuid === undefined || process.getuid() === uid) {
    try {
      writeFileAtomic(path, text, mode & 0o777);
      return;
    } catch (error) {
      if (!CANNOT_REPLACE.has(codeOf(error))) throw error;
    }
  }
  writeFileSync(path, text);
}

function notEditable(login: OidcLogin, cause?: unknown): PkgError {
  return new PkgError('PKG_CREDENTIALS_FAILED', 'its YAML cannot be changed without changing more', {
    at: { file: login.file },
    ...(cause === undefined ? {} : { cause }),
  });
}

function notWritten({ file, user }: OidcLogin, cause: unknown): PkgError {
  const code = codeOf(cause);
  const why = typeof code === 'string' && !code.startsWith('PKG_') ? code : (cause as Error).message;
  return new PkgError(
    'PKG_CREDENTIALS_FAILED',
    `the new tokens of the user "${printable(user)}" cannot be written to the kubeconfig: ${printable(why, 200)}`,
    {
      at: { file },
      hints: ['make the file writable, and log in again if its refresh token can be used only once'],
      cause,
    },
  );
}

/** The system's code of an error, or of what caused it. */
function codeOf(error: unknown): unknown {
  const { code, cause } = error as { code?: unknown; cause?: unknown };
  return cause === undefined ? code : codeOf(cause);
}
