/** Proxies: real ones that this test starts, and the rules of HTTPS_PROXY and NO_PROXY beside the real kubectl. */
import { spawn, spawnSync } from 'node:child_process';
import type { Socket } from 'node:net';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { KubeClient } from '../../../src/cluster/kube/client.ts';
import { proxyFromEnvironment } from '../../../src/network/proxy-choice.ts';
import { PkgError } from '../../../src/errors.ts';
import { startForwardProxy } from '../../support/forward-proxy.ts';
import type { ForwardProxy, ForwardProxyOptions } from '../../support/forward-proxy.ts';
import { kubectlPath } from '../../support/kubectl.ts';
import { startPeer } from '../../support/peer.ts';
import { startTcpServer } from '../../support/tcp-server.ts';
import type { Peer } from '../../support/peer.ts';
import { connectionOf } from './support.ts';
import { RUNS } from '../../support/generation.ts';

const here = dirname(fileURLToPath(import.meta.url));

let peer: Peer;
/** A name that only the proxy knows. */
let named: string;
beforeAll(async () => {
  peer = await startPeer();
  named = `https://peer.test:${peer.port}`;
});
afterAll(() => peer.close());

const opened: { close: () => unknown }[] = [];
afterEach(() => {
  for (const one of opened.splice(0)) one.close();
});

async function proxy(options: Omit<ForwardProxyOptions, 'to'>): Promise<ForwardProxy> {
  const started = await startForwardProxy({ to: peer.port, ...options });
  opened.push(started);
  return started;
}

