/** Tables, whatever is in them, and with Helm's columns. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { printable } from '../../src/errors-text.ts';
import { textWidth } from '../../src/terminal/cell-width.ts';
import { renderTable } from '../../src/terminal/table.ts';
import { temporaryFolder, writeFiles } from '../chart/support.ts';
import { run } from '../repository/support.ts';

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
      const widths = lines.map((line) => parted(line).map(textWidth));
      // A character of two columns may stand where a cell is cut.
      for (const row of widths) {
        for (const [column, width] of row.entries())
          expect(Math.abs(width - (widths[0]?.[column] ?? 0))).toBeLessThan(2);
        expect(Math.max(...row)).toBeLessThanOrEqual(maxWidth + 1);
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

/** What `search repo` prints of charts with these descriptions. */
async function searched(descriptions: readonly string[], ...flags: string[]): Promise<{ helm: string; pkg: string }> {
  const home = temporaryFolder();
  const entries = Object.fromEntries(
    descriptions.map((description, at) => [
      `c${at}`,
      [{ apiVersion: 'v2', name: `c${at}`, version: '1.0.0', description, urls: ['x.tgz'] }],
    ]),
  );
  writeFiles(home, {
    'config/repositories.yaml': '{"repositories": [{"name": "r", "url": "http://127.0.0.1:1"}]}',
    'cache/repository/r-index.yaml': JSON.stringify({ apiVersion: 'v1', entries }),
  });
  const [helm, pkg] = await Promise.all(
    (['helm', 'pkg'] as const).map(async (program) => {
      const { status, stdout, stderr } = await run(program, ['search', 'repo', ...flags], { cwd: home, home });
      expect(status, stderr).toBe(0);
      return stdout;
    }),
  );
  return { helm: helm ?? '', pkg: pkg ?? '' };
}

test("every character takes as many columns as in Helm's tables", async () => {
  const all = Array.from({ length: 0x323b0 }, (_none, point) => String.fromCodePoint(point)).filter(
    (one) => printable(one) === one && one.trim() !== '',
  );
  expect(all.length).toBeGreaterThan(190_000);
  const chunks = Array.from({ length: Math.ceil(all.length / 60) }, (_none, at) =>
    all.slice(60 * at, 60 * at + 60).join(''),
  );
  const { helm, pkg } = await searched(chunks, '--max-col-width', '0');
  expect(pkg).toBe(helm);
});

test.each([1, 2, 3, 4, 5, 8, 13, 20])('cells are cut as by Helm at %i columns', async (width) => {
  const text = fc.string({ unit: fc.constantFrom('a', 'b', ' ', 'é', '日', '😀', 'e\u0301', '⚙️'), maxLength: 24 });
  const { helm, pkg } = await searched(fc.sample(text, 60), '--max-col-width', String(width));
  expect(pkg).toBe(helm);
});
