/**
 * Registries of images that break off, send wrong data or are damaged; registries with logins, and hosts that must get
 * none.
 */
import { readFileSync, readdirSync, utimesSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { temporaryFolder } from '../chart/support.ts';
import { INDEX, Layout, MANIFEST } from '../support/image.ts';
import { LOGIN, findRegistry, startRegistry } from '../support/registry.ts';
import type { Registry } from '../support/registry.ts';
import { chartFiles, chartsIn, run, startPkg } from './support.ts';
import type { Run } from './support.ts';

const SIZE = 3 << 20;

/** Charts of one image. */
function chartsOf(image: string): string {
  const files = chartFiles('one', '1.0.0');
  const pod = `apiVersion: v1\nkind: Pod\nmetadata: {name: one}\nspec: {containers: [{name: one, image: "${image}"}]}\n`;
  return chartsIn({ one: { ...files, 'templates/pod.yaml': pod } });
}

describe('a registry that misbehaves', () => {
  let server: Server;
  let host: string;
  let layout: Layout;
  let digest: string;
  let cwd: string;
  let expected: Buffer;
  let asked: IncomingMessage[] = [];
  /** Answers in place of the registry; gives false to leave it to that. */
  let special: (request: IncomingMessage, response: ServerResponse, bytes: Buffer) => boolean = () => false;

  beforeAll(async () => {
    server = createServer((request, response) => {
      asked.push(request);
      const [, kind = '', name = ''] = /^\/v2\/app\/(manifests|blobs)\/(.*)$/.exec(request.url ?? '') ?? [];
      const wanted = name === '1' ? digest : name;
      const bytes = kind !== '' && wanted.startsWith('sha256:') ? layout.read(wanted) : Buffer.alloc(0);
      if (special(request, response, bytes)) return;
      const type = wanted === digest ? INDEX : MANIFEST;
      response.writeHead(200, { 'content-type': type, 'content-length': bytes.length });
      response.end(request.method === 'HEAD' ? undefined : bytes);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
    cwd = chartsOf(`${host}/app:1`);
    layout = new Layout(join(cwd, 'layout'));
    digest = layout.add(`${host}/app:1`, 'one', SIZE);
    const made = await bundle('expected.tar', '--from-layout', 'layout');
    if (made.status !== 0) throw new Error(made.stderr);
    expected = readFileSync(join(cwd, 'expected.tar'));
  });
  afterAll(() => server.close());

  function bundle(file: string, ...args: string[]): Promise<Run> {
    asked = [];
    const home = temporaryFolder();
    return run('pkg', ['bundle', 'one', '-o', file, '--images', '--plain-http', ...args], { cwd, home });
  }

  const isLarge = (bytes: Buffer): boolean => bytes.length === SIZE;

  test.each([true, false])(
    'an interrupted download continues where it was (ranges are supported: %s)',
    async (hasParts) => {
      special = (request, response, bytes) => {
        if (!isLarge(bytes)) return false;
        const from = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? 0);
        const rest = hasParts ? bytes.subarray(from) : bytes;
        response.writeHead(hasParts && from > 0 ? 206 : 200, { 'content-length': rest.length });
        // Each answer ends one megabyte later.
        const end = (hasParts ? 0 : from) + (1 << 20);
        if (end >= rest.length) response.end(rest);
        else response.write(rest.subarray(0, end), () => setTimeout(() => response.destroy(), 50));
        return true;
      };
      const { status, stderr } = await bundle('resumed.tar');
      expect(status, stderr).toBe(0);
      expect(readFileSync(join(cwd, 'resumed.tar')).equals(expected)).toBe(true);
      expect(asked.filter(({ headers }) => headers.range !== undefined).length).toBeGreaterThanOrEqual(2);
    },
  );

  test.each(['SIGINT', 'SIGTERM', 'SIGKILL'] as const)('ended by %s, nothing is left of a bundle', async (signal) => {
    const folder = temporaryFolder();
    let end = (): void => undefined;
    special = (_, response, bytes) => {
      if (!isLarge(bytes)) return false;
      response.writeHead(200, { 'content-length': SIZE });
      response.write(bytes.subarray(0, SIZE / 2), () => setTimeout(() => end(), 200));
      return true;
    };
    const [file, home] = [join(folder, 'ended.tar'), temporaryFolder()];
    const started = startPkg(['bundle', 'one', '-o', file, '--images', '--plain-http'], { cwd, home });
    end = () => void started.child.kill(signal);
    await started.ended;
    expect(started.child.signalCode).toBe(signal);
    // What nobody could remove is removed when it is old enough.
    const left = readdirSync(folder);
    expect(left).toHaveLength(signal === 'SIGKILL' ? 1 : 0);
    for (const name of left) utimesSync(join(folder, name), 0, 0);
    writeFileSync(join(folder, 'other.tar.1-00000000.tmp'), '');
    utimesSync(join(folder, 'other.tar.1-00000000.tmp'), 0, 0);
    special = () => false;
    expect((await bundle(file)).status).toBe(0);
    expect(readdirSync(folder).sort()).toEqual(['ended.tar', 'other.tar.1-00000000.tmp']);
  });

  const FAULTS: [string, RegExp, typeof special][] = [
    [
      'other bytes',
      /PKG_DIGEST_MISMATCH/,
      (_, response, bytes) => isLarge(bytes) && !!response.end(Buffer.alloc(SIZE)),
    ],
    ['fewer bytes', /PKG_DIGEST_MISMATCH/, (_, response, bytes) => isLarge(bytes) && !!response.end(bytes.subarray(1))],
    [
      'more bytes',
      /PKG_REPOSITORY_INVALID/,
      (_, response, bytes) => isLarge(bytes) && !!response.end(Buffer.concat([bytes, bytes])),
    ],
    ['no blob', /PKG_IMAGE_INVALID/, (_, response, bytes) => isLarge(bytes) && !!response.writeHead(404).end()],
    [
      'another manifest than was asked for',
      /PKG_DIGEST_MISMATCH/,
      ({ url = '' }, response) => url.includes('manifests/sha256') && !!response.end('{"layers":[]}'),
    ],
    [
      'no JSON',
      /PKG_IMAGE_INVALID/,
      ({ url = '' }, response) => url.endsWith('manifests/1') && !!response.end('<html></html>'),
    ],
    [
      'a chart in the place of an image',
      /PKG_IMAGE_INVALID/,
      ({ url = '' }, response) =>
        url.endsWith('manifests/1') &&
        !!response.end('{"mediaType":"application/vnd.docker.distribution.manifest.v1+json"}'),
    ],
    [
      'parts without sizes',
      /PKG_IMAGE_INVALID/,
      ({ url = '' }, response) =>
        url.endsWith('manifests/1') && !!response.end(`{"manifests":[{"digest":"sha256:${'a'.repeat(64)}"}]}`),
    ],
    [
      'a path for a digest',
      /PKG_IMAGE_INVALID/,
      ({ url = '' }, response) =>
        url.endsWith('manifests/1') && !!response.end('{"config":{"digest":"sha256:../../etc","size":1},"layers":[]}'),
    ],
  ];

  test.each(FAULTS)('%s: refused, and no file is left', async (_, code, fault) => {
    special = fault;
    const { status, stderr } = await bundle('bad.tar');
    expect(status).toBe(1);
    expect(stderr).toMatch(code);
    expect(readdirSync(cwd).filter((name) => name.startsWith('bad'))).toEqual([]);
  });

  test('the login for the chart is not sent to registries of images', async () => {
    special = ({ headers }, response) => {
      if (headers.authorization !== undefined) return false;
      response.writeHead(401, { 'www-authenticate': 'Basic realm="images"' }).end();
      return true;
    };
    const refused = await bundle('login.tar', '--username', 'ada', '--password', 'secret');
    expect(refused.stderr).toContain('PKG_REPOSITORY_UNAUTHORIZED');
    expect(asked.some(({ headers }) => headers.authorization !== undefined)).toBe(false);
  });
});

const program = await findRegistry();

describe.skipIf(program === undefined).each(['basic', 'token'] as const)('a registry with logins (%s)', (auth) => {
  let registry: Registry;
  beforeAll(async () => {
    registry = await startRegistry(program ?? '', auth);
  });
  afterAll(() => registry.close());

  test('images are pushed, resolved and downloaded with the stored login', async () => {
    const cwd = chartsOf('acme.example/team/app:1');
    const layout = new Layout(join(cwd, 'layout'));
    const digest = layout.add('acme.example/team/app:1', 'one');
    // The same layers, so that they can be mounted.
    const home = temporaryFolder();
    const pkg = (...args: string[]): Promise<Run> => run('pkg', args, { cwd, home });
    const tls = ['--ca-file', registry.caFile];
    const made = await pkg('bundle', 'one', '-o', 'one.tar', '--images', '--from-layout', 'layout');
    expect(made.status, made.stderr).toBe(0);
    const mirror = `oci://${registry.host}/mirror`;
    expect((await pkg('bundle', 'push', 'one.tar', mirror, ...tls)).stderr).toContain('PKG_REPOSITORY_UNAUTHORIZED');
    const login = ['-u', LOGIN.username, '-p', LOGIN.password];
    expect((await pkg('registry', 'login', registry.host, ...login, ...tls)).status).toBe(0);
    const pushed = await pkg('bundle', 'push', 'one.tar', mirror, ...tls);
    expect(pushed.status, pushed.stderr).toBe(0);
    expect(pushed.stdout).toContain(digest);
    const copied = chartsOf(`${registry.host}/mirror/acme.example/team/app:1`);
    const resolved = await run('pkg', ['images', 'one', '--resolve', ...tls], { cwd: copied, home });
    expect(resolved.stdout, resolved.stderr).toContain(`app:1@${digest}\n`);
    const back = await run('pkg', ['bundle', 'one', '-o', 'back.tar', '--images', ...tls], { cwd: copied, home });
    expect(back.status, back.stderr).toBe(0);
    const twice = await pkg('bundle', 'push', join(copied, 'back.tar'), `oci://${registry.host}/other`, ...tls);
    expect(twice.status, twice.stderr).toBe(0);
  });
});
