/** Fields that Kubernetes does not have are found in every branch, also where no value is there by default. */
import { expect, test } from 'vitest';
import { crdOf, lint } from './support.ts';

const VALUES = 'on1: true\noff1: false\nnone: []\nempty: {}\ntext: t\n';

async function found(template: string, more: Record<string, string> = {}): Promise<string[]> {
  const messages = await lint({ 'values.yaml': VALUES, 'templates/x.yaml.hbs': template, ...more });
  return messages.map(({ rule, message, at }) => `${at?.line}:${at?.column} ${rule} ${message}`);
}

const service = (fields: string): string =>
  `apiVersion: v1\nkind: Service\nmetadata:\n  name: {{release.name}}-x\nspec:\n  ports: [{port: 80}]\n${fields}\n`;

test.each([
  ['a field that is left out', 'metadata:\n  name: web\n  anotations: {{optional values.empty}}', 5],
  ['a branch', 'metadata:\n  name: web\n  {{#if values.off1}}\n  anotations: {a: b}\n  {{/if}}', 6],
  ['an else', 'metadata:\n  name: web\n  {{#if values.on1}}\n  {{else}}\n  anotations: {a: b}\n  {{/if}}', 7],
  ['a loop', 'metadata:\n  name: web\n  {{#each values.none}}\n  anotations: {{this}}\n  {{/each}}', 6],
  [
    'an inner branch',
    'metadata:\n  name: web\n  {{#with values.empty}}\n  {{#if a}}\n  anotations: {}\n  {{/if}}\n  {{/with}}',
    7,
  ],
])('%s', async (_, body, line) => {
  expect(await found(`apiVersion: v1\nkind: ConfigMap\n${body}\n`)).toEqual([
    `${line}:3 object-field ConfigMap "web" has no field anotations in metadata; did you mean annotations?`,
  ]);
});

test('a whole object in a branch, and what its fields hold', async () => {
  const hpa = `{{#if values.off1}}
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata:
  name: {{release.name}}
spec:
  minReplica: {{values.text}}
  maxReplicas: "five"
  scaleTargetRef: {apiVersion: apps/v1, knd: Deployment, name: x}
{{/if}}
`;
  expect(await found(hpa)).toEqual([
    '7:3 object-field HorizontalPodAutoscaler "{{release.name}}" has no field minReplica in spec; did you mean minReplicas?',
    '8:3 object-value spec.maxReplicas of HorizontalPodAutoscaler "{{release.name}}" is the text "five", but Kubernetes expects a whole number',
    '9:41 object-field HorizontalPodAutoscaler "{{release.name}}" has no field knd in spec.scaleTargetRef; did you mean kind?',
    '9:3 object-required in HorizontalPodAutoscaler "{{release.name}}", spec.scaleTargetRef has no kind, which Kubernetes requires',
  ]);
});

test('a partial that is a value, and one on a line of its own', async () => {
  const partials = {
    'templates/_port.hbs': 'port: 80\ntargetPrt: {{optional values.none}}\n',
    'templates/_more.hbs': '{{#if values.off1}}\ntpye: NodePort\n{{/if}}\n',
  };
  const text = 'apiVersion: v1\nkind: Service\nmetadata:\n  name: x\nspec:\n  {{> more}}\n  ports:\n    - {{> port}}\n';
  expect(await found(text, partials)).toEqual([
    '2:1 object-field Service "x" has no field tpye in spec; did you mean type?',
    '2:1 object-field Service "x" has no field targetPrt in spec.ports.0; did you mean targetPort?',
  ]);
});

test('kinds of the CRDs of a chart', async () => {
  const schema = '{type: object, properties: {spec: {type: object, properties: {size: {type: integer}}}}}';
  const queue =
    'apiVersion: example.com/v1\nkind: Queue\nmetadata:\n  name: x\nspec:\n  {{#if values.off1}}\n  sise: 3\n  {{/if}}\n  size: 1\n';
  expect(await found(queue, { 'crds/queue.yaml': crdOf('Queue', schema) })).toEqual([
    '7:3 object-field Queue "x" has no field sise in spec; did you mean size?',
  ]);
});

test('a problem that the rendered object has too is reported once, with the real name', async () => {
  expect(await found(service('  tpye: NodePort'))).toEqual([
    '7:3 object-field Service "test-release-x" has no field tpye in spec; did you mean type?',
  ]);
});

