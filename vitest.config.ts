import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/support/helm-setup.ts', 'test/support/cluster-setup.ts'],
    setupFiles: ['test/support/generation-setup.ts'],
    // Two cores run most tests; real programs (helm, the built pkg) take their time.
    testTimeout: 60_000,
    hookTimeout: 120_000,
  },
});
