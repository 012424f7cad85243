/**
 * Logins to OCI registries: those of `helm registry login`, then Docker's, in their files or with the credential
 * helpers that the files name.
 *
 * @see https://docs.docker.com/reference/cli/docker/login/#credential-stores
 */
import { spawn } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { PkgError } from '../errors.ts';
import { printable } from '../errors-text.ts';
import { FileReadError, readUserFile } from '../read-file.ts';
import { parseJson } from '../yaml/json.ts';
import { getOwn, isJsonObject, textField } from '../yaml/value.ts';
import type { Json, JsonObject } from '../yaml/value.ts';
import type { ConfigPaths } from './paths.ts';

/** Who one is to a registry; all empty for nobody. */
export type RegistryLogin = {
  username: string;
  password: string;
  /** What is exchanged for tokens, in place of name and password. */
  identityToken: string;
  /** A token that is used as it is. */
  registryToken: string;
};

const NOBODY: RegistryLogin = { username: '', password: '', identityToken: '', registryToken: '' };

/**
 * Finds the login for a registry.
 *
 * @param host with its port, as in addresses
 * @throws {PkgError} `PKG_REPOSITORY_INVALID` for a file that cannot be read, `PKG_CREDENTIALS_FAILED` for a helper
 */
export async function findLogin(host: string, paths: ConfigPaths, env: NodeJS.ProcessEnv): Promise<RegistryLogin> {
  // Docker writes its own registry down under an address of old.
  const server = /^(?:registry-1\.)?docker\.io$/.test(host) ? 'https://index.docker.io/v1/' : host;
  for (const file of [paths.registries, paths.docker]) {
    const login = await loginIn(file, server, env);
    if (Object.values(login).some((text) => text !== '')) return login;
  }
  return NOBODY;
}

async function loginIn(file: string, server: string, env: NodeJS.ProcessEnv): Promise<RegistryLogin> {
  const config = readConfig(file);
  const helpers = getOwn(config, 'credHelpers');
  const auths = getOwn(config, 'auths');
  const isConfigured = [helpers, auths].some((map) => isJsonObject(map) && Object.keys(map).length > 0);
  const store = textField(config, 'credsStore');
  const helper = textField(helpers, server) || store || (isConfigured ? '' : usualHelper(env));
  if (helper !== '') return askHelper(helper, server, env);
  if (!isJsonObject(auths)) return NOBODY;
  const key = Object.hasOwn(auths, server) ? server : Object.keys(auths).find((name) => hostOf(name) === server);
  return key === undefined ? NOBODY : loginOf(getOwn(auths, key), file);
}

/** Old files have addresses for names. */
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
  if (username === undefined || password === undefined) throw invalid('an `auth` in this file is no login', file);
  return { ...login, username, password };
}

function readConfig(file: string): JsonObject {
  let text: string;
  try {
    text = readUserFile(file).toString('utf8');
  } catch (cause) {
    if (!(cause instanceof FileReadError)) throw cause;
    if (cause.code === 'ENOENT' || cause.code === 'ENOTDIR') return {};
    throw new PkgError('PKG_FILE_UNREADABLE', `${printable(file)} ${cause.reason}`, { cause });
  }
  if (text.trim() === '') return {};
  const config = parseConfig(text, file);
  if (isJsonObject(config)) return config;
  throw invalid('this file with logins to registries holds no object', file);
}

function parseConfig(text: string, file: string): Json {
  try {
    return parseJson(text, file);
  } catch (cause) {
    // Nothing of the text is told: it holds secrets.
    throw invalid('this file with logins to registries is not JSON', file, cause);
  }
}

function invalid(message: string, file: string, cause?: unknown): PkgError {
  return new PkgError('PKG_REPOSITORY_INVALID', message, { at: { file }, ...(cause === undefined ? {} : { cause }) });
}

/** The helper of the system, where nothing else is set up and it is there. */
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

const HELPER_TIME = 30_000;
const MAX_OUTPUT = 1 << 20;

/** @see https://github.com/docker/docker-credential-helpers */
async function askHelper(helper: string, server: string, env: NodeJS.ProcessEnv): Promise<RegistryLogin> {
  const program = `docker-credential-${helper}`;
  if (/[/\\]/.test(helper)) throw failed(program, 'has a name that is a path');
  const { status, stdout } = await run(program, server, env);
  if (status !== 0) {
    if (stdout.trim() === 'credentials not found in native keychain') return NOBODY;
    throw failed(program, `fails: ${printable(stdout.trim(), 200)}`);
  }
  let answer: unknown;
  try {
    answer = JSON.parse(stdout);
  } catch {
    throw failed(program, 'prints something that is not JSON');
  }
  const [username, secret] = [textField(answer as Json, 'Username'), textField(answer as Json, 'Secret')];
  return username === '<token>' ? { ...NOBODY, identityToken: secret } : { ...NOBODY, username, password: secret };
}

function run(program: string, input: string, env: NodeJS.ProcessEnv): Promise<{ status: number; stdout: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, ['get'], { env, stdio: ['pipe', 'pipe', 'inherit'], timeout: HELPER_TIME });
    let stdout = '';
    child.stdout.on('data', (chunk: Buffer) => {
      stdout += chunk.toString('utf8');
      if (stdout.length > MAX_OUTPUT) child.kill('SIGKILL');
    });
    child.on('error', (error: NodeJS.ErrnoException) => {
      const what = error.code === 'ENOENT' ? 'is not installed' : `cannot be started (${error.code})`;
      reject(failed(program, what, error));
    });
    child.on('close', (status) => resolve({ status: status ?? -1, stdout }));
    child.stdin.on('error', () => undefined);
    child.stdin.end(input);
  });
}

function failed(program: string, what: string, cause?: unknown): PkgError {
  return new PkgError('PKG_CREDENTIALS_FAILED', `the credential helper ${printable(program)} ${what}`, {
    hints: ['the file with logins to registries names it (credsStore, credHelpers)'],
    ...(cause === undefined ? {} : { cause }),
  });
}
