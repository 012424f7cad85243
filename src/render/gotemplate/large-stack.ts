/**
 * Templates that include themselves more often than the stack has room for. Helm allows a thousand such calls, however
 * much stands between them; V8 takes the size of a stack only for a new thread. So they are run once more, in one.
 */
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { PkgError } from '../../errors.ts';
import type { ErrorDetails } from '../../errors.ts';
import { ValueFault } from '../../chart/value-fault.ts';
import type { ValueMap } from '../../yaml/value.ts';
import type { GoInput, GoText } from './engine.ts';
import { IN_THREAD } from './thread-name.ts';

/** In MiB: each of a thousand calls may go through dozens of conditions and functions. */
const STACK_SIZE = 64;

/** What templates printed. */
export type PrintedTexts = { texts: GoText[]; notes: string[] };

/** What the thread is given. `signal` wakes it when a question of its is answered. */
export type Order = { input: Omit<GoInput, 'lookup'>; signal: Int32Array };

/** What it says: a question for the cluster, and in the end what was printed, or why nothing was. */
export type Report = { ask: [string, string, string, string] } | { printed: PrintedTexts } | { failure: Failure };

/** An error as it travels between threads. */
export type Failure = Pick<PkgError, 'code' | 'message'> &
  Omit<ErrorDetails, 'errors' | 'cause'> & {
    errors: Failure[];
    value?: Pick<ValueFault, 'valuePath' | 'textPath' | 'isMissing'>;
  };

/** Did the stack have no more room? */
export function isOverflow(error: unknown): boolean {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if (cause instanceof RangeError && cause.message.startsWith('Maximum call stack size')) return true;
  }
  return false;
}

/**
 * Runs the Go templates of a chart tree in a thread.
 *
 * @returns undefined where the program is not there that the thread would run
 * @throws {PkgError} as the templates do; whatever `lookup` throws
 */
export async function printDeep({ lookup, ...input }: GoInput): Promise<PrintedTexts | undefined> {
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
    return await new Promise<PrintedTexts>((resolve, reject) => {
      worker.on('error', reject);
      worker.on('exit', () => reject(new PkgError('PKG_INTERNAL', 'the thread of the templates ended without a word')));
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

/** From its sources, its parts and its library the program is this far up at most. */
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

/** Makes of an error what can be sent. What caused it stays behind. */
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
  if (error instanceof ValueFault) {
    const { valuePath, textPath, isMissing } = error;
    failure.value = { valuePath, textPath, isMissing };
  }
  return failure;
}

function unpack({ code, message, value, errors, ...details }: Failure): PkgError {
  const all = { ...details, errors: errors.map(unpack) };
  if (value === undefined) return new PkgError(code, message, all);
  return Object.assign(new ValueFault(code, message, all), value);
}
