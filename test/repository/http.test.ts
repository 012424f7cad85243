/** Requests end: limits of time, size and redirects; connections are reused. */
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { RemoteClient } from '../../src/repository/http.ts';
import { versionsOf } from '../../src/repository/index-file.ts';
import { parseChallenge } from '../../src/repository/registry-auth.ts';
import { chartReference } from '../../src/repository/registry.ts';
import { startChartServer } from '../support/chart-server.ts';
import type { ChartServer, ChartServerOptions } from '../support/chart-server.ts';
import { codeOf, errorOf } from '../support/errors.ts';

const NO_TRUST = { caFile: '', certFile: '', keyFile: '', insecure: false };
const closing: (() => unknown)[] = [];
afterEach(() => {
  for (const close of closing.splice(0)) close();
});

async function start(serve: NonNullable<ChartServerOptions['serve']>): Promise<ChartServer> {
  const server = await startChartServer('/nowhere', { serve });
  closing.push(() => server.close());
  return server;
}

function client(times: { connect?: number; silence?: number; whole?: number } = {}): RemoteClient {
  const http = new RemoteClient(NO_TRUST, {}, times);
  closing.push(() => http.close());
  return http;
}

describe('a server', () => {
  test('that never answers', async () => {
    const server = await start(() => true);
    const work = (): Promise<unknown> => client({ silence: 100 }).fetch(new URL(server.url), { limit: 100 });
    expect((await errorOf(work)).message).toContain('does not answer in time');
  });

  test('that falls silent in the middle', async () => {
    const server = await start((_request, response) => response.writeHead(200).write('some'));
    const work = (): Promise<unknown> => client({ silence: 100 }).fetch(new URL(server.url), { limit: 100 });
    expect((await errorOf(work)).message).toContain('does not answer in time');
  });

  test('that answers slowly, for ever', async () => {
    const server = await start((_request, response) => {
      const timer = setInterval(() => response.write('.'), 20);
      response.on('close', () => clearInterval(timer));
      return true;
    });
    const work = (): Promise<unknown> => client({ whole: 300 }).fetch(new URL(server.url), { limit: 1 << 20 });
    expect((await errorOf(work)).message).toContain('its whole answer does not come in time');
  });

  test('that accepts connections and never finishes TLS', async () => {
    const server = createServer(() => undefined);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    closing.push(() => server.close());
    const url = new URL(`https://127.0.0.1:${(server.address() as AddressInfo).port}`);
    const work = (): Promise<unknown> => client({ connect: 100 }).fetch(url, { limit: 100 });
    expect((await errorOf(work)).message).toContain('does not answer in time');
  });

  test('that answers without end', async () => {
    const server = await start((_request, response) => {
      const more = (): void => {
        while (!response.destroyed && response.write(Buffer.alloc(1 << 16)));
      };
      response.on('drain', more);
      more();
      return true;
    });
    const before = process.memoryUsage().rss;
    const work = (): Promise<unknown> => client().fetch(new URL(server.url), { limit: 8 << 20 });
    expect(await codeOf(work)).toBe('PKG_REPOSITORY_INVALID');
    expect(process.memoryUsage().rss - before).toBeLessThan(200 << 20);
  });
});

test('one connection is used for many requests, and opened again after it was closed', async () => {
  const ports = new Set<number | undefined>();
  let close = false;
  const server = await start((request, response) => {
    ports.add(request.socket.remotePort);
    response.end('ok', () => close && request.socket.destroy());
    return true;
  });
  const http = client();
  const fetch = async (): Promise<string> => (await http.fetch(new URL(server.url), { limit: 10 })).body.toString();
  for (let times = 0; times < 5; times++) expect(await fetch()).toBe('ok');
  expect(ports.size).toBe(1);
  close = true;
  for (let times = 0; times < 5; times++) expect(await fetch()).toBe('ok');
  expect(ports.size).toBeGreaterThan(1);
});

describe('hostile texts are read in a short time', () => {
  const MUCH = 1 << 19;

  test.each([
    ['blank lines', `apiVersion: v1\nentries:\n${'\n'.repeat(MUCH)}`],
    ['blanks', `apiVersion: v1\nentries:\n${' '.repeat(MUCH)}`],
    ['comments', `apiVersion: v1\nentries:\n${'#\n'.repeat(MUCH / 2)}`],
    ['heads', `apiVersion: v1\n${'entries: {}\n'.repeat(MUCH / 12)}`],
    ['names', `apiVersion: v1\nentries:\n${'  sub:\n'.repeat(MUCH / 7)}`],
  ])('an index of %s', (_name, text) => {
    const started = process.cpuUsage();
    try {
      versionsOf(Buffer.from(text), 'sub', 'index.yaml');
    } catch {
      // A refusal is accepted too.
    }
    expect(process.cpuUsage(started).user / 1e6).toBeLessThan(10);
  });

  test('a challenge, and the name of a chart', async () => {
    const started = process.cpuUsage();
    for (const header of [
      `Bearer ${'a'.repeat(16_000)}`,
      `Bearer a="${'\\"'.repeat(8_000)}`,
      `Bearer ${'a="'.repeat(5_000)}`,
    ]) {
      parseChallenge(header);
    }
    expect(await codeOf(() => chartReference(`oci://host/${'a'.repeat(10_000)}`, '!'))).toBe('PKG_REPOSITORY_UNKNOWN');
    expect(process.cpuUsage(started).user / 1e6).toBeLessThan(5);
  });
});
