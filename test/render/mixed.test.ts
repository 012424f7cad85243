/** Charts of both kinds of templates, which include each other in any order. */
import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Chart } from '../../src/chart/chart.ts';
import type { PkgError } from '../../src/errors.ts';
import type { RandomInput } from '../../src/render/random-values.ts';
import type { RenderedChart } from '../../src/render/render-chart.ts';
import type { Json, JsonObject } from '../../src/yaml/value.ts';
import { toPlain } from '../../src/yaml/value.ts';
import { chartOf, configMap, nothingStored, render, storedBy } from './support.ts';

/** A ConfigMap of this name whose `data` a template prints. */
const named = (name: string, data: string): string => configMap(data).replace('name: x', `name: ${name}`);

const dataOf = ({ objects }: Pick<RenderedChart, 'objects'>, name: string): Json | undefined => {
  const found = objects.find(({ object }) => (toPlain(object ?? new Map())['metadata'] as JsonObject)['name'] === name);
  return found && toPlain(found.object ?? new Map())['data'];
};

const textOf = ({ objects, hooks }: RenderedChart, source: string): string =>
  [...objects, ...hooks]
    .filter((document) => document.source === source)
    .map(({ text }) => `${text}\n`)
    .join('---\n');

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

const withChild = (
  parent: Chart,
  name: string,
  child: Chart,
  type: 'application' | 'library' = 'application',
): Chart => {
  const metadata = { ...child.metadata, name, type, all: new Map([...child.metadata.all, ['name', name]]) };
  return {
    ...parent,
    dependencies: [...parent.dependencies, { ...child, metadata, location: `${parent.location}/charts/${name}` }],
  };
};

const CHECKSUM = 'a: {{ include (print $.Template.BasePath "/config.yaml.hbs") . | sha256sum }}';

test("a Go template gets the checksum of a native one's output", async () => {
  const files = {
    'templates/config.yaml.hbs': `${named('c', 'x: {{values.x}}')}---\n${named('d', 'password: {{randAlphaNum 20}}')}`,
    'templates/go.yaml': named('go', `${CHECKSUM}\nb: {{ include "web/templates/config.yaml" . | sha256sum }}`),
  };
  const first = await render(chartOf(files, { x: 'a: b' }), { random: nothingStored() });
  const sum = sha256(textOf(first, 'web/templates/config.yaml.hbs'));
  expect(dataOf(first, 'go')).toEqual({ a: sum, b: sum });
  const again = await render(chartOf(files, { x: 'a: b' }), { random: storedBy(first) });
  expect(dataOf(again, 'go')).toEqual({ a: sum, b: sum });
  const other = await render(chartOf(files, { x: 'a: c' }), { random: storedBy(first) });
  expect(dataOf(other, 'd')).toEqual(dataOf(first, 'd'));
  expect(dataOf(other, 'go')).not.toEqual(dataOf(first, 'go'));
});

test('a Go template gets the checksum of a native Secret whose file was renamed', async () => {
  const files = (name: string): Record<string, string> => ({
    [`templates/${name}.hbs`]: named('s', 'password: {{randAlphaNum 20}}').replace('ConfigMap', 'Secret'),
    'templates/go.yaml': named('go', `a: {{ include "web/templates/${name}" . | sha256sum }}`),
  });
  const first = await render(chartOf(files('secret.yaml')), { random: nothingStored() });
  const renamed = await render(chartOf(files('login.yaml')), { random: storedBy(first) });
  expect(dataOf(renamed, 's')).toEqual(dataOf(first, 's'));
  expect(dataOf(renamed, 'go')).toEqual({ a: sha256(textOf(renamed, 'web/templates/login.yaml.hbs')) });
});

