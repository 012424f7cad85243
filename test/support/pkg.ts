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

/** Runs `pkg`; paths of the project's charts are relative to its folder. */
export function pkg(
  args: readonly string[],
  options: { env?: Record<string, string>; input?: string; cwd?: string } = {},
): PkgRun {
  const run = spawnSync(process.execPath, [bin, ...args], {
    cwd: options.cwd ?? root,
    input: options.input ?? '',
    encoding: 'utf8',
    maxBuffer: 1 << 28,
    env: environment(options.env ?? {}),
  });
  if (run.error) throw run.error;
  return { status: run.status, stdout: run.stdout, stderr: run.stderr };
}

/** Starts `pkg` and sends it a signal after so many milliseconds. */
export function pkgInterrupted(args: readonly string[], signal: NodeJS.Signals, afterMs: number): Promise<PkgRun> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [bin, ...args], { cwd: root, env: environment({}) });
    let stdout = '';
    let stderr = '';
    child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
    child.stdin.end();
    const timer = setTimeout(() => child.kill(signal), afterMs);
    child.on('error', reject);
    child.on('close', (status) => {
      clearTimeout(timer);
      resolve({ status, stdout, stderr });
    });
  });
}
