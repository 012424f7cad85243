/** Charts in a real OCI registry, pushed by helm. */
import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { temporaryFolder, writeFiles } from '../chart/support.ts';
import { LOGIN, findRegistry, startRegistry } from '../support/registry.ts';
import type { Registry, RegistryAuth } from '../support/registry.ts';
import { chartFiles, chartsIn, expectSame, makeRepository, run, update } from './support.ts';

const program = await findRegistry();
const VERSIONS = ['0.9.0', '1.0.0', '1.2.3', '1.10.0', '2.0.0-rc.1', '1.3.0+build.7'] as const;

/** A registry with charts, and a home with a login stored by `helm registry login`. */
async function fill(auth: RegistryAuth, plain = false): Promise<{ registry: Registry; home: string }> {
  const registry = await startRegistry(program ?? '', auth, plain);
  const charts = await makeRepository(VERSIONS.map((version) => ['sub', version] as const));
  const home = temporaryFolder();
  const helm = async (...args: string[]): Promise<void> => {
    const { status, stderr } = await run(
      'helm',
      [...args, ...(plain ? ['--plain-http'] : ['--ca-file', registry.caFile])],
      { cwd: charts, home },
    );
    expect(status, stderr).toBe(0);
  };
  if (auth !== 'none') await helm('registry', 'login', registry.host, '-u', LOGIN.username, '-p', LOGIN.password);
  for (const version of VERSIONS) await helm('push', `sub-${version}.tgz`, `oci://${registry.host}/team/charts`);
  return { registry, home };
}

function web(host: string, version: string, name = 'sub', path = 'team/charts'): string {
  return chartsIn({
    web: chartFiles(
      'web',
      '1.0.0',
      `dependencies:\n- {name: ${name}, version: "${version}", repository: "oci://${host}/${path}"}\n`,
    ),
  });
}

describe.skipIf(program === undefined)('a registry that is open', () => {
  let registry: Registry;
  let env: Record<string, string>;
  beforeAll(async () => {
    ({ registry } = await fill('none'));
    env = { SSL_CERT_FILE: registry.caFile };
  });
  afterAll(() => registry.close());

  test.each(['^1.0.0', '>=1.0.0-0', '1.3.0+build.7', '1.3.x', '^3', '9.9.9', '1.2'])(
    'the version %s',
    async (version) => {
      await expectSame(web(registry.host, version), { env });
    },
  );

  test('a missing chart and repository; invalid names', async () => {
    for (const folder of [
      web(registry.host, '^1.0.0', 'nothing'),
      web(registry.host, '1.0.0', 'nothing'),
      web(registry.host, '1.0.0', 'sub', 'nowhere'),
      web(registry.host, '1.0.0', 'sub', 'Team/charts'),
      web(registry.host, '1.0.0', 'sub', 'team/charts/'),
      web('', '1.0.0'),
    ]) {
      const { pkg } = await expectSame(folder, { env });
      expect(pkg.status).toBe(1);
    }
  });

  test('an empty tag is none, as in oci://HOST/PATH:$VERSION without a version', async () => {
    const chart = `oci://${registry.host}/team/charts/sub:`;
    const home = temporaryFolder();
    const shown = await Promise.all(
      (['helm', 'pkg'] as const).map((program) => run(program, ['show', 'chart', chart], { cwd: home, home, env })),
    );
    expect(shown.map(({ status, stdout }) => [status, stdout])).toEqual([
      [0, expect.stringContaining('version: 1.10.0')],
      [0, shown[0]?.stdout],
    ]);
  });

  test('an untrusted certificate', async () => {
    const { pkg } = await expectSame(web(registry.host, '1.0.0'));
    expect(pkg.stderr).toContain('authority that is not trusted');
  });

  test('two charts of one registry, and one of a folder', async () => {
    const from = `oci://${registry.host}/team/charts`;
    const dependencies = `- {name: sub, version: 1.x, repository: "${from}"}\n- {name: sub, alias: b, version: 0.9.0, repository: "${from}"}\n- {name: own, version: 1.0.0, repository: "file://../own"}\n`;
    const folder = chartsIn({
      web: chartFiles('web', '1.0.0', `dependencies:\n${dependencies}`),
      own: chartFiles('own', '1.0.0'),
    });
    expect((await expectSame(folder, { env })).pkg.status).toBe(0);
  });
});

