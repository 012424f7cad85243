/** Reads the characters and strings of a TOML text. The errors have the words of BurntSushi's toml 1.6.0. */
import { GoError } from '../functions/signature.ts';
import { decodeRune, encodeRune, RUNE_ERROR } from '../../../utf8.ts';
import { quoteRune } from '../../functions/quote.ts';
import { quoteGo } from '../../functions/quote.ts';

/** What {@link TomlScanner.next} returns at the end of the text. A NUL in the text is refused. */
export const END = 0;

const NEWLINE = 10;
const RETURN = 13;
const QUOTE = 34;
const APOSTROPHE = 39;
const BACKSLASH = 92;

/** Reads a text. Its errors name the line and the key that was read last. */
export class TomlScanner {
  readonly text: string;
  at = 0;
  line = 1;
  readonly #lastKey: () => string;

  /** @param text one byte a character @param lastKey gives the key that was read last, or an empty text */
  constructor(text: string, lastKey: () => string) {
    this.text = text;
    this.#lastKey = lastKey;
  }

  /** An error at the current line, or at another one. */
  error(message: string, line: number = this.line): GoError {
    const key = this.#lastKey();
    return new GoError(`toml: line ${line}${key === '' ? '' : ` (last key ${quoteGo(key)})`}: ${message}`);
  }

  /** An error about a character that was read. At the end of the text it is at the last line that is not empty. */
  errorAfter(rune: number, message: string): GoError {
    const isPast = rune === END && this.text.charCodeAt(this.at - 1) === NEWLINE;
    return this.error(message, isPast ? this.line - 1 : this.line);
  }

  /** The next character, which is not read. @throws {GoError} for a character that TOML does not allow */
  peek(): number {
    const byte = this.text.charCodeAt(this.at);
    if (byte >= 0x20 && byte < 0x7f) return byte;
    if (this.at >= this.text.length) return END;
    if (byte >= 0x80) {
      const { rune, size } = decodeRune(this.text, this.at);
      if (rune === RUNE_ERROR && size === 1) throw this.error(`invalid UTF-8 byte: 0x${hex(byte)}`);
      return rune;
    }
    if (byte === NEWLINE || byte === 9) return byte;
    if (byte === RETURN && this.text.charCodeAt(this.at + 1) === NEWLINE) return byte;

    throw this.error(`TOML files cannot contain control characters: '0x${hex(byte)}'`);
  }

  /** Reads the next character. @throws {GoError} as {@link peek} */
  next(): number {
    const rune = this.peek();
    if (rune === END) return rune;
    if (rune === NEWLINE) this.line++;
    this.at += rune < 0x80 ? 1 : encodeRune(rune).length;
    return rune;
  }

  /** Reads the next character if it is this one. */
  accept(character: string): boolean {
    if (this.peek() !== character.charCodeAt(0)) return false;
    this.next();
    return true;
  }

  /** Reads what a sticky pattern matches here: printable ASCII. */
  take(sticky: RegExp): string {
    sticky.lastIndex = this.at;
    const [found = ''] = sticky.exec(this.text) ?? [];
    this.at += found.length;
    // This refuses a character behind it that TOML does not allow.
    this.peek();
    return found;
  }

  /** Reads blanks and tabs. */
  skipBlanks(): void {
    this.take(/[ \t]*/y);
  }

