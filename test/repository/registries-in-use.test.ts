/**
 * Behaviour of registries in use that no specification asks for, each reported by users of some client. The real helm runs
 * against the same server, and pkg must succeed where it does.
 */
import { createHash } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { craftArchive, temporaryFolder } from '../chart/support.ts';
import { startChartServer } from '../support/chart-server.ts';
import type { ChartServer } from '../support/chart-server.ts';
import { run } from './support.ts';
import type { Run } from './support.ts';

const MANIFEST = 'application/vnd.oci.image.manifest.v1+json';
const digestOf = (bytes: Uint8Array | string): string => `sha256:${createHash('sha256').update(bytes).digest('hex')}`;

const archive = craftArchive([{ name: 'sub/Chart.yaml', data: 'apiVersion: v2\nname: sub\nversion: 1.0.0\n' }]);
const config = Buffer.from('{"name":"sub","version":"1.0.0","apiVersion":"v2"}');
const manifest = Buffer.from(
  JSON.stringify({
    schemaVersion: 2,
    config: { mediaType: 'application/vnd.cncf.helm.config.v1+json', digest: digestOf(config), size: config.length },
    layers: [
      {
        mediaType: 'application/vnd.cncf.helm.chart.content.v1.tar+gzip',
        digest: digestOf(archive),
        size: archive.length,
      },
    ],
  }),
);
const IMAGE = Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType: MANIFEST, config: {}, layers: [] }));

/** Answers before the registry does; returns whether it did. */
type Special = (request: IncomingMessage, response: ServerResponse, url: URL) => boolean;
let special: Special = () => false;
let server: ChartServer;
/** What was uploaded, and where a manifest was written. */
let blobs: Map<string, Buffer>;
let written: string[];

beforeAll(async () => {
  server = await startChartServer('/nowhere', {
    serve: (request, response) => {
      const { method = '' } = request;
      const url = new URL(request.url ?? '', 'http://server');
      if (special(request, response, url)) return true;
      const path = url.pathname.replace('/v2/r/sub/', '');
      const body: Buffer[] = [];
      request.on('data', (chunk: Buffer) => body.push(chunk));
      request.on('end', () => {
        if (method === 'POST') response.writeHead(202, { location: '/v2/r/sub/blobs/uploads/1' }).end();
        else if (method === 'PUT' && path.startsWith('blobs/')) {
          blobs.set(url.searchParams.get('digest') ?? '', Buffer.concat(body));
          response.writeHead(201, { location: '/' }).end();
        } else if (method === 'PUT') {
          written.push(path);
          response.writeHead(201, { location: '/' }).end();
        } else if (path === '/v2/') response.end('{}');
        else if (path === 'tags/list') response.end('{"name":"r/sub","tags":["1.0.0"]}');
        else if (path === 'manifests/1.0.0' || path === `manifests/${digestOf(manifest)}`) {
          const length = method === 'HEAD' ? { 'content-length': manifest.length } : {};
          response.writeHead(200, { 'content-type': MANIFEST, 'docker-content-digest': digestOf(manifest), ...length });
          response.end(manifest);
        } else if (blobs.has(path.slice('blobs/'.length))) response.end(blobs.get(path.slice('blobs/'.length)));
        else response.writeHead(404).end('{"errors":[{"code":"NOT_FOUND","message":"not here"}]}');
      });
      return true;
    },
  });
});
afterAll(() => server.close());

/** Runs a command of a new user against the registry. */
async function command(program: 'helm' | 'pkg', answer: Special, ...args: string[]): Promise<Run> {
  special = answer;
  blobs = new Map([archive, config].map((one) => [digestOf(one), one]));
  written = [];
  server.asked.splice(0);
  const home = temporaryFolder();
  writeFileSync(join(home, 'sub-1.0.0.tgz'), archive);
  const words = args.map((arg) => arg.replace('HOST', `127.0.0.1:${server.port}`));
  return await run(program, words, { cwd: home, home });
}

const login = ['registry', 'login', 'HOST', '--username', 'ada', '--password', 'secret', '--plain-http'];
const pull = ['pull', 'oci://HOST/r/sub', '--plain-http'];
const push = ['push', 'sub-1.0.0.tgz', 'oci://HOST/r', '--plain-http'];

/** A token server beside the registry: it takes `ada` and `secret`, and is asked as `token` says. */
function withTokens(token: (request: IncomingMessage, url: URL) => number): Special {
  return (request, response, url) => {
    if (url.pathname === '/token') {
      const status = token(request, url);
      response.writeHead(status).end(status === 200 ? '{"token":"abc"}' : '{"message":"the login has expired"}');
      return true;
    }
    if (request.headers.authorization === 'Bearer abc') return false;
    const challenge = `Bearer realm="http://127.0.0.1:${server.port}/token",service="s"`;
    response.writeHead(401, { 'www-authenticate': challenge }).end();
    return true;
  };
}
const isAda = ({ headers }: IncomingMessage): boolean =>
  headers.authorization === `Basic ${Buffer.from('ada:secret').toString('base64')}`;

