/**
 * Answers of repositories and registries that are changed in part: a command always ends, with or without a PkgError.
 */
import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { MAX_CHART } from '../../src/chart/limits.ts';
import { PkgError } from '../../src/errors.ts';
import { RemoteClient } from '../../src/repository/http.ts';
import { ContentCache } from '../../src/repository/content-cache.ts';
import { ReferenceCache } from '../../src/repository/reference-cache.ts';
import { RegistrySession } from '../../src/repository/registry-session.ts';
import { Registry } from '../../src/repository/registry.ts';
import { Remotes } from '../../src/repository/remotes.ts';
import { temporaryFolder } from '../chart/support.ts';
import { codeOf, errorOf } from '../support/errors.ts';
import { change, changed } from '../support/changes.ts';
import type { Json } from '../support/changes.ts';
import { startChartServer } from '../support/chart-server.ts';
import type { ChartServer } from '../support/chart-server.ts';
import { RUNS } from '../support/generation.ts';

const LOGIN = { username: 'ada', password: 'secret', identityToken: '', registryToken: '' };
const NO_TRUST = { caFile: '', certFile: '', keyFile: '', insecure: false };
const CHART = Buffer.from('an archive');
const digest = `sha256:${createHash('sha256').update(CHART).digest('hex')}`;

/** What a registry and a repository answer, by path. */
const ANSWERS: Readonly<Record<string, Json>> = {
  '/token': { token: 'abc', access_token: 'abc', expires_in: 300, issued_at: '2026-01-01T00:00:00Z' },
  '/v2/r/sub/tags/list': { name: 'r/sub', tags: ['1.0.0', '1.1.0', 'latest', '1.2.0_build.1'] },
  '/v2/r/sub/manifests/1.0.0': {
    schemaVersion: 2,
    mediaType: 'application/vnd.oci.image.manifest.v1+json',
    config: { mediaType: 'application/vnd.cncf.helm.config.v1+json', digest, size: 10 },
    layers: [{ mediaType: 'application/vnd.cncf.helm.chart.content.v1.tar+gzip', digest, size: CHART.length }],
  },
  '/v2/r/sub/manifests/2.0.0': {
    schemaVersion: 2,
    mediaType: 'application/vnd.oci.image.index.v1+json',
    manifests: [{ mediaType: 'application/vnd.oci.image.manifest.v1+json', digest, size: 10 }],
  },
  '/index.yaml': {
    apiVersion: 'v1',
    generated: '2026-01-01T00:00:00Z',
    entries: {
      sub: [
        { apiVersion: 'v2', name: 'sub', version: '1.0.0', urls: ['sub-1.0.0.tgz'], digest: digest.slice(7) },
        { apiVersion: 'v2', name: 'sub', version: '1.1.0', urls: ['http://127.0.0.1:1/x.tgz'], created: '2026-01-01' },
      ],
      other: [{ name: 'other', version: '1.0.0' }],
    },
  },
};

let server: ChartServer;
let rewrite: (path: string, answer: Json) => Json | undefined = (_path, answer) => answer;
beforeAll(async () => {
  server = await startChartServer('/nowhere', {
    serve: ({ url = '', headers }, response) => {
      const { pathname } = new URL(url, 'http://server');
      if (pathname.startsWith('/v2/') && headers.authorization !== 'Bearer abc') {
        const challenge = rewrite(
          'challenge',
          `Bearer realm="${server.url}/token",service="s",scope="repository:r/sub:pull"`,
        );
        const told = typeof challenge === 'string' ? challenge.replaceAll(/[^ -~]/g, '?') : 'Bearer';
        response.writeHead(401, { 'www-authenticate': told }).end('{"errors":[{"message":"log in"}]}');
      } else if (pathname.includes('/blobs/')) response.end(CHART);
      else if (Object.hasOwn(ANSWERS, pathname))
        response.end(JSON.stringify(rewrite(pathname, ANSWERS[pathname] ?? null)) ?? '');
      else response.writeHead(404).end('{"errors":[{"code":"UNKNOWN"}]}');
      return true;
    },
  });
});
afterAll(() => server.close());

function registry(): { registry: Registry; http: RemoteClient } {
  const http = new RemoteClient(NO_TRUST, {}, { pause: 1 });
  const session = new RegistrySession(http, { plainHttp: true, login: async () => LOGIN });
  const options = {
    tell: () => undefined,
    content: new ContentCache(''),
    references: new ReferenceCache(''),
    offline: false,
    loads: false,
  };
  return { registry: new Registry(session, options), http };
}

const chart = (): { host: string; path: string } => ({ host: `127.0.0.1:${server.port}`, path: 'r/sub' });

