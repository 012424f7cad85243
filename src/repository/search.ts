/** Looks through the indexes of repositories as `helm search repo` does (helm v4, pkg/cmd/search/search.go). */
import { meets } from '../chart/constraint.ts';
import type { Constraint } from '../chart/constraint.ts';
import { compareVersionTexts, parseVersion } from '../chart/version.ts';
import type { SearchChart, SearchTexts } from './index-file.ts';

/** A version of a chart that was found; `name` is `REPOSITORY/CHART`. */
export type SearchResult = { name: string; version: string; appVersion: string; description: string };

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
 * @param indexes the charts of each repository by its name
 */
export function searchCharts(indexes: ReadonlyMap<string, readonly SearchChart[]>, search: Search): SearchResult[] {
  const found = [...indexes].flatMap(([repository, charts]) =>
    charts.flatMap((chart) => searchChart(repository, chart, search)),
  );
  const newestFirst = (a: SearchResult, b: SearchResult): number => compareVersionTexts(b.version, a.version);
  found.sort((a, b) => a.score - b.score || (a.name === b.name ? newestFirst(a, b) : a.name < b.name ? -1 : 1));
  return found.map(({ name, version, appVersion, description }) => ({ name, version, appVersion, description }));
}

type Scored = SearchResult & { score: number };

/** The versions of a chart that are found; only the best of them, unless all are wanted. */
function searchChart(repository: string, chart: SearchChart, search: Search): Scored[] {
  const scores = chart.texts.map((texts) => scoreOf(repository, texts, search));
  const found: Scored[] = [];
  for (const { version, appVersion, text } of chart.versions) {
    const score = scores[text];
    const best = search.allVersions ? undefined : found[0];
    if (score === undefined || (best !== undefined && best.score <= score)) continue;
    const parsed = parseVersion(version);
    if (parsed === undefined || !meets(parsed, search.constraint)) continue;
    if (best !== undefined) found.pop();
    const { description = '' } = chart.texts[text] ?? {};
    found.push({ name: `${repository}/${chart.name}`, version, appVersion, description, score });
  }
  return found;
}

/** The field of the first match; undefined without one. */
function scoreOf(repository: string, texts: SearchTexts, { matches, ignoreCase }: Search): number | undefined {
  if (matches === undefined) return 0;
  const { ownName, description, keywords } = texts;
  const written = [ownName, `${repository}/${ownName}`, description, keywords.join(' ')].join(SEPARATOR);
  const line = ignoreCase ? written.toLowerCase() : written;
  const at = matches(line);
  return at < 0 ? undefined : line.slice(0, at).split(SEPARATOR).length - 1;
}
