/** A full disk: commands report it, change nothing, and succeed when there is space again. */
import { createHash } from 'node:crypto';
import { cpSync, existsSync, readFileSync, readdirSync, rmSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { temporaryFolder } from '../chart/support.ts';
import { startChartServer } from '../support/chart-server.ts';
import type { ChartServer } from '../support/chart-server.ts';
import { hasFullDisk, onFullDisk } from '../support/full-disk.ts';
import { bin, chartFiles, chartsIn, makeIndex, run } from './support.ts';

/** In KB: from nothing to enough for all, archives of the charts being of about 90. */
const SPACES = [0, 12, 100, 140, 400, 2_000];

let server: ChartServer;
let charts: string;
/** Chart folders: two that others depend on, one without a lock file and one with it. */
let sources: string;
beforeAll(async () => {
  const lines = Array.from({ length: 2_000 }, (_, at) => createHash('sha256').update(String(at)).digest('hex'));
  sources = chartsIn({
    one: { ...chartFiles('one', '1.0.0'), 'noise.txt': lines.join('\n') },
    two: { ...chartFiles('two', '1.0.0'), 'noise.txt': lines.join('\n') },
  });
  charts = temporaryFolder();
  const at = { cwd: sources, home: temporaryFolder() };
  for (const name of ['one', 'two']) await run('helm', ['package', name, '-d', charts], at);
  await makeIndex(charts);
  server = await startChartServer(charts);
  const dependency = (name: string): string => `- {name: ${name}, version: 1.x, repository: "${server.url}"}\n`;
  chartsIn(
    {
      web: chartFiles('web', '1.0.0', `dependencies:\n${dependency('one')}${dependency('two')}`),
      locked: chartFiles('locked', '1.0.0', `dependencies:\n${dependency('one')}`),
    },
    sources,
  );
  await run('helm', ['dependency', 'update', 'locked'], at);
  rmSync(join(sources, 'locked', 'charts'), { recursive: true });
});
afterAll(() => server.close());

const hashOf = (path: string): string => createHash('sha256').update(readFileSync(path)).digest('hex');

function filesIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => statSync(join(folder, name)).isFile())
    .sort();
}

/** Nothing is half there: what the cache holds is what its name says, and temporary files are gone. */
function expectWhole(folder: string): void {
  const files = filesIn(folder);
  expect(files.filter((name) => /\.tmp(?:\/|$)|tmpcharts/.test(name) && !name.includes('/kubepkg/'))).toEqual([]);
  for (const name of files.filter((file) => file.includes('cache/content/'))) {
    expect(basename(name)).toBe(`${hashOf(join(folder, name))}.chart`);
  }
}

const own = (folder: string): string[] => filesIn(folder).filter((name) => !name.startsWith('home/'));

describe.skipIf(!hasFullDisk).each([
  ['pull', ['pull', 'one', '--repo', 'URL'], ['one-1.0.0.tgz']],
  [
    'pull --untar',
    ['pull', 'one', '--repo', 'URL', '--untar', '-d', 'out'],
    ['out/one/Chart.yaml', 'out/one/noise.txt'],
  ],
  [
    'dependency update',
    ['dependency', 'update', 'web'],
    ['web/Chart.lock', 'web/charts/one-1.0.0.tgz', 'web/charts/two-1.0.0.tgz'],
  ],
  ['dependency build', ['dependency', 'build', 'locked'], ['locked/charts/one-1.0.0.tgz']],
  ['repo add', ['repo', 'add', 'r', 'URL'], ['home/config/repositories.yaml', 'home/cache/repository/r-index.yaml']],
  ['package', ['package', 'one'], ['one-1.0.0.tgz']],
  ['publish', ['publish', 'one', './pages', '--skip-lint'], ['pages/index.yaml', 'pages/one-1.0.0.tgz']],
  ['bundle', ['bundle', 'one', '-o', 'all.tar'], ['all.tar']],
])('%s', (name, args, made) => {
  test.each(SPACES)('with %i KB of free space', { timeout: 60_000 }, async (free) => {
    const folder = temporaryFolder();
    cpSync(sources, folder, { recursive: true });
    const before = own(folder);
    const words = args.map((word) => word.replace('URL', server.url));
    const { first, second, stderr, full, freed } = await onFullDisk(folder, free, [process.execPath, bin, ...words]);
    expectWhole(full);
    if (first !== 0) {
      expect(stderr).toContain('code: PKG_FILE_UNWRITABLE');
      expect(stderr).toContain('free some disk space');
      // An archive whose index could not be written is named by nothing, and written again.
      expect(own(full).filter((name) => name !== 'pages/one-1.0.0.tgz')).toEqual(before);
    } else for (const file of made) expect(existsSync(join(full, file)), file).toBe(true);
    // What is unpacked already is not replaced.
    expect(second, stderr).toBe(name === 'pull --untar' && first === 0 ? 1 : 0);
    expectWhole(freed);
    for (const file of made) expect(existsSync(join(freed, file)), file).toBe(true);
    if (!/^(?:pull|dependency)/.test(name)) return;
    for (const file of own(freed).filter((one) => one.endsWith('.tgz'))) {
      expect(hashOf(join(freed, file))).toBe(hashOf(join(charts, basename(file))));
    }
  });
});
