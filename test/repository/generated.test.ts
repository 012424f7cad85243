/** The chosen version, for generated indexes and constraints: the same as with helm, or both refuse. */
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { loadChart } from '../../src/chart/load.ts';
import { PkgError } from '../../src/errors.ts';
import { readWholeIndex, searchEntries, versionsOf } from '../../src/repository/index-file.ts';
import { readIndexFile } from '../../src/repository/index-writer.ts';
import { declaredDependencies } from '../../src/repository/chart-lock.ts';
import { Remotes } from '../../src/repository/remotes.ts';
import { resolveDependency } from '../../src/repository/resolve-dependency.ts';
import { printYaml } from '../../src/yaml/print.ts';
import { parseYaml } from '../../src/yaml/read.ts';
import { fromPlain, toPlain } from '../../src/yaml/value.ts';
import type { Json, JsonObject } from '../../src/yaml/value.ts';
import { craftArchive, temporaryFolder } from '../chart/support.ts';
import { RUNS } from '../support/generation.ts';
import { startChartServer } from '../support/chart-server.ts';
import type { ChartServer } from '../support/chart-server.ts';
import { chartFiles, chartsIn, expectSame, run, update } from './support.ts';

const number = fc.constantFrom('0', '1', '2', '3', '10');
const version = fc
  .tuple(
    fc.constantFrom('', '', '', 'v'),
    fc.array(number, { minLength: 1, maxLength: 3 }),
    fc.constantFrom('', '', '', '-0', '-rc.1', '-alpha', '-rc.10'),
    fc.constantFrom('', '', '', '+build.5', '+a'),
  )
  .map(([v, numbers, pre, meta]) => v + numbers.join('.') + pre + meta);
const constraint = fc
  .array(
    fc
      .tuple(
        fc.constantFrom('', '', '=', '!=', '>', '<', '>=', '<=', '~', '^', '^'),
        fc.oneof(version, fc.constantFrom('*', '1.x', '2', '0.x.x')),
      )
      .map(([operator, right]) => operator + right),
    { minLength: 1, maxLength: 2 },
  )
  .chain((parts) => fc.constantFrom(', ', ' || ').map((separator) => parts.join(separator)));

/** An entry of an index; some are such that helm passes over them. */
const entry = (name: string): fc.Arbitrary<Json> =>
  fc.oneof(
    {
      weight: 12,
      arbitrary: fc
        .tuple(version, fc.nat(99))
        .map(([one, at]) => ({ name, version: one, apiVersion: 'v2', urls: [`${name}_${at}.tgz`] })),
    },
    { weight: 1, arbitrary: version.map((one) => ({ name, version: one, apiVersion: 'v2', urls: [] })) },
    { weight: 1, arbitrary: version.map((one) => ({ name, version: one, type: 'image', urls: [`${name}_0.tgz`] })) },
    { weight: 1, arbitrary: version.map((one) => ({ name: 'a/b', version: one, urls: [`${name}_0.tgz`] })) },
    fc.constantFrom<Json>(null, { name, version: 'latest', urls: ['x.tgz'] }, { name, urls: ['x.tgz'] }),
  );

const CHARTS = 40;
const names = Array.from({ length: CHARTS }, (_none, index) => `c${index}`);

