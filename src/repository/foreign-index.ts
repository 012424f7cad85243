/**
 * Reads an index of another program for merging it into one's own: each entry as Helm would write it again (helm v4,
 * pkg/repo/v1/index.go).
 */
import { fits, parseConstraint } from '../chart/constraint.ts';
import type { Constraint } from '../chart/constraint.ts';
import { Fields } from '../chart/fields.ts';
import type { Problem } from '../chart/fields.ts';
import { ALIAS, CHART_FIELDS } from '../chart/metadata.ts';
import { compareVersionTexts, isVersion, parseVersion } from '../chart/version.ts';
import { PkgError } from '../errors.ts';
import { printable } from '../errors-text.ts';
import { sortKeys, withoutEmpty } from '../yaml/json.ts';
import { isMap, textField, toPlain } from '../yaml/value.ts';
import type { Json, JsonObject, Value, ValueMap } from '../yaml/value.ts';
import { readWholeIndex } from './index-file.ts';
import { invalidIndex } from './index-parts.ts';

/** The entries of an index, those of one name from the newest to the oldest, and what is wrong with those left out. */
export type ForeignEntries = { entries: readonly JsonObject[]; skipped: readonly string[] };

/** The fields that Helm's strict reader of YAML knows. In JSON it passes over others. */
const KNOWN = {
  index: ['serverInfo', 'apiVersion', 'generated', 'entries', 'publicKeys', 'annotations'],
  entry: [...CHART_FIELDS, ...['urls', 'created', 'removed', 'digest', 'checksum', 'engine', 'tillerVersion', 'url']],
  maintainer: ['name', 'email', 'url'],
  dependency: ['name', 'version', 'repository', 'condition', 'tags', 'enabled', 'import-values', 'alias'],
};

/**
 * Reads the entries of an index.
 *
 * @throws {PkgError} `PKG_REPOSITORY_INVALID` for anything but an index that Helm reads
 */
export function readForeignEntries(bytes: Buffer, location: string): ForeignEntries {
  const index = readWholeIndex(bytes, location);
  const reader = new EntryReader(location, isJson(bytes));
  reader.checkKeys(index, 'index', 'this index');
  const generated = new Fields(index, [], []).value('generated');
  if (generated !== null) reader.time(generated, 'generated');
  const all = new Fields(index, [], []).value('entries');
  const entries: JsonObject[] = [];
  for (const [name, items] of isMap(all) ? all : new Map<string, Value>()) {
    if (items !== null && !Array.isArray(items)) throw invalidIndex('the entries of a chart are not a list', location);
    const found = (items ?? []).flatMap((item: Value): JsonObject[] => {
      const entry = reader.entry(item, name);
      return entry === undefined ? [] : [entry];
    });
    entries.push(...found.sort((a, b) => compareVersionTexts(textField(b, 'version'), textField(a, 'version'))));
  }
  return { entries, skipped: reader.skipped };
}

/** As Helm tells them apart: what is valid JSON is JSON. */
function isJson(bytes: Buffer): boolean {
  try {
    JSON.parse(bytes.toString('utf8'));
    return true;
  } catch {
    return false;
  }
}

class EntryReader {
  readonly #location: string;
  readonly #isJson: boolean;
  readonly skipped: string[] = [];

  constructor(location: string, json: boolean) {
    this.#location = location;
    this.#isJson = json;
  }

