/** A login in a URL that somebody typed appears in no output, whatever is wrong with the URL. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { temporaryFolder } from '../chart/support.ts';
import { startChartServer } from '../support/chart-server.ts';
import type { ChartServer } from '../support/chart-server.ts';
import { chartFiles, chartsIn, run } from './support.ts';
import type { Run } from './support.ts';

const LOGIN = 'ada:geheim@';
const ADDRESSES = [
  `oci://${LOGIN}127.0.0.1:1/x/y`,
  `oci://${LOGIN}127.0.0.1:1/x/y:1.0.0`,
  `oci://${LOGIN}nowhere`,
  `http://${LOGIN}127.0.0.1:1/x.tgz`,
  `https://${LOGIN}127.0.0.1:1`,
  `http://${LOGIN}`,
  `ftp://${LOGIN}127.0.0.1/x.tgz`,
  // Passwords with a slash that should have been percent-encoded.
  `http://ada:x/geheim@127.0.0.1:1/x.tgz?a=b`,
  `oci://ada:x/geheim@127.0.0.1:1/x/y@sha256:${'0'.repeat(64)}`,
];

const SECRET = 'geheim';

/** Bodies that are neither an index nor an archive nor a manifest. */
const BODIES: Readonly<Record<string, string>> = {
  html: '<html>',
  binary: '\0\u0001',
  untyped: 'entries: {}\n',
};
const INDEX = `apiVersion: v1\nentries:\n  web: &web [{name: web, version: 1.0.0, urls: [x.tgz]}]\n  y: *web\n`;

let cwd: string;
let home: string;
beforeAll(async () => {
  cwd = chartsIn({ web: chartFiles('web', '1.0.0') });
  home = temporaryFolder();
  await run('pkg', ['package', 'web'], { cwd, home });
});

const COMMANDS: [name: string, args: (address: string) => string[]][] = [
  ['pull', (address) => ['pull', address]],
  ['pull --repo', (address) => ['pull', 'web', '--repo', address]],
  ['show', (address) => ['show', 'chart', address]],
  ['template', (address) => ['template', 'x', address]],
  ['images', (address) => ['images', address]],
  ['lint', (address) => ['lint', address]],
  ['verify', (address) => ['verify', address]],
  ['bundle', (address) => ['bundle', address, '-o', 'b.tar']],
  ['push', (address) => ['push', join(cwd, 'web-1.0.0.tgz'), address]],
  ['publish', (address) => ['publish', join(cwd, 'web'), address]],
  ['repo add', (address) => ['repo', 'add', 'a', address]],
  ['registry login', (address) => ['registry', 'login', address, '-u', 'ada', '-p', 'secret']],
  ['dependency update', (address) => ['dependency', 'update', withDependency(address)]],
];

function withDependency(address: string): string {
  const dependencies = `dependencies:\n- {name: y, version: 1.0.0, repository: "${address}"}\n`;
  return join(chartsIn({ app: chartFiles('app', '1.0.0', dependencies) }), 'app');
}

function expectNoSecret({ stdout, stderr }: Run, about: string): void {
  expect(stdout + stderr, about).not.toMatch(/geheim|PKG_INTERNAL/);
}

test.each(COMMANDS)('%s', async (_name, args) => {
  for (const address of ADDRESSES) {
    const outcome = await run('pkg', args(address), { cwd, home });
    expect(outcome.status, address).not.toBe(0);
    expectNoSecret(outcome, address);
  }
});

describe('a server whose answers are wrong', () => {
  let server: ChartServer;
  beforeAll(async () => {
    server = await startChartServer('/nowhere', {
      serve: ({ url = '' }, response) => {
        const { pathname } = new URL(url, 'http://server');
        const [, kind = '', rest = ''] = /^\/(?:v2\/)?([^/]*)(.*)$/.exec(pathname) ?? [];
        if (kind === 'redirect') {
          response.writeHead(302, { location: `http://eve:${SECRET}@127.0.0.1:1/x?token=${SECRET}` }).end();
        } else if (/^\d+$/.test(kind)) response.writeHead(Number(kind)).end('no');
        else if (rest.endsWith('/index.yaml') && kind === 'archive') response.end(INDEX);
        else response.end(BODIES[kind] ?? '');
        return true;
      },
    });
  });
  afterAll(() => server.close());

  test.each([...Object.keys(BODIES), 'archive', 'redirect', '401', '404', '500'])('%s', async (kind) => {
    const place = `${LOGIN}127.0.0.1:${server.port}/${kind}`;
    for (const [name, args] of COMMANDS) {
      const isRegistry = /registry|push|publish/.test(name);
      for (const address of isRegistry ? [`oci://${place}`] : [`http://${place}?token=${SECRET}`, `oci://${place}/y`]) {
        const flags = address.startsWith('oci:') ? ['--plain-http'] : [];
        const outcome = await run('pkg', [...args(address), ...flags], { cwd: temporaryFolder(), home });
        expectNoSecret(outcome, `${name} ${address}`);
      }
    }
  });
});

