/** Plain patterns run by JavaScript, held against RE2. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { compileRe2 } from '../../src/chart/re2.ts';
import { isCheap, plainPattern } from '../../src/chart/plain-pattern.ts';
import { RUNS } from '../support/generation.ts';

const atoms =
  '. a b A 1 - _ / : \\d \\w \\s \\W \\D \\S \\b \\B ^ $ \\A \\z [a-c] [^a-c] [-a] [a-] [^\\s] [\\w.-] [a\\]b] [$^] [[a] [a-\\d] [b-a] [] [^] ' +
  '\\. \\- \\/ \\x41 \\n \\t \\_ ] } { {1 (?i) (?s) (?P<n>a) (?=a) \\pL';
const quantifiers = [
  '',
  '',
  '',
  '',
  '*',
  '+',
  '?',
  '*?',
  '+?',
  '??',
  '{2}',
  '{1,2}',
  '{0,}',
  '{2,1}',
  '{0}',
  '**',
  '{2}{3}',
  '+*',
];
const piece = fc
  .tuple(fc.constantFrom(...atoms.split(' '), ' '), fc.constantFrom(...quantifiers))
  .map((all) => all.join(''));
const pattern = fc.letrec<{ whole: string; part: string }>((tie) => ({
  whole: fc.array(tie('part'), { maxLength: 4 }).map((all) => all.join('')),
  part: fc.oneof(
    { weight: 5, arbitrary: piece },
    fc.constant('|'),
    fc
      .tuple(
        fc.constantFrom('(', '(?:'),
        tie('whole'),
        fc.constantFrom(')', ')', ')?', ')*', ')+', ')??', ')', ')', '){2}'),
      )
      .map((all) => all.join('')),
  ),
})).whole;
const text = fc
  .array(fc.constantFrom('a', 'b', 'A', '1', ' ', '\n', '-', '_', '.', '/', '\v', 'ab', ']', '\\'), { maxLength: 12 })
  .map((all) => all.join(''));

/** All matches with what their groups caught. */
function inRe2(source: string, searched: string): unknown {
  const matcher = compileRe2(source).regex.matcher(searched);
  const found: string[][] = [];
  while (matcher.find()) {
    found.push([
      String(matcher.start()),
      ...Array.from({ length: matcher.groupCount() + 1 }, (_, group) => matcher.group(group) ?? ''),
    ]);
  }
  return found;
}

test('plain patterns find what RE2 finds', () => {
  let plainOnes = 0;
  fc.assert(
    fc.property(pattern, text, (source, searched) => {
      const plain = plainPattern(source);
      if (plain === undefined) return;
      plainOnes++;
      const ours = [...searched.matchAll(plain.regex)].map((match) => [
        String(match.index),
        ...Array.from(match, (group) => group ?? ''),
      ]);
      // RE2JS lets an empty match stand right behind another match, as JavaScript does; the callers do not.
      expect(ours, source).toEqual(inRe2(source, searched));
    }),
    { numRuns: 20_000 * RUNS },
  );
  expect(plainOnes).toBeGreaterThan(1000);
});

test.each([
  '[^a-zA-Z0-9]+',
  '^[0-9]+$',
  '\\W+',
  '-+$',
  '^(.*):(.*)$',
  '[^-A-Za-z0-9_.]',
  '^v?[0-9]+\\.[0-9]+',
  '(https?)://([^/]+)',
  '\\.',
  '^([0-9.]+)(Gi|Mi|G|M)?$',
  '^[a-z0-9]([-a-z0-9]*[a-z0-9])?$',
  '@sha256:[a-f0-9]{64}',
  '[$]',
  '(-?[^a-z\\d\\-])+-?',
])('%s is plain', (source) => {
  expect(plainPattern(source)).toBeDefined();
});

test('what may take long is left to RE2', () => {
  for (const source of [
    '(a*)*b',
    '(a|a)*b',
    '(a+)+$',
    '(a?){9}a',
    '((a+)b?)+',
    '(a?\\w)+',
    '(a?b?a)+',
    '((a)?b)+',
    '(ba?)+',
    '(|a)?',
    '(?:a{2}){3}',
  ]) {
    expect(plainPattern(source), source).toBeUndefined();
  }
  const wide = plainPattern('.*.*.*x');
  expect(wide !== undefined && isCheap(wide, 20)).toBe(true);
  expect(wide !== undefined && isCheap(wide, 1000)).toBe(false);
});
