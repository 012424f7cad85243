/** Watches that break: changes are still seen in time, and with few requests. */
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect } from 'vitest';
import { access, admin, namespace, pkgOn, test } from '../support/cluster.ts';
import { startProxy } from '../support/proxy.ts';
import type { Fault, ProxiedRequest, Proxy } from '../support/proxy.ts';
import { chartOf, configMap, deployment, job, pkgFails, statuses } from './support.ts';

function isWatch({ query }: ProxiedRequest): boolean {
  return query.get('watch') === 'true';
}

const CHART = chartOf([
  ...Array.from({ length: 8 }, (_, index) => deployment(`many-${index}`)),
  job('one'),
  configMap('c'),
]);

/** Installs and waits, with a fault for those watches that `when` says. */
async function installWith(
  fault: Fault,
  when: (watches: number) => boolean,
  http1Only = false,
): Promise<{ ns: string; proxy: Proxy }> {
  const ns = await namespace();
  let watches = 0;
  const proxy = await startProxy({
    upstream: access(),
    http1Only,
    fault: (request) => (isWatch(request) && when(++watches) ? fault : undefined),
  });
  try {
    const wait = ['--wait', '--wait-for-jobs', '--timeout', '3m'];
    const { status, stderr } = await pkgOn(ns, ['install', 'r', CHART, ...wait], { kubeconfig: proxy.kubeconfig });
    expect([status, stderr.match(/^Error.*/m)]).toEqual([0, null]);
  } finally {
    await proxy.close();
  }
  const { items } = await admin().get(`/apis/apps/v1/namespaces/${ns}/deployments`);
  expect(items.map((one: { status: { availableReplicas?: number } }) => one.status.availableReplicas)).toEqual(
    Array(8).fill(1),
  );
  expect((await admin().get(`/apis/batch/v1/namespaces/${ns}/jobs/one`)).status.succeeded).toBe(1);
  return { ns, proxy };
}

const FAULTS: readonly Fault[] = ['truncate', 'reset', { status: 410 }, { status: 500 }, { status: 503 }];

// These tests mostly wait, so they run at the same time.
describe.concurrent('a watch that breaks', () => {
  test.each([
    ['HTTP/2', false],
    ['HTTP/1.1', true],
  ] as const)('watches that break are started again, over %s', async (_name, http1Only) => {
    await Promise.all(
      FAULTS.map(async (fault) => {
        const { proxy } = await installWith(fault, (watches) => watches <= 4, http1Only);
        expect(proxy.requests.filter(isWatch).length).toBeLessThan(60);
      }),
    );
  });

  test('if every watch breaks at once or never begins, objects are listed', async () => {
    await Promise.all(
      (['truncate', { status: 500 }, 'hang'] as const).map(async (fault) => {
        const { proxy } = await installWith(fault, () => true);
        expect(proxy.requests.filter(isWatch).length).toBeLessThan(120);
      }),
    );
  });

  test('an unreachable server during a wait is reported, and the wait ends with --timeout', async () => {
    const ns = await namespace();
    let gone = false;
    const proxy = await startProxy({
      upstream: access(),
      fault: async (request) => {
        if (isWatch(request)) {
          gone = true;
          await sleep(500);
        }
        return gone ? 'reset' : undefined;
      },
    });
    const chart = chartOf([deployment('bad', { fails: true })]);
    try {
      const begun = Date.now();
      const args = ['install', 'r', chart, '--wait', '--timeout', '25s'];
      const stderr = await pkgFails(ns, 'PKG_TIMEOUT', args, { kubeconfig: proxy.kubeconfig });
      expect(stderr).toContain('cannot be reached: it closed the connection; what is waited for is not seen meanwhile');
      expect(stderr).toContain('Deployment.apps "bad" is not ready');
      expect(stderr).toMatch(/since then .* cannot be reached/);
      expect(Date.now() - begun).toBeLessThan(90_000);
    } finally {
      await proxy.close();
    }
    // The last write failed, so the next command takes over.
    expect(await statuses(ns, 'r')).toEqual(['pending-install']);
    const next = await pkgOn(ns, ['upgrade', '--install', 'r', chartOf([configMap('c')])]);
    expect(next.stderr).toMatch(/was left unfinished by a process that is gone \(.+\), and is taken over/);
    expect(next.status).toBe(0);
    expect(await statuses(ns, 'r')).toEqual(['failed', 'deployed']);
  });

  test.each([
    ['reads of what is waited for', { status: 429, retryAfter: 1 }, isRead],
    ['reads of what is waited for', { status: 503, retryAfter: 1 }, isRead],
    ['reads of what is waited for', { status: 503 }, isRead],
    ['applies', { status: 429, retryAfter: 1 }, ({ method }: ProxiedRequest) => method === 'PATCH'],
    ['applies', { status: 429, retryAfter: 4 }, ({ method }: ProxiedRequest) => method === 'PATCH'],
  ] as const)('what a server answers to %s until --timeout is said (%o)', async (_, fault, when) => {
    const ns = await namespace();
    const proxy = await startProxy({ upstream: access(), fault: (request) => (when(request) ? fault : undefined) });
    try {
      const chart = chartOf([deployment('web'), configMap('c')]);
      // 6 seconds were too few on a busy machine: once no answer to a read was known at the end.
      const args = ['install', 'r', chart, '--wait', '--timeout', '12s'];
      const stderr = await pkgFails(ns, 'PKG_TIMEOUT', args, { kubeconfig: proxy.kubeconfig });
      const met = `${proxy.requests.filter(when).length} requests met the fault`;
      expect(stderr, met).toMatch(new RegExp(`is too busy to .* \\(status ${fault.status}\\)`));
      expect(stderr).toContain('not done after 12 seconds');
    } finally {
      await proxy.close();
    }
  });
});

/** A read of Deployments after they were written. */
function isRead({ method, path, query }: ProxiedRequest): boolean {
  return method === 'GET' && path.includes('/deployments') && query.has('fieldSelector');
}