test('files that include each other across the languages get the text of the output', async () => {
  const files = {
    'templates/a.yaml.hbs': named('a', 'sum: {{sha256sum (include "b.yaml")}}\nx: {{randAlphaNum 9}}'),
    'templates/b.yaml': named('b', 'sum: {{ include "web/templates/c.yaml.hbs" . | sha256sum }}'),
    'templates/c.yaml.hbs': named('c', 'x: {{randAlphaNum 9}}\ngo: {{> "web.name"}}\nname: {{template.name}}'),
    'templates/d.yaml': named(
      'd',
      'sum: {{ include "web/templates/a.yaml.hbs" . | sha256sum }}\nname: {{ .Template.Name }}',
    ),
    'templates/_h.tpl': '{{ define "web.name" }}{{ .Release.Name }} {{ .Template.Name }}{{ end }}',
  };
  const done = await render(chartOf(files), { random: nothingStored() });
  expect(dataOf(done, 'b')).toEqual({ sum: sha256(textOf(done, 'web/templates/c.yaml.hbs')) });
  expect(dataOf(done, 'd')).toEqual({
    sum: sha256(textOf(done, 'web/templates/a.yaml.hbs')),
    name: 'web/templates/d.yaml',
  });
  expect(dataOf(done, 'c')).toMatchObject({ go: 'demo web/templates/c.yaml.hbs', name: 'web/templates/c.yaml.hbs' });
});

test('the NOTES of one kind include those of the other, and tpl includes native templates', async () => {
  const files = {
    'templates/NOTES.txt': 'Go: {{ include "web/templates/NOTES.txt.hbs" . }}',
    'templates/NOTES.txt.hbs': 'native {{release.name}}',
    'templates/_p.hbs': 'p of {{release.name}}',
    'templates/go.yaml': named('go', 'a: {{ tpl .Values.text . }}'),
  };
  const done = await render(chartOf(files, { text: '{{ include "p" . }}' }));
  expect(done.notes.split('\n').sort()).toEqual(['Go: native demo', 'native demo']);
  expect(dataOf(done, 'go')).toEqual({ a: 'p of demo' });
});

/** What Go passes on, and what the partial makes of it. */
const PASSED: readonly [string, string, Json][] = [
  ['.', '{{values.x}} {{this.values.x}}', '1 1'],
  ['$', '{{chart.name}} {{template.name}}', 'web web/templates/go.yaml'],
  ['.Values', '{{this.x}} {{values.x}}', '1 1'],
  ['(dict "a" (list 1 2.5 "t" true nil))', '{{toJson this}}', '{"a":[1,2.5,"t",true,null]}'],
  ['(dict "root" $ "n" 7)', '{{this.root.values.x}}-{{this.root.release.name}}-{{add this.n 1}}', '1-demo-8'],
  ['(dict "häß" "ü")', '{{toJson this}} {{values.x}}', '{"häß":"ü"} 1'],
  ['"ü"', '{{this}}', 'ü'],
  ['nil', '{{#if this}}a{{else}}none {{values.x}}{{/if}}', 'none 1'],
  ['.Chart', '{{this.Name}}', 'web'],
  ['(int64 9007199254740993)', '{{this}}', '9007199254740993'],
];

test.each(PASSED)('the context of a partial that gets %s: %s', async (given, partial, printed) => {
  const files = {
    'templates/_p.hbs': partial,
    'templates/go.yaml': named(
      'go',
      `a: {{ include "p" ${given} | quote }}\nb: '{{ with (list ${given}) }}{{ template "p" (first .) }}{{ end }}'`,
    ),
  };
  expect(dataOf(await render(chartOf(files, { x: 1 })), 'go')).toEqual({ a: printed, b: printed });
});

test('values cannot change the structure of a partial that Go templates include', async () => {
  const files = {
    'templates/_labels.hbs':
      'app: {{values.a}}\nlist:\n- {{values.a}}\n- k: {{values.b}}\n{{values.key}}: {{values.b}}\n',
    'templates/_list.hbs': '- {{values.a}}\n- {{values.b}}\n',
    'templates/_text.hbs': '{{values.a}}-{{values.b}}',
    'templates/go.yaml': `apiVersion: v1
kind: ConfigMap
metadata:
  name: go
data:
  labels: {{- include "labels" . | nindent 4 }}
  list:
    {{- include "list" . | nindent 4 }}
  text: {{ include "text" . | toJson }}
`,
  };
  const nasty = fc.oneof(
    fc.string(),
    fc.string({ unit: 'grapheme' }),
    fc.constantFrom(
      'a: b',
      '- x',
      'x\ny: z',
      '# c',
      '{{ .Values.a }}',
      '{{values.a}}',
      'yes',
      '1.0',
      "it's",
      '"',
      '',
      '---',
      '\u2028',
      '<no value>',
    ),
  );
  const value = fc.oneof(nasty, fc.integer(), fc.boolean(), fc.array(nasty, { maxLength: 2 }));
  await fc.assert(
    fc.asyncProperty(nasty, value, async (a, b) => {
      const values = { a, b, key: 'key' };
      const data = dataOf(
        await render(
          chartOf({ ...files, 'templates/go.yaml': files['templates/go.yaml'].replace(/\n {2}text.*/, '') }, values),
        ),
        'go',
      );
      const shown = (text: string): string => text.replaceAll('<no value>', '');
      const kept = JSON.parse(
        shown(JSON.stringify({ labels: { app: a, list: [a, { k: b }], key: b }, list: [a, b] })),
      ) as Json;
      expect(data).toEqual(kept);
      if (typeof b === 'string') {
        const { text } = dataOf(await render(chartOf(files, values)), 'go') as JsonObject;
        expect(text).toBe(shown(`${a}-${b}`));
      }
    }),
    { numRuns: 60 },
  );
});

