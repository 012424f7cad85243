import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { printable, printableEnds, printableLines, shortened } from '../src/errors-text.ts';
import { RUNS } from './support/generation.ts';

/** What a terminal may act on, or what may deceive a reader. */
const UNSAFE = /[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}\p{Cs}\u200b\ufeff]/u;

const runs = { numRuns: 200 * RUNS };

describe('printable', () => {
  test.each([
    ['plain text, é, 日本, 🎉 and 👩\u200d🚀', 'plain text, é, 日本, 🎉 and 👩\u200d🚀'],
    ['a\x1b[31mred\x07', 'a\\u001b[31mred\\u0007'],
    ['two\r\nlines\tand a tab', 'two\\r\\nlines\\tand a tab'],
    ['gpj.\u202eexe', 'gpj.\\u202eexe'],
    ['hidden \u{e0041}', 'hidden \\u{e0041}'],
    ['half \ud800 of a pair', 'half \\ud800 of a pair'],
    ['C1 \x9b31m', 'C1 \\u009b31m'],
  ])('%j', (text, shown) => {
    expect(printable(text)).toBe(shown);
  });

  test('cuts between characters, and marks the cut', () => {
    expect(printable('🎉'.repeat(5), 3)).toBe('🎉🎉🎉…');
    expect(printable('abc', 3)).toBe('abc');
    expect(printable('abcd', 3)).toBe('abc…');
  });

  test('never contains an unsafe character, for any text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.nat(50), (text, max) => {
        expect(printable(text, max)).not.toMatch(UNSAFE);
      }),
      runs,
    );
  });

  test('a huge text takes little time', () => {
    const started = process.cpuUsage();
    printable('\x1b'.repeat(50_000_000));
    expect(process.cpuUsage(started).user).toBeLessThan(1_000_000);
  });
});

describe('printableLines', () => {
  test('keeps lines and tabs, and no other control characters', () => {
    expect(printableLines('one\r\ntwo\n\tthree\x1b]0;title\x07')).toBe('one\ntwo\n\tthree\\u001b]0;title\\u0007');
    expect(printableLines('over\rwritten')).toBe('over\\rwritten');
  });

  test('never contains an unsafe character except line breaks and tabs', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(printableLines(text).replace(/[\n\t]/g, '')).not.toMatch(UNSAFE);
      }),
      runs,
    );
  });
});

describe('shortened', () => {
  test('keeps both ends, respects the limit, and splits no character', () => {
    const reason = ': field is immutable';
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 2_000 }), fc.integer({ min: 1, max: 500 }), (text, max) => {
        const long = `spec.template: Invalid value: ${text}${reason}`;
        const cut = shortened(long, max);
        expect(cut.length).toBeLessThanOrEqual(max);
        expect(cut.isWellFormed()).toBe(true);
        expect(cut === long).toBe(long.length <= max);
        if (max >= 3 * reason.length)
          expect([cut.startsWith('spec.template'), cut.endsWith(reason)]).toEqual([true, true]);
        expect(printableEnds(long, max)).not.toMatch(UNSAFE);
      }),
      runs,
    );
  });
});
