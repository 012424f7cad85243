/** Tables as Helm prints them: columns padded with spaces and parted by one tab. */
import { printable } from '../errors-text.ts';
import { characterWidth, textWidth } from './cell-width.ts';

/**
 * A table, every line ended by a newline.
 *
 * @param maxWidth wider cells are cut and end in `...`
 */
export function renderTable(rows: readonly (readonly string[])[], maxWidth = 200): string {
  const cells = rows.map((row) => row.map((cell) => printable(cell, 4096)));
  const widths: number[] = [];
  for (const row of cells) {
    row.forEach((cell, column) => {
      widths[column] = Math.max(widths[column] ?? 0, Math.min(textWidth(cell), maxWidth));
    });
  }
  return cells.map((row) => `${row.map((cell, column) => fitted(cell, widths[column] ?? 0)).join('\t')}\n`).join('');
}

/** The cell in exactly `width` columns; more where `width` has no room for `...` and a character before it, as in Helm. */
function fitted(cell: string, width: number): string {
  const own = textWidth(cell);
  if (own <= width) return cell + ' '.repeat(width - own);
  let kept = '';
  let columns = 0;
  for (const character of cell) {
    kept += character;
    columns += characterWidth(character);
    if (columns >= width - 3) break;
  }
  return `${kept}...`;
}
