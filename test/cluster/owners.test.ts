/**
 * Ownership of objects: objects of others are never overwritten or deleted, and objects of the release are never lost.
 */
import { expect } from 'vitest';
import type { Json } from '../controlplane/client.ts';
import { access, admin, helmOn, namespace, pkgOn, test } from '../support/cluster.ts';
import type { Run } from '../support/cluster.ts';
import { startProxy } from '../support/proxy.ts';
import type { Fault, ProxiedRequest } from '../support/proxy.ts';
import { chartOf, configMap, crd, deployment, goChartOf, job, maps, pkg, pkgFails, statuses } from './support.ts';

/** A hook's annotations. */
function hook(events: string, policy = ''): Json {
  const policies = policy === '' ? {} : { 'helm.sh/hook-delete-policy': policy };
  return { annotations: { 'helm.sh/hook': events, ...policies } };
}

/** The same object as a hook. */
function asHook(object: Json, events: string, policy = ''): Json {
  return { ...object, metadata: { ...object.metadata, ...hook(events, policy) } };
}

/** Runs pkg through a proxy. */
async function through(
  ns: string,
  args: readonly string[],
  fault: (request: ProxiedRequest) => Promise<Fault | undefined> | Fault | undefined,
): Promise<Run> {
  const proxy = await startProxy({ upstream: access(), fault });
  try {
    return await pkgOn(ns, args, { kubeconfig: proxy.kubeconfig });
  } finally {
    await proxy.close();
  }
}

const isWriteOf =
  (name: string) =>
  ({ method, path, query }: ProxiedRequest): boolean =>
    method === 'PATCH' && path.endsWith(`/${name}`) && !query.has('dryRun');

async function read(path: string): Promise<Json> {
  const { status, body } = await admin().request('GET', path);
  return status === 200 ? body : undefined;
}

test.each([
  ['an install', ['install', 'r'], [configMap('a')]],
  ['an install that is undone', ['install', 'r', '--rollback-on-failure'], [configMap('a')]],
  ['an upgrade', ['upgrade', 'r'], [configMap('a')]],
  ['an upgrade that is undone', ['upgrade', 'r', '--rollback-on-failure'], [configMap('a')]],
] as const)('an object that somebody creates between plan and create is not changed by %s', async (_, args, before) => {
  const ns = await namespace();
  if (args[0] === 'upgrade') await pkg(ns, 'install', 'r', chartOf([...before]));
  const path = `/api/v1/namespaces/${ns}/configmaps`;
  const theirs = [configMap('new', { mine: 'yes' }), configMap('hooked', { mine: 'yes' })];
  let made: Promise<unknown> | undefined;
  const make = (): Promise<unknown> => Promise.all(theirs.map((object) => admin().create(path, object)));
  const chart = chartOf([configMap('a'), configMap('new', { ours: 'yes' })]);
  const run = await through(ns, [...args, chart], async ({ method, path: asked }) => {
    if (method === 'POST' && asked.endsWith('/secrets')) await (made ??= make());
    return undefined;
  });
  expect(run.stderr).toContain(`ConfigMap "new" in namespace "${ns}" was made by somebody else meanwhile`);
  expect(run.status).toBe(1);
  const stays = async (): Promise<void> => {
    const { metadata, data } = await admin().get(`${path}/new`);
    expect([data, metadata.labels, metadata.annotations]).toEqual([{ mine: 'yes' }, undefined, undefined]);
  };
  await stays();
  await pkgFails(ns, 'PKG_OBJECT_OWNED', ['upgrade', '--install', 'r', chart]);
  // A hook does not replace it either.
  const hooked = chartOf([asHook(configMap('hooked'), 'pre-install,pre-upgrade,pre-delete')]);
  expect(await pkgFails(ns, 'PKG_OBJECT_OWNED', ['upgrade', '--install', 'r', hooked])).toContain(
    'a hook would replace',
  );
  expect((await admin().get(`${path}/hooked`)).data).toEqual({ mine: 'yes' });
  await pkgOn(ns, ['uninstall', 'r']);
  await stays();
});

