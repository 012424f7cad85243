/** Partials in every position of a value: the document of a partial is the value. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Chart } from '../../src/chart/chart.ts';
import { printYaml } from '../../src/yaml/print.ts';
import { isMap, toPlain } from '../../src/yaml/value.ts';
import type { Value, ValueMap } from '../../src/yaml/value.ts';
import { parseYaml } from '../../src/yaml/read.ts';
import { errorOf } from '../support/errors.ts';
import { anyObject, chartOf, configMap, render } from './support.ts';
import { RUNS } from '../support/generation.ts';

async function dataOf(files: Record<string, string>, template: string, values: ValueMap): Promise<Value> {
  const chart = chartOf({ ...files, 'templates/x.yaml.hbs': anyObject(template) });
  const { objects } = await render(chart, { userValues: values });
  return objects[0]?.object?.get('data') ?? null;
}

const text = fc.constantFrom('a', 'x: y', 'two\nlines', '- z', '#', '', 'yes', '0644', '{{x}}', '---', '---\nk: v');
const scalar: fc.Arbitrary<Value> = fc.oneof(text, fc.integer(), fc.boolean());
const document: fc.Arbitrary<Value> = fc.letrec<{ value: Value }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    scalar,
    fc.array(tie('value'), { minLength: 1, maxLength: 3 }),
    fc
      .array(fc.tuple(fc.constantFrom('a', 'b', 'on', '1.10'), tie('value')), { minLength: 1, maxLength: 3 })
      .map((entries): ValueMap => new Map(entries)),
  ),
})).value;

/** Where a partial may stand, and what is around its document. */
const PLACES: readonly (readonly [template: string, around: (value: Value) => Value])[] = [
  ['k: {{> p}}', (value) => new Map([['k', value]])],
  [
    'k: {{> p}}\nz: "1"',
    (value) =>
      new Map<string, Value>([
        ['k', value],
        ['z', '1'],
      ]),
  ],
  ['k:\n  - {{> p}}\n  - z', (value) => new Map([['k', [value, 'z']]])],
  ['k: [{{> p}}, {a: {{> p}} }]', (value) => new Map([['k', [value, new Map([['a', value]])]]])],
  [
    'k: {{#> wrap}}\n  {{> p}}\n{{/wrap}}\nz: "1"',
    (value) =>
      new Map<string, Value>([
        ['k', value],
        ['z', '1'],
      ]),
  ],
  [
    'k:\n    {{#> wrap}}\n  {{> p}}\n    {{/wrap}}\nz: "1"',
    (value) =>
      new Map<string, Value>([
        ['k', value],
        ['z', '1'],
      ]),
  ],
  ['k: {{#> deep}}{{> p}}{{/deep}}', (value) => new Map([['k', new Map([['in', [value]]])]])],
  ['k: {{partial "p"}}', (value) => new Map([['k', value]])],
  ['k: {{#if values}}{{> p}}{{/if}}', (value) => new Map([['k', value]])],
  ['k: {{#each (list 1)}}{{> p}}{{/each}}', (value) => new Map([['k', value]])],
  ['{{#*inline "q"}}\n      {{> p}}\n{{/inline}}\nk: {{> q}}', (value) => new Map([['k', value]])],
  ['k: {{#> absent}}{{> p}}{{/absent}}', (value) => new Map([['k', value]])],
  ['k:\n  {{#> absent}}\n  {{> p}}\n  {{/absent}}', (value) => new Map([['k', value]])],
  ['k:\n    {{> slot}}', (value) => new Map([['k', new Map([['in', value]])]])],
  ['k:\n    {{#> slot}}\n  {{> p}}\n    {{/slot}}', (value) => new Map([['k', new Map([['in', value]])]])],
  ['k:\n  - a:\n      {{> p}}\n  - z', (value) => new Map([['k', [new Map([['a', value]]), 'z']]])],
  ['k:\n  {{#if values}}\n     {{> p}}\n  {{/if}}', (value) => new Map([['k', value]])],
  ['? k\n: {{> p}}', (value) => new Map([['k', value]])],
  [
    'k: &a {{> p}}\nl: [*a]',
    (value) =>
      new Map<string, Value>([
        ['k', value],
        ['l', [value]],
      ]),
  ],
  ['k: {{list (partial "p") (get (dict "x" (partial "p")) "x")}}', (value) => new Map([['k', [value, value]]])],
  ['k: {{merge (dict "a" (partial "p")) (dict "a" "z")}}', (value) => new Map([['k', new Map([['a', value]])]])],
];

