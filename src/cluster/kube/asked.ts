/** What a request asks for, in words: for messages. */
import { printable } from '../../errors-text.ts';

/** What a request asked for, for messages. */
export type Asked = { verb: string; group: string; resource: string; namespace: string; name: string };

/** Takes a request apart: `GET /apis/apps/v1/namespaces/x/deployments` is `list deployments.apps in x`. */
export function askedBy(method: string, path: string): Asked {
  const [root, ...rest] = path.split('/').filter((part) => part !== '');
  const group = root === 'apis' ? (rest[0] ?? '') : '';
  let parts = rest.slice(root === 'apis' ? 2 : 1).map((part) => decodeURIComponent(part));
  let namespace = '';
  if (parts[0] === 'namespaces' && parts.length > 2) {
    namespace = parts[1] ?? '';
    parts = parts.slice(2);
  }
  const [resource = '', name = '', subresource = ''] = parts;
  const verbs: Record<string, string> = { POST: 'create', PUT: 'update', PATCH: 'patch', DELETE: 'delete' };
  const verb = verbs[method] ?? (name === '' ? 'list' : 'get');
  return { verb, group, resource: subresource === '' ? resource : `${resource}/${subresource}`, namespace, name };
}

/** `patch deployments.apps "web" in namespace "x"`; `tell its kinds` for discovery, which has no resource. */
export function describeRequest(asked: Asked): string {
  return asked.resource === '' ? 'tell its kinds' : `${asked.verb} ${describeAsked(asked)}`;
}

/** `deployments.apps "web" in namespace "x"`. */
export function describeAsked({ group, resource, namespace, name }: Asked): string {
  const kind = resource === '' ? 'what was asked' : `${resource}${group === '' ? '' : `.${group}`}`;
  return printable(
    `${kind}${name === '' ? '' : ` "${name}"`}${namespace === '' ? '' : ` in namespace "${namespace}"`}`,
    500,
  );
}

/** `deployments.apps`. */
export function resourceOf({ resource, group }: Asked): string {
  return printable(`${resource}${group === '' ? '' : `.${group}`}`);
}
