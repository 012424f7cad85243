/** Errors of templates and values: the message, the position in the template, and a hint. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { formatPosition } from '../../src/errors.ts';
import type { PkgError } from '../../src/errors.ts';
import { NO_SOURCES } from '../../src/chart/user-values.ts';
import type { Chart } from '../../src/chart/chart.ts';
import { createOrigins } from '../../src/chart/origins.ts';
import { fromPlain } from '../../src/yaml/value.ts';
import { errorOf } from '../support/errors.ts';
import { chartOf, configMap, nothingStored, render, storedBy } from './support.ts';

async function failure(chart: Chart, values = {}): Promise<PkgError> {
  return await errorOf(() => render(chart, { userValues: fromPlain(values) }));
}

const at = (error: PkgError): string => formatPosition(error.at ?? { file: '?' });

test('a missing name is reported with the most similar one', async () => {
  const error = await failure(
    chartOf({ 'templates/x.yaml.hbs': configMap('a: {{values.imge.tag}}') }, { image: { tag: 1 } }),
  );
  expect([error.code, error.message, at(error), error.hints[0]]).toEqual([
    'PKG_TEMPLATE_NAME_MISSING',
    'values.imge is not defined',
    'web/templates/x.yaml.hbs:6:6',
    'did you mean values.image?',
  ]);
});

test('an error in a partial inside a loop shows the chain of calls', async () => {
  const chart = chartOf(
    {
      'templates/_row.hbs': 'x\n{{required "a name is needed" this.name}}',
      'templates/x.yaml.hbs': configMap('{{#each values.rows}}\nr{{@index}}: {{> row}}\n{{/each}}'),
    },
    { rows: [{ name: 'ok' }, {}] },
  );
  const error = await failure(chart);
  expect([error.code, error.message, at(error)]).toEqual([
    'PKG_TEMPLATE_FAILED',
    'a name is needed',
    'web/templates/_row.hbs:2:1',
  ]);
  expect(error.notes.some((note) => note.includes('in partial row, called at web/templates/x.yaml.hbs:7:'))).toBe(true);
});

test('a list in the middle of a string is refused, with the origin of the value', async () => {
  const chart = chartOf({ 'templates/x.yaml.hbs': configMap('a: x-{{values.tags}}') });
  const sources = { ...NO_SOURCES, set: ['tags={a,b}'] };
  const origins = createOrigins(chart, sources, new Map());
  const error = await errorOf(() => render(chart, { userValues: fromPlain({ tags: ['a', 'b'] }), origins }));
  expect(error.code).toBe('PKG_TEMPLATE_SLOT');
  expect(error.notes[0]).toBe('values.tags comes from --set tags');
});

test.each([
  ['a: [1', 'PKG_TEMPLATE_YAML'],
  ['a: 1\n b: 2', 'PKG_TEMPLATE_YAML'],
  ['a: 1\na: 2', 'PKG_TEMPLATE_YAML'],
  ['a: &{{values.x}} 1', 'PKG_TEMPLATE_SLOT'],
  ['a: !{{values.x}} 1', 'PKG_TEMPLATE_SLOT'],
  ['a: *{{values.x}}', 'PKG_TEMPLATE_SLOT'],
  ['<<: {{values.x}}', 'PKG_TEMPLATE_SLOT'],
  ['a: x-{{optional values.x}}', 'PKG_TEMPLATE_SLOT'],
  ['a: {{spread values.x}}', 'PKG_TEMPLATE_SLOT'],
  ['a: {{nothing values.x}}', 'PKG_TEMPLATE_HELPER'],
  ['a: {{> nothing}}', 'PKG_TEMPLATE_NAME_MISSING'],
  ['a: {{#if values.x}}', 'PKG_TEMPLATE_SYNTAX'],
  ['a: {{#if values.x}}{{/each}}', 'PKG_TEMPLATE_SYNTAX'],
  ['a: {{ $labels.x }}', 'PKG_TEMPLATE_NAME_MISSING'],
  ['a: {k: {{values.x}}}', 'PKG_TEMPLATE_SYNTAX'],
])('%j is an error with a position in the template', async (body, code) => {
  const error = await failure(chartOf({ 'templates/x.yaml.hbs': configMap(body) }, { x: 'v' }));
  expect(error.code).toBe(code);
  expect(error.at?.file).toBe('web/templates/x.yaml.hbs');
  expect(error.at?.line).toBeGreaterThanOrEqual(5);
});

test.each([
  ['a partial that includes itself', { 'templates/_r.hbs': '{{> r}}', 'templates/x.yaml.hbs': '{{> r}}' }],
  ['tpl that calls itself', { 'templates/x.yaml.hbs': configMap('a: {{tpl values.loop}}') }],
  [
    'output without bound',
    {
      'templates/x.yaml.hbs': configMap(
        'a: {{repeat 9000000 "x"}}{{repeat 9000000 "x"}}{{repeat 9000000 "x"}}{{repeat 9000000 "x"}}{{repeat 9000000 "x"}}{{repeat 9000000 "x"}}{{repeat 9000000 "x"}}{{repeat 9000000 "x"}}',
      ),
    },
  ],
  [
    'a loop in a loop in a loop',
    {
      'templates/x.yaml.hbs':
        '{{#each (until 1000)}}{{#each (until 1000)}}{{#each (until 1000)}} {{/each}}{{/each}}{{/each}}',
    },
  ],
])(
  '%s ends with an error',
  async (_, files) => {
    const started = process.cpuUsage();
    const error = await failure(chartOf(files), { loop: '{{tpl values.loop}}' });
    expect(error.code).toBe('PKG_TEMPLATE_LIMIT');
    expect(process.cpuUsage(started).user).toBeLessThan(60_000_000);
  },
  120_000,
);

test.each([
  [
    'a file that is not there',
    configMap('a: {{files.get "nope"}}'),
    '6:6',
    'there is no file nope in the chart',
    'templates, charts and what .helmignore names are not files',
  ],
  [
    'a method that is not there',
    configMap('a: {{files.got "x"}}'),
    '6:6',
    'there is no helper files.got',
    'did you mean files.get?',
  ],
  [
    "a name as Go's templates have it",
    configMap('a: {{ include "x" .Values.a }}'),
    '6:6',
    '{{ include "x" .Values.a }} is written as in another template language',
    'write {{include "x" values.a}}',
  ],
  [
    'a place in a list as JavaScript has it',
    configMap('a: {{values.l[0]}}'),
    '6:6',
    'there is no [ ] in native templates: {{values.l[0]}}',
    'write {{values.l.[0]}}',
  ],
  ['a tag too many', configMap('a: b{{/if}}'), '6:7', '{{/ is not expected here', 'no block is open here'],
  [
    'a text that begins with literal braces',
    configMap('a: \\{{ x }}'),
    '6:8',
    'a map or a list cannot be a key',
    'a text that begins with a brace needs quotes around it',
  ],
  [
    'a document that is not an object',
    '- a',
    '1:1',
    'a document is a map, and this is a list',
    'an object of Kubernetes has the fields apiVersion, kind and metadata',
  ],
])('%s is reported with its position and a hint', async (_, text, place, message, hint) => {
  const error = await failure(chartOf({ 'templates/x.yaml.hbs': text }));
  expect([at(error), error.message, error.hints[0]]).toEqual([`web/templates/x.yaml.hbs:${place}`, message, hint]);
});

test.each([
  ['in Latin 1', Buffer.from('a: b\nc: \xff\n', 'latin1'), '2:4'],
  ['in UTF-16', Buffer.from('\uFEFFa: b\n', 'utf16le'), '1:1'],
])('a template %s is refused', async (_, data, place) => {
  const chart = { ...chartOf({}), templates: [{ name: 'templates/x.yaml.hbs', data }] };
  const error = await failure(chart);
  expect([at(error), error.code]).toEqual([`web/templates/x.yaml.hbs:${place}`, 'PKG_TEMPLATE_SYNTAX']);
});

test('an invalid template for tpl is reported with its origin and the call', async () => {
  const chart = chartOf({ 'templates/x.yaml.hbs': configMap('a: {{tpl values.t}}') }, { t: '{{#if' });
  const origins = createOrigins(chart, { ...NO_SOURCES, setLiteral: ['t={{#if'] }, new Map());
  const error: unknown = await render(chart, { origins }).catch((thrown: unknown) => thrown);
  expect((error as PkgError).notes).toEqual([
    'values.t comes from --set-literal t',
    'in tpl, called at web/templates/x.yaml.hbs:6:6',
  ]);
});

test.each([
  [5, 'a number'],
  [5n, 'a number'],
  ['x', 'a string'],
  [true, 'a boolean'],
  [[1], 'a list'],
  [null, 'null'],
])('values of a subchart that are %s are refused, with their origin', async (value, what) => {
  const named = (chart: Chart, name: string, dependencies: Chart[] = []): Chart => ({
    ...chart,
    metadata: { ...chart.metadata, name },
    dependencies,
  });
  const chart = named(chartOf({}), 'web', [named(chartOf({}), 'a', [named(chartOf({}), 'b')])]);
  const origins = createOrigins(chart, { ...NO_SOURCES, set: ['a.b=5'] }, new Map());
  const userValues = new Map([['a', new Map([['b', value]])]]);
  const error: unknown = await render(chart, { userValues, origins }).catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({
    code: 'PKG_VALUES_INVALID',
    message: `the values of the subchart a.b are ${what}, not a map`,
    notes: ['values.a.b comes from --set a.b'],
  });
});

test.each([
  // The tag that is wrong, or the block that is left open in another.
  ['{{#if values.a}}\na\n{{/each}}\n', '3:1', 'the block {{#if}} of line 1 is closed by {{/each}}'],
  ['{{#each values.a}}\n{{#if b}}\na\n{{/each}}\n{{/each}}\n', '2:4', 'the block {{#if}} is closed by {{/each}}'],
  ['a: {{> p b="x}}\nc: {{> p b="y"}}\n', '1:12', 'the quote that opens here is not closed before the mustache ends'],
  ['a: {{> p b="x}} {{> p b="y"}}\n', '1:12', 'the quote that opens here is not closed before the mustache ends'],
])('what is not closed in %j', async (text, at, message) => {
  const error: unknown = await render(chartOf({ 'templates/NOTES.txt.hbs': text })).catch((thrown: unknown) => thrown);
  const [line = 0, column = 0] = at.split(':').map(Number);
  expect(error).toMatchObject({ message, at: { line, column } });
});

test('an item that is null is there under its own name as under this', async () => {
  const items = ['{{#each values.l}}\n- {{this}}\n{{/each}}', '{{#each values.l as |q|}}\n- {{q}}\n{{/each}}'];
  for (const body of items) {
    const text = `apiVersion: example.test/v1\nkind: T\nmetadata: {name: x}\nitems:\n${body}\n`;
    const { objects } = await render(chartOf({ 'templates/x.yaml.hbs': text }, { l: ['a', null] }));
    expect(objects[0]?.object?.get('items')).toEqual(['a', null]);
  }
});

test('a block that is not closed is named, whatever is in it', async () => {
  const piece = fc.constantFrom(
    'open',
    'close',
    'a: {{values.x}}\n',
    '{{! {{#if x}} }}',
    '{{!-- {{#if x}} --}}',
    '\\{{#if x}} }}',
    '{{{{raw}}}}{{#if x}}{{{{/raw}}}}',
    '{{{values.x}}}',
    '{{> x}}',
    '{{~else~}}',
    '\n  ',
  );
  await fc.assert(
    fc.asyncProperty(fc.array(piece, { maxLength: 20 }), async (pieces) => {
      let text = '';
      const open: { at: string; hasElse: boolean }[] = [];
      for (const part of [...pieces, 'open', 'b: c\n']) {
        const lines = text.split('\n');
        const top = open.at(-1);
        if (part === 'open') {
          open.push({ at: `${lines.length}:${(lines.at(-1)?.length ?? 0) + 1}`, hasElse: false });
          text += '{{#if x}}';
        } else if (part === 'close') {
          if (open.pop() !== undefined) text += '{{/if}}';
        } else if (part.includes('else')) {
          if (top === undefined || top.hasElse) continue;
          top.hasElse = true;
          text += part;
        } else text += part;
      }
      const error = await failure(chartOf({ 'templates/x.yaml.hbs': text }));
      expect(error.notes).toEqual([`{{#if}} is open since web/templates/x.yaml.hbs:${open.at(-1)?.at}`]);
    }),
    { numRuns: 200 },
  );
});

test('all templates that cannot be parsed are reported together', async () => {
  const error = await failure(chartOf({ 'templates/a.yaml.hbs': '{{#if', 'templates/c.yaml.hbs': '{{/if}}' }));
  expect(error.errors.map(({ code }) => code)).toEqual(['PKG_TEMPLATE_SYNTAX', 'PKG_TEMPLATE_SYNTAX']);
});

test('stored random values are used, also in a checksum of their template', async () => {
  const secret = 'apiVersion: v1\nkind: Secret\nmetadata:\n  name: s\nstringData:\n  p: {{randAlphaNum 20}}\n';
  const chart = chartOf({
    'templates/s.yaml.hbs': secret,
    'templates/x.yaml.hbs': configMap('sum: {{sha256sum (include "s.yaml")}}'),
  });
  const first = await render(chart, { random: nothingStored() });
  const second = await render(chart, { random: storedBy(first) });
  expect(second.objects.map(({ text }) => text)).toEqual(first.objects.map(({ text }) => text));
  expect(first.randomValues.map(({ keys }) => keys)).toEqual([['Secret/s:data.p']]);
});

test('the trace of a field has its template and its value', async () => {
  const chart = chartOf(
    { 'templates/x.yaml.hbs': configMap('{{#each values.rows}}\n{{@key}}: {{this.v}}\n{{/each}}') },
    { rows: { a: { v: '1' } } },
  );
  const { objects } = await render(chart);
  const traced = objects[0]?.trace(['data', 'a']);
  expect(traced).toEqual({
    at: { file: 'web/templates/x.yaml.hbs', line: 7, column: 3 },
    valuePath: ['rows', 'a', 'v'],
  });
});

test.each([
  [
    '{{values.users.name}}',
    'values.users is a list: {{#each values.users}} goes through its items, and values.users.[0] is the first',
  ],
  ['{{values.users.[7]}}', 'if it may be missing, write {{default "…" values.users.7}} or {{optional values.users.7}}'],
  ['{{values.text.upper}}', 'values.text is a text, and has no names; a helper comes first: {{upper values.text}}'],
  ['{{values.port.name}}', 'values.port is a number, and has no names'],
  ['{{#each values.users}}{{this.name.x}}{{/each}}', 'name is a text, and has no names'],
  ['{{get (genCA "x" 5) "crt"}}', 'did you mean Cert?'],
  ['{{get (dict "name" 1 "b" 2) "port"}}', 'the keys of the map are name, b'],
])('a name of what is no map, and a key that is not there: %s', async (text, hint) => {
  const values = { users: [{ name: 'a' }], text: 'b', port: 1 };
  const error = await failure(chartOf({ 'templates/x.yaml.hbs': configMap(`a: ${text}`) }, values));
  expect([error.code, error.hints[0]]).toEqual(['PKG_TEMPLATE_NAME_MISSING', hint]);
});

test('the origin is that of the argument that is wrong', async () => {
  const chart = chartOf({ 'templates/x.yaml.hbs': configMap('a: {{replace values.a values.b values.c}}') });
  const userValues = fromPlain({ a: 'x', b: 1, c: 'y' });
  const origins = createOrigins(chart, { ...NO_SOURCES, set: ['a=x', 'b=1', 'c=y'] }, new Map());
  const error = await errorOf(() => render(chart, { userValues, origins }));
  expect(error.notes).toEqual(['values.b comes from --set b']);
});

test('a brace of the text behind a mustache has a way to be written', async () => {
  const wrong = await failure(chartOf({ 'templates/x.yaml.hbs': configMap('a: "{.data.{{values.x}}}"') }, { x: 'v' }));
  expect(wrong.hints.join('\n')).toContain('{{x~}} }');
  const { objects } = await render(
    chartOf({ 'templates/x.yaml.hbs': configMap('a: "{.data.{{values.x~}} }"') }, { x: 'v' }),
  );
  expect(objects[0]?.text).toContain('a: "{.data.v}"');
});
