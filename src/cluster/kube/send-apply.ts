/** One server-side apply. */
import { isJsonObject } from '../../yaml/value.ts';
import type { Json } from '../../yaml/value.ts';
import type { KubeObject } from '../cluster.ts';
import { refOf } from '../cluster.ts';
import { APPLY_MANAGER } from '../managed-fields.ts';
import { readObject } from './answers.ts';
import { resourcePath } from './resource-path.ts';
import { METADATA_OF_ONE } from './kube-api.ts';
import type { KubeApi } from './kube-api.ts';

/** The preconditions of an apply, and how it is sent. */
export type ApplyTo = {
  /** Only an object of this `uid` is changed: another one, or none, is a 409 or 422. */
  uid?: Json | undefined;
  /** Only an object of this `resourceVersion` is changed: any other is a 409. */
  resourceVersion?: string;
  /** Send it once, without retries. */
  isTry?: boolean;
  /** The answer holds the whole object, not its metadata alone. */
  isRead?: boolean;
  /** The live object, where it is known. If it is a Secret, its values are removed from errors. */
  live?: KubeObject;
  /** Error statuses that are returned instead of thrown. */
  expect?: readonly number[];
};

/**
 * Applies an object.
 *
 * @throws {ApiError | PkgError} the latter `PKG_KIND_UNKNOWN`
 */
export async function sendApply(
  cluster: KubeApi,
  object: KubeObject,
  query: { dryRun?: 'All'; force?: 'true' },
  { uid, resourceVersion, isTry = false, isRead = false, expect = [], live: before }: ApplyTo = {},
): Promise<{ status: number; live: KubeObject; repeated: boolean }> {
  const ref = refOf(object);
  const resource = await cluster.discovery.required(ref.apiVersion, ref.kind);
  const bound = {
    ...(uid === undefined ? {} : { uid }),
    ...(resourceVersion === undefined ? {} : { resourceVersion }),
  };
  const { body, status, repeated } = await cluster.request({
    method: 'PATCH',
    path: resourcePath(resource, ref.namespace, ref.name),
    query: { fieldManager: APPLY_MANAGER, fieldValidation: 'Strict', force: 'false', ...query },
    contentType: 'application/apply-patch+yaml',
    // Metadata alone is faster for both sides.
    ...(isRead ? {} : { accept: METADATA_OF_ONE }),
    live: before,
    body: { ...object, metadata: { ...object.metadata, ...bound } },
    // A dry run need not be retried: the write reports the same problem.
    idempotent: !isTry,
    expect,
  });
  // An error answer holds no object.
  if (status >= 300) return { status, live: object, repeated };
  // The answer with the metadata alone is of the kind PartialObjectMetadata.
  const { apiVersion, kind } = object;
  const live = isJsonObject(body) ? { ...body, apiVersion, kind } : body;
  return { status, live: readObject(live, ref, cluster.description), repeated };
}
