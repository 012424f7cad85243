/** References to roles, to the Services that the API server calls, and to the resources of CRDs. */
import { printable } from '../../../errors-text.ts';
import { nearest } from '../../../nearest.ts';
import { valueAt } from '../../../yaml/value.ts';
import type { Value, ValuePath } from '../../../yaml/value.ts';
import { field, listAt, textAt } from './fields.ts';
import type { Add } from './object-fields.ts';
import type { ChartKinds } from './object-schema.ts';
import { resembles } from './reference-names.ts';
import type { Around } from './reference-names.ts';

/** Reports the role and the accounts of a binding that the chart does not have. */
export function bindingReferences(around: Around): void {
  const { object, all, add } = around;
  const kind = textAt(object, 'roleRef', 'kind');
  const name = textAt(object, 'roleRef', 'name');
  const rolesOf = (wanted: string): string[] => all.ofKind(wanted).map((one) => textAt(one, 'metadata', 'name'));
  const other = kind === 'Role' ? 'ClusterRole' : 'Role';
  if (rolesOf(other).includes(name) && !rolesOf(kind).includes(name))
    add(['roleRef', 'kind'], `the chart has no ${kind} "${printable(name)}", but a ${other} of this name`);
  else resembles(around, ['roleRef', 'name'], name, kind, rolesOf(kind));
  for (const [index, subject] of listAt(object, 'subjects').entries()) {
    if (textAt(subject, 'kind') === 'ServiceAccount')
      resembles(
        around,
        ['subjects', index, 'name'],
        textAt(subject, 'name'),
        'ServiceAccount',
        rolesOf('ServiceAccount'),
      );
  }
}

/** Reports the Services and the resources of webhooks that the chart does not have. */
export function webhookReferences(around: Around, kinds: Pick<ChartKinds, 'resourcesOf'>): void {
  const { object, add } = around;
  for (const [index, hook] of listAt(object, 'webhooks').entries()) {
    clientReferences(around, ['webhooks', index, 'clientConfig', 'service']);
    for (const [place, rule] of listAt(hook, 'rules').entries())
      ruleReferences(rule, ['webhooks', index, 'rules', place], kinds, add);
  }
}

/** Checks the resources and versions of a rule for groups of which the chart has CRDs. */
export function ruleReferences(rule: Value, keys: ValuePath, kinds: Pick<ChartKinds, 'resourcesOf'>, add: Add): void {
  const groups = listAt(rule, 'apiGroups').map((group) => kinds.resourcesOf(typeof group === 'string' ? group : ''));
  if (groups.length === 0 || groups.some(({ size }) => size === 0)) return;
  const known = groups.flatMap((group) => [...group.keys()]);
  for (const [place, resource] of listAt(rule, 'resources').entries()) {
    const [name = ''] = typeof resource === 'string' ? resource.split('/') : [];
    const near = name === '' || name === '*' || known.includes(name) ? undefined : nearest(name, known);
    if (near !== undefined)
      add(
        [...keys, 'resources', place],
        `no CRD of the chart has the resource ${printable(name)}; did you mean ${near}?`,
      );
  }
  // Of resources that other charts bring it is not known which versions they have.
  const areKnown = listAt(rule, 'resources').every(
    (resource) => typeof resource === 'string' && known.includes(resource.split('/')[0] ?? ''),
  );
  if (!areKnown) return;
  const versions = groups.flatMap((group) => [...group.values()].flat());
  for (const [place, version] of listAt(rule, 'apiVersions').entries()) {
    if (typeof version !== 'string' || version === '*' || versions.includes(version)) continue;
    const message = `the CRDs of the chart have no version ${printable(version)}; they have ${printable([...new Set(versions)].join(', '))}`;
    add([...keys, 'apiVersions', place], message);
  }
}

/** Checks the Service that the API server itself calls, which these keys name. Its namespace is always written. */
export function clientReferences(around: Around, keys: ValuePath): void {
  const { object, all, add } = around;
  const called = valueAt(object, keys);
  const name = textAt(called, 'name');
  const services = all.ofKind('Service');
  resembles(
    around,
    [...keys, 'name'],
    name,
    'Service',
    services.map((one) => textAt(one, 'metadata', 'name')),
  );
  const service = services.find((one) => textAt(one, 'metadata', 'name') === name);
  const ports = listAt(service, 'spec', 'ports').map((one) => field(one, 'port'));
  const port = field(called, 'port') ?? 443;
  if (ports.length > 0 && !ports.includes(port))
    add(
      [...keys, 'port'],
      `the Service "${printable(name)}" has no port ${printable(String(port))}; it has ${printable(ports.join(', '))}`,
    );
}
