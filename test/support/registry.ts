/**
 * A real OCI registry on loopback that keeps everything in a folder, over TLS or plain: open to all, or with logins by
 * name and password, or by tokens.
 */
import { spawn } from 'node:child_process';
import { createPrivateKey, randomUUID, sign } from 'node:crypto';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer as createHttpsServer } from 'node:https';
import { connect as connectTcp, createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from 'node:tls';
import { hashSync } from 'bcryptjs';
import { createAuthority } from '../controlplane/certificates.ts';
import type { Authority } from '../controlplane/certificates.ts';
import { olderRegistryBinary } from '../registry-2/binary.ts';
import { registryBinary } from '../registry/binary.ts';
import { findProgram } from './go-program.ts';

export const LOGIN = { username: 'ada', password: 'pa:ss wörd' } as const;

/** How clients log in. */
export type RegistryAuth = 'none' | 'basic' | 'token';

export type Registry = {
  /** `127.0.0.1:PORT` */
  host: string;
  /** The file of the authority that signed its certificate. */
  caFile: string;
  /** The requests to the token server, with login and scope; empty without such a server. */
  tokens: { authorization: string | undefined; scopes: string[] }[];
  close: () => Promise<void>;
};

/** The program of Distribution 3; undefined where it cannot be built, which is an error with `CI=true`. */
export function findRegistry(): Promise<string | undefined> {
  return findProgram(registryBinary, 'an OCI registry');
}

/** The programs of Distribution 3 and 2.8, as far as they can be built. */
export async function findRegistries(): Promise<{ name: string; program: string }[]> {
  const programs = [
    { name: 'Distribution 3', program: await findRegistry() },
    { name: 'Distribution 2.8', program: await findProgram(olderRegistryBinary, 'an older OCI registry') },
  ];
  return programs.flatMap(({ name, program }) => (program === undefined ? [] : [{ name, program }]));
}

/** Starts a registry. */
export async function startRegistry(program: string, auth: RegistryAuth = 'none', plain = false): Promise<Registry> {
  const folder = mkdtempSync(join(tmpdir(), 'pkg-registry-'));
  const file = (name: string, text: string): string => {
    writeFileSync(join(folder, name), text);
    return join(folder, name);
  };
  const authority = await createAuthority();
  const shown = await authority.server(['127.0.0.1', 'localhost']);
  const caFile = file('ca.pem', authority.certificate);
  const port = await freePort();
  const tokens: Registry['tokens'] = [];
  const tokenServer = auth === 'token' ? await startTokenServer(authority, tokens) : undefined;
  const checks = {
    none: '',
    basic: `auth: {htpasswd: {realm: test, path: ${file('htpasswd', `${LOGIN.username}:${hashSync(LOGIN.password, 4)}\n`)}}}\n`,
    token: `auth: {token: {realm: "${tokenServer?.url}", service: test, issuer: test, rootcertbundle: ${caFile}}}\n`,
  };
  const tls = `tls: {certificate: ${file('cert.pem', shown.certificate)}, key: ${file('key.pem', shown.key)}}`;
  const config = file(
    'config.yaml',
    `version: 0.1\nlog: {level: error, accesslog: {disabled: true}}\nstorage: {filesystem: {rootdirectory: "${join(folder, 'store')}"}}\n${checks[auth]}` +
      `http: {addr: "127.0.0.1:${port}"${plain ? '' : `, ${tls}`}}\n`,
  );
  // A pipe would fill up and stop the registry where nobody reads it: benchmarks run programs synchronously.
  const log = openSync(file('log', ''), 'a');
  const child = spawn(program, ['serve', config], {
    stdio: ['ignore', 'ignore', log],
    env: { PATH: process.env['PATH'], OTEL_TRACES_EXPORTER: 'none' },
  });
  closeSync(log);
  const ended = new Promise<void>((resolve) => child.on('close', () => resolve()));
  const close = async (): Promise<void> => {
    child.kill();
    tokenServer?.close();
    await ended;
    rmSync(folder, { recursive: true, force: true });
  };
  for (const late = Date.now() + 30_000; !(await answers(port, plain));) {
    if (child.exitCode === null && Date.now() < late) continue;
    const said = readFileSync(join(folder, 'log'), 'utf8');
    await close();
    throw new Error(`the registry did not come up: ${said}`);
  }
  return { host: `127.0.0.1:${port}`, caFile, tokens, close };
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise<void>((resolve) => server.close(() => resolve()));
  return port;
}

/** Does it answer yet? Waits a moment if not. */
function answers(port: number, plain: boolean): Promise<boolean> {
  return new Promise((resolve) => {
    const host = '127.0.0.1';
    const socket = plain ? connectTcp({ host, port }) : connect({ host, port, rejectUnauthorized: false });
    socket.once(plain ? 'connect' : 'secureConnect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => setTimeout(() => resolve(false), 50));
  });
}

/** A token server: tokens for pulling are given to everybody, for pushing only to clients with the login. */
async function startTokenServer(
  authority: Authority,
  asked: Registry['tokens'],
): Promise<{ url: string; close: () => void }> {
  const signer = await authority.server(['tokens']);
  const shown = await authority.server(['127.0.0.1']);
  const chain = [signer.certificate.replace(/-----[^-]*-----|\s/g, '')];
  const basic = `Basic ${Buffer.from(`${LOGIN.username}:${LOGIN.password}`).toString('base64')}`;
  const server = createHttpsServer({ cert: shown.certificate, key: shown.key }, (request, response) => {
    const url = new URL(request.url ?? '', 'https://tokens');
    const { authorization } = request.headers;
    const scopes = url.searchParams.getAll('scope');
    asked.push({ authorization, scopes });
    if (authorization !== basic) {
      response.writeHead(401).end('{}');
      return;
    }
    const access = scopes.map((scope) => {
      const [, type = '', name = '', actions = ''] = /^([^:]*):(.*):([^:]*)$/.exec(scope) ?? [];
      return { type, name, actions: actions.split(',') };
    });
    const now = Math.floor(Date.now() / 1000);
    const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
    const claims = { iss: 'test', aud: 'test', sub: LOGIN.username, nbf: now - 60, iat: now, exp: now + 300 };
    const head = `${part({ typ: 'JWT', alg: 'ES256', x5c: chain })}.${part({ ...claims, jti: randomUUID(), access })}`;
    const key = { key: createPrivateKey(signer.key), dsaEncoding: 'ieee-p1363' } as const;
    response.end(JSON.stringify({ token: `${head}.${sign('sha256', Buffer.from(head), key).toString('base64url')}` }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `https://127.0.0.1:${(server.address() as AddressInfo).port}/token`,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}