describe('the chosen version', () => {
  let index = '';
  let server: ChartServer;
  beforeAll(async () => {
    server = await startChartServer('/nowhere', {
      serve: (request, response) => {
        const [, name = ''] = /^\/(c\d+)_\d+\.tgz$/.exec(request.url ?? '') ?? [];
        if (name === '' && request.url !== '/index.yaml') return false;
        const archived = `apiVersion: v2\nname: ${name}\nversion: 1.0.0\n`;
        response.end(name === '' ? index : craftArchive([{ name: `${name}/Chart.yaml`, data: archived }]));
        return true;
      },
    });
  });
  afterAll(() => server.close());

  test.each(Array.from({ length: 2 * RUNS }, (_none, round) => round))("equals helm's: %i", async (round) => {
    const lists = fc.sample(fc.tuple(...names.map((name) => fc.array(entry(name), { maxLength: 8 }))), 1)[0] ?? [];
    const data: JsonObject = {
      apiVersion: 'v1',
      entries: Object.fromEntries(names.map((name, at) => [name, lists[at] ?? []])),
    };
    const json = JSON.stringify(data);
    // The third is JSON to the eye, and YAML.
    index = [json, printYaml(fromPlain(data)), `\n${json.replace('"apiVersion"', 'apiVersion')}`][round % 3] ?? '';
    const wanted = fc.sample(constraint, CHARTS);
    const lines = names.map((name, at) => `- {name: ${name}, version: "${wanted[at]}", repository: "${server.url}"}\n`);
    const all = chartsIn({ web: chartFiles('web', '1.0.0', `dependencies:\n${lines.join('')}`) });
    const chart = await loadChart(`${all}/web`);
    const remotes = new Remotes({ HELM_CACHE_HOME: temporaryFolder() }, () => {});
    const results = await Promise.allSettled(
      declaredDependencies(chart).map((one) => resolveDependency(chart, one, { remotes, freshness: 'checked' })),
    );
    await remotes.close();
    const [found, missing]: [string[], string[]] = [[], []];
    for (const [at, result] of results.entries()) {
      (result.status === 'fulfilled' ? found : missing).push(lines[at] ?? '');
      if (result.status === 'rejected') expect((result.reason as PkgError).code).toBe('PKG_CHART_VERSION_NOT_FOUND');
    }
    const told = `${index}\n${lines.join('')}`;
    expect(found.length, told).toBeGreaterThan(5);
    const { pkg } = await expectSame(chartsIn({ web: chartFiles('web', '1.0.0', `dependencies:\n${found.join('')}`) }));
    expect(pkg.status, told).toBe(0);
    const none = chartsIn({ web: chartFiles('web', '1.0.0', `dependencies:\n${missing.join('')}`) });
    const { stderr } = await update('helm', none);
    for (const line of missing) expect(stderr, told).toContain(`"${/name: (c\d+)/.exec(line)?.[1]}" (`);
  });
});

