/** The scalars of YAML: plain, in quotes, and as blocks. They are read as go-yaml 2 reads them, and refused in its words. */
import { BLANKS, isBlankOrEnd, isBreak, SPACE, TAB, TO_BREAK } from './text-reader.ts';
import type { TextReader } from './text-reader.ts';

const NOT_BLANK = /[^ \t\n\r\x85\u2028\u2029]+/y;
const IN_FLOW = /[^ \t\n\r\x85\u2028\u2029,?[\]{}]+/y;

/**
 * Reads a block scalar (`|` or `>`) from its indicator on.
 *
 * @param outer the indentation of the block around it; -1 at the root
 * @throws {YamlError}
 */
export function scanBlockScalar(reader: TextReader, outer: number): string {
  const isLiteral = reader.code() === 124;
  reader.at++;
  const header = reader.run(/(?:[-+][0-9]?|[0-9][-+]?)?/y);
  if (header.includes('0')) reader.fail('found an indentation indicator equal to 0');
  const increment = Number(/\d/.exec(header)?.[0] ?? 0);
  reader.restOfLine();
  const state = { indent: increment === 0 ? 0 : Math.max(outer, 0) + increment, breaks: '' };
  readEmptyLines(reader, state, outer);
  const parts: string[] = [];
  let leadingBreak = '';
  let leadingBlank = false;
  while (reader.column === state.indent && reader.code() !== 0) {
    const code = reader.code();
    const blank = code === SPACE || code === TAB;
    if (!isLiteral && leadingBreak === '\n' && !leadingBlank && !blank) {
      if (state.breaks === '') parts.push(' ');
    } else {
      parts.push(leadingBreak);
    }
    parts.push(state.breaks);
    state.breaks = '';
    leadingBlank = blank;
    parts.push(reader.run(TO_BREAK));
    leadingBreak = reader.readBreak();
    readEmptyLines(reader, state, outer);
  }
  if (!header.includes('-')) parts.push(leadingBreak);
  if (header.includes('+')) parts.push(state.breaks);
  return parts.join('');
}

/**
 * Reads empty lines, and the indentation of the line after them. Where the header of the block says no indentation, the
 * first line that is not empty decides it.
 */
function readEmptyLines(reader: TextReader, state: { indent: number; breaks: string }, outer: number): void {
  let deepest = 0;
  const breaks: string[] = [];
  for (;;) {
    while ((state.indent === 0 || reader.column < state.indent) && reader.code() === SPACE) reader.at++;
    deepest = Math.max(deepest, reader.column);
    const code = reader.code();
    if (code === TAB && (state.indent === 0 || reader.column < state.indent)) {
      reader.fail('found a tab character where an indentation space is expected');
    }
    if (!isBreak(code)) break;
    breaks.push(reader.readBreak());
  }
  state.breaks += breaks.join('');
  if (state.indent === 0) state.indent = Math.max(deepest, outer + 1, 1);
}

