/** Go's regular expressions (RE2). Loading RE2 takes 6 ms, so this module is imported only where a pattern is used. */
import { RE2JS } from 're2js';
import { withExactNames } from './re2-names.ts';

/**
 * A compiled pattern, the numbers of the groups of each name from left to right, and its number of instructions, of which
 * `a{100}` has 100.
 */
export type Compiled = { regex: RE2JS; groups: ReadonlyMap<string, readonly number[]>; size: number };

/** Compiles a pattern in Go's syntax. @throws an error that says what is wrong with it */
export function compileRe2(pattern: string): Compiled {
  try {
    return compiled(RE2JS.compile(pattern), new Map());
  } catch (error) {
    // RE2JS refuses two things that Go takes: several groups of one name, and other spellings of Unicode classes.
    const own = new Map<string, string>();
    const accepted = withUniqueGroups(withExactNames(pattern), own);
    if (accepted === pattern) throw error;
    try {
      return compiled(RE2JS.compile(accepted), own);
    } catch {
      throw error;
    }
  }
}

function compiled(regex: RE2JS, names: ReadonlyMap<string, string>): Compiled {
  const groups = new Map<string, number[]>();
  for (const [name, group] of Object.entries(regex.namedGroups()).sort(([, a], [, b]) => a - b)) {
    const written = names.get(name) ?? name;
    groups.set(written, [...(groups.get(written) ?? []), group]);
  }
  return { regex, groups, size: regex.programSize() };
}

/** Quoted text, an escape, a class of characters, the start of a group with a name. */
const TOKENS = /\\Q[^]*?(?:\\E|$)|\\[^]|\[\^?\]?(?:\[:\^?\w+:\]|\\[^]|[^\]\\])*\]|\((\?P?<)(\w+)>/g;

/** Renames groups, of which RE2JS does not take several with one name as Go does: the first keeps its name. */
function withUniqueGroups(pattern: string, own: Map<string, string>): string {
  const seen = new Set<string>();
  return pattern.replace(TOKENS, (token: string, start?: string, name?: string) => {
    if (start === undefined || name === undefined) return token;
    if (!seen.has(name)) {
      seen.add(name);
      return token;
    }
    let unique = `${name}_`;
    while (own.has(unique) || pattern.includes(`<${unique}>`)) unique += '_';
    own.set(unique, name);
    return `(${start}${unique}>`;
  });
}
