/** Texts that helm reads as TOML, and its errors for others. */
import fc from 'fast-check';
import { test } from 'vitest';
import { anyText, literal } from './literals.ts';
import { expectSame } from './support.ts';
import { RUNS, SEED } from '../../../support/generation.ts';

const names = [
  'a',
  'b',
  'c',
  'a.b',
  'a.b.c',
  '"a"',
  "'b c'",
  '""',
  '"\\u00e9"',
  '-',
  '1',
  'é',
  '!',
  ' a . b ',
  'a.',
  '.a',
  '"x',
  '',
];
const name = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom('a', 'b', 'c', 'a.b', 'b.c', 'a.b.c') },
  fc.constantFrom(...names),
);
const number = fc.oneof(
  fc.constantFrom(
    ...[
      '0',
      '1',
      '-1',
      '+1',
      '00',
      '01',
      '+01',
      '0x1F',
      '0xg',
      '0o17',
      '0o8',
      '0b1',
      '0b2',
      '0b',
      '+0x1',
      '-0',
      '+0b1',
      '1_000',
      '1__0',
      '_1',
      '1_',
    ],
    ...[
      '9223372036854775807',
      '9223372036854775808',
      '-9223372036854775808',
      '-9223372036854775809',
      '0xffffffffffffffff',
      '0x_1',
      '0_1',
    ],
    ...[
      '1.5',
      '.5',
      '5.',
      '1.e2',
      '1e5',
      '1E5',
      '1e',
      '1e+',
      '1e400',
      '-1e400',
      '1e-400',
      '1.0e5.2',
      '1--5',
      '1.0-5',
      '1_0.0_1',
      '1._0',
      '1.0_',
      '00.5',
      '-00.5',
    ],
    ...[
      'inf',
      '+inf',
      '-inf',
      'nan',
      '+nan',
      '-nan',
      'ian',
      'nnf',
      'in',
      'int',
      'infx',
      'na',
      '+in',
      '-nab',
      '+.5',
      '- 1',
      '+',
      '-a',
      '+é',
    ],
  ),
  fc.stringMatching(/^[-+]?[0-9_.eExob+-]{1,8}$/),
);
const date = fc.oneof(
  fc.constantFrom(
    ...[
      '1979-05-27T07:32:00Z',
      '1979-05-27T00:32:00-07:00',
      '1979-05-27 07:32:00z',
      '1979-05-27t07:32:00.999999',
      '1979-05-27',
      '07:32:00',
      '07:32',
    ],
    ...[
      '1979-05-27T07:32',
      '1979-05-27T07:32Z',
      '1979-5-27',
      '1979-05-7',
      '7:32:00',
      '1979-13-01',
      '1979-02-30',
      '24:00:00',
      '1979-05-27T',
      '1979-05-27T07',
      '1979-',
      '19-05',
    ],
    ...[
      '1979-05-27 # c',
      '1979-05-27T07:32:00+25:00',
      '1979-05-27T07:32:00.123456789123Z',
      '0-1',
      '1:2:3',
      '12:61',
      '1979-05-27T07:32:60Z',
    ],
  ),
  fc.stringMatching(/^[0-9]{1,4}[-:][0-9]{2}[-: T0-9Z.+]{0,12}$/),
);
const inside = fc.array(
  fc.constantFrom(
    ...[
      'x',
      'é',
      '😀',
      ' ',
      '\t',
      '\\n',
      '\\"',
      '\\\\',
      '\\e',
      '\\x41',
      '\\xZ',
      '\\u00e9',
      '\\ud800',
      '\\u12',
      '\\U0001F600',
      '\\UFFFFFFFF',
      '\\q',
      '\\ ',
      '\\',
    ],
    ...['\n', '\r\n', '\r', '\\\n  ', '\\ \n', '"', "'", '""', "''", '"""', '\u0001', '\u007f', '#'],
  ),
  { maxLength: 5 },
);
const string = fc
  .tuple(inside, fc.constantFrom('"', "'", '"""', "'''"), fc.constantFrom('', '', '', '', 'no'))
  .map(([parts, mark, open]) => mark + parts.join('') + (open === '' ? mark : ''));
