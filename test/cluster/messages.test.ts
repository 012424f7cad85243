/** Errors about a missing release, revision or Job. */
import { expect } from 'vitest';
import { access, namespace, pkgOn, test } from '../support/cluster.ts';
import { startProxy } from '../support/proxy.ts';
import { chartOf, configMap, helm, job, pkg, pkgFails } from './support.ts';

test('a mistyped release name reads the names in its namespace, but no records', async () => {
  const [ns, other] = [await namespace(), await namespace()];
  const chart = chartOf([configMap('a')]);
  await pkg(ns, 'install', 'website', chart);
  await pkg(other, 'install', 'webside', chart);
  const proxy = await startProxy({ upstream: access() });
  try {
    for (const args of [['status'], ['history'], ['get', 'values'], ['rollback'], ['uninstall'], ['upgrade']]) {
      proxy.forget();
      const more = args[0] === 'upgrade' ? [chart] : [];
      const { status, stderr } = await pkgOn(ns, [...args, 'webside', ...more], { kubeconfig: proxy.kubeconfig });
      expect([args, status]).toEqual([args, 1]);
      expect(stderr).toContain('did you mean website?');
      expect(stderr).not.toContain(other);
      const lists = proxy.requests.filter(({ path }) => path.endsWith('/secrets'));
      expect(lists.map(({ path }) => path)).toEqual(lists.map(() => `/api/v1/namespaces/${ns}/secrets`));
      // The second one, of all releases, is answered with names.
      expect(
        lists.map(({ query, accept }) => [query.get('labelSelector'), accept.includes('PartialObjectMetadata')]),
      ).toEqual([
        [expect.stringContaining('name=webside'), false],
        ['owner=helm', true],
      ]);
    }
  } finally {
    await proxy.close();
  }
});

test('a rollback of the only revision says that there is no earlier one', async () => {
  const ns = await namespace();
  const chart = chartOf([configMap('a')]);
  await pkg(ns, 'install', 'r', chart);
  const said = await pkgFails(ns, 'PKG_REVISION_NOT_FOUND', ['rollback', 'r']);
  expect(said).toContain('release r has only revision 1, and none before it to go back to');
  await pkg(ns, 'rollback', 'r', '1');
  await pkg(ns, 'rollback', 'r');
  await helm(ns, 'rollback', 'r');
  await pkg(ns, 'upgrade', 'r', chart, '--history-max', '1');
  const trimmed = await pkgFails(ns, 'PKG_REVISION_NOT_FOUND', ['rollback', 'r', '0']);
  expect(trimmed).toContain('release r has only revision 5, and');
});

test('the hint for a failed hook does not name an object that was removed', async () => {
  const ns = await namespace();
  const annotations = { 'helm.sh/hook': 'pre-install' };
  const failing = job('fails', { fails: true });
  const hook = (more: Record<string, string>): string =>
    chartOf([{ ...failing, metadata: { ...failing.metadata, annotations: { ...annotations, ...more } } }]);
  const kept = await pkgFails(ns, 'PKG_HOOK_FAILED', ['install', 'a', hook({})]);
  expect(kept).toContain(`kubectl --namespace ${ns} logs job/fails`);
  const removed = await pkgFails(ns, 'PKG_HOOK_FAILED', [
    'install',
    'b',
    hook({ 'helm.sh/hook-delete-policy': 'before-hook-creation,hook-failed' }),
  ]);
  expect(removed).not.toContain('kubectl');
  expect(removed).toContain('leave hook-failed out of its helm.sh/hook-delete-policy');
});

test('a quantity that the API server cannot read is refused before anything is written', async () => {
  const ns = await namespace();
  const pod = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'p' },
    spec: { containers: [{ name: 'a', image: 'b', resources: { requests: { cpu: '500mm' } } }] },
  };
  const chart = chartOf([configMap('a'), pod]);
  // The server answers with status 500, as if it were in trouble.
  for (const flags of [['--dry-run'], []]) {
    const said = await pkgFails(ns, 'PKG_OBJECT_INVALID', ['install', 'r', chart, ...flags]);
    expect(said).toContain("unable to parse quantity's suffix");
    await pkgFails(ns, 'PKG_RELEASE_NOT_FOUND', ['status', 'r']);
  }
});
