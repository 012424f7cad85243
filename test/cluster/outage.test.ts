/** A cluster that does not answer for a while, and operations that end although it does not answer. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, vi } from 'vitest';
import { access, namespace, pkgOn, test } from '../support/cluster.ts';
import { startProxy } from '../support/proxy.ts';
import type { Fault, ProxiedRequest } from '../support/proxy.ts';
import { chartOf, configMap, job, maps, pkg, statuses } from './support.ts';
import { temporaryFolder } from '../support/folders.ts';

// These tests mostly wait, so they run at the same time.
vi.setConfig({ maxConcurrency: 12 });

const OUTAGE_MS = 31_000;
const chart = (value: string, count = 40): string =>
  chartOf(Array.from({ length: count }, (_, index) => configMap(`c-${index}`, { value })));
const OLD = chart('old');
const NEW = chart('new');

const isApply = ({ method, path, query }: ProxiedRequest): boolean =>
  method === 'PATCH' && path.includes('/configmaps/') && !query.has('dryRun');
const isOwnRecord = ({ method, path }: ProxiedRequest): boolean => method === 'PUT' && path.endsWith('.r.v2');

describe.concurrent('an upgrade survives an outage of half a minute', () => {
  test.each([
    ['among the objects', 'reset', isApply],
    ['among the objects', { status: 503 }, isApply],
    ['before the record is deployed', 'reset', isOwnRecord],
    ['before the record is deployed', { status: 500 }, isOwnRecord],
    ['before the record is deployed', 'lose-answer', isOwnRecord],
  ] as const)('%s (%o)', async (_, fault, at) => {
    const ns = await namespace();
    await pkg(ns, 'install', 'r', OLD);
    let begun: number | undefined;
    const proxy = await startProxy({
      upstream: access(),
      fault: (request): Fault | undefined => {
        if (begun === undefined && at(request)) begun = performance.now();
        return begun !== undefined && performance.now() - begun < OUTAGE_MS ? fault : undefined;
      },
    });
    try {
      const { status, stderr } = await pkgOn(ns, ['upgrade', 'r', NEW], { kubeconfig: proxy.kubeconfig });
      expect([status, stderr.replaceAll(/^\[\d+\/\d+\] .*\n/gm, '')]).toEqual([0, '']);
    } finally {
      await proxy.close();
    }
    expect(await statuses(ns, 'r')).toEqual(['superseded', 'deployed']);
    expect(Object.values(await maps(ns)).every(({ value }) => value === 'new')).toBe(true);
  });
});

/** How an operation of ten seconds is ended. */
const ENDS: readonly [name: string, args: string[], signal: NodeJS.Signals | undefined, code: string][] = [
  ['--timeout', ['--timeout', '10s'], undefined, 'PKG_TIMEOUT'],
  ['SIGTERM', [], 'SIGTERM', 'PKG_INTERRUPTED'],
];

describe.concurrent.each(ENDS)('%s ends a wait', (_, args, signal, code) => {
  /** Runs an install, which is to end soon after ten seconds. */
  async function expectEnd(ns: string, kubeconfig: string): Promise<string> {
    const begun = performance.now();
    const run = await pkgOn(ns, ['install', 'r', NEW, ...args], {
      kubeconfig,
      onStart: (kill) => {
        if (signal !== undefined) setTimeout(() => kill(signal), 10_000);
      },
    });
    expect(run.stderr).toContain(code);
    expect(run.status).toBe(1);
    expect(performance.now() - begun).toBeLessThan(25_000);
    return run.stderr;
  }

  async function behind(when: (request: ProxiedRequest) => boolean, http1Only = false): Promise<void> {
    const ns = await namespace();
    const fault = (request: ProxiedRequest): Fault | undefined => (when(request) ? 'hang' : undefined);
    const proxy = await startProxy({ upstream: access(), http1Only, fault });
    try {
      await expectEnd(ns, proxy.kubeconfig);
    } finally {
      await proxy.close();
    }
  }

  test('for a connection of HTTP/1.1', () => behind(isApply, true));

  test('for the kinds of a cluster', () => behind(({ path }) => path === '/apis' || path === '/version'));

  test('for a turn after the cluster refused requests', async () => {
    const ns = await namespace();
    let isRefused = false;
    const proxy = await startProxy({
      upstream: access(),
      fault: (request) => {
        if (!isApply(request)) return undefined;
        if (isRefused) return 'hang';
        isRefused = true;
        return { status: 429, retryAfter: 1 };
      },
    });
    try {
      await expectEnd(ns, proxy.kubeconfig);
    } finally {
      await proxy.close();
    }
  });

  test('for a login plugin', async () => {
    const folder = temporaryFolder();
    const path = join(folder, 'kubeconfig');
    const { server, ca } = access();
    const user = {
      exec: {
        apiVersion: 'client.authentication.k8s.io/v1',
        command: 'sleep',
        args: ['600'],
        interactiveMode: 'Never',
      },
    };
    const config = {
      apiVersion: 'v1',
      kind: 'Config',
      'current-context': 'test',
      clusters: [
        { name: 'test', cluster: { server, 'certificate-authority-data': Buffer.from(ca).toString('base64') } },
      ],
      users: [{ name: 'test', user }],
      contexts: [{ name: 'test', context: { cluster: 'test', user: 'test' } }],
    };
    writeFileSync(path, JSON.stringify(config), { mode: 0o600 });
    const said = await expectEnd('default', path);
    if (code === 'PKG_TIMEOUT') expect(said).toContain('the exec plugin sleep has given no credentials yet');
  });
});

describe.concurrent('the last writes of an operation', () => {
  test.each(ENDS)('(hooks and the record) are retried for a while after %s', async (_, args, signal, code) => {
    const ns = await namespace();
    let isGone = false;
    const proxy = await startProxy({ upstream: access(), fault: () => (isGone ? 'reset' : undefined) });
    const hook = { 'helm.sh/hook': 'pre-install', 'helm.sh/hook-delete-policy': 'hook-succeeded,hook-failed' };
    const hooks = [
      ...Array.from({ length: 4 }, (_unused, index) => configMap(`a-${index}`, {}, { annotations: hook })),
      { ...job('b'), metadata: { name: 'b', annotations: hook }, spec: { ...job('b').spec, suspend: true } },
    ];
    const begun = performance.now();
    try {
      const { status, stderr } = await pkgOn(ns, ['install', 'r', chartOf(hooks), ...args], {
        kubeconfig: proxy.kubeconfig,
        onStart: (kill) => {
          setTimeout(() => (isGone = true), 7_000);
          if (signal !== undefined) setTimeout(() => kill(signal), 10_000);
        },
      });
      expect([status, stderr]).toEqual([1, expect.stringContaining(code)]);
      expect(stderr).toContain(
        'r revision 1 (pending-install) could not be recorded as failed, and the next command takes it over',
      );
      // Ten seconds, and half a minute for the last writes.
      expect(performance.now() - begun).toBeLessThan(75_000);
    } finally {
      await proxy.close();
    }
  });
});
