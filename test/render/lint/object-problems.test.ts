/** Lint rules about fields of objects, in native templates and in Go templates. */
import { describe, expect, test } from 'vitest';
import { crdOf, lint } from './support.ts';

const HEAD = 'apiVersion: v1\nkind: Service\nmetadata:\n  name: web\n';

/** The findings of these rules on a template, each with its line. */
async function found(name: string, text: string, values = ''): Promise<string[]> {
  const messages = await lint({ [`templates/${name}`]: text, 'values.yaml': values });
  const rules = /^(?:object-(?!text|required)|api-unknown|go-printed)/;
  return messages.flatMap(({ rule, severity, message, at }) =>
    rules.test(rule) ? [`${severity} ${at?.line}: ${message}`] : [],
  );
}

describe('native templates', () => {
  test.each([
    [`${HEAD}spec:\n  type: NodePort\n  ports:\n    - name: http\n      port: 80\n      targetPort: http\n`, []],
    [
      `${HEAD}  app.kubernetes.io/name: web\n`,
      [
        'warning 5: Service "web" has no field app.kubernetes.io/name in metadata; labels and annotations are further in, below labels: or annotations:',
      ],
    ],
    [
      `${HEAD}spec:\n  selectr: {a: b}\n`,
      ['warning 6: Service "web" has no field selectr in spec; did you mean selector?'],
    ],
    [`${HEAD}ports: []\n`, ['warning 5: Service "web" has no field ports; spec has one']],
    [
      `${HEAD}spec:\n  metadata: {}\n`,
      ['warning 6: Service "web" has no field metadata in spec; the object itself has one'],
    ],
    [
      `${HEAD}spec:\n  ports:\n    - port: "{{values.port}}"\n`,
      [
        'error 7: spec.ports.0.port of Service "web" is the text "80", but Kubernetes expects a whole number: take the quotes away',
      ],
    ],
    [
      `${HEAD}spec:\n  publishNotReadyAddresses: "{{values.on}}"\n`,
      [
        'error 6: spec.publishNotReadyAddresses of Service "web" is the text "true", but Kubernetes expects a boolean: true or false, without quotes',
      ],
    ],
    [
      `${HEAD}spec:\n  publishNotReadyAddresses: [true]\n`,
      ['error 6: spec.publishNotReadyAddresses of Service "web" is a list, but Kubernetes expects a boolean'],
    ],
    [
      `${HEAD}spec:\n  healthCheckNodePort: {a: 1}\n`,
      ['error 6: spec.healthCheckNodePort of Service "web" is a map, but Kubernetes expects a whole number'],
    ],
    [
      `${HEAD}spec:\n  type: nodeport\n`,
      ['error 6: spec.type of Service "web" is "nodeport", which Kubernetes does not know; did you mean NodePort?'],
    ],
    [
      `${HEAD}  labels:\n    app: {{repeat 64 "a"}}\n`,
      [
        `error 6: in Service "web", the label app has a value of 64 characters, and a label has at most 63: "${'a'.repeat(40)}…"`,
      ],
    ],
    [
      `${HEAD}spec:\n  ports:\n    - name: Web_Port\n      port: 80\n`,
      [
        'warning 7: the name "Web_Port" of a port in Service "web" must consist of lower-case letters, digits and "-", beginning and ending with a letter or digit',
      ],
    ],
    [
      'apiVersion: app/v1\nkind: Deployment\nmetadata: {name: a}\n',
      ['warning 1: there is no API group app; did you mean apps/v1?'],
    ],
    [
      'apiVersion: apps/v2\nkind: Deployment\nmetadata: {name: a}\n',
      ['warning 1: there is no Deployment in apps/v2; it is in apps/v1, apps/v1beta1, apps/v1beta2'],
    ],
    [
      'apiVersion: v1\nkind: Deployment\nmetadata: {name: a}\n',
      ['warning 2: v1 has no kind Deployment; Deployment is in apps'],
    ],
    [
      'apiVersion: v1\nkind: Services\nmetadata: {name: a}\n',
      ['warning 2: v1 has no kind Services; did you mean Service?'],
    ],
    [
      'apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec:\n  containers:\n    - name: a\n      resources:\n        requests:\n          memmory: 1Gi\n          cpu: 1\n          nvidia.com/gpu: 1\n          hugepages-2Mi: 1Mi\n',
      ['warning 9: Pod "a" asks for memmory, which no container has; did you mean memory?'],
    ],
    // Of other groups nothing is known, and nothing of versions that are gone.
    ['apiVersion: example.com/v1\nkind: Service\nmetadata: {name: a}\nports: "80"\n', []],
    ['apiVersion: extensions/v1beta1\nkind: Ingress\nmetadata: {name: a}\nspec: {rulez: 1}\n', []],
    [
      `apiVersion: v1\nkind: List\nmetadata: {name: all}\nitems:\n  - apiVersion: v1\n    kind: Service\n    metadata: {name: web}\n    spec: {typ: NodePort}\n`,
      ['warning 8: Service "web" has no field typ in spec; did you mean type?'],
    ],
    // How Go prints a map is a text like any other where no Go template printed it.
    ['apiVersion: v1\nkind: ConfigMap\nmetadata: {name: web}\ndata:\n  a: map[a:b]\n', []],
  ])('%j', async (text, expected) => {
    expect(await found('x.yaml.hbs', text, 'port: 80\non: true\n')).toEqual(expected);
  });
});

