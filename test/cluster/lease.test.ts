/**
 * Who holds a release. A process is suspended in the middle of an operation, another one takes the release over, and
 * the first one wakes up: after that it may change nothing. An independent client checks this.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, vi } from 'vitest';
import { inParallel } from '../../src/parallel.ts';
import type { Json } from '../controlplane/client.ts';
import { access, admin, helmOn, namespace, pkgOn, test } from '../support/cluster.ts';
import type { Run, RunOptions } from '../support/cluster.ts';
import { startProxy } from '../support/proxy.ts';
import { RUNS } from '../support/generation.ts';
import type { Fault, Proxy, ProxiedRequest } from '../support/proxy.ts';
import {
  chartOf,
  configMap,
  deployment,
  goChartOf,
  job,
  maps,
  pkg,
  pkgFails,
  statuses,
  withoutProgress,
} from './support.ts';

// Each waits half a minute and needs little processor time, so they run at the same time.
vi.setConfig({ maxConcurrency: 12 });

const RECORD = /\/secrets\/sh\.helm\.release\.v1\.r\.v\d+$/;

/** A hook of some events. */
function hook(name: string, events: string, object: Json = configMap(name, { by: 'hook' })): Json {
  return { ...object, metadata: { ...object.metadata, name, annotations: { 'helm.sh/hook': events } } };
}

/** Twelve ConfigMaps with this value, and hooks before and after. */
function chart(value: string, more: readonly Json[] = []): string {
  const objects = Array.from({ length: 12 }, (_, index) => configMap(`c-${index}`, { value }));
  return chartOf([
    ...objects,
    hook('before', 'pre-install,pre-upgrade,pre-rollback,pre-delete', configMap('before', { value })),
    hook('after', 'post-install,post-upgrade,post-rollback,post-delete', configMap('after', { value })),
    ...more,
  ]);
}

const OLD = chart('old');
const LOSER = chart('loser');
const WINNER = chart('winner');

/** A pkg whose requests go through a proxy, and that can be sent signals. */
type Running = { proxy: Proxy; kill: (signal: NodeJS.Signals) => void; done: Promise<Run> };

/** Starts pkg behind a proxy; `when` sees each request before it goes on, and may keep it or give it a fault. */
async function start(
  ns: string,
  args: readonly string[],
  when: (request: ProxiedRequest, running: () => Running) => Fault | undefined | Promise<Fault | undefined>,
): Promise<Running> {
  const box: { running?: Running } = {};
  const running = (): Running => box.running as Running;
  const proxy = await startProxy({ upstream: access(), fault: (request) => when(request, running) });
  let kill: (signal: NodeJS.Signals) => void = () => undefined;
  const done = pkgOn(ns, args, { kubeconfig: proxy.kubeconfig, onStart: (send) => (kill = send) });
  box.running = { proxy, kill: (signal) => kill(signal), done };
  return box.running;
}

/** Starts pkg and suspends it when the first request comes that `when` chooses; the request itself goes on. */
async function suspended(
  ns: string,
  args: readonly string[],
  when: (request: ProxiedRequest) => boolean,
): Promise<Running> {
  let reached: () => void = () => undefined;
  const point = new Promise<void>((resolve) => (reached = resolve));
  let isOver = false;
  const running = await start(ns, args, (request, self) => {
    if (isOver || !when(request)) return undefined;
    isOver = true;
    self().kill('SIGSTOP');
    reached();
    return undefined;
  });
  const early = await Promise.race([point, running.done]);
  if (early !== undefined) throw new Error(`it ended before it was suspended: ${early.stdout}${early.stderr}`);
  // The answer of that request waits for the process meanwhile.
  await sleep(500);
  return running;
}

/** Everything of a namespace that an operation could have written, with its version. */
async function versions(ns: string): Promise<Record<string, string>> {
  const paths = ['/api/v1', '/apis/apps/v1', '/apis/batch/v1'].flatMap((api, index) =>
    [['configmaps', 'secrets'], ['deployments'], ['jobs']][index]?.map((kind) => `${api}/namespaces/${ns}/${kind}`),
  );
  const lists = await Promise.all(paths.map((path) => admin().get(path as string)));
  return Object.fromEntries(
    lists.flatMap(({ kind, items }) =>
      items
        .filter(({ metadata }: Json) => metadata.name !== 'kube-root-ca.crt')
        .map(({ metadata }: Json) => [`${kind} ${metadata.name} ${metadata.uid}`, metadata.resourceVersion]),
    ),
  );
}

/** The records of operations that have not ended. */
async function openRecords(ns: string): Promise<string[]> {
  const { items } = await admin().get(`/api/v1/namespaces/${ns}/secrets?labelSelector=owner%3Dhelm`);
  const open = items.filter(({ metadata }: Json) => /pending|uninstalling/.test(metadata.labels.status));
  return open.map(({ metadata }: Json) => metadata.name);
}

