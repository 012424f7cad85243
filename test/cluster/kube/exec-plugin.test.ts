/**
 * Exec plugins: their input (compared with that of kubectl), the use of their output, and messages. The plugins are
 * small shell scripts.
 */
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { KubeClient } from '../../../src/cluster/kube/client.ts';
import type { PkgError } from '../../../src/errors.ts';
import { errorOf } from '../../support/errors.ts';
import { kubectlPath } from '../../support/kubectl.ts';
import { pkg } from '../../support/pkg.ts';
import { startPeer } from '../../support/peer.ts';
import type { Peer, PeerRequest } from '../../support/peer.ts';
import { connectionOf } from './support.ts';

const API = 'client.authentication.k8s.io';
/** Tokens that the server refuses. */
const refused = new Set<string>();
let peer: Peer;
let plugins = 0;

beforeAll(async () => {
  peer = await startPeer({
    serve: ({ headers }, { json }) => {
      const bad = refused.has(headers.authorization ?? '');
      json({ kind: 'Status', message: bad ? 'Unauthorized' : '' }, bad ? 401 : 200);
    },
  });
});
afterAll(() => peer.close());

type Status = Record<string, unknown>;

function credential(status: Status, version = 'v1'): string {
  return JSON.stringify({ kind: 'ExecCredential', apiVersion: `${API}/${version}`, status });
}

/** Writes a plugin; `$N` in its text is the number of the run, from 1. */
function plugin(text: string): { command: string; runs: () => number; file: (name: string) => string } {
  const command = join(peer.folder, `plugin-${++plugins}`);
  const counter = `${command}.runs`;
  writeFileSync(command, `#!/bin/sh\necho x >> '${counter}'\nN=$(wc -l < '${counter}' | tr -d ' ')\n${text}\n`, {
    mode: 0o755,
  });
  return {
    command,
    runs: () => (existsSync(counter) ? readFileSync(counter, 'utf8').length / 2 : 0),
    file: (name) => `${command}.${name}`,
  };
}

/** A kubeconfig whose user logs in by a plugin. */
function kubeconfig(exec: object, cluster: object = {}): string {
  return peer.kubeconfig({ exec: { apiVersion: `${API}/v1`, interactiveMode: 'Never', ...exec } }, cluster);
}

async function ask(file: string, times = 1): Promise<PeerRequest[]> {
  const before = peer.seen.length;
  const client = new KubeClient(connectionOf(file), {}, {});
  try {
    for (let n = 0; n < times; n++) await client.request({ method: 'GET', path: '/version' });
  } finally {
    client.close();
  }
  return peer.seen.slice(before);
}

async function failure(file: string): Promise<PkgError> {
  return await errorOf(() => ask(file));
}

describe('the input of a plugin', () => {
  test.each(['v1', 'v1beta1'])('%s: the same as by kubectl', async (version) => {
    const { command, file } = plugin(
      `printf %s "$KUBERNETES_EXEC_INFO" > "$0.info-$1"; printf %s "$MORE $HOME_TOO" > "$0.env-$1"; echo '${credential({ token: 'x' }, version)}'`,
    );
    const config = { apiVersion: 'example.test/v1', kind: 'Config', audience: ['a', 1, { b: null }] };
    for (const provideClusterInfo of [true, false]) {
      for (const extra of [{}, { 'tls-server-name': 'peer.test' }]) {
        const write = (who: string): string =>
          kubeconfig(
            {
              apiVersion: `${API}/${version}`,
              command,
              args: [who],
              env: [{ name: 'MORE', value: 'more' }],
              provideClusterInfo,
            },
            {
              extensions: [
                { name: `${API}/exec`, extension: config },
                { name: 'other', extension: {} },
              ],
              ...extra,
            },
          );
        await ask(write('pkg'));
        const run = await kubectl(['--kubeconfig', write('kubectl'), 'get', '--raw', '/version']);
        expect(run.status, run.stderr).toBe(0);
        const told = (who: string): unknown => JSON.parse(readFileSync(file(`info-${who}`), 'utf8'));
        expect(told('pkg')).toEqual(told('kubectl'));
        expect(readFileSync(file('env-pkg'), 'utf8')).toBe(readFileSync(file('env-kubectl'), 'utf8'));
      }
    }
  });

  test('a cluster whose certificate is not checked, and one behind a proxy: the same as by kubectl', async () => {
    const { command, file } = plugin(
      `printf %s "$KUBERNETES_EXEC_INFO" > "$0.info-$1"; echo '${credential({ token: 'x' })}'`,
    );
    const others = [
      { 'certificate-authority-data': undefined, 'insecure-skip-tls-verify': true },
      { 'proxy-url': 'http://127.0.0.1:1' },
      { server: `${peer.url}/with/path/` },
    ];
    for (const other of others) {
      const write = (who: string): string => kubeconfig({ command, args: [who], provideClusterInfo: true }, other);
      await ask(write('pkg')).catch(() => {});
      await kubectl(['--kubeconfig', write('kubectl'), 'get', '--raw', '/version']);
      const told = (who: string): unknown => JSON.parse(readFileSync(file(`info-${who}`), 'utf8'));
      expect(told('pkg')).toEqual(told('kubectl'));
    }
  });
});

