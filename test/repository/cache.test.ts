/** `pkg cache`, and the limit of the folder of archives; helm uses the same folders. */
import { existsSync, mkdirSync, readdirSync, truncateSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { temporaryFolder } from '../chart/support.ts';
import { startChartServer } from '../support/chart-server.ts';
import type { ChartServer } from '../support/chart-server.ts';
import { makeRepository, run } from './support.ts';
import type { Run } from './support.ts';

let server: ChartServer;
beforeAll(async () => {
  server = await startChartServer(
    await makeRepository([
      ['web', '1.0.0'],
      ['db', '0.1.0'],
    ]),
  );
});
afterAll(() => server.close());

/** A machine on which pkg fetched one chart and helm another. */
class Machine {
  readonly home: string = temporaryFolder();
  readonly content: string = join(this.home, 'cache', 'content');
  readonly indexes: string = join(this.home, 'cache', 'repository');

  async with(program: 'helm' | 'pkg', ...args: string[]): Promise<Run> {
    const ran = await run(program, args, { cwd: this.home, home: this.home });
    if (ran.status !== 0) throw new Error(ran.stderr);
    return ran;
  }

  async fetchBoth(): Promise<void> {
    await this.with('pkg', 'repo', 'add', 'foo', server.url);
    await this.with('pkg', 'pull', 'foo/web');
    // Helm keeps nothing of what it only pulls.
    await this.with('helm', 'template', 'foo/db');
  }

  async list(): Promise<{ kind: string; name: string; size: number; used: string }[]> {
    return JSON.parse((await this.with('pkg', 'cache', 'list', '-o', 'json')).stdout) as never;
  }

  /** All files of both folders. */
  files(): string[] {
    return [this.content, this.indexes].flatMap((folder) =>
      existsSync(folder)
        ? readdirSync(folder, { recursive: true, withFileTypes: true })
            .filter((entry) => entry.isFile())
            .map(({ name }) => name)
        : [],
    );
  }
}

/** A file as the cache of archives has it, which takes no room on the disk, last used so many hours ago. */
function sparse(machine: Machine, digit: string, size: number, hours: number): string {
  const folder = join(machine.content, digit.repeat(2));
  mkdirSync(folder, { recursive: true });
  const path = join(folder, `${digit.repeat(64)}.chart`);
  writeFileSync(path, '');
  truncateSync(path, size);
  const then = Date.now() / 1000 - hours * 3600;
  utimesSync(path, then, then);
  return path;
}

describe('cache', () => {
  test('list shows the downloads of both programs, and path their folders', async () => {
    const machine = new Machine();
    expect(await machine.list()).toEqual([]);
    await machine.fetchBoth();
    const entries = await machine.list();
    expect(entries.map(({ kind }) => kind).sort()).toEqual(['chart', 'chart', 'index']);
    expect(entries.find(({ kind }) => kind === 'index')?.name).toBe('foo');
    const age = Date.now() - 3_600_000;
    for (const { size, used } of entries) {
      expect(size).toBeGreaterThan(100);
      expect(Date.parse(used)).toBeGreaterThan(age);
    }
    const { stdout } = await machine.with('pkg', 'cache', 'path', '-o', 'json');
    expect(JSON.parse(stdout)).toEqual({ content: machine.content, repository: machine.indexes });
  });

  test('prune removes cached files, and no others', async () => {
    const machine = new Machine();
    await machine.fetchBoth();
    const others = [
      join(machine.content, 'notes.txt'),
      join(machine.content, 'aa', `${'b'.repeat(64)}.chart`),
      join(machine.content, 'aa', `${'a'.repeat(64)}.tgz`),
      join(machine.content, 'aa', 'web.chart'),
      join(machine.indexes, 'mine-index.yaml'),
      join(machine.indexes, 'web-1.0.0.tgz'),
      join(machine.indexes, 'oci', 'notes.json'),
    ];
    mkdirSync(join(machine.content, 'aa'), { recursive: true });
    mkdirSync(join(machine.indexes, 'oci'), { recursive: true });
    for (const path of others) writeFileSync(path, 'mine');
    const before = machine.files().length;
    const { stdout } = await machine.with('pkg', 'cache', 'prune', '-o', 'json');
    const { removed } = JSON.parse(stdout) as { removed: unknown[] };
    expect(removed).toHaveLength(3);
    expect(others.filter((path) => !existsSync(path))).toEqual([]);
    expect(machine.files().length).toBeLessThan(before);
    expect(machine.files()).toHaveLength(others.length);
    // Both continue to work.
    await machine.with('pkg', 'pull', 'foo/web');
    await machine.with('helm', 'template', 'foo/db');
  });

  test('--older-than and --max-size remove the least recently used files', async () => {
    const machine = new Machine();
    const [a, b, c, d] = [
      sparse(machine, 'a', 1 << 20, 40),
      sparse(machine, 'b', 1 << 20, 30),
      sparse(machine, 'c', 1 << 20, 20),
      sparse(machine, 'd', 1 << 20, 10),
    ];
    await machine.with('pkg', 'cache', 'prune', '--older-than', '35h');
    expect([a, b, c, d].map((path) => existsSync(path))).toEqual([false, true, true, true]);
    await machine.with('pkg', 'cache', 'prune', '--max-size', '2.5Mi');
    expect([b, c, d].map((path) => existsSync(path))).toEqual([false, true, true]);
    await machine.with('pkg', 'cache', 'prune', '--max-size', '2097152', '--older-than', '720h');
    expect([c, d].map((path) => existsSync(path))).toEqual([true, true]);
    for (const size of ['much', '-1', '5X', '']) {
      const options = { cwd: machine.home, home: machine.home };
      const ran = await run('pkg', ['cache', 'prune', `--max-size=${size}`], options);
      expect(ran.stderr).toContain('code: PKG_USAGE');
    }
    expect([c, d].map((path) => existsSync(path))).toEqual([true, true]);
  });

  test('temporary files of killed processes are removed when they are old', async () => {
    const machine = new Machine();
    const folder = join(machine.content, 'aa');
    mkdirSync(folder, { recursive: true });
    const [old, fresh] = ['11111111', '22222222'].map((id) => join(folder, `${'a'.repeat(64)}.chart.7-${id}.tmp`));
    for (const path of [old, fresh]) writeFileSync(path as string, 'half');
    const then = Date.now() / 1000 - 7200;
    utimesSync(old as string, then, then);
    await machine.with('pkg', 'cache', 'prune', '--max-size', '1Gi');
    expect([old, fresh].map((path) => existsSync(path as string))).toEqual([false, true]);
  });

  test('the folder of archives keeps its limit', async () => {
    const machine = new Machine();
    const [unused, used] = [sparse(machine, 'a', 2 ** 30, 90), sparse(machine, 'b', 2 ** 30, 80)];
    const recent = sparse(machine, 'c', 2 ** 28, 70);
    await machine.with('pkg', 'repo', 'add', 'foo', server.url);
    await machine.with('pkg', 'pull', 'foo/web');
    expect([unused, used, recent].map((path) => existsSync(path))).toEqual([false, true, true]);
    expect((await machine.list()).filter(({ kind }) => kind === 'chart')).toHaveLength(3);
  });

  test('an archive that is used again counts as used', async () => {
    const machine = new Machine();
    await machine.fetchBoth();
    const archives = (await machine.list()).filter(({ kind }) => kind === 'chart');
    const then = Date.now() / 1000 - 90_000;
    for (const { name } of archives) utimesSync(join(machine.content, name.slice(0, 2), `${name}.chart`), then, then);
    await machine.with('pkg', 'pull', 'foo/web');
    await machine.with('pkg', 'cache', 'prune', '--older-than', '24h');
    const left = (await machine.list()).filter(({ kind }) => kind === 'chart');
    expect([archives.length, left.length]).toEqual([2, 1]);
  });
});
