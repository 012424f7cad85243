/** Processes that change `repositories.yaml` or the logins to registries at the same time: no change is lost. */
import { existsSync, readFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ownMark } from '../../src/process-mark.ts';
import { readRepositories } from '../../src/repository/repositories.ts';
import { temporaryFolder } from '../chart/support.ts';
import { startChartServer } from '../support/chart-server.ts';
import type { ChartServer } from '../support/chart-server.ts';
import { makeRepository, run, startPkg } from './support.ts';

let server: ChartServer;
beforeAll(async () => {
  server = await startChartServer(await makeRepository([['web', '1.0.0']]));
});
afterAll(() => server.close());

const PROCESSES = Array.from({ length: 20 }, (_, at) => `repo-${at}`);

function fileOf(home: string): string {
  return join(home, 'config', 'repositories.yaml');
}

test('twenty repositories that are added at once are all there', async () => {
  const home = temporaryFolder();
  const runs = await Promise.all(
    PROCESSES.map((name) => run('pkg', ['repo', 'add', name, server.url], { cwd: home, home })),
  );
  for (const { status, stderr } of runs) expect(status, stderr).toBe(0);
  expect(
    readRepositories(fileOf(home))
      .map(({ name }) => name)
      .sort(),
  ).toEqual(PROCESSES.toSorted());
  expect(existsSync(`${fileOf(home)}.pkg-lock`)).toBe(false);
});

test('one name for two addresses goes to one of two processes', async () => {
  const home = temporaryFolder();
  const urls = [server.url, `${server.url}/`];
  const runs = await Promise.all(urls.map((url) => run('pkg', ['repo', 'add', 'acme', url], { cwd: home, home })));
  expect(runs.map(({ status }) => status).sort()).toEqual([0, 1]);
  expect(runs.map(({ stderr }) => stderr).join('')).toContain('code: PKG_REPOSITORY_EXISTS');
  const winner = urls[runs.findIndex(({ status }) => status === 0)];
  expect(readRepositories(fileOf(home)).map(({ url }) => url)).toEqual([winner]);
});

// Elsewhere nobody can tell that a process is dead.
test.skipIf(process.platform !== 'linux')(
  'a lock of a process that was killed holds nobody up, and the lock file of helm neither',
  async () => {
    const home = temporaryFolder();
    // A process of pkg leaves its mark in a lock; what is asserted is that a dead one's is not waited for.
    const killed = startPkg(['version'], { cwd: home, home });
    const status = readFileSync(`/proc/${killed.child.pid}/stat`, 'utf8');
    const started = status.slice(status.lastIndexOf(')') + 2).split(' ')[19];
    killed.child.kill('SIGKILL');
    await killed.ended;
    const [place] = ownMark().split('-');
    mkdirSync(join(home, 'config'), { recursive: true });
    writeFileSync(`${fileOf(home)}.pkg-lock`, `${place}-${killed.child.pid}-${started}`);
    writeFileSync(join(home, 'config', 'repositories.lock'), '');
    const began = performance.now();
    const { status: end, stderr } = await run('pkg', ['repo', 'add', 'acme', server.url], { cwd: home, home });
    expect(end, stderr).toBe(0);
    // A lock of a process that cannot be asked for is waited for ten seconds and more.
    expect(performance.now() - began).toBeLessThan(10_000);
    expect(readRepositories(fileOf(home)).map(({ name }) => name)).toEqual(['acme']);
    const helm = await run('helm', ['repo', 'add', 'other', server.url], { cwd: home, home });
    expect(helm.status, helm.stderr).toBe(0);
    const pkg = await run('pkg', ['repo', 'remove', 'acme'], { cwd: home, home });
    expect(pkg.status, pkg.stderr).toBe(0);
    expect(readRepositories(fileOf(home)).map(({ name }) => name)).toEqual(['other']);
  },
);

test('logins that are forgotten at once are all forgotten, and no other', async () => {
  const home = temporaryFolder();
  const file = join(home, 'config', 'registry', 'config.json');
  const hosts = PROCESSES.map((name) => `${name}.example.com`);
  const logins = Object.fromEntries(['kept.example.com', ...hosts].map((host) => [host, { auth: 'YTpi' }]));
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, JSON.stringify({ auths: logins, other: true }));
  const runs = await Promise.all(hosts.map((host) => run('pkg', ['registry', 'logout', host], { cwd: home, home })));
  for (const { status, stderr } of runs) expect(status, stderr).toBe(0);
  expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual({
    auths: { 'kept.example.com': { auth: 'YTpi' } },
    other: true,
  });
});
