/** Decompressing with a buffer of the size that gzip states gives the same as without. */
import { gunzipSync, gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { gunzipOptions } from '../src/gunzip.ts';

const LIMIT = 1 << 16;

/** The bytes; undefined for what is damaged or too large: with other pieces the other may be found first. */
function outcome(bytes: Uint8Array, options: { maxOutputLength: number }): string | undefined {
  try {
    return gunzipSync(bytes, options).toString('latin1');
  } catch {
    return undefined;
  }
}

const content = fc.oneof(
  fc.uint8Array({ maxLength: 200 }),
  // Much from little: deflate's best.
  fc.nat(2 * LIMIT).map((length) => new Uint8Array(length)),
);

test('the declared length may be wrong, with one member or several, truncated or changed', () => {
  fc.assert(
    fc.property(
      fc.array(content, { minLength: 1, maxLength: 3 }),
      fc.option(fc.uint8Array({ minLength: 4, maxLength: 4 })),
      fc.nat(30),
      (parts, told, cut) => {
        const whole = Buffer.concat(parts.map((part) => gzipSync(part)));
        const bytes = whole.subarray(0, whole.length - (cut > 20 ? cut - 20 : 0));
        if (told !== null) bytes.set(told, Math.max(0, bytes.length - 4));
        expect(outcome(bytes, gunzipOptions(bytes, LIMIT))).toBe(outcome(bytes, { maxOutputLength: LIMIT }));
      },
    ),
  );
});

test('more than the limit is reported as such', () => {
  const bytes = gzipSync(new Uint8Array(LIMIT + 1));
  expect(() => gunzipSync(bytes, gunzipOptions(bytes, LIMIT))).toThrow(
    expect.objectContaining({ code: 'ERR_BUFFER_TOO_LARGE' }),
  );
  expect(gunzipSync(bytes, gunzipOptions(bytes, LIMIT + 1))).toHaveLength(LIMIT + 1);
});

test('no buffer is larger than the possible content, or than the limit', () => {
  const bytes = Buffer.from([0x1f, 0x8b, 8, 0, 0xff, 0xff, 0xff, 0xff]);
  expect(gunzipOptions(bytes, 1 << 30).chunkSize).toBeLessThan(10_000);
  expect(gunzipOptions(Buffer.alloc(1 << 20, 0xff), LIMIT).chunkSize).toBe(LIMIT);
  expect(gunzipOptions(new Uint8Array(), LIMIT).chunkSize).toBeGreaterThan(0);
});
