/** `Chart.yaml`: its fields, and everything that can be wrong with them (helm v4, pkg/chart/v2/metadata.go). */
import { PkgError } from '../errors.ts';
import { printable } from '../errors-text.ts';
import { parseYamlDocuments } from '../yaml/read.ts';
import { isMap } from '../yaml/value.ts';
import type { Value, ValueMap } from '../yaml/value.ts';
import type { ChartDependency, ChartMetadata } from './chart.ts';
import { Fields, textOf } from './fields.ts';
import type { Problem } from './fields.ts';
import { isVersion } from './version.ts';

/** Matches an alias that does not lead out of `charts/` (CVE-2020-15184). */
export const ALIAS: RegExp = /^[a-zA-Z0-9_-]+$/;

const TEXT_FIELDS = ['home', 'description', 'icon', 'condition', 'tags', 'appVersion', 'kubeVersion'] as const;

/** The fields of `Chart.yaml` that Helm knows. */
export const CHART_FIELDS: readonly string[] = [
  'name',
  'home',
  'sources',
  'version',
  'description',
  'keywords',
  'maintainers',
  'icon',
  'apiVersion',
  'condition',
  'tags',
  'appVersion',
  'deprecated',
  'annotations',
  'kubeVersion',
  'dependencies',
  'type',
];

/**
 * Reads `Chart.yaml`. What Helm refuses is an error. What Helm changes, such as numbers for text and control characters, is
 * changed in the same way.
 *
 * @param isSubchart as in Helm, a subchart may have any apiVersion
 * @param requirements `requirements.yaml`, where charts of apiVersion v1 declare their dependencies
 * @returns the metadata as far as it could be read, and the first twenty problems of each file, with file and line
 * @throws {PkgError} for a text that is not a YAML map
 */
export async function parseChartMetadata(
  text: string,
  file: string,
  isSubchart: boolean,
  requirements?: { text: string; file: string },
): Promise<{ metadata: ChartMetadata; errors: PkgError[] }> {
  const problems: Problem[] = [];
  const written = readMap(text, file);
  const required = requirements && readMap(requirements.text, requirements.file);
  const isReplaced = required?.has('dependencies') === true;
  const metadata = readMetadata(new Fields(written, [], problems), written, { isSubchart, isReplaced });
  const errors = await withPositions(problems, text, file);
  if (requirements !== undefined && required !== undefined && isReplaced) {
    const found: Problem[] = [];
    metadata.dependencies = readDependencies(new Fields(required, [], found)).map(({ dependency }) => dependency);
    errors.push(...(await withPositions(found, requirements.text, requirements.file)));
  }
  return { metadata, errors };
}

/** Helm reads the first document of these files and no other. */
function readMap(text: string, file: string): ValueMap {
  const value = parseYamlDocuments(text, file, { floats: 'text' })[0] ?? null;
  if (value === null) return new Map();
  if (isMap(value)) return value;
  throw new PkgError('PKG_CHART_INVALID', 'this file does not hold a map of fields', {
    at: { file, line: 1 },
    hints: ['write fields such as name: web and version: 0.1.0'],
  });
}

/** The most problems reported of one file: finding the position of each parses the text again. */
const MAX_PROBLEMS = 20;
const MAX_LOCATED_LENGTH = 1 << 18;

async function withPositions(problems: readonly Problem[], text: string, file: string): Promise<PkgError[]> {
  if (problems.length === 0) return [];
  const { locateKeys } = await import('../yaml/locate.ts');
  const errors: PkgError[] = [];
  for (const { message, path, hints = [] } of problems.slice(0, MAX_PROBLEMS)) {
    const isLocated = path.length > 0 && text.length <= MAX_LOCATED_LENGTH;
    const found = isLocated ? locateKeys(text, path) : undefined;
    errors.push(new PkgError('PKG_CHART_INVALID', message, { at: { file, ...(found ?? { line: 1 }) }, hints }));
  }
  return errors;
}

/** @param isReplaced whether `requirements.yaml` has the dependencies, so that those of Chart.yaml are ignored */
function readMetadata(
  fields: Fields,
  written: ValueMap,
  { isSubchart, isReplaced }: { isSubchart: boolean; isReplaced: boolean },
): ChartMetadata {
  const apiVersion = fields.exactText('apiVersion');
  // As in Helm, a chart without apiVersion is one of Helm 2.
  if (!isSubchart && !['', 'v1', 'v2'].includes(apiVersion)) {
    fields.report('apiVersion', `the apiVersion '${printable(apiVersion, 60)}' is not known`, ['write apiVersion: v2']);
  }
  const name = fields.text('name');
  checkName(name, fields);
  const version = fields.exactText('version');
  checkVersion(version, fields);
  const type = fields.exactText('type');
  if (!['', 'application', 'library'].includes(type)) {
    fields.report('type', `the type '${printable(type, 60)}' is neither application nor library`, [
      'write type: application, or leave it out',
    ]);
  }
  const texts = Object.fromEntries(TEXT_FIELDS.map((key) => [key, fields.text(key)] as const));
  const maintainers = fields
    .maps('maintainers', 'a maintainer is a map with name, email and url')
    .map((maintainer) => mapOf(['name', 'email', 'url'].map((key) => [key, maintainer.text(key)] as const)));
  const annotations = fields.textMap('annotations');
  const deprecated = fields.flag('deprecated');
  const dependencies = readDependencies(fields, isReplaced);
  const known = new Map<string, Value>([
    ...Object.entries({ apiVersion, name, version, type, ...texts, deprecated }),
    ['sources', fields.texts('sources')],
    ['keywords', fields.texts('keywords')],
    ['maintainers', maintainers],
    ['annotations', annotations],
    ['dependencies', dependencies.map(({ dependency, enabled }) => dependencyValue(dependency, enabled))],
  ]);
  return {
    apiVersion: apiVersion === '' ? 'v1' : apiVersion,
    name,
    version,
    appVersion: texts['appVersion'] ?? '',
    description: texts['description'] ?? '',
    type: type === 'library' ? 'library' : 'application',
    kubeVersion: texts['kubeVersion'] ?? '',
    deprecated,
    annotations,
    dependencies: dependencies.map(({ dependency }) => dependency),
    all: inWrittenOrder(written, known),
  };
}

