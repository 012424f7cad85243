/** Every command with a CHART argument, with every form of a reference, on real servers. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openChart, template } from '../../src/index.ts';
import { temporaryFolder } from '../chart/support.ts';
import { createAuthority } from '../controlplane/certificates.ts';
import { startChartServer } from '../support/chart-server.ts';
import type { ChartServer } from '../support/chart-server.ts';
import { findRegistry, LOGIN, startRegistry } from '../support/registry.ts';
import type { Registry } from '../support/registry.ts';
import { chartFiles, chartsIn, makeIndex, run } from './support.ts';
import type { Run } from './support.ts';

const program = await findRegistry();
const VERSIONS = ['0.9.0', '1.0.0', '1.4.2', '2.0.0-rc.1'] as const;

const CRD =
  'apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: {name: as.x.io}\n' +
  'spec: {group: x.io, scope: Namespaced, names: {kind: A, plural: as}, versions: [{name: v1, served: true, storage: true, schema: {openAPIV3Schema: {type: object}}}]}\n';

let registry: Registry;
let server: ChartServer;
/** Where commands run: with `web` as a folder, as an archive and in a bundle. */
let cwd: string;
/** A home that knows the repository `r` with its login, and the login of the registry. */
let home: string;
/** What the servers want to be shown: authority, client certificate. */
let trust: string[];
let digest: string;

beforeAll(async () => {
  if (program === undefined) return;
  const authority = await createAuthority();
  const [shown, client] = [await authority.server(['127.0.0.1']), await authority.client('ada', [])];
  registry = await startRegistry(program, 'basic');
  cwd = chartsIn({
    web: { ...chartFiles('web', '1.0.0'), 'README.md': 'how to\n', 'crds/a.yaml': CRD },
  });
  home = temporaryFolder();
  const file = (name: string, text: string): string => {
    writeFileSync(join(home, name), text);
    return join(home, name);
  };
  const authorities = file('ca.pem', `${authority.certificate}\n${readFileSync(registry.caFile, 'utf8')}`);
  trust = [
    '--ca-file',
    authorities,
    '--cert-file',
    file('cert.pem', client.certificate),
    '--key-file',
    file('key.pem', client.key),
  ];
  const served = temporaryFolder();
  const basic = `Basic ${Buffer.from(`${LOGIN.username}:${LOGIN.password}`).toString('base64')}`;
  server = await startChartServer(served, {
    tls: { shown, authority },
    serve: (request, response) => {
      if (request.headers.authorization === basic && server.asked.at(-1)?.certificate === 'ada') return false;
      response.writeHead(401).end();
      return true;
    },
  });
  const login = ['--username', LOGIN.username, '--password', LOGIN.password];
  const pkg = async (...args: string[]): Promise<string> => {
    const { status, stdout, stderr } = await run('pkg', args, { cwd, home });
    if (status !== 0) throw new Error(stderr);
    return stdout;
  };
  await pkg('registry', 'login', registry.host, ...login, '--ca-file', authorities);
  for (const version of VERSIONS) {
    await pkg('package', 'web', '--version', version, '-d', served);
    const pushed = await pkg('push', `${served}/web-${version}.tgz`, `oci://${registry.host}/team`, ...trust);
    if (version === '1.0.0') digest = /Digest: (\S+)/.exec(pushed)?.[1] ?? '';
  }
  await makeIndex(served);
  await pkg('repo', 'add', 'r', server.url, ...login, ...trust);
  mkdirSync(join(served, 'mirrored'));
  writeFileSync(
    join(served, 'mirrored', 'index.yaml'),
    readFileSync(join(served, 'index.yaml'), 'utf8').replaceAll(
      /- web-(.*)\.tgz$/gm,
      `- oci://${registry.host}/team/web:$1`,
    ),
  );
  await pkg('package', 'web');
  await pkg('bundle', 'web-1.0.0.tgz', '-o', 'one.tar');
  await pkg('bundle', 'web-1.0.0.tgz', `${served}/web-1.4.2.tgz`, '-o', 'two.tar');
});
afterAll(async () => {
  server?.close();
  await registry?.close();
});

/** Words for a chart, and the version that they mean. */
type Form = [name: string, words: () => string[], version: string];

