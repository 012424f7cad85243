/** The HTTP client: where logins are sent, what is retried, limits of size and time. */
import { spawn } from 'node:child_process';
import { createReadStream, createWriteStream, readFileSync, writeFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { connect as connectTcp } from 'node:net';
import type { Socket } from 'node:net';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, test } from 'vitest';
import { failureOf } from '../../src/network/failures.ts';
import { HttpClient, UnusableAnswer } from '../../src/network/http.ts';
import type { HttpRequest, HttpTimes } from '../../src/network/http.ts';
import { ConnectionPool } from '../../src/network/pool.ts';
import { temporaryFolder } from '../chart/support.ts';
import { startChartServer } from '../support/chart-server.ts';
import { rejectionOf } from '../support/errors.ts';
import { startTcpServer } from '../support/tcp-server.ts';
import type { ChartServer } from '../support/chart-server.ts';

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const closing: (() => unknown)[] = [];
afterEach(() => {
  for (const close of closing.splice(0)) close();
});

type Seen = { method: string; url: string; body: string; headers: IncomingMessage['headers'] };
type Serve = (seen: Seen, response: ServerResponse, number: number) => void;

/** A server that reads requests whole before it answers. */
async function start(serve: Serve): Promise<ChartServer & { seen: Seen[] }> {
  const seen: Seen[] = [];
  const server = await startChartServer('/nowhere', {
    serve: (request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const { method = '', url = '', headers } = request;
        const one = { method, url, headers, body: Buffer.concat(chunks).toString() };
        seen.push(one);
        serve(one, response, seen.length);
      });
      return true;
    },
  });
  closing.push(() => server.close());
  return { ...server, seen };
}

/** A server of plain TCP. */
async function raw(serve: (socket: Socket) => void): Promise<URL> {
  const server = await startTcpServer(serve);
  closing.push(server.close);
  return new URL(`http://127.0.0.1:${server.port}/`);
}

function client(times: Partial<HttpTimes> = {}): HttpClient {
  const http = new HttpClient({ env: {}, times: { pause: 5, ...times } });
  closing.push(() => http.close());
  return http;
}

async function get(
  url: string | URL,
  request: Partial<HttpRequest> = {},
  times: Partial<HttpTimes> = {},
): Promise<number> {
  return (await client(times).request({ url: new URL(url), limit: 1 << 20, ...request })).status;
}

describe('a login', () => {
  test.each(['localhost', '127.0.0.1'])('is sent to %s only if it is meant for it', async (name) => {
    const server = await start((seen, response) => {
      const to = `http://${name}:${server.port}/second`;
      if (seen.url === '/first') response.writeHead(302, { location: to }).end();
      else response.end();
    });
    expect(await get(`${server.url}/first`, { authorization: 'Basic x' })).toBe(200);
    const sent = server.seen.map(({ url, headers }) => [url, headers.authorization]);
    expect(sent).toEqual([
      ['/first', 'Basic x'],
      ['/second', name === '127.0.0.1' ? 'Basic x' : undefined],
    ]);
  });

  test('is not sent to another port', async () => {
    const elsewhere = await start((_seen, response) => response.end());
    const server = await start((_seen, response) => response.writeHead(307, { location: elsewhere.url }).end());
    for (const everywhere of [false, true]) {
      await get(server.url, { authorization: 'Basic x', everywhere });
    }
    expect(elsewhere.seen.map(({ headers }) => headers.authorization)).toEqual([undefined, 'Basic x']);
  });

  test('in the address is sent to its server', async () => {
    const elsewhere = await start((_seen, response) => response.end());
    const server = await start((seen, response) => {
      if (seen.url === '/') response.writeHead(302, { location: '/next' }).end();
      else response.writeHead(302, { location: elsewhere.url }).end();
    });
    await get(server.url.replace('//', '//ada:p%40ss@'));
    const login = `Basic ${Buffer.from('ada:p@ss').toString('base64')}`;
    expect(server.seen.map(({ headers }) => headers.authorization)).toEqual([login, login]);
    expect(elsewhere.seen.map(({ headers }) => headers.authorization)).toEqual([undefined]);
  });

  test('in a body, as any body, is not sent to another server', async () => {
    const elsewhere = await start((_seen, response) => response.end());
    const server = await start((seen, response) => {
      if (seen.url === '/moved') response.end();
      else response.writeHead(307, { location: seen.url === '/' ? '/moved' : elsewhere.url }).end();
    });
    expect(await get(server.url, { method: 'POST', body: 'token=x' })).toBe(200);
    expect(server.seen.map(({ url, body }) => [url, body])).toEqual([
      ['/', 'token=x'],
      ['/moved', 'token=x'],
    ]);
    expect(await get(`${server.url}/away`, { method: 'POST', body: 'token=x' })).toBe(307);
    expect(elsewhere.seen).toEqual([]);
  });
});

