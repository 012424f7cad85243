/** Generated charts of Go templates, most of them with errors: the result of `helm lint`, and each of its findings. */
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { kubeVersionOf } from '../../../src/commands/support/kube-version.ts';
import { DEFAULT_CAPABILITIES } from '../../../src/render/capabilities.ts';
import { lintChart } from '../../../src/render/lint.ts';
import type { LintMessage } from '../../../src/render/lint.ts';
import { PkgError } from '../../../src/errors.ts';
import { fromPlain } from '../../../src/yaml/value.ts';
import { temporaryFolder, writeFiles } from '../../chart/support.ts';
import { RUNS } from '../../support/generation.ts';
import { helm } from '../../support/helm.ts';
import { fails, readHelmLint, uncovered } from '../../support/helm-lint.ts';

type Files = Readonly<Record<string, string>>;

/** Nearly always the first: a chart that is broken in many places is not looked at in most of them. */
function mostly<T>(usual: T, ...others: T[]): fc.Arbitrary<T> {
  return fc.oneof({ weight: 16, arbitrary: fc.constant(usual) }, { weight: 1, arbitrary: fc.constantFrom(...others) });
}

function lines(fields: Record<string, fc.Arbitrary<string | undefined>>): fc.Arbitrary<string> {
  return fc.record(fields).map((record) =>
    Object.entries(record)
      .map(([key, value]) => (value === undefined ? '' : `${key}: ${value}\n`))
      .join(''),
  );
}

const none = undefined;
const chartYaml = fc.oneof(
  {
    weight: 12,
    arbitrary: lines({
      apiVersion: mostly('v2', 'v1', 'v3', none, '2', '""'),
      name: mostly('web', 'a/b', '"."', none, '7', 'Web'),
      version: mostly('1.0.0', '1', 'v1.2.3', '1.2', '"1.0"', '1.0.0-01', 'x', none, '0.0.0-0', '1e7'),
      appVersion: mostly(none, '1.16', '"1.16"', 'true', '[a]', 'v1', 'null'),
      type: mostly(none, 'application', 'library', 'other', '""'),
      icon: mostly('https://example.com/i.png', none, 'x', '"not a url"', 'file:///i.png', '/i.png', '""'),
      sources: mostly(none, '[https://example.com]', '[x]', '[""]', 'x', '[null]', '["http://[::1"]'),
      maintainers: mostly(
        none,
        '[{name: a}]',
        '[{email: a@b.c}]',
        '[{name: a, email: b}]',
        '[null]',
        '[{name: a, url: "x y"}]',
        '[{name: a, github: x}]',
        '[{name: a, email: "a@b.c", url: example.com}]',
      ),
      annotations: mostly(none, '{a: b}', '{a: 1}', '{a: [b]}', 'x'),
      kubeVersion: mostly(none, '">=99.0.0"', '">=1.20.0-0"', 'x'),
      deprecated: mostly(none, 'true', '"true"'),
      keywords: mostly(none, '[a, 1]', 'a'),
      unknown: mostly(none, 'x'),
      Description: mostly(none, 'x'),
      home: mostly(none, 'x\nhome: y'),
      dependencies: mostly(
        none,
        '[{name: sub, version: 1.x.x, repository: ""}]',
        '[{name: sub, version: 1.0.0, alias: other}]',
        '[{name: sub, version: 2.0.0}]',
        '[{name: gone, version: 1.0.0}]',
        '[{name: sub, version: 1.0.0}, {name: sub, version: 1.0.0}]',
        '[{name: sub, version: 1.0.0, condition: sub.enabled}]',
        '[{name: sub, version: 1.0.0, import-values: [data]}]',
        '[{name: sub, versions: 1.0.0}]',
        '[{name: sub, version: 1.0.0, alias: "a b"}]',
        '[]',
        'x',
      ),
    }),
  },
  { weight: 1, arbitrary: fc.constantFrom('', 'name: [', '- a', 'text', '{{ x }}', 'a: 1\na: 2\n') },
);

