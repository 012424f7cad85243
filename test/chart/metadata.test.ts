import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseChartMetadata } from '../../src/chart/metadata.ts';
import { PkgError } from '../../src/errors.ts';
import { parseYaml } from '../../src/yaml/read.ts';
import { isMap, toPlain } from '../../src/yaml/value.ts';
import type { Json, JsonObject } from '../../src/yaml/value.ts';
import { helm } from '../support/helm.ts';
import { writeChart } from './support.ts';
import { RUNS } from '../support/generation.ts';

/** The chart as helm shows it, or undefined when helm refuses it. */
function helmMetadata(chart: string): JsonObject | undefined {
  const run = helm(['show', 'chart', chart]);
  if (run.status !== 0) return undefined;
  const value = parseYaml(run.stdout, 'helm');
  return isMap(value) ? toPlain(value) : undefined;
}

/** The same of pkg: what helm knows, without what is empty. */
async function pkgMetadata(text: string): Promise<JsonObject | undefined> {
  try {
    const { metadata, errors } = await parseChartMetadata(text, 'Chart.yaml', false);
    if (errors.length > 0) return undefined;
    return { ...withoutEmpty(toPlain(metadata.all)), apiVersion: metadata.apiVersion };
  } catch (error) {
    expect(error).toBeInstanceOf(PkgError);
    return undefined;
  }
}

function withoutEmpty(object: JsonObject): JsonObject {
  const says = (value: Json): boolean =>
    value !== '' &&
    value !== false &&
    !(typeof value === 'object' && value !== null && Object.keys(value).length === 0);
  return Object.fromEntries(Object.entries(object).filter(([key, value]) => key !== 'unknown' && says(value)));
}

/** Texts of YAML scalars, most of them what a field may hold. */
const scalar = fc.constantFrom(
  'text',
  '"a b"',
  '1.10',
  '1.16',
  '1',
  '0x10',
  '1_000',
  '1e3',
  '1e30',
  '1.5e-7',
  '123456789.5',
  '.5',
  'on',
  'true',
  'False',
  '~',
  'null',
  '""',
  '"a\\nb\\tc"',
  '"x\\u001b[31m\\u200b\\u00a0"',
  '9007199254740993',
  '18446744073709551616',
  '2020-01-01',
  '日本',
  '"\\U0001F680"',
);
const odd = fc.constantFrom('[]', '{}', '[a]', '{a: b}', '- a');
const any = fc.oneof({ weight: 6, arbitrary: scalar }, { weight: 1, arbitrary: odd });
const flowList = (item: fc.Arbitrary<string>): fc.Arbitrary<string> =>
  fc.array(item, { maxLength: 3 }).map((items) => `[${items.join(', ')}]`);
const name = fc.constantFrom('web', 'web', 'web', 'a-b', 'A b', '7', 'true', '"."', '..', 'a/b', 'a/', '"a\\nb"', '""');
const version = fc.constantFrom(
  '1.0.0',
  '1.0.0',
  '1.2',
  '1',
  'v1.2.3',
  '01.2.3',
  '1.2.3-rc.1+b',
  '1.2.3-01',
  '1.2.3.4',
  'x',
  '"1.0.0\\u0007"',
  '~',
);
const maintainers = flowList(fc.constantFrom('{name: a}', '{name: 5, email: a@b.c}', '{}', 'null', 'a', '{name: [a]}'));
const dependency = fc
  .record({
    name: fc.constantFrom('a', 'b', '7'),
    rest: fc.array(
      fc.constantFrom(
        'version: 1.10',
        'alias: c',
        'alias: a/b',
        'alias: ".."',
        'tags: [x, 1]',
        'tags: x',
        'condition: a.b',
        'enabled: true',
        'enabled: x',
        'repository: "file://x"',
        'import-values: [data]',
        'import-values: x',
        'version: {}',
      ),
      { maxLength: 2 },
    ),
  })
  .map((entry) => `{${[`name: ${entry.name}`, ...new Set(entry.rest)].join(', ')}}`);
const dependencies = flowList(fc.oneof({ weight: 5, arbitrary: dependency }, fc.constantFrom('null', 'a')));

