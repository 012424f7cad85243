/** `index.yaml` of a repository: which versions of a chart there are, and where (helm v4, pkg/repo/v1/index.go). */
import { Fields } from '../chart/fields.ts';
import type { Problem } from '../chart/fields.ts';
import { fits, parseConstraint } from '../chart/constraint.ts';
import { compareVersionTexts, isVersion } from '../chart/version.ts';
import { PkgError } from '../errors.ts';
import { parseJson } from '../yaml/json.ts';
import { parseYaml, parseYamlDocuments } from '../yaml/read.ts';
import { fromPlain, isMap } from '../yaml/value.ts';
import type { Value, ValueMap } from '../yaml/value.ts';
import { chartsOf, layoutOf, otherPartOf, partOf, readPart, windowsOf } from './index-layout.ts';
import type { Layout } from './index-layout.ts';

/** Larger indexes are refused. Those of large public repositories have twenty megabytes, one has 140. */
export const MAX_INDEX: number = 256 << 20;

/** One version of a chart. */
export type IndexEntry = { version: string; urls: string[]; digest: string };

/** The fields of one version of a chart that a search shows and looks through. */
export type SearchEntry = {
  /** The name under which the versions of the chart stand in the index. */
  name: string;
  /** The name that the entry gives itself. Helm searches this one and shows the other. */
  ownName: string;
  version: string;
  appVersion: string;
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
  const index = readIndex(bytes, name, location);
  const problems: Problem[] = [];
  const versions = entriesOf(index, problems, location)?.get(name);
  if (versions === undefined) return undefined;
  if (versions !== null && !Array.isArray(versions)) throw invalid('the entries of a chart are not a list', location);
  const found = (versions ?? []).flatMap((item) => entryOf(item, problems));
  const [problem] = problems;
  if (problem !== undefined) throw invalid(problem.message, location);
  return found.sort((a, b) => compareVersionTexts(b.version, a.version));
}

/**
 * Everything that a search looks through: all versions of all charts, each chart's newest first.
 *
 * @throws {PkgError} `PKG_REPOSITORY_INVALID` for anything but an index
 */
export function searchEntries(bytes: Buffer, location: string): SearchEntry[] {
  return byChart(bytes, location, (pieces) => {
    const found: SearchEntry[] = [];
    for (const entries of pieces) {
      // Texts are copied: a slice keeps the whole piece that it was cut from in memory, which for an index of 134 MB is
      // 1,070 MB instead of 485.
      for (const one of JSON.parse(JSON.stringify(searchedOf(entries))) as SearchEntry[]) found.push(one);
    }
    return found;
  });
}

/**
 * The whole index: the entries, and all other fields.
 *
 * @throws {PkgError} `PKG_REPOSITORY_INVALID` for anything but an index
 */
export function readWholeIndex(bytes: Buffer, location: string): ValueMap {
  return byChart(bytes, location, (pieces, index) => {
    const entries: ValueMap = new Map();
    for (const piece of pieces) for (const [name, versions] of piece) entries.set(name, versions);
    return new Map([...index, ['entries', entries]]);
  });
}

/** As in Helm, of two entries of one version the last one counts. */
function searchedOf(entries: ValueMap): SearchEntry[] {
  const problems: Problem[] = [];
  return [...entries].flatMap(([name, versions]) => {
    const items = Array.isArray(versions) ? versions.filter(isMap) : [];
    const valid = items.filter((item) => entryOf(item, problems).length > 0);
    const found = valid.map((item): SearchEntry => {
      const fields = new Fields(item, [], problems);
      const [ownName = '', version = '', appVersion = ''] = ['name', 'version', 'appVersion'].map((key) =>
        fields.text(key),
      );
      const description = fields.text('description');
      const keywords = fields.texts('keywords');
      return { name, ownName, version, appVersion, description, keywords };
    });
    const distinct = [...new Map(found.map((entry) => [entry.version, entry])).values()];
    return distinct.sort((a, b) => compareVersionTexts(b.version, a.version));
  });
}

/**
 * The names of all charts. In an index that is laid out as Helm writes it, only their lines are read.
 *
 * @throws {PkgError} `PKG_REPOSITORY_INVALID` for anything but an index
 */
export function chartNames(bytes: Buffer, location: string): string[] {
  const layout = bytes.length > LARGE ? layoutOf(bytes) : undefined;
  if (layout !== undefined) {
    const { start, end, indent } = layout;
    const line = new RegExp(`^ {${indent}}([A-Za-z0-9][\\w.-]*):[ \\t]*\\r?$`, 'gm');
    const names: string[] = [];
    for (const { text } of windowsOf(bytes.subarray(0, end), start)) {
      for (const [, name = ''] of text.matchAll(line)) names.push(name);
    }
    if (names.length > 0) return names.sort();
  }
  const entries = entriesOf(readIndex(bytes, undefined, location), [], location);
  return [...(entries?.keys() ?? [])].sort();
}

