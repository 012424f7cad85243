/** Logins by OpenID Connect (`auth-provider: oidc`) at a real API server that trusts the issuer, compared with helm. */
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  copyFileSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect } from 'vitest';
import { parse } from 'yaml';
import { createClient, readKubeconfig } from '../controlplane/client.ts';
import type { Client } from '../controlplane/client.ts';
import { startControlPlane, stopControlPlane } from '../controlplane/controlplane.ts';
import type { State } from '../controlplane/controlplane.ts';
import { helmOn, pkgOn, test } from '../support/cluster.ts';
import type { Run } from '../support/cluster.ts';
import { USUAL, settingsOf, startIssuer } from '../support/oidc-issuer.ts';
import type { Issuer } from '../support/oidc-issuer.ts';

let issuer: Issuer;
let state: State;
let admin: Client;
let folder: string;

beforeAll(async () => {
  issuer = await startIssuer('jane');
  folder = mkdtempSync(join(tmpdir(), 'pkg-oidc-'));
  writeFileSync(join(folder, 'issuer.crt'), issuer.ca);
  state = await startControlPlane({
    apiserver: [
      `--oidc-issuer-url=${issuer.url}`,
      `--oidc-client-id=${issuer.clientId}`,
      `--oidc-ca-file=${join(folder, 'issuer.crt')}`,
      '--oidc-username-claim=sub',
      '--oidc-username-prefix=oidc:',
    ],
  });
  admin = createClient(readKubeconfig(state.kubeconfig));
  await admin.create('/apis/rbac.authorization.k8s.io/v1/clusterrolebindings', {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRoleBinding',
    metadata: { name: 'jane' },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'cluster-admin' },
    subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: 'oidc:jane' }],
  });
  // Until the API server has the keys of the issuer it accepts no token.
  const file = kubeconfig({ 'id-token': issuer.idToken() });
  for (const deadline = Date.now() + 60_000; (await pkgOn('default', ['list'], { kubeconfig: file })).status !== 0;) {
    if (Date.now() > deadline) throw new Error('the API server does not trust the issuer');
  }
});
afterAll(async () => {
  admin?.close();
  if (state !== undefined) await stopControlPlane(state);
  issuer?.close();
  rmSync(folder, { recursive: true, force: true });
});
beforeEach(() => {
  issuer.rules = { ...USUAL };
  issuer.asked = [];
});

let files = 0;

/** A kubeconfig with a comment, whose user logs in by OIDC with these tokens. */
function kubeconfig(tokens: Record<string, string>): string {
  const file = join(folder, `config-${++files}`);
  const { server, ca } = readKubeconfig(state.kubeconfig);
  const config = {
    'current-context': 'test',
    contexts: [{ name: 'test', context: { cluster: 'test', user: 'jane' } }],
    clusters: [{ name: 'test', cluster: { server, 'certificate-authority-data': Buffer.from(ca).toString('base64') } }],
    users: [
      { name: 'somebody else', user: { token: 'x' } },
      { name: 'jane', user: { 'auth-provider': settingsOf(issuer, tokens) } },
    ],
  };
  writeFileSync(file, `# mine\n${JSON.stringify(config, undefined, 1)}\n`, { mode: 0o600 });
  return file;
}

/** The settings of the login that a kubeconfig has now. */
function settingsIn(file: string): Record<string, string> {
  return parse(readFileSync(file, 'utf8')).users[1].user['auth-provider'].config as Record<string, string>;
}

const list = (file: string): Promise<Run> => pkgOn('default', ['list'], { kubeconfig: file });

test('a valid token is sent without a request to the issuer', async () => {
  const file = kubeconfig({ 'id-token': issuer.idToken(), 'refresh-token': issuer.refreshToken() });
  const before = readFileSync(file, 'utf8');
  expect(await list(file)).toMatchObject({ status: 0, stderr: '' });
  expect(issuer.asked).toEqual([]);
  expect(readFileSync(file, 'utf8')).toBe(before);
});

