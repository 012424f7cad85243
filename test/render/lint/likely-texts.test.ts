/** Names as texts, joined lines, fallbacks that are never used, and schemas and dependencies that do nothing. */
import { describe, expect, test } from 'vitest';
import { configMap } from '../support.ts';
import { lint } from './support.ts';

const TEMPLATE = 'templates/x.yaml.hbs';

async function said(files: Record<string, string>, rule: string): Promise<string[]> {
  const messages = await lint(files);
  return messages.flatMap((one) =>
    one.rule === rule ? [`${one.path}:${one.at?.line ?? ''}:${one.at?.column ?? ''} ${one.message}`] : [],
  );
}

test.each([
  ['a: values.image.tag', '6:6 values.image.tag is a text here'],
  ['a: "values.image.tag"', '6:6 values.image.tag is a text here'],
  ['a:\n  - release.name', '7:7 release.name is a text here'],
  ['a: values.other', undefined],
  ['a: release.nam', undefined],
  ['a: |\n  values.image.tag', undefined],
  ['a: see values.image.tag', undefined],
])('the name of a value as a text: %j', async (body, expected) => {
  const found = await said({ 'values.yaml': 'image: {tag: "1"}\n', [TEMPLATE]: configMap(body) }, 'name-text');
  expect(found).toEqual(expected === undefined ? [] : [expect.stringContaining(`${TEMPLATE}:${expected}`)]);
});

test.each([
  ['a.conf:\n  x = 1;\n  y = 2;', true],
  ['a.conf:\n  events { {{values.n}}; }\n  {{#if values.n}}\n  y {\n  {{/if}}', true],
  ['a.conf: |\n  x = 1;\n  y = 2;', false],
  ['a.conf:\n  only one', false],
  ['a.conf:\n  {{#yaml}}\n  x: 1\n  y: 2\n  {{/yaml}}', false],
  ['a.conf:\n  "x\n  y"', false],
  ['a.conf: {{values.n}}', false],
])('a text of several lines without |: %j', async (body, isFound) => {
  const found = await said({ 'values.yaml': 'n: x\n', [TEMPLATE]: configMap(body) }, 'joined-lines');
  expect(found).toEqual(
    isFound
      ? [`${TEMPLATE}:6:3 the lines below a.conf are joined by blanks: write a.conf: | for a text of several lines`]
      : [],
  );
});

test.each([
  ['{{default values.tag chart.version}}', 'as in (default chart.version values.tag)'],
  ['{{upper (default values.tag release.name)}}', 'as in (default release.name values.tag)'],
  ['{{default chart.version values.tag}}', undefined],
  // Not every chart has one.
  ['{{default values.tag chart.appVersion}}', undefined],
])('a fallback that is never used: %s', async (expression, expected) => {
  const files = { 'values.yaml': 'tag: x\n', [TEMPLATE]: configMap(`a: ${expression}`) };
  const found = await said(files, 'branch-unreachable');
  expect(found).toEqual(expected === undefined ? [] : [expect.stringContaining(expected)]);
});

test.each([
  ['{{lookup "Secret" "v1" release.namespace "x"}}', 'write (lookup "v1" "Secret" release.namespace "x")'],
  ['{{#each values.map as |name value|}}{{name}}{{/each}}', 'write as |value name|'],
])('arguments and names in another order: %s', async (text, hint) => {
  const files = { 'values.yaml': 'map: {a: b}\n', [TEMPLATE]: configMap(`a: "${text.replaceAll('"', "'")}"`) };
  expect((await said(files, 'template-invalid')).join('\n')).toContain(hint.replaceAll('"', "'"));
});

describe('values.schema.json', () => {
  test.each([
    [{ a: { type: 'array', minLength: 1 } }, 'did you mean minItems?'],
    [{ a: { type: 'string', minimum: 1 } }, 'did you mean minLength?'],
    [{ a: { type: 'integer', min: 1 } }, 'min is not a keyword of JSON Schema, and is ignored; did you mean minimum?'],
    [{ a: { type: ['string', 'array'], minLength: 1 } }, undefined],
    [{ a: { type: 'integer', minimum: 1 } }, undefined],
  ])('%j', async (properties, expected) => {
    const found = await said({ 'values.schema.json': JSON.stringify({ properties }) }, 'schema-keyword');
    expect(found).toEqual(expected === undefined ? [] : [expect.stringContaining(expected)]);
  });

  test.each([
    ['{\n "properties": {\n  "a": {"type": "text"}}}', '3:9 '],
    ['{\n "properties": {\n  "a": {"$ref": "#/$defs/b"}}}', '3:17 '],
  ])('that cannot be used has the place: %j', async (schema, place) => {
    const found = await said({ 'values.yaml': 'a: b\n', 'values.schema.json': schema }, 'values-invalid');
    expect(found[0]).toContain(`values.schema.json:${place}`);
  });
});

test.each([
  ['condition: cach.enabled', 'did you mean cache.enabled?'],
  ['condition: redis.enabled', 'did you mean cache.enabled?'],
  ['condition: .Values.cache.enabled', 'did you mean cache.enabled?'],
  ['tags: [cache]', 'tags of values.yaml has no cache; did you mean caches?'],
  ['condition: cache.enabled || global.cache', 'is not the path of a value: several are separated by commas'],
  ['condition: cache.word', 'the condition cache.word is a text in values.yaml, and is ignored: write true or false'],
  ['tags: [words]', 'the tag words is a text in values.yaml, and is ignored'],
  ['import-values: [datas]', 'the values of redis have no map exports.datas; did you mean data?'],
  ['import-values: [{child: export.data, parent: a}]', 'no map export.data; did you mean exports?'],
  ['import-values: [data]', undefined],
  ['import-values: [{child: own, parent: a}]', undefined],
  ['condition: cache.enabled', undefined],
  ['condition: "global.cache, cache.enabled"', undefined],
  ['condition: global.cache', undefined],
  ['tags: [caches]', undefined],
])('a dependency with %s', async (line, expected) => {
  const chart = `apiVersion: v2\nname: web\nversion: 1.0.0\nicon: https://example.com/i.png\ndependencies:\n  - name: redis\n    version: 1.0.0\n    alias: cache\n    ${line}\n`;
  const files = {
    'Chart.yaml': chart,
    'values.yaml': 'cache: {enabled: true, word: "no", own: {a: b}}\ntags: {caches: true, words: "yes"}\n',
    'charts/redis/values.yaml': 'exports: {data: {a: b}}\n',
    'charts/redis/Chart.yaml': 'apiVersion: v2\nname: redis\nversion: 1.0.0\n',
  };
  const rule = `dependency-${/^\w+/.exec(line)?.[0].replace('tags', 'tag') ?? ''}`;
  const found = await said(files, rule);
  expect(found).toEqual(expected === undefined ? [] : [expect.stringContaining(expected)]);
});
