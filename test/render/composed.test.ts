/**
 * A document that is composed of everything the language has is the document written without any of it: each entry, item
 * and value of a tree is written plainly, or by blocks, partials, helpers and values that give the same.
 */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseJson } from '../../src/yaml/json.ts';
import { parseYaml } from '../../src/yaml/read.ts';
import { fromPlain, isMap } from '../../src/yaml/value.ts';
import type { Value, ValueMap } from '../../src/yaml/value.ts';
import { RUNS } from '../support/generation.ts';
import { printYaml } from '../../src/yaml/print.ts';
import { lint } from './lint/support.ts';
import { anyObject, chartOf, render } from './support.ts';

const KEYS = [
  'a',
  'b',
  'on',
  'y',
  '0755',
  '1.10',
  'no',
  'null',
  'a b',
  'x/y',
  'é',
  '-z',
  'true',
  '1e3',
  'values',
  'if',
];
const TEXTS = [
  'v',
  'w x',
  '',
  'yes',
  '1.10',
  '# c',
  'a: b',
  '- x',
  '{{',
  'two\nlines',
  ' ends\n',
  "it's",
  '"',
  '*a',
  '|',
];

const scalar: fc.Arbitrary<Value> = fc.oneof(
  fc.constantFrom<Value>(...TEXTS),
  fc.constantFrom<Value>(0, 7, true, false, null, 0.5),
);
const { tree } = fc.letrec<{ tree: Value }>((tie) => ({
  tree: fc.oneof(
    { depthSize: 'small', maxDepth: 3 },
    scalar,
    fc
      .uniqueArray(fc.tuple(fc.constantFrom(...KEYS), tie('tree')), { maxLength: 4, selector: ([key]) => key })
      .map((entries): Value => new Map(entries)),
    fc.array(tie('tree'), { maxLength: 3 }),
  ),
}));
const map = tree.filter((value): value is ValueMap => isMap(value) && value.size > 0);

/** What begins on the line of the key or dash, and whole lines below it. */
type Written = { head: string; lines: string[] };

/** Writes a tree; each choice is a number below a limit, taken from a list. */
class Writer {
  readonly files: Record<string, string> = { 'templates/_wrap.hbs': '{{> @partial-block}}\n' };
  readonly values: Record<string, Value> = { yes: true, no: false, one: ['i'], none: [], empty: new Map() };
  #at = 0;
  #count = 0;
  readonly #choices: readonly number[];

  constructor(choices: readonly number[]) {
    this.#choices = choices;
  }

