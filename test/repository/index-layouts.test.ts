/** Indexes of more than 16 MiB, which are read in parts, in every layout that programs write: helm finds the same. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { stringify } from 'yaml';
import { PkgError } from '../../src/errors.ts';
import { searchEntries, versionsOf } from '../../src/repository/index-file.ts';
import { temporaryFolder } from '../chart/support.ts';
import { RUNS, SEED } from '../support/generation.ts';
import { run } from './support.ts';

const LIMIT = 16 << 20;

/** Objects that several entries share become anchors and aliases, as PyYAML, js-yaml and `yaml` write them. */
function shared(fillers: number): Record<string, unknown> {
  const maintainers = [{ name: 'Ada', email: 'ada@example.com' }, { name: 'Bob' }];
  const keywords = ['a', 'b'];
  const long = 'x & y * z\n'.repeat(3000);
  const chart = (name: string, count: number): unknown[] =>
    Array.from({ length: count }, (_, at) => ({
      name,
      version: `1.${at}.0`,
      annotations: { long },
      keywords,
      maintainers,
      urls: ['u'],
    }));
  const first = chart('first', 3);
  return { first, large: chart('large', fillers), again: first, last: [...chart('last', 2), first[1]] };
}

/** The index as text, without `entries`. */
const OTHERS = 'annotations:\n  a: b\ngenerated: "2026-01-01T00:00:00Z"\n';

const HEADS = ['', '\ufeff', '---\n', '\ufeff# c\n\n---\n', '%YAML 1.1\n---  # c\n', '# --- \n'];
/** What follows the first document is not read. */
const TAILS = ['', '...\n', '...', '...\n: [ }\n', '---\nother: document\n', '# the end', '\n\n--- x\n'];

const layout = fc.record({
  aliases: fc.boolean(),
  head: fc.constantFrom(...HEADS),
  key: fc.constantFrom('entries:', '"entries":', "'entries' :", 'entries:   # the charts'),
  isFirst: fc.boolean(),
  tail: fc.constantFrom(...TAILS),
  newLine: fc.constantFrom('\n', '\r\n'),
});

test.each([
  ['small', 1],
  ['read in parts', 1000],
])('every head and end of an index: %s', async (_size, versions) => {
  const entries = Array.from({ length: versions }, (_, at) =>
    [
      '- apiVersion: v2',
      `  description: ${'x'.repeat(150)}`,
      '  name: web',
      '  urls: [web.tgz]',
      `  version: 1.${at}.0`,
    ]
      .map((line) => `  ${line}\n`)
      .join(''),
  );
  const indexes = HEADS.flatMap((head) =>
    TAILS.map((tail) => `${head}apiVersion: v1\nentries:\n  web:\n${entries.join('')}${OTHERS}${tail}`),
  );
  const home = temporaryFolder();
  mkdirSync(join(home, 'cache', 'repository'), { recursive: true });
  mkdirSync(join(home, 'config'));
  indexes.forEach((text, at) => writeFileSync(join(home, 'cache', 'repository', `r${at}-index.yaml`), text));
  const known = indexes.map((_, at) => `- {name: r${at}, url: "http://127.0.0.1:9/${at}"}\n`).join('');
  writeFileSync(join(home, 'config', 'repositories.yaml'), `apiVersion: ""\nrepositories:\n${known}`);
  const args = ['search', 'repo', 'web', '--output', 'json'];
  const [helm, pkg] = [await run('helm', args, { cwd: home, home }), await run('pkg', args, { cwd: home, home })];
  expect([pkg.status, pkg.stderr, helm.status]).toEqual([0, '', 0]);
  expect(JSON.parse(pkg.stdout)).toHaveLength(indexes.length);
  expect(pkg.stdout).toBe(helm.stdout);
});

test('search finds what helm finds', { timeout: 300_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(layout, async ({ aliases, head, key, isFirst, tail, newLine }) => {
      const entries = stringify(
        { entries: shared(600) },
        { version: '1.1', aliasDuplicateObjects: aliases, lineWidth: 0 },
      );
      const body = entries.replace(/^entries:/, key);
      const others = `apiVersion: v1\n${OTHERS}`;
      const text = `${head}${isFirst ? body + others : others + body}${tail}`.replaceAll('\n', newLine);
      expect(text.length).toBeGreaterThan(LIMIT);
      const home = temporaryFolder();
      mkdirSync(join(home, 'cache', 'repository'), { recursive: true });
      mkdirSync(join(home, 'config'));
      writeFileSync(join(home, 'cache', 'repository', 'r-index.yaml'), text);
      const known = 'apiVersion: ""\nrepositories:\n- {name: r, url: "http://127.0.0.1:9"}\n';
      writeFileSync(join(home, 'config', 'repositories.yaml'), known);
      const args = ['search', 'repo', 'r/', '--versions', '--output', 'json'];
      const env = { NODE_OPTIONS: '--max-old-space-size=64' };
      const helm = await run('helm', args, { cwd: home, home });
      const pkg = await run('pkg', args, { cwd: home, home, env });
      expect([pkg.status, pkg.stderr, helm.status]).toEqual([0, '', 0]);
      expect(pkg.stdout === helm.stdout, `${pkg.stdout.slice(0, 300)} ${helm.stdout.slice(0, 300)}`).toBe(true);
    }),
    { numRuns: 4 * RUNS, seed: SEED },
  );
});

describe('aliases that unfold to too much', () => {
  const chart = (name: string, more: string): string => `  ${name}:\n  - name: ${name}\n    version: 1.0.0\n${more}`;
  const filler = chart('filler', '').replace(/ {2}- [^]*/, (one) =>
    `${one}    description: ${'x'.repeat(100_000)}\n`.repeat(180),
  );
  const refused: [string, string][] = [
    [
      'from chart to chart',
      Array.from({ length: 12 }, (_, at) =>
        chart(`c${at}`, `    keywords: &k${at} [${(at === 0 ? 'a,' : `*k${at - 1},`).repeat(20)}]\n`),
      ).join(''),
    ],
    [
      'in many charts',
      chart('c', `    keywords: &k [${'a,'.repeat(5000)}]\n`) +
        Array.from({ length: 20_000 }, (_, at) => chart(`c${at}`, '    keywords: *k\n')).join(''),
    ],
    [
      'by a long text',
      chart('c', `    description: &k ${'a'.repeat(1_000_000)}\n`) +
        Array.from({ length: 20_000 }, (_, at) => chart(`c${at}`, '    description: *k\n')).join(''),
    ],
    ['without end', chart('c', '    keywords: &k [*k]\n') + chart('d', '    keywords: *k\n')],
    ['of an unknown anchor', chart('c', '    keywords: *k\n')],
  ];
  test.each(refused)('%s', (_, entries) => {
    const bytes = Buffer.from(`apiVersion: v1\nentries:\n${entries}${filler}`);
    expect(bytes.length).toBeGreaterThan(LIMIT);
    const before = process.memoryUsage().rss;
    expect(() => searchEntries(bytes, 'index.yaml')).toThrow(PkgError);
    expect(process.memoryUsage().rss - before).toBeLessThan(3 * bytes.length + (100 << 20));
    // A chart that has nothing to do with it is found all the same.
    expect(versionsOf(bytes, 'filler', 'index.yaml')).toHaveLength(180);
  });
});
