/** Access to repositories: names, logins, TLS, redirects, proxies, and servers that fail. */
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { temporaryFolder, writeFiles } from '../chart/support.ts';
import { createAuthority } from '../controlplane/certificates.ts';
import { startChartServer } from '../support/chart-server.ts';
import type { ChartServer, ChartServerOptions } from '../support/chart-server.ts';
import { startForwardProxy } from '../support/forward-proxy.ts';
import { chartFiles, chartsIn, expectSame, makeIndex, makeRepository, startPkg, update } from './support.ts';
import type { Made } from './support.ts';

const LOGIN = `Basic ${Buffer.from('ada:secret').toString('base64')}`;

let repository: string;
const servers: { close: () => void }[] = [];
beforeAll(async () => {
  repository = await makeRepository([
    ['sub', '1.0.0'],
    ['sub', '1.1.0'],
  ]);
});
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

async function start(serve?: ChartServerOptions['serve'], folder = repository): Promise<ChartServer> {
  const server = await startChartServer(folder, serve === undefined ? {} : { serve });
  servers.push(server);
  return server;
}

/** A folder with `web`, which asks for `sub` of a repository. */
function web(url: string, version = '^1.0.0'): string {
  return chartsIn({
    web: chartFiles('web', '1.0.0', `dependencies:\n- {name: sub, version: "${version}", repository: "${url}"}\n`),
  });
}

/** A home whose repositories.yaml holds these. */
function homeWith(...repositories: Record<string, unknown>[]): string {
  const home = temporaryFolder();
  writeFiles(home, { 'config/repositories.yaml': JSON.stringify({ apiVersion: 'v1', repositories }) });
  return home;
}

const wantsLogin = (request: IncomingMessage, response: ServerResponse): boolean => {
  if (request.headers.authorization === LOGIN) return false;
  response.writeHead(401, { 'www-authenticate': 'Basic realm="charts"' }).end();
  return true;
};
const ada = { name: 'r', username: 'ada', password: 'secret' };

describe('repositories.yaml', () => {
  test.each(['@r', 'alias:r', 'URL', 'URL/'])('%s is a known repository, and its login is used', async (reference) => {
    const server = await start(wantsLogin);
    const folder = web(reference.replace('URL', server.url));
    const { pkg } = await expectSame(folder, { home: homeWith({ ...ada, url: server.url }) });
    expect(pkg.status).toBe(0);
  });

  test.each(['@unheard', 'alias:unheard', 'r', 'stable', 'ftp://127.0.0.1/r', 's3://bucket/r', '/r'])(
    '%s is not a known repository',
    async (reference) => {
      const server = await start();
      const { pkg } = await expectSame(web(reference), { home: homeWith({ name: 'r', url: server.url }) });
      expect(pkg.stderr).toContain('code: PKG_REPOSITORY_UNKNOWN');
    },
  );

  test('HELM_REPOSITORY_CONFIG names the file; XDG_CONFIG_HOME the folder', async () => {
    const server = await start(wantsLogin);
    const home = homeWith({ ...ada, url: server.url });
    const file = join(home, 'config/repositories.yaml');
    const moved = temporaryFolder();
    writeFiles(moved, { 'helm/repositories.yaml': readFileSync(file, 'utf8') });
    for (const env of [{ HELM_REPOSITORY_CONFIG: file }, { HELM_CONFIG_HOME: '', XDG_CONFIG_HOME: moved }] as Record<
      string,
      string
    >[]) {
      const { pkg } = await expectSame(web('@r'), { env });
      expect(pkg.status).toBe(0);
    }
  });

  test('a wrong login, or none', async () => {
    const server = await start(wantsLogin);
    for (const home of [homeWith({ ...ada, password: 'wrong', url: server.url }), temporaryFolder()]) {
      const { pkg } = await expectSame(web(server.url), { home });
      expect(pkg.stderr).toContain('code: PKG_REPOSITORY_UNAUTHORIZED');
    }
  });

  test('a login in the URL', async () => {
    const server = await start(wantsLogin);
    const { pkg } = await expectSame(web(server.url.replace('//', '//ada:secret@')));
    expect(pkg.status).toBe(0);
    expect(pkg.stderr).not.toContain('secret');
  });

  test.each(['repositories: 7', 'repositories: [{name: {}}]', ': :'])('that is broken: %s', async (text) => {
    const home = temporaryFolder();
    writeFiles(home, { 'config/repositories.yaml': text });
    const server = await start();
    const { pkg } = await expectSame(web(server.url), { home });
    expect(pkg.stderr).toContain('repositories.yaml');
  });
});