const WRAPS = {
  'templates/_wrap.hbs': '{{> @partial-block}}\n',
  'templates/_deep.hbs': 'in:\n  - {{> @partial-block}}\n',
};

/** Prints its block, or else the partial itself. */
const SLOT = 'in:\n  {{#> @partial-block}}\n      {{> p}}\n  {{/@partial-block}}\n';

test('the document of a partial is a value in any position', async () => {
  await fc.assert(
    fc.asyncProperty(document, fc.constantFrom(...PLACES), async (value, [template, around]) => {
      // Once as it is written, and once as a value.
      const written = printYaml(value).replaceAll('{{', '\\{{');
      for (const partial of [written, '{{values.v}}\n']) {
        const files = { ...WRAPS, 'templates/_slot.hbs': SLOT, 'templates/_p.hbs': partial };
        const data = await dataOf(files, template, new Map([['v', value]]));
        expect(data).toEqual(around(value));
      }
    }),
    { numRuns: 300 * RUNS },
  );
});

test('a partial on a line of its own adds its keys or items beside those that are written', async () => {
  const entries = fc
    .uniqueArray(fc.tuple(fc.constantFrom('a', 'b', 'c'), scalar), { minLength: 1, maxLength: 3, selector: ([k]) => k })
    .map((list): ValueMap => new Map(list));
  await fc.assert(
    fc.asyncProperty(entries, fc.array(scalar, { minLength: 1, maxLength: 3 }), fc.nat(4), async (map, list, depth) => {
      const indent = ' '.repeat(depth);
      const inline = (name: string, body: string): string =>
        `{{#*inline "${name}"}}\n${body.replaceAll(/^(?=.)/gm, indent)}{{/inline}}\n`;
      const files = {
        ...WRAPS,
        'templates/_all.hbs':
          inline('m', printYaml(map).replaceAll('{{', '\\{{')) + inline('l', printYaml(list).replaceAll('{{', '\\{{')),
      };
      const template =
        'k:\n  first: "1"\n  {{> m}}\n  last: "2"\nl:\n  - first\n  {{> l}}\n  - last\nw:\n  first: "1"\n  {{#> wrap}}\n    x: w\n  {{/wrap}}\n  last: "2"';
      const block: ValueMap = new Map([
        ['first', '1'],
        ['x', 'w'],
        ['last', '2'],
      ]);
      expect(await dataOf(files, template, new Map())).toEqual(
        new Map<string, Value>([
          ['k', new Map<string, Value>([['first', '1'], ...map, ['last', '2']])],
          ['l', ['first', ...list, 'last']],
          ['w', block],
        ]),
      );
    }),
    { numRuns: 100 * RUNS },
  );
});

test('a partial within a string is inserted as text, whatever YAML would read', async () => {
  await fc.assert(
    fc.asyncProperty(fc.constantFrom('a', 'yes', '0644', '# a', '"q"', '{a', 'k: v'), text, async (written, value) => {
      const files = { 'templates/_p.hbs': `${written}{{values.v}}\n` };
      const data = await dataOf(
        files,
        'quoted: "{{> p}}"\npart: a-{{> p}}\nblock: |-\n  {{> p}}\n  end',
        new Map([['v', value]]),
      );
      const whole = `${written}${String(value)}`;
      expect(isMap(data) && data.get('quoted')).toBe(whole);
      expect(isMap(data) && data.get('part')).toBe(`a-${whole}`);
    }),
    { numRuns: 100 * RUNS },
  );
});

