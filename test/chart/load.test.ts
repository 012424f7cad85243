import { execFileSync } from 'node:child_process';
import { mkdirSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { loadChart } from '../../src/chart/load.ts';
import { helm } from '../support/helm.ts';
import { CHART_YAML, craftChart, temporaryFolder, writeChart, writeFiles } from './support.ts';
import { codeOf, errorOf } from '../support/errors.ts';

const SUB = 'apiVersion: v2\nname: sub\nversion: 0.1.0\n';

function names(files: readonly { name: string }[]): string[] {
  return files.map(({ name }) => name);
}

describe('a chart folder', () => {
  test('is loaded with all its files', async () => {
    const path = writeChart({
      '.helmignore': '*.tmp\n',
      'README.md': 'read',
      'notes.tmp': 'gone',
      'Chart.lock': 'digest: sha256:0\n',
      'values.yaml': '\ufeffa: 1\n---\nb: {c: 1}\n---\nb: {d: null}\n',
      'values.schema.json': '{}',
      'templates/b.yaml.hbs': '',
      'templates/NOTES.txt.hbs': '',
      'templates/.swp': '',
      'crds/crd.yaml': '',
      'charts/sub/Chart.yaml': SUB,
      'charts/sub/charts/deep.tgz': craftChart({ name: 'web/values.yaml', data: 'deep: true' }),
      'charts/_off/x': '',
      'charts/.git/x': '',
      'charts/sub.tgz.prov': 'signed',
    });
    const chart = await loadChart(path);
    expect(chart.metadata.name).toBe('web');
    expect(chart.lock).toEqual(new Map([['digest', 'sha256:0']]));
    const b = new Map<string, number | null>([
      ['c', 1],
      ['d', null],
    ]);
    expect(chart.values).toEqual(
      new Map<string, unknown>([
        ['a', 1],
        ['b', b],
      ]),
    );
    expect(Buffer.from(chart.valuesFile?.data ?? []).toString()).toMatch(/^a: 1/);
    expect(chart.schema?.name).toBe('values.schema.json');
    expect(Buffer.from(chart.metadataFile?.data ?? []).toString()).toBe(CHART_YAML);
    expect(names(chart.templates)).toEqual(['templates/NOTES.txt.hbs', 'templates/b.yaml.hbs']);
    expect(names(chart.crds)).toEqual(['crds/crd.yaml']);
    expect(names(chart.files)).toEqual(['.helmignore', 'README.md', 'charts/sub.tgz.prov']);
    const [sub] = chart.dependencies;
    expect(chart.dependencies).toHaveLength(1);
    expect(sub?.location).toBe(`${path}/charts/sub`);
    expect(sub?.dependencies[0]?.location).toBe(`${path}/charts/sub/charts/deep.tgz`);
    expect(sub?.dependencies[0]?.values).toEqual(new Map([['deep', true]]));
  });

  test('of Helm 2 reads dependencies from requirements.yaml', async () => {
    const files = {
      'requirements.yaml': 'dependencies:\n- name: sub\n  version: "1"\n',
      'requirements.lock': 'digest: old\n',
    };
    const old = await loadChart(writeChart({ 'Chart.yaml': 'name: web\nversion: 1.0.0\n', ...files }));
    expect(old.metadata.apiVersion).toBe('v1');
    expect(old.metadata.dependencies.map(({ name, version }) => [name, version])).toEqual([['sub', '1']]);
    expect(old.lock).toEqual(new Map([['digest', 'old']]));
    expect(names(old.files)).toEqual(['requirements.lock', 'requirements.yaml']);
    const late = await loadChart(writeChart(files));
    expect(late.metadata.dependencies).toHaveLength(1);
    expect(late.files).toEqual([]);
  });

  test.each<[string, Record<string, string>, boolean]>([
    ['a file in charts/', { 'charts/README.md': 'x' }, true],
    ['a folder in charts/ without Chart.yaml', { 'charts/sub/values.yaml': '' }, true],
    ['a folder that is called an archive', { 'charts/sub.tgz/Chart.yaml': SUB }, true],
    ['an archive that is none', { 'charts/sub.tgz': 'x' }, true],
    ['values that are a list', { 'values.yaml': '- a\n' }, true],
    ['values that are not YAML', { 'values.yaml': 'a: [\n' }, true],
    ['a lock that is a list', { 'Chart.lock': '[]' }, true],
    ['ignored Chart.yaml', { '.helmignore': 'Chart.yaml' }, true],
    ['requirements that are a list', { 'requirements.yaml': '[]' }, true],
    ['a subchart with a bad name', { 'charts/sub/Chart.yaml': SUB.replace('sub', '..') }, true],
    ['an empty folder in charts/', { 'values.yaml': '' }, false],
  ])('helm agrees on %s', async (_, files, isRefused) => {
    const path = writeChart(files);
    mkdirSync(join(path, 'charts', 'nothing'), { recursive: true });
    expect(helm(['show', 'chart', path]).status).toBe(isRefused ? 1 : 0);
    if (!isRefused) await loadChart(path);
    else expect(await codeOf(() => loadChart(path))).toMatch(/^PKG_(?:CHART_INVALID|VALUES_INVALID|YAML_SYNTAX)$/);
  });

  test('reports all errors, in subcharts too, each with file and line', async () => {
    const path = writeChart({
      'Chart.yaml': 'apiVersion: v2\nname: a/b\nversion: one\nmaintainers:\n- null\n',
      'values.yaml': 'a: 1\nb: [\n',
      'charts/sub/Chart.yaml': 'apiVersion: v2\nname: sub\n',
    });
    const error = await errorOf(() => loadChart(path));
    expect(error.errors.map(({ at }) => [at?.file.slice(path.length + 1), at?.line])).toEqual([
      ['Chart.yaml', 2],
      ['Chart.yaml', 3],
      ['Chart.yaml', 5],
      ['values.yaml', 3],
      ['charts/sub/Chart.yaml', 1],
    ]);
  });
});

describe('links and other things in a chart folder', () => {
  test('links that stay inside are followed', async () => {
    const path = writeChart({ 'shared/a.yaml': 'a: 1', 'values.default.yaml': 'b: 2' });
    mkdirSync(join(path, 'templates'));
    symlinkSync('../shared/a.yaml', join(path, 'templates', 'a.yaml'));
    symlinkSync('shared', join(path, 'again'));
    symlinkSync(join(path, 'values.default.yaml'), join(path, 'values.yaml'));
    const chart = await loadChart(path);
    expect(names(chart.templates)).toEqual(['templates/a.yaml']);
    expect(names(chart.files)).toContain('again/a.yaml');
    expect(chart.values).toEqual(new Map([['b', 2]]));
  });

  test('the path of the chart may be a link', async () => {
    const link = join(temporaryFolder(), 'link');
    symlinkSync(writeChart(), link);
    expect((await loadChart(`${link}/`)).location).toBe(link);
  });

  test.each<[string, (chart: string) => void]>([
    ['a link to a file outside', (chart) => symlinkSync('/etc/passwd', join(chart, 'passwd'))],
    ['a link to a folder outside', (chart) => symlinkSync('/etc', join(chart, 'etc'))],
    ['a link to a device', (chart) => symlinkSync('/dev/zero', join(chart, 'values.yaml'))],
    [
      'a link to a link outside',
      (chart) => {
        symlinkSync('/etc/passwd', `${chart}-step`);
        symlinkSync('../web-step', join(chart, 'a'));
      },
    ],
    ['a link to nothing', (chart) => symlinkSync('nowhere', join(chart, 'a'))],
    ['a link to itself', (chart) => symlinkSync('a', join(chart, 'a'))],
    ['a link to the chart', (chart) => symlinkSync('.', join(chart, 'a'))],
    [
      'a link to a folder above',
      (chart) => {
        mkdirSync(join(chart, 'b/c'), { recursive: true });
        symlinkSync('../../b', join(chart, 'b/c/d'));
      },
    ],
    ['Chart.lock as a link', (chart) => symlinkSync('Chart.yaml', join(chart, 'Chart.lock'))],
    [
      "a subchart's Chart.lock as a link",
      (chart) => {
        writeFiles(chart, { 'charts/sub/Chart.yaml': SUB });
        symlinkSync('Chart.yaml', join(chart, 'charts/sub/Chart.lock'));
      },
    ],
    ['requirements.lock as a link', (chart) => symlinkSync('Chart.yaml', join(chart, 'requirements.lock'))],
    ['.helmignore as a link outside', (chart) => symlinkSync('/etc/passwd', join(chart, '.helmignore'))],
    ['.helmignore as a pipe', (chart) => execFileSync('mkfifo', [join(chart, '.helmignore')])],
    ['a pipe', (chart) => execFileSync('mkfifo', [join(chart, 'pipe')])],
    ['a backslash in a name', (chart) => writeFileSync(join(chart, 'a\\b'), '')],
    ['a line break in a name', (chart) => writeFileSync(join(chart, 'a\nkind: Secret'), '')],
  ])('refused: %s', async (_, make) => {
    const chart = writeChart();
    make(chart);
    const error = await errorOf(() => loadChart(chart));
    expect(error.code).toBe('PKG_CHART_UNSAFE');
    expect(error.message).toMatch(/^[\x20-\x7e]+$/);
  });

  test('files in .helmignore are not read', async () => {
    const chart = writeChart({ '.helmignore': 'etc\npipe\n' });
    symlinkSync('/etc', join(chart, 'etc'));
    execFileSync('mkfifo', [join(chart, 'pipe')]);
    expect(names((await loadChart(chart)).files)).toEqual(['.helmignore']);
  });

  test('links that multiply the number of folders', async () => {
    const chart = writeChart();
    for (let level = 0; level < 40; level++) {
      mkdirSync(join(chart, `l${level}`));
      for (const side of ['a', 'b']) symlinkSync(`../l${level + 1}`, join(chart, `l${level}`, side));
    }
    mkdirSync(join(chart, 'l40'));
    expect(await codeOf(() => loadChart(chart))).toBe('PKG_CHART_TOO_LARGE');
  });

  test('a file and a chart that are too large', async () => {
    const one = writeChart({ big: '' });
    truncateSync(join(one, 'big'), (100 << 20) + 1);
    const error = await errorOf(() => loadChart(one));
    expect([error.code, error.at?.file]).toEqual(['PKG_CHART_TOO_LARGE', join(one, 'big')]);
    const many = writeChart();
    for (let i = 0; i < 21; i++) {
      writeFileSync(join(many, `${i}`), '');
      truncateSync(join(many, `${i}`), 5 << 20);
    }
    expect(await codeOf(() => loadChart(many))).toBe('PKG_CHART_TOO_LARGE');
  });
});

describe('paths without a chart', () => {
  test('a missing path, with the nearest name', async () => {
    const chart = writeChart();
    const error = await errorOf(() => loadChart(join(dirname(chart), 'wbe')));
    expect(error.code).toBe('PKG_CHART_NOT_FOUND');
    expect(error.hints[0]).toBe(`did you mean ${chart}?`);
  });

  test('a folder without Chart.yaml, with a hint to one that has it', async () => {
    const chart = writeChart();
    const error = await errorOf(() => loadChart(dirname(chart)));
    expect([error.code, error.hints]).toEqual(['PKG_CHART_NOT_FOUND', [`give ${chart}, which is a chart`]]);
    const misspelt = temporaryFolder();
    writeFileSync(join(misspelt, 'chart.yml'), '');
    expect((await errorOf(() => loadChart(misspelt))).hints).toEqual(['rename chart.yml to Chart.yaml']);
  });

  test('a path below a file, a path that is too long, one with a NUL, a device', async () => {
    const chart = writeChart();
    expect(await codeOf(() => loadChart(join(chart, 'Chart.yaml', 'x')))).toBe('PKG_CHART_NOT_FOUND');
    expect(await codeOf(() => loadChart('x'.repeat(5000)))).toBe('PKG_CHART_NOT_FOUND');
    expect(await codeOf(() => loadChart('a\0b'))).toBe('PKG_FILE_UNREADABLE');
    expect(await codeOf(() => loadChart('/dev/zero'))).toBe('PKG_CHART_NOT_FOUND');
  });

  test('a values file', async () => {
    const error = await errorOf(() => loadChart(join(writeChart({ 'values.yaml': 'a: 1' }), 'values.yaml')));
    expect(error.code).toBe('PKG_CHART_INVALID');
    expect(error.hints[0]).toContain('-f');
  });
});
