import { mkdirSync, readFileSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import fc from 'fast-check';
import { list } from 'tar';
import { describe, expect, test } from 'vitest';
import type { Chart } from '../../src/chart/chart.ts';
import { loadChart } from '../../src/chart/load.ts';
import { packageChart, sourceDateEpoch } from '../../src/chart/package.ts';
import { helm } from '../support/helm.ts';
import { CHART_YAML, craftArchive, temporaryFolder, writeChart } from './support.ts';
import { codeOf } from '../support/errors.ts';
import { RUNS, SEED } from '../support/generation.ts';

const FULL: Record<string, string | Uint8Array> = {
  'Chart.yaml': [
    '# a comment',
    'version: 1.2.3',
    'name: web',
    'apiVersion: v2',
    'appVersion: 1.10',
    'description: "a\\tb"',
    'keywords: [b, a]',
    'deprecated: false',
    'home: ""',
    'unknown: 1',
    'annotations: {z: 1, a: on}',
    'maintainers: [{url: "https://example.com", name: Ann}]',
    'dependencies:',
    '- {version: ">=1", name: sub, repository: "", condition: sub.enabled}',
    '- {version: ">=0", name: deep, repository: "file://x", alias: two, import-values: [data, {parent: a, child: b}]}',
    '',
  ].join('\n'),
  'Chart.lock':
    'generated: "2024-01-02T03:04:05Z"\ndigest: sha256:0\ndependencies:\n- {version: 1.0.0, name: sub, repository: ""}\n',
  'values.yaml': '# kept\nb: 1\na: 2\n',
  'values.schema.json': '{"type": "object"}',
  '.helmignore': '*.tmp\n',
  'README.md': 'read',
  'left.tmp': 'out',
  'templates/b.yaml': 'kind: ConfigMap\n',
  'templates/NOTES.txt': 'notes',
  'crds/crd.yaml': 'kind: CustomResourceDefinition\n',
  [`files/${'n'.repeat(60)}/${'m'.repeat(60)}.txt`]: 'long',
  'files/ü.bin': new Uint8Array([0, 255, 254]),
  'charts/sub/Chart.yaml': 'apiVersion: v1\nname: sub\nversion: 1.0.0\n',
  'charts/sub/requirements.yaml': 'dependencies: []\n',
  'charts/deep.tgz': craftArchive([
    { name: 'deep/Chart.yaml', data: 'apiVersion: v2\nname: deep\nversion: 0.1.0\n' },
    { name: 'deep/values.yaml', data: 'x: 1\n' },
  ]),
};

function runHelmPackage(chart: string, more: readonly string[] = [], env: Record<string, string> = {}): string {
  const destination = temporaryFolder();
  const run = helm(['package', chart, '-d', destination, ...more], { env });
  expect(run.stderr).toBe('');
  return join(destination, readdirSync(destination)[0] ?? '');
}

/** Names and contents. */
async function entriesOf(file: string): Promise<[string, string][]> {
  const entries: [string, string][] = [];
  await list({
    file,
    strict: true,
    onReadEntry: (entry) => {
      const chunks: Buffer[] = [];
      entry.on('data', (chunk: Buffer) => chunks.push(chunk));
      entry.on('end', () => entries.push([entry.path, Buffer.concat(chunks).toString('latin1')]));
    },
  });
  return entries;
}

/** Subcharts come in no order from helm. */
function inOrder(entries: [string, string][]): [string, string][] {
  return entries.toSorted(([a], [b]) => (a < b ? -1 : 1));
}

/** A chart without what depends on where it was loaded from. */
function comparable(chart: Chart): unknown {
  const { location: _, metadataFile: __, dependencies, ...rest } = chart;
  return { ...rest, metadata: { ...rest.metadata, all: undefined }, dependencies: dependencies.map(comparable) };
}

describe('packageChart', () => {
  test("has helm's files, with helm's content, in helm's order", async () => {
    const chart = writeChart(FULL);
    const path = await packageChart(chart, { destination: temporaryFolder() });
    const expected = await entriesOf(runHelmPackage(chart));
    const entries = await entriesOf(path);
    expect(inOrder(entries)).toEqual(inOrder(expected));
    const ownNames = (all: [string, string][]): string[] =>
      all.map(([name]) => name).filter((name) => !name.startsWith('web/charts/'));
    expect(ownNames(entries)).toEqual(ownNames(expected));
  });

  test.each(['0', '1', '1700000000', '+7', '8589934591'])("SOURCE_DATE_EPOCH=%s gives helm's bytes", async (epoch) => {
    const { 'charts/deep.tgz': _, 'charts/sub/requirements.yaml': __, ...files } = FULL;
    files['Chart.yaml'] = String(files['Chart.yaml']).replace(/- \{version: ">=0"[^]*/, '');
    const chart = writeChart(files);
    const env = { SOURCE_DATE_EPOCH: epoch };
    const path = await packageChart(chart, { destination: temporaryFolder(), modified: sourceDateEpoch(env) });
    // What is compressed; Go compresses it in another way.
    expect(gunzipSync(readFileSync(path)).equals(gunzipSync(readFileSync(runHelmPackage(chart, [], env))))).toBe(true);
  });

  // The header of a tar has two fields for a name: which slash it is cut at depends on the lengths around it.
  test("long names give helm's bytes", async () => {
    const files: Record<string, string> = { 'Chart.yaml': CHART_YAML };
    const lengths = [1, 30, 48, 49, 90, 91, 98, 99, 100, 101, 143, 144, 145, 146, 147];
    for (const one of lengths) {
      for (const two of lengths) {
        files[`files/${'a'.repeat(one)}/${'b'.repeat(two)}`] = '';
        files[`${'c'.repeat(one)}/${'d'.repeat(two)}/e/f`] = '';
      }
    }
    const chart = writeChart(files);
    const env = { SOURCE_DATE_EPOCH: '1700000000' };
    const path = await packageChart(chart, { destination: temporaryFolder(), modified: sourceDateEpoch(env) });
    const expected = gunzipSync(readFileSync(runHelmPackage(chart, [], env)));
    expect(gunzipSync(readFileSync(path)).equals(expected)).toBe(true);
  });

  test.each(['abc', '-1', '1.5', ' 1', '1 ', '0x1', '1_0', '9223372036854775808', '-', '+', '٣'])(
    'SOURCE_DATE_EPOCH=%s is refused, as by helm',
    (epoch) => {
      const env = { SOURCE_DATE_EPOCH: epoch };
      expect(() => sourceDateEpoch(env)).toThrow(/SOURCE_DATE_EPOCH is /);
      expect(helm(['package', writeChart(), '-d', temporaryFolder()], { env }).stderr).toContain(
        'invalid SOURCE_DATE_EPOCH',
      );
    },
  );

  test('an empty SOURCE_DATE_EPOCH is ignored', () => {
    expect([sourceDateEpoch({}), sourceDateEpoch({ SOURCE_DATE_EPOCH: '' })]).toEqual([undefined, undefined]);
  });

  test('quotes in Chart.yaml and Chart.lock what helm quotes', async () => {
    const text = fc.oneof(
      fc.string({ maxLength: 30 }),
      fc.string({ unit: 'grapheme', maxLength: 8 }),
      fc
        .array(fc.constantFrom('word', ' ', ': ', '#', '- ', "'", '"', '\n', 'é', '1', '.', '~', '>='), {
          maxLength: 40,
        })
        .map((all) => all.join('')),
      fc.constantFrom(
        '1.2.3',
        '0x10',
        '1e3',
        '010',
        'yes',
        'null',
        '2020-01-01',
        '1:30',
        '.5',
        '*',
        '>=1',
        '~1.2',
        '^1',
      ),
    );
    // What Helm refuses or changes in a Chart.yaml is not the matter here.
    const plain = text.map((one) => one.replace(/[^\n -~\xa1-\uffff]|[\ud800-\udfff\u2028\u2029\ufeff]/g, ''));
    const charts = fc.sample(
      fc.record({
        apiVersion: fc.constant('v2'),
        name: fc.constant('web'),
        version: fc.constantFrom('1.2.3', '0.1.0-rc.1', '10.0.0+b1', '1.0.0-0'),
        appVersion: plain,
        keywords: fc.array(plain, { maxLength: 5 }),
        annotations: fc.dictionary(
          plain.map((key) => key.replaceAll('\n', '')),
          plain,
          { maxKeys: 5 },
        ),
      }),
      { numRuns: 60 * RUNS, seed: SEED },
    );
    for (const made of charts) {
      const chart = writeChart({ 'Chart.yaml': JSON.stringify(made) });
      const ours = await entriesOf(await packageChart(chart, { destination: temporaryFolder() }));
      expect(ours, JSON.stringify(made)).toEqual(await entriesOf(runHelmPackage(chart)));
    }
  });

  test("has helm's header", async () => {
    const chart = writeChart();
    const headerOf = (file: string): Buffer => readFileSync(file).subarray(0, 12 + 40 + 5);
    expect(headerOf(await packageChart(chart, { destination: temporaryFolder() }))).toEqual(
      headerOf(runHelmPackage(chart)),
    );
  });

  test('is read by pkg and by helm without a difference', async () => {
    const chart = writeChart(FULL);
    const path = await packageChart(chart, { destination: temporaryFolder() });
    const { files: before, ...rest } = comparable(await loadChart(chart)) as Chart;
    const { files: after, ...again } = comparable(await loadChart(path)) as Chart;
    expect(again).toEqual(rest);
    expect(after).toEqual(before);
    expect(helm(['show', 'all', path]).stdout).toBe(helm(['show', 'all', chart]).stdout);
    expect(helm(['lint', path]).status).toBe(helm(['lint', chart]).status);
  });

  test('gives the same bytes for the same files only', async () => {
    const pack = async (files: Record<string, string | Uint8Array>): Promise<Buffer> =>
      readFileSync(await packageChart(writeChart(files), { destination: temporaryFolder() }));
    const first = await pack(FULL);
    expect((await pack(FULL)).equals(first)).toBe(true);
    expect((await pack({ ...FULL, 'README.md': 'other' })).equals(first)).toBe(false);
  });

  test('can get another version and appVersion', async () => {
    const chart = writeChart();
    const path = await packageChart(chart, {
      destination: temporaryFolder(),
      version: 'v2.0.0-rc.1+b',
      appVersion: '1.10',
    });
    expect(path).toMatch(/\/web-v2\.0\.0-rc\.1\+b\.tgz$/);
    const { metadata } = await loadChart(path);
    expect([metadata.version, metadata.appVersion]).toEqual(['v2.0.0-rc.1+b', '1.10']);
    const expected = runHelmPackage(chart, ['--version', 'v2.0.0-rc.1+b', '--app-version', '1.10']);
    expect(await entriesOf(path)).toEqual(await entriesOf(expected));
    for (const version of ['', '../x', '1.0.0\u001b[2J', 'one']) {
      expect(await codeOf(() => packageChart(chart, { destination: temporaryFolder(), version }))).toBe('PKG_USAGE');
    }
  });

  test('a chart of Helm 2 keeps its requirements in their file', async () => {
    const chart = writeChart({
      'Chart.yaml': 'name: web\nversion: 1.0.0\n',
      'requirements.yaml': 'dependencies: [{name: sub, version: "1"}]\n',
      'requirements.lock': 'digest: x\n',
      'charts/sub/Chart.yaml': 'name: sub\nversion: 1.0.0\n',
    });
    const path = await packageChart(chart, { destination: temporaryFolder() });
    expect(inOrder(await entriesOf(path))).toEqual(inOrder(await entriesOf(runHelmPackage(chart))));
  });

  test('creates the destination, and replaces an archive of the same name', async () => {
    const chart = writeChart();
    const destination = join(temporaryFolder(), 'a', 'b');
    const path = await packageChart(chart, { destination });
    expect(await packageChart(chart, { destination })).toBe(path);
    expect(readdirSync(destination)).toEqual(['web-1.0.0.tgz']);
  });

  test('refuses what cannot be packed, and leaves nothing behind', async () => {
    const destination = temporaryFolder();
    const code = (files: Record<string, string>): Promise<string> =>
      codeOf(() => packageChart(writeChart(files), { destination }));
    expect(await code({ 'Chart.yaml': CHART_YAML.replace('web', 'a/b') })).toBe('PKG_CHART_INVALID');
    expect(await code({ 'Chart.yaml': `${CHART_YAML}dependencies: [{name: gone, version: "1"}]\n` })).toBe(
      'PKG_CHART_DEPENDENCY_MISSING',
    );
    expect(await code({ 'values.schema.json': '{' })).toBe('PKG_SCHEMA_INVALID');
    const sub = 'apiVersion: v2\nname: sub\nversion: 1.0.0\n';
    expect(await code({ 'charts/a/Chart.yaml': sub, 'charts/b/Chart.yaml': sub })).toBe('PKG_CHART_INVALID');
    const linked = writeChart();
    symlinkSync('/etc/passwd', join(linked, 'passwd'));
    expect(await codeOf(() => packageChart(linked, { destination }))).toBe('PKG_CHART_UNSAFE');
    expect(await codeOf(() => packageChart(join(linked, 'Chart.yaml'), { destination }))).toBe('PKG_CHART_INVALID');
    expect(readdirSync(destination)).toEqual([]);
  });

  test('reports a destination that cannot be written', async () => {
    const chart = writeChart();
    const file = join(dirname(chart), 'file');
    writeFileSync(file, '');
    for (const destination of [file, join(file, 'below')]) {
      expect(await codeOf(() => packageChart(chart, { destination }))).toBe('PKG_FILE_UNWRITABLE');
    }
    const taken = temporaryFolder();
    mkdirSync(join(taken, 'web-1.0.0.tgz', 'x'), { recursive: true });
    expect(await codeOf(() => packageChart(chart, { destination: taken }))).toBe('PKG_FILE_UNWRITABLE');
    expect(readdirSync(taken)).toEqual(['web-1.0.0.tgz']);
  });

  test('archives of generated files are read without a difference', async () => {
    const path = fc
      .array(fc.stringMatching(/^[a-zA-Z0-9 _~é日-]{1,60}$/), { minLength: 1, maxLength: 4 })
      .map((parts) => parts.join('/'));
    const files = fc.uniqueArray(fc.tuple(path, fc.uint8Array({ maxLength: 600 })), {
      selector: ([name]) => name.split('/')[0]?.toLowerCase(),
      maxLength: 6,
    });
    await fc.assert(
      fc.asyncProperty(files, async (given) => {
        const chart = writeChart(Object.fromEntries(given.map(([name, data]) => [`f-${name}`, data])));
        const packed = await packageChart(chart, { destination: temporaryFolder() });
        expect(gunzipSync(readFileSync(packed)).length % 512).toBe(0);
        expect(comparable(await loadChart(packed))).toEqual(comparable(await loadChart(chart)));
      }),
      { numRuns: 60 * RUNS },
    );
  });
});