test.each(['lose-answer', { status: 500 }] as const)(
  'a create whose answer is lost (%j) is recognized',
  async (fault) => {
    const ns = await namespace();
    const objects = [configMap('a', { v: '1' }), deployment('web'), job('once')];
    const seen = new Set<string>();
    const run = await through(ns, ['install', 'r', chartOf(objects)], (request) => {
      if (!['a', 'web', 'once'].some((name) => isWriteOf(name)(request)) || seen.has(request.path)) return undefined;
      seen.add(request.path);
      return fault;
    });
    expect([run.stderr, run.status]).toEqual(['', 0]);
    expect(seen.size).toBe(3);
    expect(await statuses(ns, 'r')).toEqual(['deployed']);
  },
);

test('a lost answer does not change who owns an object', async () => {
  const ns = await namespace();
  const path = `/api/v1/namespaces/${ns}/configmaps`;
  let made = false;
  const run = await through(ns, ['install', 'r', chartOf([configMap('a', { v: '1' })])], async (request) => {
    if (!isWriteOf('a')(request) || made) return undefined;
    made = true;
    // The very same object, but for who wrote it.
    await admin().create(path, configMap('a', { v: '1' }, { labels: { 'app.kubernetes.io/managed-by': 'Helm' } }));
    return 'reset';
  });
  expect(run.stderr).toContain('was made by somebody else meanwhile');
  expect((await admin().get(`${path}/a`)).metadata.annotations).toBe(undefined);
});

test('an object that somebody created again under the same name is not deleted', async () => {
  const ns = await namespace();
  const path = `/api/v1/namespaces/${ns}/configmaps`;
  await pkg(ns, 'install', 'r', chartOf([configMap('a'), configMap('b'), configMap('stripped')]));
  await admin().delete(`${path}/b`);
  await admin().create(path, configMap('b', { mine: 'yes' }));
  const strip = { metadata: { labels: null, annotations: null } };
  await admin().request('PATCH', `${path}/stripped`, strip, 'application/merge-patch+json');
  const { status, stdout } = await pkgOn(ns, ['uninstall', 'r']);
  expect(status).toBe(0);
  expect(stdout).toContain('uninstalled');
  expect((await admin().get(`${path}/b`)).data).toEqual({ mine: 'yes' });
  expect([await read(`${path}/a`), await read(`${path}/stripped`)]).toEqual([undefined, undefined]);
});

test('the managed fields of a created object are those of Helm', async () => {
  const ns = await namespace();
  const objects = (name: string): Json[] => [configMap(`${name}-c`, { v: '1' }), deployment(`${name}-d`)];
  await pkg(ns, 'install', 'ours', chartOf(objects('x')));
  expect((await helmOn(ns, ['install', 'theirs', goChartOf(objects('y'))])).status).toBe(0);
  for (const [path, kind] of [
    ['/api/v1', 'configmaps/%-c'],
    ['/apis/apps/v1', 'deployments/%-d'],
  ] as const) {
    const held = async (name: string): Promise<Json> => {
      const { metadata } = await admin().get(`${path}/namespaces/${ns}/${kind.replace('%', name)}`);
      const entries = metadata.managedFields.filter(({ manager }: Json) => manager === 'helm');
      return entries.map(({ time: _time, ...entry }: Json) => entry);
    };
    expect(await held('x')).toEqual(await held('y'));
  }
});

