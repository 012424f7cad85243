/**
 * Functions on texts that count Unicode code points, so that no character is cut in two. Native templates count so; Go
 * templates count bytes.
 */

/** The number of characters of a text. */
export function lengthOf(text: string): number {
  if (!hasPairs(text)) return text.length;
  let length = 0;
  for (const _ of text) length++;
  return length;
}

/** The characters from `start` up to `end`, both counted from 0 and not negative. */
export function cut(text: string, start: number, end?: number): string {
  if (!hasPairs(text)) return text.slice(start, end);
  return Array.from(text).slice(start, end).join('');
}

function hasPairs(text: string): boolean {
  return /[\ud800-\udbff]/.test(text);
}

/** Compares texts by their code points, as Go does. JavaScript compares UTF-16 units, by which emoji come before `｡`. */
export function compareText(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let index = 0; index < length; index++) {
    const left = a.charCodeAt(index);
    const right = b.charCodeAt(index);
    if (left === right) continue;
    // A surrogate is part of a character beyond U+FFFF.
    if (isSurrogate(left) !== isSurrogate(right)) return isSurrogate(left) ? 1 : -1;
    return left - right;
  }
  return a.length - b.length;
}

function isSurrogate(unit: number): boolean {
  return unit >= 0xd800 && unit <= 0xdfff;
}

/** Whether a character is white space by Unicode's property White_Space. JavaScript's `\s` differs in U+0085 and U+FEFF. */
export function isSpace(character: string): boolean {
  return /^\p{White_Space}$/u.test(character);
}