const values = mostly(
  'a: 1\nsub: {enabled: true}\n',
  '',
  'a: text\n',
  'a: [\n',
  '- a\n',
  'text\n',
  'sub: text\n',
  'sub: {enabled: false}\n',
  'a: null\n',
  'a: 1\na: 2\n',
  'a: 1\n---\na: text\n',
  'global: {a: 1}\n',
);
const schema = mostly(
  none,
  '{"properties": {"a": {"type": "integer"}}}',
  '{"required": ["zz"]}',
  '{"type": "nonsense"}',
  '{',
  '',
  '[]',
  'true',
  '{"properties": {"sub": {"type": "object"}}}',
  '{"additionalProperties": false, "properties": {"a": {}, "sub": {}}}',
);

const object = (apiVersion: string, kind: string, name: string, rest = ''): string =>
  `apiVersion: ${apiVersion}\nkind: ${kind}\nmetadata:\n  name: ${name}\n${rest}`;
const item = (annotations: string): string =>
  `- apiVersion: v1\n  kind: ConfigMap\n  metadata:\n    name: x\n    annotations: ${annotations}\n`;
const pods = (selector: string): string => `spec:\n  selector: ${selector}\n  template: {metadata: {labels: {a: b}}}\n`;

const document = fc.oneof(
  fc
    .tuple(
      fc.constantFrom(
        'v1',
        'apps/v1',
        'apps/v1beta1',
        'policy/v1beta1',
        'batch/v1beta1',
        'x.io/v1',
        '1',
        '""',
        'v1 # a',
      ),
      fc.constantFrom('ConfigMap', 'Service', 'Role', 'CronJob', 'PodDisruptionBudget', 'PodSecurityPolicy', '1', '~'),
      fc.constantFrom('x', 'X', '1x', 'a.b', '"a:b"', '7', '""', '~', '"{{ .Release.Name }}"', 'a_b', '1e7', 'true'),
    )
    .map((parts) => object(...parts)),
  fc
    .tuple(
      fc.constantFrom('Deployment', 'StatefulSet', 'DaemonSet', 'ReplicaSet', 'Job'),
      fc.constantFrom('{matchLabels: {a: b}}', '{}', '{matchLabels: {a: c}}', '{matchExpressions: []}', '~', 'x'),
    )
    .map(([kind, selector]) => object('apps/v1', kind, 'x', pods(selector))),
  fc
    .constantFrom(
      '{helm.sh/resource-policy: keep}',
      '{a: b}',
      '{a: [b]}',
      'x',
      '~',
      '{helm.sh/resource-policy: keep, a: 1}',
    )
    .map((annotations) => `apiVersion: v1\nkind: List\nmetadata: {name: x}\nitems:\n${item(annotations)}`),
  fc.constantFrom(
    '',
    '# a comment\n',
    'text\n',
    '- a\n',
    'a: [\n',
    'a: b: c\n',
    'kind: [a]\n',
    'metadata: x\n',
    'metadata: {name: [a]}\n',
    'Kind: ConfigMap\nMETADATA: {NAME: A}\n',
    'metadata: {namespace: [a], name: a}\n',
    'metadata:\n  generateName: a-\n',
    '{"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "x"}}\n',
    '{"metadata":\t{"name": "x"}}\n',
    '{"metadata": {"name": 7}}\n',
    '{"metadata": {"name": "x"}}{"metadata": {"name": "X"}} {"a": [1, "}"]}',
    '{"metadata": {"name": "x"}} a: b\n',
    ' {metadata: {name: x}}\n',
    '  apiVersion: v1\n  kind: ConfigMap\n  metadata: {name: x}\n',
    '\n\n\tkind: x\n',
    'a: {{ .Values.a }}\nmetadata: {name: x}\n',
    'a: {{ .Values.none.deep }}\n',
    'a: {{ required "a is needed" .Values.none }}\nmetadata: {name: x}\n',
    '{{ fail "no" }}\n',
    'a: {{ if }}\n',
    '{{ include "nowhere" . }}\n',
    'a: {{ include "shared" . }}\nmetadata: {name: x}\n',
    '{{ if .Release.IsInstall }}a: [{{ end }}\n',
    'metadata: {name: {{ .Release.Revision }}}\n',
    'metadata: {name: x}\nversion: {{ .Capabilities.KubeVersion.Minor }}\n',
    '{{- range $i, $e := until 3 }}\n---\nmetadata: {name: X{{ $i }}}\n{{- end }}\n',
    'metadata: {name: x}\ndata: "\u0007"\n',
    'metadata: {name: x}\n...\nmore: [\n',
    'metadata: {name: x, name: y}\n',
    'metadata: {name: "{{ .Values.global.a }}"}\n',
    'a: &x {b: c}\nd: *x\nmetadata: {name: x}\n',
    'a: *nowhere\n',
    'a: .inf\nmetadata: {name: x}\n',
  ),
);
const separator = fc.constantFrom(
  '---\n',
  '---\n',
  '---\n',
  '---\n',
  '--- # a\n',
  '---\n---\n',
  '--- x\n',
  '----\n',
  '---\r\n',
  ' ---\n',
  '# x\n---\n',
  '---',
);
const template = fc
  .tuple(mostly('', '---\n', '\n', '# a\n'), document, fc.array(fc.tuple(separator, document), { maxLength: 2 }))
  .map(([start, first, rest]) => start + first + rest.flat().join(''));