describe('a login is sent', () => {
  /** Charts are on another server than the index. */
  async function apart(passCredentials: boolean): Promise<{ elsewhere: ChartServer; made: Made }> {
    const folder = await makeRepository([['sub', '1.0.0']]);
    const elsewhere = await start(undefined, folder);
    await makeIndex(folder, elsewhere.url);
    const server = await start(wantsLogin, folder);
    const home = homeWith({ ...ada, url: server.url, pass_credentials_all: passCredentials });
    const made = (await expectSame(web('@r'), { home })).pkg;
    return { elsewhere, made };
  }

  test('to no other server', async () => {
    const { elsewhere, made } = await apart(false);
    expect(made.status).toBe(0);
    expect(elsewhere.asked.map(({ path, authorization }) => [path, authorization])).toEqual([
      ['/sub-1.0.0.tgz', undefined],
      ['/sub-1.0.0.tgz', undefined],
    ]);
  });

  test('to other servers with --pass-credentials', async () => {
    const { elsewhere, made } = await apart(true);
    expect(made.status).toBe(0);
    expect(elsewhere.asked.map(({ authorization }) => authorization)).toEqual([LOGIN, LOGIN]);
  });

  test('not to the target of a redirect', async () => {
    const elsewhere = await start();
    const server = await start((request, response) => {
      if (wantsLogin(request, response)) return true;
      if (!request.url?.endsWith('.tgz')) return false;
      response.writeHead(302, { location: elsewhere.url.replace('127.0.0.1', 'localhost') + request.url }).end();
      return true;
    });
    const { pkg } = await expectSame(web('@r'), { home: homeWith({ ...ada, url: server.url }) });
    expect(pkg.status).toBe(0);
    expect(elsewhere.asked.map(({ authorization }) => authorization)).toEqual([undefined, undefined]);
  });
});

