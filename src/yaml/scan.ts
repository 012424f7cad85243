/**
 * The tokens of a YAML text as go-yaml 2 sees them, and so Helm: the same texts are refused, for the same
 * reason and at the same line.
 *
 * A key on one line is known as such only when its colon is met. So each place where one may begin is
 * remembered, and the tokens that say so are put in later, before those of the key.
 */
import { syntaxError, YamlError } from './yaml-error.ts';

/** What a token is. */
export const Token = {
  END: 0,
  VERSION: 1,
  TAG_DIRECTIVE: 2,
  DOCUMENT_START: 3,
  DOCUMENT_END: 4,
  SEQUENCE_START: 5,
  MAPPING_START: 6,
  BLOCK_END: 7,
  FLOW_SEQUENCE_START: 8,
  FLOW_SEQUENCE_END: 9,
  FLOW_MAPPING_START: 10,
  FLOW_MAPPING_END: 11,
  ENTRY: 12,
  FLOW_ENTRY: 13,
  KEY: 14,
  VALUE: 15,
  ALIAS: 16,
  ANCHOR: 17,
  TAG: 18,
  SCALAR: 19,
} as const;

export type TokenType = (typeof Token)[keyof typeof Token];

/** A token and where it begins. */
export type YamlToken = {
  type: TokenType;
  at: number;
  line: number;
  /** The text of a scalar, the name of an anchor, the handle of a tag. */
  value: string;
  /** What follows the handle of a tag. */
  suffix: string;
  plain: boolean;
};

/** A place where a key may have begun. */
type SimpleKey = { possible: boolean; required: boolean; token: number; at: number; line: number; column: number };

/** A byte that cannot be read: it is met when the text before it has been read. */
export type ReadError = { at: number; problem: string };

const MOST_NESTED = 10_000;
const LONGEST_KEY = 1024;
/** A token and what becomes of it take up to 300 bytes. The largest index of charts has three million. */
const MOST_TOKENS = 5_000_000;

