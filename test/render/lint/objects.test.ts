/** Lint rules about rendered objects; names and versions are compared with `helm lint`. */
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { deprecation } from '../../../src/render/lint/objects/deprecations.ts';
import { nameProblem } from '../../../src/render/lint/objects/names.ts';
import { selectorMatches } from '../../../src/render/lint/objects/selectors.ts';
import { printYaml } from '../../../src/yaml/print.ts';
import { fromPlain } from '../../../src/yaml/value.ts';
import type { JsonObject } from '../../../src/yaml/value.ts';
import { temporaryFolder, writeFiles } from '../../chart/support.ts';
import { RUNS } from '../../support/generation.ts';
import { helm } from '../../support/helm.ts';
import { lint, rulesOf } from './support.ts';

/** What `helm lint` says of a file of objects, in order. */
function helmSays(objects: readonly JsonObject[], ...flags: string[]): string {
  const folder = join(temporaryFolder(), 'chart');
  writeFiles(folder, {
    'Chart.yaml': 'apiVersion: v2\nname: chart\nversion: 1.0.0\nicon: https://example.com/i.png\n',
    'values.yaml': '',
    // A word of it is enough for Helm's check of selectors, which looks at the text of the whole file.
    'templates/x.yaml':
      `# matchLabels\n${objects.map((object) => printYaml(fromPlain(object))).join('---\n')}`.replaceAll(
        '{{',
        '{{"{{"}}',
      ),
  });
  return helm(['lint', folder, ...flags]).stdout;
}

test('the same versions are deprecated, with the same words', () => {
  const versions = [
    ...[
      'v1',
      'apps/v1',
      'apps/v1beta1',
      'apps/v1beta2',
      'extensions/v1beta1',
      'batch/v1',
      'batch/v1beta1',
      'policy/v1',
    ],
    ...['policy/v1beta1', 'networking.k8s.io/v1', 'networking.k8s.io/v1beta1', 'rbac.authorization.k8s.io/v1beta1'],
    ...[
      'autoscaling/v1',
      'autoscaling/v2',
      'storage.k8s.io/v1beta1',
      'storage.k8s.io/v1alpha1',
      'scheduling.k8s.io/v1beta1',
    ],
    ...['admissionregistration.k8s.io/v1beta1', 'admissionregistration.k8s.io/v1alpha1', 'resource.k8s.io/v1beta1'],
    ...[
      'resource.k8s.io/v1beta2',
      'resource.k8s.io/v1alpha3',
      'flowcontrol.apiserver.k8s.io/v1beta1',
      'node.k8s.io/v1beta1',
    ],
    ...['flowcontrol.apiserver.k8s.io/v1beta2', 'flowcontrol.apiserver.k8s.io/v1beta3', 'events.k8s.io/v1beta1'],
    ...[
      'discovery.k8s.io/v1beta1',
      'coordination.k8s.io/v1beta1',
      'coordination.k8s.io/v1alpha2',
      'certificates.k8s.io/v1beta1',
    ],
    ...[
      'certificates.k8s.io/v1alpha1',
      'authorization.k8s.io/v1beta1',
      'authentication.k8s.io/v1beta1',
      'example.com/v1beta1',
    ],
    ...['authentication.k8s.io/v1alpha1', 'coordination.k8s.io/v1', 'storagemigration.k8s.io/v1beta1'],
  ];
  const kinds = [
    ...[
      'Deployment',
      'StatefulSet',
      'DaemonSet',
      'ReplicaSet',
      'ControllerRevision',
      'Scale',
      'DeploymentRollback',
      'Ingress',
    ],
    ...[
      'IngressClass',
      'IPAddress',
      'ServiceCIDR',
      'NetworkPolicy',
      'CronJob',
      'Job',
      'PodDisruptionBudget',
      'Eviction',
      'Role',
    ],
    ...['ClusterRole', 'RoleBinding', 'ClusterRoleBinding', 'CSIDriver', 'CSINode', 'StorageClass', 'VolumeAttachment'],
    ...[
      'CSIStorageCapacity',
      'VolumeAttributesClass',
      'PriorityClass',
      'MutatingWebhookConfiguration',
      'FlowSchema',
      'Event',
    ],
    ...[
      'ValidatingWebhookConfiguration',
      'ValidatingAdmissionPolicy',
      'ValidatingAdmissionPolicyBinding',
      'ResourceClaim',
    ],
    ...[
      'MutatingAdmissionPolicy',
      'MutatingAdmissionPolicyBinding',
      'ResourceClaimTemplate',
      'ResourceSlice',
      'DeviceClass',
    ],
    ...['DeviceTaintRule', 'PriorityLevelConfiguration', 'RuntimeClass', 'EndpointSlice', 'Lease', 'LeaseCandidate'],
    ...['CertificateSigningRequest', 'ClusterTrustBundle', 'LocalSubjectAccessReview', 'SelfSubjectAccessReview'],
    ...[
      'SelfSubjectRulesReview',
      'SubjectAccessReview',
      'TokenReview',
      'SelfSubjectReview',
      'Pod',
      'Service',
      'Secret',
    ],
    ...[
      'Endpoints',
      'ComponentStatus',
      'PodCertificateRequest',
      'ResourcePoolStatusRequest',
      'StorageVersionMigration',
      'EvictionRequest',
      'PodGroup',
      'Workload',
    ],
  ].flatMap((kind) => [kind, `${kind}List`]);
  const objects = versions.flatMap((apiVersion) =>
    kinds.map((kind) => ({
      apiVersion,
      kind,
      metadata: { name: 'x' },
      spec: { selector: { matchLabels: { a: 'b' } } },
    })),
  );
  // k8s.io/api names a list where it means the object, and the other way round.
  const said = (text: string): string => text.replace(/(; use \S+ \w+?)(?:List)?$/, '$1');
  const ours = (version: string, of: readonly (typeof objects)[number][]): string[] =>
    of.flatMap(({ apiVersion, kind }) => deprecation(apiVersion, kind, version)?.message ?? []).map(said);
  const theirs = (version: string, of: readonly JsonObject[]): string[] =>
    [...helmSays(of, '--kube-version', version).matchAll(/\S+ \S+ is deprecated in .*/g)].map(([text]) => said(text));
  // What k8s.io/api has forgotten, and clusters too, is ours alone, and not among these versions.
  expect(ours('v1.99.0', objects)).toEqual(theirs('v1.99.0', objects));
  const once = objects.filter(({ apiVersion, kind }) => deprecation(apiVersion, kind, 'v1.99.0') !== undefined);
  expect(once.length).toBeGreaterThan(140);
  for (const version of ['v1.37.0', 'v1.20.0']) expect(ours(version, once)).toEqual(theirs(version, once));
  expect(deprecation('autoscaling/v2beta2', 'HorizontalPodAutoscaler', 'v1.36.0')?.message).toContain(
    'use autoscaling/v2',
  );
  expect(deprecation('batch/v1beta1', 'CronJob', 'v1.20.0')).toBeUndefined();
  expect(deprecation('batch/v1beta1', 'CronJob', 'v1.21.3-gke.1')?.message).toContain('use batch/v1');
});

