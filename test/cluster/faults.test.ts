/** Faults between pkg and the API server, and signals, in the middle of an operation. */
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect } from 'vitest';
import { install, rollback, uninstall, upgrade } from '../../src/index.ts';
import { PkgError } from '../../src/errors.ts';
import { inParallel } from '../../src/parallel.ts';
import { RUNS } from '../support/generation.ts';
import type { Json } from '../controlplane/client.ts';
import { access, admin, cluster, helmOn, namespace, pkgOn, test } from '../support/cluster.ts';
import type { Run } from '../support/cluster.ts';
import { startProxy } from '../support/proxy.ts';
import type { Fault, ProxiedRequest } from '../support/proxy.ts';
import { chartOf, configMap, deployment, goChartOf, maps, pkg, pkgFails, statuses } from './support.ts';
import { temporaryFolder } from '../support/folders.ts';

const FIRST = chartOf([configMap('a', { v: '1' }), configMap('b', { v: '1' }), configMap('c'), deployment('web')]);
const SECOND = chartOf([
  configMap('b', { v: '2' }),
  configMap('c'),
  configMap('d'),
  deployment('web', { image: 'two' }),
]);
const AFTER_FIRST = { a: { v: '1' }, b: { v: '1' }, c: {} };
const AFTER_SECOND = { b: { v: '2' }, c: {}, d: {} };

/** An apply that is not a dry run, of one of the objects. */
function isWrite({ method, query }: ProxiedRequest): boolean {
  return method === 'PATCH' && !query.has('dryRun');
}

function isRecord({ method, path }: ProxiedRequest): boolean {
  return method === 'POST' && path.endsWith('/secrets');
}

/** Runs a program and sends it a signal when a request of it comes that `when` chooses, which is not answered. */
async function stopped(
  program: 'pkg' | 'helm',
  ns: string,
  args: readonly string[],
  signal: NodeJS.Signals,
  when: (request: ProxiedRequest) => boolean,
): Promise<{ run: Run; seen: number }> {
  let kill: (signal: NodeJS.Signals) => void = () => undefined;
  let done = false;
  const proxy = await startProxy({
    upstream: access(),
    fault: async (request) => {
      if (done || !when(request)) return undefined;
      done = true;
      kill(signal);
      if (signal === 'SIGKILL') return 'hang';
      // The process takes a moment to handle the signal.
      await sleep(1_000);
      return undefined;
    },
  });
  try {
    const runOn = program === 'pkg' ? pkgOn : helmOn;
    const run = await runOn(ns, args, { kubeconfig: proxy.kubeconfig, onStart: (send) => (kill = send) });
    return { run, seen: proxy.requests.length };
  } finally {
    await proxy.close();
  }
}

/** An operation of the library, what it begins from, and what is to be so when it is done. */
type Operation = {
  prepare: (ns: string) => Promise<unknown>;
  run: (ns: string, kubeconfig: string) => Promise<unknown>;
  /** The same given again after a failure; `install` would say that the name is taken. */
  again?: (ns: string) => Promise<unknown>;
  check: (ns: string) => Promise<void>;
};

const release = (ns: string, kubeconfig = cluster().kubeconfig) => ({ name: 'r', namespace: ns, kubeconfig });
const installFirst = (ns: string) => install({ ...release(ns), chart: FIRST });