describe('a login asks for a token without a scope', () => {
  test.each(['helm', 'pkg'] as const)('for servers that refuse an empty one: %s', async (program) => {
    const answer = withTokens((request, url) =>
      url.searchParams.get('scope') === '' ? 400 : isAda(request) ? 200 : 401,
    );
    const { status, stderr } = await command(program, answer, ...login);
    expect(status, stderr).toBe(0);
  });

  // https://github.com/go-gitea/gitea/pull/20573
  test.each(['helm', 'pkg'] as const)('for servers that give a token to whoever names one: %s', async (program) => {
    const { status } = await command(
      program,
      withTokens((_request, url) => (url.searchParams.has('scope') ? 200 : 401)),
      ...login,
    );
    expect(status).toBe(1);
  });
});

test('a token server that refuses a login: its reason is told, and that the login may be the cause', async () => {
  const { status, stderr } = await command(
    'pkg',
    withTokens(() => 403),
    ...pull,
    '--username',
    'ada',
    '--password',
    'old',
  );
  expect(status).toBe(1);
  expect(stderr).toContain('it says: the login has expired');
  expect(stderr).toContain('check the login, which may have expired');
});

test.each(['helm', 'pkg'] as const)('answers that are compressed without being asked: %s', async (program) => {
  const answer: Special = ({ method }, response, url) => {
    if (method === 'HEAD' || url.pathname.includes('/blobs/')) return false;
    response.setHeader('content-encoding', 'gzip');
    const end = response.end.bind(response);
    response.end = ((body: string | Buffer = '') => end(gzipSync(body))) as typeof response.end;
    return false;
  };
  const { status, stderr } = await command(program, answer, ...pull);
  expect(status, stderr).toBe(0);
});

// helm follows the first link, whatever it is, and never ends.
test.each([
  '</v2/r/sub/tags/list>; rel="first", </v2/r/sub/tags/list?last=0.9.0&n=1>; rel="next"',
  '</v2/r/sub/tags/list?last=0.9.0&n=1>; rel="next", </v2/r/sub/tags/list>; rel="prev"',
  '</v2/r/sub/tags/list?last=0.9.0&n=1>; title="a, b"; rel=next',
  '</v2/r/sub/tags/list?last=0.9.0&n=1>',
])('a list of tags goes on with the next page: %s', async (link) => {
  const { status, stderr } = await command(
    'pkg',
    (_request, response, url) => {
      if (!url.pathname.endsWith('/tags/list')) return false;
      const isLast = url.searchParams.has('last');
      response.setHeader('link', isLast ? '</v2/r/sub/tags/list>; rel="prev"' : link);
      response.end(JSON.stringify({ tags: isLast ? ['1.0.0'] : ['0.9.0'] }));
      return true;
    },
    ...pull,
  );
  expect(status, stderr).toBe(0);
  expect(server.asked.filter(({ path }) => path.includes('tags/list'))).toHaveLength(2);
});

test('tags of which none is a version are named', async () => {
  const tags: Special = (_request, response, url) =>
    url.pathname.endsWith('/tags/list') && response.end('{"tags":["v1.0.0","latest"]}') !== undefined;
  const { stderr } = await command('pkg', tags, ...pull);
  expect(stderr).toContain('none of its tags is a version as 1.2.3: v1.0.0, latest');
  expect(stderr).toContain('hint: name one with --version');
});

test.each([400, 401, 403, 405, 501])('a chart is pushed where HEAD of blobs is answered with %i', async (status) => {
  const answer: Special = ({ method }, response) => method === 'HEAD' && response.writeHead(status).end() !== undefined;
  const result = await command('pkg', answer, ...push);
  expect(result.status, result.stderr).toBe(0);
  expect(written).toEqual(['manifests/1.0.0']);
});

test.each([400, 403, 404, 405])('the digest of an image is found where HEAD is answered with %i', async (status) => {
  const chart = temporaryFolder();
  const image = `127.0.0.1:${server.port}/r/sub:7`;
  writeFileSync(join(chart, 'Chart.yaml'), 'apiVersion: v2\nname: web\nversion: 1.0.0\n');
  writeFileSync(join(chart, 'values.yaml'), `image: ${image}\n`);
  const answer: Special = ({ method }, response, url) => {
    if (!url.pathname.endsWith('/manifests/7')) return false;
    if (method === 'HEAD') response.writeHead(status).end();
    else response.writeHead(200, { 'content-type': MANIFEST }).end(IMAGE);
    return true;
  };
  const { stdout, stderr } = await command('pkg', answer, 'images', chart, '--all', '--resolve', '--plain-http');
  expect(stdout, stderr).toContain(digestOf(IMAGE));
});

describe('errors', () => {
  test('a repository that a push does not create', async () => {
    const answer: Special = ({ method }, response) => method !== 'GET' && response.writeHead(404).end() !== undefined;
    const { stderr } = await command('pkg', answer, ...push);
    expect(stderr).toContain('create the repository in the registry first');
  });

  test('a redirect to another server, which gets no upload', async () => {
    const answer: Special = ({ method }, response) => {
      if (method === 'HEAD') response.writeHead(404).end();
      else response.writeHead(307, { location: 'http://other.example/v2/' }).end();
      return true;
    };
    const { stderr } = await command('pkg', answer, ...push);
    expect(stderr).toContain('it redirects to http://other.example, to which nothing is sent');
  });

  test('a registry that lists no tags', async () => {
    const answer: Special = (_request, response, url) =>
      url.pathname.endsWith('/tags/list') && response.writeHead(405).end() !== undefined;
    const { stderr } = await command('pkg', answer, ...pull);
    expect(stderr).toContain('if the registry does not list versions, name an exact one');
    expect((await command('pkg', answer, ...pull, '--version', '1.0.0')).status).toBe(0);
  });
});