const value: fc.Arbitrary<string> = fc.letrec<{ value: string; pair: string }>((tie) => ({
  pair: fc.tuple(name, fc.constantFrom('=', ' = ', '=', ' ', ''), tie('value')).map((parts) => parts.join('')),
  value: fc.oneof(
    { depthSize: 'small' },
    number,
    string,
    date,
    fc.constantFrom('true', 'false', 'tru', 'True', 'é', 'x', '', '=', '?', ',', ']', '}', '\n', '\r\n', '# c'),
    fc
      .tuple(
        fc.array(tie('value'), { maxLength: 3 }),
        fc.constantFrom(',', ', ', ',\n', ' # c\n,', ' ', ',,'),
        fc.constantFrom(']', ',]', ' ]', '\n]', '', '}'),
      )
      .map(([items, between, end]) => `[${items.join(between)}${end}`),
    fc
      .tuple(
        fc.array(tie('pair'), { maxLength: 3 }),
        fc.constantFrom(',', ', ', ',\n', '# c\n,', ' ', ',,'),
        fc.constantFrom('}', ',}', ' }', '\n}', '', ']'),
      )
      .map(([pairs, between, end]) => `{${pairs.join(between)}${end}`),
  ),
})).value;
const simple = fc.constantFrom(
  '1',
  '"x"',
  '[]',
  '[1]',
  '{}',
  '{b=1}',
  '[{b=1},{b=2}]',
  '{b.c=1}',
  '[[{c=1}]]',
  '[1,{b=1}]',
);
const line = fc.oneof(
  {
    weight: 4,
    arbitrary: fc
      .tuple(
        name,
        fc.constantFrom(' = ', '=', ' = ', ' ', '\n='),
        fc.oneof(simple, value),
        fc.constantFrom('', '', '', ' # c', ' x', ' \t'),
      )
      .map((parts) => parts.join('')),
  },
  fc
    .tuple(fc.constantFrom('[', '[', '[', ' [', '[['), name, fc.constantFrom(']', ']', ' ]', '', ']]', '] x', '] # é'))
    .map((parts) => parts.join('')),
  fc.tuple(fc.constantFrom('a', 'b', 'a.b')).map(([key]) => `[[${key}]]`),
  fc.constantFrom('', '# c', '\t', '#\u0001', '\u0000', '#é', '=', '.', '"', '\r'),
);
const text = fc
  .tuple(
    fc.array(line, { minLength: 1, maxLength: 5 }),
    fc.constantFrom('\n', '\n', '\r\n'),
    fc.constantFrom('', '', '\n'),
    fc.constantFrom('', '', '', '\ufeff'),
  )
  .map(([lines, between, end, mark]) => mark + lines.join(between) + end);

const calls = (of: fc.Arbitrary<string>): fc.Arbitrary<string> =>
  of.map((given) => `{{printf "%v" (fromToml ${given})}}`);

test('texts that are read, and texts that are refused', { timeout: 600_000 }, () => {
  expectSame(fc.sample(calls(text.map(literal)), { numRuns: 2000 * RUNS, seed: SEED }));
});

test('values by themselves', { timeout: 600_000 }, () => {
  const single = fc.oneof(value, number, string, date).map((given) => literal(`a = ${given}`));
  expectSame(fc.sample(calls(single), { numRuns: 1500 * RUNS, seed: SEED }));
});

test('tables that are defined more than once', { timeout: 600_000 }, () => {
  const key = fc.constantFrom('a', 'a.b', 'a.b.c', 'b', 'a.c');
  const lines = fc.oneof(
    fc.tuple(key, simple).map(([one, given]) => `${one} = ${given}`),
    key.map((one) => `[${one}]`),
    key.map((one) => `[[${one}]]`),
  );
  const texts = fc.array(lines, { minLength: 2, maxLength: 6 }).map((all) => literal(all.join('\n')));
  expectSame(fc.sample(calls(texts), { numRuns: 1500 * RUNS, seed: SEED }));
});

test('bytes that are not UTF-8, and the types of values', { timeout: 600_000 }, () => {
  const types = fc
    .oneof(simple, number, date)
    .map((given) => `{{with (fromToml ${literal(`a = ${given}`)})}}{{printf "%T %v" .a .a}}{{toJson .}}{{end}}`);
  expectSame(fc.sample(fc.oneof(calls(anyText), types), { numRuns: 500 * RUNS, seed: SEED }));
});
