/**
 * Versions of Kubernetes' own kinds that are deprecated or removed: those that k8s.io/api 0.37 marks, which `helm lint`
 * reports, and a few that it does not know (any more), which only we report.
 */

/**
 * apiVersion, kinds, the minor versions that deprecate and remove them (0 for not yet), and the apiVersion to use
 * instead, with the kind if that is another. The entries hold for lists of the kinds too.
 */
const DEPRECATED: readonly (readonly [string, string, number, number, string])[] = [
  ['admissionregistration.k8s.io/v1alpha1', 'MutatingAdmissionPolicy MutatingAdmissionPolicyBinding', 35, 38, ''],
  ['admissionregistration.k8s.io/v1alpha1', 'ValidatingAdmissionPolicy ValidatingAdmissionPolicyBinding', 29, 32, ''],
  [
    'admissionregistration.k8s.io/v1beta1',
    'MutatingWebhookConfiguration ValidatingWebhookConfiguration',
    16,
    22,
    'admissionregistration.k8s.io/v1',
  ],
  ['admissionregistration.k8s.io/v1beta1', 'ValidatingAdmissionPolicy ValidatingAdmissionPolicyBinding', 31, 34, ''],
  [
    'admissionregistration.k8s.io/v1beta1',
    'MutatingAdmissionPolicy MutatingAdmissionPolicyBinding',
    37,
    40,
    'admissionregistration.k8s.io/v1',
  ],
  ['apps/v1beta1', 'ControllerRevision Deployment DeploymentRollback StatefulSet', 8, 16, 'apps/v1'],
  ['apps/v1beta1', 'Scale', 8, 16, 'autoscaling/v1'],
  ['apps/v1beta2', 'ControllerRevision DaemonSet Deployment ReplicaSet StatefulSet', 9, 16, 'apps/v1'],
  ['apps/v1beta2', 'Scale', 9, 16, 'autoscaling/v1'],
  ['authentication.k8s.io/v1alpha1', 'SelfSubjectReview', 29, 32, ''],
  ['authentication.k8s.io/v1beta1', 'SelfSubjectReview', 30, 33, ''],
  ['authentication.k8s.io/v1beta1', 'TokenReview', 19, 22, 'authentication.k8s.io/v1'],
  [
    'authorization.k8s.io/v1beta1',
    'LocalSubjectAccessReview SelfSubjectAccessReview SelfSubjectRulesReview SubjectAccessReview',
    19,
    22,
    'authorization.k8s.io/v1',
  ],
  ['batch/v1beta1', 'CronJob', 21, 25, 'batch/v1'],
  ['certificates.k8s.io/v1alpha1', 'ClusterTrustBundle', 34, 37, ''],
  ['certificates.k8s.io/v1beta1', 'ClusterTrustBundle PodCertificateRequest', 37, 40, 'certificates.k8s.io/v1'],
  ['certificates.k8s.io/v1beta1', 'CertificateSigningRequest', 19, 22, 'certificates.k8s.io/v1'],
  ['coordination.k8s.io/v1alpha2', 'LeaseCandidate', 35, 38, ''],
  ['coordination.k8s.io/v1beta1', 'Lease', 19, 22, 'coordination.k8s.io/v1'],
  ['coordination.k8s.io/v1beta1', 'LeaseCandidate', 36, 39, ''],
  ['discovery.k8s.io/v1beta1', 'EndpointSlice', 21, 25, 'discovery.k8s.io/v1'],
  ['events.k8s.io/v1beta1', 'Event', 22, 25, ''],
  ['extensions/v1beta1', 'DaemonSet Deployment ReplicaSet', 8, 16, 'apps/v1'],
  ['extensions/v1beta1', 'DeploymentRollback', 8, 16, ''],
  ['extensions/v1beta1', 'Ingress', 14, 22, 'networking.k8s.io/v1'],
  ['extensions/v1beta1', 'NetworkPolicy', 9, 16, 'networking.k8s.io/v1'],
  ['extensions/v1beta1', 'Scale', 2, 16, ''],
  [
    'flowcontrol.apiserver.k8s.io/v1beta1',
    'FlowSchema PriorityLevelConfiguration',
    23,
    26,
    'flowcontrol.apiserver.k8s.io/v1beta3',
  ],
  [
    'flowcontrol.apiserver.k8s.io/v1beta2',
    'FlowSchema PriorityLevelConfiguration',
    26,
    29,
    'flowcontrol.apiserver.k8s.io/v1beta3',
  ],
  [
    'flowcontrol.apiserver.k8s.io/v1beta3',
    'FlowSchema PriorityLevelConfiguration',
    29,
    32,
    'flowcontrol.apiserver.k8s.io/v1',
  ],
  ['lifecycle.k8s.io/v1alpha1', 'Eviction EvictionRequest', 40, 43, ''],
  ['networking.k8s.io/v1beta1', 'IPAddress ServiceCIDR', 34, 37, ''],
  ['networking.k8s.io/v1beta1', 'Ingress IngressClass', 19, 22, 'networking.k8s.io/v1'],
  ['node.k8s.io/v1beta1', 'RuntimeClass', 22, 25, ''],
  ['policy/v1beta1', 'Eviction', 22, 25, ''],
  ['policy/v1beta1', 'PodDisruptionBudget', 21, 25, 'policy/v1'],
  [
    'rbac.authorization.k8s.io/v1beta1',
    'ClusterRole ClusterRoleBinding Role RoleBinding',
    17,
    22,
    'rbac.authorization.k8s.io/v1',
  ],
  ['resource.k8s.io/v1alpha3', 'DeviceTaintRule', 36, 39, ''],
  ['resource.k8s.io/v1alpha3', 'ResourcePoolStatusRequest', 39, 42, ''],
  ['resource.k8s.io/v1beta1', 'DeviceClass ResourceClaim ResourceClaimTemplate ResourceSlice', 35, 38, ''],
  ['resource.k8s.io/v1beta2', 'DeviceClass ResourceClaim ResourceClaimTemplate ResourceSlice', 36, 39, ''],
  ['resource.k8s.io/v1beta2', 'DeviceTaintRule', 39, 42, ''],
  ['scheduling.k8s.io/v1beta1', 'PodGroup Workload', 40, 43, ''],
  ['scheduling.k8s.io/v1beta1', 'PriorityClass', 14, 22, 'scheduling.k8s.io/v1'],
  ['storage.k8s.io/v1alpha1', 'CSIStorageCapacity', 21, 24, 'storage.k8s.io/v1beta1'],
  ['storage.k8s.io/v1alpha1', 'VolumeAttachment', 21, 24, 'storage.k8s.io/v1'],
  ['storage.k8s.io/v1alpha1', 'VolumeAttributesClass', 32, 35, 'storage.k8s.io/v1'],
  ['storage.k8s.io/v1beta1', 'CSIDriver StorageClass VolumeAttachment', 19, 22, 'storage.k8s.io/v1'],
  ['storage.k8s.io/v1beta1', 'CSINode', 17, 22, 'storage.k8s.io/v1'],
  ['storage.k8s.io/v1beta1', 'CSIStorageCapacity', 24, 27, 'storage.k8s.io/v1'],
  ['storage.k8s.io/v1beta1', 'VolumeAttributesClass', 34, 37, 'storage.k8s.io/v1'],
  ['storagemigration.k8s.io/v1beta1', 'StorageVersionMigration', 37, 40, 'storagemigration.k8s.io/v1'],
  ['v1', 'ComponentStatus', 19, 0, ''],
  ['v1', 'Endpoints', 33, 0, 'discovery.k8s.io/v1 EndpointSlice'],
];

