/** Archives and the lock file are written into a chart together, or not at all. */
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { replaceArchives } from '../../src/repository/replace-archives.ts';
import { craftArchive, temporaryFolder, writeChart } from '../chart/support.ts';
import { codeOf } from '../support/errors.ts';

const archive = (name: string, version: string): Buffer =>
  craftArchive([{ name: `${name}/Chart.yaml`, data: `apiVersion: v2\nname: ${name}\nversion: ${version}\n` }]);

/** All files of a folder with their bytes, folders with a slash. */
function snapshot(folder: string): Record<string, string> {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  return Object.fromEntries(
    entries.map((entry) => {
      const path = join(entry.parentPath, entry.name);
      return entry.isDirectory() ? [`${path}/`, ''] : [path, readFileSync(path, 'base64')];
    }),
  );
}

const fresh = [
  { name: 'a-2.0.0.tgz', bytes: archive('a', '2.0.0') },
  { name: 'b-2.0.0.tgz', bytes: archive('b', '2.0.0') },
];
const lock = { name: 'Chart.lock', text: 'new\n' };

describe('archives', () => {
  test('replace older ones; other files stay', async () => {
    const chart = writeChart({
      'Chart.lock': 'old\n',
      'charts/a-1.0.0.tgz': archive('a', '1.0.0'),
      'charts/b-2.0.0.tgz': archive('b', '0.0.1'),
      'charts/c-1.0.0.tgz': archive('c', '1.0.0'),
      'charts/stays-1.0.0.tgz': archive('stays', '1.0.0'),
      'charts/broken.tgz': 'no archive',
      'charts/_notes': 'text',
    });
    await replaceArchives(chart, { archives: fresh, kept: new Set(['stays']), lock });
    const names = ['_notes', 'a-2.0.0.tgz', 'b-2.0.0.tgz', 'broken.tgz', 'stays-1.0.0.tgz'];
    expect(readdirSync(join(chart, 'charts')).sort()).toEqual(names);
    expect(readFileSync(join(chart, 'charts/b-2.0.0.tgz'))).toEqual(fresh[1]?.bytes);
    expect(readFileSync(join(chart, 'Chart.lock'), 'utf8')).toBe('new\n');
    expect(readdirSync(chart).sort()).toEqual(['Chart.lock', 'Chart.yaml', 'charts']);
  });

  test.each([
    ['a folder in the place of the last archive', 'charts/b-2.0.0.tgz'],
    ['a folder in the place of the lock file', 'Chart.lock'],
  ])('%s: nothing is changed', async (_name, inTheWay) => {
    const chart = writeChart({
      'charts/a-1.0.0.tgz': archive('a', '1.0.0'),
      'charts/a-2.0.0.tgz': archive('a', '2.0.0-1'),
    });
    mkdirSync(join(chart, inTheWay, 'deep'), { recursive: true });
    const before = snapshot(chart);
    const work = (): Promise<void> => replaceArchives(chart, { archives: fresh, kept: new Set(), lock });
    expect(await codeOf(work)).toBe('PKG_FILE_UNWRITABLE');
    expect(snapshot(chart)).toEqual(before);
  });

  test('a file in place of charts/, and no charts/ at all', async () => {
    const chart = join(temporaryFolder(), 'web');
    mkdirSync(join(chart, 'Chart.lock'), { recursive: true });
    const work = (): Promise<void> => replaceArchives(chart, { archives: fresh, kept: new Set(), lock });
    expect(await codeOf(work)).toBe('PKG_FILE_UNWRITABLE');
    expect(readdirSync(chart)).toEqual(['Chart.lock']);
    writeFileSync(join(chart, 'charts'), '');
    expect(await codeOf(work)).toBe('PKG_FILE_UNWRITABLE');
    expect(readdirSync(chart).sort()).toEqual(['Chart.lock', 'charts']);
  });
});
