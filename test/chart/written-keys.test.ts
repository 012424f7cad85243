/** Keys of values such as `on` and `no` are read as written if all templates are native, else as by Helm. */
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { loadChart } from '../../src/chart/load.ts';
import { createOrigins } from '../../src/chart/origins.ts';
import { NO_SOURCES, readUserValues } from '../../src/chart/user-values.ts';
import { keepsWrittenKeys } from '../../src/chart/written-keys.ts';
import { isMap } from '../../src/yaml/value.ts';
import { temporaryFolder, writeFiles } from './support.ts';

const VALUES = 'on: 1\nn: yes\nNo: {y: 2, "off": 3}\ntrue: 4\nlist: [{on: 5}]\nport: 0644\n';
const NATIVE = {
  'Chart.yaml': 'apiVersion: v2\nname: web\nversion: 1.0.0\n',
  'values.yaml': VALUES,
  'templates/a.yaml.hbs': '',
};
const SUB = {
  'charts/sub/Chart.yaml': 'apiVersion: v2\nname: sub\nversion: 1.0.0\n',
  'charts/sub/values.yaml': 'on: 1\n',
};
test.each([
  ['native', NATIVE, true],
  ['native with a guard', { ...NATIVE, 'templates/zz/_requires-pkg.tpl': '{{ x }}' }, true],
  ['native with a native subchart', { ...NATIVE, ...SUB, 'charts/sub/templates/b.yaml.hbs': '' }, true],
  ['mixed', { ...NATIVE, 'templates/b.yaml': '' }, false],
  ['native with a subchart of Go templates', { ...NATIVE, ...SUB, 'charts/sub/templates/b.yaml': '' }, false],
  ['without templates', { ...NATIVE, 'templates/a.yaml.hbs': undefined }, false],
])('a chart that is %s', async (_, files, written) => {
  const folder = join(temporaryFolder(), 'web');
  writeFiles(
    folder,
    Object.fromEntries(Object.entries(files).filter(([, text]) => text !== undefined)) as Record<string, string>,
  );
  const mine = join(folder, '../mine.yaml');
  writeFiles(join(folder, '..'), { 'mine.yaml': VALUES });
  const chart = await loadChart(folder);
  expect(keepsWrittenKeys(chart)).toBe(written);
  const sources = { ...NO_SOURCES, valueFiles: [mine] };
  const { values, texts } = await readUserValues(sources, undefined, { writtenKeys: written });
  for (const read of [chart.values, values]) {
    expect([...read.keys()]).toEqual(
      written ? ['on', 'n', 'No', 'true', 'list', 'port'] : ['true', 'false', 'list', 'port'],
    );
    const no = read.get(written ? 'No' : 'false') ?? null;
    expect(isMap(no) && [...no.keys()]).toEqual(written ? ['y', 'off'] : ['true', 'off']);
    // Values are Helm's in both.
    if (written) expect(read.get('n')).toBe(true);
    expect(read.get('port')).toBe(420);
  }
  if (written) {
    const origin = await createOrigins(chart, sources, texts).find(['No', 'y']);
    expect(origin).toBe(`${mine}:3:6`);
  }
  for (const { values: below } of chart.dependencies) expect([...below.keys()]).toEqual([written ? 'on' : 'true']);
});
