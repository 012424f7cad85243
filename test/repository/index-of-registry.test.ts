/** Indexes of chart repositories that refer to archives in a registry (`urls: [oci://…]`), as Bitnami's does. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { temporaryFolder } from '../chart/support.ts';
import { startChartServer } from '../support/chart-server.ts';
import type { ChartServer } from '../support/chart-server.ts';
import { startCuttingProxy } from '../support/cutting-proxy.ts';
import { findRegistry, LOGIN, startRegistry } from '../support/registry.ts';
import type { Registry } from '../support/registry.ts';
import { chartFiles, chartsIn, makeIndex, run } from './support.ts';
import type { Run } from './support.ts';

const program = await findRegistry();

let registry: Registry;
/** The same charts for everybody, over plain HTTP. */
let open: Registry;
let server: ChartServer;
let served: string;
let cwd: string;
let home: string;

const both = ['helm', 'pkg'] as const;
const pkg = (...args: string[]): Promise<Run> => run('pkg', args, { cwd, home });
const archive = (version: string): string => join(cwd, `web-${version}.tgz`);

/** Serves an index with other addresses in it, and gives its address. */
function place(name: string, address: (version: string) => string, change = (text: string): string => text): string {
  mkdirSync(join(served, name), { recursive: true });
  const text = readFileSync(join(cwd, 'index.yaml'), 'utf8');
  const index = text.replaceAll(/- web-(.*)\.tgz$/gm, (_, version: string) => `- "${address(version)}"`);
  writeFileSync(join(served, name, 'index.yaml'), change(index));
  return `${server.url}/${name}`;
}

beforeAll(async () => {
  if (program === undefined) return;
  registry = await startRegistry(program, 'basic');
  open = await startRegistry(program, 'none', true);
  cwd = chartsIn({ web: chartFiles('web', '1.0.0'), other: chartFiles('other', '1.0.0') });
  home = temporaryFolder();
  served = temporaryFolder();
  server = await startChartServer(served);
  const done = async (...args: string[]): Promise<void> => {
    const { status, stderr } = await pkg(...args);
    expect(status, stderr).toBe(0);
  };
  const ca = ['--ca-file', registry.caFile];
  await done('registry', 'login', registry.host, '--username', LOGIN.username, '--password', LOGIN.password, ...ca);
  for (const version of ['1.0.0', '1.1.0', '1.2.0+build.7']) {
    await done('package', 'web', '--version', version);
    await done('push', archive(version), `oci://${registry.host}/team`, ...ca);
    await done('push', archive(version), `oci://${open.host}/team`, '--plain-http');
  }
  await makeIndex(cwd);
});
afterAll(async () => {
  server?.close();
  await registry?.close();
  await open?.close();
});

const tagged = (version: string): string => version.replaceAll('+', '_');

