/** Versions and constraints, compared with helm. */
import fc from 'fast-check';
import { test } from 'vitest';
import { anyText, call, literal, shown } from './literals.ts';
import { expectSame } from './support.ts';
import { RUNS, SEED } from '../../../support/generation.ts';

const number = fc.constantFrom('0', '1', '2', '10', '01', '18446744073709551615', '18446744073709551616');
const tail = fc.constantFrom('', '', '-0', '-rc.1', '-alpha', '-01', '+b.7', '-beta.2+x', '-', '-a..b');
const version = fc
  .tuple(fc.constantFrom('', 'v', 'V'), fc.array(number, { minLength: 1, maxLength: 4 }), tail)
  .map(([prefix, numbers, end]) => prefix + numbers.join('.') + end);
const part = fc.constantFrom('0', '1', '2', 'x', '*', 'X', '3');
const pattern = fc
  .tuple(
    fc.constantFrom('', 'v'),
    fc.array(part, { minLength: 1, maxLength: 3 }),
    fc.constantFrom('', '', '-0', '-rc.1'),
  )
  .map(([prefix, numbers, end]) => prefix + numbers.join('.') + end);
const comparator = fc
  .tuple(fc.constantFrom('', '=', '!=', '>', '<', '>=', '=>', '<=', '=<', '~', '~>', '^', '==', ' > '), pattern)
  .map((parts) => parts.join(''));
const constraint = fc.oneof(
  fc.tuple(comparator, fc.constantFrom(', ', ' ', ',', ' || ', '||', ' - ', ''), comparator).map((all) => all.join('')),
  comparator,
  fc.constantFrom(
    '',
    '*',
    '>=1 <2 || 3.x',
    '1 - 2 3 - 4',
    'latest',
    '1||'.repeat(31) + '1',
    '1||'.repeat(32) + '1',
    '1 '.repeat(255) + '1',
    '1 '.repeat(256),
  ),
);
const close = fc.constantFrom('1.0.0', '1.2.3', '1.2.3-rc.1', '2.0.0', '0.1.2', '0.0.3', 'v1.27.3-gke.100', '1.2', '3');

test('constraints', { timeout: 600_000 }, () => {
  const calls = call('semverCompare', constraint.map(literal), fc.oneof(close, version).map(literal));
  // Helm names only the group that is wrong.
  expectSame(fc.sample(calls, { numRuns: 900 * RUNS, seed: SEED }), { sameErrors: false });
});

test('versions and their methods', { timeout: 600_000 }, () => {
  const plain = ['', '.Major', '.Minor', '.Patch', '.Prerelease', '.Metadata', '.Original', '.String'];
  const made = [
    '.IncPatch',
    '.IncMinor',
    '.IncMajor',
    '.IncMajor.String',
    '.IncMinor.Major',
    '.MarshalJSON',
    '.MarshalText',
    '.Value',
    '.original',
    '.Nothing',
    '.IncMinor.Original',
  ];
  const compared = ['Compare', 'Equal', 'LessThan', 'LessThanEqual', 'GreaterThan', 'GreaterThanEqual', 'Major'];
  const given = fc.oneof(close, close, version).map(literal);
  const calls = fc.oneof(
    fc.tuple(given, fc.constantFrom(...plain, ...made)).map(([text, method]) => shown(`(semver ${text})${method}`)),
    fc
      .tuple(given, fc.constantFrom(...compared), given)
      .map(([a, method, b]) => shown(`((semver ${a}).${method} (semver ${b}))`)),
    fc
      .tuple(given, fc.constantFrom('SetPrerelease', 'SetMetadata'), fc.oneof(anyText, tail.map(literal)))
      .map(([a, method, b]) => shown(`((semver ${a}).${method} ${b})`)),
    fc
      .tuple(given, fc.constantFrom('%s', '%q', '%d', '%+v', '%x'))
      .map(([text, verb]) => `{{printf "${verb}" (semver ${text})}}`),
  );
  expectSame([
    ...fc.sample(calls, { numRuns: 400 * RUNS, seed: SEED }),
    '{{(semver "1.2.3").Compare nil}}',
    '{{(semver "1.2.3").Compare "1.2.3"}}',
    '{{(semver "1.2.3").Compare ((semver "1.2.3").IncMajor)}}',
    '{{semver "1.2.3" | (semver "1.2.0").Compare}}',
    '{{$v := semver .Values.s}}{{$v.Major}}',
    '{{semver .Values.nil}}',
    '{{if semver "0.0.0"}}true{{end}}',
    '{{eq (semver "1.2.3") (semver "1.2.3")}}',
    '{{lt (semver "1.2.3").Major 3}}',
  ]);
});