const LOCAL: Form[] = [
  ['a folder', () => ['./web'], '1.0.0'],
  ['a folder by its bare name', () => ['web'], '1.0.0'],
  ['an archive', () => ['web-1.0.0.tgz'], '1.0.0'],
];
const BUNDLED: Form[] = [
  ['a bundle', () => ['one.tar'], '1.0.0'],
  ['a chart of a bundle', () => ['two.tar#web'], '1.4.2'],
];
const atRegistry = (rest: string): string => `oci://${registry.host}/team/web${rest}`;
const withLogin = (...words: string[]): string[] => [
  ...words,
  '--username',
  LOGIN.username,
  '--password',
  LOGIN.password,
];
const REMOTE: Form[] = [
  ['an address', () => withLogin(`${server.url}/web-1.0.0.tgz`), '1.0.0'],
  ['an address in a known repository', () => [`${server.url}/web-1.0.0.tgz`], '1.0.0'],
  ['a registry', () => [atRegistry('')], '1.4.2'],
  ['a registry, a tag', () => [atRegistry(':0.9.0')], '0.9.0'],
  ['a registry, a digest', () => [atRegistry(`@${digest}`)], '1.0.0'],
  ['a registry, a tag and a digest', () => [atRegistry(`:1.0.0@${digest}`)], '1.0.0'],
  ['a registry, a version', () => [atRegistry(''), '--version', '1.0.0'], '1.0.0'],
  ['a registry, a constraint', () => [atRegistry(''), '--version', '~1.0'], '1.0.0'],
  ['a registry, pre-releases', () => [atRegistry(''), '--devel'], '2.0.0-rc.1'],
  ['REPOSITORY/NAME', () => ['r/web'], '1.4.2'],
  ['REPOSITORY/NAME, a constraint', () => ['r/web', '--version', '<1'], '0.9.0'],
  ['REPOSITORY/NAME, pre-releases', () => ['r/web', '--devel'], '2.0.0-rc.1'],
  [
    '--repo, its archive in a registry',
    () => withLogin('web', '--repo', `${server.url}/mirrored`, '--version', '^1'),
    '1.4.2',
  ],
  ['--repo', () => withLogin('web', '--repo', server.url, '--version', '1.0.0'), '1.0.0'],
];

/** Commands, and how the version shows in what they print or write. */
const COMMANDS: [name: string, words: string[], seen: (version: string) => string][] = [
  ['template', ['template', 'x'], (version) => `version: "${version}"`],
  ['install into a folder', ['install', 'x', '--target', 'dir:installed', '--dry-run'], (version) => version],
  ['diff upgrade', ['diff', 'upgrade', 'y', '--install', '--target', 'dir:installed'], (version) => version],
  ['lint', ['lint'], () => '1 chart(s) linted, 0 chart(s) failed'],
  ['show chart', ['show', 'chart'], (version) => `version: ${version}\n`],
  ['show all', ['show', 'all'], (version) => `version: ${version}\n`],
  ['images', ['images'], () => ''],
  ['dependency tree', ['dependency', 'tree'], (version) => version],
];

const pkg = (args: string[], at = cwd): Promise<Run> => run('pkg', args, { cwd: at, home });

describe.skipIf(program === undefined).each(COMMANDS)('%s', (name, command, seen) => {
  test.each([...LOCAL, ...BUNDLED, ...REMOTE])('of %s', async (_form, words, version) => {
    const { status, stdout, stderr } = await pkg([...command, ...words(), ...(needsTrust(words()) ? trust : [])]);
    expect(status, stderr).toBe(0);
    expect(stdout).toContain(seen(version));
  });

  test('of an unsigned chart, with --verify', async () => {
    for (const words of [['web-1.0.0.tgz'], ['one.tar'], ['r/web'], [atRegistry(':1.0.0')]]) {
      const { status, stdout, stderr } = await pkg([...command, ...words, '--verify', ...trust]);
      expect([status, name === 'lint' ? stdout : stderr]).toEqual([1, expect.stringContaining('no provenance of')]);
    }
  });
});

