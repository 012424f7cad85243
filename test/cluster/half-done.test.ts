/** The errors of operations that the cluster does not let finish: the cause, what was done, how to continue. */
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'vitest';
import type { Json } from '../controlplane/client.ts';
import { access, admin, namespace, pkgOn, test } from '../support/cluster.ts';
import { startProxy } from '../support/proxy.ts';
import { chartOf, configMap, deployment, job, maps, pkg, pkgFails, statuses } from './support.ts';

function service(name: string): Json {
  return { apiVersion: 'v1', kind: 'Service', metadata: { name }, spec: { ports: [{ port: 80 }] } };
}

/** Waits until a dry run has this status: the API server learns of policies and webhooks a moment later. */
async function dryRunGives(status: number, method: string, path: string, body?: Json): Promise<void> {
  const end = Date.now() + 60_000;
  for (;;) {
    const answer = await admin().request(method, path, body);
    if (answer.status === status) return;
    if (Date.now() > end) throw new Error(`${method} ${path} gives ${answer.status}: ${answer.text}`);
    await sleep(100);
  }
}

test('a failure says how many steps were done, and which command continues', async () => {
  const ns = await namespace();
  const quota = { apiVersion: 'v1', kind: 'ResourceQuota', metadata: { name: 'q' }, spec: { hard: { services: '0' } } };
  await admin().create(`/api/v1/namespaces/${ns}/resourcequotas`, quota);
  const path = `/api/v1/namespaces/${ns}/resourcequotas/q`;
  await admin().until(path, ({ status }) => status?.used?.services === '0');
  const two = chartOf([configMap('a'), service('s')]);
  const said = await pkgFails(ns, 'PKG_CLUSTER_FORBIDDEN', ['install', 'r', two]);
  expect(said).toMatch(/Error: the cluster's rules do not allow you to patch services "s" in namespace/);
  expect(said).toContain('note: revision 1 of r is recorded as failed: 1 of 2 objects were written\n');
  expect(said).toContain('hint: `pkg upgrade --install r …` goes on from there\n');
  await pkg(ns, 'upgrade', '--install', 'r', chartOf([configMap('a')]));
  const again = await pkgFails(ns, 'PKG_CLUSTER_FORBIDDEN', ['upgrade', 'r', two]);
  expect(again).toContain('note: revision 3 of r is recorded as failed: 0 of 1 object was written\n');
  expect(again).toContain('hint: `pkg upgrade r …` goes on from there, `pkg rollback r 2` goes back\n');
  // The error does not mention a revision that --rollback-on-failure has undone.
  const undone = await pkgFails(ns, 'PKG_CLUSTER_FORBIDDEN', ['upgrade', 'r', two, '--rollback-on-failure']);
  expect(undone).toContain('it was undone by going back to revision 2');
  expect(undone).not.toMatch(/is recorded as failed|goes on from there/);
  await pkg(ns, 'rollback', 'r', '2');
});

const RECORD = /\/secrets\/sh\.helm\.release\.v1\.r\.v\d+$/;

test('if only the record could not be written, the error says that all objects were written', async () => {
  const ns = await namespace();
  // An uninstall first writes that it begins.
  for (const [args, seen, next, words] of [
    [['install', 'r', chartOf([configMap('a')])], 0, ['upgrade', 'r', chartOf([configMap('a')])], 'written'],
    [['uninstall', 'r', '--keep-history'], 1, ['uninstall', 'r', '--keep-history'], 'deleted'],
  ] as const) {
    let count = 0;
    const proxy = await startProxy({
      upstream: access(),
      fault: ({ method, path }) =>
        method === 'PUT' && RECORD.test(path) && ++count > seen ? { status: 403 } : undefined,
    });
    const said = await pkgFails(ns, 'PKG_CLUSTER_FORBIDDEN', args, { kubeconfig: proxy.kubeconfig });
    await proxy.close();
    expect(said).toMatch(new RegExp(`note: all objects of revision \\d of r are ${words}; only its record`));
    expect(said).toContain(
      `hint: \`pkg ${words === 'written' ? 'upgrade r …' : 'uninstall r'}\` takes the release over`,
    );
    const { status, stderr } = await pkgOn(ns, next);
    expect([status, stderr]).toEqual([0, expect.stringContaining('is taken over')]);
  }
});

test('if undoing fails too, the error says how to continue', async () => {
  const ns = await namespace();
  await pkg(ns, 'install', 'r', chartOf([configMap('a', { v: '1' })]));
  let writes = 0;
  const proxy = await startProxy({
    upstream: access(),
    fault: ({ method, path, query }) => {
      if (method !== 'PATCH' || query.has('dryRun')) return undefined;
      const isRefused = path.endsWith('/services/s') || (path.endsWith('/configmaps/a') && ++writes > 1);
      return isRefused ? { status: 403 } : undefined;
    },
  });
  const second = chartOf([configMap('a', { v: '2' }), service('s')]);
  const said = await pkgFails(ns, 'PKG_CLUSTER_FORBIDDEN', ['upgrade', 'r', second, '--rollback-on-failure'], {
    kubeconfig: proxy.kubeconfig,
  });
  await proxy.close();
  expect(said).toContain('note: going back to revision 1 failed, too: ');
  expect(said).toMatch(/note: revision 3 of r is recorded as failed: 0 of 1 object was written/);
  expect(said).toContain('hint: `pkg rollback r 1` goes on from there');
  await pkg(ns, 'rollback', 'r', '1');
  expect(await maps(ns)).toEqual({ a: { v: '1' } });
});

test('immutable fields are reported with a hint before anything is written', async () => {
  const ns = await namespace();
  const claim = (mode: string): Json => ({
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: { name: 'claim' },
    spec: { accessModes: [mode], resources: { requests: { storage: '1Gi' } } },
  });
  const binding = (name: string): Json => ({
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'RoleBinding',
    metadata: { name: 'binding' },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name },
  });
  const set = (serviceName: string): Json => ({
    apiVersion: 'apps/v1',
    kind: 'StatefulSet',
    metadata: { name: 'set' },
    spec: { ...deployment('set').spec, serviceName },
  });
  const fixed = (v: string): Json => ({ ...configMap('fixed', { v }), immutable: true });
  const { spec } = deployment('other');
  const objects = (isNew: boolean): Json[] => [
    configMap('plain', { v: String(isNew) }),
    fixed(String(isNew)),
    binding(isNew ? 'edit' : 'view'),
    set(isNew ? 'two' : 'one'),
    claim(isNew ? 'ReadWriteMany' : 'ReadWriteOnce'),
    isNew ? { ...deployment('web'), spec } : deployment('web'),
    { ...job('once'), spec: { ...job('once').spec, ...(isNew && { completions: 2 }) } },
  ];
  await pkg(ns, 'install', 'r', chartOf(objects(false)));
  const said = await pkgFails(ns, 'PKG_OBJECT_INVALID', ['upgrade', 'r', chartOf(objects(true))]);
  expect(said).toContain('6 objects cannot be applied');
  const hint =
    'hint: this change is not possible on an existing object: rename the object in the chart, or delete it first if its data may be lost';
  expect(said.split(hint)).toHaveLength(7);
  expect(said).not.toContain(String.raw`\n`);
  expect(await statuses(ns, 'r')).toEqual(['deployed']);
  expect((await maps(ns))['plain']).toEqual({ v: 'false' });
});

