/** Discovery of kinds on a real API server: the requests, the cache, and damaged or wrong caches. */
import {
  appendFileSync,
  chmodSync,
  chownSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect } from 'vitest';
import { KubeClient } from '../../src/cluster/kube/client.ts';
import { Discovery } from '../../src/cluster/kube/discovery.ts';
import { access, admin, namespace, pkgOn, test } from '../support/cluster.ts';
import { startPeer } from '../support/peer.ts';
import { startProxy } from '../support/proxy.ts';
import type { Proxy } from '../support/proxy.ts';
import { connectionOf } from './kube/support.ts';
import { crd } from './support.ts';

const CHART = 'test/cluster/fixtures/web';
let proxy: Proxy;
let cache: string;
beforeAll(async () => void (proxy = await startProxy({ upstream: access() })));
afterAll(() => proxy.close());
beforeEach(() => {
  cache = mkdtempSync(join(tmpdir(), 'pkg-discovery-'));
  proxy.forget();
});
afterEach(() => rmSync(cache, { recursive: true, force: true }));

/** Runs pkg with a cache of this test's own. */
function pkg(ns: string, ...args: string[]): ReturnType<typeof pkgOn> {
  return pkgOn(ns, args, { kubeconfig: proxy.kubeconfig, env: { XDG_CACHE_HOME: cache } });
}

/** The requests for discovery since the last look. */
function asked(): string[] {
  const paths = proxy.requests.map(({ path }) => path).filter((path) => /^\/(api|apis)(\/[^/]+){0,2}$/.test(path));
  proxy.forget();
  return paths.filter((path) => path !== '/version').toSorted();
}

const folder = (): string => join(cache, 'kubepkg', 'discovery');
const file = (): string => join(folder(), readdirSync(folder())[0] ?? 'nothing');

test('all kinds are read in two requests, cached for the next commands, and only their owner can read the cache', async () => {
  const ns = await namespace();
  const first = await pkg(ns, 'install', 'r', CHART);
  expect(first.status, first.stderr).toBe(0);
  expect(asked()).toEqual(['/api', '/apis']);
  expect(readdirSync(folder())).toHaveLength(1);
  expect([statSync(folder()).mode & 0o777, statSync(file()).mode & 0o777]).toEqual([0o700, 0o600]);
  expect((await pkg(ns, 'status', 'r')).status).toBe(0);
  expect(await pkg(ns, 'uninstall', 'r')).toMatchObject({ status: 0 });
  expect(asked()).toEqual([]);
});

const isRoot = process.getuid?.() === 0;
const OTHER = 12_345;

/**
 * What makes a file unfit for use, and the same for its folder: whoever wrote it could name kinds that lead elsewhere.
 */
const UNFIT: [string, (path: string) => void][] = [
  ['of a group that may write it', (path) => chmodSync(path, statSync(path).mode | 0o020)],
  ['that all may write', (path) => chmodSync(path, statSync(path).mode | 0o002)],
  ...(isRoot
    ? [['of another owner', (path) => chownSync(path, OTHER, OTHER)] as [string, (path: string) => void]]
    : []),
];

test.each<[string, (path: string) => void]>([
  ...UNFIT,
  ['of more than 32 MiB', (path) => appendFileSync(path, ' '.repeat(33 << 20))],
])('a cache file %s is not used, and is written again', async (_, spoil) => {
  const ns = await namespace();
  expect((await pkg(ns, 'install', 'r', CHART)).status).toBe(0);
  asked();
  spoil(file());
  expect(await pkg(ns, 'upgrade', 'r', CHART)).toMatchObject({ status: 0 });
  expect(asked()).toEqual(['/api', '/apis']);
  const { mode, uid, size } = statSync(file());
  expect([mode & 0o777, uid, size < 32 << 20, readdirSync(folder())]).toEqual([
    0o600,
    process.getuid?.(),
    true,
    [basename(file())],
  ]);
  expect(await pkg(ns, 'uninstall', 'r')).toMatchObject({ status: 0 });
  expect(asked()).toEqual([]);
});

describe.each([
  ['of clusters', folder],
  ['of all caches', () => dirname(folder())],
])('the folder %s', (_, unfit) => {
  test.each(UNFIT)('%s is left alone', async (_name, spoil) => {
    const ns = await namespace();
    expect((await pkg(ns, 'install', 'r', CHART)).status).toBe(0);
    asked();
    writeFileSync(file(), 'what somebody else put there');
    spoil(unfit());
    for (const args of [
      ['upgrade', 'r', CHART],
      ['uninstall', 'r'],
    ]) {
      expect(await pkg(ns, ...args)).toMatchObject({ status: 0 });
      expect(asked()).toEqual(['/api', '/apis']);
    }
    expect([readFileSync(file(), 'utf8'), readdirSync(folder()).length]).toEqual(['what somebody else put there', 1]);
  });
});

