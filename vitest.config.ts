import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';
import { WaitingFirst } from './test/support/sequencer.ts';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/support/helm-setup.ts', 'test/support/cluster-setup.ts'],
    setupFiles: ['test/support/generation-setup.ts'],
    // Twice the cores, since much of the time of many files is waiting: for a lease to run out, a server that is silent.
    // Without it vitest leaves a core to itself, and on two cores runs one file at a time.
    maxWorkers: 2 * availableParallelism(),
    sequence: { sequencer: WaitingFirst },
    // Real programs (helm, the built pkg) on busy cores take their time.
    testTimeout: 120_000,
    hookTimeout: 240_000,
  },
});
