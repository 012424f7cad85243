/** Sprig's functions between strings and lists of strings. */
import { charge } from '../../functions/limits.ts';
import { splitRunes } from '../../../utf8.ts';
import { stringList, TypedList, TypedMap } from '../value.ts';
import type { GoValue } from '../value.ts';
import { toTexts } from './cast.ts';
import { fn } from './signature.ts';
import type { FunctionGroup } from './signature.ts';
import type { FunctionHost } from '../template.ts';

/** As `strings.SplitN`: at most `count` parts, or all for a negative count. */
function splitN(text: string, separator: string, count: number): string[] {
  const parts = separator === '' ? splitRunes(text) : text.split(separator);
  // Beside its characters, a part takes 40 bytes with its place in the list.
  charge(parts.length * 5);
  if (count < 0 || parts.length <= count) return parts;
  if (count === 0) return [];
  return [...parts.slice(0, count - 1), parts.slice(count - 1).join(separator)];
}

/** The parts as a map with the keys `_0`, `_1`, … */
function numbered(parts: readonly string[]): TypedMap {
  charge(parts.length * 20);
  return new TypedMap('string', new Map(parts.map((part, index) => [`_${index}`, part])));
}

function join(host: FunctionHost, separator: string, list: GoValue): string {
  const parts = toTexts(list);
  charge(parts.length);
  if (separator.length > 0) host.charge(separator.length * parts.length);
  return parts.join(separator);
}

/** Sorts texts by their bytes. As in Sprig, a `[]string` is sorted in place. */
function sortAlpha(list: GoValue): TypedList {
  if (list === null) return stringList(['<nil>']);
  const texts = toTexts(list);
  charge(texts.length * 5);
  if (list instanceof TypedList && list.type === '[]string') {
    (texts as string[]).sort();
    return list;
  }
  return stringList([...texts].sort());
}

export const functions: FunctionGroup = {
  join: fn(['string', 'any'], join),
  sortAlpha: fn(['any'], (_host, list) => sortAlpha(list)),
  split: fn(['string', 'string'], (_host, separator, text) => numbered(splitN(text, separator, -1))),
  splitList: fn(['string', 'string'], (_host, separator, text) => stringList(splitN(text, separator, -1))),
  splitn: fn(['string', 'int', 'string'], (_host, separator, count, text) => numbered(splitN(text, separator, count))),
};
