/** Making folders: missing parents, several threads at once, and errors. */
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { expect, test } from 'vitest';
import { makeFolder } from '../src/folders.ts';
import { temporaryFolder } from './support/folders.ts';

const MANY = `
  const { parentPort, workerData } = require('node:worker_threads');
  import(workerData.module).then(({ makeFolder }) => {
    for (let index = 0; index < 300; index++) makeFolder(workerData.root + '/' + index + '/a/b/c/d');
    parentPort.postMessage('made');
  });
`;

test('several threads create the same folders at once', async () => {
  const root = temporaryFolder();
  const workerData = { module: new URL('../src/folders.ts', import.meta.url).href, root };
  const workers = Array.from({ length: 3 }, () => new Worker(MANY, { eval: true, workerData }));
  // An error of a worker rejects `once`.
  await Promise.all(workers.map((worker) => once(worker, 'message')));
  expect(existsSync(join(root, '299/a/b/c/d'))).toBe(true);
});

test.runIf(process.platform === 'linux')('errors where no folder can be created, and below a file', () => {
  expect(() => makeFolder('/proc/none/inner')).toThrow(/ENOENT/);
  expect(() => makeFolder('/proc/version')).toThrow(/EEXIST/);
  expect(() => makeFolder('/proc/version/inner')).toThrow(/ENOTDIR/);
});
