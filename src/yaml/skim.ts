/**
 * Goes over the YAML that {@link readFast} reads, and says only whether it can be read: nothing is kept of it. Most
 * of a rendered document is looked at by nobody.
 */
import { Cursor, finite, leave } from './cursor.ts';
import {
  BLANK_LINES,
  BLOCK_HEADER,
  DEEPEST,
  ENTRY,
  KEY,
  LINE_ENTRY,
  LINE_ITEM,
  linesFrom,
  PLAIN_LINE,
  PLAIN_START,
  SPACES,
} from './fast-patterns.ts';
import { resolvePlainScalar } from './scalar.ts';

/** What is deeper than this is left to the full reader. */
const DEEPEST_COLUMN = 100;

/** @throws LEAVE for what the full reader has to decide */
export class Skimmer extends Cursor {
  /** Goes over the value of a key of a map at a column; gives where it ends. `at` is where it begins. */
  skimValue(at: number, column: number): number {
    this.at = at;
    this.#valueOfKey(column);
    return this.at;
  }

  #block(column: number): void {
    if (++this.depth > DEEPEST) leave();
    if (this.isEntry()) this.#list(column, false);
    else this.#map(column);
    this.depth--;
  }

  #map(column: number): void {
    for (;;) {
      while (this.#skipLine(LINE_ENTRY, column)) continue;
      if (this.key() === undefined) leave();
      this.#valueOfKey(column);
      const next = this.nextLine();
      if (next === column) continue;
      if (next > column) leave();
      this.back(next);
      return;
    }
  }

  #list(column: number, withinMap: boolean): void {
    for (;;) {
      while (this.#skipLine(LINE_ITEM, column)) continue;
      const start = this.at;
      this.skip(ENTRY);
      this.#valueOfEntry(column, column + this.at - start);
      const next = this.nextLine();
      if (next === column && this.isEntry()) continue;
      if (next > column || (next === column && !withinMap)) leave();
      this.back(next);
      return;
    }
  }

  /** Goes over what holds no more than a line, if the next like it follows at the same column: then that is its end. */
  #skipLine(pattern: RegExp, column: number): boolean {
    const start = this.at;
    if (!this.skip(pattern)) return false;
    const line = this.at;
    while (this.text.charCodeAt(this.at) === 32) this.at++;
    const isAlike =
      pattern === LINE_ITEM ? this.text.startsWith('- ', this.at) : isLetter(this.text.charCodeAt(this.at));
    if (this.at - line === column && isAlike) return true;
    this.at = start;
    return false;
  }

  #listWithin(column: number): void {
    if (++this.depth > DEEPEST) leave();
    this.#list(column, true);
    this.depth--;
  }

  #valueOfKey(column: number): void {
    const code = this.text.charCodeAt(this.at);
    if (code !== 10 && code !== 35) {
      this.#scalar(column);
      return;
    }
    this.restOfLine(code);
    const next = this.nextLine();
    if (next > column) this.#below(column, next);
    else if (next === column && this.isEntry()) this.#listWithin(column);
    else this.back(next);
  }

  #valueOfEntry(column: number, inner: number): void {
    const code = this.text.charCodeAt(this.at);
    if (code !== 10 && code !== 35) {
      this.#below(column, inner);
      return;
    }
    this.restOfLine(code);
    const next = this.nextLine();
    if (next > column) this.#below(column, next);
    else this.back(next);
  }

  #below(column: number, inner: number): void {
    KEY.lastIndex = this.at;
    if (this.isEntry() || KEY.test(this.text)) this.#block(inner);
    else this.#scalar(column);
  }

  #scalar(column: number): void {
    switch (this.text.charCodeAt(this.at)) {
      case 34:
      case 39:
        this.quoted();
        this.endLine();
        return;
      case 91:
      case 123:
        this.flowLine();
        return;
      case 124:
      case 62:
        this.#blockScalar(column);
        return;
      default:
        this.#plain(column);
    }
  }

  #plain(column: number): void {
    PLAIN_START.lastIndex = this.at;
    if (!PLAIN_START.test(this.text)) leave();
    const start = this.at;
    if (!this.skip(PLAIN_LINE)) leave();
    const end = this.at;
    this.endLine();
    const here = this.at;
    const next = this.nextLine();
    if (next > column) {
      this.#longPlain(end, here, column);
      return;
    }
    this.back(next);
    // Only what begins so may be infinite.
    const first = this.text.charCodeAt(start);
    if (first === 43 || first === 45 || first === 46) finite(resolvePlainScalar(this.text.slice(start, end)));
  }

  /** The lines of a plain scalar that has more than one. */
  #longPlain(firstEnd: number, start: number, column: number): void {
    let end = firstEnd;
    this.at = start;
    while (this.nextPlainLine(end, column)) {
      if (!this.skip(PLAIN_LINE)) leave();
      end = this.at;
      this.endLine();
    }
  }

  #blockScalar(column: number): void {
    const header = this.take(BLOCK_HEADER);
    // One that says how deep it is may hold nothing but blanks.
    if (header === null || header[3] !== undefined || header[4] !== undefined) leave();
    const start = this.at;
    this.skip(BLANK_LINES);
    const first = this.at;
    this.skip(SPACES);
    const indent = this.at - first;
    const isEmpty = this.at === this.text.length || indent <= column;
    const isTab = this.text.charCodeAt(this.at) === 9;
    this.at = start;
    if (isTab || indent > DEEPEST_COLUMN) leave();
    if (isEmpty) {
      if (header[2] === '+') leave();
      return;
    }
    // Blank lines before the first may be no deeper than it.
    const blank = first === start ? [] : this.text.slice(start, first).split('\n');
    if (blank.some((line) => line.length > indent)) leave();
    this.skip(linesFrom(indent));
    if (this.at === this.text.length && !this.endsLine) leave();
    SPACES.lastIndex = this.at;
    SPACES.test(this.text);
    // A tab may stand where a blank is missing.
    if (this.text.charCodeAt(SPACES.lastIndex) === 9) leave();
  }
}

function isLetter(code: number): boolean {
  return (code >= 97 && code <= 122) || (code >= 65 && code <= 90) || code === 95;
}
