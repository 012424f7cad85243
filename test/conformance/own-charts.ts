/** The project's own charts of `charts/`, with what git would not keep as it is: archives, line ends, marks. */
import { cpSync, mkdirSync, readFileSync, readdirSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { create } from 'tar';
import { writeFiles } from '../chart/support.ts';

const charts: string = join(dirname(fileURLToPath(import.meta.url)), 'charts');

/** The names of the charts that {@link writeOwnCharts} writes. */
export function ownChartNames(): string[] {
  return [...readdirSync(charts), 'archives', 'windows', 'loading'].toSorted();
}

/** Writes all of them into a folder. */
export function writeOwnCharts(folder: string): void {
  cpSync(charts, folder, { recursive: true });
  writeArchives(folder);
  writeWindows(folder);
  for (const [name, files] of Object.entries(LOADING)) {
    writeFiles(join(folder, 'loading', name), {
      'Chart.yaml': chartYaml(name),
      'templates/one.yaml': CONFIG_MAP,
      ...files,
    });
  }
}

/** The chart `features` with its subcharts as archives, one of them in another. */
function writeArchives(folder: string): void {
  const chart = join(folder, 'archives');
  cpSync(join(charts, 'features'), chart, { recursive: true });
  const inside = join(chart, 'charts/one/charts');
  pack(inside, 'inner', 'inner-0.1.0.tgz');
  pack(join(chart, 'charts'), 'one', 'one-1.2.0.tgz');
  pack(join(chart, 'charts'), 'shared', 'any-name.tgz');
}

function pack(folder: string, name: string, archive: string): void {
  create({ file: join(folder, archive), cwd: folder, gzip: true, sync: true, portable: true }, [name]);
  mkdirSync(join(folder, '.packed'), { recursive: true });
  renameSync(join(folder, name), join(folder, '.packed', name));
}

/** The chart `language` with the line ends and byte order marks of Windows. */
function writeWindows(folder: string): void {
  const chart = join(folder, 'windows');
  cpSync(join(charts, 'language'), chart, { recursive: true });
  for (const name of readdirSync(chart, { recursive: true, encoding: 'utf8' })) {
    const file = join(chart, name);
    if (statSync(file).isDirectory()) continue;
    writeFileSync(file, `\uFEFF${readFileSync(file, 'utf8').replaceAll('\n', '\r\n')}`);
  }
}

function chartYaml(name: string, more = ''): string {
  return `apiVersion: v2\nname: ${name}\nversion: 0.1.0\n${more}`;
}

const CONFIG_MAP =
  'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: {{ .Chart.Name }}\ndata: {v: {{ .Values | toJson | quote }}}\n';

/** Small charts that load, or do not, for one reason each. */
const LOADING: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'no-templates': { 'templates/one.yaml': '' },
  'no-version': { 'Chart.yaml': 'apiVersion: v2\nname: no-version\n' },
  'no-name': { 'Chart.yaml': 'apiVersion: v2\nversion: 1.0.0\n' },
  'no-api-version': { 'Chart.yaml': 'name: no-api-version\nversion: 1.0.0\n' },
  'api-version-3': { 'Chart.yaml': 'apiVersion: v3\nname: x\nversion: 1.0.0\n' },
  'version-short': { 'Chart.yaml': 'apiVersion: v2\nname: version-short\nversion: 1.2\n' },
  'version-v': { 'Chart.yaml': 'apiVersion: v2\nname: version-v\nversion: v1.2.3\n' },
  'version-word': { 'Chart.yaml': 'apiVersion: v2\nname: version-word\nversion: latest\n' },
  'version-zero': { 'Chart.yaml': 'apiVersion: v2\nname: version-zero\nversion: 01.2.3\n' },
  'name-path': { 'Chart.yaml': 'apiVersion: v2\nname: ../x\nversion: 1.0.0\n' },
  'name-number': { 'Chart.yaml': 'apiVersion: v2\nname: 12\nversion: 1.0.0\n' },
  'chart-unknown-keys': { 'Chart.yaml': chartYaml('unknown', 'unknown: 1\nkeywords: x\n') },
  'chart-duplicate-keys': { 'Chart.yaml': chartYaml('duplicate', 'name: duplicate\n') },
  'chart-broken': { 'Chart.yaml': 'apiVersion: v2\nname: [\n' },
  'type-library': { 'Chart.yaml': chartYaml('type-library', 'type: library\n') },
  'type-unknown': { 'Chart.yaml': chartYaml('type-unknown', 'type: other\n') },
  'kube-version-old': { 'Chart.yaml': chartYaml('kube-version-old', 'kubeVersion: "<1.20"\n') },
  'kube-version-bad': { 'Chart.yaml': chartYaml('kube-version-bad', 'kubeVersion: never\n') },
  'kube-version-wide': { 'Chart.yaml': chartYaml('kube-version-wide', 'kubeVersion: ">= 1.19.0-0 < 2, != 1.35"\n') },
  'dependency-missing': {
    'Chart.yaml': chartYaml('x', 'dependencies:\n- {name: none, version: 1.x.x, repository: ""}\n'),
  },
  'dependency-twice': {
    'Chart.yaml': chartYaml('x', 'dependencies:\n- {name: sub, version: "*"}\n- {name: sub, version: "*"}\n'),
    'charts/sub/Chart.yaml': chartYaml('sub'),
    'charts/sub/templates/one.yaml': CONFIG_MAP,
  },
  'dependency-alias': {
    'Chart.yaml': chartYaml('x', 'dependencies:\n- {name: sub, version: "*", alias: "a/b"}\n'),
    'charts/sub/Chart.yaml': chartYaml('sub'),
  },
  'dependency-other-version': {
    'Chart.yaml': chartYaml('x', 'dependencies:\n- {name: sub, version: "^2"}\n'),
    'charts/sub/Chart.yaml': chartYaml('sub'),
    'charts/sub/templates/one.yaml': CONFIG_MAP,
  },
  'dependency-null': { 'Chart.yaml': chartYaml('x', 'dependencies:\n- null\n') },
  'subchart-broken': { 'charts/sub/Chart.yaml': 'name: [', 'charts/sub/templates/one.yaml': CONFIG_MAP },
  'subchart-no-name': { 'charts/sub/Chart.yaml': 'version: 1.0.0\n' },
  'subchart-text': { 'charts/README.md': 'x' },
  'values-broken': { 'values.yaml': 'a: [\n' },
  'values-list': { 'values.yaml': '- a\n' },
  'values-text': { 'values.yaml': 'text\n' },
  'values-empty': { 'values.yaml': '' },
  'values-null': { 'values.yaml': 'null\n' },
  'values-documents': { 'values.yaml': 'a: 1\nb: {c: 1}\n---\nb: {d: 2}\n' },
  'values-tab': { 'values.yaml': 'a:\n\tb: 1\n' },
  'values-duplicates': { 'values.yaml': 'a: 1\na: 2\n' },
  'ignore-negated': { '.helmignore': '!kept\n' },
  'ignore-stars': { '.helmignore': '**/x\n' },
  'ignore-all': { '.helmignore': '*.yaml\n' },
  'schema-bad-values': { 'values.schema.json': '{"properties": {"a": {"type": "string"}}}', 'values.yaml': 'a: 1\n' },
  'schema-broken': { 'values.schema.json': '{', 'values.yaml': 'a: 1\n' },
  'syntax-unclosed': { 'templates/two.yaml': '{{ if true }}' },
  'syntax-function': { 'templates/two.yaml': '{{ nothing 1 }}' },
  'syntax-end': { 'templates/two.yaml': '{{ end }}' },
  'syntax-variable': { 'templates/two.yaml': '{{ $x }}' },
  'syntax-partial': { 'templates/_two.tpl': '{{ define "x" }}{{ if }}{{ end }}' },
  'syntax-env': { 'templates/two.yaml': '{{ env "HOME" }}' },
  'syntax-notes': { 'templates/NOTES.txt': '{{ .Values.a.b }}' },
  'define-twice': { 'templates/two.yaml': '{{ define "a" }}1{{ end }}{{ define "a" }}2{{ end }}' },
  'crds-template': { 'crds/a.yaml': 'a: {{ .Values }}\n' },
  'templates-in-charts': {
    'charts/sub/Chart.yaml': chartYaml('sub'),
    'charts/sub/templates/one.yaml': '{{ .Values.a.b }}',
  },
};
