/** pkg and helm work on the same releases: both read the same from them, and continue each other's operations. */
import fc from 'fast-check';
import { expect } from 'vitest';
import { parseYaml } from '../../src/yaml/read.ts';
import { toPlain } from '../../src/yaml/value.ts';
import type { Json } from '../controlplane/client.ts';
import { admin, helmOn, kubectlOn, namespace, pkgOn, test } from '../support/cluster.ts';
import { RUNS, SEED } from '../support/generation.ts';
import { chartOf, configMap, deployment, goChartOf, helm, job, maps, pkg, pkgFails, statuses } from './support.ts';

const NOTES = 'Thank you.\n';
const hook: Json = {
  ...configMap('hook', { h: '1' }),
  metadata: { name: 'hook', annotations: { 'helm.sh/hook': 'post-install,post-upgrade', 'helm.sh/hook-weight': '3' } },
};

/** The same chart for both; ConfigMap `c` holds the data, and `gone` is there in some only. */
function charts(version: string, data: Record<string, string>, more: Json[] = []): { pkg: string; helm: string } {
  const metadata = `apiVersion: v2\nname: made\nversion: ${version}\nappVersion: "${version}"\nannotations: {team: a}\n`;
  const files = { 'Chart.yaml': metadata, 'values.yaml': 'a: 1\n', 'templates/NOTES.txt': NOTES };
  const objects = [configMap('c', data), deployment('web'), hook, ...more];
  return { pkg: chartOf(objects, files), helm: goChartOf(objects, files) };
}

const ONE = charts('1.0.0', { v: '1', only: 'in one' }, [configMap('gone')]);
const TWO = charts('1.1.0', { v: '2' });

const READS: readonly string[][] = [
  ['list', '--all-namespaces=false'],
  ['history', 'r'],
  ['status', 'r'],
  ['get', 'metadata', 'r'],
  ['get', 'values', 'r', '--all'],
];
const TEXTS: readonly string[][] = [
  ['get', 'manifest', 'r'],
  ['get', 'hooks', 'r'],
  ['get', 'notes', 'r'],
];

/** Both programs tell the same of all releases of a namespace. */
async function expectSameReads(ns: string): Promise<void> {
  await admin().until(`/apis/apps/v1/namespaces/${ns}/deployments`, ({ items }: Json) =>
    items.every(({ status }: Json) => status?.availableReplicas === 1),
  );
  await Promise.all(
    READS.map(async (words) => {
      const [ours, theirs] = await Promise.all([pkg(ns, ...words, '-o', 'json'), helm(ns, ...words, '-o', 'json')]);
      expect(withoutNoise(JSON.parse(ours))).toEqual(withoutNoise(JSON.parse(theirs)));
    }),
  );
  const [ours, theirs] = await Promise.all([
    pkg(ns, 'status', 'r', '-o', 'yaml'),
    helm(ns, 'status', 'r', '-o', 'yaml'),
  ]);
  const plain = (text: string): Json => withoutNoise(toPlain(parseYaml(text, 'status') as never));
  expect(plain(ours)).toEqual(plain(theirs));
  for (const words of TEXTS) expect(await pkg(ns, ...words)).toBe(await helm(ns, ...words));
}

/** What controllers write between two reads. */
function withoutNoise(value: Json): Json {
  const { info } = value;
  if (info?.resources === undefined) return value;
  const resources = Object.entries(info.resources).map(([key, objects]) => [
    key,
    (objects as Json[]).map(withoutStatus),
  ]);
  return { ...value, info: { ...info, resources: Object.fromEntries(resources) } };
}

function withoutStatus({ status: _status, items, ...object }: Json): Json {
  const { resourceVersion: _version, managedFields: _fields, ...metadata } = object.metadata;
  return { ...object, ...(items && { items: items.map(withoutStatus) }), metadata };
}

async function statusesOf(ns: string): Promise<string[]> {
  return (JSON.parse(await helm(ns, 'history', 'r', '-o', 'json')) as Json[]).map(({ status }) => status as string);
}

