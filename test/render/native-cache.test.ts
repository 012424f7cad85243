/** The cache of native templates between runs changes neither the output nor the errors. */
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, expect, test } from 'vitest';
import { PkgError } from '../../src/errors.ts';
import { decodeAst, encodeAst } from '../../src/render/handlebars/ast-codec.ts';
import { parseTemplate } from '../../src/render/handlebars/parse.ts';
import { Slots } from '../../src/render/handlebars/output.ts';
import type { SlotKind } from '../../src/render/handlebars/markers.ts';
import { composeDocument } from '../../src/render/handlebars/compose.ts';
import { ComposeError } from '../../src/render/handlebars/compose-errors.ts';
import type { Node } from '../../src/render/handlebars/structure.ts';
import { decodeNodes, encodeNodes } from '../../src/render/handlebars/structure-codec.ts';
import { NameTable } from '../../src/render/template-cache.ts';
import { cacheIn, writeRunCache } from '../../src/run-cache.ts';
import type { JsonObject } from '../../src/yaml/value.ts';
import { temporaryFolder, writeFiles } from '../chart/support.ts';
import { pkg } from '../support/pkg.ts';
import { RUNS } from '../support/generation.ts';
import { chartOf, render } from './support.ts';

afterEach(() => {
  writeRunCache();
  cacheIn('');
});

/** A chart whose templates are too small is not cached. */
const FILLER = `{{!-- ${'x'.repeat(10_000)} --}}\n`;

const HEAD = 'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: {{release.name}}\n';
/** Of a kind of which nothing is known: its fields may hold numbers. */
const OTHER = 'apiVersion: example.com/v1\nkind: Thing\nmetadata:\n  name: {{release.name}}-thing\n';

/** Lines below `data:`, or at the left edge where they say so. */
const LINES = [
  '  a: b\n',
  '  a: {{values.a}}\n',
  '  text: x-{{values.a}}-{{values.number}}\n',
  "  \"quoted {{values.a}}\": 'it''s'\n",
  '  number: 1\n  float: 1.50\n  big: 12345678901234567890\n  minus: -0\n  yes: true\n  none: null\n',
  '  block: |\n    one\n     {{values.a}}\n    three\n',
  '  {{#if values.flag}}\n  flag: {{values.flag}}\n  {{else if values.a}}\n  no: flag\n  {{else}}\n  nothing: ""\n  {{/if}}\n',
  '  {{#each values.list}}\n  k{{@index}}: {{this}}\n  {{/each}}\n',
  '  {{#each values.map as |value key|}}\n  {{key}}: [{{value}}, "{{value}}"]\n  {{/each}}\n',
  '  opt: {{optional values.empty}}\n',
  '  {{spread values.map}}\n',
  '  partial:\n    {{> p}}\n',
  '  wrapped:\n    {{#> wrap}}\n    inner: {{values.a}}\n    {{/wrap}}\n',
  '  own: {{> p context=values.map}}\n',
  '  {{!-- a note --}}\n',
  '  literal: \\{{ values.a }}\n',
  '  helper: {{default "x" values.missing}} {{~upper values.a~}} !\n',
  '  json: {{toJson values.map}}\n',
  '  tpl: {{tpl "{{values.a}}"}}\n',
  '  gone:\n    {{#each values.none}}\n    - {{this}}\n    {{/each}}\n',
  '  lookup: {{values.map.[k]}} {{lookup values.map "k"}} {{@root.values.a}}\n',
  'anchored: &a {x: 1}\nmerged:\n  <<: *a\n  y: {{values.a}}\n',
  '---\napiVersion: v1\nkind: Secret\nmetadata: {name: s}\nstringData:\n  a: {{values.number}}\n',
];

/** Each must give the same error at the same position. */
const FAULTS = [
  '  missing: {{values.nothing}}\n',
  '  fault: {{values.a}} {{chart.nothing}}\n',
  '  fault: {{> nothing}}\n',
  '  fault: {{nothing 1}}\n',
  '  fault: "{{values.map}}"\n',
  ' bad: indentation\n',
  '  a: again\n',
  '  {{values.a}}\n',
];

const VALUES: readonly JsonObject[] = [
  { a: 'A', number: 3, flag: true, empty: {}, list: ['x', 'y'], none: [], map: { k: 'v', k2: 'w' } },
  { a: 'B: c', number: 1.5, flag: false, empty: { e: 1 }, list: [], none: ['n'], map: { k: 'ü – ✓' } },
];

