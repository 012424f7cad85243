/** `index.yaml` of a repository: which versions of a chart there are, and where (helm v4, pkg/repo/v1/index.go). */
import { Fields } from '../chart/fields.ts';
import type { Problem } from '../chart/fields.ts';
import { fits, parseConstraint } from '../chart/constraint.ts';
import { compareVersionTexts, isVersion } from '../chart/version.ts';
import { isMap } from '../yaml/value.ts';
import type { Value, ValueMap } from '../yaml/value.ts';
import { inParts, invalidIndex, piecesOf, restOf } from './index-parts.ts';

/** Larger indexes are refused. Those of large public repositories have twenty megabytes, one has 140. */
export const MAX_INDEX: number = 256 << 20;

/** One version of a chart. */
export type IndexEntry = { version: string; urls: string[]; digest: string };

/** What a search shows and looks through of a chart. */
export type SearchChart = {
  /** The name under which the versions of the chart stand in the index. */
  name: string;
  /** The texts that are searched. Most versions of a chart have the same. */
  texts: readonly SearchTexts[];
  /** All versions, the newest first. `text` is the number of its texts. */
  versions: readonly { version: string; appVersion: string; text: number }[];
};

/** The texts of some versions of a chart. */
export type SearchTexts = {
  /** The name that the entry gives itself. Helm searches this one and shows the other. */
  ownName: string;
  description: string;
  keywords: readonly string[];
};

/**
 * The versions of a chart, the newest first; entries that Helm would pass over are left out. Undefined when the index
 * does not name the chart.
 *
 * @param location the address of the index, for messages
 * @throws {PkgError} `PKG_REPOSITORY_INVALID` for anything but an index
 */
export function versionsOf(bytes: Buffer, name: string, location: string): IndexEntry[] | undefined {
  const found = inParts(bytes, location, (parts) => {
    const versions: IndexEntry[] = [];
    let isNamed = false;
    for (const { piece } of piecesOf(parts, parts.named(name), location)) {
      const entries = piece.get(name);
      if (entries === undefined) continue;
      isNamed = true;
      for (const entry of withoutSlices(entriesIn(entries, location))) versions.push(entry);
    }
    return isNamed ? versions : undefined;
  });
  return found?.sort((a, b) => compareVersionTexts(b.version, a.version));
}

/** The versions among the items of a chart. */
function entriesIn(items: Value, location: string): IndexEntry[] {
  if (items !== null && !Array.isArray(items)) throw invalidIndex('the entries of a chart are not a list', location);
  const problems: Problem[] = [];
  const versions = (items ?? []).flatMap((item) => entryOf(item, problems));
  const [problem] = problems;
  if (problem !== undefined) throw invalidIndex(problem.message, location);
  return versions;
}

/**
 * A copy with texts of its own. A slice keeps the whole text that it was cut from in memory: for an index of 134 MB 1,070 MB
 * instead of 485.
 */
function withoutSlices<T>(value: T): T {
  return JSON.parse(JSON.stringify(value)) as T;
}

/**
 * What a search looks through: all versions of all charts.
 *
 * @throws {PkgError} `PKG_REPOSITORY_INVALID` for anything but an index
 */
export function searchEntries(bytes: Buffer, location: string): SearchChart[] {
  return inParts(bytes, location, (parts) => {
    const charts: SearchChart[] = [];
    let builder: SearchBuilder | undefined;
    for (const { piece, isFirst } of piecesOf(parts, parts.charts(), location)) {
      for (const [name, items] of piece) {
        if (isFirst || builder === undefined) {
          if (builder !== undefined) charts.push(builder.chart());
          builder = new SearchBuilder(name);
        }
        builder.add(items);
      }
    }
    if (builder !== undefined) charts.push(builder.chart());
    return charts;
  });
}

