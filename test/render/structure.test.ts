/**
 * A value never changes the structure. A template with hostile values gives the same as with harmless values of the
 * same types, into which the hostile ones are put afterwards; or both fail at the same position.
 */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { PkgError } from '../../src/errors.ts';
import { parseJson } from '../../src/yaml/json.ts';
import { parseYaml } from '../../src/yaml/read.ts';
import { fromPlain, isMap } from '../../src/yaml/value.ts';
import type { Value, ValueMap } from '../../src/yaml/value.ts';
import { RUNS } from '../support/generation.ts';
import { anyObject, chartOf, configMap, render } from './support.ts';

const CHARACTERS = ['\n', '\r\n', '\t', '\0', '\u0007', '\u001B', '\u007F', '\u0085', '\u2028', '\u2029', '\uFEFF'];
const MARKS = ['\uE000', '\uE000v000000\uE001', '\uD800', '\uDFFF', '😀', ' ', '  ', '"', "'", '\\', '`', '%', '@'];
const SYNTAX = [
  '---',
  '...',
  '{{',
  '}}',
  '{{{',
  '{{values.x}}',
  '{{/if}}',
  '{{else}}',
  '{{! c',
  ': ',
  ' #',
  '- ',
  '? ',
];
const NODES = [
  '!!str ',
  '!!binary x',
  '&a ',
  '*a',
  '<<',
  '<<: *a',
  '[',
  ']',
  '{',
  '}',
  ',',
  '|',
  '>',
  '|2-\n',
  '~',
  '=',
];
const WORDS = [
  'a',
  'null',
  'yes',
  'on',
  '0755',
  '0x1f',
  '1e3',
  '1_0',
  '1:30',
  '.inf',
  '2020-01-01',
  '__proto__',
  '1.10',
];
const HOSTILE = fc.oneof(
  fc.constantFrom(...CHARACTERS, ...MARKS, ...SYNTAX, ...NODES, ...WORDS, ''),
  fc
    .array(fc.constantFrom(...CHARACTERS, ...MARKS, ...SYNTAX, ...NODES, ...WORDS), { minLength: 2, maxLength: 6 })
    .map((parts) => parts.join('')),
  fc.constantFrom(
    '\nevil: true',
    'x\n---\nkind: Evil',
    'x\n  evil: true\n',
    '1, evil: true',
    '"\nevil: "',
    "'}, {e: '",
  ),
  fc.string({ unit: 'binary', maxLength: 12 }),
);
/** Too long for a key that is read again out of the JSON in a text of YAML. */
const LONG = fc.constantFrom(' a', 'b ').map((text) => `${text.repeat(700)}\n${text}: {{evil}}`);

const SCALAR: fc.Arbitrary<Value> = fc.oneof(
  { weight: 9, arbitrary: HOSTILE },
  { weight: 1, arbitrary: LONG },
  { weight: 1, arbitrary: fc.integer() },
  { weight: 1, arbitrary: fc.boolean() },
  { weight: 1, arbitrary: fc.constantFrom(0.5, 1e21, 2n ** 63n) },
);

type Values = { any: Value; map: ValueMap; list: Value[] };
const VALUES = fc.letrec<Values>((tie) => ({
  any: fc.oneof({ depthSize: 'small' }, SCALAR, SCALAR, fc.constant(null), tie('list'), tie('map')),
  list: fc.array(tie('any'), { maxLength: 3 }),
  map: fc
    .uniqueArray(fc.tuple(HOSTILE, tie('any')), { maxLength: 3, selector: ([key]) => key })
    .map((entries): ValueMap => new Map(entries)),
}));

const KINDS = {
  any: VALUES.any,
  map: VALUES.map,
  list: VALUES.list,
  string: HOSTILE,
  /**
   * Mostly what may be a part of a text; collections and null may not be everywhere, and then the error is the same.
   */
  text: fc.oneof({ weight: 12, arbitrary: SCALAR }, { weight: 1, arbitrary: VALUES.any }),
};