const field = fc.oneof(
  fc.tuple(fc.constantFrom('description', 'home', 'icon', 'appVersion', 'kubeVersion', 'condition', 'tags'), any),
  fc.tuple(fc.constantFrom('keywords', 'sources'), fc.oneof(flowList(any), any)),
  fc.tuple(
    fc.constant('annotations'),
    fc.constantFrom('{a: b}', '{a: 1, b: on, c: null}', '{a: [b]}', '[a]', 'a', '~'),
  ),
  fc.tuple(fc.constant('deprecated'), fc.constantFrom('true', 'false', 'on', '"true"', '1', '~')),
  fc.tuple(fc.constant('type'), fc.constantFrom('application', 'library', 'Library', '""', '~', '1')),
  fc.tuple(fc.constant('maintainers'), maintainers),
  fc.tuple(fc.constant('dependencies'), dependencies),
  fc.tuple(fc.constantFrom('unknown', 'Home', 'APPVERSION'), scalar),
);
const apiVersion = fc.constantFrom('apiVersion: v2', 'apiVersion: v2', 'apiVersion: v1', 'apiversion: v2', '');
const chartYaml = fc
  .tuple(apiVersion, name, version, fc.uniqueArray(field, { maxLength: 3, selector: ([key]) => key.toLowerCase() }))
  .map(([api, chartName, chartVersion, fields]) =>
    [
      api,
      `name: ${chartName}`,
      `version: ${chartVersion}`,
      ...fields.map(([key, value]) => `${key}: ${value}`),
      '',
    ].join('\n'),
  );

