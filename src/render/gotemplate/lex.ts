/**
 * Splits the text of a Go template into tokens, as lex.go of Go's text/template/parse. The lexer itself is the current
 * token, so that a token allocates nothing.
 */
import { encodeText } from '../../utf8.ts';

/** The types of tokens: `left` and `right` are delimiters of actions, `char` is any other character of ASCII. */
export type TokenType =
  | 'text'
  | 'left'
  | 'right'
  | 'eof'
  | 'error'
  | 'assign'
  | 'declare'
  | 'pipe'
  | 'string'
  | 'character'
  | 'number'
  | 'variable'
  | 'field'
  | 'dot'
  | 'identifier'
  | 'keyword'
  | 'bool'
  | 'nil'
  | '('
  | ')'
  | 'char';

/** Words that are not names of functions. */
const WORDS: ReadonlyMap<string, TokenType> = new Map([
  ...['block', 'break', 'continue', 'define', 'else', 'end', 'if', 'range', 'template', 'with'].map(
    (word) => [word, 'keyword'] as const,
  ),
  ['true', 'bool'],
  ['false', 'bool'],
  ['nil', 'nil'],
]);

const [TAB, LF, CR, SPACE, DASH] = [9, 10, 13, 32, 45];

// The kind of each character by its code. A run lexes for a few milliseconds only, most of them in V8's interpreter, where
// one lookup in a table is many times as fast as a series of comparisons.
const [LETTER, DIGIT, SPACES] = [1, 2, 3];
const KINDS: Uint8Array = new Uint8Array(256);
KINDS.fill(LETTER, 65, 91); // A-Z
KINDS.fill(LETTER, 97, 123); // a-z
KINDS[95] = LETTER; // _
KINDS.fill(DIGIT, 48, 58);
for (const code of [TAB, LF, CR, SPACE]) KINDS[code] = SPACES;

/** Reads a template token by token. */
export class Lexer {
  readonly text: string;
  /** The current token. */
  type: TokenType = 'text';
  start = 0;
  end = 0;
  /** White space stands before the token. */
  spaced = false;
  /** The token may begin an operand. */
  isTerm = false;
  #value: string | undefined;
  #inside = false;
  #parens = 0;

  constructor(text: string) {
    this.text = text;
  }

  /** The text of the current token; of an error its message. */
  get value(): string {
    return (this.#value ??= this.text.slice(this.start, this.end));
  }

  /** Continues at an offset outside of actions. */
  jump(at: number): void {
    this.#inside = false;
    this.end = at;
  }

  /** Goes to the next token. */
  next(): void {
    if (this.type === 'error') return;
    if (this.#inside) this.#action();
    else this.#text(this.end);
  }

  /** Reads a chain of fields (`.a.b`) that begins with the current token, and returns their names. */
  fields(): string[] {
    const { text, start } = this;
    // A chain of ASCII names is read by one match, which is faster than token by token.
    CHAIN.lastIndex = start;
    const isChain = CHAIN.test(text);
    if (isChain) this.end = CHAIN.lastIndex;
    const names = isChain ? text.slice(start + 1, this.end).split('.') : [this.value.slice(1)];
    this.next();
    while (this.type === 'field' && !this.spaced) {
      names.push(this.value.slice(1));
      this.next();
    }
    return names;
  }

  /** Reads the text up to the next action, or the left delimiter of one. Comments are skipped. */
  #text(from: number): void {
    const { text } = this;
    let at = from;
    for (;;) {
      const open = text.indexOf('{{', at);
      if (open === -1) {
        this.#emit(at < text.length ? 'text' : 'eof', at, text.length);
        return;
      }
      const trims = text.charCodeAt(open + 2) === DASH && KINDS[text.charCodeAt(open + 3)] === SPACES;
      let stop = open;
      if (trims) while (stop > at && KINDS[text.charCodeAt(stop - 1)] === SPACES) stop--;
      if (stop > at) {
        this.#emit('text', at, stop);
        // The white space that `{{-` trims is not part of the token.
        this.end = open;
        this.#value = text.slice(at, stop);
        return;
      }
      const after = open + (trims ? 4 : 2);
      if (!text.startsWith('/*', after)) {
        this.#inside = true;
        this.#parens = 0;
        this.#emit('left', open, after);
        return;
      }
      const close = text.indexOf('*/', after + 2);
      if (close === -1) {
        this.#fail('unclosed comment', open);
        return;
      }
      at = this.#rightDelim(close + 2);
      if (at === -1) {
        this.#fail('comment ends before closing delimiter', open);
        return;
      }
    }
  }

  /** The offset behind a right delimiter and the white space that it trims; -1 where there is none. */
  #rightDelim(at: number): number {
    const { text } = this;
    if (text.startsWith('}}', at)) return at + 2;
    if (KINDS[text.charCodeAt(at)] !== SPACES || !text.startsWith('-}}', at + 1)) return -1;
    let end = at + 4;
    while (KINDS[text.charCodeAt(end)] === SPACES) end++;
    return end;
  }

