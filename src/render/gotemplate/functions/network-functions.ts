/** `getHostByName`, the one function that uses the network, if `--enable-dns` is given. */
import { MessageChannel, receiveMessageOnPort, Worker } from 'node:worker_threads';
import { randomInt } from 'node:crypto';
import { fn, GoError } from './signature.ts';
import type { FunctionGroup } from './signature.ts';

export const functions: FunctionGroup = {
  getHostByName: fn(['string'], (host, name) => {
    if (!host.enableDns) return '';
    const addresses = lookUp(name);
    if (addresses.length === 0) throw new GoError(`no address found for the host ${name}`);
    return addresses[randomInt(addresses.length)] as string;
  }),
};

/** The code of a thread that asks for a name. Functions of templates are synchronous, so this thread waits for it. */
const ASK = `
  const { workerData } = require('node:worker_threads');
  const done = (addresses) => {
    workerData.port.postMessage(addresses);
    Atomics.store(workerData.signal, 0, 1);
    Atomics.notify(workerData.signal, 0);
  };
  require('node:dns').lookup(workerData.name, { all: true }, (error, found) => {
    done(error ? [] : found.map(({ address }) => address));
  });
`;

const MAX_WAIT_MS = 30_000;

/** The addresses of a name; none for an unknown name, and after a timeout. */
function lookUp(name: string): readonly string[] {
  const signal = new Int32Array(new SharedArrayBuffer(4));
  const { port1, port2 } = new MessageChannel();
  const worker = new Worker(ASK, { eval: true, workerData: { name, port: port2, signal }, transferList: [port2] });
  try {
    Atomics.wait(signal, 0, 0, MAX_WAIT_MS);
    return (receiveMessageOnPort(port1)?.message as readonly string[] | undefined) ?? [];
  } finally {
    port1.close();
    void worker.terminate();
  }
}
