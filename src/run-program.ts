/** Runs a program that prints something for pkg, such as a login, and talks to the user on standard error. */
import { isatty } from 'node:tty';
import spawn from 'cross-spawn';

/** What a program is given, and what bounds it. */
export type ProgramOptions = {
  env: NodeJS.ProcessEnv;
  /** A text, nothing, or standard input itself, from which the program can read what the user types. */
  input: { text: string } | 'none' | 'inherited';
  /** In milliseconds. */
  timeout: number;
  /** The most bytes that it may print. */
  limit: number;
  /** Kills it. */
  signal?: AbortSignal;
};

/** How a program ended: its status, or the signal that ended it, and what it printed. */
export type ProgramResult = { status: number | string; output: Buffer };

/** A program that did not end by itself. `system`: it could not be started. */
export class ProgramFailure extends Error {
  readonly reason: 'timeout' | 'limit' | 'stopped' | 'system';
  /** The system's code, such as `ENOENT`. */
  readonly code: string;

  constructor(reason: ProgramFailure['reason'], cause?: NodeJS.ErrnoException) {
    super(reason, cause === undefined ? undefined : { cause });
    this.reason = reason;
    this.code = cause?.code ?? cause?.message ?? '';
  }
}

/** What the program wrote before its end is read within this time, in milliseconds. */
const REST = 200;

/**
 * Runs a program to its end. What the program has started, an agent or a browser, may live longer and keep the pipes open:
 * it is not waited for.
 *
 * @throws {ProgramFailure}
 */
export function runProgram(
  command: string,
  args: readonly string[],
  { env, input, timeout, limit, signal }: ProgramOptions,
): Promise<ProgramResult> {
  return new Promise((resolve, reject) => {
    // Whoever reads pkg's standard error from a pipe would wait for its end, and so for what the program has started.
    const stderr = isatty(2) ? 'inherit' : 'pipe';
    const stdin = input === 'inherited' ? 'inherit' : input === 'none' ? 'ignore' : 'pipe';
    const child = spawn(command, args, { env, stdio: [stdin, 'pipe', stderr] });
    const chunks: Buffer[] = [];
    let size = 0;
    let rest: NodeJS.Timeout | undefined;
    const end = (): void => {
      clearTimeout(timer);
      clearTimeout(rest);
      signal?.removeEventListener('abort', stop);
      child.stdout?.destroy();
      child.stderr?.destroy();
    };
    const giveUp = (reason: ProgramFailure['reason']): void => {
      child.kill('SIGKILL');
      end();
      reject(new ProgramFailure(reason));
    };
    const stop = (): void => giveUp('stopped');
    const timer = setTimeout(() => giveUp('timeout'), timeout);
    child.stdout?.on('data', (chunk: Buffer) => {
      size += chunk.length;
      chunks.push(chunk);
      if (size > limit) giveUp('limit');
      else rest?.refresh();
    });
    child.stderr?.on('data', (chunk: Buffer) => process.stderr.write(chunk));
    child.on('error', (error) => {
      end();
      reject(new ProgramFailure('system', error));
    });
    const finish = (status: number | null, killed: NodeJS.Signals | null): void => {
      end();
      resolve({ status: status ?? killed ?? '', output: Buffer.concat(chunks, size) });
    };
    child.on('exit', (status, killed) => (rest = setTimeout(() => finish(status, killed), REST)));
    child.on('close', finish);
    // A program that ends without reading its input is no error.
    child.stdin?.on('error', () => undefined);
    if (typeof input === 'object') child.stdin?.end(input.text);
    if (signal?.aborted === true) stop();
    else signal?.addEventListener('abort', stop, { once: true });
  });
}