/** Collects what is searched of a chart. As in Helm, of two entries of one version the last one counts. */
class SearchBuilder {
  readonly #name: string;
  readonly #texts: Map<string, number> = new Map();
  readonly #versions: Map<string, SearchChart['versions'][number]> = new Map();

  constructor(name: string) {
    this.#name = name;
  }

  add(items: Value): void {
    const problems: Problem[] = [];
    const found: SearchChart['versions'][number][] = [];
    for (const item of Array.isArray(items) ? items : []) {
      if (!isMap(item) || entryOf(item, problems).length === 0) continue;
      const fields = new Fields(item, [], problems);
      const texts: SearchTexts = {
        ownName: fields.text('name'),
        description: fields.text('description'),
        keywords: fields.texts('keywords'),
      };
      const key = JSON.stringify(texts);
      const text = this.#texts.get(key) ?? this.#texts.size;
      this.#texts.set(key, text);
      found.push({ version: fields.text('version'), appVersion: fields.text('appVersion'), text });
    }
    for (const one of withoutSlices(found)) this.#versions.set(one.version, one);
  }

  chart(): SearchChart {
    const texts = [...this.#texts.keys()].map((key) => JSON.parse(key) as SearchTexts);
    const versions = [...this.#versions.values()].sort((a, b) => compareVersionTexts(b.version, a.version));
    return { name: this.#name, texts, versions };
  }
}

/**
 * The whole index: the entries, and all other fields.
 *
 * @throws {PkgError} `PKG_REPOSITORY_INVALID` for anything but an index
 */
export function readWholeIndex(bytes: Buffer, location: string): ValueMap {
  return inParts(bytes, location, (parts) => {
    const entries: ValueMap = new Map();
    for (const { piece, isFirst } of piecesOf(parts, parts.charts(), location)) {
      for (const [name, items] of piece) {
        const before = isFirst ? undefined : entries.get(name);
        if (Array.isArray(before) && Array.isArray(items)) for (const item of items) before.push(item);
        else entries.set(name, items);
      }
    }
    return new Map([...restOf(parts, location), ['entries', entries]]);
  });
}

/**
 * The names of all charts. Nothing else of the entries is parsed.
 *
 * @throws {PkgError} `PKG_REPOSITORY_INVALID` for anything but an index
 */
export function chartNames(bytes: Buffer, location: string): string[] {
  const names = inParts(bytes, location, (parts) => {
    const found = new Set<string>();
    for (const range of parts.charts()) {
      if (range.name !== undefined) found.add(range.name);
      else for (const piece of parts.read(range)) for (const name of piece.keys()) found.add(name);
    }
    return found;
  });
  return [...names].sort();
}

/** The newest version that is wanted, of those that a repository has (helm v4, `IndexFile.Get`). */
export function pickVersion<T extends { version: string }>(versions: readonly T[], wanted: string): T | undefined {
  const exact = wanted === '' ? undefined : versions.find(({ version }) => version === wanted);
  if (exact !== undefined) return exact;
  const constraint = parseConstraint(wanted === '' ? '*' : wanted);
  return versions.find(({ version }) => fits(version, constraint));
}

/** An entry as a list of one version, which is empty where it is not the entry of a chart. */
function entryOf(item: Value, problems: Problem[]): IndexEntry[] {
  if (item === null) return [];
  const fields = new Fields(isMap(item) ? item : new Map(), [], problems);
  if (!isMap(item)) fields.report(undefined, 'an entry of a chart is not a map');
  const name = fields.text('name');
  const version = fields.exactText('version');
  const isNamed = name !== '' && name !== '.' && name !== '..' && !name.includes('/');
  const isKind = ['', 'application', 'library'].includes(fields.exactText('type'));
  // An empty address would lead to the folder of the repository itself.
  const urls = fields.texts('urls').filter((url) => url.trim() !== '');
  const entry = { version, urls, digest: fields.exactText('digest') };
  return isNamed && isKind && isVersion(version) ? [entry] : [];
}
