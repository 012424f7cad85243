/** The capabilities of the cluster are asked for while the history is read. */
import { expect } from 'vitest';
import type { Json } from '../controlplane/client.ts';
import { access, admin, namespace, pkgOn, test } from '../support/cluster.ts';
import { startProxy } from '../support/proxy.ts';
import type { ProxiedRequest } from '../support/proxy.ts';
import { chartOf, configMap, crd, maps, pkg } from './support.ts';

/** A promise, and the function that resolves it. */
function gate(): { opened: Promise<undefined>; open: () => void } {
  const { promise, resolve } = Promise.withResolvers<undefined>();
  return { opened: promise, open: () => resolve(undefined) };
}

const isHistory = ({ method, path }: ProxiedRequest): boolean => method === 'GET' && path.endsWith('/secrets');

test.each(['install', 'upgrade'])('an %s asks for them before the history is there', async (command) => {
  const ns = await namespace();
  const chart = chartOf([configMap('a')]);
  if (command === 'upgrade') await pkg(ns, 'install', 'r', chart);
  const { opened, open } = gate();
  // The answer with the history comes only after the other requests: one after the other they would never be sent.
  const proxy = await startProxy({
    upstream: access(),
    fault: async (request) => {
      if (request.path === '/version') open();
      return isHistory(request) ? await opened : undefined;
    },
  });
  const { status, stderr } = await pkgOn(ns, [command, 'r', chart, '--timeout', '20s'], {
    kubeconfig: proxy.kubeconfig,
  });
  await proxy.close();
  expect([status, stderr]).toEqual([0, expect.not.stringContaining('error')]);
});

test('after waiting for another operation an upgrade asks again: that may have made CRDs', async () => {
  const ns = await namespace();
  const group = `ahead-${ns}.example.test`;
  const text = `{{ .Capabilities.APIVersions.Has "${group}/v1/Late" }}`;
  const chart = chartOf([], {
    'templates/a.yaml': `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\ndata:\n  known: "${text}"\n`,
  });
  await pkg(ns, 'install', 'r', chart);
  const { opened, open } = gate();
  const holding = await startProxy({
    upstream: access(),
    fault: async ({ method, path, query }) =>
      method === 'PATCH' && path.endsWith('/configmaps/b') && !query.has('dryRun') ? await opened : undefined,
  });
  const first = pkgOn(ns, ['upgrade', 'r', chartOf([configMap('b')])], { kubeconfig: holding.kubeconfig });
  const secrets = `/api/v1/namespaces/${ns}/secrets?labelSelector=owner%3Dhelm%2Cstatus%3Dpending-upgrade`;
  await admin().until(secrets, ({ items }: Json) => items.length > 0);
  const looked = gate();
  let looks = 0;
  const waiting = await startProxy({
    upstream: access(),
    fault: (request) => {
      if (isHistory(request) && ++looks === 2) looked.open();
      return undefined;
    },
  });
  const second = pkgOn(ns, ['upgrade', 'r', chart, '--lock-timeout', '2m'], { kubeconfig: waiting.kubeconfig });
  await looked.opened;
  const crds = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
  await admin().create(crds, crd('Late', group));
  try {
    await admin().until(`/apis/${group}/v1`, (one) => one?.resources?.length > 0);
    open();
    expect((await first).status).toBe(0);
    expect((await second).status).toBe(0);
    expect(await maps(ns)).toMatchObject({ a: { known: 'true' } });
  } finally {
    await Promise.all([holding.close(), waiting.close(), admin().delete(`${crds}/lates.${group}`)]);
  }
});
