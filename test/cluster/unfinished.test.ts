/**
 * Operations that are killed at any of their requests, and the command after them: the objects are complete, hooks are
 * removed as their policies say, and objects of others are unchanged.
 */
import { describe, expect } from 'vitest';
import { inParallel } from '../../src/parallel.ts';
import { RUNS } from '../support/generation.ts';
import { writeFiles } from '../chart/support.ts';
import type { Json } from '../controlplane/client.ts';
import { access, admin, helmOn, kubectlOn, namespace, pkgOn, test } from '../support/cluster.ts';
import { startProxy } from '../support/proxy.ts';
import type { ProxiedRequest } from '../support/proxy.ts';
import { chartOf, configMap, crd, job, maps, pkg } from './support.ts';

function asHook(object: Json, events: string, policy: string): Json {
  const annotations = { 'helm.sh/hook': events, 'helm.sh/hook-delete-policy': policy };
  return { ...object, metadata: { ...object.metadata, annotations } };
}

/** Runs pkg and kills it at a request: before the API server sees it, or when it is done and not answered. */
async function killed(
  ns: string,
  args: readonly string[],
  when: (request: ProxiedRequest) => 'before' | 'after' | undefined,
): Promise<{ isKilled: boolean; requests: readonly ProxiedRequest[] }> {
  let kill: (signal: NodeJS.Signals) => void = () => undefined;
  const proxy = await startProxy({
    upstream: access(),
    fault: (request) => {
      const at = when(request);
      if (at === undefined) return undefined;
      if (at === 'before') kill('SIGKILL');
      else setTimeout(() => kill('SIGKILL'), 150);
      return at === 'before' ? 'hang' : 'lose-answer';
    },
  });
  try {
    const run = await pkgOn(ns, args, { kubeconfig: proxy.kubeconfig, onStart: (send) => (kill = send) });
    return { isKilled: run.status === null, requests: [...proxy.requests] };
  } finally {
    await proxy.close();
  }
}

/** A chart with all that can be left behind: a kind of its own in `crds/`, hooks before and after, objects. */
function wholeChart(ns: string, text: string): string {
  const group = `${ns}.example.test`;
  const events = 'install,upgrade,rollback,delete'.split(',');
  const before = events.map((event) => `pre-${event}`).join(',');
  const after = events.map((event) => `post-${event}`).join(',');
  return chartOf(
    [
      configMap('a', { text }),
      configMap(`only-${text}`),
      { apiVersion: `${group}/v1`, kind: 'Thing', metadata: { name: 't' }, spec: { text } },
      asHook(job('before'), before, 'before-hook-creation,hook-succeeded'),
      asHook(job('after'), after, 'hook-succeeded'),
      asHook(configMap('settings', { text }), 'pre-install,pre-upgrade', 'hook-succeeded,hook-failed'),
    ],
    { 'crds/things.yaml': JSON.stringify(crd('Thing', group)) },
  );
}

async function names(path: string): Promise<string[]> {
  const { status, body } = await admin().request('GET', path);
  return status === 200 ? body.items.map(({ metadata }: Json) => metadata.name as string).sort() : [];
}

/** What lives in a namespace of what the chart makes, and what its hooks left. */
async function state(ns: string): Promise<Json> {
  const things = await names(`/apis/${ns}.example.test/v1/namespaces/${ns}/things`);
  const { items } = await admin().get(`/apis/batch/v1/namespaces/${ns}/jobs`);
  const jobs = items.filter(({ metadata }: Json) => metadata.deletionTimestamp === undefined);
  const { items: secrets } = await admin().get(`/api/v1/namespaces/${ns}/secrets?labelSelector=owner%3Dhelm`);
  return {
    maps: await maps(ns),
    settings: (await admin().request('GET', `/api/v1/namespaces/${ns}/configmaps/settings`)).status,
    things,
    jobs: jobs.map(({ metadata }: Json) => metadata.name),
    theirs: (await admin().get(`/api/v1/namespaces/${ns}/configmaps/theirs`)).data,
    deployed: secrets.filter(({ metadata }: Json) => metadata.labels.status === 'deployed').length,
    open: secrets.filter(({ metadata }: Json) => /pending|uninstalling/.test(metadata.labels.status)).length,
  };
}

const WITH = (text: string): Json => ({
  maps: { a: { text }, [`only-${text}`]: {} },
  settings: 404,
  things: ['t'],
  jobs: [],
  theirs: { mine: 'yes' },
  deployed: 1,
  open: 0,
});
const NOTHING: Json = { ...WITH('x'), maps: {}, things: [], deployed: 0 };

/** An operation that is killed, and commands that may follow, with what is to be then. */
type Case = {
  before: (ns: string) => Promise<unknown>;
  args: (ns: string) => string[];
  next: readonly { by?: typeof helmOn; args: (ns: string) => string[]; then: Json }[];
};

const installed = (ns: string): Promise<string> => pkg(ns, 'install', 'r', wholeChart(ns, 'one'));

