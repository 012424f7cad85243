/** Chart.yaml as JSON, in the order of the fields of Helm's struct: in records, registries and indexes. */
import { sortKeys, withoutEmpty } from '../yaml/json.ts';
import { isMap, toPlain } from '../yaml/value.ts';
import type { Json, JsonObject, Value } from '../yaml/value.ts';
import type { Chart, ChartDependency } from './chart.ts';

/**
 * The fields of Chart.yaml that Helm knows.
 *
 * @param options.areEnabled the dependencies were resolved, so that those that are left are marked as enabled
 */
export function metadataJson(chart: Chart, { areEnabled = false }: { areEnabled?: boolean } = {}): JsonObject {
  const { metadata } = chart;
  const text = (key: string): string => {
    const value = metadata.all.get(key);
    return typeof value === 'string' ? value : '';
  };
  const list = (key: string): Json[] => {
    const value = metadata.all.get(key);
    return Array.isArray(value) ? value.map((item) => toPlain(item)) : [];
  };
  return withoutEmpty({
    name: metadata.name,
    home: text('home'),
    sources: list('sources'),
    version: metadata.version,
    description: metadata.description,
    keywords: list('keywords'),
    maintainers: maintainersOf(metadata.all.get('maintainers')),
    icon: text('icon'),
    apiVersion: metadata.apiVersion,
    condition: text('condition'),
    tags: text('tags'),
    appVersion: metadata.appVersion,
    deprecated: metadata.deprecated,
    annotations: sortKeys(Object.fromEntries(metadata.annotations)),
    kubeVersion: metadata.kubeVersion,
    dependencies: metadata.dependencies.map((dependency) => dependencyJson(dependency, areEnabled)),
    type: text('type'),
  });
}

function maintainersOf(value: Value | undefined): Json[] {
  if (!Array.isArray(value)) return [];
  return value.filter(isMap).map((maintainer) => {
    const field = (key: string): Json => toPlain(maintainer.get(key) ?? '');
    return withoutEmpty({ name: field('name'), email: field('email'), url: field('url') });
  });
}

function dependencyJson(dependency: ChartDependency, enabled: boolean): JsonObject {
  const { version, condition, tags, importValues, alias } = dependency;
  return {
    name: dependency.name,
    ...withoutEmpty({ version }),
    repository: dependency.repository,
    ...withoutEmpty({ condition, tags, enabled, 'import-values': importValues, alias }),
  };
}
