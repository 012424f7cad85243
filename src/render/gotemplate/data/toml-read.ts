/**
 * Reads TOML as BurntSushi's toml 1.6.0 does into a `map[string]interface {}`, and refuses what that refuses, in its
 * words.
 */
import { chargeReading } from '../../functions/limits.ts';
import { GoError } from '../functions/signature.ts';
import { encodeRune } from '../../../utf8.ts';
import { quoteGo } from '../../functions/quote.ts';
import type { GoMap, GoValue } from '../value.ts';
import { isDigit, readFloat, readNumberOrDate, readSigned } from './toml-numbers.ts';
import { END, isNewline, TomlScanner, shown } from './toml-scan.ts';
import { KeyConflict, keyText, Tables } from './toml-tables.ts';
import type { Key } from './toml-tables.ts';

/** Reads a text of bytes. @throws {GoError} for a text that is not TOML */
export function readToml(bytes: string): GoMap {
  chargeReading(bytes);
  const text = bytes.replace(/^(?:\xff\xfe|\xfe\xff|\xef\xbb\xbf)/, '');
  if (text.slice(0, 6).includes('\0')) {
    throw new GoError('toml: line 1: files cannot contain NULL bytes; probably using UTF-16; TOML files must be UTF-8');
  }
  return new TomlReader(text).document();
}

const CODE = {
  tab: 9,
  newline: 10,
  blank: 32,
  quote: 34,
  hash: 35,
  apostrophe: 39,
  comma: 44,
  point: 46,
  equals: 61,
  open: 91,
  close: 93,
  openBrace: 123,
  closeBrace: 125,
} as const;

class TomlReader {
  readonly #tables = new Tables();
  readonly #scan: TomlScanner;
  /** The last part of the key whose value is being read; empty between values. */
  #name = '';
  /** The line of the last key, which errors about keys name. */
  #keyLine = 1;

  constructor(text: string) {
    this.#scan = new TomlScanner(text, () => this.#current());
  }

  /** The full key that is being read, which errors name. */
  #current(): string {
    const { context } = this.#tables;
    if (this.#name === '') return keyText(context);
    return context.length === 0 ? this.#name : `${keyText(context)}.${this.#name}`;
  }

  /** Reads the whole text. */
  document(): GoMap {
    const scan = this.#scan;
    for (;;) {
      const rune = scan.next();
      if (rune === END) return this.#tables.root;
      if (isBlank(rune) || isNewline(rune)) continue;
      if (rune === CODE.hash) {
        this.#comment();
        continue;
      }
      if (rune === CODE.open) {
        this.#header();
      } else {
        scan.at -= encodeRune(rune).length;
        const { context } = this.#tables;
        this.#pair();
        this.#tables.context = context;
        this.#name = '';
      }
      this.#lineEnd();
    }
  }

