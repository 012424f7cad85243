/** The output of commands that read releases equals helm's, for the same records. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openDirectory } from '../../src/cluster/directory.ts';
import type { KubeObject } from '../../src/cluster/cluster.ts';
import { encodeRelease } from '../../src/release/codec.ts';
import type { Release } from '../../src/release/release.ts';
import { temporaryFolder, writeFiles } from '../chart/support.ts';
import { helm } from '../support/helm.ts';
import { pkg } from '../support/pkg.ts';

const manifest = '---\n# Source: web/templates/a.yaml\napiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\n';

/** A record as Helm writes one; what a test does not name is as plain as can be. */
function record(
  name: string,
  version: number,
  info: Partial<Release['info']>,
  rest: { metadata?: object } & Partial<Omit<Release, 'info' | 'chart'>> & { values?: object } = {},
): Release {
  const { metadata = {}, values = {}, ...fields } = rest;
  return {
    name,
    namespace: 'prod',
    version,
    info: {
      first_deployed: '2026-01-02T03:04:05.123456789Z',
      description: 'Install complete',
      status: 'deployed',
      ...info,
    },
    chart: {
      metadata: { name: 'web', version: '1.2.3', apiVersion: 'v2', ...metadata },
      lock: null,
      templates: [],
      values,
      schema: null,
      files: [],
    },
    config: {},
    manifest,
    hooks: [],
    labels: {},
    ...fields,
  } as Release;
}

const RELEASES: readonly Release[] = [
  record(
    'web',
    1,
    { last_deployed: '2026-01-02T03:04:05.123456789Z', status: 'superseded', notes: 'Hello\n' },
    { metadata: { appVersion: '1.0' } },
  ),
  record(
    'web',
    2,
    { last_deployed: '2026-02-02T03:04:05.5+02:00', description: 'Upgrade <b> & "more"', notes: '\nHello\n\n' },
    {
      metadata: {
        version: '1.2.4',
        appVersion: '1.0',
        // JavaScript has integers in front, in the order of their numbers.
        annotations: { team: 'x', cat: 'z', '10': 'a', '9': 'b' },
        dependencies: [
          { name: 'redis', version: '1.x', repository: '', condition: 'redis.enabled', alias: 'r' },
          { name: 'pg', version: '2', repository: '' },
        ],
      },
      values: { a: 1, b: { c: 'x' }, z: [1, 'two', { '20': 'a', '3': 'b', x: null }] },
      config: { b: { d: '<3', '100': 'q', '20': { '5': 1, '11': 2 } }, flag: true, text: 'yes', lines: 'a\nb\n' },
      apply_method: 'ssa',
      hooks: [
        {
          name: 'h',
          kind: 'Job',
          path: 'web/templates/h.yaml',
          manifest: 'apiVersion: batch/v1\nkind: Job\nmetadata:\n  name: h',
          events: ['post-install'],
          last_run: { phase: '' },
          weight: 5,
          delete_policies: ['hook-succeeded'],
        },
        {
          name: 't',
          kind: 'Pod',
          path: 'web/templates/t.yaml',
          manifest: 'apiVersion: v1\nkind: Pod\nmetadata:\n  name: t\n',
          events: ['test'],
          last_run: { started_at: '2026-02-02T03:05:05Z', completed_at: '2026-02-02T03:05:09Z', phase: 'Succeeded' },
        },
      ],
    },
  ),
  record('api', 12, { last_deployed: '2025-06-01T00:00:00Z', status: 'uninstalled', deleted: '2025-07-01T00:00:00Z' }),
  record(
    'job',
    1,
    { last_deployed: '2026-03-01T10:20:30.12Z', status: 'failed', description: 'x'.repeat(120) },
    { manifest: '', apply_method: 'csa' },
  ),
  record(
    'wait',
    3,
    { last_deployed: '2026-03-02T10:20:30Z', status: 'pending-upgrade' },
    { metadata: { name: 'n'.repeat(70), version: '1.0.0-rc.1+b' } },
  ),
];