test('an expired token is refreshed and written back, the rest of the file is unchanged, and helm uses the new token', async () => {
  const file = kubeconfig({ 'id-token': issuer.idToken(-10), 'refresh-token': issuer.refreshToken() });
  chmodSync(file, 0o640);
  const link = join(folder, 'link');
  symlinkSync(file, link);
  const before = parse(readFileSync(file, 'utf8'));
  expect(await list(link)).toMatchObject({ status: 0, stderr: '' });
  expect(issuer.asked).toEqual(['GET /.well-known/openid-configuration', 'POST /token']);
  const after = parse(readFileSync(file, 'utf8'));
  const { 'id-token': idToken, 'refresh-token': refreshToken } = settingsIn(file);
  Object.assign(before.users[1].user['auth-provider'].config, { 'id-token': idToken, 'refresh-token': refreshToken });
  expect(after).toEqual(before);
  expect(readFileSync(file, 'utf8')).toContain('# mine');
  expect(statSync(file).mode & 0o777).toBe(0o640);
  expect(lstatSync(link).isSymbolicLink()).toBe(true);
  expect(readdirSync(folder).filter((name) => /lock|tmp/.test(name))).toEqual([]);
  // Both go on with it: helm after pkg, pkg after helm.
  expect(await helmOn('default', ['list'], { kubeconfig: link })).toMatchObject({ status: 0 });
  expect(issuer.asked).toHaveLength(2);
  writeFileSync(file, readFileSync(file, 'utf8').replace(idToken ?? '', issuer.idToken(-10)));
  expect(await helmOn('default', ['list'], { kubeconfig: file })).toMatchObject({ status: 0 });
  expect(await list(file)).toMatchObject({ status: 0, stderr: '' });
  expect(issuer.usedTwice()).toBe(0);
});

test('concurrent commands take turns: a refresh token for one use is sent once', async () => {
  issuer.rules.delay = 500;
  const file = kubeconfig({ 'id-token': issuer.idToken(-10), 'refresh-token': issuer.refreshToken() });
  const runs = await Promise.all(Array.from({ length: 6 }, () => list(file)));
  expect(runs.map(({ status, stderr }) => ({ status, stderr }))).toEqual(
    Array.from({ length: 6 }, () => ({ status: 0, stderr: '' })),
  );
  expect(issuer.asked.filter((one) => one === 'POST /token')).toHaveLength(1);
  expect(issuer.usedTwice()).toBe(0);
});

test('a command that is killed while it refreshes does not block others', async () => {
  issuer.rules = { ...USUAL, delay: 600_000, rotates: false };
  const file = kubeconfig({ 'refresh-token': issuer.refreshToken() });
  let kill: ((signal: NodeJS.Signals) => void) | undefined;
  const dying = pkgOn('default', ['list'], { kubeconfig: file, onStart: (by) => void (kill = by) });
  await expect.poll(() => issuer.asked, { timeout: 60_000 }).toContain('POST /token');
  kill?.('SIGKILL');
  await dying;
  issuer.rules.delay = 0;
  expect(await list(file)).toMatchObject({ status: 0, stderr: '' });
});

test.each([
  ['of another issuer', (): Record<string, string> => ({ 'idp-issuer-url': 'https://other.test' })],
  ['of somebody else there', (): Record<string, string> => ({ 'refresh-token': issuer.refreshToken() })],
])('a kubeconfig that has a login %s in the meantime is not changed', async (_, changes) => {
  issuer.rules.delay = 500;
  const file = kubeconfig({ 'id-token': issuer.idToken(-10), 'refresh-token': issuer.refreshToken() });
  const running = list(file);
  await expect.poll(() => issuer.asked, { timeout: 60_000 }).toContain('POST /token');
  const other = kubeconfig({ 'refresh-token': 'theirs', ...changes() });
  copyFileSync(other, file);
  expect(await running).toMatchObject({ status: 0, stderr: '' });
  expect(readFileSync(file, 'utf8')).toBe(readFileSync(other, 'utf8'));
});

