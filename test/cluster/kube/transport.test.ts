/** Requests over connections that break, stall, end early, or use another protocol than expected. */
import { connect, createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, test } from 'vitest';
import { ApiError } from '../../../src/cluster/kube/api-errors.ts';
import { KubeClient } from '../../../src/cluster/kube/client.ts';
import type { ClientOptions, KubeRequest } from '../../../src/cluster/kube/client.ts';
import { rejectionOf } from '../../support/errors.ts';
import { startPeer } from '../../support/peer.ts';
import { startTcpServer } from '../../support/tcp-server.ts';
import type { Peer, PeerOptions } from '../../support/peer.ts';
import { connectionOf } from './support.ts';

const opened: { close: () => unknown }[] = [];
afterEach(async () => {
  for (const one of opened.splice(0).toReversed()) await one.close();
});

async function peer(options: PeerOptions): Promise<Peer> {
  const started = await startPeer(options);
  opened.push(started);
  return started;
}

/** A client of a peer that does not wait long. */
function clientOf(to: Peer | string, options: ClientOptions = {}): KubeClient {
  const connection = connectionOf(typeof to === 'string' ? to : to.kubeconfig({ token: 't' }));
  const client = new KubeClient(connection, { pause: 5, timeout: 10_000, ...options }, {});
  opened.push(client);
  return client;
}

const get: KubeRequest = { method: 'GET', path: '/api/v1/namespaces/x/configmaps/y' };
const post: KubeRequest = { method: 'POST', path: '/api/v1/namespaces/x/secrets', body: { kind: 'Secret' } };

const PROTOCOLS = [
  ['HTTP/2', false],
  ['HTTP/1.1', true],
] as const;

