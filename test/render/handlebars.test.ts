/**
 * The language agrees with Handlebars' own runtime wherever docs/templates.md does not say otherwise. What white space
 * means is ours: Handlebars gets the trees of our own parser, and whitespace.test.ts tests these.
 */
import fc from 'fast-check';
import Handlebars from 'handlebars';
import { expect, test } from 'vitest';
import { parseTemplate } from '../../src/render/handlebars/parse.ts';
import { fromPlain } from '../../src/yaml/value.ts';
import type { JsonObject } from '../../src/yaml/value.ts';
import { chartOf, render } from './support.ts';
import { RUNS } from '../support/generation.ts';

/** Data without what is meant to differ: empty maps are false here, null and lists print in another way. */
const DATA: JsonObject = {
  a: 'A',
  b: 'B c',
  zero: 0,
  one: 1,
  yes: true,
  no: false,
  empty: '',
  none: [],
  list: ['p', 'q', 'r'],
  map: { k1: 'v1', k2: 'v2', inner: { deep: 'D' } },
  items: [
    { name: 'n1', tags: ['x', 'y'] },
    { name: 'n2', tags: [] },
    { name: 'n3', a: 'own', tags: ['z'] },
  ],
};

type Parts = { template: string; statement: string; path: string; condition: string };

const grammar = fc.letrec<Parts>((tie) => ({
  template: fc.array(tie('statement'), { minLength: 1, maxLength: 5 }).map((parts) => parts.join('')),
  path: fc.constantFrom(
    'a',
    'b',
    'zero',
    'one',
    'yes',
    'map.k1',
    'map.inner.deep',
    'this.a',
    './b',
    '@root.a',
    'list.[0]',
    'list.length',
    'b.length',
    'items.0.name',
    '[a]',
    'map.[k2]',
  ),
  // Conditions. Texts in quotes are none: `{{#if "s"}}` is an error here.
  condition: fc.constantFrom(
    'a',
    'zero',
    'one',
    'yes',
    'no',
    'empty',
    'none',
    'list',
    'map',
    'items',
    'missing',
    'missing.deep',
    '(lookup map "k1")',
    '(lookup map "k3")',
    'true',
    'false',
    '0',
    '7',
    'map.inner',
    'null',
    'undefined',
  ),
  statement: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.constantFrom(
      't',
      ' ',
      '\n',
      '  \n',
      '\\{{raw}}',
      '{{!-- note --}}',
      '{{! note }}\n',
      '\n  {{!-- alone --}}  \n',
      '{{{{raw}}}} {{x}} {{{{/raw}}}}',
    ),
    tie('path').map((path) => `{{${path}}}`),
    tie('path').map((path) => `{{~${path}~}}`),
    fc.constantFrom('{{{a}}}', '{{{map.k1}}}', '{{&b}}', '{{~{a}~}}'),
    fc
      .tuple(fc.constantFrom('if', 'unless'), tie('condition'), tie('template'), tie('template'))
      .map(([name, arg, yes, no]) => `{{#${name} ${arg}}}${yes}{{else}}${no}{{/${name}}}`),
    fc.tuple(tie('condition'), tie('template')).map(([arg, body]) => `\n  {{#if ${arg}}}\n${body}\n  {{/if}}\n`),
    fc
      .tuple(tie('condition'), tie('condition'), tie('template'), tie('template'))
      .map(([x, y, p, q]) => `{{#if ${x}}}${p}{{else if ${y}}}${q}{{else}}E{{/if}}`),
    fc.tuple(tie('condition')).map(([x]) => `{{#if ${x} includeZero=true}}Z{{/if}}`),
    fc.constantFrom(
      '{{#each list}}{{this}}{{@index}}{{#unless @last}},{{/unless}}{{/each}}',
      '{{#each map}}{{@key}}={{@index}}{{@first}};{{/each}}',
      '{{#each items}}{{name}}{{#each tags}}{{this}}{{../name}}{{@../index}}{{@index}}{{/each}}{{/each}}',
      '{{#each items as |item i|}}{{item.name}}{{i}}{{/each}}',
      '{{#each none}}x{{else}}none{{/each}}',
      '{{#each missing}}x{{else}}none{{/each}}',
      '{{#with map.inner}}{{deep}}{{../a}}{{/with}}',
      '{{#with missing}}x{{else}}no{{/with}}',
      '{{#with map as |m|}}{{m.k1}}{{k2}}{{/with}}',
      '{{#list}}{{.}}-{{/list}}',
      '{{#map}}{{k1}}{{/map}}',
      '{{^no}}neg{{/no}}',
      '{{#yes}}pos{{a}}{{/yes}}',
      '{{#none}}x{{^}}inv{{/none}}',
      '{{lookup map "k1"}}',
      '{{lookup list 1}}',
      '{{#each list}}{{lookup ../items @index}}{{/each}}'.replace('lookup ../items @index', 'lookup ../list @index'),
    ),
    fc.constantFrom(
      '{{> plain}}',
      '{{> named x="X"}}',
      '  {{> plain}}\n',
      '{{#> block}}inner {{a}}{{/block}}',
      '{{#> absent}}fallback {{a}}{{/absent}}',
      '{{> plain map.inner}}',
      '{{#*inline "in"}}IN {{b}}{{/inline}}{{> in}}',
      '{{#each items}}{{> item}}{{/each}}',
      '\n   {{> lines}}\nend',
      '{{> (lookup this "dyn")}}'.replace('(lookup this "dyn")', '(lookup names 0)'),
    ),
  ),
}));

const PARTIALS: Record<string, string> = {
  plain: 'PLAIN\n',
  named: '[{{x}}]\n',
  block: '<{{> @partial-block}}>\n',
  item: '({{name}}{{@index}})\n',
  lines: 'l1\nl2\n\nl3\n',
};

function compile(oracle: typeof Handlebars, source: string): Handlebars.TemplateDelegate {
  const { program } = parseTemplate(source, 'x', 'x');
  return oracle.compile(program, { ignoreStandalone: true });
}

test('generated templates print what Handlebars prints', async () => {
  const data = { ...DATA, names: ['plain'] };
  const oracle = Handlebars.create();
  oracle.registerHelper('raw', function (this: unknown, options: Handlebars.HelperOptions) {
    return options.fn(this);
  });
  for (const [name, source] of Object.entries(PARTIALS)) oracle.registerPartial(name, compile(oracle, source));
  const partials = Object.fromEntries(
    Object.entries(PARTIALS).map(([name, source]) => [`templates/_${name}.hbs`, source]),
  );
  await fc.assert(
    fc.asyncProperty(grammar.template, async (body) => {
      let expected: string;
      try {
        expected = compile(oracle, body)(data);
      } catch {
        fc.pre(false);
        return;
      }
      const notes = `{{#with values.data}}${body}{{/with}}`;
      fc.pre(!/^\s*\n|\n\s*$/.test(body));
      const chart = chartOf({ ...partials, 'templates/NOTES.txt.hbs': notes });
      // @root is the whole context here, so its data stands there too.
      const rendered = await render(chart, { userValues: new Map([['data', fromPlain(data)]]) }).catch(
        (error: unknown) => {
          // A missing name is an error, where Handlebars prints nothing.
          if ((error as { code?: string }).code === 'PKG_TEMPLATE_NAME_MISSING') return undefined;
          throw error;
        },
      );
      fc.pre(rendered !== undefined);
      expect(rendered?.notes).toBe(compile(oracle, notes)({ values: { data } }));
      expect(expected).toBeTypeOf('string');
    }),
    { numRuns: 400 * RUNS },
  );
});
