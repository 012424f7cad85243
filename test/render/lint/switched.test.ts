/** References in parts of a chart that are off by default, and names in objects that Kubernetes does not know. */
import { expect, test } from 'vitest';
import { configMap } from '../support.ts';
import { lint } from './support.ts';

async function found(files: Record<string, string>): Promise<string[]> {
  const messages = await lint(files);
  return messages.map(({ rule, path, message, at }) => `${rule} ${path}:${at?.line} ${message}`);
}

const WEB = `apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      containers:
        - name: web
          image: nginx:1
          resources: {requests: {cpu: 1}, limits: {cpu: 1}}
          ports: [{name: http, containerPort: 80, protocol: TCP}]
          volumeMounts: [{name: conf, mountPath: /a, subPath: nginx.conf}]
      volumes: [{name: conf, configMap: {name: web}}]
---
apiVersion: v1
kind: ConfigMap
metadata: {name: web}
data: {nginx.conf: x}
---
apiVersion: v1
kind: Service
metadata: {name: web}
spec:
  selector: {app: web}
  ports: [{name: http, port: 80, targetPort: http}]
`;

/** An Ingress and an autoscaler that are off by default. */
const OFF = `{{#if values.ingress.enabled}}
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: web}
spec:
  rules:
    - http:
        paths:
          - path: /
            pathType: Prefix
            backend: {service: {name: web, port: {name: http}}}
          - path: /b
            pathType: Prefix
            backend: {service: {name: web, port: {number: 80}}}
{{/if}}
{{#if values.scaling}}
---
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: {name: web}
spec:
  scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: web}
  maxReplicas: 3
  metrics: [{type: Resource, resource: {name: cpu, target: {type: Utilization, averageUtilization: 80}}}]
{{/if}}
`;

const chart = (changes: readonly (readonly [string, string])[]): Record<string, string> => {
  let [web, off] = [WEB, OFF];
  for (const [before, after] of changes) {
    expect(`${web}${off}`).toContain(before);
    web = web.replace(before, () => after);
    off = off.replace(before, () => after);
  }
  return {
    'values.yaml': 'ingress: {enabled: false}\nscaling: false\n',
    'templates/web.yaml.hbs': web,
    'templates/off.yaml.hbs': off,
  };
};

test('the chart has no findings', async () => {
  expect(await found(chart([]))).toEqual([]);
  // An empty choice is one that is left out.
  expect(await found(chart([['image: nginx:1', 'image: nginx:1\n          imagePullPolicy: ""']]))).toEqual([]);
});

test.each([
  [
    'port: {name: http}',
    'port: {name: htttp}',
    'in Ingress "web", the Service "web" has no port "htttp"; did you mean http?',
  ],
  ['port: {number: 80}', 'port: {number: 8080}', 'in Ingress "web", the Service "web" has no port 8080; it has 80'],
  [
    'kind: Deployment, name: web',
    'kind: Deployment, name: wbe',
    'in HorizontalPodAutoscaler "web", the chart has no Deployment "wbe"; did you mean web?',
  ],
  [
    'apiVersion: apps/v1, kind: Deployment',
    'apiVersion: apps/v2, kind: Deployment',
    'there is no Deployment in apps/v2; it is in apps/v1',
  ],
  ['kind: Deployment, name', 'kind: deployment, name', 'apps/v1 has no kind deployment; did you mean Deployment?'],
  ['type: Utilization', 'type: Utilisation', 'is Utilisation, but must be Utilization, Value, AverageValue'],
  ['name: cpu,', 'name: CPU,', 'is CPU; did you mean cpu?'],
  ['protocol: TCP', 'protocol: HTTP', 'is "HTTP", but Kubernetes knows only SCTP, TCP, UDP'],
  [
    'subPath: nginx.conf',
    'subPath: nginx.cnf',
    'the ConfigMap "web" of the chart has no key nginx.cnf; did you mean nginx.conf?',
  ],
])('%s changed to %s', async (before, after, message) => {
  expect((await found(chart([[before, after]]))).join('\n')).toContain(message);
});

test('Go templates beside native ones have the default values alone, so that nothing is switched', async () => {
  const files = chart([['port: {name: http}', 'port: {name: htttp}']]);
  const go = 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: go}\n';
  expect((await found({ ...files, 'templates/go.yaml': go })).filter((one) => one.includes('htttp'))).toEqual([]);
});

