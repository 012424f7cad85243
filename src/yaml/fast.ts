/**
 * A reader for the YAML that nearly all files hold: block maps and lists, scalars in every style, simple flow
 * collections, comments. It goes by lines and leaves the work to regular expressions, which are fast from the
 * first call on, before V8 has compiled anything.
 *
 * It never refuses a text: whatever it does not know for certain is left to the full reader, errors too.
 */
import { resolvePlainScalar } from './scalar.ts';
import type { Value, ValueMap } from './value.ts';

/**
 * Reads a text of one document; undefined for one that needs the full reader.
 *
 * @param unique a key that is written twice in a map is for the full reader to complain of
 */
export function readFast(text: string, unique: boolean): { value: Value } | undefined {
  if (UNFIT.test(text)) return undefined;
  const start = text.startsWith('---\n') ? 4 : 0;
  MARK.lastIndex = start;
  if (MARK.test(text)) return undefined;
  try {
    return { value: new Reader(text, start, unique).document() };
  } catch (error) {
    // A regular expression may run out of its stack on very long texts.
    if (error === LEAVE || error instanceof RangeError) return undefined;
    throw error;
  }
}

/** Thrown where the full reader has to decide: one for all, as a stack would cost more than the reading. */
const LEAVE = new Error('this is left to the full reader');

function leave(): never {
  throw LEAVE;
}

/** Breaks but `\n`, control characters, byte order marks. */
const UNFIT = /[^\t\n\x20-\x7e\xa0-\u2027\u202a-\ufefe\uff00-\ufffd]/;
/** The start or the end of a document, or a directive. */
const MARK = /(?:^|\n)(?:---|\.\.\.|%)/g;

