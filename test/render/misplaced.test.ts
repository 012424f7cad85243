/** Errors of structure have the position of the wrong line, and name the tag that printed it. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { PkgError } from '../../src/errors.ts';
import { errorIfAny } from '../support/errors.ts';
import { RUNS } from '../support/generation.ts';
import { chartOf, render } from './support.ts';

const HEAD = ['apiVersion: v1', 'kind: ConfigMap', 'metadata:', '  name: x', 'data:'];
const VALUES = { yes: true, no: false, n: 5, list: ['a', 'b'], map: { x: '1', y: '2' }, text: 'a: 1\nb: 2' };
const PARTIALS = {
  'templates/_two.hbs': 'p: "1"\nq: "2"\n',
  'templates/_bad.hbs': 'p: "1"\n  q: "2"\n',
};

async function failure(lines: readonly string[]): Promise<PkgError | undefined> {
  const text = `${[...HEAD, ...lines].join('\n')}\n`;
  return await errorIfAny(() => render(chartOf({ ...PARTIALS, 'templates/a.yaml.hbs': text }, VALUES)));
}

/** Each case: the lines below `data:`, which begin at line 6, where the error is, and what its notes and hints say. */
const CASES: readonly (readonly [lines: string[], at: string, says: RegExp])[] = [
  [
    ['  {{#if values.yes}}', '    a: "1"', '  {{/if}}', '  b: "2"'],
    'a.yaml.hbs:7:5',
    /printed by \{\{#if values.yes\}\}/,
  ],
  [['  {{#if values.yes}}  a: "1"{{/if}}', '  b: "2"'], 'a.yaml.hbs:6:23', /printed by \{\{#if values.yes\}\}/],
  [
    ['  {{#if values.no}}', '  a: "1"', '  {{else if values.yes}}', '     a: "2"', '  {{/if}}', '  b: "2"'],
    'a.yaml.hbs:9:6',
    /printed by \{\{else if values.yes\}\}/,
  ],
  [
    ['  a: "1"', '  {{#each values.list}}', '   {{this}}: "1"', '  {{/each}}'],
    'a.yaml.hbs:8:4',
    /by \{\{#each values.list\}\}/,
  ],
  [
    ['  a: "1"', '    {{> two}}', '  b: "2"'],
    '_two.hbs:1:1',
    /in partial two, called at web\/templates\/a.yaml.hbs:7:5/,
  ],
  [['    a: "1"', '  {{> two}}', '    b: "2"'], '_two.hbs:1:1', /in partial two, called at/],
  [['  {{> bad}}', '  b: "2"'], '_bad.hbs:2:3', /in partial bad, called at/],
  [['  a: "1"', '{{{indent 4 values.text}}}', '  b: "2"'], 'a.yaml.hbs:7:1', /pastes text before YAML is read/],
  [['  a: {{values.n~}}', '  b: "2"'], 'a.yaml.hbs:7:4', /take the ~ out of \{\{values.n~\}\}/],
  [['  a: "1"', '  {{~values.n}}: "2"'], 'a.yaml.hbs:7:3', /take the ~ out of \{\{~values.n\}\}/],
  [
    ['  a: "1"', '  {{#each values.list}}', '  - {{this}}', '  {{/each}}'],
    'a.yaml.hbs:8:3',
    /below a key of their own/,
  ],
  [
    ['  - a', '  {{#each values.list}}', '  k{{this}}: b', '  {{/each}}'],
    'a.yaml.hbs:8:3',
    /an item begins with a dash/,
  ],
  [['  a: {{#each values.list}}- {{this}}{{/each}}'], 'a.yaml.hbs:6:27', /each - item on a line below/],
  [['  a: "{{values.n}}', '  b: "2"'], 'a.yaml.hbs:6:6', /close it/],
  // A bracket that is not closed, also behind others, and in a map of several lines.
  [['  a: {k: {{values.n}}', '  b: "2"'], 'a.yaml.hbs:6:6', /write } at the end of the map/],
  [['  a: [{{values.n}}, {k: v}', '  b: "2"'], 'a.yaml.hbs:6:6', /write \] at the end of the list/],
  [['  a: {k: [x, "]"], l: [y', '  b: "2"'], 'a.yaml.hbs:6:23', /write \] at the end of the list/],
  [['  a: {', '    k: v,', '    l: [w],', '  b: "2"'], 'a.yaml.hbs:6:6', /write } at the end of the map/],
  [['  a: "1"', '----', 'apiVersion: v1'], 'a.yaml.hbs:7:1', /write --- alone on its line/],
  [['  a: "1"', '--', 'apiVersion: v1'], 'a.yaml.hbs:7:1', /write --- alone on its line/],
  [['  -{{values.n}}', '  b: "2"'], 'a.yaml.hbs:6:3', /a blank follows the dash/],
  [['  a: "1"', '  b:{{values.n}}', '  c: "2"'], 'a.yaml.hbs:7:3', /a blank follows the colon/],
  [['  a: "1"', '  {{#if values.yes}}', '  b', '  {{/if}}', '  c: "2"'], 'a.yaml.hbs:8:3', /a key ends with a colon/],
  [['  a: {{values.n}}', '    b: "2"'], 'a.yaml.hbs:7:5', /has no value of its own/],
  [['  {{#each values.map}}{{@key}}: "{{this}}" {{/each}}'], 'a.yaml.hbs:6:23', /printed by \{\{#each values.map\}\}/],
];

test.each(CASES)('%j', async (lines, at, says) => {
  const error = await failure(lines);
  expect(`${error?.at?.file}:${error?.at?.line}:${error?.at?.column}`).toBe(`web/templates/${at}`);
  expect([...(error?.notes ?? []), ...(error?.hints ?? [])].join('\n')).toMatch(says);
});

/** Keys and blocks below a map; `moved` is the number of the block whose inside is further in. */
type Item = string | { tags: readonly [string, string]; body: readonly Item[] };

const item: fc.Arbitrary<Item> = fc.letrec<{ item: Item }>((tie) => ({
  item: fc.oneof(
    { depthSize: 'small' },
    fc.constant('key'),
    fc.record({
      tags: fc.constantFrom(
        ['{{#if values.yes}}', '{{/if}}'] as const,
        ['{{#if values.no}}\n{{else if values.yes}}', '{{/if}}'] as const,
        ['{{#unless values.no}}', '{{/unless}}'] as const,
        ['{{#with values.map}}', '{{/with}}'] as const,
      ),
      body: fc.array(tie('item'), { minLength: 1, maxLength: 3 }),
    }),
  ),
})).item;

test('a wrong indentation inside a block is reported there, not at the key after it', async () => {
  let found = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.array(item, { minLength: 2, maxLength: 5 }),
      fc.nat(),
      fc.constantFrom(1, 2, 4),
      async (items, which, by) => {
        const lines: string[] = [];
        const blocks: { first: number; last: number }[] = [];
        let count = 0;
        const total = JSON.stringify(items).split('"body"').length - 1;
        fc.pre(total > 0);
        const plain: number[] = [];
        const write = (all: readonly Item[], indent: number): void => {
          for (const one of all) {
            if (typeof one === 'string') {
              if (all === items) plain.push(lines.length);
              lines.push(`${' '.repeat(indent)}k${lines.length}: "1"`);
            } else {
              const isMoved = count++ === which % total;
              lines.push(...one.tags[0].split('\n').map((tag) => `  ${tag}`));
              const first = lines.length;
              write(one.body, isMoved ? indent + by : indent);
              if (isMoved) blocks.push({ first, last: lines.length - 1 });
              lines.push(`  ${one.tags[1]}`);
            }
          }
        };
        write(items, 2);
        const error = await failure(lines);
        // A block whose lines are all that there are may stand as far in as it likes.
        if (error === undefined) return;
        found++;
        const told = /is at .*:(\d+):\d+$/m.exec(error.notes.join('\n'))?.[1];
        const isMoved = [error.at?.line, told].some((line) => {
          const index = Number(line) - HEAD.length - 1;
          return blocks.some(({ first, last }) => index >= first && index <= last);
        });
        // Two blocks that do not fit to each other are both named; a key outside of blocks is never the one at fault.
        expect(isMoved).toBe(true);
        expect(plain).not.toContain((error.at?.line ?? 0) - HEAD.length - 1);
        expect(error.notes.join('\n')).toMatch(/this line is printed by \{\{(?:#|else)/);
      },
    ),
    { numRuns: 100 * RUNS },
  );
  expect(found).toBeGreaterThan(20);
});