const OPERATIONS: readonly [name: string, operation: Operation][] = [
  [
    'an install',
    {
      prepare: async () => undefined,
      run: (ns, kubeconfig) => install({ ...release(ns, kubeconfig), chart: FIRST }),
      again: (ns) => upgrade({ ...release(ns), chart: FIRST, install: true }),
      check: (ns) => expectState(ns, AFTER_FIRST, 1),
    },
  ],
  [
    'an upgrade',
    {
      prepare: installFirst,
      run: (ns, kubeconfig) => upgrade({ ...release(ns, kubeconfig), chart: SECOND }),
      check: (ns) => expectState(ns, AFTER_SECOND, 2),
    },
  ],
  [
    'a rollback',
    {
      prepare: async (ns) => {
        await installFirst(ns);
        await upgrade({ ...release(ns), chart: SECOND });
      },
      run: (ns, kubeconfig) => rollback({ ...release(ns, kubeconfig), revision: 1 }),
      check: (ns) => expectState(ns, AFTER_FIRST, 3),
    },
  ],
  [
    'an uninstall',
    {
      prepare: installFirst,
      run: (ns, kubeconfig) => uninstall({ ...release(ns, kubeconfig), ignoreNotFound: true }),
      check: async (ns) => {
        expect([await maps(ns), await records(ns)]).toEqual([{}, {}]);
        const { items } = await admin().get(`/apis/apps/v1/namespaces/${ns}/deployments`);
        expect(items.filter(({ metadata }: Json) => metadata.deletionTimestamp === undefined)).toEqual([]);
      },
    },
  ],
];

/** These ConfigMaps, a Deployment, and one deployed revision, the last; in the end none is pending. */
async function expectState(ns: string, wanted: Record<string, Json>, least: number): Promise<void> {
  expect(await maps(ns)).toEqual(wanted);
  const { items } = await admin().get(`/apis/apps/v1/namespaces/${ns}/deployments`);
  expect(items.map(({ metadata }: Json) => metadata.name)).toEqual(['web']);
  const all = Object.entries(await records(ns)).sort(([a], [b]) => (a < b ? -1 : 1));
  expect(all.length).toBeGreaterThanOrEqual(least);
  expect(all.findIndex(([, status]) => status === 'deployed')).toBe(all.length - 1);
  expect(all.filter(([, status]) => status.startsWith('pending') || status === 'uninstalling')).toEqual([]);
}

describe.each(OPERATIONS)(
  'each request of %s in turn, whichever it is, when it fails,',
  (_, { prepare, run, again, check }) => {
    const FAULTS: readonly Fault[] = [
      { status: 500 },
      { status: 503 },
      { status: 429, retryAfter: 0 },
      'reset',
      'lose-answer',
      'truncate',
    ];

    /** Does it with a fault for requests that `when` chooses; gives what it failed with, and all requests. */
    async function runWith(
      ns: string,
      when: (request: ProxiedRequest, all: readonly ProxiedRequest[]) => Fault | undefined,
    ): Promise<{ error: unknown; requests: readonly ProxiedRequest[] }> {
      await prepare(ns);
      const proxy = await startProxy({ upstream: access(), fault: (request) => when(request, proxy.requests) });
      try {
        const error: unknown = await run(ns, proxy.kubeconfig).then(
          () => undefined,
          (reason: unknown) => reason,
        );
        return { error, requests: [...proxy.requests] };
      } finally {
        await proxy.close();
      }
    }

    async function countOf(): Promise<number> {
      const ns = await namespace();
      const { error, requests } = await runWith(ns, () => undefined);
      expect(error).toBe(undefined);
      await check(ns);
      expect(requests.length).toBeGreaterThan(7);
      return requests.length;
    }

    test('once, is retried', async () => {
      const count = await countOf();
      const each = RUNS > 1 ? FAULTS.length : 2;
      const cases = Array.from({ length: count * each }, (_unused, index) => ({
        number: (index % count) + 1,
        fault: FAULTS[(index + Math.floor(index / count)) % FAULTS.length],
      }));
      await inParallel(cases, 6, async ({ number, fault }) => {
        const ns = await namespace();
        const { error, requests } = await runWith(ns, (request) => (request.number === number ? fault : undefined));
        try {
          if (error !== undefined) throw error;
          await check(ns);
        } catch (cause) {
          throw new Error(`${JSON.stringify(fault)} on ${describeRequest(requests[number - 1])}`, { cause });
        }
      });
    });

    test('for good, gives an error, and the same command succeeds afterwards', async () => {
      const numbers = Array.from({ length: await countOf() }, (_unused, index) => index + 1);
      await inParallel(numbers, 6, async (number) => {
        const ns = await namespace();
        const { error, requests } = await runWith(ns, ({ method, path }, all) => {
          const refused = all[number - 1];
          return refused?.method === method && refused.path === path ? { status: 403 } : undefined;
        });
        try {
          if (error !== undefined) {
            expect(error).toBeInstanceOf(PkgError);
            expect(error).toMatchObject({ code: 'PKG_CLUSTER_FORBIDDEN' });
            expect((error as PkgError).notes.join()).toContain('injected 403');
          }
          // A revision that could not be marked as superseded is not a failure; the next command marks it.
          if (error !== undefined || requests[number - 1]?.method === 'PUT') {
            await (again ?? ((where: string) => run(where, cluster().kubeconfig)))(ns);
          }
          await check(ns);
        } catch (cause) {
          throw new Error(`403 on ${describeRequest(requests[number - 1])}`, { cause });
        }
      });
    });
  },
);

