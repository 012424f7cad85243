/**
 * Refuses plain texts of YAML that are typing errors. YAML reads `a: {{x}},` as a text that ends with a comma, and
 * `a:{{x}}` below `data:` as a text that is the value of `data`. With quotes around them they are allowed.
 */
import type { LikelyMistake } from './likely-mistakes.ts';
import type { Hole } from './markers.ts';

/**
 * Checks a plain text with values in it.
 *
 * @param pieces the written text, and the holes of the values in it
 * @param inFlow it is an entry of `[ ]` or `{ }`
 */
export function mistakeInPlainText(pieces: readonly (string | Hole)[], inFlow: boolean): LikelyMistake | undefined {
  const [first] = pieces;
  const last = pieces.at(-1);
  if (typeof last === 'string') {
    const end = /([,;])\s*$/.exec(last)?.[1];
    // A text of several values, as `a={{x}};b={{y}};`, may end with a semicolon.
    if (end === ',' || (end === ';' && pieces.length === 2))
      return {
        message: `the ${end} at the end becomes part of this text`,
        hint: `take it away, write {{join "," list}} for the items of a list, or put quotes around the text`,
      };
    const quote = /(["'])\s*$/.exec(last)?.[1];
    const written = pieces.filter((piece) => typeof piece === 'string').join('');
    if (quote !== undefined && written.split(quote).length % 2 === 0) return UNOPENED;
  }
  if (pieces.length === 2 && first === '$')
    return {
      message: 'the $ becomes part of this text',
      hint: 'write {{x}} for the value, or put quotes around the text',
    };
  const isApart =
    inFlow &&
    pieces.some(
      (piece, index) => typeof piece === 'string' && index > 0 && index < pieces.length - 1 && piece.trim() === '',
    );
  return isApart
    ? {
        message: 'these values become one text: entries in [ ] and { } have commas between them',
        hint: 'write a comma behind each, or {{spread list}} for all items of a list',
      }
    : undefined;
}

const UNOPENED: LikelyMistake = {
  message: 'the quote at the end has none that opens it',
  hint: 'put quotes around the whole text, or take it away',
};

/** Checks a plain text without values. One that ends with an apostrophe may be a sentence. */
export function mistakeInConstant(text: string): LikelyMistake | undefined {
  return text.endsWith('"') && text.split('"').length % 2 === 0 ? UNOPENED : undefined;
}

/** Checks a plain text on the line below its key: it may be a key or an item that lacks a blank. */
export function mistakeBelowKey(text: string): LikelyMistake | undefined {
  const [line = ''] = text.split('\n', 1);
  if (/^-[^\s\d.-]/.test(line)) return below('a blank follows the dash of an item: - {{x}}');
  if (/^[\w./-]+:[^\s/]/.test(line)) return below('a blank follows the colon of a key: key: {{x}}');
  return /^[\w.-]+\s*=\s/.test(line) ? below('a key ends with a colon: key: {{x}}') : undefined;
}

function below(hint: string): LikelyMistake {
  return {
    message: 'this line is neither a key with its value nor an item of a list',
    hint: `${hint}; a text belongs on the line of its key, or in quotes`,
  };
}