  /** An entry as Helm writes it, its fields in the order of Helm's struct; undefined for one that Helm passes over. */
  entry(item: Value, key: string): JsonObject | undefined {
    const problems: Problem[] = [];
    const fields = new Fields(isMap(item) ? item : new Map(), [], problems);
    if (item !== null && !isMap(item)) throw invalidIndex('an entry of a chart is not a map', this.#location);
    const [name, version] = [fields.text('name'), fields.exactText('version')];
    const where = `an entry of ${printable(key, 60)}`;
    if (isMap(item)) this.checkKeys(item, 'entry', where);
    const type = fields.exactText('type');
    const invalid =
      item === null ? 'it is empty' : (invalidField(name, version, type) ?? this.#invalidLists(fields, where));
    const entry = {
      ...withoutEmpty({
        name,
        home: fields.text('home'),
        sources: fields.texts('sources'),
        version,
        description: fields.text('description'),
        keywords: fields.texts('keywords'),
        maintainers: mapsIn(fields, 'maintainers').map((one) =>
          withoutEmpty({ name: one.text('name'), email: one.text('email'), url: one.text('url') }),
        ),
        icon: fields.text('icon'),
        apiVersion: fields.exactText('apiVersion') || 'v1',
        condition: fields.text('condition'),
        tags: fields.text('tags'),
        appVersion: fields.text('appVersion'),
        deprecated: fields.flag('deprecated'),
        annotations: sortKeys(Object.fromEntries(fields.textMap('annotations'))),
        kubeVersion: fields.text('kubeVersion'),
        dependencies: mapsIn(fields, 'dependencies').map(dependencyOf),
        type,
      }),
      urls: fields.value('urls') === null ? null : fields.exactTexts('urls'),
      created: this.time(fields.value('created'), 'created'),
      ...withoutEmpty({
        removed: fields.flag('removed'),
        ...Object.fromEntries(
          ['digest', 'checksum', 'engine', 'tillerVersion', 'url'].map((one) => [one, fields.exactText(one)]),
        ),
      }),
    };
    const [problem] = problems;
    if (problem !== undefined) throw invalidIndex(`${where}: ${problem.message}`, this.#location, []);
    if (invalid === undefined) return entry;
    this.skipped.push(`${where} is left out, as by Helm: ${invalid}`);
    return undefined;
  }

  /** What is wrong with the maintainers and dependencies of an entry, so that Helm passes over it. */
  #invalidLists(fields: Fields, where: string): string | undefined {
    for (const [list, kind] of [
      ['maintainers', 'maintainer'],
      ['dependencies', 'dependency'],
    ] as const) {
      if (fields.list(list).includes(null)) return `one of its ${list} is empty`;
      for (const one of fields.list(list)) if (isMap(one)) this.checkKeys(one, kind, where);
    }
    const alias = mapsIn(fields, 'dependencies')
      .map((one) => one.exactText('alias'))
      .find((one) => one !== '' && !ALIAS.test(one));
    return alias === undefined ? undefined : `the alias '${printable(alias, 60)}' is not a plain name`;
  }

  /** Refuses fields that Helm does not know: it would not read the index. */
  checkKeys(map: ValueMap, kind: keyof typeof KNOWN, where: string): void {
    if (this.#isJson) return;
    const known = KNOWN[kind].map((key) => key.toLowerCase());
    const other = [...map.keys()].find((key) => !known.includes(key.toLowerCase()));
    if (other === undefined) return;
    throw invalidIndex(`${where} has the field '${printable(other, 60)}', which Helm does not know`, this.#location, [
      'remove the field: helm reads no index with it',
    ]);
  }

  /** A time as Go writes it again. */
  time(value: Value, field: string): string {
    if (value === null) return '0001-01-01T00:00:00Z';
    const text = typeof value === 'string' ? normalTime(value) : undefined;
    if (text !== undefined) return text;
    throw invalidIndex(`the value of ${field} is not a time`, this.#location, ['write it as 2026-01-31T12:00:00Z']);
  }
}

function invalidField(name: string, version: string, type: string): string | undefined {
  if (name === '') return 'it has no name';
  if (name === '.' || name === '..' || name.includes('/')) return `the name '${printable(name, 60)}' is a path`;
  if (!isVersion(version)) return `the version '${printable(version, 60)}' is not a semantic version`;
  if (['', 'application', 'library'].includes(type)) return undefined;
  return `the type '${printable(type, 60)}' is neither application nor library`;
}

/** The maps in a list, without null. */
function mapsIn(fields: Fields, key: string): Fields[] {
  return fields.list(key).includes(null) ? [] : fields.maps(key, '');
}

function dependencyOf(fields: Fields): JsonObject {
  const [name, version, repository] = [fields.text('name'), fields.text('version'), fields.text('repository')];
  return {
    name,
    ...withoutEmpty({ version }),
    repository,
    ...withoutEmpty({
      condition: fields.text('condition'),
      tags: fields.texts('tags'),
      enabled: fields.flag('enabled'),
      'import-values': fields.list('import-values').map((one): Json => sortKeys(toPlain(one))),
      alias: fields.exactText('alias'),
    }),
  };
}

const TIME = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:\.(\d+))?(Z|[+-](\d\d):(\d\d))$/;

/** A time of RFC 3339 as Go's `time.Time` writes it after reading it; undefined for any other text. */
function normalTime(text: string): string | undefined {
  const match = TIME.exec(text);
  if (match === null) return undefined;
  const [, year, month, day, hour, minute, second, fraction = '', zone = '', zoneHour = '0', zoneMinute = '0'] = match;
  const date = new Date(Date.UTC(2000, Number(month) - 1, 1));
  date.setUTCFullYear(Number(year), Number(month) - 1, Number(day));
  const isDate = date.getUTCMonth() === Number(month) - 1 && date.getUTCDate() === Number(day);
  const isTime = Number(hour) < 24 && Number(minute) < 60 && Number(second) < 60;
  if (!isDate || !isTime || Number(zoneHour) > 23 || Number(zoneMinute) > 59) return undefined;
  const digits = fraction.slice(0, 9).replace(/0+$/, '');
  const offset = /^[+-]00:00$/.test(zone) ? 'Z' : zone;
  return `${year}-${month}-${day}T${hour}:${minute}:${second}${digits === '' ? '' : `.${digits}`}${offset}`;
}

/** The versions of a chart in an index that grows, by which Helm decides whether it has one already. */
export class MergedVersions {
  readonly #versions: { version: string }[] = [];
  /** The versions as they are written, and without build metadata. */
  readonly #known: Set<string> = new Set();

  constructor(versions: readonly string[]) {
    for (const version of versions) this.#put(version);
  }

  /** Adds a version, unless it is there; returns whether it was added. */
  add(version: string): boolean {
    if (this.#has(version)) return false;
    this.#put(version);
    return true;
  }

  #put(version: string): void {
    this.#versions.push({ version });
    this.#known.add(version).add(withoutBuild(version));
  }

  /** Helm takes the version for a constraint: `1.2.0+b` fits `1.2.0`, and `1.2` any `1.2.x`. */
  #has(version: string): boolean {
    if (this.#known.has(version) || this.#known.has(withoutBuild(version))) return true;
    if (/^v?\d+\.\d+\.\d/.test(version)) return false;
    const constraint = constraintOf(version);
    return constraint !== undefined && this.#versions.some((one) => fits(one.version, constraint));
  }
}

function constraintOf(version: string): Constraint | undefined {
  try {
    return parseConstraint(version);
  } catch (error) {
    if (error instanceof PkgError) return undefined;
    throw error;
  }
}

function withoutBuild(version: string): string {
  const parsed = parseVersion(version);
  if (parsed === undefined) return version;
  const { major, minor, patch, prerelease } = parsed;
  return `${major}.${minor}.${patch}-${prerelease}`;
}
