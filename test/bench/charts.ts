/** The charts that are rendered: the same objects, once from native templates and once from Go's. */
import { randomBytes } from 'node:crypto';
import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root: string = join(dirname(fileURLToPath(import.meta.url)), '..', '..');

/** The sample chart, as it ships. */
export const WEB: string = join(root, 'charts/web');

/** Writes the sample chart with Go templates, its metadata, values and schema taken from the one that ships. */
export function writeWebForHelm(folder: string): string {
  const chart = join(folder, 'web-go');
  cpSync(join(root, 'test/bench/fixtures/web-go'), chart, { recursive: true });
  for (const file of ['Chart.yaml', 'values.yaml', 'values.schema.json']) cpSync(join(WEB, file), join(chart, file));
  return chart;
}

/**
 * Writes a chart `five` whose archive has 5 MB, and which makes one object. What is large is in a subchart: Helm records
 * the files of the chart itself, and a record of 5 MB fits into no Secret.
 */
export function writeLargeChart(folder: string): string {
  const chart = join(folder, 'five');
  const inner = join(chart, 'charts', 'data');
  for (const one of [chart, inner]) mkdirSync(join(one, 'templates'), { recursive: true });
  writeFileSync(join(chart, 'Chart.yaml'), 'apiVersion: v2\nname: five\nversion: 1.0.0\n');
  const object = 'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: {{ .Release.Name }}\n';
  writeFileSync(join(chart, 'templates', 'object.yaml'), object);
  writeFileSync(join(inner, 'Chart.yaml'), 'apiVersion: v2\nname: data\nversion: 1.0.0\n');
  writeFileSync(join(inner, 'data.bin'), randomBytes(5 << 20));
  return chart;
}

/** Writes a chart that makes `count` ConfigMaps out of one template, for pkg or for helm. */
export function writeMany(folder: string, engine: 'native' | 'go', count: number): string {
  const chart = join(folder, `many-${engine}`);
  mkdirSync(join(chart, 'templates'), { recursive: true });
  writeFileSync(join(chart, 'Chart.yaml'), 'apiVersion: v2\nname: many\nversion: 1.0.0\n');
  writeFileSync(join(chart, 'values.yaml'), `count: ${count}\ngreeting: hello\n`);
  const file = engine === 'native' ? 'maps.yaml.hbs' : 'maps.yaml';
  writeFileSync(join(chart, 'templates', file), engine === 'native' ? NATIVE : GO);
  return chart;
}

const NATIVE = `{{#each (until values.count)}}
---
apiVersion: v1
kind: ConfigMap
metadata:
  name: {{release.name}}-{{this}}
  labels:
    app.kubernetes.io/name: {{chart.name}}
    app.kubernetes.io/instance: {{release.name}}
data:
  index: "{{this}}"
  greeting: {{values.greeting}} from {{release.name}}
  settings.yaml: |
    level: info
    shard: {{this}}
{{/each}}
`;

const GO = `{{- range until (int .Values.count) }}
---
apiVersion: v1
kind: ConfigMap
metadata:
  name: {{ $.Release.Name }}-{{ . }}
  labels:
    app.kubernetes.io/name: {{ $.Chart.Name }}
    app.kubernetes.io/instance: {{ $.Release.Name }}
data:
  index: "{{ . }}"
  greeting: {{ $.Values.greeting }} from {{ $.Release.Name }}
  settings.yaml: |
    level: info
    shard: {{ . }}
{{- end }}
`;

/** Writes a chart that makes as many ConfigMaps as Deployments, `count` in all; `change` alters one of them. */
export function writeWorkloads(folder: string, engine: 'native' | 'go', count: number): string {
  const chart = join(folder, `workloads-${engine}-${count}`);
  mkdirSync(join(chart, 'templates'), { recursive: true });
  writeFileSync(join(chart, 'Chart.yaml'), 'apiVersion: v2\nname: workloads\nversion: 1.0.0\n');
  writeFileSync(join(chart, 'values.yaml'), `count: ${count / 2}\nchange: none\n`);
  const native = engine === 'native';
  const text = native
    ? `{{#each (until values.count)}}${workload('release.name', 'this')}{{/each}}\n`
    : `{{- range until (int .Values.count) }}${workload('$.Release.Name', '.')}{{- end }}\n`;
  writeFileSync(join(chart, 'templates', native ? 'all.yaml.hbs' : 'all.yaml'), text);
  writeFileSync(
    join(chart, 'templates', native ? 'one.yaml.hbs' : 'one.yaml'),
    `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: changing\ndata:\n  change: "${native ? '{{values.change}}' : '{{ .Values.change }}'}"\n`,
  );
  return chart;
}