describe.skipIf(program === undefined).each(['basic', 'token'] as const)(
  'a registry that requires a login: %s',
  (auth) => {
    let registry: Registry;
    let home: string;
    let env: Record<string, string>;
    beforeAll(async () => {
      ({ registry, home } = await fill(auth));
      env = { SSL_CERT_FILE: registry.caFile };
    });
    afterAll(() => registry.close());

    test("helm's own login", async () => {
      registry.tokens.splice(0);
      const { pkg } = await expectSame(web(registry.host, '^1.0.0'), { home, env });
      expect(pkg.status).toBe(0);
      const scopes = registry.tokens.map((token) => token.scopes.join(' '));
      expect(scopes.every((scope) => scope === 'repository:team/charts/sub:pull')).toBe(true);
      expect(scopes.length > 0).toBe(auth === 'token');
    });

    test("Docker's login, by name and password or by a helper", async () => {
      const encoded = Buffer.from(`${LOGIN.username}:${LOGIN.password}`).toString('base64');
      const folder = temporaryFolder();
      const helper = join(folder, 'docker-credential-test');
      const answer = JSON.stringify({ ServerURL: registry.host, Username: LOGIN.username, Secret: LOGIN.password });
      writeFileSync(
        helper,
        `#!/bin/sh\nread server\nif [ "$server" = "${registry.host}" ]; then echo '${answer}'; else echo 'credentials not found in native keychain'; exit 1; fi\n`,
      );
      chmodSync(helper, 0o755);
      for (const config of [
        { auths: { [registry.host]: { auth: encoded } } },
        { auths: { [`https://${registry.host}/v2/`]: { auth: encoded } } },
        { auths: { [registry.host]: { username: LOGIN.username, password: LOGIN.password } } },
        { credHelpers: { [registry.host]: 'test' }, auths: { 'other.test': {} } },
        { credsStore: 'test' },
      ]) {
        const docker = temporaryFolder();
        writeFiles(docker, { 'config.json': JSON.stringify(config) });
        const path = `${folder}:${process.env['PATH'] ?? ''}`;
        const { pkg } = await expectSame(web(registry.host, '1.0.0'), {
          env: { ...env, DOCKER_CONFIG: docker, PATH: path },
        });
        expect(pkg.status).toBe(0);
      }
    });

    test('flags: name and password, CA file, no verification, files', async () => {
      const name = ['--username', LOGIN.username, '--password', LOGIN.password];
      const moved = temporaryFolder();
      writeFiles(moved, { 'config.json': readFileSync(join(home, 'config/registry/config.json'), 'utf8') });
      for (const [args, status] of [
        [['--ca-file', registry.caFile, ...name], 0],
        [['--insecure-skip-tls-verify', ...name], 0],
        [['--ca-file', registry.caFile, '--registry-config', join(moved, 'config.json')], 0],
        [['--ca-file', registry.caFile], 1],
        [['--ca-file', registry.caFile, '--username', 'ada', '--password', 'wrong'], 1],
        [['--ca-file', `${registry.caFile}.gone`, ...name], 1],
      ] as const) {
        const { pkg } = await expectSame(web(registry.host, '1.0.0'), { args });
        expect([args, pkg.status]).toEqual([args, status]);
      }
    });

    test.each([
      ['none', {}],
      ['a wrong one', { auths: { HOST: { username: 'ada', password: 'wrong' } } }],
      ['one of another host', { auths: { 'other.test': { username: LOGIN.username, password: LOGIN.password } } }],
      ['a helper that is not there', { credsStore: 'nowhere' }],
      ['one that cannot be read', { auths: { HOST: { auth: '!!' } } }],
    ])('%s', async (_name, config) => {
      const docker = temporaryFolder();
      writeFiles(docker, { 'config.json': JSON.stringify(config).replace('HOST', registry.host) });
      const { pkg } = await expectSame(web(registry.host, '1.0.0'), { env: { ...env, DOCKER_CONFIG: docker } });
      expect(pkg.status).toBe(1);
      expect(pkg.stderr).not.toContain('wrong');
    });
  },
);

test.skipIf(program === undefined)('a registry without TLS', async () => {
  const { registry } = await fill('none', true);
  try {
    expect((await expectSame(web(registry.host, '^1.0.0'), { args: ['--plain-http'] })).pkg.status).toBe(0);
    expect((await expectSame(web(registry.host, '^1.0.0'))).pkg.stderr).toContain('does not speak TLS');
  } finally {
    await registry.close();
  }
});

test.skipIf(program === undefined)('content that is not a chart', async () => {
  const { registry } = await fill('none');
  try {
    const upload = `https://${registry.host}/v2/team/charts/image`;
    const { request } = await import('node:https');
    const put = (url: string, body: string, type: string): Promise<string> =>
      new Promise((resolve, reject) => {
        const headers = { 'content-type': type, 'content-length': Buffer.byteLength(body) };
        const method = url.endsWith('/uploads/') ? 'POST' : 'PUT';
        const sent = request(url, { method, headers, rejectUnauthorized: false }, (response) => {
          response.resume();
          response.on('end', () => resolve(String(response.headers.location ?? '')));
        });
        sent.on('error', reject);
        sent.end(body);
      });
    const digest = 'sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a';
    const location = await put(`${upload}/blobs/uploads/`, '', 'application/octet-stream');
    await put(`${location}&digest=${digest}`, '{}', 'application/octet-stream');
    const type = 'application/vnd.oci.image.manifest.v1+json';
    const config = { mediaType: 'application/vnd.oci.image.config.v1+json', digest, size: 2 };
    await put(
      `${upload}/manifests/1.0.0`,
      JSON.stringify({ schemaVersion: 2, mediaType: type, config, layers: [] }),
      type,
    );
    const env = { SSL_CERT_FILE: registry.caFile };
    const { pkg } = await expectSame(web(registry.host, '1.0.0', 'image'), { env });
    expect(pkg.stderr).toContain('is not a Helm chart');
    expect((await update('pkg', web(registry.host, '1.0.0'), { env })).status).toBe(0);
  } finally {
    await registry.close();
  }
});