test.each<[string, string, Record<string, Value>?]>([
  ['a loop over nothing', 'k:\n  {{#each values.none}}\n  - {{this}}\n  {{/each}}\nz: "1"'],
  ['at the column of the key', 'k:\n{{#each values.none}}\n- {{this}}\n{{/each}}\nz: "1"'],
  ['two of them', 'k:\n  {{#if values.none}}\n  a: 1\n  {{/if}}\n  {{#each values.none}}\n  b: 1\n  {{/each}}\nz: "1"'],
  ['behind the key', 'k: {{#if values.none}}x{{/if}}\nz: "1"'],
  ['a partial', 'k: {{> nothing}}\nz: "1"'],
  ['a partial on a line of its own', 'k:\n  {{> nothing}}\nz: "1"'],
  ['a loop in a partial', 'k:\n  {{> loop}}\nz: "1"'],
  ['in an item, which goes', 'z: "1"\nl:\n  - {{#if values.none}}x{{/if}}\n', { z: '1', l: [] }],
  ['of other keys, which stay', 'k:\n{{#if values.none}}\nx: 1\n{{/if}}\nz: "1"', { k: null, z: '1' }],
  ['no block at all', 'k:\nz: "1"', { k: null, z: '1' }],
  ['in a text, which stays', 'k: |\n  a\n  {{#if values.none}}\n  b\n  {{/if}}\nz: "1"', { k: 'a\n', z: '1' }],
  ['in quotes, which stay', 'k: "{{#if values.none}}b{{/if}}"\nz: "1"', { k: '', z: '1' }],
])(
  'a key whose whole value is a block without output is removed: %s',
  async (_, template, wanted: Record<string, Value> = { z: '1' }) => {
    const files = {
      'templates/_nothing.hbs': '{{!-- nothing --}}\n',
      'templates/_loop.hbs': '{{#each values.none}}\n- {{this}}\n{{/each}}\n',
    };
    const data = await dataOf(files, template, new Map([['none', []]]));
    expect(data).toEqual(new Map(Object.entries(wanted)));
  },
);

/** A chart with these libraries below it, each with its partials. */
function withLibraries(files: Record<string, string>, libraries: Record<string, Record<string, string>>): Chart {
  const chart = chartOf(files);
  for (const [name, partials] of Object.entries(libraries)) {
    const library = chartOf(partials);
    library.metadata = { ...library.metadata, name, type: 'library' };
    chart.dependencies.push(library);
  }
  return chart;
}

test('a library finds its own partials first', async () => {
  const library = {
    'templates/_labels.hbs': 'from: library\n',
    'templates/_all.hbs': '{{> labels}}\n',
    'templates/_slot.hbs': '{{#> body}}\nfrom: default\n{{/body}}\n',
  };
  const template = anyObject(
    'a: {{> common/all}}\nb: {{> labels}}\nc: {{#> common/all}}{{#*inline "labels"}}from: block{{/inline}}{{/common/all}}\nd: {{> common/slot}}\ne: {{#> common/slot}}{{#*inline "body"}}from: block{{/inline}}{{/common/slot}}',
  );
  const chart = withLibraries(
    { 'templates/_labels.hbs': 'from: chart\n', 'templates/x.yaml.hbs': template },
    { common: library },
  );
  const { objects } = await render(chart);
  const of = (from: string): Value => new Map([['from', from]]);
  expect(objects[0]?.object?.get('data')).toEqual(
    new Map([
      ['a', of('library')],
      ['b', of('chart')],
      ['c', of('library')],
      ['d', of('default')],
      ['e', of('block')],
    ]),
  );
});

test("a name in two libraries is an error only where it is used without the library's name", async () => {
  const one = { 'templates/_labels.hbs': 'from: one\n', 'templates/_all.hbs': '{{> labels}}\n' };
  const two = { 'templates/_labels.hbs': 'from: two\n' };
  const fine = withLibraries({ 'templates/x.yaml.hbs': configMap('{{> one/all}}') }, { one, two });
  expect((await render(fine)).objects[0]?.object?.get('data')).toEqual(new Map([['from', 'one']]));
  const unclear = withLibraries({ 'templates/x.yaml.hbs': configMap('{{> labels}}') }, { one, two });
  await expect(render(unclear)).rejects.toMatchObject({
    message: 'the partial labels is in several libraries: one, two',
    hints: ['say which: one/labels or two/labels'],
  });
});

test('a partial prints its block, or a default without one', async () => {
  const partials = {
    'templates/_if.hbs': 'own: "1"\n{{#if @partial-block}}\n{{> @partial-block}}\n{{else}}\nblock: none\n{{/if}}\n',
    'templates/_else.hbs': 'own: "1"\n{{#> @partial-block}}\nblock: none\n{{/@partial-block}}\n',
  };
  for (const name of ['if', 'else']) {
    for (const [call, block] of [
      [`{{> ${name}}}`, 'none'],
      [`{{#> ${name}}}\nblock: given\n{{/${name}}}`, 'given'],
    ]) {
      const { objects } = await render(chartOf({ ...partials, 'templates/x.yaml.hbs': configMap(call ?? '') }));
      expect(objects[0]?.object?.get('data'), call).toEqual(
        new Map([
          ['own', '1'],
          ['block', block],
        ]),
      );
    }
  }
  const printed = { 'templates/_p.hbs': 'a: {{@partial-block}}\n', 'templates/x.yaml.hbs': configMap('{{> p}}') };
  await expect(render(chartOf(printed))).rejects.toThrow('the block of a partial is printed as a partial');
});

