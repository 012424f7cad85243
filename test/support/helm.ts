/** The real helm: the oracle of tests, and the program that benchmarks compare with. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { helmBinary } from '../helm/binary.ts';

/** Set before any test runs, since building helm takes longer than a test may. */
const binary: string = await helmBinary();

/** The path of the helm binary. */
export function helmPath(): string {
  return binary;
}

/** What a run of helm printed, and its exit status. */
export type HelmRun = { status: number; stdout: string; stderr: string };

let home: string | undefined;

/** An environment with empty homes for helm, so that the configuration of the machine has no effect. */
export function helmEnvironment(): Record<string, string> {
  home ??= mkdtempSync(join(tmpdir(), 'pkg-helm-home-'));
  return {
    PATH: process.env['PATH'] ?? '',
    HOME: home,
    HELM_CACHE_HOME: join(home, 'cache'),
    HELM_CONFIG_HOME: join(home, 'config'),
    HELM_DATA_HOME: join(home, 'data'),
  };
}

/**
 * Runs helm in {@link helmEnvironment}.
 *
 * @param options `memory`: the most address space in KiB, where the system can limit it
 */
export function helm(
  args: readonly string[],
  options: { cwd?: string; input?: string | Uint8Array; env?: Record<string, string>; memory?: number } = {},
): HelmRun {
  const [program, ...before] =
    options.memory === undefined || process.platform === 'win32'
      ? [helmPath()]
      : ['sh', '-c', `ulimit -v ${options.memory} 2>/dev/null; exec "$0" "$@"`, helmPath()];
  const run = spawnSync(program as string, [...before, ...args], {
    cwd: options.cwd,
    input: options.input ?? '',
    encoding: 'utf8',
    maxBuffer: 1 << 28,
    env: { ...helmEnvironment(), ...options.env },
  });
  if (run.error) throw run.error;
  return { status: run.status ?? -1, stdout: run.stdout, stderr: run.stderr };
}