/** An apply that is not a dry run. */
function isWrite({ method, path, query }: ProxiedRequest): boolean {
  return method === 'PATCH' && !query.has('dryRun') && !RECORD.test(path);
}

function nth(count: number, when: (request: ProxiedRequest) => boolean): (request: ProxiedRequest) => boolean {
  let seen = 0;
  return (request) => when(request) && ++seen === count;
}

const atObject = (): ((request: ProxiedRequest) => boolean) =>
  nth(5, (request) => isWrite(request) && /\/configmaps\/c-\d+$/.test(request.path));
const atRecord = ({ method, path }: ProxiedRequest): boolean => method === 'PUT' && RECORD.test(path);

/** What waits until it is opened. */
function gate(): { opened: Promise<void>; open: () => void } {
  const { promise, resolve } = Promise.withResolvers<void>();
  return { opened: promise, open: resolve };
}

type Scenario = {
  name: string;
  /** What is there before. */
  prepare?: (ns: string) => Promise<unknown>;
  loser: readonly string[];
  at: () => (request: ProxiedRequest) => boolean;
  winner: readonly string[];
  /** The outcome for the loser; without it, the loser gets the error that it lost. */
  says?: RegExp;
  /** What the maps hold in the end. */
  value?: string;
};

const installed = (ns: string): Promise<unknown> => pkg(ns, 'install', 'r', OLD);
const upgraded = async (ns: string): Promise<void> => {
  await pkg(ns, 'install', 'r', LOSER);
  await pkg(ns, 'upgrade', 'r', OLD);
};
const upgradeInstall = ['upgrade', '--install', 'r', WINNER] as const;
const TAKEN = /PKG_RELEASE_TAKEN_OVER/;

const never = deployment('never', { fails: true });
const failing = hook('fails', 'post-install,post-upgrade', job('fails', { fails: true }));
const slow = hook('slow', 'pre-install,pre-upgrade', {
  ...job('slow'),
  spec: { ...job('slow').spec, suspend: true },
});

const SCENARIOS: readonly Scenario[] = [
  { name: 'an install among its objects', loser: ['install', 'r', LOSER], at: atObject, winner: upgradeInstall },
  {
    name: 'an install that would be undone, among its objects',
    loser: ['install', 'r', LOSER, '--rollback-on-failure'],
    at: atObject,
    winner: upgradeInstall,
  },
  {
    name: 'an upgrade among its objects',
    prepare: installed,
    loser: ['upgrade', 'r', LOSER],
    at: atObject,
    winner: upgradeInstall,
  },
  {
    name: 'an upgrade that would be undone, among its objects',
    prepare: installed,
    loser: ['upgrade', 'r', LOSER, '--rollback-on-failure'],
    at: atObject,
    winner: upgradeInstall,
  },
  {
    name: 'an upgrade that waits, with a hook to come',
    prepare: installed,
    loser: ['upgrade', 'r', chart('loser', [never]), '--wait'],
    at: () => (request) => request.query.has('watch') && request.path.endsWith('/deployments'),
    winner: upgradeInstall,
  },
  {
    name: 'an upgrade that waits and would be undone',
    prepare: installed,
    loser: ['upgrade', 'r', chart('loser', [never]), '--rollback-on-failure', '--timeout', '40s'],
    at: () => (request) => request.query.has('watch') && request.path.endsWith('/deployments'),
    winner: upgradeInstall,
  },
  {
    name: 'an upgrade that waits for a hook',
    prepare: installed,
    loser: ['upgrade', 'r', chart('loser', [slow])],
    at: () => (request) => request.query.has('watch') && request.path.endsWith('/jobs'),
    winner: upgradeInstall,
  },
  {
    name: 'a rollback among its objects',
    prepare: upgraded,
    loser: ['rollback', 'r', '1'],
    at: atObject,
    winner: upgradeInstall,
  },
  {
    name: 'an uninstall among its objects',
    prepare: installed,
    loser: ['uninstall', 'r'],
    at: () => nth(3, ({ method, path }) => method === 'DELETE' && path.includes('/configmaps/c-')),
    winner: upgradeInstall,
  },
  {
    name: 'an uninstall that is rolled back meanwhile',
    prepare: upgraded,
    loser: ['uninstall', 'r'],
    at: () => nth(3, ({ method, path }) => method === 'DELETE' && path.includes('/configmaps/c-')),
    winner: ['rollback', 'r', '2'],
    value: 'old',
  },
  {
    name: 'an upgrade before it records that it is deployed',
    prepare: installed,
    loser: ['upgrade', 'r', LOSER],
    at: () => (request) => isWrite(request) && request.path.endsWith('/configmaps/after'),
    winner: upgradeInstall,
  },
  {
    name: 'an install that is undone, among the deletes',
    loser: ['install', 'r', chart('loser', [failing]), '--rollback-on-failure'],
    at: () => nth(3, ({ method, path }) => method === 'DELETE' && path.includes('/configmaps/c-')),
    winner: upgradeInstall,
    says: /PKG_HOOK_FAILED[^]*another operation took over|another operation took over[^]*PKG_HOOK_FAILED/,
  },
  {
    name: 'an upgrade that is undone, among the objects of the rollback',
    prepare: installed,
    loser: ['upgrade', 'r', chart('loser', [failing]), '--rollback-on-failure'],
    at: () => {
      let isUndone = false;
      const at = atObject();
      return (request) => {
        isUndone ||= request.method === 'PUT' && RECORD.test(request.path);
        return isUndone && at(request);
      };
    },
    winner: upgradeInstall,
    says: /PKG_HOOK_FAILED[^]*another operation took over|another operation took over[^]*PKG_HOOK_FAILED/,
  },
  {
    name: 'an install between its failure and undoing it',
    loser: ['install', 'r', chart('loser', [failing]), '--rollback-on-failure'],
    at: () => atRecord,
    winner: upgradeInstall,
    says: /PKG_HOOK_FAILED[^]*another operation took over|another operation took over[^]*PKG_HOOK_FAILED/,
  },
  {
    name: 'an upgrade between its failure and undoing it',
    prepare: installed,
    loser: ['upgrade', 'r', chart('loser', [failing]), '--rollback-on-failure'],
    at: () => atRecord,
    winner: upgradeInstall,
    says: /PKG_HOOK_FAILED[^]*another operation took over|another operation took over[^]*PKG_HOOK_FAILED/,
  },
  {
    name: 'an upgrade that is deployed, before it marks the revision before',
    prepare: installed,
    loser: ['upgrade', 'r', LOSER, '--history-max', '1'],
    at: () => atRecord,
    winner: upgradeInstall,
    // Stopped between the body of its request and the end, it cannot know that the proxy has passed the request on.
    says: /STATUS: deployed|another operation took over/,
  },
];

