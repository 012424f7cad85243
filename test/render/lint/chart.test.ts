/** Lint rules about the files of a chart, and lint of charts that cannot be loaded or rendered. */
import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { lintChart } from '../../../src/render/lint.ts';
import { LINT_RULES } from '../../../src/render/lint/message.ts';
import { fromPlain } from '../../../src/yaml/value.ts';
import { craftArchive, temporaryFolder, writeFiles } from '../../chart/support.ts';
import { helm } from '../../support/helm.ts';
import { lint, rulesOf, writeCleanChart } from './support.ts';

const map = (data: string): string => `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: x\ndata:\n  key: ${data}\n`;

test('the clean chart of these tests has no findings', async () => {
  expect(await lint({})).toEqual([]);
  expect(await lint({ 'templates/x.yaml.hbs': map('"{{values.a}}"'), 'values.yaml': 'a: 1\n' })).toEqual([]);
});

describe('raw mustaches', () => {
  test('are reported, also in partials, but not in NOTES', async () => {
    const messages = await lint({
      'values.yaml': 'a: 1\n',
      'templates/x.yaml.hbs': map('"{{{values.a}}} {{&values.a}}"\n  more: "{{#if values.a}}{{{values.a}}}{{/if}}"'),
      'templates/_part.hbs': '{{{values.a}}}',
      'templates/NOTES.txt.hbs': '{{{values.a}}} {{{{raw}}}} {{{x}}} {{{{/raw}}}} \\{{{y}}}',
    });
    expect(messages.map(({ rule, path, at }) => [rule, path, at?.line, at?.column])).toEqual([
      ['raw-mustache', 'templates/_part.hbs', 1, 1],
      ['raw-mustache', 'templates/x.yaml.hbs', 6, 9],
      ['raw-mustache', 'templates/x.yaml.hbs', 6, 24],
      ['raw-mustache', 'templates/x.yaml.hbs', 7, 26],
    ]);
    expect(messages[0]?.message).toContain('{{{values.a}}} pastes text');
  });
});

test('a mustache within a text behind | or > is not taken for a whole value', async () => {
  const text = [
    '|-\n    {\n      "a": {{quote values.a}},\n  {{#if values.a}}\n      "b": {{quote values.a}}\n  {{else}}\n      "c": {{quote values.a}}\n  {{/if}}\n    }',
    '\n    - >\n     x: {{quote values.a}}\n    - k: |\n        {{toYaml values.a}}\n\n      after: {{quote values.a}}',
    '{{quote values.a}}',
  ];
  const messages = await lint({ 'values.yaml': 'a: 1\n', 'templates/x.yaml.hbs': map(text.join('\n  k: ')) });
  const found = messages.filter(({ rule }) => ['quoted-text', 'data-text'].includes(rule));
  // The field behind the text of the list's second item, and the last field.
  expect(found.map(({ at }) => [at?.line, at?.column])).toEqual([
    [21, 14],
    [22, 6],
  ]);
});

test('partial is suggested instead of fromYaml where it is possible', async () => {
  const messages = await lint({
    'values.yaml': 'a: 1\n',
    'templates/_go.tpl': '{{- define "go" }}k: "{{ .Values.a }}"{{ end }}',
    'templates/_native.hbs': 'k: "{{values.a}}"\n',
    'templates/x.yaml.hbs': map(
      '"{{toJson (fromYaml (include "native"))}}{{toJson (fromYaml (include "go"))}}"\n  x:\n    {{fromYaml (include "go")}}',
    ),
  });
  expect(messages.filter(({ rule }) => rule === 'parsed-partial').map(({ message }) => message)).toEqual([
    `fromYaml of a partial's text lets a value change its structure; write (partial "native") for its document`,
    `fromYaml of a partial's text lets a value change its structure; write {{> go}} for its document`,
  ]);
});

