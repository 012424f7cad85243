/** Compiles globs to matchers (gobwas/glob 0.2.3, compiler/compiler.go), in the same steps, since its faults follow from them. */
import { encodeRune } from '../../utf8.ts';
import { charge } from '../functions/limits.ts';
import * as make from './matchers.ts';
import type { Matcher } from './matchers.ts';
import type { GlobNode } from './parse.ts';

/** Compiles a glob. */
export function compileGlob(tree: GlobNode): Matcher {
  switch (tree.kind) {
    case 'anyOf': {
      const minimized = withoutCommonParts(tree.children);
      return minimized === undefined ? make.anyOf(compileAll(tree.children)) : compileGlob(minimized);
    }
    case 'pattern':
      return tree.children.length === 0 ? make.nothing() : optimized(combined(glueLongest(compileAll(tree.children))));
    case 'any':
      return make.any();
    case 'super':
      return make.superAny();
    case 'single':
      return make.single();
    case 'nothing':
      return make.nothing();
    case 'list':
      return optimized(make.list(tree.characters, tree.not));
    case 'range':
      return make.range(tree.low, tree.high, tree.not);
    case 'text':
      return make.text(tree.text);
  }
}

function compileAll(nodes: readonly GlobNode[]): Matcher[] {
  return nodes.map((node) => optimized(compileGlob(node)));
}

/** Replaces a matcher by a faster one. */
function optimized(matcher: Matcher): Matcher {
  if (matcher.kind === 'anyOf' && matcher.matchers.length === 1) return matcher.matchers[0] as Matcher;
  if (matcher.kind === 'list' && !matcher.not && matcher.characters.length === 1) {
    return make.text(encodeRune(matcher.characters[0] as number));
  }
  if (matcher.kind !== 'tree') return matcher;
  charge(1);
  const left = matcher.left && optimized(matcher.left);
  const right = matcher.right && optimized(matcher.right);
  const { value } = matcher;
  if (value.kind === 'text') {
    const { text } = value;
    if (left === undefined && right === undefined) return make.text(text);
    if (left?.kind === 'super' && right?.kind === 'super') return make.contains(text, false);
    if (left?.kind === 'super' && right === undefined) return make.suffix(text);
    if (right?.kind === 'super' && left === undefined) return make.prefix(text);
    if (left === undefined && right?.kind === 'suffix') return make.prefixSuffix(text, right.suffix);
    if (right === undefined && left?.kind === 'prefix') return make.prefixSuffix(left.prefix, text);
    if (right === undefined && left?.kind === 'any') return make.suffixAny(text);
    if (left === undefined && right?.kind === 'any') return make.prefixAny(text);
  }
  return make.tree(value, left, right);
}

/** One matcher for a sequence of at least one. */
function combined(matchers: readonly Matcher[]): Matcher {
  charge(matchers.length);
  const [first] = matchers as [Matcher];
  if (matchers.length === 1) return first;
  const glued = glue(matchers);
  if (glued !== undefined) return glued;
  let at = -1;
  let longest = -1;
  for (const [index, { length }] of matchers.entries()) {
    if (length === -1 || length < longest) continue;
    longest = length;
    at = index;
  }
  if (at === -1) return make.tree(first, undefined, combined(matchers.slice(1)));
  const left = matchers.slice(0, at);
  const right = matchers.slice(at + 1);
  return make.tree(
    matchers[at] as Matcher,
    left.length === 0 ? undefined : combined(left),
    right.length === 0 ? undefined : combined(right),
  );
}

/** Makes one matcher of the longest part of a sequence that can be one, again and again. */
function glueLongest(sequence: readonly Matcher[]): readonly Matcher[] {
  for (let matchers = sequence; ;) {
    charge(matchers.length);
    // What can be glued can be glued without its end, so that only the longest part from each place on counts.
    const everyEnds = endsOfRuns(matchers, canBeEvery);
    const rowEnds = endsOfRuns(matchers, canBeRow);
    let done: { glued: Matcher; from: number; size: number } | undefined;
    for (let from = 0; from < matchers.length; from++) {
      const size = Math.max(everyEnds[from] ?? 0, rowEnds[from] ?? 0) - from;
      if (size < 2) continue;
      charge(size);
      const glued = glue(matchers.slice(from, from + size));
      if (glued === undefined) continue;
      const isLonger = done !== undefined && done.glued.length !== -1 && glued.length > done.glued.length;
      if (done === undefined || isLonger || size > done.size) done = { glued, from, size };
    }
    if (done === undefined) return matchers;
    matchers = [...matchers.slice(0, done.from), done.glued, ...matchers.slice(done.from + done.size)];
  }
}

