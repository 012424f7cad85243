/**
 * A release as the text in Helm's record: JSON as Go writes it, gzip, base64. Source: helm v4
 * `pkg/storage/driver/util.go` and the structs of `pkg/release/v1`, `pkg/chart/v2`.
 */
import { gunzipSync, gzipSync } from 'node:zlib';
import { PkgError } from '../errors.ts';
import { gunzipOptions } from '../gunzip.ts';
import { goJson, parseJson, sortKeys, withoutEmpty } from '../yaml/json.ts';
import { asObject, getOwn } from '../yaml/value.ts';
import { STATUSES } from './release.ts';
import type { Json, JsonObject } from '../yaml/value.ts';
import type { RecordedChart, RecordedHook, Release, Status } from './release.ts';

/** The most bytes that the API server accepts as the data of a Secret, and so of a record. */
export const MAX_RECORD: number = 1 << 20;
/** The most bytes of JSON that a record may unpack to: 1 MiB of gzip can hold a thousand times as much. */
const MAX_JSON = 256 << 20;

/** The text of a release's record (what a Secret's `data.release` holds before its own base64). */
export function encodeRelease(release: Release): string {
  const compressed = gzipSync(goJson(recordOf(release)), { level: 9 });
  // Byte 9 of a gzip header names the system. Go writes 255 for "unknown", Node 3 for Unix.
  compressed[9] = 0xff;
  return compressed.toString('base64');
}

/**
 * Reads the text of a record; the inverse of {@link encodeRelease}. Also reads JSON that is not compressed, as the
 * first versions of Helm wrote it, and Helm 3's empty texts for times that are not set.
 *
 * @param where names the record in errors
 * @throws {PkgError} `PKG_RECORD_CORRUPT`
 */
export function decodeRelease(text: string, labels: Record<string, string>, where: string): Release {
  let json: Json;
  try {
    let bytes: Uint8Array = Buffer.from(text, 'base64');
    if (bytes[0] === 0x1f && bytes[1] === 0x8b && bytes[2] === 0x08) {
      bytes = gunzipSync(bytes, gunzipOptions(bytes, MAX_JSON));
    }
    json = parseJson(new TextDecoder('utf-8', { fatal: true }).decode(bytes), where);
  } catch (error) {
    throw corrupt(where, 'it does not decode', error);
  }
  const record = asObject(json);
  const info = asObject(getOwn(record ?? {}, 'info'));
  const name = getOwn(record ?? {}, 'name');
  const version = getOwn(record ?? {}, 'version');
  const status = getOwn(info ?? {}, 'status');
  if (record === undefined || info === undefined) throw corrupt(where, 'it holds no release');
  if (typeof name !== 'string' || name === '') throw corrupt(where, 'the release in it has no name');
  if (typeof version !== 'number' || !Number.isSafeInteger(version) || version < 1) {
    throw corrupt(where, 'the release in it has no revision');
  }
  const readInfo: Release['info'] = {
    ...info,
    description: asString(getOwn(info, 'description')),
    status: asStatus(status),
  };
  for (const key of ['first_deployed', 'last_deployed', 'deleted', 'notes'] as const) {
    if (typeof readInfo[key] !== 'string' || readInfo[key] === '') delete readInfo[key];
  }
  if (!Number.isSafeInteger(readInfo.rollback_revision)) delete readInfo.rollback_revision;
  const method = getOwn(record, 'apply_method');
  return {
    ...record,
    name,
    namespace: asString(getOwn(record, 'namespace')),
    version,
    info: readInfo,
    chart: asChart(getOwn(record, 'chart')),
    config: asObject(getOwn(record, 'config')) ?? {},
    manifest: asString(getOwn(record, 'manifest')),
    hooks: asHooks(getOwn(record, 'hooks')),
    ...(method === 'ssa' || method === 'csa' ? { apply_method: method } : {}),
    labels,
  } as Release;
}

/** The release as the JSON of its record: Helm's fields in the order of Go's structs, then what else was read. */
export function recordOf(release: Release): JsonObject {
  const { labels: _, name, info, chart, config, manifest, hooks, version, namespace, apply_method, ...rest } = release;
  const { first_deployed, last_deployed, deleted, description, status, rollback_revision, notes, ...others } = info;
  return withoutEmpty({
    name,
    info: withoutEmpty({
      ...{ first_deployed, last_deployed, deleted, description, status, rollback_revision, notes },
      ...others,
    }),
    chart,
    config: sortKeys(config),
    manifest,
    hooks: hooks as unknown as Json,
    version,
    namespace,
    apply_method,
    ...(rest as JsonObject),
  });
}

function asChart(value: Json | undefined): RecordedChart {
  const chart = asObject(value) ?? {};
  return {
    ...chart,
    metadata: asObject(getOwn(chart, 'metadata')) ?? {},
    lock: getOwn(chart, 'lock') ?? null,
    values: asObject(getOwn(chart, 'values')) ?? {},
  } as RecordedChart;
}

function asHooks(value: Json | undefined): RecordedHook[] {
  if (!Array.isArray(value)) return [];
  return value.map((item): RecordedHook => {
    const hook = asObject(item) ?? {};
    const events = getOwn(hook, 'events');
    return {
      ...hook,
      name: asString(getOwn(hook, 'name')),
      kind: asString(getOwn(hook, 'kind')),
      path: asString(getOwn(hook, 'path')),
      manifest: asString(getOwn(hook, 'manifest')),
      events: Array.isArray(events) ? events.map((event) => asString(event)) : [],
      last_run: asObject(getOwn(hook, 'last_run')) ?? {},
    };
  });
}

function asString(value: Json | undefined): string {
  return typeof value === 'string' ? value : '';
}

function asStatus(value: Json | undefined): Status {
  return STATUSES.find((status) => status === value) ?? 'unknown';
}

/** The error for a record that cannot be read. */
export function corrupt(where: string, why: string, cause?: unknown): PkgError {
  return new PkgError('PKG_RECORD_CORRUPT', `the release record ${where} cannot be read: ${why}`, {
    hints: ['restore the record, or delete it: earlier revisions stay usable'],
    ...(cause === undefined ? {} : { cause }),
  });
}
