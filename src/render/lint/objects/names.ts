/**
 * The names that objects may have, by kind (helm/helm, pkg/chart/v2/lint/rules/template.go, after the
 * validation of Kubernetes' own API groups).
 */
import { DNS_LABEL, DNS_SUBDOMAIN } from '../../../kubernetes-names.ts';

const SERVICE = /^[a-z](?:[-a-z0-9]*[a-z0-9])?$/;

type NameRule = { maxLength: number; pattern: RegExp; says: string };

const subdomain: NameRule = {
  maxLength: 253,
  pattern: DNS_SUBDOMAIN,
  says: 'lower-case letters, digits, "-" and ".", beginning and ending with a letter or digit',
};
const label: NameRule = {
  maxLength: 63,
  pattern: DNS_LABEL,
  says: 'lower-case letters, digits and "-", beginning and ending with a letter or digit',
};
const service: NameRule = {
  maxLength: 63,
  pattern: SERVICE,
  says: 'lower-case letters, digits and "-", beginning with a letter and ending with a letter or digit',
};
const pathSegment: NameRule = {
  maxLength: Infinity,
  pattern: /^(?!\.{1,2}$)[^/%]*$/,
  says: 'anything but ".", "..", "/" and "%"',
};

function ruleFor(kind: string): NameRule | undefined {
  switch (kind.toLowerCase()) {
    case 'service':
      return service;
    case 'namespace':
      return label;
    case 'role':
    case 'clusterrole':
    case 'rolebinding':
    case 'clusterrolebinding':
      return pathSegment;
    case 'certificatesigningrequest':
      return undefined;
    default:
      return subdomain;
  }
}

/** The problem of an object's name; undefined for a good one. */
export function nameProblem(kind: string, name: string): string | undefined {
  const rule = ruleFor(kind);
  if (rule === undefined) return undefined;
  if (name.length > rule.maxLength) return `is longer than ${rule.maxLength} characters`;
  return rule.pattern.test(name) ? undefined : `must consist of ${rule.says}`;
}

/** What has a name inside an object. */
export type InnerName = 'namespace' | 'container' | 'volume' | 'port' | 'container port';

/** The problem of a name inside an object; undefined for a good one. */
export function nameIn(what: InnerName, name: string): string | undefined {
  const max = what === 'container port' ? 15 : 63;
  if (name.length > max) return `is longer than ${max} characters`;
  return DNS_LABEL.test(name) ? undefined : `must consist of ${label.says}`;
}
