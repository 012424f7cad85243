/**
 * `printf` with verbs, flags and values that fit and that do not, and complex constants in every function, held against
 * the real helm.
 */
import fc from 'fast-check';
import { test } from 'vitest';
import { functionNames } from '../../../../src/render/gotemplate/functions/index.ts';
import { expectSame } from './support.ts';
import { RUNS, SEED } from '../../../support/generation.ts';

const complex = fc
  .tuple(
    fc.constantFrom('', '', '-', '+'),
    fc.constantFrom('0', '1', '2.5', '1e3', '0x1p4', '012', '.5', '1_0', '0b1', '0o7', '0x1e', '1e400'),
    fc.constantFrom('', '', '+0', '-1', '+1.5', '-2e2', '+0x1p-2', '-1_0', '+', '+1e999'),
  )
  .map((parts) => `${parts.join('')}i`);

/** No pointers, whose addresses differ from run to run. */
const value = fc.oneof(
  fc.constantFrom(
    ...['nil', 'true', '0', '-7', '0x7f', '9223372036854775807', '1.5', '-0.0', '1e21', '1e-7', '100000000.5'],
    ...[
      "'x'",
      "'😀'",
      '""',
      '"é😀x"',
      '"a\\nb\\"c"',
      '"\\xff\\xfe"',
      '`back`',
      '.Values.l',
      '.Values.m',
      '(list)',
      '(dict)',
    ],
    ...['(list (list 1) (dict "a" 1))', '(splitList "," "a,b")', '(split "," "a,b")', '(b64dec "/+8=")', '(int64 5)'],
    ...['(until 3)', '(dict "a" nil "b" (list "x" 1))', '(fromJson "{\\"a\\":[1,2.5,null]}")', '(semver "1.2.3-a")'],
  ),
  complex,
);
const size = fc.constantFrom('', '', '', '5', '12', '*', '[1]', '[2]*', '-3', '1000001', '10000010');
const precision = fc.constantFrom('', '', '', '.', '.2', '.0', '.*', '.[1]*', '.-1');
const directive = fc
  .tuple(
    fc.subarray(['+', '-', '#', ' ', '0']),
    size,
    precision,
    fc.constantFrom(...'vvvvdsqxXtTeEfFgGobcUOwz%é'),
    fc.constantFrom('', '|', ' '),
  )
  .map(([flags, ...rest]) => `%${flags.join('')}${rest.join('')}`);

test('formats', { timeout: 600_000 }, () => {
  const call = fc
    .tuple(fc.array(directive, { minLength: 1, maxLength: 3 }), fc.array(value, { maxLength: 4 }))
    .map(([formats, values]) => `{{printf "${formats.join('')}" ${values.join(' ')} | trunc 400}}`);
  expectSame(fc.sample(call, { numRuns: 1500 * RUNS, seed: SEED }), { sameErrors: false });
});

/** Functions whose results differ from run to run, or whose errors are in pkg's words. */
const LEFT_OUT = new Set(
  [...functionNames()].filter((name) =>
    /rand|gen|uuid|bcrypt|htpasswd|now|ago|shuffle|toToml|repeat|until|seq|semver|[tT]oDate|url|Url|regex|Regex|crypt/.test(
      name,
    ),
  ),
);

test('complex constants', { timeout: 600_000 }, () => {
  const name = fc.constantFrom(
    ...['print', 'html', 'eq 1i', 'ne 1i', 'lt 1i', 'le 1', 'and 1', 'or 0', 'not', 'len', 'index .Values.l', 'if'],
    ...[...functionNames()].filter((function_) => !LEFT_OUT.has(function_)),
  );
  const use = fc
    .tuple(name, complex, fc.constantFrom('', '', '"a" ', '(list 1i 2i 0) ', '1 '))
    .map(([function_, number, before]) =>
      function_ === 'if' ? `{{if ${number}}}a{{else}}b{{end}}` : `{{${function_} ${before}${number}}}`,
    );
  expectSame(fc.sample(use, { numRuns: 1500 * RUNS, seed: SEED }), { sameErrors: false });
});
