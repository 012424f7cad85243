/** Authentication: who pkg is for a real API server, by each way to log in, and the errors when access is denied. */
import { createSign } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect } from 'vitest';
import { KubeClient } from '../../src/cluster/kube/client.ts';
import { createAuthority } from '../controlplane/certificates.ts';
import type { Json } from '../controlplane/client.ts';
import { access, admin, cluster, helmOn, namespace, pkgOn, test } from '../support/cluster.ts';
import { connectionOf } from './kube/support.ts';

const CHART = 'test/cluster/fixtures/web';
let folder: string;
beforeAll(() => void (folder = mkdtempSync(join(tmpdir(), 'pkg-auth-'))));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

let files = 0;

/** A kubeconfig of the test's cluster; paths in it are relative to {@link folder}. */
function kubeconfig(user: object, clusterFields: object = {}): string {
  const file = join(folder, `config-${++files}`);
  const { server, ca } = access();
  const config = {
    'current-context': 'test',
    clusters: [
      {
        name: 'test',
        cluster: { server, 'certificate-authority-data': Buffer.from(ca).toString('base64'), ...clusterFields },
      },
    ],
    users: [{ name: 'tester', user }],
    contexts: [{ name: 'test', context: { cluster: 'test', user: 'tester' } }],
  };
  writeFileSync(file, JSON.stringify(config), { mode: 0o600 });
  return file;
}

type UserInfo = { username: string; groups: string[]; uid?: string; extra?: Record<string, string[]> };

/** Asks the API server who asks. */
async function whoAmI(client: KubeClient): Promise<UserInfo> {
  const { body } = await client.request({
    method: 'POST',
    path: '/apis/authentication.k8s.io/v1/selfsubjectreviews',
    body: { apiVersion: 'authentication.k8s.io/v1', kind: 'SelfSubjectReview' },
  });
  return (body as Json).status.userInfo as UserInfo;
}

async function whoIs(file: string): Promise<UserInfo> {
  const client = new KubeClient(connectionOf(file), {}, {});
  try {
    return await whoAmI(client);
  } finally {
    client.close();
  }
}

/** Creates a service account with a token. */
async function account(ns: string, name: string): Promise<{ token: string; username: string }> {
  const accounts = `/api/v1/namespaces/${ns}/serviceaccounts`;
  await admin().create(accounts, { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name } });
  const answer = await admin().create(`${accounts}/${name}/token`, {
    apiVersion: 'authentication.k8s.io/v1',
    kind: 'TokenRequest',
    spec: { expirationSeconds: 3600 },
  });
  return { token: answer.status.token as string, username: `system:serviceaccount:${ns}:${name}` };
}

/** An exec plugin that prints one status after the other. */
function plugin(...statuses: object[]): object {
  const command = join(folder, `plugin-${++files}`);
  statuses.forEach((status, index) => {
    const credential = { kind: 'ExecCredential', apiVersion: 'client.authentication.k8s.io/v1', status };
    writeFileSync(`${command}.${index + 1}`, JSON.stringify(credential));
  });
  writeFileSync(command, `#!/bin/sh\necho x >> "$0.runs"\ncat "$0.$(wc -l < "$0.runs" | tr -d ' ')"\n`, {
    mode: 0o755,
  });
  return { apiVersion: 'client.authentication.k8s.io/v1', command, interactiveMode: 'Never' };
}