/** Reads a scalar in single or double quotes, from its first quote on. @throws {YamlError} */
export function scanQuoted(reader: TextReader): string {
  const quote = reader.code();
  const isSingle = quote === 39;
  const run = isSingle ? /[^ \t\n\r\x85\u2028\u2029']+/y : /[^ \t\n\r\x85\u2028\u2029"\\]+/y;
  reader.at++;
  const parts: string[] = [];
  for (;;) {
    if (reader.column === 0 && reader.isDocumentMark()) reader.fail('found unexpected document indicator');
    if (reader.code() === 0) reader.fail('found unexpected end of stream');
    let isBroken = false;
    for (;;) {
      const code = reader.code();
      if (isBlankOrEnd(code)) break;
      if (isSingle && code === quote) {
        if (reader.code(1) !== quote) break;
        parts.push("'");
        reader.at += 2;
      } else if (code === quote) {
        break;
      } else if (!isSingle && code === 92) {
        if (isBreak(reader.code(1))) {
          reader.at++;
          reader.skipBreak(reader.code());
          isBroken = true;
          break;
        }
        parts.push(readEscape(reader));
      } else {
        parts.push(reader.run(run));
      }
    }
    if (reader.code() === quote) break;
    parts.push(foldBlanks(reader, isBroken));
  }
  reader.at++;
  return parts.join('');
}

/**
 * Reads the blanks and line breaks between two words of a quoted scalar, and returns what they are in its value.
 *
 * @param isEscaped a backslash before a line break was read
 */
function foldBlanks(reader: TextReader, isEscaped: boolean): string {
  let blanks = '';
  let leading = '';
  const trailing: string[] = [];
  let isBroken = isEscaped;
  for (;;) {
    if (!isBroken) blanks += reader.run(BLANKS);
    else reader.run(BLANKS);
    if (!isBreak(reader.code())) break;
    if (isBroken) trailing.push(reader.readBreak());
    else leading = reader.readBreak();
    isBroken = true;
  }
  return isBroken ? foldBreaks(leading, trailing) : blanks;
}

/** One line break is a blank; of several the first is dropped. LS and PS are kept. */
function foldBreaks(leading: string, trailing: readonly string[]): string {
  if (leading !== '\n') return leading + trailing.join('');
  return trailing.length === 0 ? ' ' : trailing.join('');
}

function readEscape(reader: TextReader): string {
  const letter = reader.text[reader.at + 1] ?? '';
  if (letter === '') reader.code(1);
  const simple = ESCAPES[letter];
  if (simple !== undefined) {
    reader.at += 2;
    return simple;
  }
  const length = letter === 'x' ? 2 : letter === 'u' ? 4 : letter === 'U' ? 8 : 0;
  if (length === 0) reader.fail('found unknown escape character');
  reader.at += 2;
  const hex = reader.text.slice(reader.at, reader.at + length);
  if (hex.length < length || !/^[0-9a-fA-F]*$/.test(hex)) reader.fail('did not find expected hexdecimal number');
  const value = Number.parseInt(hex, 16);
  if ((value >= 0xd800 && value <= 0xdfff) || value > 0x10ffff) {
    reader.fail('found invalid Unicode character escape code');
  }
  reader.at += length;
  return String.fromCodePoint(value);
}

/** A plain scalar; `endsLine` when the text goes on in another line, where a key may begin. */
type PlainScalar = { value: string; endsLine: boolean };

/**
 * Reads a plain scalar.
 *
 * @param indent its lines after the first have to stand at this column at least
 * @param inFlow it is within brackets or braces
 * @throws {YamlError}
 */
export function scanPlain(reader: TextReader, indent: number, inFlow: boolean): PlainScalar {
  const parts: string[] = [];
  let between = '';
  let isBroken = false;
  for (;;) {
    if (reader.column === 0 && reader.isDocumentMark()) break;
    if (reader.code() === 35) break;
    const run = plainRun(reader, inFlow);
    if (run !== '') {
      parts.push(between, run);
      isBroken = false;
    }
    const code = reader.code();
    if (!(code === SPACE || code === TAB || isBreak(code))) break;
    ({ between, isBroken } = readBetween(reader, indent, isBroken));
    if (!inFlow && reader.column < indent) break;
  }
  return { value: parts.join(''), endsLine: isBroken };
}

/** Reads blanks and line breaks after a word: they are part of the scalar if another word follows. */
function readBetween(reader: TextReader, indent: number, afterBreak: boolean): { between: string; isBroken: boolean } {
  let leading = '';
  const trailing: string[] = [];
  let blanks = '';
  let isBroken = afterBreak;
  for (;;) {
    const code = reader.code();
    if (code === SPACE || code === TAB) {
      if (isBroken && code === TAB && reader.column < indent) {
        reader.fail('found a tab character that violates indentation');
      }
      if (!isBroken) blanks += reader.text[reader.at];
      reader.at++;
    } else if (isBreak(code)) {
      if (isBroken) trailing.push(reader.readBreak());
      else leading = reader.readBreak();
      isBroken = true;
    } else {
      break;
    }
  }
  return { between: isBroken ? foldBreaks(leading, trailing) : blanks, isBroken };
}

/** Reads characters up to a blank, or up to what ends a plain scalar. */
function plainRun(reader: TextReader, inFlow: boolean): string {
  const pattern = inFlow ? IN_FLOW : NOT_BLANK;
  pattern.lastIndex = reader.at;
  const run = pattern.exec(reader.text)?.[0] ?? '';
  let end = run.length;
  // A colon ends the scalar where a blank follows; in a run it is last then.
  if (run.endsWith(':')) {
    reader.at += end;
    const last = isBlankOrEnd(reader.code());
    reader.at -= end;
    if (last) end--;
  }
  reader.at += end;
  return run.slice(0, end);
}

/** What a backslash and one of these characters stand for. */
const ESCAPES: Readonly<Record<string, string>> = {
  '0': '\0',
  a: '\x07',
  b: '\b',
  t: '\t',
  '\t': '\t',
  n: '\n',
  v: '\v',
  f: '\f',
  r: '\r',
  e: '\x1b',
  ' ': ' ',
  '"': '"',
  "'": "'",
  '\\': '\\',
  N: '\x85',
  _: '\xa0',
  L: '\u2028',
  P: '\u2029',
};
