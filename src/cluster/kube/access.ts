/**
 * Checks the user's rights before anything is written.
 *
 * @see https://kubernetes.io/docs/reference/access-authn-authz/authorization/#checking-api-access
 */
import { printable } from '../../errors-text.ts';
import { fieldOf, textField } from '../../yaml/value.ts';
import type { JsonObject } from '../../yaml/value.ts';
import { groupOf, REQUESTS_AT_ONCE } from '../cluster.ts';
import type { Intent } from '../cluster.ts';
import { inParallel } from '../../parallel.ts';
import { forbiddenError } from './api-errors.ts';
import type { ApiError } from './api-errors.ts';
import type { KubeApi } from './kube-api.ts';

const PATH = '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews';

/**
 * Finds the writes that will be forbidden.
 *
 * @returns the errors that they would fail with, one for each verb, kind and namespace; none where the cluster does not
 *   answer questions about rights
 */
export async function refusedAmong(cluster: KubeApi, intents: readonly Intent[]): Promise<ApiError[]> {
  const groups = new Map<string, Intent[]>();
  for (const intent of intents) {
    const { apiVersion, kind, namespace } = intent.ref;
    const key = JSON.stringify([intent.verb, apiVersion, kind, namespace]);
    groups.set(key, [...(groups.get(key) ?? []), intent]);
  }
  const refused = await inParallel([...groups.values()], REQUESTS_AT_ONCE, async (group): Promise<ApiError[]> => {
    const [first] = group;
    if (first === undefined) return [];
    if (await mayDo(cluster, { ...first, ref: { ...first.ref, name: '' } })) return [];
    // A role may grant rights to single names, so each name has to be asked for.
    const each = await inParallel(group, REQUESTS_AT_ONCE, (intent) => mayDo(cluster, intent));
    const denied = group.find((_, index) => each[index] === false);
    return denied === undefined ? [] : [await errorOf(cluster, denied)];
  });
  return refused.flat();
}

async function mayDo(cluster: KubeApi, { verb, ref }: Intent): Promise<boolean> {
  const resource = await cluster.discovery.resource(ref.apiVersion, ref.kind);
  if (resource === undefined) return true;
  const attributes: JsonObject = {
    verb,
    group: groupOf(ref.apiVersion),
    resource: resource.plural,
    ...(ref.namespace === '' ? {} : { namespace: ref.namespace }),
    ...(ref.name === '' ? {} : { name: ref.name }),
  };
  const { status, body } = await cluster.request({
    method: 'POST',
    path: PATH,
    body: {
      apiVersion: 'authorization.k8s.io/v1',
      kind: 'SelfSubjectAccessReview',
      spec: { resourceAttributes: attributes },
    },
    // An access review is a POST that stores nothing, so it can be sent again.
    idempotent: true,
    expect: [403, 404, 405],
  });
  if (status >= 300) return true;
  const answer = fieldOf(body, 'status');
  return fieldOf(answer, 'allowed') !== false || textField(answer, 'evaluationError') !== '';
}

/** The user name as the cluster knows it; that of the kubeconfig where the cluster does not say. */
async function whoAsks(cluster: KubeApi): Promise<string> {
  const { status, body } = await cluster.request({
    method: 'POST',
    path: '/apis/authentication.k8s.io/v1/selfsubjectreviews',
    body: { apiVersion: 'authentication.k8s.io/v1', kind: 'SelfSubjectReview' },
    idempotent: true,
    expect: [403, 404, 405],
  });
  const name = status >= 300 ? '' : textField(fieldOf(fieldOf(body, 'status'), 'userInfo'), 'username');
  return name === '' ? cluster.user : `user "${printable(name)}"`;
}

async function errorOf(cluster: KubeApi, { verb, ref }: Intent): Promise<ApiError> {
  const { plural } = await cluster.discovery.required(ref.apiVersion, ref.kind);
  const asked = { verb, group: groupOf(ref.apiVersion), resource: plural, namespace: ref.namespace, name: ref.name };
  return forbiddenError(asked, await whoAsks(cluster));
}
