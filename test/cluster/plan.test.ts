/** Planning on a cluster: fields that are left to others, and errors before anything is written. */
import { expect } from 'vitest';
import type { Json } from '../controlplane/client.ts';
import { access, admin, kubectlOn, namespace, pkgOn, test } from '../support/cluster.ts';
import { startProxy } from '../support/proxy.ts';
import { chartOf, configMap, crd, deployment, job, maps, pkg, pkgFails, statuses } from './support.ts';

async function replicas(ns: string): Promise<number> {
  return (await admin().get(`/apis/apps/v1/namespaces/${ns}/deployments/web`)).spec.replicas;
}

test('upgrades and rollbacks keep the replicas of kubectl scale, unless --force-conflicts is given', async () => {
  const ns = await namespace();
  await pkg(ns, 'install', 'r', chartOf([deployment('web', { replicas: 1 })]));
  await kubectlOn(ns, ['scale', 'deployment', 'web', '--replicas=4']);
  const next = chartOf([deployment('web', { replicas: 2, image: 'two' })]);
  const upgraded = await pkgOn(ns, ['upgrade', 'r', next]);
  expect(upgraded.stderr).toContain('.spec.replicas of Deployment.apps "web" is left to "kubectl" through scale');
  expect(upgraded.status).toBe(0);
  const { spec } = await admin().get(`/apis/apps/v1/namespaces/${ns}/deployments/web`);
  expect([spec.replicas, spec.template.spec.containers[0].image]).toEqual([4, 'example.test/two:1']);
  expect((await pkgOn(ns, ['rollback', 'r', '1'])).status).toBe(0);
  expect(await replicas(ns)).toBe(4);
  await pkg(ns, 'upgrade', 'r', next, '--force-conflicts');
  expect(await replicas(ns)).toBe(2);
});

test('upgrades keep the replicas of an autoscaler', async () => {
  const ns = await namespace();
  const target = { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' };
  const scaler = {
    apiVersion: 'autoscaling/v2',
    kind: 'HorizontalPodAutoscaler',
    metadata: { name: 'web' },
    spec: { scaleTargetRef: target, minReplicas: 3, maxReplicas: 5 },
  };
  const chart = chartOf([deployment('web', { replicas: 1 }), scaler]);
  await pkg(ns, 'install', 'r', chart);
  await admin().until(`/apis/apps/v1/namespaces/${ns}/deployments/web`, ({ spec }: Json) => spec.replicas === 3);
  const upgraded = await pkgOn(ns, ['upgrade', 'r', chart]);
  expect(upgraded.stderr).toContain('is left to "kube-controller-manager" through scale');
  expect(await replicas(ns)).toBe(3);
});

test('a dropped field stays if another manager owns it too, and the plan says so', async () => {
  const ns = await namespace();
  await pkg(ns, 'install', 'r', chartOf([configMap('c', { a: '1', b: '2', d: '3' })]));
  const same = configMap('c', { b: '2' });
  await admin().apply(`/api/v1/namespaces/${ns}/configmaps/c`, same);
  const next = chartOf([configMap('c', { a: '1' })]);
  const plan = await pkgOn(ns, ['diff', 'upgrade', 'r', next]);
  expect(plan.stdout + plan.stderr).toContain('.data.b of ConfigMap "c" is kept: also held by "test"');
  expect((await pkgOn(ns, ['upgrade', 'r', next])).status).toBe(0);
  expect(await maps(ns)).toEqual({ c: { a: '1', b: '2' } });
});

test('objects that cannot be applied are an error before anything is written', async () => {
  const ns = await namespace();
  await pkg(ns, 'install', 'r', chartOf([configMap('a', { v: '1' }), deployment('web')]));
  const moved = deployment('web');
  moved.spec.selector.matchLabels.app = 'other';
  moved.spec.template.metadata.labels.app = 'other';
  const unknownField = deployment('new');
  unknownField.spec.replicaz = 3;
  const unknownKind = { apiVersion: 'example.test/v1', kind: 'Nothing', metadata: { name: 'n' } };
  const nowhere = configMap('b', {}, { namespace: 'there-is-none' });
  for (const [code, text, object] of [
    ['PKG_OBJECT_INVALID', 'spec.selector: Invalid value', moved],
    ['PKG_OBJECT_INVALID', '.spec.replicaz: field not declared in schema', unknownField],
    ['PKG_KIND_UNKNOWN', 'the cluster knows no Nothing of example.test/v1', unknownKind],
    ['PKG_NAMESPACE_NOT_FOUND', 'the namespace "there-is-none" does not exist', nowhere],
    ['PKG_OBJECT_INVALID', 'metadata.name', configMap('Not_A_Name')],
  ] as const) {
    const objects = [configMap('a', { v: '2' }), configMap('new'), ...(object === moved ? [] : [deployment('web')])];
    const stderr = await pkgFails(ns, code, ['upgrade', 'r', chartOf([...objects, object])]);
    expect(stderr).toContain(text);
    expect(await maps(ns)).toEqual({ a: { v: '1' } });
    expect(await statuses(ns, 'r')).toEqual(['deployed']);
    if (object === moved) continue;
    await pkgFails(ns, code, ['install', 'fresh', chartOf([configMap('fresh'), object])]);
    expect(await pkg(ns, 'list', '-q')).toBe('r\n');
  }
  expect(await maps(ns)).toEqual({ a: { v: '1' } });
});

test('namespaces and CRDs may come together with their objects', async () => {
  const ns = await namespace();
  const other = `${ns}-other`;
  const group = `${ns}.example.test`;
  const of = (kind: string): Json => ({
    apiVersion: `${group}/v1`,
    kind,
    metadata: { name: `${ns}-x` },
    spec: { a: 1 },
  });
  const chart = chartOf(
    [
      { apiVersion: 'v1', kind: 'Namespace', metadata: { name: other } },
      configMap('inside', {}, { namespace: other }),
      crd('Wide', group, { scope: 'Cluster' }),
      of('Wide'),
      of('Narrow'),
    ],
    { 'crds/narrow.yaml': JSON.stringify(crd('Narrow', group)) },
  );
  await pkg(ns, 'install', 'r', chart);
  expect((await admin().get(`/apis/${group}/v1/wides/${ns}-x`)).spec).toEqual({ a: 1 });
  expect((await admin().get(`/apis/${group}/v1/namespaces/${ns}/narrows/${ns}-x`)).spec).toEqual({ a: 1 });
  expect((await admin().get(`/api/v1/namespaces/${other}/configmaps/inside`)).metadata.name).toBe('inside');
  expect(await pkg(ns, 'diff', 'upgrade', 'r', chart)).toContain('0 to create, 0 to update, 0 to delete');
  await pkg(ns, 'uninstall', 'r');
  // A chart's crds/ stay, as with Helm.
  await admin().until(`/apis/${group}/v1/wides`, (list) => list === undefined);
  expect((await admin().request('GET', `/apis/${group}/v1/namespaces/${ns}/narrows`)).body.items).toEqual([]);
});

test('Lists are split, of equal objects the last counts, and keys dropped from stringData are removed', async () => {
  const ns = await namespace();
  const list = { apiVersion: 'v1', kind: 'List', items: [configMap('one'), configMap('two', { a: '1' })] };
  const secret = (stringData: Record<string, string>): Json => ({
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 's' },
    stringData,
  });
  const first = chartOf([list, configMap('two', { a: '2' }), secret({ user: 'me', password: 'x' })]);
  const { stderr } = await pkgOn(ns, ['install', 'r', first]);
  expect(stderr).toContain('ConfigMap "two" is rendered more than once: the last one counts');
  // A List comes after what Helm's order names.
  expect(await maps(ns)).toEqual({ one: {}, two: { a: '1' } });
  await pkg(ns, 'upgrade', 'r', chartOf([configMap('two', { a: '2' }), secret({ user: 'you' })]));
  expect(await maps(ns)).toEqual({ two: { a: '2' } });
  expect((await admin().get(`/api/v1/namespaces/${ns}/secrets/s`)).data).toEqual({ user: 'eW91' });
});