describe('a request that fails', () => {
  test.each([408, 429, 500, 502, 503, 504, 507])(
    'with status %i is sent again, a POST only where it may be repeated',
    async (status) => {
      const server = await start((_seen, response, number) =>
        response.writeHead(number % 2 === 1 ? status : 200).end('x'),
      );
      expect(await get(server.url)).toBe(200);
      expect(await get(server.url, { method: 'POST', body: 'b' })).toBe(status);
      server.seen.splice(0);
      expect(await get(server.url, { method: 'POST', body: 'b', repeatable: true })).toBe(200);
      expect(server.seen.map(({ body }) => body)).toEqual(['b', 'b']);
    },
  );

  test.each([400, 401, 404, 501])('with status %i is not', async (status) => {
    const server = await start((_seen, response) => response.writeHead(status).end());
    expect(await get(server.url)).toBe(status);
    expect(server.seen).toHaveLength(1);
  });

  test('every time is retried a few times, and the last answer counts', async () => {
    const server = await start((_seen, response, number) => response.writeHead(503).end(`${number}`));
    const { status, body } = await client().request({ url: new URL(server.url), limit: 10 });
    expect([status, body.toString()]).toEqual([503, '4']);
  });

  test('with Retry-After waits that long, unless that is too long', async () => {
    const server = await start((seen, response, number) => {
      const inAnHour = new Date(Date.now() + 3_600_000).toUTCString();
      const pauses = { '/later': '3600', '/by-date': inAnHour, '/endless': '9'.repeat(400) };
      const pause = pauses[seen.url as keyof typeof pauses];
      if (pause !== undefined) response.writeHead(429, { 'retry-after': pause }).end();
      else response.writeHead(number === 1 ? 429 : 200, { 'retry-after': '1' }).end();
    });
    const begun = Date.now();
    expect(await get(server.url)).toBe(200);
    expect(Date.now() - begun).toBeGreaterThanOrEqual(1000);
    for (const path of ['/later', '/by-date', '/endless']) expect(await get(server.url + path)).toBe(429);
    expect(server.seen).toHaveLength(5);
  });

  test('by a reset, before or within the answer, is sent again', async () => {
    const server = await start((_seen, response, number) => {
      if (number === 1) response.socket?.resetAndDestroy();
      else if (number === 2) response.writeHead(200, { 'content-length': 10 }).write('half', () => response.destroy());
      else response.end('whole');
    });
    const { body } = await client().request({ url: new URL(server.url), limit: 10 });
    expect(body.toString()).toBe('whole');
    expect(server.seen).toHaveLength(3);
  });

  test('by a reset, if it is a POST, is not sent again', async () => {
    const server = await start((_seen, response) => response.socket?.resetAndDestroy());
    const error = await rejectionOf(get(server.url, { method: 'POST', body: 'b' }), Error);
    expect(failureOf(error).code).toBe('ECONNRESET');
    expect(server.seen).toHaveLength(1);
  });
});