test.each([
  ['a: yes\nb: {{values.x}}', 'PKG_TEMPLATE_YAML', /yes/],
  ['a: {{values.x}}\na: 2', 'PKG_TEMPLATE_YAML', /twice|duplicate|a/],
  ['a: {{values.nope}}', 'PKG_TEMPLATE_NAME_MISSING', /values\.nope/],
  ['a: x{{values.l}}', 'PKG_TEMPLATE_SLOT', /list/],
])('an error in a partial that Go templates include is reported: %s', async (partial, code, message) => {
  const files = { 'templates/_p.hbs': partial, 'templates/go.yaml': named('go', '{{ include "p" . | nindent 2 }}') };
  const error = (await render(chartOf(files, { x: 1, l: [1] })).catch((thrown: unknown) => thrown)) as PkgError;
  expect(error.code).toBe(code);
  expect(error.message).toMatch(message);
  expect(error.at?.file).toBe('web/templates/_p.hbs');
  expect(error.notes.join('\n')).toContain('in include "p" ., called at web/templates/go.yaml:6:6');
});

test.each([
  ['{a: x, {{values.k}}: {{values.v}} }', 'the key a is given twice in this map'],
  ['{a: yes, b: {{values.v}} }', 'yes is a boolean'],
  ['[{{values.k}} {{values.v}}]', 'these values become one text'],
  ['{{values.none}}\n---\nyes', 'yes is a boolean'],
])('an error in a structure is not printed as text: %s', async (partial, says) => {
  const files = {
    'templates/_p.hbs': partial,
    'templates/go.yaml': named('go', 'a: {{ include "p" . | nindent 4 }}'),
  };
  await expect(render(chartOf(files, { k: 'a', v: '1, evil: true', none: false }))).rejects.toThrow(says);
});

test.each([
  ['{{values.none}}\n---\na: {{values.v}}', 'false\n---\na: |-\n  1\n  evil: true'],
  ['a: {{values.v}}\n---\n{{values.k}}', 'a: |-\n  1\n  evil: true\n---\na'],
])('a partial of several documents is structure if one of them is: %j', async (partial, text) => {
  const files = { 'templates/_p.hbs': partial, 'templates/go.yaml': named('go', 'a: {{ include "p" . | toJson }}') };
  expect(dataOf(await render(chartOf(files, { k: 'a', v: '1\nevil: true', none: false })), 'go')).toEqual({ a: text });
});

test.each([
  ['server {\n  listen {{values.x}};\n}', 'server {\n  listen 1;\n}'],
  ['no', 'no'],
  ['{{#if values.x}}yes{{/if}}', 'yes'],
  ['*{{values.x}}*', '*1*'],
  ['', ''],
  ['{{!-- nothing --}}', ''],
  ['# comment {{values.x}}', '# comment 1'],
  ['[{{values.x}}', '[1'],
])('a partial that gives a string is inserted as text: %s', async (partial, text) => {
  const files = { 'templates/_p.hbs': partial, 'templates/go.yaml': named('go', 'a: {{ include "p" . | toJson }}') };
  expect(dataOf(await render(chartOf(files, { x: 1 })), 'go')).toEqual({ a: text });
});