test('the error for a partial of a library that is not a dependency says where to put the library', async () => {
  const kit = chartOf({ 'templates/_labels.hbs': 'a: b\n' });
  const library = { ...kit, metadata: { ...kit.metadata, name: 'kit', type: 'library' as const } };
  for (const name of ['kit/labels', 'labels']) {
    const child = chartOf({ 'templates/x.yaml.hbs': configMap(`{{> ${name}}}`) });
    const subchart = { ...child, metadata: { ...child.metadata, name: 'cache' } };
    const error = await errorOf(() => render({ ...chartOf({}), dependencies: [library, subchart] }));
    expect(error, name).toMatchObject({
      message: `there is no partial ${name}`,
      hints: [
        'a chart sees its own libraries alone: name kit in the dependencies of cache, and put it into the charts/ of cache',
      ],
    });
  }
});

test('a whole template that is included is its output, in which values are only values', async () => {
  const files = {
    'templates/a.yaml.hbs': configMap('x: {{values.x}}\nl: {{values.l}}').replace('ConfigMap', 'Thing'),
    'templates/b.yaml.hbs': configMap(
      'plain: {{include "a.yaml"}}\nblock: |\n  {{include "a.yaml"}}\nno: {{values.x}}',
    ),
    'templates/c.yaml': 'kind: Go\na: {{ include "web/templates/a.yaml" . | quote }}\n',
  };
  const { objects } = await render(chartOf(files, { x: 'a: b\nevil: true', l: ['- c', { d: '# e' }] }));
  const [thing, map, go] = ['web/templates/a.yaml.hbs', 'web/templates/b.yaml.hbs', 'web/templates/c.yaml'].map(
    (name) => objects.find(({ source }) => source === name),
  );
  const data = toPlain(map?.object ?? new Map())['data'] as Record<string, string>;
  expect(data['plain']).toBe(`${thing?.text}\n`);
  for (const text of [data['plain'], data['block'], toPlain(go?.object ?? new Map())['a'] as string])
    expect(parseYaml(text ?? '', 'text')).toEqual(thing?.object);
});

test('a template that includes its own text is an error at the call', async () => {
  const files = {
    'templates/a.yaml.hbs': configMap('x: {{sha256sum (include "b.yaml")}}'),
    'templates/b.yaml.hbs': configMap('x: {{sha256sum (include "a.yaml")}}'),
  };
  const error = await errorOf(() => render(chartOf(files)));
  expect([error.code, error.message, error.at?.file, error.at?.line]).toEqual([
    'PKG_TEMPLATE_LIMIT',
    'web/templates/a.yaml.hbs includes its own text',
    'web/templates/b.yaml.hbs',
    6,
  ]);
});

test('a file of inline partials alone is no partial itself', async () => {
  const files = {
    'templates/db/_parts.hbs': '{{! two }}\n{{#*inline "one"}}a: b{{/inline}}\n{{#*inline "two"}}c: d{{/inline}}\n',
  };
  const message = 'there is no partial db/parts';
  const hints = ['the file of this name holds only inline partials, each of which has its own name: one, two'];
  for (const call of ['{{> db/parts}}', '{{sha256sum (include "db/parts")}}', '{{partial "db/parts"}}'])
    await expect(render(chartOf({ ...files, 'templates/x.yaml.hbs': configMap(`a: ${call}`) }))).rejects.toMatchObject({
      message,
      hints,
    });
  const go = configMap('a: {{ include "db/parts" . }}');
  await expect(render(chartOf({ ...files, 'templates/x.yaml': go }))).rejects.toMatchObject({ message, hints });
  // One of them may have the name of the file.
  const named = { 'templates/_one.hbs': '{{#*inline "one"}}x{{/inline}}' };
  expect((await render(chartOf({ ...named, 'templates/x.yaml.hbs': configMap('a: {{> one}}') }))).objects).toHaveLength(
    1,
  );
});
