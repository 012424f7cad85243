/**
 * Hints for frequent mistakes in YAML, recognized by the text at the error. They quote only punctuation of the text: a
 * values file may have passwords, and errors end up in logs.
 */

/**
 * The hints for an error of the reader; none where nothing useful can be said.
 *
 * @param message of the reader
 * @param line of the error, from 1
 * @param column of the error, from 1
 */
export function yamlHints(text: string, message: string, line: number, column: number): string[] {
  const lines = text.split('\n');
  const written = lines[line - 1] ?? '';
  if (/^ *\t/.test(written)) return ['indent the line with spaces: YAML has no tabs'];
  for (const near of [line, line - 1]) {
    const one = lines[near - 1] ?? '';
    if (/^ *\xa0/.test(one)) return ['indent the lines here with plain spaces: there is a no-break space'];
    if (/^\s*[\w.-]*[:-]\xa0/.test(one))
      return [`line ${near} has a no-break space, which is no blank to YAML: write a plain one`];
    const [dash] = /^\s*([\u2010-\u2015\u2212])\s/.exec(one)?.slice(1) ?? [];
    if (dash !== undefined) return [`line ${near} begins with ${dash}, a dash of word processors: write - and a blank`];
  }
  if (message.startsWith('infinity and')) return ['put quotes around it if a text is meant'];
  if (/(?::|-)\s+\{\{/.test(written)) return ['{{ … }} is run in templates only: put quotes around it'];
  const at = message.includes('alphabetic or numeric') ? column - 2 : column - 1;
  const [mark] = /^[@`%*&]/.exec(written.slice(at)) ?? [];
  if (mark !== undefined) return [`a text that begins with "${mark}" needs quotes`];
  if (message.includes('unknown escape character')) {
    return ['between double quotes "\\" begins an escape: write "\\\\", or use single quotes'];
  }
  if (message.includes('mapping values are not allowed') && /:\s+[^\s"'[{|>#].*:(?:\s|$)/.test(written)) {
    return ['a text with ": " in it needs quotes'];
  }
  const before = lines.slice(0, line - 1).findLastIndex((one) => one.trim() !== '' && !one.trimStart().startsWith('#'));
  const last = lines[before] ?? '';
  if (message.includes('mapping values are not allowed') && /^\s*(?:- +)*[\w./-]+:[^\s:/]/.test(last)) {
    return [`line ${before + 1} needs a blank behind its ":"`];
  }
  if (message.includes('did not find expected')) {
    const quote = OPEN_QUOTE.exec(last)?.[1];
    if (quote !== undefined) return [openQuote(before + 1, quote)];
    const indent = written.search(/\S/);
    if (indent > last.search(/\S/) && /:\s+[^\s|>&]/.test(last)) {
      return [`it is indented more than line ${before + 1}, which has a value already`];
    }
    const margins = lines.slice(0, line - 1).map((one) => one.search(/[^\s#]/));
    if (indent > 0 && indent < last.search(/\S/) && !margins.includes(indent)) {
      return ['its indentation matches no line before it'];
    }
  }
  if (message.includes('unexpected end of stream')) {
    const open = lines.flatMap((one, at) => {
      const quote = OPEN_QUOTE.exec(one)?.[1];
      return quote === undefined ? [] : [openQuote(at + 1, quote)];
    });
    // A text in quotes may go over lines: of several it is not known which one was meant to end.
    if (open.length === 1) return open;
  }
  return [];
}

/** A line with a text in quotes that does not end in it. */
const OPEN_QUOTE = /^[^"'#]*:\s+(["'])(?:(?!\1).)*$/;

function openQuote(line: number, quote: string): string {
  return `line ${line} begins a text with ${quote}: is the closing one missing?`;
}