describe('a large index', () => {
  const charts = (count: number): JsonObject =>
    Object.fromEntries(
      Array.from({ length: count }, (_none, at) => [
        `chart-${at}`,
        Array.from({ length: 5 }, (_one, patch) => ({
          apiVersion: 'v2',
          name: `chart-${at}`,
          version: `1.0.${patch}`,
          description: `Text: with "quotes" # and\nlines\n  chart-${at + 1}:\nentries:\n${'x'.repeat(100)}`,
          urls: [`chart-${at}-1.0.${patch}.tgz`],
          digest: 'ab'.repeat(32),
        })),
      ]),
    );
  const text = printYaml(fromPlain({ apiVersion: 'v1', entries: charts(400), generated: '2026-01-01T00:00:00Z' }));

  test.each([
    ['as helm writes it', text],
    ['with lists further in', text.replace(/^(?= {2}- | {4})/gm, '  ')],
    ['with names in quotes', text.replace(/^ {2}(chart-\d+):$/gm, '  "$1":')],
    ['with names as explicit keys', text.replace(/^ {2}(chart-\d*7):$/gm, '  ? $1\n  :')],
    ['with lines of Windows', text.replaceAll('\n', '\r\n')],
    ['with entries last', text.replace(/^(generated: .*\n)/m, '')],
    ['as JSON', JSON.stringify({ apiVersion: 'v1', entries: charts(400) })],
  ])('%s: every chart is found, and nothing else', (_name, written) => {
    expect(written.length).toBeGreaterThan(1 << 17);
    const bytes = Buffer.from(written);
    for (const at of [0, 7, 399]) {
      expect(versionsOf(bytes, `chart-${at}`, 'index.yaml')?.map((one) => one.version)).toEqual([
        '1.0.4',
        '1.0.3',
        '1.0.2',
        '1.0.1',
        '1.0.0',
      ]);
    }
    for (const name of ['chart-400', 'generated', 'apiVersion', 'name', '']) {
      expect(versionsOf(bytes, name, 'index.yaml')).toBeUndefined();
    }
    // Read chart by chart it is what it is read in one piece.
    const isJson = written.startsWith('{');
    const inOne = toPlain(isJson ? fromPlain(JSON.parse(written)) : parseYaml(written, 'index.yaml'));
    expect(toPlain(readWholeIndex(bytes, 'index.yaml'))).toEqual(inOne);
    const found = searchEntries(bytes, 'index.yaml');
    const lines = found.flatMap(({ name, versions }) => versions.map((one) => `${name} ${one.version}`));
    expect([lines.length, new Set(lines).size, lines[0]]).toEqual([2000, 2000, 'chart-0 1.0.4']);
    expect(found[0]?.texts).toEqual([
      { ownName: 'chart-0', description: expect.stringContaining('quotes'), keywords: [] },
    ]);
  });

  test('of more than 16 MiB, the limit for YAML: search and publish work', async () => {
    const [head, body = '', end] = text.split(/(?<=^entries:\n)|(?=^generated:)/m);
    const copies = Math.ceil((17 << 20) / body.length);
    const bodies = Array.from({ length: copies }, (_, copy) => body.replace(/\bchart-(?=\d+:?$)/gm, `copy-${copy}-`));
    const bytes = Buffer.from([head, ...bodies, end].join(''));
    expect(bytes.length).toBeGreaterThan(16 << 20);
    expect(searchEntries(bytes, 'index.yaml')).toHaveLength(400 * copies);
    expect(versionsOf(bytes, 'copy-0-7', 'index.yaml')).toHaveLength(5);
    expect(versionsOf(bytes, 'chart-nowhere', 'index.yaml')).toBeUndefined();
    const quoted = Buffer.from(bytes.toString().replace('\n  copy-0-7:\n', '\n  "copy-0-7":\n'));
    expect(versionsOf(quoted, 'copy-0-7', 'index.yaml')).toHaveLength(5);
    const folder = chartsIn({ web: chartFiles('web', '1.0.0'), pages: { 'index.yaml': bytes.toString() } });
    const published = await run('pkg', ['publish', 'web', './pages', '--skip-lint'], { cwd: folder, home: folder });
    expect(published.status, published.stderr).toBe(0);
    const entries = readIndexFile(`${folder}/pages/index.yaml`)?.entries;
    expect([entries?.size, entries?.get('web')?.length]).toEqual([400 * copies + 1, 1]);
  });

  test('with aliases between charts, or a duplicate chart, is read like a small one', () => {
    const anchored = text
      .replace('name: chart-3\n', 'name: &three chart-3\n')
      .replace('name: chart-9\n', 'name: *three\n');
    const found = searchEntries(Buffer.from(anchored), 'index.yaml');
    const named = found.flatMap(({ texts, versions }) =>
      versions.filter(({ text }) => texts[text]?.ownName === 'chart-3'),
    );
    expect(named).toHaveLength(6);
    const twice = text.replace('\n  chart-9:\n', '\n  chart-8:\n');
    expect(() => searchEntries(Buffer.from(twice), 'index.yaml')).toThrow(/duplicate|twice/i);
  });

  test('a chart that is named twice is an error, as in a small one', () => {
    const twice = `${text.replace(/^generated: .*\n/m, '')}  chart-7:\n  - name: chart-7\n    version: 1.0.0\n    urls: [x.tgz]\n`;
    expect(() => versionsOf(Buffer.from(twice), 'chart-7', 'index.yaml')).toThrow(PkgError);
  });
});