const PARTIALS = {
  'templates/_p.hbs': `${FILLER}one: {{release.name}}\ntwo: 2\n{{#*inline "inside"}}x{{/inline}}`,
  'templates/_wrap.hbs': 'before: 1\n{{> @partial-block}}\n',
};

type Outcome = { objects: unknown[]; notes: string } | { faults: unknown[] };

/** What a chart renders to, with the places of all its fields; or what is wrong with it. */
async function outcome(templates: Record<string, string>, values: JsonObject): Promise<Outcome> {
  try {
    const { objects, notes } = await render(chartOf({ ...PARTIALS, ...templates }, values));
    const described = objects.map((object) => {
      const fields = ['kind', 'metadata', 'data', 'merged', 'stringData'];
      const inData = ['a', 'text', 'partial', 'flag', 'k0', 'k', 'block'].map((key) => object.trace(['data', key]));
      return [object.source, object.text, object.object, fields.map((field) => object.trace([field])), inData];
    });
    return { objects: described, notes };
  } catch (error) {
    if (!(error instanceof PkgError)) throw error;
    const all = [error, ...('errors' in error ? (error.errors as PkgError[]) : [])];
    return { faults: all.map(({ code, message, at, hints, notes }) => ({ code, message, at, hints, notes })) };
  }
}

/** The same with caches that an earlier render may have written. */
async function cachedOutcome(folder: string, ...input: Parameters<typeof outcome>): Promise<Outcome> {
  cacheIn(folder);
  try {
    return await outcome(...input);
  } finally {
    writeRunCache();
    cacheIn('');
  }
}

const template = fc
  .tuple(
    fc.constantFrom(HEAD, OTHER),
    fc.array(
      fc.oneof(
        { weight: 30, arbitrary: fc.constantFrom(...LINES) },
        { weight: 1, arbitrary: fc.constantFrom(...FAULTS) },
      ),
      { minLength: 1, maxLength: 6 },
    ),
  )
  .map(([head, lines]) => `${head}data:\n${lines.join('')}`);

test('charts render to the same objects, and to the same errors', async () => {
  await fc.assert(
    fc.asyncProperty(template, template, fc.nat(1), fc.nat(1), async (one, two, first, second) => {
      const folder = temporaryFolder();
      const [before, after] = [VALUES[first] ?? {}, VALUES[second] ?? {}];
      const chart = { 'templates/one.yaml.hbs': one, 'templates/two.yaml.hbs': two };
      // Each template by itself, since one that fails hides the other.
      const alone = { 'templates/one.yaml.hbs': one, 'templates/two.yaml.hbs': '' };
      await cachedOutcome(folder, chart, before);
      expect(await cachedOutcome(folder, chart, after)).toEqual(await outcome(chart, after));
      expect(await cachedOutcome(folder, chart, after)).toEqual(await outcome(chart, after));
      expect(await cachedOutcome(folder, alone, before)).toEqual(await outcome(alone, before));
      expect(await cachedOutcome(folder, alone, before)).toEqual(await outcome(alone, before));
    }),
    { numRuns: 60 * RUNS },
  );
});

/** A tree with all that is encoded, and nothing else: `~` has been worked out. */
function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== 'object' || value === null) return value;
  if ('start' in value && 'end' in value) return { start: value.start, end: value.end };
  const { type } = value as { type?: string };
  const isDecorator = type === 'Decorator' || type === 'DecoratorBlock';
  const entries = Object.entries(value).filter(
    ([key, item]) =>
      item !== undefined &&
      !/[sS]trip$|^chained$/.test(key) &&
      !(type === 'NullLiteral' && (key === 'value' || key === 'original')) &&
      !(type === undefined || type === 'HashPair' ? key === 'type' : false) &&
      !(isDecorator && ['params', 'hash', 'escaped'].includes(key) && type === 'Decorator'),
  );
  return Object.fromEntries(entries.map(([key, item]) => [key, plain(item)]));
}