describe.concurrent('a process that wakes up after another took the release over writes nothing more:', () => {
  // Each waits half a minute; together they take a minute.
  test.each(SCENARIOS)('$name', async ({ prepare, loser, at, winner, says = TAKEN, value = 'winner' }) => {
    const ns = await namespace();
    await prepare?.(ns);
    const first = await suspended(ns, loser, at());
    try {
      const second = await pkgOn(ns, winner);
      expect([second.status, second.stderr, second.stdout]).toEqual([0, expect.any(String), expect.any(String)]);
      const before = await versions(ns);
      first.kill('SIGCONT');
      const { stdout, stderr } = await first.done;
      expect(stdout + stderr).toMatch(says);
      expect(await versions(ns)).toEqual(before);
      const found = await maps(ns);
      expect(Object.values(found).map((data) => data.value)).toEqual(Array.from({ length: 12 }, () => value));
      expect((await statuses(ns, 'r')).filter((status) => status === 'deployed')).toHaveLength(1);
    } finally {
      first.kill('SIGCONT');
      first.kill('SIGKILL');
      await first.proxy.close();
    }
  });
});

/** The annotations of the newest record. */
async function leaseOf(ns: string, revision: number): Promise<{ path: string; annotations: Record<string, string> }> {
  const path = `/api/v1/namespaces/${ns}/secrets/sh.helm.release.v1.r.v${revision}`;
  const { metadata } = await admin().get(path);
  return { path, annotations: metadata.annotations ?? {} };
}

async function annotate(path: string, annotations: Record<string, string | null>): Promise<void> {
  const { status } = await admin().request(
    'PATCH',
    path,
    { metadata: { annotations } },
    'application/merge-patch+json',
  );
  expect(status).toBe(200);
}

/** A release whose second revision was left pending by a process that was killed on another machine. */
async function leftElsewhere(ns: string, change: Record<string, string | null> = {}): Promise<string> {
  await pkg(ns, 'install', 'r', OLD);
  const killed = await start(ns, ['upgrade', 'r', LOSER], (request, self) => {
    if (!isWrite(request)) return undefined;
    self().kill('SIGKILL');
    return 'hang';
  });
  await killed.done;
  await killed.proxy.close();
  const { path, annotations } = await leaseOf(ns, 2);
  // The same host name, PID namespace and process id, and another boot id.
  const mark = annotations['kubepkg.dev/lease-process'] ?? '';
  expect(mark).toMatch(/^[0-9a-f]{16}-\d+-\d+$/);
  await annotate(path, { 'kubepkg.dev/lease-process': mark.replace(/^[0-9a-f]{16}/, '0123456789abcdef'), ...change });
  return path;
}