describe('the output of a plugin', () => {
  test('a token is shared by many requests', async () => {
    const { command, runs } = plugin(`echo '${credential({ token: 'shared' })}'`);
    const seen = await ask(kubeconfig({ command }), 3);
    expect(seen.map(({ headers }) => headers.authorization)).toEqual(Array(3).fill('Bearer shared'));
    expect(runs()).toBe(1);
  });

  test('many requests at once run it once', async () => {
    const { command, runs } = plugin(`sleep 0.2; echo '${credential({ token: 'once' })}'`);
    const client = new KubeClient(connectionOf(kubeconfig({ command })), {}, {});
    await Promise.all(Array.from({ length: 20 }, () => client.request({ method: 'GET', path: '/version' })));
    client.close();
    expect(runs()).toBe(1);
  });

  test('v1beta1 needs no interactiveMode', async () => {
    const { command } = plugin(`echo '${credential({ token: 'old' }, 'v1beta1')}'`);
    const [request] = await ask(kubeconfig({ apiVersion: `${API}/v1beta1`, command, interactiveMode: undefined }));
    expect(request?.headers.authorization).toBe('Bearer old');
  });

  test('a client certificate', async () => {
    const { certificate, key } = await peer.authority.client('by-plugin', []);
    const { command, file } = plugin('cat "$0.answer"');
    writeFileSync(file('answer'), credential({ clientCertificateData: certificate, clientKeyData: key }));
    const [request] = await ask(kubeconfig({ command }));
    expect([request?.certificate, request?.headers.authorization]).toEqual(['by-plugin', undefined]);
  });

  test('an expired credential is renewed before the next request', async () => {
    // One that has expired already is used for ten seconds, since this clock may be fast.
    const status = { token: 'T', expirationTimestamp: '2020-01-01T00:00:00Z' };
    const { command, runs } = plugin(`echo '${credential(status)}' | sed "s/\\"T\\"/\\"token-$N\\"/"`);
    const before = peer.seen.length;
    const client = new KubeClient(connectionOf(kubeconfig({ command })), {}, {});
    try {
      for (let n = 0; n < 3; n++) await client.request({ method: 'GET', path: '/version' });
      expect(runs()).toBe(1);
      await sleep(10_100);
      await client.request({ method: 'GET', path: '/version' });
    } finally {
      client.close();
    }
    expect(peer.seen.slice(before).map(({ headers }) => headers.authorization)).toEqual([
      ...['Bearer token-1', 'Bearer token-1', 'Bearer token-1'],
      'Bearer token-2',
    ]);
    expect(runs()).toBe(2);
  }, 60_000);

  test('a refused credential is renewed once, and the request is sent again', async () => {
    refused.add('Bearer stale-1');
    const { command, runs } = plugin(`echo '${credential({ token: 'T' })}' | sed "s/\\"T\\"/\\"stale-$N\\"/"`);
    const seen = await ask(kubeconfig({ command }), 2);
    expect(seen.map(({ headers }) => headers.authorization)).toEqual([
      'Bearer stale-1',
      'Bearer stale-2',
      'Bearer stale-2',
    ]);
    expect(runs()).toBe(2);
  });

  test('a renewed certificate opens a new connection', async () => {
    refused.add('Bearer first');
    const pairs = [await peer.authority.client('cert-1', []), await peer.authority.client('cert-2', [])];
    const { command, file } = plugin('cat "$0.answer-$N"');
    for (const [index, { certificate, key }] of pairs.entries()) {
      const token = index === 0 ? 'first' : 'second';
      writeFileSync(
        file(`answer-${index + 1}`),
        credential({ token, clientCertificateData: certificate, clientKeyData: key }),
      );
    }
    const seen = await ask(kubeconfig({ command }));
    expect(seen.map(({ certificate }) => certificate)).toEqual(['cert-1', 'cert-2']);
    expect(seen[0]?.connection).not.toBe(seen[1]?.connection);
  });

  test('a server that refuses every credential gives an error, not a loop', async () => {
    refused.add('Bearer never');
    const { command, runs } = plugin(`echo '${credential({ token: 'never' })}'`);
    const error = await failure(kubeconfig({ command }));
    expect(error).toMatchObject({ code: 'PKG_CLUSTER_UNAUTHORIZED' });
    expect(error.message).toContain('user "someone"');
    expect(runs()).toBe(2);
  });

  const BAD: readonly [string, string, RegExp][] = [
    ['nothing', ':', /printed nothing/],
    ['no JSON', 'echo hello', /not JSON/],
    ['JSON of something else', 'echo "[1]"', /not an ExecCredential/],
    ['another version', `echo '${credential({ token: 'x' }, 'v1beta1')}'`, /printed a .*v1beta1/],
    ['another kind', `echo '{"apiVersion":"${API}/v1","kind":"Secret"}'`, /Secret/],
    ['no status', `echo '{"apiVersion":"${API}/v1","kind":"ExecCredential"}'`, /neither a token nor/],
    ['an empty status', `echo '${credential({})}'`, /neither a token nor/],
    ['a certificate without a key', `echo '${credential({ clientCertificateData: 'x' })}'`, /but not both/],
    ['a key without a certificate', `echo '${credential({ token: 'x', clientKeyData: 'x' })}'`, /but not both/],
    ['a token that is not a string', `echo '${credential({ token: 7 })}'`, /token is not a string/],
    ['a time that is none', `echo '${credential({ token: 'x', expirationTimestamp: 'soon' })}'`, /not a valid time/],
    [
      'a certificate that is none',
      `echo '${credential({ clientCertificateData: 'x', clientKeyData: 'y' })}'`,
      /certificate|key/,
    ],
    ['a token with a line break', `printf %s '${credential({ token: 'a\nb' })}'`, /token/],
    ['without end', 'cat /dev/zero', /without end/],
    ['a failure', `echo '${credential({ token: 'x' })}'; exit 3`, /failed with status 3/],
    ['its own end', 'kill -9 $$', /failed with SIGKILL/],
  ];
  test.each(BAD)('is refused: %s', async (_name, text, message) => {
    const { command } = plugin(text);
    const before = peer.seen.length;
    const error = await failure(kubeconfig({ command }));
    expect(error.code).toBe('PKG_CREDENTIALS_FAILED');
    expect(error.message).toMatch(message);
    expect(error.message).toContain(command);
    expect(peer.seen).toHaveLength(before);
    // kubectl agrees, but it would read endless output for ever.
    if (text.includes('/dev/zero')) return;
    const run = await kubectl(['--kubeconfig', kubeconfig({ command }), 'get', '--raw', '/version']);
    expect([run.status, peer.seen.length]).toEqual([1, before]);
  });
});

