/** The proxy of the fault tests injects its faults, over HTTP/2 (with helm) and HTTP/1.1. */
import { afterEach, expect } from 'vitest';
import { access, admin, helmOn, kubectlOn, namespace, test } from '../support/cluster.ts';
import { startProxy } from '../support/proxy.ts';
import type { Fault, Proxy, ProxyOptions } from '../support/proxy.ts';

const CHART = 'test/cluster/fixtures/web';
let proxy: Proxy | undefined;
afterEach(() => proxy?.close());

async function before(options: Omit<ProxyOptions, 'upstream'>): Promise<Proxy> {
  proxy = await startProxy({ upstream: access(), ...options });
  return proxy;
}

test.each([
  ['HTTP/2', false],
  ['HTTP/1.1', true],
] as const)('helm and kubectl work through it over %s, and every request is counted', async (protocol, http1Only) => {
  const ns = await namespace();
  const { kubeconfig, requests, counts, forget } = await before({ http1Only });
  const installed = await helmOn(ns, ['install', 'r', CHART, '--wait', '--timeout', '50s'], { kubeconfig });
  expect([installed.status, installed.stderr]).toEqual([0, '']);
  expect(new Set(requests.map((request) => request.protocol))).toEqual(new Set([protocol]));
  expect(counts()).toMatchObject({
    [`PATCH /apis/apps/v1/namespaces/${ns}/deployments/r`]: 1,
    [`POST /api/v1/namespaces/${ns}/secrets`]: 1,
  });

  forget();
  const logs = await kubectlOn(ns, ['logs', 'deployment/r'], { kubeconfig });
  expect(logs.status).toBe(0);
  expect(requests.some(({ path, number }) => path.endsWith('/log') && number > 1)).toBe(true);
});

const onPatch = (fault: Fault) => (request: { method: string }) => (request.method === 'PATCH' ? fault : undefined);

/** How Go says that a connection is gone. */
const CUT = /EOF|connection reset|connection lost|client connection|broken pipe/;

/** What helm says, and whether the object came into being. */
const FAULTS: readonly [string, Fault, RegExp, boolean][] = [
  ['status 500', { status: 500 }, /injected 500/, false],
  ['status 503', { status: 503 }, /injected 503/, false],
  ['reset', 'reset', CUT, false],
  ['lose-answer', 'lose-answer', CUT, true],
];

test.each(FAULTS)('the fault %s reaches helm, over both protocols', async (_name, fault, message, created) => {
  for (const http1Only of [false, true]) {
    const ns = await namespace();
    const { kubeconfig, close } = await before({ http1Only, fault: onPatch(fault) });
    const installed = await helmOn(ns, ['install', 'r', CHART], { kubeconfig });
    expect(installed.status).toBe(1);
    expect(installed.stderr).toMatch(message);
    const { status } = await admin().request('GET', `/apis/apps/v1/namespaces/${ns}/deployments/r`);
    expect(status).toBe(created ? 200 : 404);
    await close();
  }
});

test('429 with Retry-After: helm retries after that time', async () => {
  const ns = await namespace();
  let refused = 0;
  const { kubeconfig, requests } = await before({
    fault: ({ method }) => (method === 'PATCH' && refused++ === 0 ? { status: 429, retryAfter: 1 } : undefined),
  });
  const begun = Date.now();
  const installed = await helmOn(ns, ['install', 'r', CHART], { kubeconfig });
  expect([installed.status, installed.stderr]).toEqual([0, '']);
  expect(Date.now() - begun).toBeGreaterThanOrEqual(1000);
  expect(requests.filter(({ method }) => method === 'PATCH')).toHaveLength(2);
});

test('a body that is cut off, and a request without an end', async () => {
  const ns = await namespace();
  const path = `/api/v1/namespaces/${ns}`;
  const { kubeconfig } = await before({
    fault: (request) => (request.path !== path ? undefined : request.query.has('hang') ? 'hang' : 'truncate'),
  });
  const cut = await kubectlOn(ns, ['get', '--raw', path], { kubeconfig });
  expect(cut.status).toBe(1);
  const hung = await kubectlOn(ns, ['get', '--raw', `${path}?hang`, '--request-timeout', '1s'], { kubeconfig });
  expect(hung.stderr).toMatch(/timeout|deadline/i);
});

test('latency is added to each request', async () => {
  const ns = await namespace();
  const { kubeconfig, requests } = await before({ latency: 200 });
  const begun = Date.now();
  const listed = await helmOn(ns, ['list'], { kubeconfig });
  expect(listed.status).toBe(0);
  expect(requests.length).toBeGreaterThan(0);
  expect(Date.now() - begun).toBeGreaterThanOrEqual(200 * requests.length);
});