/** All fields in the order of the file, without those that are null. Known fields have the values that were read. */
function inWrittenOrder(written: ValueMap, known: ReadonlyMap<string, Value>): ValueMap {
  const names = new Map([...known.keys()].map((name) => [name.toLowerCase(), name]));
  const all: ValueMap = new Map();
  for (const [key, value] of written) {
    const name = names.get(key.toLowerCase()) ?? key;
    if (value !== null) all.set(name, known.get(name) ?? value);
  }
  return all;
}

/** Checks that a name, which becomes part of paths, is not a path itself (CVE-2024-25620, CVE-2026-35206). */
function checkName(name: string, fields: Fields): void {
  if (name === '') {
    fields.report(undefined, 'the chart has no name', ['write name: and a name for the chart']);
  } else if (name === '.' || name === '..' || /[/\\]/.test(name)) {
    fields.report('name', `the chart name '${printable(name, 60)}' is a path`, ['use letters, digits and dashes']);
  }
}

function checkVersion(version: string, fields: Fields): void {
  if (version === '') {
    fields.report(undefined, 'the chart has no version', ['write version: 0.1.0']);
  } else if (!isVersion(version)) {
    fields.report('version', `the version '${printable(version, 60)}' is not a semantic version`, [
      'write MAJOR.MINOR.PATCH, such as 1.2.3',
    ]);
  }
}

/** `enabled` is a field that Helm sets itself. Written in a file it has no effect, and is preserved. */
type DeclaredDependency = { dependency: ChartDependency; enabled: boolean };

function readDependencies(fields: Fields, isReplaced = false): DeclaredDependency[] {
  const names = new Set<string>();
  return fields.maps('dependencies', 'a dependency is a map with name, version and repository').map((item) => {
    const dependency: ChartDependency = {
      name: item.text('name'),
      version: item.text('version'),
      repository: item.text('repository'),
      condition: item.text('condition'),
      tags: item.texts('tags'),
      alias: item.exactText('alias'),
      importValues: readImports(item),
    };
    const { name, alias } = dependency;
    if (isReplaced) return { dependency, enabled: item.flag('enabled') };
    if (name === '') item.report(undefined, 'the dependency has no name', ['write name: and the name of the chart']);
    if (alias !== '' && !ALIAS.test(alias)) {
      item.report('alias', `the alias '${printable(alias, 60)}' is not a plain name`, ['use letters, digits, _ and -']);
    }
    const effective = alias === '' ? name : alias;
    if (names.has(effective)) {
      const message = `more than one dependency has the name or alias '${printable(effective, 60)}'`;
      item.report(alias === '' ? 'name' : 'alias', message, ['give each an alias of its own']);
    }
    names.add(effective);
    return { dependency, enabled: item.flag('enabled') };
  });
}

function readImports(item: Fields): ChartDependency['importValues'] {
  return item.list('import-values').flatMap((entry, index): ChartDependency['importValues'] => {
    if (typeof entry === 'string') return [entry];
    const child = isMap(entry) ? textOf(entry.get('child') ?? null) : undefined;
    const parent = isMap(entry) ? textOf(entry.get('parent') ?? null) : undefined;
    if (child && parent) return [{ child, parent }];
    item.reportItem(
      'import-values',
      index,
      'an item of import-values is neither a name nor a map with child and parent',
      ['write the name of an export, or child: and parent: with paths of values'],
    );
    return [];
  });
}

/** A dependency as `Chart.yaml` has it. As in Helm, empty fields are left out. */
export function dependencyValue(dependency: ChartDependency, enabled: boolean): ValueMap {
  const { name, version, repository, condition, tags, alias, importValues } = dependency;
  const imports = importValues.map((entry) => (typeof entry === 'string' ? entry : new Map(Object.entries(entry))));
  return new Map<string, Value>([
    ['name', name],
    ...mapOf([['version', version]]),
    ['repository', repository],
    ...mapOf([
      ['condition', condition],
      ['tags', tags],
      ['enabled', enabled],
      ['import-values', imports],
      ['alias', alias],
    ]),
  ]);
}

/** A map of the entries whose values are not empty. */
function mapOf(entries: readonly (readonly [string, Value])[]): ValueMap {
  const isEmpty = (value: Value): boolean =>
    value === '' || value === false || (Array.isArray(value) && value.length === 0);
  return new Map(entries.filter(([, value]) => !isEmpty(value)));
}
