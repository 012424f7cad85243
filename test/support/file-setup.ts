/** Set-up and tear-down of each test file: property tests get the seed, temporary folders are removed. */
import fc from 'fast-check';
import { afterAll } from 'vitest';
import { removeTemporaryFolders } from './folders.ts';
import { SEED } from './generation.ts';

fc.configureGlobal({ seed: SEED });
afterAll(removeTemporaryFolders);