function entriesOf(index: ValueMap, problems: Problem[], location: string): ValueMap | undefined {
  const fields = new Fields(index, [], problems);
  if (fields.exactText('apiVersion') === '') throw invalid('this index has no apiVersion', location);
  const entries = fields.value('entries');
  if (entries !== null && !isMap(entries)) throw invalid('the entries of this index are not a map', location);
  return entries ?? undefined;
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

/** Smaller indexes are read whole. */
const LARGE = 1 << 17;

/**
 * Reads all entries of an index. A large one is parsed chart by chart, since the YAML reader takes at most 16 MiB. If that
 * fails, the index is parsed whole, which gives the error message.
 *
 * @param use gets the entries in pieces, each entry once, and the rest of the index
 */
function byChart<T>(bytes: Buffer, location: string, use: (pieces: Iterable<ValueMap>, index: ValueMap) => T): T {
  const isLarge = bytes.length > LARGE && bytes[0] !== OPEN_BRACE;
  const layout = isLarge ? layoutOf(bytes) : undefined;
  try {
    if (layout !== undefined) return use(piecesOf(bytes, layout, location), restOf(bytes, layout, location));
  } catch (error) {
    if (!(error instanceof PkgError)) throw error;
  }
  const index = readIndex(bytes, undefined, location);
  return use([entriesOf(index, [], location) ?? new Map()], index);
}

const OPEN_BRACE = 0x7b;

/** The index without its entries. */
function restOf(bytes: Buffer, { start, end }: Layout, location: string): ValueMap {
  const text = Buffer.concat([bytes.subarray(0, start), bytes.subarray(end)]).toString('utf8');
  const index = mapOf(parseYaml(text, location, { duplicateKeys: 'error' }), location);
  entriesOf(index, [], location);
  return index;
}

/** The entries of each chart by itself. @throws for a chart that is named twice, as for a duplicate key */
function* piecesOf(bytes: Buffer, layout: Layout, location: string): Generator<ValueMap> {
  const seen = new Set<string>();
  for (const [from, to] of chartsOf(bytes, layout)) {
    const text = bytes.toString('utf8', from, to);
    const piece = mapOf(parseYaml(text, location, { duplicateKeys: 'error' }), location);
    for (const name of piece.keys()) {
      if (seen.has(name)) throw invalid('a chart is named twice in this index', location);
      seen.add(name);
    }
    yield piece;
  }
}

/** @param name the chart whose entries are wanted; undefined for those of all */
function readIndex(bytes: Buffer, name: string | undefined, location: string): ValueMap {
  const start = bytes.toString('latin1', 0, 1 << 12);
  if (start.trim() === '' && bytes.toString('latin1').trim() === '') throw invalid('this index is empty', location);
  if (/^\s*</.test(start)) {
    throw invalid('this is a web page, not an index', location, ['check the address of the repository']);
  }
  try {
    const isPlain = name !== undefined && bytes.length > LARGE && !start.startsWith('{');
    const part = isPlain ? (partOf(bytes, name) ?? otherPartOf(bytes, name, location)) : undefined;
    const value = part === undefined ? undefined : readPart(part, location);
    return mapOf(value ?? readWhole(bytes, location), location);
  } catch (error) {
    if (!(error instanceof PkgError) || error.code === 'PKG_REPOSITORY_INVALID') throw error;
    throw new PkgError('PKG_REPOSITORY_INVALID', `this index cannot be read: ${error.message}`, {
      ...(error.at === undefined ? {} : { at: error.at }),
      hints: [ASK_OPERATOR],
      cause: error,
    });
  }
}

/** Parsed indexes that could not be read in parts, so that a second chart of the same index does not parse it again. */
const whole: WeakMap<Buffer, Value> = new WeakMap();

function readWhole(bytes: Buffer, location: string): Value {
  const known = whole.get(bytes);
  if (known !== undefined) return known;
  const text = bytes.toString('utf8');
  const value = text.startsWith('{')
    ? fromPlain(parseJson(text, location))
    : // As in Helm, what follows the first document is ignored.
      (parseYamlDocuments(text, location, { duplicateKeys: 'error' })[0] ?? null);
  whole.set(bytes, value);
  return value;
}

function mapOf(value: Value, location: string): ValueMap {
  if (isMap(value)) return value;
  throw invalid('this index is not a map', location);
}

const ASK_OPERATOR = 'check the address, and ask the operator of the repository to create the index again';

function invalid(message: string, location: string, hints: readonly string[] = [ASK_OPERATOR]): PkgError {
  return new PkgError('PKG_REPOSITORY_INVALID', message, { at: { file: location }, hints });
}
