/**
 * The process that brings a control plane up and holds it: `node keeper.ts FOLDER BINARIES SETTINGS`.
 *
 * SETTINGS are JSON, of the type of that name.
 *
 * Nothing of it survives, whoever is killed. The programs run in the keeper's process group. Beside them a guard, a
 * shell outside of that group, reads a pipe that only the keeper holds: when the keeper ends, in whatever way, the
 * guard kills the group and removes the folder. To stop a control plane is to kill its keeper. A keeper that was
 * not told to stay ends with the process that started it, which it notices by the IPC channel.
 */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { basename, join } from 'node:path';
import type { Program } from './binaries.ts';
import { createAuthority, createTokenKeys } from './certificates.ts';
import { createClient, writeKubeconfig } from './client.ts';
import type { Access, Client } from './client.ts';
import { CLIENTS, FILES, clientKubeconfig, commandLines } from './components.ts';
import type { Place } from './components.ts';
import { CONTAINER_LOG, initialObjects, kwokConfiguration } from './kwok.ts';
import { STATE_FILE } from './state.ts';
import type { Report, Settings, State } from './state.ts';

/** Blocks of ports below those that the system gives to outgoing connections, so that none is taken meanwhile. */
const PORTS = { first: 21_600, blocks: 1000, size: 8 };

/** How long a start may take; a busy machine gets its time. */
const START_MS = 120_000;

const [folder = '', binaries = '', given = ''] = process.argv.slice(2);
const settings = JSON.parse(given) as Settings;
const children: Partial<Record<Program, ChildProcess>> = {};
const started = Date.now();

let stays = false;
/** The state of the control plane, once it is usable. */
let usable: State | undefined;
process.on('disconnect', () => {
  if (!stays) end();
});
process.on('SIGTERM', end);
process.on('SIGINT', end);

try {
  report({ state: await start() });
  if (settings.stay) {
    stays = true;
    process.disconnect?.();
  }
} catch (error) {
  report({ error: (error as Error).message });
  end();
}

function report(message: Report): void {
  if (process.connected) process.send?.(message);
}

/** Ends the keeper and its programs; the guard removes the folder. */
function end(): never {
  process.kill(-process.pid, 'SIGKILL');
  throw new Error('unreachable: this process has been killed');
}

async function start(): Promise<State> {
  mkdirSync(folder, { mode: 0o700 }); // Fails if the folder exists: it must be new.
  startGuard();
  const base = await claimPorts();
  const ports = { etcd: base + 1, etcdPeers: base + 2, apiserver: base + 3, kubelet: base + 4 };
  const place: Place = { folder, binaries, ports };
  const commands = commandLines(place);
  commands['kube-apiserver'].push(...settings.apiserver);
  const run = (program: Program): void => startProgram(program, commands[program]);

  run('etcd');
  const access = await writeFiles(`https://127.0.0.1:${ports.apiserver}`);
  const client = createClient(access);
  run('kube-apiserver');
  await until(() => isServed(client, '/readyz'));
  for (const program of CLIENTS) run(program);
  const objects = initialObjects();
  for (const object of objects) {
    await client.create(object.kind === 'Node' ? '/api/v1/nodes' : '/apis/storage.k8s.io/v1/storageclasses', object);
  }
  await until(() => isUsable(client));
  client.close();

  usable = {
    name: basename(folder),
    keeper: process.pid,
    port: base,
    server: access.server,
    kubeconfig: join(folder, FILES.adminKubeconfig),
    programs: {},
    milliseconds: Date.now() - started,
  };
  return writeState(usable);
}

/** Writes the processes that run now to the state file. */
function writeState(state: State): State {
  state.programs = Object.fromEntries(Object.entries(children).map(([program, child]) => [program, child.pid ?? 0]));
  // Replaced atomically: a reader sees the old file or the new one.
  writeFileSync(join(folder, `${STATE_FILE}.new`), JSON.stringify(state));
  renameSync(join(folder, `${STATE_FILE}.new`), join(folder, STATE_FILE));
  return state;
}

