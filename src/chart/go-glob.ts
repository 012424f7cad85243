/** Patterns of Go's `filepath.Match` (on Unix), for `.helmignore` and `template --show-only`. */

/** One element of a pattern: a star, or a test that one character must pass. */
type GlobPart = '*' | ((character: string) => boolean);

/** A pattern. A malformed one matches nothing; `parts` then ends at the last star before the error. */
export type Glob = { parts: GlobPart[]; isMalformed: boolean };

/** Reads a pattern. */
export function parseGlob(pattern: string): Glob {
  const characters = Array.from(pattern);
  const parts: GlobPart[] = [];
  for (let at = 0; at < characters.length; at++) {
    const character = characters[at];
    if (character === '*') {
      parts.push('*');
    } else if (character === '?') {
      parts.push((other) => other !== '/');
    } else if (character === '[') {
      const end = parseClass(characters, at + 1, parts);
      if (end === undefined) return malformed(parts);
      at = end;
    } else {
      const literal = character === '\\' ? characters[++at] : character;
      if (literal === undefined) return malformed(parts);
      parts.push((other) => other === literal);
    }
  }
  return { parts, isMalformed: false };
}

function malformed(parts: readonly GlobPart[]): Glob {
  return { parts: parts.slice(0, parts.lastIndexOf('*') + 1), isMalformed: true };
}

/** Adds the class that begins at `from`, after its bracket. @returns the index of its closing bracket */
function parseClass(characters: readonly string[], from: number, parts: GlobPart[]): number | undefined {
  let at = from;
  const isNegated = characters[at] === '^';
  if (isNegated) at++;
  const ranges: [number, number][] = [];
  const bound = (): number | undefined => {
    let character = characters[at++];
    if (character === '-' || character === ']') return undefined;
    if (character === '\\') character = characters[at++];
    return character?.codePointAt(0);
  };
  while (ranges.length === 0 || characters[at] !== ']') {
    const low = bound();
    let high = low;
    if (characters[at] === '-') {
      at++;
      high = bound();
    }
    if (low === undefined || high === undefined) return undefined;
    ranges.push([low, high]);
  }
  parts.push((character) => {
    const code = character.codePointAt(0) ?? 0;
    return ranges.some(([low, high]) => low <= code && code <= high) !== isNegated;
  });
  return at;
}

/**
 * Does the whole text match? As in Go, a star matches as few characters as possible and never a slash. On a mismatch only
 * the last star is extended, so the time is bounded by the product of the two lengths.
 */
export function matchGlob(parts: readonly GlobPart[], text: string): boolean {
  const characters = Array.from(text);
  let part = 0;
  let at = 0;
  let star = -1;
  let taken = 0;
  while (at < characters.length || part < parts.length) {
    const test = parts[part];
    const character = characters[at];
    if (test === '*') {
      star = part++;
      taken = at;
    } else if (test !== undefined && character !== undefined && test(character)) {
      part++;
      at++;
    } else if (star !== -1 && taken < characters.length && characters[taken] !== '/') {
      part = star + 1;
      at = ++taken;
    } else {
      return false;
    }
  }
  return true;
}
