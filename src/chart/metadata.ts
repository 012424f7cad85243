/** `Chart.yaml`: its fields, and everything that can be wrong with them. */
import { PkgError } from '../errors.ts';
import type { Position } from '../errors.ts';
import { printable } from '../errors-text.ts';
import { locateKeys } from '../yaml/locate.ts';
import { parseYaml } from '../yaml/read.ts';
import { isMap } from '../yaml/value.ts';
import type { Value, ValueMap } from '../yaml/value.ts';
import type { ChartDependency, ChartMetadata } from './chart.ts';
import { isVersion } from './version.ts';

const ALIAS = /^[a-zA-Z0-9_-]+$/;

type Problem = { message: string; path: (string | number)[]; hints?: string[] };

/**
 * Reads `Chart.yaml`, and for a chart of apiVersion v1 the dependencies of `requirements.yaml`.
 *
 * @returns the metadata, and all that is wrong with it, each with file and line
 * @throws {PkgError} when the text is no YAML map at all
 */
export async function parseChartMetadata(
  text: string,
  file: string,
  requirements?: { text: string; file: string },
): Promise<{ metadata: ChartMetadata; errors: PkgError[] }> {
  const all = readMap(text, file);
  const problems: Problem[] = [];
  const reader = new FieldReader(all, problems);
  const apiVersion = reader.text('apiVersion');
  if (apiVersion === '')
    problems.push({ message: 'apiVersion is required', path: [], hints: ['write apiVersion: v2'] });
  const name = reader.text('name');
  checkName(name, problems);
  const version = reader.text('version');
  if (version === '') problems.push({ message: 'version is required', path: [], hints: ['write version: 0.1.0'] });
  else if (!isVersion(version))
    problems.push({
      message: `the version ${printable(version, 60)} is not a semantic version`,
      path: ['version'],
      hints: ['write MAJOR.MINOR.PATCH, such as 1.2.3'],
    });
  const type = reader.text('type');
  if (!['', 'application', 'library'].includes(type))
    problems.push({ message: `the type ${printable(type, 60)} is neither application nor library`, path: ['type'] });
  checkMaintainers(all.get('maintainers'), problems);
  const dependencies = readDependencies(all.get('dependencies'), problems);
  const metadata: ChartMetadata = {
    apiVersion,
    name: clean(name),
    version: clean(version),
    appVersion: clean(reader.text('appVersion')),
    description: clean(reader.text('description')),
    type: type === 'library' ? 'library' : 'application',
    kubeVersion: reader.text('kubeVersion'),
    deprecated: all.get('deprecated') === true,
    annotations: readAnnotations(all.get('annotations'), problems),
    dependencies,
    all,
  };
  const errors = await positioned(problems, text, file);
  if (requirements !== undefined && dependencies.length === 0) {
    const found: Problem[] = [];
    const map = readMap(requirements.text, requirements.file);
    metadata.dependencies = readDependencies(map.get('dependencies'), found);
    errors.push(...(await positioned(found, requirements.text, requirements.file)));
  }
  return { metadata, errors };
}

function readMap(text: string, file: string): ValueMap {
  const value = parseYaml(text.replace(/^\uFEFF/, ''), file);
  if (value === null) return new Map();
  if (!isMap(value)) {
    throw new PkgError('PKG_CHART_INVALID', 'this file holds a map of fields, and here is none', {
      at: { file, line: 1 },
    });
  }
  return value;
}

async function positioned(problems: readonly Problem[], text: string, file: string): Promise<PkgError[]> {
  const errors: PkgError[] = [];
  for (const { message, path, hints } of problems) {
    const found = path.length === 0 ? undefined : await locateKeys(text, path);
    const at: Position = found === undefined ? { file, line: 1 } : { file, ...found };
    errors.push(new PkgError('PKG_CHART_INVALID', message, { at, hints: hints ?? [] }));
  }
  return errors;
}

class FieldReader {
  readonly #map: ValueMap;
  readonly #problems: Problem[];
  readonly #path: (string | number)[];

  constructor(map: ValueMap, problems: Problem[], path: (string | number)[] = []) {
    this.#map = map;
    this.#problems = problems;
    this.#path = path;
  }

  /** A string field; what YAML takes for a number or boolean is an error, as in Helm. */
  text(key: string): string {
    const value = this.#map.get(key);
    if (value === undefined || value === null) return '';
    if (typeof value === 'string') return value;
    const hints = typeof value === 'object' ? [] : [`put it in quotes: ${key}: "${String(value)}"`];
    this.#problems.push({ message: `${key} is not a string`, path: [...this.#path, key], hints });
    return '';
  }
}