describe('Go templates', () => {
  test.each([
    [
      `apiVersion: v1\nkind: Service\nmetadata:\n  name: web\n  labels:\n{{ toYaml .Values.labels | indent 2 }}\n`,
      [
        'info 6: Service "web" has no field app.kubernetes.io/name in metadata; labels and annotations are further in, below labels: or annotations:',
      ],
    ],
    [
      `${HEAD}spec:\n  ports:\n    - port: {{ .Values.port | quote }}\n`,
      [
        'info 7: spec.ports.0.port of Service "web" is the text "80", but Kubernetes expects a whole number: take the quotes away',
      ],
    ],
    [
      'kind: ConfigMap\nmetadata:\n  name: web\n',
      ['info 1: what is printed here has no apiVersion, which each object needs'],
    ],
    [
      'metadata:\n  name: a\nlabels:\n  a: b\n',
      ['info 1: what is printed here has no apiVersion and no kind, which each object needs'],
    ],
    ['# nothing\n---\n', []],
    [
      'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: web\ndata:\n  a: "{{ .Values.labels }}"\n  b: "{{ printf "%s" .Values.none }}"\n  c: "{{ printf "%d" "x" }}"\n  d: a map[string]string\n',
      [
        'info 6: data.a of ConfigMap "web" has in it what Go prints for a value that is missing or is not a string: map[app.kubernetes.io/name:web]',
        'info 7: data.b of ConfigMap "web" has in it what Go prints for a value that is missing or is not a string: %!s(<nil>)',
        'info 8: data.c of ConfigMap "web" has in it what Go prints for a value that is missing or is not a string: %!d(string=x)',
      ],
    ],
    [
      'apiVersion: v1\nkind: Secret\nmetadata:\n  name: web\nstringData:\n  a: "{{ .Values.labels }}"\n',
      ['info 6: stringData.a of Secret "web" has in it what Go prints for a value that is missing or is not a string'],
    ],
  ])('%j', async (text, expected) => {
    expect(await found('x.yaml', text, 'labels: {app.kubernetes.io/name: web}\nport: 80\n')).toEqual(expected);
  });
});

