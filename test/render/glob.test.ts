/** `.Files.Glob`: the names that helm finds by a pattern, and no pattern takes long. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { globMatcher } from '../../src/render/glob.ts';
import { writeChart } from '../chart/support.ts';
import { RUNS, SEED } from '../support/generation.ts';
import { helm } from '../support/helm.ts';

/** All of ASCII: Helm's matcher slices bytes in the middle of other characters, and then panics. */
const NAMES = [
  ...['aa', 'ab', 'ba', 'bb', 'b-', 'c', '-', ']', '!', '{a,b}', 'a,b', 'a]', 'abab', '}', 'abcabc', 'cab'],
  ...['a/a', 'a/b', 'a/a-', 'b/a/b', 'b/ab/c', 'b/ab/ab', 'd/c', 'd/a/a/a'],
];

const text = fc.string({
  unit: fc.constantFrom('a', 'b', 'c', '/', '-', '\\{', '\\,', '\\a'),
  minLength: 1,
  maxLength: 3,
});
const one = fc.constantFrom('?', '[ab]', '[!a]', '[a-c]', '[!a-b]', '[-a]', '[\\]a]', ']', '}', ',');
const star = fc.constantFrom('*', '**', '**/', '*/', '/*', '*.', '/**').map((text) => `${text}a`);
const braces = fc.uniqueArray(text, { minLength: 2, maxLength: 4 }).map((parts) => `{${parts.join()}}`);
/**
 * Patterns as people write them. Helm's matcher has faults beyond: it panics, finds what a pattern does not say, or
 * not what it says, where stars, empty texts and single characters stand in braces, or stars side by side.
 */
const wellFormed = fc
  .tuple(fc.array(fc.oneof(text, one, star, braces), { maxLength: 4 }), fc.constantFrom('', '*', '**'))
  .map(([parts, end]) => parts.join('') + end);
/** What is malformed finds all; most of these are. */
const anything = fc.string({
  unit: fc.constantFrom(...'aab/?[]!-\\'.split(''), '\ufffd'),
  maxLength: 10,
});

test('finds the same files as helm', { timeout: 600_000 }, () => {
  const files = Object.fromEntries(NAMES.map((name) => [name, '']));
  const template =
    '{{ range .Values.p }}# {{ range $name, $_ := $.Files.Glob . }}{{ $name | toJson }},{{ end }}.\n{{ end }}';
  const chart = writeChart({ ...files, 'templates/x.yaml': template });
  const patterns = fc.sample(fc.oneof({ weight: 3, arbitrary: wellFormed }, anything), {
    numRuns: 1500 * RUNS,
    seed: SEED,
  });
  const run = helm(['template', 'x', chart, '-f', '-'], { input: JSON.stringify({ p: patterns }) });
  expect(run.status, run.stderr).toBe(0);
  const lines = run.stdout.split('\n').filter((line) => line.startsWith('# ') && !line.startsWith('# Source'));
  expect(lines).toHaveLength(patterns.length);
  const ours = patterns.map((pattern) => {
    const found = NAMES.filter(globMatcher(pattern));
    return found.map((name) => `${JSON.stringify(name)},`).toSorted();
  });
  const theirs = lines.map((line) =>
    [...line.slice(2).matchAll(/"(?:[^"\\]|\\.)*",/g)].map(([name]) => name).toSorted(),
  );
  const differing = patterns.flatMap((pattern, at) =>
    JSON.stringify(ours[at]) === JSON.stringify(theirs[at]) ? [] : [{ pattern, ours: ours[at], theirs: theirs[at] }],
  );
  expect(differing).toEqual([]);
});

test('takes time in proportion to pattern times name', () => {
  const name = 'a'.repeat(40);
  for (const pattern of [
    '{a,b}'.repeat(40),
    '{*,**}'.repeat(5000),
    `${'{a,'.repeat(5000)}b`,
    `{${Array.from({ length: 50_000 }, (_, index) => `x${index}`).join()},${name}}`,
    '*a'.repeat(20_000),
  ]) {
    expect(typeof globMatcher(pattern)(name)).toBe('boolean');
  }
  // No alternative is lost, however many there are.
  expect(globMatcher('{a,b}'.repeat(40))('ab'.repeat(20))).toBe(true);
  expect(globMatcher(`{${Array.from({ length: 3000 }, (_, index) => `x${index}`).join()}}`)('x2999')).toBe(true);
});
