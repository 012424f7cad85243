/** The rules for names of releases, namespaces and labels, and the labels of a record. */
import { PkgError } from '../errors.ts';
import { printable } from '../errors-text.ts';
import { DNS_LABEL, DNS_SUBDOMAIN, LABEL_TEXT } from '../kubernetes-names.ts';
import type { Release } from './release.ts';

/** Helm's limit: a DNS label has 63 characters, and ten are left for what charts append. */
const MAX_RELEASE_NAME = 53;

/** Labels that Helm writes on its records itself. */
const SYSTEM_LABELS: readonly string[] = ['name', 'owner', 'status', 'version', 'createdAt', 'modifiedAt'];

/** Checks the name of a release by Helm's rules. @throws {PkgError} `PKG_RELEASE_NAME_INVALID` */
export function checkReleaseName(name: string): void {
  if (name.length <= MAX_RELEASE_NAME && DNS_SUBDOMAIN.test(name)) return;
  const problem =
    name === ''
      ? 'the release has no name'
      : name.length > MAX_RELEASE_NAME
        ? `the release name is ${name.length} characters long; ${MAX_RELEASE_NAME} are allowed`
        : `"${printable(name, 60)}" is not a valid release name`;
  throw new PkgError('PKG_RELEASE_NAME_INVALID', problem, {
    hints: ['use lower-case letters, digits, "-" and ".", with a letter or digit at both ends'],
  });
}

/** Checks the name of a namespace by Kubernetes' rules. @throws {PkgError} `PKG_NAMESPACE_INVALID` */
export function checkNamespace(namespace: string): void {
  if (namespace.length <= 63 && DNS_LABEL.test(namespace)) return;
  throw new PkgError('PKG_NAMESPACE_INVALID', `"${printable(namespace, 80)}" is not a valid name for a namespace`, {
    hints: ['use at most 63 lower-case letters, digits and "-", with a letter or digit at both ends'],
  });
}

/**
 * Checks a user's labels by Kubernetes' rules; Helm's own labels are reserved. @throws {PkgError} `PKG_LABELS_INVALID`
 */
export function checkLabels(labels: Readonly<Record<string, string>>): void {
  for (const [key, value] of Object.entries(labels)) {
    const shown = printable(key, 80);
    if (SYSTEM_LABELS.includes(key)) {
      throw new PkgError('PKG_LABELS_INVALID', `the label ${shown} is one that every release record has`, {
        hints: [`use another name than ${SYSTEM_LABELS.join(', ')}`],
      });
    }
    const slash = key.lastIndexOf('/');
    const name = key.slice(slash + 1);
    const prefix = slash < 0 ? undefined : key.slice(0, slash);
    if (
      name.length > 63 ||
      !LABEL_TEXT.test(name) ||
      (prefix !== undefined && (prefix.length > 253 || !DNS_SUBDOMAIN.test(prefix)))
    ) {
      throw new PkgError('PKG_LABELS_INVALID', `"${shown}" is not a valid name for a label`);
    }
    if (value !== '' && (value.length > 63 || !LABEL_TEXT.test(value))) {
      throw new PkgError('PKG_LABELS_INVALID', `"${printable(value, 80)}" is not a valid value for the label ${shown}`);
    }
  }
}

/**
 * The labels of a new revision: those of the one before, overridden by the given ones. The value "null" removes one.
 */
export function mergeLabels(
  before: Readonly<Record<string, string>>,
  given: Readonly<Record<string, string>>,
): Record<string, string> {
  return Object.fromEntries(Object.entries({ ...before, ...given }).filter(([, value]) => value !== 'null'));
}

/** The labels of a revision's record, without the two times: user labels, and those by which Helm finds it. */
export function recordLabels(release: Release): Record<string, string> {
  const { name, version, info, labels } = release;
  return { ...labels, name, owner: 'helm', status: info.status, version: String(version) };
}

/** User labels among all labels of a record's Secret. */
export function userLabels(labels: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(labels).filter(([key]) => !SYSTEM_LABELS.includes(key)));
}
