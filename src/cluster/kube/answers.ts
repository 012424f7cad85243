/**
 * Checks the objects in answers. The server may be broken, or something else than an API server, such as a proxy's
 * login page. An answer that is not an object must not be taken for a missing object, which pkg would then create or
 * overwrite.
 */
import { printable } from '../../errors-text.ts';
import { getOwn, isJsonObject, setOwn } from '../../yaml/value.ts';
import type { Json, JsonObject } from '../../yaml/value.ts';
import type { KubeObject, ObjectRef } from '../cluster.ts';
import { groupOf } from '../cluster.ts';
import { ApiError } from './api-errors.ts';

/**
 * Checks an answer that must be one object.
 *
 * @param ref the object that was read or written
 * @param cluster names the cluster in errors
 * @throws {ApiError} for anything but that object; after a write it is then uncertain whether it was done
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
 * Checks an item of a list, where the server leaves out `apiVersion` and `kind`.
 *
 * @throws ApiError as {@link readObject}
 */
export function readItem(
  item: Json,
  { apiVersion, kind }: { apiVersion: string; kind: string },
  cluster: string,
): KubeObject {
  const wrong = isJsonObject(item) ? problemOf(item) : 'something that is not an object';
  if (wrong !== undefined) throw wrongAnswer(cluster, kind, wrong);
  const found = item as JsonObject;
  if (getOwn(found, 'apiVersion') !== undefined && getOwn(found, 'kind') !== undefined) return found as KubeObject;
  const object: JsonObject = { apiVersion, kind };
  for (const key of Object.keys(found)) setOwn(object, key, found[key] ?? null);
  return object as KubeObject;
}

/**
 * The items of a list. Go writes `null` for an empty list.
 *
 * @throws ApiError for what is not a list
 */
export function itemsOf(body: Json, kind: string, cluster: string): Json[] {
  const items = isJsonObject(body) ? getOwn(body, 'items') : undefined;
  if (Array.isArray(items)) return items;
  if (items === null) return [];
  throw wrongAnswer(cluster, kind, 'something that is not a list');
}

/** The error for an answer that does not fit the request. */
export function wrongAnswer(cluster: string, asked: string, what: string): ApiError {
  return new ApiError(
    'PKG_CLUSTER_FAILED',
    `${cluster} answered the request for ${printable(asked)} with ${what}`,
    { status: 0, uncertain: true },
    { hints: ['check that this is the address of an API server, and what is in front of it'] },
  );
}

/** Is this an apiVersion that can be part of a path: `v1`, `apps/v1`? */
export function isApiVersion(text: unknown): text is string {
  if (typeof text !== 'string') return false;
  return /^(?:[a-z0-9][-a-z0-9.]*\/)?[a-z0-9][-a-z0-9]*$/i.test(text) && !text.includes('..');
}

/** Is this a name of a kind, or of its plural in a path? */
export function isName(text: unknown): text is string {
  return typeof text === 'string' && /^[a-z0-9][-a-z0-9]*$/i.test(text);
}

/** Says what is wrong with the fields that every object has; undefined for nothing. */
function problemOf(object: JsonObject): string | undefined {
  for (const key of ['apiVersion', 'kind']) {
    const value = getOwn(object, key);
    if (value !== undefined && (typeof value !== 'string' || value === ''))
      return `an object whose ${key} is not a string`;
  }
  const metadata = getOwn(object, 'metadata');
  if (!isJsonObject(metadata)) return 'an object without metadata';
  if (typeof metadata['name'] !== 'string' || metadata['name'] === '') return 'an object without a name';
  for (const key of TEXTS) {
    const value = getOwn(metadata, key);
    // Go writes `null` for a time that is not set.
    if (value !== undefined && value !== null && typeof value !== 'string') {
      return `an object whose metadata.${key} is not a string`;
    }
  }
  for (const key of ['labels', 'annotations']) {
    const value = getOwn(metadata, key);
    if (value !== undefined && value !== null && !isTexts(value))
      return `an object whose metadata.${key} is not a map of strings`;
  }
  return undefined;
}

const TEXTS: readonly string[] = ['namespace', 'uid', 'resourceVersion', 'creationTimestamp', 'deletionTimestamp'];

function isTexts(value: Json): boolean {
  return isJsonObject(value) && Object.values(value).every((text) => typeof text === 'string');
}