test('each language finds its own definitions first', async () => {
  const files = {
    'templates/_both.hbs': 'native',
    'templates/_b.tpl': '{{ define "both" }}Go{{ end }}',
    'templates/go.yaml': named('go', 'a: {{ include "both" . }}\nb: {{ template "both" . }}'),
    'templates/native.yaml.hbs': named('native', 'a: {{include "both"}}\nb: {{> both}}'),
  };
  const done = await render(chartOf(files));
  expect(dataOf(done, 'go')).toEqual({ a: 'Go', b: 'Go' });
  expect(dataOf(done, 'native')).toEqual({ a: 'native', b: 'native' });
});

test('in subcharts and libraries names have the same meaning as for native templates there', async () => {
  const library = chartOf({
    'templates/_name.hbs': 'library of {{chart.name}}',
    'templates/_go.tpl': '{{ define "lib.name" }}{{ include "name" . }}, {{ include "other" . }}{{ end }}',
    'templates/_other.hbs': 'other',
  });
  const subchart = chartOf(
    {
      'templates/_name.hbs': 'sub {{values.v}}',
      'templates/sub.yaml': named(
        'sub',
        'a: {{ include "name" . }}\nb: {{ include (print .Template.BasePath "/n.yaml.hbs") . | sha256sum }}',
      ),
      'templates/n.yaml.hbs': named('subNative', 'v: {{values.v}}'),
    },
    { v: 5 },
  );
  const top = chartOf(
    {
      'templates/_name.hbs': 'top {{values.v}}',
      'templates/go.yaml': named(
        'go',
        [
          'a: {{ include "name" . }}',
          'b: {{ include "lib.name" . }}',
          'c: {{ include "lib/name" . }}',
          'd: {{ include "name" .Subcharts.sub }}',
          'e: {{ include "web/charts/sub/templates/n.yaml.hbs" . | sha256sum }}',
        ].join('\n'),
      ),
    },
    { v: 1 },
  );
  const done = await render(withChild(withChild(top, 'sub', subchart), 'lib', library, 'library'));
  const sum = sha256(textOf(done, 'web/charts/sub/templates/n.yaml.hbs'));
  expect(dataOf(done, 'sub')).toEqual({ a: 'sub 5', b: sum });
  expect(dataOf(done, 'go')).toEqual({
    a: 'top 1',
    b: 'library of web, other',
    c: 'library of web',
    d: 'top 5',
    e: sum,
  });
});

test('the error for a wrong value of a subchart has its path from the top, in both languages', async () => {
  const subchart = chartOf({
    'templates/_p.hbs': '{{values.a.b}}',
    'templates/_g.tpl': '{{ define "g" }}{{ .Values.a.b.c }}{{ end }}',
    'templates/_n.hbs': '{{include "g"}}',
    'templates/x.yaml': named('x', 'a: {{ include .Values.which . }}'),
  });
  for (const [which, path] of [
    ['p', 'values.sub.a.b'],
    ['n', 'values.sub.a.b'],
  ] as const) {
    const chart = withChild(chartOf({}, { sub: { which } }), 'sub', subchart);
    const error = (await render(chart).catch((thrown: unknown) => thrown)) as PkgError & { valuePath?: string[] };
    expect(['values', ...(error.valuePath ?? [])].join('.').startsWith(which === 'p' ? path : 'values.sub.a')).toBe(
      true,
    );
    expect(error.valuePath?.filter((step) => step === 'sub')).toHaveLength(1);
  }
});

test('endless includes, and a file that contains itself, are errors', async () => {
  const failing = async (files: Record<string, string>): Promise<PkgError> =>
    (await render(chartOf(files)).catch((thrown: unknown) => thrown)) as PkgError;
  const loop = await failing({
    'templates/_p.hbs': 'a: {{include "q"}}',
    'templates/_q.tpl': '{{ define "q" }}{{ include "p" . }}{{ end }}',
    'templates/go.yaml': named('go', 'a: {{ include "p" . }}'),
  });
  expect(loop.code).toBe('PKG_TEMPLATE_LIMIT');
  expect(loop.message).toBe('native and Go templates include each other more than 50 deep');
  expect(loop.hints).toEqual(['does the partial p include itself without an end?']);
  expect(loop.notes.length).toBeLessThan(20);
  for (const include of ['{{ include "web/templates/a.yaml.hbs" . }}', '{{ template "web/templates/a.yaml.hbs" . }}']) {
    const own = await failing({
      'templates/a.yaml.hbs': named('a', 'x: {{include "g"}}'),
      'templates/_g.tpl': `{{ define "g" }}${include}{{ end }}`,
    });
    expect(own.code).toBe('PKG_TEMPLATE_LIMIT');
    expect(own.message).toBe('web/templates/a.yaml.hbs includes its own text, by way of a Go template');
    expect(own.notes.join('\n')).toContain('called at web/templates/a.yaml.hbs:6:6');
  }
});