test('the same names are valid', () => {
  const kind = fc.constantFrom(
    ...[
      'Pod',
      'Service',
      'Namespace',
      'ServiceAccount',
      'Role',
      'ClusterRoleBinding',
      'ConfigMap',
      'Deployment',
      'Widget',
    ],
    'CertificateSigningRequest',
  );
  const name = fc.oneof(
    fc.stringMatching(/^[a-zA-Z0-9.\-_%/:]{1,12}$/),
    fc.constantFrom(
      '.',
      '..',
      'a',
      '1',
      '-',
      'a.b',
      'a..b',
      'a-',
      'ä',
      'A',
      '',
      ...[63, 64, 253, 254].map((n) => 'a'.repeat(n)),
    ),
  );
  const samples = fc.sample(fc.tuple(kind, name), 400 * RUNS);
  const said = helmSays(
    samples.map(([kind, name], index) => ({
      apiVersion: 'example.com/v1',
      kind,
      metadata: { name, namespace: `n${index}` },
    })),
  );
  const refused = [...said.matchAll(/naming requirements: ("(?:[^"\\]|\\.)*"):/g)].map(([, text]) =>
    JSON.parse(text ?? ''),
  );
  expect(refused.length).toBeGreaterThan(50);
  expect(samples.filter(([kind, name]) => nameProblem(kind, name) !== undefined).map(([, name]) => name)).toEqual(
    refused,
  );
});

const pod = (container: JsonObject = {}, spec: JsonObject = {}): JsonObject => ({
  metadata: { labels: { app: 'web' } },
  spec: { containers: [{ name: 'app', image: 'x', ...container }], ...spec },
});
const ending: JsonObject = { restartPolicy: 'Never' };
const sized: JsonObject = { resources: { requests: { cpu: '1' }, limits: { cpu: '1' } } };

