/** Token files that are replaced while pkg runs. */
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import { KubeClient } from '../../../src/cluster/kube/client.ts';
import { startPeer } from '../../support/peer.ts';
import type { Peer } from '../../support/peer.ts';
import { connectionOf } from './support.ts';

let peer: Peer;
let good: string;
let file: string;
const request = { method: 'GET', path: '/version' } as const;

beforeAll(async () => {
  peer = await startPeer({
    serve: ({ headers }, { json }) =>
      headers.authorization === `Bearer ${good}` ? json({}) : json({ message: 'Unauthorized' }, 401),
  });
  file = join(peer.folder, 'token');
});
afterAll(() => peer.close());
afterEach(() => void vi.useRealTimers());

function replace(token: string): void {
  good = token;
  writeFileSync(file, `${token}\n`);
}

async function withClient(work: (client: KubeClient) => Promise<void>, user: object = {}): Promise<void> {
  const client = new KubeClient(connectionOf(peer.kubeconfig({ tokenFile: file, ...user })), {}, {});
  try {
    await work(client);
  } finally {
    client.close();
  }
}

test('the file is read again after a minute, not with every request', async () => {
  vi.useFakeTimers({ toFake: ['Date'] });
  replace('first');
  await withClient(async (client) => {
    await client.request(request);
    // Both are good for a while: the old one is used until its minute is over.
    writeFileSync(file, 'second\n');
    await client.request(request);
    vi.setSystemTime(Date.now() + 61_000);
    good = 'second';
    const before = peer.seen.length;
    await client.request(request);
    expect(peer.seen.slice(before).map(({ headers }) => headers.authorization)).toEqual(['Bearer second']);
  });
});

test('after a refusal the file is read again at once, once for concurrent requests', async () => {
  replace('third');
  await withClient(async (client) => {
    await client.request(request);
    replace('fourth');
    const before = peer.seen.length;
    await Promise.all(Array.from({ length: 10 }, () => client.request(request)));
    const used = peer.seen.slice(before).map(({ headers }) => headers.authorization);
    expect(used.filter((one) => one === 'Bearer fourth')).toHaveLength(10);
  });
});

test('an unchanged token is not sent again after a refusal', async () => {
  replace('fifth');
  good = 'another';
  await withClient(async (client) => {
    const before = peer.seen.length;
    await expect(client.request(request)).rejects.toMatchObject({ code: 'PKG_CLUSTER_UNAUTHORIZED', status: 401 });
    expect(peer.seen).toHaveLength(before + 1);
  });
});

test('while the file is missing for a moment, the token of the kubeconfig or the previous one is used', async () => {
  vi.useFakeTimers({ toFake: ['Date'] });
  replace('sixth');
  await withClient(async (client) => {
    await client.request(request);
    rmSync(file);
    vi.setSystemTime(Date.now() + 61_000);
    expect((await client.request(request)).status).toBe(200);
  });
  good = 'beside';
  await withClient(async (client) => expect((await client.request(request)).status).toBe(200), { token: 'beside' });
  await withClient(
    async (client) =>
      await expect(client.request(request)).rejects.toMatchObject({
        code: 'PKG_CREDENTIALS_FAILED',
        message: expect.stringContaining(file),
      }),
  );
});
