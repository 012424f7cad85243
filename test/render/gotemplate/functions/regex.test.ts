/** Regular expressions, compared with helm. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { anyText, call, literal, madeOf, oneOf, shown } from './literals.ts';
import { expectSame, pkgOutcome } from './support.ts';
import { RUNS, SEED } from '../../../support/generation.ts';

const atoms =
  '. a b \\d \\w \\s \\W \\D \\S \\b \\B ^ $ [a-c] [^a-c] [[:alpha:]] [^\\s] é [é-ü] \\pL \\x41 \\. \\- (?i) (?s) (?m) - _ \\Q.\\E [a-c-_] [\\w-.] [a-]';
const atom = fc.constantFrom(...atoms.split(' '));
const times = fc.constantFrom('', '', '', '', '*', '+', '?', '*?', '+?', '{2}', '{1,2}', '{0,}', '{2,1}', '**');
const piece = fc.tuple(atom, times).map((parts) => parts.join(''));
const sequence = fc.array(piece, { minLength: 1, maxLength: 4 }).map((parts) => parts.join(''));
const ending = fc.constantFrom(')', ')*', ')?', '|b)', '|)', ')+', '){2}', ')*?', '){1,3}');
const inner = fc.tuple(fc.constantFrom('(', '(?:'), sequence, ending).map((parts) => parts.join(''));
const group = fc
  .tuple(
    fc.constantFrom('(', '(?:', '(?P<n>', '(?<m>', '(?=', '(?i:'),
    fc.array(fc.oneof(sequence, sequence, inner), { minLength: 1, maxLength: 2 }).map((parts) => parts.join('')),
    ending,
  )
  .map((parts) => parts.join(''));
const pattern = fc.oneof(
  fc
    .array(fc.oneof(piece, piece, group, fc.constant('|')), { minLength: 1, maxLength: 4 })
    .map((parts) => literal(parts.join(''))),
  oneOf(
    '',
    '^[0-9]+$',
    '\\W+',
    '[^a-zA-Z0-9]',
    '^(.*):(.*)$',
    '(?P<n>a)(?P<o>b)?',
    '-+$',
    '\\s*',
    'x*',
    '(a|ab)(c|bcd)',
    '[',
    '(',
    '\\1',
    'a{1001}',
    '(?!a)',
    '\xff',
    '\\z',
    '\\A',
    '\\C',
  ),
);
const text = fc.oneof(
  madeOf(['a', 'b', 'A', ' ', '\n', '-', '_', '1', '.', 'ab', 'c'], 10),
  madeOf(['a', 'b', 'A', ' ', '\n', 'é', 'ü', '-', '_', '1', '.', 'ab', '\u2028', '😀', '\v', 'ſ'], 10),
  anyText,
);
const template = fc.oneof(
  madeOf(['$1', '${1}', '$01', '$2', '$n', '${n}x', '$$', '$', 'é', '$1é', '${', '}', '$0', '$9', 'x', '${é}'], 4),
  anyText,
);
const count = fc.constantFrom('-1', '0', '1', '2', '5');
const both = (name: string): fc.Arbitrary<string> => fc.constantFrom(`regex${name}`, `mustRegex${name}`);

test('patterns and strings', { timeout: 600_000 }, () => {
  const calls = fc.oneof(
    fc.tuple(both('Match'), pattern, text).map((parts) => shown(`(${parts.join(' ')})`)),
    fc.tuple(both('Find'), pattern, text).map((parts) => shown(`(${parts.join(' ')})`)),
    fc.tuple(both('FindAll'), pattern, text, count).map((parts) => shown(`(${parts.join(' ')})`)),
    fc.tuple(both('Split'), pattern, text, count).map((parts) => shown(`(${parts.join(' ')})`)),
    fc.tuple(both('ReplaceAll'), pattern, text, template).map((parts) => shown(`(${parts.join(' ')})`)),
    fc.tuple(both('ReplaceAllLiteral'), pattern, text, template).map((parts) => shown(`(${parts.join(' ')})`)),
    call('regexQuoteMeta', text),
  );
  expectSame(fc.sample(calls, { numRuns: 950 * RUNS, seed: SEED }), { sameErrors: false });
});

/** Names of Unicode classes, spelt as Go reads them and nearly so. */
const className = fc
  .tuple(
    fc.constantFrom('', '', '^'),
    fc.constantFrom(
      ...[
        'L',
        'Lu',
        'LC',
        'Letter',
        'Uppercase_Letter',
        'Decimal_Number',
        'cntrl',
        'punct',
        'Cn',
        'Unassigned',
        'Greek',
      ],
      ...['Old_Italic', 'SignWriting', 'Phags_Pa', 'Any', 'ASCII', 'Assigned', 'IsGreek', 'Grek', 'Nothing', 'L&', ''],
    ),
    fc.constantFrom<(name: string) => string>(
      (name) => name,
      (name) => name.toLowerCase(),
      (name) => name.toUpperCase(),
      (name) => name.replace('_', '-'),
      (name) => name.replaceAll('_', ''),
      (name) => ` ${name.slice(0, 2)}_${name.slice(2)}`,
    ),
  )
  .map(([sign, name, spell]) => `{${sign}${spell(name)}}`);

test('names of Unicode classes', { timeout: 600_000 }, () => {
  const pattern = fc
    .tuple(
      fc.constantFrom('', '(?i)', '\\\\', '\\Q'),
      fc.constantFrom('\\p', '\\P', '[^a\\p', '[\\P'),
      fc.oneof({ weight: 6, arbitrary: className }, fc.constantFrom('l', 'L', 'n', 'Z', '', '_')),
    )
    .map(([flags, start, name]) => `${flags}${start}${name}${start.startsWith('[') ? ']' : ''}`);
  const calls = pattern.map((made) =>
    shown(`(regexFindAll ${literal(made)} "aAα1 _é😀\u0378\ue000$\u0301ǅⅣ\u{10300}\\p{L}" -1)`),
  );
  expectSame(fc.sample(calls, { numRuns: 400 * RUNS, seed: SEED }), { sameErrors: false });
});

test('hostile patterns take little time', { timeout: 600_000 }, () => {
  const started = process.cpuUsage().user;
  const hostile = ['(a*)*b', '(a|a)*b', '(a+)+$', '(.*)(.*)(.*)(.*)(.*)x', '(?:a?){30}a{30}'];
  for (const one of hostile) {
    const outcome = pkgOutcome(`{{regexMatch ${literal(one)} ${literal(`${'a'.repeat(2000)}!`)}}}`);
    expect(outcome, one).toHaveProperty('printed');
  }
  expect((process.cpuUsage().user - started) / 1e6).toBeLessThan(20);
});
