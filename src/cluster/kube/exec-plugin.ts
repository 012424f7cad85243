/**
 * Exec plugins: a program that prints credentials, by the protocol `client.authentication.k8s.io` (v1, v1beta1).
 *
 * A plugin talks to the user (about a code to enter in a browser, say) on standard error, that of pkg.
 *
 * @see https://kubernetes.io/docs/reference/access-authn-authz/authentication/#client-go-credential-plugins
 */
import { isatty } from 'node:tty';
import { PkgError } from '../../errors.ts';
import { printable } from '../../errors-text.ts';
import type { ClientCertificate } from '../../network/dial.ts';
import { ProgramFailure, runProgram } from '../../run-program.ts';
import type { ProgramResult } from '../../run-program.ts';
import type { JsonObject } from '../../yaml/value.ts';
import type { Connection } from './connection.ts';
import { bearer } from './credential.ts';
import type { Credential } from './credential.ts';
import type { ExecConfig } from './kubeconfig.ts';

/** Time limits of a plugin; one that talks to the user has to wait for them. */
const SILENT_TIMEOUT = 60_000;
const INTERACTIVE_TIMEOUT = 600_000;
const MAX_OUTPUT = 1 << 20;
/**
 * Runs the plugin.
 *
 * @param signal kills it
 * @throws {PkgError} `PKG_CREDENTIALS_FAILED` when it does not exist, fails, hangs, or does not print an ExecCredential
 */
export async function runExecPlugin(
  exec: ExecConfig,
  connection: Connection,
  signal: AbortSignal,
): Promise<Credential> {
  const name = `the exec plugin ${printable(exec.command)}`;
  const interactive = isInteractive(exec, name);
  const output = await run(exec, connection, interactive, name, signal);
  const credential = readCredential(output, exec, name);
  if (credential.certificate !== undefined) await checkCertificate(credential.certificate, name);
  return credential;
}

function isInteractive(exec: ExecConfig, name: string): boolean {
  const terminal = isatty(0);
  if (exec.interactiveMode === 'Always' && !terminal) {
    throw failed(`${name} wants to talk to the user, and standard input is not a terminal`, [
      'run the command in a terminal, or use credentials that need nobody',
    ]);
  }
  return exec.interactiveMode !== 'Never' && terminal;
}

async function run(
  exec: ExecConfig,
  connection: Connection,
  interactive: boolean,
  name: string,
  signal: AbortSignal,
): Promise<string> {
  const env: NodeJS.ProcessEnv = { ...process.env };
  for (const variable of exec.env) env[variable.name] = variable.value;
  env['KUBERNETES_EXEC_INFO'] = JSON.stringify(execInfo(exec, connection, interactive));
  const timeout = interactive ? INTERACTIVE_TIMEOUT : SILENT_TIMEOUT;
  let result: ProgramResult;
  try {
    const input = interactive ? 'inherited' : 'none';
    result = await runProgram(exec.command, exec.args, { env, input, timeout, limit: MAX_OUTPUT, signal });
  } catch (error) {
    if (!(error instanceof ProgramFailure)) throw error;
    if (error.reason !== 'system') {
      const words = {
        timeout: `gave no credentials within ${timeout / 1000} seconds`,
        limit: 'prints without end',
        stopped: 'was stopped',
      };
      throw failed(`${name} ${words[error.reason]}`);
    }
    const what = error.code === 'ENOENT' ? 'is not installed' : `cannot be started (${error.code})`;
    const hint = exec.installHint === '' ? [] : [printable(exec.installHint, 500)];
    throw failed(`${name} ${what}`, [...hint, 'the kubeconfig asks for it to log in to this cluster'], error);
  }
  const { status, output } = result;
  if (status === 0) return output.toString('utf8');
  const how = typeof status === 'number' ? `status ${status}` : status;
  throw failed(`${name} failed with ${how}`, ['see what it printed above']);
}

function execInfo(exec: ExecConfig, connection: Connection, interactive: boolean): JsonObject {
  const spec: JsonObject = { interactive };
  if (exec.provideClusterInfo) {
    const { server, tls, proxyUrl, execConfig } = connection;
    spec['cluster'] = {
      server: serverText(server),
      ...(tls.serverName === '' ? {} : { 'tls-server-name': tls.serverName }),
      ...(tls.insecure ? { 'insecure-skip-tls-verify': true } : {}),
      ...(tls.ca === undefined ? {} : { 'certificate-authority-data': Buffer.from(tls.ca).toString('base64') }),
      ...(proxyUrl === undefined ? {} : { 'proxy-url': serverText(proxyUrl) }),
      config: execConfig ?? null,
    };
  }
  return { kind: 'ExecCredential', apiVersion: exec.apiVersion, spec };
}

/** An address without the slash that URL adds when there is no path. */
function serverText(url: URL): string {
  return url.pathname === '/' ? url.href.replace(/\/$/, '') : url.href;
}

/** Reads an `ExecCredential`. It is a secret, so errors show nothing of it. */
function readCredential(output: string, exec: ExecConfig, name: string): Credential {
  if (output.trim() === '') throw failed(`${name} printed nothing`, ['run it by hand to see what it prints']);
  let answer: unknown;
  try {
    answer = JSON.parse(output);
  } catch (error) {
    throw failed(`${name} printed something that is not JSON`, ['run it by hand to see what it prints'], error);
  }
  const member = (value: unknown, key: string): unknown =>
    typeof value === 'object' && value !== null && Object.hasOwn(value, key)
      ? (value as Record<string, unknown>)[key]
      : undefined;
  if (typeof answer !== 'object' || answer === null || Array.isArray(answer)) {
    throw failed(`${name} printed something that is not an ExecCredential`, ['run it by hand to see what it prints']);
  }
  const version = member(answer, 'apiVersion');
  if (version !== exec.apiVersion || member(answer, 'kind') !== 'ExecCredential') {
    throw failed(
      `${name} printed a ${printable(String(version))} ${printable(String(member(answer, 'kind')))}, and the kubeconfig says ${exec.apiVersion} ExecCredential`,
      ['set `apiVersion` in the kubeconfig to what the plugin speaks'],
    );
  }
  const status = member(answer, 'status');
  const text = (key: string): string => {
    const value = member(status, key) ?? '';
    if (typeof value !== 'string') throw failed(`${name} printed a status whose ${key} is not a string`);
    return value;
  };
  const token = text('token');
  const cert = text('clientCertificateData');
  const key = text('clientKeyData');
  if ((cert === '') !== (key === '')) throw failed(`${name} gave a client certificate or a key, but not both`);
  if (token === '' && cert === '') throw failed(`${name} gave neither a token nor a client certificate`);
  const stamp = text('expirationTimestamp');
  const expires = stamp === '' ? Number.POSITIVE_INFINITY : Date.parse(stamp);
  if (Number.isNaN(expires)) throw failed(`${name} gave an expirationTimestamp that is not a valid time`);
  return {
    authorization: token === '' ? undefined : bearer(token, name),
    certificate: cert === '' ? undefined : { cert, key },
    expires,
  };
}

/** Checks a client certificate here, because the error of a connection could not name the plugin it is from. */
async function checkCertificate(pair: ClientCertificate, name: string): Promise<void> {
  const { createSecureContext } = await import('node:tls');
  try {
    createSecureContext(pair);
  } catch (error) {
    throw failed(`${name} gave a client certificate and a key that cannot be used`, [], error);
  }
}

function failed(message: string, hints: readonly string[] = [], cause?: unknown): PkgError {
  return new PkgError('PKG_CREDENTIALS_FAILED', message, { hints, ...(cause === undefined ? {} : { cause }) });
}