test('helm continues releases of pkg, and pkg those of helm', async () => {
  const ns = await namespace();
  await pkg(ns, 'install', 'r', ONE.pkg, '--set', 'a=2,b=x', '--labels', 'team=a');
  await expectSameReads(ns);
  await helm(ns, 'upgrade', 'r', TWO.helm);
  expect(await maps(ns)).toEqual({ c: { v: '2' } });
  await expectSameReads(ns);
  await pkg(ns, 'rollback', 'r', '1');
  expect(await maps(ns)).toEqual({ c: { v: '1', only: 'in one' }, gone: {} });
  await expectSameReads(ns);
  await helm(ns, 'rollback', 'r', '2');
  expect(await maps(ns)).toEqual({ c: { v: '2' } });
  await pkg(ns, 'upgrade', 'r', ONE.pkg, '--reset-values');
  await expectSameReads(ns);
  expect(await statusesOf(ns)).toEqual(['superseded', 'superseded', 'superseded', 'superseded', 'deployed']);
  await helm(ns, 'uninstall', 'r', '--keep-history');
  expect(await maps(ns)).toEqual({});
  expect(JSON.parse(await pkg(ns, 'list', '--uninstalled', '-o', 'json'))).toEqual(
    JSON.parse(await helm(ns, 'list', '--uninstalled', '-o', 'json')),
  );
  await pkg(ns, 'rollback', 'r', '4');
  expect(await maps(ns)).toEqual({ c: { v: '2' } });
  await expectSameReads(ns);
  await pkg(ns, 'uninstall', 'r');
  expect(await helm(ns, 'list', '-q')).toBe('');
});

test.each(['true', 'false'])('helm --server-side=%s and pkg continue the releases of the other', async (server) => {
  const ns = await namespace();
  await helm(ns, 'install', 'r', ONE.helm, `--server-side=${server}`);
  await expectSameReads(ns);
  await pkg(ns, 'upgrade', 'r', TWO.pkg);
  expect(await maps(ns)).toEqual({ c: { v: '2' } });
  await expectSameReads(ns);
  await helm(ns, 'rollback', 'r', '1');
  expect(await maps(ns)).toEqual({ c: { v: '1', only: 'in one' }, gone: {} });
  await pkg(ns, 'rollback', 'r', '2');
  expect(await maps(ns)).toEqual({ c: { v: '2' } });
  await helm(ns, 'upgrade', 'r', ONE.helm);
  await expectSameReads(ns);
  await pkg(ns, 'uninstall', 'r', '--keep-history');
  expect(await statusesOf(ns)).toEqual(['superseded', 'superseded', 'superseded', 'superseded', 'uninstalled']);
  await helm(ns, 'rollback', 'r', '2');
  expect(await maps(ns)).toEqual({ c: { v: '2' } });
  await expectSameReads(ns);
  await helm(ns, 'uninstall', 'r');
  expect(await pkg(ns, 'list', '-q')).toBe('');
});

test('uninstall names objects that a policy keeps, as helm does', async () => {
  const keep = (name: string): Json => ({
    ...configMap(name),
    metadata: { name, annotations: { 'helm.sh/resource-policy': 'keep' } },
  });
  const account: Json = {
    apiVersion: 'v1',
    kind: 'ServiceAccount',
    metadata: (keep('a') as { metadata: Json }).metadata,
  };
  const made = charts('1.0.0', { v: '1' }, [keep('b'), account, keep('a')]);
  const [ours, theirs] = [await namespace(), await namespace()];
  await pkg(ours, 'install', 'r', made.helm);
  await helm(theirs, 'install', 'r', made.helm);
  const told = await helm(theirs, 'uninstall', 'r');
  expect(told).toContain('[ConfigMap] b');
  expect(await pkg(ours, 'uninstall', 'r')).toBe(told);
});

