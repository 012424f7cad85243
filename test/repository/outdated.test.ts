/** The stored sources of charts, from which `pkg outdated` finds newer versions. */
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { temporaryFolder } from '../chart/support.ts';
import { startChartServer } from '../support/chart-server.ts';
import type { ChartServer } from '../support/chart-server.ts';
import { findRegistry, startRegistry } from '../support/registry.ts';
import { chartFiles, chartsIn, makeRepository, run } from './support.ts';
import type { Run } from './support.ts';

const program = await findRegistry();

let folder: string;
let server: ChartServer;
/** The server wants this in every address, and a login. */
const TOKEN = 'token=s3cret';
const BASIC = `Basic ${Buffer.from('ada:pa55').toString('base64')}`;
beforeAll(async () => {
  folder = await makeRepository([
    ['web', '1.0.0'],
    ['web', '1.2.0'],
    ['web', '1.3.0-rc.1'],
    ['web', '2.1.0'],
    ['web', '2.2.0-rc.1'],
    ['db', '0.1.0'],
  ]);
  server = await startChartServer(folder, {
    serve: (request, response) => {
      const isRight = request.url?.endsWith(`?${TOKEN}`) === true && request.headers.authorization === BASIC;
      if (!isRight) response.writeHead(401).end();
      return !isRight;
    },
  });
});
afterAll(() => server.close());

/** A machine that knows the repository as `foo`, and has releases in a folder of manifests. */
class Machine {
  readonly home: string = temporaryFolder();

  static async create(): Promise<Machine> {
    const machine = new Machine();
    const login = ['--username', 'ada', '--password', 'pa55'];
    await machine.ok('repo', 'add', 'foo', `${server.url}/?${TOKEN}`, ...login);
    return machine;
  }

  run(...args: string[]): Promise<Run> {
    const isOnTarget = ['install', 'upgrade', 'rollback', 'outdated'].includes(args[0] ?? '');
    return run('pkg', [...args, ...(isOnTarget ? ['--target', 'dir:out'] : [])], { cwd: this.home, home: this.home });
  }

  async ok(...args: string[]): Promise<string> {
    const { status, stdout, stderr } = await this.run(...args);
    if (status !== 0) throw new Error(stderr);
    return stdout;
  }

  async rows(...args: string[]): Promise<Record<string, string>[]> {
    return JSON.parse(await this.ok('outdated', '-o', 'json', ...args)) as never;
  }

  /** All that the target holds, as text. */
  written(): string {
    return readdirSync(join(this.home, 'out'), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'utf8'))
      .join('\n');
  }
}

const VERSIONS = ['version', 'fitting', 'newest', 'status'] as const;

function versions(row: Record<string, string> | undefined): (string | undefined)[] {
  return VERSIONS.map((field) => row?.[field]);
}

