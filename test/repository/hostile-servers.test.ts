/** Attacks of published advisories: indexes with invalid entries, uploads that are redirected to another host. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, expect, test } from 'vitest';
import { craftArchive, temporaryFolder } from '../chart/support.ts';
import { startChartServer } from '../support/chart-server.ts';
import type { ChartServer, ChartServerOptions } from '../support/chart-server.ts';
import { chartFiles, chartsIn, run } from './support.ts';
import type { Run } from './support.ts';

const servers: ChartServer[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

async function start(serve: ChartServerOptions['serve']): Promise<ChartServer> {
  const server = await startChartServer('/nowhere', serve === undefined ? {} : { serve });
  servers.push(server);
  return server;
}

/** A repository with this index, and with the archive of a chart under every other path. */
function startRepository(index: string, archive: Buffer): Promise<ChartServer> {
  return start((request, response) => {
    response.end(request.url === '/index.yaml' ? index : archive);
    return true;
  });
}

const sub = craftArchive([{ name: 'sub/Chart.yaml', data: 'apiVersion: v2\nname: sub\nversion: 1.0.0\n' }]);

// GHSA-53c4-hhmh-vw5q, GHSA-f9f8-9pmf-xv68: entries that are null made Helm panic.
test.each([
  'null\n',
  'apiVersion: v1\n',
  'apiVersion: v1\nentries:\n',
  'apiVersion: v1\nentries: {sub: }\n',
  'apiVersion: v1\nentries: {sub: [null]}\n',
  'apiVersion: v1\nentries: {sub: [[], 7, {}]}\n',
  'apiVersion: v1\nentries: {sub: [{name: sub, version: null, urls: [sub.tgz]}]}\n',
  'apiVersion: v1\nentries: {sub: [{name: sub, version: 1.0.0, urls: null, maintainers: [null]}]}\n',
])('an index with a missing value: %j', async (index) => {
  const server = await startRepository(index, sub);
  const home = temporaryFolder();
  await run('pkg', ['repo', 'add', 'acme', server.url], { cwd: home, home });
  for (const args of [
    ['pull', 'sub', '--repo', server.url],
    ['search', 'repo', 'acme/'],
  ]) {
    const { status, stderr } = await run('pkg', args, { cwd: home, home });
    expect([0, 1]).toContain(status);
    expect(stderr).not.toMatch(/PKG_INTERNAL|TypeError|node:internal/);
    if (args[0] === 'pull') expect(stderr).toMatch(/code: PKG_(?:REPOSITORY|CHART)_[A-Z_]+ /);
  }
  expect(readdirSync(home).filter((name) => name.endsWith('.tgz'))).toEqual([]);
});

test.each([
  ['of blanks', ' '.repeat(60 << 20), /empty/],
  ['of zeros', Buffer.alloc(60 << 20), /longer than 16 MiB/],
  [
    'with a line of 60 MB',
    `apiVersion: v1\nentries:\n  web:\n  - name: ${'a'.repeat(60 << 20)}\n`,
    /longer than 16 MiB/,
  ],
  ['of millions of charts', `apiVersion: v1\nentries:\n${'  a:\n'.repeat(10 << 20)}`, /more than 500000 charts/],
])('a large index %s is refused in little memory', async (_name, index, message) => {
  const server = await start((_request, response) => {
    response.end(index);
    return true;
  });
  const home = temporaryFolder();
  const env = { NODE_OPTIONS: '--max-old-space-size=100' };
  const { status, stderr } = await run('pkg', ['repo', 'add', 'acme', server.url], { cwd: home, home, env });
  expect([status, stderr]).toEqual([1, expect.stringMatching(message)]);
  expect(stderr).toContain('code: PKG_REPOSITORY_INVALID');
});

test('an index that unpacks to more than its limit is called too large', async () => {
  const packed = gzipSync(Buffer.alloc(300 << 20));
  const server = await start((_request, response) => {
    response.writeHead(200, { 'content-encoding': 'gzip' }).end(packed);
    return true;
  });
  const home = temporaryFolder();
  const { stderr } = await run('pkg', ['repo', 'add', 'acme', server.url], { cwd: home, home });
  expect(stderr).toContain('unpacks to more than 256 MiB');
});

test('a busy repository: the pause that it asks for by a date is told', async () => {
  const server = await start((_request, response) => {
    response.writeHead(429, { 'retry-after': new Date(Date.now() + 100_000).toUTCString() }).end();
    return true;
  });
  const home = temporaryFolder();
  for (const args of [
    ['repo', 'add', 'acme', server.url],
    ['pull', `oci://127.0.0.1:${server.port}/a/web:1.0.0`, '--plain-http'],
  ]) {
    const { status, stderr } = await run('pkg', args, { cwd: home, home });
    expect([status, stderr]).toEqual([1, expect.stringMatching(/it asks for a pause of (?:9\d|100) s/)]);
  }
});