function deployment(spec: JsonObject = {}, kind = 'Deployment'): JsonObject {
  return {
    apiVersion: kind === 'Job' ? 'batch/v1' : 'apps/v1',
    kind,
    metadata: { name: 'web' },
    spec: { selector: { matchLabels: { app: 'web' } }, template: pod(sized), ...spec },
  };
}

function budget(selector: JsonObject | null, namespace?: string): JsonObject {
  const metadata = { name: 'web', ...(namespace && { namespace }) };
  return { apiVersion: 'policy/v1', kind: 'PodDisruptionBudget', metadata, spec: { maxUnavailable: 1, selector } };
}

async function lintObjects(...objects: JsonObject[]): Promise<string[]> {
  const text = objects.map((object) => printYaml(fromPlain(object))).join('---\n');
  return rulesOf(await lint({ 'templates/all.yaml.hbs': text }));
}

describe('requests and limits', () => {
  test('are required of every container of all kinds with pods', async () => {
    expect(await lintObjects(deployment())).toEqual([]);
    for (const kind of ['Deployment', 'StatefulSet', 'DaemonSet', 'ReplicaSet', 'Job']) {
      const template = pod({}, kind === 'Job' ? ending : {});
      expect(await lintObjects(deployment({ template }, kind)), kind).toEqual(['container-resources']);
    }
    const cron = { apiVersion: 'batch/v1', kind: 'CronJob', metadata: { name: 'x' } };
    expect(
      await lintObjects({
        ...cron,
        spec: { schedule: '0 3 * * *', jobTemplate: { spec: { template: pod({}, ending) } } },
      }),
    ).toEqual(['container-resources']);
    expect(await lintObjects({ apiVersion: 'v1', kind: 'Pod', ...pod(), metadata: { name: 'x' } })).toEqual([
      'container-resources',
    ]);
    expect(
      await lintObjects({ ...deployment({ template: pod() }), apiVersion: 'example.com/v1', kind: 'Widget' }),
    ).toEqual([]);
  });

  test('are required of init containers too, unless the pod has them', async () => {
    for (const resources of [
      { requests: { cpu: '1' } },
      { limits: { cpu: '1' } },
      { requests: {}, limits: {} },
      null,
    ]) {
      expect(await lintObjects(deployment({ template: pod({ resources }) }))).toEqual(['container-resources']);
    }
    const labels = { metadata: { labels: { app: 'web' } } };
    const containers = [{ name: 'app', image: 'x', ...sized }];
    const spec = { containers, initContainers: [{ name: 'init', image: 'x' }] };
    expect(await lintObjects(deployment({ template: { ...labels, spec } }))).toEqual(['container-resources']);
    expect(await lintObjects(deployment({ template: { ...labels, spec: { ...spec, ...sized } } }))).toEqual([]);
  });

  test('are reported at the container in the template', async () => {
    const text = printYaml(fromPlain(deployment({ template: pod() }))).replace('image: x', 'image: {{chart.name}}');
    const [message] = await lint({ 'templates/a.yaml.hbs': text });
    const line = text.split('\n').findIndex((each) => each.includes('name: app')) + 1;
    expect(line).toBeGreaterThan(5);
    expect(message).toMatchObject({ path: 'templates/a.yaml.hbs', at: { line } });
    expect(message?.message).toBe('container "app" of Deployment "web" has no resource requests and no limits');
  });
});

