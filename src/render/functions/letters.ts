/**
 * Upper, lower and title case of single characters, as in Go's package unicode. JavaScript converts texts: it makes two
 * letters of `ß`, which stays `ß` in Go, and the result for a letter may depend on those around it.
 */

/** A text in upper case. */
export function upperCase(text: string): string {
  return isAscii(text) ? text.toUpperCase() : mapCharacters(text, upperOf);
}

/** A text in lower case. */
export function lowerCase(text: string): string {
  return isAscii(text) ? text.toLowerCase() : mapCharacters(text, lowerOf);
}

/** A character in upper case. */
export function upperOf(character: string): string {
  const upper = character.toUpperCase();
  return isOne(upper) ? upper : (simpleUpperOf(character) ?? character);
}

/** A character in lower case. */
export function lowerOf(character: string): string {
  const lower = character.toLowerCase();
  // Only `İ` becomes two characters.
  return isOne(lower) ? lower : lower.slice(0, 1);
}

/** A character in title case, as it begins a word: `ǆ` becomes `ǅ`, and Georgian letters do not change. */
export function titleOf(character: string): string {
  if (/[\u10d0-\u10fa\u10fd-\u10ff]/.test(character)) return character;
  const upper = upperOf(character);
  return TITLE_LETTERS.get(upper) ?? upper;
}

const TITLE_LETTERS: ReadonlyMap<string, string> = new Map([
  ['Ǆ', 'ǅ'],
  ['Ǉ', 'ǈ'],
  ['Ǌ', 'ǋ'],
  ['Ǳ', 'ǲ'],
]);

/**
 * The upper case of a Greek letter with iota subscript (`ᾳ`): Unicode has it 8 or 9 code points on, and JavaScript
 * makes two letters of it. Undefined for any other letter.
 */
function simpleUpperOf(character: string): string | undefined {
  const code = character.codePointAt(0) ?? 0;
  return [code + 8, code + 9]
    .map((upper) => String.fromCodePoint(upper))
    .find((one) => one.toLowerCase() === character);
}

function mapCharacters(text: string, map: (character: string) => string): string {
  let result = '';
  for (const character of text) result += map(character);
  return result;
}

function isOne(text: string): boolean {
  return text.length === 1 || (text.length === 2 && (text.codePointAt(0) ?? 0) > 0xffff);
}

function isAscii(text: string): boolean {
  return /^[\0-\x7f]*$/.test(text);
}
