/** Users with few rights: a missing right is an error before anything is written. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import type { Json } from '../controlplane/client.ts';
import { access, admin, kubectlOn, namespace, pkgOn, test } from '../support/cluster.ts';
import type { RunOptions } from '../support/cluster.ts';
import { chartOf, configMap, deployment, job, maps, pkg, pkgFails, withoutProgress } from './support.ts';
import { temporaryFolder } from '../support/folders.ts';

type Rule = { apiGroups: string[]; resources: string[]; verbs: string[]; resourceNames?: string[] };

const ALL: Rule = { apiGroups: ['*'], resources: ['*'], verbs: ['*'] };
/** What every command needs: the records. */
const RECORDS: Rule = { apiGroups: [''], resources: ['secrets'], verbs: ['*'] };

/** A ServiceAccount with these rights in its namespace, and a kubeconfig with its token. */
async function account(ns: string, name: string, rules: readonly Rule[]): Promise<RunOptions> {
  const rbac = `/apis/rbac.authorization.k8s.io/v1/namespaces/${ns}`;
  const metadata = { name };
  const group = 'rbac.authorization.k8s.io';
  await admin().create(`/api/v1/namespaces/${ns}/serviceaccounts`, {
    apiVersion: 'v1',
    kind: 'ServiceAccount',
    metadata,
  });
  await admin().create(`${rbac}/roles`, { apiVersion: `${group}/v1`, kind: 'Role', metadata, rules });
  await admin().create(`${rbac}/rolebindings`, {
    apiVersion: `${group}/v1`,
    kind: 'RoleBinding',
    metadata,
    roleRef: { apiGroup: group, kind: 'Role', name },
    subjects: [{ kind: 'ServiceAccount', name, namespace: ns }],
  });
  const token = (await kubectlOn(ns, ['create', 'token', name])).stdout.trim();
  return withToken(token);
}

function withToken(token: string): RunOptions {
  const { server, ca } = access();
  const path = join(temporaryFolder(), 'kubeconfig');
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'test',
    clusters: [{ name: 'test', cluster: { server, 'certificate-authority-data': Buffer.from(ca).toString('base64') } }],
    users: [{ name: 'test', user: { token } }],
    contexts: [{ name: 'test', context: { cluster: 'test', user: 'test' } }],
  };
  writeFileSync(path, JSON.stringify(config), { mode: 0o600 });
  return { kubeconfig: path };
}

const FIRST = chartOf([configMap('a', { v: '1' }), configMap('old'), deployment('web')]);
const SECOND = chartOf([configMap('a', { v: '2' }), configMap('new'), deployment('web', { image: 'two' })]);

test('a user with all rights in a namespace can manage releases there', async () => {
  const ns = await namespace();
  const user = await account(ns, 'all', [ALL]);
  const done = async (...args: string[]): Promise<string> => {
    const { status, stdout, stderr } = await pkgOn(ns, args, user);
    expect(withoutProgress(stderr)).toBe('');
    expect(status).toBe(0);
    return stdout;
  };
  await done('install', 'r', FIRST, '--create-namespace', '--wait');
  await done('upgrade', 'r', SECOND, '--wait');
  expect(await done('diff', 'rollback', 'r', '1')).toContain('1 to create, 2 to update, 1 to delete');
  await done('rollback', 'r', '1', '--wait');
  expect(await done('list', '-q')).toBe('r\n');
  for (const command of ['status', 'history']) await done(command, 'r');
  for (const part of ['all', 'manifest', 'values', 'metadata']) await done('get', part, 'r');
  await done('uninstall', 'r', '--wait');
  expect(await maps(ns)).toEqual({});
});

/** The rights that a hook takes, but one. */
const without = (verb: string): string[] => ['create', 'patch', 'delete'].filter((other) => other !== verb);

function asHook(object: Json): Json {
  const annotations = { 'helm.sh/hook': 'pre-upgrade', 'helm.sh/hook-delete-policy': 'hook-succeeded' };
  return { ...object, metadata: { ...object.metadata, annotations } };
}

