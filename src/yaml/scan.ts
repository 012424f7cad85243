/**
 * Makes the tokens of a YAML text as go-yaml 2 does, which Helm reads with: the same texts are refused, in the same words
 * and at the same line.
 *
 * The scanner follows libyaml's, from which go-yaml's was translated. Whether a scalar is a key is known only when the
 * colon behind it is met (`a: 1`), so each position where a key may begin is remembered, and the tokens for the
 * beginning of a map and of a key are inserted later, before those of the key itself.
 */
import { scanAnchorName, scanDirective, scanTag } from './scan-properties.ts';
import { scanBlockScalar, scanPlain, scanQuoted } from './scan-scalars.ts';
import { isBlankOrEnd, isBreak, SPACE, TAB, TextReader, TO_BREAK } from './text-reader.ts';
import { Token } from './tokens.ts';
import type { TokenType, YamlToken } from './tokens.ts';
import { YamlError } from './yaml-error.ts';

/**
 * A position at which a key may have begun. It is `required` where the block needs a key, so that a missing colon is an
 * error. `token` is the number of the token that is the key, counted from the first token of the text.
 */
type SimpleKey = { possible: boolean; required: boolean; token: number; at: number; line: number; column: number };

/** go-yaml's bound on nested collections. */
const MAX_NESTED = 10_000;
/** YAML's bound on a key that stands on one line with its value, in characters. */
const MAX_KEY_LENGTH = 1024;
/** A token and what is made of it take up to 300 bytes. The largest index of charts has three million tokens. */
const MAX_TOKENS = 5_000_000;

/** Makes tokens when they are asked for. */
export class Scanner extends TextReader {
  /** The column of the innermost block collection; -1 outside of all. */
  #indent = -1;
  /** The columns of the block collections around it. */
  readonly #indents: number[] = [];
  /** How many brackets and braces are open. */
  #flowLevel = 0;
  /** A key may begin here: at the start of a line, after `- `, `? ` and within braces. */
  #keyAllowed = true;
  /** The last possible key, for each open bracket or brace one. */
  #keys: SimpleKey[] = [noKey(0)];
  #keyOfToken: Map<number, SimpleKey> = new Map();
  /** Tokens that were made and not yet read, from {@link #head} on. */
  #queue: YamlToken[] = [];
  #head = 0;
  /** How many tokens were read. */
  #parsed = 0;
  #ended = false;

  /**
   * The next token, which is not taken: {@link skip} does.
   *
   * @throws {YamlError} where the text is not YAML
   */
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

  /** Takes the next token. @throws {YamlError} after so many tokens that their nodes would fill the memory */
  skip(): void {
    this.#parsed++;
    if (this.#parsed > MAX_TOKENS)
      throw new YamlError('this YAML holds too many values', this.at, undefined, { tooComplex: true });
    this.#head++;
    if (this.#head > 64 && this.#head * 2 > this.#queue.length) {
      this.#queue = this.#queue.slice(this.#head);
      this.#head = 0;
    }
  }

  #token(type: TokenType, at = this.at, line = this.line): YamlToken {
    return { type, at, line, value: '', suffix: '', plain: false };
  }

