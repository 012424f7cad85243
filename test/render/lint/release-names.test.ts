/** Names that begin with that of the release and that nothing in the chart makes, and selectors with one wrong label. */
import { expect, test } from 'vitest';
import { lint } from './support.ts';

const RESOURCES = 'resources: {requests: {cpu: 1}, limits: {cpu: 1}}';

/** A Deployment, its Service and the objects that it refers to; the texts in `%` are replaced. */
const CHART: Record<string, string> = {
  'values.yaml': 'metrics: false\nkeys: {create: true}\n',
  'templates/web.yaml.hbs': `apiVersion: apps/v1
kind: Deployment
metadata: {name: "{{release.name}}-web"}
spec:
  selector: {matchLabels: {app: web, release: "{{release.name}}"}}
  template:
    metadata: {labels: {app: web, release: "{{release.name}}"}}
    spec:
      serviceAccountName: {{release.name}}-web
      imagePullSecrets: [{name: regcred}]
      containers:
        - name: web
          image: nginx:1
          ${RESOURCES}
          env:
            - name: SECRET
              valueFrom: {secretKeyRef: {name: "{{release.name}}-keys", key: a}}
          envFrom: [{configMapRef: {name: "{{release.name}}-env"}}]
      volumes: [{name: v, configMap: {name: "{{release.name}}-env"}}]
---
apiVersion: v1
kind: Service
metadata: {name: "{{release.name}}-web", labels: {app: web, release: "{{release.name}}"}}
spec:
  selector: {app: web, release: "{{release.name}}"}
  ports: [{name: http, port: 80}]
---
apiVersion: v1
kind: ServiceAccount
metadata: {name: "{{release.name}}-web"}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: "{{release.name}}-env"}
data: {a: b}
{{#if values.keys.create}}
---
apiVersion: v1
kind: Secret
metadata: {name: "{{release.name}}-keys"}
stringData: {a: b}
{{/if}}
`,
  'templates/monitor.yaml.hbs': `apiVersion: monitoring.coreos.com/v1
kind: ServiceMonitor
metadata: {name: "{{release.name}}-web"}
spec:
  selector: {matchLabels: {app: web, release: "{{release.name}}"}}
  endpoints: [{port: http}]
`,
};

async function found(changes: readonly (readonly [string, string])[], more: Record<string, string> = {}) {
  const files = { ...CHART };
  for (const [before, after] of changes) {
    const name = Object.keys(files).find((one) => files[one]?.includes(before)) ?? '';
    expect(name, before).not.toBe('');
    files[name] = files[name]?.replace(before, () => after) ?? '';
  }
  const messages = await lint({ ...files, ...more });
  return messages.map(({ rule, message }) => `${rule} ${message}`);
}

const CREDENTIALS = ['release.name}}-keys", key', 'release.name}}-credentials", key'] as const;

test('the chart has no findings', async () => {
  expect(await found([])).toEqual([]);
});

test.each([
  ['release.name}}-keys", key', 'release.name}}-credentials", key', 'Secret', 'credentials', '-keys'],
  [
    'configMapRef: {name: "{{release.name}}-env',
    'configMapRef: {name: "{{release.name}}-settings',
    'ConfigMap',
    'settings',
    '-env',
  ],
  [
    'configMap: {name: "{{release.name}}-env',
    'configMap: {name: "{{release.name}}-settings',
    'ConfigMap',
    'settings',
    '-env',
  ],
  ['[{name: regcred}]', '[{name: "{{release.name}}-registry"}]', 'Secret', 'registry', '-keys'],
  ['AccountName: {{release.name}}-web', 'AccountName: {{release.name}}-runner', 'ServiceAccount', 'runner', '-web'],
])('%s changed to %s', async (before, after, kind, name, other) => {
  expect(await found([[before, after]])).toEqual([
    `object-reference in Deployment "test-release-web", nothing in the chart makes the ${kind} "test-release-${name}"; its names are test-release${other}`,
  ]);
});

test('a name that is not valid is read as it is written', async () => {
  const name = [CREDENTIALS[0], 'release.name}}-(x", key'] as const;
  expect((await found([name])).filter((one) => one.includes('nothing in the chart makes'))).toHaveLength(1);
});

test('rules of Prometheus make nothing else', async () => {
  const rule = `apiVersion: monitoring.coreos.com/v1\nkind: PrometheusRule\nmetadata: {name: "{{release.name}}"}\n`;
  const others = [rule, `{{#if values.metrics}}\n${rule}{{/if}}\n`];
  for (const text of others) expect(await found([CREDENTIALS], { 'templates/rule.yaml.hbs': text })).toHaveLength(1);
});