describe('the guard', () => {
  test('is required in charts with native templates', async () => {
    const folder = join(temporaryFolder(), 'web');
    writeFiles(folder, {
      'Chart.yaml': 'apiVersion: v2\nname: web\nversion: 1.0.0\nicon: http://x\n',
      'values.yaml': '',
      'templates/x.yaml.hbs': '',
    });
    expect(rulesOf(await lintChart(folder, { userValues: new Map() }))).toEqual(['guard-missing']);
  });

  test.each([
    'templates/zzz/a.yaml.hbs',
    'templates/a/b/c.yaml.hbs',
    'templates/zz/b.yaml.hbs',
    'templates/zz/zz/zz/b.yaml.hbs',
  ])('must be parsed first by Helm, which lint checks: %s', async (other) => {
    const folder = writeCleanChart({ [other]: '{{#if values.a}}{{/if}}', 'values.yaml': 'a: 1\n' });
    const messages = await lintChart(folder, { userValues: new Map() });
    expect(rulesOf(messages)).toEqual(['guard-late']);
    expect(helm(['template', folder]).stderr).not.toContain('this_chart_needs_pkg');
    const [, place = ''] = /move the guard to (.*)$/.exec(messages[0]?.message ?? '') ?? [];
    mkdirSync(dirname(join(folder, place)), { recursive: true });
    renameSync(join(folder, 'templates/zz/_requires-pkg.tpl'), join(folder, place));
    expect(rulesOf(await lintChart(folder, { userValues: new Map() }))).toEqual([]);
    expect(helm(['template', folder]).stderr).toContain('this_chart_needs_pkg');
  });

  test.each(['templates/zy/a.yaml.hbs', 'templates/tests/c.yaml.hbs', 'templates/zzz.yaml.hbs'])(
    'comes before %s',
    async (other) => {
      const folder = writeCleanChart({ [other]: '{{#if values.a}}{{/if}}', 'values.yaml': 'a: 1\n' });
      expect(rulesOf(await lintChart(folder, { userValues: new Map() }))).toEqual([]);
      expect(helm(['template', folder]).stderr).toContain('this_chart_needs_pkg');
    },
  );
});

describe('undeclared values', () => {
  const declared = 'image: {tag: a}\nresources: {}\nnothing: null\nhosts: [{name: a}]\n';
  const said = async (body: string, files: Record<string, string> = {}): Promise<string[]> => {
    const messages = await lint({ 'values.yaml': declared, 'templates/NOTES.txt.hbs': body, ...files });
    return messages.map(({ rule, message }) => `${rule}: ${message}`);
  };

  test('are reported with the most similar name', async () => {
    expect(await said('{{#if values.imag.tag}}x{{/if}}')).toEqual([
      'value-undeclared: values.imag is not declared in values.yaml; did you mean image?',
    ]);
    expect(await said('{{default "x" values.image.tagg}}')).toEqual([
      'value-undeclared: values.image.tagg is not declared in values.yaml; did you mean tag?',
    ]);
    expect(
      await said('{{#each values.hosts}}{{#if (eq values.hozts 1)}}{{/if}}{{#if @root.values.hozts}}{{/if}}{{/each}}'),
    ).toHaveLength(1);
    expect(await said('{{#if values.image.tag}}{{else if values.zz}}{{/if}}')).toHaveLength(1);
  });

  test('are not reported where any name is allowed', async () => {
    for (const body of [
      '{{#if values.resources.limits}}x{{/if}}',
      '{{#if values.nothing.at.all}}x{{/if}}',
      '{{#if values.image.tag.x}}x{{/if}}',
      '{{#if values.global.x}}x{{/if}}',
      '{{#each values.hosts}}{{this.name}}{{/each}}',
      '{{#each values.hosts as |values|}}{{#if values.name}}{{/if}}{{/each}}',
      '{{#each values.hosts}}{{#if this.values}}{{/if}}{{/each}}',
    ]) {
      expect(await said(body), body).toEqual([]);
    }
    const schema = JSON.stringify({ properties: { later: { type: 'object', properties: { on: {} } } } });
    expect(await said('{{#if values.later.on}}{{/if}}', { 'values.schema.json': schema })).toEqual([]);
    expect(await said('{{#if values.later.off}}{{/if}}', { 'values.schema.json': schema })).toHaveLength(1);
    const given = { userValues: fromPlain({ extra: { x: 1 } }) };
    expect(await lint({ 'templates/NOTES.txt.hbs': '{{#if values.extra.x}}{{/if}}' }, given)).toEqual([]);
    expect(
      await lint({
        'Chart.yaml':
          'apiVersion: v2\nname: web\nversion: 1.0.0\nicon: http://x\ndependencies: [{name: db, version: 1.0.0, alias: store}]\n',
        'charts/db/Chart.yaml': 'apiVersion: v2\nname: db\nversion: 1.0.0\n',
        'charts/db/values.yaml': 'port: 1\n',
        'templates/NOTES.txt.hbs': '{{values.store.port}}',
      }),
    ).toEqual([]);
  });
});