let folder = '';
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'pkg-helm-output-'));
  // A record leaves empty values out, as Go does.
  const memory = RELEASES.map((release) => ({
    ...release,
    config: Object.keys(release.config).length > 0 ? release.config : undefined,
  }));
  writeFileSync(join(folder, 'memory.json'), JSON.stringify(memory));
  const cluster = await openDirectory(join(folder, 'cluster'));
  for (const release of RELEASES) {
    const { name, namespace, version, info } = release;
    await cluster.create({
      apiVersion: 'v1',
      kind: 'Secret',
      type: 'helm.sh/release.v1',
      metadata: {
        name: `sh.helm.release.v1.${name}.v${version}`,
        namespace,
        labels: { name, owner: 'helm', status: info.status, version: String(version) },
      },
      data: { release: Buffer.from(encodeRelease(release)).toString('base64') },
    } as KubeObject);
  }
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function both(line: string): { ours: string; theirs: string } {
  const args = [...line.split(' '), '-n', 'prod'];
  const env = { HELM_DRIVER: 'memory', HELM_MEMORY_DRIVER_DATA: join(folder, 'memory.json'), TZ: 'UTC' };
  const theirs = helm(args, { env });
  const ours = pkg([...args, '--target', `dir:${join(folder, 'cluster')}`], { env: { TZ: 'UTC' } });
  expect([theirs.status, ours.status, ours.stderr]).toEqual([0, 0, '']);
  return { ours: ours.stdout, theirs: theirs.stdout };
}

const TEXT_LINES = [
  'list',
  'list --no-headers',
  'list -q',
  'list -q -o json',
  'list -o json',
  'list -d -r',
  'list -m 2 --offset 1',
  'list --offset 9',
  'list --failed --pending',
  'list --uninstalled -o json',
  'list -f ^w',
  'list --superseded',
  'list --superseded -o json',
  'list --superseded --failed',
  'list -m -1',
  'list --time-format 2006-01-02T15:04:05.000Z07:00',
  'history web',
  'history web -o json',
  'history web --max 1',
  'history web --max 0',
  'history web --max 0 -o json',
  'history web --max -3',
  'history job',
  'history wait -o json',
  'status web',
  'status web --revision 1',
  'status web -o json',
  'status api -o json',
  'status job',
  'get values web -o json',
  'get values web -a -o json',
  'get values api -o json',
  'get values api',
  'get values web',
  'get values web -a',
  'get values web -o yaml',
  'get values web -a -o yaml',
  'list -o yaml',
  'history web -o yaml',
  'status web -o yaml',
  'get metadata web -o yaml',
  'get manifest web',
  'get manifest job',
  'get hooks web',
  'get hooks api',
  'get notes web',
  'get notes api',
  'get metadata web',
  'get metadata web -o json',
  'get metadata api',
  'get metadata api -o json',
  'get metadata job',
  'get metadata job -o json',
  'get all web',
  'get all api',
  'get all job',
];

describe("the output equals helm's", () => {
  test.each(TEXT_LINES)('%s', (line) => {
    const { ours, theirs } = both(line);
    expect(ours).toBe(theirs);
  });
});

test.each(['chart', 'readme', 'values', 'crds', 'all'])('show %s of charts', (what) => {
  const bare = temporaryFolder();
  writeFiles(bare, {
    'Chart.yaml': [
      'apiVersion: v2\nname: bare\nversion: 1.0.0\nunknown: 1\nappVersion: "1.10"\nkeywords: [b, "yes", 0755]',
      'annotations: {b: "x: y", a: "1"}\nmaintainers: [{name: N, email: e}]\ndescription: "a\\n\\n  b: c"\n',
    ].join('\n'),
    'templates/x.yaml': '',
  });
  const charts = new URL('../../charts/', import.meta.url);
  for (const chart of [bare, ...['web', 'guestbook'].map((name) => fileURLToPath(new URL(name, charts)))]) {
    const theirs = helm(['show', what, chart]);
    const ours = pkg(['show', what, chart]);
    expect([ours.status, ours.stdout]).toEqual([theirs.status, theirs.stdout]);
  }
});

test('command lines that helm refuses are refused', () => {
  for (const line of [
    'history nope',
    'status nope',
    'status web --revision 7',
    'get values nope',
    'list -f [',
    'list -o xml',
    'list x',
    'list -m x',
    'list --no-headers=maybe',
  ]) {
    const args = [...line.split(' '), '-n', 'prod'];
    const env = { HELM_DRIVER: 'memory', HELM_MEMORY_DRIVER_DATA: join(folder, 'memory.json') };
    const ours = pkg([...args, '--target', `dir:${join(folder, 'cluster')}`]);
    expect([line, ours.status, ours.stdout]).toEqual([line, helm(args, { env }).status, '']);
    expect(ours.stderr).toMatch(/^Error: /);
  }
});
