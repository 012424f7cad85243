/** URLs, compared with helm. */
import fc from 'fast-check';
import { test } from 'vitest';
import { anyText, call, literal, madeOf, shown } from './literals.ts';
import { expectSame } from './support.ts';
import { RUNS, SEED } from '../../../support/generation.ts';

const parts = [
  'http',
  'HTTPS',
  'mysql',
  ':',
  '//',
  '/',
  '@',
  'user',
  'p%40ss',
  'host.io',
  ':80',
  ':x',
  '[::1]',
  '[fe80::1%25en0]',
  '[1.2.3.4]',
  '?',
  '#',
  'q=1',
  '%',
  '%2F',
  '%ff',
  '%41',
  ' ',
  'é',
  '*',
  '[',
  ']',
  '<',
  '..',
  "'",
  '(',
  '%25',
  ',h2:81',
  '\n',
  ';',
  '%zz',
];
const url = fc.oneof(
  { weight: 3, arbitrary: madeOf(parts, 7) },
  fc
    .tuple(
      fc.constantFrom('http://', 'https://', 'proto://', '//', '', 'mailto:', 'a/'),
      fc.constantFrom('', 'u@', 'u:p@', 'u:@', '%41:%20@', ':p@', 'a b@', 'ü@'),
      fc.constantFrom(
        '',
        'h',
        'h:8',
        'h:',
        '[::1]:8',
        '[::ffff:1.2.3.4]',
        '[::1%25a%20b]',
        'h%41',
        'h%C3%A9',
        'h:1:2',
        '[::1',
        'a,b:1:2',
        'é',
      ),
      fc.constantFrom('', '/', '/a b', '/a%2Fb', '/é', '/%', 'x'),
      fc.constantFrom('', '?', '?a=b?c', '?%zz'),
      fc.constantFrom('', '#', '#f', '#f%20', '#%', '#é'),
    )
    .map((all) => literal(all.join(''))),
  anyText,
);
const shownMap = '{{range $k, $v := $x}}{{$k}}={{$v}};{{end}}';
const names = ['scheme', 'host', 'path', 'query', 'opaque', 'fragment', 'userinfo', 'hostname'];

test('parsing and printing URLs', { timeout: 600_000 }, () => {
  const calls = fc.oneof(
    url.map((one) => `{{with $x := urlParse ${one}}}${shownMap}{{end}}`),
    url.map((one) => shown(`(urlJoin (urlParse ${one}))`)),
    fc
      .array(fc.tuple(fc.constantFrom(...names), fc.oneof(madeOf(parts, 3), fc.constantFrom('1', 'nil', 'true'))), {
        maxLength: 6,
      })
      .map((entries) => shown(`(urlJoin (dict ${entries.map(([name, value]) => `"${name}" ${value}`).join(' ')}))`)),
    call('urlJoin', fc.constantFrom('nil', '.Values.m', '.Values.l', '"x"', '.Values.nil')),
  );
  expectSame(fc.sample(calls, { numRuns: 900 * RUNS, seed: SEED }), { sameErrors: false });
});
