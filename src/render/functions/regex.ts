/** Regular expressions in Go's dialect, by re2js. The time of a search is linear in the length of the text, for any pattern. */
import { compileRe2 } from '../../chart/re2.ts';
import type { Compiled } from '../../chart/re2.ts';
import { printable } from '../../errors-text.ts';
import { encodeText } from '../../utf8.ts';
import { FunctionFailure, shown } from './failure.ts';
import { charge, chargeCharacters, checkCount, checkLength, LimitReached } from './limits.ts';

/** What a text is: characters, or UTF-8 with one byte a character. Patterns are always characters. */
export type Encoding = 'text' | 'bytes';

/** Whether a pattern matches in a text. @throws {FunctionFailure} for an invalid pattern, as all functions here */
export function matchesPattern(pattern: string, text: string, encoding: Encoding = 'text'): boolean {
  return searchable(pattern, text).regex.matcher(subject(text, encoding)).find();
}

/** The first match; empty where there is none. */
export function findFirst(pattern: string, text: string, encoding: Encoding = 'text'): string {
  return findAll(pattern, text, 1, encoding)[0] ?? '';
}

/** The first `count` matches, or all where it is negative. */
export function findAll(pattern: string, text: string, count: number, encoding: Encoding = 'text'): string[] {
  return matches(pattern, text, count, encoding).map((match) => text.slice(match.start, match.end));
}

/** Replaces all matches. In the template `$1`, `$name` and `${name}` are what a group matched, and `$$` is a dollar sign. */
export function replaceTemplate(pattern: string, text: string, template: string, encoding: Encoding = 'text'): string {
  return replaceAll(pattern, text, templateParts(template, encoding), encoding);
}

/** Replaces all matches by a text, in which a dollar sign means nothing. */
export function replaceLiteral(
  pattern: string,
  text: string,
  replacement: string,
  encoding: Encoding = 'text',
): string {
  return replaceAll(pattern, text, [replacement], encoding);
}

/** Splits a text at matches, as `Regexp.Split` of Go: into at most `count` parts, or all where it is negative. */
export function splitPattern(pattern: string, text: string, count: number, encoding: Encoding = 'text'): string[] {
  compile(pattern);
  if (count === 0) return [];
  if (pattern !== '' && text === '') return [''];
  const parts: string[] = [];
  let begin = 0;
  let end = 0;
  for (const match of matches(pattern, text, count, encoding)) {
    if (count > 0 && parts.length === count - 1) break;
    end = match.start;
    // An empty match at the start splits nothing off.
    if (match.end !== 0) parts.push(text.slice(begin, end));
    begin = match.end;
  }
  if (end !== text.length) parts.push(text.slice(begin));
  return parts;
}

/** A pattern that matches exactly this text (`regexp.QuoteMeta`). */
export function quotePattern(text: string): string {
  chargeCharacters(text);
  return text.replace(/[\\.+*?()|[\]{}^$]/g, '\\$&');
}

/** The steps of compiling a character of a pattern, and an instruction of its program: up to 50 µs each. */
const COMPILING = 500;

/** Compiled patterns: loops use the same one many times. */
const compiled: Map<string, Compiled> = new Map();
const MAX_COMPILED = 100;

/**
 * Compiles a pattern, and charges for a search of a text: for each character RE2 goes through the whole program, and copies
 * what the groups matched.
 */
function searchable(pattern: string, text: string): Compiled {
  const made = compile(pattern);
  charge(((text.length * made.size) / 8) * (1 + made.regex.groupCount() / 8));
  return made;
}

function compile(pattern: string): Compiled {
  const known = compiled.get(pattern);
  if (known !== undefined) return known;
  let made: Compiled;
  try {
    charge(pattern.length * (COMPILING + pattern.length / 100));
    made = compileRe2(pattern);
    charge(made.size * COMPILING);
  } catch (error) {
    if (error instanceof LimitReached) throw error;
    const reason = error instanceof Error ? error.message.replace(/^error parsing regexp: /, '') : '';
    throw new FunctionFailure(`cannot read the pattern ${shown(pattern)}: ${printable(reason, 80)}`);
  }
  if (compiled.size >= MAX_COMPILED) compiled.clear();
  compiled.set(pattern, made);
  return made;
}

