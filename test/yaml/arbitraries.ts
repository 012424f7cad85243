/** Hostile data for everything that prints or reads YAML. */
import fc from 'fast-check';
import type { Value, ValueMap } from '../../src/yaml/value.ts';
import { RUNS } from '../support/generation.ts';

/** Multiplies the number of runs of a property test. */
export const runs = (count: number): { numRuns: number } => ({
  numRuns: count * RUNS,
});

const WORDS = [
  ...['on', 'No', 'y', 'N', 'TRUE', 'null', '~', 'Null', '=', '<<', '.inf', '-.INF', '.nan', '', '?', '-', ':', '!'],
  ...[
    '0755',
    '1e3',
    '1_000',
    '0x1f',
    '0o7',
    '0b1',
    '1:30',
    '190:20:30',
    '.5',
    '1.',
    '+1',
    '-0',
    '1e400',
    '08',
    '1.0e+3',
  ],
  ...[
    '2020-01-01',
    '2001-12-14t21:59:43.10-05:00',
    '---',
    '...',
    '--- a',
    '... b',
    '# a',
    'a # b',
    'a: b',
    'a:',
    '- a',
  ],
  ...[
    '{{ a }}',
    '[a]',
    '{a: b}',
    '&a',
    '*a',
    '!!str a',
    '|',
    '>-',
    '%YAML 1.1',
    '@a',
    '`a',
    "'a",
    '"a',
    '# Source: a/b.yaml',
  ],
  ...[
    'a\n---\nb',
    'a\n...\n',
    '\n',
    '\n\n',
    ' a\nb',
    '\ta\nb',
    'a\tb\nc',
    'a \nb',
    'a\n b\n',
    'a\n\n\n',
    'a\r\nb',
    '__proto__',
  ],
];

const CHARACTERS = [
  ...'abcyneEoxX019 .-+_:#?!&*|>%@`"\'{}[],~=<\\/\n\n\n\t\r\0\u0007\u001b\u007f\u0085\u00a0\u2028\u2029\ufeff\ufffeé😀\u0301',
];

/** Any text: YAML's syntax, every control character, breaks of other standards, halves of surrogate pairs. */
export const text: fc.Arbitrary<string> = fc.oneof(
  fc.constantFrom(...WORDS),
  fc.string({ unit: fc.constantFrom(...CHARACTERS, '\ud800', '---', '...', '  ', '\n\n'), maxLength: 14 }),
  fc.string({ unit: 'binary', maxLength: 6 }),
  fc.string({ unit: fc.constantFrom(...CHARACTERS), minLength: 100, maxLength: 1200 }),
);

const number = fc.oneof(
  fc.integer(),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.constantFrom(0, 1e21, 1e-7, 2 ** 53, -(2 ** 53), 1.5e300, 5e-324, 123456789012345680000),
  fc.bigInt({ min: 2n ** 53n, max: 2n ** 64n - 1n }),
);

const nested = fc.letrec<{ value: Value; map: ValueMap }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    text,
    number,
    fc.boolean(),
    fc.constant(null),
    fc.array(tie('value')),
    tie('map'),
  ),
  map: fc.array(fc.tuple(text, tie('value')), { maxLength: 4 }).map((entries) => new Map(entries)),
}));

/** Any data; halves of surrogate pairs in it are possible. */
export const value: fc.Arbitrary<Value> = nested.value;

/** Any map. */
export const valueMap: fc.Arbitrary<ValueMap> = nested.map;

/**
 * Data as it can be compared between readers: numbers as floats, maps as sorted entries, text as UTF-8
 * can hold it.
 */
export function comparable(data: unknown): unknown {
  if (typeof data === 'number' || typeof data === 'bigint') return Number(data) + 0;
  if (typeof data === 'string') return data.toWellFormed();
  if (Array.isArray(data)) return data.map(comparable);
  if (typeof data !== 'object' || data === null) return data;
  const entries = data instanceof Map ? [...(data as Map<string, unknown>)] : Object.entries(data);
  return new Map(
    entries.map(([key, item]) => [key.toWellFormed(), comparable(item)] as const).sort(([a], [b]) => (a < b ? -1 : 1)),
  );
}
