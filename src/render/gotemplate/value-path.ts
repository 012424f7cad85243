/** Finds the path of a value among the values of a chart. */
import { decodeText, entriesOf, itemsOf, TypedMap } from './value.ts';
import type { GoValue, OptionalValue } from './value.ts';

/**
 * The path in the values of a chart of a map, of a list, or of a text that stands there only once; undefined for a
 * value that is not one of these.
 */
export function pathIn(values: GoValue, wanted: OptionalValue): string[] | undefined {
  if (wanted === undefined || wanted === null) return undefined;
  const found: string[][] = [];
  const seen = new Set<GoValue>();
  const map = entriesOf(wanted);
  const search = (at: GoValue, path: string[]): void => {
    if (at === wanted || (map !== undefined && entriesOf(at) === map)) found.push(path);
    if (typeof at !== 'object' || at === null || seen.has(at)) return;
    seen.add(at);
    entriesOf(at)?.forEach((value, key) => search(value, [...path, key]));
    itemsOf(at)?.forEach((value, index) => search(value ?? null, [...path, String(index)]));
  };
  if (typeof wanted === 'string' || typeof wanted === 'object') search(values, []);
  // The values below `global` are in every chart, and count once.
  const distinct = new Set(found.map((path) => path.slice(Math.max(0, path.lastIndexOf('global'))).join('\0')));
  return typeof wanted === 'object' || distinct.size === 1 ? found[0]?.map(decodeText) : undefined;
}

/** Whether a text is one of the values of a chart. */
export function hasText(values: GoValue, text: string): boolean {
  const seen = new Set<GoValue>();
  const search = (at: GoValue): boolean => {
    if (at === text) return true;
    if (typeof at !== 'object' || at === null || seen.has(at)) return false;
    seen.add(at);
    const below = [...(entriesOf(at)?.values() ?? []), ...(itemsOf(at) ?? [])];
    return below.some((value) => search(value ?? null));
  };
  return search(values);
}

/** The `.Values` of a value that is the root of a chart's templates; undefined for any other value. */
export function valuesOf(dot: OptionalValue): GoValue | undefined {
  const values =
    dot instanceof TypedMap ? dot.entries.get('Values') : dot instanceof Map ? dot.get('Values') : undefined;
  return values instanceof TypedMap ? values : undefined;
}
