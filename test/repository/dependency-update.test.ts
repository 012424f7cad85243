/** `--dependency-update` from folders and index repositories, compared with helm. */
import { mkdirSync, readFileSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { loadChart } from '../../src/chart/load.ts';
import { packChart } from '../../src/chart/package.ts';
import { temporaryFolder } from '../chart/support.ts';
import { startChartServer } from '../support/chart-server.ts';
import type { ChartServer } from '../support/chart-server.ts';
import { chartFiles, chartsIn, expectSame, makeRepository, run, update } from './support.ts';

/** `web` with these dependencies, each written as a flow map. */
function web(...dependencies: string[]): Record<string, string> {
  return chartFiles('web', '1.0.0', `dependencies:\n${dependencies.map((one) => `- {${one}}\n`).join('')}`);
}

const VERSIONS = ['0.9.0', '1.0.0', '1.2.3', '1.10.0', '2.0.0-rc.1', '2.0.0+build.7'] as const;
let repository: string;
let server: ChartServer;

beforeAll(async () => {
  repository = await makeRepository([
    ...VERSIONS.map((version) => ['sub', version] as const),
    ['other', '3.1.4'],
    ['deep', '1.0.0', 'appVersion: "1.10"\n'],
  ]);
  server = await startChartServer(repository);
});
afterAll(() => server.close());

describe('folders', () => {
  const sub = chartFiles('sub', '1.2.3');

  test.each([
    ['relative', { web: web('name: sub, version: ^1.0.0, repository: file://../sub'), sub }],
    [
      'an exact version, and an alias',
      { web: web('name: sub, version: 1.2.3, alias: own, repository: file://../sub'), sub },
    ],
    [
      'twice, by alias',
      {
        web: web(
          'name: sub, version: 1.x, repository: file://../sub',
          'name: sub, version: ">0", alias: b, repository: file://../sub',
        ),
        sub,
      },
    ],
    ['a version that does not fit', { web: web('name: sub, version: ^2.0.0, repository: file://../sub'), sub }],
    ['no such folder', { web: web('name: sub, version: ^1.0.0, repository: file://../nowhere'), sub }],
    ['a folder that is not a chart', { web: web('name: sub, version: ^1.0.0, repository: file://templates'), sub }],
    ['no version', { web: web('name: sub, repository: file://../sub'), sub }],
    ['no constraint', { web: web('name: sub, version: newest, repository: file://../sub'), sub }],
    [
      'in a circle',
      {
        web: web('name: sub, version: 1.0.0, repository: file://../sub'),
        sub: chartFiles('sub', '1.0.0', 'dependencies:\n- {name: web, version: 1.0.0, repository: file://../web}\n'),
      },
    ],
    ['itself', { web: web('name: web, version: 1.0.0, repository: file://.') }],
    [
      'what lies in charts/ is asked for there',
      {
        web: {
          ...web('name: in, version: ">=1.0.0"', 'name: sub, version: ~1.2, repository: file://../sub'),
          'charts/in/Chart.yaml': 'apiVersion: v2\nname: in\nversion: 1.1.0\n',
        },
        sub,
      },
    ],
    [
      'what lies in charts/ is too old',
      {
        web: {
          ...web('name: in, version: ">=2.0.0"', 'name: sub, version: ~1.2, repository: file://../sub'),
          'charts/in/Chart.yaml': 'apiVersion: v2\nname: in\nversion: 1.1.0\n',
        },
        sub,
      },
    ],
    ['nothing in charts/', { web: web('name: in, version: ">=2.0.0"') }],
    [
      'everything that counts for the digest',
      {
        web: web(
          'name: sub, version: ">=1.0.0 <3 || ^9", repository: file://../sub, condition: "a.b,c", tags: [x, "<y>"], enabled: true, alias: al, import-values: [data, {child: a.b, parent: c, z: 1.0, é: "&"}]',
        ),
        sub,
      },
    ],
    [
      'files of all kinds, subcharts and a lock of its own',
      {
        web: web('name: sub, version: 1.2.3, repository: file://../sub'),
        sub: {
          ...sub,
          '.helmignore': '*.tmp\n',
          'a.tmp': 'x',
          'README.md': '# sub\n',
          'crds/a.yaml': 'kind: CustomResourceDefinition\n',
          'values.schema.json': '{"type":"object"}',
          'Chart.lock': 'dependencies: []\ndigest: sha256:0\ngenerated: "2026-01-01T00:00:00Z"\n',
          'charts/leaf/Chart.yaml': 'apiVersion: v2\nname: leaf\nversion: 0.1.0\n',
        },
      },
    ],
    [
      'a chart of Helm 2',
      {
        web: {
          ...chartFiles('web', '1.0.0'),
          'Chart.yaml': 'apiVersion: v1\nname: web\nversion: 1.0.0\n',
          'requirements.yaml':
            'dependencies:\n- name: sub\n  version: ~1.2\n  repository: file://../sub\n  tags: [x]\n',
        },
        sub,
      },
    ],
    [
      'a library',
      {
        web: {
          ...web('name: sub, version: 1.2.3, repository: file://../sub'),
          'Chart.yaml':
            'apiVersion: v2\nname: web\nversion: 1.0.0\ntype: library\ndependencies: [{name: sub, version: 1.2.3, repository: "file://../sub"}]\n',
        },
        sub,
      },
    ],
  ])('%s', async (_name, charts) => {
    await expectSame(chartsIn(charts as Record<string, Record<string, string>>));
  });

  test('SOURCE_DATE_EPOCH is the time of all files, as with helm, and two runs give the same bytes', async () => {
    const charts = { web: web('name: sub, version: 1.2.3, repository: file://../sub'), sub };
    const archives: Buffer[] = [];
    for (const program of ['helm', 'pkg', 'pkg'] as const) {
      const folder = chartsIn(charts);
      const words = program === 'helm' ? ['dependency', 'update', 'web'] : ['template', 'web', '--dependency-update'];
      const env = { SOURCE_DATE_EPOCH: '1700000000' };
      expect((await run(program, words, { cwd: folder, home: temporaryFolder(), env })).status).toBe(0);
      archives.push(readFileSync(join(folder, 'web/charts/sub-1.2.3.tgz')));
    }
    const [theirs, ours, again] = archives;
    expect(again).toEqual(ours);
    expect(gunzipSync(ours ?? '')).toEqual(gunzipSync(theirs ?? ''));
    const wrong = { cwd: chartsIn(charts), home: temporaryFolder(), env: { SOURCE_DATE_EPOCH: 'x' } };
    expect((await run('pkg', ['template', 'web', '--dependency-update'], wrong)).stderr).toContain('PKG_USAGE');
  });

  test('an absolute path', async () => {
    const folder = chartsIn({ sub });
    await expectSame(chartsIn({ web: web(`name: sub, version: 1.2.3, repository: "file://${folder}/sub"`) }));
  });
});

describe('an index', () => {
  const from = (rest: string): string => `${rest}, repository: "${server.url}"`;

  test.each(['^1.0.0', '>=2.0.0-0', '2.0.0-rc.1', '^3'])('the version %s', async (version) => {
    await expectSame(chartsIn({ web: web(from(`name: sub, version: "${version}"`)) }));
  });

  test.each([
    [
      'two charts, one of them twice',
      [`name: other, version: ^3.0.0`, `name: sub, version: 1.0.0`, `name: sub, alias: b, version: 1.0.0`],
    ],
    ['one chart in two versions', [`name: sub, version: 1.0.0`, `name: sub, alias: b, version: 1.2.3`]],
    ['a chart that is not there', ['name: nothing, version: 1.0.0']],
  ])('%s', async (_name, dependencies) => {
    await expectSame(chartsIn({ web: web(...dependencies.map(from)) }));
  });

  test('old and undeclared archives are removed; folders and other files stay', async () => {
    const folder = chartsIn({
      web: {
        ...web(from('name: sub, version: ^1.0.0'), from('name: other, version: ^3.0.0'), 'name: in, version: "*"'),
        'charts/in/Chart.yaml': 'apiVersion: v2\nname: in\nversion: 1.1.0\n',
        'charts/_notes.txt': 'left alone',
      },
    });
    for (const archive of ['sub-0.9.0.tgz', 'deep-1.0.0.tgz']) {
      writeFileSync(join(folder, 'web/charts', archive), readFileSync(join(repository, archive)));
    }
    const { pkg } = await expectSame(folder);
    expect(Object.keys(pkg.charts as object).sort()).toEqual(
      ['_notes.txt', 'beside', 'in', 'other-3.1.4.tgz', 'sub-1.10.0.tgz'].sort(),
    );
  });

  test('an up-to-date lock file is not written again', async () => {
    const folder = chartsIn({ web: web(from('name: sub, version: ^1.0.0')) });
    const options = { cwd: folder, home: temporaryFolder() };
    expect((await run('helm', ['dependency', 'update', 'web'], options)).status).toBe(0);
    rmSync(join(folder, 'web/charts'), { recursive: true });
    const before = readFileSync(join(folder, 'web/Chart.lock'), 'utf8');
    expect((await run('pkg', ['template', 'web', '--dependency-update'], options)).status).toBe(0);
    expect(readFileSync(join(folder, 'web/Chart.lock'), 'utf8')).toBe(before);
  });

  test('helm dependency build accepts the lock file', async () => {
    const folder = chartsIn({ web: web(from('name: sub, version: ^1.0.0, condition: a.b, import-values: [x]')) });
    const options = { cwd: folder, home: temporaryFolder() };
    expect((await run('pkg', ['template', 'web', '--dependency-update'], options)).status).toBe(0);
    rmSync(join(folder, 'web/charts'), { recursive: true });
    // Without repositories.yaml helm builds from no address.
    expect((await run('helm', ['repo', 'add', 'r', server.url], options)).status).toBe(0);
    const { status, stderr } = await run('helm', ['dependency', 'build', 'web'], options);
    expect(status, stderr).toBe(0);
    expect(readdirSync(join(folder, 'web/charts'))).toEqual(['sub-1.10.0.tgz']);
  });

  test('nothing is downloaded if nothing is missing', async () => {
    const folder = chartsIn({ web: web(from('name: sub, version: ^1.0.0')) });
    mkdirSync(join(folder, 'web/charts'));
    writeFileSync(join(folder, 'web/charts/sub-0.9.0.tgz'), readFileSync(join(repository, 'sub-0.9.0.tgz')));
    const before = server.asked.length;
    const { pkg } = await expectSame(folder);
    expect(pkg.status).toBe(0);
    expect(server.asked.length).toBe(before);
  });

  test('without the flag the error names the missing charts and the flag', async () => {
    const folder = chartsIn({ web: web(from('name: sub, version: ^1.0.0')) });
    const { status, stderr } = await run('pkg', ['template', 'web'], { cwd: folder, home: folder });
    expect(status).toBe(1);
    expect(stderr).toContain('missing in charts/ directory: sub');
    expect(stderr).toContain('--dependency-update');
  });

  test('an archive cannot be updated', async () => {
    const folder = chartsIn({ web: { ...web(from('name: sub, version: ^1.0.0')) } });
    const options = { cwd: folder, home: temporaryFolder() };
    writeFileSync(join(folder, 'web.tgz'), packChart(await loadChart(join(folder, 'web'))));
    for (const program of ['helm', 'pkg'] as const) {
      const made = await run(program, ['template', 'web.tgz', '--dependency-update'], options);
      expect(made.status).toBe(1);
    }
  });
});

test('install and upgrade have the flag too; an upgrade downloads what a new version declares', async () => {
  const folder = chartsIn({
    web: web('name: sub, version: 1.2.3, repository: file://../sub'),
    sub: chartFiles('sub', '1.2.3'),
  });
  const options = { cwd: folder, home: temporaryFolder() };
  const target = ['--target', 'dir:./out', '-n', 'prod', '--create-namespace'];
  const refused = await run('pkg', ['install', 'shop', './web', ...target], options);
  expect(refused.stderr).toContain('code: PKG_CHART_DEPENDENCY_MISSING');
  const installed = await run('pkg', ['install', 'shop', './web', '--dependency-update', ...target], options);
  expect(installed.status, installed.stderr).toBe(0);
  expect(readdirSync(join(folder, 'web/charts'))).toEqual(['sub-1.2.3.tgz']);
  const fresh = web(
    'name: sub, version: 1.2.3, repository: file://../sub',
    `name: other, version: 3.x, repository: "${server.url}"`,
  );
  chartsIn({ web: fresh }, folder);
  const upgraded = await run('pkg', ['upgrade', 'shop', './web', '--dependency-update', ...target], options);
  expect(upgraded.status, upgraded.stderr).toBe(0);
  expect(readdirSync(join(folder, 'web/charts')).sort()).toEqual(['other-3.1.4.tgz', 'sub-1.2.3.tgz']);
  const shown = await run('pkg', ['get', 'manifest', 'shop', ...target.slice(0, 4)], options);
  expect(shown.stdout).toContain('name: other');
});

describe('errors change nothing', () => {
  test('one of two charts is missing', async () => {
    const folder = chartsIn({
      web: web(
        `name: sub, version: ^1.0.0, repository: "${server.url}"`,
        `name: gone, version: ^1.0.0, repository: "${server.url}/nowhere"`,
      ),
    });
    const { pkg } = await expectSame(folder);
    expect(pkg.stderr).toContain('it answers 404');
  });

  test('charts/ and the lock file are links', async () => {
    for (const name of ['charts', 'Chart.lock']) {
      const folder = chartsIn({
        web: web(`name: sub, version: ^1.0.0, repository: "${server.url}"`),
        sub: chartFiles('sub', '1.0.0'),
      });
      mkdirSync(join(folder, 'sub/empty'));
      symlinkSync(name === 'charts' ? '../sub/empty' : 'values.yaml', join(folder, 'web', name));
      const made = await update('pkg', folder);
      expect(made.status).toBe(1);
      expect(made.stderr).toContain('code: PKG_CHART_UNSAFE');
      expect(readdirSync(join(folder, 'sub/empty'))).toEqual([]);
    }
  });
});
