/** Tables as Helm prints them: columns padded with spaces and parted by one tab. */
import { printable } from '../errors-text.ts';

/**
 * A table, every line ended by a newline.
 *
 * @param maxWidth longer cells are cut and end in `...`
 */
export function renderTable(rows: readonly (readonly string[])[], maxWidth = 200): string {
  const safe = rows.map((row) => row.map((cell) => cutCell(printable(cell, 4096), maxWidth)));
  const widths: number[] = [];
  for (const row of safe) {
    row.forEach((cell, column) => (widths[column] = Math.max(widths[column] ?? 0, Array.from(cell).length)));
  }
  return safe
    .map((row) => {
      const cells = row.map((cell, column) => cell + ' '.repeat((widths[column] ?? 0) - Array.from(cell).length));
      return `${cells.join('\t')}\n`;
    })
    .join('');
}

function cutCell(text: string, maxWidth: number): string {
  const characters = Array.from(text);
  return characters.length <= maxWidth ? text : `${characters.slice(0, maxWidth - 3).join('')}...`;
}
