/** What each test file begins and ends with: property tests get the seed, and folders are removed. */
import fc from 'fast-check';
import { afterAll } from 'vitest';
import { removeTemporaryFolders } from './folders.ts';
import { SEED } from './generation.ts';

fc.configureGlobal({ seed: SEED });
afterAll(removeTemporaryFolders);