test('a policy that keeps an object, and a finalizer that nobody removes', async () => {
  const ns = await namespace();
  const kept = { ...configMap('kept'), metadata: { name: 'kept', finalizers: ['example.test/never'] } };
  await pkg(ns, 'install', 'r', chartOf([kept, configMap('other')]));
  const name = `${ns}-keep`;
  const path = `/api/v1/namespaces/${ns}/configmaps/kept`;
  const policies = '/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicies';
  const bindings = `${policies.slice(0, -'ies'.length)}ybindings`;
  const policy = {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'ValidatingAdmissionPolicy',
    metadata: { name },
    spec: {
      matchConstraints: {
        resourceRules: [{ apiGroups: [''], apiVersions: ['v1'], operations: ['DELETE'], resources: ['configmaps'] }],
      },
      validations: [{ expression: 'false', message: 'nothing goes here' }],
    },
  };
  const binding = {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'ValidatingAdmissionPolicyBinding',
    metadata: { name },
    spec: {
      policyName: name,
      validationActions: ['Deny'],
      matchResources: { namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': ns } } },
    },
  };
  try {
    await admin().create(policies, policy);
    await admin().create(bindings, binding);
    await dryRunGives(422, 'DELETE', `${path}?dryRun=All`);
    const said = await pkgFails(ns, 'PKG_CLUSTER_FORBIDDEN', ['uninstall', 'r']);
    expect(said).toMatch(/Error: the cluster does not let configmaps "(?:kept|other)" in namespace "\S+" be deleted\n/);
    expect(said).toContain('denied request: nothing goes here\n');
    expect(said).toContain('note: revision 1 of r is recorded as failed: 0 of 2 objects were deleted\n');
    expect(said).toContain('hint: change the object as the rule says, or ask the administrator of the cluster\n');
    expect(said).toContain('hint: `pkg uninstall r` goes on from there\n');
  } finally {
    await admin().delete(`${bindings}/${name}`);
    await admin().delete(`${policies}/${name}`);
  }
  await dryRunGives(200, 'DELETE', `${path}?dryRun=All`);
  const said = await pkgFails(ns, 'PKG_TIMEOUT', ['uninstall', 'r', '--wait', '--timeout', '3s']);
  expect(said).toContain('ConfigMap "kept" is not gone\n');
  expect(said).toContain('it is still there, kept by its finalizers: example.test/never\n');
  expect(said).toContain('hint: a finalizer is removed by the controller that set it: see whether that one runs\n');
  const patch = { metadata: { finalizers: null } };
  await admin().request('PATCH', path, patch, 'application/merge-patch+json');
  await pkg(ns, 'uninstall', 'r', '--wait');
});

test('a webhook without its Service ends the operation at once, and is named', async () => {
  const ns = await namespace();
  const path = '/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations';
  const name = `${ns}.example.test`;
  const webhook = {
    name,
    admissionReviewVersions: ['v1'],
    sideEffects: 'None',
    clientConfig: { service: { name: 'none', namespace: ns } },
    namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': ns } },
    rules: [{ apiGroups: [''], apiVersions: ['v1'], operations: ['*'], resources: ['configmaps'] }],
  };
  const configuration = {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'ValidatingWebhookConfiguration',
    metadata: { name },
    webhooks: [webhook],
  };
  const probe = `/api/v1/namespaces/${ns}/configmaps?dryRun=All`;
  const proxy = await startProxy({ upstream: access() });
  const { kubeconfig } = proxy;
  try {
    await admin().create(path, configuration);
    await dryRunGives(500, 'POST', probe, configMap('x'));
    const said = await pkgFails(ns, 'PKG_CLUSTER_FAILED', ['install', 'r', chartOf([configMap('a')])], { kubeconfig });
    expect(said).toContain(
      `hint: have the webhook ${name} repaired, or removed when nothing runs it any more: kubectl`,
    );
    const writes = proxy.requests.filter(({ method, query }) => method === 'PATCH' && !query.has('dryRun'));
    expect(writes.map((one) => one.path)).toEqual([`/api/v1/namespaces/${ns}/configmaps/a`]);
  } finally {
    await admin().delete(`${path}/${name}`);
    await proxy.close();
  }
  await dryRunGives(201, 'POST', probe, configMap('x'));
  const upgraded = await pkgOn(ns, ['upgrade', '--install', 'r', chartOf([configMap('a')])]);
  expect([upgraded.status, await statuses(ns, 'r')]).toEqual([0, ['failed', 'deployed']]);
});

test.each(['yaml', 'yaml.hbs'])(
  'an error of the cluster about an object shows the position in templates/all.%s',
  async (ending) => {
    const ns = await namespace();
    const printed = (value: string): string => (ending === 'yaml' ? `{{ .Values.${value} }}` : `{{values.${value}}}`);
    const files = {
      'values.yaml': 'app: one\nbad: 70000\n',
      [`templates/all.${ending}`]: [
        'apiVersion: apps/v1',
        'kind: Deployment',
        'metadata:',
        '  name: web',
        'spec:',
        '  selector:',
        '    matchLabels:',
        `      app: ${printed('app')}`,
        '  template:',
        '    metadata:',
        '      labels:',
        `        app: ${printed('app')}`,
        '    spec:',
        '      containers:',
        '        - name: main',
        '          image: example.test/one:1',
        '          ports:',
        `            - containerPort: ${printed('bad')}`,
        '---',
        'apiVersion: v1',
        'kind: List',
        'items:',
        '  - apiVersion: v1',
        '    kind: Service',
        '    metadata:',
        '      name: listed',
        '    spec:',
        '      typo: 1',
        '      ports:',
        '        - port: 80',
        '',
      ].join('\n'),
    };
    const chart = chartOf([], { 'templates/all.yaml.hbs': '{{! nothing }}\n', ...files });
    const said = await pkgFails(ns, 'PKG_OBJECT_INVALID', ['install', 'r', chart]);
    expect(said).toMatch(new RegExp(String.raw`at \S+/templates/all\.${ending}:18:\d+\n`));
    expect(said).toContain(`note: values.bad comes from ${chart}/values.yaml:2`);
    expect(said).toMatch(new RegExp(String.raw`at \S+/templates/all\.${ending}:28:\d+\n`));
    await pkg(ns, 'install', 'r', chartOf([deployment('web')]));
    const fixed = ['--set', 'bad=80', '--set-json', 'app="new"'];
    const again = await pkgFails(ns, 'PKG_OBJECT_INVALID', ['upgrade', 'r', chart, ...fixed]);
    expect(again).toMatch(/spec\.selector: .*: field is immutable/);
    expect(again).toMatch(new RegExp(String.raw`at \S+/templates/all\.${ending}:\d+:\d+\n`));
  },
);