function describeRequest(request: ProxiedRequest | undefined): string {
  return request === undefined ? 'no request' : `request ${request.number} (${request.method} ${request.path})`;
}

/** The statuses of all records of a namespace, as their labels say. */
async function records(ns: string): Promise<Record<string, string>> {
  const { items } = await admin().get(`/api/v1/namespaces/${ns}/secrets?labelSelector=owner%3Dhelm`);
  return Object.fromEntries(
    items.map(({ metadata }: Json) => [`v${metadata.labels.version}`, metadata.labels.status as string]),
  );
}

test('a server that does not answer ends the operation after --timeout', async () => {
  const ns = await namespace();
  const proxy = await startProxy({ upstream: access(), fault: (request) => (isWrite(request) ? 'hang' : undefined) });
  try {
    const begun = Date.now();
    await pkgFails(ns, 'PKG_TIMEOUT', ['install', 'r', FIRST, '--timeout', '15s'], { kubeconfig: proxy.kubeconfig });
    expect(Date.now() - begun).toBeLessThan(60_000);
  } finally {
    await proxy.close();
  }
  expect(await statuses(ns, 'r')).toEqual(['failed']);
  await pkg(ns, 'upgrade', '--install', 'r', FIRST);
  expect(await maps(ns)).toEqual(AFTER_FIRST);
});

test('a timeout below a millisecond is not taken for the default', async () => {
  const ns = await namespace();
  await pkgFails(ns, 'PKG_TIMEOUT', ['install', 'r', FIRST, '--timeout', '1us']);
  expect(await maps(ns)).toEqual({});
});

test('after the timeout, the error and the record say what failed until then', async () => {
  const ns = await namespace();
  const fault = (request: ProxiedRequest): Fault | undefined =>
    isWrite(request) && request.path.endsWith('/configmaps/a') ? { status: 500 } : undefined;
  const proxy = await startProxy({ upstream: access(), fault });
  const why = /not done after 8 seconds: context \S+ failed to patch configmaps "a" in namespace "\S+" \(status 500\)/;
  try {
    const args = ['install', 'r', chartOf([configMap('a')]), '--timeout', '8s'];
    const said = await pkgFails(ns, 'PKG_TIMEOUT', args, { kubeconfig: proxy.kubeconfig });
    expect(said).toMatch(why);
    expect(said).toContain('injected 500');
  } finally {
    await proxy.close();
  }
  expect(await pkg(ns, 'history', 'r')).toMatch(why);
});

test('an install that helm began after an uninstall and did not finish is continued as an install', async () => {
  const ns = await namespace();
  const seed = configMap('seed', {}, { annotations: { 'helm.sh/hook': 'pre-install' } });
  const chart = goChartOf([configMap('a'), seed]);
  await helmOn(ns, ['install', 'r', chart]);
  await helmOn(ns, ['uninstall', 'r', '--keep-history']);
  const path = `/api/v1/namespaces/${ns}/configmaps/seed`;
  await admin().delete(path);
  const { run } = await stopped('helm', ns, ['upgrade', '--install', 'r', chart], 'SIGKILL', isWrite);
  expect(run.status).toBe(null);
  // Helm marks the revision as superseded when it installs the release again.
  expect(await statuses(ns, 'r')).toEqual(['superseded', 'pending-install']);
  expect((await pkgOn(ns, ['upgrade', '--install', 'r', chart, '--take-over'])).status).toBe(0);
  expect((await admin().get(path)).metadata.name).toBe('seed');
  expect(await statuses(ns, 'r')).toEqual(['superseded', 'failed', 'deployed']);
});

