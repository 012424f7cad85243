/** Lint rules about the keys of random values in native templates. */
import { expect, test } from 'vitest';
import { configMap } from '../support.ts';
import { lint } from './support.ts';

async function findings(files: Record<string, string>): Promise<string[]> {
  const messages = await lint({ 'values.yaml': 'users: [ann, bob]\nname: x\n', ...files });
  return messages
    .filter(({ rule }) => rule.startsWith('random-'))
    .map(({ rule, path, at }) => `${rule} ${path}:${at?.line ?? ''}:${at?.column ?? ''}`);
}

test.each([
  ['"p"', true],
  ['values.name', true],
  ['(printf "p-%s" release.name)', true],
  ['(printf "p-%s" this)', false],
  ['(printf "p-%d" @index)', false],
  ['this', false],
])('key=%s in a loop', async (key, isShared) => {
  const body = `{{#each values.users}}\n{{this}}: {{randAlphaNum 16 key=${key}}}\n{{/each}}`;
  const found = await findings({ 'templates/x.yaml.hbs': configMap(body) });
  expect(found).toEqual(isShared ? [expect.stringMatching(/^random-shared-key templates\/x.yaml.hbs:\d+:\d+$/)] : []);
});

test('a key outside of loops, and one CA for all turns, are not reported', async () => {
  expect(await findings({ 'templates/x.yaml.hbs': configMap('a: {{randAlphaNum 16 key="p"}}') })).toEqual([]);
  const certificates =
    '{{#each values.users}}\n{{this}}: {{toJson (genSignedCert this (list) (list) 9 (genCA "ca" 9 key="ca"))}}\n{{/each}}';
  expect(await findings({ 'templates/x.yaml.hbs': configMap(certificates) })).toEqual([]);
});

test('a value without a field and a key is reported', async () => {
  const notes = 'password: {{randAlphaNum 16}}\n';
  expect(await findings({ 'templates/NOTES.txt.hbs': notes })).toEqual(['random-unkeyed templates/NOTES.txt.hbs:1:11']);
  const named = 'password: {{randAlphaNum 16 key="shown"}}\n';
  expect(await findings({ 'templates/NOTES.txt.hbs': named })).toEqual([]);
  const condition = '{{#if (eq (randAlphaNum 8) "x")}}\na: "1"\n{{/if}}\nb: "2"';
  expect(await findings({ 'templates/x.yaml.hbs': configMap(condition) })).toEqual([
    expect.stringMatching(/^random-unkeyed templates\/x.yaml.hbs:\d+:\d+$/),
  ]);
  expect(await findings({ 'templates/x.yaml.hbs': configMap('a: {{sha256sum (randAlphaNum 8)}}') })).toEqual([]);
  // In a partial, and in an inline partial, it is the line of the call there.
  const asks = '{{#if (eq (include "p") "x")}}\na: "1"\n{{/if}}\nb: "2"';
  expect(
    await findings({ 'templates/x.yaml.hbs': configMap(asks), 'templates/_p.hbs': '\nx-{{randAlphaNum 8}}\n' }),
  ).toEqual(['random-unkeyed templates/_p.hbs:2:3']);
  const inline = '{{#*inline "p"}}\n{{randAlphaNum 8}}\n{{/inline}}\n{{#*inline "q"}}{{randAlphaNum 8}}{{/inline}}\n';
  expect(await findings({ 'templates/x.yaml.hbs': configMap(asks), 'templates/_n.hbs': inline })).toEqual([
    'random-unkeyed templates/_n.hbs:2:1',
  ]);
});

test.each([
  // What the field holds, and what is reported of it: the rules, and where.
  ['all: |\n  {{#each values.users}}\n  {{this}}={{randAlphaNum 16}}\n  {{/each}}', ['random-order 8:14']],
  ['all: "{{randAlphaNum 16}}:{{randAlphaNum 16}}"', ['random-order 6:9', 'random-order 6:29']],
  ['all: "{{randAlphaNum 16}}:{{randAlpha 16}}"', []],
  ['all: |\n  {{#each values.users}}\n  {{this}}={{randAlphaNum 16 key=this}}\n  {{/each}}', []],
  ['all: |\n  {{#each values.users}}\n  {{htpasswd this this}}\n  {{/each}}', []],
  ['{{#each values.users}}\n{{this}}: {{randAlphaNum 16}}\n{{/each}}', []],
  ['{{#with (randAlphaNum 16) as |p|}}\na: {{p}}\nb: {{bcrypt p}}\n{{/with}}', []],
  ['a: {{bcrypt (randAlphaNum 16)}}', ['random-lost 6:15']],
  ['a: {{randAlphaNum 16}}\nb: {{bcrypt (randAlphaNum 16 key="p")}}', ['random-lost 7:15']],
  ['a: {{randAlphaNum 16 key="p"}}\nb: {{bcrypt (randAlphaNum 16 key="p")}}', []],
  ['a: {{sha256sum (randAlphaNum 16)}}', []],
])('values that are found by their order, or that nobody can know: %s', async (data, expected) => {
  const found = await findings({ 'templates/x.yaml.hbs': configMap(data) });
  expect(found.map((one) => one.replace(' templates/x.yaml.hbs:', ' '))).toEqual(expected);
});
