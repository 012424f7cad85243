/** The order of writes is Helm's: hooks one after the other, objects by kind, and when each is deleted. */
import * as fc from 'fast-check';
import { expect } from 'vitest';
import { RUNS } from '../support/generation.ts';
import type { Json } from '../controlplane/client.ts';
import { access, admin, helmOn, namespace, pkgOn, test } from '../support/cluster.ts';
import type { Run } from '../support/cluster.ts';
import { startProxy } from '../support/proxy.ts';
import { chartOf, configMap, goChartOf, job, pkgFails } from './support.ts';

/** A hook as it is generated. */
type Hook = { kind: string; name: string; weight: number | undefined; events: string[]; policies: string[] };

const KINDS: Readonly<Record<string, (name: string) => Json>> = {
  ConfigMap: (name) => configMap(name, { of: name }),
  Job: (name) => job(name),
  Role: (name) => plain('rbac.authorization.k8s.io/v1', 'Role', name),
  Secret: (name) => plain('v1', 'Secret', name),
  Service: (name) => ({ ...plain('v1', 'Service', name), spec: { ports: [{ port: 80 }] } }),
  ServiceAccount: (name) => plain('v1', 'ServiceAccount', name),
};

function plain(apiVersion: string, kind: string, name: string): Json {
  return { apiVersion, kind, metadata: { name } };
}

const hook: fc.Arbitrary<Hook> = fc.record({
  // Pods and Jobs that end take a second each.
  kind: fc.oneof(
    { weight: 4, arbitrary: fc.constantFrom('ConfigMap', 'Role', 'Secret', 'Service', 'ServiceAccount') },
    { weight: 1, arbitrary: fc.constant('Job') },
  ),
  name: fc.constantFrom('a', 'b', 'b-1', 'b.1', 'ab', 'z', '1'),
  weight: fc.option(fc.constantFrom(-10, -1, 0, 1, 2, 10), { nil: undefined }),
  events: fc.subarray(['pre-install', 'post-install', 'pre-upgrade', 'post-upgrade'], { minLength: 1 }),
  policies: fc.subarray(['before-hook-creation', 'hook-succeeded', 'hook-failed']),
});

function objectOf({ kind, name, weight, events, policies }: Hook): Json {
  // The name of a Service must not contain dots.
  const object = KINDS[kind]?.(kind === 'Service' || kind === 'Job' ? `x${name.replace('.', '-')}` : name);
  object.metadata.annotations = {
    'helm.sh/hook': events.join(', '),
    ...(weight === undefined ? {} : { 'helm.sh/hook-weight': String(weight) }),
    ...(policies.length === 0 ? {} : { 'helm.sh/hook-delete-policy': policies.join(',') }),
  };
  return object;
}

/** Runs a program, and gives what it wrote beside the record, in order; deletes of what is not there do not count. */
async function writesOf(program: 'pkg' | 'helm', ns: string, args: string[]): Promise<{ run: Run; writes: string[] }> {
  const seen: string[] = [];
  const there = new Set<string>();
  const list = async (): Promise<void> => {
    there.clear();
    for (const kind of ['configmaps', 'secrets', 'services', 'serviceaccounts']) {
      const { items } = await admin().get(`/api/v1/namespaces/${ns}/${kind}`);
      for (const { metadata } of items as Json[]) there.add(`${kind}/${metadata.name}`);
    }
    for (const [path, kind] of [
      ['batch/v1', 'jobs'],
      ['rbac.authorization.k8s.io/v1', 'roles'],
    ]) {
      const { items } = await admin().get(`/apis/${path}/namespaces/${ns}/${kind}`);
      for (const { metadata } of items as Json[]) there.add(`${kind}/${metadata.name}`);
    }
  };
  await list();
  const proxy = await startProxy({
    upstream: access(),
    fault: ({ method, path, query }) => {
      const what = path.split('/').slice(-2).join('/');
      if (method === 'GET' || query.has('dryRun') || !path.includes(`/namespaces/${ns}/`)) return undefined;
      if (path.includes('sh.helm.release') || path.endsWith('/secrets') || path.includes('selfsubject'))
        return undefined;
      if (method === 'DELETE' && !there.delete(what)) return undefined;
      if (method !== 'DELETE') there.add(what);
      seen.push(`${method} ${what}`);
      return undefined;
    },
  });
  try {
    const run = await (program === 'pkg' ? pkgOn : helmOn)(ns, args, { kubeconfig: proxy.kubeconfig });
    return { run, writes: seen };
  } finally {
    await proxy.close();
  }
}