test('trees are decoded as they were encoded', () => {
  const more = fc.constantFrom(
    '',
    '{{a.b.[c.d].[]}} {{../x/y}} {{@root.x}} {{&x}} {{{x 1 -2.5 "s" true null undefined (f a b=2) k=@v}}}',
    '{{#*inline "n"}}d{{/inline}}{{^x}}q{{else}}u{{/x}}{{{{raw}}}} {{x}} {{{{/raw}}}}\r\n',
    '{{> (lookup p "n") x a=1}}{{#each l as |a b|}}{{/each}}{{#x}}{{/x}}\\\\{{a}} \\{{b}} 9007199254740993',
    '   {{#if a}}\n ü {{~/if~}}  \n {{#> w a=1}}x{{/w}}\n{{! note }}{{!-- ✓ --}}',
  );
  fc.assert(
    fc.property(fc.array(fc.oneof(more, fc.constantFrom(...LINES, ...FAULTS)), { maxLength: 8 }), (parts) => {
      const source = parts.join('');
      const { program } = parseTemplate(source, 'chart/templates/a.hbs', 'a.hbs');
      const names = new NameTable();
      const numbers = encodeAst(program, source, names);
      const decoded = decodeAst(numbers, new NameTable([...names.all]), source);
      expect(plain(decoded)).toEqual(plain(program));
    }),
    { numRuns: 300 * RUNS },
  );
});

test('structures are decoded as they were encoded', () => {
  const slots = new Slots();
  const kinds: readonly SlotKind[] = ['v', 'o', 's', 'p'];
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...LINES, ...FAULTS), { maxLength: 8 }), fc.nat(3), (lines, kind) => {
      let count = 0;
      const marked = (): string => slots.marker(kinds[(kind + count) % 4] ?? 'v', count++);
      const text = `data:\n${lines.join('').replaceAll(/\{\{[^{}]*\}\}/g, marked)}`;
      let nodes: Node[];
      try {
        nodes = composeDocument(text, slots);
      } catch (error) {
        if (error instanceof ComposeError) return;
        throw error;
      }
      const names = new NameTable();
      const numbers = encodeNodes(nodes, names);
      expect(decodeNodes(numbers, new NameTable([...names.all]))).toEqual(nodes);
    }),
    { numRuns: 500 * RUNS },
  );
});

test('a template is checked again when the chart changes', async () => {
  const folder = temporaryFolder();
  const chart = {
    'templates/one.yaml.hbs': `${HEAD}data: {a: "{{chart.icon}}"}\n{{> extra}}`,
    'templates/_extra.hbs': '',
  };
  const run = async (files: Record<string, string>, icon?: string): Promise<string> => {
    cacheIn(folder);
    const made = chartOf({ ...PARTIALS, ...files }, {});
    if (icon !== undefined) made.metadata.all.set('icon', icon);
    try {
      const { objects } = await render(made);
      return objects.map(({ text }) => text).join('');
    } catch (error) {
      return (error as Error).message;
    } finally {
      writeRunCache();
      cacheIn('');
    }
  };
  for (let round = 0; round < 2; round++) expect(await run(chart, 'i.png')).toContain('a: i.png');
  const { 'templates/_extra.hbs': _, ...without } = chart;
  // The file of another name has the same length, so that it is the same cache.
  expect(await run({ ...without, 'templates/_extrb.hbs': '' }, 'i.png')).toContain('there is no partial extra');
  expect(await run(chart, 'i.png')).toContain('a: i.png');
});

test('damaged caches are not used, and are written again', () => {
  const folder = temporaryFolder();
  const chart = join(folder, 'web');
  const cache = join(folder, 'cache');
  writeFiles(chart, {
    'Chart.yaml': 'apiVersion: v2\nname: web\nversion: 1.0.0\n',
    'values.yaml': 'a: A\nflag: true\n',
    ...PARTIALS,
    'templates/one.yaml.hbs': `${HEAD}data:\n  a: {{values.a}}\n{{#if values.flag}}\n  b: {{upper "b"}}\n{{/if}}\n`,
  });
  const run = (): string => {
    const { stdout, stderr } = pkg(['template', 'x', chart], { env: { XDG_CACHE_HOME: cache } });
    return stdout + stderr;
  };
  const first = run();
  expect(first).toContain('b: B');
  expect(run()).toBe(first);
  const caches = readdirSync(cache, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.cache'))
    .map((name) => join(cache, name));
  expect(caches.map((name) => /[a-z]+(?=\.cache$)/.exec(name)?.[0]).sort()).toEqual(['documents', 'native']);
  for (const file of caches) {
    const good = readFileSync(file);
    fc.assert(
      fc.property(fc.nat(good.length - 1), fc.nat(255), (at, change) => {
        const damaged = Buffer.from(change === 0 ? good.subarray(0, at) : good);
        if (change !== 0) damaged[at] = (damaged[at] ?? 0) ^ change;
        writeFileSync(file, damaged);
        expect(run()).toBe(first);
      }),
      { numRuns: 8 * RUNS },
    );
    writeFileSync(file, 'something else');
    expect(run()).toBe(first);
    expect(readFileSync(file).length).toBe(good.length);
  }
});
