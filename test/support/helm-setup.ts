/** Vitest's global set-up: builds helm where it is missing, once and not in every process that runs tests. */
import { helmBinary } from '../helm/binary.ts';

export default async function setup(): Promise<void> {
  // Without Go the tests that need helm fail when they ask for it, and say why; the others run.
  await helmBinary().catch(() => undefined);
}
