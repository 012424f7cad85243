import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { satisfies } from '../../src/chart/constraint.ts';
import { PkgError } from '../../src/errors.ts';
import { RUNS } from '../support/generation.ts';
import { helmCompares } from '../support/semver-oracle.ts';

/** What pkg says of a pair: true, false, or 'error' for a constraint that cannot be read. */
function verdict(version: string, constraint: string): boolean | 'error' {
  try {
    return satisfies(version, constraint);
  } catch (error) {
    expect(error).toBeInstanceOf(PkgError);
    return 'error';
  }
}

/** helm's verdicts on all pairs. One that cannot be read stops a run, so such lists are halved until it is alone. */
function helmVerdicts(pairs: readonly [string, string][]): (boolean | 'error')[] {
  if (pairs.length === 0) return [];
  const verdicts = helmCompares(pairs);
  if (verdicts !== undefined) return verdicts;
  if (pairs.length === 1) return ['error'];
  const half = Math.ceil(pairs.length / 2);
  return [...helmVerdicts(pairs.slice(0, half)), ...helmVerdicts(pairs.slice(half))];
}

const number = fc.constantFrom('0', '1', '2', '3', '10', '01');
const prerelease = fc.constantFrom('', '', '', '-0', '-rc.1', '-alpha', '-alpha.1', '-rc.10', '-gke.100', '-a-b');
const metadata = fc.constantFrom('', '', '', '+build.5', '+a-b');
const version = fc
  .tuple(fc.constantFrom('', '', 'v'), number, number, number, prerelease, metadata)
  .map(([v, a, b, c, pre, meta]) => `${v}${a}.${b}.${c}${pre}${meta}`);
const openNumber = fc.oneof({ weight: 4, arbitrary: number }, fc.constantFrom('x', 'X', '*'));
const pattern = fc
  .tuple(fc.constantFrom('', '', 'v'), fc.array(openNumber, { minLength: 1, maxLength: 3 }), prerelease, metadata)
  .map(([v, numbers, pre, meta]) => v + numbers.join('.') + pre + meta);
const operator = fc.constantFrom('', '', '=', '!=', '>', '<', '>=', '=>', '<=', '=<', '~', '~>', '^');
const comparator = fc
  .tuple(operator, fc.constantFrom('', '', ' ', '  '), pattern)
  .map(([sign, space, right]) => sign + space + right);
const range = fc.tuple(pattern, pattern).map(([from, to]) => `${from} - ${to}`);
const constraint = fc
  .array(
    fc.tuple(
      fc.oneof({ weight: 4, arbitrary: comparator }, range),
      fc.constantFrom(' ', ', ', ' || ', '||', ' , ', ','),
    ),
    {
      minLength: 1,
      maxLength: 3,
    },
  )
  .map((parts) => parts.map(([part, separator], index) => (index === 0 ? part : separator + part)).join(''));

describe('satisfies', () => {
  test('agrees with helm on generated versions and constraints', () => {
    const candidates = fc.sample(fc.tuple(version, constraint), 6000 * RUNS);
    // Those that pkg reads are compared all at once; a run of helm ends with the first that it refuses.
    const readable = candidates.filter(([v, c]) => verdict(v, c) !== 'error');
    expect(readable.length).toBeGreaterThan(candidates.length / 2);
    const expected = helmVerdicts(readable);
    const wrong = readable.filter(([v, c], index) => verdict(v, c) !== expected[index]);
    expect(wrong).toEqual([]);
  });

  test('refuses what helm refuses, on generated text', () => {
    const text = fc
      .array(fc.oneof(fc.constantFrom(...'.-+|,v>=<~^!x* 0123\t'), fc.constantFrom(' - ', '||', '1.2', 'rc', '.x')), {
        maxLength: 8,
      })
      .map((parts) => parts.join(''));
    const pairs = fc.sample(text, 100 * RUNS).map((c): [string, string] => ['1.2.3', c]);
    const expected = helmVerdicts(pairs);
    expect(pairs.map(([v, c]) => [c, verdict(v, c)])).toEqual(pairs.map(([, c], index) => [c, expected[index]]));
  });

  test.each([
    ['v1.27.3-gke.100', '>=1.20-0', true],
    ['1.27.3-gke.100', '>=1.20', false],
    ['1.36.0', '>= 1.27.0-0, < 2.0.0-0', true],
    ['1.1.0-rc.1', '>=1.0.0-0', true],
    ['1.2.4-beta.2', '^1.2.3-beta.2', true],
    ['1.2.3', '1 - 2', true],
    ['18446744073709551615.0.0', '>1', true],
    ['1.0.0', '18446744073709551616', 'error'],
    ['1.0.0', '', 'error'],
    ['1.0.0', '==1.0.0', 'error'],
    ['1.0.0', '1.0.0 ||', 'error'],
    ['1.0.0', 'latest', 'error'],
    ['latest', '*', false],
  ] as const)('%s against %s: %s', (v, c, expected) => {
    expect(verdict(v, c)).toBe(expected);
  });

  test('reads hostile constraints in a short time', () => {
    const started = process.cpuUsage();
    for (const hostile of [
      `${'1  '.repeat(300)}!`,
      `${' '.repeat(900)}-`,
      '1'.repeat(999),
      '1 - '.repeat(240),
      '1.'.repeat(1e6),
    ]) {
      verdict('1.0.0', hostile);
    }
    expect(process.cpuUsage(started).user).toBeLessThan(2_000_000);
  });
});
