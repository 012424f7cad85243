/** The rendered objects contain exactly the values at their positions, for any values. */
import fc from 'fast-check';
import { CORE_SCHEMA, YAML11_SCHEMA, load } from 'js-yaml';
import { expect, test } from 'vitest';
import { parseYaml } from '../../src/yaml/read.ts';
import { isMap, toPlain } from '../../src/yaml/value.ts';
import type { Value, ValueMap } from '../../src/yaml/value.ts';
import { anyObject, chartOf, configMap, render } from './support.ts';
import { RUNS } from '../support/generation.ts';

const hostile = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({ unit: 'grapheme' }),
  fc.constantFrom(
    '',
    ' ',
    '\n',
    'a\nb',
    'a: b',
    '- a',
    '{{x}}',
    '{{{x}}}',
    '#',
    'a #b',
    '"',
    "'",
    '---',
    '...',
    '~',
    'null',
    'yes',
    'no',
    'on',
    '0755',
    '0x1f',
    '1e3',
    '1_000',
    '1:30',
    '2020-01-01',
    '.inf',
    '=',
    '<<',
    '!!str x',
    '&a',
    '*a',
    '|',
    '>',
    '%',
    '@',
    '`',
    '\t',
    '\r\n',
    '\u0085',
    '\u2028',
    '\uFEFF',
    '\uE000',
    '\uE000v000000\uE001',
    '😀',
  ),
);

const value: fc.Arbitrary<Value> = fc.letrec<{ value: Value }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    hostile,
    fc.boolean(),
    fc.constant(null),
    fc.integer(),
    fc.bigInt({ min: 2n ** 53n, max: 2n ** 63n }),
    fc.double({ noNaN: true, noDefaultInfinity: true }).map((number) => (Object.is(number, -0) ? 0 : number)),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.array(fc.tuple(hostile, tie('value')), { maxLength: 4 }).map((entries): ValueMap => new Map(entries)),
  ),
})).value;

const scalar = fc.oneof(hostile, fc.boolean(), fc.integer());

function text(plain: Value): string {
  return plain === null ? '' : typeof plain === 'object' ? JSON.stringify(plain) : String(plain);
}

async function dataOf(template: string, values: ValueMap): Promise<{ data: Value; printed: string; object: Value }> {
  const chart = chartOf({ 'templates/x.yaml.hbs': anyObject(template) }, new Map());
  const rendered = await render(chart, { userValues: values });
  expect(rendered.objects).toHaveLength(1);
  const [first] = rendered.objects;
  const object = first?.object ?? new Map();
  return { data: object.get('data') ?? null, printed: first?.text ?? '', object };
}

const wellFormed = (of: string): boolean => of.isWellFormed();

test('a whole value keeps its type and content, in a map, a list and a flow collection', async () => {
  await fc.assert(
    fc.asyncProperty(value, async (given) => {
      const values: ValueMap = new Map([['x', given]]);
      const { data } = await dataOf(
        'whole: {{values.x}}\nlist:\n- {{values.x}}\n- end\nflow: {a: {{values.x}} }\n',
        values,
      );
      expect(data).toEqual(
        new Map<string, Value>([
          ['whole', given],
          ['list', [given, 'end']],
          ['flow', new Map([['a', given]])],
        ]),
      );
    }),
    { numRuns: 200 * RUNS },
  );
});

test('a value within a string is only text: quoted, plain, in blocks and as a key', async () => {
  await fc.assert(
    fc.asyncProperty(scalar, scalar, async (x, y) => {
      const values: ValueMap = new Map<string, Value>([
        ['x', x],
        ['y', y],
      ]);
      const { data } = await dataOf(
        'plain: a-{{values.x}}:{{values.y}}\ndouble: "{{values.x}}"\nsingle: \'{{values.x}}/{{values.y}}\'\nblock: |-\n  <{{values.x}}>\nfolded: >-\n  {{values.x}}\nk-{{values.y}}: v\n',
        values,
      );
      expect(isMap(data) && data.get('plain')).toBe(`a-${text(x)}:${text(y)}`);
      expect(isMap(data) && data.get('double')).toBe(text(x));
      expect(isMap(data) && data.get('single')).toBe(`${text(x)}/${text(y)}`);
      expect(isMap(data) && data.get('folded')).toBe(text(x));
      expect(isMap(data) && data.get(`k-${text(y)}`)).toBe('v');
      expect(isMap(data) && data.size).toBe(6);
      const block = text(x).replaceAll(/\n(?!\n|$)/g, '\n ');
      expect(isMap(data) && data.get('block')).toBe(`<${block}>`);
    }),
    { numRuns: 200 * RUNS },
  );
});

test('readers of YAML 1.1 and 1.2 read the printed stream as the same object', async () => {
  await fc.assert(
    fc.asyncProperty(value, async (given) => {
      const { printed, object } = await dataOf('whole: {{values.x}}\n', new Map([['x', given]]));
      fc.pre(wellFormed(printed));
      expect(parseYaml(printed, 'printed')).toEqual(object);
      const plain = JSON.stringify(toPlain(object), (_, item: unknown) =>
        typeof item === 'bigint' ? Number(item) : item,
      );
      fc.pre(!plain.includes('__proto__'));
      expect(JSON.parse(JSON.stringify(load(printed, { schema: CORE_SCHEMA })))).toEqual(JSON.parse(plain));
      expect(JSON.parse(JSON.stringify(load(printed, { schema: YAML11_SCHEMA })))).toEqual(JSON.parse(plain));
    }),
    { numRuns: 200 * RUNS },
  );
});

