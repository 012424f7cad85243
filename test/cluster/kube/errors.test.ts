/** Errors about a cluster that cannot be used: what is wrong, where (file, context, address), and a hint. */
import { spawn, spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startPeer } from '../../support/peer.ts';
import type { Peer } from '../../support/peer.ts';

let peer: Peer;
let stranger: Peer;
beforeAll(async () => {
  peer = await startPeer();
  stranger = await startPeer();
});
afterAll(async () => {
  await peer.close();
  await stranger.close();
});

const isolated = spawnSync('unshare', ['-rn', 'true']).status === 0;
const base64 = (text: string): string => Buffer.from(text).toString('base64');

type Case = { user?: object; cluster?: object; args?: string[]; offline?: boolean; code: string; says: RegExp };

/** Made late: the servers are not there yet. */
const CASES: Record<string, () => Case> = {
  'nothing listens': () => ({
    cluster: { server: 'https://127.0.0.1:1' },
    code: 'PKG_CLUSTER_UNREACHABLE',
    says: /context here \(127\.0\.0\.1:1\) cannot be reached: nothing answers there/,
  }),
  'the name of the host is not known': () => ({
    cluster: { server: 'https://api.example.invalid' },
    offline: true,
    code: 'PKG_CLUSTER_UNREACHABLE',
    says: /context here \(api\.example\.invalid\) cannot be reached: the name of the host/,
  }),
  'no network': () => ({
    cluster: { server: 'https://192.0.2.1' },
    offline: true,
    code: 'PKG_CLUSTER_UNREACHABLE',
    says: /the network cannot be reached/,
  }),
  'an authority that did not sign': () => ({
    cluster: { 'certificate-authority-data': base64(stranger.authority.certificate) },
    code: 'PKG_CLUSTER_UNREACHABLE',
    says: /signed by an authority that is not trusted[\s\S]*certificate-authority/,
  }),
  'no authority': () => ({
    cluster: { 'certificate-authority-data': undefined },
    code: 'PKG_CLUSTER_UNREACHABLE',
    says: /signed by an authority that is not trusted/,
  }),
  'a certificate for another name': () => ({
    args: ['--kube-tls-server-name', 'other.test'],
    code: 'PKG_CLUSTER_UNREACHABLE',
    says: /its certificate is for another name[\s\S]*tls-server-name/,
  }),
  'http instead of https': () => ({
    cluster: { server: `http://127.0.0.1:${peer.port}` },
    code: 'PKG_CLUSTER_UNREACHABLE',
    says: /it closed the connection/,
  }),
  'an authority that is not PEM': () => ({
    cluster: { 'certificate-authority-data': base64('hello') },
    code: 'PKG_KUBECONFIG_INVALID',
    says: /holds no certificate/,
  }),
  'an authority whose PEM is broken': () => ({
    cluster: {
      'certificate-authority-data': base64('-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n'),
    },
    code: 'PKG_CLUSTER_UNREACHABLE',
    says: /authority that is not trusted[\s\S]*check `certificate-authority`/,
  }),
  'a client certificate and the key of another': () => ({
    user: {
      'client-certificate-data': base64(peer.authority.certificate),
      'client-key-data': base64(stranger.authority.key),
    },
    code: 'PKG_CREDENTIALS_FAILED',
    says: /client certificate and its key cannot be used/,
  }),
  'a token with a line break': () => ({
    user: { token: 'secret-1\nsecret-2' },
    code: 'PKG_CREDENTIALS_FAILED',
    says: /token of user "someone" has characters that cannot be sent/,
  }),
  'a context that is not there': () => ({
    args: ['--kube-context', 'hree'],
    code: 'PKG_KUBECONFIG_INVALID',
    says: /the context "hree" is in no kubeconfig file[\s\S]*did you mean here\?/,
  }),
};

test.each(Object.keys(CASES))('%s', async (name) => {
  const { user = { token: 't' }, cluster = {}, args = [], offline = false, code, says } = (CASES[name] as () => Case)();
  if (offline && !isolated) return;
  const file = peer.kubeconfig(user, cluster);
  const command = [process.execPath, 'bin/pkg.js', 'list', ...args];
  const [program = '', ...rest] = offline ? ['unshare', '-rn', ...command] : command;
  const before = peer.seen.length;
  const child = spawn(program, rest, {
    env: { PATH: process.env['PATH'], HOME: join(peer.folder, 'home'), KUBECONFIG: file },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  child.stdout.on('data', (chunk: Buffer) => (said += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
  const status = await new Promise((resolve) => child.on('close', resolve));
  expect(status, said).toBe(1);
  expect(said).toMatch(says);
  expect(said).toContain(code);
  expect(said).toContain(file);
  expect(said).toMatch(/hint: /);
  expect(said).not.toMatch(/secret-|PRIVATE KEY|\n\s+at .*:\d+:\d+\)/);
  expect(peer.seen).toHaveLength(before);
});

test('a kubeconfig that is a folder, and one that is not YAML', async () => {
  writeFileSync(join(peer.folder, 'broken'), 'clusters: [');
  for (const [file, says] of [
    [peer.folder, /the kubeconfig file is a folder/],
    [join(peer.folder, 'broken'), /broken:1:12/],
  ] as const) {
    const run = spawnSync(process.execPath, ['bin/pkg.js', 'list', '--kubeconfig', file], { encoding: 'utf8' });
    expect(run.status).toBe(1);
    expect(run.stderr).toMatch(says);
    expect(run.stderr).toContain('PKG_KUBECONFIG_INVALID');
  }
});