describe.each(PROTOCOLS)('over %s', (protocol, http1Only) => {
  test('requests, bodies and answers arrive unchanged', async () => {
    const text = 'ü€😀\u2028"\\'.repeat(50_000);
    const to = await peer({ http1Only, serve: ({ body }, { json }) => json(body === '' ? {} : JSON.parse(body)) });
    const client = clientOf(to);
    const answer = await client.request({ ...post, body: { text } });
    expect((answer.body as { text: string }).text === text).toBe(true);
    expect(to.seen[0]).toMatchObject({ protocol, method: 'POST', path: post.path });
    expect(to.seen[0]?.headers).toMatchObject({ 'content-type': 'application/json', authorization: 'Bearer t' });
    expect(to.seen[0]?.headers['content-length']).toBe(String(Buffer.byteLength(to.seen[0]?.body ?? '')));
    await client.request({ ...get, query: { labelSelector: 'a=b,c!=d', limit: undefined } });
    expect(to.seen[1]?.path).toBe(`${get.path}?labelSelector=a%3Db%2Cc%21%3Dd`);
  });

  test('a write is sent and completed only while its fence is open', async () => {
    let whole = 0;
    const to = await peer({
      http1Only,
      serve: ({ body }, { json, response }) => {
        if (http1Only || !response.stream.aborted) whole++;
        json({ bytes: body.length });
      },
    });
    const client = clientOf(to);
    for (const text of ['', 'x'.repeat(3 << 20)]) {
      // Closed when the request is about to go out; closed again before its end; then open.
      const answers = [false, true, false, true, true];
      let reopened = 0;
      const fence = {
        isOpen: () => answers.shift() ?? true,
        reopen: async () => {
          reopened++;
          await new Promise((resolve) => setTimeout(resolve, 50));
        },
      };
      whole = 0;
      const { body } = await client.request({ ...post, body: { text }, fence });
      expect(body).toEqual({ bytes: text.length + '{"text":""}'.length });
      expect([reopened, answers]).toEqual([2, []]);
      expect(whole).toBe(1);
    }
  });

  test('a write whose fence does not open again is not sent', async () => {
    const to = await peer({ http1Only });
    const lost = new Error('lost');
    const fence = { isOpen: () => false, reopen: () => Promise.reject(lost) };
    await expect(clientOf(to).request({ ...post, fence })).rejects.toBe(lost);
    expect(to.seen).toEqual([]);
  });

  test('a waiting request ends with its signal, and every request when the client is closed', async () => {
    const to = await peer({ http1Only, serve: () => {} });
    const client = clientOf(to);
    const signal = AbortSignal.timeout(300);
    const waiting = Array.from({ length: 60 }, () => client.request({ ...post, signal }));
    const begun = performance.now();
    const outcomes = await Promise.allSettled(waiting);
    expect(performance.now() - begun).toBeLessThan(5_000);
    expect(outcomes.every((one) => one.status === 'rejected' && one.reason === signal.reason)).toBe(true);
    const left = client.request(get);
    client.close();
    await expect(left).rejects.toThrow('closed');
  });

  test('300 requests at once share few connections', async () => {
    const to = await peer({ http1Only });
    const client = clientOf(to);
    await Promise.all(Array.from({ length: 300 }, () => client.request(get)));
    expect(to.seen).toHaveLength(300);
    expect(to.connections()).toBeLessThanOrEqual(http1Only ? 16 : 4);
  });

  test('an answer in gzip is decompressed', async () => {
    const packed = gzipSync(JSON.stringify({ items: Array.from({ length: 5000 }, (_, n) => n) }));
    const to = await peer({
      http1Only,
      serve: ({ headers }, { response }) => {
        expect(headers['accept-encoding']).toBe('gzip');
        response.writeHead(200, { 'content-type': 'application/json', 'content-encoding': 'gzip' });
        response.end(packed);
      },
    });
    expect((await clientOf(to).request(get)).body).toMatchObject({ items: { length: 5000 } });
  });

  test.each(['FIN', 'reset', 'RST_STREAM'] as const)(
    'a body that is cut short by %s, compressed or not, is requested again and never taken as complete',
    async (how) => {
      if (how === 'RST_STREAM' && http1Only) return;
      const whole = { items: ['a'.repeat(100_000)] };
      for (const encoding of ['identity', 'gzip', 'none']) {
        const bytes = encoding === 'gzip' ? gzipSync(JSON.stringify(whole)) : Buffer.from(JSON.stringify(whole));
        const to = await peer({
          http1Only,
          serve: ({ number }, { response, reset, end }) => {
            const type = encoding === 'none' ? {} : { 'content-encoding': encoding };
            response.writeHead(200, { 'content-type': 'application/json', ...type });
            if (number > 2) {
              response.end(bytes);
              return;
            }
            response.write(bytes.subarray(0, bytes.length / 2), () =>
              setTimeout(() => {
                if (how === 'reset') reset();
                else if (how === 'RST_STREAM') response.stream.close(number === 1 ? 2 : 8);
                else end();
              }, 20),
            );
          },
        });
        const answer = await clientOf(to).request(get);
        expect(JSON.stringify(answer.body) === JSON.stringify(whole)).toBe(true);
        expect(to.seen).toHaveLength(3);
      }
    },
  );

  test.each(['FIN', 'reset', 'RST_STREAM', 'GOAWAY'] as const)(
    'a stream that is cut short by %s fails after its data, and one that ends does not',
    async (how) => {
      if (how !== 'FIN' && how !== 'reset' && http1Only) return;
      const to = await peer({
        http1Only,
        serve: ({ number }, { response, reset, end, session }) => {
          response.writeHead(200, { 'content-type': 'application/json' });
          if (number > 1) {
            response.end('{"whole":1}\n');
            return;
          }
          response.write('{"a":1}\n{"b"', () =>
            setTimeout(() => {
              if (how === 'reset') reset();
              else if (how === 'RST_STREAM') response.stream.close(2);
              else if (how === 'GOAWAY') {
                session?.goaway(0);
                setTimeout(end, 20);
              } else end();
            }, 20),
          );
        },
      });
      const client = clientOf(to);
      let came = '';
      const read = async (): Promise<void> => {
        for await (const piece of await client.stream({ path: get.path, query: { watch: 'true' } })) came += piece;
      };
      expect(await rejectionOf(read(), ApiError)).toMatchObject({
        code: 'PKG_CLUSTER_UNREACHABLE',
        status: 0,
        uncertain: true,
      });
      expect(came).toBe('{"a":1}\n{"b"');
      await read();
      expect(came).toBe('{"a":1}\n{"b"{"whole":1}\n');
      expect(to.seen).toHaveLength(2);
    },
  );

  test('an aborted stream ends with the reason, and one that is no longer read is ended', async () => {
    let open = 0;
    const to = await peer({
      http1Only,
      serve: (_request, { response }) => {
        open++;
        response.on('close', () => open--);
        response.writeHead(200);
        response.write('x');
      },
    });
    const client = clientOf(to);
    const controller = new AbortController();
    const listen = async (stop: boolean): Promise<void> => {
      for await (const _piece of await client.stream({ path: get.path, signal: controller.signal })) {
        if (stop) return;
        setTimeout(() => controller.abort(new Error('enough')), 10);
      }
    };
    await listen(true);
    await expect(listen(false)).rejects.toThrow('enough');
    await expect.poll(() => open).toBe(0);
  });

  test('a read whose answer is lost is sent again; a create fails as uncertain', async () => {
    const to = await peer({
      http1Only,
      serve: ({ number }, { reset, json }) => (number === 2 ? json({}) : number < 4 ? reset() : json({})),
    });
    const client = clientOf(to);
    expect(await client.request(get)).toMatchObject({ repeated: true, status: 200 });
    const error = await rejectionOf(client.request(post), ApiError);
    expect(error).toMatchObject({ code: 'PKG_CLUSTER_UNREACHABLE', uncertain: true, status: 0 });
    expect(to.seen).toHaveLength(3);
    expect(await client.request({ ...post, idempotent: true })).toMatchObject({ status: 200 });
  });

  test.each([429, 503, 500, 502, 504])('status %i: reads are sent again, a create only after 429', async (status) => {
    const fail = (number: number): boolean => number % 2 === 1;
    const to = await peer({
      http1Only,
      serve: ({ number }, { json }) => json({ message: 'busy' }, fail(number) ? status : 200),
    });
    const client = clientOf(to);
    expect(await client.request(get)).toMatchObject({ status: 200 });
    expect(to.seen).toHaveLength(2);
    if (status === 429) expect(await client.request(post)).toMatchObject({ status: 200 });
    else expect(await rejectionOf(client.request(post), ApiError)).toMatchObject({ status, uncertain: true });
    expect(to.seen).toHaveLength(status === 429 ? 4 : 3);
  });

  test('Retry-After is respected, and a server that always sends it gives an error in time', async () => {
    const to = await peer({
      http1Only,
      serve: ({ number, path }, { json }) =>
        number === 1 || path !== get.path ? json({}, 429, { 'retry-after': '1' }) : json({}),
    });
    const client = clientOf(to, { patience: 1500 });
    const begun = Date.now();
    await client.request(get);
    expect(Date.now() - begun).toBeGreaterThanOrEqual(1000);
    const error = await rejectionOf(client.request({ ...get, path: '/api/v1/pods' }), ApiError);
    expect(error.message).toMatch(/is too busy to list pods/);
    expect(Date.now() - begun).toBeLessThan(8000);
  });

  test('a redirect is not followed, so that credentials are sent to no other server', async () => {
    const other = await peer({});
    const to = await peer({ http1Only, serve: (_request, { json }) => json({}, 307, { location: `${other.url}/x` }) });
    const error = await rejectionOf(clientOf(to).request(get), ApiError);
    expect(error.message).toMatch(/redirect|elsewhere/);
    expect(other.seen).toEqual([]);
  });

  test('a server that never answers gives an error after the timeout, and reads are not repeated', async () => {
    const to = await peer({ http1Only, serve: () => {} });
    const begun = Date.now();
    const error = await rejectionOf(clientOf(to).request({ ...get, timeout: 300 }), ApiError);
    expect(error).toMatchObject({ code: 'PKG_CLUSTER_UNREACHABLE', uncertain: true });
    expect(error.message).toMatch(/did not answer within/);
    expect(Date.now() - begun).toBeLessThan(5000);
    expect(to.seen).toHaveLength(1);
  });

  test('a body that arrives slowly and never ends gives an error after the timeout', async () => {
    const to = await peer({
      http1Only,
      serve: (_request, { response }) => {
        response.writeHead(200);
        const timer = setInterval(() => response.write(' '), 20);
        response.on('close', () => clearInterval(timer));
      },
    });
    expect((await rejectionOf(clientOf(to).request({ ...get, timeout: 300 }), ApiError)).message).toMatch(
      /did not answer within/,
    );
  });

  test('an endless body is not held in memory', async () => {
    const to = await peer({
      http1Only,
      serve: (_request, { response }) => {
        response.writeHead(200);
        const more = (): void => {
          while (!response.destroyed && response.write(Buffer.alloc(65_536, 32)));
        };
        response.on('drain', more);
        more();
      },
    });
    expect((await rejectionOf(clientOf(to, { maxBody: 1 << 20 }).request(get), ApiError)).message).toMatch(
      /more than 1 MiB/,
    );
  });

  test('gzip that expands beyond the limit is refused', async () => {
    const bomb = gzipSync(Buffer.alloc(20 << 20, 32));
    const to = await peer({
      http1Only,
      serve: (_request, { response }) => {
        response.writeHead(200, { 'content-encoding': 'gzip' });
        response.end(bomb);
      },
    });
    expect((await rejectionOf(clientOf(to, { maxBody: 1 << 20 }).request(get), ApiError)).message).toMatch(
      /more than 1 MiB/,
    );
  });

  test('an answer that is not JSON gives a hint to a login page, and a refusal in plain text is shown', async () => {
    const to = await peer({
      http1Only,
      serve: ({ number }, { response }) => {
        response.writeHead(number === 1 ? 200 : 502, { 'content-type': 'text/html' });
        response.end('<html>Log in</html>');
      },
    });
    const client = clientOf(to);
    const page = await rejectionOf(client.request(get), ApiError);
    expect(page.message).toMatch(/not JSON/);
    expect(page.hints.join()).toMatch(/login page/);
    expect((await rejectionOf(client.request(post), ApiError)).notes.join()).toContain('<html>Log in</html>');
  });

  test('an aborted request leaves the connection usable', async () => {
    const to = await peer({ http1Only, serve: ({ path }, { json }) => (path === '/hang' ? undefined : json({})) });
    const client = clientOf(to);
    await client.request(get);
    const controller = new AbortController();
    const hanging = client.request({ method: 'GET', path: '/hang', signal: controller.signal });
    setTimeout(() => controller.abort(new Error('enough')), 50);
    await expect(hanging).rejects.toThrow('enough');
    await client.request(get);
    expect(to.connections()).toBeLessThanOrEqual(http1Only ? 2 : 1);
  });

  test('a write whose lease is lost before or while it is sent is not completed', async () => {
    const whole: string[] = [];
    const to = await peer({
      http1Only,
      serve: ({ body }, { json }) => {
        whole.push(body);
        json({});
      },
    });
    const client = clientOf(to);
    const lost = new Error('another took over');
    for (const held of [[false], [true, false]]) {
      const left = [...held];
      const fence = { isOpen: () => left.shift() ?? false, reopen: () => Promise.reject(lost) };
      await expect(client.request({ ...post, fence })).rejects.toBe(lost);
      expect(left).toEqual([]);
    }
    expect(whole).toEqual([]);
    let isHeld = false;
    const reopen = async (): Promise<void> => void (isHeld = true);
    const answer = await client.request({ ...post, fence: { isOpen: () => isHeld, reopen } });
    expect(answer).toMatchObject({ status: 200, repeated: false });
    expect(whole).toEqual(['{"kind":"Secret"}']);
  });

  test('a new connection replaces an idle one that the server closed', async () => {
    const to = await peer({ http1Only });
    const client = clientOf(to);
    await client.request(get);
    to.cut();
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(await client.request(post)).toMatchObject({ status: 200, repeated: false });
    expect(to.connections()).toBe(2);
  });
});

