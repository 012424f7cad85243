/**
 * Real control planes of Kubernetes for tests: etcd, API server, controller manager, scheduler, and KWOK in place of
 * the nodes, each on loopback ports and in a folder of its own, as many at a time as the machine bears.
 */
import { fork, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, statSync } from 'node:fs';
import { connect } from 'node:net';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { findBinaries } from './binaries.ts';
import type { Program } from './binaries.ts';
import { cacheFolder } from './cache.ts';
import { STATE_FILE } from './state.ts';
import type { Report, Settings, State } from './state.ts';

export { ControlPlaneUnavailable } from './binaries.ts';
export type { State } from './state.ts';

const keeper: string = join(dirname(fileURLToPath(import.meta.url)), 'keeper.ts');

/**
 * Starts a control plane and waits until it is usable (about four seconds; minutes where its programs have to be
 * built first).
 *
 * @param options.name names its folder; one that is used by no other.
 * @param options.stay leaves it running when this process ends; otherwise it ends with it, however that ends.
 * @param options.say is called with messages about what takes time
 * @param options.apiserver more arguments for the API server.
 * @param options.restartAfter a program that is killed starts again after so many milliseconds, on the same ports and
 *   data; otherwise its end is that of the control plane.
 * @throws {ControlPlaneUnavailable} where the programs are not to be had; an `Error` where they do not start.
 */
export async function startControlPlane(
  options: {
    name?: string;
    stay?: boolean;
    say?: (line: string) => void;
    apiserver?: readonly string[];
    restartAfter?: number;
  } = {},
): Promise<State> {
  const binaries = await findBinaries(options.say ?? (() => undefined));
  const folder = join(runFolder(), options.name ?? `run-${process.pid}-${Math.random().toString(36).slice(2, 8)}`);
  mkdirSync(runFolder(), { recursive: true });
  const settings: Settings = {
    stay: options.stay === true,
    apiserver: options.apiserver ?? [],
    ...(options.restartAfter === undefined ? {} : { restartAfter: options.restartAfter }),
  };
  const args = [folder, binaries, JSON.stringify(settings)];
  // A process group of its own, out of reach of Ctrl-C: it ends when this process is gone.
  const child = fork(keeper, args, { detached: true, execArgv: [], stdio: ['ignore', 'ignore', 'pipe', 'ipc'] });
  let stderr = '';
  child.stderr?.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  const report = await new Promise<Report>((resolve, reject) => {
    child.once('message', (message) => resolve(message as Report));
    child.once('error', reject);
    child.once('exit', (status, signal) => {
      resolve({ error: `its keeper ended (${status ?? signal}): ${stderr.trim()}` });
    });
  });
  if ('error' in report) throw new Error(`the control plane did not start: ${report.error}`);
  // From here on the keeper notices the end of this process by the channel. Neither of them keeps this process alive.
  child.stderr?.destroy();
  child.channel?.unref();
  child.unref();
  return report.state;
}

/** The control planes that are up, in the order of their names; what a crash of the machine left is removed. */
export async function listControlPlanes(): Promise<State[]> {
  const found: State[] = [];
  for (const name of existsSync(runFolder()) ? readdirSync(runFolder()).sort() : []) {
    const folder = join(runFolder(), name);
    const state = readState(folder);
    if (state !== undefined && (await isAlive(state))) found.push(state);
    else if (state !== undefined || isOld(folder)) rmSync(folder, { recursive: true, force: true });
  }
  return found;
}

/** Takes a control plane down and waits until nothing is left of it. */
export async function stopControlPlane(state: State): Promise<void> {
  if (await isAlive(state)) process.kill(state.keeper, 'SIGKILL');
  const folder = dirname(state.kubeconfig);
  for (const deadline = Date.now() + 10_000; existsSync(folder);) {
    // If somebody has killed the guard too, nobody else removes the folder.
    if (Date.now() > deadline) rmSync(folder, { recursive: true, force: true });
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** Kills a program of a control plane, as it runs now, without a warning. */
export function killProgram(state: State, program: Program): void {
  const pid = readState(dirname(state.kubeconfig))?.programs[program];
  if (pid === undefined) throw new Error(`${program} does not run`);
  process.kill(pid, 'SIGKILL');
}

/** The resident memory of each program, in MiB. */
export function memoryOf(state: State): Record<string, number> {
  const sizes = Object.entries({ ...state.programs, keeper: state.keeper }).map(([program, pid]) => {
    const kib = Number(spawnSync('ps', ['-o', 'rss=', '-p', String(pid)], { encoding: 'utf8' }).stdout);
    return [program, Math.round(kib / 1024)] as const;
  });
  return Object.fromEntries(sizes);
}

function runFolder(): string {
  return join(cacheFolder(), 'run');
}

/** Old enough for a start to be over, one way or the other. */
function isOld(folder: string): boolean {
  return Date.now() - statSync(folder).mtimeMs > 600_000;
}

function readState(folder: string): State | undefined {
  try {
    return JSON.parse(readFileSync(join(folder, STATE_FILE), 'utf8')) as State;
  } catch {
    return undefined;
  }
}

/** Is the process that answers on the keeper's port the keeper in the file, and not a later one? */
function isAlive(state: State): Promise<boolean> {
  return new Promise((resolve) => {
    let told = '';
    const socket = connect({ port: state.port, host: '127.0.0.1' });
    socket.on('data', (chunk) => (told += chunk.toString()));
    socket.on('error', () => resolve(false));
    socket.on('close', () => resolve(told === String(state.keeper)));
  });
}