  /** Reads a string from behind its quote to behind the closing one. */
  string(): string {
    const start = this.at;
    let hasEscapes = false;
    for (;;) {
      this.take(/[ !#-[\]-~]*/y);
      const rune = this.next();
      if (rune === END) throw this.errorAfter(rune, `unexpected EOF; expected '"'`);
      if (isNewline(rune)) throw this.error('strings cannot contain newlines', this.line - 1);
      if (rune === QUOTE) break;
      if (rune !== BACKSLASH) continue;
      hasEscapes = true;
      this.#escape(start);
    }
    const raw = this.text.slice(start, this.at - 1);
    return hasEscapes ? this.#unescape(raw, this.line) : raw;
  }

  /** Reads a string between three quotes, from behind the opening ones. */
  multilineString(): string {
    const start = this.at;
    for (;;) {
      this.take(/[ !#-[\]-~]*/y);
      const rune = this.next();
      if (rune === END) throw this.errorAfter(rune, `unexpected EOF; expected '"""'`);
      if (rune === BACKSLASH) {
        if (isNewline(this.peek())) this.next();
        else this.#escape(start);
        continue;
      }
      if (rune !== QUOTE) continue;
      const end = this.#closing(start, '"');
      if (end === undefined) continue;
      const raw = withoutFirstNewline(this.text.slice(start, end));
      return this.#unescape(raw.replace(/\\\\|\\[ \t\r]*\n[ \t\r\n]*/g, joinLines), this.line);
    }
  }

  /** Reads a literal string from behind its apostrophe to behind the closing one. */
  rawString(): string {
    const start = this.at;
    for (;;) {
      this.take(/[ -&(-~]*/y);
      const rune = this.next();
      if (rune === END) throw this.errorAfter(rune, `unexpected EOF; expected "'"`);
      if (isNewline(rune)) throw this.error('strings cannot contain newlines', this.line - 1);
      if (rune === APOSTROPHE) return this.text.slice(start, this.at - 1);
    }
  }

  /** Reads a literal string between three apostrophes, from behind the opening ones. */
  multilineRawString(): string {
    const start = this.at;
    for (;;) {
      this.take(/[ -&(-~]*/y);
      const rune = this.next();
      if (rune === END) throw this.errorAfter(rune, `unexpected EOF; expected "'''"`);
      if (rune !== APOSTROPHE) continue;
      const end = this.#closing(start, "'");
      if (end !== undefined) return withoutFirstNewline(this.text.slice(start, end));
    }
  }

  /**
   * Behind a quote in a string between three quotes: the offset at which the string ends, if two more quotes follow. Up to
   * two quotes may stand before the three that close it.
   */
  #closing(start: number, mark: string): number | undefined {
    const first = this.at;
    if (!this.accept(mark)) return undefined;
    if (!this.accept(mark)) {
      this.at = first;
      return undefined;
    }
    if (this.peek() !== mark.charCodeAt(0)) return this.at - 3;
    const read = this.text.slice(start, this.at);
    if (read.endsWith(mark.repeat(5)) && !(mark === '"' && read.endsWith(`\\${mark.repeat(5)}`))) {
      const outer = mark === '"' ? "'" : '"';
      throw this.error(`unexpected ${outer}${mark.repeat(6)}${outer}`);
    }
    this.at = first;
    return undefined;
  }

  /** Checks an escape, from behind its backslash. @param start of the string, which errors show */
  #escape(start: number): void {
    const rune = this.next();
    const escape = encodeRune(rune);
    if (rune !== END && 'ebtnfr" \t\\'.includes(escape)) return;
    const digits = { x: [2, 'two'], u: [4, 'four'], U: [8, 'eight'] }[escape] as [number, string] | undefined;
    if (digits === undefined) {
      throw this.error(`invalid escape in string '\\${escape}'`, rune === END ? this.line - 1 : this.line);
    }
    for (let left = digits[0]; left > 0; left--) {
      const digit = this.next();
      if (/^[0-9a-fA-F]$/.test(String.fromCodePoint(digit))) continue;
      const read = quoteGo(this.text.slice(start, this.at));
      throw this.errorAfter(
        digit,
        `expected ${digits[1]} hexadecimal digits after '\\${escape}', but got ${read} instead`,
      );
    }
  }

  /** A string with its escapes replaced. @param line of its end, which errors name */
  #unescape(raw: string, line: number): string {
    return raw.replace(/\\(?:x(..)|u(....)|U(........)|(.))/gs, (_, two, four, eight, one: string | undefined) => {
      const digits = (two ?? four ?? eight) as string | undefined;
      if (digits !== undefined) {
        const code = parseInt(digits, 16);
        if (code <= 0x10ffff && !(code >= 0xd800 && code < 0xe000)) return encodeRune(code);
        throw this.error(`Escaped character '\\u${digits}' is not valid UTF-8.`, line);
      }
      const plain = ESCAPES[one ?? ''];
      if (plain === undefined) throw this.error(`invalid escape: '\\${one}'`, line);
      return plain;
    });
  }
}

const ESCAPES: Readonly<Record<string, string>> = {
  b: '\b',
  t: '\t',
  n: '\n',
  f: '\f',
  r: '\r',
  e: '\x1b',
  '"': '"',
  '\\': '\\',
};

/** A character as Go's `%q` shows it. */
export function shown(rune: number): string {
  return quoteRune(rune);
}

/** Whether a character is LF or CR; {@link TomlScanner.peek} allows CR only before LF. */
export function isNewline(rune: number): boolean {
  return rune === NEWLINE || rune === RETURN;
}

function joinLines(found: string): string {
  return found === '\\\\' ? found : '';
}

function withoutFirstNewline(text: string): string {
  return text.replace(/^\r?\n/, '');
}

function hex(byte: number): string {
  return byte.toString(16).padStart(2, '0');
}
