/** Patterns of a schema, in RE2's syntax and time, as Helm runs them. */
import type { RE2JS } from 're2js';
import { isMap } from '../../yaml/value.ts';
import type { Value } from '../../yaml/value.ts';

/** A pattern that can be looked for in a text. */
export type Pattern = { test(text: string): boolean };

/** Makes a pattern; throws for what is not in RE2's syntax. */
export type PatternEngine = (source: string) => Pattern;

/**
 * The engine for a schema. RE2 takes its time to load, and most patterns are so simple that JavaScript's
 * own are the same and as fast.
 */
export async function patternEngine(schema: Value): Promise<PatternEngine> {
  if (!needsRe2(schema)) return (source) => new RegExp(source, 'u');
  const { RE2JS } = await import('../re2.ts');
  const known = new Map<string, Pattern>();
  return (source) => {
    let pattern = known.get(source);
    if (pattern === undefined) known.set(source, (pattern = linear(RE2JS.compile(source))));
    return pattern;
  };
}

function linear(compiled: RE2JS): Pattern {
  return { test: (text) => compiled.matcher(text).find() };
}

function needsRe2(node: Value): boolean {
  if (Array.isArray(node)) return node.some((item) => needsRe2(item));
  if (!isMap(node)) return false;
  for (const [key, value] of node) {
    if (key === 'pattern' && typeof value === 'string' && !isSimple(value)) return true;
    // Its values are patterns.
    if (key === 'format' && value === 'regex') return true;
    if (key === 'patternProperties' && isMap(value) && ![...value.keys()].every(isSimple)) return true;
    if (needsRe2(value)) return true;
  }
  return false;
}

/** Plain characters and classes, no groups, one repetition at most: the same in JavaScript and RE2, and linear. */
function isSimple(pattern: string): boolean {
  const atom = String.raw`(?:[A-Za-z0-9_%,;=~&!<>#\/:@ -]|\\[.\/]|\[[A-Za-z0-9_%,;=~&!<>#./:@ -]+\])`;
  const whole = new RegExp(String.raw`^\^?${atom}*(?:${atom}[*+?])?${atom}*\$?$`);
  return pattern.length < 200 && whole.test(pattern);
}
