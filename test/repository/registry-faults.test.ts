/** Unusual and wrong behaviour of registries. */
import { createHash } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parseChallenge } from '../../src/repository/registry-auth.ts';
import { craftArchive, temporaryFolder } from '../chart/support.ts';
import { createAuthority } from '../controlplane/certificates.ts';
import { startChartServer } from '../support/chart-server.ts';
import type { ChartServer } from '../support/chart-server.ts';
import { chartFiles, chartsIn, expectSame, update } from './support.ts';

const CONFIG = 'application/vnd.cncf.helm.config.v1+json';
const MANIFEST = 'application/vnd.oci.image.manifest.v1+json';
const INDEX = 'application/vnd.oci.image.index.v1+json';
const LAYER = 'application/vnd.cncf.helm.chart.content.v1.tar+gzip';

const archive = craftArchive([{ name: 'sub/Chart.yaml', data: 'apiVersion: v2\nname: sub\nversion: 1.0.0\n' }]);
const config = Buffer.from('{"name":"sub","version":"1.0.0","apiVersion":"v2"}');
const digestOf = (bytes: Buffer): string => `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
const descriptor = (mediaType: string, bytes: Buffer): Record<string, unknown> => ({
  mediaType,
  digest: digestOf(bytes),
  size: bytes.length,
});
const manifest = (layer = LAYER, kind = CONFIG): Buffer =>
  Buffer.from(
    JSON.stringify({
      schemaVersion: 2,
      mediaType: MANIFEST,
      config: descriptor(kind, config),
      layers: [descriptor(layer, archive)],
    }),
  );

/** Answers like a registry that holds one chart, unless a test answers first. */
type Answer = (path: string, request: IncomingMessage, response: ServerResponse) => boolean;
let special: Answer = () => false;
let server: ChartServer;
let elsewhere: ChartServer;
let env: Record<string, string>;

function send(response: ServerResponse, body: Buffer, type = 'application/octet-stream'): true {
  response.writeHead(200, {
    'content-type': type,
    'content-length': body.length,
    'docker-content-digest': digestOf(body),
  });
  response.end(body);
  return true;
}

beforeAll(async () => {
  const authority = await createAuthority();
  const shown = await authority.server(['127.0.0.1', 'localhost']);
  const file = join(temporaryFolder(), 'ca.pem');
  writeFileSync(file, authority.certificate);
  env = { SSL_CERT_FILE: file };
  elsewhere = await startChartServer('/nowhere', {
    tls: { shown, authority },
    serve: (_request, response) => send(response, archive),
  });
  server = await startChartServer('/nowhere', {
    tls: { shown, authority },
    serve: (request, response) => {
      const path = (request.url ?? '').replace('/v2/r/sub/', '');
      if (special(path, request, response)) return true;
      if (path === 'tags/list')
        return send(response, Buffer.from('{"name":"r/sub","tags":["1.0.0"]}'), 'application/json');
      if (path === 'manifests/1.0.0' || path === `manifests/${digestOf(manifest())}`)
        return send(response, manifest(), MANIFEST);
      if (path === `blobs/${digestOf(archive)}`) return send(response, archive);
      if (path === `blobs/${digestOf(config)}`) return send(response, config);
      return false;
    },
  });
});
afterAll(() => {
  server.close();
  elsewhere.close();
});

/** The verdict of both, which must be one. */
async function verdict(
  version: string,
  answer: Answer,
  more: Record<string, string> = {},
): Promise<{ status: number | null; stderr: string }> {
  special = answer;
  const dependency = `{name: sub, version: "${version}", repository: "oci://127.0.0.1:${server.port}/r"}`;
  const folder = chartsIn({ web: chartFiles('web', '1.0.0', `dependencies:\n- ${dependency}\n`) });
  return (await expectSame(folder, { env: { ...env, ...more } })).pkg;
}

describe('a registry', () => {
  test('that works', async () => {
    expect((await verdict('^1.0.0', () => false)).status).toBe(0);
  });

  test('that lists tags in pages', async () => {
    const { status } = await verdict('^1.0.0', (path, _request, response) => {
      if (!path.startsWith('tags/list')) return false;
      const page = Number(/\?page=(\d)/.exec(path)?.[1] ?? 0);
      if (page < 3) response.setHeader('link', `</v2/r/sub/tags/list?page=${page + 1}>; rel="next"`);
      const tags = [['latest'], [], ['0.1.0', '1.0'], ['1.0.0', 'v1.2.0', '2.0.0']][page];
      response.end(JSON.stringify({ tags }));
      return true;
    });
    expect(status).toBe(0);
  });

  test('whose chart is an index of manifests, or of an old kind', async () => {
    const index = Buffer.from(
      JSON.stringify({ schemaVersion: 2, mediaType: INDEX, manifests: [descriptor(MANIFEST, manifest())] }),
    );
    const at = (path: string): boolean => path === 'manifests/1.0.0';
    expect(
      (await verdict('1.0.0', (path, _request, response) => at(path) && send(response, index, INDEX))).status,
    ).toBe(0);
    const old = manifest('application/tar+gzip');
    expect(
      (await verdict('1.0.0', (path, _request, response) => at(path) && send(response, old, MANIFEST))).status,
    ).toBe(0);
    const image = manifest(LAYER, 'application/vnd.oci.image.config.v1+json');
    const { stderr } = await verdict(
      '1.0.0',
      (path, _request, response) => at(path) && send(response, image, MANIFEST),
    );
    expect(stderr).toContain('is not a Helm chart');
  });

  test.each([1, -1, undefined])('that gives another size for the chart: %s', async (more) => {
    const wrong = JSON.parse(manifest().toString()) as { layers: [{ size: number | undefined }] };
    wrong.layers[0].size = more === undefined ? undefined : archive.length + more;
    const bytes = Buffer.from(JSON.stringify(wrong));
    const { status, stderr } = await verdict(
      '1.0.0',
      (path, _request, response) => path === 'manifests/1.0.0' && send(response, bytes, MANIFEST),
    );
    expect(status).not.toBe(0);
    expect(stderr).toMatch(/gives sha256:\w+ \d+ bytes, and it has \d+/);
  });

  test.each([
    ['identitytoken', 'POST', 'grant_type=refresh_token&refresh_token=xyz'],
    ['registrytoken', '', ''],
  ])('whose login is stored as an %s', async (kind, method, form) => {
    const docker = temporaryFolder();
    const auths = { [`127.0.0.1:${server.port}`]: { [kind]: 'xyz' } };
    writeFileSync(join(docker, 'config.json'), JSON.stringify({ auths }));
    const asked: string[] = [];
    const answer: Answer = (path, request, response) => {
      if (path.startsWith('/token')) {
        let body = '';
        request.on('data', (chunk: Buffer) => (body += chunk.toString()));
        request.on('end', () => {
          asked.push(
            `${request.method} ${[...new URLSearchParams(body)]
              .filter(([key]) => /grant|refresh/.test(key))
              .map((pair) => pair.join('='))
              .join('&')}`,
          );
          response.end('{"access_token":"xyz"}');
        });
      } else if (request.headers.authorization !== 'Bearer xyz') {
        response.writeHead(401, { 'www-authenticate': `Bearer realm="${server.url}/token",service="s"` }).end();
      } else return false;
      return true;
    };
    expect((await verdict('1.0.0', answer, { DOCKER_CONFIG: docker })).status).toBe(0);
    const expected = method === '' ? [] : [`${method} ${form}`];
    expect([...new Set(asked)]).toEqual(expected);
  });

  test('that gives an invalid digest for a manifest', async () => {
    special = (path, _request, response) => {
      if (path !== 'manifests/1.0.0') return false;
      response.writeHead(200, { 'content-type': MANIFEST, 'docker-content-digest': 'sha256:abc' }).end(manifest());
      return true;
    };
    const dependency = `{name: sub, version: 1.0.0, repository: "oci://127.0.0.1:${server.port}/r"}`;
    const folder = chartsIn({ web: chartFiles('web', '1.0.0', `dependencies:\n- ${dependency}\n`) });
    expect((await update('pkg', folder, { env })).stderr).toContain('code: PKG_DIGEST_MISMATCH');
  });

  test('beside another one: a login on the command line is sent to neither', async () => {
    special = (_path, request, response) => {
      if (request.headers.authorization !== undefined) return false;
      response.writeHead(401, { 'www-authenticate': 'Basic realm="r"' }).end();
      return true;
    };
    const lines = [server, elsewhere].map(
      ({ port }, at) => `- {name: sub, alias: s${at}, version: 1.0.0, repository: "oci://127.0.0.1:${port}/r"}\n`,
    );
    const args = ['--username', 'ada', '--password', 'lovelace'];
    const before = [server.asked.length, elsewhere.asked.length];
    const both = chartsIn({ web: chartFiles('web', '1.0.0', `dependencies:\n${lines.join('')}`) });
    const { stderr } = await update('pkg', both, { env, args });
    expect(stderr).toContain('code: PKG_USAGE');
    expect(stderr).toContain(`127.0.0.1:${server.port}, 127.0.0.1:${elsewhere.port}`);
    expect([server.asked.length, elsewhere.asked.length]).toEqual(before);
    const one = chartsIn({ web: chartFiles('web', '1.0.0', `dependencies:\n${lines[0]}`) });
    expect((await update('pkg', one, { env, args })).status).toBe(0);
  });

  test('that redirects to another server, which gets no login', async () => {
    const before = elsewhere.asked.length;
    const { status } = await verdict('1.0.0', (path, request, response) => {
      if (request.headers.authorization === undefined && path.startsWith('manifests')) {
        response.writeHead(401, {
          'www-authenticate': `Bearer realm="${server.url}/token",service="s",scope="repository:r/sub:pull"`,
        });
        response.end();
      } else if (path.startsWith('/token')) response.end('{"access_token":"abc"}');
      else if (path === `blobs/${digestOf(archive)}`) {
        response.writeHead(307, { location: `${elsewhere.url.replace('127.0.0.1', 'localhost')}/blob` }).end();
      } else return false;
      return true;
    });
    expect(status).toBe(0);
    expect(elsewhere.asked.slice(before).map(({ authorization }) => authorization)).toEqual([undefined, undefined]);
  });

  test.each([
    [
      'another archive than the manifest says',
      (path, response) => path.startsWith(`blobs/${digestOf(archive)}`) && send(response, Buffer.from('other')),
    ],
    [
      'nothing that is JSON',
      (path, response) => path === 'manifests/1.0.0' && send(response, Buffer.from('<html>'), 'text/html'),
    ],
    ['no manifest', (path, response) => path === 'manifests/1.0.0' && send(response, Buffer.from('{}'), MANIFEST)],
    ['an error without end', (_path, response) => response.writeHead(500).end('x'.repeat(10_000)) !== null],
    [
      'a denial',
      (_path, response) =>
        response.writeHead(403).end('{"errors":[{"code":"DENIED","message":"not for you"}]}') !== null,
    ],
    [
      'a challenge that nobody knows',
      (_path, response) => response.writeHead(401, { 'www-authenticate': 'Negotiate' }).end() !== null,
    ],
    [
      'a place for tokens without TLS',
      (_path, response) =>
        response.writeHead(401, { 'www-authenticate': 'Bearer realm="http://127.0.0.1/t"' }).end() !== null,
    ],
    [
      'a place for tokens inside of the network',
      (_path, response) =>
        response.writeHead(401, { 'www-authenticate': 'Bearer realm="https://10.0.0.1/t"' }).end() !== null,
    ],
  ] as readonly (readonly [string, (path: string, response: ServerResponse) => boolean])[])(
    'that answers with %s',
    async (_name, answer) => {
      const { status } = await verdict('1.0.0', (path, _request, response) => answer(path, response));
      expect(status).toBe(1);
    },
  );
});

test.each([
  ['Basic realm="x"', 'basic', { realm: 'x' }],
  [
    'bearer realm="https://a/t?x=1,2" , service=s,scope="repository:a/b:pull,push"',
    'bearer',
    { realm: 'https://a/t?x=1,2', service: 's', scope: 'repository:a/b:pull,push' },
  ],
  ['Bearer realm="a\\"b"', 'bearer', { realm: 'a"b' }],
  ['', '', {}],
  [[], '', {}],
  [undefined, '', {}],
  ['Bearer', 'bearer', {}],
  ['Basic realm="a, Bearer b=c"', 'basic', { realm: 'a, Bearer b=c' }],
  ['Bearer realm="https://a/t",service="s", Basic realm="x"', 'bearer', { realm: 'https://a/t', service: 's' }],
  [['Basic realm="x"', 'Bearer realm="https://a/t"'], 'basic', { realm: 'x' }],
  [['Bearer realm="https://a/t"', 'Basic realm="x"'], 'bearer', { realm: 'https://a/t' }],
  ['Negotiate, Bearer realm="https://a/t"', 'bearer', { realm: 'https://a/t' }],
  ['Negotiate YWJj==, Basic realm=x', 'basic', { realm: 'x' }],
  ['Digest realm="d", qop="auth", Basic realm="x"', 'basic', { realm: 'x' }],
  ['Digest realm="d"', 'digest', { realm: 'd' }],
])('the challenge %s', (header, scheme, parameters) => {
  const found = parseChallenge(header);
  expect([found.scheme, Object.fromEntries(found.parameters)]).toEqual([scheme, parameters]);
});
