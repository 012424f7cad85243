/**
 * Helpers and the functions of the same names in the real helm: what both make of generated arguments, as JSON.
 * Native templates differ on purpose where Go's answer is an accident of its types; such arguments are not made.
 */
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { findHelper, helperNames, loadHelpers } from '../../../src/render/handlebars/helpers/index.ts';
import type { Argument, HelperContext } from '../../../src/render/handlebars/helpers/types.ts';
import { printJsonValue } from '../../../src/render/handlebars/helpers/json-text.ts';
import { fromPlain } from '../../../src/yaml/value.ts';
import type { JsonObject } from '../../../src/yaml/value.ts';
import { helm } from '../../support/helm.ts';
import { temporaryFolder, writeFiles } from '../../chart/support.ts';
import { RUNS, SEED } from '../../support/generation.ts';

/** An integer is an int in Go, a number with a point a float64; maps are written as JSON. */
type Given =
  | string
  | boolean
  | { int: number }
  | { int64: number }
  | { float: number }
  | { map: JsonObject }
  | readonly Given[];

const text = fc.oneof(
  fc.string({ maxLength: 12 }),
  fc.constantFrom('', 'a', 'Hello World', 'HTTPServer', 'http_server', 'HTTP20xOK', 'a-b_c d', 'foo.bar', '__x__'),
  fc.stringMatching(/^[A-Za-z0-9_ .-]{0,14}$/),
);
/** Go counts, cuts and cases bytes here. */
const ascii = text.filter((value) => /^[\x20-\x7e]*$/.test(value));
const unicode = fc.oneof(ascii, fc.string({ unit: 'grapheme', maxLength: 8 }));
const part = fc.oneof(
  ascii.map((value) => value.slice(0, 2)),
  fc.constantFrom('', 'o', ' ', '-', '.'),
);
const filled = unicode.filter((value) => value !== '');
const int = (min: number, max: number): fc.Arbitrary<Given> =>
  fc.integer({ min, max }).map((value) => ({ int: value }));
const float: fc.Arbitrary<Given> = fc
  .oneof(
    fc.integer({ min: -1e9, max: 1e9 }).map((value) => value / 4096),
    fc.constantFrom(0, 0.5, 2.5, 1.005, 1e-7, 123.555555),
  )
  .map((value) => ({ float: Object.is(value, -0) ? 0 : value }));
const texts = fc.array(unicode, { maxLength: 5 });
const someTexts = fc.array(unicode, { minLength: 1, maxLength: 5 });
/** Go's merge passes over a null; here it is a value like others. */
const leaf = fc.oneof(unicode, fc.boolean(), fc.integer({ min: -9, max: 9 }));
const map: fc.Arbitrary<Given> = fc
  .dictionary(fc.constantFrom('a', 'b', 'c', 'd'), fc.oneof(leaf, fc.dictionary(fc.constantFrom('x', 'y'), leaf)))
  .map((value) => ({ map: value as JsonObject }));
const pattern = fc.constantFrom('a*', '[a-z]+', '(\\w)(\\d)?', '^', '$', '\\s+', 'x|', 'o.', '[^a]', '(?i)h|w');
const path = fc
  .array(fc.constantFrom('/', '.', '..', 'a', 'b.tar.gz', '//'), { maxLength: 6 })
  .map((parts) => parts.join(''));
const verb = fc.tuple(fc.constantFrom('', '-', '+', '0', '#', ' '), fc.constantFrom('', '1', '8', '.0', '.2', '7.3'));
const format = (verbs: string): fc.Arbitrary<string> =>
  fc.tuple(verb, fc.constantFrom(...verbs)).map(([[flag, size], letter]) => `%${flag}${size}${letter}|`);