describe('outdated', () => {
  test('shows newer versions within a constraint and beyond it', async () => {
    const machine = await Machine.create();
    await machine.ok('install', 'shop', 'foo/web', '--version', '1.0.0');
    const [row] = await machine.rows();
    expect(row).toMatchObject({ name: 'shop', namespace: 'default', chart: 'web' });
    expect(row?.['reference']).toBe(`${server.url}/web-1.0.0.tgz`);
    expect(row?.['digest']).toMatch(/^sha256:[0-9a-f]{64}$/);
    expect(versions(row)).toEqual(['1.0.0', '1.2.0', '2.1.0', 'outdated']);
    const seen = async (...args: string[]): Promise<(string | undefined)[]> =>
      versions((await machine.rows('shop', ...args))[0]);
    expect(await seen('--devel')).toEqual(['1.0.0', '1.3.0-rc.1', '2.2.0-rc.1', 'outdated']);
    expect(await seen('--constraint', '*')).toEqual(['1.0.0', '2.1.0', '2.1.0', 'outdated']);
    expect(await seen('--constraint', '~1.0')).toEqual(['1.0.0', '1.0.0', '2.1.0', 'up to date']);
    expect(await seen('--constraint', '>9')).toEqual(['1.0.0', '', '2.1.0', 'up to date']);
    expect((await machine.run('outdated', '--exit-code')).status).toBe(2);
    expect((await machine.run('outdated', '--exit-code', '--constraint', '~1.0')).status).toBe(0);
    expect((await machine.run('outdated', '--constraint', 'new')).stderr).toContain('code: PKG_CHART_INVALID');
    expect((await machine.run('outdated', 'nope')).stderr).toContain('code: PKG_RELEASE_NOT_FOUND');
    expect(await machine.ok('outdated')).toMatch(
      /^NAME\s.*\nshop\s+default\s+web\s+1\.0\.0\s+1\.2\.0\s+2\.1\.0\s+outdated/,
    );
  });

  test('the stored source follows the release, and has no login and no token', async () => {
    const machine = await Machine.create();
    await machine.ok('install', 'shop', 'foo/web', '--version', '1.0.0');
    await machine.ok('upgrade', 'shop', 'foo/web', '--version', '2.1.0');
    expect(versions((await machine.rows())[0])).toEqual(['2.1.0', '2.1.0', '2.1.0', 'up to date']);
    await machine.ok('rollback', 'shop', '1');
    const [row] = await machine.rows();
    expect(versions(row)).toEqual(['1.0.0', '1.2.0', '2.1.0', 'outdated']);
    expect(row?.['reference']).toBe(`${server.url}/web-1.0.0.tgz`);
    chartsIn({ web: chartFiles('web', '1.0.0') }, machine.home);
    await machine.ok('upgrade', 'shop', './web');
    expect(versions((await machine.rows())[0])).toEqual(['1.0.0', '', '', 'unknown']);
    expect((await machine.run('outdated', '--exit-code')).status).toBe(0);
    const decoded = machine
      .written()
      .replaceAll(/[A-Za-z0-9+/=]{40,}/g, (text) => Buffer.from(text, 'base64').toString());
    expect(decoded).toContain(`"repository":"${server.url}/"`);
    expect(decoded).not.toContain('s3cret');
    expect(decoded).not.toContain('pa55');
  });

  test('an archive by its URL is found in its known repository', async () => {
    const machine = await Machine.create();
    await machine.ok('install', 'shop', `${server.url}/web-1.0.0.tgz?${TOKEN}`);
    const [row] = await machine.rows();
    expect(row).toMatchObject({ version: '1.0.0', fitting: '1.2.0', reference: `${server.url}/web-1.0.0.tgz` });
    await machine.ok('repo', 'remove', 'foo');
    const login = ['--username', 'ada', '--password', 'pa55'];
    await machine.ok('install', 'other', `${server.url}/db-0.1.0.tgz?${TOKEN}`, ...login);
    expect(versions((await machine.rows('other'))[0])).toEqual(['0.1.0', '', '', 'unknown']);
  });

  test('a repository that cannot be reached fails after all others are shown', async () => {
    const other = await startChartServer(await makeRepository([['lone', '1.0.0']]));
    const machine = await Machine.create();
    try {
      await machine.ok('install', 'shop', 'foo/web', '--version', '1.0.0');
      await machine.ok('install', 'gone', 'lone', '--repo', other.url);
      const login = await machine.run('outdated', '--username', 'ada', '--password', 'pa55');
      expect(login.stderr).toContain('code: PKG_USAGE');
    } finally {
      other.close();
    }
    const { status, stdout, stderr } = await machine.run('outdated', '-o', 'json');
    expect(status).toBe(1);
    const rows = JSON.parse(stdout) as Record<string, string>[];
    expect(rows.map((row) => [row['name'], row['status']])).toEqual([
      ['gone', 'failed'],
      ['shop', 'outdated'],
    ]);
    expect(stderr).toMatch(/gone: .*\n[^]*code: PKG_REPOSITORY_UNREACHABLE/);
  });

  test('--values-diff shows what changes in the default values', async () => {
    const charts = temporaryFolder();
    const pack = async (version: string, values: string): Promise<void> => {
      chartsIn({ web: { ...chartFiles('web', version), 'values.yaml': values } }, charts);
      const { status, stderr } = await run('helm', ['package', 'web'], { cwd: charts, home: charts });
      expect(status, stderr).toBe(0);
    };
    await pack('1.0.0', 'replicas: 1\nimage: {tag: "1"}\n');
    await pack('1.1.0', 'replicas: 1\nimage: {tag: "2", digest: ""}\n');
    await run('helm', ['repo', 'index', '.'], { cwd: charts, home: charts });
    const plain = await startChartServer(charts);
    try {
      const machine = new Machine();
      await machine.ok('install', 'shop', 'web', '--repo', plain.url, '--version', '1.0.0');
      const table = await machine.ok('outdated', '--values-diff');
      expect(table).toContain('--- 1.0.0\n+++ 1.1.0\n');
      expect(table).toContain('+  tag: "2"\n');
      expect(table).toContain('-  tag: "1"\n');
      expect(table).toContain('+  digest: ""\n');
      expect((await machine.rows('--values-diff'))[0]?.['values_diff']).toContain('+  digest: ""\n');
      await machine.ok('upgrade', 'shop', 'web', '--repo', plain.url);
      expect((await machine.rows('--values-diff'))[0]).not.toHaveProperty('values_diff');
    } finally {
      plain.close();
    }
  });
});

describe.skipIf(program === undefined)('outdated, in a registry', () => {
  test('newer versions are found by tags', async () => {
    const registry = await startRegistry(program ?? '', 'none', true);
    try {
      const machine = new Machine();
      const place = `oci://${registry.host}/team`;
      for (const version of ['1.0.0', '1.4.0', '3.0.0']) {
        const charts = await makeRepository([['api', version]]);
        await machine.ok('push', join(charts, `api-${version}.tgz`), place, '--plain-http');
      }
      await machine.ok('install', 'shop', `${place}/api:1.0.0`, '--plain-http');
      const [row] = await machine.rows('--plain-http');
      expect(versions(row)).toEqual(['1.0.0', '1.4.0', '3.0.0', 'outdated']);
      expect(row?.['reference']).toBe(`${place}/api:1.0.0`);
      // The values of both are the same: `of: api`.
      expect((await machine.rows('--plain-http', '--values-diff'))[0]).not.toHaveProperty('values_diff');
    } finally {
      await registry.close();
    }
  });
});
