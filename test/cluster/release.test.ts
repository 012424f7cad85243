/** Releases on a real API server, beside the real helm. */
import { join } from 'node:path';
import { expect } from 'vitest';
import { writeFiles } from '../chart/support.ts';
import type { Json } from '../controlplane/client.ts';
import { admin, helmOn, kubectlOn, namespace, pkgOn, test } from '../support/cluster.ts';
import { expectDone } from './support.ts';
import { temporaryFolder } from '../support/folders.ts';

const WEB = 'charts/web';

/** Runs that must go well. */
async function pkg(ns: string, ...args: string[]): Promise<string> {
  return expectDone(await pkgOn(ns, args));
}

async function helm(ns: string, ...args: string[]): Promise<string> {
  return expectDone(await helmOn(ns, args));
}

/** A Go chart and a native one of the same name, that make one ConfigMap with these data. */
function charts(go: Record<string, string>, native: Record<string, string>): { go: string; native: string } {
  const folder = temporaryFolder();
  const metadata = 'apiVersion: v2\nname: one\nversion: 1.0.0\n';
  const text = (name: string, data: Record<string, string>): string =>
    `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: ${name}-one\ndata: ${JSON.stringify(data)}\n`;
  writeFiles(join(folder, 'go'), { 'Chart.yaml': metadata, 'templates/c.yaml': text('{{ .Release.Name }}', go) });
  writeFiles(join(folder, 'native'), {
    'Chart.yaml': metadata,
    'templates/c.yaml.hbs': text('{{release.name}}', native),
  });
  return { go: join(folder, 'go'), native: join(folder, 'native') };
}

async function configMap(ns: string, name: string): Promise<Json> {
  return await admin().get(`/api/v1/namespaces/${ns}/configmaps/${name}`);
}

test('pkg and helm take turns on one release', async () => {
  const ns = await namespace();
  await pkg(ns, 'install', 'web', WEB);
  expect(JSON.parse(await helm(ns, 'list', '-o', 'json'))).toEqual(JSON.parse(await pkg(ns, 'list', '-o', 'json')));
  await pkg(ns, 'upgrade', 'web', WEB, '--set', 'replicaCount=3');
  await helm(ns, 'rollback', 'web', '1');
  const history = JSON.parse(await pkg(ns, 'history', 'web', '-o', 'json')) as Json[];
  expect(history).toEqual(JSON.parse(await helm(ns, 'history', 'web', '-o', 'json')));
  expect(history.map(({ status }) => status)).toEqual(['superseded', 'superseded', 'deployed']);
  const deployment = `/apis/apps/v1/namespaces/${ns}/deployments/web`;
  expect((await admin().get(deployment)).spec.replicas).toBe(2);
  await pkg(ns, 'rollback', 'web', '2');
  expect((await admin().get(deployment)).spec.replicas).toBe(3);
  for (const words of [['manifest'], ['values'], ['notes'], ['hooks']]) {
    expect(await pkg(ns, 'get', ...words, 'web')).toBe(await helm(ns, 'get', ...words, 'web'));
  }
  await helm(ns, 'uninstall', 'web');
  expect(await pkg(ns, 'list', '-q')).toBe('');
});

test('an upgrade that changes nothing writes nothing but the record', async () => {
  const ns = await namespace();
  await pkg(ns, 'install', 'web', WEB);
  const paths = ['apps/v1/deployments', 'v1/services', 'v1/serviceaccounts', 'policy/v1/poddisruptionbudgets'];
  const managers = async (): Promise<unknown> =>
    await Promise.all(
      paths.map(async (path) => {
        const [version = '', kind = ''] = path.split(/\/(?=[^/]+$)/);
        const root = version === 'v1' ? '/api/v1' : `/apis/${version}`;
        const { items } = await admin().get(`${root}/namespaces/${ns}/${kind}`);
        // Controllers write the status at any time.
        return items.map(({ metadata, spec }: Json) => [
          metadata.name,
          metadata.generation,
          spec,
          metadata.managedFields?.filter(({ manager }: Json) => manager === 'helm'),
        ]);
      }),
    );
  const before = await managers();
  expect(await pkg(ns, 'diff', 'upgrade', 'web', WEB)).toContain('0 to create, 0 to update, 0 to delete');
  await pkg(ns, 'upgrade', 'web', WEB);
  expect(await managers()).toEqual(before);
});

