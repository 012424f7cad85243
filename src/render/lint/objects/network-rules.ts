/**
 * What an API server refuses in Services and Ingresses, though each field has the type that it should have
 * (k8s.io/kubernetes, pkg/apis/core/validation and pkg/apis/networking/validation). What is null is not known.
 */
import { isIP } from 'node:net';
import { printable } from '../../../errors-text.ts';
import { DNS_SUBDOMAIN } from '../../../kubernetes-names.ts';
import type { ValueMap } from '../../../yaml/value.ts';
import { field, hasField, listAt, textAt } from './fields.ts';
import type { Add } from './object-fields.ts';

/** Reports the problems of a Service. */
export function serviceProblems(service: ValueMap, add: Add): void {
  const type = textAt(service, 'spec', 'type');
  if (textAt(service, 'spec', 'clusterIP') === 'None' && (type === 'NodePort' || type === 'LoadBalancer'))
    add(['spec', 'clusterIP'], `is None, which a Service of the type ${type} may not have`);
  const address = textAt(service, 'spec', 'clusterIP');
  if (address !== '' && address !== 'None' && isIP(address) === 0)
    add(
      ['spec', 'clusterIP'],
      `is "${printable(address, 40)}", but must be an IP address, or None for a Service without one`,
    );
  const external = textAt(service, 'spec', 'externalName');
  const problem = external === '' ? undefined : hostProblem(external);
  if (problem !== undefined) add(['spec', 'externalName'], problem);
  const names = new Set<string>();
  const numbers = new Set<string>();
  for (const [index, port] of listAt(service, 'spec', 'ports').entries()) {
    const at = ['spec', 'ports', index];
    const nodePort = field(port, 'nodePort') ?? null;
    if (type === 'ClusterIP' && nodePort !== null && nodePort !== 0)
      add(
        [...at, 'nodePort'],
        'is only for a Service of the type NodePort or LoadBalancer, and this one has ClusterIP',
      );
    const name = textAt(port, 'name');
    if (name !== '' && names.has(name)) add([...at, 'name'], `is "${printable(name, 40)}", which is used twice`);
    names.add(name);
    const number = field(port, 'port');
    if (typeof number !== 'number') continue;
    // A protocol that is not known yet may be another one.
    const protocol = field(port, 'protocol') === null ? `?${index}` : textAt(port, 'protocol') || 'TCP';
    const both = `${number} ${protocol}`;
    if (numbers.has(both)) add([...at, 'port'], `is ${number}, which is used twice`);
    numbers.add(both);
  }
}

/** Reports the problems of a NetworkPolicy. */
export function policyProblems(policy: ValueMap, add: Add): void {
  for (const [direction, side] of [
    ['ingress', 'from'],
    ['egress', 'to'],
  ] as const) {
    for (const [index, rule] of listAt(policy, 'spec', direction).entries()) {
      for (const [place, peer] of listAt(rule, side).entries()) {
        const block = field(peer, 'ipBlock');
        const at = ['spec', direction, index, side, place, 'ipBlock'];
        for (const [keys, range] of [
          [[...at, 'cidr'], field(block, 'cidr')] as const,
          ...listAt(block, 'except').map((one, number) => [[...at, 'except', number], one] as const),
        ])
          if (typeof range === 'string' && isIP(range) !== 0)
            add(keys, `is "${range}", but must be a range: ${range}/${isIP(range) === 4 ? 32 : 128} for one address`);
      }
    }
  }
}

/** Reports the problems of an Ingress. */
export function ingressProblems(ingress: ValueMap, add: Add): void {
  for (const [index, rule] of listAt(ingress, 'spec', 'rules').entries()) {
    const host = textAt(rule, 'host');
    const problem = host === '' ? undefined : hostProblem(host);
    if (problem !== undefined) add(['spec', 'rules', index, 'host'], problem);
    for (const [place, path] of listAt(rule, 'http', 'paths').entries()) {
      const at = ['spec', 'rules', index, 'http', 'paths', place];
      const written = textAt(path, 'path');
      const type = textAt(path, 'pathType');
      if (written !== '' && !written.startsWith('/') && (type === 'Prefix' || type === 'Exact'))
        add([...at, 'path'], `is "${printable(written, 60)}", but must begin with /`);
      const port = field(path, 'backend', 'service', 'port');
      if (hasField(port, 'name') && hasField(port, 'number'))
        add(
          [...at, 'backend', 'service', 'port', 'name'],
          'is set together with number, and Kubernetes takes only one of them',
        );
    }
  }
  for (const [index, tls] of listAt(ingress, 'spec', 'tls').entries()) {
    for (const [place, host] of listAt(tls, 'hosts').entries()) {
      const problem = typeof host === 'string' && host !== '' ? hostProblem(host) : undefined;
      if (problem !== undefined) add(['spec', 'tls', index, 'hosts', place], problem);
    }
  }
}

/** What is wrong with the name of a host; undefined for a good one. */
function hostProblem(host: string): string | undefined {
  const shown = printable(host, 60);
  const name = host.replace(/^\*\./, '').replace(/\.$/, '');
  if (DNS_SUBDOMAIN.test(name) && name.length <= 253)
    return /^[0-9]+(?:\.[0-9]+){3}$/.test(name) ? `is "${shown}", which is an address and not a name` : undefined;
  const meant = /^[a-z]+:\/\/([^/:]+)/i.exec(host)?.[1] ?? /^([^/:]+)[/:]/.exec(host)?.[1];
  const hint = meant === undefined ? '' : `: write ${printable(meant, 60)}`;
  return `is "${shown}", but must be the name of a host, without scheme, port, path and capital letters${hint}`;
}