test('objects of client-side apply are migrated while somebody keeps writing their status', async () => {
  const ns = await namespace();
  const objects = (image: string): Json[] => [configMap('a', { v: image }), deployment('web', { image })];
  expect((await helmOn(ns, ['install', 'r', goChartOf(objects('one')), '--server-side=false'])).status).toBe(0);
  const path = `/apis/apps/v1/namespaces/${ns}/deployments/web`;
  let beat = 0;
  const touch = async (): Promise<void> => {
    const status = { status: { conditions: [{ type: 'Beat', status: 'True', message: String(++beat) }] } };
    await admin().request('PATCH', `${path}/status`, status, 'application/strategic-merge-patch+json');
  };
  // Before each of the first migrations another write comes in between: the worst that a busy controller can do.
  let migrations = 0;
  const run = await through(ns, ['upgrade', 'r', chartOf(objects('two'))], async (request) => {
    if (isWriteOf('web')(request) && migrations++ < 5) await touch();
    return undefined;
  });
  expect([run.stderr, run.status]).toEqual(['', 0]);
  expect(migrations).toBeGreaterThan(5);
  expect((await admin().get(path)).spec.template.spec.containers[0].image).toBe('example.test/two:1');
  await pkg(ns, 'upgrade', 'r', chartOf([configMap('a', {}), deployment('web', { image: 'two' })]));
  expect(await maps(ns)).toEqual({ a: {} });
});

const moved = (group: string, version: string, spec: Json): Json => ({
  apiVersion: `${group}/${version}`,
  kind: 'Moved',
  metadata: { name: 'm' },
  spec,
});

test('an object of the chart becomes a hook and then an object again', async () => {
  const ns = await namespace();
  for (const [at, policy] of [
    ['pre-upgrade', ''],
    ['pre-upgrade', 'hook-succeeded'],
    ['post-upgrade', ''],
    ['pre-upgrade,post-upgrade', 'before-hook-creation,hook-succeeded'],
  ] as const) {
    const path = `/api/v1/namespaces/${ns}/configmaps/x`;
    const plain = chartOf([configMap('a'), configMap('x', { as: 'object' })]);
    const hooked = chartOf([configMap('a'), asHook(configMap('x', { as: 'hook' }), at, policy)]);
    const expected = policy.includes('hook-succeeded') ? undefined : { as: 'hook' };
    await pkg(ns, 'install', 'r', plain);
    for (let round = 0; round < 2; round++) {
      await pkg(ns, 'upgrade', 'r', hooked);
      expect([at, policy, (await read(path))?.data]).toEqual([at, policy, expected]);
      await pkg(ns, 'upgrade', 'r', hooked);
      await pkg(ns, 'upgrade', 'r', plain);
      expect((await admin().get(path)).data).toEqual({ as: 'object' });
      await pkg(ns, 'upgrade', 'r', hooked);
      await pkg(ns, 'rollback', 'r');
      expect((await admin().get(path)).data).toEqual({ as: 'object' });
    }
    await pkg(ns, 'uninstall', 'r');
    expect(await read(path)).toBe(undefined);
  }
});

test.each(['', 'hook-succeeded', 'before-hook-creation,hook-succeeded'])(
  'an object may be a hook and an ordinary object (policy "%s")',
  async (policy) => {
    const ns = await namespace();
    const events = 'pre-install,pre-upgrade,pre-rollback';
    const chart = (v: string): string =>
      chartOf([
        asHook(configMap('x', { v, as: 'hook' }), events, policy),
        configMap('x', { v }),
        configMap('a', { v }),
      ]);
    await pkg(ns, 'install', 'r', chart('1'));
    expect(await maps(ns)).toEqual({ x: { v: '1' }, a: { v: '1' } });
    await pkg(ns, 'upgrade', 'r', chart('2'));
    await pkg(ns, 'upgrade', 'r', chart('2'));
    expect(await maps(ns)).toEqual({ x: { v: '2' }, a: { v: '2' } });
    await pkg(ns, 'rollback', 'r', '1');
    expect(await maps(ns)).toEqual({ x: { v: '1' }, a: { v: '1' } });
    await pkg(ns, 'uninstall', 'r');
    expect(await maps(ns)).toEqual({});
  },
);