const CASES: readonly [name: string, operation: Case][] = [
  [
    'an install',
    {
      before: async () => undefined,
      args: (ns) => ['install', 'r', wholeChart(ns, 'one')],
      next: [
        { args: (ns) => ['upgrade', '--install', 'r', wholeChart(ns, 'two')], then: WITH('two') },
        { args: (ns) => ['install', 'r', wholeChart(ns, 'one')], then: WITH('one') },
        { args: () => ['uninstall', 'r', '--ignore-not-found', '--wait'], then: NOTHING },
      ],
    },
  ],
  [
    'an upgrade',
    {
      before: installed,
      args: (ns) => ['upgrade', 'r', wholeChart(ns, 'two')],
      next: [
        { args: (ns) => ['upgrade', 'r', wholeChart(ns, 'three')], then: WITH('three') },
        { args: () => ['rollback', 'r', '1'], then: WITH('one') },
        { args: () => ['uninstall', 'r', '--wait'], then: NOTHING },
      ],
    },
  ],
  [
    'a rollback',
    {
      before: async (ns) => {
        await installed(ns);
        await pkg(ns, 'upgrade', 'r', wholeChart(ns, 'two'));
      },
      args: () => ['rollback', 'r', '1'],
      next: [
        { args: () => ['rollback', 'r', '2'], then: WITH('two') },
        { args: (ns) => ['upgrade', 'r', wholeChart(ns, 'three')], then: WITH('three') },
        { args: () => ['uninstall', 'r', '--wait'], then: NOTHING },
      ],
    },
  ],
  [
    'an uninstall',
    {
      before: installed,
      args: () => ['uninstall', 'r'],
      next: [
        { args: () => ['uninstall', 'r', '--ignore-not-found', '--wait'], then: NOTHING },
        { args: (ns) => ['upgrade', '--install', 'r', wholeChart(ns, 'two')], then: WITH('two') },
        { by: helmOn, args: () => ['uninstall', 'r', '--ignore-not-found', '--wait'], then: NOTHING },
      ],
    },
  ],
  [
    'an uninstall that keeps the history',
    {
      before: installed,
      args: () => ['uninstall', 'r', '--keep-history'],
      next: [
        { args: () => ['uninstall', 'r', '--wait'], then: NOTHING },
        { args: (ns) => ['upgrade', '--install', 'r', wholeChart(ns, 'two')], then: WITH('two') },
        { by: helmOn, args: () => ['uninstall', 'r', '--wait'], then: NOTHING },
      ],
    },
  ],
];

describe.each(CASES)('%s that is killed', (_, { before, args, next }) => {
  test('at any of its requests is finished or undone by the next command', { timeout: 900_000 }, async () => {
    const prepare = async (): Promise<string> => {
      const ns = await namespace();
      await admin().create(`/api/v1/namespaces/${ns}/configmaps`, configMap('theirs', { mine: 'yes' }));
      await before(ns);
      return ns;
    };
    const whole = await prepare();
    const { requests } = await killed(whole, args(whole), () => undefined);
    // Reads change nothing: being killed at a read equals being killed before the next write.
    const writes = requests.filter(({ method, query }) => method !== 'GET' && !query.has('dryRun')).length;
    expect(writes).toBeGreaterThan(6);
    const all = Array.from({ length: writes }, (_unused, at) => at + 1).flatMap((number) =>
      (['before', 'after'] as const).flatMap((side) => next.map((command) => ({ number, side, command }))),
    );
    // A fifth of them without more time: each is a program that starts twice, and a control plane that works.
    const cases = RUNS > 1 ? all : all.filter((_unused, index) => index % 5 === 0);
    let kills = 0;
    const failures: string[] = [];
    await inParallel(cases, 3, async ({ number, side, command }) => {
      const ns = await prepare();
      let count = 0;
      let at = '';
      const { isKilled } = await killed(ns, args(ns), ({ method, path, query }) => {
        if (method === 'GET' || query.has('dryRun') || ++count !== number) return undefined;
        at = `${method} ${path}`;
        return side;
      });
      if (isKilled) kills++;
      const words = isKilled
        ? command.args(ns)
        : command.args(ns).map((word) => (word === 'install' ? 'upgrade' : word));
      const { by: runOn = pkgOn } = command;
      const run = await runOn(ns, words);
      // Helm leaves a hook of an earlier run in the way, where its policy does not say otherwise.
      if (runOn === helmOn && run.stderr.includes('jobs.batch "after" already exists')) return;
      const left = await state(ns);
      const problem = run.status === 0 ? undefined : run.stderr;
      if (problem === undefined && JSON.stringify(left) === JSON.stringify(command.then)) return;
      failures.push(`killed ${side} ${at}, then ${words.slice(0, 2).join(' ')}: ${problem ?? JSON.stringify(left)}`);
    });
    expect(failures).toEqual([]);
    // Except at the last requests, after which the program may have ended already.
    expect(kills).toBeGreaterThan(cases.length / 2);
  });
});