describe('ways to log in', () => {
  test('client certificates, as data and as files beside the kubeconfig', async () => {
    const { certificate, key } = access();
    writeFileSync(join(folder, 'client.crt'), certificate);
    writeFileSync(join(folder, 'client.key'), key);
    writeFileSync(join(folder, 'ca.crt'), access().ca);
    const base64 = (text: string): string => Buffer.from(text).toString('base64');
    const byData = await whoIs(
      kubeconfig({ 'client-certificate-data': base64(certificate), 'client-key-data': base64(key) }),
    );
    const byFile = await whoIs(
      kubeconfig(
        { 'client-certificate': 'client.crt', 'client-key': 'client.key' },
        { 'certificate-authority-data': undefined, 'certificate-authority': 'ca.crt' },
      ),
    );
    expect(byData.groups).toContain('system:masters');
    expect(byFile.username).toBe(byData.username);
  });

  test('a client certificate in files that are replaced while pkg runs', async () => {
    const { certificate, key } = access();
    const stranger = await (await createAuthority()).client('somebody', ['system:masters']);
    const write = (cert: string, ownKey: string): void => {
      writeFileSync(join(folder, 'rotated.crt'), cert);
      writeFileSync(join(folder, 'rotated.key'), ownKey);
    };
    write(stranger.certificate, stranger.key);
    const file = kubeconfig({ 'client-certificate': 'rotated.crt', 'client-key': 'rotated.key' });
    const client = new KubeClient(connectionOf(file), {}, {});
    const refused = { code: 'PKG_CLUSTER_UNAUTHORIZED' };
    await expect(whoAmI(client)).rejects.toMatchObject(refused);
    // Only half is replaced: the certificate is new, and its key is still missing.
    write(certificate, stranger.key);
    await expect(whoAmI(client)).rejects.toMatchObject(refused);
    write(certificate, key);
    expect((await whoAmI(client)).groups).toContain('system:masters');
    client.close();
  });

  test('tokens, fixed and from a file that is replaced while pkg runs', async () => {
    const ns = await namespace();
    const { token, username } = await account(ns, 'one');
    expect((await whoIs(kubeconfig({ token }))).username).toBe(username);
    writeFileSync(join(folder, 'token'), `${expired(token)}\n`);
    const client = new KubeClient(connectionOf(kubeconfig({ tokenFile: 'token' })), {}, {});
    await expect(whoAmI(client)).rejects.toMatchObject({ code: 'PKG_CLUSTER_UNAUTHORIZED' });
    writeFileSync(join(folder, 'token'), `${token}\n`);
    expect((await whoAmI(client)).username).toBe(username);
    client.close();
  });

  test('exec plugins that give a token, another token after a refusal, and a certificate', async () => {
    const ns = await namespace();
    const { token, username } = await account(ns, 'one');
    expect((await whoIs(kubeconfig({ exec: plugin({ token }) }))).username).toBe(username);
    const renewed = kubeconfig({ exec: plugin({ token: expired(token) }, { token }) });
    expect((await whoIs(renewed)).username).toBe(username);
    const { certificate, key } = access();
    const byCertificate = await whoIs(
      kubeconfig({ exec: plugin({ clientCertificateData: certificate, clientKeyData: key }) }),
    );
    expect(byCertificate.groups).toContain('system:masters');
  });

  test('exec plugins that give another kind of credential, or that of another user', async () => {
    const ns = await namespace();
    const { token, username } = await account(ns, 'one');
    const { certificate, key } = access();
    const good = { clientCertificateData: certificate, clientKeyData: key };
    const stranger = await (await createAuthority()).client('somebody', ['system:masters']);
    const bad = { clientCertificateData: stranger.certificate, clientKeyData: stranger.key };
    const afterToken = await whoIs(kubeconfig({ exec: plugin({ token: expired(token) }, good) }));
    expect(afterToken.groups).toContain('system:masters');
    expect((await whoIs(kubeconfig({ exec: plugin(bad, { token }) }))).username).toBe(username);
    expect((await whoIs(kubeconfig({ exec: plugin(bad, good) }))).groups).toContain('system:masters');
  });

  test('an exec plugin that gives a token until it expires, and then a certificate', async () => {
    const { token, username } = await account(await namespace(), 'one');
    const { certificate, key } = access();
    const soon = new Date(Date.now() + 2_000).toISOString();
    const exec = plugin(
      { token, expirationTimestamp: soon },
      { clientCertificateData: certificate, clientKeyData: key },
    );
    const client = new KubeClient(connectionOf(kubeconfig({ exec })), {}, {});
    expect((await whoAmI(client)).username).toBe(username);
    // Credentials are used for ten seconds at least. The connection, which is still open, has no client certificate.
    await sleep(11_000);
    expect((await whoAmI(client)).groups).toContain('system:masters');
    client.close();
  });

  test('impersonation: user, groups, uid and extra', async () => {
    const { certificate, key } = access();
    const base64 = (text: string): string => Buffer.from(text).toString('base64');
    const file = kubeconfig({
      'client-certificate-data': base64(certificate),
      'client-key-data': base64(key),
      as: 'jané@example.test',
      'as-groups': ['developers', 'system:masters'],
      'as-uid': 'u-1',
      'as-user-extra': { 'example.test/Reason%': ['on call', 'überall'], scopes: ['x'] },
    });
    const info = await whoIs(file);
    expect(info).toMatchObject({ username: 'jané@example.test', uid: 'u-1' });
    expect(info.groups).toEqual(expect.arrayContaining(['developers', 'system:masters']));
    expect(info.extra).toMatchObject({ 'example.test/reason%': ['on call', 'überall'], scopes: ['x'] });
  });
});

