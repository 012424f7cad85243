/** Dates, durations and zones, compared with helm. */
import { readdirSync } from 'node:fs';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { anyText, call, literal, oneOf, shown } from './literals.ts';
import { expectSame, helmOutcomes, pkgOutcome } from './support.ts';
import { RUNS, SEED } from '../../../support/generation.ts';

const elements =
  '2006 06 01 1 Jan January 02 2 _2 002 __2 Monday Mon 15 03 3 04 4 05 5 PM pm MST -0700 -07:00 -07 Z0700 Z07:00 Z07 ' +
  '-07:00:00 -070000 Z070000 .000 .999 ,000000 .000000000000';
const separators = ['-', ':', ' ', '/', '', 'T', 'é', '1', '_', 'Janet', 'Q'];
const layout = fc
  .array(fc.tuple(fc.constantFrom(...elements.split(' ')), fc.constantFrom(...separators)), { maxLength: 8 })
  .map((parts) => parts.flat().join(''));
const zones = readdirSync('/usr/share/zoneinfo', { recursive: true, withFileTypes: true })
  .filter((file) => file.isFile() && !/^(?:right|posix)/.test(file.parentPath.slice('/usr/share/zoneinfo/'.length)))
  .map((file) => `${file.parentPath}/${file.name}`.slice('/usr/share/zoneinfo/'.length))
  .filter((name) => /^[A-Z]/.test(name));
const zone = fc.oneof(
  fc.constantFrom(...zones),
  fc.constantFrom('Europe/Berlin', 'America/New_York', 'Australia/Sydney', 'UTC', 'Local', '', 'Asia/Kolkata'),
  fc.constantFrom('europe/berlin', 'Mars/Base', '../etc', '/etc/localtime', '+02:00', 'EST5EDT', 'CET'),
);
const seconds = fc.oneof(
  fc.integer({ min: -5e9, max: 1e10 }).map(String),
  fc.integer({ min: 1.6e9, max: 1.8e9 }).map(String),
  fc.constantFrom(
    '0',
    '((toDate "2006" "2024").Unix)',
    '253402300800',
    '-62135596801',
    '99999999999999',
    '-99999999999999',
  ),
);
const FULL = '2006-01-02T15:04:05.999999999Z07:00 Monday Jan MST 002';
const duration = fc.constantFrom(
  ...[
    '1h',
    '-1.5h',
    '90m',
    '1h30m5s',
    '100ms',
    '1us',
    '1µs',
    '-3ns',
    '0',
    '',
    '1',
    'x',
    '1d',
    '.5s',
    '5.s',
    '+1h',
    '2540400h10m10s',
  ],
  ...['9223372036854775807ns', '9223372036854775808ns', '-9223372036854775808ns', '1h1h', '1.0000000001s', '3000000h'],
);

test('layouts and zones', { timeout: 600_000 }, () => {
  const calls = fc.oneof(
    fc.tuple(layout, seconds, zone).map(([a, b, c]) => shown(`(dateInZone ${literal(a)} ${b} ${literal(c)})`)),
    fc.tuple(seconds, zone).map(([a, b]) => shown(`(date_in_zone ${literal(FULL)} ${a} ${literal(b)})`)),
    fc.tuple(layout, seconds).map(([a, b]) => shown(`(date ${literal(a)} ${b})`)),
    fc.tuple(seconds, zone).map(([a, b]) => shown(`(htmlDateInZone ${a} ${literal(b)})`)),
    seconds.map((a) => shown(`(htmlDate ${a})`)),
  );
  expectSame(fc.sample(calls, { numRuns: 900 * RUNS, seed: SEED }));
});

/** Texts that fit their layouts, nearly. */
const dated = fc
  .tuple(layout, fc.integer({ min: 0, max: 4e9 }), fc.constantFrom('', '', '', 'x', ' ', '.5', '0'))
  .map(([form, at, more]) => [form, `(print (dateInZone ${literal(form)} ${at} "Europe/Berlin") ${literal(more)})`]);