test('uninstall with --keep-history after a failed upgrade leaves no revision deployed', async () => {
  const good = goChartOf([configMap('a')]);
  const annotations = { 'helm.sh/hook': 'post-upgrade' };
  const failing = goChartOf([configMap('a'), { ...job('j', { fails: true }), metadata: { name: 'j', annotations } }]);
  for (const run of [pkgOn, helmOn]) {
    const ns = await namespace();
    expect((await run(ns, ['install', 'r', good])).status).toBe(0);
    expect((await run(ns, ['upgrade', 'r', failing])).status).toBe(1);
    expect(await statuses(ns, 'r')).toEqual(['deployed', 'failed']);
    expect((await run(ns, ['uninstall', 'r', '--keep-history'])).status).toBe(0);
    expect(await statuses(ns, 'r')).toEqual(['superseded', 'uninstalled']);
  }
});

test('operations print what helm prints', async () => {
  const ns = await namespace();
  const told = async (program: 'pkg' | 'helm', ...args: string[]): Promise<Json> => {
    const { stdout, stderr } = await (program === 'pkg' ? pkgOn : helmOn)(ns, [...args, '-o', 'json']);
    expect(stderr).toBe('');
    const { name: _name, chart, manifest: _manifest, info, hooks: _hooks, ...rest } = JSON.parse(stdout) as Json;
    const { first_deployed: _first, last_deployed: _last, ...more } = info;
    return { ...rest, info: more, keys: Object.keys(info), metadata: chart.metadata, values: chart.values };
  };
  for (const step of [
    ['install', ONE],
    ['upgrade', TWO],
  ] as const) {
    const ours = await told('pkg', step[0], 'ours', step[1].pkg, '--set', 'x=1', '--take-ownership');
    await kubectlOn(ns, ['delete', 'all,configmap', '--all', '--wait=false']);
    const theirs = await told('helm', step[0], 'theirs', step[1].helm, '--set', 'x=1', '--take-ownership');
    expect(ours).toEqual(theirs);
    await kubectlOn(ns, ['delete', 'all,configmap', '--all', '--wait=false']);
  }
});

test('documents are recorded and applied with the same trailing newlines as by helm', async () => {
  const map = (name: string, rest: string): string =>
    `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: ${name}\n${rest}`;
  const chart = goChartOf([], {
    'templates/a.yaml': `${map('a', 'data:\n  k: |+\n    x\n')}\n---\n${map('b', 'data:\n  k: |\n    y\n')}--- # c\n${map('c', 'data:\n  k: z\n\n\n')}`,
    'templates/b.yaml':
      `${map('d', 'data:\n  k: |\n    x\n')}---   \n---\n${map('e', 'data:\n  k: "\u2028"\n  l: |+\n    x\n\n')}`.replaceAll(
        '\n',
        '\r\n',
      ),
    'templates/hooks.yaml': [map('h', 'data:\n  k: |+\n    x\n\n'), map('i', '')]
      .map((text) => text.replace('metadata:\n', 'metadata:\n  annotations: {helm.sh/hook: pre-install}\n'))
      .join('---\n'),
  });
  const [ours, theirs] = await Promise.all(
    ([pkg, helm] as const).map(async (program) => {
      const ns = await namespace();
      await program(ns, 'install', 'r', chart);
      const texts = await Promise.all(['manifest', 'hooks'].map((what) => program(ns, 'get', what, 'r')));
      // The other one reads the record, and finds nothing to do.
      await (program === pkg ? helm : pkg)(ns, 'upgrade', 'r', chart);
      return { texts, maps: await maps(ns) };
    }),
  );
  expect(ours).toEqual(theirs);
  expect(Object.keys(ours?.maps ?? {})).toEqual(['a', 'b', 'c', 'd', 'e']);
});

