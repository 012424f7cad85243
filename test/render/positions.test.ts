/** Errors about a field have the position at which the field is written, in documents of any form. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createOrigins } from '../../src/chart/origins.ts';
import { NO_SOURCES } from '../../src/chart/user-values.ts';
import { formatPosition } from '../../src/errors.ts';
import type { PkgError } from '../../src/errors.ts';
import { errorOf } from '../support/errors.ts';
import { chartOf, render } from './support.ts';
import { RUNS } from '../support/generation.ts';

const VALUES = { yes: true, none: [], text: 'a: b', list: ['x', 'y'], deep: { one: { two: 3 } }, key: 'by-value' };

type Part = { comment: boolean; way: 'plain' | 'partial' | 'if' | 'commented' };
type Tree =
  | { is: 'scalar'; text: string }
  | { is: 'block'; sign: string }
  | { is: 'value' | 'deep' | 'spread' | 'optional' | 'loop' | 'empty' | 'yaml' }
  | { is: 'map' | 'list'; flow: boolean; deeper: boolean; parts: readonly (Part & { quote: string; tree: Tree })[] };

const part = { comment: fc.boolean(), way: fc.constantFrom('plain', 'plain', 'partial', 'if', 'commented') } as const;
const { tree } = fc.letrec<{ tree: Tree }>((tie) => ({
  tree: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.record({
      is: fc.constant('scalar' as const),
      text: fc.constantFrom('a', '"-"', "'it''s'", '"\\" # x"', '!!str 7', '"\\{{ x }}"', "'{{{values.key}}}'"),
    }),
    fc.record({ is: fc.constant('block' as const), sign: fc.constantFrom('|', '>-', '| # a | b', '|2+') }),
    fc.record({
      is: fc.constantFrom('value', 'deep', 'spread', 'optional', 'loop', 'empty', 'yaml') as fc.Arbitrary<'value'>,
    }),
    fc.record({
      is: fc.constantFrom('map', 'list'),
      flow: fc.boolean(),
      deeper: fc.boolean(),
      parts: fc.array(fc.record({ ...part, quote: fc.constantFrom('', '"', "'"), tree: tie('tree') }), {
        maxLength: 4,
      }),
    }) as fc.Arbitrary<Tree>,
  ),
}));

type Path = readonly (string | number)[];
type File = { name: string; text: string };

/** Writes documents and keeps where it wrote what. */
class Writer {
  readonly files: File[] = [];
  readonly places: { path: Path; at: string }[] = [];
  #file: File;
  #names = 0;

  constructor(name: string) {
    this.#file = { name, text: '' };
    this.files.push(this.#file);
  }

  write(text: string): void {
    this.#file.text += text;
  }

  /** What comes next is the field of a path. */
  mark(path: Path): void {
    const lines = this.#file.text.split('\n');
    this.places.push({ path, at: `web/${this.#file.name}:${lines.length}:${(lines.at(-1)?.length ?? 0) + 1}` });
  }

  document(data: Tree): string {
    const name = `x${this.#names++}`;
    this.write('apiVersion: example.test/v1\nkind: Thing\nmetadata:\n  name: ');
    this.write(`${name}\n`);
    this.mark(['data']);
    this.write('data:');
    this.#child(data, '', ['data'], false);
    return name;
  }

  #inside(part: Part, indent: string, write: (indent: string) => void): void {
    if (part.comment) this.write(`${indent}# - a: b\n`);
    if (part.way === 'commented') this.write(`${indent}{{! no }}\n`);
    if (part.way === 'if') this.write(`${indent}{{#if values.yes}}\n`);
    if (part.way === 'partial') {
      const outer = this.#file;
      const name = `p${this.#names++}`;
      this.#file = { name: `templates/_${name}.hbs`, text: '' };
      this.files.push(this.#file);
      write('');
      this.#file = outer;
      this.write(`${indent}{{> ${name}}}\n`);
    } else write(indent);
    if (part.way === 'if') this.write(`${indent}{{else}}\n${indent}no: no\n${indent}{{/if}}\n`);
  }

  /** What stands after a key or a dash, to the end of its line or lines. */
  #child(tree: Tree, indent: string, path: Path, isItem: boolean): void {
    if ('parts' in tree && !tree.flow && tree.parts.length > 0) {
      if (tree.is === 'map') {
        if (!isItem) this.write('\n');
        this.#map(tree, isItem ? indent : `${indent}  `, path, isItem);
      } else if (isItem) this.#child({ ...tree, flow: true }, indent, path, true);
      else {
        this.write('\n');
        this.#list(tree, tree.deeper ? `${indent}  ` : indent, path);
      }
      return;
    }
    switch (tree.is) {
      case 'block':
        this.write(` ${tree.sign}\n${indent}  - a: b\n\n${indent}  c\n`);
        return;
      case 'yaml':
        this.write(` |\n${indent}  {{#yaml}}\n${indent}  a: {{values.text}}\n${indent}  {{/yaml}}\n`);
        return;
      case 'loop':
      case 'spread':
        this.write(' x\n');
        return;
      case 'empty':
        this.write('\n');
        return;
      default:
        this.write(' ');
        this.#flow(tree, path);
        this.write(' # c\n');
    }
  }

