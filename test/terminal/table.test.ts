/** Tables, whatever is in them. How they look beside Helm's is tested in test/commands/helm-output.test.ts. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { renderTable } from '../../src/terminal/table.ts';

const cells = fc.integer({ min: 1, max: 5 }).chain((columns) =>
  fc.array(fc.array(fc.string({ unit: 'grapheme', maxLength: 60 }), { minLength: columns, maxLength: columns }), {
    minLength: 1,
    maxLength: 8,
  }),
);

/** The cells of a printed row: parted by tabs, which no cell may hold. */
const parted = (line: string): string[] => line.split('\t');

test('every row is a line, every column has one width, and no cell is longer than allowed', () => {
  fc.assert(
    fc.property(cells, fc.integer({ min: 4, max: 40 }), (rows, maxWidth) => {
      const text = renderTable(rows, maxWidth);
      const lines = text.split('\n');
      expect(lines.pop()).toBe('');
      expect(lines).toHaveLength(rows.length);
      const widths = lines.map((line) => parted(line).map((cell) => Array.from(cell).length));
      for (const row of widths) {
        expect(row).toEqual(widths[0]);
        expect(Math.max(...row)).toBeLessThanOrEqual(maxWidth);
      }
    }),
  );
});

test('plain cells that fit are printed unchanged', () => {
  const plain = fc.stringMatching(/^[!-~]{0,20}$/);
  fc.assert(
    fc.property(fc.array(fc.tuple(plain, plain), { minLength: 1 }), (rows) => {
      const lines = renderTable(rows).split('\n').slice(0, -1);
      expect(lines.map((line) => parted(line).map((cell) => cell.trimEnd()))).toEqual(rows);
    }),
  );
});

test('control characters are shown as escapes', () => {
  expect(renderTable([['a\u001b[2Jb\tc\nd\u202ee']])).toBe('a\\u001b[2Jb\\tc\\nd\\u202ee\n');
});