describe('messages', () => {
  test('a missing plugin: its installation hint is shown', () => {
    const file = kubeconfig({ command: 'no-such-plugin-here', installHint: 'get it with \u001b[31mthis\nand that' });
    const run = pkg(['list'], { env: { KUBECONFIG: file } });
    expect(run.status).toBe(1);
    expect(run.stderr).toMatch(/PKG_CREDENTIALS_FAILED/);
    expect(run.stderr).toContain('no-such-plugin-here is not installed');
    expect(run.stderr).toContain('get it with');
    expect(run.stderr).not.toContain('\u001b[31mthis');
  });

  test('its standard error is shown at once, its output never', () => {
    const { command } = plugin(`echo 'open https://login.test and type 1234' >&2; echo 'secret-thing'; exit 1`);
    const run = pkg(['list'], { env: { KUBECONFIG: kubeconfig({ command }) } });
    expect(run.status).toBe(1);
    expect(run.stderr).toMatch(/open https:\/\/login\.test and type 1234[\s\S]*failed with status 1/);
    expect(run.stdout + run.stderr).not.toContain('secret-thing');
  });

  test('interactiveMode Always without a terminal: the plugin is not run', async () => {
    const { command, runs } = plugin(`echo '${credential({ token: 'x' })}'`);
    const run = pkg(['list'], { env: { KUBECONFIG: kubeconfig({ command, interactiveMode: 'Always' }) } });
    expect(run.stderr).toMatch(/standard input is not a terminal/);
    expect(runs()).toBe(0);
    const other = await kubectl([
      '--kubeconfig',
      kubeconfig({ command, interactiveMode: 'Always' }),
      'get',
      '--raw',
      '/version',
    ]);
    expect([other.status, runs()]).toEqual([1, 0]);
  });

  const hasTerminal = spawnSync('script', ['--version']).status === 0;
  test.skipIf(!hasTerminal).each(['Always', 'IfAvailable', 'Never'])(
    'in a terminal, %s: the plugin can prompt unless the mode is Never',
    async (interactiveMode) => {
      const { command, file } = plugin(
        `printf %s "$KUBERNETES_EXEC_INFO" > "$0.info"; IFS= read -r code; echo "$code" > "$0.typed"; echo '${credential({ token: 'typed' })}'`,
      );
      const config = kubeconfig({ command, interactiveMode });
      const before = peer.seen.length;
      const child = spawn('script', ['-qec', `'${process.execPath}' bin/pkg.js list`, '/dev/null'], {
        env: { PATH: process.env['PATH'], KUBECONFIG: config, HOME: peer.folder, TERM: 'dumb' },
      });
      child.stdout.resume();
      child.stdin.write('4711\n');
      await new Promise((resolve) => child.on('close', resolve));
      const told = JSON.parse(readFileSync(file('info'), 'utf8')) as { spec: { interactive: boolean } };
      expect(told.spec.interactive).toBe(interactiveMode !== 'Never');
      expect(readFileSync(file('typed'), 'utf8').trim()).toBe(interactiveMode === 'Never' ? '' : '4711');
      expect(peer.seen[before]?.headers.authorization).toBe('Bearer typed');
      rmSync(file('info'));
    },
  );
});