  #flow(tree: Tree, path: Path): void {
    if ('parts' in tree) {
      this.write(tree.is === 'map' ? '{' : '[');
      for (const [index, { quote, tree: child }] of tree.parts.entries()) {
        if (index > 0) this.write(tree.deeper ? ',\n             ' : ', ');
        const name = `k${index}`;
        const at = [...path, tree.is === 'map' ? name : index];
        this.mark(at);
        if (tree.is === 'map') this.write(`${quote}${name}${quote}: `);
        this.#flow(child, at);
      }
      this.write(tree.is === 'map' ? ' }' : ' ]');
    } else if (tree.is === 'scalar') this.write(tree.text);
    else if (tree.is === 'value') this.write('"a {{values.text}}"');
    else if (tree.is === 'deep') {
      // What a value holds stands where the value is put in.
      const lines = this.#file.text.split('\n');
      const at = `web/${this.#file.name}:${lines.length}:${(lines.at(-1)?.length ?? 0) + 1}`;
      this.places.push({ path: [...path, 'one'], at }, { path: [...path, 'one', 'two'], at });
      this.write('{{values.deep}}');
    } else this.write('{{values.text}}');
  }

  #map(tree: Extract<Tree, { parts: unknown }>, indent: string, path: Path, afterDash: boolean): void {
    let first = afterDash;
    for (const [index, entry] of tree.parts.entries()) {
      const { quote, tree: child } = entry;
      const name = `k${index}`;
      const write = (at: string): void => {
        if (child.is === 'spread') {
          this.write(at);
          this.mark([...path, 'one']);
          this.write('{{spread values.deep}}\n');
          return;
        }
        if (child.is === 'optional') {
          this.write(`${at}${name}: {{optional values.none}}\n`);
          return;
        }
        this.write(at);
        this.mark([...path, name]);
        this.write(`${quote}${name}${quote}:`);
        this.#child(child, at, [...path, name], false);
      };
      const twice = child.is === 'spread' && tree.parts.findIndex((other) => other.tree.is === 'spread') < index;
      if (first) {
        // The first entry stands behind the dash.
        this.write(' ');
        this.mark([...path, 'first']);
        this.write('first: 1\n');
        first = false;
      }
      if (!twice) this.#inside(entry, indent, write);
    }
  }

  #list(tree: Extract<Tree, { parts: unknown }>, indent: string, path: Path): void {
    let index = 0;
    for (const entry of tree.parts) {
      const { tree: child } = entry;
      this.#inside(entry, indent, (at) => {
        if (child.is === 'optional') {
          this.write(`${at}- {{optional values.none}}\n`);
          return;
        }
        if (child.is === 'spread' || child.is === 'loop') {
          const loops = child.is === 'loop';
          if (loops) this.write(`${at}{{#each values.list}}\n`);
          this.write(`${at}- `);
          this.mark([...path, index++]);
          this.places.push({ path: [...path, index++], at: this.places.at(-1)?.at ?? '' });
          this.write(loops ? `{{this}}\n${at}{{/each}}\n` : '{{spread values.list}}\n');
          return;
        }
        this.write(at);
        const item = [...path, index++];
        if (child.is === 'empty') this.mark(item);
        this.write('-');
        if (child.is !== 'empty') {
          this.write(' ');
          this.mark(item);
          this.#file.text = this.#file.text.slice(0, -1);
        }
        this.#child(child, `${at}  `, item, true);
      });
    }
  }
}

const documents = fc.array(tree, { minLength: 1, maxLength: 3 });

test('the position of a field is that of its key or item', async () => {
  let count = 0;
  await fc.assert(
    fc.asyncProperty(
      documents,
      fc.constantFrom('\n', '\r\n'),
      fc.constantFrom('', '\uFEFF'),
      async (trees, end, bom) => {
        const writer = new Writer('templates/x.yaml.hbs');
        const expected: { name: string; path: Path; at: string }[] = [];
        for (const [index, data] of trees.entries()) {
          if (index > 0) writer.write('---\n');
          const from = writer.places.length;
          const name = writer.document(data);
          expected.push(...writer.places.slice(from).map((place) => ({ ...place, name })));
        }
        const files = writer.files.map(({ name, text }) => [name, bom + text.replaceAll('\n', end)]);
        const rendered = await render(chartOf(Object.fromEntries(files), VALUES));
        const byName = new Map(rendered.objects.map((object) => [/name: (.*)/.exec(object.text)?.[1], object]));
        const found = expected.map(({ name, path }) => {
          const at = byName.get(name)?.trace(path).at;
          return { name, path, at: `${at?.file}:${at?.line}:${at?.column}` };
        });
        count += found.length;
        expect(found).toEqual(expected);
      },
    ),
    { numRuns: 300 * RUNS },
  );
  expect(count).toBeGreaterThan(300 * RUNS);
}, 120_000);

