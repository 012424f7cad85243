/**
 * Text by characters: lengths and places count Unicode code points, so that no character is ever cut in
 * two. (Go counts bytes.)
 */

/** How many characters a text has. */
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

/** Orders texts by their code points, as Go does; JavaScript's own order puts emoji before `｡`. */
export function compareText(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let index = 0; index < length; index++) {
    const left = a.charCodeAt(index);
    const right = b.charCodeAt(index);
    if (left === right) continue;
    // A surrogate is part of a character beyond all others.
    if (isSurrogate(left) !== isSurrogate(right)) return isSurrogate(left) ? 1 : -1;
    return left - right;
  }
  return a.length - b.length;
}

function isSurrogate(unit: number): boolean {
  return unit >= 0xd800 && unit <= 0xdfff;
}

/** Is this character white space? Unicode's White_Space; JavaScript's `\s` differs in U+0085 and U+FEFF. */
export function isSpace(character: string): boolean {
  return /^\p{White_Space}$/u.test(character);
}
