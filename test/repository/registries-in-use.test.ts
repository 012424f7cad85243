/**
 * Behaviour of registries in use that no specification asks for, each reported by users of some client. The real helm runs
 * against the same server, and pkg must succeed where it does.
 */
import { createHash } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { RemoteClient } from '../../src/repository/http.ts';
import { uploadBlob } from '../../src/repository/registry-push.ts';
import { RegistrySession } from '../../src/repository/registry-session.ts';
import { craftArchive, temporaryFolder } from '../chart/support.ts';
import { createAuthority } from '../controlplane/certificates.ts';
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

// https://github.com/goharbor/harbor/issues/17097
test.each([400, 401, 404, 405])('a layer is uploaded where mounting it is answered with %i', async (status) => {
  special = ({ method }, response, url) => {
    if (method === 'HEAD') response.writeHead(404).end();
    else if (url.searchParams.has('mount')) response.writeHead(status).end();
    else return false;
    return true;
  };
  blobs = new Map();
  const http = new RemoteClient({ caFile: '', certFile: '', keyFile: '', insecure: false }, {}, { pause: 1 });
  const login = { username: '', password: '', identityToken: '', registryToken: '' };
  const session = new RegistrySession(http, { plainHttp: true, login: async () => login });
  const target = { host: `127.0.0.1:${server.port}`, path: 'r/sub' };
  const read = (at: number, length: number): Uint8Array => archive.subarray(at, at + length);
  const blob = { mediaType: '', digest: digestOf(archive), size: archive.length, read };
  await uploadBlob(session, target, blob, () => undefined, 'r/other').finally(() => void http.close());
  expect(blobs.get(digestOf(archive))).toEqual(archive);
});

// https://github.com/distribution/distribution/issues/479
test('a chart is pushed where a registry behind a proxy names itself by plain HTTP', async () => {
  const authority = await createAuthority();
  const shown = await authority.server(['127.0.0.1']);
  const asked: string[] = [];
  const behind = await startChartServer('/nowhere', {
    tls: { shown, authority },
    serve: ({ method, url, headers }, response) => {
      asked.push(`${method} ${url?.replace(/\?.*/, '')} ${headers.authorization?.slice(0, 5)}`);
      if (headers.authorization === undefined) response.writeHead(401, { 'www-authenticate': 'Basic realm="r"' }).end();
      else if (method === 'HEAD') response.writeHead(404).end();
      else {
        const location = `http://127.0.0.1:${behind.port}/v2/r/sub/blobs/uploads/1`;
        response.writeHead(method === 'POST' ? 202 : 201, { location }).end();
      }
      return true;
    },
  });
  try {
    const home = temporaryFolder();
    writeFileSync(join(home, 'sub-1.0.0.tgz'), archive);
    writeFileSync(join(home, 'ca.pem'), authority.certificate);
    const login = ['--username', 'ada', '--password', 'secret', '--ca-file', 'ca.pem'];
    const args = ['push', 'sub-1.0.0.tgz', `oci://127.0.0.1:${behind.port}/r`, ...login];
    const { status, stderr } = await run('pkg', args, { cwd: home, home });
    expect(status, stderr).toBe(0);
    expect(asked.filter((one) => one.startsWith('PUT'))).toEqual([
      'PUT /v2/r/sub/blobs/uploads/1 Basic',
      'PUT /v2/r/sub/blobs/uploads/1 Basic',
      'PUT /v2/r/sub/manifests/1.0.0 Basic',
    ]);
  } finally {
    behind.close();
  }
});

