/** JSON and YAML in templates: generated calls, compared with helm. */
import fc from 'fast-check';
import { test } from 'vitest';
import { quoteGo } from '../../../../src/render/functions/quote.ts';
import { literal } from './literals.ts';
import { expectSame } from './support.ts';
import { RUNS, SEED } from '../../../support/generation.ts';

const CHARACTERS = [
  ...'abcyn09 .-+_:#?!&*|>%@`"\'{}[],~=<\\/\n\t\r\0\x07\x1b\x7f\u0085\u00a0\u2028\u2029\ufeff\ufffeé😀’',
  ...['  ', '\n\n', '---'],
];
const WORDS = [
  ...['on', 'No', 'y', 'TRUE', 'null', '~', '=', '<<', '.inf', '', '0755', '1e3', '1_000', '0x1f', '0b-1', '1:30'],
  ...['.5', '.5_0', '2020-01-01', '2020-13-01', '2001-12-14t21:59:43.10-05:00', '---', '# a', 'a: b', '- a', '@a'],
  ...['a\n---\nb', '\n', '\n\n', ' a\nb', '\ta\nb', 'a \nb', 'a\n b\n', 'a\n\n\n', 'app.kubernetes.io/name'],
];
const long = fc
  .array(fc.constantFrom('word', 'lorem', 'é', ' ', "it's", '"q"', 'x: y', '#', '\u2028', '1.5', '😀'), {
    minLength: 10,
    maxLength: 60,
  })
  .map((words) => words.join(' '));
const text = fc.oneof(
  fc.constantFrom(...WORDS),
  fc.string({ unit: fc.constantFrom(...CHARACTERS), maxLength: 12 }),
  long,
  fc.stringMatching(/^[-+]?[0-9_.:eExXbB]{0,8}$/),
);
const number = fc.oneof(
  fc.integer(),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.constantFrom(0, 1e6, 1e21, 1e20, 1e19, 1e-7, 2 ** 53, 2 ** 63, -(2 ** 63), 2 ** 64, 0.000001, 1234567.5),
);
/** Data as the text of its JSON. */
const { data } = fc.letrec<{ data: string }>((tie) => ({
  data: fc.oneof(
    { depthSize: 'small' },
    { arbitrary: text.map((value) => JSON.stringify(value)), weight: 4 },
    number.map(String),
    fc.constantFrom('true', 'false', 'null', '-0', '[]', '{}'),
    fc.array(tie('data'), { maxLength: 4 }).map((items) => `[${items.join()}]`),
    fc
      .array(fc.tuple(text, tie('data')), { maxLength: 5 })
      .map((entries) => `{${entries.map(([name, value]) => `${JSON.stringify(name)}:${value}`).join()}}`),
  ),
}));
const expression = fc.oneof(
  data.map((value) => `(index (fromJsonArray ${literal(`[${value}]`)}) 0)`),
  fc
    .array(
      fc.oneof(
        text.map(literal),
        fc.uint8Array({ maxLength: 9 }).map((bytes) => quoteGo(Buffer.from(bytes).toString('latin1'), true)),
        fc.integer().map(String),
        fc.constantFrom('9007199254740993', '.Values.m.a', '.Values.l', '(fromYaml "")', '(fromJsonArray "null")'),
      ),
    )
    .map((items) => `(list ${items.join(' ')})`),
);

test('values are printed as by helm', () => {
  const names = [
    'toToml',
    'mustToToml',
    'toYaml',
    'toYamlPretty',
    'toJson',
    'toRawJson',
    'toPrettyJson',
    'mustToYaml',
    'mustToJson',
  ];
  const calls = fc.tuple(fc.constantFrom(...names), expression).map(([name, given]) => `{{${name} ${given}}}`);
  expectSame(fc.sample(calls, { numRuns: 900 * RUNS, seed: SEED }), { sameErrors: false });
});

test('times and versions are printed as by helm', () => {
  const values = [
    '(semver "1.2.3-a+b")',
    '(toDate "2006-01-02" "1999-12-31")',
    '(toDate "2006-01-02 15:04:05.999 -0700" "1999-01-01 10:11:12.5 +0200")',
    '(list (semver "0.0.1") (dict "a" (toDate "2006" "2024")))',
  ];
  const names = ['toToml', 'toYaml', 'toYamlPretty', 'toJson', 'toRawJson', 'toPrettyJson'];
  const calls = names.flatMap((name) =>
    values.map((value) => `{{${name} ${name === 'toToml' ? `(dict "k" ${value})` : value}}}`),
  );
  expectSame(calls, { sameErrors: false });
});

const json = fc.oneof(
  fc.json({ maxDepth: 2 }),
  fc
    .array(
      fc.constantFrom(
        ...[
          '{',
          '}',
          '[',
          ']',
          ',',
          ':',
          '"a"',
          '"',
          '1',
          '-',
          '0',
          '1.5',
          '1e5',
          'e',
          '.',
          'true',
          'tru',
          'null',
          'nul',
        ],
        ...[' ', '\n', '\\', '"\\u00e9"', '"\\ud800"', '"\\x"', 'é', '\t', "'", '1e400', '"a":1', 'x'],
      ),
      { maxLength: 7 },
    )
    .map((parts) => parts.join('')),
);

test('JSON is read as helm reads it', () => {
  const names = ['fromJson', 'fromJsonArray', 'mustFromJson'];
  const calls = fc
    .tuple(fc.constantFrom(...names), json)
    .map(
      ([name, given]) =>
        `{{with $x := list (${name} ${literal(given)})}}{{toJson $x}}{{printf "%T" (index $x 0)}}{{end}}`,
    );
  expectSame(fc.sample(calls, { numRuns: 600 * RUNS, seed: SEED }));
});

test('TOML is read as helm reads it', () => {
  const texts = [
    ...[
      'a = 1\nb = 1.5\nc = "x"\nd = true',
      '[t]\nx = 1\n[t.u]\ny = [1, 2]',
      '[[l]]\na = 1\n[[l]]\na = 2',
      'a.b.c = 1',
    ],
    ...['a = {b = 1, c = [1.0, 2.5]}', 'x = 9223372036854775807', 'x = 0xff\ny = 0o17\nz = 0b11\nw = 1_000', '# c\n'],
    ...[
      's = \'\'\'\na\nb\'\'\'\nt = """\nc \\\n d"""',
      's = "\\u00e9é"',
      '"quoted key" = 1\n\'k\' = 2',
      'f = 1e6\ng = -0.0',
    ],
    ...['d = 1979-05-27T07:32:00Z'],
  ];
  const calls = texts.map(
    (text) =>
      `{{with $x := fromToml ${literal(text)}}}{{toJson $x}}{{range $k, $v := $x}}{{printf "%T" $v | trimPrefix "[]map[string]"}}{{end}}{{end}}`,
  );
  const broken = [
    'a = ',
    'a = 1\\na = 2',
    'a = 99999999999999999999',
    'a = -9223372036854775809',
    'a = 9223372036854775807',
  ];
  expectSame([...calls, ...broken.map((text) => `{{hasKey (fromToml "${text}") "Error"}}`)]);
});
