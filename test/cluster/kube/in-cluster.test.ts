/**
 * The connection of a pod. The files that the kubelet mounts are put into a mount namespace, in which the built pkg and
 * kubectl run.
 */
import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { kubectlPath } from '../../support/kubectl.ts';
import { startPeer } from '../../support/peer.ts';
import type { Peer } from '../../support/peer.ts';

const ENTER = 'mount -t tmpfs tmpfs "$(readlink -f /var/run)" && mkdir -p /var/run/secrets/kubernetes.io';
const canMount = spawnSync('unshare', ['-rm', 'sh', '-c', ENTER]).status === 0;

let peer: Peer;
/** Where tests put what is mounted. */
let account: string;

beforeAll(async () => {
  peer = await startPeer({
    serve: (_request, { json }) => json({ kind: 'List', items: [] }),
  });
});
afterAll(() => peer.close());
beforeEach(() => {
  account = join(peer.folder, `account-${peer.seen.length}-${Date.now()}`);
  mkdirSync(account);
  writeFileSync(join(account, 'token'), 'pod-token\n');
  writeFileSync(join(account, 'ca.crt'), peer.authority.certificate);
  writeFileSync(join(account, 'namespace'), 'pods-own');
});

type Run = { status: number | null; stderr: string; seen: { path: string; authorization: string | undefined }[] };

/** Runs a program as in a pod; `before` is done in its mount namespace first. */
async function inPod(command: readonly string[], env: Record<string, string> = {}, before = ':'): Promise<Run> {
  const begun = peer.seen.length;
  const mounted = '/var/run/secrets/kubernetes.io/serviceaccount';
  const script = `${ENTER} && cp -r '${account}' ${mounted} && M=${mounted} && { ${before}; } && exec "$@"`;
  const child = spawn('unshare', ['-rm', 'sh', '-c', script, 'sh', ...command], {
    env: {
      PATH: process.env['PATH'],
      HOME: join(peer.folder, 'nobody'),
      KUBERNETES_SERVICE_HOST: '127.0.0.1',
      KUBERNETES_SERVICE_PORT: String(peer.port),
      ...env,
    },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let stderr = '';
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  const status = await new Promise<number | null>((resolve) => child.on('close', resolve));
  const seen = peer.seen.slice(begun).map(({ path, headers }) => ({ path, authorization: headers.authorization }));
  return { status, stderr, seen };
}

const pkg = (...args: string[]): string[] => [process.execPath, 'bin/pkg.js', ...args];
const kubectl = (...args: string[]): string[] => [kubectlPath(), ...args];

test.skipIf(!canMount)("the pod's account, authority and namespace are used, as kubectl uses them", async () => {
  const ours = await inPod(pkg('list'));
  expect([ours.status, ours.stderr]).toEqual([0, '']);
  expect(ours.seen[0]).toMatchObject({ authorization: 'Bearer pod-token' });
  expect(ours.seen.some(({ path }) => path.startsWith('/api/v1/namespaces/pods-own/secrets'))).toBe(true);
  const theirs = await inPod(kubectl('get', '--raw', '/api/v1'));
  expect(theirs.seen[0]?.authorization).toBe('Bearer pod-token');
});

test.skipIf(!canMount)('flags override it, and a kubeconfig has precedence', async () => {
  const flagged = await inPod(pkg('list', '-n', 'other', '--kube-token', 'flag'));
  expect(flagged.seen.find(({ path }) => path.includes('/secrets'))).toMatchObject({
    path: expect.stringContaining('/namespaces/other/'),
    authorization: 'Bearer flag',
  });
  const file = peer.kubeconfig({ token: 'of-file' });
  const byFile = await inPod(pkg('list'), { KUBECONFIG: file });
  // As with kubectl, a context without a namespace leaves that of the pod.
  expect(byFile.seen.find(({ path }) => path.includes('/secrets'))).toMatchObject({
    path: expect.stringContaining('/namespaces/pods-own/'),
    authorization: 'Bearer of-file',
  });
  const theirs = await inPod(kubectl('get', 'secrets'), { KUBECONFIG: file });
  expect(theirs.seen.every(({ authorization }) => authorization === 'Bearer of-file')).toBe(true);
});

test.skipIf(!canMount)('a pod without an account, and a machine that is not a pod', async () => {
  const without = await inPod(pkg('list'), {}, 'rm -r $M');
  expect(without.status).toBe(1);
  expect(without.stderr).toMatch(/PKG_TARGET_MISSING/);
  const noPod = await inPod(pkg('list'), { KUBERNETES_SERVICE_HOST: '' });
  expect(noPod.stderr).toMatch(/PKG_TARGET_MISSING/);
  expect(noPod.seen).toEqual([]);
});

test.skipIf(!canMount)('the wrong authority, and an empty token', async () => {
  const stranger = await startPeer();
  writeFileSync(join(account, 'ca.crt'), stranger.authority.certificate);
  await stranger.close();
  const untrusted = await inPod(pkg('list'));
  expect(untrusted.stderr).toMatch(/the cluster of this pod .*authority that is not trusted/);
  writeFileSync(join(account, 'ca.crt'), peer.authority.certificate);
  writeFileSync(join(account, 'token'), '');
  const empty = await inPod(pkg('list'));
  expect(empty.stderr).toMatch(/the token file .* is empty/);
  expect(empty.seen).toEqual([]);
});
