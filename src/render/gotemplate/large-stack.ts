/**
 * Runs templates in a thread with a large stack. Helm allows a template to include itself a thousand times, for which V8's
 * stack may be too small; its size can be set only for a new thread. So a render that overflows the stack is run again here.
 */
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { PkgError } from '../../errors.ts';
import type { ErrorDetails } from '../../errors.ts';
import { ValueError } from '../../chart/value-error.ts';
import type { ValueMap } from '../../yaml/value.ts';
import type { GoInput, GoOutput } from './engine.ts';
import { IN_THREAD } from './thread-name.ts';

/** In MiB. Each of a thousand nested calls may go through dozens of conditions and functions. */
const STACK_SIZE = 64;

/** What the thread receives. It waits on `signal` for the answer to a `lookup`. */
export type Order = { input: Omit<GoInput, 'lookup'>; signal: Int32Array };

/** A message of the thread: the arguments of a `lookup`, or at the end what was printed, or the error. */
export type Report = { ask: [string, string, string, string] } | { printed: GoOutput } | { failure: Failure };

/** A `PkgError` as it is sent between threads. */
export type Failure = Pick<PkgError, 'code' | 'message'> &
  Omit<ErrorDetails, 'errors' | 'cause'> & {
    errors: Failure[];
    value?: Pick<ValueError, 'valuePath' | 'textPath' | 'isMissing'>;
  };

/** Whether an error was caused by a stack overflow. */
export function isOverflow(error: unknown): boolean {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if (cause instanceof RangeError && cause.message.startsWith('Maximum call stack size')) return true;
  }
  return false;
}

/**
 * Runs the Go templates of a chart and its dependencies in a thread.
 *
 * @returns undefined where the program that the thread would run is not found, as when the library is bundled into
 *   another program
 * @throws {PkgError} of the templates; whatever `lookup` throws
 */
export async function printDeep({ lookup, ...input }: GoInput): Promise<GoOutput | undefined> {
  const program = findProgram();
  if (program === undefined) return undefined;
  const signal = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
  const order: Order = { input, signal };
  const worker = new Worker(program, {
    argv: [IN_THREAD],
    workerData: order,
    resourceLimits: { stackSizeMb: STACK_SIZE },
  });
  try {
    return await new Promise<GoOutput>((resolve, reject) => {
      worker.on('error', reject);
      worker.on('exit', () =>
        reject(new PkgError('PKG_INTERNAL', 'the thread of the templates ended without a result')),
      );
      worker.on('message', (report: Report) => {
        if ('printed' in report) resolve(report.printed);
        else if ('failure' in report) reject(unpack(report.failure));
        else {
          try {
            worker.postMessage(lookup?.(...report.ask) ?? (new Map() satisfies ValueMap));
            Atomics.store(signal, 0, 1);
            Atomics.notify(signal, 0);
          } catch (error) {
            reject(error);
          }
        }
      });
    });
  } finally {
    await worker.terminate();
  }
}

/** `bin/` is at most so many folders above this file, in the sources, in `dist/` and in the library. */
const FARTHEST = 4;

function findProgram(): string | undefined {
  let folder = dirname(import.meta.filename);
  for (let up = 0; up < FARTHEST; up++) {
    const program = join(folder, 'bin/pkg.js');
    if (existsSync(program) && existsSync(join(folder, 'dist/main.cjs'))) return program;
    folder = dirname(folder);
  }
  return undefined;
}

/** Converts an error to what can be sent to another thread. Its cause is dropped. */
export function pack(error: PkgError): Failure {
  const { code, message, at, hints, notes, excerpts, exitCode, errors } = error;
  const failure: Failure = {
    code,
    message,
    hints,
    notes,
    excerpts,
    exitCode,
    errors: errors.map(pack),
    ...(at && { at }),
  };
  if (error instanceof ValueError) {
    const { valuePath, textPath, isMissing } = error;
    failure.value = { valuePath, textPath, isMissing };
  }
  return failure;
}

function unpack({ code, message, value, errors, ...details }: Failure): PkgError {
  const all = { ...details, errors: errors.map(unpack) };
  if (value === undefined) return new PkgError(code, message, all);
  return Object.assign(new ValueError(code, message, all), value);
}
