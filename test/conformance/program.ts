/** Runs a program once: what it prints, how it ends, and the processor time that it took. */
import { spawn } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { helmEnvironment, helmPath } from '../support/helm.ts';
import type { Case } from './cases.ts';

const root: string = join(dirname(fileURLToPath(import.meta.url)), '..', '..');

/** `cpu` is in milliseconds. */
export type Answer = { status: number; stdout: Buffer; stderr: string; cpu: number };

/** Node cannot tell what a child used; bash can, on a descriptor of its own. */
const TIMED = 'TIMEFORMAT="%U %S"; { time "$@" 2>&4; } 4>&2 2>&3';

/** What a program that does not end is taken for. */
const TIMEOUT_MS = 120_000;

function argumentsOf({ chart, args }: Case): string[] {
  return ['template', 'conformance', chart, '--namespace', 'judge', ...args];
}

/** Renders a case with the real helm. */
export function runHelm(what: Case): Promise<Answer> {
  return run(helmPath(), argumentsOf(what), helmEnvironment());
}

/** Renders a case with the built pkg. */
export function runPkg(what: Case): Promise<Answer> {
  const { PATH = '', HOME = '' } = helmEnvironment();
  return run(process.execPath, [join(root, 'bin/pkg.js'), ...argumentsOf(what)], { PATH, HOME });
}

function run(program: string, args: readonly string[], env: Record<string, string>): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const child = spawn('bash', ['--norc', '-c', TIMED, 'bash', program, ...args], {
      env: { ...env, LC_ALL: 'C' },
      stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
      detached: true,
    });
    const [, stdout, stderr, times] = child.stdio.map((stream) => {
      const chunks: Buffer[] = [];
      stream?.on('data', (chunk: Buffer) => chunks.push(chunk));
      return chunks;
    });
    // bash and what it runs are a group of their own, so that both go.
    const timer = setTimeout(() => process.kill(-(child.pid ?? 0), 'SIGKILL'), TIMEOUT_MS);
    child.on('error', reject);
    child.on('close', (status) => {
      clearTimeout(timer);
      const [user = 0, system = 0] = text(times).trim().split('\n').at(-1)?.split(' ').map(Number) ?? [];
      const cpu = Math.round((user + system) * 1000);
      resolve({ status: status ?? -1, stdout: Buffer.concat(stdout ?? []), stderr: text(stderr), cpu });
    });
  });
}

function text(chunks: Buffer[] | undefined): string {
  return Buffer.concat(chunks ?? []).toString();
}