describe('kill -9', () => {
  const points: readonly [name: string, when: (request: ProxiedRequest) => boolean][] = [
    ['when the record is about to be written', isRecord],
    ['at the first object', isWrite],
    ['in the middle', (request) => isWrite(request) && request.path.endsWith('/deployments/web')],
    ['at the end', ({ method, path }) => method === 'PUT' && path.includes('/secrets/')],
  ];

  test.each(points)('%s of an install', async (_, when) => {
    const ns = await namespace();
    const { run } = await stopped('pkg', ns, ['install', 'r', FIRST], 'SIGKILL', when);
    expect(run.status).toBe(null);
    const next = await pkgOn(ns, ['upgrade', '--install', 'r', SECOND]);
    expect(next.status).toBe(0);
    if (when !== isRecord) expect(next.stderr).toContain('was left unfinished by a process that is gone');
    expect(await maps(ns)).toEqual(AFTER_SECOND);
    expect(Object.values(await records(ns)).filter((status) => status === 'deployed')).toHaveLength(1);
  });

  test.each([...points, ['at a delete', ({ method }: ProxiedRequest) => method === 'DELETE'] as const])(
    '%s of an upgrade',
    async (_, when) => {
      const ns = await namespace();
      await pkg(ns, 'install', 'r', FIRST);
      const { run } = await stopped('pkg', ns, ['upgrade', 'r', SECOND], 'SIGKILL', when);
      expect(run.status).toBe(null);
      const back = await pkgOn(ns, ['rollback', 'r', '1']);
      expect(back.status).toBe(0);
      expect(await maps(ns)).toEqual(AFTER_FIRST);
      expect(Object.values(await records(ns)).filter((status) => status === 'deployed')).toHaveLength(1);
    },
  );
});

test.each(['SIGINT', 'SIGTERM'] as const)(
  '%s in the middle is recorded, and the next command continues',
  async (signal) => {
    const ns = await namespace();
    const { run } = await stopped('pkg', ns, ['install', 'r', FIRST], signal, isWrite);
    expect(run.stderr).toContain('PKG_INTERRUPTED');
    expect(run.status).toBe(1);
    expect(await statuses(ns, 'r')).toEqual(['failed']);
    await pkg(ns, 'upgrade', '--install', 'r', SECOND);
    expect(await maps(ns)).toEqual(AFTER_SECOND);
    expect(await statuses(ns, 'r')).toEqual(['failed', 'deployed']);
  },
);

test('Ctrl-C in the middle of 300 objects ends the operation without starting another write', async () => {
  const ns = await namespace();
  const objects = Array.from({ length: 300 }, (_, index) => configMap(`c-${index}`, { v: '1' }));
  let writes = 0;
  let told = 0;
  const { run } = await stopped('pkg', ns, ['install', 'r', chartOf(objects)], 'SIGINT', (request) => {
    if (!isWrite(request) || ++writes < 30) return false;
    told = Date.now();
    return true;
  });
  expect(run.stderr).toContain('PKG_INTERRUPTED');
  expect(Date.now() - told).toBeLessThan(20_000);
  expect(Object.keys(await maps(ns)).length).toBeLessThan(300);
  expect(await statuses(ns, 'r')).toEqual(['failed']);
  await pkg(ns, 'upgrade', '--install', 'r', chartOf(objects.slice(0, 250)));
  expect(Object.keys(await maps(ns))).toHaveLength(250);
});