const templateName = fc.constantFrom(
  ...['templates/a.yaml', 'templates/b.yaml', 'templates/l.yaml', 'templates/m.yaml', 'templates/n.yaml'],
  ...['templates/o.yaml', 'templates/p.yaml', 'templates/q.yaml', 'templates/r.yaml', 'templates/s.yaml'],
  'templates/c.yml',
  'templates/D.YAML',
  'templates/deep/e.yaml',
  'templates/f.txt',
  'templates/g.tpl',
  'templates/h.json',
  'templates/i',
  'templates/NOTES.txt',
  'templates/_j.yaml',
  'templates/k.yaml.gotmpl',
  'templates/.yaml',
);
const crd = object('apiextensions.k8s.io/v1', 'CustomResourceDefinition', 'a.b.c');
const crdFile = fc.oneof(
  fc.constantFrom(crd, `${crd}---\n${crd}`, '', object('v1', 'ConfigMap', 'a'), 'a: {{ x }}: {\n', 'text\n'),
  document,
);

const fixed: Record<string, fc.Arbitrary<string | undefined>> = {
  'Chart.yaml': chartYaml,
  'values.yaml': fc.option(values, { freq: 8, nil: undefined }),
  'values.schema.json': schema,
  'requirements.yaml': mostly(none, none, 'dependencies: [{name: sub, version: 1.0.0}]\n', 'dependencies: x\n'),
  '.helmignore': mostly(none, none, 'templates/a.yaml\n', 'values.schema.json\n', '[\n', 'charts/\n'),
  'templates/_helpers.tpl': mostly('{{ define "shared" }}x{{ end }}', none),
  'charts/sub/Chart.yaml': mostly(
    none,
    'apiVersion: v2\nname: sub\nversion: 1.0.0\n',
    'apiVersion: v2\nname: sub\nversion: 1.0.0\ntype: library\n',
    'name: sub\n',
    'name: [',
  ),
  'charts/README.md': mostly(none, none, none, 'x'),
  'charts/_left/x': mostly(none, 'x'),
  templates: mostly(none, none, none, none, none, 'a file'),
  crds: mostly(none, none, none, none, 'a file'),
};
const inSub: Record<string, fc.Arbitrary<string | undefined>> = {
  'values.yaml': mostly('exports: {data: {a: 2}}\n', 'a: 1\n', 'a: ['),
  'values.schema.json': mostly(none, none, none, '{"properties": {"b": {"type": "integer"}}, "required": ["b"]}'),
  'templates/x.yaml': mostly(object('v1', 'ConfigMap', 'X'), 'a: [\n', 'a: {{ .Values.none.deep }}\n'),
  'crds/x.yaml': mostly(none, crd, 'a: b\n'),
};