/** Authorities and certificates are for what is fetched. */
function needsTrust(words: readonly string[]): boolean {
  return !existsSync(join(cwd, words[0]?.replace(/#.*/, '') ?? '')) || words.includes('--repo');
}

describe.skipIf(program === undefined)('downloads', () => {
  test.each(REMOTE)('pull of %s', async (_form, words, version) => {
    const into = temporaryFolder();
    const { status, stderr } = await pkg(['pull', ...words(), ...trust, '-d', into, '--untar']);
    expect(status, stderr).toBe(0);
    expect(readFileSync(join(into, 'web', 'Chart.yaml'), 'utf8')).toContain(`version: ${version}\n`);
  });

  test('a bare name', async () => {
    const empty = temporaryFolder();
    for (const args of [
      ['template', 'x', 'web'],
      ['lint', 'web'],
      ['show', 'chart', 'web'],
      ['pull', 'web'],
    ]) {
      const { status, stderr } = await pkg([...args, ...trust], empty);
      expect(status, stderr).toBe(0);
    }
    const other = await pkg(['lint', 'wob', ...trust], empty);
    expect([other.status, other.stdout]).toEqual([1, expect.stringContaining('no known repository has it')]);
  });
});

describe.skipIf(program === undefined)('uploads', () => {
  test.each([...LOCAL.slice(0, 1), ...LOCAL.slice(2), ...BUNDLED])('publish of %s', async (form, words, version) => {
    const place = `oci://${registry.host}/published/${form.replaceAll(/\W/g, '')}`;
    const { status, stdout, stderr } = await pkg(['publish', ...words(), place, './pages', ...trust, '-o', 'json']);
    expect(status, stderr).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ name: 'web', version, published: [{ changed: true }, {}] });
    expect(existsSync(join(cwd, 'pages', `web-${version}.tgz`))).toBe(true);
  });

  test.each([...LOCAL.slice(2), ...BUNDLED])('push of %s', async (form, words, version) => {
    const place = `oci://${registry.host}/pushed/${form.replaceAll(/\W/g, '')}`;
    const { status, stdout, stderr } = await pkg(['push', ...words(), place, ...trust]);
    expect(status, stderr).toBe(0);
    expect(stdout).toContain(`web:${version}\n`);
  });

  test('a bundle of several charts lists them', async () => {
    const two = chartsIn({ a: chartFiles('a', '1.0.0'), b: chartFiles('b', '1.0.0') });
    expect((await pkg(['bundle', 'a', 'b', '-o', 'both.tar'], two)).status).toBe(0);
    for (const args of [
      ['push', 'both.tar', 'oci://x/y'],
      ['publish', 'both.tar', './out'],
      ['show', 'chart', 'both.tar'],
    ]) {
      const { status, stderr } = await pkg(args, two);
      expect([status, stderr]).toEqual([1, expect.stringContaining('code: PKG_CHART_AMBIGUOUS')]);
    }
  });
});

describe.skipIf(program === undefined)('the library', () => {
  test.each([...LOCAL, ...BUNDLED, ...REMOTE])('opens %s', async (_form, words, version) => {
    const [reference = '', ...flags] = words();
    const valueOf = (flag: string): string | undefined => flags[flags.indexOf(flag) + 1];
    const [, caFile = '', , certFile = '', , keyFile = ''] = trust;
    const options = {
      caFile,
      certFile,
      keyFile,
      ...(flags.includes('--version') && { version: valueOf('--version') ?? '' }),
      ...(flags.includes('--repo') && { repo: server.url }),
      ...(flags.includes('--username') && LOGIN),
      devel: flags.includes('--devel'),
    };
    const before = { ...process.env };
    Object.assign(process.env, {
      HELM_CACHE_HOME: join(home, 'cache'),
      HELM_CONFIG_HOME: join(home, 'config'),
      HELM_DATA_HOME: join(home, 'data'),
    });
    try {
      const isHere = existsSync(join(cwd, reference.replace(/#.*/, '')));
      const chart = await openChart(isHere && !flags.includes('--repo') ? join(cwd, reference) : reference, options);
      expect(chart.metadata.version).toBe(version);
      expect((await template({ chart, name: 'x' })).manifest).toContain(`version: "${version}"`);
    } finally {
      process.env = before;
    }
  });
});