/** Renews the lease of a record, as its holder would. */
function renewing(path: string, annotation: string, value: () => string): { end: () => Promise<void> } {
  let isOver = false;
  const work = (async () => {
    while (!isOver) {
      await annotate(path, { [annotation]: value() });
      await sleep(2_000);
    }
  })();
  return {
    end: async () => {
      isOver = true;
      await work;
    },
  };
}

/** pkg on a machine whose clock is so many hours ahead. */
function shifted(hours: number): RunOptions {
  const script = `const D = Date, ms = ${hours * 3_600_000}; globalThis.Date = class extends D { constructor(...a) { if (a.length === 0) super(D.now() + ms); else super(...a); } static now() { return D.now() + ms; } };`;
  return { env: { NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(script)}` } };
}

describe.concurrent('observed holders', () => {
  test.each([-1, 0, 1])('a running holder is refused, with a clock %i hours ahead', async (hours) => {
    const ns = await namespace();
    const path = await leftElsewhere(ns);
    let count = 100;
    const holder = renewing(path, 'kubepkg.dev/lease-renewals', () => String(++count));
    try {
      const said = await pkgFails(ns, 'PKG_RELEASE_HELD', upgradeInstall, shifted(hours));
      expect(said).toMatch(/works on r revision 2 \(pending-upgrade\): process \d+ on \S+, since 2/);
    } finally {
      await holder.end();
    }
  });

  test.each([-1, 0, 1])('a dead holder is replaced, with a clock %i hours ahead', async (hours) => {
    const ns = await namespace();
    await leftElsewhere(ns);
    const begun = performance.now();
    const { status, stderr } = await pkgOn(ns, upgradeInstall, shifted(hours));
    expect(stderr).toMatch(/gave no sign of life for 30 s/);
    expect(performance.now() - begun).toBeGreaterThan(29_000);
    expect(status).toBe(0);
    expect(await statuses(ns, 'r')).toEqual(['superseded', 'failed', 'deployed']);
  });

  const older = (hours: number): Record<string, string | null> => ({
    'kubepkg.dev/lease-holder': null,
    'kubepkg.dev/lease-process': null,
    'kubepkg.dev/lease-renewals': null,
    'kubepkg.dev/lease-host': null,
    'kubepkg.dev/holder': '0123456789-4711-0123456789ab-1',
    'kubepkg.dev/renewed': new Date(Date.now() + hours * 3_600_000).toISOString(),
  });

  test.each([-1, 1])('a record of an older pkg, with a clock %i hours ahead', async (hours) => {
    const ns = await namespace();
    const path = await leftElsewhere(ns, older(hours));
    const time = (): string => new Date(Date.now() + hours * 3_600_000).toISOString();
    const holder = renewing(path, 'kubepkg.dev/renewed', time);
    await pkgFails(ns, 'PKG_RELEASE_HELD', upgradeInstall);
    await holder.end();
    expect((await pkgOn(ns, upgradeInstall)).status).toBe(0);
  });

  test('--lock-timeout waits for a holder', async () => {
    const ns = await namespace();
    const path = await leftElsewhere(ns);
    let count = 100;
    const holder = renewing(path, 'kubepkg.dev/lease-renewals', () => String(++count));
    const begun = performance.now();
    const said = await pkgFails(ns, 'PKG_RELEASE_HELD', [
      ...upgradeInstall,
      '--lock-timeout',
      '12s',
      '--timeout',
      '9s',
    ]);
    expect(performance.now() - begun).toBeGreaterThan(11_900);
    expect(said).toContain('--lock-timeout');
    const next = pkgOn(ns, [...upgradeInstall, '--lock-timeout', '5m']);
    await sleep(5_000);
    await holder.end();
    const { status, stderr } = await next;
    expect(stderr).toContain('waiting up to 300 s');
    expect(status).toBe(0);
  });

  test('a dry run does not wait', async () => {
    const ns = await namespace();
    await leftElsewhere(ns);
    const begun = performance.now();
    const { status, stderr } = await pkgOn(ns, ['diff', 'upgrade', 'r', WINNER]);
    expect(stderr).toContain('may still work on it');
    expect(performance.now() - begun).toBeLessThan(29_000);
    expect(status).toBe(0);
    expect(await statuses(ns, 'r')).toEqual(['deployed', 'pending-upgrade']);
  });
});

describe.concurrent('--take-over', () => {
  test.each([
    ['upgrade', ['upgrade', 'r', WINNER, '--take-over'], 'winner'],
    ['rollback', ['rollback', 'r', '1', '--take-over'], 'old'],
    ['uninstall', ['uninstall', 'r', '--take-over'], undefined],
  ] as const)('by an %s takes the release from a running process', async (_, args, value) => {
    const ns = await namespace();
    await pkg(ns, 'install', 'r', OLD);
    let release: () => void = () => undefined;
    const released = new Promise<undefined>((resolve) => (release = () => resolve(undefined)));
    let reached: () => void = () => undefined;
    const begun = new Promise<void>((resolve) => (reached = resolve));
    const first = await start(ns, ['upgrade', 'r', chart('loser', [slow])], ({ method, path, query }) => {
      if (query.has('watch') && path.endsWith('/jobs')) reached();
      // Renewals wait too, so that the process does not notice it before it wakes up.
      return method === 'PATCH' && RECORD.test(path) ? released : undefined;
    });
    try {
      await begun;
      await pkgFails(ns, 'PKG_RELEASE_HELD', upgradeInstall);
      const second = await pkgOn(ns, args);
      expect(second.stderr).toMatch(/r revision 2 \(pending-upgrade\) is taken over from process \d+ on /);
      expect(second.status).toBe(0);
      const before = await versions(ns);
      release();
      const { status, stderr } = await first.done;
      expect(stderr).toMatch(TAKEN);
      // A renewal may have noticed it while the other was at work.
      expect(stderr).toMatch(
        value === undefined
          ? /no record of r is left|revision 2 is uninstalling by process \d+ on \S+, since 20/
          : /revision 3 is (?:deployed|pending-\w+ by process \d+ on \S+), since 20/,
      );
      expect(status).toBe(1);
      expect(await versions(ns)).toEqual(before);
      expect(Object.values(await maps(ns)).every((data) => data.value === value)).toBe(true);
    } finally {
      release();
      first.kill('SIGKILL');
      await first.proxy.close();
    }
  });

  test('is needed during a helm uninstall', async () => {
    const ns = await namespace();
    await helmOn(ns, ['install', 'r', goChartOf([configMap('a'), configMap('b')])]);
    const proxy = await startProxy({
      upstream: access(),
      fault: ({ method }) => (method === 'DELETE' ? 'hang' : undefined),
    });
    const helm = helmOn(ns, ['uninstall', 'r'], {
      kubeconfig: proxy.kubeconfig,
      onStart: (kill) =>
        void admin()
          .until(
            `/api/v1/namespaces/${ns}/secrets/sh.helm.release.v1.r.v1`,
            ({ metadata }) => metadata.labels.status === 'uninstalling',
          )
          .then(() => kill('SIGKILL')),
    });
    await helm;
    await proxy.close();
    for (const args of [['uninstall', 'r'], upgradeInstall, ['rollback', 'r', '1']]) {
      expect(await pkgFails(ns, 'PKG_RELEASE_PENDING', args)).toMatch(/\(uninstalling\), begun at 2.* s ago/);
    }
    const taken = await pkgOn(ns, ['uninstall', 'r', '--take-over']);
    expect(taken.stderr).toContain('r revision 1 (uninstalling) is taken over from Helm');
    expect(taken.status).toBe(0);
    expect(await versions(ns)).toEqual({});
  });
});

describe.concurrent('renewals', () => {
  /** A chart whose record is large, with a hook that does not end by itself. */
  const large = (): string => {
    const noise = Array.from({ length: 400_000 }, (_, index) => Math.imul(index, 2654435761) >>> 24);
    const bytes = Buffer.from(noise.map((byte, index) => byte ^ (((index * index) >>> 7) & 0xff))).toString('base64');
    return chartOf([configMap('a', { v: '1' }), slow], { 'noise.txt': bytes });
  };

  async function heldFor(ms: number, fault: (request: ProxiedRequest) => Fault | undefined): Promise<ProxiedRequest[]> {
    const ns = await namespace();
    const running = await start(ns, ['install', 'r', large()], fault);
    const path = `/apis/batch/v1/namespaces/${ns}/jobs/slow`;
    await admin().until(path, (object) => object !== undefined, 60_000);
    await sleep(ms);
    await admin().request('PATCH', path, { spec: { suspend: false } }, 'application/merge-patch+json');
    const { status, stderr } = await running.done;
    await running.proxy.close();
    expect([status, stderr]).toEqual([0, expect.not.stringContaining('warning')]);
    expect(await statuses(ns, 'r')).toEqual(['deployed']);
    return running.proxy.requests.filter(({ path }) => RECORD.test(path));
  }

  test('are small patches', async () => {
    const requests = await heldFor(12_000, () => undefined);
    const patches = requests.filter(({ method }) => method === 'PATCH');
    expect(patches.length).toBeGreaterThanOrEqual(2);
    expect(Math.max(...patches.map(({ size }) => size))).toBeLessThan(500);
    const puts = requests.filter(({ method }) => method === 'PUT');
    expect(puts).toHaveLength(1);
    expect(puts[0]?.size).toBeGreaterThan(100_000);
  });

  test('are whole records if the role does not allow to patch them', async () => {
    const requests = await heldFor(25_000, ({ method, path }) =>
      ['PATCH', 'GET'].includes(method) && RECORD.test(path) ? { status: 403 } : undefined,
    );
    expect(requests.filter(({ method }) => method === 'PATCH')).toHaveLength(1);
    expect(requests.filter(({ method }) => method === 'PUT').length).toBeGreaterThanOrEqual(5);
  });

  test.each(['lose-answer', 'reset', 'truncate'] as const)(
    'whose answer is lost (%s) are recognized',
    async (fault) => {
      let count = 0;
      await heldFor(27_000, ({ method, path }) =>
        method === 'PATCH' && RECORD.test(path) && ++count % 2 === 1 ? fault : undefined,
      );
      expect(count).toBeGreaterThan(3);
    },
  );

  test('succeed while somebody labels the record', async () => {
    const ns = await namespace();
    let labels = 0;
    const running = await start(ns, ['install', 'r', LOSER], async (request) => {
      if (!(request.method === 'PATCH' && RECORD.test(request.path)) && !atObject()(request)) return undefined;
      const { path } = await leaseOf(ns, 1);
      const body = { metadata: { labels: { team: `t${++labels}` } } };
      await admin().request('PATCH', path, body, 'application/merge-patch+json');
      if (labels === 1) await sleep(12_000);
      return undefined;
    });
    expect((await running.done).stderr).toBe('');
    await running.proxy.close();
    expect(await statuses(ns, 'r')).toEqual(['deployed']);
  });
});

describe.concurrent('the previous revision', () => {
  test('that cannot be marked as superseded is not a failure, and the next command marks it', async () => {
    const ns = await namespace();
    await pkg(ns, 'install', 'r', OLD);
    const running = await start(ns, ['upgrade', 'r', WINNER], ({ method, path }) =>
      method === 'PUT' && path.endsWith('.r.v1') ? { status: 500 } : undefined,
    );
    const { status, stdout, stderr } = await running.done;
    await running.proxy.close();
    expect(stderr).toMatch(/warning: revision 1 of r could not be marked as superseded/);
    expect(stdout).toContain('STATUS: deployed');
    expect(status).toBe(0);
    expect(running.proxy.requests.filter(atRecord).length).toBeGreaterThan(8);
    expect(await statuses(ns, 'r')).toEqual(['deployed', 'deployed']);
    await pkg(ns, 'rollback', 'r', '1');
    expect(await statuses(ns, 'r')).toEqual(['superseded', 'superseded', 'deployed']);
    expect((await maps(ns))['c-0']).toEqual({ value: 'old' });
  });

  test('is marked while somebody labels it', async () => {
    const ns = await namespace();
    await pkg(ns, 'install', 'r', OLD);
    let labels = 0;
    const running = await start(ns, ['upgrade', 'r', WINNER], async ({ method, path }) => {
      if (method !== 'PUT' || !path.endsWith('.r.v1') || labels === 2) return undefined;
      const body = { metadata: { labels: { team: `t${++labels}` } } };
      await admin().request('PATCH', (await leaseOf(ns, 1)).path, body, 'application/merge-patch+json');
      return undefined;
    });
    const { status, stderr } = await running.done;
    expect([status, withoutProgress(stderr)]).toEqual([0, '']);
    await running.proxy.close();
    expect(labels).toBe(2);
    expect(await statuses(ns, 'r')).toEqual(['superseded', 'deployed']);
  });

  test('is marked although the server fails at first', async () => {
    const ns = await namespace();
    await pkg(ns, 'install', 'r', OLD);
    let left = 7;
    const running = await start(ns, ['upgrade', 'r', WINNER], ({ method, path }) =>
      method === 'PUT' && path.endsWith('.r.v1') && left-- > 0 ? { status: 500 } : undefined,
    );
    expect([(await running.done).status, (await running.done).stderr]).toEqual([0, '']);
    await running.proxy.close();
    expect(await statuses(ns, 'r')).toEqual(['superseded', 'deployed']);
  });
});

describe.concurrent('helm, which ignores leases, wins at any write of', () => {
  test.each([
    [['rollback', 'r', '1', '--wait']],
    [['uninstall', 'r']],
    [['uninstall', 'r', '--keep-history']],
  ] as const)('%j', { timeout: 600_000 }, async (args) => {
    const prepare = async (): Promise<string> => {
      const ns = await namespace();
      await upgraded(ns);
      return ns;
    };
    // An access review before the record, then all writes.
    const isPoint = ({ method, query }: ProxiedRequest): boolean => method !== 'GET' && !query.has('dryRun');
    const whole = await start(await prepare(), args, () => undefined);
    expect((await whole.done).stderr).toBe('');
    await whole.proxy.close();
    const requests = whole.proxy.requests.filter(isPoint);
    const record = requests.findIndex(({ path }) => /\/secrets(?:\/sh\.helm\.release\.v1\.r\.v2)?$/.test(path)) + 1;
    expect(record).toBeGreaterThan(1);
    // A part of them without more time: each is a handful of programs.
    const points = requests
      .map((_, index) => index + 1)
      .filter((at) => at === record || (at >= record - 1 && (RUNS > 1 || at % 4 === 0)));
    await inParallel(points, 2, async (at) => {
      const ns = await prepare();
      const first = await suspended(ns, args, nth(at, isPoint));
      try {
        const second = await helmOn(ns, ['rollback', 'r', '2']);
        await sleep(1_000);
        const before = await versions(ns);
        const open = await openRecords(ns);
        first.kill('SIGCONT');
        const { status, stdout, stderr } = await first.done;
        const where = `at request ${at} (${requests[at - 1]?.method} ${requests[at - 1]?.path}): ${stdout}${stderr}`;
        if (second.status === 0 && at < requests.length - 2) {
          expect([status, stderr], where).toEqual([1, expect.stringMatching(/revision [34] is deployed, since 20/)]);
          expect(stderr, where).toMatch(/PKG_RELEASE_(?:TAKEN_OVER|HELD)/);
          const values = Object.values(await maps(ns)).map((data) => data.value);
          expect(values, where).toEqual(Array.from({ length: 12 }, () => 'old'));
        } else {
          // It had ended or removed the history: the process does not know what the server did while it was suspended.
          expect([second.stderr === '' || /not found|has no 2 version/.test(second.stderr)], where).toEqual([true]);
        }
        const without = (found: Record<string, string>): Record<string, string> =>
          Object.fromEntries(Object.entries(found).filter(([name]) => !open.some((record) => name.includes(record))));
        expect(without(await versions(ns)), where).toEqual(without(before));
        const { items } = await admin().get(`/api/v1/namespaces/${ns}/secrets?labelSelector=status%3Ddeployed`);
        expect(items.length, where).toBe(second.status === 0 ? 1 : 0);
      } finally {
        first.kill('SIGCONT');
        first.kill('SIGKILL');
        await first.proxy.close();
      }
    });
  });
});

describe.concurrent('two operations at once', () => {
  // Helm ignores leases: a second is enough for it, and the lease in the record is still valid.
  test('a process that was suspended while helm rolled back writes nothing more', async () => {
    const ns = await namespace();
    await pkg(ns, 'install', 'r', OLD);
    const first = await suspended(ns, ['upgrade', 'r', LOSER], atObject());
    try {
      const second = await helmOn(ns, ['rollback', 'r', '1']);
      expect([second.status, second.stderr]).toEqual([0, '']);
      await sleep(1_000);
      const before = await versions(ns);
      first.kill('SIGCONT');
      const { status, stderr } = await first.done;
      expect([status, stderr]).toEqual([1, expect.stringMatching(TAKEN)]);
      expect(stderr).toContain('revision 3 is deployed');
      expect(await versions(ns)).toEqual(before);
      expect(Object.values(await maps(ns)).map(({ value }) => value)).toEqual(Array.from({ length: 12 }, () => 'old'));
    } finally {
      first.kill('SIGCONT');
      first.kill('SIGKILL');
      await first.proxy.close();
    }
  });

  test('a helm rollback in the meantime ends an upgrade', async () => {
    const ns = await namespace();
    const go = (value: string): string => goChartOf([configMap('a', { value })]);
    await helmOn(ns, ['install', 'r', go('1')]);
    await helmOn(ns, ['upgrade', 'r', go('2')]);
    let reached: () => void = () => undefined;
    const begun = new Promise<void>((resolve) => (reached = resolve));
    const first = await start(
      ns,
      ['upgrade', 'r', chartOf([configMap('a', { value: '3' }), slow])],
      ({ path, query }) => {
        if (query.has('watch') && path.endsWith('/jobs')) reached();
        return undefined;
      },
    );
    await begun;
    expect((await helmOn(ns, ['rollback', 'r', '1'])).stderr).toBe('');
    const { stderr } = await first.done;
    await first.proxy.close();
    expect(stderr).toMatch(TAKEN);
    expect(stderr).toMatch(/revision 4 is (?:deployed|pending-rollback), since 20/);
    expect(await maps(ns)).toEqual({ a: { value: '1' } });
  });

  // Helm has read the history before the new revision is there: it marks the one before, and deletes the objects.
  test.each([
    [['upgrade', 'r', WINNER]],
    [['upgrade', 'r', WINNER, '--rollback-on-failure']],
    [['rollback', 'r', '1']],
    [['upgrade', 'r', chart('waits', [never]), '--wait', '--rollback-on-failure', '--timeout', '60s']],
  ] as const)('a helm uninstall a moment before ends %j, which is not undone', async (args) => {
    const ns = await namespace();
    await upgraded(ns);
    const helmMayMark = gate();
    const mayGoOn = gate();
    const hasRead = gate();
    const isAtWork = gate();
    const helms = await startProxy({
      upstream: access(),
      fault: async (request) => {
        if (!atRecord(request)) return undefined;
        hasRead.open();
        await helmMayMark.opened;
        return undefined;
      },
    });
    const helm = helmOn(ns, ['uninstall', 'r'], { kubeconfig: helms.kubeconfig });
    await hasRead.opened;
    const isWaiting = args.includes('--wait' as never);
    const at = atObject();
    const first = await start(ns, args, async (request) => {
      if (isWaiting ? !request.query.has('watch') : !at(request)) return undefined;
      isAtWork.open();
      if (!isWaiting) await mayGoOn.opened;
      return undefined;
    });
    await isAtWork.opened;
    helmMayMark.open();
    const { status: helmStatus } = await helm;
    mayGoOn.open();
    const { status, stderr } = await first.done;
    await first.proxy.close();
    await helms.close();
    expect(helmStatus).toBe(0);
    expect(stderr).toMatch(/another operation uninstalled r meanwhile: revision 2 is (?:gone|uninstalling)/);
    expect([status, stderr]).toEqual([1, expect.stringMatching(TAKEN)]);
    expect(await statuses(ns, 'r')).toEqual(['failed']);
    await pkg(ns, 'upgrade', '--install', 'r', OLD);
    expect(Object.values(await maps(ns)).map(({ value }) => value)).toEqual(Array.from({ length: 12 }, () => 'old'));
  });

  test('an uninstall that helm takes over leaves all records to helm', async () => {
    const ns = await namespace();
    await upgraded(ns);
    const isAtWork = gate();
    const isMarked = gate();
    const isOver = gate();
    const isDelete = ({ method }: ProxiedRequest): boolean => method === 'DELETE';
    const first = await start(ns, ['uninstall', 'r'], async (request) => {
      if (!isDelete(request) || !request.path.endsWith('/c-0')) return undefined;
      isAtWork.open();
      await isMarked.opened;
      return undefined;
    });
    await isAtWork.opened;
    const helms = await startProxy({
      upstream: access(),
      fault: async (request) => {
        if (!isDelete(request) || !RECORD.test(request.path)) return undefined;
        isMarked.open();
        await isOver.opened;
        return undefined;
      },
    });
    const helm = helmOn(ns, ['uninstall', 'r'], { kubeconfig: helms.kubeconfig });
    const { status, stderr } = await first.done;
    isOver.open();
    const { status: helmStatus, stderr: helmError } = await helm;
    await first.proxy.close();
    await helms.close();
    expect([status, stderr]).toEqual([1, expect.stringMatching(TAKEN)]);
    expect([helmStatus, helmError]).toEqual([0, '']);
    expect(Object.keys(await versions(ns)).filter((name) => !/ (?:before|after) /.test(name))).toEqual([]);
  });

  test('an upgrade and an uninstall that begin at the same moment do not both work', async () => {
    const ns = await namespace();
    await pkg(ns, 'install', 'r', OLD);
    // Both have read the history before either writes its record.
    let arrived = 0;
    let open: () => void = () => undefined;
    const both = new Promise<undefined>((resolve) => (open = () => resolve(undefined)));
    const meet = ({ method, path, query }: ProxiedRequest): Promise<undefined> | undefined => {
      const isRecord = (method === 'POST' && path.endsWith('/secrets')) || (method === 'PUT' && RECORD.test(path));
      if (!isRecord || query.has('dryRun') || arrived >= 2) return undefined;
      if (++arrived === 2) open();
      return both;
    };
    const runs = await Promise.all([start(ns, ['upgrade', 'r', WINNER], meet), start(ns, ['uninstall', 'r'], meet)]);
    const [upgrade, uninstall] = await Promise.all(runs.map(({ done }) => done));
    await Promise.all(runs.map(({ proxy }) => proxy.close()));
    const won = [upgrade, uninstall].map((run) => run?.status === 0);
    expect(won).not.toEqual([true, true]);
    for (const [index, run] of [upgrade, uninstall].entries()) {
      if (won[index] === false) expect(run?.stderr).toMatch(/PKG_RELEASE_HELD/);
    }
    const values = Object.values(await maps(ns)).map((data) => data.value);
    expect(values).toEqual(
      won[1] === true ? [] : Array.from({ length: 12 }, () => (won[0] === true ? 'winner' : 'old')),
    );
    if (won[1] !== true)
      expect(await statuses(ns, 'r')).toEqual(won[0] === true ? ['superseded', 'deployed'] : ['deployed']);
  });
});