test('Go templates have to name the library too if two have the partial', async () => {
  const library = chartOf({ 'templates/_name.hbs': 'x' });
  const top = chartOf({ 'templates/go.yaml': named('go', 'a: {{ include "name" . }}') });
  const chart = withChild(withChild(top, 'one', library, 'library'), 'two', library, 'library');
  const error = (await render(chart).catch((thrown: unknown) => thrown)) as PkgError;
  expect(error.message).toBe('the partial name is in several libraries: one, two');
  expect(error.at).toEqual({ file: 'web/templates/go.yaml', line: 6, column: 9 });
});

test('random values of partials that only Go templates run are stored', async () => {
  const files = {
    'templates/_p.hbs': 'a: {{randAlphaNum 12}}\nb: {{randAlphaNum 12 key="admin"}}',
    'templates/_list.hbs': '{{randAlphaNum 12}}',
    'templates/n.yaml.hbs': named(
      'nat',
      'own: {{randAlphaNum 12}}\nadmin: {{randAlphaNum 12 key="admin"}}\ng: {{include "g"}}',
    ),
    'templates/_g.tpl': '{{ define "g" }}{{ include "list" . }} {{ include "list" . }}{{ end }}',
    'templates/go.yaml': named(
      'go',
      '{{ include "p" . | nindent 2 }}\nc: {{ include "list" . }}\nd: {{ include "list" . }}',
    ),
  };
  const renders = [await render(chartOf(files), { random: nothingStored() })];
  const shown = (one: RenderedChart): Json[] => [dataOf(one, 'go') ?? null, dataOf(one, 'nat') ?? null];
  const [{ a, b, c, d }, { admin, g }] = shown(renders[0] as RenderedChart) as [JsonObject, JsonObject];
  expect(b).toBe(admin);
  expect(new Set([a, b, c, d, ...String(g).split(' ')])).toHaveProperty('size', 6);
  for (let revision = 2; revision < 4; revision++) {
    const random: RandomInput = storedBy(...renders);
    renders.push(await render(chartOf(files), { random }));
    expect(shown(renders.at(-1) as RenderedChart)).toEqual(shown(renders[0] as RenderedChart));
    expect(renders.at(-1)?.randomValues.filter(({ reason }) => reason !== undefined)).toEqual([]);
  }
});

test('native templates do not see what Go templates set', async () => {
  const files = {
    'templates/a.yaml': named(
      'a',
      'x: {{ $_ := set .Values "v" "changed" }}{{ include "p" . }} {{ include "q" .Values }}',
    ),
    'templates/_p.hbs': '{{values.v}}',
    'templates/_q.hbs': '{{values.v}} {{this.v}}',
  };
  expect(dataOf(await render(chartOf(files, { v: 'given' })), 'a')).toEqual({ x: 'given given changed' });
});

test('a Go template gets a part of its root, and a part that does not exist is an error', async () => {
  const files = {
    'templates/_go.tpl':
      '{{- define "show" }}{{ .chart.Name }} {{ .all.release.Namespace }} {{ .capabilities.APIVersions.Has "v1" }}{{ end }}',
    'templates/config.yaml.hbs': named(
      'c',
      'a: {{include "show" (dict "chart" @go.Chart "all" (dict "release" @go.Release) "capabilities" @go.Capabilities)}}',
    ),
  };
  expect(dataOf(await render(chartOf(files, {})), 'c')).toEqual({ a: 'web default true' });
  for (const part of ['@go.Chrat', '@go.Chart.Name']) {
    const wrong = { ...files, 'templates/config.yaml.hbs': named('c', `a: {{include "show" ${part}}}`) };
    await expect(render(chartOf(wrong, {}))).rejects.toThrow(`${part} is not defined`);
  }
});
