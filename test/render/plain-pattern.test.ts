/** Plain patterns run by JavaScript, held against RE2. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { compileRe2 } from '../../src/chart/re2.ts';
import { isCheap, plainPattern } from '../../src/chart/plain-pattern.ts';
import { RUNS } from '../support/generation.ts';

const atoms =
  '. a b A 1 - _ / : \\d \\w \\s \\W \\D \\S \\b \\B ^ $ \\A \\z [a-c] [^a-c] [-a] [a-] [^\\s] [\\w.-] [a\\]b] [$^] [[a] [a-\\d] [b-a] [] [^] ' +
  '\\. \\- \\/ \\x41 \\n \\t \\_ ] } { {1 {1} (?i) (?s) (?P<n>a) (?<m>b) (?=a) \\pL [a-c-_.] [\\w-.] [+--] [a-c-e] [^a-] [[:alpha:]]';
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
  '{01}',
  '{2',
  '{,2}',
  '+{',
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
        fc.constantFrom(')', ')', ')?', ')*', ')+', ')??', ')*?', '){1,2}', '){2,}', '){2}'),
      )
      .map((all) => all.join('')),
  ),
})).whole;
const flagged = fc
  .tuple(fc.constantFrom('', '', '', '', '(?i)', '(?m)', '(?s)', '(?im)', '(?sm)'), pattern)
  .map((all) => all.join(''));
const text = fc
  .array(fc.constantFrom('a', 'b', 'A', '1', ' ', '\n', '-', '_', '.', '/', '\v', 'ab', ']', '\\'), { maxLength: 12 })
  .map((all) => all.join(''));

/** All matches, with what their groups caught if that is asked for. */
function inRe2(source: string, searched: string, withGroups: boolean): unknown {
  const matcher = compileRe2(source).regex.matcher(searched);
  const found: string[][] = [];
  while (matcher.find()) {
    found.push([
      String(matcher.start()),
      ...Array.from({ length: withGroups ? matcher.groupCount() + 1 : 1 }, (_, group) => matcher.group(group) ?? ''),
    ]);
  }
  return found;
}

test('plain patterns find what RE2 finds', () => {
  let plainOnes = 0;
  fc.assert(
    fc.property(flagged, text, (source, searched) => {
      const plain = plainPattern(source);
      if (plain === undefined) return;
      plainOnes++;
      expect(isCheap(plain, searched), source).toBe(true);
      const { hasSameGroups } = plain;
      const ours = [...searched.matchAll(plain.regex)].map((match) => [
        String(match.index),
        ...Array.from(hasSameGroups ? match : [match[0]], (group) => group ?? ''),
      ]);
      // RE2JS lets an empty match stand right behind another match, as JavaScript does; the callers do not.
      expect(ours, source).toEqual(inRe2(source, searched, hasSameGroups));
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
  '[^a-zA-Z0-9-_.]+',
  '^[\\w-\\.]+$',
  '{(v[0-9])*[^}]*}}$',
  '\\$(?:__(?:env|file|vault))?{[^}]+}',
  '(?m)^\\s*enabled\\s*=\\s*(true|false)',
  '^(?P<major>[0-9]+)',
])('%s is plain', (source) => {
  expect(plainPattern(source)).toBeDefined();
});

test('what may take long is left to RE2', () => {
  for (const source of ['(a*)*b', '(a?){9}a', '(a?b?)+', '(|a)?']) expect(plainPattern(source), source).toBeUndefined();
  for (const source of [
    '(a|a)*b',
    '(a+)+$',
    '((a+)b?)+c',
    '(a?\\w)+$',
    '(a?b?a)+c',
    '(?:a{1,9}){30}b',
    '(?:a|b|aa)*c',
    '(?i)(?:a|A)*b',
    '.*.*.*.*.*.*x',
  ]) {
    const plain = plainPattern(source);
    expect(plain !== undefined && isCheap(plain, 'a'), source).toBe(true);
    expect(plain !== undefined && isCheap(plain, 'a'.repeat(100)), source).toBe(false);
    expect(plain !== undefined && isCheap(plain, 'a'.repeat(100_000)), source).toBe(false);
  }
});

test('a loop in a loop is cheap where each character tells how to go on', () => {
  const version =
    '^([0-9]+)(\\.[0-9]+)?(\\.[0-9]+)?(-([0-9A-Za-z\\-]+(\\.[0-9A-Za-z\\-]+)*))?(\\+([0-9A-Za-z\\-]+(\\.[0-9A-Za-z\\-]+)*))?$';
  const address = '^((25[0-5]|2[0-4][0-9]|[01]?[0-9][0-9]?)\\.){3}(25[0-5]|2[0-4][0-9]|[01]?[0-9][0-9]?)$';
  for (const [source, searched] of [
    [version, '1.30.1-alpha.1.2+build.5.sha.5114f85'],
    [version, `1.30.1-${'a.'.repeat(500)}`],
    [address, '192.168.100.100'],
    ['^([0-9a-fA-F]*:)+[0-9a-fA-F]*$', '2001:db8:85a3:8d3:1319:8a2e:370:7348'],
    ['^([a-z0-9]([a-z0-9-_]*[a-z0-9])?\\.)*([a-z0-9]([a-z0-9-_]*[a-z0-9])?)$', 'registry.example.test'],
  ] as const) {
    const plain = plainPattern(source);
    expect(plain !== undefined && isCheap(plain, searched), source).toBe(true);
  }
});