describe.skipIf(program === undefined)('an index that refers to archives in a registry', () => {
  test.each([
    ['with the tag', (version: string) => `:${tagged(version)}`],
    ['without a tag', () => ''],
  ])('pull gives the same as helm: %s', async (_name, tag) => {
    const repository = place('as-helm', (version) => `oci://${registry.host}/team/web${tag(version)}`);
    for (const version of ['1.0.0', '1.1.0']) {
      const [helm, ours] = await Promise.all(
        both.map(async (one) => {
          const into = temporaryFolder();
          const args = ['pull', 'web', '--repo', repository, '--version', version, '--ca-file', registry.caFile];
          const { status, stdout, stderr } = await run(one, [...args, '-d', into, '--untar'], { cwd, home });
          expect(status, `${one} ${version}: ${stderr}`).toBe(0);
          return { stdout, chart: readFileSync(join(into, 'web', 'Chart.yaml'), 'utf8') };
        }),
      );
      expect(ours).toEqual(helm);
    }
    // Helm compares constraints and build metadata with the tag as texts, and refuses both.
    const shown = await pkg(
      'show',
      'chart',
      'web',
      '--repo',
      repository,
      '--version',
      '~1.1',
      '--ca-file',
      registry.caFile,
    );
    expect(shown.stdout, shown.stderr).toContain('version: 1.1.0\n');
  });

  test('dependency update, build from its lock file, and template without the network', async () => {
    const repository = place('for-dependencies', (version) => `oci://${open.host}/team/web:${tagged(version)}`);
    const folder = chartsIn({
      app: chartFiles('app', '1.0.0', `dependencies:\n- {name: web, version: ~1.1, repository: "${repository}"}\n`),
    });
    const inFolder = (...args: string[]): Promise<Run> => run('pkg', args, { cwd: folder, home });
    expect(await inFolder('dependency', 'update', 'app', '--plain-http')).toMatchObject({ status: 0 });
    expect(readFileSync(join(folder, 'app', 'charts', 'web-1.1.0.tgz'))).toEqual(readFileSync(archive('1.1.0')));
    expect(readFileSync(join(folder, 'app', 'Chart.lock'), 'utf8')).toContain(`repository: ${repository}\n`);
    expect(await inFolder('dependency', 'build', 'app', '--frozen', '--plain-http')).toMatchObject({ status: 0 });
    const offline = await inFolder('template', 'x', 'web', '--repo', repository, '--version', '1.1.0', '--offline');
    expect(offline, offline.stderr).toMatchObject({ status: 0, stdout: expect.stringContaining('version: "1.1.0"') });
  });

  test('a digest of neither the archive nor the manifest', async () => {
    const other = 'f'.repeat(64);
    const repository = place(
      'replaced',
      (version) => `oci://${open.host}/team/web:${tagged(version)}`,
      (index) => index.replaceAll(/digest: .*/g, `digest: ${other}`),
    );
    const { status, stderr } = await pkg('show', 'chart', 'web', '--repo', repository, '--plain-http');
    expect([status, stderr]).toEqual([1, expect.stringMatching(/PKG_DIGEST_MISMATCH/)]);
    expect(stderr).toContain(`expected ${other}`);
  });

  test('the login for the repository is not sent to the registry that its index names', async () => {
    const sent: (string | undefined)[] = [];
    const proxy = await startCuttingProxy(open.host, (_number, { headers }) => {
      sent.push(headers.authorization);
      return { status: 401, headers: { 'www-authenticate': 'Basic realm="give it to me"' } };
    });
    const repository = place('with-login', (version) => `oci://${proxy.host}/team/web:${tagged(version)}`);
    const login = ['--username', 'ada', '--password', 'the-secret', '--pass-credentials'];
    const args = ['pull', 'web', '--repo', repository, '--plain-http', '-d', temporaryFolder(), ...login];
    const { status, stderr } = await pkg(...args);
    proxy.close();
    expect([status, stderr]).toEqual([1, expect.stringContaining('PKG_REPOSITORY_UNAUTHORIZED')]);
    expect(server.asked.filter(({ path }) => path.startsWith('/with-login/')).map((one) => one.authorization)).toEqual([
      `Basic ${Buffer.from('ada:the-secret').toString('base64')}`,
    ]);
    expect(sent).toEqual([undefined]);
  });

  test('a trust policy matches the names of the repository only', async () => {
    const repository = place('judged', (version) => `oci://${open.host}/team/web:${tagged(version)}`);
    const policy = join(temporaryFolder(), 'trust.yaml');
    const judged = (pattern: string): Promise<Run> => {
      writeFileSync(policy, `rules:\n- charts: ["${pattern}"]\n  require: none\n`);
      return pkg('template', 'x', 'web', '--repo', repository, '--plain-http', '--trust-policy', policy);
    };
    expect(await judged(`oci://${open.host}/**`)).toMatchObject({
      status: 1,
      stderr: expect.stringMatching(/UNTRUSTED/),
    });
    expect(await judged(`${repository}/web`)).toMatchObject({ status: 0 });
  });
});

describe('versions without a URL', () => {
  test.each([['[]'], ['[null]'], ['[""]'], ['[" "]']])('urls: %s sends no request', async (urls) => {
    const repository = place(
      'nowhere',
      () => '',
      (index) => index.replaceAll(/urls:\n\s+- .*/g, `urls: ${urls}`),
    );
    const before = server.asked.length;
    const { status, stderr } = await pkg('pull', 'web', '--repo', repository);
    expect([status, stderr]).toEqual([1, expect.stringContaining('has no address to fetch web 1.2.0+build.7 from')]);
    expect(server.asked.slice(before).map(({ path }) => path)).toEqual(['/nowhere/index.yaml']);
  });
});
