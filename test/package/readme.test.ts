/**
 * The README does what it says: a block after `<!-- file: PATH -->` is written there, a block after
 * `<!-- run -->` is run by a shell with the built pkg on its PATH, and a block after `<!-- output -->` is
 * what the last run printed. Needs a build (`npm run build`).
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';

const root: string = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const readme: string = readFileSync(join(root, 'README.md'), 'utf8');
let folder: string;
let path: string;

beforeAll(() => {
  if (!existsSync(join(root, 'dist/main.cjs'))) throw new Error('there is no dist: run npm run build first');
  folder = mkdtempSync(join(tmpdir(), 'pkg-readme-'));
  const bin = join(folder, '.bin');
  mkdirSync(bin);
  writeFileSync(join(bin, 'pkg'), `#!/bin/sh\nexec '${process.execPath}' '${join(root, 'bin/pkg.js')}' "$@"\n`, {
    mode: 0o755,
  });
  path = [bin, process.env['PATH']].join(delimiter);
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

test.skipIf(process.platform === 'win32')('every marked block holds', () => {
  const blocks = [...readme.matchAll(/<!-- (file|run|output)(?:: (\S+))? -->\n\n```\w*\n([\s\S]*?)```\n/g)];
  expect(blocks.map(([, kind]) => kind)).toEqual(['file', 'file', 'file', 'run', 'output', 'run']);
  let printed = '';
  for (const [, kind, file, text] of blocks) {
    if (kind === 'file') {
      mkdirSync(dirname(join(folder, file ?? '')), { recursive: true });
      writeFileSync(join(folder, file ?? ''), text ?? '');
    } else if (kind === 'output') {
      expect(printed).toBe(text);
    } else {
      const env = { PATH: path, HOME: folder, NO_COLOR: '1' };
      const run = spawnSync('sh', ['-e', '-c', text ?? ''], { cwd: folder, env, encoding: 'utf8' });
      expect(run, run.stderr).toMatchObject({ status: 0 });
      printed = run.stdout;
    }
  }
});

test('every link to a file of the project leads somewhere', () => {
  const links = [...readme.matchAll(/\]\((?!https?:|#)([^)#]+)/g)].map(([, link]) => link ?? '');
  expect(links.length).toBeGreaterThan(5);
  expect(links.filter((link) => !existsSync(join(root, link)))).toEqual([]);
});
