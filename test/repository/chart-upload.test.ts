/** Uploading charts to repositories, and helm as a client of the result. */
import { copyFileSync, existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { generateKey } from 'openpgp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createAuthority } from '../controlplane/certificates.ts';
import { temporaryFolder, writeFiles } from '../chart/support.ts';
import { startChartServer } from '../support/chart-server.ts';
import { ask, startServing } from '../support/serve.ts';
import type { Serving } from '../support/serve.ts';
import { chartFiles, chartsIn, makeIndex, makeRepository, run } from './support.ts';
import type { Run } from './support.ts';

const TOKEN = 'a-token';
let files: string;
let certificate: { caFile: string; cert: string; key: string };
let keyring: string;
/** A folder with the chart `web` in folders and archives: 1.0.0 signed, and 1.1.0. */
let sources: string;

beforeAll(async () => {
  files = temporaryFolder();
  const write = (name: string, data: string | Uint8Array): string => {
    writeFileSync(join(files, name), data);
    return join(files, name);
  };
  const authority = await createAuthority();
  const pair = await authority.server(['127.0.0.1', 'localhost']);
  certificate = {
    caFile: write('ca.pem', authority.certificate),
    cert: write('cert.pem', pair.certificate),
    key: write('key.pem', pair.key),
  };
  write('token', `${TOKEN}\n`);
  write('password', 'pa:ss wörd\n');
  const { privateKey, publicKey } = await generateKey({
    type: 'rsa',
    rsaBits: 2048,
    userIDs: [{ name: 'Ada', email: 'ada@example.com' }],
    format: 'binary',
  });
  keyring = write('pubring.gpg', publicKey);
  const secret = write('secring.gpg', privateKey);
  sources = chartsIn({ web: chartFiles('web', '1.0.0') });
  const options = { cwd: sources, home: sources };
  await expectEnd(run('pkg', ['package', 'web', '--sign', '--key', 'Ada', '--keyring', secret], options));
  await expectEnd(run('pkg', ['package', 'web', '--version', '1.1.0'], options));
});

const pkg = (home: string, ...args: string[]): Promise<Run> => run('pkg', args, { cwd: sources, home });

async function expectEnd(running: Promise<Run>, code = ''): Promise<Run> {
  const ended = await running;
  expect(ended.status, ended.stderr + ended.stdout).toBe(code === '' ? 0 : 1);
  if (code !== '') expect(ended.stderr).toContain(`code: ${code} `);
  return ended;
}

describe('with TLS, a login for readers and a token for uploads', () => {
  let folder: string;
  let serving: Serving;
  let home: string;
  beforeAll(async () => {
    [folder, home] = [temporaryFolder(), temporaryFolder()];
    const tls = ['--tls-cert', certificate.cert, '--tls-key', certificate.key];
    const access = ['--username', 'ada', '--password-file', join(files, 'password')];
    serving = await startServing(folder, ...tls, ...access, '--token-file', join(files, 'token'));
    const add = (name: string, username: string, password: string): Promise<Run> =>
      pkg(
        home,
        ...['repo', 'add', name, serving.url, '--ca-file', certificate.caFile],
        ...['--username', username, '--password', password],
      );
    await expectEnd(add('reader', 'ada', 'pa:ss wörd'));
    await expectEnd(add('writer', 'ci', TOKEN));
    await expectEnd(add('stranger', 'eve', 'x'), 'PKG_REPOSITORY_UNAUTHORIZED');
  });
  afterAll(() => serving.end());

  test('push by name and by address, with the provenance; a user without rights gets an error', async () => {
    await expectEnd(pkg(home, 'push', 'web-1.0.0.tgz', 'reader'), 'PKG_REPOSITORY_UNAUTHORIZED');
    const { stdout } = await expectEnd(pkg(home, 'push', 'web-1.0.0.tgz', 'writer'));
    expect(stdout).toMatch(/^Pushed: web-1\.0\.0\.tgz to https:\/\/127\.0\.0\.1:\d+\nDigest: sha256:[0-9a-f]{64}\n$/);
    for (const name of ['web-1.0.0.tgz', 'web-1.0.0.tgz.prov']) {
      expect(readFileSync(join(folder, name)).equals(readFileSync(join(sources, name)))).toBe(true);
    }
    const byAddress = ['push', 'web-1.1.0.tgz', serving.url, '--ca-file', certificate.caFile, '--password', TOKEN];
    await expectEnd(pkg(temporaryFolder(), ...byAddress));
    expect(existsSync(join(folder, 'web-1.1.0.tgz'))).toBe(true);
    // A token in place of the stored login.
    await expectEnd(pkg(home, 'push', 'web-1.1.0.tgz', 'reader', '--password', TOKEN));
    await expectEnd(pkg(home, 'push', 'web-1.1.0.tgz', 'none'), 'PKG_REPOSITORY_UNKNOWN');
    await expectEnd(pkg(home, 'push', 'web-1.1.0.tgz', './none'), 'PKG_USAGE');
    await expectEnd(pkg(home, 'push', 'web-1.1.0.tgz', 'writer', '--offline'), 'PKG_OFFLINE');
  });

  test('replacing an existing version with other content', async () => {
    const changed = chartsIn({ web: chartFiles('web', '1.0.0', 'description: changed\n') });
    await expectEnd(run('pkg', ['package', 'web'], { cwd: changed, home: changed }));
    const archive = join(changed, 'web-1.0.0.tgz');
    for (const force of [[], ['--force']]) {
      const { stderr } = await expectEnd(pkg(home, 'push', archive, 'writer', ...force), 'PKG_VERSION_PUBLISHED');
      expect(stderr).toContain('the server says: ');
    }
    expect(readFileSync(join(folder, 'web-1.0.0.tgz')).equals(readFileSync(join(sources, 'web-1.0.0.tgz')))).toBe(true);
  });

  test('helm uses the server like any repository: add, update, search, pull, verify, template, dependency update', async () => {
    const own = temporaryFolder();
    const cwd = temporaryFolder();
    const helm = async (...args: string[]): Promise<string> =>
      (await expectEnd(run('helm', args, { cwd, home: own }))).stdout;
    const login = ['--username', 'ada', '--password', 'pa:ss wörd', '--ca-file', certificate.caFile];
    await helm('repo', 'add', 'acme', serving.url, ...login);
    expect(await helm('repo', 'update')).toContain('Successfully got an update from the "acme" chart repository');
    const found = JSON.parse(await helm('search', 'repo', 'acme/', '--versions', '-o', 'json')) as {
      version: string;
    }[];
    expect(found.map(({ version }) => version)).toEqual(['1.1.0', '1.0.0']);
    await helm('pull', 'acme/web', '--version', '1.0.0', '--verify', '--keyring', keyring);
    const pulled = readFileSync(join(cwd, 'web-1.0.0.tgz'));
    expect(pulled.equals(readFileSync(join(sources, 'web-1.0.0.tgz')))).toBe(true);
    const unsigned = ['pull', 'acme/web', '--version', '1.1.0', '--verify', '--keyring', keyring];
    expect((await run('helm', unsigned, { cwd, home: own })).status).toBe(1);
    expect(await helm('template', 'acme/web')).toContain('version: "1.1.0"');
    const dependency = `dependencies:\n- {name: web, version: ^1.0.0, repository: "${serving.url}"}\n`;
    writeFiles(join(cwd, 'app'), chartFiles('app', '0.1.0', dependency));
    await helm('dependency', 'update', 'app');
    expect(readdirSync(join(cwd, 'app', 'charts'))).toEqual(['web-1.1.0.tgz']);
  });
});

describe('publish', () => {
  test('into a repository by name and by URL: once, again without a change, never with other content', async () => {
    const [folder, home] = [temporaryFolder(), temporaryFolder()];
    const serving = await startServing(folder, '--token-file', join(files, 'token'));
    try {
      await expectEnd(pkg(home, 'repo', 'add', 'acme', serving.url, '--username', 'ci', '--password', TOKEN));
      type Result = {
        version: string;
        published: { reference: string; digest: string; changed: boolean; status: string }[];
      };
      const publish = async (...args: string[]): Promise<Result> => {
        const ended = await expectEnd(pkg(home, 'publish', '--skip-lint', './web', ...args, '-o', 'json'));
        return JSON.parse(ended.stdout) as Result;
      };
      const first = await publish('acme');
      expect(first.published).toEqual([
        {
          place: 'acme',
          reference: `${serving.url}/web-1.0.0.tgz`,
          digest: expect.stringMatching(/^sha256:[0-9a-f]{64}$/),
          changed: true,
          status: 'published',
        },
      ]);
      const again = await publish('acme');
      expect(again.published).toEqual([{ ...first.published[0], changed: false, status: 'unchanged' }]);
      const bumped = await publish('acme', '--bump', 'minor', '--app-version', '2');
      expect([bumped.version, bumped.published[0]?.reference]).toEqual(['1.1.0', `${serving.url}/web-1.1.0.tgz`]);
      const byAddress = await publish(serving.url, '--version', '3.0.0', '--password', TOKEN);
      expect(byAddress.published[0]).toMatchObject({ reference: `${serving.url}/web-3.0.0.tgz`, changed: true });
      const other = ['publish', '--skip-lint', './web', '--version', '3.0.0', '--app-version', '9'];
      await expectEnd(pkg(home, ...other, 'acme'), 'PKG_VERSION_PUBLISHED');
      const several = ['publish', './web', serving.url, 'https://other.example.com', '--password', TOKEN];
      await expectEnd(pkg(home, ...several), 'PKG_USAGE');
      expect(
        readdirSync(folder)
          .filter((name) => name.endsWith('.tgz'))
          .sort(),
      ).toEqual(['web-1.0.0.tgz', 'web-1.1.0.tgz', 'web-3.0.0.tgz']);
    } finally {
      await serving.end();
    }
  });

  test('an existing folder has precedence over a repository of its name', async () => {
    const home = temporaryFolder();
    const server = await startChartServer(await makeRepository([['db', '1.0.0']]));
    await expectEnd(pkg(home, 'repo', 'add', 'pages', server.url));
    const cwd = chartsIn({ web: chartFiles('web', '1.0.0'), pages: { 'a.txt': '' } });
    await expectEnd(run('pkg', ['publish', '--skip-lint', './web', 'pages'], { cwd, home }));
    expect(readdirSync(join(cwd, 'pages')).sort()).toEqual(['a.txt', 'index.yaml', 'web-1.0.0.tgz']);
    server.close();
  });

  test('a folder of the chart itself has to be ignored', async () => {
    const cwd = chartsIn({ web: chartFiles('web', '1.0.0') });
    const home = temporaryFolder();
    const publish = (chart: string, target: string, from = cwd): Promise<Run> =>
      run('pkg', ['publish', '--skip-lint', chart, target], { cwd: from, home });
    const inside = join(cwd, 'web');
    for (const [chart, target, from] of [
      ['./web', './web', cwd],
      ['web', './web/pages', cwd],
      ['web', join(inside, 'a', 'b'), cwd],
      ['.', './pages', inside],
    ] as const) {
      const { status, stderr } = await publish(chart, target, from);
      expect([status, stderr]).toEqual([1, expect.stringContaining('code: PKG_USAGE')]);
    }
    expect(readdirSync(inside).sort()).toEqual(['Chart.yaml', 'templates', 'values.yaml']);
    writeFileSync(join(inside, '.helmignore'), 'pages/\n');
    await expectEnd(publish('.', './pages', inside));
    const again = await publish('web', 'web/pages');
    expect(again.stdout, again.stderr).toContain('unchanged');
    await expectEnd(publish('.', '../web-pages', inside));
  });

  test('an unknown name is no new folder', async () => {
    const cwd = chartsIn({ web: chartFiles('web', '1.0.0') });
    const publish = (target: string): Promise<Run> =>
      run('pkg', ['publish', '--skip-lint', './web', target], { cwd, home: temporaryFolder() });
    const { status, stderr } = await publish('acme');
    expect([status, stderr]).toEqual([1, expect.stringContaining('code: PKG_REPOSITORY_UNKNOWN')]);
    expect(readdirSync(cwd)).toEqual(['web']);
    await expectEnd(publish('./acme'));
    expect(readdirSync(join(cwd, 'acme'))).toContain('index.yaml');
  });
});

describe('the request', () => {
  test('goes to the context path of the index, as with helm-push, with the login of the repository', async () => {
    const folder = temporaryFolder();
    copyFileSync(join(sources, 'web-1.1.0.tgz'), join(folder, 'web-1.1.0.tgz'));
    await makeIndex(folder);
    const index = `${readFileSync(join(folder, 'index.yaml'), 'utf8')}serverInfo: {contextPath: /context}\n`;
    let form: FormData | undefined;
    let answer = 201;
    const server = await startChartServer(folder, {
      serve: (request, response) => {
        if (request.method !== 'POST') {
          response.end(index);
          return true;
        }
        const chunks: Buffer[] = [];
        request.on('data', (chunk: Buffer) => chunks.push(chunk));
        request.on('end', () => {
          const headers = { 'content-type': request.headers['content-type'] ?? '' };
          void new Response(Buffer.concat(chunks), { headers }).formData().then((read) => {
            form = read;
            response.writeHead(answer).end('{"error":"why it is refused"}');
          });
        });
        return true;
      },
    });
    const home = temporaryFolder();
    const url = `${server.url}/context/org/team`;
    await expectEnd(pkg(home, 'repo', 'add', 'acme', url, '--username', 'ci', '--password', 'secret'));
    await expectEnd(pkg(home, 'push', 'web-1.0.0.tgz', 'acme', '--force'));
    expect(server.asked.at(-1)).toMatchObject({
      path: '/context/api/org/team/charts?force=true',
      authorization: `Basic ${Buffer.from('ci:secret').toString('base64')}`,
    });
    const sent = await Promise.all(
      ['chart', 'prov'].map(async (field) => {
        const file = form?.get(field);
        return file instanceof File ? [file.name, Buffer.from(await file.arrayBuffer())] : [];
      }),
    );
    const own = ['web-1.0.0.tgz', 'web-1.0.0.tgz.prov'].map((name) => [name, readFileSync(join(sources, name))]);
    expect(sent).toEqual(own);
    const codes = {
      400: 'PKG_REPOSITORY_UNREACHABLE',
      401: 'PKG_REPOSITORY_UNAUTHORIZED',
      404: 'PKG_REPOSITORY_UNREACHABLE',
      409: 'PKG_VERSION_PUBLISHED',
      500: 'PKG_REPOSITORY_UNREACHABLE',
    };
    for (const [status, code] of Object.entries(codes)) {
      answer = Number(status);
      const { stderr } = await expectEnd(pkg(home, 'push', 'web-1.1.0.tgz', 'acme'), code);
      expect(stderr).toContain('the server says: why it is refused');
    }
    server.close();
  });

  test('a provenance alone is accepted only for an archive that exists', async () => {
    const folder = temporaryFolder();
    const serving = await startServing(folder, '--token-file', join(files, 'token'));
    const body = readFileSync(join(sources, 'web-1.0.0.tgz.prov'));
    const sign = async (): Promise<number> => {
      const headers = { authorization: `Bearer ${TOKEN}` };
      return (await ask(serving, '/api/prov', { method: 'POST', headers, body })).status;
    };
    expect(await sign()).toBe(404);
    copyFileSync(join(sources, 'web-1.1.0.tgz'), join(folder, 'web-1.0.0.tgz'));
    expect(await sign()).toBe(400);
    copyFileSync(join(sources, 'web-1.0.0.tgz'), join(folder, 'web-1.0.0.tgz'));
    expect([await sign(), await sign()]).toEqual([201, 201]);
    writeFileSync(join(folder, 'web-1.0.0.tgz.prov'), 'another');
    expect(await sign()).toBe(409);
    await serving.end();
  });
});