function workload(release: string, index: string): string {
  const name = `{{${release}}}-{{${index}}}`;
  return `
---
apiVersion: v1
kind: ConfigMap
metadata:
  name: ${name}
data:
  index: "{{${index}}}"
  text: the same for all
---
apiVersion: apps/v1
kind: Deployment
metadata:
  name: ${name}
  labels:
    app.kubernetes.io/name: workloads
spec:
  replicas: 1
  selector:
    matchLabels:
      app: ${name}
  template:
    metadata:
      labels:
        app: ${name}
    spec:
      containers:
        - name: main
          image: registry.example.test/image:1.0.0
          ports:
            - name: http
              containerPort: 8080
          env:
            - name: INDEX
              value: "{{${index}}}"
          resources:
            requests:
              cpu: 10m
              memory: 16Mi
            limits:
              memory: 32Mi
`;
}

/**
 * Writes a chart of `count` templates, each a file of its own with a partial, a condition and a loop: what reading and
 * checking templates costs, beside running them.
 */
export function writeTemplates(folder: string, engine: 'native' | 'go', count: number): string {
  const chart = join(folder, `templates-${engine}-${count}`);
  mkdirSync(join(chart, 'templates'), { recursive: true });
  writeFileSync(join(chart, 'Chart.yaml'), 'apiVersion: v2\nname: services\nversion: 1.0.0\n');
  writeFileSync(join(chart, 'values.yaml'), SERVICE_VALUES);
  const native = engine === 'native';
  const partial = native ? '_labels.hbs' : '_labels.tpl';
  writeFileSync(join(chart, 'templates', partial), native ? NATIVE_LABELS : GO_LABELS);
  for (let number = 0; number < count; number++) {
    const file = `service-${number}.yaml${native ? '.hbs' : ''}`;
    writeFileSync(
      join(chart, 'templates', file),
      (native ? NATIVE_SERVICE : GO_SERVICE).replaceAll('NUMBER', `${number}`),
    );
  }
  return chart;
}

const SERVICE_VALUES = `image:
  repository: registry.example.test/image
  tag: "1.10"
replicas: 2
ports:
  http: 8080
  metrics: 9090
resources:
  requests:
    cpu: 10m
    memory: 16Mi
nodeSelector: {}
annotations:
  team: web
`;

const NATIVE_LABELS = `app.kubernetes.io/name: {{chart.name}}
app.kubernetes.io/instance: {{release.name}}
`;

const GO_LABELS = `{{- define "labels" -}}
app.kubernetes.io/name: {{ .Chart.Name }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}
`;

const NATIVE_SERVICE = `apiVersion: v1
kind: Service
metadata:
  name: {{release.name}}-NUMBER
  labels:
    {{> labels}}
  annotations: {{optional values.annotations}}
spec:
  selector:
    {{> labels}}
    number: "NUMBER"
  ports:
    {{#each values.ports}}
    - name: {{@key}}
      port: {{this}}
      targetPort: {{@key}}
    {{/each}}
---
apiVersion: apps/v1
kind: Deployment
metadata:
  name: {{release.name}}-NUMBER
  labels:
    {{> labels}}
spec:
  replicas: {{values.replicas}}
  selector:
    matchLabels:
      {{> labels}}
      number: "NUMBER"
  template:
    metadata:
      labels:
        {{> labels}}
        number: "NUMBER"
    spec:
      {{#if values.nodeSelector}}
      nodeSelector: {{values.nodeSelector}}
      {{/if}}
      containers:
        - name: main
          image: {{values.image.repository}}:{{default chart.version values.image.tag}}
          ports:
            {{#each values.ports}}
            - name: {{@key}}
              containerPort: {{this}}
            {{/each}}
          resources: {{values.resources}}
`;

const GO_SERVICE = `apiVersion: v1
kind: Service
metadata:
  name: {{ .Release.Name }}-NUMBER
  labels:
    {{- include "labels" . | nindent 4 }}
  {{- with .Values.annotations }}
  annotations:
    {{- toYaml . | nindent 4 }}
  {{- end }}
spec:
  selector:
    {{- include "labels" . | nindent 4 }}
    number: "NUMBER"
  ports:
    {{- range $name, $port := .Values.ports }}
    - name: {{ $name }}
      port: {{ $port }}
      targetPort: {{ $name }}
    {{- end }}
---
apiVersion: apps/v1
kind: Deployment
metadata:
  name: {{ .Release.Name }}-NUMBER
  labels:
    {{- include "labels" . | nindent 4 }}
spec:
  replicas: {{ .Values.replicas }}
  selector:
    matchLabels:
      {{- include "labels" . | nindent 6 }}
      number: "NUMBER"
  template:
    metadata:
      labels:
        {{- include "labels" . | nindent 8 }}
        number: "NUMBER"
    spec:
      {{- if .Values.nodeSelector }}
      nodeSelector:
        {{- toYaml .Values.nodeSelector | nindent 8 }}
      {{- end }}
      containers:
        - name: main
          image: {{ .Values.image.repository }}:{{ .Values.image.tag | default .Chart.Version }}
          ports:
            {{- range $name, $port := .Values.ports }}
            - name: {{ $name }}
              containerPort: {{ $port }}
            {{- end }}
          resources:
            {{- toYaml .Values.resources | nindent 12 }}
`;