test.each([
  [
    'the tags of a chart',
    async (): Promise<unknown> => {
      const { registry: one, http } = registry();
      return await one.versions(chart()).finally(() => void http.close());
    },
  ],
  ...['1.0.0', '2.0.0'].map(
    (version) =>
      [
        `the chart ${version}`,
        async (): Promise<unknown> => {
          const { registry: one, http } = registry();
          const pulled = one.resolve(chart(), version).then((found) => one.blob(chart(), found.chart, MAX_CHART));
          return await pulled.finally(() => void http.close());
        },
      ] as const,
  ),
  [
    'an index',
    async (): Promise<unknown> => {
      const home = temporaryFolder();
      const remotes = new Remotes(
        { HELM_CONFIG_HOME: home, HELM_CACHE_HOME: home, HELM_DATA_HOME: home },
        () => undefined,
      );
      return await remotes.versions(remotes.repository(server.url), 'sub').finally(() => void remotes.close());
    },
  ],
] as const)('%s', async (_name, ask) => {
  rewrite = (_path, answer) => answer;
  const first = await ask().then(
    () => '',
    (error: unknown) => (error as PkgError).code,
  );
  await fc.assert(
    fc.asyncProperty(change, fc.nat({ max: 3 }), async ({ at, by }, which) => {
      let number = 0;
      rewrite = (path, answer) => (number++ % 4 === which && path !== '' ? changed(answer, at, by) : answer);
      const failure: unknown = await ask().then(
        () => undefined,
        (error: unknown) => error,
      );
      if (failure === undefined) return;
      expect(failure).toBeInstanceOf(PkgError);
      expect((failure as PkgError).code).toMatch(/^PKG_(?:REPOSITORY|CHART|DIGEST|YAML)_/);
    }),
    { numRuns: 150 * RUNS },
  );
  rewrite = (_path, answer) => answer;
  expect(
    await ask().then(
      () => '',
      (error: unknown) => (error as PkgError).code,
    ),
  ).toBe(first);
});

describe('lists of tags', () => {
  async function versionsFrom(serve: (page: number) => { tags: Json; next?: string }): Promise<string[]> {
    const other = await startChartServer('/nowhere', {
      serve: ({ url = '' }, response) => {
        const page = Number(new URL(url, 'http://server').searchParams.get('page') ?? 0);
        const { tags, next } = serve(page);
        if (next !== undefined) response.setHeader('link', `<${next}>; rel="next"`);
        response.end(JSON.stringify({ name: 'r/sub', tags }));
        return true;
      },
    });
    const { registry: one, http } = registry();
    try {
      return await one.versions({ host: `127.0.0.1:${other.port}`, path: 'r/sub' });
    } finally {
      await http.close();
      other.close();
    }
  }
  const many = (page: number, count: number): string[] =>
    Array.from({ length: count }, (_, index) => `${page}.0.${index}`);

  // Behind a proxy a registry may name itself by an address of its own. The login goes to the server that was asked only.
  test.each(['http://registry.internal:5000', 'https://127.0.0.1:1', 'file://', 'http://x//evil.example'])(
    'of pages at %s, which are requested from the registry itself',
    async (origin) => {
      const versions = await versionsFrom((page) =>
        page < 2
          ? { tags: [`1.${page}.0`], next: `${origin}/v2/r/sub/tags/list?page=${page + 1}` }
          : { tags: ['1.2.0'] },
      );
      expect(versions).toEqual(['1.2.0', '1.1.0', '1.0.0']);
    },
  );

  test('of 200,000 in one page', async () => {
    expect(await versionsFrom(() => ({ tags: many(1, 200_000) }))).toHaveLength(200_000);
  });

  test('of pages that refer to themselves', async () => {
    const error = await errorOf(() => versionsFrom(() => ({ tags: ['1.0.0'], next: '/v2/r/sub/tags/list?page=1' })));
    expect([error.code, error.message]).toEqual(['PKG_REPOSITORY_INVALID', expect.stringContaining('has no end')]);
  });

  test('of 100,000 a page, without end', async () => {
    const endless = (page: number): { tags: Json; next: string } => ({
      tags: many(page, 100_000),
      next: `/v2/r/sub/tags/list?page=${page + 1}`,
    });
    expect(await codeOf(() => versionsFrom(endless))).toBe('PKG_REPOSITORY_INVALID');
  });

  test('of empty pages, without end', async () => {
    const endless = (page: number): { tags: Json; next: string } => ({
      tags: null,
      next: `/v2/r/sub/tags/list?page=${page + 1}`,
    });
    expect(await codeOf(() => versionsFrom(endless))).toBe('PKG_REPOSITORY_INVALID');
  });
});

describe('a registry over plain HTTP with a token server elsewhere: no login is sent there', () => {
  test.each([
    'http://localhost:PORT/token',
    'http://127.0.0.1:PORT/token',
    'http://127.0.0.1/token',
    'http://127.0.0.2:PORT/token',
    'http://[::1]:PORT/token',
    'ftp://x',
    '',
  ])('%s', async (realm) => {
    const elsewhere = await startChartServer('/nowhere', {
      serve: (_request, response) => response.end('{"token":"abc"}') !== undefined,
    });
    rewrite = (path, answer) =>
      path === 'challenge' ? `Bearer realm="${realm.replace('PORT', String(elsewhere.port))}",service="s"` : answer;
    const { registry: one, http } = registry();
    try {
      expect(await codeOf(() => one.versions(chart()))).toBe('PKG_REPOSITORY_UNAUTHORIZED');
      expect(elsewhere.asked).toEqual([]);
    } finally {
      await http.close();
      elsewhere.close();
    }
  });

  test('but its own address gets it', async () => {
    rewrite = (_path, answer) => answer;
    server.asked.splice(0);
    const { registry: one, http } = registry();
    expect(await one.versions(chart()).finally(() => void http.close())).toEqual(['1.2.0+build.1', '1.1.0', '1.0.0']);
    expect(server.asked.find(({ path }) => path.startsWith('/token'))?.authorization).toMatch(/^Basic /);
  });
});