test('a chart may contain the namespace of its release', async () => {
  for (const flags of [['--create-namespace'], []]) {
    const ns = `${await namespace()}-home`;
    const home = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: ns, labels: { team: 'a' } } };
    const chart = chartOf([home, configMap('a')]);
    await pkg(ns, 'install', 'r', chart, ...flags);
    expect((await admin().get(`/api/v1/namespaces/${ns}`)).metadata.labels.team).toBe('a');
    await pkg(ns, 'upgrade', 'r', chart, ...flags);
    await pkg(ns, 'uninstall', 'r', '--wait');
    expect(await read(`/api/v1/namespaces/${ns}`)).toBe(undefined);
  }
});

test.each(['--create-namespace', 'the chart'])(
  'the ServiceAccount default of a namespace that %s creates is taken over',
  async (maker) => {
    const home = await namespace();
    const made = `${home}-new`;
    const ns = maker === 'the chart' ? home : made;
    const chart = chartOf([
      ...(maker === 'the chart' ? [{ apiVersion: 'v1', kind: 'Namespace', metadata: { name: made } }] : []),
      {
        apiVersion: 'v1',
        kind: 'ServiceAccount',
        metadata: { name: 'default', namespace: made, labels: { mine: 'yes' } },
      },
    ]);
    const path = `/api/v1/namespaces/${made}/serviceaccounts/default`;
    const run = await through(ns, ['install', 'r', chart, '--create-namespace'], async (request) => {
      // The controller creates it first.
      if (isWriteOf('default')(request)) await admin().until(path, (live) => live !== undefined);
      return undefined;
    });
    expect(run).toMatchObject({ status: 0, stderr: '' });
    const { metadata } = await admin().get(path);
    expect(metadata.labels).toEqual({ mine: 'yes', 'app.kubernetes.io/managed-by': 'Helm' });
    await pkg(ns, 'upgrade', 'r', chart);
    await pkg(ns, 'uninstall', 'r');
    // The controller makes another.
    await admin().until(path, (live) => live?.metadata.uid !== metadata.uid);
  },
);

test('an object with content in a new namespace is not taken over', async () => {
  const ns = `${await namespace()}-new`;
  const path = `/api/v1/namespaces/${ns}/configmaps`;
  let made: Promise<unknown> | undefined;
  const args = ['install', 'r', chartOf([configMap('a', { ours: 'yes' })]), '--create-namespace'];
  const { status, stderr } = await through(ns, args, async (request) => {
    if (isWriteOf('a')(request)) await (made ??= admin().create(path, configMap('a', {}, { labels: { mine: 'yes' } })));
    return undefined;
  });
  expect([status, stderr]).toEqual([1, expect.stringContaining('PKG_OBJECT_CONFLICT')]);
  expect((await read(`${path}/a`)).metadata.labels).toEqual({ mine: 'yes' });
});

test('a kind and its object move to another version in one upgrade, and back', async () => {
  const ns = await namespace();
  const group = `${ns}.example.test`;
  const path = (version: string): string => `/apis/${group}/${version}/namespaces/${ns}/moveds/m`;
  const one = chartOf([crd('Moved', group), moved(group, 'v1', { a: 1 })]);
  const two = chartOf([crd('Moved', group, { served: ['v2', 'v1'] }), moved(group, 'v2', { a: 2 })]);
  const three = chartOf([crd('Moved', group, { served: ['v2'], unserved: ['v1'] }), moved(group, 'v2', { a: 3 })]);
  await pkg(ns, 'install', 'r', one);
  await pkg(ns, 'upgrade', 'r', two);
  expect((await admin().get(path('v2'))).spec).toEqual({ a: 2 });
  await pkg(ns, 'upgrade', 'r', three);
  expect((await admin().get(path('v2'))).spec).toEqual({ a: 3 });
  await pkg(ns, 'rollback', 'r', '2');
  expect((await admin().get(path('v1'))).spec).toEqual({ a: 2 });
  await pkg(ns, 'uninstall', 'r', '--wait');
  expect(await read(`/apis/apiextensions.k8s.io/v1/customresourcedefinitions/moveds.${group}`)).toBe(undefined);
});

