/** Lists and answers that never end or are not valid: their sizes are limited, and their content is checked. */
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { KubeClient } from '../../../src/cluster/kube/client.ts';
import { Kubernetes } from '../../../src/cluster/kubernetes.ts';
import { PkgError } from '../../../src/errors.ts';
import { temporaryFolder } from '../../chart/support.ts';
import { rejectionOf } from '../../support/errors.ts';
import { startPeer } from '../../support/peer.ts';
import type { PeerAnswer, PeerRequest } from '../../support/peer.ts';
import { connectionOf } from './support.ts';

// The kinds of these clusters must not be cached for other tests.
const cache = process.env['XDG_CACHE_HOME'];
beforeAll(() => {
  process.env['XDG_CACHE_HOME'] = temporaryFolder();
});
afterAll(() => {
  if (cache === undefined) delete process.env['XDG_CACHE_HOME'];
  else process.env['XDG_CACHE_HOME'] = cache;
});

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close();
});

/** A cluster whose server answers as a test says. */
async function clusterOf(
  serve: (request: PeerRequest, answer: PeerAnswer) => void,
  http1Only = false,
): Promise<Kubernetes> {
  const peer = await startPeer({ serve, http1Only });
  closing.push(() => peer.close());
  const cluster = new Kubernetes(new KubeClient(connectionOf(peer.kubeconfig()), { pause: 1, timeout: 10_000 }, {}));
  closing.push(() => cluster.close());
  return cluster;
}

const secrets = { apiVersion: 'v1', kind: 'Secret', namespace: 'x' };
const secret = (name: string): object => ({ metadata: { name, namespace: 'x' } });

describe('a list', () => {
  test.each([
    ['whose next page is the same again', () => 'same'],
    ['of empty pages without end', (number: number) => `page-${number}`],
  ])('%s ends in an error', async (_name, next) => {
    let pages = 0;
    const cluster = await clusterOf(({ number }, { json }) => {
      pages++;
      json({ kind: 'SecretList', metadata: { continue: next(number) }, items: [] });
    });
    const error = await rejectionOf(cluster.list(secrets), PkgError);
    expect([error.code, error.message]).toEqual([
      'PKG_CLUSTER_FAILED',
      expect.stringContaining('a list that never ends'),
    ]);
    expect(pages).toBeLessThan(1_100);
  });

  test('of ever more pages ends in an error', async () => {
    const items = Array.from({ length: 60_000 }, (_, index) => secret(`s${index}`));
    const cluster = await clusterOf(({ number }, { json }) =>
      json({ kind: 'SecretList', metadata: { continue: `page-${number}` }, items }),
    );
    expect((await rejectionOf(cluster.listMetadata(secrets), PkgError)).message).toContain('a list that never ends');
  });

  test('is read completely, in pages and with 150,000 objects in one page', async () => {
    const pages = [[secret('a')], [], [secret('b'), secret('c')]];
    const cluster = await clusterOf(({ path }, { json }) => {
      const at = Number(new URL(path, 'https://server').searchParams.get('continue') ?? 0);
      const metadata = at + 1 < pages.length ? { continue: String(at + 1) } : {};
      json({ kind: 'SecretList', metadata, items: pages[at] });
    });
    expect((await cluster.list(secrets)).map(({ metadata }) => metadata.name)).toEqual(['a', 'b', 'c']);
    const many = await clusterOf((_request, { json }) =>
      json({ kind: 'SecretList', metadata: {}, items: Array.from({ length: 150_000 }, (_, n) => secret(`s${n}`)) }),
    );
    expect(await many.list(secrets)).toHaveLength(150_000);
  });
});

describe('an object', () => {
  const ref = { ...secrets, name: 'a' };
  const whole = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'a', namespace: 'x', uid: 'u' } };
  const { metadata } = whole;

  test.each([
    ['{}', {}],
    ['[]', []],
    ['null', null],
    ['a text', 'x'],
    ['without metadata', { ...whole, metadata: undefined }],
    ['whose metadata is null', { ...whole, metadata: null }],
    ['whose name is a map', { ...whole, metadata: { ...metadata, name: {} } }],
    ['whose name is another', { ...whole, metadata: { ...metadata, name: 'b' } }],
    ['of another namespace', { ...whole, metadata: { ...metadata, namespace: 'y' } }],
    ['of another kind', { ...whole, kind: 'ConfigMap' }],
    ['whose uid is a number', { ...whole, metadata: { ...metadata, uid: 7 } }],
    ['whose labels are a list', { ...whole, metadata: { ...metadata, labels: ['a'] } }],
    ['whose annotations hold a map', { ...whole, metadata: { ...metadata, annotations: { a: {} } } }],
  ])('that is answered with one %s is an error, neither another object nor none', async (_name, body) => {
    const cluster = await clusterOf((_request, { json }) => json(body));
    for (const ask of [cluster.get(ref), cluster.getMany([ref]), cluster.existing([ref])]) {
      expect((await rejectionOf(ask, PkgError)).code).toBe('PKG_CLUSTER_FAILED');
    }
    const listed = await clusterOf((_request, { json }) => json({ kind: 'SecretList', metadata: {}, items: [body] }));
    const isWhole = _name.startsWith('whose name is another') || _name.startsWith('of another');
    if (!isWhole) expect((await rejectionOf(listed.list(secrets), PkgError)).code).toBe('PKG_CLUSTER_FAILED');
  });

  test('that is valid is read', async () => {
    const cluster = await clusterOf((_request, { json }) => json(whole));
    expect(await cluster.get(ref)).toEqual(whole);
  });
});

test.each([[{}], [{ kind: 'APIGroupDiscoveryList' }], [{ kind: 'constructor' }], [[]], ['x']])(
  'a wrong discovery answer to %j is an error, not a cluster without kinds',
  async (body) => {
    const cluster = await clusterOf((_request, { json }) => json(body));
    expect((await rejectionOf(cluster.discovery.apiVersions(), PkgError)).code).toBe('PKG_CLUSTER_FAILED');
  },
);

test('groups, versions and kinds with unsafe names are ignored', async () => {
  const version = (name: string, resource: string, kind: string): object => ({
    version: name,
    resources: [{ resource, responseKind: { kind }, scope: 'Namespaced', verbs: ['get'] }],
  });
  const versions = [
    version('v1', 'things', 'Thing'),
    version('../../api/v1', 'things', 'Away'),
    version('%zz', 'things', 'Broken'),
    version('v2', '../secrets', 'Above'),
    version('v3', 'things', '\u001b[2J'),
  ];
  const cluster = await clusterOf((_request, { json }) =>
    json({ kind: 'APIGroupDiscoveryList', items: [{ metadata: { name: 'example.test' }, versions }] }),
  );
  const told = await cluster.discovery.apiVersions();
  expect(told).toEqual(['example.test/v1', 'example.test/v2', 'example.test/v3', 'example.test/v1/Thing']);
});

test('an unrequested change of protocol over HTTP/1.1 ends the request', async () => {
  const cluster = await clusterOf((_request, { response }) => {
    const { socket } = response as unknown as { socket: { write: (text: string) => void } };
    socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n');
  }, true);
  const error = await rejectionOf(cluster.get({ ...secrets, name: 'a' }), PkgError);
  expect([error.code, error.message]).toEqual(['PKG_CLUSTER_UNREACHABLE', expect.stringContaining('another protocol')]);
});
