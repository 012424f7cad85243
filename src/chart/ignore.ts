/**
 * `.helmignore`, with Helm's rules: patterns of Go's `filepath.Match`, the first one that matches decides,
 * and `!` means "ignore whatever does NOT match".
 */
import { PkgError } from '../errors.ts';
import { printable } from '../errors-text.ts';
import { matchGlob, parseGlob } from './go-glob.ts';

/** Tells whether a path of a chart (forward slashes, relative to the chart) is ignored. */
export type IgnoreRules = (path: string, isFolder: boolean) => boolean;

/** `negated` and `folderOnly` as in Helm; `matches` gets the whole path. */
type Rule = { negated: boolean; folderOnly: boolean; matches: (path: string) => boolean };

/** Helm's line reader takes no longer lines. */
const MAX_LINE_LENGTH = 65_535;
/** The most patterns: each file of a chart is compared with each of them. */
const MAX_RULES = 1000;

/** Helm never loads hidden files of `templates/`. */
const HIDDEN_TEMPLATES: readonly Rule[] = [rule('templates/.?*')];

/** The rules of a chart without `.helmignore`. */
export const defaultIgnoreRules: IgnoreRules = (path) => isIgnored(HIDDEN_TEMPLATES, path, false);

/**
 * The rules of a `.helmignore`, with Helm's default rule after them.
 *
 * @throws {PkgError} `PKG_CHART_INVALID` for `**`, which Helm refuses, for malformed patterns, and for more than a thousand
 */
export function parseIgnoreRules(text: string, file: string): IgnoreRules {
  const rules: Rule[] = [];
  const withoutMark = text.startsWith('\ufeff') ? text.slice(1) : text;
  for (const [index, line] of withoutMark.split('\n').entries()) {
    const pattern = line.trim();
    if (pattern === '' || pattern.startsWith('#')) continue;
    const reason = complaint(pattern);
    if (reason !== undefined) {
      throw new PkgError('PKG_CHART_INVALID', `the pattern '${printable(pattern, 100)}' ${reason}`, {
        at: { file, line: index + 1 },
      });
    }
    if (rules.length === MAX_RULES) {
      throw new PkgError('PKG_CHART_INVALID', `there are more than ${MAX_RULES} patterns in this file`, {
        at: { file, line: index + 1 },
        hints: ['list folders instead of each file in them'],
      });
    }
    rules.push(rule(pattern));
  }
  rules.push(...HIDDEN_TEMPLATES);
  return (path, isFolder) => isIgnored(rules, path, isFolder);
}

function complaint(pattern: string): string | undefined {
  if (pattern.length > MAX_LINE_LENGTH) return 'is too long';
  if (pattern.includes('**')) return "has '**', which Helm's .helmignore does not know: name each level";
  const { parts, isMalformed } = parseGlob(pattern);
  // Helm looks for malformed patterns by matching "abc". Go stops at the first mismatch, so it misses an error after it.
  const isSeen = parts.length === 0 || matchGlob(parts, 'abc');
  return isMalformed && isSeen ? 'is malformed' : undefined;
}

function rule(pattern: string): Rule {
  const negated = pattern.startsWith('!');
  let rest = negated ? pattern.slice(1) : pattern;
  const folderOnly = rest.endsWith('/');
  if (folderOnly) rest = rest.slice(0, -1);
  const onWholePath = rest.includes('/');
  const matches = matcherOf(rest.startsWith('/') ? rest.slice(1) : rest);
  return {
    negated,
    folderOnly,
    matches: onWholePath ? matches : (path) => matches(path.slice(path.lastIndexOf('/') + 1)),
  };
}

/** Does a path fit a pattern? Most patterns are a name, or `*.ending`: no need to go character by character. */
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

/** Compiling a regular expression would take longer (65 µs, Node 26, 2026-11-29). */
function isPlain(pattern: string): boolean {
  return !pattern.includes('*') && !pattern.includes('?') && !pattern.includes('[') && !pattern.includes('\\');
}

function isIgnored(rules: readonly Rule[], path: string, isFolder: boolean): boolean {
  for (let index = 0; index < rules.length; index++) {
    const { negated, folderOnly, matches } = rules[index] as Rule;
    const applies = isFolder || !folderOnly;
    if (negated) {
      if (!applies || !matches(path)) return true;
    } else if (applies && matches(path)) {
      return true;
    }
  }
  return false;
}
