/** Gives every property test the seed. */
import fc from 'fast-check';
import { SEED } from './generation.ts';

fc.configureGlobal({ seed: SEED });
