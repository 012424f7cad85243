/**
 * README and documentation do what they say: a block after `<!-- file: PATH -->` is written there, a block after
 * `<!-- run -->` is run by a shell with the built pkg on its PATH, one after `<!-- node -->` by Node with the built
 * library as `kubepkg`, a block after `<!-- output -->` is what the last run printed, and the paths of one after
 * `<!-- files: FOLDER -->` are all that is in the folder. Needs a build (`npm run build`).
 */
import { spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const root: string = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const pages: readonly string[] = [
  'README.md',
  'CONTRIBUTING.md',
  ...readdirSync(join(root, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .map((name) => join('docs', name)),
];
/** Their blocks are shown, or belong to tests of their own: commands and error codes, rules of lint, signatures. */
const OTHERS = /^(?:docs\/(?:cli\/|errors\.md|lint\.md|signatures\.md)|CONTRIBUTING\.md)/;

type Block = { kind: string; argument: string; text: string };

const textOf = (page: string): string => readFileSync(join(root, page), 'utf8');

function blocksOf(text: string): Block[] {
  const blocks = text.matchAll(/<!-- (file|run|node|output|files)(?:: (\S+))? -->\n\n```\w*\n([\s\S]*?)```\n/g);
  return Array.from(blocks, ([, kind = '', argument = '', body = '']) => ({ kind, argument, text: body }));
}

let bin: string;

beforeAll(() => {
  if (!existsSync(join(root, 'dist/main.cjs'))) throw new Error('there is no dist: run npm run build first');
  bin = mkdtempSync(join(tmpdir(), 'pkg-docs-bin-'));
  writeFileSync(join(bin, 'pkg'), `#!/bin/sh\nexec '${process.execPath}' '${join(root, 'bin/pkg.js')}' "$@"\n`, {
    mode: 0o755,
  });
});

afterAll(() => rmSync(bin, { recursive: true, force: true }));

function run(folder: string, { kind, text }: Block): string {
  const env = { PATH: [bin, process.env['PATH']].join(delimiter), HOME: folder, NO_COLOR: '1' };
  const command: [string, string[]] =
    kind === 'run' ? ['sh', ['-e', '-c', text]] : [process.execPath, ['--input-type=module', '--eval', text]];
  const { status, stdout, stderr } = spawnSync(...command, { cwd: folder, env, encoding: 'utf8' });
  expect(status, `${text}\n${stderr}`).toBe(0);
  return stdout;
}

/** Every file of a folder, without what begins with a point and what is only there to be found by later commands. */
function filesIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.name.startsWith('.'))
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)))
    .sort();
}

describe.skipIf(process.platform === 'win32')('examples have the output that is shown', () => {
  test.each(pages.filter((page) => !OTHERS.test(page) && textOf(page).includes('\n```')))('in %s', (page) => {
    const text = textOf(page);
    const blocks = blocksOf(text);
    // README's first block needs a network.
    const fences = text.match(/^```\w+$/gm) ?? [];
    expect(blocks).toHaveLength(page === 'README.md' ? fences.length - README_UNTESTED : fences.length);
    const folder = mkdtempSync(join(tmpdir(), 'pkg-docs-'));
    try {
      mkdirSync(join(folder, 'node_modules'));
      symlinkSync(root, join(folder, 'node_modules/kubepkg'));
      let printed = '';
      for (const block of blocks) {
        if (block.kind === 'file') {
          mkdirSync(dirname(join(folder, block.argument)), { recursive: true });
          writeFileSync(join(folder, block.argument), block.text);
        } else if (block.kind === 'output') expect(printed).toBe(block.text);
        else if (block.kind === 'files') {
          const named = block.text.split('\n').map((line) => line.split(/ {2,}/)[0] ?? '');
          expect(filesIn(join(folder, block.argument))).toEqual(named.filter((name) => name !== '').sort());
        } else printed = run(folder, block);
      }
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});

const README_UNTESTED = 3;

test.each(pages)('every link of %s has a target', (page) => {
  const links = [...textOf(page).matchAll(/\]\((?!https?:|#)([^)#\s]+)(?:#[^)]*)?\)/g)].map(([, link]) => link ?? '');
  expect(links.filter((link) => !existsSync(join(root, dirname(page), link)))).toEqual([]);
});
