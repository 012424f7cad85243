/** The real cosign, and a registry with the Referrers API. */
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { cosignBinary } from '../cosign/binary.ts';
import { referrersBinary } from '../referrers/binary.ts';
import { findProgram } from './go-program.ts';

/** What a run printed, and its exit status. */
export type CosignRun = { status: number | null; output: string };

/** Runs cosign in a folder of its own. */
export type Cosign = (args: readonly string[], cwd: string) => Promise<CosignRun>;

/** The password of keys that tests make. */
export const PASSWORD = 'pässword';

/** The real cosign; undefined where it cannot be built, which is an error with `CI=true`. */
export async function findCosign(): Promise<Cosign | undefined> {
  const program = await findProgram(cosignBinary, 'cosign');
  if (program === undefined) return undefined;
  return (args, cwd) =>
    new Promise((resolve, reject) => {
      const env = { PATH: process.env['PATH'], HOME: cwd, COSIGN_PASSWORD: PASSWORD, TUF_ROOT: cwd };
      const child = spawn(program, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
      let output = '';
      for (const stream of [child.stdout, child.stderr])
        stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
      child.on('error', reject);
      child.on('close', (status) => resolve({ status, output }));
    });
}

/** Starts a registry with the Referrers API, without TLS and logins; undefined where it cannot be built. */
export async function startReferrersRegistry(): Promise<{ host: string; close: () => void } | undefined> {
  const program = await findProgram(referrersBinary, 'a registry with the Referrers API');
  if (program === undefined) return undefined;
  const child = spawn(program, [], { stdio: ['ignore', 'pipe', 'ignore'] });
  for await (const line of createInterface({ input: child.stdout })) {
    return { host: line, close: () => void child.kill() };
  }
  throw new Error('the registry with the Referrers API did not come up');
}
