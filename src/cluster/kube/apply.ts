/** Server-side apply, and telling whether it would change anything. */
import type { Comparison, KubeObject } from '../cluster.ts';
import { refOf } from '../cluster.ts';
import type { Kubernetes } from '../kubernetes.ts';
import { resourcePath } from './resource-path.ts';

/** The name under which Helm applies, and so pkg: the fields of one are the fields of the other. */
const FIELD_MANAGER = 'helm';

/**
 * Makes the object's fields hold. With `expected`, only if it is still that object (by its `uid`).
 *
 * @throws ApiError
 */
export async function applyObject(
  cluster: Kubernetes,
  object: KubeObject,
  options: { expected?: KubeObject },
): Promise<KubeObject> {
  const ref = refOf(object);
  const resource = await cluster.discovery.required(ref.apiVersion, ref.kind);
  const uid = options.expected?.metadata['uid'];
  const { body } = await cluster.client.request({
    method: 'PATCH',
    path: resourcePath(resource, ref.namespace, ref.name),
    query: { fieldManager: FIELD_MANAGER, fieldValidation: 'Strict', force: 'false' },
    contentType: 'application/apply-patch+yaml',
    body: uid === undefined ? object : { ...object, metadata: { ...object.metadata, uid } },
    idempotent: true,
  });
  return body as KubeObject;
}

/** Compares objects as they are to be with what lives. */
export async function compareObjects(cluster: Kubernetes, desired: readonly KubeObject[]): Promise<Comparison[]> {
  const live = await cluster.getMany(desired.map((object) => refOf(object)));
  return live.map((found) => ({ same: false, live: found }));
}
