/** Lines of texts that are in no file, for errors about them. */
import type { Excerpt } from '../errors.ts';

/** The number of lines that are shown before and behind the line of the error. */
const AROUND = 2;

/** A document that is a Secret, or holds one. */
const SECRET = /\bkind["']?\s*:\s*["']?Secret\b/;
const SEPARATOR = /^---/;

/**
 * The lines around a position. Of the values below `data` and `stringData` of a Secret only the keys are shown, because
 * errors end up in logs.
 *
 * @param place the position; lines and columns count from 1
 */
export function excerptOf(text: string, place: { line: number; column?: number | undefined }, title: string): Excerpt {
  const { line, column } = place;
  const all = text.split('\n');
  const first = Math.max(1, line - AROUND);
  const hidden = hiddenLines(all, line);
  const lines = all
    .slice(first - 1, line + AROUND)
    .map((shown, index) => (first + index >= hidden.from && first + index <= hidden.to ? withoutValue(shown) : shown));
  const isWhole = line < hidden.from || line > hidden.to;
  return { title, first, lines, line, ...(isWhole && column !== undefined && { column }) };
}

/** The lines whose values are hidden: in the document of a line, if that is a Secret, all from its data on. */
function hiddenLines(all: readonly string[], line: number): { from: number; to: number } {
  const start = all.findLastIndex((text, index) => index < line && SEPARATOR.test(text)) + 1;
  const next = all.findIndex((text, index) => index >= line && SEPARATOR.test(text));
  const document = all.slice(start, next === -1 ? all.length : next);
  const none = { from: Infinity, to: -Infinity };
  if (!SECRET.test(document.join('\n'))) return none;
  const data = document.findIndex((text) => /\b(?:data|stringData)\b/.test(text));
  return data === -1 ? none : { from: start + data + 1, to: start + document.length };
}

/** A line with its value replaced by `…`: of `key: value` the key stays, of any other line the indentation. */
function withoutValue(line: string): string {
  const [name] = /^\s*(?:- +)?(?:[\w.-]+|"[\w.-]+"):(?=\s|$)/.exec(line) ?? [];
  const [lead] = name === undefined ? (/^\s*/.exec(line) ?? ['']) : [name];
  return line.slice(lead.length).trim() === '' ? line : `${lead}${name === undefined ? '' : ' '}…`;
}

/** Does a file make a Secret? */
export function makesSecret(template: string): boolean {
  return /^kind:\s*["']?Secret\b/m.test(template);
}

/**
 * The lines around a position in a text that `tpl` runs. Of a text that becomes part of a Secret only the actions are
 * shown.
 *
 * @param caller the text of the file that runs it
 */
export function tplExcerpt(
  text: string,
  place: { line: number; column?: number | undefined },
  caller: string,
): Excerpt {
  if (!makesSecret(caller)) return excerptOf(text, place, 'the text that tpl runs:');
  // Replaced character by character, so that the position stays right.
  const hidden = text.replaceAll(/(\{\{.*?\}\})|[^\n]/g, (_, action?: string) => action ?? '…');
  return excerptOf(hidden, place, 'the text that tpl runs, for a Secret:');
}