test('a rollback records its target revision, and its description is checked before it begins', async () => {
  const ns = await namespace();
  await pkg(ns, 'install', 'r', ONE.pkg);
  await pkg(ns, 'upgrade', 'r', TWO.pkg);
  await pkg(ns, 'rollback', 'r', '1', '--description', 'é'.repeat(150));
  await helm(ns, 'rollback', 'r');
  await pkg(ns, 'upgrade', 'r', ONE.pkg);
  for (const words of [
    ['history', 'r', '--show-rollback-revision'],
    ['history', 'r'],
    ['history', 'r', '-o', 'yaml'],
  ]) {
    expect(await pkg(ns, ...words)).toBe(await helm(ns, ...words));
  }
  const revisions = JSON.parse(await helm(ns, 'history', 'r', '-o', 'json')) as Json[];
  expect(revisions.map(({ rollback_revision }) => rollback_revision as unknown)).toEqual([
    undefined,
    undefined,
    1,
    2,
    undefined,
  ]);
  await pkg(ns, 'rollback', 'r', '4', '--description', 'é'.repeat(256));
  const tooLong = await pkgOn('no-such-namespace', ['rollback', 'r', '1', '--description', 'é'.repeat(257)]);
  expect([tooLong.status, tooLong.stderr]).toEqual([1, expect.stringContaining('256')]);
});

/** A command of a walk: by which program, on which objects, to which of the revisions that are there. */
type Move = { by: 'pkg' | 'helm'; what: string; objects: number; back: number; flags: string[] };

const move: fc.Arbitrary<Move> = fc.record({
  by: fc.constantFrom('pkg', 'helm'),
  what: fc.constantFrom('install', 'upgrade', 'upgrade', 'fail', 'rollback', 'rollback', 'uninstall', 'keep'),
  objects: fc.nat(3),
  back: fc.nat(3),
  flags: fc.subarray(['--take-ownership', '--history-max=2']),
});

async function records(ns: string): Promise<Json[]> {
  const { items } = await admin().get(`/api/v1/namespaces/${ns}/secrets?labelSelector=owner%3Dhelm`);
  return items.toSorted((a: Json, b: Json) => a.metadata.labels.version - b.metadata.labels.version);
}

test('after any sequence of operations the recorded objects exist, and pkg and helm show the same history', async () => {
  // Each object in half of the charts, with another value in each.
  const objects = (number: number): Json[] => [
    configMap('c', number % 2 === 0 ? { v: String(number) } : { v: String(number), odd: 'yes' }),
    ...(number > 1 ? [configMap('some', { v: String(number) })] : []),
  ];
  const good = [0, 1, 2, 3].map((number) => goChartOf(objects(number)));
  const failing = (number: number): string => {
    const annotations = { 'helm.sh/hook': 'post-install,post-upgrade', 'helm.sh/hook-delete-policy': 'hook-failed' };
    return goChartOf([...objects(number), { ...job('j', { fails: true }), metadata: { name: 'j', annotations } }]);
  };
  const bad = [0, 1, 2, 3].map((number) => failing(number));
  const words = ({ what, objects: number, back, flags }: Move, last: number): string[] => {
    const history = flags.filter((flag) => flag !== '--take-ownership');
    switch (what) {
      case 'install':
        return ['install', 'r', good[number] as string, ...flags.filter((flag) => flag === '--take-ownership')];
      case 'rollback':
        return ['rollback', 'r', String(Math.max(1, last - back)), ...history];
      case 'uninstall':
        return ['uninstall', 'r'];
      case 'keep':
        return ['uninstall', 'r', '--keep-history'];
      default:
        return ['upgrade', '--install', 'r', (what === 'fail' ? bad : good)[number] as string, ...flags];
    }
  };
  await fc.assert(
    fc.asyncProperty(fc.array(move, { minLength: 6, maxLength: 8 }), async (moves) => {
      const ns = await namespace();
      for (const one of [{ by: 'helm', what: 'install', objects: 3, back: 0, flags: [] } as Move, ...moves]) {
        const last = Number((await records(ns)).at(-1)?.metadata.labels.version ?? 0);
        const { status, stderr } = await (one.by === 'pkg' ? pkgOn : helmOn)(ns, words(one, last));
        expect(stderr).not.toContain('PKG_INTERNAL');
        const found = (await records(ns)).map(({ metadata }) => metadata.labels.status as string);
        expect({ one, found, open: found.filter((text) => /pending|uninstalling/.test(text)) }).toEqual({
          one,
          found,
          open: [],
        });
        expect(found.filter((text) => text === 'deployed').length, JSON.stringify({ one, found })).toBeLessThan(2);
        const histories = await Promise.all(
          [pkgOn, helmOn].map((run) => run(ns, ['history', 'r', '-o', 'json', '--max', '99'])),
        );
        const told = histories.map(({ status: end, stdout }) => (end === 0 ? withoutNoise(JSON.parse(stdout)) : end));
        expect(told[0]).toEqual(told[1]);
        if (status !== 0 || one.what === 'uninstall' || one.what === 'keep') continue;
        expect(found.at(-1), JSON.stringify({ one, found })).toBe('deployed');
        const manifest = await helm(ns, 'get', 'manifest', 'r');
        const recorded = manifest
          .split(/^---$/m)
          .flatMap((text) => (text.trim() === '' ? [] : [toPlain(parseYaml(text, 'm') as never) as Json]));
        const values = recorded.map(({ metadata, data }) => [metadata.name, data] as const);
        expect({ one, live: await maps(ns) }).toEqual({ one, live: Object.fromEntries(values) });
      }
    }),
    { numRuns: 3 * RUNS, seed: SEED },
  );
});

