/** Words and lines of texts, as the libraries that Sprig uses treat them (goutils, xstrings). */
import { cut, isSpace, lengthOf } from './characters.ts';
import { lowerOf, titleOf, upperOf } from './letters.ts';
import { chargeCharacters, checkLength } from './limits.ts';

/** `title`: the first letter of each word in title case. */
export function titleWords(text: string): string {
  return mapWords(text, isTitleGap, titleOf);
}

/** `untitle`: the first letter of each word in lower case. */
export function untitleWords(text: string): string {
  return mapWords(text, isSpace, lowerOf);
}

/** `initials`: the first character of each word. */
export function initialsOf(text: string): string {
  let initials = '';
  mapWords(text, isSpace, (first) => (initials += first));
  return initials;
}

/** `swapcase`: upper case becomes lower case and the reverse; at the start of a word title case. */
export function swapCase(text: string): string {
  chargeCharacters(text);
  let result = '';
  let afterSpace = true;
  for (const letter of text) {
    if (/\p{Ll}/u.test(letter)) {
      result += afterSpace ? titleOf(letter) : upperOf(letter);
      afterSpace = false;
    } else if (/\p{Lu}|\p{Lt}/u.test(letter)) {
      result += lowerOf(letter);
      afterSpace = false;
    } else {
      result += letter;
      afterSpace = isSpace(letter);
    }
  }
  return result;
}

/** Changes the first character of each word. @param isGap whether a character separates words */
function mapWords(text: string, isGap: (character: string) => boolean, change: (first: string) => string): string {
  chargeCharacters(text);
  let result = '';
  let atStart = true;
  for (const character of text) {
    const gap = isGap(character);
    result += atStart && !gap ? change(character) : character;
    atStart = gap;
  }
  return result;
}

/** What separates words for Go's `strings.Title`: ASCII but letters, digits and `_`, and white space. */
function isTitleGap(character: string): boolean {
  return character < '\u0080' ? /[^a-zA-Z0-9_]/.test(character) : isSpace(character);
}

function isConnector(character: string): boolean {
  return character === '-' || character === '_' || isSpace(character);
}

/**
 * `camelcase`: `http_server` becomes `HttpServer`, and `HTTPServer` becomes `Httpserver`. Connectors at the start stay,
 * and of several in a row all but one.
 */
export function camelCase(text: string): string {
  chargeCharacters(text);
  const characters = Array.from(text);
  const start = characters.findIndex((character) => !isConnector(character));
  // As xstrings: to a text of connectors alone one more is added.
  if (start < 0) return text + (characters.at(-1) ?? '');
  const first = characters[start] ?? '';
  let result = characters.slice(0, start).join('');
  let inCapitals = isCapital(first);
  let held = upperOf(first);
  for (const character of characters.slice(start + 1)) {
    if (!isConnector(held)) {
      // Of the capitals at the start of a word only the first stays upper case.
      inCapitals &&= isCapital(character);
      result += held;
      held = inCapitals ? lowerOf(character) : character;
    } else if (isConnector(character)) {
      result += held;
      held = character;
    } else {
      inCapitals = isCapital(character);
      held = upperOf(character);
    }
  }
  return result + held;
}

function isCapital(character: string): boolean {
  return /^\p{Lu}$/u.test(character);
}

type Word = { type: 'number' | 'upper' | 'letters' | 'connector' | 'punctuation' | 'other'; text: string };

/** A letter but a capital. Chinese characters are not letters to xstrings. */
const SMALL = String.raw`[[\p{L}--\p{Lu}]--[\u3400-\u4d85\u4e00-\u9fcc\u{20000}-\u{2b81d}]]`;

const CAPITAL = String.raw`\p{Lu}`;

/**
 * U+FFFD, or a byte that is not UTF-8, which `decodeLossless` makes a lone surrogate. To xstrings it belongs to the
 * character behind it, or at the end of the text to the word before.
 */
const BROKEN = String.raw`[\ufffd\udc80-\udcff]`;

/** A pattern for a character with what is not UTF-8 before it. */
function one(character: string): string {
  return `${BROKEN}*${character}`;
}

/** A pattern for a run of such characters. */
function run(character: string, times = '+'): string {
  return `(?:${one(character)})${times}(?:${BROKEN}+$)?`;
}

/** A pattern for the words of a text: runs of one type of character. A capital begins a word: `HTTP` and `Server`. */
function wordPattern(): RegExp {
  return new RegExp(
    [
      `(?<connector>${run(String.raw`[\-_\p{White_Space}]`)})`,
      `(?<punctuation>${one(String.raw`[\p{P}--[\-_]]`)}(?:${run(String.raw`\p{P}`)})?)`,
      `(?<upper>${run(CAPITAL, '{2,}')}(?!${one(SMALL)})|${run(CAPITAL)}(?=${one(CAPITAL)}${one(SMALL)})|${one(CAPITAL)}${run(SMALL, '*')})`,
      `(?<letters>${run(SMALL)})`,
      `(?<number>${run(String.raw`\p{N}`)})`,
      `(?<other>${run(String.raw`(?:(?![\-_\p{White_Space}\p{P}\p{Lu}\p{N}]|${SMALL}|${BROKEN}).)`)}|${BROKEN}+)`,
    ].join('|'),
    'gsv',
  );
}

