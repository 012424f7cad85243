/** Misspelt fields of the items of a loop, which are silently absent in conditions and as arguments. */
import { expect, test } from 'vitest';
import { lint } from './support.ts';

const VALUES = `jobs:
  - {name: a, schedule: daily}
  - {name: b, suspend: true, image: {tag: "1"}}
hosts: {a: {path: /}, b: {paths: []}}
none: []
texts: [a, b]
db: {user: x}
`;

async function found(text: string): Promise<string[]> {
  const messages = await lint({ 'values.yaml': VALUES, 'templates/NOTES.txt.hbs': text });
  return messages
    .filter(({ rule }) => rule === 'value-undeclared')
    .map(({ severity, message, at }) => `${severity} ${at?.column} ${message}`);
}

test.each([
  [
    '{{#each values.jobs as |job|}}{{#if job.supsend}}x{{/if}}{{/each}}',
    'warning 37 no item of values.jobs in values.yaml has supsend; did you mean suspend?',
  ],
  [
    '{{#each values.jobs}}{{default "x" this.schedul}}{{/each}}',
    'warning 36 no item of values.jobs in values.yaml has schedul; did you mean schedule?',
  ],
  [
    '{{#each values.jobs as |job|}}{{#with job.image as |image|}}{{optional image.tga}}{{/with}}{{/each}}',
    'warning 72 no item of values.jobs in values.yaml has tga; did you mean tag?',
  ],
  [
    '{{#each values.hosts as |host name|}}{{#if host.pathes}}{{name}}{{/if}}{{/each}}',
    'warning 44 no item of values.hosts in values.yaml has pathes; did you mean paths?',
  ],
  [
    '{{#with values.db}}{{#if this.usre}}x{{/if}}{{/with}}',
    'error 26 values.db.usre is not declared in values.yaml; did you mean user?',
  ],
  [
    '{{#each values.jobs}}{{this.name}}{{#unless last}}, {{/unless}}{{/each}}',
    'warning 45 no item of values.jobs in values.yaml has last; did you mean @last?',
  ],
  [
    '{{#each values.texts}}{{#if (eq index 0)}}{{this}}{{/if}}{{/each}}',
    'warning 33 an item of values.texts is not a map in values.yaml, and has no index; did you mean @index?',
  ],
])('%s', async (text, message) => {
  expect(await found(text)).toEqual([message]);
});

test.each([
  '{{#each values.jobs as |job|}}{{#if job.suspend}}{{job.name}}{{/if}}{{#if job.optionalThing}}x{{/if}}{{/each}}',
  '{{#each values.none as |one|}}{{#if one.anything}}x{{/if}}{{/each}}',
  '{{#each values.texts as |text|}}{{text}}{{#if this.nmae}}x{{/if}}{{/each}}',
  '{{#each values.jobs as |values|}}{{#if values.anything}}x{{/if}}{{/each}}',
  '{{#each values.jobs as |job|}}{{#each (list "a") as |job|}}{{#if job.nmae}}x{{/if}}{{/each}}{{/each}}',
  '{{#each (list 1 2)}}{{#if this.nmae}}x{{/if}}{{/each}}',
  '{{#with values.db}}{{else}}{{#if this.usre}}x{{/if}}{{/with}}',
  '{{#each values.hosts as |host name|}}{{#if name.pathes}}x{{/if}}{{/each}}',
])('no finding: %s', async (text) => {
  expect(await found(text)).toEqual([]);
});

test('a block of YAML or JSON in a loop is no field of the item, whose names a schema closes', async () => {
  const item = { type: 'object', properties: { name: { type: 'string' } }, additionalProperties: false };
  const files = {
    'values.yaml': 'l: [{name: a}]\n',
    'values.schema.json': JSON.stringify({ properties: { l: { type: 'array', items: item } } }),
    'templates/NOTES.txt.hbs':
      '{{#each values.l as |one|}}{{#json}}a: {{one.name}}{{/json}}{{#yaml}}a: 1{{/yaml}}{{/each}}',
  };
  expect(await lint(files)).toEqual([]);
});