test.each([
  ['that was never deployed', /no revision was ever deployed, .*pkg upgrade --install r CHART/],
  ['that was deployed', /a rollback makes no CRDs: apply those of the chart's crds\/ with kubectl first/],
])('a rollback to a revision %s names the missing kind, and how to restore it', async (which, hint) => {
  const ns = await namespace();
  const group = `${ns}.example.test`;
  const thing = { apiVersion: `${group}/v1`, kind: 'Thing', metadata: { name: 't' } };
  const chart = (objects: Json[]): string =>
    chartOf(objects, { 'crds/things.yaml': JSON.stringify(crd('Thing', group)) });
  const good = chart([thing]);
  const bad = chart([thing, asHook(job('after', { fails: true }), 'post-install', 'hook-failed')]);
  const wasDeployed = which === 'that was deployed';
  expect((await pkgOn(ns, ['install', 'r', wasDeployed ? good : bad])).status).toBe(wasDeployed ? 0 : 1);
  const path = `/apis/apiextensions.k8s.io/v1/customresourcedefinitions/things.${group}`;
  await admin().delete(path);
  await admin().until(path, (live) => live === undefined);
  const { status, stderr } = await pkgOn(ns, ['rollback', 'r', '1']);
  expect([status, stderr]).toEqual([1, expect.stringMatching(hint)]);
  expect(stderr).toContain(`revision 1 cannot be applied: the cluster knows no Thing of ${group}/v1`);
  if (wasDeployed) await admin().create(path.slice(0, path.lastIndexOf('/')), crd('Thing', group));
  else await pkg(ns, 'upgrade', '--install', 'r', good);
  await pkg(ns, 'rollback', 'r', '1');
  await pkg(ns, 'uninstall', 'r');
});

describe('a kind of crds/ that the cluster does not know,', () => {
  const noted = /note: the chart defines it in crds\/, and (.*)\n/;
  const chart = (ns: string, version: string, metadata: Json = {}): string => {
    const group = `${ns}.example.test`;
    const thing = { apiVersion: `${group}/${version}`, kind: 'Thing', metadata: { name: 't', ...metadata } };
    return chartOf([configMap('a'), thing], {
      'crds/things.yaml': JSON.stringify(crd('Thing', group, { served: [version] })),
    });
  };
  /** Runs pkg, which must fail before it writes anything, and apply what the hint names, which must help. */
  async function refused(ns: string, args: readonly string[], path: string): Promise<string> {
    const left = async (): Promise<unknown> => [await maps(ns), await names(`/api/v1/namespaces/${ns}/secrets`)];
    const before = await left();
    const { status, stderr } = await pkgOn(ns, args);
    expect([status, stderr]).toEqual([1, expect.stringContaining('PKG_KIND_UNKNOWN')]);
    expect(await left()).toEqual(before);
    const apply = ['apply', '--server-side', '--force-conflicts', '-f', '-'];
    expect(stderr).toContain(`hint: apply those of the chart: pkg show crds CHART | kubectl ${apply.join(' ')}`);
    const crds = (await pkgOn(ns, ['show', 'crds', path])).stdout;
    const applied = await kubectlOn(ns, apply, { input: crds });
    expect([applied.status, applied.stderr]).toEqual([0, '']);
    const name = `things.${ns}.example.test`;
    const wait = ['wait', '--for', 'condition=established', `crd/${name}`];
    expect((await kubectlOn(ns, wait)).status).toBe(0);
    return noted.exec(stderr)?.[1] ?? stderr;
  }

  test('because an upgrade leaves that out: an object, and a hook', async () => {
    const ns = await namespace();
    await pkg(ns, 'install', 'r', chartOf([configMap('a')]));
    const path = chart(ns, 'v1');
    expect(await refused(ns, ['upgrade', 'r', path], path)).toBe('an upgrade leaves that out, as in Helm');
    await pkg(ns, 'upgrade', 'r', path);
    const hooked = chart(ns, 'v2', { annotations: { 'helm.sh/hook': 'pre-upgrade' } });
    const { status, stderr } = await pkgOn(ns, ['upgrade', 'r', hooked]);
    expect([status, noted.exec(stderr)?.[1]]).toEqual([1, 'an upgrade leaves that out, as in Helm']);
  });

  test('because of --skip-crds', async () => {
    const ns = await namespace();
    const path = chart(ns, 'v1');
    const args = ['install', 'r', path, '--skip-crds'];
    expect(await refused(ns, args, path)).toBe('--skip-crds leaves that out');
    await pkg(ns, ...args);
  });

  test('because its CRD is there in an older version, which an install does not change', async () => {
    const ns = await namespace();
    await pkg(ns, 'install', 'older', chart(ns, 'v1'));
    await pkg(ns, 'uninstall', 'older');
    const path = chart(ns, 'v2');
    // The API server refuses a version less than is stored, and here nothing is.
    const both = crd('Thing', `${ns}.example.test`, { served: ['v2'] });
    both.spec.versions = [...both.spec.versions, { ...both.spec.versions[0], name: 'v1', storage: false }];
    writeFiles(path, { 'crds/things.yaml': JSON.stringify(both) });
    expect(await refused(ns, ['install', 'r', path], path)).toBe(
      'an install leaves a CRD that exists as it is, as in Helm',
    );
    await pkg(ns, 'install', 'r', path);
  });
});
