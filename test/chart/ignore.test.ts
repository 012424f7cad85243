import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readFolder } from '../../src/chart/directory.ts';
import { defaultIgnoreRules, parseIgnoreRules } from '../../src/chart/ignore.ts';
import { PkgError } from '../../src/errors.ts';
import { helm } from '../support/helm.ts';
import { writeChart } from './support.ts';
import { errorOf } from '../support/errors.ts';
import { RUNS } from '../support/generation.ts';

const FILES = [
  'README.md',
  'a.txt',
  'b.txt',
  'ab.txt',
  'a-b',
  'é.txt',
  '.hidden',
  'dir/a.txt',
  'dir/b.md',
  'dir/sub/a.txt',
  'dir/sub/c',
  'other/a.txt',
  'other/dir/a.txt',
  'x[1].txt',
];

/** All files that templates could read. `.Files` holds neither templates nor Chart.yaml nor values. */
const PRINT_FILES = 'files:\n{{ range $path, $_ := .Files.Glob "**" }}\n- {{ $path | quote }}\n{{ end }}\n';

/** What helm leaves of a chart with these rules, sorted; undefined when it refuses the rules or the chart. */
function helmFiles(chart: string): string[] | undefined {
  const run = helm(['template', chart]);
  if (run.status !== 0) return undefined;
  return [...run.stdout.matchAll(/^- "(.*)"$/gm)].map(([, path = '']) => path).sort();
}

function pkgFiles(chart: string): string[] | undefined {
  let names: string[];
  try {
    names = readFolder(chart).map(({ name }) => name);
  } catch (error) {
    expect(error).toBeInstanceOf(PkgError);
    return undefined;
  }
  if (!names.includes('Chart.yaml')) return undefined;
  if (!names.includes('templates/files.yaml')) return [];
  return names.filter((name) => !/^(?:Chart\.yaml|templates\/)/.test(name)).sort();
}

const piece = fc.constantFrom(
  '*',
  '?',
  'a',
  'b',
  '.txt',
  'dir',
  '/',
  'sub',
  '[ab]',
  '[^a]',
  '[a-c]',
  '-',
  'é',
  '\\*',
  '[',
  ']',
  '\\',
  '**',
  '.',
);
const pattern = fc
  .tuple(
    fc.constantFrom('', '', '', '', '!', '/'),
    fc.array(piece, { minLength: 1, maxLength: 4 }),
    fc.constantFrom('', '', '/'),
  )
  .map(([before, pieces, after]) => before + pieces.join('') + after);
const likely = fc.constantFrom(
  '*.txt',
  'dir/',
  '/dir',
  'dir/*',
  '/a.txt',
  '!a.txt',
  '!dir/',
  'other/dir',
  '# note',
  '',
  ' *.md ',
  '*/a.txt',
  'x[[]1].txt',
);
const rules = fc.array(fc.oneof({ weight: 3, arbitrary: likely }, { weight: 2, arbitrary: pattern }), { maxLength: 3 });

describe('.helmignore', () => {
  test('keeps the files that helm keeps, for generated rules', () => {
    const chart = writeChart({
      'templates/files.yaml': PRINT_FILES,
      ...Object.fromEntries(FILES.map((name) => [name, 'x'])),
    });
    fc.assert(
      fc.property(rules, (lines) => {
        writeFileSync(join(chart, '.helmignore'), lines.join('\n'));
        expect(pkgFiles(chart)).toEqual(helmFiles(chart));
      }),
      { numRuns: 120 * RUNS },
    );
  });

  test.each<[string, string[], string[]]>([
    ['the first rule that matches decides', ['a.txt', '!a.txt'], ['b.txt']],
    ['a negated rule ignores all that does not match it', ['!a.txt'], ['b.txt', 'dir']],
    ['hidden templates are never there', [], ['templates/.swp']],
    ['a class may match a slash', ['/dir[^a]a.txt'], ['dir/a.txt']],
  ])('%s', (_, lines, ignored) => {
    const isIgnored = parseIgnoreRules(lines.join('\n'), '.helmignore');
    for (const path of ignored) expect(isIgnored(path, path === 'dir')).toBe(true);
    expect(isIgnored('a.txt', false)).toBe(lines.includes('a.txt'));
  });

  test('the default rules', () => {
    expect(defaultIgnoreRules('templates/.git', true)).toBe(true);
    expect(defaultIgnoreRules('.helmignore', false)).toBe(false);
  });

  test('names the line that is not valid', async () => {
    for (const [bad, message] of [
      ['a/**/b', '**'],
      ['[a', 'malformed'],
      ['a\\', 'malformed'],
      ['a*[', 'malformed'],
    ] as const) {
      const error = await errorOf(() => parseIgnoreRules(`\ufeff# x\n\n${bad}\n`, 'web/.helmignore'));
      expect(error.code).toBe('PKG_CHART_INVALID');
      expect(error.at).toEqual({ file: 'web/.helmignore', line: 3 });
      expect(error.message).toContain(message);
    }
  });

  test('a rule with an error after a star, which helm does not notice, matches nothing', () => {
    const isIgnored = parseIgnoreRules('x*[\n*.tmp\n', '.helmignore');
    expect([isIgnored('x[', false), isIgnored('x1', false), isIgnored('x.tmp', false)]).toEqual([false, false, true]);
  });

  test('matches hostile patterns in a short time', () => {
    const isIgnored = parseIgnoreRules(`${'*a'.repeat(2000)}b`, '.helmignore');
    const started = process.cpuUsage();
    expect(isIgnored('a'.repeat(10_000), false)).toBe(false);
    expect(process.cpuUsage(started).user).toBeLessThan(2_000_000);
  });
});