  /** Reads a token within an action. */
  #action(): void {
    const { text } = this;
    let at = this.end;
    let code = text.charCodeAt(at);
    let kind = KINDS[code];
    this.spaced = kind === SPACES;
    while (kind === SPACES) {
      code = text.charCodeAt(++at);
      if (code === DASH && text.startsWith('}}', at + 1)) return this.#close(at - 1);
      kind = KINDS[code];
    }
    if (kind === LETTER) return this.#name('identifier', at, at);
    switch (code) {
      case 46: // .
        return this.#dot(at);
      case 36: // $
        return this.#name('variable', at, at + 1);
      case 34: // "
        return this.#quoted('string', at);
      case 40: // (
        this.#parens++;
        return this.#emit('(', at, at + 1, true);
      case 41: // )
        this.#parens--;
        if (this.#parens < 0) return this.#fail('unexpected right paren', at);
        return this.#emit(')', at, at + 1);
      case 124: // |
        return this.#emit('pipe', at, at + 1);
      case 125: // }
        if (text.charCodeAt(at + 1) === 125) return this.#close(at);
        return this.#emit('char', at, at + 1);
      case 39: // '
        return this.#quoted('character', at);
      case 96: {
        // `
        const close = text.indexOf('`', at + 1);
        if (close === -1) return this.#fail('unterminated raw quoted string', at);
        return this.#emit('string', at, close + 1, true);
      }
      case 58: // :
        if (text.charCodeAt(at + 1) !== 61) return this.#fail('expected :=', at);
        return this.#emit('declare', at, at + 2);
      case 61: // =
        return this.#emit('assign', at, at + 1);
      case 43: // +
      case 45: // -
        return this.#number(at);
      default:
    }
    if (kind === DIGIT) return this.#number(at);
    if (this.#wordAt(at) > 0) return this.#name('identifier', at, at);
    if (code > 32 && code < 127) return this.#emit('char', at, at + 1);
    if (Number.isNaN(code)) return this.#fail('unclosed action', at);
    this.#fail(`unrecognized character in action: ${this.#describe(at)}`, at);
  }

  #close(at: number): void {
    if (this.#parens > 0) return this.#fail('unclosed left paren', at);
    this.#inside = false;
    this.#emit('right', at, this.#rightDelim(at));
  }

  #dot(at: number): void {
    const kind = KINDS[this.text.charCodeAt(at + 1)];
    if (kind === LETTER) return this.#name('field', at, at + 1);
    if (kind === DIGIT) return this.#number(at);
    if (kind === SPACES || this.#isTerminator(at + 1)) return this.#emit('dot', at, at + 1, true);
    this.#name('field', at, at + 1);
  }

  /** Reads a name. @param at where the token begins @param from where the letters begin, behind `.` or `$` */
  #name(type: TokenType, at: number, from: number): void {
    const { text } = this;
    // Nearly all names are ASCII.
    NAME.lastIndex = from;
    let end = from;
    if (NAME.test(text)) end = NAME.lastIndex;
    else {
      for (let size = this.#wordAt(end); size > 0; size = this.#wordAt(end)) end += size;
      if (!this.#isTerminator(end)) return this.#fail(`bad character ${this.#describe(end)}`, at);
    }
    this.#emit(type, at, end, true);
    if (type !== 'identifier') return;
    const word = text.slice(at, end);
    this.#value = word;
    const other = WORDS.get(word);
    if (other === undefined) return;
    this.type = other;
    if (other === 'keyword') this.isTerm = false;
  }

  /** The number of bytes of the letter, digit or `_` at an offset; 0 for any other character. */
  #wordAt(at: number): number {
    const code = this.text.charCodeAt(at);
    const kind = KINDS[code];
    if (kind === LETTER || kind === DIGIT) return 1;
    if (code < 128 || Number.isNaN(code)) return 0;
    const [rune = ''] = Buffer.from(this.text.slice(at, at + 4), 'latin1').toString('utf8');
    return /^[\p{L}\p{Nd}]$/u.test(rune) ? Buffer.byteLength(rune) : 0;
  }

  /** Whether a name may end at an offset. */
  #isTerminator(at: number): boolean {
    TERMINATOR.lastIndex = at;
    return TERMINATOR.test(this.text);
  }

