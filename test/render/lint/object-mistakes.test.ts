/** What Kubernetes refuses, or nobody means, in objects of native templates; and names in texts that `goTpl` runs. */
import { describe, expect, test } from 'vitest';
import { configMap } from '../support.ts';
import { crdOf, lint } from './support.ts';

const TEMPLATE = 'templates/x.yaml.hbs';

async function said(files: Record<string, string>, rule: string): Promise<string[]> {
  const messages = await lint(files);
  return messages.flatMap((one) => (one.rule === rule ? [`${one.path}:${one.at?.line ?? ''} ${one.message}`] : []));
}

const pod = (spec: string): string =>
  `apiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec:\n  containers:\n    - name: a\n      image: b\n${spec}\n`;

describe('values that are encoded twice, or not at all', () => {
  const secret = (body: string): string => `apiVersion: v1\nkind: Secret\nmetadata: {name: x}\n${body}\n`;
  test.each([
    ['stringData:\n  a: {{b64enc values.a}}', '5 stringData.a is encoded twice'],
    ['stringData:\n  {{#each values.l}}\n  {{this}}: {{b64enc this}}\n  {{/each}}', '6 stringData.… is encoded twice'],
    ['stringData:\n  {{spread (files.asSecrets "k/*")}}', '5 what is added to stringData is encoded twice'],
    ['stringData: {{files.asSecrets "k/*"}}', '4 stringData is encoded twice'],
    ['{{#if values.off}}\nstringData: {a: {{b64enc "x"}} }\n{{/if}}', '5 stringData.a is encoded twice'],
    ['data:\n  a: {{b64enc (b64enc values.a)}}', '5 data.a is encoded twice'],
    ['data:\n  a: {{randAlphaNum 32}}', '5 data.a is a random text that is not encoded'],
    ['data:\n  a: {{default (randAlphaNum 32) values.none}}', '5 data.a is a random text that is not encoded'],
    ['data:\n  a: {{b64enc (randAlphaNum 32)}}', undefined],
    ['data:\n  {{spread (files.asSecrets "k/*")}}', undefined],
    ['data:\n  a: {{randBytes 12}}', undefined],
    ['stringData:\n  a: {{randAlphaNum 32}}\n  b: "{{b64enc values.a}}:x"', undefined],
  ])('%j', async (body, expected) => {
    const files = { 'values.yaml': 'a: b\nnone: ""\noff: false\nl: [p]\n', 'k/a': 'x', [TEMPLATE]: secret(body) };
    const found = await said(files, 'secret-text');
    if (expected === undefined) expect(found).toEqual([]);
    else expect(found).toEqual([expect.stringContaining(`${TEMPLATE}:${expected}`)]);
  });
});

