/** The base of the reader by lines (`fast.ts`): its position, and methods for keys, quoted scalars and flow collections. */
import {
  BLANK_LINES,
  DOUBLE,
  EMPTY_LINES,
  FLOW_BLANKS,
  FLOW_COLON,
  FLOW_PLAIN,
  MAX_DEPTH,
  KEY,
  LINE_END,
  MAX_KEY_LENGTH,
  SINGLE,
  SPACES,
} from './fast-patterns.ts';
import { resolvePlainScalar } from './scalar.ts';
import type { Value, ValueMap } from './value.ts';

/** Thrown where the exact reader has to read the text. One object for all: recording a stack costs more than reading. */
export const GIVE_UP: Error = new Error('the exact reader has to read this text');

/** Leaves the text to the exact reader. @throws {GIVE_UP} */
export function giveUp(): never {
  throw GIVE_UP;
}

/** `[]`, two characters, becomes a list of 40 bytes. The exact reader refuses texts of more collections than this. */
const MAX_COLLECTIONS = 2_000_000;

/** Reads a text. Its methods throw {@link GIVE_UP} where the exact reader might read another value. */
export class LineCursor {
  protected readonly text: string;
  protected readonly endsLine: boolean;
  /** Leave a map with a key that is written twice to the exact reader, which has the error for it. */
  protected readonly unique: boolean;
  protected at: number;
  protected depth = 0;
  #collections = 0;

  constructor(text: string, start: number, unique: boolean) {
    this.endsLine = text.endsWith('\n');
    this.text = this.endsLine ? text : `${text}\n`;
    this.at = start;
    this.unique = unique;
  }

  /** Counts a collection that begins. */
  protected enter(): void {
    if (++this.depth > MAX_DEPTH || ++this.#collections > MAX_COLLECTIONS) giveUp();
  }

  /** Reads what a sticky pattern matches here; null where it does not match. */
  protected take(pattern: RegExp): RegExpExecArray | null {
    pattern.lastIndex = this.at;
    const match = pattern.exec(this.text);
    if (match !== null) this.at = pattern.lastIndex;
    return match;
  }

  /** Reads what a sticky pattern matches here; false where it does not match. */
  protected skip(pattern: RegExp): boolean {
    pattern.lastIndex = this.at;
    if (!pattern.test(this.text)) return false;
    this.at = pattern.lastIndex;
    return true;
  }

  /** Goes to the first character of the next line that is not empty or a comment, and returns its column; -1 at the end. */
  protected nextLine(): number {
    this.skip(EMPTY_LINES);
    const start = this.at;
    this.skip(SPACES);
    return this.at === this.text.length ? -1 : this.at - start;
  }

  /** Whether the dash of a list's entry is here. */
  protected isEntry(): boolean {
    if (this.text.charCodeAt(this.at) !== 45) return false;
    const next = this.text.charCodeAt(this.at + 1);
    return next === 32 || next === 10;
  }

  /** Goes back to the start of the line, from this column of it. */
  protected back(column: number): void {
    if (column > 0) this.at -= column;
  }

  /** Reads a key with its colon and the blanks after it; undefined where there is none. */
  protected key(): string | undefined {
    const start = this.at;
    const match = this.take(KEY);
    if (match === null || this.at - start > MAX_KEY_LENGTH) return undefined;
    const [, plain, double, single] = match;
    if (plain === undefined) return double ?? single;
    // No word that is read as something else than text is so long and begins with a letter.
    if (plain.length > 5 && plain.charCodeAt(0) > 64) return plain;
    if (plain === '<<') giveUp();
    const value = resolvePlainScalar(plain);
    if (typeof value === 'string') return value;
    if (typeof value === 'boolean') return String(value);
    return /^(?:0|[1-9][0-9]{0,14})$/.test(plain) ? plain : giveUp();
  }

  /** Goes to the next line, from the character `code`: the line break, or the `#` of a comment. */
  protected restOfLine(code: number): void {
    this.at = code === 10 ? this.at + 1 : this.text.indexOf('\n', this.at) + 1;
  }

  /** Goes to the next line. @throws {GIVE_UP} unless only blanks and a comment are left in this one */
  protected endLine(): void {
    if (!this.skip(LINE_END)) giveUp();
  }

  /**
   * Goes to the next line of a plain scalar; false where it has no more.
   *
   * @param end where the last line of it ended
   * @param column of the block around it
   */
  protected nextPlainLine(end: number, column: number): boolean {
    // A comment stands behind the last line, which ends the scalar.
    if (/[^ \n]/.test(this.text.slice(end, this.at))) giveUp();
    const before = this.at;
    this.skip(BLANK_LINES);
    const lineStart = this.at;
    this.skip(SPACES);
    if (this.at - lineStart > column && this.at < this.text.length) {
      if (this.text.charCodeAt(this.at) === 35) giveUp();
      return true;
    }
    this.at = before;
    const next = this.nextLine();
    if (next > column) giveUp();
    this.back(next);
    return false;
  }

  /** Reads a scalar in quotes. */
  protected quoted(): string {
    const isDouble = this.text.charCodeAt(this.at) === 34;
    const match = this.take(isDouble ? DOUBLE : SINGLE);
    if (match === null) giveUp();
    let text = match[1] ?? '';
    if (text.includes('\n')) {
      // Without `(?<!…)` a search starts at each blank of a long run, which takes quadratic time.
      text = text.replace(/(?<![ \t])[ \t]*\n[ \t\n]*/g, (run) => {
        const breaks = run.split('\n').length - 1;
        return breaks === 1 ? ' ' : '\n'.repeat(breaks - 1);
      });
    }
    if (!isDouble) return text.includes("'") ? text.replaceAll("''", "'") : text;
    return text.includes('\\') ? text.replace(/\\(x..|u....|.)/g, unescape) : text;
  }

  /** Reads a flow collection and the rest of its line. */
  protected flowLine(): Value {
    const value = this.#flow();
    this.endLine();
    return value;
  }

  #flow(): Value {
    const code = this.text.charCodeAt(this.at);
    if (code === 34 || code === 39) return this.quoted();
    if (code !== 91 && code !== 123) return finite(resolvePlainScalar(this.take(FLOW_PLAIN)?.[0] ?? giveUp()));
    this.enter();
    this.at++;
    const value = code === 91 ? this.#flowList() : this.#flowMap();
    this.depth--;
    return value;
  }