describe('a disruption budget', () => {
  test('is required of more than one replica', async () => {
    for (const [spec, rules] of [
      [{}, []],
      [{ replicas: 1 }, []],
      [{ replicas: 0 }, []],
      [{ replicas: 2 }, ['disruption-budget']],
    ] as const) {
      expect(await lintObjects(deployment(spec))).toEqual(rules);
      expect(await lintObjects(deployment(spec, 'StatefulSet'))).toEqual(rules);
    }
    expect(await lintObjects(deployment({ replicas: 2 }, 'ReplicaSet'))).toEqual([]);
  });

  test('must select the pods, in their namespace', async () => {
    const web = deployment({ replicas: 3 });
    expect(await lintObjects(web, budget({ matchLabels: { app: 'web' } }))).toEqual([]);
    expect(await lintObjects(web, budget({}))).toEqual([]);
    expect(await lintObjects(web, budget({ matchExpressions: [{ key: 'app', operator: 'Exists' }] }))).toEqual([]);
    expect(await lintObjects(web, budget({ matchLabels: { app: 'other' } }))).toEqual(['disruption-budget']);
    expect(await lintObjects(web, budget(null))).toEqual(['disruption-budget']);
    expect(await lintObjects(web, budget({ matchLabels: { app: 'web' } }, 'else'))).toEqual(['disruption-budget']);
  });

  test("counts an autoscaler's lower bound", async () => {
    const scaler = (minReplicas: number, name = 'web'): JsonObject => ({
      apiVersion: 'autoscaling/v2',
      kind: 'HorizontalPodAutoscaler',
      metadata: { name: 'x' },
      spec: { scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name }, minReplicas, maxReplicas: 9 },
    });
    expect(await lintObjects(deployment(), scaler(2))).toEqual(['disruption-budget']);
    expect(await lintObjects(deployment({ replicas: 5 }), scaler(1))).toEqual([]);
    expect(await lintObjects(deployment(), scaler(2, 'other'))).toEqual(['object-reference']);
  });
});

describe('selectors', () => {
  test('must be there and match the pods', async () => {
    for (const kind of ['Deployment', 'StatefulSet', 'DaemonSet', 'ReplicaSet']) {
      expect(await lintObjects(deployment({ selector: {} }, kind))).toEqual(['selector-missing']);
      expect(await lintObjects(deployment({ selector: { matchLabels: { app: 'x' } } }, kind))).toEqual([
        'selector-mismatch',
      ]);
    }
    const expressions = { matchExpressions: [{ key: 'app', operator: 'In', values: ['web'] }] };
    expect(await lintObjects(deployment({ selector: expressions }))).toEqual([]);
  });

  test('support every operator', () => {
    const labels = fromPlain({ a: '1' });
    const matches = (key: string, operator: string, ...values: string[]): boolean =>
      selectorMatches(fromPlain({ matchExpressions: [{ key, operator, values }] }), labels);
    expect([matches('a', 'In', '1', '2'), matches('a', 'In', '2'), matches('b', 'In', '1')]).toEqual([
      true,
      false,
      false,
    ]);
    expect([matches('a', 'NotIn', '1'), matches('a', 'NotIn', '2'), matches('b', 'NotIn', '1')]).toEqual([
      false,
      true,
      true,
    ]);
    expect([matches('a', 'Exists'), matches('b', 'Exists')]).toEqual([true, false]);
    expect([matches('a', 'DoesNotExist'), matches('b', 'DoesNotExist')]).toEqual([false, true]);
  });
});

test('a name that no object of its kind may have', async () => {
  expect(await lintObjects({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'A_b' } })).toEqual([
    'object-name',
  ]);
  const service = { apiVersion: 'v1', kind: 'Service', metadata: { name: '1a' }, spec: { ports: [{ port: 80 }] } };
  expect(await lintObjects(service)).toEqual(['object-name']);
});

test.each([
  [{ 'helm.sh/hooks': 'test' }, true],
  [{ 'helm.sh/resource-polcy': 'keep' }, true],
  [{ 'helm.sh/resource-policy': 'retain' }, true],
  [{ 'helm.sh/resource-policy': 'Keep' }, false],
  [{ 'helm.sh/hook': 'test', 'helm.sh/hook-delete-policy': 'hook-success' }, true],
  [{ 'helm.sh/hook': 'test', 'helm.sh/hook-delete-policy': 'hook-succeeded, before-hook-creation' }, false],
  [{ 'helm.sh/hook': 'test', 'helm.sh/hook-weight': 'first' }, true],
  [{ 'helm.sh/hook': 'test', 'helm.sh/hook-weight': '-5' }, false],
  [{ 'helm.sh/hook-delete-policy': 'hook-succeeded' }, true],
  [{ 'helm.sh/hook-weight': '1', 'argocd.argoproj.io/hook': 'PreSync' }, false],
  [{ 'helm.sh/something': 'else', 'example.test/hooks': 'x' }, false],
])('annotations of Helm: %j', async (annotations, isReported) => {
  const found = await lintObjects({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a', annotations } });
  expect(found).toEqual(isReported ? ['helm-annotation'] : []);
});

test('a policy inside a List', async () => {
  const annotations = { 'helm.sh/resource-policy': 'keep' };
  const item = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a', annotations } };
  expect(await lintObjects({ apiVersion: 'v1', kind: 'List', metadata: { name: 'x' }, items: [item] })).toEqual([
    'list-annotations',
  ]);
});