const written = fc.tuple(
  fc.constantFrom(
    '2006-01-02',
    '2006-01-02 15:04:05',
    '2006-01-02T15:04:05Z07:00',
    'Jan _2 2006 3:04PM',
    '2006 __2',
    '2006-01-02 MST',
    '2006-01-02 15:04 -0700 MST',
    '2006-002 01',
  ),
  fc.constantFrom(
    '2024-02-29',
    '2023-02-29',
    '2024-13-01',
    '2024-02-03 04:05:06.75',
    '2024-02-03T24:00:00Z',
    '2024-02-03T04:05:06+01:30',
    '2024-02-03T04:05:06,123+25:00',
    'feb  3 2024 12:30AM',
    '2024  60',
    '2024 366',
    '2023 366',
    '2024-02-03 CET',
    '2024-02-03 GMT+3',
    '2024-02-03 UTC',
    '2024-02-03 abc',
    '2024-02-03 ABCDE',
    '2024-02-03 WITA',
    '2024-02-03 +03',
    '2024-02-03 10:00 +0100 CET',
    '2024-02-03 10:00 +0000 UTC',
    '2024-060 02',
    '2024-060 03',
    '',
    '2024',
  ),
);

test('parsing dates', { timeout: 600_000 }, () => {
  const calls = fc.oneof(
    dated.map(([form, text]) => shown(`(toDate ${literal(form as string)} ${text})`)),
    dated.map(([form, text]) => shown(`(mustToDate ${literal(form as string)} ${text})`)),
    written.map(([form, text]) => shown(`(toDate ${literal(form)} ${literal(text)})`)),
    written.map(([form, text]) => shown(`(mustToDate ${literal(form)} ${literal(text)})`)),
  );
  // Helm says which part of the layout it is that does not fit.
  expectSame(fc.sample(calls, { numRuns: 700 * RUNS, seed: SEED }), { sameErrors: false });
});

test('a fraction has as many digits as the layout', () => {
  const calls = [
    ['05.000_2', '20.00014'],
    ['.000002', '.123060'],
    ['02,00004', '14,1259'],
    ['.000', '.12'],
  ].map(([form, text]) => shown(`(toDate "${form}" "${text}")`));
  expectSame(calls);
});

const time = fc.oneof(
  fc
    .integer({ min: -5e9, max: 8e9 })
    .map(
      (at) =>
        `(toDate "2006-01-02T15:04:05.999999999Z07:00" (dateInZone "2006-01-02T15:04:05.123456789Z07:00" ${at} "UTC"))`,
    ),
  fc.constantFrom(
    '(toDate "2006-01-02 -0700" "2024-02-29 +0130")',
    '(toDate "2006-01-02" "2024-02-29")',
    '(toDate "x" "y")',
    '(toDate "2006-01-02 15:04 MST" "2024-07-01 12:30 CEST")',
  ),
);

test('durations', { timeout: 600_000 }, () => {
  const number = fc.oneof(
    seconds.map(literal),
    seconds,
    oneOf('-5', '+5', '5x', '9223372036854775807', '99999999999999999999', ' 1', '1_0'),
  );
  const wrapped = seconds.map((text) => `(((toDate "2006" "1970").Add ${/^-?\d+$/.test(text) ? text : 5}).UnixNano)`);
  const calls = fc.oneof(
    call('duration', fc.oneof(number, wrapped, anyText)),
    call('durationRound', fc.oneof(duration.map(literal), number, wrapped)),
    fc
      .tuple(fc.constantFrom('dateModify', 'date_modify', 'mustDateModify', 'must_date_modify'), duration, time)
      .map(([name, length, at]) => shown(`(${name} ${literal(length)} ${at})`)),
    call('durationRound', fc.constantFrom('.Values.f', 'nil', 'true', '(toDate "2006" "2000")')),
    call('unixEpoch', fc.oneof(time, fc.constantFrom('1', 'nil', '"x"', '.Values.n', '.Values.nil'))),
  );
  expectSame(fc.sample(calls, { numRuns: 500 * RUNS, seed: SEED }), { sameErrors: false });
});