// https://github.com/sigstore/cosign/issues/2973
test('a registry that refuses to read tags that do not exist: the chart counts as not signed', async () => {
  const answer: Special = (_request, response, url) =>
    url.pathname.includes('/manifests/sha256-') && response.writeHead(403).end() !== undefined;
  const bundled = await command('pkg', answer, 'bundle', 'oci://HOST/r/sub:1.0.0', '-o', 'b.tar', '--plain-http');
  expect(bundled.status, bundled.stderr).toBe(0);
  expect(bundled.stderr).toMatch(/warning: the bundle lacks a signature of .*: sha256-\w+\.sig: .* may not be read/);
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

describe('a chart repository', () => {
  /** Runs a command with an empty home against a repository that has a chart, and answers otherwise as given. */
  async function withRepository(
    program: 'helm' | 'pkg',
    answer: Special,
    args: (url: string) => string[],
  ): Promise<Run & { home: string }> {
    const folder = temporaryFolder();
    const urls = `[sub-1.0.0.tgz]`;
    const entry = `{name: sub, version: 1.0.0, digest: ${digestOf(archive).slice(7)}, urls: ${urls}}`;
    writeFileSync(join(folder, 'index.yaml'), `apiVersion: v1\nentries: {sub: [${entry}]}\n`);
    writeFileSync(join(folder, 'sub-1.0.0.tgz'), archive);
    const repository = await startChartServer(folder, {
      serve: (request, response) => answer(request, response, new URL(request.url ?? '', 'http://server')),
    });
    const home = temporaryFolder();
    try {
      return { ...(await run(program, args(repository.url), { cwd: home, home })), home };
    } finally {
      repository.close();
    }
  }

  function bundleFrom(answer: Special): Promise<Run> {
    return withRepository('pkg', answer, (url) => ['bundle', 'sub', '--repo', url, '-o', 'b.tar']);
  }

  const provenance =
    (status: number, body = ''): Special =>
    (_request, response, url) =>
      url.pathname.endsWith('.prov') && response.writeHead(status).end(body) !== undefined;

  // S3 answers 403 for what does not exist, unless its folder may be listed.
  test.each([204, 400, 401, 403, 404, 405, 410])('that answers %i for a missing provenance', async (status) => {
    for (const program of ['helm', 'pkg'] as const) {
      const pulled = await withRepository(program, provenance(status), (url) => [
        'pull',
        'sub',
        '--repo',
        url,
        '--prov',
      ]);
      expect(pulled.status, pulled.stderr).toBe(0);
      expect(readdirSync(pulled.home)).toContain('sub-1.0.0.tgz');
      expect(pulled.stdout + pulled.stderr).toMatch(/warning/i);
    }
    const bundled = await bundleFrom(provenance(status));
    expect(bundled.status, bundled.stderr).toBe(0);
    const verified = await withRepository('pkg', provenance(status), (url) => [
      'pull',
      'sub',
      '--repo',
      url,
      '--verify',
    ]);
    expect(verified.stderr).toContain('there is no provenance');
  });

  test('that fails for the provenance: only a bundle needs it', async () => {
    const pulled = await withRepository('pkg', provenance(500), (url) => ['pull', 'sub', '--repo', url, '--prov']);
    expect(pulled.status, pulled.stderr).toBe(0);
    expect(pulled.stderr).toContain('it answers 500');
    const bundled = await bundleFrom(provenance(500));
    expect(bundled.status).toBe(1);
  });

  test('that answers every address with a page: the bundle has no provenance', async () => {
    const page = provenance(200, '<!DOCTYPE html><html></html>');
    const { status, stderr } = await bundleFrom(page);
    expect(status, stderr).toBe(0);
    expect(stderr).toContain('warning: the bundle holds no provenance of');
  });

  test('that redirects to another server, which asks for a login', async () => {
    const answer: Special = ({ headers }, response, url) => {
      if (headers.host?.startsWith('localhost') === true) response.writeHead(401).end();
      else
        response.writeHead(302, { location: `http://localhost:${headers.host?.split(':')[1]}${url.pathname}` }).end();
      return true;
    };
    const login = ['--username', 'ada', '--password', 'secret'];
    for (const program of ['helm', 'pkg'] as const) {
      const { status, stderr } = await withRepository(program, answer, (url) => ['repo', 'add', 'r', url, ...login]);
      expect(status).toBe(1);
      if (program === 'pkg')
        expect(stderr).toMatch(/it redirects to http:\/\/localhost:\d+, to which no login is sent/);
    }
  });

  test('whose address has index.yaml at its end', async () => {
    const { stderr } = await withRepository(
      'pkg',
      () => false,
      (url) => ['repo', 'add', 'r', `${url}/index.yaml`],
    );
    expect(stderr).toContain('without index.yaml');
  });
});

describe('errors', () => {
  test('a repository that a push does not create', async () => {
    const answer: Special = ({ method }, response) => method !== 'GET' && response.writeHead(404).end() !== undefined;
    const { stderr } = await command('pkg', answer, ...push);
    expect(stderr).toContain('create the repository in the registry first');
  });

  test('an upload that a proxy finds too large', async () => {
    const limit = 'have the limit raised that the server, or a proxy before it, sets';
    const answer: Special = ({ method }, response) =>
      method !== 'GET' && response.writeHead(method === 'HEAD' ? 404 : 413).end() !== undefined;
    expect((await command('pkg', answer, ...push)).stderr).toContain(limit);
    const upload = ['push', 'sub-1.0.0.tgz', 'http://HOST/charts'];
    const repository: Special = (request, response, url) => {
      if (url.pathname === '/charts/index.yaml') response.end('apiVersion: v1\nentries: {}\n');
      else return answer(request, response, url);
      return true;
    };
    expect((await command('pkg', repository, ...upload)).stderr).toContain(limit);
  });

  test('a redirect to another server, which gets no upload', async () => {
    const answer: Special = ({ method }, response) => {
      if (method === 'HEAD') response.writeHead(404).end();
      else response.writeHead(307, { location: 'http://other.example/v2/' }).end();
      return true;
    };
    const { stderr } = await command('pkg', answer, ...push);
    expect(stderr).toContain('it redirects to http://other.example/v2/, to which no upload is sent');
  });

  test('a registry that lists no tags', async () => {
    const answer: Special = (_request, response, url) =>
      url.pathname.endsWith('/tags/list') && response.writeHead(405).end() !== undefined;
    const { stderr } = await command('pkg', answer, ...pull);
    expect(stderr).toContain('if the registry does not list versions, name an exact one');
    expect((await command('pkg', answer, ...pull, '--version', '1.0.0')).status).toBe(0);
  });
});
