import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { sha256Hex } from '../../src/render/functions/sha256.ts';
import { RUNS } from '../support/generation.ts';

const expected = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

test("hashes equal OpenSSL's for every length around the ends of blocks", () => {
  for (let length = 0; length < 260; length++) {
    const bytes = Buffer.from(Array.from({ length }, (_, index) => (index * 167 + length) & 255));
    expect(sha256Hex(bytes)).toBe(expected(bytes));
  }
});

test("hashes equal OpenSSL's for any bytes, below and above the limit for JavaScript", () => {
  const bytes = fc.oneof(fc.uint8Array({ maxLength: 1000 }), fc.uint8Array({ minLength: 16_000, maxLength: 17_000 }));
  fc.assert(
    fc.property(bytes, (given) => {
      expect(sha256Hex(Buffer.from(given))).toBe(expected(given));
    }),
    { numRuns: 50 * RUNS },
  );
});