describe('Chart.yaml', () => {
  test('is read as helm reads it, or refused where helm refuses it', async () => {
    const chart = writeChart();
    let accepted = 0;
    await fc.assert(
      fc.asyncProperty(chartYaml, async (text) => {
        writeFileSync(join(chart, 'Chart.yaml'), text);
        const expected = helmMetadata(chart);
        if (expected !== undefined) accepted++;
        expect(await pkgMetadata(text)).toEqual(expected);
      }),
      { numRuns: 180 * RUNS },
    );
    // If nearly all charts were refused, the test would say little.
    expect(accepted).toBeGreaterThan(20);
  });

  test('numbers and booleans become the same strings as in helm', async () => {
    const digits = (most: number): fc.Arbitrary<string> => fc.stringMatching(/^[0-9]+$/, { maxLength: most });
    const number = fc
      .tuple(
        fc.constantFrom('', '', '', '-', '+'),
        fc.oneof(digits(22), fc.constantFrom('0x1F', '0o17', '017', '0b101', '089', '1_000_000', '.inf', '.NaN')),
        fc.option(digits(8), { nil: undefined }),
        fc.constantFrom('', '', 'e2', 'E+06', 'e-7', 'e40', 'e400', '_0'),
      )
      .map(([sign, whole, rest, exponent]) => `${sign}${whole}${rest === undefined ? '' : `.${rest}`}${exponent}`);
    const quoted = number.map((text) => `"${text}"`);
    const tagged = number.map((text) => `!!float ${text}`);
    const written = fc.oneof(
      { weight: 8, arbitrary: number },
      { weight: 1, arbitrary: quoted },
      { weight: 1, arbitrary: fc.constantFrom('yes', 'Off', 'y', '~', 'null', '2020-01-01', '12:30:45', '1.2.3', '-') },
      { weight: 1, arbitrary: tagged.filter((text) => /^!!float [-+]?[0-9]+(?:\.[0-9]+)?$/.test(text)) },
    );
    const chart = writeChart();
    const texts = fc.sample(written, 400 * RUNS);
    const annotations = texts.map((text, index) => `  k${index}: ${text}\n`).join('');
    const head = 'apiVersion: v2\nname: web\n';
    const all = `${head}version: 1.0.0\nannotations:\n${annotations}`;
    writeFileSync(join(chart, 'Chart.yaml'), all);
    const shown = (metadata: JsonObject | undefined): unknown[] =>
      texts.map((text, index) => [text, (metadata?.['annotations'] as JsonObject | undefined)?.[`k${index}`]]);
    expect(shown(await pkgMetadata(all))).toEqual(shown(helmMetadata(chart)));
    for (const text of [...fc.sample(written, 20 * RUNS), '72445e2', '1e3', '10000000', '1.0e7']) {
      const one = `${head}version: ${text}\nappVersion: ${text}\nkubeVersion: ${text}\nicon: ${text}\n`;
      writeFileSync(join(chart, 'Chart.yaml'), one);
      expect([text, await pkgMetadata(one)]).toEqual([text, helmMetadata(chart)]);
    }
  });

  test.each<[string, string, [string, number][]]>([
    [
      'name: a/b\nversion: x\n',
      'paths and versions',
      [
        ["the chart name 'a/b' is a path", 1],
        ["the version 'x' is not a semantic version", 2],
      ],
    ],
    [
      '',
      'nothing',
      [
        ['the chart has no name', 1],
        ['the chart has no version', 1],
      ],
    ],
    [
      'name: a\nversion: 1.0.0\nmaintainers:\n- name: b\n- null\n',
      'an empty maintainer',
      [['an item of maintainers is not a map', 5]],
    ],
    [
      'name: a\nversion: 1.0.0\ndependencies:\n- name: b\n  import-values:\n  - data\n  - 5\n  - child: c\n',
      'imports that are none',
      [
        ['an item of import-values is neither a name nor a map with child and parent', 7],
        ['an item of import-values is neither a name nor a map with child and parent', 8],
      ],
    ],
    [
      'name: a\nversion: 1.0.0\ndependencies:\n- name: b\n- alias: b\n  name: c\n',
      'a name given twice',
      [["more than one dependency has the name or alias 'b'", 5]],
    ],
    [
      'name: "\\u001b]0;x"\nversion: "1\\u001b[2J"\n',
      'control characters',
      [["the version '1\\u001b[2J' is not a semantic version", 2]],
    ],
  ])('the error for %j has its position: %s', async (text, _, expected) => {
    const { errors } = await parseChartMetadata(text, 'web/Chart.yaml', false);
    expect(errors.map(({ message, at }) => [message, at?.line])).toEqual(expected);
    for (const error of errors)
      expect(error).toMatchObject({ code: 'PKG_CHART_INVALID', at: { file: 'web/Chart.yaml' } });
  });

  test.each(['v3', 'v9', '2', 'V2', '"v2 "', '[]'])(
    'the apiVersion %s is refused, as by helm template',
    async (apiVersion) => {
      const text = `apiVersion: ${apiVersion}\nname: web\nversion: 1.0.0\n`;
      expect((await parseChartMetadata(text, 'Chart.yaml', false)).errors).toHaveLength(1);
      expect(helm(['template', writeChart({ 'Chart.yaml': text })]).status).toBe(1);
    },
  );

  test('errors in a large file are found in a short time', async () => {
    const text = `name: a\nversion: 1.0.0\nkeywords:\n${'- []\n'.repeat(100_000)}`;
    const started = process.cpuUsage();
    const { errors } = await parseChartMetadata(text, 'Chart.yaml', false);
    expect(errors).toHaveLength(20);
    expect(process.cpuUsage(started).user).toBeLessThan(3_000_000);
  });

  test('fields keep their order and get their proper names', async () => {
    const text = 'version: 1.0\nName: web\nx-mine: {a: 1}\nappVersion: 1.10\nhome: null\n';
    const { metadata } = await parseChartMetadata(text, 'Chart.yaml', false);
    expect([...metadata.all]).toEqual([
      ['version', '1'],
      ['name', 'web'],
      ['x-mine', new Map([['a', 1]])],
      ['appVersion', '1.1'],
    ]);
    expect(metadata).toMatchObject({
      apiVersion: 'v1',
      name: 'web',
      version: '1',
      appVersion: '1.1',
      type: 'application',
    });
  });

  test('import-values keeps both of its forms', async () => {
    const text =
      'name: a\nversion: 1.0.0\ndependencies:\n- name: b\n  import-values: [data, {child: x.y, parent: z}]\n';
    const { metadata } = await parseChartMetadata(text, 'Chart.yaml', false);
    expect(metadata.dependencies[0]?.importValues).toEqual(['data', { child: 'x.y', parent: 'z' }]);
  });
});
