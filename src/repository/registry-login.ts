/**
 * Logins to OCI registries: those of `pkg registry login`, then Docker's, in their files or with the credential
 * helpers that the files name.
 *
 * @see https://docs.docker.com/reference/cli/docker/login/#credential-stores
 */
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { PkgError } from '../errors.ts';
import { printable } from '../errors-text.ts';
import { changeFile } from './change-file.ts';
import type { Tell } from './change-file.ts';
import { FileReadError, readUserFile } from '../read-file.ts';
import { ProgramFailure, runProgram } from '../run-program.ts';
import { compareCodePoints, parseJson, printJson } from '../yaml/json.ts';
import { asObject, getOwn, isJsonObject, textField } from '../yaml/value.ts';
import type { Json, JsonObject } from '../yaml/value.ts';
import type { ConfigPaths } from './paths.ts';

/** A login to a registry; all texts are empty without one. */
export type RegistryLogin = {
  username: string;
  password: string;
  /** An OAuth2 refresh token, used in place of name and password to get tokens. */
  identityToken: string;
  /** A token that is used as it is. */
  registryToken: string;
};

const NO_LOGIN: RegistryLogin = { username: '', password: '', identityToken: '', registryToken: '' };

/**
 * Finds the login for a registry, or for a part of it: one for `HOST/ORG` comes before one for `HOST`.
 *
 * @param host with its port, as in addresses
 * @param path of the chart in the registry
 * @throws {PkgError} `PKG_REPOSITORY_INVALID` for a file that cannot be read, `PKG_CREDENTIALS_FAILED` for a helper
 */
export async function findLogin(
  host: string,
  path: string,
  paths: ConfigPaths,
  env: NodeJS.ProcessEnv,
  tell: Tell,
): Promise<RegistryLogin> {
  const parts = path.split('/').filter((part) => part !== '');
  for (let count = parts.length; count >= 0; count--) {
    const server = serverOf([host, ...parts.slice(0, count)].join('/'));
    for (const file of [paths.registries, paths.docker]) {
      const login = await loginIn(file, server, env, { isPart: count > 0, tell });
      if (Object.values(login).some((text) => text !== '')) return login;
    }
  }
  return NO_LOGIN;
}

/** The key of a registry in the files: that of Docker Hub is the address of its first version. */
function serverOf(name: string): string {
  return /^(?:registry-1\.)?docker\.io$/.test(name) ? 'https://index.docker.io/v1/' : name;
}

/**
 * Stores a login where Helm would store it: with the credential helper that its file names, else in the file itself.
 *
 * @param name `HOST`, or `HOST/PATH` for a part of the registry
 * @param tell called with what is waited for, when another process changes the file
 * @throws {PkgError} as {@link findLogin} does, `PKG_FILE_UNWRITABLE`
 */
export async function saveLogin(
  name: string,
  login: { username: string; password: string },
  paths: ConfigPaths,
  env: NodeJS.ProcessEnv,
  tell: Tell,
): Promise<void> {
  const server = serverOf(name);
  const helper = helperOf(readConfig(paths.registries), server, env);
  const { username, password } = login;
  if (helper !== '') {
    await askHelper(helper, 'store', JSON.stringify({ ServerURL: server, Username: username, Secret: password }), env);
  }
  const auth = helper === '' ? { auth: Buffer.from(`${username}:${password}`).toString('base64') } : {};
  const withLogin = (config: JsonObject): JsonObject => {
    // The helper is written into the file, so that the login is found there later.
    const isNamed = helper === '' || textField(getOwn(config, 'credHelpers'), server) !== '';
    const where = isNamed ? {} : { credsStore: helper };
    return { ...config, ...where, auths: { ...asObject(getOwn(config, 'auths')), [server]: auth } };
  };
  await changeConfig(paths.registries, withLogin, tell);
}

/**
 * Removes a stored login.
 *
 * @returns false where there was none
 * @throws {PkgError} as {@link saveLogin} does
 */
