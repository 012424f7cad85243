/**
 * The reader by lines, for the YAML that nearly all files hold: block maps and lists, scalars in every style, simple flow
 * collections, comments. Regular expressions do its work: they are fast from the first call on, while V8 interprets a
 * scanner of single characters until it has run long enough to be compiled.
 *
 * It reports no errors. A text that has an error, or for which it might give another value than the exact reader
 * (`nodes.ts`, `decode.ts`), is left to the exact reader. The tests compare the two on generated texts.
 */
import { Anchors } from './anchors.ts';
import { LineCursor, finite, GIVE_UP, giveUp } from './cursor.ts';
import {
  ALIAS,
  ANCHOR,
  BLANK_LINES,
  BLOCK_HEADER,
  EMPTY_LINES,
  ENTRY,
  KEY,
  linesFrom,
  marginOf,
  MERGE,
  PLAIN_LINE,
  PLAIN_START,
  SIMPLE_ENTRY,
  SPACES,
  UNFIT,
} from './fast-patterns.ts';
import { resolvePlainScalar } from './scalar.ts';
import { isMap } from './value.ts';
import type { Value, ValueMap } from './value.ts';

/**
 * Reads a text of one document.
 *
 * @param given its line breaks may be CR LF: in values they are LF, as go-yaml reads them
 * @param unique leave a text in which a map has a key twice to the exact reader
 * @param nothing the value of a text of comments and blank lines; without it such a text is left to the exact reader
 * @returns undefined for a text that is left to the exact reader
 */
export function readFast(given: string, unique: boolean, nothing?: Value): { value: Value } | undefined {
  const text = given.includes('\r\n') ? given.replaceAll('\r\n', '\n') : given;
  if (UNFIT.test(text)) return undefined;
  const start = startOf(text);
  if (hasMark(text, start)) return undefined;
  try {
    // Behind `---` there is a document, even an empty one.
    return { value: new FastReader(text, start, unique).document(start === 0 ? nothing : undefined) };
  } catch (error) {
    // V8's engine of regular expressions may run out of stack on a very long text.
    if (error === GIVE_UP || error instanceof RangeError) return undefined;
    throw error;
  }
}

/** Where the document begins: behind the first `---`, which comments may precede, as in most CRDs. */
function startOf(text: string): number {
  let at = 0;
  if (text.startsWith('#')) {
    EMPTY_LINES.lastIndex = 0;
    EMPTY_LINES.test(text);
    at = EMPTY_LINES.lastIndex;
  }
  return text.startsWith('---\n', at) ? at + '---\n'.length : 0;
}

/** Whether a line after the first begins a document, ends one, or is a directive. */
function hasMark(text: string, start: number): boolean {
  return ['---', '...', '%'].some((mark) => text.startsWith(mark, start) || text.includes(`\n${mark}`, start));
}

class FastReader extends LineCursor {
  readonly #anchors: Anchors = new Anchors();

  /** Reads the whole text. */
  document(nothing: Value | undefined): Value {
    const column = this.nextLine();
    if (column === -1) return nothing ?? giveUp();
    const first = this.text[this.at];
    const value = first === '{' || first === '[' ? this.flowLine() : this.#block(column);
    if (this.nextLine() !== -1) giveUp();
    return value;
  }