/**
 * Where values stand: lines of a map for a number `n` and the names `x` and `y` of two values. The first letter of a
 * key says what it holds: `w` values as they are, `t` texts, `b` the text of a literal block, `o` what may be left out,
 * `d` the text of documents of YAML, `j` that of JSON.
 */
type Place = { x: keyof typeof KINDS; y: keyof typeof KINDS; lines: (n: number, x: string, y: string) => string };

/** A value as a Go template names it. */
const inGo = (path: string): string =>
  path.replace(/^values\.(\w+)(\.\[0\])?$/, (_, name, item) => `{{ ${item ? 'first ' : ''}.Values.${name} }}`);

const place = (x: Place['x'], y: Place['y'], lines: Place['lines']): Place => ({ x, y, lines });

const PLACES: readonly Place[] = [
  place('any', 'any', (n, x, y) => `w_${n}: {{${x}}}\nw_${n}b: {{${y}}}`),
  place('any', 'any', (n, x, y) => `w_${n}:\n- {{${x}}}\n- - {{${y}}}\n  - end\n- k: {{${x}}}`),
  place('any', 'any', (n, x, y) => `w_${n}: {a: {{${x}}} , "b": [{{${y}}}, {{${x}}}], c: z}`),
  place('any', 'any', (n, x, y) => `w_${n}: &a${n} {{${x}}}\nw_${n}b: *a${n}\nw_${n}c: {{${y}}} # {{${x}}}`),
  place('any', 'any', (n, x, y) => `w_${n}: &a${n}\n  k: {{${x}}}\nw_${n}b:\n  <<: *a${n}\n  l: {{${y}}}`),
  place('any', 'any', (n, x, y) => `w_${n}: {{dict "a" ${x} "b" (list ${y} ${x})}}`),
  place('any', 'any', (n, x, y) => `w_${n}: {{merge (dict "a" ${x}) (partial "show" v=${y})}}`),
  place('any', 'any', (n, x, y) => `w_${n}: {{> show v=${x}}}\nw_${n}b:\n  {{> show v=${y}}}`),
  place('any', 'any', (n, x, y) => `w_${n}: {{partial "show" v=${x}}}\nw_${n}b: [{{> whole v=${y}}}]`),
  place('any', 'any', (n, x, y) => `w_${n}: {{#if ${x}}}{{${y}}}{{else}}{{${y}}}{{/if}}`),
  place('any', 'any', (n, x, y) => `# {{${x}}}\nw_${n}: {{${y}}}\n# a: {{${x}}} # {{${y}}}`),
  place(
    'any',
    'any',
    (n, x, y) => `w_${n}:\n  {{#> wrap}}\n  in: {{${x}}}\n  {{/wrap}}\nw_${n}b: {{#> wrap}}{{${y}}}{{/wrap}}`,
  ),
  place('any', 'any', (n, x, y) => `o_${n}: {{optional ${x}}}\nw_${n}:\n- {{${y}}}`),
  place('any', 'any', (n, x, y) => `w_${n}: {{tpl (dict "a" "{{${x}}}" "b" (list "{{${y}}}" "z"))}}`),
  place('any', 'any', (n, x, y) => `d_${n}: {{toYaml (dict "k" ${x} "z" "1")}}\nj_${n}: {{toJson (list ${y})}}`),
  place(
    'any',
    'any',
    (n, x, y) =>
      `d_${n}: |\n  a:\n    {{toYaml (dict "k" ${x} "z" "1")}}\nj_${n}: |\n  { "k":\n    {{toJson (list ${y})}} }`,
  ),
  place('any', 'any', (n, x, y) => `d_${n}: |\n  {{#yaml}}\n  a: {{${x}}}\n  l:\n  - {{${y}}}\n  {{/yaml}}`),
  place('any', 'any', (n, x, y) => `j_${n}: |\n  {{#json}}\n  a: {{${x}}}\n  l: [{{${y}}}]\n  {{/json}}`),
  place(
    'any',
    'any',
    (n, x, y) => `d_${n}: |\n  {{#yaml}}\n  {{#each (list ${x} ${y})}}\n  ---\n  - {{this}}\n  {{/each}}\n  {{/yaml}}`,
  ),
  place(
    'map',
    'list',
    (n, x, y) =>
      `w_${n}:\n  {{#each ${x}}}\n  k-{{@key}}: {{this}}\n  {{/each}}\n  z:\n  {{#each ${y}}}\n  - {{this}}\n  {{/each}}`,
  ),
  place(
    'map',
    'map',
    (n, x, y) =>
      `w_${n}:\n  {{#each ${x} as |v k|}}\n  {{k}}: {{v}}\n  {{/each}}\n  z: "1"\nw_${n}b:\n{{#each ${y}}}\n- name: {{@key}}\n  {{@key}}-k: [{{this}}]\n{{/each}}`,
  ),
  place('map', 'list', (n, x, y) => `w_${n}:\n  z: "1"\n  {{spread ${x}}}\nw_${n}b:\n- {{spread ${y}}}\n- z`),
  place('map', 'list', (n, x, y) => `w_${n}: {{${x}}}\nw_${n}b: {{concat ${y} (list (keys ${x}) ${x})}}`),
  place('text', 'any', (n, x, y) => `w_${n}:\n  {{${x}}}: {{${y}}}\n  z: "1"`),
  place(
    'text',
    'any',
    (n, x, y) => `w_${n}:\n  a{{${x}}}: z\n  "b{{${x}}}": {{${y}}}\n  'c{{${x}}}': {d{{${x}}}: {{${y}}} }`,
  ),
  place('text', 'any', (n, x, y) => `w_${n}:\n  ? {{${x}}}\n  : {{${y}}}\n  z: "1"`),
  place('text', 'text', (n, x, y) => `w_${n}: { {{${x}}}: z, q{{${y}}}: [z] }`),
  place('text', 'text', (n, x, y) => `t_${n}: a-{{${x}}}:{{${y}}}\nt_${n}b: {{${x}}}/{{${y}}} # {{${x}}}`),
  place('text', 'text', (n, x, y) => `t_${n}: "{{${x}}}"\nt_${n}b: '{{${y}}}'\nt_${n}c: !!str {{${x}}}`),
  place('text', 'text', (n, x, y) => `t_${n}: "\\t{{${x}}} \\u263A\n  b {{${y}}}"\nt_${n}b: 'it''s {{${x}}}'`),
  place('text', 'text', (n, x, y) => `t_${n}: a\n  b {{${x}}}\n  c{{${y}}}`),
  place('text', 'text', (n, x, y) => `t_${n}: [a{{${x}}}b, "{{${y}}}"]`),
  place('text', 'text', (n, x, y) => `b_${n}: |\n  {{${x}}}\n  a {{${y}}} b\n\n  end\nb_${n}b: |-\n  - {{${x}}}`),
  place('text', 'text', (n, x, y) => `b_${n}: |2-\n    {{${x}}}\n   a{{${y}}}\nb_${n}b: |+\n  a{{${x}}}\n\n`),
  place('text', 'text', (n, x, y) => `t_${n}: >\n  {{${x}}}\n  a {{${y}}}\n   c\nt_${n}b: >1-\n  {{${x}}}\n b{{${y}}}`),
  place('string', 'text', (n, x, y) => `t_${n}: {{include "text" v=${x}}}\nt_${n}b: "{{> text v=${y}}}"`),
  place('string', 'string', (n, x, y) => `t_${n}: {{cat ${x} ${y}}}\nt_${n}b: {{printf "%s: %s" ${x} ${y}}}`),
  place(
    'string',
    'string',
    (n, x, y) => `t_${n}: {{tpl "a {{${x}}}\\n{{${y}}}"}}\nt_${n}b: {{join "," (list ${x} ${y})}}`,
  ),
  place('string', 'string', (n, x, y) => `t_${n}: {{goTpl (dict "k" "${inGo(x)}: ${inGo(y)}")}}`),
  place('string', 'any', (n, x, y) => `w_${n}: {{tpl (dict "a{{${x}}}" "{{${y}}}")}}`),
  place('string', 'any', (n, x, y) => `w_${n}: {{dict ${x} ${y}}}`),
];