describe('a server', () => {
  test.each([
    [
      'changes the protocol unasked',
      'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n',
      'BAD_UPGRADE',
    ],
    [
      'changes to HTTP/2 unasked',
      'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n',
      'BAD_UPGRADE',
    ],
    ['goes on with 100 unasked', 'HTTP/1.1 100 Continue\r\n\r\n', 'BAD_ANSWER'],
    ['does not speak HTTP', 'SSH-2.0-OpenSSH_9\r\n', 'BAD_ANSWER'],
    ['has a head of 1 MB', `HTTP/1.1 200 OK\r\nx: ${'y'.repeat(1 << 20)}\r\n\r\n`, 'LONG_HEAD'],
    ['has two lengths', 'HTTP/1.1 200 OK\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nabc', 'ECONNRESET'],
  ])('that %s ends the request', async (_name, text, code) => {
    const url = await raw((socket) => socket.once('data', () => socket.write(text)));
    expect(failureOf(await rejectionOf(get(url), Error)).code).toBe(code);
  });

  test('that sends a head of 100 KB is understood', async () => {
    const cookies = `set-cookie: ${'y'.repeat(1000)}\r\n`.repeat(100);
    const text = `HTTP/1.1 200 OK\r\n${cookies}content-length: 2\r\n\r\nok`;
    const url = await raw((socket) => socket.once('data', () => socket.write(text)));
    expect(await get(url)).toBe(200);
  });

  test('that sends early hints for ever times out', async () => {
    const url = await raw((socket) => {
      const timer = setInterval(() => socket.write('HTTP/1.1 103 Early Hints\r\nlink: </x>\r\n\r\n'), 10);
      socket.on('close', () => clearInterval(timer));
    });
    expect(failureOf(await rejectionOf(get(url, {}, { whole: 300 }), Error)).code).toBe('TOO_SLOW');
  });

  test('that redirects in a circle, or to an invalid address', async () => {
    const server = await start((seen, response) => {
      response.writeHead(302, { location: seen.url === '/nowhere' ? 'ftp://x/' : '/' }).end();
    });
    for (const path of ['/', '/nowhere']) {
      const error = await rejectionOf(get(server.url + path), Error);
      expect(error).toBeInstanceOf(UnusableAnswer);
      expect((error as UnusableAnswer).reason).toBe('redirect');
    }
  });

  test('that sends more than the limit', async () => {
    const server = await start((_seen, response) => response.end('x'.repeat(101)));
    expect(await get(server.url, { limit: 101 })).toBe(200);
    expect(await rejectionOf(get(server.url, { limit: 100 }), Error)).toMatchObject({ reason: 'size' });
  });
});

describe('an upload', () => {
  const body = Buffer.alloc(64 << 20);

  /** A server that reads so many bytes in 10 ms, and answers once it has read all. */
  const reading = (rate: number): Promise<URL> =>
    raw((socket) => {
      let read = 0;
      socket.pause();
      const timer = setInterval(() => {
        read += (socket.read(Math.min(socket.readableLength, rate)) as Buffer | null)?.length ?? 0;
        if (read > body.length) socket.write('HTTP/1.1 201 Created\r\ncontent-length: 0\r\n\r\n');
      }, 10);
      socket.on('readable', () => undefined);
      socket.on('close', () => clearInterval(timer));
    });

  test('that is slow continues as long as bytes are sent', async () => {
    const url = await reading(1 << 17);
    expect(await get(url, { method: 'PUT', body }, { silence: 500, buffered: 2_500 })).toBe(201);
  });

  test('that stalls ends with an error', async () => {
    const url = await reading(0);
    const error = await rejectionOf(get(url, { method: 'PUT', body }, { silence: 300, buffered: 0 }), Error);
    expect(failureOf(error).code).toBe('ETIMEDOUT');
  });
});

test('a HEAD keeps the connection usable', async () => {
  let connections = 0;
  const url = await raw((socket) => {
    connections++;
    socket.on('data', (data) => {
      const isHead = data.toString().startsWith('HEAD');
      socket.write(`HTTP/1.1 ${isHead ? 404 : 200} X\r\ncontent-length: 3\r\n\r\n${isHead ? '' : 'abc'}`);
    });
  });
  const http = client();
  for (const method of ['HEAD', 'GET', 'HEAD', 'HEAD', 'POST', 'GET'] as const) {
    await http.request({ method, url, limit: 3 });
  }
  expect(connections).toBe(1);
});

test('a body after the answer to a HEAD, against the rules, is not taken for the next answer', async () => {
  const url = await raw((socket) => {
    socket.on('data', () => socket.write('HTTP/1.1 200 OK\r\ncontent-length: 3\r\n\r\nabc'));
  });
  const http = client();
  for (const method of ['HEAD', 'GET', 'HEAD', 'GET'] as const) {
    const { status, body } = await http.request({ method, url, limit: 3 });
    expect([status, body.toString()]).toEqual([200, method === 'GET' ? 'abc' : '']);
  }
});

test('uploads and downloads are streamed, and a repeated upload is read again', async () => {
  const file = join(temporaryFolder(), 'up');
  const text = 'ab'.repeat(1 << 20);
  writeFileSync(file, text);
  const server = await start((seen, response, number) => {
    if (seen.method === 'PUT') response.writeHead(number === 1 ? 503 : 201).end();
    else response.writeHead(200, { 'content-length': text.length }).end(text);
  });
  const body = { length: text.length, open: () => createReadStream(file) };
  expect(await get(server.url, { method: 'PUT', body })).toBe(201);
  expect(server.seen.map((seen) => [seen.body === text, seen.headers['content-length']])).toEqual([
    [true, String(text.length)],
    [true, String(text.length)],
  ]);
  const down = join(temporaryFolder(), 'down');
  const answer = await client().open({ url: new URL(server.url), limit: text.length });
  expect(answer.length).toBe(text.length);
  await pipeline(answer.body, createWriteStream(down));
  expect(readFileSync(down, 'utf8') === text).toBe(true);
});