describe('errors of other steps are findings', () => {
  test.each<[string, Record<string, string>, string[], number | undefined]>([
    ['a template that cannot be parsed', { 'templates/a.yaml.hbs': '\n{{#if x}}' }, ['template-invalid'], 2],
    ['a name that is missing', { 'templates/a.yaml.hbs': map('{{release.nam}}') }, ['template-invalid'], 6],
    ['text that is not YAML', { 'templates/a.yaml.hbs': 'a: b: c\n' }, ['template-invalid'], 1],
    ['an object without a kind', { 'templates/a.yaml.hbs': 'apiVersion: v1\n' }, ['template-invalid'], 1],
    ['a Go template that cannot be parsed', { 'templates/a.yaml': '\n{{ if }}' }, ['template-invalid'], 2],
    ['a file that is not a template', { 'templates/a.sh': 'x' }, ['template-extension', 'template-invalid'], undefined],
    ['values that are not YAML', { 'values.yaml': 'a: [' }, ['values-invalid'], 1],
    ['no version', { 'Chart.yaml': 'apiVersion: v2\nname: web\nicon: http://x\n' }, ['chart-invalid'], 1],
    [
      'a chart that asks for a value',
      { 'templates/NOTES.txt.hbs': '{{fail "give a password"}}' },
      ['template-refuses'],
      1,
    ],
  ])('%s', async (_what, files, rules, line) => {
    const messages = await lint(files);
    expect(rulesOf(messages)).toEqual(rules);
    if (line !== undefined) expect(messages.at(-1)?.at?.line).toBe(line);
  });

  test('values that the schema refuses, each by itself', async () => {
    const schema = JSON.stringify({ properties: { a: { type: 'string' }, b: { type: 'integer' } } });
    const files = { 'values.schema.json': schema, 'values.yaml': 'a: 1\nb: x\n' };
    expect(rulesOf(await lint(files))).toEqual(['values-invalid', 'values-invalid']);
    expect(await lint(files, { skipSchemaValidation: true })).toEqual([]);
  });

  test('a missing chart is an error', async () => {
    const nothing = join(temporaryFolder(), 'nothing');
    await expect(lintChart(nothing, { userValues: new Map() })).rejects.toMatchObject({ code: 'PKG_CHART_NOT_FOUND' });
  });
});

test('dependencies and CRDs', async () => {
  const chart = 'apiVersion: v2\nname: web\nversion: 1.0.0\nicon: http://x\n';
  const db = 'apiVersion: v2\nname: db\nversion: 1.0.0\n';
  expect(rulesOf(await lint({ 'charts/db/Chart.yaml': db }))).toEqual(['dependency-undeclared']);
  const missing = await lint({ 'Chart.yaml': `${chart}dependencies: [{name: db, version: 1.0.0}]\n` });
  expect(rulesOf(missing)).toEqual(['dependency-missing']);
  const crd = 'apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata:\n  name: x\n';
  expect(await lint({ 'crds/a.yaml': `${crd}---\n${crd}` })).toEqual([]);
  expect(rulesOf(await lint({ 'crds/a.yaml': `${crd}---\napiVersion: v1\nkind: ConfigMap\n` }))).toEqual([
    'crd-invalid',
    'crd-invalid',
  ]);
  expect(rulesOf(await lint({ 'crds/a.yaml': 'a: {{x}}: {' }))).toEqual(['crd-invalid']);
});

