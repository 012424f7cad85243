/** Requests about a kind, in the version in which the server serves it. */
import { textField } from '../../yaml/value.ts';
import type { Resource } from './catalog.ts';
import type { KubeAnswer, KubeRequest } from './client.ts';
import type { KubeApi } from './kube-api.ts';

/**
 * Sends a request about objects of a kind under the path where the server serves the kind. What pkg remembers of the
 * server may be old: a 404 without a reason says that there is no such path, and nothing about an object, so the server
 * is asked for its kinds again, and once more with the path that it then names.
 *
 * @param request builds the request, which must expect 404
 * @returns undefined where the server does not serve the kind in any version
 * @throws {ApiError}
 */
export async function askServed(
  cluster: KubeApi,
  { apiVersion, kind }: { apiVersion: string; kind: string },
  request: (resource: Resource) => KubeRequest,
): Promise<(KubeAnswer & { resource: Resource }) | undefined> {
  const resource = await cluster.discovery.served(apiVersion, kind);
  if (resource === undefined) return undefined;
  const answer = await cluster.request(request(resource));
  if (answer.status !== 404 || textField(answer.body, 'reason') !== '') return { ...answer, resource };
  await cluster.discovery.refresh();
  const now = await cluster.discovery.served(apiVersion, kind);
  return now === undefined ? undefined : { ...(await cluster.request(request(now))), resource: now };
}
