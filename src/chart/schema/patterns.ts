/** Patterns of a schema, in RE2's syntax and time, as Helm runs them. */
import type { Compiled } from '../re2.ts';
import { isCheap, plainPattern } from '../plain-pattern.ts';

/** A pattern that can be looked for in a text. */
export type Pattern = { test(text: string): boolean };

/** Makes a pattern; throws for what is not in RE2's syntax, and {@link Re2Needed}. */
export type PatternEngine = (source: string) => Pattern;

/** A pattern, or a text for it, is not for JavaScript's own expressions: load RE2 and begin anew. */
export class Re2Needed extends Error {}

let compileRe2: ((pattern: string) => Compiled) | undefined;

/** Loads RE2, which takes its time: most schemas do not need it. */
export async function loadRe2(): Promise<void> {
  compileRe2 ??= (await import('../re2.ts')).compileRe2;
}

/** An engine for one schema, which knows a pattern again. */
export function patternEngine(): PatternEngine {
  const known = new Map<string, Pattern>();
  return (source) => {
    let pattern = known.get(source);
    if (pattern === undefined) known.set(source, (pattern = patternOf(source)));
    return pattern;
  };
}

function patternOf(source: string): Pattern {
  const plain = plainPattern(source);
  if (plain === undefined) return exactPattern(source);
  let exact: Pattern | undefined;
  return {
    test(text) {
      if (!/^[\x00-\x7f]*$/.test(text) || !isCheap(plain, text)) return (exact ??= exactPattern(source)).test(text);
      plain.regex.lastIndex = 0;
      return plain.regex.test(text);
    },
  };
}

function exactPattern(source: string): Pattern {
  if (compileRe2 === undefined) throw new Re2Needed();
  const { regex } = compileRe2(source);
  return { test: (text) => regex.matcher(text).find() };
}
