/** The capabilities of a cluster that is not asked. */
import type { Capabilities } from './render.ts';

/** The capabilities that templates see where no cluster is asked: those of Kubernetes 1.37, as in Helm 4.3. */
export const DEFAULT_CAPABILITIES: Capabilities = {
  kubeVersion: 'v1.37.0',
  apiVersions: [
    'v1',
    ...versions('admissionregistration.k8s.io', 'v1 v1alpha1 v1beta1'),
    ...versions('internal.apiserver.k8s.io', 'v1alpha1'),
    ...versions('apps', 'v1 v1beta1 v1beta2'),
    ...versions('authentication.k8s.io', 'v1 v1alpha1 v1beta1'),
    ...versions('authorization.k8s.io', 'v1 v1beta1'),
    ...versions('autoscaling', 'v1 v2'),
    ...versions('batch', 'v1 v1beta1'),
    ...versions('certificates.k8s.io', 'v1 v1beta1 v1alpha1'),
    ...versions('coordination.k8s.io', 'v1alpha2 v1beta1 v1'),
    ...versions('discovery.k8s.io', 'v1 v1beta1'),
    ...versions('events.k8s.io', 'v1 v1beta1'),
    ...versions('extensions', 'v1beta1'),
    ...versions('flowcontrol.apiserver.k8s.io', 'v1 v1beta1 v1beta2 v1beta3'),
    ...versions('lifecycle.k8s.io', 'v1alpha1'),
    ...versions('networking.k8s.io', 'v1 v1beta1'),
    ...versions('node.k8s.io', 'v1 v1alpha1 v1beta1'),
    ...versions('policy', 'v1 v1beta1'),
    ...versions('rbac.authorization.k8s.io', 'v1 v1beta1 v1alpha1'),
    ...versions('resource.k8s.io', 'v1 v1beta2 v1beta1 v1alpha3'),
    ...versions('scheduling.k8s.io', 'v1alpha3 v1beta1 v1'),
    ...versions('storage.k8s.io', 'v1beta1 v1 v1alpha1'),
    ...versions('storagemigration.k8s.io', 'v1 v1beta1'),
    ...versions('apiextensions.k8s.io', 'v1beta1 v1'),
  ],
};

function versions(group: string, list: string): string[] {
  return list.split(' ').map((version) => `${group}/${version}`);
}

/**
 * The numbers of a Kubernetes version, which constraints are held against: what a vendor puts behind them
 * (`v1.33.4-gke.100`) is left out, as Helm does.
 */
export function kubeVersionNumbers(version: string): string {
  const [, numbers = ''] = /^v?(\d+(?:\.\d+)*)/.exec(version) ?? [];
  return numbers.replace(/\b0+(?=\d)/g, '');
}
