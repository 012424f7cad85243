/** Functions for encodings, checksums, encryption and paths, compared with helm. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { anyText, call, literal, madeOf, oneOf, shown } from './literals.ts';
import { expectSame, helmOutcomes, pkgOutcome } from './support.ts';
import { RUNS, SEED } from '../../../support/generation.ts';

const base64 = fc.oneof(
  fc.uint8Array({ maxLength: 12 }).map((bytes) => literal(Buffer.from(bytes).toString('base64'))),
  madeOf(['A', 'Zg', '=', '==', '\n', '\r\n', '+/', '-', 'Zm9v', '~'], 7),
);
const base32 = fc.oneof(madeOf(['MZ', 'A', '=', '======', '====', '\n', '7', '1', 'a', 'MZXW6YTB'], 8));
const path = madeOf(['/', '.', '..', 'a', 'b.tar.gz', '//', 'é', ' '], 7);

test('encodings, checksums and paths', { timeout: 600_000 }, () => {
  const texts = ['b64enc', 'b32enc', 'sha1sum', 'sha256sum', 'sha512sum', 'adler32sum'];
  const paths = ['base', 'dir', 'clean', 'ext', 'isAbs', 'osBase', 'osDir', 'osClean', 'osExt', 'osIsAbs'];
  const calls = fc.oneof(
    ...texts.map((name) => call(name, anyText)),
    ...paths.map((name) => call(name, path)),
    { arbitrary: call('b64dec', base64), weight: 5 },
    { arbitrary: call('b32dec', base32), weight: 5 },
  );
  expectSame(fc.sample(calls, { numRuns: 900 * RUNS, seed: SEED }));
});

test('passwords', { timeout: 600_000 }, () => {
  const calls = fc.oneof(
    call(
      'derivePassword',
      fc.constantFrom('1', '4294967296', '4294967297', '-1', '1.5', '.Values.n', '"1"'),
      oneOf('long', 'maximum', 'medium', 'short', 'basic', 'pin', 'toString', ''),
      anyText,
      anyText,
      anyText,
    ),
    call('decryptAES', anyText, base64),
    call(
      'decryptAES "key"',
      fc.uint8Array({ minLength: 32, maxLength: 49 }).map((bytes) => literal(Buffer.from(bytes).toString('base64'))),
    ),
    fc.tuple(anyText, anyText).map(([key, text]) => shown(`(decryptAES ${key} (encryptAES ${key} ${text}))`)),
    call('htpasswd', oneOf('a:b', ':'), anyText),
    call('bcrypt', oneOf('é'.repeat(37), 'x'.repeat(73))),
  );
  expectSame([
    ...fc.sample(calls, { numRuns: 40 * RUNS, seed: SEED }),
    '{{getHostByName "localhost"}}|',
    '{{encryptAES "k" ""}}{{decryptAES "k" ""}}|',
    ...['-1', '0', '"a"', '.Values.n', 'nil'].map((count) => shown(`(randBytes ${count})`)),
    ...['-1', '0', '"a"', '.Values.n', 'nil'].map((count) => shown(`(randAlphaNum ${count})`)),
  ]);
});

test('random values have the form that they have in helm', { timeout: 600_000 }, () => {
  const shapes: Readonly<Record<string, RegExp>> = {
    '{{randAlphaNum 300}}': /^"[0-9A-Za-z]{300}"$/,
    '{{randAlpha 300}}': /^"[A-Za-z]{300}"$/,
    '{{randNumeric 300}}': /^"[0-9]{300}"$/,
    '{{randAscii 300 | replace "\\\\" "/" | replace "\\"" "/"}}': /^"[ -~]{300}"$/,
    '{{randBytes 100}}': /^"[0-9A-Za-z+/]{134}=="$/,
    '{{uuidv4}}': /^"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"$/,
    '{{encryptAES "key" "text"}}': /^"[0-9A-Za-z+/]{43}="$/,
    '{{bcrypt "é"}}': /^"\$2a\$10\$[./0-9A-Za-z]{53}"$/,
    '{{htpasswd "me" "x"}}': /^"me:\$2a\$10\$[./0-9A-Za-z]{53}"$/,
  };
  const templates = Object.keys(shapes).filter((template) => !template.includes('replace'));
  const theirs = helmOutcomes(templates);
  for (const [index, template] of templates.entries()) {
    const shape = expect.stringMatching(shapes[template] as RegExp);
    expect(theirs[index], template).toEqual({ printed: shape });
    const ours = [pkgOutcome(template), pkgOutcome(template)];
    expect(ours, template).toEqual([{ printed: shape }, { printed: shape }]);
    expect(ours[0], template).not.toEqual(ours[1]);
  }
});