describe('HTTP/2', () => {
  test.each([1, 7])('a server that allows %i requests at once gets no more', async (maxConcurrentStreams) => {
    let now = 0;
    let most = 0;
    const to = await peer({
      settings: { maxConcurrentStreams },
      serve: async (_request, { json }) => {
        most = Math.max(most, ++now);
        await new Promise((resolve) => setTimeout(resolve, 2));
        now--;
        json({});
      },
    });
    const client = clientOf(to);
    const answers = await Promise.all(Array.from({ length: 60 }, () => client.request(post)));
    expect(answers.every(({ status, repeated }) => status === 200 && !repeated)).toBe(true);
    expect(most).toBeLessThanOrEqual(maxConcurrentStreams * 4);
    expect(to.connections()).toBeLessThanOrEqual(4);
  });

  test('after GOAWAY, started requests are finished, and the others use a new session', async () => {
    const to = await peer({
      serve: ({ number }, { json, session }) => {
        if (number === 20) session?.close(); // GOAWAY without an error, as the API server's --goaway-chance sends.
        setTimeout(() => json({ number }), 5);
      },
    });
    const client = clientOf(to);
    const answers = [];
    for (let round = 0; round < 5; round++) {
      answers.push(...(await Promise.all(Array.from({ length: 10 }, () => client.request(post)))));
    }
    expect(answers).toHaveLength(50);
    expect(answers.every(({ repeated }) => !repeated)).toBe(true);
    expect(to.seen).toHaveLength(50);
    expect(to.connections()).toBe(2);
  });

  test('requests after the last stream of GOAWAY are sent again, creates too', async () => {
    let told = false;
    const to = await peer({
      serve: ({ number, connection }, { json, session }) => {
        if (connection === 1) {
          // It answers the first (stream 1) and says that it has looked at no other.
          if (number === 1) setTimeout(() => json({ first: true }), 30);
          else if (!told) {
            told = true;
            session?.goaway(0, 1);
          }
          return;
        }
        json({ again: true });
      },
    });
    const client = clientOf(to);
    const answers = await Promise.all(Array.from({ length: 5 }, () => client.request(post)));
    expect(answers.map(({ body }) => body)).toEqual([{ first: true }, ...Array(4).fill({ again: true })]);
    expect(answers.every(({ repeated }) => !repeated)).toBe(true);
  });

  test('a refused stream is sent again, creates too', async () => {
    const to = await peer({
      serve: ({ number }, { json, response }) => {
        if (number === 1) response.stream.close(7); // REFUSED_STREAM
        else json({});
      },
    });
    expect(await clientOf(to).request(post)).toMatchObject({ status: 200, repeated: false });
  });

  test('large lists are not throttled by a small window', async () => {
    const list = JSON.stringify({ items: Array.from({ length: 800 }, () => 'x'.repeat(10_000)) });
    const latency = 50;
    const to = await peer({
      serve: (_request, { response }) => {
        response.writeHead(200, { 'content-type': 'application/json' });
        response.end(list);
      },
    });
    const line = await relay(to.port, latency);
    const client = clientOf(to.kubeconfig({}, { server: line.url }));
    await client.request({ ...get, path: '/warm' });
    const begun = Date.now();
    await client.request(get);
    // With windows of 64 KiB, 8 MB take 120 round trips: 12 s.
    expect(Date.now() - begun).toBeLessThan(6_000);
  });

  test('a silent connection is detected, and the read is sent again over another', async () => {
    const to = await peer({
      serve: (_request, { json }) => json({ alive: true }),
    });
    // The machine at the other end goes away after the first answer: nothing comes, not even TCP's refusal.
    const line = await relay(to.port);
    const client = clientOf(to.kubeconfig({}, { server: line.url }), { times: { silence: 100, ping: 200 } });
    await client.request(get);
    line.freeze();
    expect(await client.request(get)).toMatchObject({ body: { alive: true } });
    expect(to.connections()).toBe(2);
  });

  test('a slow server is not taken for dead', async () => {
    const to = await peer({ serve: (_request, { json }) => void setTimeout(() => json({}), 1500) });
    const client = clientOf(to, { times: { silence: 100, ping: 1000 } });
    expect(await client.request(post)).toMatchObject({ status: 200, repeated: false });
    expect(to.seen).toHaveLength(1);
  });
});

