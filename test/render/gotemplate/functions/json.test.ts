/** Texts that helm reads as JSON, and its errors for others. */
import fc from 'fast-check';
import { test } from 'vitest';
import { anyText, literal } from './literals.ts';
import { expectSame } from './support.ts';
import { RUNS, SEED } from '../../../support/generation.ts';

const pieces = [
  ...[
    '{',
    '}',
    '[',
    ']',
    ',',
    ':',
    '"a"',
    '"b":',
    '"a":1',
    '"c":[1,1e999,2]',
    '{"d":1e400}',
    'true',
    'false',
    'null',
    'nul',
    'tru',
    'fals',
    'x',
    'NaN',
  ],
  ...['0', '-', '1', '01', '-0', '1.', '.5', '1.5', '1e', '1e+', '1E5', '1e400', '-1e400', '9007199254740993', '+1'],
  ...[
    ' ',
    '\n',
    '\t',
    '\r',
    '\f',
    '\u00a0',
    '\u2028',
    'é',
    '😀',
    '\u0000',
    '\u0001',
    '\u001f',
    '\u007f',
    "'",
    '/',
    '//',
  ],
  ...[
    '"',
    '\\',
    '"\\',
    '\\u',
    '\\u12',
    '\\uD83D',
    '\\uDE00',
    '\\u0041',
    '\\n',
    '\\x',
    '"\\ud800"',
    '"\\udc00x"',
    '"é"',
  ],
];
const made = fc.array(fc.constantFrom(...pieces), { maxLength: 8 }).map((all) => all.join(''));
/** JSON in which one place was changed. */
const broken = fc
  .tuple(fc.json({ maxDepth: 3 }), fc.nat(), fc.nat({ max: 2 }), fc.constantFrom(...pieces))
  .map(([text, place, length, piece]) => {
    const at = place % (text.length + 1);
    return text.slice(0, at) + piece + text.slice(at + length);
  });
const bytes = fc.constantFrom(
  '"{\\"a\\": \\"\\xff\\"}"',
  '"\\xff"',
  '"\\"\\xed\\xa0\\x80\\""',
  '"[\\"\\xc3\\"]"',
  '"{\\"\\xff\\":1,\\"\\xfe\\":2}"',
);
const text = fc.oneof(made.map(literal), broken.map(literal), anyText, bytes, fc.json().map(literal));

test('texts that are read, and texts that are refused', { timeout: 600_000 }, () => {
  const uses = ['fromJson', 'fromJsonArray', 'mustFromJson'];
  const calls = fc.tuple(fc.constantFrom(...uses), text).map(([use, given]) => `{{printf "%v" (${use} ${given})}}`);
  expectSame(fc.sample(calls, { numRuns: 1500 * RUNS, seed: SEED }));
});
