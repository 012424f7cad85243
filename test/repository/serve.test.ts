/** `pkg serve`: reading, uploads, and hostile requests. */
import { createHash } from 'node:crypto';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { FolderIndex } from '../../src/repository/serve/folder-index.ts';
import { parseYaml } from '../../src/yaml/read.ts';
import { toPlain } from '../../src/yaml/value.ts';
import { craftArchive, temporaryFolder } from '../chart/support.ts';
import { RUNS, SEED } from '../support/generation.ts';
import { ask, startServing } from '../support/serve.ts';
import type { Reply, Serving } from '../support/serve.ts';
import { makeRepository, run } from './support.ts';

const TOKEN = 'a-token-of-16-or-more';
const BEARER = { authorization: `Bearer ${TOKEN}` };

let packed: string;
let other: string;
beforeAll(async () => {
  const charts: [string, string][] = [
    ['web', '1.0.0'],
    ['web', '1.2.0+build.7'],
    ['db', '0.1.0'],
  ];
  packed = await makeRepository(charts);
  other = await makeRepository([['web', '1.0.0', 'description: of other content\n']]);
});

function secretFile(text: string): string {
  const file = join(temporaryFolder(), 'secret');
  writeFileSync(file, `${text}\n`);
  return file;
}

function folderWith(...files: string[]): string {
  const folder = temporaryFolder();
  for (const file of files) copyFileSync(join(packed, file), join(folder, file));
  return folder;
}

async function versionsIn(serving: Serving): Promise<string[]> {
  const { body } = await ask(serving, '/index.yaml');
  const index = toPlain(parseYaml(body.toString(), 'index.yaml')) as { entries: Record<string, { version: string }[]> };
  return Object.entries(index.entries).flatMap(([name, all]) => all.map(({ version }) => `${name} ${version}`));
}

describe('a folder', () => {
  test('has the same index as by helm, which follows each change of the files', async () => {
    const folder = folderWith('web-1.0.0.tgz', 'web-1.2.0+build.7.tgz', 'db-0.1.0.tgz');
    writeFileSync(join(folder, 'broken.tgz'), 'no chart');
    const serving = await startServing(folder);
    try {
      type Entry = { created: string; urls: string[] };
      const entriesOf = (text: string): Record<string, Entry[]> => {
        const { entries } = toPlain(parseYaml(text, 'index')) as { entries: Record<string, Entry[]> };
        for (const entry of Object.values(entries).flat()) entry.created = '';
        return entries;
      };
      const { body } = await ask(serving, '/index.yaml');
      expect(entriesOf(body.toString())).toEqual(entriesOf(readFileSync(join(packed, 'index.yaml'), 'utf8')));
      expect(serving.said()).toMatch(/^broken\.tgz is left out: /);

      rmSync(join(folder, 'db-0.1.0.tgz'));
      expect(await versionsIn(serving)).toEqual(['web 1.2.0+build.7', 'web 1.0.0']);
      renameSync(join(folder, 'web-1.0.0.tgz'), join(folder, 'renamed.tgz'));
      expect(await versionsIn(serving)).toEqual(['web 1.2.0+build.7', 'web 1.0.0']);
      copyFileSync(join(packed, 'db-0.1.0.tgz'), join(folder, 'renamed.tgz'));
      expect(await versionsIn(serving)).toEqual(['db 0.1.0', 'web 1.2.0+build.7']);
      copyFileSync(join(packed, 'web-1.0.0.tgz'), join(folder, 'broken.tgz'));
      expect(await versionsIn(serving)).toContain('web 1.0.0');
    } finally {
      await serving.end();
    }
  });

  test('is read again only for changed files', async () => {
    const folder = folderWith('web-1.0.0.tgz');
    const index = new FolderIndex(folder, () => undefined);
    const before = await index.current();
    const entry = before.find('web', '1.0.0');
    expect(entry).toBeDefined();
    expect(await index.current()).toBe(before);
    copyFileSync(join(packed, 'db-0.1.0.tgz'), join(folder, 'db-0.1.0.tgz'));
    const both = await Promise.all([index.current(), index.current(), index.current()]);
    for (const charts of both) expect(charts.find('db', '0.1.0')).toBeDefined();
    // The same object: nobody made it anew.
    expect(both[0]?.find('web', '1.0.0')).toBe(entry);
    rmSync(folder, { recursive: true });
    await expect(index.current()).rejects.toThrow('ENOENT');
    mkdirSync(folder);
    expect((await index.current()).index.entries.size).toBe(0);
  });
});

