/**
 * The matchers of globs (gobwas/glob 0.2.3, match/*.go). Texts have UTF-8 with one byte a character. A matcher matches a
 * whole text, or finds the first place in a text where it matches, with the lengths in bytes that it matches there. As in
 * Go, lengths of characters are taken for those of bytes in `row` and `tree`.
 */
import { decodeRune, RUNE_ERROR, runeCount } from '../../utf8.ts';
import { FunctionFailure } from '../functions/failure.ts';
import { charge } from '../functions/limits.ts';

/** Where a matcher matches first, and how many bytes it can match there, ascending. */
type Place = { at: number; sizes: readonly number[] };

type Behaviour = {
  /** The number of characters that it matches; -1 if that is not always the same. */
  length: number;
  match: (name: string) => boolean;
  find: (name: string) => Place | undefined;
};

/** A compiled part of a glob; `kind` and what it is made of are for the compiler. */
export type Matcher = Behaviour &
  (
    | { kind: 'any' | 'super' | 'single' | 'range' | 'nothing' | 'other' }
    | { kind: 'list'; characters: readonly number[]; not: boolean }
    | { kind: 'text'; text: string }
    | { kind: 'prefix'; prefix: string }
    | { kind: 'suffix'; suffix: string }
    | { kind: 'anyOf'; matchers: readonly Matcher[] }
    | { kind: 'tree'; value: Matcher; left: Matcher | undefined; right: Matcher | undefined }
  );

/** The one separator, in Helm. */
const SEPARATOR = '/';

/** The characters of a text, each with its place. */
function* runesOf(name: string): Generator<{ at: number; rune: number; size: number }> {
  for (let at = 0; at < name.length;) {
    const { rune, size } = decodeRune(name, at);
    yield { at, rune, size };
    at += size;
  }
}

/** Go's `utf8.RuneLen`: 3 for the character that stands for a byte that is not UTF-8. */
function runeLength({ rune, size }: { rune: number; size: number }): number {
  return rune === RUNE_ERROR ? 3 : size;
}

/** The places where the characters of a text begin, and its end. */
function starts(name: string): number[] {
  return [...Array.from(runesOf(name), ({ at }) => at), name.length];
}

/** The places where the characters of a text end. */
function ends(name: string): number[] {
  return Array.from(runesOf(name), (character) => character.at + runeLength(character));
}

/** The empty text. */
export function nothing(): Matcher {
  return { kind: 'nothing', length: 0, match: (name) => name === '', find: () => ({ at: 0, sizes: [0] }) };
}

/** `*` */
export function any(): Matcher {
  return {
    kind: 'any',
    length: -1,
    match: (name) => !name.includes(SEPARATOR),
    find: (name) => ({ at: 0, sizes: starts(beforeSeparator(name)) }),
  };
}

function beforeSeparator(name: string): string {
  const at = name.indexOf(SEPARATOR);
  return at === -1 ? name : name.slice(0, at);
}

/** `**` */
export function superAny(): Matcher {
  return { kind: 'super', length: -1, match: () => true, find: (name) => ({ at: 0, sizes: starts(name) }) };
}

/** One character. As in Go, the empty text counts as U+FFFD. */
function oneOf(has: (rune: number) => boolean): Behaviour {
  return {
    length: 1,
    match(name) {
      const { rune, size } = name === '' ? { rune: RUNE_ERROR, size: 0 } : decodeRune(name, 0);
      return name.length <= size && has(rune);
    },
    find(name) {
      for (const character of runesOf(name)) {
        if (has(character.rune)) return { at: character.at, sizes: [runeLength(character)] };
      }
      return undefined;
    },
  };
}

/** `?` */
export function single(): Matcher {
  return { kind: 'single', ...oneOf((rune) => rune !== SEPARATOR.charCodeAt(0)) };
}

/** `[abc]` and `[!abc]` */
export function list(characters: readonly number[], not: boolean): Matcher {
  return { kind: 'list', characters, not, ...oneOf((rune) => characters.includes(rune) !== not) };
}

