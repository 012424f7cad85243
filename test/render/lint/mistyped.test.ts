/** What YAML, Handlebars or Helm take, and nobody means: lost quotes, blanks and braces. */
import { expect, test } from 'vitest';
import { configMap } from '../support.ts';
import { lint } from './support.ts';

const TEMPLATE = 'templates/x.yaml.hbs';

async function said(files: Record<string, string>): Promise<string[]> {
  return (await lint(files)).map(
    ({ rule, path, at, message }) => `${rule} ${path}:${at?.line}:${at?.column} ${message}`,
  );
}

test.each([
  ['tag: 1.25"', '1:6 1.25" ends with a quote that none opens'],
  ['a:\n  - nginx:1"', '2:5 nginx:1" ends with a quote that none opens'],
  ['blue:\n  name: x\n  quota:{pods: 5}', '3:3 quota:{pods is the key here: write a blank behind the colon of quota'],
  ['requests: {cpu:1}', '1:12 cpu:1 is the key here: write a blank behind the colon of cpu'],
  ['a: {cpu: 1, memory:1Gi }', '1:13 memory:1Gi is the key here'],
  ['a: "1.25"', undefined],
  ["a: 5' tall\nb: the users'\nc: say \"yes\"\nd: '\"'", undefined],
  ['images:\n  nginx:latest:\n  web:1: x', undefined],
  ['a: {"x:1": 2, http://x: 1}\nb: {0a:1b}', undefined],
  ['tcp:\n  "80": a/b:80', undefined],
])('values.yaml: %j', async (text, expected) => {
  const found = await said({ 'values.yaml': `${text}\n` });
  expect(found).toEqual(
    expected === undefined ? [] : [expect.stringContaining(`value-mistyped values.yaml:${expected}`)],
  );
});

test('a quote without another in Chart.yaml, and in the text of a template', async () => {
  const chart = 'apiVersion: v2\nname: web\nversion: 1.0.0\nicon: https://example.com/i.png\nappVersion: 3.1"\n';
  expect(await said({ 'Chart.yaml': chart })).toEqual([
    expect.stringContaining('value-mistyped Chart.yaml:5:13 3.1" ends with a quote that none opens'),
  ]);
  for (const body of ['a: nginx"', 'a: {b: c"}', 'a: [-c", "x"]']) {
    const found = await said({ [TEMPLATE]: configMap(body) });
    expect(found).toEqual([expect.stringContaining('the quote at the end has none that opens it')]);
  }
  expect(await said({ [TEMPLATE]: configMap('a: the "web"\nb: \'"\'\nc: |\n  x"\nd: users\'') })).toEqual([]);
});

test.each(['{{values.n}}:[x]: y', 'resources:{limits: 1}'])('a key without a blank: %s', async (body) => {
  const found = await said({
    'values.yaml': 'n: a\n',
    [TEMPLATE]: configMap(`x: |\n  {{#yaml}}\n  ${body}\n  {{/yaml}}`),
  });
  expect(found).toEqual([expect.stringContaining('this is a key as a whole, since no blank follows the colon in it')]);
});

test.each([
  ['templates/NOTES.txt.hbs', 'Go to {> host}} or {values.host}}', 2],
  [TEMPLATE, configMap('a: |\n  {values.host}}\n  {"a": {"b": {{values.n~}} }}\n  ${HOST}} {a: {b}}'), 1],
])('a mustache that lacks a brace in %s', async (file, text, count) => {
  const found = await said({ 'values.yaml': 'host: x\nn: 1\n', 'templates/_host.hbs': 'x', [file]: text });
  expect(found).toHaveLength(count);
  for (const one of found)
    expect(one).toMatch(/^name-text .* is printed as it is written: a mustache begins with two braces, \{\{/);
});

test('a misspelt annotation of Helm in a branch that the values do not take', async () => {
  const job = (annotations: string): string =>
    `{{#if values.on1}}\n${configMap('a: b').replace('name: x', `name: x\n  annotations:\n${annotations}`)}\n{{/if}}\n`;
  const values = { 'values.yaml': 'on1: false\nmore: {}\n' };
  expect(await said({ ...values, [TEMPLATE]: job('    helm.sh/hooks: pre-install') })).toEqual([
    expect.stringMatching(/^helm-annotation templates\/x\.yaml\.hbs:7:5 .*did you mean helm\.sh\/hook\?/),
  ]);
  const alone = '    helm.sh/hook-weight: "1"';
  expect(await said({ ...values, [TEMPLATE]: job(alone) })).toHaveLength(1);
  expect(await said({ ...values, [TEMPLATE]: job(`${alone}\n    {{spread values.more}}`) })).toEqual([]);
});

test('pods without a spec', async () => {
  const head =
    'metadata: {name: x}\nspec:\n  selector: {matchLabels: {a: b}}\n  template:\n    metadata: {labels: {a: b}}\n';
  const cron =
    'apiVersion: batch/v1\nkind: CronJob\nmetadata: {name: x}\nspec:\n  schedule: "* * * * *"\n  jobTemplate: {metadata: {}}\n';
  for (const [text, holder] of [
    [`apiVersion: apps/v1\nkind: DaemonSet\n${head}`, 'spec.template'],
    [cron, 'spec.jobTemplate'],
    ['apiVersion: v1\nkind: Pod\nmetadata: {name: x}\n', 'the object'],
  ] as const)
    expect((await said({ [TEMPLATE]: text })).join('\n')).toContain(`${holder} has no spec, which Kubernetes requires`);
});

test.each([
  '{{#each values.l}}{{this}}{{#unless @last}},{{/unless}}{{/each}}',
  '{{#each values.l}}{{#if @first}}{{else}},{{/if}}{{this}}{{/each}}',
  '{{#each values.l}}{{#if @last}}{{this}}{{else}}{{this}},{{/if}}{{/each}}',
])('a separator between the turns of a loop is not at the end: %s', async (text) => {
  const files = { 'values.yaml': 'l: [a, b]\n', [TEMPLATE]: configMap(`a: ${text}`) };
  expect(await said(files)).toEqual([]);
  const always = { ...files, [TEMPLATE]: configMap('a: {{#each values.l}}{{this}},{{/each}}') };
  expect((await said(always)).join()).toContain('the , at the end becomes part of this text');
});
