/**
 * Lint rules about templates that render but do something else than intended: unused names of partials, `~` that joins
 * lines, fields of lists.
 */
import { describe, expect, test } from 'vitest';
import { configMap } from '../support.ts';
import { lint } from './support.ts';

const VALUES = 'on: true\nusers: [{name: a}]\nnone: []\nmap: {a: b}\n';

async function found(rule: string, files: Record<string, string>): Promise<string[]> {
  const messages = await lint({ 'values.yaml': VALUES, ...files });
  return messages.flatMap((one) => (one.rule === rule ? [`${one.path}:${one.at?.line} ${one.message}`] : []));
}

describe('names that a partial does not use', () => {
  test.each([
    ['x: {{> p a="1" b="2"}}', '{{a}}', ['the partial p does not use the name b']],
    [
      'x: {{> p componnet="1"}}',
      '{{default "c" component}}',
      ['the partial p does not use the name componnet; did you mean component?'],
    ],
    ['x: {{include "p" b="2"}}', 'text', ['the partial p does not use the name b']],
    ['x: {{upper (include "p" b="2")}}', 'text', ['the partial p does not use the name b']],
    // Named in a partial that it includes, in an inline partial, or as an argument.
    ['x: {{> p a="1"}}', '{{> q}}', []],
    ['x: {{> p a="1"}}', '{{> q b="2"}}', ['the partial q does not use the name b']],
    ['x: {{> p a="1"}}', '{{#if a}}x{{/if}}', []],
    ['x: {{> p a="1"}}', '{{#each values.users as |user|}}{{user.name}}{{a}}{{/each}}', []],
    // Whatever passes its context on may use any name.
    ['x: {{> p a="1"}}', '{{toJson this}}', []],
    ['x: {{> p a="1"}}', '{{#each values.users}}{{toJson this}}{{/each}}', ['the partial p does not use the name a']],
    ['x: {{> p a="1"}}', '{{#with values.map}}{{toJson ..}}{{/with}}', []],
    ['x: {{> p a="1"}}', '{{tpl values.text}}', []],
    ['x: {{> p a="1"}}', '{{> (lookup2 "q")}}', []],
    ['{{#> p a="1"}}\nx: {{a}}\n{{/p}}', '{{> @partial-block}}', []],
    ['{{#> p a="1"}}\nx: {{toJson this}}\n{{/p}}', '{{> @partial-block}}', []],
    ['{{#> p a="1"}}\nx: y\n{{/p}}', '{{> @partial-block}}', ['the partial p does not use the name a']],
    [
      '{{#> p a="1" b="2"}}\nx: y\n{{/p}}',
      '{{#> q}}{{> @partial-block}}{{/q}}',
      ['the partial p does not use the name b'],
    ],
  ])('%s of %s', async (body, partial, expected) => {
    const files = {
      'templates/x.yaml.hbs': configMap(body),
      'templates/_p.hbs': partial,
      'templates/_q.hbs': '{{optional a}}',
    };
    expect((await found('argument-unused', files)).map((one) => one.replace(/^\S+ /, ''))).toEqual(expected);
  });
});

describe('~ that joins lines', () => {
  test.each([
    ['{{~#if values.on~}}\na: b\n{{/if}}', 1],
    ['t: |\n  {{#each values.users}}\n  {{this.name}}\n  {{~/each}}', 1],
    ['{{#if values.on}}\na: b\n{{~/if~}}\nc: d', 1],
    // One side of a tag that is alone on its line, and texts that are put together.
    ['{{~#if values.on}}\na: b\n{{~/if}}', 0],
    ['{{#if values.on~}}\na: b\n{{/if~}}', 0],
    ['a: {{#if values.on~}}\n  b\n{{~else~}}\n  c\n{{~/if}}', 0],
    ['a: "{{#each values.users~}}\n  b\n{{~/each}}"', 0],
  ])('%j', async (body, count) => {
    expect(await found('tilde-joins', { 'templates/x.yaml.hbs': configMap(body) })).toHaveLength(count);
    expect(await found('tilde-joins', { 'templates/_x.hbs': body })).toEqual([]);
  });
});