  /** Reads the map or list whose first entry stands here. */
  #block(column: number): Value {
    this.enter();
    const value = this.isEntry() ? this.#list(column, false) : this.#map(column);
    this.depth--;
    return value;
  }

  #map(column: number): ValueMap {
    const map: ValueMap = new Map();
    for (;;) {
      let next = this.#simpleEntry(map, column);
      if (next === undefined) {
        // Few texts have the key `<<`, and V8 compiles a pattern when it is first used: see decisions/template-time.md.
        if (this.text.startsWith('<<', this.at) && this.skip(MERGE)) this.#merge(map);
        else {
          const key = this.key() ?? giveUp();
          if (this.unique && map.has(key)) giveUp();
          map.set(key, this.#valueOfKey(column));
        }
        next = this.nextLine();
      }
      if (next === column) continue;
      if (next > column) giveUp();
      this.back(next);
      return map;
    }
  }

  /** Reads the value of `<<`. As in go-yaml, the entries of the merged map replace those that stand before it. */
  #merge(map: ValueMap): void {
    const merged = this.#alias();
    if (!isMap(merged)) giveUp();
    for (const [key, value] of merged) map.set(key, value);
  }

  #alias(): Value {
    const value = this.#anchors.get(this.take(ALIAS)?.[1] ?? giveUp());
    this.endLine();
    return value;
  }

  /** Reads the value of a key that has an anchor. */
  #anchored(column: number): Value {
    const name = this.take(ANCHOR)?.[1] ?? giveUp();
    this.#anchors.begin(name);
    const value = this.#valueOfKey(column);
    this.#anchors.set(name, value);
    return value;
  }

  /**
   * Reads an entry that {@link SIMPLE_ENTRY} matches, and sets it in the map.
   *
   * @returns what {@link nextLine} would: the column of the next line; undefined, without having read, for another entry
   */
  #simpleEntry(map: ValueMap, column: number): number | undefined {
    const start = this.at;
    const match = this.take(SIMPLE_ENTRY);
    if (match === null) return undefined;
    // By index here: destructuring makes an iterator and an object a step, in each line of a document.
    const name = match[1] ?? '';
    const written = match[2];
    const spaces = match[3] ?? '';
    const next = this.at === this.text.length ? -1 : spaces.length;
    if (written !== undefined && next > column) {
      // The next line is indented deeper, so the value continues there.
      this.at = start;
      return undefined;
    }
    const key = name.length > 5 ? name : shortKey(name);
    if (this.unique && map.has(key)) giveUp();
    if (written !== undefined) {
      map.set(key, simpleValue(written));
      return next;
    }
    if (next < column || (next === column && !this.isEntry())) {
      map.set(key, null);
      return next;
    }
    map.set(key, next > column ? this.#below(column, next) : this.#listWithin(column));
    return this.nextLine();
  }

  /** Reads a list that stands at the column of the map that it is in. */
  #listWithin(column: number): Value[] {
    this.enter();
    const list = this.#list(column, true);
    this.depth--;
    return list;
  }

  #list(column: number, withinMap: boolean): Value[] {
    const list: Value[] = [];
    for (;;) {
      const start = this.at;
      this.skip(ENTRY);
      list.push(this.#valueOfEntry(column, column + this.at - start));
      const next = this.nextLine();
      if (next === column && this.isEntry()) continue;
      if (next > column || (next === column && !withinMap)) giveUp();
      this.back(next);
      return list;
    }
  }

  #valueOfKey(column: number): Value {
    const code = this.text.charCodeAt(this.at);
    if (code === 38) return this.#anchored(column);
    if (code !== 10 && code !== 35) return this.#scalar(column);
    this.restOfLine(code);
    const next = this.nextLine();
    if (next > column) return this.#below(column, next);
    if (next === column && this.isEntry()) return this.#listWithin(column);
    this.back(next);
    return null;
  }

  #valueOfEntry(column: number, inner: number): Value {
    const code = this.text.charCodeAt(this.at);
    if (code === 10 || code === 35) {
      this.restOfLine(code);
      const next = this.nextLine();
      if (next > column) return this.#below(column, next);
      this.back(next);
      return null;
    }
    return this.#below(column, inner);
  }

  /** Reads what stands at the column `inner` within a collection at `column`: a collection, or a scalar. */
  #below(column: number, inner: number): Value {
    if (this.isEntry()) return this.#block(inner);
    KEY.lastIndex = this.at;
    return KEY.test(this.text) ? this.#block(inner) : this.#scalar(column);
  }

  /** Reads a scalar or a flow collection within a block collection at a column. */
  #scalar(column: number): Value {
    switch (this.text.charCodeAt(this.at)) {
      case 34:
      case 39: {
        const text = this.quoted();
        this.endLine();
        return text;
      }
      case 91:
      case 123:
        return this.flowLine();
      case 124:
      case 62:
        return this.#blockScalar(column);
      case 42:
        return this.#alias();
      default:
        return this.#plain(column);
    }
  }

  #plain(column: number): Value {
    PLAIN_START.lastIndex = this.at;
    if (!PLAIN_START.test(this.text)) giveUp();
    const first = this.take(PLAIN_LINE)?.[0] ?? giveUp();
    const end = this.at;
    this.endLine();
    // The next line that is not empty continues the scalar if it is indented deeper than the block.
    const here = this.at;
    const next = this.nextLine();
    const continues = next > column;
    if (!continues) {
      this.back(next);
      return finite(resolvePlainScalar(first));
    }
    return this.#plainLines(first, end, here, column);
  }

  /** Reads a plain scalar of several lines; `first` is the first of them, which ended at `firstEnd`. */
  #plainLines(first: string, firstEnd: number, start: number, column: number): string {
    let text = first;
    let end = firstEnd;
    this.at = start;
    while (this.nextPlainLine(end, column)) {
      let breaks = 0;
      for (let at = this.text.indexOf('\n', end); at !== -1 && at < this.at; at = this.text.indexOf('\n', at + 1))
        breaks++;
      const line = this.take(PLAIN_LINE)?.[0] ?? giveUp();
      text += (breaks === 1 ? ' ' : '\n'.repeat(breaks - 1)) + line;
      end = this.at;
      this.endLine();
    }
    return text;
  }

  #blockScalar(column: number): string {
    const header = this.take(BLOCK_HEADER);
    if (header === null) giveUp();
    const chomp = header[2] ?? header[5] ?? '';
    const digit = header[3] ?? header[4];
    const start = this.at;
    let indent = digit === undefined ? 0 : column + Number(digit);
    if (digit === undefined) {
      // The first line that is not empty decides the indentation; empty lines before it may not have more blanks.
      BLANK_LINES.lastIndex = start;
      BLANK_LINES.test(this.text);
      const first = BLANK_LINES.lastIndex;
      SPACES.lastIndex = first;
      SPACES.test(this.text);
      indent = SPACES.lastIndex - first;
      if (this.text.charCodeAt(SPACES.lastIndex) === 9) giveUp();
      if (SPACES.lastIndex === this.text.length || indent <= column) {
        // The scalar is empty.
        if (chomp === '+') giveUp();
        return '';
      }
      if (
        first !== start &&
        this.text
          .slice(start, first)
          .split('\n')
          .some((line) => line.length > indent)
      )
        giveUp();
    }
    if (indent > 100) giveUp();
    const raw = this.take(linesFrom(indent))?.[0] ?? '';
    if (this.at === this.text.length && !this.endsLine) giveUp();
    // The exact reader refuses a tab that stands where the indentation continues.
    if (this.text.charCodeAt(this.at) === 9) giveUp();
    SPACES.lastIndex = this.at;
    SPACES.test(this.text);
    if (this.text.charCodeAt(SPACES.lastIndex) === 9) giveUp();
    const text = raw.replace(marginOf(indent), '');
    let end = text.length;
    while (end > 0 && text.charCodeAt(end - 1) === 10) end--;
    if (end === 0) giveUp();
    const body = header[1] === '>' ? fold(text.slice(0, end)) : text.slice(0, end);
    return chomp === '-' ? body : chomp === '+' ? body + text.slice(end) : `${body}\n`;
  }
}

/**
 * Folds the lines of a block scalar of style `>`: a line break becomes a blank, and of several the first is dropped. Before
 * and after lines that begin with a blank, all line breaks stay.
 */
function fold(lines: string): string {
  let text = '';
  let isAfterIndented = true;
  let breaks = 0;
  for (const line of lines.split('\n')) {
    if (line !== '') {
      const first = line.charCodeAt(0);
      const isIndented = first === 32 || first === 9;
      text += isAfterIndented || isIndented ? '\n'.repeat(breaks) : breaks === 1 ? ' ' : '\n'.repeat(breaks - 1);
      text += line;
      isAfterIndented = isIndented;
      breaks = 0;
    }
    breaks++;
  }
  return text;
}

function shortKey(name: string): string {
  const value = resolvePlainScalar(name);
  return typeof value === 'string' ? value : typeof value === 'boolean' ? String(value) : giveUp();
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
