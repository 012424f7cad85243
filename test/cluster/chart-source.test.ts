/** The source of a chart is stored beside the record, is owned by it, and never makes an operation fail. */
import { join } from 'node:path';
import { expect } from 'vitest';
import { admin, helmOn, namespace, pkgOn, test } from '../support/cluster.ts';
import { startChartServer } from '../support/chart-server.ts';
import { makeRepository } from '../repository/support.ts';
import { helm, pkg } from './support.ts';

type Row = { name: string; namespace: string; version: string; fitting: string; status: string };

async function rows(ns: string, ...args: string[]): Promise<Row[]> {
  const { status, stdout, stderr } = await pkgOn(ns, ['outdated', '-o', 'json', ...args]);
  expect(status, stderr).toBe(0);
  return JSON.parse(stdout) as Row[];
}

test('the source of the chart is updated by upgrades and rollbacks, also with helm between them, and removed with the release', async () => {
  const folder = await makeRepository([
    ['web', '1.0.0'],
    ['web', '1.1.0'],
  ]);
  const server = await startChartServer(folder);
  try {
    const ns = await namespace();
    const secret = (revision: number): string => `/api/v1/namespaces/${ns}/secrets/pkg.v1.r.v${revision}`;
    await pkg(ns, 'install', 'r', 'web', '--repo', server.url, '--version', '1.0.0');
    const [first] = await rows(ns);
    expect(first).toMatchObject({ version: '1.0.0', fitting: '1.1.0', status: 'outdated' });
    const stored = await admin().get(secret(1));
    expect(stored['metadata']).toMatchObject({
      ownerReferences: [{ kind: 'Secret', name: 'sh.helm.release.v1.r.v1' }],
    });
    await helm(ns, 'upgrade', 'r', join(folder, 'web-1.1.0.tgz'));
    expect((await rows(ns))[0]).toMatchObject({ version: '1.1.0', status: 'unknown' });
    await pkg(ns, 'rollback', 'r', '1');
    expect((await rows(ns, 'r'))[0]).toMatchObject({ version: '1.0.0', fitting: '1.1.0', status: 'outdated' });
    await pkg(ns, 'upgrade', 'r', 'web', '--repo', server.url);
    expect((await rows(ns))[0]).toMatchObject({ version: '1.1.0', status: 'up to date' });
    // Other tests have damaged Secrets of releases.
    const { stdout } = await pkgOn(ns, ['outdated', '-A', '-o', 'json']);
    const all = (JSON.parse(stdout) as Row[]).filter((row) => row.namespace === ns);
    expect(all.map(({ name }) => name)).toEqual(['r']);
    const data = { values: Buffer.from('no JSON').toString('base64') };
    const patched = await admin().request('PATCH', secret(4), { data }, 'application/merge-patch+json');
    expect(patched.status).toBe(200);
    const damaged = await pkgOn(ns, ['outdated', '-o', 'json']);
    expect((JSON.parse(damaged.stdout) as Row[])[0]).toMatchObject({ version: '1.1.0', status: 'failed' });
    expect(damaged.stderr).toContain('code: PKG_RECORD_CORRUPT');
    await helm(ns, 'uninstall', 'r');
    await admin().until(secret(1), (gone) => gone === undefined);
    expect(await rows(ns)).toEqual([]);
  } finally {
    server.close();
  }
});

test('a user who may only create and replace Secrets can install', async () => {
  const server = await startChartServer(await makeRepository([['web', '1.0.0']]));
  try {
    const ns = await namespace();
    const rbac = `/apis/rbac.authorization.k8s.io/v1/namespaces/${ns}`;
    const meta = { apiVersion: 'rbac.authorization.k8s.io/v1', metadata: { name: 'narrow' } };
    const all = ['get', 'list', 'watch', 'create', 'update', 'delete'];
    await admin().create(`${rbac}/roles`, {
      ...meta,
      kind: 'Role',
      rules: [
        { apiGroups: [''], resources: ['secrets'], verbs: all },
        { apiGroups: [''], resources: ['configmaps'], verbs: [...all, 'patch'] },
      ],
    });
    await admin().create(`${rbac}/rolebindings`, {
      ...meta,
      kind: 'RoleBinding',
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'narrow' },
      subjects: [{ kind: 'User', name: 'narrow', apiGroup: 'rbac.authorization.k8s.io' }],
    });
    const args = ['install', 'r', 'web', '--repo', server.url, '--kube-as-user', 'narrow'];
    const { status, stderr } = await pkgOn(ns, args);
    expect(status, stderr).toBe(0);
    expect(stderr).toContain('it could not be stored where the chart of r came from');
    expect((await rows(ns))[0]).toMatchObject({ status: 'unknown' });
    expect((await helmOn(ns, ['status', 'r'])).status).toBe(0);
  } finally {
    server.close();
  }
});