test('an object in a version that is no longer served is found in another version', async () => {
  const ns = await namespace();
  const group = `${ns}.example.test`;
  const crds = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
  await admin().create(crds, crd('Moved', group));
  await admin().until(`${crds}/moveds.${group}`, ({ status }: Json) =>
    status?.conditions?.some(({ type, status: is }: Json) => type === 'Established' && is === 'True'),
  );
  await pkg(ns, 'install', 'r', chartOf([moved(group, 'v1', { a: 1 }), configMap('a')]));
  const change = async (spec: Json): Promise<void> => {
    const { status } = await admin().request(
      'PATCH',
      `${crds}/moveds.${group}`,
      { spec },
      'application/merge-patch+json',
    );
    expect(status).toBe(200);
    await admin().until(
      `/apis/${group}`,
      (found) => found?.versions?.length === 1 && found.versions[0].version === 'v2',
    );
  };
  await change({ versions: crd('Moved', group, { served: ['v2'], unserved: ['v1'] }).spec.versions });
  expect((await admin().request('GET', `/apis/${group}/v1/namespaces/${ns}/moveds/m`)).status).toBe(404);
  await pkg(ns, 'uninstall', 'r');
  expect((await admin().request('GET', `/apis/${group}/v2/namespaces/${ns}/moveds/m`)).status).toBe(404);
  expect(await maps(ns)).toEqual({});
});

test('uninstall says which kinds are no longer served', async () => {
  const ns = await namespace();
  const group = `${ns}.example.test`;
  await pkg(
    ns,
    'install',
    'r',
    chartOf([moved(group, 'v1', { a: 1 })], { 'crds/c.yaml': JSON.stringify(crd('Moved', group)) }),
  );
  await admin().delete(`/apis/apiextensions.k8s.io/v1/customresourcedefinitions/moveds.${group}`);
  await admin().until(`/apis/${group}/v1`, (found) => found === undefined);
  const { stderr, status } = await pkgOn(ns, ['uninstall', 'r']);
  expect(stderr).toContain(`the cluster serves no Moved of ${group}/v1`);
  expect(status).toBe(0);
});

test('uninstall --wait of a kind with its objects ends', async () => {
  const ns = await namespace();
  const group = `${ns}.example.test`;
  await pkg(ns, 'install', 'r', chartOf([crd('Moved', group), moved(group, 'v1', { a: 1 }), configMap('a')]));
  await pkg(ns, 'uninstall', 'r', '--wait', '--timeout', '60s');
  expect(await read(`/apis/apiextensions.k8s.io/v1/customresourcedefinitions/moveds.${group}`)).toBe(undefined);
});

test('an object that is being deleted does not count as deployed', async () => {
  const ns = await namespace();
  const path = `/api/v1/namespaces/${ns}/configmaps/a`;
  const chart = chartOf([configMap('a', { v: '1' }), configMap('b')]);
  await pkg(ns, 'install', 'r', chart);
  const finalizers = (list: string[] | null): Promise<unknown> =>
    admin().request('PATCH', path, { metadata: { finalizers: list } }, 'application/merge-patch+json');
  await finalizers(['example.test/stays']);
  await admin().delete(path);
  const noted = await pkgOn(ns, ['upgrade', 'r', chart]);
  expect(noted.stderr).toContain('ConfigMap "a" is being deleted');
  expect(noted.status).toBe(0);
  await pkgFails(ns, 'PKG_TIMEOUT', ['upgrade', 'r', chart, '--wait', '--timeout', '3s']);
  const waiting = pkgOn(ns, ['upgrade', 'r', chart, '--wait', '--timeout', '60s']);
  await admin().until(`/api/v1/namespaces/${ns}/secrets/sh.helm.release.v1.r.v4`, (found) => found !== undefined);
  await finalizers(null);
  expect((await waiting).status).toBe(0);
  const { metadata, data } = await admin().get(path);
  expect([metadata.deletionTimestamp, data]).toEqual([undefined, { v: '1' }]);
});

