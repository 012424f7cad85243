/** The charts that are rendered: the same objects, once from native templates and once from Go's. */
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