const PARTIALS = {
  'templates/_show.hbs': 'in: {{v}}\nlist:\n- {{v}}\n',
  'templates/_whole.hbs': '{{v}}\n',
  'templates/_text.hbs': 'x: {{v}} # no comment\n',
  'templates/_wrap.hbs': '{{> @partial-block}}\n',
};

/** What stands around lines of a map: each is a map again. `files` gets partials. */
const WRAPS: readonly ((n: number, body: string, files: Record<string, string>) => string)[] = [
  (n, body) => `m_${n}:\n${indent(body, 3)}`,
  (n, body) => `m_${n}:\n- n: z\n${indent(body, 2)}\n- z`,
  (_, body) => `{{#if values.yes}}\n${body}\n{{else}}\nno: {{values.none}}\n{{/if}}`,
  (n, body) => `m_${n}:\n{{#each values.two}}\n- n: {{this}}\n${indent(body, 2)}\n{{/each}}`,
  (n, body) => `m_${n}:\n    {{#with values.two as |two|}}\n    n: {{two.[0]}}\n${indent(body, 4)}\n    {{/with}}`,
  (_, body) => `{{#> wrap}}\n${body}\n{{/wrap}}`,
  (n, body) => `m_${n}:\n  {{#> wrap}}\n${indent(body, 2)}\n  {{/wrap}}`,
  (n, body) => `{{#*inline "i${n}"}}\n${body}\n{{/inline}}\nm_${n}:\n- {{> i${n}}}`,
  (n, body, files) => ((files[`templates/_f${n}.hbs`] = `${body}\n`), `{{> f${n}}}`),
  (n, body, files) => ((files[`templates/_f${n}.hbs`] = `${body}\n`), `m_${n}: {{> f${n}}}\nn_${n}: [{{> f${n}}}]`),
  (n, body, files) => ((files[`templates/_f${n}.hbs`] = `${body}\n`), `{{spread (partial "f${n}")}}`),
  (n, body) => `d_${n}: |\n  {{#yaml}}\n${indent(body, 2)}\n  {{/yaml}}`,
  (n, body) => `d_${n}: {{#yaml}}\n${indent(body, 2)}\n  {{/yaml}}`,
  (n, body) => `j_${n}: |-\n  {{#json}}\n${indent(body, 2)}\n  {{/json}}`,
];