  /** Reads a token of one character. */
  #indicator(type: TokenType): void {
    this.#queue.push(this.#token(type));
    this.at++;
  }

  /** Makes the next token, or several. */
  #fetch(): void {
    this.#toNextToken();
    this.#unroll(this.column);
    const code = this.code();
    const next = code === 0 ? 0 : this.code(1);
    const { text } = this;
    if (code === 0) return this.#fetchEnd();
    if (this.column === 0) {
      if (code === 37) return this.#fetchDirective();
      if (this.isDocumentMark())
        return this.#fetchDocumentMark(code === 45 ? Token.DOCUMENT_START : Token.DOCUMENT_END);
    }
    switch (text[this.at]) {
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
        if (this.#flowLevel === 0) return this.#fetchBlockScalar();
        return this.fail(NO_TOKEN);
      case "'":
        return this.#fetchQuoted();
      case '"':
        return this.#fetchQuoted();
      case '#':
      case '%':
      case '@':
      case '`':
      case '\t':
        return this.fail(NO_TOKEN);
      default:
    }
    this.#fetchPlain();
  }

  /** Skips blanks, comments and line breaks. */
  #toNextToken(): void {
    for (;;) {
      let code = this.code();
      while (code === SPACE || (code === TAB && (this.#flowLevel > 0 || !this.#keyAllowed))) {
        this.at++;
        code = this.code();
      }
      if (code === 35) {
        this.run(TO_BREAK);
        code = this.code();
      }
      if (!isBreak(code)) return;
      this.skipBreak(code);
      if (this.#flowLevel === 0) this.#keyAllowed = true;
    }
  }

  /** Whether a key may still have begun at this position: a key is on one line and not too long. */
  #isValid(key: SimpleKey): boolean {
    if (!key.possible) return false;
    if (key.line < this.line || (this.at - key.at > MAX_KEY_LENGTH && this.#isLong(key))) {
      if (key.required) this.fail(NO_COLON);
      key.possible = false;
      return false;
    }
    return true;
  }

  /** The bound counts characters; an offset counts UTF-16 units, of which a character has one or two. */
  #isLong(key: SimpleKey): boolean {
    if (this.at - key.at > 2 * MAX_KEY_LENGTH) return true;
    return [...this.text.slice(key.at, this.at)].length > MAX_KEY_LENGTH;
  }

  /** Remembers that a key may begin here. */
  #saveKey(): void {
    if (!this.#keyAllowed) return;
    const required = this.#flowLevel === 0 && this.#indent === this.column;
    const token = this.#parsed + (this.#queue.length - this.#head);
    this.#removeKey();
    const key = { possible: true, required, token, at: this.at, line: this.line, column: this.column };
    this.#keys[this.#keys.length - 1] = key;
    this.#keyOfToken.set(token, key);
  }

  /** Forgets the last position at which a key may have begun. */
  #removeKey(): void {
    const key = this.#keys.at(-1);
    if (!key?.possible) return;
    if (key.required) this.fail(NO_COLON);
    key.possible = false;
    this.#keyOfToken.delete(key.token);
  }

  /**
   * Opens a block collection, if its first entry stands to the right of the one around it. The entry begins here, or with a
   * key that was scanned already: then the token of the collection is inserted before that of the key.
   */
  #roll(type: TokenType, key?: SimpleKey): void {
    const { column, at, line } = key ?? this;
    if (this.#flowLevel > 0 || this.#indent >= column) return;
    this.#indents.push(this.#indent);
    this.#indent = column;
    if (this.#indents.length > MAX_NESTED) this.fail(`exceeded max depth of ${MAX_NESTED}`);
    const token = this.#token(type, at, line);
    if (key === undefined) this.#queue.push(token);
    else this.#insert(key.token, token);
  }

  /** Inserts a token before the one with a number; where that one was taken already, the token is appended. */
  #insert(number: number, token: YamlToken): void {
    if (number < this.#parsed) this.#queue.push(token);
    else this.#queue.splice(this.#head + number - this.#parsed, 0, token);
  }

  /** Closes the block collections that stand to the right of a column. */
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
    this.endLine();
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
    this.at += 3;
  }

  #fetchFlowStart(type: TokenType): void {
    this.#saveKey();
    this.#keys.push(noKey(this.#parsed + (this.#queue.length - this.#head)));
    this.#flowLevel++;
    if (this.#flowLevel > MAX_NESTED) this.fail(`exceeded max depth of ${MAX_NESTED}`);
    this.#keyAllowed = true;
    this.#indicator(type);
  }

  #fetchFlowEnd(type: TokenType): void {
    this.#removeKey();
    if (this.#flowLevel > 0) {
      this.#flowLevel--;
      // For an empty collection this is the key that its bracket may begin, as in `[]: 1`: go-yaml forgets it here, and so
      // refuses such a key.
      this.#keyOfToken.delete(this.#keys.pop()?.token ?? -1);
    }
    this.#keyAllowed = false;
    this.#indicator(type);
  }

  #fetchEntry(): void {
    if (this.#flowLevel === 0) {
      if (!this.#keyAllowed) this.fail('block sequence entries are not allowed in this context');
      this.#roll(Token.SEQUENCE_START);
    }
    this.#removeKey();
    this.#keyAllowed = true;
    this.#indicator(Token.ENTRY);
  }

  #fetchKey(): void {
    if (this.#flowLevel === 0) {
      if (!this.#keyAllowed) this.fail('mapping keys are not allowed in this context');
      this.#roll(Token.MAPPING_START);
    }
    this.#removeKey();
    this.#keyAllowed = this.#flowLevel === 0;
    this.#indicator(Token.KEY);
  }

  #fetchValue(): void {
    const key = this.#keys.at(-1);
    if (key !== undefined && this.#isValid(key)) {
      this.#insert(key.token, this.#token(Token.KEY, key.at, key.line));
      this.#roll(Token.MAPPING_START, key);
      key.possible = false;
      this.#keyOfToken.delete(key.token);
      this.#keyAllowed = false;
    } else {
      if (this.#flowLevel === 0) {
        if (!this.#keyAllowed) this.fail('mapping values are not allowed in this context');
        this.#roll(Token.MAPPING_START);
      }
      this.#keyAllowed = this.#flowLevel === 0;
    }
    this.#indicator(Token.VALUE);
  }

  #fetchAnchor(type: TokenType): void {
    this.#saveKey();
    this.#keyAllowed = false;
    const token = this.#token(type);
    this.at++;
    token.value = scanAnchorName(this);
    this.#queue.push(token);
  }

  #fetchTag(): void {
    this.#saveKey();
    this.#keyAllowed = false;
    const token = this.#token(Token.TAG);
    ({ handle: token.value, suffix: token.suffix } = scanTag(this));
    this.#queue.push(token);
  }

  #fetchDirective(): void {
    this.#unroll(-1);
    this.#removeKey();
    this.#keyAllowed = false;
    const token = this.#token(Token.VERSION);
    this.at++;
    const directive = scanDirective(this);
    if ('version' in directive) token.value = directive.version;
    else {
      token.type = Token.TAG_DIRECTIVE;
      ({ handle: token.value, suffix: token.suffix } = directive);
    }
    this.#queue.push(token);
  }

  #fetchBlockScalar(): void {
    this.#removeKey();
    this.#keyAllowed = true;
    const token = this.#token(Token.SCALAR);
    token.value = scanBlockScalar(this, this.#indent);
    this.#queue.push(token);
  }

  #fetchQuoted(): void {
    this.#saveKey();
    this.#keyAllowed = false;
    const token = this.#token(Token.SCALAR);
    token.value = scanQuoted(this);
    this.#queue.push(token);
  }

  #fetchPlain(): void {
    this.#saveKey();
    this.#keyAllowed = false;
    const token = this.#token(Token.SCALAR);
    token.plain = true;
    const { value, endsLine } = scanPlain(this, this.#indent + 1, this.#flowLevel > 0);
    token.value = value;
    if (endsLine) this.#keyAllowed = true;
    this.#queue.push(token);
  }
}

const NO_TOKEN = 'found character that cannot start any token';
const NO_COLON = "could not find expected ':'";

function noKey(token: number): SimpleKey {
  return { possible: false, required: false, token, at: 0, line: 0, column: 0 };
}
