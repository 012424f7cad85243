/** Errors and rules of the directory target, as a user sees them. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { temporaryFolder, writeChart, writeFiles } from '../chart/support.ts';
import { pkg } from '../support/pkg.ts';

/** Runs in the folder that holds the chart `web`, into `out`. */
function runner(chart: string): (...args: string[]) => ReturnType<typeof pkg> {
  return (...args) => pkg([...args, '--target', 'dir:out'], { cwd: join(chart, '..') });
}

describe('a number or a boolean where Kubernetes requires a string', () => {
  const head = 'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: x\n';
  const pod = 'apiVersion: v1\nkind: Pod\nmetadata:\n  name: x\nspec:\n  containers:\n    - name: a\n      image: b\n';
  // `VALUE` is the value, from the chart's values or written in the template.
  const fields: [field: string, object: string, line: number][] = [
    ['metadata.name of a ConfigMap', 'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: VALUE\n', 4],
    ['metadata.namespace of ConfigMap "x"', `${head}  namespace: VALUE\n`, 5],
    ['metadata.labels.a/b of ConfigMap "x"', `${head}  labels:\n    c: d\n    a/b: VALUE\n`, 7],
    ['metadata.annotations.a of ConfigMap "x"', `${head}  annotations: {a: VALUE }\n`, 5],
    ['data.a of ConfigMap "x"', `${head}data:\n  a: VALUE\n`, 6],
    ['spec.containers.0.env.0.value of Pod "x"', `${pod}      env:\n        - name: A\n          value: VALUE\n`, 11],
    ['spec.containers.0.args.1 of Pod "x"', `${pod}      args: [--port, VALUE ]\n`, 9],
    [
      'spec.jobTemplate.spec.template.spec.containers.0.command.0 of CronJob "x"',
      'apiVersion: batch/v1\nkind: CronJob\nmetadata:\n  name: x\nspec:\n  schedule: "@daily"\n  jobTemplate:\n    spec:\n      template:\n        spec:\n          containers:\n            - command: [VALUE ]\n              name: a\n              image: b\n',
      12,
    ],
    [
      'spec.ingressClassName of Ingress "x"',
      'apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata:\n  name: x\nspec:\n  ingressClassName: VALUE\n  defaultBackend: {service: {name: a, port: {number: 80}}}\n',
      6,
    ],
    [
      'items.1.data.a',
      `apiVersion: v1\nkind: List\nitems:\n  - {apiVersion: v1, kind: ConfigMap, metadata: {name: z}}\n  - apiVersion: v1\n    kind: ConfigMap\n    metadata: {name: x}\n    data:\n      a: VALUE\n`,
      9,
    ],
  ];
  // In a list of objects the field is named as in the object itself.
  const named = (field: string): string => field.replace(/^items\.\d+\.(.*)$/, '$1 of ConfigMap "x"');

  test.each(fields)('%s', (field, object, line) => {
    for (const [value, what] of [
      ['8080', 'a number'],
      ['true', 'a boolean'],
      ['1e3', 'a number'],
    ] as const) {
      const go = writeChart({
        'values.yaml': `deep:\n  v: ${value}\n`,
        'templates/a.yaml': object.replace('VALUE', '{{ .Values.deep.v }}'),
      });
      const { status, stderr } = runner(go)('install', 'r', 'web');
      expect(status).toBe(1);
      expect(stderr).toContain(`${named(field)} is ${what}: quote it`);
      expect(stderr).toContain(`  at web/templates/a.yaml:${line}:`);
      expect(stderr).toContain('  note: values.deep.v comes from web/values.yaml:2:3\n');
      expect(stderr).toContain('  hint: quote it: {{ .Values.deep.v | quote }}\n');
      const lint = pkg(['lint', 'web'], { cwd: join(go, '..') });
      expect(lint.stdout).toMatch(
        new RegExp(`\\[INFO\\] web/templates/a\\.yaml:${line}:\\d+: .* is ${what}: quote it \\(object-text\\)`),
      );
      // The output equals helm's.
      expect(pkg(['template', 'web'], { cwd: join(go, '..') }).status).toBe(0);
      writeFiles(go, { 'templates/a.yaml': object.replace('VALUE', '{{ .Values.deep.v | quote }}') });
      expect(runner(go)('install', 'r', 'web').status).toBe(0);

      const native = writeChart({
        'values.yaml': `deep:\n  v: ${value}\n`,
        'templates/a.yaml.hbs': object.replace('VALUE', '{{values.deep.v}}'),
      });
      // Native templates make a text of it, but of 1e3 nobody would get back what is written.
      const ours = runner(native)('install', 'r', 'web');
      expect(ours.status).toBe(value === '1e3' ? 1 : 0);
      expect(pkg(['lint', 'web'], { cwd: join(native, '..') }).status).toBe(ours.status);
      if (ours.status === 1) {
        expect(ours.stderr).toContain(`  at web/templates/a.yaml.hbs:${line}:`);
        expect(ours.stderr).toContain('  hint: quote it in web/values.yaml:2:3\n');
      }
    }
  });

  test('a field of a kind that the chart defines itself', () => {
    const properties = '{spec: {type: object, properties: {text: {type: string}, count: {type: integer}}}}';
    const chart = writeChart({
      'crds/things.yaml':
        'apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: {name: things.x.test}\nspec:\n' +
        '  group: x.test\n  scope: Namespaced\n  names: {kind: Thing, plural: things}\n  versions:\n' +
        `  - {name: v1, served: true, storage: true, schema: {openAPIV3Schema: {type: object, properties: ${properties}}}}\n`,
      'templates/a.yaml': 'apiVersion: x.test/v1\nkind: Thing\nmetadata:\n  name: x\nspec:\n  count: 1\n  text: 1\n',
    });
    const { stderr, status } = runner(chart)('install', 'r', 'web');
    expect(status).toBe(1);
    expect(stderr).toContain('spec.text of Thing "x" is a number: quote it\n  at web/templates/a.yaml:7:');
    expect(pkg(['lint', 'web'], { cwd: join(chart, '..') }).stdout).toMatch(
      /\[INFO\] .*spec\.text of Thing "x" is a number/,
    );
  });

  test('of a Secret no value and no line is shown', () => {
    const chart = writeChart({
      'templates/a.yaml': 'apiVersion: v1\nkind: Secret\nmetadata:\n  name: x\nstringData:\n  pw: 31337\n',
    });
    const { stderr, status } = runner(chart)('install', 'r', 'web');
    expect(status).toBe(1);
    expect(stderr).toContain('stringData.pw of Secret "x" is a number: quote it\n  at web/templates/a.yaml:6:7\n');
    expect(stderr).not.toContain('31337');
  });

  test('numbers in other kinds, and in numeric fields, are accepted', () => {
    const objects = [
      `apiVersion: example.org/v1\nkind: ConfigMap\nmetadata: {name: a}\ndata: {a: 1}\n`,
      `${pod}      ports: [{containerPort: 80}]\n      env: [{name: A}, {name: B, value: null}]\n`,
      'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c, generation: 1, labels: null}\ndata: {a: null}\n',
    ];
    const chart = writeChart({ 'templates/a.yaml': objects.join('---\n') });
    expect(runner(chart)('install', 'r', 'web')).toMatchObject({ status: 0 });
  });
});