function indent(text: string, columns: number): string {
  return text.replaceAll(/^(?=.)/gm, ' '.repeat(columns));
}

type Leaf = { place: Place; x: Value; y: Value };
type Tree = Leaf | { wrap: number; body: Tree[] };

const TREES = fc.letrec<{ tree: Tree }>((tie) => ({
  tree: fc.oneof(
    { depthSize: 'small', maxDepth: 3 },
    fc
      .constantFrom(...PLACES)
      .chain((one) => fc.record({ place: fc.constant(one), x: KINDS[one.x], y: KINDS[one.y] }) as fc.Arbitrary<Leaf>),
    fc.record({ wrap: fc.nat(WRAPS.length - 1), body: fc.array(tie('tree'), { minLength: 1, maxLength: 2 }) }),
  ),
}));

/** A chart that is written for trees, and its values. */
class Written {
  readonly files: Record<string, string> = { ...PARTIALS };
  readonly values: ValueMap = new Map<string, Value>([
    ['yes', true],
    ['two', ['1', '2']],
  ]);
  #count = 0;

  lines(trees: readonly Tree[]): string {
    return trees.map((tree) => this.#tree(tree)).join('\n');
  }

  #tree(tree: Tree): string {
    const n = ++this.#count;
    if ('place' in tree) {
      // In lists, since null at the top takes its key away.
      this.values.set(`x${n}`, [tree.x]).set(`y${n}`, [tree.y]);
      const at = (name: string): string => `values.${name}${n}.[0]`;
      return tree.place.lines(n, at('x'), at('y'));
    }
    return WRAPS[tree.wrap]?.(n, this.lines(tree.body), this.files) ?? '';
  }
}

