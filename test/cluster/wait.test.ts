/** Waiting for objects, and undoing operations whose objects do not become ready. */
import { describe, expect } from 'vitest';
import type { Json } from '../controlplane/client.ts';
import { admin, helmOn, kubectlOn, namespace, pkgOn, test } from '../support/cluster.ts';
import { chartOf, configMap, crd, deployment, goChartOf, helm, job, maps, pkg, pkgFails, statuses } from './support.ts';

// These tests mostly wait, so they run at the same time.
describe.concurrent('--wait', () => {
  test('install --wait ends when the objects are ready, and not before', async () => {
    const ns = await namespace();
    const claim = {
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      metadata: { name: 'data' },
      spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
    };
    await pkg(ns, 'install', 'r', chartOf([deployment('web', { replicas: 3 }), claim, configMap('c')]), '--wait');
    const { status } = await admin().get(`/apis/apps/v1/namespaces/${ns}/deployments/web`);
    expect(status.availableReplicas).toBe(3);
    const { status: bound } = await admin().get(`/api/v1/namespaces/${ns}/persistentvolumeclaims/data`);
    expect(bound.phase).toBe('Bound');
  });

  test('objects that are not ready are named during the wait and after the timeout', async () => {
    const ns = await namespace();
    const chart = chartOf([deployment('bad', { fails: true, replicas: 2 }), deployment('good'), configMap('c')]);
    const stderr = await pkgFails(ns, 'PKG_TIMEOUT', ['install', 'r', chart, '--wait', '--timeout', '20s']);
    const lines = stderr.split('\n');
    expect(lines.filter((line) => line.startsWith('waiting for Deployment bad: available: 0 of 2'))).toHaveLength(1);
    expect(stderr).not.toContain('ConfigMap');
    expect(stderr).toContain('Error: the operation is not done after 20 seconds: Deployment.apps "bad" is not ready');
    expect(await statuses(ns, 'r')).toEqual(['failed']);
    // The objects exist, and the next command may correct them.
    await pkg(ns, 'upgrade', 'r', chartOf([deployment('bad'), deployment('good'), configMap('c')]), '--wait');
    expect(await statuses(ns, 'r')).toEqual(['failed', 'deployed']);
  });

  test('--wait-for-jobs waits for Jobs, and a failed one ends the wait at once', async () => {
    const ns = await namespace();
    await pkg(ns, 'install', 'done', chartOf([job('well')]), '--wait', '--wait-for-jobs');
    expect((await admin().get(`/apis/batch/v1/namespaces/${ns}/jobs/well`)).status.succeeded).toBe(1);
    const begun = Date.now();
    const stderr = await pkgFails(ns, 'PKG_NOT_READY', [
      ...['install', 'bad', chartOf([job('ill', { fails: true })])],
      ...['--wait', '--wait-for-jobs', '--timeout', '2m'],
    ]);
    expect(stderr).toMatch(/^Error: Job\.batch "ill" failed to become ready/m);
    expect(Date.now() - begun).toBeLessThan(60_000);
  });

  test('a failed upgrade is rolled back; a failed install leaves nothing', async () => {
    const ns = await namespace();
    await pkg(ns, 'install', 'r', chartOf([deployment('web'), configMap('c', { a: '1' }), configMap('old')]), '--wait');
    const bad = chartOf([deployment('web'), job('ill', { fails: true }), configMap('c', { a: '2' }), configMap('new')]);
    const jobs = '--wait-for-jobs';
    const back = await pkgFails(ns, 'PKG_NOT_READY', ['upgrade', 'r', bad, '--rollback-on-failure', jobs]);
    expect(back).toContain('it was undone by going back to revision 1');
    expect(await statuses(ns, 'r')).toEqual(['superseded', 'failed', 'deployed']);
    expect(await maps(ns)).toEqual({ c: { a: '1' }, old: {} });

    const fresh = chartOf([job('fresh', { fails: true }), configMap('fresh')]);
    const gone = await pkgFails(ns, 'PKG_NOT_READY', ['upgrade', '-i', 'fresh', fresh, '--atomic', jobs]);
    expect(gone).toContain('it was undone by uninstalling it');
    expect(await pkg(ns, 'list', '-q')).toBe('r\n');
    expect(await maps(ns)).toEqual({ c: { a: '1' }, old: {} });
    // A failure before the first write does not change an existing release.
    await pkgFails(ns, 'PKG_RELEASE_EXISTS', ['install', 'r', fresh, '--rollback-on-failure']);
    expect(await statuses(ns, 'r')).toEqual(['superseded', 'failed', 'deployed']);
  });

  test('uninstall --wait ends when the objects are gone, and --cascade decides about their dependents', async () => {
    const ns = await namespace();
    const held = configMap('held', {}, { finalizers: ['example.test/held'] });
    await pkg(ns, 'install', 'r', chartOf([deployment('web'), held]), '--wait');
    const stderr = await pkgFails(ns, 'PKG_TIMEOUT', ['uninstall', 'r', '--wait', '--timeout', '15s']);
    expect(stderr).toContain('ConfigMap "held" is not gone');
    expect(stderr).toContain('it is still there');
    await kubectlOn(ns, ['patch', 'configmap', 'held', '--type=merge', '-p', '{"metadata":{"finalizers":null}}']);
    await pkg(ns, 'uninstall', 'r', '--wait', '--cascade', 'foreground');
    expect((await admin().get(`/apis/apps/v1/namespaces/${ns}/replicasets`)).items).toEqual([]);
    await pkg(ns, 'install', 'r', chartOf([deployment('web')]), '--wait');
    await pkg(ns, 'uninstall', 'r', '--wait', '--cascade', 'orphan');
    expect((await admin().get(`/apis/apps/v1/namespaces/${ns}/replicasets`)).items).toHaveLength(1);
  });
});