describe('while an upgrade works', () => {
  test.each([
    ['another', ['upgrade', 'r', FIRST]],
    ['an uninstall', ['uninstall', 'r']],
    ['a rollback', ['rollback', 'r', '1']],
    ['an install', ['install', 'r', FIRST]],
  ])('%s names the holder of the release', async (_, args) => {
    const ns = await namespace();
    await pkg(ns, 'install', 'r', FIRST);
    let begin: () => void = () => undefined;
    const begun = new Promise<void>((resolve) => (begin = resolve));
    let release: () => void = () => undefined;
    const released = new Promise<void>((resolve) => (release = resolve));
    const proxy = await startProxy({
      upstream: access(),
      fault: async (request) => {
        if (!isWrite(request)) return undefined;
        begin();
        await released;
        return undefined;
      },
    });
    try {
      const first = pkgOn(ns, ['upgrade', 'r', SECOND], { kubeconfig: proxy.kubeconfig });
      await begun;
      const code = args[0] === 'install' ? 'PKG_RELEASE_EXISTS' : 'PKG_RELEASE_HELD';
      const refused = await pkgFails(ns, code, args);
      if (args[0] !== 'install') expect(refused).toMatch(/works on r revision 2 \(pending-upgrade\): process \d+/);
      const helms = await helmOn(ns, ['upgrade', 'r', goChartOf([configMap('a')])]);
      expect(helms.stderr).toContain('another operation (install/upgrade/rollback) is in progress');
      release();
      expect((await first).status).toBe(0);
    } finally {
      release();
      await proxy.close();
    }
    expect(await maps(ns)).toEqual(AFTER_SECOND);
    expect(await statuses(ns, 'r')).toEqual(['superseded', 'deployed']);
  });

  test('of several at once one wins, and the others report it', async () => {
    const ns = await namespace();
    await pkg(ns, 'install', 'r', FIRST);
    const runs = await Promise.all([SECOND, FIRST, SECOND].map((chart) => pkgOn(ns, ['upgrade', 'r', chart])));
    const lost = runs.filter(({ status }) => status !== 0);
    expect(lost.length).toBeLessThan(3);
    for (const { stderr } of lost) expect(stderr).toMatch(/PKG_RELEASE_HELD|PKG_OBJECT_CONFLICT/);
    const all = Object.values(await records(ns));
    expect(all.filter((status) => status === 'deployed')).toHaveLength(1);
    expect(all.filter((status) => status.startsWith('pending'))).toEqual([]);
  });
});

test('a pending record of helm is refused with its age, and taken over with --take-over', async () => {
  const ns = await namespace();
  const go = goChartOf([configMap('a', { v: '1' }), configMap('b', { v: '1' })]);
  await stopped('helm', ns, ['install', 'r', go], 'SIGKILL', ({ method }) => method === 'PATCH');
  const refused = await pkgFails(ns, 'PKG_RELEASE_PENDING', ['upgrade', '--install', 'r', FIRST]);
  expect(refused).toMatch(/r revision 1 \(pending-install\), begun at \S+Z, \d+ s ago/);
  expect(refused).toContain('--take-over');
  const taken = await pkgOn(ns, ['upgrade', '--install', 'r', FIRST, '--take-over']);
  expect(taken.stderr).toContain('is taken over');
  expect(taken.status).toBe(0);
  expect(await maps(ns)).toEqual(AFTER_FIRST);
  expect(await statuses(ns, 'r')).toEqual(['failed', 'deployed']);
});

test('a record that is too large is an error before anything is applied', async () => {
  const ns = await namespace();
  const noise = Array.from({ length: 900_000 }, (_, index) => Math.imul(index, 2654435761) >>> 24);
  const bytes = Buffer.from(noise.map((byte, index) => byte ^ (((index * index) >>> 7) & 0xff))).toString('base64');
  const chart = chartOf([configMap('a')], { 'noise.txt': `${temporaryFolder()}${bytes}` });
  const fresh = `${ns}-fresh`;
  const stderr = await pkgFails(ns, 'PKG_RECORD_TOO_LARGE', [
    ...['install', 'r', chart, '--namespace', fresh, '--create-namespace'],
  ]);
  expect(stderr).toContain('a Secret holds 1048576');
  expect((await admin().request('GET', `/api/v1/namespaces/${fresh}`)).status).toBe(404);
});
