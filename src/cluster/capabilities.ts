/** The version that templates see where there is no cluster; the same as Helm's. */
export const DEFAULT_KUBE_VERSION = 'v1.37.0';

const GROUP_VERSIONS: Readonly<Record<string, string>> = {
  '': 'v1',
  'admissionregistration.k8s.io': 'v1 v1beta1 v1alpha1',
  'apiextensions.k8s.io': 'v1 v1beta1',
  apps: 'v1 v1beta1 v1beta2',
  'authentication.k8s.io': 'v1 v1beta1 v1alpha1',
  'authorization.k8s.io': 'v1 v1beta1',
  autoscaling: 'v1 v2',
  batch: 'v1 v1beta1',
  'certificates.k8s.io': 'v1 v1beta1 v1alpha1',
  'coordination.k8s.io': 'v1 v1beta1 v1alpha2',
  'discovery.k8s.io': 'v1 v1beta1',
  'events.k8s.io': 'v1 v1beta1',
  extensions: 'v1beta1',
  'flowcontrol.apiserver.k8s.io': 'v1 v1beta1 v1beta2 v1beta3',
  'internal.apiserver.k8s.io': 'v1alpha1',
  'lifecycle.k8s.io': 'v1alpha1',
  'networking.k8s.io': 'v1 v1beta1',
  'node.k8s.io': 'v1 v1beta1 v1alpha1',
  policy: 'v1 v1beta1',
  'rbac.authorization.k8s.io': 'v1 v1beta1 v1alpha1',
  'resource.k8s.io': 'v1 v1beta1 v1beta2 v1alpha3',
  'scheduling.k8s.io': 'v1 v1beta1 v1alpha3',
  'storage.k8s.io': 'v1 v1beta1 v1alpha1',
  'storagemigration.k8s.io': 'v1 v1beta1',
};

/** The API versions of {@link DEFAULT_KUBE_VERSION}: `v1`, `apps/v1`, … */
export function defaultApiVersions(): string[] {
  return Object.entries(GROUP_VERSIONS).flatMap(([group, versions]) =>
    versions.split(' ').map((version) => (group === '' ? version : `${group}/${version}`)),
  );
}
