/**
 * Prints a text as go-yaml does: plain, in quotes or as a block, and folded where a line would be too long. Helm's `toYaml`
 * prints with version 2 of go-yaml, `toYamlPretty` with version 3.
 */
import { resolvePlainScalar } from './scalar.ts';
import { isTimestamp } from './timestamp.ts';

/** What differs between the two versions. */
export type Dialect = {
  /** A text is folded at the first blank behind this column. */
  readonly width: number;
  readonly version: 2 | 3;
};

/** The position of a scalar in what is printed. */
export type ScalarPosition = {
  /** The indentation of its lines after the first. */
  indent: number;
  /** The column at which it begins. */
  column: number;
  /** It is a key before its colon, which has to be on one line. */
  simpleKey: boolean;
};

const NOT_ASCII = /[^\x00-\x7f]/;

/** Matches ASCII whose characters need no quotes. It may still be read as a number, for instance: {@link isString}. */
const PLAIN =
  /^(?![-?:](?: |$)|---|\.\.\.)[^\x00-\x20#,[\]{}&*!|>'"%@`\x7f-\uffff](?:[!-9;-~]|:(?=[!-~])| (?=[ -"$-~]))*$/;

/**
 * Prints a text. Text and result are UTF-8 with one byte a character. The result ends in a line break only if it is a block
 * whose text does.
 */
export function printText(text: string, position: ScalarPosition, dialect: Dialect): string {
  if (PLAIN.test(text) && isString(text)) {
    if (position.simpleKey || position.column + text.length <= dialect.width) return text;
    return foldPlain(text, position, dialect.width);
  }
  if (!NOT_ASCII.test(text)) return printUnicode(text, position, dialect);
  const printed = printUnicode(Buffer.from(text, 'latin1').toString('utf8'), position, dialect);
  return Buffer.from(printed, 'utf8').toString('latin1');
}

/** Whether go-yaml prints a key before its colon, and not after `? `: up to 128 bytes without a line break. */
export function isSimpleKey(text: string): boolean {
  return text.length <= 128 && !ANY_BREAK.test(text);
}

/** The line breaks LF, CR, NEL, LS and PS in UTF-8. */
const ANY_BREAK = /[\n\r]|\xc2\x85|\xe2\x80[\xa8\xa9]/;

/** Whether a plain scalar is read as a text, and not as a number, a boolean, null or a date. */
function isString(text: string): boolean {
  const first = text.charCodeAt(0);
  // What is not a text begins with a digit, a sign or a point, or is a word of up to five letters.
  if (first > 57) {
    if (text.length > 5) return true;
  } else if (first < 43 || first === 44 || first === 47) {
    return true;
  }
  if (typeof resolvePlainScalar(text) !== 'string') return false;
  return first > 57 || !(isTimestamp(text) || BASE_60.test(text));
}

/** A number in base 60 (`1:30`), which go-yaml does not read, but quotes for readers that do. */
const BASE_60 = /^[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?$/;

function foldPlain(text: string, position: ScalarPosition, width: number): string {
  return fold(text, position, width, /(?<! ) (?! )/y);
}

/** Breaks the line at each blank behind the width that the sticky pattern `blank` matches. */
function fold(text: string, position: ScalarPosition, width: number, blank: RegExp): string {
  const pad = `\n${' '.repeat(position.indent)}`;
  let out = '';
  let from = 0;
  // The column of an offset is the sum of both.
  let origin = position.column;
  let next = text.indexOf(' ', Math.max(0, width + 1 - origin));
  while (next !== -1) {
    blank.lastIndex = next;
    if (blank.test(text)) {
      out += text.slice(from, next) + pad;
      from = next + 1;
      origin = position.indent - from;
      next = text.indexOf(' ', Math.max(from, width + 1 - origin));
    } else {
      next = text.indexOf(' ', next + 1);
    }
  }
  return out + text.slice(from);
}

/** A character that go-yaml prints as an escape. Those beyond U+FFFF, such as emoji, are among them. */
const SPECIAL = /[^\n\x20-\x7e\xa0-\ud7ff\ue000-\ufefe\uff00-\ufffd]/;
const BREAK = /[\n\u2028\u2029]/;
const INDICATED = /^(?:[#,[\]{}&*!|>'"%@`]|[-?:](?:[ \t]|$)|---|\.\.\.)|:(?:[ \t]|$)|[ \t\n\u2028\u2029]#/;

function printUnicode(text: string, position: ScalarPosition, dialect: Dialect): string {
  if (text === '') return '""';
  const tabs = text.includes('\t');
  const special = SPECIAL.test(dialect.version === 3 && tabs ? text.replaceAll('\t', '') : text);
  const breaks = BREAK.test(text);
  const spaceBreak = breaks && / [\n\u2028\u2029]/.test(text);
  const trailingSpace = text.endsWith(' ');
  if (text.includes('\n') && !position.simpleKey && !special && !spaceBreak && !trailingSpace) {
    return printLiteral(text, position.indent);
  }
  if (special || spaceBreak || tabs || text.includes('\n') || !isString(text))
    return printDouble(text, position, dialect);
  if (breaks) {
    // LF was treated above, so the breaks are LS or PS.
    return position.simpleKey || /[\u2028\u2029] /.test(text)
      ? printDouble(text, position, dialect)
      : printSingle(text, position, dialect);
  }
  if (trailingSpace || text.startsWith(' ') || INDICATED.test(text)) return printSingle(text, position, dialect);
  if (position.simpleKey || position.column + text.length <= dialect.width) return text;
  return foldPlain(text, position, dialect.width);
}

function printLiteral(text: string, indent: number): string {
  const hint = /^[ \n\u2028\u2029]/.test(text) ? '2' : '';
  const chomp = !/[\n\u2028\u2029]$/.test(text) ? '-' : /(?:^|[\n\u2028\u2029])[\n\u2028\u2029]$/.test(text) ? '+' : '';
  const pad = ' '.repeat(indent);
  const body = text.replace(/(^|[\n\u2028\u2029])(?=[^\n\u2028\u2029])/g, `$1${pad}`);
  return `|${hint}${chomp}\n${body}`;
}

function printSingle(text: string, position: ScalarPosition, dialect: Dialect): string {
  const pad = ' '.repeat(position.indent);
  // As one piece: `replaceAll` leaves a tree that has 32 bytes for each quote.
  const inner = text
    .split("'")
    .join("''")
    .replace(/([\u2028\u2029])(?=[^\u2028\u2029])/g, `$1${pad}`);
  if (position.simpleKey || position.column + inner.length < dialect.width) return `'${inner}'`;
  if (BREAK.test(text)) return `'${foldBroken(inner, position, dialect.width)}'`;
  // A line does not break at the first or the last character.
  const within = fold(inner, { ...position, column: position.column + 1 }, dialect.width, /(?<=[^ ]) (?=[^ ])/y);
  return `'${within}'`;
}

/** Folds a text with line breaks, behind each of which the column is 0. */
function foldBroken(text: string, position: ScalarPosition, width: number): string {
  return text
    .split(/(?<=[\u2028\u2029])/)
    .map((part, index) =>
      fold(part, { ...position, column: index === 0 ? position.column + 1 : 0 }, width, /(?<=[^ ]) (?=[^ ])/y),
    )
    .join('');
}

const ESCAPES: Readonly<Record<string, string>> = {
  '\0': '0',
  '\x07': 'a',
  '\b': 'b',
  '\t': 't',
  '\n': 'n',
  '\v': 'v',
  '\f': 'f',
  '\r': 'r',
  '\x1b': 'e',
  '"': '"',
  '\\': '\\',
  '\x85': 'N',
  '\xa0': '_',
  '\u2028': 'L',
  '\u2029': 'P',
};

/** Matches characters that are not escaped in double quotes, except spaces. */
const UNESCAPED = /[!#-[\]-~\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd]+/y;

function printDouble(text: string, position: ScalarPosition, dialect: Dialect): string {
  // As go-yaml: where the text begins with a byte order mark, every character is escaped.
  const escapesAll = text.startsWith('\ufeff');
  let out = '"';
  let column = position.column + 1;
  let spaces = false;
  const foldsAt = position.simpleKey ? Infinity : dialect.width;
  for (let at = 0; at < text.length;) {
    UNESCAPED.lastIndex = at;
    const run = escapesAll ? undefined : UNESCAPED.exec(text)?.[0];
    if (run !== undefined) {
      out += run;
      column += run.length;
      spaces = false;
      at += run.length;
      continue;
    }
    const rune = text.codePointAt(at) ?? 0;
    const size = rune > 0xffff ? 2 : 1;
    const character = text.slice(at, at + size);
    if (rune !== 32 || escapesAll) {
      const escape = escaped(rune, character);
      out += escape;
      column += escape.length;
      spaces = false;
    } else {
      if (!spaces && column > foldsAt && at > 0 && at < text.length - 1) {
        out += `\n${' '.repeat(position.indent)}`;
        column = position.indent;
        if (text[at + 1] === ' ') {
          out += '\\';
          column++;
        }
      } else {
        out += ' ';
        column++;
      }
      spaces = true;
    }
    at += size;
  }
  return `${out}"`;
}

function escaped(rune: number, character: string): string {
  const short = ESCAPES[character];
  if (short !== undefined) return `\\${short}`;
  const hex = rune.toString(16).toUpperCase();
  if (rune <= 0xff) return `\\x${hex.padStart(2, '0')}`;
  return rune <= 0xffff ? `\\u${hex.padStart(4, '0')}` : `\\U${hex.padStart(8, '0')}`;
}