/** `[a-z]` and `[!a-z]` */
export function range(low: number, high: number, not: boolean): Matcher {
  return { kind: 'range', ...oneOf((rune) => (rune >= low && rune <= high) !== not) };
}

/** A text. */
export function text(of: string): Matcher {
  return {
    kind: 'text',
    text: of,
    length: runeCount(of),
    match: (name) => name === of,
    find(name) {
      const at = name.indexOf(of);
      return at === -1 ? undefined : { at, sizes: [of.length] };
    },
  };
}

/** `**` with a text before it. */
export function prefix(of: string): Matcher {
  return {
    kind: 'prefix',
    prefix: of,
    length: -1,
    match: (name) => name.startsWith(of),
    find: (name) => afterPrefix(name, of, (rest) => rest),
  };
}

/** `*` with a text before it. */
export function prefixAny(of: string): Matcher {
  return {
    kind: 'other',
    length: -1,
    match: (name) => name.startsWith(of) && !name.includes(SEPARATOR, of.length),
    find: (name) => afterPrefix(name, of, beforeSeparator),
  };
}

function afterPrefix(name: string, of: string, cut: (rest: string) => string): Place | undefined {
  const at = name.indexOf(of);
  if (at === -1) return undefined;
  return { at, sizes: [of.length, ...ends(cut(name.slice(at + of.length))).map((end) => of.length + end)] };
}

/** `**` with a text behind it. */
export function suffix(of: string): Matcher {
  return {
    kind: 'suffix',
    suffix: of,
    length: -1,
    match: (name) => name.endsWith(of),
    find(name) {
      const at = name.indexOf(of);
      return at === -1 ? undefined : { at: 0, sizes: [at + of.length] };
    },
  };
}

/** `*` with a text behind it. */
export function suffixAny(of: string): Matcher {
  return {
    kind: 'other',
    length: -1,
    match: (name) => name.endsWith(of) && !name.slice(0, name.length - of.length).includes(SEPARATOR),
    find(name) {
      const end = name.indexOf(of);
      if (end === -1) return undefined;
      const at = name.slice(0, end).lastIndexOf(SEPARATOR) + 1;
      return { at, sizes: [end + of.length - at] };
    },
  };
}

/** `**` between two texts, which may overlap: between `conf/` and `/x.yaml` it matches conf/x.yaml too. */
export function prefixSuffix(before: string, behind: string): Matcher {
  return {
    kind: 'other',
    length: -1,
    match: (name) => name.startsWith(before) && name.endsWith(behind),
    find(name) {
      const at = name.indexOf(before);
      if (at === -1) return undefined;
      const sizes: number[] = [];
      for (let rest = name.slice(at); ;) {
        const last = rest.lastIndexOf(behind);
        if (last === -1) break;
        sizes.unshift(last + behind.length);
        rest = rest.slice(0, last);
      }
      return sizes.length === 0 ? undefined : { at, sizes };
    },
  };
}

/** Texts with another one in them, or without it. */
export function contains(needle: string, not: boolean): Matcher {
  return {
    kind: 'other',
    length: -1,
    match: (name) => name.includes(needle) !== not,
    find(name) {
      const found = name.indexOf(needle);
      if (not) return { at: 0, sizes: starts(found === -1 ? name : name.slice(0, found)) };
      if (found === -1) return undefined;
      const from = found + needle.length;
      return { at: 0, sizes: starts(name.slice(from)).map((size) => from + size) };
    },
  };
}

/** At least so many characters; one or more. */
export function min(limit: number): Matcher {
  return {
    kind: 'other',
    length: -1,
    match: (name) => runeCount(name) >= limit,
    find(name) {
      const sizes = name.length < limit ? [] : ends(name).slice(limit - 1);
      return sizes.length === 0 ? undefined : { at: 0, sizes };
    },
  };
}

/** At most so many characters. */
export function max(limit: number): Matcher {
  return {
    kind: 'other',
    length: -1,
    match: (name) => runeCount(name) <= limit,
    find: (name) => ({ at: 0, sizes: [0, ...ends(name).slice(0, limit)] }),
  };
}

