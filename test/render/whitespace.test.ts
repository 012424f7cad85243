/** A tag that stands alone on its line prints nothing and moves nothing, whichever branch runs. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseYaml } from '../../src/yaml/read.ts';
import { chartOf, anyObject, render } from './support.ts';
import { RUNS } from '../support/generation.ts';

/** Lines of a template, and what is left of them without tags. */
type Lines = { readonly template: readonly string[]; readonly text: readonly string[] };

/** How tags are written: `~` on the left, as those write it who come from `{{-`. */
type Style = { tag: (inner: string) => string };

const VALUES = { yes: true, no: false, none: [], one: ['i'], two: ['i', 'j'], map: { k: 'v' } };

const TRUE = ['values.yes', 'values.map', '(eq 1 1)', 'values.one'];
const FALSE = ['values.no', 'values.none', 'values.nothing', '(eq 1 2)'];

const joined = (parts: readonly Lines[]): Lines => ({
  template: parts.flatMap(({ template }) => template),
  text: parts.flatMap(({ text }) => text),
});

type Tree = { lines: Lines; body: Lines };

function tree(style: Style, line: fc.Arbitrary<string>): fc.Arbitrary<Lines> {
  const { tag } = style;
  return fc.letrec<Tree>((tie) => ({
    lines: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      line.map((text) => ({ template: [text], text: [text] })),
      fc.constant({ template: ['  {{!-- a\n note --}}'], text: [] }),
      block(tag, tie('body')),
    ),
    body: fc.array(tie('lines'), { maxLength: 3 }).map(joined),
  })).body;
}

/** A chain of conditions or a loop, at any column, sometimes with another block on the lines of its tags. */
function block(tag: (inner: string) => string, body: fc.Arbitrary<Lines>): fc.Arbitrary<Lines> {
  const indent = fc.integer({ min: 0, max: 6 }).map((count) => ' '.repeat(count));
  const chain = fc
    .record({
      indent,
      branches: fc.array(fc.tuple(fc.boolean(), fc.nat(3), body), { minLength: 1, maxLength: 4 }),
      last: fc.option(body, { nil: undefined }),
      name: fc.constantFrom('if', 'unless'),
    })
    .map(({ indent: at, branches, last, name }): Lines => {
      const template: string[] = [];
      let text: readonly string[] | undefined;
      for (const [index, [holds, which, { template: own, text: left }]] of branches.entries()) {
        const condition = (holds ? TRUE : FALSE)[which] ?? '';
        const isIf = index > 0 || name === 'if';
        template.push(at + tag(index === 0 ? `#${name} ${condition}` : `else if ${condition}`), ...own);
        if (holds === isIf) text ??= left;
      }
      if (last !== undefined) {
        template.push(at + tag('else'), ...last.template);
        text ??= last.text;
      }
      template.push(at + tag(`/${name}`));
      return { template, text: text ?? [] };
    });
  const loop = fc
    .record({ indent, list: fc.constantFrom('none', 'one', 'two'), own: body, other: body })
    .map(({ indent: at, list, own, other }): Lines => {
      const text = list === 'none' ? other.text : VALUES[list as 'one'].flatMap(() => own.text);
      return {
        template: [
          at + tag(`#each values.${list}`),
          ...own.template,
          at + tag('else'),
          ...other.template,
          at + tag('/each'),
        ],
        text,
      };
    });
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
  return fc.oneof(chain, loop, pair);
}

const plain: Style = { tag: (inner) => `{{${inner}}}` };
const goLike: Style = { tag: (inner) => `{{~${inner}}}` };

test('lines of tags leave the other lines as they are, in texts', async () => {
  const line = fc.tuple(fc.nat(4), fc.constantFrom('a', 'b: c', '- d', '')).map(([n, text]) => ' '.repeat(n) + text);
  await fc.assert(
    fc.asyncProperty(tree(plain, line), fc.constantFrom('\n', '\r\n'), async ({ template, text }, newline) => {
      const notes = ['first', ...template, 'last', ''].join(newline);
      const { notes: printed } = await render(chartOf({ 'templates/NOTES.txt.hbs': notes }, VALUES));
      expect(printed).toBe(['first', ...text, 'last', ''].join(newline));
    }),
    { numRuns: 300 * RUNS },
  );
});

test.each([
  ['plain', plain],
  ['with ~ on the left', goLike],
])('a document with tags is the document without them: %s', async (_, style) => {
  const line = fc.constantFrom('v', '[a, b]', '{c: d}');
  await fc.assert(
    fc.asyncProperty(tree(style, line), async ({ template, text }) => {
      const list = (lines: readonly string[]): string =>
        lines.map((one) => (/\{\{| note --/.test(one) ? one : `    - ${one}`)).join('\n');
      const body = `top:\n  before: "1"\n  list:\n    - first\n${list(template)}\n    - last\n  after: "2"\nend: "3"`;
      const wanted = `top:\n  before: "1"\n  list:\n    - first\n${list(text)}\n    - last\n  after: "2"\nend: "3"`;
      const rendered = await render(chartOf({ 'templates/x.yaml.hbs': anyObject(body) }, VALUES));
      expect(rendered.objects[0]?.object).toEqual(parseYaml(anyObject(wanted), 'wanted'));
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
])('a block that begins behind a key: %s', async (_, body, wanted) => {
  const rendered = await render(chartOf({ 'templates/x.yaml.hbs': anyObject(body) }, VALUES));
  expect(rendered.objects[0]?.object).toEqual(parseYaml(anyObject(wanted), 'wanted'));
});
