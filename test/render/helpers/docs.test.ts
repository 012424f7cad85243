/** docs/helpers.md describes all helpers and blocks, and its examples have the stated results. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { builtinBlocks } from '../../../src/render/handlebars/blocks.ts';
import { EXAMPLES } from '../../../src/render/handlebars/helpers/examples.ts';
import { helperNames } from '../../../src/render/handlebars/helpers/index.ts';
import { parseYaml } from '../../../src/yaml/read.ts';
import { isMap, toPlain } from '../../../src/yaml/value.ts';
import { anyObject, chartOf, render } from '../support.ts';

const page: string = readFileSync(new URL('../../../docs/helpers.md', import.meta.url), 'utf8');
const rows: { name: string; example: string; result: string }[] = page
  .split('\n')
  .filter((line) => line.startsWith('| `'))
  .map((line) => {
    const [, name = '', , example = '', result = ''] = line.split(/(?<!\\)\|/);
    const code = (cell: string): string => cell.trim().replaceAll('\\|', '|').replaceAll(/^`|`$/g, '');
    return { name: code(name), example: code(example), result: code(result) };
  });
const files = new Map(
  Array.from(page.matchAll(/<!-- file: (\S+) -->\n\n```\w+\n([\s\S]*?)```/g), ([, name = '', text = '']) => [
    name,
    text,
  ]),
);

/** What are not helpers but forms of the language. */
const FORMS: readonly string[] = ['include', 'partial', 'tpl', 'goTpl', 'optional', 'spread'];

test('docs/helpers.md lists all helpers, once', () => {
  const names = [...new Set([...helperNames(), ...builtinBlocks.keys(), ...FORMS])];
  expect(rows.map(({ name }) => name).toSorted()).toEqual(names.toSorted());
});

test('the hint for a wrong call of a helper is the example of docs/helpers.md', () => {
  const forms = ['optional', 'spread'];
  const called = rows.filter(({ name }) => !builtinBlocks.has(name) && !forms.includes(name));
  expect(EXAMPLES).toEqual(Object.fromEntries(called.map(({ name, example }) => [name, example])));
});

/** Texts in which `…` stands for anything. */
function withEllipses(expected: unknown): unknown {
  if (Array.isArray(expected)) return expected.map(withEllipses);
  if (typeof expected === 'object' && expected !== null)
    return Object.fromEntries(Object.entries(expected).map(([key, value]) => [key, withEllipses(value)]));
  if (typeof expected !== 'string' || !expected.includes('…')) return expected;
  const parts = expected.split('…').map((part) => part.replaceAll(/[$()*+.?[\\\]^{|}]/g, '\\$&'));
  return expect.stringMatching(new RegExp(`^${parts.join('[^]+')}$`));
}

test.each(rows)('docs/helpers.md: $example gives $result', async ({ name, example, result }) => {
  expect(example).toMatch(new RegExp(`\\b${name}\\b`));
  const values = parseYaml(files.get('values.yaml') ?? '', 'values.yaml');
  if (!isMap(values)) throw new Error('no values');
  const partial = (files.get('templates/_fullname.hbs') ?? '').trimEnd();
  const templates = { 'templates/_fullname.hbs': partial, 'templates/x.yaml.hbs': anyObject(`x: ${example}`) };
  const { objects } = await render(chartOf(templates, values));
  const data = toPlain(objects[0]?.object?.get('data') ?? new Map());
  expect(data).toEqual(result === '—' ? {} : { x: withEllipses(JSON.parse(result)) });
});