export async function eraseLogin(
  name: string,
  paths: ConfigPaths,
  env: NodeJS.ProcessEnv,
  tell: Tell,
): Promise<boolean> {
  const server = serverOf(name);
  const config = readConfig(paths.registries);
  const helper = helperOf(config, server, env);
  if (helper !== '') await askHelper(helper, 'erase', server, env);
  if (!Object.hasOwn(asObject(getOwn(config, 'auths')) ?? {}, server)) return helper !== '';
  const without = (now: JsonObject): JsonObject => {
    const { [server]: _known, ...auths } = asObject(getOwn(now, 'auths')) ?? {};
    return { ...now, auths };
  };
  await changeConfig(paths.registries, without, tell);
  return true;
}

/** @param change gives the new content of the file */
async function changeConfig(file: string, change: (config: JsonObject) => JsonObject, tell: Tell): Promise<void> {
  const text = (): string => {
    const { auths, ...others } = change(readConfig(file));
    // Helm writes the keys of these two maps in order, so that the file is the same whichever program wrote it.
    return printJson(sortedMap({ ...others, auths: sortedMap(asObject(auths) ?? {}) }), '\t');
  };
  await changeFile(file, text, tell);
}

function sortedMap(map: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(map).sort(([a], [b]) => compareCodePoints(a, b)));
}

/** The credential helper for a server; empty where logins are in the file itself. */
function helperOf(config: JsonObject, server: string, env: NodeJS.ProcessEnv): string {
  const helpers = getOwn(config, 'credHelpers');
  const isConfigured = [helpers, getOwn(config, 'auths')].some(
    (map) => isJsonObject(map) && Object.keys(map).length > 0,
  );
  return textField(helpers, server) || textField(config, 'credsStore') || (isConfigured ? '' : usualHelper(env));
}

/** @param isPart whether `server` has a path: helpers for all servers store logins of whole registries only */
async function loginIn(
  file: string,
  server: string,
  env: NodeJS.ProcessEnv,
  { isPart, tell }: { isPart: boolean; tell: Tell },
): Promise<RegistryLogin> {
  const config = readConfig(file);
  const helper = isPart ? textField(getOwn(config, 'credHelpers'), server) : helperOf(config, server, env);
  if (helper !== '') {
    tell(`asking docker-credential-${printable(helper, 60)} for the login to ${printable(server, 200)}`);
    return loginFrom(await askHelper(helper, 'get', server, env), helper);
  }
  const auths = getOwn(config, 'auths');
  if (!isJsonObject(auths)) return NO_LOGIN;
  const named = Object.keys(auths).find((name) => hostOf(name) === server);
  const key = Object.hasOwn(auths, server) ? server : isPart ? undefined : named;
  return key === undefined ? NO_LOGIN : loginOf(getOwn(auths, key), file);
}

/** The host of a key: old files have addresses (`https://HOST/v1/`) as keys. */
function hostOf(name: string): string {
  return name.replace(/^https?:\/\//, '').replace(/\/.*$/s, '');
}

function loginOf(auth: Json | undefined, file: string): RegistryLogin {
  const login = {
    username: textField(auth, 'username'),
    password: textField(auth, 'password'),
    identityToken: textField(auth, 'identitytoken'),
    registryToken: textField(auth, 'registrytoken'),
  };
  const encoded = textField(auth, 'auth');
  if (encoded === '') return login;
  const [, username, password] = /^([^:]*):(.*)$/s.exec(Buffer.from(encoded, 'base64').toString('utf8')) ?? [];
  if (username === undefined || password === undefined) throw invalid('an `auth` in this file is not a login', file);
  return { ...login, username, password };
}

function readConfig(file: string): JsonObject {
  let text: string;
  try {
    text = readUserFile(file).toString('utf8');
  } catch (cause) {
    if (!(cause instanceof FileReadError)) throw cause;
    if (cause.code === 'ENOENT' || cause.code === 'ENOTDIR') return {};
    throw new PkgError('PKG_FILE_UNREADABLE', `${printable(file)} ${cause.reason}`, {
      hints: ['make it a file that you can read: it holds the logins to registries'],
      cause,
    });
  }
  if (text.trim() === '') return {};
  const config = parseConfig(text, file);
  if (isJsonObject(config)) return config;
  throw invalid('this file with logins to registries is not a JSON object', file);
}

function parseConfig(text: string, file: string): Json {
  try {
    return parseJson(text, file);
  } catch (cause) {
    // The text is not quoted, since it holds secrets.
    throw invalid('this file with logins to registries is not JSON', file, cause);
  }
}

function invalid(message: string, file: string, cause?: unknown): PkgError {
  return new PkgError('PKG_REPOSITORY_INVALID', message, {
    at: { file },
    hints: ['correct it, or remove it and log in again with `pkg registry login`'],
    ...(cause === undefined ? {} : { cause }),
  });
}

/** The usual credential helper of the operating system, if it is installed; else empty. */
function usualHelper(env: NodeJS.ProcessEnv): string {
  const linux = isProgram('pass', env) ? 'pass' : 'secretservice';
  const name = { darwin: 'osxkeychain', linux, win32: 'wincred' }[process.platform as string] ?? '';
  return name !== '' && isProgram(`docker-credential-${name}`, env) ? name : '';
}

function isProgram(name: string, env: NodeJS.ProcessEnv): boolean {
  const file = process.platform === 'win32' ? `${name}.exe` : name;
  return (env['PATH'] ?? '').split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, file), constants.X_OK);
      return folder !== '';
    } catch {
      return false;
    }
  });
}