test('a token that the server refuses before it expires is refreshed once', async () => {
  const wrong = issuer.idToken().replace(/.{20}$/, 'A'.repeat(20));
  const file = kubeconfig({ 'id-token': wrong, 'refresh-token': issuer.refreshToken() });
  expect(await list(file)).toMatchObject({ status: 0, stderr: '' });
  expect(settingsIn(file)['id-token']).not.toBe(wrong);
  // Without a refresh token the answer of the server counts.
  const poor = await list(kubeconfig({ 'id-token': wrong }));
  expect(poor.status).toBe(1);
  expect(poor.stderr).toContain('PKG_CLUSTER_UNAUTHORIZED');
});

test('where the clock of this machine is two hours fast, a token is refreshed once for all requests of a command', async () => {
  const file = kubeconfig({ 'id-token': issuer.idToken(), 'refresh-token': issuer.refreshToken() });
  const fast = 'const { now } = Date; Date.now = () => now() + 7_200_000;';
  const env = { NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(fast)}` };
  const chart = join(folder, 'web');
  mkdirSync(join(chart, 'templates'), { recursive: true });
  writeFileSync(join(chart, 'Chart.yaml'), 'apiVersion: v2\nname: web\nversion: 1.0.0\n');
  const object = 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: fast-clock}\n';
  writeFileSync(join(chart, 'templates', 'object.yaml'), object);
  const installed = await pkgOn('default', ['install', 'fast-clock', chart], { kubeconfig: file, env });
  expect(installed.status, installed.stderr).toBe(0);
  expect(issuer.asked.filter((one) => one === 'POST /token')).toHaveLength(1);
});

describe('a kubeconfig that cannot be written', () => {
  test('works as long as the refresh token does, and then gives an error', async () => {
    issuer.rules.rotates = false;
    const file = kubeconfig({ 'id-token': issuer.idToken(-10), 'refresh-token': issuer.refreshToken() });
    /** A pipe, which not even root writes back to. */
    const listPiped = async (): Promise<Run> => {
      const pipe = `${file}.pipe`;
      execFileSync('mkfifo', [pipe]);
      const writer = spawn('sh', ['-c', `exec cat '${file}' > '${pipe}'`]);
      const [done] = await Promise.all([list(pipe), once(writer, 'close')]);
      rmSync(pipe);
      return done;
    };
    expect(await listPiped()).toMatchObject({ status: 0, stderr: '' });
    issuer.rules.rotates = true;
    const failed = await listPiped();
    expect(failed.status).toBe(1);
    expect(failed.stderr).toContain('PKG_CREDENTIALS_FAILED');
    expect(failed.stderr).toContain('the new tokens of the user "jane" cannot be written to the kubeconfig');
    expect(failed.stderr).not.toContain('refresh/');
  });

  test('because of the lock of a dead process of client-go: the lock is broken', async () => {
    const file = kubeconfig({ 'id-token': issuer.idToken(-10), 'refresh-token': issuer.refreshToken() });
    writeFileSync(`${file}.lock`, '');
    expect(await list(file)).toMatchObject({ status: 0, stderr: '' });
    expect(settingsIn(file)['id-token']).toBeDefined();
  });
});

test('a login without tokens, and one that the issuer refuses, are reported', async () => {
  const none = await list(kubeconfig({ 'id-token': issuer.idToken(-10) }));
  expect(none.stderr).toContain('the ID token of the user "jane" has expired, and there is no refresh token');
  const refused = await list(kubeconfig({ 'refresh-token': 'never given' }));
  expect(refused.stderr).toContain('refuses the refresh token with 400: invalid_grant (the refresh token is not good)');
  expect(refused.stderr).not.toContain('never given');
  expect([none.status, refused.status]).toEqual([1, 1]);
});