describe('reading', () => {
  let folder: string;
  let serving: Serving;
  beforeAll(async () => {
    folder = folderWith('web-1.0.0.tgz', 'web-1.2.0+build.7.tgz');
    writeFileSync(join(folder, 'web-1.0.0.tgz.prov'), 'signed');
    writeFileSync(join(folder, 'secret.txt'), 'secret');
    writeFileSync(join(folder, '.hidden.tgz'), 'secret');
    mkdirSync(join(folder, 'folder.tgz'));
    mkdirSync(join(folder, 'nested'));
    writeFileSync(join(folder, 'nested', 'web.tgz'), 'secret');
    const outside = temporaryFolder();
    writeFileSync(join(outside, 'out.tgz'), 'secret');
    symlinkSync(join(outside, 'out.tgz'), join(folder, 'out.tgz'));
    symlinkSync('nowhere', join(folder, 'nowhere.tgz'));
    symlinkSync('web-1.0.0.tgz', join(folder, 'inside.tgz'));
    serving = await startServing(folder);
  });
  afterAll(() => serving.end());

  test('the index has an ETag, and supports 304 and gzip', async () => {
    const plain = await ask(serving, '/index.yaml');
    expect(plain.status).toBe(200);
    expect(plain.headers['content-encoding']).toBeUndefined();
    const gzipped = await ask(serving, '/index.yaml', { headers: { 'accept-encoding': 'br;q=1, gzip;q=0.5' } });
    expect(gzipped.headers['content-encoding']).toBe('gzip');
    expect(gunzipSync(gzipped.body).equals(plain.body)).toBe(true);
    const refused = await ask(serving, '/index.yaml', { headers: { 'accept-encoding': 'gzip;q=0' } });
    expect(refused.headers['content-encoding']).toBeUndefined();
    const { etag = '' } = plain.headers;
    for (const tag of [etag, etag.replace('W/', ''), `"x", ${etag}`, '*']) {
      const again = await ask(serving, '/index.yaml', { headers: { 'if-none-match': tag } });
      expect([again.status, again.body.length]).toEqual([304, 0]);
    }
    const changed = await ask(serving, '/index.yaml', { headers: { 'if-none-match': '"x"' } });
    expect(changed.status).toBe(200);
    const head = await ask(serving, '/index.yaml', { method: 'HEAD' });
    expect([head.status, head.body.length, head.headers['content-length']]).toEqual([
      200,
      0,
      String(plain.body.length),
    ]);
  });

  test('the same index with the same ETag after a restart', async () => {
    const before = await ask(serving, '/index.yaml');
    const second = await startServing(folder);
    const after = await ask(second, '/index.yaml');
    await second.end();
    expect(after.headers.etag).toBe(before.headers.etag);
    expect(after.body.equals(before.body)).toBe(true);
  });

  test('archives and provenance files by their names', async () => {
    for (const name of ['web-1.0.0.tgz', 'web-1.0.0.tgz.prov', 'web-1.2.0+build.7.tgz', 'inside.tgz']) {
      const answer = await ask(serving, `/${name}`);
      expect(answer.status).toBe(200);
      expect(answer.body.equals(readFileSync(join(folder, name)))).toBe(true);
      const headers = { 'if-none-match': answer.headers.etag ?? '' };
      expect((await ask(serving, `/${name}`, { headers })).status).toBe(304);
    }
    expect((await ask(serving, '/web-1.2.0%2Bbuild.7.tgz')).status).toBe(200);
    expect((await ask(serving, `${serving.url}/web-1.0.0.tgz`)).status).toBe(200);
  });

  test('charts and versions as JSON', async () => {
    const json = async (path: string): Promise<unknown> => JSON.parse((await ask(serving, path)).body.toString());
    const all = (await json('/api/charts')) as { web: { version: string }[] };
    expect(all.web.map(({ version }) => version).sort()).toEqual(['1.0.0', '1.2.0+build.7']);
    expect(await json('/api/charts/web')).toEqual(all.web);
    expect(await json('/api/charts/web/1.2.0%2Bbuild.7')).toMatchObject({ name: 'web', version: '1.2.0+build.7' });
    for (const path of ['/api/charts/none', '/api/charts/web/9.9.9', '/api/charts/__proto__', '/api/charts/web/1/2']) {
      expect((await ask(serving, path)).status, path).toBe(404);
    }
  });

  test('no path gives another file', async () => {
    const part = fc.constantFrom(
      ...['..', '.', '', '%2e%2e', '..%2f', '%2f', '\\', '%5c', '%00', '%', '%ff', 'nested', 'folder.tgz', 'etc'],
      ...[
        'secret.txt',
        '.hidden.tgz',
        'web.tgz',
        'out.tgz',
        'nowhere.tgz',
        'passwd',
        'api',
        'charts',
        'prov',
        '?',
        '#',
      ],
    );
    const method = fc.constantFrom('GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS');
    await fc.assert(
      fc.asyncProperty(fc.array(part, { maxLength: 6 }), method, async (parts, how) => {
        const { status, body } = await ask(serving, `/${parts.join('/')}`, { method: how });
        expect(body.toString()).not.toContain('secret');
        const isList = how === 'GET' || how === 'HEAD' ? status === 200 : false;
        expect(isList || (status >= 400 && status < 500), `${how} ${parts.join('/')}: ${status}`).toBe(true);
      }),
      { numRuns: 300 * RUNS, seed: SEED },
    );
    expect(serving.said()).not.toContain('failed');
    for (const name of ['out.tgz', 'nowhere.tgz', 'folder.tgz', '.hidden.tgz', 'secret.txt', 'nested%2fweb.tgz']) {
      expect((await ask(serving, `/${name}`)).status, name).toBe(404);
    }
  });
});

