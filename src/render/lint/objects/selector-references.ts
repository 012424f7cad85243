/** Selectors that match nothing, and ports that what they match does not have. */
import { printable } from '../../../errors-text.ts';
import { nearest } from '../../../nearest.ts';
import { isMap } from '../../../yaml/value.ts';
import type { Value, ValueMap, ValuePath } from '../../../yaml/value.ts';
import { isBeside } from './chart-objects.ts';
import type { Labelled } from './chart-objects.ts';
import { describe, field, listAt, mapAt, textAt } from './fields.ts';
import { advice } from './reference-names.ts';
import type { Around } from './reference-names.ts';
import { RELEASE_NAME } from '../release.ts';
import { selectorMatches } from './selectors.ts';

/** Reports a Service whose selector matches no pods, and its ports that no container has. */
export function serviceReferences(around: Around): void {
  const { object, add } = around;
  const selector = field(object, 'spec', 'selector');
  if (!isMap(selector)) return;
  const pods = selectedPods(around, ['spec', 'selector'], new Map([['matchLabels', selector]]));
  if (pods.length === 0) return;
  const names = portNames(pods);
  for (const [index, port] of listAt(object, 'spec', 'ports').entries()) {
    const name = field(port, 'targetPort');
    if (typeof name === 'string' && /[a-z]/.test(name) && !names.includes(name))
      add(
        ['spec', 'ports', index, 'targetPort'],
        `no container that it selects has a port "${printable(name)}"${advice(name, names)}`,
      );
  }
}

/** Reports a NetworkPolicy that selects no pods, and its ports that no container has. */
export function policyReferences(around: Around): void {
  const { object, add } = around;
  const pods = selectedPods(around, ['spec', 'podSelector'], field(object, 'spec', 'podSelector'));
  const names = portNames(pods);
  for (const side of ['ingress', 'egress'])
    for (const [index, rule] of listAt(object, 'spec', side).entries())
      for (const [place, peer] of listAt(rule, side === 'ingress' ? 'from' : 'to').entries())
        ofPeer(around, peer, ['spec', side, index, side === 'ingress' ? 'from' : 'to', place]);
  for (const [index, rule] of listAt(object, 'spec', 'ingress').entries()) {
    for (const [place, port] of listAt(rule, 'ports').entries()) {
      const name = textAt(port, 'port');
      const near = names.includes(name) ? undefined : nearest(name, names);
      if (name !== '' && near !== undefined)
        add(
          ['spec', 'ingress', index, 'ports', place, 'port'],
          `no container that it selects has a port "${printable(name)}"; did you mean ${printable(near)}?`,
        );
    }
  }
}

/** Reports a peer that selects no pods, though it asks for a label with the name of the release. */
function ofPeer(around: Around, peer: Value, keys: ValuePath): void {
  const selector = field(peer, 'podSelector');
  const isOwn = [...mapAt(selector, 'matchLabels').values()].includes(RELEASE_NAME);
  if (isOwn && field(peer, 'namespaceSelector') === undefined) selectedPods(around, [...keys, 'podSelector'], selector);
}

/** Reports a ServiceMonitor that selects no Services, or a PodMonitor that selects no pods, and ports that these do not have. */
export function monitorReferences(around: Around): void {
  const { object, all, add } = around;
  const isOfPods = textAt(object, 'kind') === 'PodMonitor';
  // It may look for them in other namespaces.
  if (field(object, 'spec', 'namespaceSelector') !== undefined) return;
  const selector = field(object, 'spec', 'selector');
  const keys = ['spec', 'selector'];
  const services = all.ofKind('Service').map((one) => ({ one, labels: mapAt(one, 'metadata', 'labels') }));
  const names = isOfPods
    ? portNames(selectedPods(around, keys, selector))
    : selected(around, keys, selector, { among: services, what: 'Services', areAll: all.hasAllServices }).flatMap(
        ({ one }) => listAt(one, 'spec', 'ports').map((port) => textAt(port, 'name')),
      );
  const list = isOfPods ? 'podMetricsEndpoints' : 'endpoints';
  for (const [index, endpoint] of listAt(object, 'spec', list).entries()) {
    const name = textAt(endpoint, 'port');
    if (name !== '' && names.length > 0 && !names.includes(name))
      add(
        ['spec', list, index, 'port'],
        `no ${isOfPods ? 'container' : 'Service'} that it selects has a port "${printable(name)}"${advice(name, names)}`,
      );
  }
}