test('no finding where the kind depends on values, or only some combination of branches has the field', async () => {
  for (const text of [
    'apiVersion: v1\nkind: {{values.text}}\nmetadata:\n  name: x\n{{#if values.off1}}\nfoo: bar\n{{/if}}\n',
    service('  {{spread values.empty}}\n  {{values.text}}: {{optional values.none}}'),
    `apiVersion: apps/v1
{{#if (eq values.text "d")}}
kind: Deployment
{{else if (eq values.text "s")}}
kind: StatefulSet
{{/if}}
metadata:
  name: x
spec:
  {{#if (eq values.text "s")}}
  serviceName: x
  {{/if}}
`,
    'apiVersion: v1\nkind: List\nmetadata: {}\nitems:\n{{#each values.none}}\n- apiVersion: {{a}}\n  kind: {{k}}\n  metadata: {name: x}\n  foo: 1\n{{/each}}\n',
  ]) {
    const rules = (await found(text)).filter((line) => /object-(?:field|value|incomplete)/.test(line));
    expect(rules, text).toEqual([]);
  }
});

test.each([
  ['kind: Service\nmetadata: {name: x}', ['2:1 template-invalid an object needs apiVersion']],
  [
    'apiVersion: extensions/v1beta1\nkind: Ingress\nmetadata: {name: x}',
    [
      '2:1 api-deprecated extensions/v1beta1 Ingress is deprecated in v1.14+, unavailable in v1.22+; use networking.k8s.io/v1 Ingress',
    ],
  ],
  [
    'apiVersion: v1\nkind: Service\nmetadata: {name: x}\nspec:\n  ports:\n    - name: a',
    ['7:7 object-required in Service "x", spec.ports.0 has no port, which Kubernetes requires'],
  ],
  // It is written in each branch, or may be given by a value.
  [
    'apiVersion: v1\nkind: Service\nmetadata: {name: x}\nspec:\n  ports:\n    - name: a\n      {{#if values.on1}}\n      port: 1\n      {{else if values.text}}\n      port: 2\n      {{else}}\n      port: 3\n      {{/if}}',
    [],
  ],
  ['apiVersion: v1\nkind: Service\nmetadata: {name: x}\nspec:\n  ports:\n    -\n      {{spread values.empty}}', []],
  ['{{spread values.empty}}\nkind: Service', []],
])('an object of a branch that lacks something: %s', async (object, findings) => {
  expect(await found(`{{#if values.off1}}\n${object}\n{{/if}}\n`)).toEqual(findings);
});

test('an object for older clusters is left alone', async () => {
  const object = 'apiVersion: policy/v1beta1\nkind: PodSecurityPolicy\nmetadata: {name: x}\n';
  const has = '{{#if (capabilities.has "policy/v1beta1/PodSecurityPolicy")}}\n';
  expect(await found(`${has}${object}{{/if}}\n`)).toEqual([]);
});

test('a field that the schema of a CRD requires', async () => {
  const schema = `type: object
required: [spec]
properties:
  spec:
    type: object
    required: [size, mode]
    properties: {size: {type: integer}, mode: {type: string, default: a}}`;
  const thing = 'apiVersion: example.com/v1\nkind: Thing\nmetadata: {name: x}\n';
  const more = { 'crds/thing.yaml': crdOf('Thing', schema) };
  expect(await found(`${thing}spec: {mode: b}\n`, more)).toEqual([
    '4:1 object-required in Thing "x", spec has no size, which Kubernetes requires',
  ]);
  expect(await found(thing, more)).toEqual([
    '1:1 object-required in Thing "x", the object has no spec, which Kubernetes requires',
  ]);
  expect(await found(`${thing}spec: {size: 1}\n`, more)).toEqual([]);
});

test('what the schema of a CRD asks of texts is checked in branches too, and of lists and maps where all of them is known', async () => {
  const schema = `type: object
properties:
  spec:
    type: object
    oneOf: [{required: [a]}, {required: [b]}]
    properties:
      a: {type: string, pattern: "^[a-z]+$", maxLength: 3}
      b: {type: string}
      zones: {type: array, minItems: 2, items: {type: string}}
`;
  const more = { 'crds/thing.yaml': crdOf('Thing', schema) };
  const thing = (fields: string): string =>
    `apiVersion: example.com/v1\nkind: Thing\nmetadata:\n  name: x\nspec:\n${fields}\n`;
  expect(
    await found(
      thing('  {{#if values.off1}}\n  a: B\n  {{else}}\n  b: {{values.text}}\n  zones: [x]\n  {{/if}}'),
      more,
    ),
  ).toEqual([
    '7:3 object-value by the schema of its CRD, spec.a of Thing "x" does not match the pattern "^[a-z]+$"',
    '10:3 object-value by the schema of its CRD, spec.zones of Thing "x" has 1 items, and needs at least 2',
  ]);
  expect(
    await found(thing('  a: {{values.text}}\n  {{#each values.none}}\n  zones: [{{this}}]\n  {{/each}}'), more),
  ).toEqual([]);
  expect(await found(thing('  a: {{values.long}}'), { ...more, 'values.yaml': 'long: abcd\n' })).toEqual([
    expect.stringMatching(/spec\.a of Thing "x" has 4 characters, and may have 3 at most \(values\.long comes from/),
  ]);
});