describe('values that Kubernetes refuses', () => {
  const policy = (block: string): string =>
    `apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: x}\nspec: {podSelector: {}, egress: [{to: [{ipBlock: {${block}}}]}]}\n`;
  const role = (rule: string): string =>
    `apiVersion: rbac.authorization.k8s.io/v1\nkind: Role\nmetadata: {name: x}\nrules:\n  - ${rule}\n`;
  test.each([
    [pod('      env: [{name: A, value: b}, {name: A, value: c}]'), 'is "A", which is used twice'],
    [pod('').replace('image: b', 'image: nginx:latest:1'), 'is "nginx:latest:1", which has two tags'],
    [pod('').replace('image: b', 'image: localhost:5000/nginx:1'), undefined],
    [pod('      command: [sleep 5]'), 'write [sleep, 5], or [sh, -c, "…"]'],
    [pod('      command: [sh, -c, sleep 5]'), undefined],
    [pod('      readinessProbe: {exec: {command: [cat /tmp/x]} }'), 'write [cat, /tmp/x]'],
    [
      role('{apiGroups: [apps/v1], resources: [deployments], verbs: [get]}'),
      'but must be a group without a version: apps',
    ],
    [role('{apiGroups: [core], resources: [pods], verbs: [get]}'), 'is "core", but must be ""'],
    [role('{apiGroups: [""], resources: [pods], verbs: [get]}'), undefined],
    [
      'apiVersion: v1\nkind: Service\nmetadata: {name: x}\nspec: {clusterIP: none, ports: [{port: 80}]}',
      'is "none", but must be an IP address, or None',
    ],
    [
      'apiVersion: v1\nkind: ResourceQuota\nmetadata: {name: x}\nspec: {hard: {limit.memory: 1Gi, count/pods: 2}}',
      'did you mean limits.memory?',
    ],
    [
      'apiVersion: rbac.authorization.k8s.io/v1\nkind: RoleBinding\nmetadata: {name: x}\nroleRef: {apiGroup: rbac.authorization.k8s.io/v1, kind: Role, name: z}',
      'but must be rbac.authorization.k8s.io',
    ],
    [
      pod('      resources: {requests: 10Gi}'),
      'containers.0.resources.requests of Pod "web" is a text, but Kubernetes expects a map',
    ],
    [pod('      resources: {requests: [cpu: 1]}'), 'is a list, but Kubernetes expects a map'],
    [
      pod('      resources: {limits: {cpu: {a: 1}}}'),
      'is a map, but Kubernetes expects a quantity such as 500m or 1Gi',
    ],
    [
      pod('      livenessProbe: {tcpSocket: {port: [80]}}'),
      'is a list, but Kubernetes expects a whole number or a text',
    ],
    [pod('      livenessProbe: {tcpSocket: {port: true}}'), 'is true, but Kubernetes expects a whole number or a text'],
    [pod('  securityContext: {supplementalGroups: 1000}'), 'is a number, but Kubernetes expects a list'],
    [pod('      env: [{name: A, valueFrom: {fieldRef: {fieldPath: status.podIp}}}]'), 'did you mean status.podIP?'],
    [pod('      env: [{name: A, valueFrom: {fieldRef: {fieldPath: "metadata.labels[\'a\']"}}}]'), undefined],
    [
      pod('  volumes: [{name: v, secret: {secretName: s, defaultMode: 640}}]'),
      'is 640, but must be at most 511, which is 0o777; write 0o640',
    ],
    [
      pod('  volumes: [{name: v, configMap: {name: c, items: [{key: a, path: b, mode: 1755}]}}]'),
      'is 1755, but must be at most 511, which is 0o777',
    ],
    [pod('  volumes: [{name: v, secret: {secretName: s, defaultMode: 0o640}}]'), undefined],
    [policy('cidr: 10.0.0.1'), 'is "10.0.0.1", but must be a range: 10.0.0.1/32 for one address'],
    [policy('cidr: 10.0.0.0/8, except: ["10.1.0.0"]'), 'is "10.1.0.0", but must be a range'],
    [policy('cidr: "::/0"'), undefined],
    [pod('      livenessProbe: {tcpSocket: {port: http}}\n      ports: [{name: http, containerPort: 80}]'), undefined],
  ])('%j', async (text, expected) => {
    const found = await said({ [TEMPLATE]: text }, 'object-value');
    if (expected === undefined) expect(found).toEqual([]);
    else expect(found).toEqual([expect.stringContaining(expected)]);
  });

  test.each([
    ['size: large', '"large", but the CRD allows only small, big'],
    ['size: smal', 'did you mean small?'],
    ['count: -1', '-1, but the CRD requires at least 0'],
    ['count: {a: 1}', 'is a map, but Kubernetes expects a whole number'],
    ['active: [1]', 'is a list, but Kubernetes expects a boolean'],
    ['pairs: [1]', 'is a list, but Kubernetes expects a map'],
    ['pairs: {a: true}', 'is true, but Kubernetes expects a whole number or a text'],
    ['pairs: {a: 1, b: c}', undefined],
    ['count: 3', undefined],
  ])('in an object of a CRD of the chart: %s', async (field, expected) => {
    const schema = `type: object
properties:
  spec:
    type: object
    properties:
      size: {type: string, enum: [small, big]}
      count: {type: integer, minimum: 0}
      active: {type: boolean}
      pairs: {type: object, additionalProperties: {x-kubernetes-int-or-string: true}}`;
    const thing = `apiVersion: example.com/v1\nkind: Thing\nmetadata: {name: x}\nspec:\n  ${field}\n`;
    const found = await said({ 'crds/t.yaml': crdOf('Thing', schema), [TEMPLATE]: thing }, 'object-value');
    if (expected === undefined) expect(found).toEqual([]);
    else expect(found).toEqual([expect.stringContaining(expected)]);
  });
});

