/**
 * Objects in the answers of an API server. What answers may be something else than an API server, or a broken one, so
 * nothing is believed before it was looked at: what is no object would be taken for one that is not there, or for
 * another one, and written over.
 */
import { printable } from '../../errors-text.ts';
import { getOwn, isJsonObject, setOwn } from '../../yaml/value.ts';
import type { Json, JsonObject } from '../../yaml/value.ts';
import type { KubeObject, ObjectRef } from '../cluster.ts';
import { groupOf } from '../cluster.ts';
import { ApiError } from './api-errors.ts';

/**
 * The object that was asked for by its name, or that a write made.
 *
 * @param cluster how messages call it
 * @throws ApiError for what is no object, or another one. Whether a write was done is then uncertain
 */
export function readObject(body: Json, ref: ObjectRef, cluster: string): KubeObject {
  const object = readItem(body, ref, cluster);
  const { name, namespace = '' } = object.metadata;
  const isOther = name !== ref.name || (namespace !== ref.namespace && namespace !== '' && ref.namespace !== '');
  const isOtherKind = object.kind !== ref.kind || groupOf(object.apiVersion) !== groupOf(ref.apiVersion);
  if (isOther || isOtherKind) throw wrongAnswer(cluster, `${ref.kind} "${ref.name}"`, 'another object');
  return object;
}

/**
 * An item of a list, of which the server leaves out what all items have in common.
 *
 * @throws ApiError as {@link readObject}
 */
export function readItem(
  item: Json,
  { apiVersion, kind }: { apiVersion: string; kind: string },
  cluster: string,
): KubeObject {
  const wrong = isJsonObject(item) ? faultOf(item) : 'something that is no object';
  if (wrong !== undefined) throw wrongAnswer(cluster, kind, wrong);
  const found = item as JsonObject;
  if (getOwn(found, 'apiVersion') !== undefined && getOwn(found, 'kind') !== undefined) return found as KubeObject;
  const object: JsonObject = { apiVersion, kind };
  for (const key of Object.keys(found)) setOwn(object, key, found[key] ?? null);
  return object as KubeObject;
}

/**
 * The items of a list. Go writes `null` for a list of none.
 *
 * @throws ApiError for what is no list
 */
export function itemsOf(body: Json, kind: string, cluster: string): Json[] {
  const items = isJsonObject(body) ? getOwn(body, 'items') : undefined;
  if (Array.isArray(items)) return items;
  if (items === null) return [];
  throw wrongAnswer(cluster, kind, 'something that is no list');
}

/** The error for an answer that is no answer to what was asked. */
export function wrongAnswer(cluster: string, asked: string, what: string): ApiError {
  return new ApiError(
    'PKG_CLUSTER_FAILED',
    `${cluster} answers a question for ${printable(asked)} with ${what}`,
    { status: 0, uncertain: true },
    { hints: ['check that this is the address of an API server, and what stands in front of it'] },
  );
}

/** What can be a group and a version, and so stand in a path: `v1`, `apps/v1`. */
export function isApiVersion(text: unknown): text is string {
  if (typeof text !== 'string') return false;
  return /^(?:[a-z0-9][-a-z0-9.]*\/)?[a-z0-9][-a-z0-9]*$/i.test(text) && !text.includes('..');
}

/** What can be the name of a kind, or of its objects in a path. */
export function isName(text: unknown): text is string {
  return typeof text === 'string' && /^[a-z0-9][-a-z0-9]*$/i.test(text);
}

/** What is wrong with what every object has; undefined for nothing. */
function faultOf(object: JsonObject): string | undefined {
  for (const key of ['apiVersion', 'kind']) {
    const value = getOwn(object, key);
    if (value !== undefined && (typeof value !== 'string' || value === '')) return `an object whose ${key} is no text`;
  }
  const metadata = getOwn(object, 'metadata');
  if (!isJsonObject(metadata)) return 'an object without metadata';
  if (typeof metadata['name'] !== 'string' || metadata['name'] === '') return 'an object without a name';
  for (const key of TEXTS) {
    const value = getOwn(metadata, key);
    // Go writes `null` for a time that is not set.
    if (value !== undefined && value !== null && typeof value !== 'string') {
      return `an object whose metadata.${key} is no text`;
    }
  }
  for (const key of ['labels', 'annotations']) {
    const value = getOwn(metadata, key);
    if (value !== undefined && value !== null && !isTexts(value))
      return `an object whose metadata.${key} is no map of texts`;
  }
  return undefined;
}

const TEXTS: readonly string[] = ['namespace', 'uid', 'resourceVersion', 'creationTimestamp', 'deletionTimestamp'];

function isTexts(value: Json): boolean {
  return isJsonObject(value) && Object.values(value).every((text) => typeof text === 'string');
}
