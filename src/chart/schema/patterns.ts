/** Patterns of a schema, in RE2's syntax and time, as Helm runs them. */
import type { Compiled } from '../re2.ts';

/** A pattern that can be looked for in a text. */
export type Pattern = { test(text: string): boolean };

/** Makes a pattern; throws for what is not in RE2's syntax. */
export type PatternEngine = (source: string) => Pattern;

/**
 * Does the text of a schema, or of one that it refers to, hold patterns? Loading RE2 takes 6 ms, and most schemas hold
 * none. The words may be spelled with escapes (`\u0070attern`), so a text with such an escape may hold patterns.
 */
export function mayHoldPatterns(text: string): boolean {
  return /pattern|regex|\\u/.test(text);
}

/**
 * An engine for one schema, which knows a pattern again.
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