test('the usages of a certificate have names with blanks', async () => {
  const spec = 'spec: {request: YQ==, signerName: a.b/c, usages: [digital signature, client auth]}';
  const request = `apiVersion: certificates.k8s.io/v1\nkind: CertificateSigningRequest\nmetadata: {name: x}\n${spec}\n`;
  expect(await lint({ [TEMPLATE]: request })).toEqual([]);
});

describe('names that nothing of the chart has', () => {
  const config = 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: web-config}\ndata: {a.conf: x}\n---\n';
  const service = 'apiVersion: v1\nkind: Service\nmetadata: {name: web-hook}\nspec: {ports: [{port: 443}]}\n---\n';
  const hook = (client: string): string =>
    `${service}apiVersion: admissionregistration.k8s.io/v1\nkind: ValidatingWebhookConfiguration\nmetadata: {name: x}\nwebhooks:\n  - name: a.b.c\n    admissionReviewVersions: [v1]\n    sideEffects: None\n    clientConfig: {service: {namespace: d, ${client}}}\n`;
  const volume = (source: string): string => `${config}${pod(`  volumes: [{name: v, ${source}}]`)}`;
  test.each([
    [
      volume('configMap: {name: web-config, items: [{key: b.conf, path: b}]}'),
      'has no key b.conf; did you mean a.conf?',
    ],
    [volume('configMap: {name: web-config, items: [{key: a.conf, path: b}]}'), undefined],
    [volume('configMap: {name: config}'), 'the chart has no ConfigMap "config"; did you mean web-config?'],
    [volume('projected: {sources: [{configMap: {name: web-confg}}]}'), 'did you mean web-config?'],
    [volume('configMap: {name: other}'), undefined],
    [hook('name: web-hooks'), 'the chart has no Service "web-hooks"; did you mean web-hook?'],
    [hook('name: web-hook, port: 8443'), 'the Service "web-hook" has no port 8443; it has 443'],
    [hook('name: web-hook'), undefined],
  ])('%j', async (text, expected) => {
    const found = await said({ [TEMPLATE]: text }, 'object-reference');
    if (expected === undefined) expect(found).toEqual([]);
    else expect(found).toEqual([expect.stringContaining(expected)]);
  });

  test.each(['helm/hook', 'meta.helm.sh/hook', 'helm.sh/weight'])('the annotation %s', async (key) => {
    const text = `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x, annotations: {${key}: "1"}}\n`;
    expect(await said({ [TEMPLATE]: text }, 'helm-annotation')).toEqual([
      expect.stringContaining('is not an annotation of Helm: did you mean helm.sh/hook'),
    ]);
  });
});

test('resources and versions of rules that no CRD of the chart has', async () => {
  const rule = '{apiGroups: [example.com], resources: [thing, things/status, "*"], verbs: [get]}';
  const role = `apiVersion: rbac.authorization.k8s.io/v1\nkind: Role\nmetadata: {name: x}\nrules:\n  - ${rule}\n`;
  const hook = `apiVersion: admissionregistration.k8s.io/v1\nkind: ValidatingWebhookConfiguration\nmetadata: {name: x}\nwebhooks:\n  - name: a.b.c\n    admissionReviewVersions: [v1]\n    sideEffects: None\n    clientConfig: {url: "https://a.b/c"}\n    rules: [{apiGroups: [example.com], apiVersions: [v2, "*"], operations: [CREATE], resources: [things]}]\n`;
  const found = await said(
    { 'crds/x.yaml': crdOf('Thing', 'type: object'), [TEMPLATE]: `${role}---\n${hook}` },
    'object-reference',
  );
  expect(found).toEqual([
    expect.stringContaining('no CRD of the chart has the resource thing; did you mean things?'),
    expect.stringContaining('the CRDs of the chart have no version v2; they have v1'),
  ]);
});

