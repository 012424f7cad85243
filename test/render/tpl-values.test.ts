/** Random values in strings that `tpl` runs: each call has its own value, which does not depend on the rest. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { PkgError } from '../../src/errors.ts';
import type { JsonObject } from '../../src/yaml/value.ts';
import { toPlain } from '../../src/yaml/value.ts';
import { StoredValues } from '../../src/render/random-values.ts';
import { chartOf, configMap, nothingStored, render, storedBy } from './support.ts';

/** Texts of values: two are alike but for what stands around the call, one calls twice, one calls `tpl` itself. */
const TEXTS = [
  '{{randAlphaNum 32}}',
  'x-{{randAlphaNum 32}}',
  '{{randAlphaNum 32}}-{{randAlphaNum 32}}',
  '{{tpl values.t0}}/{{randAlphaNum 32}}',
  '{{> inner}}',
];
const VALUES: JsonObject = Object.fromEntries(TEXTS.map((text, index) => [`t${index}`, text]));
const INNER = { 'templates/_inner.hbs': '{{randAlphaNum 32}}', 'templates/_calls.hbs': '{{tpl text}}' };

type Line = { text: number; form: 'tpl' | 'partial' | 'loop' };

function fileOf(lines: readonly Line[]): string {
  const rows = lines.map(({ text, form }, index) => {
    if (form === 'partial') return `k${index}: {{include "calls" text=values.t${text}}}`;
    if (form === 'loop')
      return `{{#each (list 1 2)}}\nk${index}-{{this}}: {{tpl @root.values.t${text} @root}}\n{{/each}}`;
    return `k${index}: {{tpl values.t${text}}}`;
  });
  return configMap(rows.join('\n'));
}

const line: fc.Arbitrary<Line> = fc.record({
  text: fc.nat(TEXTS.length - 1),
  form: fc.constantFrom('tpl' as const, 'partial' as const, 'loop' as const),
});
const files: fc.Arbitrary<Line[][]> = fc.array(fc.array(line, { minLength: 1, maxLength: 4 }), {
  minLength: 2,
  maxLength: 3,
});

function chartWith(all: readonly (readonly Line[])[], without?: number) {
  const entries = all.flatMap((lines, index) =>
    index === without
      ? []
      : [[`templates/f${index}.yaml.hbs`, fileOf(lines).replace('name: x', `name: x${index}`)] as const],
  );
  return chartOf({ ...INNER, ...Object.fromEntries(entries) }, VALUES);
}

/** The data of each file's ConfigMap, by file. */
function dataOf({ objects }: Awaited<ReturnType<typeof render>>): Record<string, JsonObject> {
  return Object.fromEntries(
    objects.map(({ source, object }) => [source, toPlain(object ?? new Map())['data'] as JsonObject]),
  );
}

test('every call has its own value, the same in every render, also when another file is removed', async () => {
  await fc.assert(
    fc.asyncProperty(files, fc.nat(2), async (all, gone) => {
      const first = await render(chartWith(all), { random: nothingStored() });
      const values = Object.values(dataOf(first)).flatMap((data) =>
        Object.values(data).flatMap((text) => String(text).match(/[A-Za-z0-9]{32}/g) ?? []),
      );
      expect(new Set(values).size).toBe(values.length);
      expect(first.randomValues).toHaveLength(values.length);
      const random = storedBy(first);
      const again = await render(chartWith(all), { random });
      expect(dataOf(again)).toEqual(dataOf(first));
      expect(again.randomValues.filter(({ reason }) => reason !== undefined)).toEqual([]);
      const fewer = await render(chartWith(all, gone), { random });
      expect(dataOf(first)).toMatchObject(dataOf(fewer));
    }),
    { numRuns: 100 },
  );
});

test('values that were stored under the names of earlier versions are found', async () => {
  const chart = chartOf(
    {
      'templates/_calls.hbs': '{{tpl values.t1}}',
      'templates/a.yaml.hbs': configMap('a: {{tpl values.t0}}\nb: {{tpl values.t2}}\nc: {{include "calls"}}'),
      'templates/b.yaml.hbs': configMap('a: {{tpl values.t0}}'),
    },
    { t0: '{{randAlphaNum 32}}', t1: 'x{{uuidv4}}', t2: '{{tpl values.t3}}', t3: '{{randAlpha 9}}' },
  );
  // As they were written: texts of one file share a name, and a text has the name of the file that was first with it.
  const earlier = new Map([
    ['web/templates/a.yaml.hbs#tpl>randAlphaNum(32)', 'one'],
    ['web/templates/a.yaml.hbs#tpl#tpl>randAlpha(9)', 'two'],
    ['web/templates/a.yaml.hbs>include calls>tpl>uuidv4()', 'three'],
  ]);
  const rendered = await render(chart, {
    random: { stored: new StoredValues([{ revision: 1, values: [], earlier }]) },
  });
  expect(dataOf(rendered)).toEqual({
    'web/templates/a.yaml.hbs': { a: 'one', b: 'two', c: 'xthree' },
    'web/templates/b.yaml.hbs': { a: 'one' },
  });
  expect(dataOf(await render(chart, { random: storedBy(rendered) }))).toEqual(dataOf(rendered));
});

test('an error in a text that several files run names the file that ran it', async () => {
  const chart = chartOf(
    {
      'templates/a.yaml.hbs': configMap('a: {{tpl values.t (dict "n" "one")}}'),
      'templates/b.yaml.hbs': configMap('a: {{tpl values.t (dict)}}'),
    },
    { t: '{{n}}' },
  );
  const error = await render(chart).then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  const { at, notes } = error as PkgError;
  expect(at?.file).toBe('web/templates/b.yaml.hbs');
  expect(notes).toContain('in tpl, called at web/templates/b.yaml.hbs:6:6');
});

test('the number of cached syntax trees is limited, and values do not depend on it', async () => {
  const rows = Array.from({ length: 40 }, (_, index) => `k${index}: {{tpl (cat values.t ${index})}}`).join('\n');
  const chart = chartOf({ 'templates/a.yaml.hbs': configMap(rows) }, { t: `${'x'.repeat(40_000)}{{randAlphaNum 32}}` });
  const first = await render(chart, { random: nothingStored() });
  expect(first.randomValues).toHaveLength(40);
  const again = await render(chart, { random: storedBy(first) });
  expect(again.objects[0]?.text).toBe(first.objects[0]?.text);
});

test('a text sees the names at its call: the item of a loop, and what a call gives', async () => {
  const lines = [
    '{{#each values.list}}',
    'k{{@index}}: {{tpl "{{this.a}} {{a}} {{@index}} {{values.x}}"}}',
    '{{/each}}',
    '{{> p v="w"}}',
  ];
  const files = {
    'templates/x.yaml.hbs': configMap(lines.join('\n')),
    'templates/_p.hbs': 'z: {{tpl "{{v}}"}}\n',
  };
  const { objects } = await render(chartOf(files, { x: 1, list: [{ a: 'u' }, { a: 'v' }] }));
  expect(toPlain(objects[0]?.object ?? new Map())['data']).toEqual({ k0: 'u u 0 1', k1: 'v v 1 1', z: 'w' });
});