// Made on first use: compiling a pattern with Unicode classes takes 0.1 ms and more (Node 26).
let word: RegExp | undefined;

function wordsOf(text: string): Word[] {
  chargeCharacters(text);
  return Array.from(text.matchAll((word ??= wordPattern())), ({ groups = {}, 0: found }) => {
    const type = Object.keys(groups).find((name) => groups[name] !== undefined);
    return { type: (type ?? 'other') as Word['type'], text: found };
  });
}

/**
 * `snakecase` and `kebabcase`: words in lower case, joined by the connector; `HTTPServer` becomes `http_server`. A
 * number belongs to the word before it (`bld4_floor`), or to lower case letters behind it (`http_20x`).
 */
export function lowerWords(text: string, connector: '_' | '-'): string {
  const words = wordsOf(text);
  let result = '';
  let at = 0;
  const take = (): void => {
    const word = words[at++];
    if (word !== undefined) result += lowerWord(word, connector);
  };
  const takeNumberTail = (): void => {
    while (words[at]?.type === 'letters' || words[at]?.type === 'number') take();
    connect();
  };
  const connect = (): void => {
    const next = words[at]?.type;
    if (next !== undefined && next !== 'connector' && next !== 'punctuation') result += connector;
  };
  while (at < words.length) {
    const type = words[at]?.type;
    take();
    if (type === 'connector' || type === 'punctuation') continue;
    if (type === 'number') {
      takeNumberTail();
    } else if (words[at]?.type !== 'number') {
      connect();
    } else if (at < words.length - 1) {
      if (words[at + 1]?.type === 'letters') {
        result += connector;
        take();
        takeNumberTail();
      } else {
        take();
        connect();
      }
    }
  }
  return result;
}

function lowerWord(word: Word, connector: string): string {
  if (word.type !== 'upper' && word.type !== 'connector') return word.text;
  const text = word.text.replace(/[\udc80-\udcff]/gu, '\ufffd');
  // A letter of title case (`ǅ`) does not change: to Go it is not upper case.
  return word.type === 'upper' ? text.replace(/\p{Lu}/gu, lowerOf) : text.replace(/[^\ufffd]/gu, connector);
}

/** What separates the lines, and whether words that are longer than a line are cut. */
export type WrapOptions = { newline?: string; cutWords?: boolean };

/** `wrap` and `wrapWith`: breaks a text at spaces into lines of at most `width` characters. */
export function wrapLines(width: number, text: string, options: WrapOptions = {}): string {
  const { newline = '\n', cutWords = false } = options;
  chargeCharacters(text);
  const limit = Math.max(width, 1);
  const characters = Array.from(text);
  checkLength(text.length + Math.ceil(characters.length / limit) * newline.length);
  const lines: string[] = [];
  let start = 0;
  while (characters.length - start > limit) {
    if (characters[start] === ' ') {
      start++;
      continue;
    }
    const space = lastSpace(characters, start, start + limit);
    const at = space ?? (cutWords ? start + limit : characters.indexOf(' ', start + limit));
    if (at < 0) break;
    lines.push(characters.slice(start, at).join(''));
    start = space === undefined && cutWords ? at : at + 1;
  }
  return [...lines, characters.slice(start).join('')].join(newline);
}

/**
 * The index of the last space between `start` and `end`. `lastIndexOf` would search to the start of the text: O(n²) for
 * all lines.
 */
function lastSpace(characters: readonly string[], start: number, end: number): number | undefined {
  for (let at = end; at >= start; at--) if (characters[at] === ' ') return at;
  return undefined;
}

/** `abbrev`: a text cut to `width` characters, with an ellipsis at its end. */
export function abbreviate(width: number, text: string): string {
  return width < 4 || lengthOf(text) <= width ? text : `${cut(text, 0, width - 3)}...`;
}

/** `abbrevboth`: `width` characters of a text from about `offset` on, with an ellipsis at both ends. */
export function abbreviateBoth(offset: number, width: number, text: string): string {
  const length = lengthOf(text);
  if (width < 4 || (offset > 0 && width < 7) || length <= width) return text;
  const start = Math.min(offset, length - (width - 3));
  if (start <= 4) return abbreviate(width, text);
  if (start + width - 3 < length) return `...${abbreviate(width - 3, cut(text, start))}`;
  return `...${cut(text, length - (width - 3))}`;
}
