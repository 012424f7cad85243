/** Names in the rules of a Role that Kubernetes does not know: what is misspelt there permits nothing. */
import { groupOf } from '../../../cluster/cluster.ts';
import { printable } from '../../../errors-text.ts';
import { nearest } from '../../../nearest.ts';
import type { Value, ValueMap, ValuePath } from '../../../yaml/value.ts';
import { field, listAt, textAt } from './fields.ts';
import type { Add } from './object-fields.ts';
import { builtinKinds } from './object-schema.ts';

const VERBS: readonly string[] = [
  ...['get', 'list', 'watch', 'create', 'update', 'patch', 'delete', 'deletecollection'],
  ...['use', 'bind', 'escalate', 'impersonate', 'approve', 'sign', 'attest', 'proxy', '*'],
];

/** Reports verbs and resources of a Role or ClusterRole. */
export function roleProblems(role: ValueMap, add: Add): void {
  for (const [index, rule] of listAt(role, 'rules').entries()) {
    const at = ['rules', index];
    for (const [place, verb] of listAt(rule, 'verbs').entries()) {
      if (typeof verb !== 'string' || VERBS.includes(verb)) continue;
      const near = VERBS.includes(verb.toLowerCase()) ? verb.toLowerCase() : nearest(verb, VERBS);
      if (near !== undefined)
        add([...at, 'verbs', place], `is ${printable(verb)}, which Kubernetes does not know; did you mean ${near}?`);
    }
    if (textAt(role, 'kind') === 'Role' && listAt(rule, 'nonResourceURLs').length > 0)
      add([...at, 'nonResourceURLs'], 'are set in a Role, and Kubernetes takes them only in a ClusterRole');
    const groups = listAt(rule, 'apiGroups');
    for (const [place, group] of groups.entries()) {
      const problem = typeof group === 'string' ? groupProblem(group) : undefined;
      if (problem !== undefined) add([...at, 'apiGroups', place], problem);
    }
    for (const [place, resource] of listAt(rule, 'resources').entries()) {
      const problem = typeof resource === 'string' ? resourceProblem(resource, groups) : undefined;
      if (problem !== undefined) add([...at, 'resources', place], problem);
    }
  }
}

/** What is wrong with the group of a rule: it has no version, and that of pods and services is empty. */
export function groupProblem(group: string): string | undefined {
  if (group === 'core' || /^v\d\w*$/.test(group))
    return `is "${printable(group, 60)}", but must be "" for pods, services and secrets`;
  if (group.includes('/'))
    return `is "${printable(group, 60)}", but must be a group without a version: ${printable(groupOf(group), 60)}`;
  // The group of a CRD has a dot.
  if (group === '' || group === '*' || group.includes('.') || knownResources().all.has(group)) return undefined;
  const groups = [...knownResources().all].filter((one) => one !== '');
  const near = groups.find((one) => one.startsWith(`${group}.`)) ?? nearest(group, groups);
  // Groups of old, such as extensions, resemble none.
  return near === undefined ? undefined : `is "${printable(group, 60)}", which is no API group; did you mean ${near}?`;
}

function resourceProblem(resource: string, groups: readonly Value[]): string | undefined {
  // Only where all groups are Kubernetes' own is it known which resources they have.
  const { groupsOf, all } = knownResources();
  if (groups.length === 0 || !groups.every((group) => typeof group === 'string' && all.has(group))) return undefined;
  const [name = ''] = resource.split('/');
  const known = groupsOf.get(name);
  if (known === undefined) {
    const plural = groupsOf.has(name.toLowerCase()) ? name.toLowerCase() : pluralOf(name);
    return groupsOf.has(plural) ? `is ${printable(resource)}; did you mean ${plural}?` : undefined;
  }
  if (known.some((group) => groups.includes(group))) return undefined;
  const found = groups.map((group) => `"${String(group)}"`).join(', ');
  return `is ${printable(resource)}, which ${found} does not have: its apiGroup is ${known.map((group) => `"${group}"`).join(' or ')}`;
}

let resources: { groupsOf: ReadonlyMap<string, readonly string[]>; all: ReadonlySet<string> } | undefined;

/** The groups of each of Kubernetes' own resources, by its plural. */
function knownResources(): NonNullable<typeof resources> {
  if (resources !== undefined) return resources;
  const groupsOf = new Map<string, string[]>();
  const all = new Set<string>();
  for (const name of builtinKinds()) {
    const [apiVersion = '', kind = ''] = name.split(' ');
    const group = groupOf(apiVersion);
    all.add(group);
    const plural = pluralOf(kind);
    const known = groupsOf.get(plural) ?? [];
    if (!known.includes(group)) groupsOf.set(plural, [...known, group]);
  }
  resources = { groupsOf, all };
  return resources;
}

/** The name of the resource of a kind. */
function pluralOf(kind: string): string {
  const name = kind.toLowerCase();
  if (name === 'endpoints') return name;
  if (/[^aeiou]y$/.test(name)) return `${name.slice(0, -1)}ies`;
  return /(?:s|x|ch|sh)$/.test(name) ? `${name}es` : `${name}s`;
}

const RBAC = 'rbac.authorization.k8s.io';

/** Reports the group of a role that a binding names. */
export function bindingProblems(binding: ValueMap, add: Add): void {
  const role = field(binding, 'roleRef', 'apiGroup');
  if (typeof role === 'string' && role !== '' && role !== RBAC)
    add(['roleRef', 'apiGroup'], `is "${printable(role, 60)}", but must be ${RBAC}`);
  ofKinds(['roleRef', 'kind'], textAt(binding, 'roleRef', 'kind'), ['Role', 'ClusterRole'], add);
  for (const [index, subject] of listAt(binding, 'subjects').entries()) {
    ofKinds(['subjects', index, 'kind'], textAt(subject, 'kind'), ['User', 'Group', 'ServiceAccount'], add);
    const group = field(subject, 'apiGroup');
    const isPerson = ['User', 'Group'].includes(textAt(subject, 'kind'));
    if (isPerson && typeof group === 'string' && group !== '' && group !== RBAC)
      add(['subjects', index, 'apiGroup'], `is "${printable(group, 60)}", but must be ${RBAC} for users and groups`);
    if (textAt(subject, 'kind') === 'ServiceAccount' && typeof group === 'string' && group !== '')
      add(['subjects', index, 'apiGroup'], `is ${printable(group, 60)}, but must be "" for a ServiceAccount`);
  }
}

function ofKinds(keys: ValuePath, kind: string, kinds: readonly string[], add: Add): void {
  if (kind !== '' && !kinds.includes(kind))
    add(keys, `is ${printable(kind, 60)}, but must be ${kinds.slice(0, -1).join(', ')} or ${kinds.at(-1)}`);
}
