/** Generated templates give the same output as with helm, or both refuse them. */
import { expect, test } from 'vitest';
import { compareGenerated } from './generated.ts';
import { RUNS, SEED } from '../support/generation.ts';

test('generated templates', async () => {
  expect(await compareGenerated(1000 * RUNS, SEED)).toBeUndefined();
}, 600_000);