/** For each place in a sequence, where the longest part ends in which all can stand side by side. */
function endsOfRuns(matchers: readonly Matcher[], fits: (matcher: Matcher, next: Matcher) => boolean): number[] {
  const ends: number[] = [];
  for (let at = matchers.length - 1; at >= 0; at--) {
    const matcher = matchers[at] as Matcher;
    const next = matchers[at + 1];
    if (!fits(matcher, matcher)) ends[at] = at;
    else ends[at] = next !== undefined && fits(next, next) && fits(matcher, next) ? (ends[at + 1] as number) : at + 1;
  }
  return ends;
}

function canBeRow({ length }: Matcher): boolean {
  return length !== -1;
}

function canBeEvery(matcher: Matcher, next: Matcher): boolean {
  const separators = separatorsOf(matcher);
  return separators !== undefined && separators === separatorsOf(next);
}

/** The characters that one of these matchers does not match, as a text; undefined for other matchers. */
function separatorsOf(matcher: Matcher): string | undefined {
  if (matcher.kind === 'super') return '';
  if (matcher.kind === 'any' || matcher.kind === 'single') return '/';
  return matcher.kind === 'list' && matcher.not ? matcher.characters.map(encodeRune).join('') : undefined;
}

/** One matcher for a sequence of at least two; undefined where there is none. */
function glue(matchers: readonly Matcher[]): Matcher | undefined {
  const [first] = matchers as [Matcher];
  if (matchers.every((matcher) => canBeEvery(first, matcher))) return every(matchers);
  return matchers.every(canBeRow) ? make.row(matchers) : undefined;
}

function every(matchers: readonly Matcher[]): Matcher {
  const [first] = matchers as [Matcher];
  if (matchers.every(({ kind }) => kind === 'super')) return make.superAny();
  if (matchers.every(({ kind }) => kind === 'any')) return make.any();
  const least = matchers.filter(({ kind }) => kind === 'single' || kind === 'list').length;
  const hasStar = least < matchers.length;
  return make.everyOf([
    make.min(least),
    ...(hasStar ? [] : [make.max(least)]),
    make.contains(separatorsOf(first) ?? '', true),
  ]);
}

/** Alternatives with their common begin and end moved out: `{ab,ac}` as `a{b,c}`; undefined if they have neither. */
function withoutCommonParts(alternatives: readonly GlobNode[]): GlobNode | undefined {
  const lists = alternatives.map((node) => (node.kind === 'pattern' ? node.children : undefined));
  const all = lists.filter((list) => list !== undefined);
  // Without a pattern, it is the empty rest of alternatives that had something in common.
  if (all.length < lists.length) return undefined;
  const { before, behind } = commonParts(all);
  if (before.length + behind.length === 0) return undefined;
  const result: GlobNode[] = [];
  if (before.length > 0) result.push({ kind: 'pattern', children: before });
  const rests = new Map<string, GlobNode>();
  for (const children of all) {
    const rest = children.slice(before.length, children.length - behind.length);
    const node: GlobNode = rest.length === 0 ? { kind: 'nothing' } : { kind: 'pattern', children: rest };
    rests.set(JSON.stringify(node), node);
  }
  const distinct = [...rests.values()];
  const [only] = distinct;
  if (distinct.length > 1) result.push({ kind: 'anyOf', children: distinct });
  else if (only !== undefined && only.kind !== 'nothing') result.push(only);
  if (behind.length > 0) result.push({ kind: 'pattern', children: behind });
  return { kind: 'pattern', children: result };
}

/** What lists have in common at their beginnings and at their ends, by turns, as far as the shortest goes. */
function commonParts(lists: readonly GlobNode[][]): { before: GlobNode[]; behind: GlobNode[] } {
  const before: GlobNode[] = [];
  const behind: GlobNode[] = [];
  if (lists.length < 2) return { before, behind };
  const shortest = lists.reduce((least, list) => (list.length < least.length ? list : least));
  const texts = lists.map((list) => list.map((node) => JSON.stringify(node)));
  const least = shortest.length;
  let isEqualBefore = true;
  let isEqualBehind = true;
  for (let at = 0; before.length + behind.length < least && (isEqualBefore || isEqualBehind); at++) {
    const fromEnd = least - 1 - at;
    if (fromEnd < 0) break;
    const own = texts[lists.indexOf(shortest)] as string[];
    for (const list of texts) {
      if (list === own || !(isEqualBefore || isEqualBehind)) continue;
      isEqualBefore &&= own[at] === list[at];
      // What is common at the beginning already is not looked for at the end.
      if (isEqualBefore && fromEnd <= at) isEqualBehind = false;
      isEqualBehind &&= own[fromEnd] === list[fromEnd + list.length - least];
    }
    if (isEqualBefore) before.push(shortest[at] as GlobNode);
    if (isEqualBehind) behind.unshift(shortest[fromEnd] as GlobNode);
  }
  return { before, behind };
}
