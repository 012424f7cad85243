/** A tag that is alone on its line prints nothing and moves nothing, whichever branch runs. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseYaml } from '../../src/yaml/read.ts';
import { chartOf, anyObject, render } from './support.ts';
import { RUNS } from '../support/generation.ts';

/** Lines of a template, and what is left of them without tags. */
type Lines = { readonly template: readonly string[]; readonly text: readonly string[] };

const VALUES = { yes: true, no: false, none: [], one: ['i'], two: ['i', 'j'], map: { k: 'v' } };

const TRUE = ['values.yes', 'values.map', '(eq 1 1)', 'values.one'];
const FALSE = ['values.no', 'values.none', 'values.nothing', '(eq 1 2)'];

const joined = (parts: readonly Lines[]): Lines => ({
  template: parts.flatMap(({ template }) => template),
  text: parts.flatMap(({ text }) => text),
});

type Tree = { lines: Lines; body: Lines };

const tag = (inner: string): string => `{{${inner}}}`;

function tree(
  line: fc.Arbitrary<string>,
  more: (body: fc.Arbitrary<Lines>) => fc.Arbitrary<Lines>[],
): fc.Arbitrary<Lines> {
  return fc.letrec<Tree>((tie) => ({
    lines: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      line.map((text) => ({ template: [text], text: [text] })),
      fc
        .constantFrom('  {{!-- a\n note --}}', '{{! note }}', '{{#if values.yes}}{{/if}} {{!-- a }} note --}}')
        .map(alone),
      ...blocks(tie('body')),
      ...more(tie('body')),
    ),
    body: fc.array(tie('lines'), { maxLength: 3 }).map(joined),
  })).body;
}

/** A line that prints nothing. */
const alone = (line: string): Lines => ({ template: [line], text: [] });

/** Chains of conditions and loops, at any column, sometimes with another block on the lines of their tags. */
function blocks(body: fc.Arbitrary<Lines>): fc.Arbitrary<Lines>[] {
  const indent = fc.integer({ min: 0, max: 6 }).map((count) => ' '.repeat(count));
  const names = fc.constantFrom('if', 'unless', 'with');
  const chain = fc
    .record({
      indent,
      branches: fc.array(fc.tuple(names, fc.boolean(), fc.nat(3), body), { minLength: 1, maxLength: 4 }),
      last: fc.option(body, { nil: undefined }),
      otherwise: fc.constantFrom('else', '^'),
    })
    .map(({ indent: at, branches, last, otherwise }): Lines => {
      const template: string[] = [];
      let text: readonly string[] | undefined;
      for (const [index, [name, holds, which, { template: own, text: left }]] of branches.entries()) {
        const condition = (holds ? TRUE : FALSE)[which] ?? '';
        template.push(at + tag(`${index === 0 ? '#' : 'else '}${name} ${condition}`), ...own);
        if (holds === (name !== 'unless')) text ??= left;
      }
      if (last !== undefined) {
        template.push(at + tag(otherwise), ...last.template);
        text ??= last.text;
      }
      template.push(at + tag(`/${branches[0]?.[0]}`));
      return { template, text: text ?? [] };
    });
  const loop = fc
    .record({
      indent,
      list: fc.constantFrom('none', 'one', 'two', 'map'),
      own: body,
      other: body,
      isChain: fc.boolean(),
    })
    .map(({ indent: at, list, own, other, isChain }): Lines => {
      const text = list === 'none' ? other.text : Object.values(VALUES[list]).flatMap(() => own.text);
      const template = [
        at + tag(isChain ? '#if values.none' : `#each values.${list}`),
        ...(isChain ? [at + tag(`else each values.${list}`)] : []),
        ...own.template,
        at + tag('else'),
        ...other.template,
        at + tag(isChain ? '/if' : '/each'),
      ];
      return { template, text };
    });
  const plain = fc
    .record({ indent, isInverse: fc.boolean(), name: fc.constantFrom('yes', 'no'), own: body, other: body })
    .map(({ indent: at, isInverse, name, own, other }): Lines => ({
      template: [
        `${at}{{${isInverse ? '^' : '#'}values.${name}}}`,
        ...own.template,
        at + tag('else'),
        ...other.template,
        `${at}{{/values.${name}}}`,
      ],
      text: VALUES[name as 'yes'] === !isInverse ? own.text : other.text,
    }));
  const pair = fc
    .record({ indent, outer: fc.boolean(), inner: fc.boolean(), own: body })
    .map(({ indent: at, outer, inner, own }): Lines => ({
      template: [
        `${at}{{#if values.${outer ? 'yes' : 'no'}}}{{#if values.${inner ? 'yes' : 'no'}}}`,
        ...own.template,
        `${at}{{/if}} {{!-- both --}} {{/if}}`,
      ],
      text: outer && inner ? own.text : [],
    }));
  return [chain, loop, plain, pair];
}

const PARTIALS = {
  'templates/_wrap.hbs': '{{> @partial-block}}\n',
  'templates/_items.hbs': '- i\n- j\n',
  'templates/_wrapped.hbs': '{{#if values.yes}}\n{{> items}}\n{{/if}}\n',
  'templates/_none.hbs': '{{#if values.no}}\n- i\n{{/if}}\n',
  'templates/_keys.hbs': 'i: j\n',
  'templates/_branch.hbs': '{{#if values.yes}}\n{{> @partial-block}}\n{{else}}\nnever: z\n{{/if}}\n',
};

