/** `pkg convert`: converted templates give the same objects as helm, and the others are kept. */
import { cpSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { convertFolder } from '../../src/convert/folder.ts';
import type { Conversion } from '../../src/convert/convert.ts';
import { printJson } from '../../src/yaml/json.ts';
import { parseYaml } from '../../src/yaml/read.ts';
import { isMap, toPlain } from '../../src/yaml/value.ts';
import type { Value } from '../../src/yaml/value.ts';
import { RUNS } from '../support/generation.ts';
import { helm } from '../support/helm.ts';
import { pkg } from '../support/pkg.ts';
import { differenceOf } from './difference.ts';
import { goCharts, HELPERS } from './generator.ts';
import { mutationsOf } from './mutations.ts';
import { expectSame, nameOf, objectsOf, writeChart } from './support.ts';

let work: string;

beforeAll(() => {
  work = mkdtempSync(join(tmpdir(), 'pkg-convert-'));
});

afterAll(() => rmSync(work, { recursive: true, force: true }));

/** Writes a chart and gives its folder. */
function chartOf(name: string, files: Record<string, string>): string {
  const folder = join(work, name);
  writeChart(folder, files);
  return folder;
}

function convert(folder: string, outputDir?: string): Promise<Conversion> {
  return convertFolder(folder, { files: [], outputDir, dryRun: false });
}

test(
  'the chart of helm create is converted completely, and renders the same with other values',
  { timeout: 600_000 },
  async () => {
    expect(helm(['create', 'made'], { cwd: work }).status).toBe(0);
    const go = join(work, 'made');
    const { files, removed } = await convert(go, join(work, 'out'));
    expect(files.filter((file) => !file.isConverted)).toEqual([]);
    expect(removed).toContain('templates/_helpers.tpl');
    const native = join(work, 'out', 'made');
    const values = parseYaml(readFileSync(join(go, 'values.yaml'), 'utf8'), 'values.yaml');
    if (!isMap(values)) throw new Error('helm creates no values');
    const file = join(work, 'mutated.json');
    let compared = 0;
    fc.assert(
      fc.property(mutationsOf(values), (changed) => {
        writeFileSync(file, printJson(toPlain(changed)));
        const theirs = helm(['template', 'demo', go, '-f', file]);
        if (theirs.status === 0) compared++;
        expect(differenceOf(theirs, pkg(['template', 'demo', native, '-f', file]))).toBeUndefined();
      }),
      { numRuns: 30 * RUNS },
    );
    expect(compared).toBeGreaterThan(10);
  },
);

test('generated charts of Go templates render the same after conversion', { timeout: 900_000 }, async () => {
  let index = 0;
  let count = 0;
  await fc.assert(
    fc.asyncProperty(goCharts, async ({ values, others, template }) => {
      const name = `generated${index++}`;
      const go = chartOf(name, {
        'values.yaml': JSON.stringify(values),
        'templates/_helpers.tpl': HELPERS,
        'templates/thing.yaml': template,
      });
      const native = join(work, `${name}-native`);
      cpSync(go, native, { recursive: true });
      const { files } = await convert(native);
      const thing = files.find(({ file }) => file === 'templates/thing.yaml');
      if (thing?.isConverted === true) count++;
      expectSame(go, native, []);
      for (const [at, other] of others.entries()) {
        const file = join(work, `${name}-${at}.json`);
        writeFileSync(file, JSON.stringify(other));
        expectSame(go, native, ['-f', file]);
      }
    }),
    { numRuns: 15 * RUNS },
  );
  // Otherwise the test would compare nothing.
  expect(count).toBeGreaterThan(index / 2);
});

/** Constructs that many public charts have. */
const FREQUENT = {
  'values.yaml':
    'extraObjects: []\nimage: {name: x, tag: v1}\nspread: []\naccount: {name: ""}\nlabels: {}\n' +
    'hostUsers:\nversion: v1\ntype: ClusterIP\nip: ""\nfirst: false\nsecond: true\na: x\nc: x\ne: x\ng: x\ni: x\n',
  'templates/_other.tpl': '{{ define "c.other" }}o{{ end }}',
  'templates/_helpers.tpl':
    // Without a dash behind the name, a definition begins with a line break.
    '{{- define "c.selector" }}\napp: {{ .Chart.Name }}\n{{- end }}\n' +
    '{{- define "c.both" }}\npart-of: {{ .Release.Name }}\n{{- include "c.selector" . }}\nversion: "1"\n{{- end }}\n' +
    '{{- define "c.image" -}}\n{{- if eq (substr 0 7 .tag) "sha256:" -}}\n{{- printf "%s@%s" .name .tag -}}\n' +
    '{{- else -}}\n{{- printf "%s:%s" .name .tag -}}\n{{- end -}}\n{{- end -}}\n',
  'templates/objects.yaml': '{{ range .Values.extraObjects }}\n---\n{{ tpl (toYaml .) $ }}\n{{ end }}\n',
  'templates/ingress.yaml':
    'apiVersion: {{ if semverCompare "<1.14-0" .Capabilities.KubeVersion.GitVersion }}extensions/v1beta1' +
    '{{ else if .Capabilities.APIVersions.Has "a.b/v1" }}a.b/v1{{ else if .Capabilities.APIVersions.Has "a.b/v2" }}a.b/v2' +
    '{{ else }}networking.k8s.io/v1{{ end }}\nkind: Ingress\nmetadata:\n  name: x\n',
  // Several values have to be as the conditions ask for, and each may make others wrong.
  'templates/service.yaml': `apiVersion: v1
kind: Service
metadata:
  name: x
spec:
  {{- if and .Values.ip (ne .Values.type "LoadBalancer") }}
  {{- fail "an address, and no balancer" }}
  {{- end }}
  type: {{ .Values.type }}
  {{- if and (eq .Values.type "LoadBalancer") .Values.ip .Values.first (not .Values.second) }}
  {{- if and (eq .Values.a "b") (eq .Values.c "d") (eq .Values.e "f") (eq .Values.g "h") (eq .Values.i "j") }}
  loadBalancerIP: {{ .Values.ip }}
  {{- end }}
  {{- end }}
`,
  'templates/pod.yaml': `apiVersion: v1
kind: Pod
metadata:
  name: {{ .Release.Name }}
  labels:
    a: b
    {{- include "c.both" . | indent 4 }}
    {{- with .Values.labels }}
    {{- tpl (toYaml . | nindent 4) $ }}
    {{- end }}
spec:
  serviceAccountName: {{ .Values.account.other | default .Values.account.name }}
  hostUsers: {{ .Values.hostUsers }}
  {{- with .Values.spread }}
  topologySpreadConstraints:
  {{- range $constraint := . }}
  - {{ toYaml $constraint | nindent 4 | trim }}
    {{- if not $constraint.labelSelector }}
    labelSelector:
      matchLabels:
        {{- include "c.selector" $ | indent 8 }}
    {{- end }}
  {{- end }}
  {{- end }}
  containers:
    - name: c
      image: {{ template "c.image" .Values.image }}
      command:
        - sh
        - -c
        - |
          echo \\
            "\\{{ .Release.Name }}" 'a\\'
      {{- if semverCompare ">=1.0.0" (trimPrefix "v" .Values.version) }}
      args: [new]
      {{- end }}
`,
};

test('constructs that many charts have are converted, and render the same', async () => {
  // A text for `tpl` may include a definition.
  const ci = `labels: {x: '{{ include "c.other" . }}'}\n`;
  const folder = chartOf('frequent', { ...FREQUENT, 'ci/labels-values.yaml': ci });
  const native = join(work, 'frequent-native');
  cpSync(folder, native, { recursive: true });
  const { files } = await convert(native);
  expect(files.filter(({ isConverted, file }) => !isConverted && !file.endsWith('.tpl'))).toEqual([]);
  const object = '{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"{{ .Release.Name }}-x"}}';
  const spread = '{"topologyKey":"z","maxSkew":1,"whenUnsatisfiable":"DoNotSchedule"}';
  for (const args of [
    [],
    ['--set-json', `extraObjects=[${object},${object}]`],
    ['--set-json', `spread=[${spread},${spread.replace('{', '{"labelSelector":{"matchLabels":{"x":"y"}},')}]`],
    ['--set', 'image.tag=sha256:0123,account.name=n,labels.x={{ .Release.Name }}'],
    ['--set', 'type=LoadBalancer,ip=a,first=true,second=false,a=b,c=d,e=f,g=h,i=j', '--api-versions', 'a.b/v2'],
    ['--kube-version', '1.13.0'],
    ['--set', 'version=v0.9,account.other=o,hostUsers=true'],
  ]) {
    expectSame(folder, native, args);
  }
});

const SECRET = 'apiVersion: v1\nkind: Secret\nmetadata:\n  name: s\nstringData:\n  a: {{ randAlphaNum 9 }}\n';
const CONFIG =
  'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: {{ .Release.Name }}\ndata:\n  a: {{ .Values.a | quote }}\n';

test('files that cannot be proved equal stay Go templates, with the reason', async () => {
  const head = 'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: x\n';
  const folder = chartOf('kept', {
    'values.yaml': 'a: x\nport: "8080"\nlist: []\n',
    'templates/secret.yaml': SECRET,
    'templates/config.yaml': CONFIG,
    // A text that Helm reads as a number: the native template would keep it a text.
    'templates/number.yaml': `${head}data:\n  port: {{ .Values.port }}\n`,
    'templates/lookup.yaml': `${head}{{- if lookup "v1" "Secret" "default" "s" }}\ndata:\n  a: b\n{{- end }}\n`,
    'templates/half.yaml': `${head}data: {{ if .Values.list }}\n  a: b\n  c: {{ end }}d\n`,
    'templates/_random.tpl': '{{- define "c.password" }}{{ randAlphaNum 9 }}{{ end }}',
    'templates/random.yaml': `${head}data:\n  a: {{ include "c.password" . | quote }}\n`,
    'templates/set.yaml': `{{- $_ := set .Values "b" "changed" }}\n${head}`,
    'templates/fails.yaml': `${head}{{- if eq .Values.a "bad" }}{{ fail "not bad" }}{{ end }}\n`,
  });
  const { files } = await convert(folder);
  const reasons = Object.fromEntries(
    files.map(({ file, why }) => [file.replace('templates/', ''), why ?? 'converted']),
  );
  expect(reasons).toEqual({
    'config.yaml': 'converted',
    'fails.yaml': 'converted',
    'half.yaml': expect.any(String),
    'lookup.yaml': expect.stringContaining('no values were found that reach'),
    'number.yaml': 'data.port of the ConfigMap: 8080 became "8080"',
    '_random.tpl': expect.any(String),
    'random.yaml': '"c.password" gives something else each time',
    'secret.yaml': 'randAlphaNum gives something else each time',
    'set.yaml': 'set changes a map, and native helpers change none',
  });
  expect(reasons['half.yaml']).not.toBe('converted');
  expect(pkg(['template', folder, '--set', 'a=bad']).stderr).toContain('not bad');
});

test('a template that changes values for others is not converted', async () => {
  const folder = chartOf('together', {
    'values.yaml': 'a: x\n',
    'templates/config.yaml': CONFIG,
    // Helm renders it first.
    'templates/zz.yaml': '{{- $_ := set .Values "a" "changed" }}\n',
  });
  const { files } = await convert(folder);
  expect(files.find(({ file }) => file === 'templates/config.yaml')).toMatchObject({
    isConverted: false,
    why: 'rendered together with the other files it gives other objects',
  });
  expect(pkg(['template', 'demo', folder]).stdout).toBe(helm(['template', 'demo', folder]).stdout);
});

/** A chart with a ConfigMap that a Go template includes in a Secret with a random value, which stays a Go template. */
function including(name: string, pipe: string): string {
  return chartOf(name, {
    'values.yaml': 'a: x\n',
    'templates/config.yaml': CONFIG,
    'templates/b.yaml': CONFIG.replace('.Name }}', '.Name }}-b'),
    'templates/secret.yaml': SECRET.replace('stringData:', `  annotations:\n    sum: {{ ${pipe} }}\nstringData:`),
  });
}

test('a file whose checksum is in a Go template is converted, and the checksum follows it', async () => {
  const pipes = [
    'include (print .Template.BasePath "/config.yaml") . | sha256sum',
    'sha256sum (include (print $.Template.BasePath "/config.yaml") .)',
  ];
  for (const [index, pipe] of pipes.entries()) {
    const folder = including(`checksum-${index}`, pipe);
    const { files } = await convert(folder);
    expect(files.map(({ file, isConverted }) => [file, isConverted])).toEqual([
      ['templates/b.yaml', true],
      ['templates/config.yaml', true],
      ['templates/secret.yaml', false],
    ]);
    const before = pkg(['template', 'demo', folder]).stdout;
    const sum = (text: string): string | undefined => /sum: (\w+)/.exec(text)?.[1];
    expect(sum(before)).toMatch(/^[0-9a-f]{64}$/);
    expect(sum(pkg(['template', 'demo', folder]).stdout)).toBe(sum(before));
    expect(sum(pkg(['template', 'demo', folder, '--set', 'a=y']).stdout)).not.toBe(sum(before));
  }
});

test('a file that includes one that was converted before is converted too', async () => {
  const folder = chartOf('later', {
    'values.yaml': 'a: x\n',
    'templates/config.yaml': CONFIG,
    'templates/b.yaml': CONFIG.replace(
      '.Name }}',
      '.Name }}-b\n  annotations:\n    sum: {{ include (print $.Template.BasePath "/config.yaml") . | sha256sum }}',
    ),
  });
  expect(pkg(['convert', folder, 'templates/config.yaml']).stdout).toContain('1 of 1 files converted');
  const { files } = await convert(folder);
  expect(files).toEqual([expect.objectContaining({ file: 'templates/b.yaml', isConverted: true })]);
  const sum = (text: string): string | undefined => /sum: (\w+)/.exec(text)?.[1];
  const [one, other] = [[], ['--set', 'a=y']].map((args) => pkg(['template', 'demo', folder, ...args]).stdout);
  expect(sum(one ?? '')).toMatch(/^[0-9a-f]{64}$/);
  expect(sum(other ?? '')).not.toBe(sum(one ?? ''));
});

test('a file whose text a Go template uses otherwise stays a Go template, until both are converted', async () => {
  const folder = including('text', 'include (print .Template.BasePath "/config.yaml") . | len | quote');
  const { files } = await convert(folder);
  expect(files.map(({ file, isConverted, why }) => [file, isConverted, why])).toEqual([
    ['templates/b.yaml', true, undefined],
    ['templates/config.yaml', false, 'a Go template includes it, and not for a checksum alone'],
    ['templates/secret.yaml', false, expect.any(String)],
  ]);
});

test('only the named files are converted, and a dry run writes nothing', () => {
  const files = {
    'values.yaml': 'a: x\n',
    'templates/config.yaml': CONFIG,
    'templates/secret.yaml': SECRET,
    'templates/b.yaml': CONFIG.replace('.Name }}', '.Name }}-b'),
  };
  const folder = chartOf('written', files);
  const names = (): string[] => readdirSync(join(folder, 'templates')).toSorted();
  const before = names();
  const dry = pkg(['convert', folder, '--dry-run', '-o', 'json']);
  expect(dry.status, dry.stderr).toBe(0);
  expect(JSON.parse(dry.stdout)).toMatchObject({
    converted: 2,
    total: 3,
    removed: ['templates/b.yaml', 'templates/config.yaml'],
    files: [
      { file: 'templates/b.yaml', converted: true, renders: expect.any(Number) },
      { file: 'templates/config.yaml', converted: true },
      { file: 'templates/secret.yaml', converted: false, line: 6, reason: expect.stringContaining('randAlphaNum') },
    ],
  });
  expect(pkg(['convert', folder, '--output-dir', join(work, 'elsewhere')]).status).toBe(0);
  expect(names()).toEqual(before);
  expect(readdirSync(join(work, 'elsewhere/c/templates'))).toContain('config.yaml.hbs');
  const again = pkg(['convert', folder, '--output-dir', join(work, 'elsewhere')]);
  expect(again).toMatchObject({ status: 1, stdout: '' });
  expect(again.stderr).toContain('exists already');
  expect(pkg(['convert', folder, 'templates/confg.yaml']).stderr).toContain('did you mean templates/config.yaml?');
  const one = pkg(['convert', folder, 'templates/config.yaml']);
  expect(one.stdout).toBe('converted  templates/config.yaml\n1 of 1 files converted (100 %)\n');
  expect(names()).toEqual(['b.yaml', 'config.yaml.hbs', 'secret.yaml', 'zz']);
  expect(pkg(['convert', folder]).stdout).toContain('1 of 2 files converted');
  expect(names()).toEqual(['b.yaml.hbs', 'config.yaml.hbs', 'secret.yaml', 'zz']);
  expect(helm(['template', folder]).stderr).toContain('this_chart_needs_pkg');
  expect(pkg(['convert', 'charts/web']).stdout).toBe('there are no Go templates to convert\n');
  expect(pkg(['convert', 'charts/web/Chart.yaml']).stderr).toContain('is not a folder');
});

test('definitions become text or structure depending on the call, and stay for Go templates that need them', async () => {
  const folder = chartOf('helpers', {
    'values.yaml': 'name: ""\nflag: true\nmap: {}\nnote: n\n',
    'templates/_helpers.tpl': HELPERS,
    'templates/a.yaml':
      'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: {{ include "c.name" . }}\n  labels:\n    {{- include "c.labels" . | nindent 4 }}\ndata:\n  a: {{ include "c.item" (dict "value" .Values.note "context" $) | quote }}\n',
    'templates/s.yaml': SECRET.replace('name: s', 'name: {{ include "c.name" . }}-s'),
  });
  const native = join(work, 'helpers-native');
  cpSync(folder, native, { recursive: true });
  const { files, helpers } = await convert(native);
  expect(files.map(({ file, isConverted }) => [file, isConverted])).toEqual([
    ['templates/_helpers.tpl', false],
    ['templates/a.yaml', true],
    ['templates/s.yaml', false],
  ]);
  expect(helpers.every(({ isConverted }) => isConverted)).toBe(true);
  expect(readFileSync(join(native, 'templates/_helpers.hbs'), 'utf8')).toContain(
    '{{#*inline "c.item"}}\nitem-{{this.value}}-{{release.name}}\n',
  );
  rmSync(join(folder, 'templates/s.yaml'));
  rmSync(join(native, 'templates/s.yaml'));
  for (const set of ['flag=true', 'flag=false,name=other', 'map.x=y,note=z'])
    expectSame(folder, native, ['--set', set]);
});

test('one partial serves all contexts of a definition, and other definitions get the root as a value', async () => {
  const include = (name: string, ...fields: string[]): string =>
    `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: ${name}\n  labels:\n    {{- include "c.labels" (dict ${fields.join(' ')}) | nindent 4 }}\n`;
  const folder = chartOf('contexts', {
    'values.yaml': 'a: x\nb: w\n',
    'templates/_helpers.tpl':
      '{{- define "c.version" -}}\n{{ .Chart.Version | quote }}\n{{- end }}\n' +
      '{{- define "c.labels" -}}\nversion: {{ include "c.version" .context }}\n' +
      '{{- if .name }}\nname: {{ .name }}\n{{- end }}\n{{- if .part }}\npart: {{ .part }}\n{{- end }}\n{{- end }}\n' +
      '{{- define "c.any" -}}\n{{ kindOf . }}\n{{- end }}\n',
    'templates/none.yaml': include('none', '"context" $'),
    'templates/name.yaml': include('name', '"context"', '.', '"name"', '.Values.a'),
    'templates/part.yaml': include('part', '"context"', '.', '"part"', '.Values.b', '"name"', '.Values.a'),
    // One call passes a value and the other the root, which no single partial can serve.
    'templates/any.yaml': CONFIG.replace('.Values.a', 'include "c.any" .Values.a').replace('.Name }}', '.Name }}-v'),
    'templates/all.yaml': CONFIG.replace('.Values.a', 'include "c.any" .').replace('.Name }}', '.Name }}-r'),
  });
  const native = join(work, 'contexts-native');
  cpSync(folder, native, { recursive: true });
  const { files, helpers } = await convert(native);
  expect(files.filter(({ isConverted }) => !isConverted).map(({ file }) => file)).toEqual(['templates/_helpers.tpl']);
  expect(helpers.flatMap(({ name, why }) => (why === undefined ? [] : [[name, why]]))).toEqual([
    ['c.any', 'it is given contexts of different sorts'],
  ]);
  const labels = (folderOf: string, run: typeof pkg): Value[] =>
    objectsOf(run(['template', 'demo', folderOf, '--set', 'a=z']).stdout).filter((object) =>
      /none|name|part|-v/.test(String(nameOf(object))),
    );
  expect(labels(native, pkg)).toEqual(labels(folder, helm));
});

test('converted templates look as if written by hand', async () => {
  const folder = chartOf('written-well', {
    'values.yaml': 'name: ""\nover: {}\nkind: a\n',
    'templates/_helpers.tpl':
      '{{- define "c.name" -}}\n{{- if .Values.name }}{{ .Values.name | trunc 9 }}{{- else }}{{- if eq .Values.kind "b" }}' +
      '{{ printf "b" }}{{- else }}{{ printf "%s-x" .Release.Name }}{{- end }}{{- end }}\n{{- end }}\n' +
      '{{- define "c.quoted" -}}\n{{ .Chart.Version | quote }}\n{{- end }}\n' +
      '{{- define "c.defaults" -}}\nsize: s\nname: {{ include "c.name" . }}\n{{- end }}\n',
    'templates/a.yaml':
      '{{- $defaults := include "c.defaults" . | fromYaml }}\napiVersion: v1\nkind: ConfigMap\nmetadata:\n' +
      '  name: {{ printf "%s-map" (include "c.name" .) }}\ndata:\n  version: {{ include "c.quoted" . }}\n' +
      '  {{- toYaml (merge .Values.over $defaults) | nindent 2 }}\n',
  });
  const native = join(work, 'written-well-native');
  cpSync(folder, native, { recursive: true });
  const { files } = await convert(native);
  expect(files.filter(({ isConverted }) => !isConverted)).toEqual([]);
  const text = (name: string): string => readFileSync(join(native, 'templates', name), 'utf8');
  expect(text('a.yaml.hbs')).toBe(`apiVersion: v1
kind: ConfigMap
metadata:
  name: {{include "c.name"}}-map
data:
  version: "{{include "c.quoted"}}"
  {{spread (merge values.over (partial "c.defaults"))}}
`);
  expect(text('_helpers.hbs')).toBe(`{{#*inline "c.name"}}
{{#if values.name}}
{{trunc 9 values.name}}
{{else if (eq values.kind "b")}}
b
{{else}}
{{release.name}}-x
{{/if}}
{{/inline}}

{{#*inline "c.quoted"}}
{{chart.version}}
{{/inline}}

{{#*inline "c.defaults"}}
size: s
name: {{include "c.name"}}
{{/inline}}
`);
  for (const set of ['over.a=b', 'over.size=l,kind=b', 'name=other-name']) expectSame(folder, native, ['--set', set]);
});

test('native templates pass on the root of Go templates, and include their files', () => {
  const folder = chartOf('mixed', {
    'values.yaml': 'x: {a: 1}\n',
    'templates/_helpers.tpl':
      '{{ define "show" }}{{ .value | toJson }} of {{ .context.Release.Name }} {{ (index .more 0).Chart.Name }}{{ end }}',
    'templates/go.yaml': 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: go}\n',
    'templates/native.yaml.hbs':
      'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: native\ndata:\n  a: {{include "show" (dict "value" values.x "context" @go "more" (list @go))}}\n  b: {{include "go.yaml"}}\n  c: {{include "templates/go.yaml"}}\n',
  });
  const run = pkg(['template', 'demo', folder, '-s', 'templates/native.yaml.hbs']);
  expect(run.stderr).toBe('');
  expect(run.stdout).toContain('  a: "{\\"a\\":1} of demo c"\n');
  expect(run.stdout.match(/ {4}metadata: \{name: go\}/g)).toHaveLength(2);
});