const EMPTY_LINES = /(?: *(?:#[^\n]*)?\n)*/y;
const SPACES = / */y;
/** The rest of a line that says no more. */
const LINE_END = / *(?:\n| #[^\n]*\n)/y;
const ENTRY = /-(?: +|(?=\n))/y;
const KEY =
  /(?:((?:[A-Za-z0-9_./$(+~^=;<]|-(?=[^\s:#]))[^\s:#]*(?:[: ](?=[^\s:#])[^\s:#]+)*)|"([^"\\\n]*)"|'([^'\n]*)'):(?: +|(?=\n))/y;
const PLAIN_START = /[^\s#,[\]{}&*!|>'"%@`?:-]|[-?:](?=\S)/y;
/** Words with colons in them, but none before a blank, and no `#` after one. */
const PLAIN_LINE = /(?:[^\s:]|:(?=\S))+(?: +(?:[^\s:#]|:(?=\S))(?:[^\s:]|:(?=\S))*)*/y;
const BLOCK_HEADER = /([|>])(?:([-+])?([1-9])?|([1-9])([-+]))(?: +#[^\n]*| *)\n/y;
const SINGLE = /'((?:[^']|'')*)'/y;
const DOUBLE = /"((?:[^"\\]|\\["\\/abefnrtv0 N_LP]|\\x[0-9a-fA-F]{2}|\\u[0-9a-fA-F]{4})*)"/y;
const FLOW_BLANKS = /[ \n]*/y;
const FLOW_PLAIN =
  /(?:[^\s#,[\]{}&*!|>'"%@`?:-]|-(?=[^\s,[\]{}]))(?:[^\s,[\]{}:#?]|:(?=[^\s,[\]{}]))*(?: +(?:[^\s,[\]{}:#?]|:(?=[^\s,[\]{}]))+)*/y;
const FLOW_COLON = / *:(?=[ \n])/y;

/** A key and one word, or a text in quotes without escapes, or nothing; then the lines that say nothing. */
const SIMPLE_ENTRY =
  /([A-Za-z_][A-Za-z0-9_./-]{0,200}):(?: +([^\s#,[\]{}&*!|>'"%@`?:-][^\s:#]*|"[^"\\\n]*"|\{\}|\[\]))? *(?: #[^\n]*)?\n(?: *(?:#[^\n]*)?\n)*( *)/y;

const LONGEST_KEY = 1000;
const DEEPEST = 200;

class Reader {
  readonly #text: string;
  readonly #unique: boolean;
  readonly #endsLine: boolean;
  #at: number;
  #depth = 0;

  constructor(text: string, start: number, unique: boolean) {
    this.#endsLine = text.endsWith('\n');
    this.#text = this.#endsLine ? text : `${text}\n`;
    this.#at = start;
    this.#unique = unique;
  }

  document(): Value {
    const column = this.#nextLine();
    // Whether that is a document at all is another question.
    if (column === -1) leave();
    const first = this.#text[this.#at];
    const value = first === '{' || first === '[' ? this.#flowLine() : this.#block(column);
    if (this.#nextLine() !== -1) leave();
    return value;
  }

  #take(pattern: RegExp): RegExpExecArray | null {
    pattern.lastIndex = this.#at;
    const match = pattern.exec(this.#text);
    if (match !== null) this.#at = pattern.lastIndex;
    return match;
  }

  #skip(pattern: RegExp): boolean {
    pattern.lastIndex = this.#at;
    if (!pattern.test(this.#text)) return false;
    this.#at = pattern.lastIndex;
    return true;
  }

  /** Goes to the next line that holds something, and gives its indentation; -1 at the end. */
  #nextLine(): number {
    this.#skip(EMPTY_LINES);
    const start = this.#at;
    this.#skip(SPACES);
    return this.#at === this.#text.length ? -1 : this.#at - start;
  }

  /** A map or a list of which the first entry is here. */
  #block(column: number): Value {
    if (++this.#depth > DEEPEST) leave();
    const value = this.#isEntry() ? this.#list(column, false) : this.#map(column);
    this.#depth--;
    return value;
  }

  #isEntry(): boolean {
    if (this.#text.charCodeAt(this.#at) !== 45) return false;
    const next = this.#text.charCodeAt(this.#at + 1);
    return next === 32 || next === 10;
  }

  #map(column: number): ValueMap {
    const map: ValueMap = new Map();
    for (;;) {
      let next = this.#simpleEntry(map, column);
      if (next === undefined) {
        const key = this.#key() ?? leave();
        if (this.#unique && map.has(key)) leave();
        map.set(key, this.#valueOfKey(column));
        next = this.#nextLine();
      }
      if (next === column) continue;
      if (next > column) leave();
      this.#back(next);
      return map;
    }
  }

  /** An entry that is plain to see, by one look. Gives the indentation of the next line, as {@link #nextLine}. */
  #simpleEntry(map: ValueMap, column: number): number | undefined {
    const start = this.#at;
    const match = this.#take(SIMPLE_ENTRY);
    if (match === null) return undefined;
    const [, name = '', written, spaces = ''] = match;
    const next = this.#at === this.#text.length ? -1 : spaces.length;
    if (written !== undefined && next > column) {
      // It goes on.
      this.#at = start;
      return undefined;
    }
    const key = name.length > 5 ? name : shortKey(name);
    if (this.#unique && map.has(key)) leave();
    if (written !== undefined) {
      map.set(key, simpleValue(written));
      return next;
    }
    if (next < column || (next === column && !this.#isEntry())) {
      map.set(key, null);
      return next;
    }
    map.set(key, next > column ? this.#below(column, next) : this.#listWithin(column));
    return this.#nextLine();
  }

  /** A list at the column of the map that it is in. */
  #listWithin(column: number): Value[] {
    if (++this.#depth > DEEPEST) leave();
    const list = this.#list(column, true);
    this.#depth--;
    return list;
  }

  /** Goes back to the start of the line that was just begun. */
  #back(column: number): void {
    if (column > 0) this.#at -= column;
  }

  /** The key of an entry, up to its value; undefined where there is none. */
  #key(): string | undefined {
    const start = this.#at;
    const match = this.#take(KEY);
    if (match === null || this.#at - start > LONGEST_KEY) return undefined;
    const [, plain, double, single] = match;
    if (plain === undefined) return double ?? single;
    if (plain.length > 5 && plain.charCodeAt(0) > 64) return plain;
    if (plain === '<<') leave();
    const value = resolvePlainScalar(plain);
    if (typeof value === 'string') return value;
    if (typeof value === 'boolean') return String(value);
    return /^(?:0|[1-9][0-9]{0,14})$/.test(plain) ? plain : leave();
  }

  #list(column: number, withinMap: boolean): Value[] {
    const list: Value[] = [];
    for (;;) {
      const start = this.#at;
      this.#skip(ENTRY);
      list.push(this.#valueOfEntry(column, column + this.#at - start));
      const next = this.#nextLine();
      if (next === column && this.#isEntry()) continue;
      if (next > column || (next === column && !withinMap)) leave();
      this.#back(next);
      return list;
    }
  }

  #valueOfKey(column: number): Value {
    const code = this.#text.charCodeAt(this.#at);
    if (code !== 10 && code !== 35) return this.#scalar(column);
    this.#restOfLine(code);
    const next = this.#nextLine();
    if (next > column) return this.#below(column, next);
    if (next === column && this.#isEntry()) return this.#listWithin(column);
    this.#back(next);
    return null;
  }

  #valueOfEntry(column: number, inner: number): Value {
    const code = this.#text.charCodeAt(this.#at);
    if (code === 10 || code === 35) {
      this.#restOfLine(code);
      const next = this.#nextLine();
      if (next > column) return this.#below(column, next);
      this.#back(next);
      return null;
    }
    return this.#below(column, inner);
  }

  /** What stands at a column within a map or a list at another: a collection, or a scalar. */
  #below(column: number, inner: number): Value {
    if (this.#isEntry()) return this.#block(inner);
    KEY.lastIndex = this.#at;
    return KEY.test(this.#text) ? this.#block(inner) : this.#scalar(column);
  }

  #restOfLine(code: number): void {
    // A comment, whose blank is behind us.
    this.#at = code === 10 ? this.#at + 1 : this.#text.indexOf('\n', this.#at) + 1;
  }

  #endLine(): void {
    if (!this.#skip(LINE_END)) leave();
  }

  /** A scalar or a flow collection within a block at a column. */
  #scalar(column: number): Value {
    switch (this.#text.charCodeAt(this.#at)) {
      case 34:
      case 39: {
        const text = this.#quoted();
        this.#endLine();
        return text;
      }
      case 91:
      case 123:
        return this.#flowLine();
      case 124:
      case 62:
        return this.#blockScalar(column);
      default:
        return this.#plain(column);
    }
  }

  #plain(column: number): Value {
    PLAIN_START.lastIndex = this.#at;
    if (!PLAIN_START.test(this.#text)) leave();
    const first = this.#take(PLAIN_LINE)?.[0] ?? leave();
    const end = this.#at;
    this.#endLine();
    // Is the next line that is not empty a part of it?
    const here = this.#at;
    const next = this.#nextLine();
    const continues = next > column;
    if (!continues) {
      this.#back(next);
      return finite(resolvePlainScalar(first));
    }
    return this.#longPlain(first, end, here, column);
  }

  /** The lines of a plain scalar that has more than one. */
  #longPlain(first: string, firstEnd: number, start: number, column: number): string {
    let text = first;
    let end = firstEnd;
    this.#at = start;
    for (;;) {
      const between = this.#text.slice(end, this.#at);
      // A comment ends a plain scalar.
      if (/[^ \n]/.test(between)) leave();
      const before = this.#at;
      BLANK_LINES.lastIndex = this.#at;
      BLANK_LINES.test(this.#text);
      this.#at = BLANK_LINES.lastIndex;
      const lineStart = this.#at;
      this.#skip(SPACES);
      if (this.#at - lineStart <= column || this.#at === this.#text.length) {
        this.#at = before;
        const next = this.#nextLine();
        if (next > column) leave();
        this.#back(next);
        return text;
      }
      if (this.#text.charCodeAt(this.#at) === 35) leave();
      let breaks = 0;
      for (let at = this.#text.indexOf('\n', end); at !== -1 && at < lineStart; at = this.#text.indexOf('\n', at + 1))
        breaks++;
      const line = this.#take(PLAIN_LINE)?.[0] ?? leave();
      text += (breaks === 1 ? ' ' : '\n'.repeat(breaks - 1)) + line;
      end = this.#at;
      this.#endLine();
    }
  }

  #quoted(): string {
    const isDouble = this.#text.charCodeAt(this.#at) === 34;
    const match = this.#take(isDouble ? DOUBLE : SINGLE);
    if (match === null) leave();
    let text = match[1] ?? '';
    if (text.includes('\n')) {
      text = text.replace(/[ \t]*\n[ \t\n]*/g, (run) => {
        const breaks = run.split('\n').length - 1;
        return breaks === 1 ? ' ' : '\n'.repeat(breaks - 1);
      });
    }
    if (!isDouble) return text.includes("'") ? text.replaceAll("''", "'") : text;
    return text.includes('\\') ? text.replace(/\\(x..|u....|.)/g, unescape) : text;
  }

  #blockScalar(column: number): string {
    const header = this.#take(BLOCK_HEADER);
    if (header === null) leave();
    const chomp = header[2] ?? header[5] ?? '';
    const digit = header[3] ?? header[4];
    const start = this.#at;
    let indent = digit === undefined ? 0 : column + Number(digit);
    if (digit === undefined) {
      // The first line that is not empty says how deep it is; none before it may be deeper.
      BLANK_LINES.lastIndex = start;
      BLANK_LINES.test(this.#text);
      const first = BLANK_LINES.lastIndex;
      SPACES.lastIndex = first;
      SPACES.test(this.#text);
      indent = SPACES.lastIndex - first;
      if (SPACES.lastIndex === this.#text.length || indent <= column) {
        // There is nothing in it.
        if (chomp === '+' || first !== start) leave();
        return '';
      }
      if (this.#text.charCodeAt(SPACES.lastIndex) === 9) leave();
      if (
        first !== start &&
        this.#text
          .slice(start, first)
          .split('\n')
          .some((line) => line.length > indent)
      )
        leave();
    }
    if (indent > 100) leave();
    const patterns = (blockPatterns[indent] ??= {
      lines: new RegExp(`(?: {${indent}}[^\\n]*\\n| {0,${indent - 1}}\\n)*`, 'y'),
      margin: new RegExp(`^ {1,${indent}}`, 'gm'),
    });
    const raw = this.#take(patterns.lines)?.[0] ?? '';
    if (this.#at === this.#text.length && !this.#endsLine) leave();
    // A tab may stand where a blank is missing.
    if (this.#text.charCodeAt(this.#at) === 9) leave();
    SPACES.lastIndex = this.#at;
    SPACES.test(this.#text);
    if (this.#text.charCodeAt(SPACES.lastIndex) === 9) leave();
    const text = raw.replace(patterns.margin, '');
    let end = text.length;
    while (end > 0 && text.charCodeAt(end - 1) === 10) end--;
    if (end === 0) leave();
    let body = text.slice(0, end);
    if (header[1] === '>') {
      if (/^[ \t\n]|\n[ \t]/.test(body)) leave();
      body = body.replace(/\n(\n*)/g, (_run, more: string) => (more === '' ? ' ' : more));
    }
    return chomp === '-' ? body : chomp === '+' ? body + text.slice(end) : `${body}\n`;
  }

  #flowLine(): Value {
    const value = this.#flow();
    this.#endLine();
    return value;
  }

  #flow(): Value {
    const code = this.#text.charCodeAt(this.#at);
    if (code === 34 || code === 39) return this.#quoted();
    if (code !== 91 && code !== 123) return finite(resolvePlainScalar(this.#take(FLOW_PLAIN)?.[0] ?? leave()));
    if (++this.#depth > DEEPEST) leave();
    this.#at++;
    const value = code === 91 ? this.#flowList() : this.#flowMap();
    this.#depth--;
    return value;
  }

  #flowList(): Value[] {
    const list: Value[] = [];
    for (;;) {
      this.#skip(FLOW_BLANKS);
      if (this.#text.charCodeAt(this.#at) === 93) break;
      list.push(this.#flow());
      this.#skip(FLOW_BLANKS);
      if (this.#text.charCodeAt(this.#at) === 44) this.#at++;
      else if (this.#text.charCodeAt(this.#at) !== 93) leave();
    }
    this.#at++;
    return list;
  }

  #flowMap(): ValueMap {
    const map: ValueMap = new Map();
    for (;;) {
      this.#skip(FLOW_BLANKS);
      if (this.#text.charCodeAt(this.#at) === 125) break;
      const key = this.#flowKey();
      if (this.#unique && map.has(key)) leave();
      this.#skip(FLOW_BLANKS);
      map.set(key, this.#flow());
      this.#skip(FLOW_BLANKS);
      if (this.#text.charCodeAt(this.#at) === 44) this.#at++;
      else if (this.#text.charCodeAt(this.#at) !== 125) leave();
    }
    this.#at++;
    return map;
  }

  #flowKey(): string {
    const start = this.#at;
    const code = this.#text.charCodeAt(start);
    let key: string;
    if (code === 34 || code === 39) {
      key = this.#quoted();
      if (this.#text.charCodeAt(this.#at) !== 58) leave();
      this.#at++;
    } else {
      key = this.#take(FLOW_PLAIN)?.[0] ?? leave();
      if (key.includes('<<') || typeof resolvePlainScalar(key) !== 'string' || !this.#skip(FLOW_COLON)) leave();
    }
    if (this.#at - start > LONGEST_KEY || this.#text.slice(start, this.#at).includes('\n')) leave();
    return key;
  }
}

function shortKey(name: string): string {
  const value = resolvePlainScalar(name);
  return typeof value === 'string' ? value : typeof value === 'boolean' ? String(value) : leave();
}

function simpleValue(written: string): Value {
  switch (written.charCodeAt(0)) {
    case 34:
      return written.slice(1, -1);
    case 123:
      return new Map();
    case 91:
      return [];
    default:
      return finite(resolvePlainScalar(written));
  }
}

const BLANK_LINES = /(?: *\n)*/y;
const blockPatterns: ({ lines: RegExp; margin: RegExp } | undefined)[] = [];

function finite(value: Value): Value {
  return typeof value !== 'number' || Number.isFinite(value) ? value : leave();
}

const ESCAPES: Readonly<Record<string, string>> = {
  '0': '\0',
  a: '\x07',
  b: '\b',
  e: '\x1b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
  N: '\x85',
  _: '\xa0',
  L: '\u2028',
  P: '\u2029',
};

function unescape(_match: string, escape: string): string {
  if (escape.length === 1) return ESCAPES[escape] ?? (escape === '/' ? leave() : escape);
  const code = Number.parseInt(escape.slice(1), 16);
  return code >= 0xd800 && code < 0xe000 ? leave() : String.fromCharCode(code);
}