const chart: fc.Arbitrary<Files> = fc
  .tuple(
    fc.record(fixed),
    fc.record(inSub),
    fc.dictionary(templateName, template, { minKeys: 1, maxKeys: 4, noNullPrototype: true }),
    fc.dictionary(fc.constantFrom('crds/a.yaml', 'crds/b.json', 'crds/README.md'), crdFile, {
      maxKeys: 1,
      noNullPrototype: true,
    }),
  )
  .map(([top, sub, templates, crds]) => {
    const inSubchart = top['charts/sub/Chart.yaml'] === undefined ? [] : Object.entries(sub);
    const files = [
      ...Object.entries(top),
      ...inSubchart.map(([name, data]) => [`charts/sub/${name}`, data] as const),
      ...Object.entries(templates),
      ...Object.entries(crds),
    ];
    const isFolder = (name: string): boolean =>
      files.some(([other, data]) => data !== undefined && other.startsWith(`${name}/`));
    return Object.fromEntries(
      files.filter((file): file is [string, string] => file[1] !== undefined && !isFolder(file[0])),
    );
  });

async function ourFindings(folder: string, flags: readonly string[]): Promise<LintMessage[]> {
  const given = (flag: string): string | undefined =>
    flags.includes(flag) ? flags[flags.indexOf(flag) + 1] : undefined;
  try {
    return await lintChart(folder, {
      userValues: given('--set') === undefined ? new Map() : fromPlain({ a: 'given', sub: { b: 1 } }),
      capabilities: { ...DEFAULT_CAPABILITIES, kubeVersion: kubeVersionOf(given('--kube-version')) },
      skipSchemaValidation: flags.includes('--skip-schema-validation'),
    });
  } catch (error) {
    if (!(error instanceof PkgError)) throw error;
    return [{ severity: 'error', rule: 'chart-invalid', path: '', message: error.message }];
  }
}

test.each([[], ['--kube-version', '1.20'], ['--skip-schema-validation'], ['--set', 'a=given,sub.b=1']])(
  'generated charts get the verdicts and the findings of helm lint %#',
  async (...flags: string[]) => {
    const folder = temporaryFolder();
    const charts = fc.sample(chart, 150 * RUNS);
    const names = charts.map((files, index) => {
      writeFiles(join(folder, `c${index}`), files);
      return `c${index}`;
    });
    const theirs = readHelmLint(helm(['lint', ...names, ...flags], { cwd: folder }).stdout);
    expect(theirs).toHaveLength(charts.length);
    // Were nearly all charts broken before their templates are looked at, the test would say little.
    const said = new Set(theirs.flatMap(({ findings }) => findings.map(({ path }) => path)));
    expect(said.size).toBeGreaterThan(8);
    for (const [index, files] of charts.entries()) {
      const { findings } = theirs[index] ?? { findings: [] };
      const ours = await ourFindings(join(folder, `c${index}`), flags);
      // A chart of another format is refused without further findings.
      const isForeign = ours.some(({ message }) => /^the apiVersion '.*' is not known/.test(message));
      const judged = {
        files,
        helm: findings,
        pkg: ours.map(({ severity, path, message }) => `${severity} ${path}: ${message}`),
      };
      expect({
        ...judged,
        missing: isForeign ? [] : uncovered(findings, ours),
        fails: fails(ours),
        strict: fails(ours, true),
      }).toEqual({
        ...judged,
        missing: [],
        fails: fails(findings),
        strict: fails(findings, true),
      });
    }
  },
);
