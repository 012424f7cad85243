/** `.Files.Glob` finds the same names as helm, and no pattern takes long. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { FunctionFailure } from '../../src/render/functions/failure.ts';
import { LimitReached, metered } from '../../src/render/functions/limits.ts';
import { globMatcher, textGlobMatcher } from '../../src/render/glob/glob.ts';
import { encodeText } from '../../src/utf8.ts';
import { writeChart } from '../chart/support.ts';
import { RUNS, SEED } from '../support/generation.ts';
import { helm } from '../support/helm.ts';

const NAMES = [
  ...['aa', 'ab', 'ba', 'bb', 'b-', 'c', '-', ']', '!', '{a,b}', 'a,b', 'a]', 'abab', '}', 'abcabc', 'cab'],
  ...['a/a', 'a/b', 'a/a-', 'b/a/b', 'b/ab/c', 'b/ab/ab', 'd/c', 'd/a/a/a'],
  ...['ä', 'ää', 'aä', 'äa', 'äb', 'aäb', 'a/ä', 'é/a', 'é/ä.b', '語', '本/a語', 'a語b', '😀a', 'a😀', 'ä語😀'],
];

const pattern = fc.oneof(
  { weight: 3, arbitrary: patternOf(['a', 'b', 'c', '/', '-', '\\{', '\\,', '\\a']) },
  { weight: 3, arbitrary: patternOf(['a', 'b', '/', 'ä', '語', '😀', '.']) },
  // Malformed patterns match everything, and most of these are malformed.
  fc.string({ unit: fc.constantFrom(...'aabä/?[]!-\\{},**'.split(''), '\ufffd', '\0'), maxLength: 10 }),
);

/** Patterns of all that has a meaning in them. */
function patternOf(characters: readonly string[]): fc.Arbitrary<string> {
  const [one = '', two = ''] = characters.slice(-4);
  const text = fc.string({ unit: fc.constantFrom(...characters), minLength: 1, maxLength: 3 });
  const single = fc.constantFrom('?', '[ab]', '[!a]', '[a-c]', '[!a-b]', '[-a]', '[\\]a]', ']', '}', ',');
  const set = fc.constantFrom(`[${one}b]`, `[!${one}]`, `[a-${two}]`, `[!a-${one}]`, `[${one}]`);
  const star = fc.constantFrom('*', '**', '**/', '*/', '/*', '*.', '/**');
  const { all } = fc.letrec<{ all: string }>((tie) => ({
    all: fc
      .array(fc.oneof({ maxDepth: 2 }, text, single, set, star, braces(tie('all'))), { maxLength: 4 })
      .map((parts) => parts.join('')),
  }));
  return all;
}

function braces(inner: fc.Arbitrary<string>): fc.Arbitrary<string> {
  return fc.array(inner, { minLength: 1, maxLength: 3 }).map((parts) => `{${parts.join()}}`);
}

/** The names that a pattern finds; undefined where it fails, as it does where Go panics. */
function findOurs(of: string): string[] | undefined {
  try {
    return NAMES.filter(textGlobMatcher(of)).toSorted();
  } catch (error) {
    expect(error).toBeInstanceOf(FunctionFailure);
    return undefined;
  }
}

test('finds the same files as helm', { timeout: 600_000 }, () => {
  const files = Object.fromEntries(NAMES.map((name) => [name, '']));
  const template =
    '{{ range .Values.p }}# {{ range $name, $_ := $.Files.Glob . }}{{ $name | toJson }},{{ end }}.\n{{ end }}';
  const chart = writeChart({ ...files, 'templates/x.yaml': template });
  const runHelm = (patterns: readonly string[]): ReturnType<typeof helm> =>
    helm(['template', 'x', chart, '-f', '-'], { input: JSON.stringify({ p: patterns }) });
  const patterns = fc.sample(pattern, { numRuns: 3000 * RUNS, seed: SEED });
  const expected = patterns.map((of) => findOurs(of));
  const found = patterns.filter((_, at) => expected[at] !== undefined);
  const run = runHelm(found);
  expect(run.status, run.stderr).toBe(0);
  const lines = run.stdout.split('\n').filter((line) => line.startsWith('# ') && !line.startsWith('# Source'));
  expect(lines).toHaveLength(found.length);
  expect(found.length).toBeLessThan(patterns.length);
  const theirs = lines.map((line) => JSON.parse(`[${line.slice(2, -1).replace(/,$/, '')}]`).toSorted());
  const ours = expected.filter((names) => names !== undefined);
  const differing = found.flatMap((of, at) =>
    JSON.stringify(ours[at]) === JSON.stringify(theirs[at]) ? [] : [{ of, ours: ours[at], theirs: theirs[at] }],
  );
  expect(differing).toEqual([]);
  for (const of of patterns.filter((_, at) => expected[at] === undefined).slice(0, 10)) {
    expect(runHelm([of]).stderr, of).toContain('error calling Glob: runtime error: slice bounds out of range');
  }
});

test('ends for every pattern, and tries all alternatives', () => {
  const name = 'a'.repeat(40);
  for (const of of [
    '{a,b}'.repeat(40),
    '{*,**}'.repeat(5000),
    `${'{a,'.repeat(500)}b`,
    `{${Array.from({ length: 50_000 }, (_, index) => `x${index}`).join()},${name}}`,
    '*a'.repeat(20_000),
    `${'*a'.repeat(12)}*b`,
    '[ab]'.repeat(20_000),
  ]) {
    const find = (): boolean => metered({ taken: 0, most: 1_000_000 }, () => globMatcher(of)(name));
    try {
      expect(typeof find()).toBe('boolean');
    } catch (error) {
      expect(error).toBeInstanceOf(LimitReached);
    }
  }
  expect(globMatcher('{a,b}'.repeat(40))('ab'.repeat(20))).toBe(true);
  expect(globMatcher(`{${Array.from({ length: 3000 }, (_, index) => `x${index}`).join()}}`)('x2999')).toBe(true);
  expect(globMatcher(encodeText('*ä'))(encodeText('xä'))).toBe(true);
});