  #flowList(): Value[] {
    const list: Value[] = [];
    for (;;) {
      this.skip(FLOW_BLANKS);
      if (this.text.charCodeAt(this.at) === 93) break;
      list.push(this.#flow());
      this.skip(FLOW_BLANKS);
      if (this.text.charCodeAt(this.at) === 44) this.at++;
      else if (this.text.charCodeAt(this.at) !== 93) giveUp();
    }
    this.at++;
    return list;
  }

  #flowMap(): ValueMap {
    const map: ValueMap = new Map();
    for (;;) {
      this.skip(FLOW_BLANKS);
      if (this.text.charCodeAt(this.at) === 125) break;
      const key = this.#flowKey();
      if (this.unique && map.has(key)) giveUp();
      this.skip(FLOW_BLANKS);
      map.set(key, this.#flow());
      this.skip(FLOW_BLANKS);
      if (this.text.charCodeAt(this.at) === 44) this.at++;
      else if (this.text.charCodeAt(this.at) !== 125) giveUp();
    }
    this.at++;
    return map;
  }

  #flowKey(): string {
    const start = this.at;
    const code = this.text.charCodeAt(start);
    let key: string;
    if (code === 34 || code === 39) {
      key = this.quoted();
      if (this.text.charCodeAt(this.at) !== 58) giveUp();
      this.at++;
    } else {
      key = this.take(FLOW_PLAIN)?.[0] ?? giveUp();
      if (key.includes('<<') || typeof resolvePlainScalar(key) !== 'string' || !this.skip(FLOW_COLON)) giveUp();
    }
    if (this.at - start > MAX_KEY_LENGTH || this.text.slice(start, this.at).includes('\n')) giveUp();
    return key;
  }
}

/** The value, unless it is infinity or not-a-number: for these the exact reader has the error. @throws {GIVE_UP} */
export function finite(value: Value): Value {
  return typeof value !== 'number' || Number.isFinite(value) ? value : giveUp();
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
  if (escape.length === 1) return ESCAPES[escape] ?? (escape === '/' ? giveUp() : escape);
  const code = Number.parseInt(escape.slice(1), 16);
  return code >= 0xd800 && code < 0xe000 ? giveUp() : String.fromCharCode(code);
}
