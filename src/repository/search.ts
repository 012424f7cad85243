/** Looks through the indexes of repositories as `helm search repo` does (helm v4, pkg/cmd/search/search.go). */
import { meets } from '../chart/constraint.ts';
import type { Constraint } from '../chart/constraint.ts';
import { compareVersionTexts, parseVersion } from '../chart/version.ts';
import type { SearchEntry } from './index-file.ts';

/** A version of a chart that was found; `name` is `REPOSITORY/CHART`. */
export type SearchResult = { name: string; entry: SearchEntry };

/** What to search for. Without `matches` everything is found. */
export type Search = {
  /** The position of the first match in a text, -1 for none. */
  matches: ((text: string) => number) | undefined;
  /** The text is compared in lower case. */
  ignoreCase: boolean;
  /** Which versions are considered. */
  constraint: Constraint;
  /** Give all versions of each chart, not only the newest. */
  allVersions: boolean;
};

/** Separates the fields of the searched line. A match in an earlier field has a higher rank. */
const SEPARATOR = '\v';

/**
 * Finds versions of charts, the best match first; then by name, the newest first.
 *
 * @param indexes the entries of each repository by its name, each chart's newest version first
 */
export function searchCharts(indexes: ReadonlyMap<string, readonly SearchEntry[]>, search: Search): SearchResult[] {
  const found = [...indexes].flatMap(([repository, entries]) =>
    entries.flatMap((entry) => {
      const score = scoreOf(repository, entry, search);
      return score === undefined ? [] : [{ name: `${repository}/${entry.name}`, entry, score }];
    }),
  );
  const newestFirst = (a: SearchResult, b: SearchResult): number =>
    compareVersionTexts(b.entry.version, a.entry.version);
  found.sort((a, b) => a.score - b.score || (a.name === b.name ? newestFirst(a, b) : a.name < b.name ? -1 : 1));
  const seen = new Set<string>();
  return found.filter(({ name, entry }) => {
    if (!search.allVersions && seen.has(name)) return false;
    const version = parseVersion(entry.version);
    if (version === undefined || !meets(version, search.constraint)) return false;
    seen.add(name);
    return true;
  });
}

/** The field of the first match; undefined without one. */
function scoreOf(repository: string, entry: SearchEntry, { matches, ignoreCase }: Search): number | undefined {
  if (matches === undefined) return 0;
  const { ownName, description, keywords } = entry;
  const written = [ownName, `${repository}/${ownName}`, description, keywords.join(' ')].join(SEPARATOR);
  const line = ignoreCase ? written.toLowerCase() : written;
  const at = matches(line);
  return at < 0 ? undefined : line.slice(0, at).split(SEPARATOR).length - 1;
}