/** Blocks of partials and inline partials, which print their lines at the column of their tags. */
function partials(column: string): (body: fc.Arbitrary<Lines>) => fc.Arbitrary<Lines>[] {
  return (body) => [
    fc.tuple(fc.constantFrom('wrap', 'branch', 'absent'), body).map(([name, { template, text }]): Lines => ({
      template: [`${column}{{#> ${name}}}`, ...template, `${column}{{/${name}}}`],
      text,
    })),
    fc.tuple(fc.nat(1e9), body).map(([n, { template, text }]): Lines => ({
      template: [`${column}{{#*inline "i${n}"}}`, ...template, `${column}{{/inline}}`, `${column}{{> i${n}}}`],
      text,
    })),
  ];
}

/** Writes `~` on the left of tags, as those do who come from `{{-`. */
function styled(lines: readonly string[], tildes: readonly string[]): string[] {
  let count = 0;
  return lines.map((line) =>
    line.replaceAll(/\{\{(?=[#/^]|else)(?![#/^]?[>*])/g, (found) => found + (tildes[count++ % tildes.length] ?? '')),
  );
}

const TILDES: readonly (readonly [string, fc.Arbitrary<string[]>])[] = [
  ['plain', fc.constant([''])],
  ['with ~ on the left', fc.constant(['~'])],
  ['with ~ on some', fc.array(fc.constantFrom('', '~'), { minLength: 2, maxLength: 7 })],
];

test('lines with only tags do not change other lines, in block scalars', async () => {
  const line = fc.tuple(fc.nat(4), fc.constantFrom('a', 'b: c', '- d', '')).map(([n, text]) => ' '.repeat(n) + text);
  await fc.assert(
    fc.asyncProperty(
      tree(line, () => []),
      fc.constantFrom('\n', '\r\n'),
      async ({ template, text }, newline) => {
        const notes = ['first', ...template, 'last', ''].join(newline);
        const { notes: printed } = await render(chartOf({ 'templates/NOTES.txt.hbs': notes }, VALUES));
        expect(printed).toBe(['first', ...text, 'last', ''].join(newline));
      },
    ),
    { numRuns: 300 * RUNS },
  );
});

test.each(TILDES)('a document with tags equals the document without them: %s', async (_, tildes) => {
  const line = fc.constantFrom(
    '    - v',
    '    - [a, b]',
    '    - c: d\n      e: f',
    '    - |\n      text\n\n      more',
    '    - v\n\n',
  );
  const newlines = fc.constantFrom('\n', '\r\n');
  await fc.assert(
    fc.asyncProperty(tree(line, partials('    ')), tildes, newlines, async ({ template, text }, all, newline) => {
      const around = (lines: readonly string[]): string =>
        `top:\n  before: "1"\n  list:\n    - first\n${lines.join('\n')}\n    - last\n  after: "2"\nend: "3"`;
      const body = anyObject(around(styled(template, all))).replaceAll('\n', newline);
      const rendered = await render(chartOf({ ...PARTIALS, 'templates/x.yaml.hbs': body }, VALUES));
      expect(rendered.objects[0]?.object).toEqual(parseYaml(anyObject(around(text)), 'wanted'));
    }),
    { numRuns: 150 * RUNS },
  );
});

test.each([
  ['not taken, the line that it began goes on', 'a: {{#if values.no}}\n  k: v\n{{/if}}\nb: c', 'b: c'],
  ['taken', 'a: {{#if values.yes}}\n  k: v\n{{/if}}\nb: c', 'a: {k: v}\nb: c'],
  ['in an item', 'l:\n- {{#if values.no}}\n  k: v\n  {{/if}}\n- b', 'l: [b]'],
  [
    '`~` on the right stands where the tag does',
    'a:\n  {{#if values.yes~}}\n  k: v\n  {{/if}}\nb: c',
    'a: {k: v}\nb: c',
  ],
  ['`~` on the left of the end alone', 'a:\n  {{#if values.yes}}\n  k: v\n  {{~/if}}\nb: c', 'a: {k: v}\nb: c'],
  // What {{spread}} prints is a key without a value: a block behind it that prints nothing is none of it.
  ['below spread', 's:\n  {{spread values.map}}\n{{#if values.no}}\n  z: 1\n{{/if}}', 's: {k: v}'],
  [
    'below spread, with a value in a comment',
    's:\n  j: w\n  {{spread values.map}}\n{{#if values.no}}\n  # a {{values.yes}}\n{{/if}}',
    's: {j: w, k: v}',
  ],
  [
    'below spread, and further in',
    's:\n  j: w\n  {{spread values.map}}\n  {{#if values.no}}\n    z: 1\n  {{/if}}',
    's: {j: w, k: v}',
  ],
  [
    'with a value in a comment beside it',
    'a:\n{{#if values.no}}\n# {{values.yes}}\nb: c\n{{/if}}\nd: e',
    'a: null\nd: e',
  ],
  ['of a partial of items at the column of the key', 'a:\n{{#if values.no}}\n{{> items}}\n{{/if}}\nc: d', 'c: d'],
  ['of a partial in a partial', 'a:\n{{#each values.none}}\n{{> wrapped}}\n{{/each}}\nc: d', 'c: d'],
  ['a partial of items that prints none', 'a:\n{{> none}}\nc: d', 'c: d'],
  ['of a partial of keys is no list', 'a:\n{{#if values.no}}\n{{> keys}}\n{{/if}}\nc: d', 'a: null\nc: d'],
  ['of items, the first from a partial', 'a:\n{{#if values.no}}\n{{> wrap}}\n- b\n{{/if}}\nc: d', 'c: d'],
])('a block that begins after a key: %s', async (_, body, wanted) => {
  const rendered = await render(chartOf({ ...PARTIALS, 'templates/x.yaml.hbs': anyObject(body) }, VALUES));
  expect(rendered.objects[0]?.object).toEqual(parseYaml(anyObject(wanted), 'wanted'));
});