describe('values', () => {
  const alias =
    'apiVersion: v2\nname: web\nversion: 1.0.0\nicon: https://example.com/i.png\ndependencies:\n  - {name: pg, version: 1.0.0, alias: db}\n';
  const saying = async (files: Record<string, string>): Promise<string[]> =>
    (await lint({ 'charts/pg/Chart.yaml': 'apiVersion: v2\nname: pg\nversion: 1.0.0\n', ...files })).flatMap(
      ({ rule, at, severity }) => (/^value-alias|^values-unread/.test(rule) ? [`${severity} ${rule} ${at?.line}`] : []),
    );

  test('under the name of a dependency with an alias are reported if nothing reads them', async () => {
    expect(await saying({ 'Chart.yaml': alias, 'values.yaml': 'a: 1\npg:\n  port: 1\n' })).toEqual([
      'warning value-alias 2',
    ]);
    expect(await saying({ 'Chart.yaml': alias, 'values.yaml': 'db:\n  port: 1\n' })).toEqual([]);
    const used = { 'templates/NOTES.txt.hbs': '{{values.pg.port}}' };
    expect(await saying({ 'Chart.yaml': alias, 'values.yaml': 'pg:\n  port: 1\n', ...used })).toEqual([]);
    const twice = `${alias}  - {name: pg, version: 1.0.0}\n`;
    expect(await saying({ 'Chart.yaml': twice, 'values.yaml': 'pg:\n  port: 1\n' })).toEqual([]);
  });

  test('in files that nothing reads are reported', async () => {
    expect(await saying({ 'values.yml': 'a: 1\n' })).toEqual(['warning values-unread undefined']);
    expect(await saying({ 'values.schema.yaml': 'type: object\n' })).toEqual(['warning values-unread undefined']);
  });
});

describe('kinds of the CRDs of a chart', () => {
  const schema = `type: object
properties:
  spec:
    type: object
    properties:
      count: {type: integer}
      mode: {type: string, enum: [Fast, Slow]}
      port: {x-kubernetes-int-or-string: true}
      labels: {type: object, additionalProperties: {type: string}}
      free: {type: object, x-kubernetes-preserve-unknown-fields: true}
      rules: {type: array, items: {type: object, properties: {name: {type: string}}}}`;
  const crd = crdOf('Widget', schema);
  test.each([
    ['spec: {count: 3, mode: Fast, port: http, labels: {a: b}, free: {x: 1}, rules: [{name: a}]}\nstatus: {x: 1}', []],
    ['spec: {cuont: 3}', ['warning 4: Widget "a" has no field cuont in spec; did you mean count?']],
    [
      'spec: {count: "3"}',
      [
        'error 4: spec.count of Widget "a" is the text "3", but Kubernetes expects a whole number: take the quotes away',
      ],
    ],
    [
      'spec: {mode: fast}',
      ['error 4: spec.mode of Widget "a" is "fast", which Kubernetes does not know; did you mean Fast?'],
    ],
    ['spec: {rules: [{nam: a}]}', ['warning 4: Widget "a" has no field nam in spec.rules.0; did you mean name?']],
  ])('%s', async (body, expected) => {
    const files = {
      'crds/widget.yaml': crd,
      'templates/x.yaml.hbs': `apiVersion: example.com/v1\nkind: Widget\nmetadata: {name: a}\n${body}\n`,
    };
    const messages = await lint(files);
    const said = messages.filter(({ rule }) => /^object|^api-unknown/.test(rule));
    expect(said.map(({ severity, at, message }) => `${severity} ${at?.line}: ${message}`)).toEqual(expected);
  });

  test('an old CRD has one version', async () => {
    const old = crd
      .replace('apiextensions.k8s.io/v1', 'apiextensions.k8s.io/v1beta1')
      .replace(/  versions:[^]*$/, '  version: v1\n');
    const files = {
      'crds/widget.yaml': old,
      'templates/x.yaml.hbs': 'apiVersion: example.com/v1\nkind: Widget\nmetadata: {name: a}\n',
    };
    expect((await lint(files)).filter(({ rule }) => rule === 'api-unknown')).toEqual([]);
  });

  test.each([
    ['example.com/v1', 'Widgett', ['no CRD of the chart is of the kind Widgett; did you mean Widget?']],
    ['example.com/v2', 'Widget', ['the CRD of the chart has no v2 of Widget; it has v1']],
    ['example.com/v1', 'Gadget', []],
    ['example.org/v1', 'Widgett', []],
  ])('%s %s', async (apiVersion, kind, expected) => {
    const files = {
      'crds/widget.yaml': crd,
      'templates/x.yaml.hbs': `apiVersion: ${apiVersion}\nkind: ${kind}\nmetadata: {name: a}\n`,
    };
    const messages = await lint(files);
    expect(messages.filter(({ rule }) => rule === 'api-unknown').map(({ message }) => message)).toEqual(expected);
  });
});