test('problems of subcharts are not reported, but their disruption budgets count', async () => {
  const deployment = `apiVersion: apps/v1
kind: Deployment
metadata: {name: a}
spec:
  replicas: 2
  selector: {matchLabels: {a: b}}
  template:
    metadata: {labels: {a: b}}
    spec: {containers: [{name: c, image: x, resources: {requests: {cpu: 1}, limits: {cpu: 1}}}]}
`;
  const budget = `apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: {name: B_B}
spec: {selector: {matchLabels: {a: b}}}
`;
  const files = {
    'Chart.yaml':
      'apiVersion: v2\nname: web\nversion: 1.0.0\nicon: http://x\ndependencies: [{name: db, version: 1.0.0}]\n',
    'charts/db/Chart.yaml': 'apiVersion: v2\nname: db\nversion: 1.0.0\n',
    'templates/a.yaml.hbs': deployment,
  };
  expect(rulesOf(await lint(files))).toEqual(['disruption-budget']);
  expect(rulesOf(await lint({ ...files, 'charts/db/templates/b.yaml.hbs': budget }))).toEqual([]);
});

test('a library chart and an empty one', async () => {
  const library = 'apiVersion: v2\nname: web\nversion: 1.0.0\nicon: http://x\ntype: library\n';
  expect(await lint({ 'Chart.yaml': library, 'templates/_x.hbs': 'a: 1' })).toEqual([]);
  const folder = join(temporaryFolder(), 'web');
  mkdirSync(folder);
  writeFiles(folder, { 'Chart.yaml': library.replace('type: library\n', '') });
  expect(rulesOf(await lintChart(folder, { userValues: new Map() }))).toEqual(['values-missing', 'templates-missing']);
});

test('an archive has the same findings as its folder', async () => {
  const files = {
    'Chart.yaml': 'apiVersion: v2\nname: web\nversion: "1"\nunknown: x\n',
    'values.yaml': 'a: 1\n',
    'templates/x.yaml.hbs': map('{{{values.a}}}'),
    'templates/y.yaml.hbs': map('{{values.b}}'),
  };
  const archive = join(temporaryFolder(), 'web-1.tgz');
  writeFileSync(archive, craftArchive(Object.entries(files).map(([name, data]) => ({ name: `web/${name}`, data }))));
  const folder = join(temporaryFolder(), 'web');
  writeFiles(folder, files);
  const inFolder = await lintChart(folder, { userValues: new Map() });
  const inArchive = await lintChart(archive, { userValues: new Map() });
  expect(rulesOf(inFolder)).toEqual([
    'chart-unknown-field',
    'chart-strict-version',
    'chart-icon',
    'guard-missing',
    'raw-mustache',
    'value-undeclared',
    'template-invalid',
  ]);
  const relative = inArchive.map((message) => ({ ...message, at: message.at && { ...message.at, file: '' } }));
  expect(relative).toEqual(inFolder.map((message) => ({ ...message, at: message.at && { ...message.at, file: '' } })));
  expect(inArchive.find(({ rule }) => rule === 'raw-mustache')?.at?.file).toBe(join(archive, 'templates/x.yaml.hbs'));
});

test('every rule has its severity in the messages', async () => {
  const messages = await lint({ 'Chart.yaml': 'apiVersion: v2\nname: web\nversion: "1"\nappVersion: 1\nx: y\n' });
  for (const { rule, severity } of messages) expect(severity).toBe(LINT_RULES[rule]);
  expect(new Set(messages.map(({ severity }) => severity))).toEqual(new Set(['error', 'warning', 'info']));
});
