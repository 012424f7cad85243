/** Writes that are not server-side applies: those of release records, and deletes. */
import { equalJson, getOwn } from '../../yaml/value.ts';
import type { Json, JsonObject } from '../../yaml/value.ts';
import { refOf } from '../cluster.ts';
import type { Cascade, DeleteOptions, KubeObject, ObjectRef } from '../cluster.ts';
import { readItem, readObject } from './answers.ts';
import { ApiError } from './api-errors.ts';
import { askServed } from './ask-served.ts';
import { METADATA_OF_ONE } from './kube-api.ts';
import type { KubeApi } from './kube-api.ts';
import { resourcePath } from './resource-path.ts';
import { writeOnce } from './write-once.ts';

/** The field manager of these writes, as Helm has it for its writes of records. */
const UPDATE_MANAGER = 'Helm';
/** Milliseconds for one try of a lease's renewal: writes of the operation wait for it. */
const RENEWAL_TIMEOUT = 10_000;
const PROPAGATION: Readonly<Record<Cascade, string>> = {
  background: 'Background',
  orphan: 'Orphan',
  foreground: 'Foreground',
};

/**
 * Creates an object.
 *
 * @throws {ApiError} `PKG_OBJECT_CONFLICT` where there is one already, and what else the server refuses
 * @throws {PkgError} `PKG_KIND_UNKNOWN`
 */
export async function createObject(
  cluster: KubeApi,
  object: KubeObject,
  signal: AbortSignal | undefined,
): Promise<KubeObject> {
  const ref = refOf(object);
  const resource = await cluster.discovery.required(ref.apiVersion, ref.kind);
  const send = async (): Promise<KubeObject> => {
    const { body } = await cluster.request({
      method: 'POST',
      path: resourcePath(resource, ref.namespace),
      query: { fieldManager: UPDATE_MANAGER },
      body: object,
    });
    return readObject(body, ref, cluster.description);
  };
  return await writeOnce(send, () => ifWritten(cluster, object), signal);
}

/**
 * Replaces an object at the `resourceVersion` that it carries.
 *
 * @throws {ApiError} `PKG_OBJECT_CONFLICT` where it was changed or removed since, and what else the server refuses
 * @throws {PkgError} `PKG_KIND_UNKNOWN`
 */
export async function replaceObject(
  cluster: KubeApi,
  object: KubeObject,
  signal: AbortSignal | undefined,
): Promise<KubeObject> {
  const ref = refOf(object);
  const resource = await cluster.discovery.required(ref.apiVersion, ref.kind);
  const send = async (): Promise<KubeObject> => {
    const { body, status } = await cluster.request({
      method: 'PUT',
      path: resourcePath(resource, ref.namespace, ref.name),
      query: { fieldManager: UPDATE_MANAGER },
      body: object,
      expect: [404],
    });
    if (status !== 404) return readObject(body, ref, cluster.description);
    throw removed(resource.plural, ref.name, status);
  };
  // The write changes the resourceVersion: of an object that was written, all other fields are as they were sent.
  const { resourceVersion: _version, ...metadata } = object.metadata;
  return await writeOnce(send, () => ifWritten(cluster, { ...object, metadata }), signal);
}

/** The live object, where it holds everything that was sent: an earlier try whose answer was lost has written it. */
async function ifWritten(cluster: KubeApi, sent: KubeObject): Promise<KubeObject | undefined> {
  const live = await cluster.get(refOf(sent));
  return live !== undefined && holds(live, sent) ? live : undefined;
}

/** Does a live value hold everything that was sent? The server adds fields, and changes none of a Secret's. */
function holds(live: Json | undefined, sent: Json): boolean {
  if (typeof sent !== 'object' || sent === null || Array.isArray(sent)) return equalJson(live, sent);
  if (typeof live !== 'object' || live === null || Array.isArray(live)) return false;
  return Object.entries(sent).every(([key, value]) => holds(getOwn(live, key), value));
}

/**
 * Sets annotations of an object at the `resourceVersion` that it carries.
 *
 * @returns the metadata of the object after the write
 * @throws {ApiError} `PKG_OBJECT_CONFLICT` where it was changed or removed since, and what else the server refuses
 */
export async function annotateObject(
  cluster: KubeApi,
  { apiVersion, kind, metadata }: KubeObject,
  annotations: Readonly<Record<string, string>>,
): Promise<KubeObject['metadata']> {
  const { name, namespace = '', resourceVersion = '' } = metadata;
  const resource = await cluster.discovery.required(apiVersion, kind);
  const { body, status } = await cluster.request({
    method: 'PATCH',
    path: resourcePath(resource, namespace, name),
    query: { fieldManager: UPDATE_MANAGER },
    contentType: 'application/merge-patch+json',
    accept: METADATA_OF_ONE,
    body: { metadata: { resourceVersion, annotations: { ...annotations } } },
    // A second try of a patch that was done meets another resourceVersion, and is refused as a conflict.
    idempotent: true,
    urgent: true,
    timeout: RENEWAL_TIMEOUT,
    expect: [404],
  });
  if (status !== 404) return readItem(body, { apiVersion, kind }, cluster.description).metadata;
  throw removed(resource.plural, name, status);
}

/**
 * Deletes an object.
 *
 * @returns false where it was not there
 * @throws {ApiError} `PKG_OBJECT_CONFLICT` where it is not the object that is expected, and what else the server
 *   refuses
 */
export async function deleteObject(cluster: KubeApi, ref: ObjectRef, options: DeleteOptions): Promise<boolean> {
  const { expected, unchanged = false, cascade = 'background' } = options;
  const uid = expected?.metadata['uid'];
  const version = unchanged ? expected?.metadata['resourceVersion'] : undefined;
  const preconditions: JsonObject = {
    ...(uid === undefined ? {} : { uid }),
    ...(version === undefined ? {} : { resourceVersion: version }),
  };
  const answer = await askServed(cluster, ref, (resource) => ({
    method: 'DELETE',
    path: resourcePath(resource, ref.namespace, ref.name),
    body: {
      apiVersion: 'v1',
      kind: 'DeleteOptions',
      propagationPolicy: PROPAGATION[cascade],
      ...(Object.keys(preconditions).length === 0 ? {} : { preconditions }),
    },
    live: expected,
    // With a uid a second try can delete no other object; without one, whatever has the name is to go.
    idempotent: true,
    expect: [404],
  }));
  return answer !== undefined && (answer.status !== 404 || answer.repeated);
}

function removed(resource: string, name: string, status: number): ApiError {
  return new ApiError('PKG_OBJECT_CONFLICT', `${resource} "${name}" was removed by somebody else meanwhile`, {
    status,
  });
}
