/**
 * The chart as Helm's record holds it: the root chart alone, fields in the order of Go's structs.
 * Source: helm v4 `pkg/chart/v2/{chart,metadata,dependency}.go`.
 */
import { fromPlain, isMap, toPlain } from '../yaml/value.ts';
import { sortKeys } from '../yaml/json.ts';
import { withoutEmpty } from './codec.ts';
import type { Chart, ChartDependency, ChartFile } from '../chart/chart.ts';
import type { Json, JsonObject, Value, ValueMap } from '../yaml/value.ts';
import type { RecordedChart, RecordedFile } from './release.ts';

/** Records a chart whose dependencies were resolved. */
export function recordChart(chart: Chart): RecordedChart {
  const files = [...chart.files, ...chart.crds].sort((a, b) => (a.name < b.name ? -1 : 1));
  return {
    metadata: recordMetadata(chart, true),
    lock: chart.lock === null ? null : recordLock(chart.lock),
    templates: recordFiles(chart.templates),
    values: sortKeys(toPlain(chart.values)),
    schema: chart.schema === undefined ? null : base64(chart.schema.data),
    schemamodtime: '0001-01-01T00:00:00Z',
    files: recordFiles(files),
  };
}

/** The default values of a recorded chart. */
export function recordedValues(chart: RecordedChart): ValueMap {
  return fromPlain(chart.values);
}

/**
 * The fields of Chart.yaml that Helm knows.
 *
 * @param enabled were the dependencies resolved, so that those which are there are enabled?
 */
export function recordMetadata(chart: Chart, enabled: boolean): JsonObject {
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
    dependencies: metadata.dependencies.map((dependency) => recordDependency(dependency, enabled)),
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

function recordDependency(dependency: ChartDependency, enabled: boolean): JsonObject {
  const { version, condition, tags, importValues, alias } = dependency;
  return {
    name: dependency.name,
    ...withoutEmpty({ version }),
    repository: dependency.repository,
    ...withoutEmpty({ condition, tags, enabled, 'import-values': importValues, alias }),
  };
}

function recordLock(lock: ValueMap): JsonObject {
  const plain = toPlain(lock);
  return {
    generated: plain['generated'] ?? '0001-01-01T00:00:00Z',
    digest: plain['digest'] ?? '',
    dependencies: plain['dependencies'] ?? null,
  };
}

/** Go prints a list that was never made as null. */
function recordFiles(files: readonly ChartFile[]): RecordedFile[] {
  const recorded = files.map((file) => ({ name: file.name, data: base64(file.data) }));
  return recorded.length > 0 ? recorded : (null as unknown as RecordedFile[]);
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64');
}
