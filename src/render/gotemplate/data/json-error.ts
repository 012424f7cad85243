/** Finds why a text is not JSON, in the words of Go 1.27 (encoding/json/internal/jsonwire, and v2_scanner.go). */
import { decodeRune, isSpace, RUNE_ERROR, splitRunes } from '../../../utf8.ts';
import { quoteRune } from '../../functions/quote.ts';
import { quoteGo } from '../../functions/quote.ts';
import { isPrint } from '../../functions/unicode.ts';

type Context = 'key' | 'value';

/** Go's message for a text that is not JSON; undefined for JSON. */
export function jsonError(bytes: string): string | undefined {
  return new JsonScanner(bytes).run();
}

const END = 'unexpected end of JSON input';

class JsonScanner {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  /** Scans the whole text. */
  run(): string | undefined {
    /** The lists and objects that are open, and whether a key or a value comes next in them. */
    const open: { list: boolean; context: Context }[] = [];
    let expects: 'value' | 'first item' | 'first key' | 'key' | 'after' = 'value';
    for (;;) {
      this.#skipSpace();
      const character = this.#text[this.#at];
      if (character === undefined) return expects === 'after' && open.length === 0 ? undefined : END;
      if (expects === 'after') {
        const within = open.at(-1);
        if (within === undefined) return this.#invalid('after top-level value');
        if (within.list) {
          if (character === ',') expects = 'value';
          else if (character === ']') open.pop();
          else return this.#invalid('after array element');
        } else if (within.context === 'key') {
          if (character !== ':') return this.#invalid('after object key');
          within.context = 'value';
          expects = 'value';
        } else if (character === ',') {
          expects = 'key';
        } else if (character === '}') {
          open.pop();
        } else {
          return this.#invalid('after object key:value pair');
        }
        this.#at++;
        continue;
      }
      if (expects === 'key' || expects === 'first key') {
        if (character === '}' && expects === 'first key') {
          open.pop();
          this.#at++;
          expects = 'after';
          continue;
        }
        if (character !== '"') return this.#invalid('looking for beginning of object key string');
        const within = open.at(-1);
        if (within !== undefined) within.context = 'key';
      } else if (character === ']' && expects === 'first item') {
        open.pop();
        this.#at++;
        expects = 'after';
        continue;
      }
      if (character === '{' || character === '[') {
        open.push({ list: character === '[', context: 'key' });
        if (open.length > 10_000) return 'exceeded max depth';
        this.#at++;
        expects = character === '[' ? 'first item' : 'first key';
        continue;
      }
      const error = this.#scalar(character);
      if (error !== undefined) return error;
      expects = 'after';
    }
  }

  #skipSpace(): void {
    while (' \t\r\n'.includes(this.#text[this.#at] ?? 'x')) this.#at++;
  }

  /** The message for the current character. */
  #invalid(context: string): string {
    if (this.#at >= this.#text.length) return END;
    const { rune, size } = decodeRune(this.#text, this.#at);
    const isBroken = rune === RUNE_ERROR && size === 1;
    const shown = isBroken ? `'\\x${this.#text.charCodeAt(this.#at).toString(16)}'` : quoteRune(rune);
    return `invalid character ${shown} ${context}`;
  }

  #scalar(first: string): string | undefined {
    if (first === '"') return this.#string();
    if (first === '-' || (first >= '0' && first <= '9')) return this.#number();
    for (const word of ['true', 'false', 'null']) if (word.startsWith(first)) return this.#word(word);
    return this.#invalid('looking for beginning of value');
  }

  #word(word: string): string | undefined {
    for (let index = 0; index < word.length; index++, this.#at++) {
      if (this.#text[this.#at] === word[index]) continue;
      return this.#invalid(`in literal ${word} (expecting ${quoteRune(word.charCodeAt(index))})`);
    }
    return undefined;
  }

  #string(): string | undefined {
    this.#at++;
    for (;;) {
      const character = this.#text[this.#at];
      if (character === undefined) return END;
      if (character < ' ') return this.#invalid('in string');
      this.#at++;
      if (character === '"') return undefined;
      if (character !== '\\') continue;
      const escape = this.#text[this.#at];
      if (escape === undefined) return END;
      if (escape === 'u') {
        const digits = this.#text.slice(this.#at + 1, this.#at + 5);
        if (!/^[0-9a-fA-F]*$/.test(digits)) return invalidEscape(`\\u${digits}`);
        if (digits.length < 4) return END;
        this.#at += 4;
      } else if (!'bfnrt\\/"'.includes(escape)) {
        return invalidEscape(`\\${escape}`);
      }
      this.#at++;
    }
  }

  #number(): string | undefined {
    if (this.#text[this.#at] === '-') {
      this.#at++;
      if (!this.#isDigit()) return this.#invalid('in numeric literal');
    }
    if (this.#text[this.#at] === '0') this.#at++;
    else this.#skipDigits();
    if (this.#text[this.#at] === '.') {
      this.#at++;
      if (!this.#isDigit()) return this.#invalid('in numeric literal');
      this.#skipDigits();
    }
    if (this.#text[this.#at] === 'e' || this.#text[this.#at] === 'E') {
      this.#at++;
      if (this.#text[this.#at] === '+' || this.#text[this.#at] === '-') this.#at++;
      if (!this.#isDigit()) return this.#invalid('in numeric literal');
      this.#skipDigits();
    }
    return undefined;
  }

  #isDigit(): boolean {
    return /^[0-9]$/.test(this.#text[this.#at] ?? '');
  }

  #skipDigits(): void {
    while (this.#isDigit()) this.#at++;
  }
}

function invalidEscape(bytes: string): string {
  const isPlain = splitRunes(bytes).every((character) => {
    const { rune } = decodeRune(character, 0);
    return character !== '`' && rune !== RUNE_ERROR && !isSpace(rune) && isPrint(rune);
  });
  return `invalid escape sequence ${isPlain ? `\`${bytes}\`` : quoteGo(bytes)} in string`;
}
