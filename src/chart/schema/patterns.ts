/** Patterns of a schema. They are run by RE2, as in Helm: its syntax, and time linear in the text. */
import type { Compiled } from '../re2.ts';

/** A pattern that can be looked for in a text. */
export type Pattern = { test(text: string): boolean };

/** Compiles a pattern. @throws for a text that is not in RE2's syntax */
export type PatternEngine = (source: string) => Pattern;

/**
 * May the JSON text of a schema hold patterns? Loading RE2 takes 6 ms, and most schemas hold none. `\u` is the only escape
 * of JSON that can spell a letter (`\u0070attern`), so every text with one may hold patterns.
 */
export function mayHoldPatterns(text: string): boolean {
  return /pattern|regex|\\u/.test(text);
}

/**
 * Makes an engine for one schema. It compiles each pattern once.
 *
 * @param compileRe2 undefined for schemas that hold no patterns: see {@link mayHoldPatterns}
 */
export function patternEngine(compileRe2: ((pattern: string) => Compiled) | undefined): PatternEngine {
  const known = new Map<string, Pattern>();
  return (source) => {
    let pattern = known.get(source);
    if (pattern === undefined) {
      if (compileRe2 === undefined) throw new Error('a schema without the word "pattern" has a pattern');
      const { regex } = compileRe2(source);
      pattern = { test: (text) => regex.matcher(text).find() };
      known.set(source, pattern);
    }
    return pattern;
  };
}