function checkName(name: string, problems: Problem[]): void {
  if (name === '') problems.push({ message: 'name is required', path: [] });
  else if (name === '.' || name === '..' || /[/\\\0]/.test(name) || name !== name.trim()) {
    problems.push({
      message: `the chart name ${printable(name, 80)} is not a plain name`,
      path: ['name'],
      hints: ['use lower-case letters, digits and dashes'],
    });
  }
}

function checkMaintainers(value: Value | undefined, problems: Problem[]): void {
  if (value === undefined || value === null) return;
  if (!Array.isArray(value)) {
    problems.push({ message: 'maintainers is not a list', path: ['maintainers'] });
    return;
  }
  for (const [index, maintainer] of value.entries()) {
    if (!isMap(maintainer))
      problems.push({ message: 'a maintainer is a map with name, email and url', path: ['maintainers', index] });
  }
}

function readAnnotations(value: Value | undefined, problems: Problem[]): Map<string, string> {
  const annotations = new Map<string, string>();
  if (value === undefined || value === null) return annotations;
  if (!isMap(value)) {
    problems.push({ message: 'annotations is not a map', path: ['annotations'] });
    return annotations;
  }
  for (const [key, text] of value) {
    if (typeof text === 'string') annotations.set(key, text);
    else
      problems.push({
        message: `the annotation ${printable(key, 80)} is not a string`,
        path: ['annotations', key],
        hints: ['put it in quotes'],
      });
  }
  return annotations;
}

function readDependencies(value: Value | undefined, problems: Problem[]): ChartDependency[] {
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value)) {
    problems.push({ message: 'dependencies is not a list', path: ['dependencies'] });
    return [];
  }
  const found: ChartDependency[] = [];
  const names = new Set<string>();
  for (const [index, item] of value.entries()) {
    const path = ['dependencies', index];
    if (!isMap(item)) {
      problems.push({ message: 'a dependency is a map with name, version and repository', path });
      continue;
    }
    const reader = new FieldReader(item, problems, path);
    const dependency: ChartDependency = {
      name: reader.text('name'),
      version: reader.text('version'),
      repository: reader.text('repository'),
      condition: reader.text('condition'),
      tags: readTags(item.get('tags'), [...path, 'tags'], problems),
      alias: reader.text('alias'),
      importValues: readImports(item.get('import-values'), [...path, 'import-values'], problems),
    };
    if (dependency.name === '' || /[/\\]/.test(dependency.name))
      problems.push({ message: 'a dependency needs a plain name', path });
    if (dependency.alias !== '' && !ALIAS.test(dependency.alias)) {
      problems.push({
        message: `the alias ${printable(dependency.alias, 80)} is not a plain name`,
        path: [...path, 'alias'],
        hints: ['use letters, digits, _ and -'],
      });
    }
    const key = dependency.alias === '' ? dependency.name : dependency.alias;
    if (names.has(key))
      problems.push({
        message: `there is more than one dependency with the name or alias ${printable(key, 80)}`,
        path,
      });
    names.add(key);
    found.push(dependency);
  }
  return found;
}

function readTags(value: Value | undefined, path: (string | number)[], problems: Problem[]): string[] {
  if (value === undefined || value === null) return [];
  if (Array.isArray(value) && value.every((tag) => typeof tag === 'string')) return value;
  problems.push({ message: 'tags is not a list of strings', path });
  return [];
}

function readImports(
  value: Value | undefined,
  path: (string | number)[],
  problems: Problem[],
): ChartDependency['importValues'] {
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value)) {
    problems.push({ message: 'import-values is not a list', path });
    return [];
  }
  return value.flatMap((item, index): ChartDependency['importValues'] => {
    if (typeof item === 'string') return [item];
    const child = isMap(item) ? item.get('child') : undefined;
    const parent = isMap(item) ? item.get('parent') : undefined;
    if (typeof child === 'string' && typeof parent === 'string') return [{ child, parent }];
    problems.push({ message: 'import-values holds strings, or maps with child and parent', path: [...path, index] });
    return [];
  });
}

/** Helm turns all white space into blanks and drops what cannot be printed. */
function clean(text: string): string {
  return text.replace(/\s/gu, ' ').replace(/[^\P{C}]/gu, '');
}