test('the methods of times and durations', { timeout: 600_000 }, () => {
  const plain =
    'String Year Month Day YearDay Weekday Hour Minute Second Nanosecond Unix UnixMilli UnixMicro UnixNano IsZero IsDST UTC Local Location Date Clock ISOWeek Zone MarshalJSON Nothing wall Month.String Location.String UTC.Year Format'.split(
      ' ',
    );
  const length =
    '(((toDate "2006" "2024").Sub (toDate "2006-01-02 15:04:05.999999999" "2023-01-01 10:00:59.987654321")))';
  const ofLength = 'Hours Minutes Seconds Milliseconds Microseconds Nanoseconds String Abs'.split(' ');
  const units = fc.constantFrom(
    '1000000000',
    '3600000000000',
    '86400000000000',
    '7',
    '0',
    '-5',
    '1.5',
    '"1h"',
    '(now.Unix)',
  );
  const calls = fc.oneof(
    { weight: 4, arbitrary: fc.tuple(time, fc.constantFrom(...plain)).map(([at, name]) => shown(`${at}.${name}`)) },
    fc
      .tuple(time, fc.constantFrom('After', 'Before', 'Equal', 'Compare', 'Sub'), time)
      .map(([a, name, b]) => shown(`(${a}.${name} ${b})`)),
    fc
      .tuple(time, fc.constantFrom('Add', 'Truncate', 'Round'), units)
      .map(([a, name, b]) => shown(`(${a}.${name} ${b})`)),
    fc
      .tuple(time, fc.integer({ min: -50, max: 50 }), fc.integer({ min: -50, max: 50 }))
      .map(([a, b, c]) => shown(`(${a}.AddDate ${b} ${c} ${c})`)),
    fc.tuple(time, layout).map(([a, form]) => shown(`(${a}.Format ${literal(form)})`)),
    fc.tuple(time, time).map(([a, b]) => shown(`(${a}.In ${b}.Location)`)),
    fc.constantFrom(...ofLength).map((name) => shown(`${length}.${name}`)),
    fc.tuple(fc.constantFrom('Round', 'Truncate'), units).map(([name, unit]) => shown(`(${length}.${name} ${unit})`)),
    time.map(
      (a) =>
        `{{list ${a}}} {{dict "a" ${a} | toJson}} {{printf "%s|%q|%v|%d|%#v|%#-30.20v" ${a} ${a} ${a} ${a}.Month ${a} ${a}.UTC}} {{eq ${a} ${a}}}{{if ${a}}}1{{end}}`,
    ),
    time.map(
      (a) =>
        `{{${length}}} {{eq ${length} ${length}}} {{printf "%d|%v|%s" ${length} ${length} ${length}}}{{${a} | date "06"}}`,
    ),
    time.map((a) => `{{ago ${a} | len | lt 3}}`),
  );
  expectSame(fc.sample(calls, { numRuns: 700 * RUNS, seed: SEED }), { sameErrors: false });
});

test('now has the form that it has in helm', { timeout: 600_000 }, () => {
  const templates = [
    '{{now}}',
    '{{now | date "2006-01-02"}}|{{date "2006-01-02" "x"}}|{{htmlDate nil}}',
    '{{ago now}}{{ago 5.5}}',
    '{{now.UTC}}',
    '{{(now.Add 1)}}',
    '{{printf "%T" now}}',
    '{{now.Year | printf "%T %v"}}',
  ];
  const shape = (text: string): string =>
    text
      .replace(/m=\+\d+\.\d{9}/, 'm')
      .replaceAll(/\.\d+ \+/g, ' +')
      .replaceAll(/\d/g, 'd');
  const theirs = helmOutcomes(templates);
  for (const [index, template] of templates.entries()) {
    expect(shape(JSON.stringify(pkgOutcome(template))), template).toBe(shape(JSON.stringify(theirs[index])));
  }
});