test('records of helm in ConfigMaps are named, and left alone', async () => {
  const ns = await namespace();
  const env = { HELM_DRIVER: 'configmap' };
  expect((await helmOn(ns, ['install', 'r', ONE.helm], { env })).status).toBe(0);
  for (const args of [['list'], ['upgrade', '--install', 'r', TWO.pkg], ['uninstall', 'r'], ['history', 'r']]) {
    expect(await pkgFails(ns, 'PKG_TARGET_INVALID', args, { env })).toContain('HELM_DRIVER is configmap');
  }
  expect((await pkgOn(ns, ['template', 'r', ONE.pkg, '--dry-run=server'], { env })).stderr).not.toContain(
    'HELM_DRIVER',
  );
  expect((await pkgOn(ns, ['list', '-q'], { env: { HELM_DRIVER: 'secrets' } })).status).toBe(0);
  const record = 'a ConfigMap (sh.helm.release.v1.r.v1) has a record of this release';
  for (const args of [
    ['upgrade', 'r', TWO.pkg],
    ['uninstall', 'r'],
    ['rollback', 'r'],
    ['status', 'r'],
  ]) {
    expect(await pkgFails(ns, 'PKG_RELEASE_NOT_FOUND', args)).toContain(`note: ${record}`);
  }
  // As Helm with its other driver, it takes the objects of a release of its name.
  expect((await pkgOn(ns, ['install', 'r', TWO.pkg])).stderr).toContain(record);
  expect(JSON.parse((await helmOn(ns, ['list', '-o', 'json'], { env })).stdout)).toMatchObject([
    { status: 'deployed' },
  ]);
});

test('a dry run of an install may use a name that is in use, and a namespace that does not exist, as with helm', async () => {
  const ns = await namespace();
  await helm(ns, 'install', 'r', ONE.helm);
  for (const [args, where] of [
    [['install', 'r', TWO.helm], ns],
    [['install', 'r', TWO.helm], `${ns}-none`],
    [['upgrade', '--install', 'r', TWO.helm], `${ns}-none`],
  ] as const) {
    for (const mode of ['client', 'server']) {
      const [theirs, ours] = await Promise.all(
        [helmOn, pkgOn].map((run) => run(where, [...args, `--dry-run=${mode}`, '--hide-notes'])),
      );
      const shown = (text = ''): string => text.replaceAll(/^(?:LAST DEPLOYED: .*|Release "r" .*)\n/gm, '');
      if (theirs?.status === 0) expect([ours?.status, shown(ours?.stdout)]).toEqual([0, shown(theirs.stdout)]);
      if (ours?.status === 0)
        expect(ours.stderr).toMatch(/^warning: .*(?:an install would be refused|needs --create-namespace)/m);
    }
  }
  expect(await statuses(ns, 'r')).toEqual(['deployed']);
});
