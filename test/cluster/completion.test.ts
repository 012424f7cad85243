/** Completion on a cluster offers the same releases, revisions and namespaces as helm, with few requests. */
import { expect } from 'vitest';
import { access, cluster, helmOn, namespace, pkgOn, test } from '../support/cluster.ts';
import { startProxy } from '../support/proxy.ts';
import { chartOf, configMap, pkg } from './support.ts';

function candidates(stdout: string): string[] {
  const words = stdout.split('\n').map((line) => line.replace(/\t.*/, ''));
  return words.filter((word) => word !== '' && !word.startsWith(':')).sort();
}

test('releases, revisions and namespaces are completed as by helm', async () => {
  const [ns, other] = [await namespace(), await namespace()];
  for (const name of ['website', 'worker']) await pkg(ns, 'install', name, chartOf([configMap(name)]));
  await pkg(ns, 'upgrade', 'website', chartOf([configMap('website')]));
  await pkg(other, 'install', 'elsewhere', chartOf([configMap('a')]));
  for (const words of [
    ['status', ''],
    ['history', ''],
    ['uninstall', 'worker', ''],
    ['rollback', 'website', ''],
    ['get', 'values', 'website', '--revision', ''],
    ['upgrade', ''],
    ['status', '-n', other, ''],
    ['status', '--kube-context', ''],
  ]) {
    const ours = await pkgOn(ns, ['__complete', ...words]);
    const theirs = await helmOn(ns, ['__complete', ...words]);
    expect([words, candidates(ours.stdout), ours.stderr]).toEqual([words, candidates(theirs.stdout), '']);
    expect(candidates(ours.stdout)).not.toEqual([]);
  }
  // Other tests create and delete namespaces at the same time.
  const namespaces = candidates((await pkgOn(ns, ['__complete', 'status', '-n', ''])).stdout);
  expect(namespaces).toEqual(expect.arrayContaining([ns, other, 'default', 'kube-system']));
});

test('the content of records is not read', async () => {
  const ns = await namespace();
  const chart = chartOf([configMap('a')]);
  await pkg(ns, 'install', 'website', chart);
  const proxy = await startProxy({ upstream: access() });
  try {
    for (const words of [
      ['status', ''],
      ['rollback', 'website', ''],
    ]) {
      proxy.forget();
      const { stdout } = await pkgOn(ns, ['__complete', ...words], { kubeconfig: proxy.kubeconfig });
      expect(candidates(stdout)).toHaveLength(1);
      const lists = proxy.requests.filter(({ path }) => path.endsWith('/secrets'));
      expect(lists.map(({ accept }) => accept.includes('PartialObjectMetadata'))).toEqual([true]);
    }
  } finally {
    await proxy.close();
  }
});

test('a refusal by the cluster prints no error on the terminal', async () => {
  const ns = await namespace();
  const answer = await pkgOn(ns, [
    '__complete',
    '--kubeconfig',
    cluster().kubeconfig,
    '--kube-as-user',
    'nobody',
    'status',
    '',
  ]);
  expect(answer).toEqual({ status: 0, stdout: ':4\n', stderr: '' });
});
