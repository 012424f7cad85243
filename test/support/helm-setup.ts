/** Vitest's global set-up: builds helm if it is missing, once for all processes that run tests. */
import { helmBinary } from '../helm/binary.ts';

export default async function setup(): Promise<void> {
  // Without Go, tests that need helm fail with the reason when they run it. The others run.
  await helmBinary().catch(() => undefined);
}