test('a value that is wrong is named with its place', async () => {
  const text = 'apiVersion: batch/v1\nkind: CronJob\nmetadata: {name: x}\nspec:\n  schedule: {{values.a.b}}\n';
  const found = await said({ 'values.yaml': 'a:\n  b: "0 25 * * *"\n', [TEMPLATE]: text }, 'object-value');
  expect(found).toEqual([expect.stringMatching(/from 0 to 23 \(values\.a\.b comes from .*values\.yaml:2:3\)$/)]);
});

describe('names in texts that goTpl runs', () => {
  test.each([
    ['{{ .Release.Nam }}', '.Release.Nam in this text does not exist; did you mean .Release.Name?'],
    [
      '{{ .Values.sever.name }}',
      '.Values.sever.name in this text is not declared in values.yaml; did you mean server?',
    ],
    ['{{ if $.Values.y }}a{{ end }}', '$.Values.y in this text is not declared in values.yaml'],
    ['{{ .Release.Name }}-{{ .Values.server.name }}-{{ .Chart.AppVersion }}', undefined],
    ['{{ "{{ .Values.y }}" }}{{/* .Values.y */}}', undefined],
    ['{{ range .Values.users }}{{ .Values.y }}{{ end }}', undefined],
  ])('%s', async (text, expected) => {
    const values = `server: {name: a}\nusers: [{Values: {y: 1}}]\nextra:\n  - a: b\n    c: '${text}'\n`;
    const template = configMap('{{#each values.extra}}\na: {{toJson (goTpl this)}}\n{{/each}}');
    const found = await said({ 'values.yaml': values, [TEMPLATE]: template }, 'value-undeclared');
    if (expected === undefined) expect(found).toEqual([]);
    else expect(found).toEqual([`values.yaml:5 ${expected}`]);
  });

  test('a text that cannot be read is an error', async () => {
    const files = {
      'values.yaml': 'a: "{{ .Release.Name | uper }}"\n',
      [TEMPLATE]: configMap('a: {{goTpl values.a}}'),
    };
    expect(await said(files, 'template-invalid')).toEqual([expect.stringContaining('did you mean upper?')]);
  });
});

describe('fields of items', () => {
  const SCHEMA = JSON.stringify({
    properties: { users: { type: 'array', items: { $ref: '#/$defs/user' } } },
    $defs: { user: { type: 'object', additionalProperties: false, properties: { name: {}, admin: {} } } },
  });
  test.each([
    [
      '{{#each values.users as |u|}}\n{{u.name}}: {{#if u.admn}}x{{else}}y{{/if}}\n{{/each}}',
      'allows no admn in items of values.users; did you mean admin?',
    ],
    ['{{#each values.users as |u|}}\n{{u.name}}: {{#if u.admin}}x{{else}}y{{/if}}\n{{/each}}', undefined],
    [
      '{{#each values.users}}\n{{name}}: {{#if team}}x{{else}}y{{/if}}\n{{/each}}',
      'allows no team in items of values.users',
    ],
    [
      '{{#with (get values.plans values.plan) as |p|}}\na: {{default 1 p.replica}}\n{{/with}}',
      'no item of values.plans in values.yaml has replica; did you mean replicas?',
    ],
  ])('%j', async (body, expected) => {
    const values = 'users: [{name: a}]\nplan: x\nplans: {x: {replicas: 1}}\n';
    const files = { 'values.yaml': values, 'values.schema.json': SCHEMA, [TEMPLATE]: configMap(body) };
    const found = await said(files, 'value-undeclared');
    if (expected === undefined) expect(found).toEqual([]);
    else expect(found).toEqual([expect.stringContaining(expected)]);
  });
});

test('a misspelt boolean, and a text as the condition of ternary', async () => {
  const files = {
    'values.yaml': 'a: ture\nb: "false"\n',
    [TEMPLATE]: configMap('a: {{ternary "x" "y" values.b}}\n{{#if values.a}}\nb: c\n{{/if}}'),
  };
  expect(await said(files, 'condition-text')).toEqual([
    expect.stringContaining('values.b is the text "false"'),
    expect.stringMatching(/values\.a is the text "ture".*write true without quotes/),
  ]);
});
