/** Charts pushed into a real registry by pkg and by helm: the same manifests; logins; publishing. */
import { createHash, randomBytes } from 'node:crypto';
import { readFileSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { temporaryFolder, writeFiles } from '../chart/support.ts';
import { OciRepository } from '../support/oci.ts';
import type { Descriptor } from '../support/oci.ts';
import { LOGIN, findRegistries, startRegistry } from '../support/registry.ts';
import type { Registry, RegistryAuth } from '../support/registry.ts';
import { chartFiles, chartsIn, makeRepository, run } from './support.ts';
import type { Run } from './support.ts';

const registries = await findRegistries();

const METADATA = `description: "a <b>web</b> & thing"
home: https://web.example.com
sources: [https://git.example.com/web, https://git.example.com/other]
maintainers:
- {name: Ada, email: ada@example.com}
- {name: Bob}
annotations:
  org.opencontainers.image.title: no
  org.opencontainers.image.authors: somebody else
  team: "web"
appVersion: "1.10"
`;

describe.each(registries)('$name, open to all', ({ program }) => {
  let registry: Registry;
  let charts: string;
  beforeAll(async () => {
    registry = await startRegistry(program, 'none', true);
    charts = await makeRepository([
      ['web', '1.2.3', METADATA],
      ['web', '1.3.0+build.7', METADATA],
      ['plain', '0.1.0'],
    ]);
  });
  afterAll(() => registry.close());

  const on = (which: 'helm' | 'pkg', ...args: string[]): Promise<Run> =>
    run(which, [...args, '--plain-http'], { cwd: charts, home: temporaryFolder() });

  test.each(['web-1.2.3.tgz', 'web-1.3.0+build.7.tgz', 'plain-0.1.0.tgz'])(
    "%s: the manifest and the output equal helm's",
    async (file) => {
      utimesSync(join(charts, file), 1_700_000_000, 1_700_000_000);
      const helm = await on('helm', 'push', file, `oci://${registry.host}/helm`);
      const pkg = await on('pkg', 'push', file, `oci://${registry.host}/pkg`);
      expect(pkg.status, pkg.stderr).toBe(0);
      expect(pkg.stdout).toBe(helm.stdout.replaceAll('/helm/', '/pkg/'));
      const again = await on('pkg', 'push', file, `oci://${registry.host}/pkg/`);
      expect(again.stdout).toBe(pkg.stdout);
    },
  );

  test.each([
    ['the same content', 'web-1.2.3.tgz'],
    ['other content', 'plain-0.1.0.tgz'],
  ])('another process publishes %s under the same tag at the same time', async (_name, file) => {
    const other = new OciRepository(registry.host, `raced/${file}/web`);
    const chart = readFileSync(join(charts, file));
    let late: Promise<Descriptor> | undefined;
    const relay = createServer((asked, response) => {
      const { method = '', url = '', headers } = asked;
      const [host = '', port = ''] = registry.host.split(':');
      const onward = request({ host, port, method, path: url, headers }, (answer) => {
        const isTag = method === 'PUT' && url.endsWith('/manifests/1.2.3');
        late ??= isTag ? other.chart('web', '1.2.3', chart) : undefined;
        void Promise.resolve(late).then(() => {
          response.writeHead(answer.statusCode ?? 500, answer.headers);
          answer.pipe(response);
        });
      });
      asked.pipe(onward);
    });
    await new Promise<void>((resolve) => relay.listen(0, '127.0.0.1', resolve));
    const place = `oci://127.0.0.1:${(relay.address() as AddressInfo).port}/raced/${file}`;
    const { status, stdout, stderr } = await on('pkg', 'publish', 'web-1.2.3.tgz', place, '-o', 'json');
    relay.close();
    const { digest } = (await late) ?? {};
    expect(digest).toBeDefined();
    if (file === 'web-1.2.3.tgz') {
      expect(JSON.parse(stdout), stderr).toMatchObject({ published: [{ digest, status: 'published' }] });
      return;
    }
    expect(stderr).toContain('code: PKG_VERSION_PUBLISHED ');
    expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
  });

  test('helm pulls charts that pkg pushed, also large ones, and the other way round', async () => {
    const sources = chartsIn({ big: { ...chartFiles('big', '1.0.0') } });
    for (const part of [1, 2, 3, 4, 5]) writeFileSync(join(sources, 'big', `${part}.bin`), randomBytes(4 << 20));
    const packed = await run('helm', ['package', 'big'], { cwd: sources, home: sources });
    expect(packed.status, packed.stderr).toBe(0);
    for (const [from, to] of [
      ['pkg', 'helm'],
      ['helm', 'pkg'],
    ] as const) {
      const options = { cwd: sources, home: temporaryFolder() };
      const place = `oci://${registry.host}/big-${from}`;
      const pushed = await run(from, ['push', 'big-1.0.0.tgz', place, '--plain-http'], options);
      expect(pushed.status, pushed.stderr).toBe(0);
      const folder = temporaryFolder();
      const pulled = await run(to, ['pull', `${place}/big`, '--plain-http', '-d', folder], options);
      expect(pulled.status, pulled.stderr).toBe(0);
      const read = (path: string): string => createHash('sha256').update(readFileSync(path)).digest('hex');
      expect(read(join(folder, 'big-1.0.0.tgz'))).toBe(read(join(sources, 'big-1.0.0.tgz')));
    }
  });

  test('references by tag, digest and both; a mismatch is refused', async () => {
    const place = `oci://${registry.host}/refs`;
    const { stdout } = await on('pkg', 'push', 'web-1.2.3.tgz', place);
    const digest = /Digest: (\S+)/.exec(stdout)?.[1] ?? '';
    await on('pkg', 'push', 'web-1.3.0+build.7.tgz', place);
    const version = async (...args: string[]): Promise<string | undefined> =>
      /^version: (.*)$/m.exec((await on('pkg', 'show', 'chart', ...args)).stdout)?.[1];
    expect(await version(`${place}/web`)).toBe('1.3.0+build.7');
    expect(await version(`${place}/web:1.2.3`)).toBe('1.2.3');
    expect(await version(`${place}/web:1.3.0_build.7`)).toBe('1.3.0+build.7');
    expect(await version(`${place}/web:1.3.0+build.7`)).toBe('1.3.0+build.7');
    expect(await version(`${place}/web@${digest}`)).toBe('1.2.3');
    expect(await version(`${place}/web:1.2.3@${digest}`)).toBe('1.2.3');
    expect(await version(`${place}/web`, '--version', '~1.2')).toBe('1.2.3');
    expect(await version('web', '--repo', place)).toBe('1.3.0+build.7');
    for (const words of [
      [`${place}/web:1.3.0_build.7@${digest}`],
      [`${place}/web@${digest}`, '--version', '1.3.0+build.7'],
    ]) {
      const wrong = await on('pkg', 'show', 'chart', ...words);
      expect(wrong.stderr).toContain('PKG_DIGEST_MISMATCH');
    }
    // What is pulled goes by the digest; a tag that is not there says nothing of the version.
    for (const words of [
      [`${place}/web@${digest}`],
      [`${place}/web:1.2.3@${digest}`],
      [`${place}/web@${digest}`, '--version', '1.2.3'],
      [`${place}/web:9.9.9@${digest}`],
      [`${place}/web@${digest}`, '--version', '9.9.9'],
    ]) {
      const [mine, theirs] = [temporaryFolder(), temporaryFolder()];
      const [pulled, byHelm] = await Promise.all([
        on('pkg', 'pull', ...words, '-d', mine),
        on('helm', 'pull', ...words, '-d', theirs),
      ]);
      expect(pulled.status, pulled.stderr).toBe(0);
      expect(pulled.stdout).toBe(byHelm.stdout);
      expect(readdirSync(mine)).toEqual(readdirSync(theirs));
    }
    const twice = await on('pkg', 'show', 'chart', `${place}/web:1.2.3`, '--version', '^2');
    expect(twice.stderr).toContain('PKG_USAGE');
    const none = await on('pkg', 'show', 'chart', `${place}/web`, '--version', '^2');
    expect(none.stderr).toContain('PKG_CHART_VERSION_NOT_FOUND');
    for (const bad of [`${place}/Web`, `${place}/web@sha256:12`, `oci://${registry.host}`, 'oci://']) {
      expect((await on('pkg', 'show', 'chart', bad)).stderr, bad).toContain('PKG_REPOSITORY_UNKNOWN');
    }
  });

  test('a published version is not changed, and --bump publishes the next one', async () => {
    const cwd = chartsIn({ web: chartFiles('web', '1.0.0', 'icon: https://example.com/i.png\n') });
    const home = temporaryFolder();
    const place = `oci://${registry.host}/published`;
    const publish = (...args: string[]): Promise<Run> =>
      run('pkg', ['publish', 'web', place, './pages', '--plain-http', '-o', 'json', ...args], { cwd, home });
    type Result = { version: string; published: { changed: boolean; digest: string }[] };
    const result = ({ stdout, stderr }: Run): Result => {
      expect(stdout, stderr).not.toBe('');
      return JSON.parse(stdout) as Result;
    };
    expect(result(await publish()).published.map(({ changed }) => changed)).toEqual([true, true]);
    expect(result(await publish()).published.map(({ changed }) => changed)).toEqual([false, false]);
    const index = readFileSync(join(cwd, 'pages', 'index.yaml'), 'utf8');
    writeFileSync(join(cwd, 'web', 'values.yaml'), 'other: 1\n');
    const refused = await publish();
    expect(refused.stderr).toContain('PKG_VERSION_PUBLISHED');
    expect(readFileSync(join(cwd, 'pages', 'index.yaml'), 'utf8')).toBe(index);
    const next = result(await publish('--bump', 'minor'));
    expect(next.version).toBe('1.1.0');
    const same = result(await publish('--bump', 'minor'));
    expect([same.version, ...same.published.map(({ changed }) => changed)]).toEqual(['1.1.0', false, false]);
    // What broke off between the two places is gone on with, under the same version.
    rmSync(join(cwd, 'pages'), { recursive: true });
    const other = result(await publish('--bump', 'minor'));
    expect([other.version, ...other.published.map(({ changed }) => changed)]).toEqual(['1.1.0', false, true]);
    const options = { cwd, home };
    const pulled = await run('helm', ['show', 'chart', `${place}/web`, '--plain-http'], options);
    expect(pulled.stdout).toContain('version: 1.1.0');
  });
});

const withLogins = registries.flatMap((one) => (['basic', 'token'] as const).map((auth) => ({ ...one, auth })));

describe.each(withLogins)('$name with logins ($auth)', ({ program, auth }) => {
  let registry: Registry;
  let charts: string;
  beforeAll(async () => {
    registry = await startRegistry(program, auth satisfies RegistryAuth);
    charts = await makeRepository([['web', '1.2.3']]);
  });
  afterAll(() => registry.close());

  test.each([
    undefined,
    '{}',
    '{"zeta":12345678901234567890,"auths":{"z.example.com":{"auth":"YTpi","email":"x"}},"HttpHeaders":{"User-Agent":"x"}}',
    '{"credHelpers":{"x.example.com":"none"},"auths":null}',
  ])('the file of logins is what helm makes of %s', async (text) => {
    const seen: Record<string, string[]> = { helm: [], pkg: [] };
    for (const which of ['helm', 'pkg'] as const) {
      const home = temporaryFolder();
      const path = join(home, 'config', 'registry', 'config.json');
      if (text !== undefined) writeFiles(home, { 'config/registry/config.json': text });
      const login = ['login', registry.host, '-u', LOGIN.username, '-p', LOGIN.password, '--ca-file', registry.caFile];
      for (const words of [login, ['logout', registry.host]]) {
        const { status, stderr } = await run(which, ['registry', ...words], { cwd: charts, home });
        expect(status, stderr).toBe(0);
        seen[which]?.push(readFileSync(path, 'utf8'));
      }
    }
    expect(seen['pkg']).toEqual(seen['helm']);
  });

  test('login, push, pull, logout; each uses the login of the other', async () => {
    const home = temporaryFolder();
    const on = (which: 'helm' | 'pkg', ...args: string[]): Promise<Run> =>
      run(which, [...args, '--ca-file', registry.caFile], { cwd: charts, home });
    const place = `oci://${registry.host}/team`;
    const before = await on('pkg', 'push', 'web-1.2.3.tgz', place);
    expect(before.stderr).toContain('PKG_REPOSITORY_UNAUTHORIZED');
    const wrong = await on('pkg', 'registry', 'login', registry.host, '-u', LOGIN.username, '-p', 'no');
    expect(wrong.stderr).toContain('PKG_REPOSITORY_UNAUTHORIZED');
    const right = await on('pkg', 'registry', 'login', registry.host, '-u', LOGIN.username, '-p', LOGIN.password);
    expect(right.stdout, right.stderr).toBe('Login Succeeded\n');
    for (const which of ['pkg', 'helm'] as const) {
      registry.tokens.splice(0);
      const pushed = await on(which, 'push', 'web-1.2.3.tgz', place);
      expect(pushed.status, pushed.stderr).toBe(0);
      // One token serves all requests of a push, those that only read too.
      const scopes = registry.tokens.map((token) => token.scopes.join(' '));
      expect(scopes).toEqual(auth === 'token' ? ['repository:team/web:pull,push'] : []);
      const pulled = await on(which, 'pull', `${place}/web`, '--version', '1.2.3', '-d', temporaryFolder());
      expect(pulled.status, pulled.stderr).toBe(0);
    }
    const out = await run('pkg', ['registry', 'logout', registry.host], { cwd: charts, home });
    expect(out.stdout).toBe(`Removing login credentials for ${registry.host}\n`);
    // Pipelines clean up like this; helm succeeds too, but removes nothing.
    for (const which of ['pkg', 'helm'] as const) {
      const { status, stderr } = await run(which, ['registry', 'logout', place], { cwd: charts, home });
      expect(status, stderr).toBe(0);
    }
    expect((await on('helm', 'push', 'web-1.2.3.tgz', place)).status).toBe(1);
    expect((await on('pkg', 'push', 'web-1.2.3.tgz', place)).status).toBe(1);
  });
});
