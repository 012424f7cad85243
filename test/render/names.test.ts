/** Undefined names: which may be missing, and which are errors, in every position. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Chart } from '../../src/chart/chart.ts';
import { PkgError } from '../../src/errors.ts';
import { isMap } from '../../src/yaml/value.ts';
import { chartOf, anyObject, render } from './support.ts';
import { RUNS } from '../support/generation.ts';

const VALUES = { list: ['p'], map: { k: 'v' }, maps: [{ name: 'n' }] };

async function outcome(chart: Chart): Promise<unknown> {
  try {
    const { objects } = await render(chart);
    const data = objects[0]?.object?.get('data') ?? null;
    return isMap(data) ? data.get('x') : undefined;
  } catch (error) {
    if (!(error instanceof PkgError)) throw error;
    return (error.errors[0] ?? error).message;
  }
}

const of = (body: string, partials: Record<string, string> = {}): Chart =>
  chartOf({ 'templates/x.yaml.hbs': anyObject(`${body}\nend: "1"`), ...partials }, VALUES);

/** Where a name may stand without being printed. */
const PLACES: readonly ((name: string) => string)[] = [
  (name) => `{{#if ${name}}}\nx: "1"\n{{/if}}`,
  (name) => `{{#unless ${name}}}\nx: "1"\n{{/unless}}`,
  (name) => `{{#each ${name}}}\nx: "1"\n{{/each}}`,
  (name) => `{{#with ${name}}}\nx: "1"\n{{/with}}`,
  (name) => `{{#if values.list}}\n{{else if ${name}}}\nx: "1"\n{{/if}}`,
  (name) => `x: {{default "d" ${name}}}`,
  (name) => `x: {{optional ${name}}}`,
  (name) => `x: {{join "," (compact (list "a" (default "" ${name})))}}`,
  (name) => `x: {{dict a=${name}}}`,
  (name) => `x: {{> p a=${name}}}`,
  (name) => `{{#with values.map}}\n{{#if ${name}}}\nx: "1"\n{{/if}}\n{{/with}}`,
];
const MISSPELT = [
  'release.isInstal',
  'chart.appVersio',
  'capabilities.kubeVersio',
  'files.gett',
  'template.nam',
  '@root.vals',
];

test('a field that no chart has is an error everywhere', async () => {
  const name = fc.constantFrom(...MISSPELT);
  await fc.assert(
    fc.asyncProperty(name, fc.constantFrom(...PLACES), async (misspelt, place) => {
      const message = await outcome(of(place(misspelt), { 'templates/_p.hbs': 'a: b\n' }));
      expect(message, place(misspelt)).toBe(`${misspelt.replace('@root.', '')} is not defined`);
    }),
    { numRuns: 100 * RUNS },
  );
});

test('a name below values, and a field of Chart.yaml that is left out, may be missing', async () => {
  for (const place of PLACES) {
    for (const name of ['values.nothing', 'values.nothing.deep', 'values.map.other', 'chart.description']) {
      const result = await outcome(of(place(name), { 'templates/_p.hbs': 'a: b\n' }));
      expect(String(result), place(name)).not.toContain('not defined');
    }
  }
});

test('a name at the root is an error in a template, and in a partial where no call gives it', async () => {
  expect(await outcome(of('{{#if title}}\nx: "1"\n{{/if}}'))).toBe('title is not defined');
  const partial = { 'templates/_p.hbs': '{{#if title}}\nx: {{title}}\n{{else}}\nx: none\n{{/if}}\n' };
  expect(await outcome(of('{{> p}}', partial))).toBe('title is not defined');
  // Another call passes it.
  expect(await outcome(of('{{> p}}\ny: {{> p title="t"}}', partial))).toBe('none');
  const explicit = { 'templates/_p.hbs': '{{#if this.title}}\nx: {{this.title}}\n{{else}}\nx: none\n{{/if}}\n' };
  expect(await outcome(of('{{> p}}', explicit))).toBe('none');
  expect(await outcome(of('{{> p values.map}}', partial))).toBe('none');
  const misspelt = { 'templates/_p.hbs': '{{#if vaules.map}}\nx: "1"\n{{/if}}\n' };
  expect(await outcome(of('{{> p}}', misspelt))).toBe('vaules is not defined');
});

test('parameters of library partials are not checked, misspelt names are', async () => {
  const withLibrary = (text: string): Chart => {
    const chart = of('{{> common/p}}');
    const library = chartOf({ 'templates/_p.hbs': text });
    library.metadata = { ...library.metadata, name: 'common', type: 'library' };
    chart.dependencies.push(library);
    return chart;
  };
  expect(await outcome(withLibrary('{{#if component}}\nx: {{component}}\n{{else}}\nx: none\n{{/if}}\n'))).toBe('none');
  expect(await outcome(withLibrary('{{#if vaules.x}}\nx: "1"\n{{/if}}\n'))).toBe('vaules is not defined');
});