test.each([
  [
    'rules: [{apiGroups: [app], resources: [deployments], verbs: [get]}]',
    'is "app", which is no API group; did you mean apps?',
  ],
  ['rules: [{apiGroups: [coordination], resources: [leases], verbs: [get]}]', 'did you mean coordination.k8s.io?'],
  ['rules: [{apiGroups: [extensions, apps], resources: [deployments], verbs: [get]}]', undefined],
])('a Role with %s', async (rules, message) => {
  const role = `apiVersion: rbac.authorization.k8s.io/v1\nkind: Role\nmetadata: {name: x}\n${rules}\n`;
  const messages = await found({ 'templates/x.yaml.hbs': role });
  expect(messages).toHaveLength(message === undefined ? 0 : 1);
  if (message !== undefined) expect(messages[0]).toContain(message);
});

test('a binding names a role and subjects', async () => {
  const binding = (role: string, subject: string): string =>
    `apiVersion: rbac.authorization.k8s.io/v1\nkind: RoleBinding\nmetadata: {name: x}\nroleRef: {apiGroup: rbac.authorization.k8s.io, kind: ${role}, name: view}\nsubjects: [{kind: ${subject}, name: a}]\n`;
  const of = (role: string, subject: string): Promise<string[]> =>
    found({ 'templates/x.yaml.hbs': binding(role, subject) });
  expect(await of('ClusterRole', 'Group')).toEqual([]);
  expect((await of('ClusterRoles', 'Group')).join('\n')).toContain('is ClusterRoles, but must be Role or ClusterRole');
  expect((await of('ClusterRole', 'Users')).join('\n')).toContain(
    'is Users, but must be User, Group or ServiceAccount',
  );
});

test.each([
  [
    'a: {{default values.text (printf "%s-x" release.name)}}',
    'values.text is never used, since (printf "%s-x" release.name) is always there',
  ],
  ['a: {{default (printf "%s-x" release.name) values.text}}', undefined],
  ['a: {{> p values.map}}', 'the partial p uses nothing of the context values.map that it is given'],
  ['a: {{> q values.map}}', undefined],
  ['a: {{> p}}', undefined],
  [
    '{{#each values.hosts}}\n{{#each paths.paths}}\na: b\n{{/each}}\n{{/each}}',
    'values.hosts.*.paths is a list, which has no paths',
  ],
])('%s', async (body, message) => {
  const files = {
    'values.yaml': 'text: a\nmap: {b: c}\nhosts: [{paths: [x]}]\n',
    'templates/_p.hbs': '{{values.text}}',
    'templates/_q.hbs': '{{b}}',
    'templates/x.yaml.hbs': configMap(body),
  };
  const messages = await found(files);
  expect(messages).toHaveLength(message === undefined ? 0 : 1);
  if (message !== undefined) expect(messages[0]).toContain(message);
});

test('braces in NOTES', async () => {
  const of = (text: string): Promise<string[]> => found({ 'values.yaml': 'a: b\n', 'templates/NOTES.txt.hbs': text });
  expect(await of('see {values.a}')).toEqual([
    'name-text templates/NOTES.txt.hbs:1 {values.a} is printed as it is written: a mustache needs two braces, {{values.a}}',
  ]);
  expect(await of('see {{values.a}}, {values.b} and {a}')).toEqual([]);
});

test('a webhook has a name with two dots, and a Secret a known type', async () => {
  const webhook = (name: string): string =>
    `apiVersion: admissionregistration.k8s.io/v1\nkind: ValidatingWebhookConfiguration\nmetadata: {name: x}\nwebhooks: [{name: ${name}, admissionReviewVersions: [v1], sideEffects: None, clientConfig: {url: https://a.b}}]\n`;
  expect(await found({ 'templates/x.yaml.hbs': webhook('a.b.c') })).toEqual([]);
  expect(await found({ 'templates/x.yaml.hbs': webhook('web') })).toHaveLength(1);
  const secret = (type: string): string => `apiVersion: v1\nkind: Secret\nmetadata: {name: x}\ntype: ${type}\n`;
  expect(await found({ 'templates/x.yaml.hbs': secret('example.com/x') })).toEqual([]);
  expect((await found({ 'templates/x.yaml.hbs': secret('opaque') })).join('\n')).toContain('did you mean Opaque?');
});