describe('URLs', () => {
  test('the query of a repository is added to its paths', async () => {
    const server = await start((request, response) => {
      if (request.url?.endsWith('?token=t%20k&b')) return false;
      response.writeHead(403).end();
      return true;
    });
    expect((await expectSame(web(`${server.url}/?token=t%20k&b`))).pkg.status).toBe(0);
    const { pkg } = await expectSame(web(`${server.url}/?token=hush`));
    expect(pkg.stderr).not.toContain('hush');
  });

  test('relative paths, and whole URLs with a query', async () => {
    const server = await start((request, response) => {
      const url = new URL(request.url ?? '', 'http://server');
      if (url.pathname === '/deep/r/index.yaml') {
        const urls = {
          '1.0.0': 'charts/sub-1.0.0.tgz',
          '1.1.0': '/sub-1.1.0.tgz',
          '1.2.0': `${server.url}/get?x=sub-1.2.0.tgz`,
        };
        const sub = Object.entries(urls).map(([version, to]) => ({
          apiVersion: 'v2',
          name: 'sub',
          version,
          urls: [to],
        }));
        response.end(JSON.stringify({ apiVersion: 'v1', entries: { sub } }));
      } else if (/^\/(?:deep\/r\/charts\/|)sub-/.test(url.pathname)) {
        response.end(readFileSync(join(repository, url.pathname.replace(/^.*\//, ''))));
      } else if (url.pathname === '/get') response.end(readFileSync(join(repository, 'sub-1.1.0.tgz')));
      else return false;
      return true;
    });
    for (const version of ['1.0.0', '1.1.0']) {
      expect((await expectSame(web(`${server.url}/deep/r`, version))).pkg.status).toBe(0);
    }
    // Helm calls the file `get`, and then finds no chart in it.
    const made = await update('pkg', web(`${server.url}/deep/r`, '1.2.0'));
    expect(made.status).toBe(0);
    expect(Object.keys(made.charts as object)).toContain('sub-1.2.0.tgz');
  });

  test('redirects are followed, but not for ever', async () => {
    const server = await start((request, response) => {
      const [, hops = ''] = /^\/hop(\d+)\//.exec(request.url ?? '') ?? [];
      if (hops === '' || hops === '0') {
        if (hops === '0') response.end(readFileSync(join(repository, (request.url ?? '').replace(/^\/hop0\//, ''))));
        return hops === '0';
      }
      response
        .writeHead(307, { location: `../hop${Number(hops) - 1}/${(request.url ?? '').replace(/^.*\//, '')}` })
        .end();
      return true;
    });
    expect((await expectSame(web(`${server.url}/hop9`))).pkg.status).toBe(0);
    expect((await expectSame(web(`${server.url}/hop11`))).pkg.status).toBe(1);
  });

  test('an index that is compressed', async () => {
    const server = await start((request, response) => {
      if (request.url !== '/index.yaml' || request.headers['accept-encoding'] !== 'gzip') return false;
      response
        .writeHead(200, { 'content-encoding': 'gzip' })
        .end(gzipSync(readFileSync(join(repository, 'index.yaml'))));
      return true;
    });
    expect((await expectSame(web(server.url))).pkg.status).toBe(0);
  });

  test('an index that is not compressed, though the server says so', async () => {
    const server = await start((request, response) => {
      if (request.url !== '/index.yaml') return false;
      response.writeHead(200, { 'content-encoding': 'gzip' }).end(readFileSync(join(repository, 'index.yaml')));
      return true;
    });
    expect((await expectSame(web(server.url))).pkg.status).toBe(0);
  });
});

describe('a repository that is broken', () => {
  test.each([
    ['', /empty/],
    ['<!doctype html><html></html>\n', /web page/],
    ['apiVersion: v1\nentries: [\n', /cannot be read/],
    ['entries: {}\n', /apiVersion/],
    ['apiVersion: v1\nentries:\n  sub: {}\n', /list/],
    ['apiVersion: v1\nentries:\n  sub:\n  - name: sub\n    version: 1.0.0\n    version: 1.0.0\n', /twice/],
    ['apiVersion: v1\nentries:\n  sub:\n  - {name: sub, version: 1.0.0}\n', /no version/],
    ['apiVersion: v1\nentries:\n  sub:\n  - {name: sub, version: one, urls: [sub-1.0.0.tgz]}\n', /no version/],
    ['apiVersion: v1\nentries:\n  sub:\n  - {name: "", version: 1.0.0, urls: [sub-1.0.0.tgz]}\n', /no version/],
    ['apiVersion: v1\nentries:\n  sub:\n  - {name: sub, version: 1.0.0, urls: [sub-9.tgz]}\n', /404/],
    [
      'apiVersion: v1\nentries:\n  sub:\n  - {name: sub, version: 1.0.0, urls: ["ftp://127.0.0.1/x.tgz"]}\n',
      /not an address/,
    ],
  ])('%j', async (index, said) => {
    const server = await start((request, response) => {
      if (request.url === '/index.yaml') response.end(index);
      return request.url === '/index.yaml';
    });
    const { pkg } = await expectSame(web(server.url));
    expect(pkg.status).toBe(1);
    expect(pkg.stderr).toMatch(said);
  });

  test.each([404, 410, 429, 500, 503])('that answers %i', async (status) => {
    const server = await start((_request, response) => {
      response.writeHead(status).end();
      return true;
    });
    const { pkg } = await expectSame(web(server.url));
    expect(pkg.stderr).toContain(`it answers ${status}`);
  });

  test('that is missing, or closes the connection early', async () => {
    const server = await start((_request, response) => {
      response.writeHead(200, { 'content-length': '1000' }).write('apiVersion: v1\n', () => response.destroy());
      return true;
    });
    const { pkg } = await expectSame(web(server.url));
    expect(pkg.stderr).toContain('closed the connection');
    server.close();
    const gone = await expectSame(web(server.url));
    expect(gone.pkg.stderr).toContain('nothing answers there');
  });

  // Helm takes both: it compares no digests here, and leaves out what is not a chart.
  test('an archive that differs from the index', async () => {
    const server = await start((request, response) => {
      if (request.url !== '/sub-1.1.0.tgz') return false;
      response.end(readFileSync(join(repository, 'sub-1.0.0.tgz')));
      return true;
    });
    const made = await update('pkg', web(server.url));
    expect(made.stderr).toContain('code: PKG_DIGEST_MISMATCH');
    expect(made.charts).toEqual({ beside: ['Chart.yaml', 'templates', 'values.yaml'] });
  });

  test.each([
    'sha256:abc',
    'sha256',
    'none',
    `sha1:${'a'.repeat(40)}`,
    ` ${'a'.repeat(64)}`,
    `sha256:${'z'.repeat(64)}`,
  ])('an archive with an invalid digest: %j', async (digest) => {
    const entry = `{name: sub, version: 1.0.0, urls: [sub-1.0.0.tgz], digest: "${digest}"}`;
    const server = await start((request, response) => {
      if (request.url !== '/index.yaml') return false;
      response.end(`apiVersion: v1\nentries:\n  sub:\n  - ${entry}\n`);
      return true;
    });
    const made = await update('pkg', web(server.url));
    expect(made.stderr).toContain('code: PKG_DIGEST_MISMATCH');
    expect(made.stderr).toContain(digest.trim().slice(0, 10));
    expect(made.charts).toEqual({ beside: ['Chart.yaml', 'templates', 'values.yaml'] });
  });

  test('an archive that is not a chart', async () => {
    const index = 'apiVersion: v1\nentries:\n  sub:\n  - {name: sub, version: 1.0.0, urls: [sub-1.0.0.tgz]}\n';
    const server = await start(
      (request, response) => response.end(request.url === '/index.yaml' ? index : 'text') !== null,
    );
    const made = await update('pkg', web(server.url));
    expect(made.stderr).toContain('code: PKG_CHART_INVALID');
    expect(made.charts).toEqual({ beside: ['Chart.yaml', 'templates', 'values.yaml'] });
  });

  test('that is slow: a message names the request', async () => {
    const server = await start((request, response) => {
      if (request.url !== '/index.yaml') return false;
      setTimeout(() => response.end(readFileSync(join(repository, 'index.yaml'))), 2500);
      return true;
    });
    const made = await update('pkg', web(server.url));
    expect(made.status).toBe(0);
    expect(made.stderr).toContain(`fetching ${server.url}/index.yaml\n`);
  });

  test('whose index is long and comes slowly: messages say how much has come', async () => {
    const index = Buffer.concat([readFileSync(join(repository, 'index.yaml')), Buffer.alloc(4 << 20, '# x\n')]);
    for (const length of [{}, { 'content-length': index.length }]) {
      const server = await start((request, response) => {
        if (request.url !== '/index.yaml') return false;
        response.writeHead(200, length).write(index.subarray(0, 2 << 20));
        setTimeout(() => response.end(index.subarray(2 << 20)), 3000);
        return true;
      });
      const made = await update('pkg', web(server.url));
      expect(made.status, made.stderr).toBe(0);
      const all = 'content-length' in length ? ' of 4.0' : '';
      expect(made.stderr).toContain(`received 2.0${all} MiB of ${server.url}/index.yaml\n`);
    }
  });
});

describe('TLS', () => {
  let server: ChartServer;
  let files: Record<'ca' | 'cert' | 'key', string>;
  let wantsCertificate = false;
  beforeAll(async () => {
    const authority = await createAuthority();
    const shown = await authority.server(['127.0.0.1', 'charts.test']);
    const client = await authority.client('ada', []);
    const folder = temporaryFolder();
    files = { ca: join(folder, 'ca.pem'), cert: join(folder, 'cert.pem'), key: join(folder, 'key.pem') };
    writeFileSync(files.ca, authority.certificate);
    writeFileSync(files.cert, client.certificate);
    writeFileSync(files.key, client.key);
    server = await startChartServer(repository, {
      tls: { shown, authority },
      serve: (_request, response) => {
        if (!wantsCertificate || server.asked.at(-1)?.certificate === 'ada') return false;
        response.writeHead(403).end();
        return true;
      },
    });
  });
  afterAll(() => server.close());
  afterEach(() => (wantsCertificate = false));

  test('an untrusted certificate', async () => {
    const { pkg } = await expectSame(web(server.url));
    expect(pkg.stderr).toMatch(/authority that is not trusted/);
  });

  test('caFile, insecure_skip_tls_verify and SSL_CERT_FILE', async () => {
    const known = (more: Record<string, unknown>): string => homeWith({ name: 'r', url: server.url, ...more });
    expect((await expectSame(web('@r'), { home: known({ caFile: files.ca }) })).pkg.status).toBe(0);
    expect((await expectSame(web('@r'), { home: known({ insecure_skip_tls_verify: true }) })).pkg.status).toBe(0);
    expect((await expectSame(web(server.url), { env: { SSL_CERT_FILE: files.ca } })).pkg.status).toBe(0);
    const gone = await expectSame(web('@r'), { home: known({ caFile: `${files.ca}.gone` }) });
    expect(gone.pkg.stderr).toContain('PKG_FILE_UNREADABLE');
  });

  test('a client certificate', async () => {
    wantsCertificate = true;
    const more = { caFile: files.ca, certFile: files.cert, keyFile: files.key };
    expect((await expectSame(web('@r'), { home: homeWith({ name: 'r', url: server.url, ...more }) })).pkg.status).toBe(
      0,
    );
    const without = homeWith({ name: 'r', url: server.url, caFile: files.ca });
    expect((await expectSame(web('@r'), { home: without })).pkg.status).toBe(1);
  });

  test('through a proxy, except for NO_PROXY', async () => {
    const proxy = await startForwardProxy({ scheme: 'http', to: server.port, login: 'p:q' });
    servers.push(proxy);
    const env = { HTTPS_PROXY: `http://p:q@127.0.0.1:${proxy.port}`, SSL_CERT_FILE: files.ca };
    const url = `https://charts.test:${server.port}`;
    expect((await expectSame(web(url), { env })).pkg.status).toBe(0);
    expect(proxy.asked.filter((asked) => asked === `charts.test:${server.port}`).length).toBeGreaterThan(1);
    const without = await expectSame(web(url), { env: { ...env, NO_PROXY: '.test' } });
    expect(without.pkg.status).toBe(1);
    const refused = await expectSame(web(url), { env: { ...env, HTTPS_PROXY: `http://127.0.0.1:${proxy.port}` } });
    expect(refused.pkg.stderr).toContain('407');
  });
});

test.each(['SIGINT', 'SIGTERM', 'SIGKILL'] as const)(
  '%s while a download is running changes nothing',
  async (signal) => {
    let asked: () => void = () => undefined;
    const isAsked = new Promise<void>((resolve) => (asked = resolve));
    const server = await start((request) => {
      if (request.url !== '/sub-1.1.0.tgz') return false;
      asked();
      return true;
    });
    const folder = web(server.url);
    const { child, ended } = startPkg(['template', 'web', '--dependency-update'], {
      cwd: folder,
      home: temporaryFolder(),
    });
    await isAsked;
    child.kill(signal);
    expect((await ended).status).not.toBe(0);
    expect(readdirSync(join(folder, 'web')).sort()).toEqual(['Chart.yaml', 'templates', 'values.yaml']);
  },
);

test('plain HTTP is requested from the proxy itself', async () => {
  const hosts: (string | undefined)[] = [];
  const server = await start((request, response) => {
    hosts.push(request.headers.host);
    expect(request.url).toMatch(/^http:\/\/charts\.test\//);
    response.end(readFileSync(join(repository, new URL(request.url ?? '').pathname)));
    return true;
  });
  const { pkg } = await expectSame(web('http://charts.test/'), { env: { HTTP_PROXY: server.url } });
  expect(pkg.status).toBe(0);
  expect(new Set(hosts)).toEqual(new Set(['charts.test']));
});
