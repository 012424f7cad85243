/** Two texts as a unified diff. */
import { printableLines } from '../errors-text.ts';
import type { Paint } from './color.ts';

/** What is compared. An empty text stands for nothing at all. */
export type TextPair = { before: string; after: string; beforeName: string; afterName: string };

/** A unified diff with three lines around each change, every line safe for a terminal. */
export async function renderDiff(pair: TextPair, paint: Paint): Promise<string> {
  const before = printableLines(pair.before);
  const after = printableLines(pair.after);
  const head = `${paint('bold', `--- ${pair.beforeName}`)}\n${paint('bold', `+++ ${pair.afterName}`)}\n`;
  if (before === '' || after === '') {
    // One side is empty, so every line of the other is added or removed.
    const [sign, style, text] = before === '' ? (['+', 'green', after] as const) : (['-', 'red', before] as const);
    const lines = text.replace(/\n$/, '').split('\n');
    const [removed, added] = sign === '+' ? ['0,0', `1,${lines.length}`] : [`1,${lines.length}`, '0,0'];
    const range = paint('cyan', `@@ -${removed} +${added} @@`);
    return `${head}${range}\n${lines.map((line) => `${paint(style, sign + line)}\n`).join('')}`;
  }
  const { structuredPatch } = await import('./text-diff.ts');
  const { hunks } = structuredPatch('', '', before, after, undefined, undefined, { context: 3 });
  return head + hunks.map((hunk) => hunkText(hunk, paint)).join('');
}

type Hunk = { oldStart: number; oldLines: number; newStart: number; newLines: number; lines: string[] };

function hunkText(hunk: Hunk, paint: Paint): string {
  const range = `@@ -${hunk.oldStart},${hunk.oldLines} +${hunk.newStart},${hunk.newLines} @@`;
  const lines = hunk.lines
    // "No newline at end of file" is dropped: the texts are printed objects, and in no file.
    .filter((line) => !line.startsWith('\\'))
    .map((line) => {
      if (line.startsWith('+')) return paint('green', line);
      return line.startsWith('-') ? paint('red', line) : line;
    });
  return [paint('cyan', range), ...lines, ''].join('\n');
}