  #quoted(type: 'string' | 'character', at: number): void {
    const whole = type === 'string' ? QUOTED : CHARACTER;
    whole.lastIndex = at;
    if (whole.test(this.text)) this.#emit(type, at, whole.lastIndex, true);
    else this.#fail(`unterminated ${type === 'string' ? 'quoted string' : 'character constant'}`, at);
  }

  #number(at: number): void {
    let end = this.#scanNumber(at);
    const bad = (to: number): void => this.#fail(`bad number syntax: ${JSON.stringify(this.text.slice(at, to))}`, at);
    if (this.#wordAt(end) > 0) return bad(end + 1);
    const sign = this.text[end];
    if (sign === '+' || sign === '-') {
      // A complex number, such as 1+2i.
      end = this.#scanNumber(end);
      if (this.text[end - 1] !== 'i' || this.#wordAt(end) > 0) return bad(end);
    }
    this.#emit('number', at, end, true);
  }

  #scanNumber(at: number): number {
    NUMBER.lastIndex = at;
    NUMBER.exec(this.text);
    return NUMBER.lastIndex;
  }

  #emit(type: TokenType, start: number, end: number, isTerm = false): void {
    this.type = type;
    this.isTerm = isTerm;
    this.start = start;
    this.end = end;
    this.#value = undefined;
  }

  #fail(message: string, at: number): void {
    this.type = 'error';
    this.isTerm = false;
    this.start = at;
    this.#value = message;
  }

  /** The character at an offset as Go's errors show it (`%#U`). */
  #describe(at: number): string {
    const [rune] = Buffer.from(this.text.slice(at, at + 4), 'latin1').toString('utf8');
    if (rune === undefined) return 'U+FFFFFFFFFFFFFFFF';
    const code = (rune.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0');
    return /[\p{C}\p{Z}]/u.test(rune) ? `U+${code}` : `U+${code} '${encodeText(rune)}'`;
  }
}

/** The characters that Go's lexer takes for a number. `parseNumber` decides whether they are one. */
const NUMBER =
  /[+-]?(?:0[xX][0-9a-fA-F_]*(?:\.[0-9a-fA-F_]*)?(?:[pP][+-]?[0-9_]*)?|0[oO][0-7_]*(?:\.[0-7_]*)?|0[bB][01_]*(?:\.[01_]*)?|[0-9_]*(?:\.[0-9_]*)?(?:[eE][+-]?[0-9_]*)?)i?/y;

const QUOTED = /"[^"\\\n]*(?:\\[^\n][^"\\\n]*)*"/y;
const CHARACTER = /'[^'\\\n]*(?:\\[^\n][^'\\\n]*)*'/y;
/** What may follow a name. */
const TERMINATOR = /[ \n\t\r.,|:()]|\}\}|$/y;
const NAME = /\w*(?=[ \n\t\r.,|:()]|\}\}|$)/y;
const CHAIN = /(?:\.[A-Za-z_]\w*)+(?=[ \n\t\r.,|:()]|\}\}|$)/y;