test('objects of a failed revision are not forgotten', async () => {
  const ns = await namespace();
  const fails = job('fails', { fails: true });
  await pkg(ns, 'install', 'r', chartOf([configMap('a')]));
  const wait = ['--wait', '--wait-for-jobs'];
  await pkgFails(ns, 'PKG_NOT_READY', ['upgrade', 'r', chartOf([configMap('a'), configMap('left'), fails]), ...wait]);
  await pkgFails(ns, 'PKG_NOT_READY', ['upgrade', 'r', chartOf([configMap('a'), configMap('over'), fails]), ...wait]);
  expect(Object.keys(await maps(ns))).toEqual(['a', 'over']);
  await pkg(ns, 'rollback', 'r', '1');
  expect(Object.keys(await maps(ns))).toEqual(['a']);
  expect((await admin().request('GET', `/apis/batch/v1/namespaces/${ns}/jobs/fails`)).status).toBe(404);
  expect(await statuses(ns, 'r')).toEqual(['superseded', 'failed', 'failed', 'deployed']);
});

test('an object that replaces another while the plan is applied is not overwritten', async () => {
  const ns = await namespace();
  await pkg(ns, 'install', 'r', chartOf([configMap('a'), configMap('b', { v: '1' })]));
  const path = `/api/v1/namespaces/${ns}/configmaps/b`;
  for (const next of [[configMap('a'), configMap('b', { v: '2' })], [configMap('a')]]) {
    let replaced: Promise<unknown> | undefined;
    const replace = async (): Promise<void> => {
      await admin().delete(path);
      await admin().create(path.replace(/\/b$/, ''), configMap('b', { mine: 'yes' }));
    };
    const proxy = await startProxy({
      upstream: access(),
      fault: async ({ method, path: asked }) => {
        if (method === 'POST' && asked.endsWith('/secrets')) await (replaced ??= replace());
        return undefined;
      },
    });
    try {
      const { status, stderr } = await pkgOn(ns, ['upgrade', 'r', chartOf(next)], { kubeconfig: proxy.kubeconfig });
      expect(stderr).toContain('PKG_OBJECT_CONFLICT');
      expect(status).toBe(1);
    } finally {
      await proxy.close();
    }
    expect((await admin().get(path)).data).toEqual({ mine: 'yes' });
    await pkg(
      ns,
      'upgrade',
      'r',
      chartOf([configMap('a'), configMap('b', { v: '1' })]),
      '--take-ownership',
      '--force-conflicts',
    );
  }
});