test('the scope of kinds is read from the CRDs of the chart by every command', () => {
  const crd = (kind: string): string =>
    JSON.stringify({
      apiVersion: 'apiextensions.k8s.io/v1',
      kind: 'CustomResourceDefinition',
      metadata: { name: `${kind.toLowerCase()}s.example.org` },
      spec: {
        group: 'example.org',
        names: { kind, plural: `${kind.toLowerCase()}s` },
        scope: 'Cluster',
        versions: [{ name: 'v1', served: true, storage: true }],
      },
    });
  const object = (apiVersion: string, kind: string): string =>
    `---\napiVersion: ${apiVersion}\nkind: ${kind}\nmetadata:\n  name: x\n`;
  const before = object('v1', 'ConfigMap');
  const chart = writeChart({ 'templates/a.yaml': before });
  const run = runner(chart);
  const live = (): string[] =>
    ['default', '_cluster'].flatMap((place) =>
      readdirSync(join(chart, '..', 'out'), { recursive: true, encoding: 'utf8' }).filter(
        (name) => name.startsWith(`${place}/`) && name.endsWith('.yaml'),
      ),
    );
  const custom = ['_cluster/bar.example.org/x.yaml', '_cluster/foo.example.org/x.yaml'];
  const succeed = (...args: string[]): void => {
    expect([args, run(...args).status]).toEqual([args, 0]);
  };
  succeed('install', 'r', 'web');
  writeFiles(chart, {
    'templates/a.yaml': before + object('example.org/v1', 'Foo') + object('example.org/v1', 'Bar'),
    'crds/foo.yaml': crd('Foo'),
    'charts/sub/Chart.yaml': 'apiVersion: v2\nname: sub\nversion: 1.0.0\n',
    'charts/sub/crds/bar.yaml': crd('Bar'),
  });
  for (let times = 0; times < 2; times++) {
    succeed('upgrade', 'r', 'web');
    expect(live().sort()).toEqual([...custom, 'default/configmap/x.yaml']);
  }
  succeed('rollback', 'r', '1');
  expect(live()).toEqual(['default/configmap/x.yaml']);
  succeed('upgrade', 'r', 'web');
  succeed('uninstall', 'r');
  expect(live()).toEqual([]);
  succeed('install', 'r', 'web', '--skip-crds');
  expect(live().sort()).toEqual([...custom, 'default/configmap/x.yaml']);
});

