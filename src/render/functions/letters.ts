/**
 * Upper, lower and title case one character at a time, as Go's package unicode has it: `ß` stays as it is,
 * where JavaScript makes two letters of it, and no letter depends on its neighbours.
 */

/** All letters as capitals. */
export function upperCase(text: string): string {
  return isAscii(text) ? text.toUpperCase() : mapCharacters(text, upperOf);
}

/** All letters as small ones. */
export function lowerCase(text: string): string {
  return isAscii(text) ? text.toLowerCase() : mapCharacters(text, lowerOf);
}

/** One character as a capital. */
export function upperOf(character: string): string {
  const upper = character.toUpperCase();
  return isOne(upper) ? upper : (simpleUpperOf(character) ?? character);
}

/** One character as a small letter. */
export function lowerOf(character: string): string {
  const lower = character.toLowerCase();
  // `İ` is the one letter that becomes two.
  return isOne(lower) ? lower : lower.slice(0, 1);
}

/** One character as it begins a word: the Croatian `ǆ` becomes `ǅ`, Georgian letters stay as they are. */
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

/** Greek letters with an iota below have a capital of their own some places on; JavaScript writes it as two. */
function simpleUpperOf(character: string): string | undefined {
  const code = character.codePointAt(0) ?? 0;
  return [code + 8, code + 9]
    .map((place) => String.fromCodePoint(place))
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