const url = fc
  .tuple(
    fc.constantFrom('http://', 'https://', '//', '', 'mailto:', 'ssh://'),
    fc.constantFrom('', 'user@', 'user:pa%20ss@', ':x@'),
    fc.constantFrom('', 'example.com', 'example.com:8080', '[::1]:443', 'EXAMPLE.com'),
    fc.constantFrom('', '/', '/a/b%2Fc', '/ä b', '/a//b/../c'),
    fc.constantFrom('', '?', '?a=1&b=%20', '?x=?y'),
    fc.constantFrom('', '#', '#top', '#a%20b'),
  )
  .map((parts) => parts.join(''))
  // What Go's parser refuses is tested by itself: one refusal would end the whole run of helm.
  .filter((text) => text !== '' && URL.canParse(text, 'http://x') && !/^(?:mailto:|[^/]*:)(?!\/\/)/.test(text))
  .filter((text) => !/^(?:\w+:)?\/\/(?:$|[^/]*@(?:$|[/?#])|[/?#])|^[^/?#]*@|^[^/?#]*:|\/\/:x@/.test(text));
const urlParts: fc.Arbitrary<Given> = fc
  .record({
    scheme: fc.constantFrom('http', 'https', ''),
    host: fc.constantFrom('example.com', 'example.com:80', ''),
    path: fc.constantFrom('/a', '/a b', '', 'a'),
    query: fc.constantFrom('', 'a=1&b=2'),
    fragment: fc.constantFrom('', 'top', 'a b'),
    userinfo: fc.constantFrom('', 'user', 'user:pass'),
  })
  .map((parts) => ({ map: parts }));
const version = fc
  .tuple(fc.nat(12), fc.nat(12), fc.nat(12), fc.constantFrom('', '', '-rc.1', '-alpha', '+build.5', '-1+b'))
  .map(([major, minor, patch, rest]) => `${major}.${minor}.${patch}${rest}`);
const constraint = fc
  .tuple(
    fc.constantFrom('', '=', '!=', '>', '>=', '<', '<=', '~', '^'),
    version,
    fc.constantFrom('', ', <9', ' || 3.x'),
  )
  .map((parts) => parts.join(''));
const seconds = int(-2e9, 4e9);
const zone = fc.constantFrom('UTC', 'Europe/Berlin', 'America/New_York', 'Asia/Kolkata');
const layout = fc.constantFrom(
  '2006-01-02T15:04:05Z07:00',
  'Mon, 02 Jan 2006 15:04:05',
  'Jan _2 06 3:04PM',
  '002 __2 2006',
  'Monday January 2 03:04:05.000 pm -0700',
);
const duration = fc
  .array(fc.tuple(fc.nat(99), fc.constantFrom('h', 'm', 's', 'ms', 'us')), { minLength: 1, maxLength: 4 })
  .map((parts) => parts.map(([count, unit]) => `${count}${unit}`).join(''));

/** Each helper with the arguments that it is given. */
const ARGUMENTS: Readonly<Record<string, readonly fc.Arbitrary<Given>[]>> = {
  // Node knows letters of a later Unicode than Go.
  ...each(
    ['upper', 'lower'],
    unicode.map((value) => value.replace(/[\u2000-\uffff]/g, '.')),
  ),
  ...each(['trim', 'b64enc', 'b32enc', 'sha1sum', 'sha256sum', 'sha512sum'], unicode),
  ...each(['adler32sum', 'quote', 'urlquery', 'toString', 'empty', 'regexQuoteMeta'], ascii),
  // Go writes < > & as escapes, and Sprig leaves a quote inside quotes alone.
  ...each(
    ['squote', 'toJson'],
    ascii.map((value) => value.replace(/[<>&']/g, '_')),
  ),
  ...each(['title', 'untitle', 'swapcase', 'snakecase', 'kebabcase', 'camelcase', 'initials', 'nospace', 'len'], ascii),
  ...each(['base', 'dir', 'ext', 'clean', 'isAbs'], path),
  ...each(['repeat', 'indent', 'nindent'], int(0, 6), unicode),
  ...each(['trunc'], int(-9, 9), ascii),
  ...each(['wrap'], int(1, 9), ascii),
  ...each(['contains', 'hasPrefix', 'hasSuffix', 'trimPrefix', 'trimSuffix', 'splitList', 'split'], part, unicode),
  ...each(['trimAll'], part, ascii),
  splitn: [part, int(0, 4), unicode],
  replace: [part, part, unicode],
  // Go fails where the text ends before the part that is asked for.
  substr: [int(0, 2), int(2, 12), ascii.map((value) => `${value}xyz`)],
  plural: [unicode, unicode, int(0, 3)],
  cat: [unicode, int(-9, 9), fc.boolean()],
  ...each(['regexMatch', 'regexFind'], pattern, unicode),
  regexSplit: [pattern, unicode, fc.constantFrom({ int: -1 }, { int: 1 }, { int: 2 })],
  regexReplaceAll: [pattern, unicode, fc.constantFrom('', 'x', '<$1>', '${0}$$', '$1x')],
  regexReplaceAllLiteral: [pattern, unicode, fc.constantFrom('', '$1', '\\')],
  ...each(['add', 'sub', 'mul', 'max', 'min'], int(-99, 99), int(-99, 99)),
  ...each(['div', 'mod'], int(-99, 99), int(1, 9)),
  ...each(['floor', 'ceil'], float),
  ...each(['addf', 'subf', 'mulf'], float, float),
  // Sprig rounds what is below zero away from it.
  round: [float.map((given) => ({ float: Math.abs((given as { float: number }).float) })), int(0, 4)],
  untilStep: [int(-5, 5), int(-5, 5), fc.constantFrom({ int: 1 }, { int: 2 }, { int: -1 })],
  until: [int(-5, 9)],
  ...each(['reverse', 'uniq', 'compact', 'sortAlpha', 'toStrings'], texts),
  ...each(['first', 'last', 'rest', 'initial'], someTexts),
  ...each(['append', 'prepend', 'without'], texts, unicode),
  has: [unicode, texts],
  join: [part, texts],
  concat: [someTexts, texts],
  chunk: [int(1, 3), texts],
  // `merge` differs on purpose: see collections.test.ts.
  ...each(['mergeOverwrite'], map, map),
  hasKey: [map, fc.constantFrom('a', 'b', 'x')],
  unset: [map, fc.constantFrom('a', 'b', 'x')],
  set: [map, fc.constantFrom('a', 'b', 'x'), unicode],
  pick: [map, fc.constantFrom('a', 'b'), fc.constantFrom('c', 'x')],
  omit: [map, fc.constantFrom('a', 'b'), fc.constantFrom('c', 'x')],
  ...each(['all', 'any'], fc.oneof(unicode, fc.boolean(), texts), fc.oneof(unicode, map)),
  ...each(
    ['typeIs', 'typeIsLike', 'kindIs'],
    fc.constantFrom('string', 'bool', 'map', 'map[string]interface {}', '[]interface {}', 'slice', 'x'),
    fc.oneof(unicode, fc.boolean(), map, texts),
  ),
  default: [filled, unicode],
  coalesce: [unicode, fc.boolean(), filled],
  ternary: [unicode, unicode, fc.boolean()],
  deepEqual: [map, map],
  kindOf: [fc.oneof(unicode, fc.boolean(), map, texts)],
  // Go's back quotes (%#q) are not YAML.
  printf: [format('sqx').filter((verbs) => !verbs.includes('#')), ascii],
  urlParse: [url],
  urlJoin: [urlParts],
  semverCompare: [constraint, version],
  // Seconds are written in the zone of the machine by Go: these layouts say none.
  ...each(['htmlDateInZone'], seconds, zone),
  dateInZone: [layout, seconds, zone],
  // Sprig takes an int64 and a text, and nothing else.
  duration: [fc.integer({ min: -1e6, max: 1e9 }).map((value) => ({ int64: value }))],
  durationRound: [duration],
  derivePassword: [
    int(1, 9),
    fc.constantFrom('long', 'maximum', 'medium', 'short', 'basic', 'pin'),
    filled,
    filled,
    fc.constant('example.com'),
  ],
};
/** More calls of names that take other types too. */
const MORE: readonly (readonly [string, readonly fc.Arbitrary<Given>[]])[] = [
  ['printf', [format('dxXobcU'), int(0, 300)]],
  ['printf', [format('feg'), float]],
];

function each(names: readonly string[], ...given: fc.Arbitrary<Given>[]): Record<string, fc.Arbitrary<Given>[]> {
  return Object.fromEntries(names.map((name) => [name, given]));
}

type Call = { name: string; given: readonly Given[] };

const calls: fc.Arbitrary<Call> = fc.oneof(
  ...[...Object.entries(ARGUMENTS), ...MORE].map(([name, given]) =>
    fc.tuple(...given).map((values): Call => ({ name, given: values })),
  ),
);

/** Go's backquoted and JSON-like literals do not hold every text: all travel as base64. */
function inGo(given: Given): string {
  if (typeof given === 'string') return `(b64dec "${Buffer.from(given).toString('base64')}")`;
  if (typeof given === 'boolean') return String(given);
  if (!isOne(given)) return `(list ${given.map(inGo).join(' ')})`;
  if ('int' in given) return String(given.int);
  if ('int64' in given) return `(int64 ${given.int64})`;
  if ('float' in given) return `(float64 "${given.float}")`;
  return `(fromJson ${inGo(JSON.stringify(given.map))})`;
}

function isOne(given: Given): given is { int: number } | { int64: number } | { float: number } | { map: JsonObject } {
  return typeof given === 'object' && !Array.isArray(given);
}

function inPkg(given: Given): Argument {
  if (typeof given !== 'object') return given;
  if (!isOne(given)) return given.map((item) => inPkg(item)) as Argument;
  if ('int' in given) return given.int;
  if ('int64' in given) return given.int64;
  return 'float' in given ? given.float : fromPlain(given.map);
}

function ask(name: string, given: readonly Given[]): string {
  const context = {
    helper: name,
    now: () => new Date(),
    remember: (_identity: string, _args: unknown, make: () => string) => make(),
    fail: (message: string) => {
      throw new Error(message);
    },
  } as unknown as HelperContext;
  const helper = findHelper(name);
  if (helper === undefined) throw new Error(`there is no helper ${name}`);
  const result = helper(given.map(inPkg), new Map(), context);
  if (typeof result === 'symbol') throw new Error(`${name} gave no value`);
  return printJsonValue(result);
}

/** Keys in one order; numbers as numbers. */
function normal(json: string): unknown {
  return JSON.parse(json, (_key, value: unknown) =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
      : value,
  );
}

// One run of helm, which takes its time on a busy machine.
test('helpers give the same results as the functions of helm', { timeout: 600_000 }, async () => {
  await loadHelpers(helperNames());
  const asked = fc.sample(calls, { numRuns: 3000 * RUNS, seed: SEED });
  const folder = join(temporaryFolder(), 'sprig');
  const lines = asked.map(
    ({ name, given }, index) => `  ${index} {{ toJson (${name} ${given.map(inGo).join(' ')}) | b64enc }}`,
  );
  writeFiles(folder, {
    'Chart.yaml': 'apiVersion: v2\nname: sprig\nversion: 1.0.0\n',
    'templates/all.yaml': `calls: |\n${lines.join('\n')}\n`,
  });
  const { stdout, stderr } = helm(['template', 'sprig', folder]);
  expect(stderr).toBe('');
  const answers = new Map(
    stdout.split('\n').flatMap((line) => {
      const match = /^ {2}(\d+) (\S*)$/.exec(line);
      return match === null ? [] : [[Number(match[1]), Buffer.from(match[2] ?? '', 'base64').toString()] as const];
    }),
  );
  const different = asked.flatMap(({ name, given }, index) => {
    const theirs = answers.get(index) ?? 'nothing';
    let ours: string;
    try {
      ours = ask(name, given);
    } catch (error) {
      return [`${name} ${JSON.stringify(given)}: helm ${theirs}, pkg ${String(error)}`];
    }
    const same = JSON.stringify(normal(theirs)) === JSON.stringify(normal(ours));
    return same ? [] : [`${name} ${JSON.stringify(given)}: helm ${theirs}, pkg ${ours}`];
  });
  expect(different.slice(0, 20), `seed ${SEED}, ${different.length} differ`).toEqual([]);
});
