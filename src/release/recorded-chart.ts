/**
 * The chart as Helm's record holds it: the root chart alone, fields in the order of Go's structs. Source: helm v4
 * `pkg/chart/v2/{chart,metadata,dependency}.go`.
 */
import { metadataJson } from '../chart/metadata-json.ts';
import type { Chart, ChartFile } from '../chart/chart.ts';
import { coalesceValues } from '../chart/values.ts';
import { sortKeys } from '../yaml/json.ts';
import { fromPlain, getOwn, toPlain } from '../yaml/value.ts';
import type { JsonObject, ValueMap } from '../yaml/value.ts';
import type { RecordedChart, RecordedFile, Release } from './release.ts';

/**
 * The chart as a record holds it. Its dependencies must have been resolved: the record names those that are enabled.
 */
export function recordChart(chart: Chart): RecordedChart {
  const files = [...chart.files, ...chart.crds].sort((a, b) => (a.name < b.name ? -1 : 1));
  return {
    metadata: metadataJson(chart, { areEnabled: true }),
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

/** A field of the recorded chart's metadata, as text. */
export function chartField(release: Release, field: string): string {
  const value = getOwn(release.chart?.metadata ?? {}, field);
  return value === undefined || value === null ? '' : String(value);
}

/** The values that a revision ran with: the recorded chart's defaults and what the user gave. */
export function computedValues(release: Release): JsonObject {
  const defaults = {
    metadata: { name: chartField(release, 'name') },
    values: fromPlain(release.chart?.values ?? {}),
    dependencies: [],
  };
  return sortKeys(toPlain(coalesceValues(defaults, fromPlain(release.config ?? {})).values));
}

function recordLock(lock: ValueMap): JsonObject {
  const plain = toPlain(lock);
  return {
    generated: plain['generated'] ?? '0001-01-01T00:00:00Z',
    digest: plain['digest'] ?? '',
    dependencies: plain['dependencies'] ?? null,
  };
}

/** Null for no files, because Go prints a nil slice as null. */
function recordFiles(files: readonly ChartFile[]): RecordedFile[] {
  const recorded = files.map((file) => ({ name: file.name, data: base64(file.data) }));
  return recorded.length > 0 ? recorded : (null as unknown as RecordedFile[]);
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64');
}