describe.concurrent('objects of custom kinds', () => {
  /** What a controller may say of an object, and whether helm takes that for ready. */
  const STATES: readonly [name: string, status: Json][] = [
    ['silent', undefined],
    ['ready', { conditions: [{ type: 'Ready', status: 'True' }] }],
    ['unready', { conditions: [{ type: 'Ready', status: 'False', message: 'not yet' }] }],
    ['unsure', { conditions: [{ type: 'Ready', status: 'Unknown' }] }],
    ['other', { conditions: [{ type: 'Available', status: 'False' }] }],
    ['behind', { observedGeneration: 0, conditions: [{ type: 'Ready', status: 'True' }] }],
    ['observed', { observedGeneration: 1 }],
    ['reconciling', { conditions: [{ type: 'Reconciling', status: 'True', message: 'at it' }] }],
    ['stalled', { conditions: [{ type: 'Stalled', status: 'True', message: 'stuck' }] }],
  ];
  const group = `states-${process.pid}.example.test`;

  test('whose CRD is never established are not written, and the hint is true of a CRD', async () => {
    const ns = await namespace();
    const here = `taken-${process.pid}.example.test`;
    const first = crd('Taken', here);
    // Names are unique within a group, so that the second is never established.
    const second = structuredClone(first);
    second.metadata.name = `others.${here}`;
    second.spec.names.plural = 'others';
    const object = { apiVersion: `${here}/v1`, kind: 'Taken', metadata: { name: 'x' } };
    const said = await pkgFails(ns, 'PKG_NOT_READY', ['install', 'r', chartOf([first, second, object])]);
    expect(said).toMatch(/failed to become ready: .*already in use/);
    expect(said).toContain('hint: look at its conditions and events with `kubectl describe`\n');
    await pkg(ns, 'uninstall', 'r', '--wait');
    await pkg(ns, 'install', 'r', chartOf([first, object]));
    await pkg(ns, 'uninstall', 'r', '--wait');
  });

  test('are ready when helm says so', async () => {
    const ns = await namespace();
    await admin().create(
      '/apis/apiextensions.k8s.io/v1/customresourcedefinitions',
      crd('Thing', group, { hasStatus: true }),
    );
    await admin().until(`/apis/${group}/v1/namespaces/${ns}/things`, (list) => list !== undefined);
    await Promise.all(
      STATES.map(async ([name, status]) => {
        const thing = (of: string): Json => ({ apiVersion: `${group}/v1`, kind: 'Thing', metadata: { name: of } });
        const charts = [chartOf([thing(`${name}-pkg`)]), goChartOf([thing(`${name}-helm`)])];
        const release = ['install', name];
        await pkg(ns, ...release.with(1, `${name}-pkg`), charts[0] ?? '');
        await helm(ns, ...release.with(1, `${name}-helm`), charts[1] ?? '');
        if (status !== undefined) {
          for (const program of ['pkg', 'helm']) {
            const path = `/apis/${group}/v1/namespaces/${ns}/things/${name}-${program}/status`;
            const answer = await admin().request('PATCH', path, { status }, 'application/merge-patch+json');
            expect(answer.status).toBe(200);
          }
        }
        const wait = ['--wait', '--timeout', '20s'];
        const [ours, theirs] = await Promise.all([
          pkgOn(ns, ['upgrade', `${name}-pkg`, charts[0] ?? '', ...wait]),
          helmOn(ns, ['upgrade', `${name}-helm`, charts[1] ?? '', ...wait]),
        ]);
        expect([name, ours.status, ours.stderr]).toEqual([name, theirs.status, expect.any(String)]);
      }),
    );
  });
});
