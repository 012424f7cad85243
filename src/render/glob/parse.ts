/** Reads globs (gobwas/glob 0.2.3, syntax/lexer/lexer.go and syntax/ast/parser.go). */
import { decodeRune, encodeRune, RUNE_ERROR } from '../../utf8.ts';

/** A part of a glob. `pattern` is a sequence of parts, `anyOf` has one pattern for each alternative of braces. */
export type GlobNode =
  | { kind: 'pattern' | 'anyOf'; children: GlobNode[] }
  | { kind: 'text'; text: string }
  | { kind: 'list'; characters: readonly number[]; not: boolean }
  | { kind: 'range'; low: number; high: number; not: boolean }
  | { kind: 'any' | 'super' | 'single' | 'nothing' };

type Sequence = { kind: 'pattern' | 'anyOf'; children: GlobNode[] };

/** Thrown for a malformed glob, and caught below. */
class Malformed extends Error {}

/** The parts of a glob in UTF-8 with one byte a character; undefined for a malformed one. */
export function parseGlob(pattern: string): GlobNode | undefined {
  try {
    return new Parser(pattern).parse();
  } catch (error) {
    if (error instanceof Malformed) return undefined;
    throw error;
  }
}

/** The end of a pattern. As in Go, a character NUL is taken for it. */
const END = 0;

class Parser {
  readonly #pattern: string;
  #at = 0;
  #lastSize = 0;

  constructor(pattern: string) {
    this.#pattern = pattern;
  }

  parse(): GlobNode {
    const root: Sequence = { kind: 'pattern', children: [] };
    /** The braces that are open, each with the pattern around it. Braces that are not closed end with the pattern. */
    const open: { braces: Sequence; around: Sequence }[] = [];
    let into = root;
    for (let rune = this.#read(); rune !== END; rune = this.#read()) {
      const char = encodeRune(rune);
      const innermost = open.at(-1);
      if (char === '{') {
        const inner: Sequence = { kind: 'pattern', children: [] };
        const braces: Sequence = { kind: 'anyOf', children: [inner] };
        into.children.push(braces);
        open.push({ braces, around: into });
        into = inner;
      } else if (char === ',' && innermost !== undefined) {
        into = { kind: 'pattern', children: [] };
        innermost.braces.children.push(into);
      } else if (char === '}' && innermost !== undefined) {
        into = innermost.around;
        open.pop();
      } else if (char === '[') {
        into.children.push(this.#readSet());
      } else if (char === '?') {
        into.children.push({ kind: 'single' });
      } else if (char === '*') {
        const isDeep = this.#read() === 0x2a;
        if (!isDeep) this.#unread();
        into.children.push({ kind: isDeep ? 'super' : 'any' });
      } else {
        this.#unread();
        const text = this.#readText(innermost === undefined ? '?*[{' : '?*[{},');
        if (text !== '') into.children.push({ kind: 'text', text });
      }
    }
    return root;
  }

  /** Reads a set from behind its bracket: one range, or characters, among which `-` has no special meaning. */
  #readSet(): GlobNode {
    let first = this.#read();
    const not = first === 0x21;
    if (not) first = this.#read();
    if (first === END) throw new Malformed();
    if (this.#peek().rune === 0x2d) {
      this.#read();
      const high = this.#read();
      if (high === END || this.#read() !== 0x5d || high < first) throw new Malformed();
      return { kind: 'range', low: first, high, not };
    }
    this.#unread();
    const text = this.#readText(']');
    if (text === '' || this.#read() !== 0x5d) throw new Malformed();
    const characters: number[] = [];
    for (let at = 0; at < text.length;) {
      const { rune, size } = decodeRune(text, at);
      characters.push(rune);
      at += size;
    }
    return { kind: 'list', characters, not };
  }

  /** Reads up to a character that has a meaning. A backslash at the end matches the empty text. */
  #readText(breakers: string): string {
    let text = '';
    let isEscaped = false;
    for (let rune = this.#read(); rune !== END; rune = this.#read()) {
      const char = encodeRune(rune);
      if (!isEscaped && char === '\\') {
        isEscaped = true;
        continue;
      }
      if (!isEscaped && breakers.includes(char)) {
        this.#unread();
        break;
      }
      isEscaped = false;
      text += char;
    }
    return text;
  }

  #peek(): { rune: number; size: number } {
    if (this.#at === this.#pattern.length) return { rune: END, size: 0 };
    const found = decodeRune(this.#pattern, this.#at);
    if (found.rune === RUNE_ERROR) throw new Malformed();
    return found;
  }

  #read(): number {
    const { rune, size } = this.#peek();
    this.#at += size;
    this.#lastSize = size;
    return rune;
  }

  #unread(): void {
    this.#at -= this.#lastSize;
  }
}