test('a field of a list is not declared, but its length and its items are', async () => {
  const says = (body: string): Promise<string[]> =>
    found('value-undeclared', { 'templates/x.yaml.hbs': configMap(body) });
  expect(await says('{{#each values.users.name}}\na: b\n{{/each}}')).toEqual([
    expect.stringMatching(/:\d+ values.users is a list, which has no name: \{\{#each values.users\}\}/),
  ]);
  expect(await says('a: {{default "x" values.none.name}}')).toHaveLength(1);
  expect(await says('a: "{{values.users.length}}{{values.users.[0].name}}{{values.users.0.name}}"')).toEqual([]);
});

test('a string that looks like a boolean is reported if it is a condition', async () => {
  const says = (body: string, values: string): Promise<string[]> =>
    found('condition-text', { 'templates/x.yaml.hbs': configMap(body), 'values.yaml': values });
  const values = 'a: b\nmetrics:\n  on: "false"\n';
  const said =
    'values.yaml:3 values.metrics.on is the text "false", which is true in the condition at values.metrics.on: write false without quotes';
  expect(await says('{{#if values.metrics.on}}\na: b\n{{/if}}', values)).toEqual([said]);
  expect(await says('{{#if (and values.a (not values.metrics.on))}}\na: b\n{{/if}}', values)).toEqual([said]);
  expect(await says('{{#if (eq values.metrics.on "false")}}\na: b\n{{/if}}\nb: {{values.metrics.on}}', values)).toEqual(
    [],
  );
  expect(await says('{{#if values.a}}\na: b\n{{/if}}', values)).toEqual([]);
});

test('an undeclared condition of a dependency is reported if a similar value exists', async () => {
  const says = (condition: string, alias = ''): Promise<string[]> =>
    found('dependency-condition', {
      'Chart.yaml': `apiVersion: v2\nname: web\nversion: 1.0.0\ndependencies:\n  - name: sub\n    version: 1.0.0\n    condition: ${condition}${alias}\n`,
      'charts/sub/Chart.yaml': 'apiVersion: v2\nname: sub\nversion: 1.0.0\n',
      'charts/sub/values.yaml': 'enabled: true\n',
      'values.yaml': 'tags: {}\ncache:\n  enabled: true\n',
    });
  expect(await says('sub.enabled')).toEqual([]);
  expect(await says('cache.enabled,sub.enabled')).toEqual([]);
  expect(await says('sub.install')).toEqual([]);
  expect(await says('sub.enabeld')).toEqual([
    'Chart.yaml:7 no values.yaml has the condition sub.enabeld; did you mean sub.enabled?',
  ]);
  expect(await says('cache.enable')).toHaveLength(1);
  expect(await says('values.cache.enabled')).toHaveLength(1);
  expect(await says('db.enabled', '\n    alias: db')).toEqual([]);
});

test('spread of a list among keys, or of a map among items, is reported while they are empty', async () => {
  const says = (body: string): Promise<string[]> =>
    found('spread-type', {
      'templates/x.yaml.hbs': configMap(body),
      'values.yaml': 'list: []\nmap: {}\nnone: null\n',
    });
  expect(await says('a: b\n{{spread values.list}}')).toEqual([
    expect.stringContaining(
      'values.list is a list in values.yaml, and its items are added by - {{spread values.list}}',
    ),
  ]);
  expect(await says('a:\n  - b\n  - {{spread values.map}}')).toEqual([
    expect.stringContaining(
      'values.map is a map in values.yaml, and its keys are added by {{spread values.map}} without',
    ),
  ]);
  expect(await says('a:\n  - {{spread values.list}}\n{{spread values.map}}\n{{spread values.none}}')).toEqual([]);
  expect(await says('a: [b, {{spread values.list}}]')).toEqual([]);
});
