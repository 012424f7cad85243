import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';
import { WaitingFirst } from './test/support/sequencer.ts';

/**
 * Tests of functions, which change nothing that others of their process see. They share workers: importing the sources
 * anew for each file is 0.6 s of processor time.
 */
const SHARING: readonly string[] = ['chart', 'charts', 'pflag', 'release', 'render', 'terminal', 'yaml'].map(
  (folder) => `test/${folder}/**/*.test.ts`,
);

export default defineConfig({
  test: {
    // Twice the cores, since much of the time of many files is waiting: for a lease to run out, a server that is silent.
    // Without it vitest leaves a core to itself, and on two cores runs one file at a time.
    maxWorkers: 2 * availableParallelism(),
    sequence: { sequencer: WaitingFirst },
    setupFiles: ['test/support/file-setup.ts'],
    // Real programs (helm, the built pkg) on busy cores take their time.
    testTimeout: 120_000,
    hookTimeout: 240_000,
    projects: [
      {
        extends: true,
        test: { name: 'sharing', include: [...SHARING], isolate: false, globalSetup: ['test/support/helm-setup.ts'] },
      },
      {
        extends: true,
        test: {
          name: 'apart',
          include: ['test/**/*.test.ts'],
          exclude: [...SHARING],
          globalSetup: ['test/support/helm-setup.ts', 'test/support/cluster-setup.ts'],
        },
      },
    ],
  },
});