  /** Reads up to the end of the line, in which only a comment may be left. */
  #lineEnd(): void {
    const scan = this.#scan;
    for (;;) {
      const rune = scan.next();
      if (rune === END || isNewline(rune)) return;
      if (rune === CODE.hash) return this.#comment();
      if (isBlank(rune)) continue;
      throw scan.error(
        `expected a top-level item to end with a newline, comment, or EOF, but got ${shown(rune)} instead`,
      );
    }
  }

  #comment(): void {
    const scan = this.#scan;
    for (let rune = scan.peek(); rune !== END && !isNewline(rune); rune = scan.peek()) {
      scan.next();
      scan.take(/[\t -~]*/y);
    }
  }

  /** Reads `[a.b]` or `[[a.b]]`, from behind the first bracket. */
  #header(): void {
    const scan = this.#scan;
    const isList = scan.accept('[');
    const key: string[] = [];
    for (;;) {
      scan.skipBlanks();
      const first = scan.peek();
      if (first === CODE.close || first === END) {
        throw scan.error('unexpected end of table name (table names cannot be empty)');
      }
      if (first === CODE.point) throw scan.error('unexpected table separator (table names cannot be empty)');
      key.push(this.#part(key.length === 0));
      scan.skipBlanks();
      const rune = scan.next();
      if (rune === CODE.close) break;
      if (rune !== CODE.point) {
        throw scan.errorAfter(rune, `expected '.' or ']' to end table name, but got ${shown(rune)} instead`);
      }
    }
    if (isList) {
      const rune = scan.next();
      if (rune !== CODE.close) {
        throw scan.errorAfter(rune, `expected end of table array name delimiter ']', but got ${shown(rune)} instead`);
      }
    }
    this.#checked(() => this.#tables.enter(key, isList));
    this.#tables.setKind('', false);
  }

  /** Reads one part of a key. One without quotes may be empty here: what follows it is refused then. */
  #part(isFirst: boolean): string {
    const scan = this.#scan;
    const mark = scan.peek();
    let part: string;
    if (mark === CODE.quote || mark === CODE.apostrophe) {
      scan.next();
      part = mark === CODE.quote ? scan.string() : scan.rawString();
    } else {
      part = scan.take(/[A-Za-z0-9_-]*/y);
    }
    if (isFirst) this.#keyLine = scan.line;
    return part;
  }

  /**
   * Reads `a.b = value`, and sets the value in the current table.
   *
   * @param isInline it is in an inline table, where `#name` stays the last part of the key, as in toml
   */
  #pair(isInline = false): { parents: Key; name: string; value: GoValue } {
    const scan = this.#scan;
    const tables = this.#tables;
    scan.skipBlanks();
    const first = scan.peek();
    if (first === CODE.equals || first === END) throw scan.error("unexpected '=': key name appears blank");
    if (first === CODE.point) throw scan.error("unexpected '.': keys cannot start with a '.'");
    const key: string[] = [];
    for (;;) {
      key.push(this.#part(key.length === 0));
      scan.skipBlanks();
      const rune = scan.next();
      if (rune === CODE.equals) break;
      if (rune === END) throw scan.errorAfter(rune, "unexpected EOF; expected key separator '='");
      if (rune !== CODE.point) {
        const line = rune === CODE.newline ? scan.line - 1 : scan.line;
        throw scan.error(`expected '.' or '=', but got ${shown(rune)} instead`, line);
      }
      scan.skipBlanks();
      const next = scan.peek();
      if (next === CODE.equals || next === END) throw scan.error("unexpected '='");
      if (next === CODE.point) throw scan.error("unexpected '.'");
    }
    const name = key.at(-1) ?? '';
    const parents = key.slice(0, -1);
    this.#name = name;
    for (const parent of parents) this.#checked(() => tables.enterImplicit([...tables.context, parent]));
    const value = this.#value(false);
    this.#checked(() => tables.set(name, value));
    tables.setKind(name, Array.isArray(value));
    if (!isInline) this.#name = '';
    return { parents, name, value };
  }

  /** Runs something that changes the tables, and adds the line to its errors. */
  #checked(work: () => void): void {
    try {
      work();
    } catch (error) {
      if (error instanceof KeyConflict) throw this.#scan.error(error.message, this.#keyLine);
      throw error;
    }
  }

  /** Reads a value. @param isItem it is an item of a list */
  #value(isItem: boolean): GoValue {
    const scan = this.#scan;
    scan.skipBlanks();
    const start = scan.at;
    if (isDigit(scan.peek())) return readNumberOrDate(scan);
    const rune = scan.next();
    switch (encodeRune(rune)) {
      case '[':
        return this.#list();
      case '{':
        return this.#inlineTable(isItem);
      case '"':
        if (!scan.accept('"')) return scan.string();
        if (scan.accept('"')) return scan.multilineString();
        return '';
      case "'":
        if (!scan.accept("'")) return scan.rawString();
        if (scan.accept("'")) return scan.multilineRawString();
        return '';
      case '.':
        throw scan.error("floats must start with a digit, not '.'");
      case 'i':
      case 'n':
        if ((scan.accept('n') && scan.accept('f')) || (scan.accept('a') && scan.accept('n'))) {
          return readFloat(scan, scan.text.slice(start, scan.at));
        }
        break;
      case '-':
      case '+':
        return readSigned(scan, start);
      default:
    }
    if (isLetter(rune)) {
      // toml goes back one character. That is not the start of the value where it read `n` or `a` above, as in `inx`.
      const { length } = encodeRune(rune);
      scan.at -= scan.at === start + length ? length : 1;
      return this.#boolean();
    }
    if (rune === END) throw scan.errorAfter(rune, 'unexpected EOF; expected value');
    const line = rune === CODE.newline ? scan.line - 1 : scan.line;
    throw scan.error(`expected value but found ${shown(rune)} instead`, line);
  }

  #boolean(): GoValue {
    const scan = this.#scan;
    const start = scan.at;
    while (isLetter(scan.peek())) scan.next();
    const word = scan.text.slice(start, scan.at);
    if (word === 'true' || word === 'false') return word === 'true';
    throw scan.error(`expected value but found ${quoteGo(word)} instead`);
  }

  /** Reads a list, from behind its bracket. */
  #list(): GoValue[] {
    const scan = this.#scan;
    this.#tables.setKind(this.#name, true);
    const items: GoValue[] = [];
    for (;;) {
      const rune = this.#skipBetween();
      if (rune === CODE.comma) throw scan.error('unexpected comma');
      if (rune === CODE.close) {
        scan.next();
        return items;
      }
      items.push(this.#value(true));
      const end = this.#skipBetween();
      scan.next();
      if (end === CODE.close) return items;
      if (end === CODE.comma) continue;
      throw scan.errorAfter(end, `expected a comma (',') or array terminator (']'), but got ${orEnd(end)}`);
    }
  }

  /** Skips blanks, line breaks and comments, and returns the next character, which is not read. */
  #skipBetween(): number {
    const scan = this.#scan;
    for (;;) {
      const rune = scan.peek();
      if (rune === CODE.hash) this.#comment();
      else if (isBlank(rune) || isNewline(rune)) scan.next();
      else return rune;
    }
  }

  /** Reads an inline table, from behind its brace. */
  #inlineTable(isItem: boolean): GoMap {
    const scan = this.#scan;
    const tables = this.#tables;
    const { context } = tables;
    const name = this.#name;
    const own = [...context, name];
    tables.context = own;
    this.#name = '';
    tables.markImplicit(own);
    this.#checked(() => tables.enter(own, isItem));
    const table: GoMap = new Map();
    const close = (): GoMap => {
      scan.next();
      tables.context = context;
      this.#name = name;
      return table;
    };
    for (;;) {
      const rune = this.#skipBetween();
      if (rune === CODE.comma) throw scan.error('unexpected comma');
      if (rune === CODE.closeBrace) return close();
      const pair = this.#pair(true);
      put(table, pair.parents, pair.name, pair.value);
      tables.context = own;
      const end = this.#skipBetween();
      if (end === CODE.closeBrace) return close();
      scan.next();
      if (end !== CODE.comma) {
        throw scan.errorAfter(end, `expected a comma or an inline table terminator '}', but got ${orEnd(end)} instead`);
      }
    }
  }
}

/** Sets a value in a table that is found by the names of its parents. */
function put(table: GoMap, parents: Key, name: string, value: GoValue): void {
  let below = table;
  for (const parent of parents) {
    const known = below.get(parent);
    const next: GoMap = known instanceof Map ? known : new Map();
    below.set(parent, next);
    below = next;
  }
  below.set(name, value);
}

function orEnd(rune: number): string {
  return rune === END ? 'end of file' : `'${encodeRune(rune)}'`;
}

function isBlank(rune: number): boolean {
  return rune === CODE.tab || rune === CODE.blank;
}

function isLetter(rune: number): boolean {
  if (rune < 0x80) return (rune >= 65 && rune <= 90) || (rune >= 97 && rune <= 122);
  return /^\p{L}$/u.test(String.fromCodePoint(rune));
}