test("objects and fields that a chart drops are removed, also after helm's client-side apply", async () => {
  const ns = await namespace();
  const { go, native } = charts({ a: '1', b: '2' }, { a: '9' });
  for (const [name, flag] of [
    ['ours', '--server-side=true'],
    ['old', '--server-side=false'],
  ] as const) {
    await helm(ns, 'install', name, go, flag);
    await pkg(ns, 'upgrade', name, native);
    expect((await configMap(ns, `${name}-one`)).data).toEqual({ a: '9' });
    await helm(ns, 'upgrade', name, go);
    expect((await configMap(ns, `${name}-one`)).data).toEqual({ a: '1', b: '2' });
  }
});

test('hooks run, and one that fails stops the operation before anything else is created', async () => {
  const ns = await namespace();
  const folder = temporaryFolder();
  const job = (label: string): string =>
    `apiVersion: batch/v1\nkind: Job\nmetadata:\n  name: first\n  annotations: {helm.sh/hook: pre-install}\nspec:\n  backoffLimit: 0\n  template:\n    metadata: {labels: {${label}}}\n    spec:\n      restartPolicy: Never\n      containers: [{name: main, image: example.test/image:1}]\n`;
  const chart = (name: string, label: string): string => {
    writeFiles(join(folder, name), {
      'Chart.yaml': `apiVersion: v2\nname: ${name}\nversion: 1.0.0\n`,
      'templates/job.yaml.hbs': job(label),
      'templates/c.yaml.hbs': 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: second}\n',
    });
    return join(folder, name);
  };
  const failed = await pkgOn(ns, [
    'install',
    'r',
    chart('fails', '"pod-container-running-failed.stage.kwok.x-k8s.io": "true"'),
  ]);
  expect(failed.status).toBe(1);
  expect(failed.stderr).toMatch(/^Error: the pre-install hook Job "first" failed: .+\n(?:.*\n)*.*PKG_HOOK_FAILED/);
  expect((await kubectlOn(ns, ['get', 'configmap', 'second'])).stderr).toContain('NotFound');
  expect(await helm(ns, 'list', '--failed', '-q')).toBe('r\n');
  await pkg(ns, 'upgrade', '--install', 'r', chart('works', 'app: first'));
  expect((await kubectlOn(ns, ['get', 'configmap', 'second', '-o', 'name'])).stdout).toBe('configmap/second\n');
});

test('fields of another manager are a conflict that is named before anything is written', async () => {
  const ns = await namespace();
  const { go, native } = charts({ a: '1' }, { a: '2', b: '3' });
  await helm(ns, 'install', 'r', go);
  await kubectlOn(ns, ['apply', '--server-side', '--force-conflicts', '-f', '-'], {
    input: 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: r-one}\ndata: {a: "7"}\n',
  });
  const { status, stderr } = await pkgOn(ns, ['upgrade', 'r', native]);
  expect(status).toBe(1);
  expect(stderr).toContain('held by "kubectl"');
  expect(stderr).toContain('.data.a');
  expect((await configMap(ns, 'r-one')).data).toEqual({ a: '7' });
  expect(JSON.parse(await pkg(ns, 'history', 'r', '-o', 'json'))).toHaveLength(1);
  await pkg(ns, 'upgrade', 'r', native, '--force-conflicts');
  expect((await configMap(ns, 'r-one')).data).toEqual({ a: '2', b: '3' });
});

test('an object of another owner is refused', async () => {
  const ns = await namespace();
  const { native } = charts({}, { a: '1' });
  await kubectlOn(ns, ['create', 'configmap', 'r-one', '--from-literal=a=mine']);
  const refused = await pkgOn(ns, ['install', 'r', native]);
  expect(refused.status).toBe(1);
  expect(refused.stderr).toContain('PKG_OBJECT_OWNED');
  expect((await configMap(ns, 'r-one')).data).toEqual({ a: 'mine' });
});

test('a missing cluster, a wrong context and a refused request are reported', async () => {
  const ns = await namespace();
  const nowhere = await pkgOn(ns, ['list', '--kube-apiserver', 'https://127.0.0.1:1']);
  expect(nowhere.status).toBe(1);
  expect(nowhere.stderr).toContain('PKG_CLUSTER_UNREACHABLE');
  const context = await pkgOn(ns, ['list', '--kube-context', 'nope']);
  expect(context.stderr).toMatch(/^Error: the context "nope" is in no kubeconfig file\n/);
  const { native } = charts({}, { a: '1' });
  const forbidden = await pkgOn(ns, ['install', 'r', native, '--kube-as-user', 'nobody']);
  expect(forbidden.status).toBe(1);
  expect(forbidden.stderr).toContain('PKG_CLUSTER_FORBIDDEN');
  expect(forbidden.stderr).toContain(ns);
});
