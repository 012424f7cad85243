/** Which kinds live in namespaces, from Kubernetes' own list and from CRDs. */
import { groupOf } from './cluster.ts';
import type { KubeObject, Scope } from './cluster.ts';
import { fieldOf } from '../yaml/value.ts';

/** Kubernetes' own cluster-scoped kinds, by group. */
const CLUSTER_SCOPED: Readonly<Record<string, string>> = {
  '': 'ComponentStatus Namespace Node PersistentVolume',
  'admissionregistration.k8s.io':
    'MutatingAdmissionPolicy MutatingAdmissionPolicyBinding MutatingWebhookConfiguration ValidatingAdmissionPolicy ValidatingAdmissionPolicyBinding ValidatingWebhookConfiguration',
  'apiextensions.k8s.io': 'CustomResourceDefinition',
  'apiregistration.k8s.io': 'APIService',
  'authentication.k8s.io': 'SelfSubjectReview TokenReview',
  'authorization.k8s.io': 'SelfSubjectAccessReview SelfSubjectRulesReview SubjectAccessReview',
  'certificates.k8s.io': 'CertificateSigningRequest ClusterTrustBundle',
  extensions: 'PodSecurityPolicy',
  'flowcontrol.apiserver.k8s.io': 'FlowSchema PriorityLevelConfiguration',
  'internal.apiserver.k8s.io': 'StorageVersion',
  'networking.k8s.io': 'ClusterCIDR IPAddress IngressClass ServiceCIDR',
  'node.k8s.io': 'RuntimeClass',
  policy: 'PodSecurityPolicy',
  'rbac.authorization.k8s.io': 'ClusterRole ClusterRoleBinding',
  'resource.k8s.io': 'DeviceClass DeviceTaintRule ResourceSlice',
  'scheduling.k8s.io': 'PriorityClass',
  'storage.k8s.io': 'CSIDriver CSINode StorageClass VolumeAttachment VolumeAttributesClass',
  'storagemigration.k8s.io': 'StorageVersionMigration',
};

/** Kubernetes' own groups without cluster-scoped kinds. */
const BUILT_IN_GROUPS: readonly string[] = [
  'apps',
  'autoscaling',
  'batch',
  'coordination.k8s.io',
  'discovery.k8s.io',
  'events.k8s.io',
];

/** The scope of a built-in kind; undefined for a kind of another group. */
export function builtInScope(apiVersion: string, kind: string): Scope | undefined {
  const group = groupOf(apiVersion);
  const listed = Object.hasOwn(CLUSTER_SCOPED, group) ? CLUSTER_SCOPED[group] : undefined;
  if (listed === undefined && !BUILT_IN_GROUPS.includes(group)) return undefined;
  return { namespaced: listed === undefined || !listed.split(' ').includes(kind), assumed: false };
}

/** The scope of a kind that one of these CRDs defines; undefined when none does. */
export function scopeFromCrds(apiVersion: string, kind: string, crds: readonly KubeObject[]): Scope | undefined {
  const group = groupOf(apiVersion);
  for (const crd of crds) {
    if (crd.kind !== 'CustomResourceDefinition') continue;
    const spec = fieldOf(crd, 'spec');
    if (fieldOf(spec, 'group') !== group || fieldOf(fieldOf(spec, 'names'), 'kind') !== kind) continue;
    return { namespaced: fieldOf(spec, 'scope') !== 'Cluster', assumed: false };
  }
  return undefined;
}

/** Do these CRDs define the kind of an object in its version? */
export function servesKind(crds: readonly KubeObject[], { apiVersion, kind }: KubeObject): boolean {
  return apiVersionsOfCrds(crds).includes(`${apiVersion}/${kind}`);
}

/** The API versions that these CRDs define: `example.org/v1` and `example.org/v1/Kind`. */
export function apiVersionsOfCrds(crds: readonly KubeObject[]): string[] {
  const found: string[] = [];
  for (const crd of crds) {
    if (crd.kind !== 'CustomResourceDefinition') continue;
    const spec = fieldOf(crd, 'spec');
    const group = fieldOf(spec, 'group');
    const kind = fieldOf(fieldOf(spec, 'names'), 'kind');
    const versions = fieldOf(spec, 'versions');
    if (typeof group !== 'string' || typeof kind !== 'string' || !Array.isArray(versions)) continue;
    for (const version of versions) {
      const name = fieldOf(version, 'name');
      if (typeof name === 'string' && fieldOf(version, 'served') !== false)
        found.push(`${group}/${name}`, `${group}/${name}/${kind}`);
    }
  }
  return [...new Set(found)];
}
