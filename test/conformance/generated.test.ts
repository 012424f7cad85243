/** Templates that nobody wrote print what helm prints, and are refused where helm refuses them. */
import { expect, test } from 'vitest';
import { compareGenerated } from './generated.ts';

const RUNS = Number(process.env['PKG_TEST_RUNS'] ?? 1);

test('generated templates', async () => {
  const seed = Number(process.env['PKG_TEST_SEED'] ?? Date.now() % 1_000_000);
  expect(await compareGenerated(1000 * RUNS, seed)).toBeUndefined();
}, 600_000);