test('a name is left alone that something else may make', async () => {
  // A branch that did not run, a script, a custom resource, a subchart, another release.
  const branch = `{{#if values.metrics}}\napiVersion: v1\nkind: Secret\nmetadata: {name: "{{release.name}}-{{chart.name}}"}\n{{/if}}\n`;
  expect(await found([CREDENTIALS], { 'templates/more.yaml.hbs': branch })).toEqual([]);
  const script = `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: s}\ndata: {run.sh: "kubectl create secret generic {{release.name}}-credentials"}\n`;
  expect(await found([CREDENTIALS], { 'templates/more.yaml.hbs': script })).toEqual([]);
  const custom = `apiVersion: x.example.com/v1\nkind: Account\nmetadata: {name: a}\nspec: {writesTo: "{{release.name}}-credentials"}\n`;
  expect(await found([CREDENTIALS], { 'templates/more.yaml.hbs': custom })).toEqual([]);
  const own = `apiVersion: x.example.com/v1\nkind: Account\nmetadata: {name: "{{release.name}}-cred"}\n`;
  const ofOwn = [CREDENTIALS[0], 'release.name}}-cred-app", key'] as const;
  expect(await found([ofOwn], { 'templates/more.yaml.hbs': own })).toEqual([]);
  expect(await found([ofOwn])).toHaveLength(1);
  const optional = CREDENTIALS[1].replace('", key', '", optional: true, key');
  expect(await found([[CREDENTIALS[0], optional]])).toEqual([]);
  expect(await found([['release.name}}-keys", key', 'release.namespace}}-other", key']])).toEqual([]);
  const chart = `apiVersion: v2\nname: web\nversion: 1.0.0\nicon: https://example.com/i.png\ndependencies: [{name: db, version: 1.0.0, condition: db.enabled}]\n`;
  const db = { 'charts/db/Chart.yaml': 'apiVersion: v2\nname: db\nversion: 1.0.0\n' };
  const values = 'metrics: false\nkeys: {create: true}\ndb: {enabled: false}\n';
  expect(
    await found([['release.name}}-keys", key', 'release.name}}-db-auth", key']], {
      'Chart.yaml': chart,
      'values.yaml': values,
      ...db,
    }),
  ).toEqual([]);
});

const MATCHES_NO = 'object-reference in Service "test-release-web", the selector matches no pods: it asks for';
const SELECTOR = '  selector: {app: web, release: "{{release.name}}"}\n  ports';

test.each([
  [
    '{app: front, release: "{{release.name}}"}',
    `${MATCHES_NO} app: front, and those of Deployment "test-release-web" have web`,
  ],
  [
    '{app: web, release: "{{chart.name}}"}',
    `${MATCHES_NO} release: web, and those of Deployment "test-release-web" have test-release`,
  ],
  [
    '{ap: web, release: "{{release.name}}"}',
    `${MATCHES_NO} ap: web, and those of Deployment "test-release-web" have it as app`,
  ],
  [
    '{app: web, release: "{{release.name}}", tier: a}',
    `${MATCHES_NO} tier: a, and those of Deployment "test-release-web" have no such label`,
  ],
  ['{app: wbe}', `${MATCHES_NO} app: wbe, and those of Deployment "test-release-web" have web`],
  // A label that a program may set, and one that is quite another.
  ['{app: web, release: "{{release.name}}", role: leader}', undefined],
  ['{app: postgres}', undefined],
])('a Service that selects %s', async (selector, message) => {
  const changed = await found([[SELECTOR, `  selector: ${selector}\n  ports`]]);
  expect(changed).toEqual(message === undefined ? [] : [message]);
});

test('pods that are not known may have the label', async () => {
  const change = [[SELECTOR, SELECTOR.replace('web', 'front')]] as const;
  const branch = `{{#if values.metrics}}\napiVersion: batch/v1\nkind: Job\nmetadata: {name: x}\n{{/if}}\n`;
  expect(await found(change, { 'templates/more.yaml.hbs': branch })).toEqual([]);
  const custom = `apiVersion: x.example.com/v1\nkind: Cluster\nmetadata: {name: a}\n`;
  expect(await found(change, { 'templates/more.yaml.hbs': custom })).toEqual([]);
});

test('a monitor selects Services, and names one of their ports', async () => {
  const head = 'object-reference in ServiceMonitor "test-release-web", ';
  expect(
    await found([
      [
        '{matchLabels: {app: web, release: "{{release.name}}"}}\n  endpoints',
        '{matchLabels: {app: api, release: "{{release.name}}"}}\n  endpoints',
      ],
    ]),
  ).toEqual([`${head}the selector matches no Services: it asks for app: api, and Service "test-release-web" has web`]);
  expect(await found([['[{port: http}]', '[{port: metrics}]']])).toEqual([
    `${head}no Service that it selects has a port "metrics"`,
  ]);
});