async function traced(text: string, path: Path): Promise<string> {
  const { objects } = await render(chartOf({ 'templates/x.yaml.hbs': text }, VALUES));
  return formatPosition(objects[0]?.trace(path).at ?? { file: '?' });
}

const HEAD = 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x}\n';

test.each([
  ['what << merges', 'a: &a {x: 1}\nb:\n  <<: *a\n', ['b', 'x'], '4:8'],
  ['the first of several that << merges', 'b:\n  <<: [{x: 1}, {x: 2, z: 3}]\n', ['b', 'x'], '5:9'],
  ['the second of several that << merges', 'b:\n  <<: [{x: 1}, {x: 2, z: 3}]\n', ['b', 'z'], '5:23'],
  ['what an alias stands for', 'a: &a\n  x: 1\nb: *a\n', ['b', 'x'], '5:3'],
  ['an alias', 'a: &a\n  x: 1\nb: *a\n', ['b'], '6:1'],
  ['a key with an anchor', 'a: 1\n&k b: 1\n', ['b'], '5:1'],
  ['a key that is a value', 'a:\n  {{values.key}}: 1\n', ['a', 'by-value'], '5:3'],
  ['a field that is not there', 'a:\n  b: 1\n', ['a', 'c', 'd'], '4:1'],
  ['a field of a value that is not there', 'a: {{values.deep}}\n', ['a', 'one', 'x'], '4:4'],
])('%s has a position', async (_, text, path, at) => {
  expect(await traced(HEAD + text, path)).toBe(`web/templates/x.yaml.hbs:${at}`);
});

test.each([
  [
    'a label of a document without mustaches',
    'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: x\n  labels:\n    a: b\n    c: [1]\n',
    '7:5',
    'metadata.labels.c is a text in Kubernetes, and this is a list',
  ],
  [
    'a name that is a number with a fraction',
    'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: 1.5}\n',
    '3:12',
    'metadata.name is a string in Kubernetes, and 1.5 is not',
  ],
  [
    'a name that is missing',
    'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  labels: {}\n',
    '3:1',
    'an object needs metadata.name',
  ],
  [
    'a namespace that is a list',
    'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: x\n  namespace: [5]\n',
    '5:3',
    'metadata.namespace is a text in Kubernetes, and this is a list',
  ],
  [
    'an item of a list that is not an object',
    'apiVersion: v1\nkind: List\nitems:\n  - 5\n',
    '4:5',
    'an item of a List is an object, and this is not',
  ],
  [
    'a label of an item of a typed list',
    'apiVersion: v1\nkind: ConfigMapList\nitems:\n  - metadata: {name: x, labels: {a: [1]}}\n',
    '4:34',
    'items.0.metadata.labels.a is a text in Kubernetes, and this is a list',
  ],
  [
    'an item of a list without a name',
    'apiVersion: v1\nkind: List\nitems:\n  - apiVersion: v1\n    kind: ConfigMap\n    metadata: {}\n',
    '6:5',
    'an object needs metadata.name',
  ],
  [
    'an event of a hook',
    'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: x\n  annotations:\n    helm.sh/hook: false\n',
    '6:5',
    'false is not an event of a hook',
  ],
  [
    'a key given twice inside a document of its own',
    `${HEAD}data:\n  a: |\n    {{#yaml}}\n    a: 1\n    b: 2\n    "a": 3\n    {{/yaml}}\n`,
    '9:5',
    'the key a is given twice in this map',
  ],
  ['a key without a name', `${HEAD}data:\n  a: 1\n  : x\n`, '6:3', 'a key cannot be null'],
])('an error about %s has the position of the field', async (_, text, at, message) => {
  const failure = await traced(text, []).then(String, (error: unknown) => error as PkgError);
  const { at: where = { file: '' }, message: said } = failure as PkgError;
  expect([formatPosition(where), said]).toEqual([`web/templates/x.yaml.hbs:${at}`, message]);
});

test('an error about a field names the origin of its value, also in a subchart', async () => {
  const label = 'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: x\n  labels: {{values.labels}}\n';
  const db = chartOf({ 'templates/x.yaml.hbs': label }, {});
  const parent = chartOf({}, { db: { labels: { a: [1] } } });
  const subchart = { ...db, metadata: { ...db.metadata, name: 'db' } };
  const chart = { ...parent, dependencies: [subchart] };
  const sources = { ...NO_SOURCES, set: ['db.labels.a={1}'] };
  const origins = createOrigins(chart, sources, new Map());
  const error = await errorOf(() => render(chart, { origins }));
  expect(error.notes).toEqual(['values.db.labels.a comes from --set db.labels.a']);
});
