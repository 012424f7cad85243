/** Registries whose tokens expire while a chart is pushed or pulled. */
import { randomBytes } from 'node:crypto';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { DEFAULT_TRUST, RemoteClient } from '../../src/repository/http.ts';
import { RegistrySession } from '../../src/repository/registry-session.ts';
import { temporaryFolder } from '../chart/support.ts';
import { startCuttingProxy } from '../support/cutting-proxy.ts';
import { LOGIN, findRegistries, startRegistry } from '../support/registry.ts';
import { chartFiles, chartsIn, run } from './support.ts';

test.each((await findRegistries()).flatMap((one) => [2, 3].map((uses) => ({ ...one, uses }))))(
  '$name: tokens that are taken $uses times',
  { timeout: 60_000 },
  async ({ program, uses }) => {
    const registry = await startRegistry(program, 'token', true);
    const asked = await fetch(`http://${registry.host}/v2/`);
    const challenge = asked.headers.get('www-authenticate') ?? '';
    const seen = new Map<string, number>();
    const proxy = await startCuttingProxy(registry.host, (_, { headers: { authorization = '' } }) => {
      const count = (seen.get(authorization) ?? 0) + 1;
      seen.set(authorization, count);
      return count > uses ? { status: 401, headers: { 'www-authenticate': challenge } } : undefined;
    });
    try {
      const cwd = chartsIn({ web: chartFiles('web', '1.0.0') });
      const home = temporaryFolder();
      mkdirSync(join(cwd, 'web', 'files'));
      // Sent in several parts.
      for (const name of ['a', 'b', 'c', 'd']) writeFileSync(join(cwd, 'web', 'files', name), randomBytes(4 << 20));
      const access = ['--plain-http', '--username', LOGIN.username, '--password', LOGIN.password];
      const pkg = async (...args: string[]): Promise<void> => {
        const { status, stderr } = await run('pkg', args, { cwd, home, env: { SSL_CERT_FILE: registry.caFile } });
        expect(status, stderr).toBe(0);
      };
      await pkg('package', 'web');
      await pkg('push', 'web-1.0.0.tgz', `oci://${proxy.host}/t`, ...access);
      const into = temporaryFolder();
      const web = `oci://${proxy.host}/t/web`;
      await pkg('pull', web, '--version', '^1', '-d', into, ...access);
      expect(readdirSync(into)).toEqual(['web-1.0.0.tgz']);
      expect([...seen.keys()].filter((one) => one.startsWith('Bearer ')).length).toBeGreaterThan(2);
    } finally {
      proxy.close();
      await registry.close();
    }
  },
);

test('a token that a parallel request got, and that expired while a large body was sent', async () => {
  let issued = 0;
  let valid = 'none';
  let refuseSlow = (): void => undefined;
  const asked: string[] = [];
  const server = createServer(({ url = '', headers: { authorization = '', host } }, response) => {
    if (url.startsWith('/token')) {
      valid = `t${++issued}`;
      response.end(JSON.stringify({ token: valid, expires_in: 1 }));
      return;
    }
    asked.push(`${url.replace(/^.*\//, '')} ${authorization}`);
    const refuse = (): void => {
      response.writeHead(401, { 'www-authenticate': `Bearer realm="http://${host}/token",service="s"` }).end();
    };
    if (url.endsWith('slow') && authorization === '') refuseSlow = refuse;
    else if (authorization === `Bearer ${valid}`) response.end('{}');
    else refuse();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const chart = { host: `127.0.0.1:${(server.address() as AddressInfo).port}`, path: 'web' };
  const login = { username: 'ada', password: 'x', identityToken: '', registryToken: '' };
  const session = new RegistrySession(new RemoteClient(DEFAULT_TRUST, {}), {
    plainHttp: true,
    login: async () => login,
  });
  const send = async (name: string): Promise<number> => {
    const { status } = await session.send(session.urlOf(chart, name), chart, 'pull', { limit: 1000 });
    return status;
  };
  const slow = send('slow');
  await expect.poll(() => asked.length).toBe(1);
  expect(await send('quick')).toBe(200);
  valid = 'none'; // it has expired
  refuseSlow();
  expect(await slow).toBe(200);
  expect(asked).toEqual(['slow ', 'quick ', 'quick Bearer t1', 'slow Bearer t1', 'slow Bearer t2']);
  // A login that is not taken at all is tried once.
  issued = 5;
  const before = issued;
  server.removeAllListeners('request');
  server.on('request', ({ url = '', headers: { host } }, response) => {
    if (url.startsWith('/token')) response.end(JSON.stringify({ token: `t${++issued}` }));
    else response.writeHead(401, { 'www-authenticate': `Bearer realm="http://${host}/token",service="s"` }).end();
  });
  expect([await send('quick'), issued - before]).toEqual([401, 1]);
  server.close();
});