describe('an aborted request', () => {
  test.each(['before', 'while it is waited for', 'in the middle of the answer'])(
    '%s ends with the reason',
    async (when) => {
      const controller = new AbortController();
      const enough = new Error('enough');
      const server = await start((_seen, response) => {
        if (when === 'in the middle of the answer') response.write('x');
        setTimeout(() => controller.abort(enough), 20);
      });
      if (when === 'before') controller.abort(enough);
      expect(await rejectionOf(get(server.url, { signal: controller.signal }), Error)).toBe(enough);
    },
  );

  test('by closing the client fails', async () => {
    const http = client();
    const server = await start(() => void http.close());
    expect(await rejectionOf(http.request({ url: new URL(server.url), limit: 10 }), Error)).toBeInstanceOf(Error);
  });
});

test('a request that may no longer start after waiting for a connection is not sent', async () => {
  const server = await start((_seen, response) => void setTimeout(() => response.end('x'), 50));
  const url = new URL(server.url);
  const connect = async (): Promise<Socket> => connectTcp(Number(url.port), url.hostname);
  const pool = new ConnectionPool(url, connect, { connections: 1, silence: 0 });
  closing.push(() => pool.close());
  const { signal } = new AbortController();
  const ask = { method: 'PUT', path: '/', headers: { host: url.host }, body: 'b', signal };
  const tooLate = new Error('too late');
  let isOpen = true;
  const first = pool.send({ ...ask, onStart: () => void (isOpen = false) });
  const onStart = (): void => {
    if (!isOpen) throw tooLate;
  };
  expect(await rejectionOf(pool.send({ ...ask, onStart }), Error)).toBe(tooLate);
  expect((await first).status).toBe(200);
  expect(server.seen).toHaveLength(1);
});

test.each([
  [
    'a repository',
    `import { HttpClient } from './src/network/http.ts';
    const http = new HttpClient({ env: {}, times: { connect: 120_000 } });
    http.request({ url: new URL('https://127.0.0.1:' + process.argv[1]), limit: 1 }).catch(() => undefined);
    setTimeout(() => http.close(), 300);`,
  ],
  [
    'an API server',
    `import { Transport } from './src/cluster/kube/transport.ts';
    const tls = { ca: undefined, insecure: true, serverName: '' };
    const peer = { server: new URL('https://127.0.0.1:' + process.argv[1]), proxy: undefined, tls, protocols: ['h2', 'http/1.1'] };
    const transport = new Transport(peer, { connect: 120_000 });
    transport.open({}).catch(() => undefined);
    setTimeout(() => transport.close(), 300);`,
  ],
])('a connection to %s that opens while the client is closed keeps no process alive', async (_name, script) => {
  // It accepts connections and never answers.
  const url = await raw(() => undefined);
  const child = spawn(process.execPath, ['--input-type=module', '-e', script, '--', url.port], {
    cwd: root,
    stdio: 'inherit',
  });
  const begun = Date.now();
  expect(await new Promise((resolve) => child.on('close', resolve))).toBe(0);
  expect(Date.now() - begun).toBeLessThan(60_000);
});

test('V8 has the flags that it had before the first connection: it refuses cached code made with others', async () => {
  const server = await start((_seen, response) => response.end());
  // A process of its own, in which no connection was made before.
  const script = `
    import { Script } from 'node:vm';
    import { setFlagsFromString } from 'node:v8';
    import { HttpClient } from './src/network/http.ts';
    import { runOneCommand } from './src/one-command.ts';
    runOneCommand();
    const script = new Script('(() => 7)()');
    script.runInThisContext();
    const cachedData = script.createCachedData();
    // V8 compares the length of the source, and keeps sources that it has compiled.
    const isRefused = (number) => new Script('(() => ' + number + ')()', { cachedData }).cachedDataRejected;
    const http = new HttpClient({ env: {} });
    await http.request({ url: new URL(process.argv[1]), limit: 1 });
    await http.close();
    const refused = [isRefused(8)];
    setFlagsFromString('--wasm-tiering-budget=1');
    console.log(JSON.stringify([...refused, isRefused(9)]));`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', script, '--', server.url], { cwd: root });
  let told = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (told += chunk.toString()));
  await new Promise((resolve) => child.on('close', resolve));
  expect(told).toBe('[false,true]\n');
});