test('a proxy that does not answer is named as the cause, without its login', async () => {
  const proxy = `http://${LOGIN}127.0.0.1:1`;
  const env = { HTTP_PROXY: proxy, HTTPS_PROXY: proxy };
  for (const scheme of ['http', 'https']) {
    const outcome = await run('pkg', ['pull', `${scheme}://charts.invalid/x.tgz`], { cwd, home, env });
    expect(outcome.status).not.toBe(0);
    expectNoSecret(outcome, scheme);
    expect(outcome.stderr).toMatch(/the proxy of https?:\/\/charts\.invalid\/x\.tgz cannot be reached/);
    expect(outcome.stderr).toContain('NO_PROXY');
  }
});

test('credential helpers that hang, print without end, or take a while', { timeout: 90_000 }, async () => {
  const server = await startChartServer('/nowhere', {
    serve: (_request, response) => {
      response.writeHead(401, { 'www-authenticate': 'Basic realm="r"' }).end();
      return true;
    },
  });
  const began = performance.now();
  // What a helper has started may live longer than it, and has its output.
  const scripts = {
    hangs: 'sleep 100 2>/dev/null',
    endless: 'yes & wait',
    slow: `sleep 3; echo '{"Username":"ada","Secret":"${SECRET}"}'`,
  };
  const outcomes = await Promise.all(
    Object.entries(scripts).map(async ([name, script]) => {
      const folder = temporaryFolder();
      writeFileSync(join(folder, `docker-credential-${name}`), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
      writeFileSync(join(folder, 'config.json'), JSON.stringify({ credsStore: name }));
      const env = { PATH: `${folder}:${process.env['PATH']}`, HELM_REGISTRY_CONFIG: join(folder, 'config.json') };
      const address = `oci://127.0.0.1:${server.port}/a/b:1.0.0`;
      return await run('pkg', ['pull', address, '--plain-http'], { cwd, home, env });
    }),
  );
  server.close();
  const [hangs, endless, slow] = outcomes.map(({ stderr }) => stderr);
  expect(hangs).toContain('docker-credential-hangs gave no answer within 30 seconds');
  expect(hangs).toContain(`asking docker-credential-hangs for the login to 127.0.0.1:${server.port}\n`);
  expect(endless).toContain('docker-credential-endless prints without end');
  expect(slow).toContain(`asking docker-credential-slow for the login to 127.0.0.1:${server.port}\n`);
  expect(slow).toContain('code: PKG_REPOSITORY_UNAUTHORIZED');
  for (const outcome of outcomes) expectNoSecret(outcome, outcome.stderr);
  expect(performance.now() - began).toBeLessThan(80_000);
});

test('a credential helper whose child lives on with its output open is not waited for', async () => {
  const sent: (string | undefined)[] = [];
  const server = await startChartServer('/nowhere', {
    serve: (request, response) => {
      sent.push(request.headers.authorization);
      response.writeHead(401, { 'www-authenticate': 'Basic realm="r"' }).end();
      return true;
    },
  });
  const folder = temporaryFolder();
  const pid = join(folder, 'pid');
  // The child has standard output and error of the helper, and so their pipes.
  const script = `sleep 60 &\necho $! > '${pid}'\necho a message >&2\necho '{"Username":"ada","Secret":"${SECRET}"}'\n`;
  writeFileSync(join(folder, 'docker-credential-agent'), `#!/bin/sh\n${script}`, { mode: 0o755 });
  writeFileSync(join(folder, 'config.json'), JSON.stringify({ credsStore: 'agent' }));
  const env = { PATH: `${folder}:${process.env['PATH']}`, HELM_REGISTRY_CONFIG: join(folder, 'config.json') };
  const begun = performance.now();
  // Ends when nobody has its output open any more.
  const { stderr } = await run('pkg', ['pull', `oci://127.0.0.1:${server.port}/a/b:1.0.0`, '--plain-http'], {
    cwd,
    home,
    env,
  });
  server.close();
  expect(performance.now() - begun).toBeLessThan(20_000);
  process.kill(Number(readFileSync(pid, 'utf8')));
  expect(stderr).toContain('a message\n');
  expect(sent).toEqual([undefined, `Basic ${Buffer.from(`ada:${SECRET}`).toString('base64')}`]);
});

test('a credential helper that fails without output', async () => {
  const folder = temporaryFolder();
  writeFileSync(join(folder, 'docker-credential-silent'), '#!/bin/sh\nexit 3\n', { mode: 0o755 });
  writeFileSync(join(folder, 'config.json'), JSON.stringify({ credsStore: 'silent' }));
  const env = { PATH: `${folder}:${process.env['PATH']}`, HELM_REGISTRY_CONFIG: join(folder, 'config.json') };
  const { stderr } = await run('pkg', ['registry', 'logout', 'registry.example.com'], { cwd, home, env });
  expect(stderr).toContain('docker-credential-silent ends with status 3');
});