/** A form as Go's mime/multipart writes it, which helm-push uses. */
function form(files: Record<string, [name: string, bytes: Uint8Array]>): {
  headers: Record<string, string>;
  body: Buffer;
} {
  const boundary = createHash('sha256').update(Object.keys(files).join()).digest('hex').slice(0, 60);
  const parts = Object.entries(files).flatMap(([field, [name, bytes]]) => [
    Buffer.from(
      `--${boundary}\r\nContent-Disposition: form-data; name="${field}"; filename="${name}"\r\n` +
        'Content-Type: application/octet-stream\r\n\r\n',
    ),
    bytes,
    Buffer.from('\r\n'),
  ]);
  return {
    headers: { 'content-type': `multipart/form-data; boundary=${boundary}` },
    body: Buffer.concat([...parts, Buffer.from(`--${boundary}--\r\n`)]),
  };
}

describe('uploads', () => {
  const post = (serving: Serving, path: string, sent: Parameters<typeof ask>[2]): Promise<Reply> =>
    ask(serving, path, { method: 'POST', ...sent, headers: { ...BEARER, ...sent?.headers } });
  const archive = (from = packed, name = 'web-1.0.0.tgz'): Buffer => readFileSync(join(from, name));

  test('are refused without a token file, without the token, and for readers', async () => {
    const body = archive();
    const off = await startServing(temporaryFolder());
    expect((await post(off, '/api/charts', { body })).status).toBe(403);
    await off.end();
    const folder = temporaryFolder();
    const login = ['--username', 'ada', '--password-file', secretFile('pa:ss')];
    const serving = await startServing(folder, ...login, '--token-file', secretFile(TOKEN));
    const basic = (text: string): Record<string, string> => ({
      authorization: `Basic ${Buffer.from(text).toString('base64')}`,
    });
    const tried: [Record<string, string>, reads: number, writes: number][] = [
      [{}, 401, 401],
      [basic('ada:wrong'), 401, 401],
      [basic('eve:pa:ss'), 401, 401],
      [basic('ada'), 401, 401],
      [{ authorization: 'Bearer wrong' }, 401, 401],
      [{ authorization: 'Bearer' }, 401, 401],
      [{ authorization: TOKEN }, 401, 401],
      [basic('ada:pa:ss'), 200, 403],
      [BEARER, 200, 201],
      [basic(`anybody:${TOKEN}`), 200, 201],
    ];
    for (const [headers, reads, writes] of tried) {
      const told = JSON.stringify(headers);
      expect((await ask(serving, '/index.yaml', { headers })).status, told).toBe(reads);
      expect((await ask(serving, '/api/charts', { method: 'POST', headers, body })).status, told).toBe(writes);
      if (writes !== 201) expect(readdirSync(folder).filter((name) => name.endsWith('.tgz'))).toEqual([]);
    }
    expect((await ask(serving, '/api/charts/web/1.0.0', { method: 'DELETE' })).status).toBe(401);
    await serving.end();
  });

  test('work raw and as a form; the same content changes nothing, other content is refused unless overwriting is allowed', async () => {
    const token = secretFile(TOKEN);
    const folder = temporaryFolder();
    let serving = await startServing(folder, '--token-file', token);
    const sent = form({ chart: ['/some/path/any name.tgz', archive()] });
    expect((await post(serving, '/api/charts', { body: archive() })).body.toString()).toBe('{"saved":true}\n');
    const saved = join(folder, 'web-1.0.0.tgz');
    expect(readFileSync(saved).equals(archive())).toBe(true);
    expect((await post(serving, '/api/charts', sent)).status).toBe(201);
    const version = form({ chart: ['x', archive(packed, 'web-1.2.0+build.7.tgz')] });
    expect((await post(serving, '/api/charts', version)).status).toBe(201);
    expect(await versionsIn(serving)).toEqual(['web 1.2.0+build.7', 'web 1.0.0']);
    for (const path of ['/api/charts', '/api/charts?force', '/api/charts?force=true']) {
      const refused = await post(serving, path, { body: archive(other) });
      expect([refused.status, JSON.parse(refused.body.toString())]).toEqual([409, { error: expect.any(String) }]);
      expect(readFileSync(saved).equals(archive())).toBe(true);
    }
    await serving.end();
    serving = await startServing(folder, '--token-file', token, '--allow-overwrite');
    writeFileSync(`${saved}.prov`, 'of the archive before');
    expect((await post(serving, '/api/charts', { body: archive(other) })).status).toBe(409);
    expect((await post(serving, '/api/charts?force=true', { body: archive(other) })).status).toBe(201);
    expect(readFileSync(saved).equals(archive(other))).toBe(true);
    expect(existsSync(`${saved}.prov`)).toBe(false);
    expect((await ask(serving, '/api/charts/web/1.0.0', { method: 'DELETE', headers: BEARER })).status).toBe(200);
    expect((await ask(serving, '/api/charts/web/1.0.0', { method: 'DELETE', headers: BEARER })).status).toBe(404);
    expect(readdirSync(folder).filter((name) => name.includes('.tgz'))).toEqual(['web-1.2.0+build.7.tgz']);
    await serving.end();
  });

  test('of one version with different content at once: one succeeds, the others are refused', async () => {
    const folder = temporaryFolder();
    const serving = await startServing(folder, '--token-file', secretFile(TOKEN));
    const bodies = [archive(), archive(other)];
    const answers = await Promise.all(bodies.map((body) => post(serving, '/api/charts', { body })));
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 409]);
    const winner = bodies[answers.findIndex(({ status }) => status === 201)];
    expect(readFileSync(join(folder, 'web-1.0.0.tgz')).equals(winner ?? Buffer.alloc(0))).toBe(true);
    await serving.end();
  });

  test('that are not charts, and invalid forms, get status 4xx and leave nothing', async () => {
    const folder = temporaryFolder();
    const serving = await startServing(folder, '--token-file', secretFile(TOKEN));
    const named = (name: string, version = '1.0.0'): Buffer =>
      craftArchive([{ name: 'x/Chart.yaml', data: `apiVersion: v2\nname: ${name}\nversion: ${version}\n` }]);
    const broken = archive().subarray(0, 100);
    const bodies: Record<string, Parameters<typeof ask>[2]> = {
      nothing: { body: '' },
      text: { body: 'no chart' },
      'half a chart': { body: broken },
      'a name that is a path': { body: named('../evil') },
      'a hidden name': { body: named('.evil') },
      'a name with a line break': { body: named('"a\\nb"') },
      'a version that is none': { body: named('web', '../1') },
      'a long name': { body: named('a'.repeat(300)) },
      'a form without boundary': { headers: { 'content-type': 'multipart/form-data' }, body: 'x' },
      'a form that is not closed': {
        headers: { 'content-type': 'multipart/form-data; boundary=x' },
        body: '--x\r\nContent-Disposition: form-data; name="chart"; filename="a"\r\n\r\nabc',
      },
      'a form with other fields': form({ other: ['a', archive()] }),
      'a form with text': form({ chart: ['a', Buffer.from('text')] }),
      'a provenance of nothing': form({ chart: ['a', archive()], prov: ['b', Buffer.from('text')] }),
    };
    for (const [what, sent] of Object.entries(bodies)) {
      const { status, body } = await post(serving, '/api/charts', sent);
      expect(status, what).toBe(400);
      expect(JSON.parse(body.toString()), what).toEqual({ error: expect.any(String) });
    }
    expect((await post(serving, '/api/prov', { body: 'no provenance' })).status).toBe(400);
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 400 }), fc.boolean(), async (bytes, isForm) => {
        const whole = isForm ? Buffer.concat([Buffer.from('--x\r\n'), bytes, Buffer.from('\r\n--x--')]) : bytes;
        const headers = isForm ? { 'content-type': 'multipart/form-data; boundary=x' } : {};
        expect((await post(serving, '/api/charts', { body: whole, headers })).status).toBe(400);
      }),
      { numRuns: 100 * RUNS, seed: SEED },
    );
    expect(readdirSync(folder).filter((name) => name !== '.cache')).toEqual([]);
    expect(serving.said()).not.toContain('failed');
    await serving.end();
  });
});

