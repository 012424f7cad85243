/** Helm's functions for durations, compared with helm. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseDuration } from '../../../../src/render/functions/durations.ts';
import { anyText, call, literal, oneOf, shown } from './literals.ts';
import { expectSame, pkgOutcome } from './support.ts';
import { RUNS, SEED } from '../../../support/generation.ts';

const digits = fc.oneof(
  fc.nat({ max: 999 }).map(String),
  fc.constantFrom('', '0', '00', '000000000000000000000000000000000000000001', '9223372036', '9223372037'),
  fc.constantFrom('9223372036854775807', '9223372036854775808', '9223372036854775809', '99999999999999999999999'),
  fc.stringMatching(/^[0-9]{1,40}$/),
);
const component = fc
  .tuple(
    digits,
    fc.constantFrom('', '', '.'),
    fc.oneof(fc.constant(''), digits),
    fc.constantFrom('h', 'm', 's', 'ms', 'us', 'µs', 'μs', 'ns', '', 'd', 'H', ' ', '_'),
  )
  .map((parts) => parts.join(''));
const durationText = fc
  .tuple(
    fc.constantFrom('', '', '', '-', '+', ' ', '\t', '\u0085', '--'),
    fc.array(component, { minLength: 1, maxLength: 3 }),
    fc.constantFrom('', '', '', ' ', '\n', '\u2003'),
  )
  .map(([before, components, after]) => literal(before + components.join('') + after));
const numberText = oneOf(
  ...['1', '-1.5', '1e3', '1E-10', '1e400', '-1e400', '0x10', '0x1p4', '0x1.8p-2', '1_000', '0b1', '0o7', '.5', '5.'],
  ...['inf', '-Inf', '+infinity', 'NaN', '-nan', 'nano', '9223372036.854775807', '9223372036.854776', '-9223372036.9'],
  ...['1e-9', '1.9999999999', '-1.9999999999', '0.1', '123456789.987654321', '', ' ', '1,5', '1s1', '١'],
);
/** Templates have integers of other kinds only by way of methods and of bytes. */
const value = fc.oneof(
  { weight: 4, arbitrary: durationText },
  { weight: 2, arbitrary: numberText },
  anyText,
  fc.double({ noNaN: true }).map((number) => `(float64 ${literal(String(number))})`),
  fc.double({ min: -1e10, max: 1e10, noNaN: true }).map((number) => `(float64 ${literal(String(number))})`),
  fc.integer().map(String),
  fc.constantFrom('9223372036', '9223372037', '-9223372036', '-9223372037', '(int64 "9223372036854775807")', '1.5'),
  fc.constantFrom('nil', 'true', '.Values.n', '.Values.f', '.Values.l', '.Values.m', '.Values.missing', '.Values.bf'),
  fc.constantFrom('(index "aé" 1)', '((toDate "2006" "2024").Month)', '(len "abc")', '(toDate "2006" "2024")', '""'),
  fc.constantFrom('(mustToDuration "1h2m3.5s")', '(mustToDuration "-1ns")', '(dict)', '(list)', "'a'", '(divf 1 3)'),
);
const measures = [
  ...['mustToDuration', 'durationSeconds', 'durationMilliseconds', 'durationMicroseconds', 'durationNanoseconds'],
  ...['durationMinutes', 'durationHours', 'durationDays', 'durationWeeks'],
];

test('the value of a duration', { timeout: 600_000 }, () => {
  const calls = fc.oneof(...measures.map((name) => call(name, value)));
  expectSame(fc.sample(calls, { numRuns: 900 * RUNS, seed: SEED }));
});

test('multiples of durations', { timeout: 600_000 }, () => {
  const unit = fc.oneof(value, oneOf('1h', '30m', '7s', '1.5s', '0s', '-1s', '1ns'));
  const calls = fc.oneof(
    call('durationRoundTo', value, unit),
    call('durationTruncateTo', value, unit),
    fc.tuple(value, unit).map(([a, b]) => shown(`(${a} | durationRoundTo ${b})`)),
  );
  expectSame(fc.sample(calls, { numRuns: 500 * RUNS, seed: SEED }));
});

test('printing, parsing and the methods of durations', { timeout: 600_000 }, () => {
  const uses = [
    'toJson',
    'toYaml',
    'toYamlPretty',
    'toString',
    'quote',
    'int',
    'int64',
    'float64',
    'printf "%d|%v|%s|%q|%T"',
    'kindOf',
    'typeOf',
    'default "x"',
    'dict "a" | toJson',
    'dict "a" | toToml',
    'add 1',
    'durationSeconds',
    'empty',
  ];
  const methods = 'Hours Minutes Seconds Milliseconds Microseconds Nanoseconds String Abs Nothing'.split(' ');
  const length = durationText.map((text) => `(mustToDuration ${text})`);
  const calls = fc.oneof(
    fc.tuple(length, fc.constantFrom(...uses)).map(([a, use]) => `{{${a} | ${use}}}`),
    fc.tuple(length, fc.constantFrom(...methods)).map(([a, method]) => shown(`${a}.${method}`)),
    fc
      .tuple(length, fc.constantFrom('Round', 'Truncate', 'Add'), length)
      .map(([a, method, b]) => shown(`(${a}.${method} ${b})`)),
    fc.tuple(length, fc.constantFrom('eq', 'lt', 'ge'), length).map(([a, test, b]) => `{{${test} ${a} ${b}}}`),
    fc.constantFrom('{{mustToDuration}}', '{{durationSeconds 1 2}}', '{{durationRoundTo 1}}', '{{toDuration 1}}'),
  );
  expectSame(fc.sample(calls, { numRuns: 500 * RUNS, seed: SEED }));
});

test('a string of a million digits takes little time', () => {
  const many = '0'.repeat(1_000_000);
  expect(parseDuration(`${many}1s`)).toBe(1_000_000_000n);
  expect(parseDuration(`1.${many}s`)).toBe(1_000_000_000n);
  expect(parseDuration(`${'9'.repeat(1_000_000)}s`)).toBeUndefined();
  expect(parseDuration('1s'.repeat(100_000))).toBe(100_000n * 1_000_000_000n);
  expect(pkgOutcome(`{{mustToDuration (repeat 300000 "9")}}`)).toHaveProperty('error');
});
