/** Every branch of a native template is checked, whichever the values take. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { anyObject } from '../support.ts';
import { RUNS } from '../../support/generation.ts';
import { lint } from './support.ts';

const VALUES = 'yes1: true\nno1: false\nnone: []\nlabels: {a: b}\ntext: t\n';

async function errorsOf(body: string, more: Record<string, string> = {}): Promise<string[]> {
  const messages = await lint({ 'values.yaml': VALUES, 'templates/x.yaml.hbs': anyObject(body), ...more });
  return messages
    .filter(({ severity, rule }) => severity === 'error' || rule === 'branch-unreachable')
    .map(({ message, at }) => `${at?.line}:${at?.column} ${message}`);
}

test.each([
  ['a helper', '{{nohelper values.text}}', 'there is no helper nohelper'],
  ['a count of arguments', '{{trunc values.text}}', 'trunc takes 2 arguments, not 1'],
  ['a partial', '{{> nothing}}', 'there is no partial nothing'],
  ['a name', '{{vals.text}}', 'vals is not defined'],
  ['a field', '{{release.nam}}', 'release.nam is not defined'],
  ['a value', '{{values.txt}}', 'values.txt is not declared in values.yaml'],
  ['a name in a condition', '{{#if vals.text}}x{{/if}}', 'vals is not defined'],
  ['a value in a condition', '{{#if values.txt}}x{{/if}}', 'values.txt is not declared in values.yaml'],
  ['a loop over a text', '{{#each "text"}}x{{/each}}', '#each goes through a list or a map, and this is a text'],
  ['a literal', 'no', 'no is a boolean to some readers of YAML and a text to others'],
  ['a structure', '[a', 'the [ that opens here is not closed'],
])('%s is checked in each branch', async (_, value, message) => {
  for (const block of [
    `{{#if values.no1}}\nk: ${value}\n{{/if}}`,
    `{{#if values.yes1}}\nk: "1"\n{{else}}\nk: ${value}\n{{/if}}`,
    `{{#if values.yes1}}\nk: "1"\n{{else if values.labels}}\nk: ${value}\n{{else}}\nk: "2"\n{{/if}}`,
    `{{#each values.none}}\nk: ${value}\n{{/each}}`,
    `{{#each values.labels}}\nk: "1"\n{{else}}\nk: ${value}\n{{/each}}`,
    `{{#with values.none}}\nk: ${value}\n{{/with}}`,
  ]) {
    // In a loop a bare name may be a field of the item.
    if (/each values\.none|with values/.test(block) && /\bvals\b/.test(value)) continue;
    const errors = await errorsOf(block);
    expect(errors.join('\n'), block).toContain(message);
  }
});

test('a branch that changes the structure of the following lines is reported', async () => {
  expect(await errorsOf('a: "1"\n{{#if values.no1}}\n  b: "2"\n{{/if}}\nc: "3"')).toEqual([
    expect.stringMatching(/^8:5 this line is indented by 4, below one that is indented by 2/),
  ]);
});

test('fail may stand wherever a branch stops the render', async () => {
  for (const body of [
    '{{#if values.yes1}}\na: "1"\n{{else}}\n{{fail "no"}}\n{{/if}}',
    'a: "1"\n{{#if values.no1}}\n  {{fail "no"}}\n{{else if values.none}}\nb: "2"\n{{/if}}\nc: "3"',
    'k:\n{{#each values.labels}}\n- a\n{{else}}\n{{fail "no"}}\n{{/each}}',
  ]) {
    expect(await errorsOf(body), body).toEqual([]);
  }
});

test('problems of only some combinations of branches are not reported', async () => {
  for (const body of [
    '{{#if values.yes1}}\na: "1"\n{{/if}}\n{{#unless values.yes1}}\na: "2"\n{{/unless}}',
    '{{#if (eq values.text "x")}}\na: "1"\n{{/if}}\n{{#if (eq values.text "t")}}\na: "2"\n{{/if}}',
    'k:\n  {{#if values.none}}\n  - a\n  {{/if}}\n  {{#if values.labels}}\n  b: "1"\n  {{/if}}',
    '{{#if values.yes1}}\nk:\n{{/if}}\n{{#if values.yes1}}\n  a: "1"\n{{/if}}',
  ]) {
    expect(await errorsOf(body), body).toEqual([]);
  }
});

test('unreachable branches are reported', async () => {
  for (const body of [
    '{{#if values.yes1}}\na: "1"\n{{else if values.yes1}}\na: "2"\n{{/if}}',
    '{{#if values.yes1}}\n{{#unless values.yes1}}\na: "2"\n{{/unless}}\n{{/if}}',
    '{{#if true}}\na: "1"\n{{else}}\na: "2"\n{{/if}}',
  ]) {
    expect((await errorsOf(body)).join('\n'), body).toContain('a branch is never taken');
  }
});

test('generated documents with blocks around their keys are clean', async () => {
  const key = fc.integer({ min: 0, max: 3 }).map((depth) => '  '.repeat(depth));
  const block = fc.constantFrom(
    'if values.yes1',
    'if values.no1',
    'unless values.text',
    'each values.none',
    'with values.labels',
  );
  const body = fc.array(fc.tuple(fc.option(block, { nil: undefined }), key), { minLength: 1, maxLength: 6 });
  await fc.assert(
    fc.asyncProperty(body, async (parts) => {
      const lines = parts.flatMap(([open, indent], index) => {
        const text = [`k${index}:`, `  in: [{{values.text}}]`];
        if (open === undefined) return text;
        const name = open.split(' ')[0] ?? '';
        return [`${indent}{{#${open}}}`, ...text, `${indent}{{else}}`, `e${index}: "1"`, `${indent}{{/${name}}}`];
      });
      // Labels and data are texts: here only structure is judged.
      const all = await lint({
        'values.yaml': VALUES,
        'templates/x.yaml.hbs': `apiVersion: example.com/v1\nkind: Thing\nmetadata:\n  name: x\nspec:\n${lines.map((line) => `  ${line}`).join('\n')}\n`,
      });
      expect(all.filter(({ severity }) => severity === 'error')).toEqual([]);
    }),
    { numRuns: 40 * RUNS },
  );
});

test('what a partial prints around the block of its calls is not known to lack anything', async () => {
  const head = 'apiVersion: v1\nkind: Pod\nmetadata: {name: x}\nspec:\n';
  const required = (body: string): Promise<string[]> =>
    lint({ 'templates/_pod.hbs': `${head}${body}\n` }).then((messages) =>
      messages.flatMap(({ rule, message }) => (rule === 'object-required' ? [message] : [])),
    );
  expect(await required('  {{> @partial-block}}')).toEqual([]);
  expect(await required('  hostNetwork: true')).toEqual([expect.stringContaining('spec has no containers')]);
});
