/** The cache folder: whatever it contains, results are the same, no run hangs, and bad files are replaced. */
import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { temporaryFolder, writeChart } from '../chart/support.ts';
import { pkg } from '../support/pkg.ts';
import type { PkgRun } from '../support/pkg.ts';

const isRoot = process.getuid?.() === 0;

let chart: string;
let expected: PkgRun;

beforeAll(() => {
  const template = (name: string): string =>
    `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: ${name}\ndata:\n${'{{ if .Values.a }}  # {{ .Values.a | quote }}\n{{ end }}'.repeat(200)}`;
  chart = writeChart({
    'templates/a.yaml': template('a'),
    'templates/b.yaml': template('b'),
    'values.yaml': 'a: b\n',
  });
  expected = render(temporaryFolder());
});

function render(cache: string): PkgRun {
  return pkg(['template', chart], { env: { XDG_CACHE_HOME: cache } });
}

/** A cache that two runs have filled: the first makes the folder only. */
function filledCache(): { cache: string; folder: string; files: string[] } {
  const cache = temporaryFolder();
  for (let round = 0; round < 3; round++) expect(render(cache)).toEqual(expected);
  const code = join(cache, 'kubepkg/code');
  const folder = join(code, readdirSync(code)[0] ?? '');
  const files = readdirSync(folder).sort();
  // Compiled code and templates.
  expect(files.map((name) => /\.\w+$/.exec(name.replace('.cache', ''))?.[0])).toEqual(
    expect.arrayContaining(['.bin', '.templates']),
  );
  return { cache, folder, files: files.map((name) => join(folder, name)) };
}

/** Gives a file, or a folder above it, to another user. */
function owned(name: string, below: string): [string, (path: string) => void] {
  return [name, (path) => chownSync(join(path, below), 12_345, 12_345)];
}

const damages: [string, (file: string) => void][] = [
  ['is cut off', (file) => truncateSync(file, statSync(file).size >> 1)],
  ['is cut off near its end', (file) => truncateSync(file, statSync(file).size - 3)],
  ['is empty', (file) => truncateSync(file, 0)],
  ['holds something else', (file) => writeFileSync(file, 'a\n'.repeat(5000))],
  [
    'ends in zeros',
    (file) => writeFileSync(file, Buffer.concat([readFileSync(file).subarray(0, 500), Buffer.alloc(9999)])),
  ],
  ['is a pipe', (file) => replaceBy(file, () => execFileSync('mkfifo', [file]))],
  ['is a folder', (file) => replaceBy(file, () => mkdirSync(join(file, 'x'), { recursive: true }))],
  ['is a link to a device', (file) => replaceBy(file, () => symlinkSync('/dev/zero', file))],
  ['may be written by others', (file) => chmodSync(file, 0o666)],
  ...(isRoot ? [owned('belongs to somebody else', '.')] : []),
];

function replaceBy(file: string, make: () => unknown): void {
  rmSync(file);
  make();
}

test.each(damages)('a file that %s is written again', { timeout: 120_000 }, (name, damage) => {
  const { cache, folder, files } = filledCache();
  for (const file of files) damage(file);
  const isWhole = /belongs|written/.test(name);
  const damaged = files.map((file) => (lstatSync(file).isFile() && !isWhole ? readFileSync(file) : undefined));
  for (let round = 0; round < 2; round++) expect(render(cache)).toEqual(expected);
  expect(readdirSync(folder).sort()).toEqual(files.map((file) => file.slice(folder.length + 1)));
  for (const [at, file] of files.entries()) {
    const stat = lstatSync(file);
    expect([stat.isFile(), stat.mode & 0o777, stat.uid], file).toEqual([true, 0o600, process.getuid?.()]);
    expect(damaged[at]?.equals(readFileSync(file)), file).not.toBe(true);
  }
});

describe.skipIf(process.platform === 'win32')('a folder that another user owns or can write is not used', () => {
  test.each<[string, (folder: string) => void]>([
    ['of this version, writable', (folder) => chmodSync(folder, 0o777)],
    ['of all versions, writable', (folder) => chmodSync(join(folder, '..'), 0o770)],
    ['of all, writable', (folder) => chmodSync(join(folder, '../..'), 0o777)],
    ...(isRoot ? [owned('of this version, of another owner', '.'), owned('of all, of another owner', '../..')] : []),
  ])('%s', (_, make) => {
    const { cache, folder, files } = filledCache();
    make(folder);
    for (const file of files) writeFileSync(file, 'what somebody else put there');
    for (let round = 0; round < 2; round++) expect(render(cache)).toEqual(expected);
    expect(files.map((file) => readFileSync(file, 'utf8'))).toEqual(files.map(() => 'what somebody else put there'));
    expect(readdirSync(folder)).toHaveLength(files.length);
  });

  test('nor is a file in the place of the folder', () => {
    const cache = temporaryFolder();
    writeFileSync(join(cache, 'kubepkg'), '');
    expect(render(cache)).toEqual(expected);
    expect(existsSync(join(cache, 'kubepkg/code'))).toBe(false);
  });
});