/** Asks through a kubeconfig, and has kubectl ask too; what either failed with, undefined for nothing. */
async function both(
  cluster: object,
  env: Record<string, string> = {},
): Promise<[PkgError | undefined, string | undefined]> {
  const file = peer.kubeconfig({ token: 'secret' }, { server: named, ...cluster });
  const client = new KubeClient(connectionOf(file), { times: { connect: 3000 } }, env);
  opened.push(client);
  const error = await client.request({ method: 'GET', path: '/version' }).then(
    () => undefined,
    (reason: unknown) => {
      if (reason instanceof PkgError) return reason;
      throw reason;
    },
  );
  const child = spawn(kubectlPath(), ['get', '--raw', '/version', '--kubeconfig', file], {
    env: { PATH: process.env['PATH'], HOME: peer.folder, ...env },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
  const status = await new Promise((resolve) => child.on('close', resolve));
  return [error, status === 0 ? undefined : said];
}

describe.each(['http', 'https', 'socks5'] as const)('a proxy that speaks %s', (scheme) => {
  const start = async (login?: string): Promise<ForwardProxy> => {
    const shown = await peer.authority.server(['127.0.0.1']);
    return await proxy({ scheme, shown, ...(login === undefined ? {} : { login }) });
  };

  test('reaches the server, whose name it looks up, with HTTP/2 as without it', async () => {
    const between = await start();
    const before = peer.seen.length;
    expect(await both({ 'proxy-url': `${scheme}://127.0.0.1:${between.port}` })).toEqual([undefined, undefined]);
    expect(between.asked).toEqual([`peer.test:${peer.port}`, `peer.test:${peer.port}`]);
    const [ours, theirs] = peer.seen.slice(before);
    expect(ours).toMatchObject({ protocol: 'HTTP/2', serverName: 'peer.test', path: '/version' });
    expect(ours?.headers.authorization).toBe(theirs?.headers.authorization);
  });

  test('may require a name and a password', async () => {
    const between = await start('jane:p@ss/wörd');
    const address = (login: string): object => ({ 'proxy-url': `${scheme}://${login}127.0.0.1:${between.port}` });
    expect(await both(address('jane:p%40ss%2Fw%C3%B6rd@'))).toEqual([undefined, undefined]);
    for (const login of ['', 'jane:wrong@']) {
      const [error, kubectl] = await both(address(login));
      expect(kubectl).toBeDefined();
      expect(error?.code).toBe('PKG_CLUSTER_UNREACHABLE');
      expect(error?.message).toContain(`the proxy 127.0.0.1:${between.port}`);
      expect(error?.hints.join()).toContain('NAME:PASSWORD');
      expect(JSON.stringify(error)).not.toContain('wrong');
    }
  });

  // Go does not parse such an address.
  test('may have a password with a literal percent sign', async () => {
    const between = await start('jane:50%');
    const [error] = await both({ 'proxy-url': `${scheme}://jane:50%@127.0.0.1:${between.port}` });
    expect(error).toBeUndefined();
  });

  test('can come from HTTPS_PROXY', async () => {
    const between = await start();
    expect(await both({}, { HTTPS_PROXY: `${scheme}://127.0.0.1:${between.port}` })).toEqual([undefined, undefined]);
    expect(await both({}, { https_proxy: `${scheme}://127.0.0.1:${between.port}` })).toEqual([undefined, undefined]);
    expect(between.asked).toHaveLength(4);
    // The proxy of the kubeconfig has precedence, and NO_PROXY does not apply to it.
    const other = await start();
    const env = { HTTPS_PROXY: `${scheme}://127.0.0.1:${between.port}`, NO_PROXY: '*' };
    expect(await both({ 'proxy-url': `${scheme}://127.0.0.1:${other.port}` }, env)).toEqual([undefined, undefined]);
    expect([between.asked.length, other.asked.length]).toEqual([4, 2]);
  });

  test('is not used for an address of this machine', async () => {
    const between = await start();
    expect(await both({ server: peer.url }, { HTTPS_PROXY: `${scheme}://127.0.0.1:${between.port}` })).toEqual([
      undefined,
      undefined,
    ]);
    expect(between.asked).toEqual([]);
  });

  const BROKEN: readonly [string, (socket: Socket) => void][] = [
    ['never says a word', () => {}],
    ['closes', (socket) => socket.end()],
    ['resets', (socket) => socket.once('data', () => socket.resetAndDestroy())],
    [
      'refuses',
      (socket) =>
        socket.end(
          scheme === 'socks5' ? Buffer.from([5, 0, 5, 2, 0, 1, 0, 0, 0, 0, 0, 0]) : 'HTTP/1.1 403 Forbidden\r\n\r\n',
        ),
    ],
    ['says something else', (socket) => socket.end('SSH-2.0-OpenSSH_9\r\n\r\n')],
    [
      'talks without end',
      (socket) => void setInterval(() => socket.destroyed || socket.write('x'.repeat(10_000)), 5).unref(),
    ],
  ];
  test.each(BROKEN)('that %s: the error names the proxy, in time', async (_name, serve) => {
    const server = await startTcpServer(serve);
    opened.push(server);
    const url = `${scheme}://127.0.0.1:${server.port}`;
    const file = peer.kubeconfig({ token: 'secret' }, { server: named, 'proxy-url': url });
    const client = new KubeClient(connectionOf(file), { times: { connect: 400 } }, {});
    opened.push(client);
    const begun = Date.now();
    const error = await client.request({ method: 'GET', path: '/version' }).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(PkgError);
    expect((error as PkgError).message).toMatch(/the proxy/);
    expect((error as PkgError).hints).not.toEqual([]);
    expect(Date.now() - begun).toBeLessThan(5000);
  });
});

test('a missing proxy: the error names it and not the server', async () => {
  const [error, kubectl] = await both({ 'proxy-url': 'http://127.0.0.1:1' });
  expect(kubectl).toBeDefined();
  expect(error?.message).toMatch(/the proxy of context here .*nothing answers there/);
});

test('a proxy with an untrusted certificate is an error, unless certificates are not checked', async () => {
  const stranger = await startPeer();
  opened.push(stranger);
  const shown = await stranger.authority.server(['127.0.0.1']);
  const between = await proxy({ scheme: 'https', shown });
  const url = { 'proxy-url': `https://127.0.0.1:${between.port}` };
  const [error, kubectl] = await both(url);
  expect(kubectl).toBeDefined();
  expect(error?.message).toMatch(/the proxy of .*authority that is not trusted/);
  const unchecked = { ...url, 'certificate-authority-data': undefined, 'insecure-skip-tls-verify': true };
  expect(await both(unchecked)).toEqual([undefined, undefined]);
});

test.each(['ftp://127.0.0.1:1', 'http://', 'http://[', 'socks4://127.0.0.1:1'])(
  'the address %s is not valid for a proxy',
  (url) => {
    const file = peer.kubeconfig({}, { 'proxy-url': url });
    expect(() => connectionOf(file)).toThrow(/is not the address of a proxy/);
  },
);

const isolated = spawnSync('unshare', ['-rn', 'sh', '-c', 'ip link set lo up']).status === 0;

// Without a network of its own, kubectl would look up names and connect to addresses out there.
test.skipIf(!isolated)('NO_PROXY has the same meaning as for kubectl', async () => {
  const host = fc.constantFrom(
    'api.example.test',
    'example.test',
    'API.Example.test',
    'badexample.test',
    'localhost',
    '127.0.0.1',
    '127.9.9.9',
    '[::1]',
    '10.1.2.3',
    '192.168.7.8',
    '[2001:db8::7]',
  );
  const port = fc.constantFrom('', ':443', ':6443');
  const item = fc.constantFrom(
    '*',
    'example.test',
    '.example.test',
    '*.example.test',
    'EXAMPLE.test',
    'example.test:6443',
    '.example.test:443',
    'api.example.test:https',
    'ample.test',
    'test',
    '10.1.2.3',
    '10.1.2.3:6443',
    '10.0.0.0/8',
    '10.0.0.0/33',
    '10.1.2.4/31',
    '192.168.0.0/16',
    '2001:db8::7',
    '2001:DB8:0::7',
    '[2001:db8::7]',
    '[2001:db8::7]:6443',
    '2001:db8::/32',
    'localhost',
    '',
    ' ',
    ':6443',
    'http://example.test',
    '**',
  );
  const list = fc
    .tuple(fc.array(item, { maxLength: 3 }), fc.constantFrom(',', ', ', ' ,'))
    .map(([items, by]) => items.join(by));
  const env = fc
    .record(
      {
        HTTPS_PROXY: fc.constantFrom('PROXY', 'PROXY', 'PROXY', ''),
        https_proxy: fc.constant('PROXY'),
        HTTP_PROXY: fc.constant('PROXY'),
        ALL_PROXY: fc.constant('PROXY'),
        NO_PROXY: list,
        no_proxy: list,
      },
      { requiredKeys: ['HTTPS_PROXY', 'NO_PROXY'] },
    )
    .map((all) => Object.fromEntries(Object.entries(all)) as Record<string, string>);
  const one = fc
    .tuple(host, port, env)
    .map(([name, at, variables]) => ({ server: `https://${name}${at}`, env: variables }));
  const cases = fc.sample(one, 50 * RUNS);
  const oracle = spawn('unshare', [
    '-rn',
    'sh',
    '-c',
    `ip link set lo up && exec '${process.execPath}' '${join(here, 'no-proxy-oracle.ts')}'`,
  ]);
  oracle.stdin.end(JSON.stringify({ kubectl: kubectlPath(), cases }));
  let text = '';
  oracle.stdout.on('data', (chunk: Buffer) => (text += chunk.toString()));
  oracle.stderr.pipe(process.stderr);
  await new Promise((resolve) => oracle.on('close', resolve));
  const answers = JSON.parse(text) as (string | null)[];
  expect(answers.filter((asked) => asked !== null).length).toBeGreaterThan(0);
  expect(answers.filter((asked) => asked === null).length).toBeGreaterThan(0);
  for (const [index, { server, env: variables }] of cases.entries()) {
    const chosen = proxyFromEnvironment(
      new URL(server),
      Object.fromEntries(
        Object.entries(variables).map(([name, value]) => [name, value.replace('PROXY', 'http://proxy.test:1')]),
      ),
    );
    expect([server, variables, chosen !== undefined]).toEqual([server, variables, answers[index] !== null]);
  }
});