function startGuard(): void {
  const script =
    'cat >/dev/null; kill -s KILL -- "-$1" 2>/dev/null; ' +
    'for try in 1 2 3 4 5 6 7 8 9; do rm -rf -- "$2" 2>/dev/null && exit; sleep 0.2; done';
  const guard = spawn('sh', ['-c', script, 'guard', String(process.pid), folder], {
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  guard.on('exit', end);
}

function startProgram(program: Program, args: readonly string[]): void {
  const log = openSync(join(folder, `${program}.log`), 'a');
  const child = spawn(join(binaries, program), args, { cwd: folder, stdio: ['ignore', log, log] });
  closeSync(log);
  children[program] = child;
  const failed = (why: string): void => {
    const lines = readFileSync(join(folder, `${program}.log`), 'utf8')
      .trimEnd()
      .split('\n');
    report({ error: `${program} ended (${why}):\n${lines.slice(-5).join('\n')}` });
    end();
  };
  child.on('error', (error) => failed(error.message));
  child.on('exit', (status, signal) => {
    const { restartAfter } = settings;
    if (usable === undefined || restartAfter === undefined) return failed(String(status ?? signal));
    const state = usable;
    setTimeout(() => {
      startProgram(program, args);
      writeState(state);
    }, restartAfter);
  });
}

/**
 * Takes a block of ports that no other control plane has: the keeper listens on the first of it for as long as it
 * lives, and tells everyone who connects its process id.
 */
async function claimPorts(): Promise<number> {
  for (let block = 0; block < PORTS.blocks; block++) {
    const base = PORTS.first + block * PORTS.size;
    const claim = await listen(base, true);
    if (claim === undefined) continue;
    const others = await Promise.all([1, 2, 3, 4].map((offset) => listen(base + offset, false)));
    if (others.every((port) => port !== undefined)) return base;
    claim.close();
  }
  throw new Error('there are no free ports');
}

/** Listens on a loopback port, undefined if it is taken; closes again at once unless it is to be held. */
function listen(port: number, hold: boolean): Promise<{ close(): void } | undefined> {
  return new Promise((resolve) => {
    const server = createServer((socket) => {
      socket.on('error', () => socket.destroy());
      socket.end(String(process.pid));
    });
    server.on('error', () => resolve(undefined));
    server.listen({ port, host: '127.0.0.1', exclusive: true }, () => {
      if (hold) resolve(server);
      else server.close(() => resolve(server));
    });
  });
}

/** Writes keys, certificates and configuration, and gives the administrator's access. */
async function writeFiles(server: string): Promise<Access> {
  const write = (name: string, text: string): void => writeFileSync(join(folder, name), text, { mode: 0o600 });
  const authority = await createAuthority();
  const [shown, tokens, admin, ...clients] = await Promise.all([
    authority.server(['127.0.0.1', 'localhost', '10.96.0.1', 'kubernetes', 'kubernetes.default.svc']),
    createTokenKeys(),
    authority.client('admin', ['system:masters']),
    ...CLIENTS.map((client) => authority.client(client, ['system:masters'])),
  ]);
  write(FILES.caCertificate, authority.certificate);
  write(FILES.caKey, authority.key);
  write(FILES.serverCertificate, shown.certificate);
  write(FILES.serverKey, shown.key);
  write(FILES.tokenPublicKey, tokens.publicKey);
  write(FILES.tokenPrivateKey, tokens.privateKey);
  write(FILES.containerLog, CONTAINER_LOG);
  write(FILES.kwokConfig, kwokConfiguration(join(folder, FILES.containerLog)));
  const access = { server, ca: authority.certificate, ...admin };
  write(FILES.adminKubeconfig, writeKubeconfig(access));
  CLIENTS.forEach((client, index) => {
    write(clientKubeconfig(client), writeKubeconfig({ ...access, ...clients[index] }));
  });
  return access;
}

async function isServed(client: Client, path: string): Promise<boolean> {
  try {
    return (await client.request('GET', path)).status === 200;
  } catch {
    return false; // Nobody listens yet.
  }
}

/** `/readyz` is not enough: without these the first install can fail. */
async function isUsable(client: Client): Promise<boolean> {
  if (!(await isServed(client, '/api/v1/namespaces/default/serviceaccounts/default'))) return false;
  if (!(await isServed(client, '/openapi/v2'))) return false;
  const nodes = await client.get('/api/v1/nodes');
  return nodes.items.every((node: { spec: { taints?: unknown[] } }) => node.spec.taints === undefined);
}

async function until(holds: () => Promise<boolean>): Promise<void> {
  while (!(await holds())) {
    if (Date.now() - started > START_MS) throw new Error(`it was not ready after ${START_MS / 1000} s`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
