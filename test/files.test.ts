/** Writing files: what a file must not take the place of. */
import { execFileSync } from 'node:child_process';
import { lstatSync, readdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { PkgError } from '../src/errors.ts';
import { writeFileAtomic } from '../src/files.ts';
import { writeBundle } from '../src/repository/bundle-writer.ts';
import { temporaryFolder } from './chart/support.ts';
import { rejectionOf } from './support/errors.ts';

test.skipIf(process.platform === 'win32')('a pipe, and a link to one, are not replaced by a file', async () => {
  const folder = temporaryFolder();
  execFileSync('mkfifo', [join(folder, 'pipe')]);
  symlinkSync('pipe', join(folder, 'link'));
  const none = (): Promise<never> => Promise.reject(new Error('there are no images'));
  const source = { resolve: none, manifest: none, blob: none };
  const input = { charts: [], images: [], source, modified: new Date(0), tell: () => undefined };
  for (const name of ['pipe', 'link']) {
    const path = join(folder, name);
    expect(() => writeFileAtomic(path, 'x')).toThrow(/is a device, a pipe or a socket/);
    expect((await rejectionOf(writeBundle(path, input), PkgError)).code).toBe('PKG_FILE_UNWRITABLE');
  }
  expect(lstatSync(join(folder, 'pipe')).isFIFO()).toBe(true);
  expect(lstatSync(join(folder, 'link')).isSymbolicLink()).toBe(true);
  expect(readdirSync(folder)).toHaveLength(2);
});
