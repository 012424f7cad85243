/**
 * Vitest's global set-up: one control plane for a whole run of tests. It starts when the first test file asks for it
 * (`cluster.ts`), so that other runs do not wait for it, and is stopped at the end of the run.
 */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { TestProject } from 'vitest/node';
import { ControlPlaneUnavailable, startControlPlane, stopControlPlane } from '../controlplane/controlplane.ts';
import type { State } from '../controlplane/controlplane.ts';

/** The answer to a test file that asks for the control plane. */
export type Offer = { state: State } | { unavailable: string } | { error: string };

declare module 'vitest' {
  interface ProvidedContext {
    /** The loopback port on which an {@link Offer} is given. */
    controlPlane: number;
  }
}

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  let offer: Promise<Offer> | undefined;
  const server = createServer((_request, response) => {
    offer ??= bringUp();
    void offer.then((told) => response.end(JSON.stringify(told)));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  project.provide('controlPlane', (server.address() as AddressInfo).port);
  return async () => {
    server.close();
    const told = await offer;
    if (told === undefined) return;
    if ('state' in told) await stopControlPlane(told.state);
    if ('unavailable' in told) console.log(`Tests on a real control plane were skipped: ${told.unavailable}`);
  };
}

/** Starts the control plane. With `CI=true` it is an error if its programs are missing. */
async function bringUp(): Promise<Offer> {
  try {
    return { state: await startControlPlane({ say: (line) => console.error(line) }) };
  } catch (error) {
    const { message } = error as Error;
    const skips = error instanceof ControlPlaneUnavailable && process.env['CI'] !== 'true';
    return skips ? { unavailable: message } : { error: `there is no control plane: ${message}` };
  }
}
