/** The built pkg, run as a user runs it. */
import { spawn, spawnSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root: string = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const bin: string = join(root, 'bin', 'pkg.js');

/** What a run printed, and its exit status (null when a signal ended it). */
export type PkgRun = { status: number | null; stdout: string; stderr: string };

function environment(env: Record<string, string>): NodeJS.ProcessEnv {
  return { PATH: process.env['PATH'], HOME: process.env['HOME'], ...env };
}

/** Runs `pkg`, on the Node of the tests or another; paths of the project's charts are relative to its folder. */
export function pkg(
  args: readonly string[],
  options: { env?: Record<string, string>; input?: string | Uint8Array; cwd?: string; node?: string } = {},
): PkgRun {
  const run = spawnSync(options.node ?? process.execPath, [bin, ...args], {
    cwd: options.cwd ?? root,
    input: options.input ?? '',
    encoding: 'utf8',
    maxBuffer: 1 << 28,
    env: environment(options.env ?? {}),
  });
  if (run.error) throw run.error;
  return { status: run.status, stdout: run.stdout, stderr: run.stderr };
}

/** A running `pkg`. */
export type PkgStarted = { done: Promise<PkgRun>; kill: (signal: NodeJS.Signals) => void };

/** Starts `pkg`; `env` is added to its environment. */
export function pkgStarted(args: readonly string[], env: Record<string, string> = {}): PkgStarted {
  const child = spawn(process.execPath, [bin, ...args], { cwd: root, env: environment(env) });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  child.stdin.end();
  const done = new Promise<PkgRun>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (status) => resolve({ status, stdout, stderr }));
  });
  return { done, kill: (signal) => void child.kill(signal) };
}

/** Starts `pkg` and sends it a signal after so many milliseconds. */
export async function pkgInterrupted(
  args: readonly string[],
  signal: NodeJS.Signals,
  afterMs: number,
): Promise<PkgRun> {
  const { done, kill } = pkgStarted(args);
  const timer = setTimeout(() => kill(signal), afterMs);
  try {
    return await done;
  } finally {
    clearTimeout(timer);
  }
}