describe('users without access', () => {
  test('the error for an expired or unknown token names the user, the cluster and a remedy', async () => {
    const ns = await namespace();
    const { token } = await account(ns, 'late');
    const tokens = [expired(token), 'nonsense'].map((one) => ({ token: one }));
    for (const user of tokens) {
      const file = kubeconfig(user);
      for (const args of [['list'], ['install', 'r', CHART]]) {
        const run = await pkgOn(ns, args, { kubeconfig: file });
        expect(run.status).toBe(1);
        expect(run.stderr).toContain('context test does not accept the credentials of user "tester"');
        expect(run.stderr).toContain('PKG_CLUSTER_UNAUTHORIZED');
        expect(run.stderr).toContain('log in again');
        expect(run.stdout + run.stderr).not.toMatch(/eyJ|nonsense/);
      }
    }
    const helm = await helmOn(ns, ['list'], { kubeconfig: kubeconfig(tokens[0] as object) });
    expect(helm.stderr).toMatch(/provide credentials/);
  });

  test('a password, which the API server ignores, and no credentials: the error names the anonymous user', async () => {
    const ns = await namespace();
    for (const user of [{ username: 'jane', password: 'secret-1' }, {}]) {
      const run = await pkgOn(ns, ['install', 'r', CHART], { kubeconfig: kubeconfig(user) });
      expect(run.status).toBe(1);
      expect(run.stderr).toContain('context test does not accept the credentials of user "tester"');
      expect(run.stderr).toContain('system:anonymous');
      expect(run.stderr).toContain('log in');
      expect(run.stdout + run.stderr).not.toContain('secret-1');
    }
  });

  test('an account without rights: the error names verb, resource and namespace before anything is written', async () => {
    const ns = await namespace();
    const { token, username } = await account(ns, 'weak');
    const file = kubeconfig({ token });
    for (const args of [['list'], ['install', 'r', CHART], ['uninstall', 'r']]) {
      const run = await pkgOn(ns, args, { kubeconfig: file });
      expect(run.status, run.stderr).toBe(1);
      expect(run.stderr).toContain('PKG_CLUSTER_FORBIDDEN');
      expect(run.stderr).toMatch(
        new RegExp(`user "${username}" may not (?:list|get|create|patch) [a-z.]+(?: in namespace "${ns}"|)`),
      );
    }
    const secrets = await admin().get(`/api/v1/namespaces/${ns}/secrets`);
    expect(secrets.items).toEqual([]);
  });

  test('a user with all rights in one namespace can manage releases there', async () => {
    const ns = await namespace();
    const { token } = await account(ns, 'local');
    await admin().create(`/apis/rbac.authorization.k8s.io/v1/namespaces/${ns}/rolebindings`, {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'RoleBinding',
      metadata: { name: 'local' },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'admin' },
      subjects: [{ kind: 'ServiceAccount', name: 'local', namespace: ns }],
    });
    const file = kubeconfig({ token });
    for (const args of [
      ['install', 'r', CHART],
      ['upgrade', 'r', CHART],
      ['rollback', 'r', '1'],
      ['uninstall', 'r'],
    ]) {
      const run = await pkgOn(ns, args, { kubeconfig: file });
      expect([args.join(' '), run.status], run.stderr).toEqual([args.join(' '), 0]);
    }
  });
});

/** The same token, signed by the same key, whose time was over an hour ago. */
function expired(token: string): string {
  const [, payload = ''] = token.split('.');
  const claims = JSON.parse(Buffer.from(payload, 'base64url').toString()) as Json;
  const now = Math.floor(Date.now() / 1000);
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  const header = JSON.parse(Buffer.from(token.split('.')[0] ?? '', 'base64url').toString()) as object;
  const text = `${part(header)}.${part({ ...claims, iat: now - 7200, nbf: now - 7200, exp: now - 3600 })}`;
  const keyFile = join(dirname(cluster().kubeconfig), 'tokens.key');
  expect(existsSync(keyFile)).toBe(true);
  const { alg } = header as { alg: string };
  expect(alg).toBe('ES256');
  const signature = createSign('SHA256')
    .update(text)
    .sign({ key: readFileSync(keyFile, 'utf8'), dsaEncoding: 'ieee-p1363' });
  return `${text}.${signature.toString('base64url')}`;
}
