/** Cases, words and lines of text. The word rules are those of the libraries behind Sprig. */
import { isSpace } from './characters.ts';
import { checkLength } from './limits.ts';
import { count, helper, text } from './parameters.ts';
import type { Helper, HelperContext } from './types.ts';

export const textCases: Record<string, Helper> = {
  title: helper([text('text')], ([text]) => mapWords(text, isTitleGap, (first) => first.toUpperCase())),
  untitle: helper([text('text')], ([text]) => mapWords(text, isSpace, (first) => first.toLowerCase())),
  initials: helper([text('text')], ([text]) => {
    let initials = '';
    mapWords(text, isSpace, (first) => (initials += first));
    return initials;
  }),
  swapcase: helper([text('text')], ([text]) =>
    text.replace(/\p{Lu}|\p{Lt}|\p{Ll}/gu, (letter) =>
      /\p{Ll}/u.test(letter) ? letter.toUpperCase() : letter.toLowerCase(),
    ),
  ),
  snakecase: helper([text('text')], ([text]) => lowerWords(text, '_')),
  kebabcase: helper([text('text')], ([text]) => lowerWords(text, '-')),
  camelcase: helper([text('text')], ([text]) => camelCase(text)),
  wrap: helper([count('width'), text('text')], ([width, text], context) => wrap(Math.max(width, 1), text, context)),
};

/** Changes the first character of each word; `isGap` tells what lies between words. */
function mapWords(text: string, isGap: (character: string) => boolean, change: (first: string) => string): string {
  let result = '';
  let atStart = true;
  for (const character of text) {
    const gap = isGap(character);
    result += atStart && !gap ? change(character) : character;
    atStart = gap;
  }
  return result;
}

/** Between words: ASCII but letters, digits and `_`, and white space (Go's strings.Title). */
function isTitleGap(character: string): boolean {
  return character < '\u0080' ? /[^a-zA-Z0-9_]/.test(character) : isSpace(character);
}

function isConnector(character: string): boolean {
  return character === '-' || character === '_' || isSpace(character);
}

/** `http_server` to `HttpServer`; connectors at the start stay, of several in a row all but one. */
function camelCase(text: string): string {
  const characters = Array.from(text);
  let start = 0;
  while (start < characters.length && isConnector(characters[start] ?? '')) start++;
  let result = characters.slice(0, start).join('');
  let held = (characters[start] ?? '').toUpperCase();
  for (const character of characters.slice(start + 1)) {
    if (isConnector(held) && isConnector(character)) {
      result += held;
      held = character;
    } else if (isConnector(held)) {
      held = character.toUpperCase();
    } else {
      result += held;
      held = character;
    }
  }
  return result + held;
}

type Word = { type: 'number' | 'upper' | 'letters' | 'connector' | 'punctuation' | 'other'; text: string };

/**
 * The words of a text: runs of one type of character, where a capital begins a word (`HTTPServer` is
 * `HTTP` and `Server`).
 */
const WORD =
  /(?<connector>[-_\p{White_Space}]+)|(?<punctuation>(?:(?![-_])\p{P})\p{P}*)|(?<upper>\p{Lu}{2,}(?!\p{Ll})|\p{Lu}+(?=\p{Lu}\p{Ll})|\p{Lu}\p{Ll}*)|(?<letters>\p{Ll}+)|(?<number>\p{N}+)|(?<other>[^-_\p{White_Space}\p{P}\p{Lu}\p{Ll}\p{N}]+)/gu;

function wordsOf(text: string): Word[] {
  return Array.from(text.matchAll(WORD), ({ groups = {}, 0: word }) => {
    const type = Object.keys(groups).find((name) => groups[name] !== undefined);
    return { type: (type ?? 'other') as Word['type'], text: word };
  });
}

/**
 * `HTTPServer` to `http_server`: words in small letters, joined by the connector. A number is a part of
 * the word before it (`bld4_floor`), or of small letters behind it (`http_20x`).
 */
function lowerWords(text: string, connector: string): string {
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
  if (word.type === 'connector') return connector.repeat(Array.from(word.text).length);
  return word.type === 'upper' ? word.text.toLowerCase() : word.text;
}

/** Breaks lines at spaces so that they hold at most `width` characters; a longer word stays whole. */
function wrap(width: number, text: string, context: HelperContext): string {
  checkLength(text.length, context);
  const characters = Array.from(text);
  const lines: string[] = [];
  let start = 0;
  while (characters.length - start > width) {
    if (characters[start] === ' ') {
      start++;
      continue;
    }
    const before = characters.lastIndexOf(' ', start + width);
    const at = before >= start ? before : characters.indexOf(' ', start + width);
    if (at < 0) break;
    lines.push(characters.slice(start, at).join(''));
    start = at + 1;
  }
  return [...lines, characters.slice(start).join('')].join('\n');
}