test('upgrade --reuse-values names the defaults that it leaves out, in the plan and in errors', () => {
  const object = (data: string): string =>
    `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: x\ndata:\n  a: ${data}\n`;
  const chart = writeChart({ 'values.yaml': 'a: x\nmap: {b: 1}\n', 'templates/a.yaml': object('x') });
  const run = runner(chart);
  expect(run('install', 'r', 'web', '--set', 'mine=1').status).toBe(0);
  const said =
    '--reuse-values keeps the values of revision 1, so that defaults that the chart has since are left out: map.c, image';
  writeFiles(chart, {
    'values.yaml': 'a: x\nmap: {b: 2, c: 3}\nimage: {tag: "1"}\nnothing: null\n',
    'templates/a.yaml': object('"{{ .Values.image.tag }}"'),
  });
  const failed = run('upgrade', 'r', 'web', '--reuse-values');
  expect(failed.stderr).toContain(`  note: ${said}\n`);
  expect(failed.stderr).toContain(
    '  hint: --reset-then-reuse-values takes the defaults of the chart, and keeps what was set by hand\n',
  );
  const { stderr, status } = run('upgrade', 'r', 'web', '--reset-then-reuse-values', '--dry-run');
  expect([stderr, status]).toEqual(['', 0]);
  writeFiles(chart, { 'templates/a.yaml': object('z') });
  expect(run('upgrade', 'r', 'web', '--reuse-values').stderr).toBe(`note: ${said}\n`);
  // What the template itself does wrong has nothing to do with it.
  writeFiles(chart, { 'templates/a.yaml': '{{ if }}' });
  expect(run('upgrade', 'r', 'web', '--reuse-values').stderr).not.toContain('--reset-then-reuse-values');
});

test('the error for a schema that forbids global says that Helm gives it to every subchart', () => {
  const folder = temporaryFolder();
  writeFiles(join(folder, 'web'), {
    'Chart.yaml': 'apiVersion: v2\nname: web\nversion: 1.0.0\n',
    'charts/sub/Chart.yaml': 'apiVersion: v2\nname: sub\nversion: 1.0.0\n',
    'charts/sub/values.schema.json': JSON.stringify({ additionalProperties: false, properties: { a: {} } }),
  });
  const said = (...args: string[]): string => pkg(['template', 'web', ...args], { cwd: folder }).stderr;
  expect(said('--set', 'sub.a=1')).toContain('Helm gives every subchart a map "global"');
  expect(said('--set', 'sub.a=1')).not.toContain('comes from');
  expect(said('--set', 'global.x=1')).toContain('values.sub.global comes from --set global\n');
  expect(said('--set', 'sub.b=1')).toContain('values.sub.b comes from --set sub.b\n');
});