test('a plugin whose child lives on with its output open is not waited for', async () => {
  const { command, file } = plugin(`sleep 60 &\necho $! > "$0.child"; echo '${credential({ token: 'of-an-agent' })}'`);
  const before = peer.seen.length;
  const begun = Date.now();
  const child = spawn(process.execPath, ['bin/pkg.js', 'list'], {
    env: { PATH: process.env['PATH'], KUBECONFIG: kubeconfig({ command }), HOME: peer.folder },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  await new Promise((resolve) => child.on('close', resolve));
  expect(Date.now() - begun).toBeLessThan(20_000);
  process.kill(Number(readFileSync(file('child'), 'utf8')));
  expect(peer.seen[before]?.headers.authorization).toBe('Bearer of-an-agent');
});

test('Ctrl-C ends a plugin that never answers', async () => {
  const { command, file } = plugin('echo $$ > "$0.pid"; exec sleep 600');
  const child = spawn(process.execPath, ['bin/pkg.js', 'list'], {
    env: { PATH: process.env['PATH'], KUBECONFIG: kubeconfig({ command }), HOME: peer.folder },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  const ended = new Promise((resolve) => child.on('close', (status, signal) => resolve(signal ?? status)));
  while (!existsSync(file('pid')) || readFileSync(file('pid'), 'utf8') === '') {
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  // As a terminal does: to all of its group. The pipes close when both programs are gone.
  process.kill(-(child.pid as number), 'SIGINT');
  expect(await ended).not.toBe(0);
});

/** The real kubectl; it does not block, so that the server in this process can answer. */
async function kubectl(args: readonly string[]): Promise<{ status: number | null; stderr: string }> {
  const child = spawn(kubectlPath(), args, {
    env: { PATH: process.env['PATH'], HOME: peer.folder },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let stderr = '';
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  const status = await new Promise<number | null>((resolve) => child.on('close', resolve));
  return { status, stderr };
}