test('fields that only the cluster sets are refused before anything is written', async () => {
  const ns = await namespace();
  for (const [field, value] of [
    ['uid', '11111111-2222-3333-4444-555555555555'],
    ['resourceVersion', '123'],
    ['managedFields', [{ manager: 'x', operation: 'Apply' }]],
  ] as const) {
    const bad = configMap('bad', {}, { [field]: value });
    const charts: [place: string, chart: string][] = [
      ['templates/all.yaml.hbs', chartOf([configMap('a'), bad])],
      ['templates/all.yaml.hbs', chartOf([configMap('a'), asHook(bad, 'post-install')])],
      ['templates/all.yaml.hbs', chartOf([configMap('a'), { apiVersion: 'v1', kind: 'List', items: [bad] }])],
      ['crds/c.yaml', chartOf([configMap('a')], { 'crds/c.yaml': JSON.stringify(bad) })],
    ];
    for (const [place, chart] of charts) {
      const stderr = await pkgFails(ns, 'PKG_OBJECT_INVALID', ['install', 'r', chart]);
      expect(stderr).toContain(`metadata.${field} of ConfigMap "bad" is set, and only the cluster can set it`);
      expect(stderr).toContain(place);
    }
  }
  expect([await maps(ns), await pkg(ns, 'list', '-q')]).toEqual([{}, '']);
  // Empty values are accepted, as `kubectl create --dry-run` prints them.
  const empty = { uid: '', resourceVersion: '', creationTimestamp: null, managedFields: [] };
  await pkg(ns, 'install', 'r', chartOf([configMap('a', {}, empty)]));
  await pkg(ns, 'upgrade', 'r', chartOf([configMap('a', { v: '1' }, empty)]));
  expect(await maps(ns)).toEqual({ a: { v: '1' } });
});

test('failed upgrades are trimmed from the history, and their objects are still found', async () => {
  const ns = await namespace();
  await pkg(ns, 'install', 'r', chartOf([configMap('a')]));
  const failing = (more: Json[]): string =>
    chartOf([configMap('a'), ...more, asHook(job('j', { fails: true }), 'post-upgrade')]);
  await pkgFails(ns, 'PKG_HOOK_FAILED', ['upgrade', 'r', failing([configMap('left')]), '--history-max', '3']);
  for (let round = 0; round < 4; round++) {
    await pkgFails(ns, 'PKG_HOOK_FAILED', ['upgrade', 'r', failing([configMap('left')]), '--history-max', '3']);
  }
  expect(await statuses(ns, 'r')).toEqual(['deployed', 'failed', 'failed']);
  // As long as a revision that is kept has the object in its manifest.
  await admin().request('GET', `/api/v1/namespaces/${ns}/configmaps/left`);
  await pkg(ns, 'upgrade', 'r', chartOf([configMap('a')]), '--history-max', '3');
  expect(await maps(ns)).toEqual({ a: {} });
  expect(await statuses(ns, 'r')).toEqual(['failed', 'failed', 'deployed']);
});

test('after an undo, hints about removed objects are left out', async () => {
  const ns = await namespace();
  const chart = chartOf([asHook(job('j', { fails: true }), 'pre-install,pre-upgrade')]);
  const stderr = await pkgFails(ns, 'PKG_HOOK_FAILED', ['install', 'r', chart, '--rollback-on-failure']);
  expect(stderr).toContain('it was undone by uninstalling it');
  expect(stderr).toContain('run the command without --rollback-on-failure');
  expect(stderr).not.toContain('kubectl');
  expect(await pkg(ns, 'list', '-q')).toBe('');
});

test('the reason of a long message of the server is shown', async () => {
  const ns = await namespace();
  const labels = Object.fromEntries(Array.from({ length: 60 }, (_, index) => [`label-${index}`, 'x'.repeat(60)]));
  const long = job('j');
  long.spec.template.metadata.labels = labels;
  await pkg(ns, 'install', 'r', chartOf([long]));
  const next = job('j');
  next.spec.template.metadata.labels = { ...labels, 'label-0': 'other' };
  const stderr = await pkgFails(ns, 'PKG_OBJECT_INVALID', ['upgrade', 'r', chartOf([next])]);
  expect(stderr).toMatch(/spec\.template: Invalid value: .*….*field is immutable/);
});