describe('a document that is not a whole object, in a folder', () => {
  const values = 'name: ""\nkind: ""\nwhole:\n  apiVersion: v1\n  kind: Secret\n  metadata: {name: ""}\n';
  const ok = 'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\n---\n';
  const named = 'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name:';
  const cases: [what: string, object: string, message: string, at: string, note?: string][] = [
    [
      'an empty value',
      `${named} {{ .Values.name }}\n`,
      'a ConfigMap has no metadata.name',
      '9:12',
      'name comes from web/values.yaml:1:1',
    ],
    [
      'a value in quotes',
      `${named} {{ .Values.name | quote }}\n`,
      'a ConfigMap has no metadata.name',
      '9:12',
      'name comes from web/values.yaml:1:1',
    ],
    [
      'a value in braces',
      'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: {{ .Values.name }} }\n',
      'a ConfigMap has no metadata.name',
      '8:21',
      'name comes from web/values.yaml:1:1',
    ],
    [
      'a value that is not there',
      `${named} {{ .Values.nam }}\n`,
      'a ConfigMap has no metadata.name',
      '9:12',
      'nam has no value; its place is web/values.yaml',
    ],
    [
      'a kind',
      'apiVersion: v1\nkind: {{ .Values.kind }}\nmetadata:\n  name: a\n',
      'an object has no kind',
      '7:10',
      'kind comes from web/values.yaml:2:1',
    ],
    [
      'a whole object',
      '{{ toYaml .Values.whole }}\n',
      'a Secret has no metadata.name',
      '6:4',
      'whole comes from web/values.yaml:3:1',
    ],
    [
      'a field that is not there',
      'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  labels: {}\n',
      'a ConfigMap has no metadata.name',
      '9:3',
    ],
    [
      'an item',
      `apiVersion: v1\nkind: List\nitems:\n- ${named.replaceAll('\n', '\n  ')} {{ .Values.name }}\n`,
      'a ConfigMap has no metadata.name',
      '12:14',
      'name comes from web/values.yaml:1:1',
    ],
    ['a text as an item', 'apiVersion: v1\nkind: List\nitems:\n- a\n', 'an item of the List is not an object', '9:3'],
    [
      'metadata that is a list',
      'apiVersion: v1\nkind: ConfigMap\nmetadata: [a]\n',
      'note: metadata is a list, and not a map',
      '8:11',
    ],
    [
      'a uid',
      `${named} b\n  uid: {{ .Values.whole.kind }}\n`,
      'metadata.uid of ConfigMap "b" is set',
      '10:11',
      'whole.kind comes from web/values.yaml:5:3',
    ],
  ];
  test.each(cases)('%s', (_, object, message, at, note) => {
    const chart = writeChart({ 'values.yaml': values, 'templates/a.yaml': ok + object });
    const { status, stderr } = runner(chart)('install', 'r', 'web');
    expect(status).toBe(1);
    expect(stderr).toContain(message);
    expect(stderr).toContain(`  at web/templates/a.yaml:${at}\n`);
    expect(stderr.match(/note: values\.(.*)/)?.[1]).toBe(note);
  });

  test('two templates with the same error, each at its own line, and hooks', () => {
    const hook = '---\napiVersion: v1\nkind: Pod\nmetadata:\n  annotations: {helm.sh/hook: pre-install}\n';
    const object = `${named} {{ .Values.name }}\n---\n${named} {{ .Values.nam }}\n${hook}`;
    const chart = writeChart({ 'values.yaml': values, 'templates/a.yaml': object });
    const { stderr } = runner(chart)('install', 'r', 'web');
    expect(stderr).toContain('Error: 3 objects or values in them cannot be applied\n');
    expect(stderr.match(/ {2}at .*/g)).toEqual(['4:12', '9:12', '14:3'].map((at) => `  at web/templates/a.yaml:${at}`));
  });
});

test.each([
  ['1e3', ', since 1e3 without quotes is 1000'],
  ['0x1F', ', since 0x1F without quotes is 31'],
  ['010', ', since 010 without quotes is 8'],
  ['1.10', ', since 1.10 without quotes is 1.1'],
  ['1000000', ', since 1000000 without quotes is 1e+06'],
  ['12345678901234567890', ', since 12345678901234567890 without quotes is 1.2345678901234567e+19'],
  ['yes', ', since yes without quotes is true'],
  ['12', undefined],
  ['true', undefined],
])('a text that is %s without quotes is to be quoted where it is given, too', (value, why) => {
  const object = (kind: string, field: string): string =>
    `apiVersion: v1\nkind: ${kind}\nmetadata:\n  name: x\n${field}:\n  a: {{ .Values.v }}\n`;
  for (const [kind, field] of [
    ['ConfigMap', 'data'],
    ['Secret', 'stringData'],
  ] as const) {
    const chart = writeChart({ 'values.yaml': `v: ${value}\n`, 'templates/a.yaml': object(kind, field) });
    const { stderr } = runner(chart)('install', 'r', 'web');
    expect(stderr).toContain('  hint: quote it: {{ .Values.v | quote }}\n');
    const hint = `  hint: quote it in web/values.yaml:1:1 as well${kind === 'Secret' ? '' : why}\n`;
    if (why === undefined) expect(stderr).not.toContain('as well');
    else expect(stderr).toContain(hint);
    // The value may be a secret.
    if (kind === 'Secret') expect(stderr).not.toContain(value);
  }
});

test('infinity and not-a-number in values are to be quoted', () => {
  for (const value of ['.inf', '-.Inf', '.nan']) {
    const chart = writeChart({ 'values.yaml': `v: ${value}\n`, 'templates/a.yaml': 'a: {{ .Values.v }}\n' });
    const { stderr } = pkg(['template', chart]);
    expect(stderr).toContain(`${chart}/values.yaml:1:4`);
    expect(stderr).toContain('  hint: put quotes around it if a text is meant\n');
  }
});
