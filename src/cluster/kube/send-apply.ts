/** One server-side apply. */
import type { Json } from '../../yaml/value.ts';
import type { KubeObject } from '../cluster.ts';
import { refOf } from '../cluster.ts';
import type { Kubernetes } from '../kubernetes.ts';
import { resourcePath } from './resource-path.ts';

/** The name under which Helm applies, and so pkg: the fields of one are the fields of the other. */
export const FIELD_MANAGER = 'helm';

/** An answer without what the object holds, for those who do not read it: less to print for the server, and to read. */
const METADATA_ONLY = 'application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io,application/json';

/**
 * Applies an object, to one of this `uid` where one is given; a try (`isTry`) is not sent again when it fails. What
 * lives then is told whole only where it is wanted (`isRead`).
 */
export async function sendApply(
  cluster: Kubernetes,
  object: KubeObject,
  uid: Json | undefined,
  query: { dryRun?: 'All'; force?: 'true' },
  { isTry = false, isRead = false }: { isTry?: boolean; isRead?: boolean } = {},
): Promise<{ live: KubeObject; isNew: boolean }> {
  const ref = refOf(object);
  const resource = await cluster.discovery.required(ref.apiVersion, ref.kind);
  const { body, status, repeated } = await cluster.request({
    method: 'PATCH',
    path: resourcePath(resource, ref.namespace, ref.name),
    query: { fieldManager: FIELD_MANAGER, fieldValidation: 'Strict', force: 'false', ...query },
    contentType: 'application/apply-patch+yaml',
    ...(isRead ? {} : { accept: METADATA_ONLY }),
    body: uid === undefined ? object : { ...object, metadata: { ...object.metadata, uid } },
    // What a try does not tell, the write tells.
    idempotent: !isTry,
  });
  // What a repeated request finds may be what the one before it made.
  return { live: body as KubeObject, isNew: status === 201 || repeated };
}