describe('hostile clients', () => {
  /** Sends bytes as they are; gives what came back when the server closed, or after a while. */
  function raw(serving: Serving, bytes: string): Promise<string> {
    return new Promise((resolve) => {
      let answer = '';
      const socket = connect(serving.port, '127.0.0.1', () => socket.write(bytes));
      const done = (): void => {
        socket.destroy();
        resolve(answer);
      };
      socket.on('data', (chunk) => {
        answer += chunk.toString('latin1');
        if (answer.includes('\r\n\r\n')) done();
      });
      socket.on('error', done);
      socket.on('close', done);
    });
  }

  test('get status 4xx for invalid requests, and the server continues', async () => {
    const serving = await startServing(folderWith('web-1.0.0.tgz'), '--token-file', secretFile(TOKEN));
    const auth = `host: x\r\nauthorization: Bearer ${TOKEN}\r\n`;
    const requests: [string, RegExp][] = [
      [`GET / HTTP/1.1\r\nhost: x\r\nx: ${'y'.repeat(1 << 17)}\r\n\r\n`, /^HTTP\/1\.1 431 /],
      [`GET /${'y'.repeat(1 << 17)} HTTP/1.1\r\nhost: x\r\n\r\n`, /^HTTP\/1\.1 431 /],
      ['\0\0\0\0\r\n\r\n', /^HTTP\/1\.1 400 /],
      ['GET /index.yaml HTTP/1.1\r\n\r\n', /^HTTP\/1\.1 400 /],
      [`POST /api/charts HTTP/1.1\r\n${auth}content-length: 99999999999\r\n\r\n`, /^HTTP\/1\.1 413 /],
      [`POST /api/charts HTTP/1.1\r\n${auth}content-length: -1\r\n\r\n`, /^HTTP\/1\.1 400 /],
      [`POST /api/charts HTTP/1.1\r\n${auth}transfer-encoding: chunked\r\n\r\nzz\r\n`, /^HTTP\/1\.1 400 /],
      [
        `POST /api/charts HTTP/1.1\r\n${auth}transfer-encoding: chunked\r\ncontent-length: 5\r\n\r\n0\r\n\r\n`,
        /^HTTP\/1\.1 400 /,
      ],
      [`POST /api/charts HTTP/1.1\r\nhost: x\r\ncontent-length: 1000\r\n\r\nabc`, /^HTTP\/1\.1 401 /],
    ];
    for (const [bytes, expected] of requests) expect(await raw(serving, bytes), bytes.slice(0, 80)).toMatch(expected);
    expect(await versionsIn(serving)).toEqual(['web 1.0.0']);
    expect((await serving.end()).status).toBe(0);
  });

  test('do not block others: stalled bodies, readers that disappear', async () => {
    const folder = folderWith('web-1.0.0.tgz');
    writeFileSync(join(folder, 'large.tgz'), Buffer.alloc(64 << 20));
    const serving = await startServing(folder, '--token-file', secretFile(TOKEN));
    const stalled: Socket[] = [];
    for (let at = 0; at < 20; at++) {
      const socket = connect(serving.port, '127.0.0.1');
      socket.on('error', () => undefined);
      const head = `POST /api/charts HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${TOKEN}\r\ncontent-length: 1000\r\n\r\n`;
      socket.write(at % 2 === 0 ? head : 'GET /large.tgz HTTP/1.1\r\nhost: x\r\n\r\n');
      stalled.push(socket);
    }
    expect(await versionsIn(serving)).toEqual(['web 1.0.0']);
    for (const [at, socket] of stalled.entries()) if (at < 10) socket.destroy();
    expect(await versionsIn(serving)).toEqual(['web 1.0.0']);
    // Uploads wait until the stalled ones are gone.
    const body = readFileSync(join(packed, 'db-0.1.0.tgz'));
    const uploads = Array.from({ length: 12 }, () =>
      ask(serving, '/api/charts', { method: 'POST', headers: BEARER, body }),
    );
    for (const socket of stalled) socket.destroy();
    expect((await Promise.all(uploads)).map(({ status }) => status)).toEqual(Array.from({ length: 12 }, () => 201));
    expect(await versionsIn(serving)).toEqual(['db 0.1.0', 'web 1.0.0']);
    const held = connect(serving.port, '127.0.0.1');
    held.on('error', () => undefined);
    held.write(`POST /api/charts HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${TOKEN}\r\ncontent-length: 9\r\n\r\n`);
    // Asked to end, it gives those that are under way a few seconds and no more.
    const { status, stderr } = await serving.end('SIGINT');
    expect(status, stderr).toBe(0);
    held.destroy();
  });
});

