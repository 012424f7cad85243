/** Indexes that are too large to be parsed in one piece: what is found in them, and the memory that this takes. */
import { expect, test } from 'vitest';
import { chartNames, readWholeIndex, searchEntries, versionsOf } from '../../src/repository/index-file.ts';
import { isMap } from '../../src/yaml/value.ts';
import { temporaryFolder } from '../chart/support.ts';
import { startChartServer } from '../support/chart-server.ts';
import { chartFiles, chartsIn, run } from './support.ts';
import { errorOf } from '../support/errors.ts';

/** An index with a small chart and one with so many versions; `text` is in each of them. */
function indexOf(form: 'YAML' | 'JSON', versions: number, text: string): string {
  const all = Array.from({ length: versions }, (_none, at) => `0.${at}.0`);
  const small = { name: 'web', version: '1.0.0', urls: ['web-1.0.0.tgz'] };
  if (form === 'JSON') {
    const many = all.map((version) => ({ name: 'many', version, description: text, urls: [`many-${version}.tgz`] }));
    return JSON.stringify({ apiVersion: 'v1', entries: { many, web: [small] } });
  }
  const many = all.map(
    (version) =>
      `  - name: many\n    description: |\n      - ${text}\n    urls:\n    - many-${version}.tgz\n    version: ${version}\n`,
  );
  const web = '  web:\n  - name: web\n    version: 1.0.0\n    urls:\n    - web-1.0.0.tgz\n';
  return `apiVersion: v1\nentries:\n  many:\n${many.join('')}${web}generated: "2026-01-01T00:00:00Z"\n`;
}

const LIMIT = 16 << 20;

test.each(['YAML', 'JSON'] as const)('a chart with more than 16 MiB of entries, in %s', (form) => {
  const text = indexOf(form, 2500, 'x'.repeat(10_000));
  const bytes = Buffer.from(text);
  expect(bytes.length).toBeGreaterThan(LIMIT);
  expect(versionsOf(bytes, 'web', 'index.yaml')).toEqual([{ version: '1.0.0', urls: ['web-1.0.0.tgz'], digest: '' }]);
  const many = versionsOf(bytes, 'many', 'index.yaml');
  expect([many?.length, many?.[0], many?.at(-1)?.version]).toEqual([
    2500,
    { version: '0.2499.0', urls: ['many-0.2499.0.tgz'], digest: '' },
    '0.0.0',
  ]);
  expect(versionsOf(bytes, 'other', 'index.yaml')).toBeUndefined();
  expect(chartNames(bytes, 'index.yaml')).toEqual(['many', 'web']);
  const found = searchEntries(bytes, 'index.yaml');
  expect(found.map(({ name, texts, versions }) => [name, texts.length, versions.length])).toEqual([
    ['many', 1, 2500],
    ['web', 1, 1],
  ]);
  const entries = readWholeIndex(bytes, 'index.yaml').get('entries');
  const whole = isMap(entries) ? entries.get('many') : undefined;
  expect([Array.isArray(whole), Array.isArray(whole) && whole.length]).toEqual([true, 2500]);
});

test.each([
  ['YAML', '    - many-0.2000.0.tgz', '    - [many-0.2000.0.tgz', 12_009],
  ['JSON', '"many-0.2000.0.tgz"', '"many-0.2000.0.tgz" "', undefined],
] as const)('a mistake in a large index in %s is reported', async (form, right, wrong, line) => {
  const bytes = Buffer.from(indexOf(form, 2500, 'x'.repeat(10_000)).replace(right, wrong));
  expect(bytes.length).toBeGreaterThan(LIMIT);
  const { code, message, at } = await errorOf(() => searchEntries(bytes, 'index.yaml'));
  expect([code, message]).toEqual(['PKG_REPOSITORY_INVALID', expect.not.stringContaining('16 MiB')]);
  expect(at?.line, message).toBe(line);
});

test.each(['YAML', 'JSON'] as const)('a large index without apiVersion is refused, in %s', (form) => {
  const bytes = Buffer.from(indexOf(form, 2500, 'x'.repeat(100)).replace('apiVersion', 'version'));
  for (const use of [chartNames, searchEntries, readWholeIndex]) expect(() => use(bytes, 'i')).toThrow(/no apiVersion/);
});

test.each(['YAML', 'JSON'] as const)('an index of 60 MB in %s is used with 48 MB of heap', async (form) => {
  const index = indexOf(form, 6000, 'x'.repeat(10_000));
  const server = await startChartServer('/nowhere', {
    serve: (request, response) => {
      if (request.url !== '/index.yaml') return false;
      response.end(index);
      return true;
    },
  });
  const cwd = chartsIn({ web: chartFiles('web', '1.0.0') });
  const options = { cwd, home: temporaryFolder(), env: { NODE_OPTIONS: '--max-old-space-size=48' } };
  try {
    for (const args of [
      ['repo', 'add', 'large', server.url],
      ['search', 'repo', 'large/many'],
    ]) {
      const { status, stdout, stderr } = await run('pkg', args, options);
      expect(status, stderr).toBe(0);
      if (args[0] === 'search') expect(stdout).toContain('0.5999.0');
    }
  } finally {
    server.close();
  }
});
