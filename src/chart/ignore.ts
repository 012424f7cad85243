/** `.helmignore`, with Helm's rules: patterns of Go's `filepath.Match`, and `!` means "ignore whatever does NOT match". */
import { PkgError } from '../errors.ts';
import { printable } from '../errors-text.ts';
import { matchGlob, parseGlob } from './go-glob.ts';

/** Tells whether a path of a chart (forward slashes, relative to the chart) is ignored. */
export type IgnoreRules = (path: string, isFolder: boolean) => boolean;

/** Helm's line reader takes no longer lines. */
const MAX_LINE_LENGTH = 65_535;
/** The most patterns: each file of a chart is compared with each of them. */
const MAX_RULES = 1000;

/** Helm never loads hidden files of `templates/`. */
const HIDDEN_TEMPLATES = 'templates/.?*';

/** The rules of a chart without `.helmignore`. */
export const defaultIgnoreRules: IgnoreRules = rulesOf([HIDDEN_TEMPLATES]);

/**
 * The rules of a `.helmignore`, with Helm's default rule after them.
 *
 * @throws {PkgError} `PKG_CHART_INVALID` for `**`, which Helm refuses, for malformed patterns, and for more than a thousand
 */
export function parseIgnoreRules(text: string, file: string): IgnoreRules {
  const patterns: string[] = [];
  const withoutMark = text.startsWith('\ufeff') ? text.slice(1) : text;
  for (const [index, line] of withoutMark.split('\n').entries()) {
    const pattern = line.trim();
    if (pattern === '' || pattern.startsWith('#')) continue;
    const reason = problemOf(pattern);
    if (reason !== undefined) {
      throw new PkgError('PKG_CHART_INVALID', `the pattern '${printable(pattern, 100)}' ${reason}`, {
        at: { file, line: index + 1 },
        hints: ['write patterns as in a shell: *.bak, secret[0-9]?, docs/'],
      });
    }
    if (patterns.length === MAX_RULES) {
      throw new PkgError('PKG_CHART_INVALID', `there are more than ${MAX_RULES} patterns in this file`, {
        at: { file, line: index + 1 },
        hints: ['list folders instead of each file in them'],
      });
    }
    patterns.push(pattern);
  }
  patterns.push(HIDDEN_TEMPLATES);
  return rulesOf(patterns);
}

function problemOf(pattern: string): string | undefined {
  if (pattern.length > MAX_LINE_LENGTH) return 'is too long';
  if (pattern.includes('**')) return "has '**', which Helm's .helmignore does not know: name each level";
  const { parts, isMalformed } = parseGlob(pattern);
  // Helm looks for malformed patterns by matching "abc". Go stops at the first mismatch, so it misses an error after it.
  const isSeen = parts.length === 0 || matchGlob(parts, 'abc');
  return isMalformed && isSeen ? 'is malformed' : undefined;
}

/**
 * A path is ignored when any of the patterns says so, so their order does not matter. Plain names are looked up in a set:
 * when each pattern was tried on each file, V8 compiled the loop in the background, which took 0.5 ms for a usual chart.
 */
function rulesOf(patterns: readonly string[]): IgnoreRules {
  const names = new Set<string>();
  const folders = new Set<string>();
  const others: IgnoreRules[] = [];
  for (const pattern of patterns) {
    const folderOnly = pattern.endsWith('/');
    const name = folderOnly ? pattern.slice(0, -1) : pattern;
    if (name.startsWith('!') || name.includes('/') || !isPlain(name)) others.push(ruleOf(pattern));
    else (folderOnly ? folders : names).add(name);
  }
  return (path, isFolder) => {
    const name = path.slice(path.lastIndexOf('/') + 1);
    return names.has(name) || (isFolder && folders.has(name)) || others.some((isIgnored) => isIgnored(path, isFolder));
  };
}

/** Helm's rule for a pattern: `!` negates it, `/` at its end is for folders only, any other `/` is for the whole path. */
function ruleOf(pattern: string): IgnoreRules {
  const isNegated = pattern.startsWith('!');
  let rest = isNegated ? pattern.slice(1) : pattern;
  const folderOnly = rest.endsWith('/');
  if (folderOnly) rest = rest.slice(0, -1);
  const onWholePath = rest.includes('/');
  const matches = matcherOf(rest.startsWith('/') ? rest.slice(1) : rest);
  return (path, isFolder) => {
    if (folderOnly && !isFolder) return isNegated;
    return matches(onWholePath ? path : path.slice(path.lastIndexOf('/') + 1)) !== isNegated;
  };
}

/** Does a path fit a pattern? Most patterns are `*.ending`: no need to go character by character. */
function matcherOf(pattern: string): (path: string) => boolean {
  if (isPlain(pattern)) return (path) => path === pattern;
  const ending = pattern.slice(1);
  if (pattern.startsWith('*') && ending !== '' && isPlain(ending) && !ending.includes('/')) {
    return (path) => path.endsWith(ending) && path.lastIndexOf('/', path.length - ending.length - 1) === -1;
  }
  const { parts, isMalformed } = parseGlob(pattern);
  const [start = ''] = /^[^*?[\\]*/.exec(pattern) ?? [];
  return (path) => path.startsWith(start) && !isMalformed && matchGlob(parts, path);
}

/** Has a pattern no special characters? Compiling a regular expression would take longer (65 µs, Node 26, 2026-11-29). */
function isPlain(pattern: string): boolean {
  return !pattern.includes('*') && !pattern.includes('?') && !pattern.includes('[') && !pattern.includes('\\');
}
