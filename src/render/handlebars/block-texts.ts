/** Lines of templates that are part of a text: what looks like a tag of another language there is meant literally. */

/** Is a line part of a text behind `|` or `>`? */
export function isInText(lines: readonly string[], index: number): boolean {
  let indent = lines[index]?.search(/\S/) ?? 0;
  for (const line of lines.slice(0, index).toReversed()) {
    const own = line.search(/\S/);
    if (own < 0 || own >= indent || /^\s*\{\{/.test(line)) continue;
    if (/(?:^|[\s:])[|>][-+0-9]*\s*$/.test(line)) return true;
    indent = own;
  }
  return false;
}

/**
 * Does something stand where YAML expects a key or an item: first on its line, and in no text?
 *
 * @param index the line, counted from 0
 * @param column what stands before it on the line is this long
 */
export function beginsLine(lines: readonly string[], index: number, column: number): boolean {
  return (lines[index] ?? '').slice(0, column).trim() === '' && !isInText(lines, index);
}
