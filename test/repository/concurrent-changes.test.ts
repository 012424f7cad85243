/** Processes that change repositories, logins or the index of a folder at the same time: no change is lost. */
import { spawn } from 'node:child_process';
import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ownMark } from '../../src/process-mark.ts';
import { readIndexFile } from '../../src/repository/index-writer.ts';
import { readRepositories } from '../../src/repository/repositories.ts';
import { temporaryFolder } from '../chart/support.ts';
import { startChartServer } from '../support/chart-server.ts';
import type { ChartServer } from '../support/chart-server.ts';
import { chartFiles, chartsIn, makeRepository, run, startPkg } from './support.ts';

let server: ChartServer;
beforeAll(async () => {
  server = await startChartServer(await makeRepository([['web', '1.0.0']]));
});
afterAll(() => server.close());

const PROCESSES = Array.from({ length: 20 }, (_, at) => `repo-${at}`);

function fileOf(home: string): string {
  return join(home, 'config', 'repositories.yaml');
}

test('twenty repositories that are added at once are all stored', async () => {
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

test('of two processes that add one name with two URLs one succeeds', async () => {
  const home = temporaryFolder();
  const urls = [server.url, `${server.url}/`];
  const runs = await Promise.all(urls.map((url) => run('pkg', ['repo', 'add', 'acme', url], { cwd: home, home })));
  expect(runs.map(({ status }) => status).sort()).toEqual([0, 1]);
  expect(runs.map(({ stderr }) => stderr).join('')).toContain('code: PKG_REPOSITORY_EXISTS');
  const winner = urls[runs.findIndex(({ status }) => status === 0)];
  expect(readRepositories(fileOf(home)).map(({ url }) => url)).toEqual([winner]);
});

/** What a running process of this machine writes into a lock file. */
function markOf(pid: number | undefined): string {
  const status = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const started = status.slice(status.lastIndexOf(')') + 2).split(' ')[19];
  return `${ownMark().split('-')[0]}-${pid}-${started}`;
}

// Elsewhere nobody can tell that a process is dead.
test.skipIf(process.platform !== 'linux')(
  'the lock of a killed process blocks nobody, nor does the lock file of helm',
  async () => {
    const home = temporaryFolder();
    // A process of pkg leaves its mark in a lock; what is asserted is that a dead one's is not waited for.
    const killed = startPkg(['version'], { cwd: home, home });
    const mark = markOf(killed.child.pid);
    killed.child.kill('SIGKILL');
    await killed.ended;
    mkdirSync(join(home, 'config'), { recursive: true });
    writeFileSync(`${fileOf(home)}.pkg-lock`, mark);
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

test.skipIf(process.platform !== 'linux')(
  'the lock of a process that was killed while locking blocks nobody',
  async () => {
    const home = temporaryFolder();
    // Each call that may create the lock is the last of its process.
    const script = `
      import fs from 'node:fs';
      import { syncBuiltinESMExports } from 'node:module';
      for (const name of ['openSync', 'symlinkSync', 'linkSync', 'renameSync']) {
        const call = fs[name];
        fs[name] = (...args) => {
          const result = call(...args);
          if (args.some((arg) => String(arg).endsWith('.pkg-lock'))) process.kill(process.pid, 'SIGKILL');
          return result;
        };
      }
      syncBuiltinESMExports();`;
    const NODE_OPTIONS = `--import=data:text/javascript,${encodeURIComponent(script)}`;
    const add = ['repo', 'add', 'acme', server.url];
    const killed = await run('pkg', add, { cwd: home, home, env: { NODE_OPTIONS } });
    expect(killed.status).not.toBe(0);
    expect(lstatSync(`${fileOf(home)}.pkg-lock`, { throwIfNoEntry: false })).toBeDefined();
    const began = performance.now();
    const { status, stderr } = await run('pkg', add, { cwd: home, home });
    expect(status, stderr).toBe(0);
    expect(performance.now() - began).toBeLessThan(10_000);
  },
);

test.skipIf(process.platform !== 'linux')(
  'a process that waits for the lock of a running process names it, and continues when the lock is free',
  async () => {
    const home = temporaryFolder();
    const pages = join(home, 'pages');
    for (const folder of [pages, join(home, 'config', 'registry')]) mkdirSync(folder, { recursive: true });
    const holder = spawn('sleep', ['600'], { stdio: 'ignore' });
    try {
      holder.kill('SIGSTOP');
      const held = [join(pages, 'index.yaml'), fileOf(home), join(home, 'config', 'registry', 'config.json')];
      for (const file of held) symlinkSync(markOf(holder.pid), `${file}.pkg-lock`);
      writeFileSync(held[2] ?? '', '{"auths":{"registry.example.com":{"auth":"YTpi"}}}');
      const waiting = [
        ['repo', 'index', pages],
        ['repo', 'add', 'acme', server.url],
        ['registry', 'logout', 'registry.example.com'],
      ].map((args) => startPkg(args, { cwd: home, home }));
      const seen = await Promise.all(
        waiting.map(
          ({ child }) =>
            new Promise<string>((resolve) => {
              let text = '';
              child.stderr?.on('data', (chunk: Buffer) => {
                text += chunk.toString();
                if (text.includes('lock')) resolve(text);
              });
              child.on('close', () => resolve(text));
            }),
        ),
      );
      for (const [at, text] of seen.entries()) {
        const { pid } = holder;
        expect(text).toContain(`waiting for the lock ${held[at]}.pkg-lock, held by process ${pid}, which is stopped\n`);
      }
      for (const file of held) rmSync(`${file}.pkg-lock`);
      for (const { status, stderr } of await Promise.all(waiting.map(({ ended }) => ended))) {
        expect(status, stderr).toBe(0);
      }
    } finally {
      holder.kill('SIGKILL');
    }
  },
);

test.skipIf(process.platform !== 'linux')(
  'a lock that stays held ends in an error that names the holder',
  { timeout: 120_000 },
  async () => {
    const home = temporaryFolder();
    mkdirSync(join(home, 'config'), { recursive: true });
    const lock = `${fileOf(home)}.pkg-lock`;
    symlinkSync(markOf(process.pid), lock);
    const { status, stderr } = await run('pkg', ['repo', 'add', 'acme', server.url], { cwd: home, home });
    expect(status).toBe(1);
    expect(stderr).toContain(`the lock ${lock} is held by process ${process.pid}\n`);
    expect(stderr).toContain('code: PKG_FILE_UNWRITABLE');
  },
);

test('concurrent logouts remove all their logins, and no others', async () => {
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

test('twelve charts that are published into one folder at once are all in its index, also with `repo index`', async () => {
  const names = PROCESSES.slice(0, 12);
  const cwd = chartsIn(Object.fromEntries(names.map((name) => [name, chartFiles(name, '1.0.0')])));
  const home = temporaryFolder();
  mkdirSync(join(cwd, 'pages'));
  const runs = await Promise.all([
    ...names.map((name) => run('pkg', ['publish', name, 'pages', '--skip-lint'], { cwd, home })),
    ...[1, 2, 3].map(() => run('pkg', ['repo', 'index', 'pages'], { cwd, home })),
  ]);
  for (const { status, stderr } of runs) expect(status, stderr).toBe(0);
  const index = readIndexFile(join(cwd, 'pages', 'index.yaml'));
  expect([...(index?.entries.keys() ?? [])].sort()).toEqual(names.toSorted());
  expect(readdirSync(join(cwd, 'pages')).sort()).toEqual(
    ['index.yaml', ...names.map((name) => `${name}-1.0.0.tgz`)].sort(),
  );
});

test('of different contents of one version that are published at once, one is published', async () => {
  const folders = ['a', 'b', 'c', 'd'].map((of) =>
    chartsIn({ web: { ...chartFiles('web', '1.0.0'), 'values.yaml': `of: ${of}\n` } }),
  );
  const place = join(temporaryFolder(), 'pages');
  const home = temporaryFolder();
  const runs = await Promise.all(
    folders.map((cwd) => run('pkg', ['publish', 'web', place, '--skip-lint'], { cwd, home })),
  );
  expect(runs.map(({ status }) => status).sort()).toEqual([0, 1, 1, 1]);
  for (const { status, stderr } of runs) if (status !== 0) expect(stderr).toContain('code: PKG_VERSION_PUBLISHED');
  const winner = folders[runs.findIndex(({ status }) => status === 0)] ?? '';
  await run('pkg', ['package', 'web'], { cwd: winner, home });
  expect(readFileSync(join(place, 'web-1.0.0.tgz'))).toEqual(readFileSync(join(winner, 'web-1.0.0.tgz')));
});