/** How long a helper may take, in milliseconds: it may ask the user. */
const HELPER_TIME = 30_000;
const MAX_OUTPUT = 1 << 20;

/**
 * Runs a helper.
 *
 * @returns what it prints; undefined where it has no login
 * @see https://github.com/docker/docker-credential-helpers
 */
async function askHelper(
  helper: string,
  action: 'get' | 'store' | 'erase',
  input: string,
  env: NodeJS.ProcessEnv,
): Promise<string | undefined> {
  const program = `docker-credential-${helper}`;
  if (/[/\\]/.test(helper)) throw failed(program, 'has a name that is a path', INSTALL);
  const { status, stdout } = await run(program, action, input, env);
  if (status === 0) return stdout;
  if (stdout.trim() === 'credentials not found in native keychain') return undefined;
  throw failed(
    program,
    stdout.trim() === '' ? `ends with status ${status}` : `fails: ${printable(stdout.trim(), 200)}`,
    RUN_BY_HAND,
  );
}

function loginFrom(printed: string | undefined, helper: string): RegistryLogin {
  if (printed === undefined) return NO_LOGIN;
  let answer: unknown;
  try {
    answer = JSON.parse(printed);
  } catch {
    throw failed(`docker-credential-${helper}`, 'prints something that is not JSON', RUN_BY_HAND);
  }
  const [username, secret] = [textField(answer as Json, 'Username'), textField(answer as Json, 'Secret')];
  return username === '<token>' ? { ...NO_LOGIN, identityToken: secret } : { ...NO_LOGIN, username, password: secret };
}

async function run(
  program: string,
  action: string,
  text: string,
  env: NodeJS.ProcessEnv,
): Promise<{ status: number | string; stdout: string }> {
  try {
    const options = { env, input: { text }, timeout: HELPER_TIME, limit: MAX_OUTPUT };
    const { status, output } = await runProgram(program, [action], options);
    return { status, stdout: output.toString('utf8') };
  } catch (error) {
    if (!(error instanceof ProgramFailure)) throw error;
    if (error.reason === 'timeout') {
      throw failed(program, `gave no answer within ${HELPER_TIME / 1000} seconds`, RUN_BY_HAND);
    }
    if (error.reason !== 'system') throw failed(program, 'prints without end', RUN_BY_HAND);
    const what = error.code === 'ENOENT' ? 'is not installed' : `cannot be started (${error.code})`;
    throw failed(program, what, INSTALL, error);
  }
}

const INSTALL = 'install it, or remove it from credsStore and credHelpers in the file with logins to registries';
const RUN_BY_HAND = 'run it by hand: it reads the name of the registry from standard input with the argument get';

function failed(program: string, what: string, hint: string, cause?: unknown): PkgError {
  return new PkgError('PKG_CREDENTIALS_FAILED', `the credential helper ${printable(program)} ${what}`, {
    hints: [hint],
    ...(cause === undefined ? {} : { cause }),
  });
}