test('a missing right is named with verb, resource and namespace, before anything is written', async () => {
  const ns = await namespace();
  await pkg(ns, 'install', 'r', FIRST);
  const reads: Rule = { apiGroups: ['*'], resources: ['*'], verbs: ['get', 'list', 'watch'] };
  const changes: Rule = { apiGroups: ['', 'apps'], resources: ['configmaps', 'deployments'], verbs: ['*'] };
  const cases: readonly [name: string, rules: Rule[], args: string[], said: string][] = [
    ['nothing', [], ['upgrade', 'r', SECOND], 'may not list secrets in namespace'],
    ['reader', [reads], ['upgrade', 'r', FIRST], 'may not create secrets in namespace'],
    ['no-records', [reads, changes], ['upgrade', 'r', SECOND], 'may not create secrets in namespace'],
    ['no-patch', [reads, RECORDS], ['upgrade', 'r', SECOND], 'may not patch configmaps in namespace'],
    [
      'no-new',
      [reads, RECORDS],
      ['install', 'other', chartOf([configMap('x')])],
      'may not patch configmaps in namespace',
    ],
    // An apply that makes an object is a patch, and needs the right to create, too.
    [
      'no-create',
      [reads, RECORDS, { ...changes, verbs: ['patch', 'delete'] }],
      ['install', 'other', chartOf([configMap('x'), configMap('y')])],
      'may not create configmaps in namespace',
    ],
    ...(['patch', 'create', 'delete'] as const).map((verb): [string, Rule[], string[], string] => [
      `no-hooks-${verb}`,
      [reads, RECORDS, changes, { apiGroups: ['batch'], resources: ['jobs'], verbs: without(verb) }],
      ['upgrade', 'r', chartOf([configMap('a', { v: '2' }), asHook(job('h'))])],
      `may not ${verb} jobs.batch in namespace`,
    ]),
    [
      'no-delete',
      [reads, RECORDS, { ...changes, verbs: ['create', 'patch'] }],
      ['upgrade', 'r', SECOND],
      'may not delete configmaps in namespace',
    ],
    [
      'no-apps',
      [reads, RECORDS, { ...changes, apiGroups: [''] }],
      ['uninstall', 'r'],
      'may not delete deployments.apps in',
    ],
  ];
  await Promise.all(
    cases.map(async ([name, rules, args, said]) => {
      const user = await account(ns, name, rules);
      const stderr = await pkgFails(ns, 'PKG_CLUSTER_FORBIDDEN', args, user);
      expect(stderr).toContain(`system:serviceaccount:${ns}:${name}`);
      expect(stderr.split(said), stderr).toHaveLength(2);
      expect(stderr).toContain(ns);
    }),
  );
  expect(await maps(ns)).toEqual({ a: { v: '1' }, old: {} });
  expect(await pkg(ns, 'history', 'r', '-o', 'json')).toContain('"revision":1');
  expect(JSON.parse(await pkg(ns, 'history', 'r', '-o', 'json'))).toHaveLength(1);
});

test('a user with read rights can run diff', async () => {
  const ns = await namespace();
  await pkg(ns, 'install', 'r', FIRST);
  const user = await account(ns, 'reader', [{ ...ALL, verbs: ['get', 'list'] }]);
  const { status, stdout, stderr } = await pkgOn(ns, ['diff', 'upgrade', 'r', SECOND], user);
  expect(stdout).toContain('1 to create, 2 to update, 1 to delete');
  expect(stdout + stderr).toContain('may not patch configmaps');
  expect(status).toBe(0);
});

test('a user without the right to watch or list can wait', async () => {
  const ns = await namespace();
  const kinds = { apiGroups: ['', 'apps'], resources: ['configmaps', 'deployments'] };
  await Promise.all(
    [['get', 'list'], ['get']].map(async (reads, index) => {
      const name = `reads-${index}`;
      const user = await account(ns, name, [RECORDS, { ...kinds, verbs: [...reads, 'create', 'patch', 'delete'] }]);
      const chart = chartOf([deployment(`${name}-a`), deployment(`${name}-b`), configMap(name)]);
      const { status, stderr } = await pkgOn(ns, ['install', name, chart, '--wait', '--timeout', '2m'], user);
      expect([status, withoutProgress(stderr)]).toEqual([0, '']);
      const { items } = await admin().get(`/apis/apps/v1/namespaces/${ns}/deployments`);
      const own = (items as Json[]).filter(({ metadata }) => metadata.name.startsWith(name));
      expect(own.map(({ status: now }) => now.availableReplicas)).toEqual([1, 1]);
    }),
  );
});

test('rights for single names are enough', async () => {
  const ns = await namespace();
  const names = ['a', 'old', 'new'];
  await pkg(ns, 'install', 'r', chartOf([configMap('a'), configMap('old')]));
  const user = await account(ns, 'named', [
    RECORDS,
    { apiGroups: [''], resources: ['configmaps'], verbs: ['get', 'patch', 'delete'], resourceNames: names },
    { apiGroups: [''], resources: ['configmaps'], verbs: ['create'] },
  ]);
  const { status, stderr } = await pkgOn(
    ns,
    ['upgrade', 'r', chartOf([configMap('a', { v: '1' }), configMap('new')])],
    user,
  );
  expect(withoutProgress(stderr)).toBe('');
  expect(status).toBe(0);
  expect(await maps(ns)).toEqual({ a: { v: '1' }, new: {} });
});

test('a token that the cluster does not accept is reported', async () => {
  const ns = await namespace();
  const header = Buffer.from(JSON.stringify({ alg: 'RS256' })).toString('base64url');
  const claims = Buffer.from(JSON.stringify({ exp: 1_000_000_000, sub: 'x' })).toString('base64url');
  const stderr = await pkgFails(ns, 'PKG_CLUSTER_UNAUTHORIZED', ['list'], withToken(`${header}.${claims}.c2ln`));
  expect(stderr).toContain('may have expired');
});

test('an exhausted quota is named, with a hint', async () => {
  const ns = await namespace();
  await admin().create(`/api/v1/namespaces/${ns}/resourcequotas`, {
    apiVersion: 'v1',
    kind: 'ResourceQuota',
    metadata: { name: 'few' },
    spec: { hard: { 'count/configmaps': '1' } },
  });
  await admin().until(`/api/v1/namespaces/${ns}/resourcequotas/few`, (quota) => quota?.status?.hard !== undefined);
  const stderr = await pkgFails(ns, 'PKG_CLUSTER_FORBIDDEN', ['install', 'r', chartOf([configMap('x')])]);
  expect(stderr).toContain('exceeded quota: few');
  expect(stderr).toContain('hint: ask for a larger quota');
});
