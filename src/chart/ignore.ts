/**
 * `.helmignore`, with Helm's rules: patterns of Go's `filepath.Match`, the first one that matches decides,
 * and `!` means "ignore whatever does NOT match".
 */
import { PkgError } from '../errors.ts';
import { printable } from '../errors-text.ts';

/** Tells whether a path of a chart (forward slashes, relative to the chart) is ignored. */
export type IgnoreRules = (path: string, isFolder: boolean) => boolean;

/** `negated` and `folderOnly` as in Helm; `matches` gets the whole path. */
type Rule = { negated: boolean; folderOnly: boolean; matches: (path: string) => boolean };

/** Helm's line reader takes no longer lines. */
const LONGEST_LINE = 65_535;

/** Helm never loads hidden files of `templates/`. */
const HIDDEN_TEMPLATES: readonly Rule[] = [rule('templates/.?*')];

/** The rules of a chart without `.helmignore`. */
export const defaultIgnoreRules: IgnoreRules = (path) => isIgnored(HIDDEN_TEMPLATES, path, false);

/**
 * The rules of a `.helmignore`, with Helm's default rule after them.
 *
 * @throws PkgError PKG_CHART_INVALID for `**`, which Helm refuses, and for malformed patterns
 */
export function parseIgnoreRules(text: string, file: string): IgnoreRules {
  const rules: Rule[] = [];
  for (const [index, line] of text
    .replace(/^\ufeff/, '')
    .split('\n')
    .entries()) {
    const pattern = line.trim();
    if (pattern === '' || pattern.startsWith('#')) continue;
    const reason = complaint(pattern);
    if (reason !== undefined) {
      throw new PkgError('PKG_CHART_INVALID', `the pattern '${printable(pattern, 100)}' ${reason}`, {
        at: { file, line: index + 1 },
      });
    }
    rules.push(rule(pattern));
  }
  rules.push(...HIDDEN_TEMPLATES);
  return (path, isFolder) => isIgnored(rules, path, isFolder);
}

function complaint(pattern: string): string | undefined {
  if (pattern.length > LONGEST_LINE) return 'is too long';
  if (pattern.includes('**')) return "has '**', which Helm's .helmignore does not know: name each level";
  const { parts, isMalformed } = parseGlob(pattern);
  // Helm tries each pattern on "abc", and Go sees no fault behind a star that it does not come to.
  const isSeen = parts.length === 0 || matchGlob(parts, 'abc');
  return isMalformed && isSeen ? 'is malformed' : undefined;
}

function rule(pattern: string): Rule {
  const negated = pattern.startsWith('!');
  let rest = negated ? pattern.slice(1) : pattern;
  const folderOnly = rest.endsWith('/');
  if (folderOnly) rest = rest.slice(0, -1);
  const onWholePath = rest.includes('/');
  const glob = parseGlob(rest.startsWith('/') ? rest.slice(1) : rest);
  return {
    negated,
    folderOnly,
    matches: (path) =>
      !glob.isMalformed && matchGlob(glob.parts, onWholePath ? path : path.slice(path.lastIndexOf('/') + 1)),
  };
}

function isIgnored(rules: readonly Rule[], path: string, isFolder: boolean): boolean {
  for (const { negated, folderOnly, matches } of rules) {
    const applies = isFolder || !folderOnly;
    if (negated) {
      if (!applies || !matches(path)) return true;
    } else if (applies && matches(path)) {
      return true;
    }
  }
  return false;
}

/** One element of a pattern: a star, or a test that one character must pass. */
type GlobPart = '*' | ((character: string) => boolean);

/** A pattern. A malformed one matches nothing; its parts are then those up to the last star before the fault. */
type Glob = { parts: GlobPart[]; isMalformed: boolean };

/** Reads a pattern of Go's `filepath.Match` (on Unix). */
function parseGlob(pattern: string): Glob {
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

/** Adds the class that begins at `from` (after its bracket) and gives the place of its closing bracket. */
function parseClass(characters: readonly string[], from: number, parts: GlobPart[]): number | undefined {
  let at = from;
  const negated = characters[at] === '^';
  if (negated) at++;
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
    return ranges.some(([low, high]) => low <= code && code <= high) !== negated;
  });
  return at;
}

/**
 * Does the whole text match? As in Go, a star takes as little as it can and never a slash; only the last
 * one has to be tried again, so the time is bounded by the product of the two lengths.
 */
function matchGlob(parts: readonly GlobPart[], text: string): boolean {
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