/** The same for versions that `helm lint` does not report. */
const FORGOTTEN: typeof DEPRECATED = [
  ['apiextensions.k8s.io/v1beta1', 'CustomResourceDefinition', 16, 22, 'apiextensions.k8s.io/v1'],
  ['apiregistration.k8s.io/v1beta1', 'APIService', 19, 22, 'apiregistration.k8s.io/v1'],
  ['autoscaling/v2beta1', 'HorizontalPodAutoscaler', 22, 25, 'autoscaling/v2'],
  ['autoscaling/v2beta2', 'HorizontalPodAutoscaler', 23, 26, 'autoscaling/v2'],
  ['policy/v1beta1', 'PodSecurityPolicy', 21, 25, ''],
];

/** The message on an object's version, and whether Helm's lint reports it too. */
export type Deprecation = { message: string; byHelm: boolean };

/**
 * The deprecation of a version; undefined when it is current.
 *
 * @param kubeVersion the version of Kubernetes to lint for: `v1.37.0`
 */
export function deprecation(apiVersion: string, kind: string, kubeVersion: string): Deprecation | undefined {
  const minor = Number(/^v?1\.([0-9]+)/.exec(kubeVersion)?.[1] ?? Infinity);
  const isIt = ([version, kinds]: (typeof DEPRECATED)[number]): boolean =>
    version === apiVersion &&
    kinds.split(' ').some((name) => name === kind || (hasList(apiVersion, name) && kind === `${name}List`));
  const known = DEPRECATED.find(isIt);
  const entry = known ?? FORGOTTEN.find(isIt);
  if (entry === undefined || entry[2] > minor) return undefined;
  const [, , since, gone, instead] = entry;
  const what = `${apiVersion} ${kind} is deprecated in v1.${since}+${gone === 0 ? '' : `, unavailable in v1.${gone}+`}`;
  const use = instead === '' ? '' : `; use ${instead.includes(' ') ? instead : `${instead} ${kind}`}`;
  return { message: what + use, byHelm: known !== undefined };
}

/** The kinds of the lists above, each as `apps/v1beta1 Deployment`. */
export function knownKinds(): string[] {
  return [...DEPRECATED, ...FORGOTTEN].flatMap(([version, kinds]) =>
    kinds.split(' ').map((kind) => `${version} ${kind}`),
  );
}

/** Is there a kind for lists of the kind? Reviews and subresources such as Scale have none. */
function hasList(apiVersion: string, kind: string): boolean {
  return !/Review$|^(?:Scale|DeploymentRollback)$/.test(kind) && `${apiVersion} ${kind}` !== 'policy/v1beta1 Eviction';
}