const NOT_ASCII = /[^\x00-\x7f]/;

function subject(text: string, encoding: Encoding): string | Uint8Array {
  return encoding === 'bytes' && NOT_ASCII.test(text) ? Buffer.from(text, 'latin1') : text;
}

/** The number of a group. One with leading zeros is the name of a group. */
const NUMBER = /^(?:0|[1-9]\d*)$/;

/** The range of a match, and what its groups matched; empty for a group that took no part. */
type RegexMatch = { start: number; end: number; group: (name: string) => string };

/** The steps of a match: it is made of several objects. */
const MATCH = 30;

/** One search takes linear time, but finding all matches may take quadratic time (`a.*b|a`). It is stopped after this. */
const MAX_SEARCH_MS = 5_000;

/** The first `count` matches, or all where it is negative. As in Go, an empty match directly behind another is none. */
function matches(pattern: string, text: string, count: number, encoding: Encoding): RegexMatch[] {
  if (count === 0) {
    compile(pattern);
    return [];
  }
  const { regex, groups: named } = searchable(pattern, text);
  const matcher = regex.matcher(subject(text, encoding));
  const found: RegexMatch[] = [];
  const started = Date.now();
  let previousEnd = -1;
  while ((count < 0 || found.length < count) && matcher.find()) {
    const [start, end] = [matcher.start(), matcher.end()];
    if (start === end && start === previousEnd) continue;
    previousEnd = end;
    const groups = Array.from({ length: matcher.groupCount() + 1 }, (_, group) => {
      const from = matcher.start(group);
      return from < 0 ? undefined : text.slice(from, matcher.end(group));
    });
    const group = (name: string): string => {
      const candidates = NUMBER.test(name) ? [Number(name)] : (named.get(name) ?? []);
      // Of several groups with one name the first that matched counts.
      return candidates.map((index) => groups[index]).find((caught) => caught !== undefined) ?? '';
    };
    found.push({ start, end, group });
    checkCount(found.length);
    charge(MATCH + groups.length);
    if (Date.now() - started > MAX_SEARCH_MS) {
      throw new FunctionFailure(`takes too long to find all matches of ${shown(pattern)}`);
    }
  }
  return found;
}

/** A part of a replacement: a text, or the name or number of a group. */
type ReplacementPart = string | { group: string };

function templateParts(template: string, encoding: Encoding): ReplacementPart[] {
  if (!template.includes('$')) return [template];
  if (!NOT_ASCII.test(template)) return splitTemplate(template, ASCII_NAMES);
  if (encoding === 'text') return splitTemplate(template, namePattern());
  const bytes = Buffer.from(template, 'latin1');
  const text = bytes.toString('utf8');
  if (!Buffer.from(text).equals(bytes)) return splitTemplate(template, ASCII_NAMES);
  return splitTemplate(text, namePattern()).map((part) => (typeof part === 'string' ? encodeText(part) : part));
}

// Made on first use: compiling a pattern with Unicode classes takes 0.1 ms and more (Node 26).
let names: RegExp | undefined;

function namePattern(): RegExp {
  return (names ??= /(\$\$|\$\{[\p{L}\p{Nd}_]+\}|\$[\p{L}\p{Nd}_]+)/u);
}

const ASCII_NAMES = /(\$\$|\$\{\w+\}|\$\w+)/;

/** Splits a template at what `names` matches. */
function splitTemplate(template: string, names: RegExp): ReplacementPart[] {
  return template.split(names).map((part, index) => {
    if (index % 2 === 0) return part;
    return part === '$$' ? '$' : { group: part.replace(/^\$\{?|\}$/g, '') };
  });
}

function replaceAll(
  pattern: string,
  text: string,
  replacement: readonly ReplacementPart[],
  encoding: Encoding,
): string {
  const parts: string[] = [];
  let length = 0;
  let end = 0;
  const add = (part: string): void => {
    length += part.length;
    checkLength(length);
    parts.push(part);
  };
  for (const match of matches(pattern, text, -1, encoding)) {
    add(text.slice(end, match.start));
    for (const part of replacement) add(typeof part === 'string' ? part : match.group(part.group));
    end = match.end;
  }
  add(text.slice(end));
  return parts.join('');
}