test('a namespace that is being deleted is reported as such', async () => {
  const ns = await namespace();
  const holder = configMap('holder', {}, { finalizers: ['example.test/stays'] });
  const path = `/api/v1/namespaces/${ns}/configmaps`;
  await admin().create(path, holder);
  await admin().delete(`/api/v1/namespaces/${ns}`);
  for (const chart of [chartOf([configMap('a')]), chartOf([])]) {
    const stderr = await pkgFails(ns, 'PKG_NAMESPACE_TERMINATING', ['install', 'r', chart, '--create-namespace']);
    expect(stderr).toContain(`the namespace "${ns}" is being deleted`);
  }
  const none = { metadata: { finalizers: null } };
  await admin().request('PATCH', `${path}/holder`, none, 'application/merge-patch+json');
});

test('the error about an object of another release says whether that release still exists', async () => {
  const ns = await namespace();
  const chart = chartOf([configMap('a')]);
  await pkg(ns, 'install', 'first', chart);
  const held = await pkgFails(ns, 'PKG_OBJECT_OWNED', ['install', 'second', chart]);
  expect(held).toContain('meta.helm.sh/release-name is "first"');
  expect(held).not.toContain('is left');
  await admin().delete(`/api/v1/namespaces/${ns}/secrets/sh.helm.release.v1.first.v1`);
  const left = await pkgFails(ns, 'PKG_OBJECT_OWNED', ['install', 'second', chart]);
  expect(left).toContain('no record of the release that it names is left');
  await pkg(ns, 'install', 'second', chart, '--take-ownership');
});

test.each(['install', 'upgrade'])('an undone %s does not delete what it took over', async (operation) => {
  const ns = await namespace();
  const path = `/api/v1/namespaces/${ns}/configmaps`;
  if (operation === 'upgrade') await pkg(ns, 'install', 'r', chartOf([configMap('a')]));
  await admin().create(path, configMap('theirs', { mine: 'yes' }));
  const failing = asHook(job('j', { fails: true }), 'post-install,post-upgrade');
  const chart = chartOf([configMap('a'), configMap('theirs', { ours: 'yes' }), configMap('new'), failing]);
  const flags = ['--take-ownership', '--rollback-on-failure'];
  await pkgFails(ns, 'PKG_HOOK_FAILED', [operation, 'r', chart, ...flags]);
  expect((await admin().get(`${path}/theirs`)).data).toMatchObject({ mine: 'yes' });
  expect(await read(`${path}/new`)).toBe(undefined);
});

test('releases that are installed at once share a namespace and the kinds of crds/', async () => {
  const ns = `${await namespace()}-new`;
  const group = `${ns}.example.test`;
  const chart = (name: string): string =>
    chartOf([configMap(name), { ...moved(group, 'v1', {}), metadata: { name } }], {
      'crds/c.yaml': JSON.stringify(crd('Moved', group)),
    });
  // Each is held before its first write, until both have planned.
  let planned = 0;
  let go: () => void = () => undefined;
  const both = new Promise<void>((resolve) => (go = resolve));
  const install = async (name: string): Promise<Run> => {
    let isHeld = false;
    return await through(ns, ['install', name, chart(name), '--create-namespace'], async ({ method, query }) => {
      if (method !== 'PATCH' || query.has('dryRun') || isHeld) return undefined;
      isHeld = true;
      if (++planned === 2) go();
      await both;
      return undefined;
    });
  };
  for (const { status, stderr } of await Promise.all(['a', 'b'].map(install)))
    expect([status, stderr]).toEqual([0, '']);
  expect(await maps(ns)).toEqual({ a: {}, b: {} });
});