test('tpl runs strings in maps and lists, and their results are only values', async () => {
  const hostile = fc.constantFrom('a: b', '- x', '#', '"', '\n---\nk: v', '{{values.evil}}', '', 'yes');
  await fc.assert(
    fc.asyncProperty(hostile, fc.nat(999), async (evil, n) => {
      const values = {
        evil,
        n,
        texts: [
          '{{values.n}}',
          '<{{values.evil}}>',
          { 'k-{{values.n}}': '{{values.inner}}', gone: '{{optional values.none}}' },
          5,
          null,
        ],
        inner: { deep: ['{{not.run}}'] },
        go: { x: '{{ .Values.n }}', l: ['{{ .Release.Name | upper }}-{{ .Values.evil }}'] },
      };
      const chart = chartOf(
        { 'templates/x.yaml.hbs': anyObject('x: {{tpl values.texts}}\ny: {{goTpl values.go}}') },
        values,
      );
      const { objects } = await render(chart);
      const data = objects[0]?.object?.get('data') ?? null;
      expect(isMap(data) && data.get('x')).toEqual([
        n,
        `<${evil}>`,
        new Map([[`k-${n}`, new Map([['deep', ['{{not.run}}']]])]]),
        5,
        null,
      ]);
      expect(isMap(data) && data.get('y')).toEqual(
        new Map<string, unknown>([
          ['x', String(n)],
          ['l', [`DEMO-${evil}`]],
        ]),
      );
    }),
    { numRuns: 60 * RUNS },
  );
});

test.each([
  ['tpl', { t: { k: ['a', '{{values.nope.x}}'] } }, 'values.nope is not defined', ['t', 'k', '1']],
  ['tpl', { t: { k: ['a', '{{#if}}'] } }, 'the template ends inside an open block or mustache', ['t', 'k', '1']],
  ['goTpl', { t: { k: ['{{ .Values.x | nope }}'] } }, 'function "nope" not defined', ['t', 'k', '0']],
  ['goTpl', { t: { k: '{{ fail "no" }}' } }, 'no', ['t', 'k']],
])('an error in a text of %s shows the text and where it comes from', async (name, values, message, path) => {
  const chart = chartOf({ 'templates/x.yaml.hbs': anyObject(`x: {{${name} values.t}}`) }, values);
  const error = await render(chart).then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error).toMatchObject({ at: { file: 'web/templates/x.yaml.hbs', line: 6 }, textPath: path });
  expect(String(error)).toContain(message);
});

test('a map or list within a string is an error, and keys are as written', async () => {
  const words = ['yes', 'no', 'on', 'off', 'y', 'n', 'Yes', 'NO', 'On', 'OFF', '0644', '-0755', '00', '08', '0_7'];
  for (const word of words) {
    for (const body of [
      `x: ${word}`,
      `x: [${word}]`,
      `x:\n- ${word}`,
      `x: {{#if values.list}}${word}{{/if}}`,
      `x: |\n  {{#yaml}}\n  a: ${word}\n  {{/yaml}}`,
    ]) {
      expect(await outcome(of(body)), body).toMatch(/to some readers of YAML/);
    }
    expect(await outcome(of(`x: "${word}"`))).toBe(word);
    expect(await outcome(of(`x: !!str ${word}`))).toBe(word);
    expect(await outcome(of(`x: |-\n  {{#yaml}}\n  ${word}: 1\n  {{/yaml}}`))).toBe(`"${word}": 1`);
    expect(await outcome(of(`x: {{#json}}{${word}: 1}{{/json}}`))).toBe(`{\n  "${word}": 1\n}`);
  }
  for (const word of ['true', 'False', '0', '10', '0x1f', '1e3', 'null', 'nope']) {
    expect(String(await outcome(of(`x: ${word}`)))).not.toContain('readers');
  }
});

test('a line that is not YAML is reported with the block that moved it and the chain of partials', async () => {
  const failure = async (body: string, partials: Record<string, string> = {}): Promise<PkgError> => {
    const error: unknown = await render(of(body, partials)).catch((thrown: unknown) => thrown);
    if (!(error instanceof PkgError)) throw new Error('it rendered', { cause: error });
    return error;
  };
  const moved = await failure('x: y\n  {{#if values.map}}z: "1"\n  {{/if}}');
  expect(moved.notes).toContain('this line is printed by {{#if values.map}} at web/templates/x.yaml.hbs:7:5');
  const pasted = await failure('x: {{{"a: b"}}}'.replace('{{{"a: b"}}}', '{{{print "a: b"}}}'));
  expect(pasted.hints[0]).toContain('{{{ }}} pastes text');
  const nested = await failure('k:\n  {{> one}}', {
    'templates/_one.hbs': 'a: "1"\n{{> two}}\n',
    'templates/_two.hbs': 'b: "2"\n  c: "3"\n',
  });
  expect([nested.at?.file, nested.at?.line]).toEqual(['web/templates/_two.hbs', 2]);
  expect(nested.notes).toEqual([
    'the line that it conflicts with is at web/templates/_two.hbs:1:1',
    'in partial two, called at web/templates/_one.hbs:2:1',
    'in partial one, called at web/templates/x.yaml.hbs:7:5',
  ]);
});

test('a field of the document of a partial is traced into the partial', async () => {
  const chart = of('k: {{> p}}', { 'templates/_p.hbs': 'a:\n  - b: {{values.map.k}}\n' });
  const { objects } = await render(chart);
  expect(objects[0]?.trace(['data', 'k', 'a', 0, 'b'])).toEqual({
    at: { file: 'web/templates/_p.hbs', line: 2, column: 5 },
    valuePath: ['map', 'k'],
  });
});