/** Harmless values in place of hostile ones: scalars and keys become words, by which they are found again. */
class Harmless {
  readonly #hostile: Value[] = [];

  of(value: Value): Value {
    if (value === null) return null;
    if (Array.isArray(value)) return value.map((item) => this.of(item));
    if (isMap(value)) return new Map([...value].map(([key, item]) => [this.#word(key), this.of(item)]));
    return this.#word(value);
  }

  #word(value: Value): string {
    return `Zq${this.#hostile.push(value) - 1}qZ`;
  }

  /**
   * What was given with harmless values, with the hostile ones in it.
   *
   * @param holds what the value is: see {@link Place}
   */
  undone(value: Value, holds: string): Value {
    if (typeof value === 'string') {
      const whole = /^Zq(\d+)qZ$/.exec(value)?.[1];
      if (whole !== undefined && holds !== 't' && holds !== 'b') return this.#hostile[Number(whole)] ?? null;
      return this.#text(value, holds === 'b');
    }
    if (Array.isArray(value)) return value.map((item) => this.undone(item, holds));
    if (!isMap(value)) return value;
    const map: ValueMap = new Map();
    for (const [key, item] of value) {
      const inner = holdsOf(key) ?? holds;
      const made = this.undone(item, inner === 'o' ? 'w' : inner);
      if (inner === 'o' && (made === '' || made === null)) continue;
      const name = this.#text(key, false);
      if (map.has(name)) throw new Twice();
      map.set(name, made);
    }
    return map;
  }

  #text(text: string, isLiteral: boolean): string {
    let result = '';
    for (const piece of text.split(/(Zq\d+qZ)/)) {
      const index = /^Zq(\d+)qZ$/.exec(piece)?.[1];
      const column = result.length - result.lastIndexOf('\n') - 1;
      const own = index === undefined ? piece : String(this.#hostile[Number(index)]);
      result += index !== undefined && isLiteral ? own.replaceAll(/\n(?!\n|$)/g, `\n${' '.repeat(column)}`) : own;
    }
    return result;
  }
}

/** Hostile keys of one map are equal. */
class Twice extends Error {}

function holdsOf(key: string): string | undefined {
  return /^([wtbodjmn])_\d+b?c?$/.exec(key)?.[1];
}

/** Texts of documents as what they say. */
function read(value: Value, holds = ''): Value {
  if (holds === 'd' && typeof value === 'string') {
    return value.split(/^---$/m).map((text) => read(parseYaml(text, 'text')));
  }
  if (holds === 'j' && typeof value === 'string') return read(fromPlain(parseJson(value, 'text')));
  if (Array.isArray(value)) return value.map((item) => read(item, holds));
  if (!isMap(value)) return value;
  return new Map([...value].map(([key, item]) => [key, read(item, holdsOf(key) ?? holds)]));
}

/** Printed in a text, half of a surrogate pair becomes U+FFFD. */
function wellFormed(value: Value): Value {
  if (typeof value === 'string') return value.toWellFormed();
  if (Array.isArray(value)) return value.map((item) => wellFormed(item));
  if (!isMap(value)) return value;
  return new Map([...value].map(([key, item]) => [key.toWellFormed(), wellFormed(item)]));
}

async function outcome(files: Record<string, string>, values: ValueMap): Promise<readonly Value[] | PkgError> {
  try {
    const { objects } = await render(chartOf(files), { userValues: values });
    for (const { object, text } of objects) {
      if (!text.includes('\uFFFD')) expect(parseYaml(`${text}\n`, 'printed')).toEqual(object);
    }
    return objects.map(({ object }) => read(object ?? new Map()));
  } catch (error) {
    if (error instanceof PkgError) return error;
    throw error;
  }
}

async function check(files: Record<string, string>, values: ValueMap): Promise<boolean> {
  const harmless = new Harmless();
  const words: ValueMap = new Map(
    [...values].map(([name, value]) => [name, /^[xy]\d/.test(name) ? harmless.of(value) : value]),
  );
  const wanted = await outcome(files, words);
  const found = await outcome(files, values);
  if (wanted instanceof PkgError) {
    // Of what is not YAML, the text is Go's.
    if ('templates/x.yaml' in files) expect(found).toBeInstanceOf(PkgError);
    else expect(found).toMatchObject({ code: wanted.code, at: wanted.at });
    return false;
  }
  let expected: Value[];
  try {
    expected = wanted.map((object) => harmless.undone(object, 'w'));
  } catch (error) {
    if (!(error instanceof Twice)) throw error;
    expect(found).toBeInstanceOf(PkgError);
    expect((found as PkgError).at?.line).toBeGreaterThan(0);
    return false;
  }
  if (found instanceof PkgError) throw found;
  expect(found.map((object) => wellFormed(object))).toEqual(expected.map((object) => wellFormed(object)));
  return true;
}

test('hostile values give the same structure as harmless ones, in any position', async () => {
  let rendered = 0;
  const trees = fc.array(TREES.tree, { minLength: 1, maxLength: 3 });
  await fc.assert(
    fc.asyncProperty(trees, fc.constantFrom('one', 'loop', 'Go'), async (all, way) => {
      const chart = new Written();
      const lines = chart.lines(all);
      const object = anyObject(lines);
      if (way === 'Go') {
        chart.files['templates/_body.hbs'] = lines;
        chart.files['templates/x.yaml'] = anyObject('{{ include "body" . | indent 2 }}\nend: z').replace(
          '\n  {{',
          '\n{{',
        );
      } else {
        chart.files['templates/x.yaml.hbs'] =
          way === 'one' ? object : `{{#each values.two}}\n---\n${object}{{/each}}\n`;
      }
      if (await check(chart.files, chart.values)) rendered++;
    }),
    { numRuns: 300 * RUNS },
  );
  expect(rendered).toBeGreaterThan(150 * RUNS);
});

test("hostile strings in Kubernetes' own kinds stay strings", async () => {
  const places = PLACES.filter(({ lines }) => /^[tb]_1: (?!\[|\{\{goTpl)/.test(lines(1, 'x', 'y')));
  const leaf: fc.Arbitrary<Leaf> = fc.record({ place: fc.constantFrom(...places), x: HOSTILE, y: HOSTILE });
  await fc.assert(
    fc.asyncProperty(fc.array(leaf, { minLength: 1, maxLength: 3 }), async (all) => {
      const chart = new Written();
      chart.files['templates/x.yaml.hbs'] = configMap(chart.lines(all));
      expect(await check(chart.files, chart.values)).toBe(true);
    }),
    { numRuns: 100 * RUNS },
  );
});

test.each(PLACES.map((one, index) => [index, one] as const))('each of them renders: %i', async (_, { x, y, lines }) => {
  const files = { ...PARTIALS, 'templates/x.yaml.hbs': anyObject(lines(1, 'values.x', 'values.y')) };
  const simple = (kind: keyof typeof KINDS): Value =>
    kind === 'map' ? new Map([['a', 'b']]) : kind === 'list' ? ['a'] : 'a';
  const values: ValueMap = new Map([
    ['x', simple(x)],
    ['y', simple(y)],
  ]);
  expect(await outcome(files, values)).toHaveLength(1);
});
