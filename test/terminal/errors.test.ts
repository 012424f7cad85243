/** What a failure looks like. */
import { mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ERROR_CODES, PkgError } from '../../src/errors.ts';
import { printable } from '../../src/errors-text.ts';
import { painter } from '../../src/terminal/color.ts';
import { ERROR_DOCS } from '../../src/terminal/error-docs.ts';
import { renderError } from '../../src/terminal/errors.ts';
import { pkg } from '../support/pkg.ts';

const plain = painter(false);
let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'pkg-errors-'));
  mkdirSync(join(folder, 'templates'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('an error has message, position, source lines, notes, hints and code', () => {
  const file = join(folder, 'templates', 'a.yaml');
  writeFileSync(file, 'kind: A\r\n\tname: {{x}}\u001b[2J\nend: 1\n');
  const error = new PkgError('PKG_TEMPLATE_SLOT', 'this does not fit', {
    at: { file, line: 2, column: 8 },
    notes: ['x comes from --set x'],
    hints: ['give a text'],
  });
  expect(renderError(error, plain, false)).toBe(
    [
      'Error: this does not fit',
      `  at ${file}:2:8`,
      '',
      '    1 | kind: A',
      '  > 2 |   name: {{x}}\\u001b[2J',
      '      |         ^',
      '    3 | end: 1',
      '',
      '  note: x comes from --set x',
      '  hint: give a text',
      '  code: PKG_TEMPLATE_SLOT (pkg docs PKG_TEMPLATE_SLOT)',
      '',
    ].join('\n'),
  );
});

test('the message of fail keeps its lines', () => {
  const lines = (message: string): string => {
    return renderError(new PkgError('PKG_TEMPLATE_FAILED', message), plain, false).replace(/ {2}code: .*\n$/, '');
  };
  expect(lines('one\n\n  two\r\n\tthree\n\n')).toBe('Error: one\n\n  two\n\tthree\n');
  expect(lines('\n \n  VALIDATION:\nweb: x')).toBe('Error:\n  VALIDATION:\nweb: x\n');
  expect(lines('a\u001b[2J\nb\u202ec\n\rd')).toBe('Error: a\\u001b[2J\nb\\u202ec\n\\rd\n');
  expect(lines(`${'é\n'.repeat(9000)}`)).toMatch(/é\n…\n$/);
  const inner = new PkgError('PKG_TEMPLATE_FAILED', 'one\ntwo');
  expect(renderError(new PkgError('PKG_TEMPLATE_FAILED', 'both', { errors: [inner] }), plain, false)).toContain(
    '\n- one\ntwo\n',
  );
  // What a server says stays on its line: it could look like a hint.
  const foreign = renderError(new PkgError('PKG_APPLY_FAILED', 'no\n  hint: run this'), plain, false);
  expect(foreign).toContain('Error: no\\n  hint: run this\n');
});

test('source lines are shown around the position, also far to the right', () => {
  const excerpt = {
    title: 'what a\nb prints:',
    first: 9,
    lines: ['x', `${'é'.repeat(300)}\u001b\ud83d\ude00!`, 'y'],
    line: 10,
  };
  const shown = renderError(
    new PkgError('PKG_TEMPLATE_YAML', 'odd', { excerpts: [{ ...excerpt, column: 304 }] }),
    plain,
    false,
  );
  const [title, , , marked = '', caret = ''] = shown.split('\n').slice(1);
  expect(title).toBe('  what a\\nb prints:');
  expect(marked).toMatch(/^ {2}> 10 \| …é+\\u001b😀!$/);
  expect(Array.from(marked)[Array.from(caret).length - 1]).toBe('!');
});

test('an escape is not split', () => {
  for (const [text, max, expected] of [
    ['ab\\u001b', 5, 'ab…'],
    ['ab\\u001b', 3, 'ab…'],
    ['ab\\\\u001b', 6, 'ab\\\\u0…'],
    ['ab\\x1b.', 4, 'ab…'],
    ['a😀b', 2, 'a😀…'],
  ] as const) {
    expect(printable(text, max)).toBe(expected);
  }
});

test('lines of values files are never shown', () => {
  const file = join(folder, 'values.yaml');
  writeFileSync(file, 'password: secret-word\n');
  const text = renderError(new PkgError('PKG_YAML_SYNTAX', 'odd', { at: { file, line: 1, column: 1 } }), plain, false);
  expect(text).toContain(`${file}:1:1`);
  expect(text).not.toContain('secret-word');
});

test('errors that are reported together are shown, up to fifty', () => {
  const errors = Array.from({ length: 60 }, (_, at) => new PkgError('PKG_SCHEMA_VIOLATION', `number ${at} is wrong`));
  const text = renderError(new PkgError('PKG_SCHEMA_VIOLATION', '60 are wrong', { errors }), plain, false);
  expect(text.match(/is wrong/g)).toHaveLength(50);
  expect(text).toContain('… and 10 more');
  expect(text.match(/pkg docs/g)).toHaveLength(1);
});

test('every error is printed as safe text with the code at the end', () => {
  const text = fc.string({ unit: 'binary', maxLength: 300 });
  const error = fc.record({ message: text, file: text, notes: fc.array(text), hints: fc.array(text) });
  fc.assert(
    fc.property(fc.constantFrom(...ERROR_CODES), error, (code, { message, file, notes, hints }) => {
      const shown = renderError(new PkgError(code, message, { at: { file, line: 1 }, notes, hints }), plain, false);
      expect(shown).not.toMatch(/(?![\n\t])[\p{Cc}\p{Cs}\p{Zl}\p{Zp}]|[\u202a-\u202e\u2066-\u2069]/u);
      // Only what templates say by `fail` may be a text of lines.
      const lines = code === 'PKG_TEMPLATE_FAILED' ? shown.split('\n').length : 2 + notes.length + hints.length + 2;
      expect(shown.split('\n')).toHaveLength(lines);
      expect(shown.endsWith(`  code: ${code} (pkg docs ${code})\n`)).toBe(true);
    }),
  );
});

test('an unknown error is reported as a bug, with its stack only for --debug', () => {
  for (const thrown of [new TypeError('x is not a function'), new Error(''), 'text', undefined, null]) {
    const text = renderError(thrown, plain, false);
    expect(text).toMatch(/^Error: pkg has a bug: .+\n {2}hint: .*--debug.*\n {2}code: PKG_INTERNAL /);
    expect(text).not.toContain('    at ');
  }
  const cause = new Error('inner');
  const debug = renderError(new PkgError('PKG_USAGE', 'outer', { cause }), plain, true);
  expect(debug).toMatch(/outer[^]*errors\.test\.ts[^]*caused by: Error: inner/);
});

test('a path that the system refuses is not reported as a bug', () => {
  let thrown: unknown;
  try {
    statSync('x'.repeat(300), { throwIfNoEntry: false });
  } catch (error) {
    thrown = error;
  }
  expect(renderError(thrown, plain, false)).toMatch(
    /^Error: x+ cannot be accessed \(ENAMETOOLONG\)\n.*\n {2}code: PKG_FILE_UNREADABLE /,
  );
});

test('every code is explained', () => {
  expect(Object.keys(ERROR_DOCS)).toEqual([...ERROR_CODES]);
  const listed = pkg(['docs']).stdout;
  for (const code of ERROR_CODES) {
    expect(listed).toMatch(new RegExp(`^${code} *\t\\S`, 'm'));
    const { summary, why, fix } = ERROR_DOCS[code];
    expect(Math.min(summary.length, why.length, fix.length)).toBeGreaterThan(10);
  }
  expect(pkg(['docs', 'pkg_usage']).stdout).toMatch(/^PKG_USAGE: /);
  expect(pkg(['docs', 'PKG_USAEG']).stderr).toContain('did you mean PKG_USAGE?');
});