/** The specs of the pods of the chart that a selector matches. Where there are none, see {@link selected}. */
export function selectedPods(around: Around, keys: ValuePath, selector: Value | undefined): Value[] {
  const { pods, hasAllPods } = around.all;
  return selected(around, keys, selector, { among: pods, what: 'pods', areAll: hasAllPods }).map(({ spec }) => spec);
}

/** The names of the ports of containers in pods. */
function portNames(pods: readonly Value[]): string[] {
  return pods.flatMap((spec) =>
    listAt(spec, 'containers').flatMap((container) => listAt(container, 'ports').map((port) => textAt(port, 'name'))),
  );
}

/** Labels that no program adds to pods while they run. */
const FIXED = /^(?:app\.kubernetes\.io\/.*|app|k8s-app|component|tier|release|instance)$/;

/**
 * The objects that a selector matches. Where there are none, and one label alone keeps some from matching, that is
 * reported if its value or its key is similar, or if there can be no others (`areAll`): a selector may also be meant for
 * what others make.
 */
function selected<T extends Labelled>(
  { object, all, add }: Around,
  keys: ValuePath,
  selector: Value | undefined,
  { among, what, areAll }: { among: readonly T[]; what: string; areAll: boolean },
): T[] {
  const candidates = among.filter(({ one }) => isBeside(one, object));
  const matching = candidates.filter(({ labels }) => selectorMatches(selector, labels));
  const wanted = mapAt(selector, 'matchLabels');
  if (matching.length > 0 || listAt(selector, 'matchExpressions').length > 0) return matching;
  const others = candidates.flatMap(({ one, labels }) => {
    const different = [...wanted].filter(([key, value]) => labels.get(key) !== value);
    const [[key = '', value = null] = []] = different;
    if (different.length !== 1 || typeof value !== 'string') return [];
    const theirs = wrongLabel(key, value, labels, wanted);
    // What resembles nothing may be the label of other objects.
    const isSure = areAll && wanted.size > 1 && !all.isOfDependency(value);
    if (theirs === undefined || (!theirs.isSimilar && !isSure)) return [];
    return wanted.size === 1 && !areAll ? [] : [{ one, key, value, ...theirs }];
  });
  const first = others.find(({ isSimilar }) => isSimilar) ?? others[0];
  if (first === undefined) return [];
  const { one, key, value } = first;
  const says = new Set(others.filter((other) => other.key === key).map(({ says }) => says));
  const who =
    first.isSimilar || says.size === 1
      ? what === 'pods'
        ? `those of ${describe(one)} ${first.says}`
        : `${describe(one)} ${first.says.replace(/^have/, 'has')}`
      : `${what} with its other labels ${printable([...says].join(', or '))}`;
  // Where a partial prints the labels, the selector itself is where another should be called.
  add(keys, `the selector matches no ${what}: it asks for ${printable(key)}: ${printable(value)}, and ${who}`);
  return [];
}

/** What labels have instead of the one that a selector asks for; undefined where they may get it while they run. */
function wrongLabel(
  key: string,
  value: string,
  labels: ValueMap,
  wanted: ValueMap,
): { says: string; isSimilar: boolean } | undefined {
  const theirs = labels.get(key);
  if (typeof theirs === 'string')
    return { says: `have ${printable(theirs)}`, isSimilar: nearest(value, [theirs]) !== undefined };
  const others = [...labels.keys()].filter((other) => !wanted.has(other));
  const near = nearest(key, others, 2);
  if (near !== undefined && labels.get(near) === value)
    return { says: `have it as ${printable(near)}`, isSimilar: true };
  // statefulset.kubernetes.io/pod-name, role: leader.
  return FIXED.test(key) ? { says: 'have no such label', isSimilar: false } : undefined;
}