test('an old cache is revalidated without sending the kinds again', async () => {
  const ns = await namespace();
  expect((await pkg(ns, 'install', 'r', CHART)).status).toBe(0);
  asked();
  // A mark that only the cache has. Other tests make CRDs meanwhile, but the kinds of /api stay.
  const marked = readFileSync(file(), 'utf8')
    .replace(/"time":\d+/, '"time":1000')
    .replace('"kind":"Binding"', '"kind":"BindingOfTheCache"');
  writeFileSync(file(), marked);
  expect(await pkg(ns, 'uninstall', 'r')).toMatchObject({ status: 0 });
  expect(asked()).toEqual(['/api', '/apis']);
  const after = readFileSync(file(), 'utf8');
  expect(after).toContain('"kind":"BindingOfTheCache"');
  expect(after).not.toContain('"time":1000');
});

const DAMAGE: readonly [string, (text: string) => string][] = [
  ['empty', () => ''],
  ['cut short', (text) => text.slice(0, text.length / 2)],
  ['of another form', () => '{"format":99}'],
  ['JSON of something else', () => '[1,2,3]'],
  ['null', () => 'null'],
  ['without resources', (text) => text.replaceAll('"resources"', '"other"')],
  ['with resources of a wrong kind', (text) => text.replaceAll(/"plural":"[^"]*"/g, '"plural":7')],
  ['with names that are paths', (text) => text.replaceAll(/"plural":"deployments"/g, '"plural":"../../../x"')],
  ['from a time to come', (text) => text.replace(/"time":\d+/, '"time":99999999999999')],
  ['binary', () => '\u0000\u0001\uFFFD'.repeat(100)],
];
test.each(DAMAGE)('a cache file that is %s is ignored', async (_name, damage) => {
  const client = new KubeClient(connectionOf(proxy.kubeconfig), {}, {});
  process.env['XDG_CACHE_HOME'] = cache;
  try {
    await new Discovery(client).refresh();
    writeFileSync(file(), damage(readFileSync(file(), 'utf8')));
    const found = await new Discovery(client).resource('apps/v1', 'Deployment');
    expect(found).toMatchObject({ plural: 'deployments', namespaced: true });
    // It is mended.
    asked();
    expect(await new Discovery(client).resource('apps/v1', 'Deployment')).toEqual(found);
    expect(asked()).toEqual([]);
  } finally {
    delete process.env['XDG_CACHE_HOME'];
    client.close();
  }
});

test('without a writable cache folder nothing is cached', async () => {
  const ns = await namespace();
  writeFileSync(join(cache, 'kubepkg'), 'a file where the folder should be');
  const run = await pkg(ns, 'install', 'r', CHART);
  expect(run.status, run.stderr).toBe(0);
});

test('concurrent commands write one file, and none reads half of it', async () => {
  const ns = await namespace();
  const names = ['a', 'b', 'c'];
  const runs = await Promise.all(names.map((name) => pkg(ns, 'install', name, CHART)));
  expect(runs.map(({ status }) => status)).toEqual(names.map(() => 0));
  expect(readdirSync(folder())).toHaveLength(1);
  expect(JSON.parse(readFileSync(file(), 'utf8'))).toMatchObject({ format: expect.any(Number) });
});

test('a kind that was created after caching is found', async () => {
  const ns = await namespace();
  expect((await pkg(ns, 'install', 'r', CHART)).status).toBe(0);
  const group = `g${Date.now()}.example.test`;
  const path = `/apis/apiextensions.k8s.io/v1/customresourcedefinitions/widgets.${group}`;
  await admin().apply(path, crd('Widget', group));
  try {
    await admin().until(path, (one) =>
      one?.status?.conditions?.some(
        (c: { type: string; status: string }) => c.type === 'Established' && c.status === 'True',
      ),
    );
    await admin().until(`/apis/${group}/v1`, (one) => one?.resources?.length > 0);
    const chart = join(cache, 'chart');
    mkdirSync(join(chart, 'templates'), { recursive: true });
    writeFileSync(join(chart, 'Chart.yaml'), 'apiVersion: v2\nname: widgets\nversion: 1.0.0\nengine: handlebars\n');
    const widget = `apiVersion: ${group}/v1\nkind: Widget\nmetadata:\n  name: one\nspec: {}\n`;
    writeFileSync(join(chart, 'templates', 'widget.yaml'), widget);
    asked();
    const run = await pkg(ns, 'install', 'w', chart);
    expect(run.status, run.stderr).toBe(0);
    expect(asked()).toEqual(['/api', '/apis']);
    expect((await admin().get(`/apis/${group}/v1/namespaces/${ns}/widgets/one`)).kind).toBe('Widget');
    // An unknown kind is reported as such.
    writeFileSync(join(chart, 'templates', 'widget.yaml'), widget.replace('kind: Widget', 'kind: Gadget'));
    const unknown = await pkg(ns, 'install', 'x', chart);
    expect(unknown.status).toBe(1);
    expect(unknown.stderr).toMatch(/PKG_KIND_UNKNOWN/);
  } finally {
    await admin().delete(path);
  }
});

describe('other servers', () => {
  test('a server without aggregated discovery gives the same kinds, with a request for each group', async () => {
    const upstream = access();
    const old = await startProxy({ upstream, accept: 'application/json' });
    const [older, newer] = [old.kubeconfig, proxy.kubeconfig].map(
      (kubeconfig) => new KubeClient(connectionOf(kubeconfig), {}, {}),
    ) as [KubeClient, KubeClient];
    let [one, two] = [new Discovery(older), new Discovery(newer)];
    let versions: readonly string[] = [];
    try {
      // Groups of other tests come and go, and the server updates what it tells both clients one after the other.
      await expect
        .poll(
          async () => {
            process.env['XDG_CACHE_HOME'] = mkdtempSync(join(cache, 'try-'));
            [one, two] = [new Discovery(older), new Discovery(newer)];
            versions = await one.apiVersions();
            return new Set(versions).symmetricDifference(new Set(await two.apiVersions()));
          },
          { timeout: 30_000 },
        )
        .toEqual(new Set());
      expect(versions.length).toBeGreaterThan(50);
      for (const version of versions.filter((name) => name.split('/').length > 1)) {
        const kind = version.split('/').at(-1) as string;
        const apiVersion = version.slice(0, -kind.length - 1);
        expect(await one.resource(apiVersion, kind)).toEqual(await two.resource(apiVersion, kind));
      }
    } finally {
      delete process.env['XDG_CACHE_HOME'];
      older.close();
      newer.close();
      await old.close();
    }
  });

  test.each([true, false])(
    'an API group whose server is down breaks nothing else (aggregated: %s)',
    async (aggregated) => {
      const deployments = { name: 'deployments', kind: 'Deployment', namespaced: true, verbs: ['get'] };
      const group = (name: string, versions: object[]): object => ({ metadata: { name }, versions });
      const peer = await startPeer({
        serve: ({ path }, { json }) => {
          if (path === '/api') {
            json(aggregated ? { kind: 'APIGroupDiscoveryList', items: [] } : { kind: 'APIVersions', versions: [] });
          } else if (path === '/apis' && aggregated) {
            const resources = [
              {
                resource: 'deployments',
                responseKind: { group: 'apps', version: 'v1', kind: 'Deployment' },
                scope: 'Namespaced',
                verbs: ['get'],
              },
            ];
            json({
              kind: 'APIGroupDiscoveryList',
              items: [
                group('metrics.example.test', [{ version: 'v1', freshness: 'Stale' }]),
                group('apps', [{ version: 'v1', resources, freshness: 'Current' }]),
              ],
            });
          } else if (path === '/apis') {
            const versions = (name: string): object => ({
              name,
              versions: [{ groupVersion: `${name}/v1`, version: 'v1' }],
            });
            json({ kind: 'APIGroupList', groups: [versions('metrics.example.test'), versions('apps')] });
          } else if (path === '/apis/apps/v1') {
            json({ kind: 'APIResourceList', groupVersion: 'apps/v1', resources: [deployments] });
          } else json({ kind: 'Status', message: 'the server is currently unable to handle the request' }, 503);
        },
      });
      const client = new KubeClient(connectionOf(peer.kubeconfig()), {}, {});
      process.env['XDG_CACHE_HOME'] = cache;
      try {
        const begun = Date.now();
        const discovery = new Discovery(client);
        expect(await discovery.resource('apps/v1', 'Deployment')).toMatchObject({ plural: 'deployments' });
        // It is not known whether such objects exist, so they must not count as missing.
        await expect(discovery.resource('metrics.example.test/v1', 'PodMetrics')).rejects.toMatchObject({
          code: 'PKG_CLUSTER_FAILED',
          message: expect.stringContaining('metrics.example.test/v1 does not answer'),
          hints: [expect.stringContaining('APIService v1.metrics.example.test')],
        });
        expect(await discovery.resource('other.example.test/v1', 'PodMetrics')).toBeUndefined();
        expect(await discovery.apiVersions()).toContain('metrics.example.test/v1');
        expect(Date.now() - begun).toBeLessThan(10_000);
      } finally {
        delete process.env['XDG_CACHE_HOME'];
        client.close();
        await peer.close();
      }
    },
  );
});
