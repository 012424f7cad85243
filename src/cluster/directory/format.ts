/**
 * Converts an object to the text of its file, and back.
 *
 * Equal objects give equal texts: keys have a fixed order, and fields that only a server sets are left out.
 */
import { createHash } from 'node:crypto';
import { PkgError } from '../../errors.ts';
import { parseYamlDocuments } from '../../yaml/read.ts';
import { printYaml } from '../../yaml/print.ts';
import { isMap, toPlain } from '../../yaml/value.ts';
import { describeRef, groupOf, SERVER_FIELDS, withoutMetadata } from '../cluster.ts';
import type { Json, JsonObject, Value, ValueMap } from '../../yaml/value.ts';
import type { KubeObject, ObjectRef } from '../cluster.ts';

/** Fields of `metadata` that a file leaves out: they describe an object on a server. */
const LEFT_OUT: readonly string[] = [...SERVER_FIELDS, 'deletionGracePeriodSeconds', 'deletionTimestamp'];

/** Keys that come first; all others are sorted. */
const FIRST_KEYS: readonly string[] = ['apiVersion', 'kind', 'metadata', 'name', 'namespace'];

/** The text of an object's file. */
export function printObject(object: KubeObject): string {
  return printYaml(sorted(withoutServerFields(object)));
}

/** The object without what only a server sets. */
export function withoutServerFields(object: KubeObject): KubeObject {
  return withoutMetadata(object, LEFT_OUT);
}

/** The `resourceVersion` of an object in a folder: a hash of its file. */
export function versionOf(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 32);
}

/**
 * Reads the text of a file that must hold the object `ref`.
 *
 * @throws {PkgError} `PKG_TARGET_CORRUPT` for what does not parse, or is another object
 */
export function parseObject(text: string, file: string, ref: ObjectRef): KubeObject {
  const object = parseAnyObject(text, file);
  const { apiVersion, kind, metadata } = object;
  const namespace = metadata.namespace ?? ref.namespace;
  const same =
    groupOf(apiVersion) === groupOf(ref.apiVersion) &&
    kind === ref.kind &&
    metadata.name === ref.name &&
    (namespace === ref.namespace || ref.namespace === '');
  if (!same) {
    const held = describeRef({ apiVersion, kind, namespace, name: metadata.name });
    throw corrupt(`the file holds ${held} of namespace "${namespace}", but its place is that of ${describeRef(ref)}`, {
      file,
      line: 1,
    });
  }
  return object;
}

/**
 * Reads the text of a file that must hold exactly one object.
 *
 * @throws {PkgError} `PKG_TARGET_CORRUPT` for what does not parse or is not a Kubernetes object
 */
export function parseAnyObject(text: string, file: string): KubeObject {
  let documents: Value[];
  try {
    documents = parseYamlDocuments(text, file, { duplicateKeys: 'error' });
  } catch (error) {
    if (!(error instanceof PkgError)) throw error;
    throw corrupt(error.message, error.at ?? { file }, error);
  }
  const [first, ...others] = documents;
  if (others.length > 0) throw corrupt(`the file holds ${documents.length} documents instead of one`, { file });
  const object = isMap(first) ? toPlain(first) : undefined;
  if (object === undefined || !isKubeObject(object)) {
    throw corrupt('the file holds no Kubernetes object: apiVersion, kind and metadata.name are needed', {
      file,
      line: 1,
    });
  }
  object.metadata['resourceVersion'] = versionOf(text);
  return object;
}

function corrupt(message: string, at: { file: string; line?: number; column?: number }, cause?: unknown): PkgError {
  return new PkgError('PKG_TARGET_CORRUPT', message, {
    at,
    hints: ['correct the file, or remove it: the next install or upgrade writes it again'],
    ...(cause === undefined ? {} : { cause }),
  });
}

function isKubeObject(object: JsonObject): object is KubeObject {
  const { metadata } = object;
  return (
    typeof object['apiVersion'] === 'string' &&
    typeof object['kind'] === 'string' &&
    typeof metadata === 'object' &&
    metadata !== null &&
    !Array.isArray(metadata) &&
    typeof metadata['name'] === 'string' &&
    (metadata['namespace'] === undefined || typeof metadata['namespace'] === 'string')
  );
}

function sorted(value: JsonObject): ValueMap;
function sorted(value: Json): Value;
function sorted(value: Json): Value {
  if (Array.isArray(value)) return value.map((item) => sorted(item));
  if (typeof value !== 'object' || value === null) return value;
  const map: ValueMap = new Map();
  for (const key of Object.keys(value).sort(compareKeys)) map.set(key, sorted(value[key] as Json));
  return map;
}

function compareKeys(a: string, b: string): number {
  const first = rank(a) - rank(b);
  if (first !== 0) return first;
  return a < b ? -1 : a > b ? 1 : 0;
}

function rank(key: string): number {
  const index = FIRST_KEYS.indexOf(key);
  return index < 0 ? FIRST_KEYS.length : index;
}