test('spread adds keys and items, and an empty optional removes its key', async () => {
  const template =
    'a: "1"\n{{spread values.more}}\nlist:\n- first\n- {{spread values.items}}\ngone: {{optional values.none}}\nthere: {{optional values.some}}\n';
  const { data } = await dataOf(
    template,
    new Map<string, Value>([
      [
        'more',
        new Map<string, Value>([
          ['443', 'x'],
          ['__proto__', 'y'],
        ]),
      ],
      ['items', ['p', 'q']],
      ['some', 0],
    ]),
  );
  expect(isMap(data) && [...data.keys()]).toEqual(['a', '443', '__proto__', 'list', 'there']);
  expect(isMap(data) && data.get('list')).toEqual(['first', 'p', 'q']);
});

test('a document inside a string cannot be broken either', async () => {
  await fc.assert(
    fc.asyncProperty(value, async (given) => {
      const { data } = await dataOf(
        'conf: |\n  {{#yaml}}\n  server:\n    port: {{values.x}}\n  {{/yaml}}\nend: "1"\n',
        new Map([['x', given]]),
      );
      expect(isMap(data) && data.size).toBe(2);
      const conf = isMap(data) ? data.get('conf') : undefined;
      expect(parseYaml(String(conf), 'conf')).toEqual(new Map([['server', new Map([['port', given]])]]));
    }),
    { numRuns: 200 * RUNS },
  );
});

test('one template can give many documents, and so can a list of maps', async () => {
  const each = '{{#each values.names}}\n---\napiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: {{this}}\n{{/each}}\n';
  const whole = '{{values.objects}}\n';
  const object = new Map<string, Value>([
    ['apiVersion', 'v1'],
    ['kind', 'ConfigMap'],
    ['metadata', new Map([['name', 'z']])],
  ]);
  const chart = chartOf({ 'templates/a.yaml.hbs': each, 'templates/b.yaml.hbs': whole });
  const rendered = await render(chart, {
    userValues: new Map<string, Value>([
      ['names', ['a', 'b']],
      ['objects', [object]],
    ]),
  });
  expect(rendered.objects.map((document) => document.object?.get('metadata'))).toEqual(
    ['a', 'b', 'z'].map((name) => new Map([['name', name]])),
  );
});

test('a key in a template is the text as written, for all readers', async () => {
  const words = ['on', 'off', 'y', 'N', 'Yes', 'no', 'True', 'FALSE', '1', '1.0', '0x1f', '017', '0b11', '1e3', '.5'];
  const key = fc.oneof(fc.constantFrom(...words, '+1', '-0', '1_000', '.inf', '.nan', '2001-01-01', '1:30', 'a'));
  await fc.assert(
    fc.asyncProperty(fc.uniqueArray(key, { minLength: 1, maxLength: 4 }), async (keys) => {
      const shapes = [
        keys.map((name) => `${name}: x`).join('\n'),
        keys.map((name) => `${name}: {{release.name}}`).join('\n'),
        `in: {${keys.map((name) => `${name}: x`).join(', ')}}`,
        keys.map((name) => `? ${name}\n: x`).join('\n'),
      ];
      for (const shape of shapes) {
        const rendered = await render(chartOf({ 'templates/x.yaml.hbs': anyObject(shape) }));
        const [document] = rendered.objects;
        for (const read of [document?.object, parseYaml(document?.text ?? '', 'x')]) {
          const data = isMap(read ?? null) ? (read as ValueMap).get('data') : undefined;
          const map = shape.startsWith('in: ') ? (data as ValueMap).get('in') : data;
          expect([...(map as ValueMap).keys()]).toEqual(keys);
        }
      }
    }),
    { numRuns: 60 * RUNS },
  );
  for (const empty of ['~', 'null', '']) {
    const chart = chartOf({ 'templates/x.yaml.hbs': configMap(`${empty}: x`) });
    await expect(render(chart)).rejects.toThrow('a key cannot be null');
  }
});

test('below a dash, spread on a line of its own adds keys to the item, whatever is printed beside it', async () => {
  const item = (lines: string): string => `list:\n-\n  {{spread values.map}}\n${lines}`;
  const [before, behind] = ['  {{#if values.yes}}\n  z: 1\n  {{/if}}', '  {{#if values.no}}\n  z: 1\n  {{/if}}'];
  const values = { map: { a: 1, b: 2 }, list: ['x'], yes: true, no: false };
  for (const [body, list] of [
    [item(''), [{ a: 1, b: 2 }]],
    [item(before), [{ a: 1, b: 2, z: 1 }]],
    [item(behind), [{ a: 1, b: 2 }]],
    ['list:\n- {{spread values.list}}\n- last', ['x', 'last']],
  ] as const) {
    const { objects } = await render(chartOf({ 'templates/x.yaml.hbs': anyObject(body) }, values));
    expect(toPlain(objects[0]?.object?.get('data') ?? null), body).toEqual({ list });
  }
});