  #choose(limit: number): number {
    const choice = this.#choices[this.#at++ % this.#choices.length] ?? 0;
    return choice % limit;
  }

  /** A name of the values that holds a value. */
  #named(value: Value): string {
    const name = `v${++this.#count}`;
    this.values[name] = [value];
    return `values.${name}.[0]`;
  }

  #partial(lines: readonly string[]): string {
    const name = `p${++this.#count}`;
    this.files[`templates/_${name}.hbs`] = `${lines.join('\n')}\n`;
    return name;
  }

  /** Lines at column 0 that print nothing. */
  #nothing(isMap: boolean): string[] {
    const name = `gone${++this.#count}`;
    const entry = isMap ? `${name}: ` : '- ';
    const tab = ' '.repeat(this.#choose(4));
    switch (this.#choose(10)) {
      case 0:
        return [`${tab}{{!-- a }} comment --}}`];
      case 1:
        return [`${tab}{{#if values.no}}`, `${entry}x`, `${tab}{{/if}}`];
      case 2:
        return [`${entry}{{optional values.empty}}`];
      case 3:
        return isMap ? [`${name}:`, `  {{#each values.none}}`, '  - {{this}}', `${tab}{{/each}}`] : ['# a comment'];
      case 4:
        return [isMap ? '{{spread values.empty}}' : '- {{spread values.none}}'];
      case 5:
        return isMap ? [`${name}: {{#if values.no}}`, '  k: v', `{{/if}}`] : ['- {{#if values.no}}x{{/if}}'];
      case 6:
        return [`{{#*inline "unused${this.#count}"}}`, `${entry}x`, '{{/inline}}'];
      default:
        return [];
    }
  }

  /** The same lines in blocks that run once, with tags at any column. */
  #wrapped(lines: readonly string[], isMap: boolean): string[] {
    const other = isMap ? `other${++this.#count}: x` : '- other';
    const tab = ' '.repeat(this.#choose(5));
    const left = this.#choose(4) === 0 ? '~' : '';
    switch (this.#choose(14)) {
      case 0:
        return [`${tab}{{${left}#if values.yes}}`, ...lines, `${tab}{{/if}}`];
      case 1:
        return [`${tab}{{#if values.no}}`, other, `${tab}{{${left}else if values.yes}}`, ...lines, '{{/if}}'];
      case 2:
        return [`{{#unless values.yes}}`, other, `${tab}{{else}}`, ...lines, `${tab}{{${left}/unless}}`];
      case 3:
        return [`${tab}{{#each values.one}}`, ...lines, `${tab}{{else}}`, other, `{{/each}}`];
      case 4:
        return [`{{#each values.none}}`, other, `${tab}{{else}}`, ...lines, `${tab}{{/each}}`];
      case 5:
        return [`{{#with values.one as |one|}}`, ...lines, `${tab}{{/with}}`];
      case 6:
        return [`{{#> wrap}}`, ...lines, '{{/wrap}}'];
      case 7:
        return [`{{> ${this.#partial(lines)}}}`];
      case 8: {
        const name = `i${++this.#count}`;
        return [`{{#*inline "${name}"}}`, ...lines, '{{/inline}}', `{{> ${name}}}`];
      }
      default:
        return [...lines];
    }
  }

  entries(value: ValueMap): string[] {
    return [...value].flatMap(([key, item]) => {
      const lines =
        this.#choose(12) === 0 ? [`{{spread ${this.#named(new Map([[key, item]]))}}}`] : this.#entry(key, item);
      return [...this.#nothing(true), ...this.#wrapped(lines, true), ...this.#nothing(true)];
    });
  }

  #entry(key: string, item: Value): string[] {
    const { head, lines } = this.value(item);
    const name = this.#choose(4) === 0 ? `{{${this.#named(key)}}}` : /^-|^null$/.test(key) ? `"${key}"` : key;
    return [`${name}:${head === '' ? '' : ` ${head}`}`, ...lines.map((line) => indented(line, 2))];
  }

  items(list: readonly Value[]): string[] {
    return list.flatMap((item) => [
      ...this.#nothing(false),
      ...this.#wrapped(this.#item(item), false),
      ...this.#nothing(false),
    ]);
  }

  #item(item: Value): string[] {
    if (this.#choose(8) === 0) return [`- {{spread ${this.#named([item])}}}`];
    const { head, lines } = this.value(item);
    return [`-${head === '' ? '' : ` ${head}`}`, ...lines.map((line) => indented(line, 2))];
  }

  /** A value behind a key or a dash. */
  value(value: Value): Written {
    const inline = (head: string): Written => ({ head, lines: [] });
    switch (this.#choose(9)) {
      case 0:
        return inline(`{{${this.#named(value)}}}`);
      case 1:
        return inline(`{{> ${this.#partial([`{{${this.#named(value)}}}`])}}}`);
      case 2:
        return inline(`{{#if values.yes}}{{${this.#named(value)}}}{{else}}x{{/if}}`);
      case 3:
        return inline(`{{get (dict "k" ${this.#named(value)}) "k"}}`);
      case 4:
        if (isMap(value) && value.size > 0) {
          const over = new Map([...value].slice(0, 1));
          return inline(`{{merge ${this.#named(over)} (partial "${this.#partial(this.entries(value))}")}}`);
        }
        return inline(`{{first (list ${this.#named(value)})}}`);
      default:
    }
    if (isMap(value)) return value.size === 0 ? inline('{}') : this.#below(this.entries(value));
    if (Array.isArray(value)) return value.length === 0 ? inline('[]') : this.#below(this.items(value));
    if (typeof value === 'string') {
      if (this.#choose(2) === 0) return inline(`{{${this.#named(value)}}}`);
      return inline(JSON.stringify(value).replaceAll('{{', '\\{{'));
    }
    return inline(value === null ? 'null' : String(value));
  }

  #below(lines: string[]): Written {
    switch (this.#choose(5)) {
      case 0:
        return { head: `{{> ${this.#partial(lines)}}}`, lines: [] };
      case 1:
        return { head: `{{#> wrap}}`, lines: [...lines, '{{/wrap}}'] };
      case 2:
        return { head: '{{#if values.yes}}', lines: [...lines, '{{/if}}'] };
      default:
        return { head: '', lines };
    }
  }
}

const indented = (line: string, columns: number): string => (line === '' ? line : ' '.repeat(columns) + line);

/** Where the document stands, and how it is read there. */
const PLACES: Record<
  string,
  { write: (lines: readonly string[]) => string; read: (data: Value | undefined) => Value | undefined }
> = {
  'below a key': { write: (lines) => lines.join('\n'), read: (data) => data },
  'with CRLF': { write: (lines) => lines.join('\r\n'), read: (data) => data },
  'in a text of YAML': {
    write: (lines) => ['text: |', '  {{#yaml}}', ...lines.map((line) => indented(line, 2)), '  {{/yaml}}'].join('\n'),
    read: (data) => parseYaml(textIn(data), 'text', { keys: 'written' }),
  },
  'in a value of YAML': {
    write: (lines) => ['text: {{#yaml}}', ...lines.map((line) => indented(line, 4)), '  {{/yaml}}', 'z: 1'].join('\n'),
    read: (data) => parseYaml(textIn(data), 'text', { keys: 'written' }),
  },
  'in a text of JSON': {
    write: (lines) => ['text: |-', '  {{#json}}', ...lines.map((line) => indented(line, 2)), '  {{/json}}'].join('\n'),
    read: (data) => fromPlain(parseJson(textIn(data), 'text')),
  },
};

function textIn(data: Value | undefined): string {
  const text = isMap(data ?? null) ? (data as ValueMap).get('text') : undefined;
  return typeof text === 'string' ? text : '';
}

test.each(Object.entries(PLACES))(
  'a composed document is the document that it stands for: %s',
  async (_, { write, read }) => {
    await fc.assert(
      fc.asyncProperty(map, fc.array(fc.nat(5039), { minLength: 8, maxLength: 40 }), async (value, choices) => {
        const writer = new Writer(choices);
        const template = anyObject(write(writer.entries(value)));
        const chart = chartOf(
          { ...writer.files, 'templates/x.yaml.hbs': template },
          new Map(Object.entries(writer.values)),
        );
        const { objects } = await render(chart);
        expect(read(objects[0]?.object?.get('data')), template).toEqual(value);
      }),
      { numRuns: 80 * RUNS },
    );
  },
);

test('lint finds no errors in composed documents', async () => {
  await fc.assert(
    fc.asyncProperty(map, fc.array(fc.nat(5039), { minLength: 8, maxLength: 40 }), async (value, choices) => {
      const writer = new Writer(choices);
      const template = anyObject(writer.entries(value).join('\n'));
      const values = printYaml(new Map(Object.entries(writer.values)));
      const messages = await lint({ ...writer.files, 'templates/x.yaml.hbs': template, 'values.yaml': values });
      expect(messages.filter(({ severity }) => severity === 'error')).toEqual([]);
    }),
    { numRuns: 60 * RUNS },
  );
});