// GHSA-c38g-469g-cmgx: control characters of an index reached the terminal. GHSA-v53g-5gjp-272r, GHSA-vmx8-mqv2-9gmg:
// a name or a version with slashes was written outside of the folder.
test.each([
  ['a version that leads out', 'sub', '../../evil'],
  ['a version with a path in its build metadata', 'sub', '1.0.0+../../evil'],
  ['a version that colours the terminal', 'sub', '1.0.0\u001b[2J'],
])('%s', async (_what, name, version) => {
  const entry = JSON.stringify({ name, version, description: 'red \u001b[31m text', urls: ['sub-1.0.0.tgz'] });
  const manifest = JSON.stringify({ apiVersion: 'v2', name, version });
  const archive = craftArchive([{ name: 'sub/Chart.yaml', data: manifest }]);
  const server = await startRepository(`apiVersion: v1\nentries: {sub: [${entry}]}\n`, archive);
  const cwd = join(chartsIn({ 'a/b/web': chartFiles('web', '1.0.0') }), 'a', 'b');
  const options = { cwd, home: temporaryFolder() };
  await run('pkg', ['repo', 'add', 'acme', server.url], options);
  for (const args of [
    ['search', 'repo', '--devel'],
    ['pull', 'sub', '--repo', server.url, '--devel'],
    ['pull', 'sub', '--repo', server.url, '--version', version, '--untar'],
    ['pull', `${server.url}/sub-1.0.0.tgz`, '--untar', '--untardir', 'in'],
  ]) {
    const { stdout, stderr } = await run('pkg', args, options);
    expect(stdout + stderr).not.toContain('\u001b');
    expect(stderr).not.toContain('PKG_INTERNAL');
  }
  expect(readdirSync(join(cwd, '..', '..'))).toEqual(['a']);
  expect(readdirSync(join(cwd, '..'))).toEqual(['b']);
});

// GHSA-jxpm-75mh-9fp7, GHSA-vh4v-2xq2-g5cg: the address of an upload led to another host, with the login.
test('an upload that is redirected to another host sends no login there', async () => {
  const elsewhere = await start((request, response) => {
    request.resume();
    response.writeHead(request.method === 'PUT' ? 201 : 202, { location: request.url }).end();
    return true;
  });
  const registry = await start((request, response) => {
    const { method, headers, url = '' } = request;
    request.resume();
    if (headers.authorization === undefined) {
      response.writeHead(401, { 'www-authenticate': 'Basic realm="charts"' }).end();
    } else if (method === 'HEAD') response.writeHead(404).end();
    else if (url.endsWith('/blobs/uploads/')) {
      response.writeHead(202, { location: `${elsewhere.url.replace('127.0.0.1', 'localhost')}/upload` }).end();
    } else response.writeHead(201).end();
    return true;
  });
  const cwd = chartsIn({ web: chartFiles('web', '1.0.0') });
  const options = { cwd, home: temporaryFolder() };
  expect((await run('pkg', ['package', 'web'], options)).status).toBe(0);
  const target = `oci://127.0.0.1:${registry.port}/team`;
  const login = ['--username', 'ada', '--password', 'secret', '--plain-http'];
  const { status, stderr } = await run('pkg', ['push', 'web-1.0.0.tgz', target, ...login], options);
  expect(status, stderr).toBe(0);
  expect(registry.asked.some(({ authorization }) => authorization !== undefined)).toBe(true);
  expect(elsewhere.asked.length).toBeGreaterThan(0);
  expect(elsewhere.asked.map(({ authorization }) => authorization)).toEqual(elsewhere.asked.map(() => undefined));
});

test('if a later target fails, publish names the finished ones, and publishes the rest when it runs again', async () => {
  let status = 500;
  const server = await start((request, response) => {
    request.resume();
    if (request.method === 'POST') response.writeHead(status).end('{"saved":true}');
    else response.end('apiVersion: v1\nentries: {}\n');
    return true;
  });
  const cwd = chartsIn({ web: chartFiles('web', '1.0.0') });
  const publish = (): Promise<Run> =>
    run('pkg', ['publish', 'web', './pages', server.url, '--bump', 'minor'], { cwd, home: cwd });
  const failed = await publish();
  expect(failed.status).toBe(1);
  expect(failed.stderr).toContain('does not take the upload (it answers 500)');
  expect(failed.stderr).toContain('note: already published: pages/web-1.0.0.tgz');
  expect(failed.stderr).toContain('hint: run the same command again: it publishes only what is missing');
  status = 201;
  const repeated = await publish();
  expect(repeated.status, repeated.stderr).toBe(0);
  expect(repeated.stdout).toMatch(/web-1\.0\.0\.tgz\s.*\sunchanged/);
  expect(repeated.stdout).toContain(`${server.url}/`);
  expect(repeated.stdout).toMatch(/\spublished$/m);
});