test('generated hooks give the same writes in the same order as helm', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.uniqueArray(hook, { minLength: 3, maxLength: 9, selector: ({ kind, name }) => kind + name }),
      async (hooks) => {
        const objects = [...hooks.map(objectOf), configMap('of-the-release')];
        const [ours, theirs] = await Promise.all([namespace(), namespace()]);
        for (const command of ['install', 'upgrade']) {
          const [mine, helms] = await Promise.all([
            writesOf('pkg', ours, [command, 'r', chartOf(objects)]),
            writesOf('helm', theirs, [command, 'r', goChartOf(objects)]),
          ]);
          expect([mine.run.status, mine.run.stderr.match(/^Error.*/m)]).toEqual([helms.run.status, null]);
          const isOwn = (write: string): boolean => write.endsWith('/of-the-release');
          expect(helms.writes).not.toEqual([]);
          // Only helm writes objects that an upgrade does not change.
          const without = (writes: string[]): string[] =>
            command === 'upgrade' ? writes.filter((one) => !isOwn(one)) : writes;
          expect(without(mine.writes)).toEqual(without(helms.writes));
        }
      },
    ),
    { numRuns: 6 * RUNS },
  );
});

test("objects are written and removed in helm's order of kinds", async () => {
  await fc.assert(
    fc.asyncProperty(fc.shuffledSubarray(Object.keys(KINDS), { minLength: 4 }), async (kinds) => {
      const objects = kinds.flatMap((kind) => ['o-1', 'o-2'].map((name) => KINDS[kind]?.(name)));
      const [ours, theirs] = await Promise.all([namespace(), namespace()]);
      for (const command of ['install', 'uninstall']) {
        const charts = command === 'install' ? [chartOf(objects), goChartOf(objects)] : [];
        const [mine, helms] = await Promise.all([
          writesOf('pkg', ours, [command, 'r', ...charts.slice(0, 1)]),
          writesOf('helm', theirs, [command, 'r', ...charts.slice(1)]),
        ]);
        expect([mine.run.status, mine.run.stderr.match(/^Error.*/m)]).toEqual([helms.run.status, null]);
        // Objects of one kind go at once: only their kinds have an order.
        const order = (writes: readonly string[]): string[] =>
          writes.map((write) => write.replace(/\/.*/, '')).filter((kind, index, all) => kind !== all[index - 1]);
        expect(order(helms.writes).length).toBeGreaterThan(3);
        expect(order(mine.writes)).toEqual(order(helms.writes));
        expect(mine.writes.toSorted()).toEqual(helms.writes.toSorted());
      }
    }),
    { numRuns: 3 * RUNS },
  );
});

test('a hook that fails ends the operation, and the delete policies of all hooks apply', async () => {
  const hookOf = (object: Json, weight: number, policies: string): Json => ({
    ...object,
    metadata: {
      ...object.metadata,
      annotations: {
        'helm.sh/hook': 'pre-install',
        'helm.sh/hook-weight': String(weight),
        'helm.sh/hook-delete-policy': policies,
      },
    },
  });
  const objects = [
    hookOf(configMap('kept'), 1, 'before-hook-creation'),
    hookOf(configMap('gone'), 2, 'hook-succeeded'),
    hookOf(job('fails', { fails: true }), 3, 'hook-failed'),
    hookOf(configMap('never'), 4, 'before-hook-creation'),
    configMap('of-the-release'),
  ];
  for (const program of ['pkg', 'helm'] as const) {
    const ns = await namespace();
    if (program === 'pkg') {
      const stderr = await pkgFails(ns, 'PKG_HOOK_FAILED', ['install', 'r', chartOf(objects)]);
      expect(stderr).toContain('the pre-install hook Job "fails" failed');
    } else expect((await helmOn(ns, ['install', 'r', goChartOf(objects)])).status).toBe(1);
    const { items } = await admin().get(`/api/v1/namespaces/${ns}/configmaps`);
    const names = items.map(({ metadata }: Json) => metadata.name as string);
    expect([program, ...names.filter((name: string) => name !== 'kube-root-ca.crt')]).toEqual([program, 'kept']);
    expect((await admin().get(`/apis/batch/v1/namespaces/${ns}/jobs`)).items).toEqual([]);
  }
});
