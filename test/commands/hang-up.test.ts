/** SIGHUP, which says that a terminal is closed: under `nohup` a command goes on, at a terminal it ends. */
import { spawn, spawnSync } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { craftChart, temporaryFolder } from '../chart/support.ts';
import { bin } from '../repository/support.ts';
import { ask } from '../support/serve.ts';

const hasNohup = process.platform !== 'win32' && spawnSync('nohup', ['--version']).error === undefined;
/** Is the `script` of util-linux installed, which provides a terminal? */
const hasScript = spawnSync('script', ['--version'], { encoding: 'utf8' }).stdout?.includes('util-linux') === true;

/** Starts a program, and gives what it has printed so far. */
function start(program: string, args: readonly string[], cwd: string): { child: ChildProcess; printed: () => string } {
  const env = { PATH: process.env['PATH'], HOME: cwd, TERM: 'xterm' };
  const child = spawn(program, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
  let printed = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => (printed += chunk.toString()));
  return { child, printed: () => printed };
}

/** The address at which `pkg serve` answers, once it does. */
async function addressOf({ printed }: ReturnType<typeof start>): Promise<string> {
  await expect.poll(printed, { timeout: 20_000 }).toMatch(/ at http:\S+\s/);
  return / at (http:\S+)/.exec(printed())?.[1] ?? '';
}

const serve = (folder: string): string[] => [bin, 'serve', folder, '--listen', '127.0.0.1:0'];
const ended = (child: ChildProcess): Promise<number | null> => new Promise((resolve) => child.on('close', resolve));

describe.skipIf(!hasNohup)('under nohup', () => {
  test('a server goes on, and ends when it is asked to', async () => {
    const folder = temporaryFolder();
    const started = start('nohup', [process.execPath, ...serve(folder)], folder);
    const end = ended(started.child);
    const url = await addressOf(started);
    for (let count = 0; count < 3; count++) {
      started.child.kill('SIGHUP');
      expect((await ask({ url }, '/index.yaml')).status).toBe(200);
    }
    started.child.kill('SIGTERM');
    expect(await end).toBe(0);
  });

  test('a download goes on', async () => {
    const folder = temporaryFolder();
    const archive = craftChart();
    const running: { child?: ChildProcess } = {};
    const server = createServer((_, response) => {
      response.writeHead(200, { 'content-length': archive.length });
      response.write(archive.subarray(0, 10));
      running.child?.kill('SIGHUP');
      setTimeout(() => response.end(archive.subarray(10)), 200);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const url = `http://127.0.0.1:${port}/web-1.0.0.tgz`;
    const started = start('nohup', [process.execPath, bin, 'show', 'chart', url], folder);
    running.child = started.child;
    expect(await ended(started.child), started.printed()).toBe(0);
    expect(started.printed()).toContain('version: 1.0.0');
    server.close();
  });
});

test.skipIf(!hasScript)('a server ends when its terminal is closed', async () => {
  const folder = temporaryFolder();
  const command = [process.execPath, ...serve(folder)].map((word) => `'${word}'`).join(' ');
  const started = start('script', ['--quiet', '--flush', '--command', command, join(folder, 'typescript')], folder);
  const url = await addressOf(started);
  expect((await ask({ url }, '/index.yaml')).status).toBe(200);
  started.child.kill('SIGKILL');
  await expect
    .poll(
      () =>
        ask({ url }, '/index.yaml').then(
          () => 'answers',
          () => 'ended',
        ),
      { timeout: 20_000 },
    )
    .toBe('ended');
});
