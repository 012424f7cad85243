/** JSONPath templates: helm selects the same values, and refuses the same templates. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { loadChart } from '../../src/chart/load.ts';
import { PkgError } from '../../src/errors.ts';
import { decodeText, encodeText, fromValue } from '../../src/render/gotemplate/value.ts';
import { evaluateJsonPath } from '../../src/render/jsonpath/evaluate.ts';
import { parseJsonPath } from '../../src/render/jsonpath/parse.ts';
import { cloneValue } from '../../src/yaml/value.ts';
import { writeChart } from '../chart/support.ts';
import { RUNS } from '../support/generation.ts';
import { helm } from '../support/helm.ts';
import { pkg } from '../support/pkg.ts';

const VALUES = `
a: {b: 1, "10": 2, "9": 5000000, dotted.key: x, é: "<&>\\u2028"}
list: [{name: one, port: 80, on: true}, {name: two, port: 8080.5, sub: {name: deep}}, {name: "3", none: null}]
numbers: [1, 2.5, 3e30, -4, 9007199254740993]
names: [a, ab, é]
nested: [[1, 2], [3], []]
empty: {}
nothing: null
text: it's "quoted"
on: false
`;
const chart = writeChart({ 'values.yaml': VALUES });
const { values } = await loadChart(chart);

/** What is printed, or that the template was refused. */
function ours(template: string): string | undefined {
  try {
    const printed = evaluateJsonPath(parseJsonPath(encodeText(template)), fromValue(cloneValue(values)));
    return 'text' in printed ? decodeText(printed.text) : '';
  } catch (error) {
    if (error instanceof PkgError && error.code === 'PKG_USAGE') return undefined;
    throw error;
  }
}

function theirs(template: string): string | undefined {
  const { status, stdout } = helm(['show', 'values', chart, `--jsonpath=${template}`]);
  return status === 0 ? stdout : undefined;
}

const name = fc.constantFrom(
  'a',
  'b',
  'list',
  'name',
  'port',
  'numbers',
  'names',
  'nested',
  'nothing',
  'text',
  'é',
  'sub',
);
const index = fc.constantFrom(
  '0',
  '-1',
  '1',
  '9',
  '-9',
  ':',
  '1:',
  ':2',
  ':-1',
  '::2',
  '2:1',
  '1:1',
  '-',
  '',
  '*',
  '0,1',
);
const step = fc.oneof(
  { weight: 8, arbitrary: name.map((text) => `.${text}`) },
  { weight: 4, arbitrary: index.map((text) => `[${text}]`) },
  { weight: 2, arbitrary: name.map((text) => `['${text}']`) },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      "['dotted\\.key']",
      '.dotted\\.key',
      "['a','text']",
      '[a]',
      '.a\\',
      '..[0]',
      "['list'][0,-1]",
    ),
  },
);
const constant = fc.constantFrom(
  '80',
  '80.0',
  '8080.5',
  '"two"',
  "'two'",
  'true',
  '"3"',
  '-4',
  '1e3',
  '@.name',
  '"\\u00e9"',
  '+.5',
);
const operator = fc.constantFrom('==', '!=', '<', '<=', '>', '>=', '=', '<>');
const field = fc.constantFrom('@.name', '@.port', '@.on', '@.none', '@.sub.name', '@', '@[0]', '.name');
const filter = fc.oneof(
  field.map((text) => `[?(${text})]`),
  fc.tuple(field, operator, constant).map(([left, sign, right]) => `[?(${left}${sign}${right})]`),
);
const steps = fc.array(step, { maxLength: 3 }).map((parts) => parts.join(''));
const path = fc.oneof(
  { weight: 6, arbitrary: steps },
  { weight: 4, arbitrary: fc.tuple(filter, steps).map(([one, rest]) => `.list${one}${rest}`) },
  { weight: 1, arbitrary: filter.map((one) => `.numbers${one}`) },
  { weight: 1, arbitrary: filter.map((one) => `.names${one}`) },
  { weight: 1, arbitrary: fc.constantFrom('', '@', '$', '$.a', '.list[*].name', '.numbers[*]', '.names[*][0]') },
  { weight: 1, arbitrary: constant },
);
const action = path.map((text) => `{${text}}`);
const loop = fc
  .tuple(
    fc.constantFrom('.list[*]', '.names[*]', '.nested[*]', '.nested[2][*]', '.list', ''),
    fc.array(action, { maxLength: 2 }),
  )
  .map(([over, body]) => `{range ${over}}${body.join('-')}{end}`);
const noise = fc.string({
  unit: fc.constantFrom('{', '}', '[', ']', '.', '"', "'", ' ', 'a', '1', '\\', '?(', ')', '@', '\n'),
  maxLength: 6,
});
const template = fc.oneof(
  { weight: 6, arbitrary: action },
  { weight: 3, arbitrary: loop },
  { weight: 1, arbitrary: fc.tuple(loop, action).map(([one, other]) => `${one} ${other}`) },
  { weight: 1, arbitrary: fc.tuple(action, noise).map(([one, text]) => one.slice(0, -1) + text) },
  { weight: 1, arbitrary: noise },
);

test('generated templates select what helm selects', { timeout: 120_000 }, () => {
  const templates = fc.sample(
    // Without a value Go's reflection ends helm where it indexes what a loop over nothing gives.
    template.filter((text) => text !== '' && !/^\{range \.nested\[2\].*\[/.test(text)),
    150 * RUNS,
  );
  const expected = templates.map(theirs);
  for (const [at, one] of templates.entries()) expect([one, ours(one)]).toEqual([one, expected[at]]);
  // Most generated cases must be valid, or the test would say little.
  expect(expected.filter((text) => text === undefined).length).toBeGreaterThan(templates.length / 50);
  expect(expected.filter((text) => text !== undefined && text !== '').length).toBeGreaterThan(templates.length / 4);
});

test('wildcards and descents select what helm selects, but in the order of keys', () => {
  const sorted = (text: string | undefined): string[] | undefined => text?.split(' ').toSorted();
  for (const one of [
    '{.a.*}',
    '{.*}',
    '{..}',
    '{..name}',
    '{.list..name}',
    '{.list[*].*}',
    '{.text.*}',
    '{range .a.*}[{@}] {end}',
  ]) {
    expect([one, sorted(ours(one))]).toEqual([one, sorted(theirs(one))]);
  }
  expect(ours('{.a.*}')).toBe('2 5e+06 1 x <&>\u2028');
});

test("the output equals helm's, with a warning for a missing path", () => {
  for (const one of ['{range .list[*]}{.name}{"\\n"}{end}', '{.a}', '{.list[0].port} é', '{"\\xff"}', '{.nothing}']) {
    const { status, stdout } = helm(['show', 'values', chart, '--jsonpath', one]);
    expect(pkg(['show', 'values', chart, '--jsonpath', one])).toEqual({ status, stdout, stderr: '' });
  }
  expect(pkg(['show', 'values', chart, '--jsonpath', '{.missing}'])).toEqual({
    status: 0,
    stdout: '',
    stderr: 'warning: --jsonpath selects nothing: there is no missing\n',
  });
  const compared = pkg(['show', 'values', chart, '--jsonpath', '{.list[?(@.port==80)]}']);
  expect(compared.stderr).toContain('a number compares with 80.0, not with 80');
  const refused = pkg(['show', 'values', chart, '--jsonpath', '{.a']);
  expect(refused).toMatchObject({ status: 1, stdout: '' });
  expect(refused.stderr).toContain('this is not a JSONPath template: "{" without "}"');
});