test('it ends with status 0 on each signal, and reports why it cannot serve', async () => {
  const folder = temporaryFolder();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    const serving = await startServing(folder);
    await ask(serving, '/index.yaml');
    expect((await serving.end(signal)).status).toBe(0);
  }
  const serving = await startServing(folder);
  const home = temporaryFolder();
  const wrong: [string[], string][] = [
    [[folder, '--listen', `127.0.0.1:${serving.port}`], 'PKG_LISTEN_FAILED'],
    [[folder, '--listen', '192.0.2.1:0'], 'PKG_LISTEN_FAILED'],
    [[folder, '--listen', '8879'], 'PKG_USAGE'],
    [[folder, '--listen', '127.0.0.1:99999'], 'PKG_USAGE'],
    [[folder, '--username', 'ada'], 'PKG_USAGE'],
    [[folder, '--tls-cert', 'x'], 'PKG_USAGE'],
    [[folder, '--token-file', secretFile('')], 'PKG_USAGE'],
    [[folder, '--token-file', join(home, 'none')], 'PKG_FILE_UNREADABLE'],
    [[folder, '--tls-cert', secretFile('x'), '--tls-key', secretFile('y')], 'PKG_LISTEN_FAILED'],
    [[join(home, 'none')], 'PKG_FILE_UNREADABLE'],
  ];
  for (const [args, code] of wrong) {
    const { status, stderr } = await run('pkg', ['serve', ...args], { cwd: home, home });
    expect(status, args.join(' ')).toBe(1);
    expect(stderr, args.join(' ')).toContain(`code: ${code} `);
  }
  await serving.end();
});
