/**
 * Globs as Helm's `.Files.Glob` has them: github.com/gobwas/glob 0.2.3 with the separator `/`. `*` and `?` match within
 * a folder, `**` across folders; `[abc]`, `[a-z]`, `[!abc]`, `{a,b*}`, and `\x` for `x`.
 *
 * The compiler and the matchers are those of gobwas/glob, with their faults, because charts depend on what is found:
 * `?.txt` does not match `ä.txt` (it counts bytes where it should count characters), `{*a,b}.txt` does not match
 * `xa.txt`, and some patterns panic.
 */
import { encodeText } from '../../utf8.ts';
import { compileGlob } from './compile.ts';
import { parseGlob } from './parse.ts';

/**
 * Makes a test for file names by a glob.
 *
 * @param pattern in UTF-8 with one byte a character
 * @returns a test for names in the same encoding; it throws a FunctionFailure where Go's matcher panics, and LimitReached
 *   for a pattern with more combinations than the render has steps
 */
export function globMatcher(pattern: string): (name: string) => boolean {
  const tree = parseGlob(pattern);
  // As in Helm, every name matches a malformed pattern.
  if (tree === undefined) return () => true;
  const matcher = compileGlob(tree);
  return (name) => matcher.match(name);
}

/** {@link globMatcher} for a pattern and names in JavaScript's encoding. */
export function textGlobMatcher(pattern: string): (name: string) => boolean {
  const matches = globMatcher(encodeText(pattern));
  return (name) => matches(encodeText(name));
}