describe('before any answer', () => {
  /** A server of plain TCP. */
  async function raw(serve: (socket: Socket) => void): Promise<string> {
    const server = await startTcpServer(serve);
    opened.push(server);
    return `https://127.0.0.1:${server.port}`;
  }

  const DEAD: readonly [string, (socket: Socket) => void, RegExp][] = [
    ['accepts and never says a word', () => {}, /does not answer in time/],
    ['accepts and closes', (socket) => socket.end(), /closed the connection/],
    ['resets', (socket) => socket.once('data', () => socket.resetAndDestroy()), /closed the connection/],
    ['speaks plain HTTP', (socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'), /does not speak TLS/],
    ['sends garbage', (socket) => socket.end(Buffer.alloc(100, 7)), /does not speak TLS/],
  ];
  test.each(DEAD)('a server that %s', async (_name, serve, message) => {
    const server = await raw(serve);
    const to = await peer({});
    const begun = Date.now();
    const client = clientOf(to.kubeconfig({}, { server }), { times: { connect: 300 } });
    const error = await rejectionOf(client.request(post), ApiError);
    expect(error.message).toMatch(message);
    expect(error.message).toContain(server.slice('https://'.length));
    expect(error.message).toContain('context here');
    expect(error).toMatchObject({ code: 'PKG_CLUSTER_UNREACHABLE', uncertain: false });
    expect(error.hints).not.toEqual([]);
    expect(error.at?.file).toContain('kubeconfig');
    expect(Date.now() - begun).toBeLessThan(5000);
  });
});

/** Hands bytes on to a port, each piece some milliseconds later; frozen, its connections so far pass nothing more. */
async function relay(port: number, milliseconds = 0): Promise<{ url: string; freeze: () => void }> {
  const sockets = new Set<Socket>();
  const frozen = new WeakSet<Socket>();
  const pass = (from: Socket, into: Socket): void => {
    from.on('data', (chunk: Buffer) =>
      setTimeout(() => !frozen.has(from) && into.writable && into.write(chunk), milliseconds),
    );
    from.on('close', () => into.destroy());
    from.on('error', () => undefined);
  };
  const server = createServer((near) => {
    const far = connect(port, '127.0.0.1');
    sockets.add(near).add(far);
    pass(near, far);
    pass(far, near);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  opened.push({
    close: () => {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  });
  return {
    url: `https://127.0.0.1:${(server.address() as AddressInfo).port}`,
    freeze: () => {
      for (const socket of sockets) frozen.add(socket);
    },
  };
}
