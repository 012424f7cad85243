/** The thread with a large stack: see `large-stack.ts`. */
import { parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads';
import { PkgError } from '../../errors.ts';
import { cloneValue } from '../../yaml/value.ts';
import type { ValueMap } from '../../yaml/value.ts';
import type { Lookup } from '../render.ts';
import { pack } from './large-stack.ts';
import type { Order, Report } from './large-stack.ts';
import { printHere } from './print-here.ts';

/** Runs the templates that the thread was started for, and sends the result or the error. */
export async function printInThread(): Promise<void> {
  const { input, signal } = workerData as Order;
  const port = parentPort;
  if (port === null) throw new Error('printInThread has to run in a worker thread');
  const say = (report: Report): void => port.postMessage(report);
  // Functions of templates are synchronous: the thread stands still until the main thread has the answer.
  const lookup: Lookup = (...ask) => {
    say({ ask });
    Atomics.wait(signal, 0, 0);
    Atomics.store(signal, 0, 0);
    return receiveMessageOnPort(port)?.message as ValueMap;
  };
  try {
    const { texts, notes } = await printHere({ ...input, lookup }, () => cloneValue(input.values));
    say({ printed: { texts, notes } });
  } catch (error) {
    if (!(error instanceof PkgError)) throw error;
    say({ failure: pack(error) });
  }
}