const [TAB, LF, CR, SPACE, NEL, LS, PS] = [9, 10, 13, 32, 0x85, 0x2028, 0x2029];
const NOT_BLANK = /[^ \t\n\r\x85\u2028\u2029]+/y;
const IN_FLOW = /[^ \t\n\r\x85\u2028\u2029,?[\]{}]+/y;
const TO_BREAK = /[^\n\r\x85\u2028\u2029]*/y;
const WORD = /[0-9A-Za-z_-]*/y;
const BLANKS = /[ \t]*/y;
const URI = /(?:[0-9A-Za-z_\-;/?:@&=+$,.!~*'()[\]])*/y;

function isBreak(code: number): boolean {
  return code === LF || code === CR || code === NEL || code === LS || code === PS;
}

/** The end of the text counts as one. */
function isBlankOrEnd(code: number): boolean {
  return code === SPACE || code === TAB || code === 0 || isBreak(code);
}

/** Makes tokens as they are asked for. */
export class Scanner {
  readonly text: string;
  readonly #readError: ReadError | undefined;
  #at: number;
  #line = 0;
  /** Where the line began. */
  #lineStart: number;
  #indent = -1;
  readonly #indents: number[] = [];
  #flowLevel = 0;
  #keyAllowed = true;
  #keys: SimpleKey[] = [noKey(0)];
  #keyOfToken: Map<number, SimpleKey> = new Map();
  #queue: YamlToken[] = [];
  #head = 0;
  #parsed = 0;
  #ended = false;

  constructor(text: string, readError: ReadError | undefined) {
    this.text = readError === undefined ? text : text.slice(0, readError.at);
    this.#readError = readError;
    this.#at = text.startsWith('\ufeff') ? 1 : 0;
    this.#lineStart = this.#at;
  }

  /** The next token, which stays the next one. */
  peek(): YamlToken {
    for (;;) {
      const token = this.#queue[this.#head];
      if (token !== undefined) {
        const key = this.#keyOfToken.get(this.#parsed);
        if (key === undefined || !this.#isValid(key)) return token;
      }
      this.#fetch();
    }
  }

  skip(): void {
    this.#parsed++;
    if (this.#parsed > MOST_TOKENS) throw new YamlError('this YAML holds too many values', this.#at, undefined, true);
    this.#head++;
    if (this.#head > 64 && this.#head * 2 > this.#queue.length) {
      this.#queue = this.#queue.slice(this.#head);
      this.#head = 0;
    }
  }

  get #column(): number {
    return this.#at - this.#lineStart;
  }

  /** The character so many places ahead; 0 at the end. */
  #code(ahead = 0): number {
    const at = this.#at + ahead;
    if (at < this.text.length) return this.text.charCodeAt(at);
    if (this.#readError !== undefined) throw syntaxError(this.#readError.problem, this.#readError.at, 0);
    return 0;
  }

  #run(pattern: RegExp): string {
    pattern.lastIndex = this.#at;
    const run = pattern.exec(this.text)?.[0] ?? '';
    this.#at += run.length;
    return run;
  }

  #fail(problem: string): never {
    throw syntaxError(problem, this.#at, this.#line === 0 ? 0 : this.#line + 1);
  }

  #token(type: TokenType, at = this.#at, line = this.#line): YamlToken {
    return { type, at, line, value: '', suffix: '', plain: false };
  }

  /** A token of one character. */
  #indicator(type: TokenType): void {
    this.#queue.push(this.#token(type));
    this.#at++;
  }

  #fetch(): void {
    this.#toNextToken();
    this.#unroll(this.#column);
    const code = this.#code();
    const next = code === 0 ? 0 : this.#code(1);
    const { text } = this;
    if (code === 0) return this.#fetchEnd();
    if (this.#column === 0) {
      if (code === 37) return this.#fetchDirective();
      if (this.#isDocumentMark())
        return this.#fetchDocumentMark(code === 45 ? Token.DOCUMENT_START : Token.DOCUMENT_END);
    }
    switch (text[this.#at]) {
      case '[':
        return this.#fetchFlowStart(Token.FLOW_SEQUENCE_START);
      case '{':
        return this.#fetchFlowStart(Token.FLOW_MAPPING_START);
      case ']':
        return this.#fetchFlowEnd(Token.FLOW_SEQUENCE_END);
      case '}':
        return this.#fetchFlowEnd(Token.FLOW_MAPPING_END);
      case ',':
        this.#removeKey();
        this.#keyAllowed = true;
        return this.#indicator(Token.FLOW_ENTRY);
      case '-':
        if (isBlankOrEnd(next)) return this.#fetchEntry();
        break;
      case '?':
        if (this.#flowLevel > 0 || isBlankOrEnd(next)) return this.#fetchKey();
        break;
      case ':':
        if (this.#flowLevel > 0 || isBlankOrEnd(next)) return this.#fetchValue();
        break;
      case '*':
        return this.#fetchAnchor(Token.ALIAS);
      case '&':
        return this.#fetchAnchor(Token.ANCHOR);
      case '!':
        return this.#fetchTag();
      case '|':
      case '>':
        if (this.#flowLevel === 0) return this.#fetchBlockScalar(code === 124);
        return this.#fail(NO_TOKEN);
      case "'":
        return this.#fetchQuoted(true);
      case '"':
        return this.#fetchQuoted(false);
      case '#':
      case '%':
      case '@':
      case '`':
      case '\t':
        return this.#fail(NO_TOKEN);
      default:
    }
    this.#fetchPlain();
  }

  #toNextToken(): void {
    for (;;) {
      let code = this.#code();
      while (code === SPACE || (code === TAB && (this.#flowLevel > 0 || !this.#keyAllowed))) {
        this.#at++;
        code = this.#code();
      }
      if (code === 35) {
        this.#run(TO_BREAK);
        code = this.#code();
      }
      if (!isBreak(code)) return;
      this.#skipBreak(code);
      if (this.#flowLevel === 0) this.#keyAllowed = true;
    }
  }

  #skipBreak(code: number): void {
    this.#at += code === CR && this.#code(1) === LF ? 2 : 1;
    this.#line++;
    this.#lineStart = this.#at;
  }

  /** Takes a line break and gives it as it counts in a scalar. */
  #readBreak(): string {
    const code = this.#code();
    if (!isBreak(code)) return '';
    this.#skipBreak(code);
    return code === LS ? '\u2028' : code === PS ? '\u2029' : '\n';
  }

  #isDocumentMark(): boolean {
    const { text } = this;
    if (!text.startsWith('---', this.#at) && !text.startsWith('...', this.#at)) return false;
    return isBlankOrEnd(this.#code(3));
  }

  #isValid(key: SimpleKey): boolean {
    if (!key.possible) return false;
    if (key.line < this.#line || (this.#at - key.at > LONGEST_KEY && this.#isLong(key))) {
      if (key.required) this.#fail(NO_COLON);
      key.possible = false;
      return false;
    }
    return true;
  }

  /** Characters count, not units. */
  #isLong(key: SimpleKey): boolean {
    if (this.#at - key.at > 2 * LONGEST_KEY) return true;
    return [...this.text.slice(key.at, this.#at)].length > LONGEST_KEY;
  }

  #saveKey(): void {
    if (!this.#keyAllowed) return;
    const required = this.#flowLevel === 0 && this.#indent === this.#column;
    const token = this.#parsed + (this.#queue.length - this.#head);
    this.#removeKey();
    const key = { possible: true, required, token, at: this.#at, line: this.#line, column: this.#column };
    this.#keys[this.#keys.length - 1] = key;
    this.#keyOfToken.set(token, key);
  }

  #removeKey(): void {
    const key = this.#keys.at(-1);
    if (!key?.possible) return;
    if (key.required) this.#fail(NO_COLON);
    key.possible = false;
    this.#keyOfToken.delete(key.token);
  }

  /** Opens a collection if it stands further to the right than the one around it. */
  #roll(column: number, type: TokenType, at: number, line: number, number: number): void {
    if (this.#flowLevel > 0 || this.#indent >= column) return;
    this.#indents.push(this.#indent);
    this.#indent = column;
    if (this.#indents.length > MOST_NESTED) this.#fail(`exceeded max depth of ${MOST_NESTED}`);
    const token = this.#token(type, at, line);
    if (number < 0) this.#queue.push(token);
    else this.#insert(number, token);
  }

  /** Puts a token before one that was made earlier; where that was taken already it comes last. */
  #insert(number: number, token: YamlToken): void {
    if (number < this.#parsed) this.#queue.push(token);
    else this.#queue.splice(this.#head + number - this.#parsed, 0, token);
  }

  #unroll(column: number): void {
    if (this.#flowLevel > 0) return;
    while (this.#indent > column) {
      this.#queue.push(this.#token(Token.BLOCK_END));
      this.#indent = this.#indents.pop() ?? -1;
    }
  }

  #fetchEnd(): void {
    if (this.#ended) {
      this.#queue.push(this.#token(Token.END));
      return;
    }
    this.#ended = true;
    if (this.#column !== 0) {
      this.#line++;
      this.#lineStart = this.#at;
    }
    this.#unroll(-1);
    this.#removeKey();
    this.#keyAllowed = false;
    this.#queue.push(this.#token(Token.END));
  }

  #fetchDocumentMark(type: TokenType): void {
    this.#unroll(-1);
    this.#removeKey();
    this.#keyAllowed = false;
    this.#queue.push(this.#token(type));
    this.#at += 3;
  }

  #fetchFlowStart(type: TokenType): void {
    this.#saveKey();
    this.#keys.push(noKey(this.#parsed + (this.#queue.length - this.#head)));
    this.#flowLevel++;
    if (this.#flowLevel > MOST_NESTED) this.#fail(`exceeded max depth of ${MOST_NESTED}`);
    this.#keyAllowed = true;
    this.#indicator(type);
  }

  #fetchFlowEnd(type: TokenType): void {
    this.#removeKey();
    if (this.#flowLevel > 0) {
      this.#flowLevel--;
      // In a collection with nothing in it that is the token of its bracket: go-yaml then forgets that the
      // collection may be a key.
      this.#keyOfToken.delete(this.#keys.pop()?.token ?? -1);
    }
    this.#keyAllowed = false;
    this.#indicator(type);
  }

  #fetchEntry(): void {
    if (this.#flowLevel === 0) {
      if (!this.#keyAllowed) this.#fail('block sequence entries are not allowed in this context');
      this.#roll(this.#column, Token.SEQUENCE_START, this.#at, this.#line, -1);
    }
    this.#removeKey();
    this.#keyAllowed = true;
    this.#indicator(Token.ENTRY);
  }

  #fetchKey(): void {
    if (this.#flowLevel === 0) {
      if (!this.#keyAllowed) this.#fail('mapping keys are not allowed in this context');
      this.#roll(this.#column, Token.MAPPING_START, this.#at, this.#line, -1);
    }
    this.#removeKey();
    this.#keyAllowed = this.#flowLevel === 0;
    this.#indicator(Token.KEY);
  }

  #fetchValue(): void {
    const key = this.#keys.at(-1);
    if (key !== undefined && this.#isValid(key)) {
      this.#insert(key.token, this.#token(Token.KEY, key.at, key.line));
      this.#roll(key.column, Token.MAPPING_START, key.at, key.line, key.token);
      key.possible = false;
      this.#keyOfToken.delete(key.token);
      this.#keyAllowed = false;
    } else {
      if (this.#flowLevel === 0) {
        if (!this.#keyAllowed) this.#fail('mapping values are not allowed in this context');
        this.#roll(this.#column, Token.MAPPING_START, this.#at, this.#line, -1);
      }
      this.#keyAllowed = this.#flowLevel === 0;
    }
    this.#indicator(Token.VALUE);
  }

  #fetchAnchor(type: TokenType): void {
    this.#saveKey();
    this.#keyAllowed = false;
    const token = this.#token(type);
    this.#at++;
    token.value = this.#run(WORD);
    const code = this.#code();
    if (token.value === '' || !(isBlankOrEnd(code) || '?:,]}%@`'.includes(String.fromCharCode(code)))) {
      this.#fail('did not find expected alphabetic or numeric character');
    }
    this.#queue.push(token);
  }

  #fetchTag(): void {
    this.#saveKey();
    this.#keyAllowed = false;
    const token = this.#token(Token.TAG);
    if (this.#code(1) === 60) {
      this.#at += 2;
      token.suffix = this.#uri('');
      if (this.#code() !== 62) this.#fail("did not find the expected '>'");
      this.#at++;
    } else {
      const handle = this.#tagHandle(false);
      if (handle.length > 1 && handle.endsWith('!')) {
        token.value = handle;
        token.suffix = this.#uri('');
      } else {
        token.suffix = this.#uri(handle);
        token.value = '!';
        if (token.suffix === '') [token.value, token.suffix] = ['', '!'];
      }
    }
    if (!isBlankOrEnd(this.#code())) this.#fail('did not find expected whitespace or line break');
    this.#queue.push(token);
  }

  #tagHandle(directive: boolean): string {
    if (this.#code() !== 33) this.#fail("did not find expected '!'");
    this.#at++;
    const handle = `!${this.#run(WORD)}`;
    if (this.#code() === 33) {
      this.#at++;
      return `${handle}!`;
    }
    if (directive && handle !== '!') this.#fail("did not find expected '!'");
    return handle;
  }

  #uri(head: string): string {
    let uri = head.slice(1);
    const start = this.#at;
    for (;;) {
      uri += this.#run(URI);
      if (this.#code() !== 37) break;
      uri += this.#uriEscape();
    }
    if (head === '' && this.#at === start) this.#fail('did not find expected tag URI');
    return uri;
  }

  #uriEscape(): string {
    const octets: number[] = [];
    let width = 1;
    do {
      const hex = this.text.slice(this.#at + 1, this.#at + 3);
      if (this.#code() !== 37 || !/^[0-9a-fA-F]{2}$/.test(hex)) this.#fail('did not find URI escaped octet');
      const octet = Number.parseInt(hex, 16);
      if (octets.length === 0) {
        width = octet < 0x80 ? 1 : octet < 0xc0 ? 0 : octet < 0xe0 ? 2 : octet < 0xf0 ? 3 : octet < 0xf8 ? 4 : 0;
        if (width === 0) this.#fail('found an incorrect leading UTF-8 octet');
      } else if ((octet & 0xc0) !== 0x80) {
        this.#fail('found an incorrect trailing UTF-8 octet');
      }
      octets.push(octet);
      this.#at += 3;
    } while (octets.length < width);
    return Buffer.from(octets).toString('utf8');
  }

  #fetchDirective(): void {
    this.#unroll(-1);
    this.#removeKey();
    this.#keyAllowed = false;
    const token = this.#token(Token.VERSION);
    this.#at++;
    const name = this.#run(WORD);
    if (name === '') this.#fail('could not find expected directive name');
    if (!isBlankOrEnd(this.#code())) this.#fail('found unexpected non-alphabetical character');
    if (name === 'YAML') {
      this.#run(BLANKS);
      const major = this.#versionNumber();
      if (this.#code() !== 46) this.#fail("did not find expected digit or '.' character");
      this.#at++;
      token.value = `${major}.${this.#versionNumber()}`;
    } else if (name === 'TAG') {
      token.type = Token.TAG_DIRECTIVE;
      this.#run(BLANKS);
      token.value = this.#tagHandle(true);
      if (this.#run(BLANKS) === '') this.#fail('did not find expected whitespace');
      token.suffix = this.#uri('');
      if (!isBlankOrEnd(this.#code())) this.#fail('did not find expected whitespace or line break');
    } else {
      this.#fail('found unknown directive name');
    }
    this.#restOfLine();
    this.#queue.push(token);
  }

  #versionNumber(): number {
    const digits = this.#run(/[0-9]*/y);
    if (digits.length > 2) this.#fail('found extremely long version number');
    if (digits === '') this.#fail('did not find expected version number');
    return Number(digits);
  }

  /** Blanks and a comment, up to the next line. */
  #restOfLine(): void {
    this.#run(BLANKS);
    if (this.#code() === 35) this.#run(TO_BREAK);
    const code = this.#code();
    if (isBreak(code)) this.#skipBreak(code);
    else if (code !== 0) this.#fail('did not find expected comment or line break');
  }

  #fetchBlockScalar(literal: boolean): void {
    this.#removeKey();
    this.#keyAllowed = true;
    const token = this.#token(Token.SCALAR);
    this.#at++;
    const header = this.#run(/(?:[-+][0-9]?|[0-9][-+]?)?/y);
    if (header.includes('0')) {
      // Go stops before the digit.
      this.#fail('found an indentation indicator equal to 0');
    }
    const increment = Number(/\d/.exec(header)?.[0] ?? 0);
    this.#restOfLine();
    const state = { indent: increment === 0 ? 0 : Math.max(this.#indent, 0) + increment, breaks: '' };
    this.#blockBreaks(state);
    const parts: string[] = [];
    let leadingBreak = '';
    let leadingBlank = false;
    while (this.#column === state.indent && this.#code() !== 0) {
      const code = this.#code();
      const blank = code === SPACE || code === TAB;
      if (!literal && leadingBreak === '\n' && !leadingBlank && !blank) {
        if (state.breaks === '') parts.push(' ');
      } else {
        parts.push(leadingBreak);
      }
      parts.push(state.breaks);
      state.breaks = '';
      leadingBlank = blank;
      parts.push(this.#run(TO_BREAK));
      leadingBreak = this.#readBreak();
      this.#blockBreaks(state);
    }
    if (!header.includes('-')) parts.push(leadingBreak);
    if (header.includes('+')) parts.push(state.breaks);
    token.value = parts.join('');
    this.#queue.push(token);
  }

  /** Empty lines, and the indentation of the one after them; the first such line decides how deep it is. */
  #blockBreaks(state: { indent: number; breaks: string }): void {
    let deepest = 0;
    const breaks: string[] = [];
    for (;;) {
      while ((state.indent === 0 || this.#column < state.indent) && this.#code() === SPACE) this.#at++;
      deepest = Math.max(deepest, this.#column);
      const code = this.#code();
      if (code === TAB && (state.indent === 0 || this.#column < state.indent)) {
        this.#fail('found a tab character where an indentation space is expected');
      }
      if (!isBreak(code)) break;
      breaks.push(this.#readBreak());
    }
    state.breaks += breaks.join('');
    if (state.indent === 0) state.indent = Math.max(deepest, this.#indent + 1, 1);
  }

  #fetchQuoted(single: boolean): void {
    this.#saveKey();
    this.#keyAllowed = false;
    const token = this.#token(Token.SCALAR);
    const quote = single ? 39 : 34;
    const run = single ? /[^ \t\n\r\x85\u2028\u2029']+/y : /[^ \t\n\r\x85\u2028\u2029"\\]+/y;
    this.#at++;
    const parts: string[] = [];
    for (;;) {
      if (this.#column === 0 && this.#isDocumentMark()) this.#fail('found unexpected document indicator');
      if (this.#code() === 0) this.#fail('found unexpected end of stream');
      let broken = false;
      for (;;) {
        const code = this.#code();
        if (isBlankOrEnd(code)) break;
        if (single && code === 39) {
          if (this.#code(1) !== 39) break;
          parts.push("'");
          this.#at += 2;
        } else if (!single && code === 34) {
          break;
        } else if (!single && code === 92) {
          if (isBreak(this.#code(1))) {
            this.#at++;
            this.#skipBreak(this.#code());
            broken = true;
            break;
          }
          parts.push(this.#escape());
        } else {
          parts.push(this.#run(run));
        }
      }
      if (this.#code() === quote) break;
      parts.push(this.#foldBlanks(broken));
    }
    this.#at++;
    token.value = parts.join('');
    this.#queue.push(token);
  }

  /** Blanks and breaks within a quoted scalar. */
  #foldBlanks(escapedBreak: boolean): string {
    let blanks = '';
    let leading = '';
    const trailing: string[] = [];
    let broken = escapedBreak;
    for (;;) {
      if (!broken) blanks += this.#run(BLANKS);
      else this.#run(BLANKS);
      if (!isBreak(this.#code())) break;
      if (broken) trailing.push(this.#readBreak());
      else leading = this.#readBreak();
      broken = true;
    }
    if (!broken) return blanks;
    if (leading === '\n') return trailing.length === 0 ? ' ' : trailing.join('');
    return leading + trailing.join('');
  }

  #escape(): string {
    const letter = this.text[this.#at + 1] ?? '';
    if (letter === '') this.#code(1);
    const simple = ESCAPES[letter];
    if (simple !== undefined) {
      this.#at += 2;
      return simple;
    }
    const length = letter === 'x' ? 2 : letter === 'u' ? 4 : letter === 'U' ? 8 : 0;
    if (length === 0) this.#fail('found unknown escape character');
    this.#at += 2;
    const hex = this.text.slice(this.#at, this.#at + length);
    if (hex.length < length || !/^[0-9a-fA-F]*$/.test(hex)) this.#fail('did not find expected hexdecimal number');
    const value = Number.parseInt(hex, 16);
    if ((value >= 0xd800 && value <= 0xdfff) || value > 0x10ffff) {
      this.#fail('found invalid Unicode character escape code');
    }
    this.#at += length;
    return String.fromCodePoint(value);
  }

  #fetchPlain(): void {
    this.#saveKey();
    this.#keyAllowed = false;
    const token = this.#token(Token.SCALAR);
    token.plain = true;
    const indent = this.#indent + 1;
    const inFlow = this.#flowLevel > 0;
    const parts: string[] = [];
    let between = '';
    let broken = false;
    for (;;) {
      if (this.#column === 0 && this.#isDocumentMark()) break;
      if (this.#code() === 35) break;
      const run = this.#plainRun(inFlow);
      if (run !== '') {
        parts.push(between, run);
        between = '';
        broken = false;
      }
      const code = this.#code();
      if (!(code === SPACE || code === TAB || isBreak(code))) break;
      // What is between two words counts only if another word follows.
      let leading = '';
      const trailing: string[] = [];
      let blanks = '';
      for (;;) {
        const here = this.#code();
        if (here === SPACE || here === TAB) {
          if (broken && here === TAB && this.#column < indent) {
            this.#fail('found a tab character that violates indentation');
          }
          if (!broken) blanks += this.text[this.#at];
          this.#at++;
        } else if (isBreak(here)) {
          if (broken) trailing.push(this.#readBreak());
          else leading = this.#readBreak();
          broken = true;
        } else {
          break;
        }
      }
      if (broken)
        between = leading === '\n' ? (trailing.length === 0 ? ' ' : trailing.join('')) : leading + trailing.join('');
      else between = blanks;
      if (!inFlow && this.#column < indent) break;
    }
    token.value = parts.join('');
    if (broken) this.#keyAllowed = true;
    this.#queue.push(token);
  }

  /** Characters up to a blank or to what ends a plain scalar. */
  #plainRun(inFlow: boolean): string {
    const pattern = inFlow ? IN_FLOW : NOT_BLANK;
    pattern.lastIndex = this.#at;
    const run = pattern.exec(this.text)?.[0] ?? '';
    let end = run.length;
    // A colon that a blank follows is the last of the run.
    if (run.endsWith(':')) {
      this.#at += end;
      const last = isBlankOrEnd(this.#code());
      this.#at -= end;
      if (last) end--;
    }
    this.#at += end;
    return run.slice(0, end);
  }
}

const NO_TOKEN = 'found character that cannot start any token';
const NO_COLON = "could not find expected ':'";

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

function noKey(token: number): SimpleKey {
  return { possible: false, required: false, token, at: 0, line: 0, column: 0 };
}