/** `{a,b}` */
export function anyOf(matchers: readonly Matcher[]): Matcher {
  let length = -1;
  for (const matcher of matchers) {
    // As in Go, alternatives of no fixed length count only behind one that has one.
    if (length === -1) length = matcher.length;
    else if (matcher.length !== length) {
      length = -1;
      break;
    }
  }
  return {
    kind: 'anyOf',
    matchers,
    length,
    match: (name) => matchers.some((matcher) => matcher.match(name)),
    find(name) {
      let first: Place | undefined;
      for (const matcher of matchers) {
        const place = matcher.find(name);
        if (place === undefined || (first !== undefined && place.at > first.at)) continue;
        if (first === undefined || place.at < first.at) first = place;
        else first = { at: place.at, sizes: [...new Set([...first.sizes, ...place.sizes])].sort((a, b) => a - b) };
      }
      return first;
    },
  };
}

/** What several matchers match. */
export function everyOf(matchers: readonly Matcher[]): Matcher {
  return {
    kind: 'other',
    length: -1,
    match: (name) => matchers.every((matcher) => matcher.match(name)),
    // All matchers of an everyOf find their sizes at the beginning, or nothing.
    find(name) {
      let sizes: readonly number[] | undefined;
      for (const matcher of matchers) {
        const place = matcher.find(name);
        if (place === undefined) return undefined;
        const found = new Set(place.sizes);
        sizes = sizes === undefined ? place.sizes : sizes.filter((size) => found.has(size));
        if (sizes.length === 0) return undefined;
      }
      return sizes && { at: 0, sizes };
    },
  };
}

/** Matchers of fixed lengths, one behind the other. */
export function row(matchers: readonly Matcher[]): Matcher {
  const length = matchers.reduce((sum, matcher) => sum + matcher.length, 0);
  const matchAll = (name: string): boolean => {
    charge(matchers.length);
    let from = 0;
    for (const matcher of matchers) {
      let count = 0;
      let last = from;
      for (let at = from; at < name.length; at += decodeRune(name, at).size) {
        last = at;
        count++;
        if (count === matcher.length) break;
      }
      if (count < matcher.length) return false;
      // As in Go, the last character is taken for a byte.
      const end = last + 1;
      if (end > name.length) throw new FunctionFailure(OUT_OF_RANGE);
      if (!matcher.match(name.slice(from, end))) return false;
      from = end;
    }
    return true;
  };
  return {
    kind: 'other',
    length,
    match: (name) => runeCount(name) === length && matchAll(name),
    find(name) {
      for (const { at } of runesOf(name)) {
        if (name.length - at < length) break;
        if (matchAll(name.slice(at))) return { at, sizes: [length] };
      }
      return undefined;
    },
  };
}

const OUT_OF_RANGE = 'runtime error: slice bounds out of range';

/** A matcher with what is before it and what is behind it, where undefined stands for the empty text. */
export function tree(value: Matcher, left: Matcher | undefined, right: Matcher | undefined): Matcher {
  const [before, behind] = [left?.length ?? 0, right?.length ?? 0];
  const length = [value.length, before, behind].includes(-1) ? -1 : before + value.length + behind;
  return {
    kind: 'tree',
    value,
    left,
    right,
    length,
    // As in Go, a tree within another matcher is never found.
    find: () => undefined,
    match(name) {
      if (length > name.length) return false;
      const limit = name.length - Math.max(0, behind);
      let from = Math.max(0, before);
      while (from < limit) {
        charge(10);
        const place = value.find(name.slice(from, limit));
        if (place === undefined) return false;
        const at = from + place.at;
        if (left === undefined ? at === 0 : left.match(name.slice(0, at))) {
          charge(place.sizes.length);
          // A size may reach beyond the end, where a byte that is not UTF-8 counts for three.
          const fits = (size: number): boolean =>
            right === undefined ? name.length <= at + size : right.match(name.slice(at + size));
          if (place.sizes.findLast(fits) !== undefined) return true;
        }
        from = at + (at < name.length ? decodeRune(name, at).size : 1);
      }
      return false;
    },
  };
}
