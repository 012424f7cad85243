/** `pkg publish` into a folder of a git checkout, and its outputs in GitHub Actions. */
import { readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, expect, test } from 'vitest';
import { temporaryFolder } from '../chart/support.ts';
import { chartFiles, chartsIn, run } from './support.ts';
import type { Run } from './support.ts';

const URL = 'https://charts.example.com';
const ARCHIVE = 'web-1.0.0.tgz';

let cwd: string;
const publish = (env: Record<string, string> = {}): Promise<Run> =>
  run('pkg', ['publish', 'web', './pages', '--url', URL, '-o', 'json'], { cwd, home: cwd, env });
const inPages = (name: string): string => join(cwd, 'pages', name);

beforeEach(async () => {
  cwd = chartsIn({ web: chartFiles('web', '1.0.0') });
  const made = await publish();
  if (made.status !== 0) throw new Error(made.stderr);
});

test.each([
  ['missing', (path: string): void => rmSync(path)],
  ['a pointer of Git LFS', (path: string): void => writeFileSync(path, 'version https://git-lfs.github.com/spec/v1\n')],
])('an archive that the index names and that is %s is written again', async (_name, damage) => {
  const [archive, index] = [readFileSync(inPages(ARCHIVE)), readFileSync(inPages('index.yaml'), 'utf8')];
  damage(inPages(ARCHIVE));
  const again = await publish();
  expect(again.status, again.stderr).toBe(0);
  expect(JSON.parse(again.stdout)).toMatchObject({ published: [{ changed: true, status: 'published' }] });
  expect(readFileSync(inPages(ARCHIVE))).toEqual(archive);
  expect(JSON.parse((await publish()).stdout)).toMatchObject({ published: [{ changed: false, status: 'unchanged' }] });
  // Other content is refused all the same.
  damage(inPages(ARCHIVE));
  writeFileSync(join(cwd, 'web/values.yaml'), 'other: true\n');
  const other = await publish();
  expect(other.stderr).toContain('code: PKG_VERSION_PUBLISHED ');
  expect(other.status).toBe(1);
  // Archives may lie elsewhere, such as in the releases of GitHub.
  writeFileSync(join(cwd, 'web/values.yaml'), 'of: web\n');
  writeFileSync(inPages('index.yaml'), index.replace(URL, 'https://releases.example.com/v1'));
  expect(JSON.parse((await publish()).stdout)).toMatchObject({ published: [{ status: 'unchanged' }] });
});

test.each([
  ['at its beginning', (text: string): string => `<<<<<<< HEAD\n${text}=======\n>>>>>>> main\n`],
  ['among its entries', (text: string): string => text.replace(/^ {2}web:$/m, '<<<<<<< HEAD\n$&')],
])('an index with a merge conflict %s is refused', async (_name, conflict) => {
  const text = conflict(readFileSync(inPages('index.yaml'), 'utf8'));
  writeFileSync(inPages('index.yaml'), text);
  for (const args of [
    ['publish', 'web', './pages'],
    ['repo', 'index', 'pages', '--merge', 'pages/index.yaml'],
  ]) {
    const { status, stderr } = await run('pkg', args, { cwd, home: cwd });
    expect(stderr).toContain('this index has an unresolved merge conflict of git');
    expect(status).toBe(1);
  }
  expect(readFileSync(inPages('index.yaml'), 'utf8')).toBe(text);
  expect(readdirSync(join(cwd, 'pages')).sort()).toEqual(['index.yaml', ARCHIVE]);
});

test('outputs for GitHub Actions that cannot be written: the result is printed before the error', async () => {
  const { status, stdout, stderr } = await publish({
    GITHUB_ACTIONS: 'true',
    GITHUB_OUTPUT: join(temporaryFolder(), 'none/outputs'),
  });
  expect(JSON.parse(stdout)).toMatchObject({ name: 'web', published: [{ status: 'unchanged' }] });
  expect(stderr).toContain('the outputs for GitHub Actions cannot be written (ENOENT)');
  expect(stderr).toContain('note: the chart is published\n');
  expect(status).toBe(1);
});
