/** `pkg convert`: constructs of public charts that need more than a translation word by word. */
import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { convertFolder } from '../../src/convert/folder.ts';
import { pkg } from '../support/pkg.ts';
import { expectSame, writeChart } from './support.ts';

let work: string;

beforeAll(() => {
  work = mkdtempSync(join(tmpdir(), 'pkg-constructs-'));
});

afterAll(() => rmSync(work, { recursive: true, force: true }));

/** Writes a chart, converts a copy, and gives both folders and the files that stay Go templates, with the reasons. */
async function converted(
  name: string,
  files: Record<string, string>,
): Promise<{ go: string; native: string; kept: Record<string, string | undefined> }> {
  const [go, native] = [join(work, name), join(work, `${name}-native`)];
  writeChart(go, files);
  cpSync(go, native, { recursive: true });
  const results = await convertFolder(native, { files: [], outputDir: undefined, dryRun: false });
  const kept = results.files.filter(({ isConverted, file }) => !isConverted && !file.endsWith('.tpl'));
  return { go, native, kept: Object.fromEntries(kept.map(({ file, why }) => [file.replace('templates/', ''), why])) };
}

const head = (kind: string, apiVersion = 'v1'): string =>
  `apiVersion: ${apiVersion}\nkind: ${kind}\nmetadata:\n  name: x\n`;

test('a definition that `with` asks for and inserts becomes a partial of structure', async () => {
  const { go, native, kept } = await converted('with', {
    'values.yaml': 'soft: true\nexpressions: []\n',
    'templates/_helpers.tpl':
      '{{- define "c.affinity" -}}\n{{- if .context.Values.soft }}\npodAffinity:\n  a: b\n{{- end }}\n' +
      '{{- with .context.Values.expressions }}\nnodeAffinity:\n  terms:\n  - matchExpressions:\n    {{- toYaml . | nindent 4 }}\n' +
      '{{- end }}\n{{- end -}}\n',
    'templates/thing.yaml':
      `${head('Thing', 'a.b/v1')}spec:\n  {{- with include "c.affinity" (dict "context" .) }}\n  affinity:\n` +
      '    {{- trim . | nindent 4 }}\n  {{- end }}\n',
  });
  expect(kept).toEqual({});
  expect(readFileSync(join(native, 'templates/thing.yaml.hbs'), 'utf8')).toContain('    {{> c.affinity (dict)}}\n');
  const expressions = 'expressions=[{"key":"k","operator":"In","values":["yes",1]}]';
  for (const args of [[], ['--set', 'soft=false'], ['--set-json', expressions]]) expectSame(go, native, args);
});

test('lines that are inserted further in within a text keep their indentation, and may change their order', async () => {
  const { go, native, kept } = await converted('text', {
    'values.yaml': 'config: {}\nname: n\nnested: {a: 1, b: {c: [x]}}\n',
    'templates/_helpers.tpl':
      '{{- define "c.text" -}}\nfirst:\n  {{- toYaml .Values.nested | nindent 2 }}\nname: {{ .Values.name }}\n{{- end -}}\n',
    'templates/config.yaml':
      `${head('ConfigMap')}data:\n  a.yaml: |\n    top:\n      {{- toYaml .Values.nested | nindent 6 }}\n` +
      '    {{- if .Values.config }}\n    config:\n{{ toYaml .Values.config | indent 8 }}\n    {{- end }}\n' +
      '  b.yaml: |\n    {{- toYaml .Values.nested | nindent 4 }}\n' +
      '  c.yaml: |\n    list:\n      {{- include "c.text" . | nindent 6 }}\n',
  });
  expect(kept).toEqual({});
  for (const set of ['name=m', 'nested.a=e', 'config.a.b=c']) expectSame(go, native, ['--set', set]);
  // Go sorts keys.
  const json = ['--set-json', 'config={"z":1,"a":2}', '-s'];
  const text = pkg(['template', 'demo', native, ...json, 'templates/config.yaml.hbs']).stdout;
  expect(text).toContain('config:\n        z: 1\n        a: 2\n');
});

test('parts of the root are passed on to definitions of libraries', async () => {
  const { go, native, kept } = await converted('parts', {
    'Chart.yaml':
      'apiVersion: v2\nname: c\nversion: 1.0.0\nappVersion: "7"\ndependencies: [{name: lib, version: 1.x}]\n',
    'charts/lib/Chart.yaml': 'apiVersion: v2\nname: lib\nversion: 1.0.0\ntype: library\n',
    'charts/lib/templates/_lib.tpl':
      '{{- define "lib.version" -}}\n{{ .image.tag | default .chart.AppVersion }}-{{ .release.Namespace }}' +
      '{{ if .capabilities.APIVersions.Has "a.b/v1" }}-ab{{ end }}\n{{- end -}}\n',
    'values.yaml': 'image: {tag: ""}\n',
    'templates/config.yaml':
      `${head('ConfigMap')}data:\n  version: {{ include "lib.version" ` +
      '(dict "image" .Values.image "chart" .Chart "release" .Release "capabilities" .Capabilities) | quote }}\n',
  });
  expect(kept).toEqual({});
  for (const args of [[], ['--set', 'image.tag=x', '-n', 'other'], ['--api-versions', 'a.b/v1']])
    expectSame(go, native, args);
});

test('definitions that check their arguments, and take them as a list, are converted', async () => {
  const { go, native, kept } = await converted('checks', {
    'values.yaml': 'image: {name: x}\nregistry: ""\n',
    'templates/_helpers.tpl':
      '{{- define "c.image" -}}\n{{- if ne (len .) 2 -}}\n{{- fail "two arguments" -}}\n{{- end -}}\n' +
      '{{- $image := index . 0 -}}\n{{- $registry := index . 1 | default "docker.io" -}}\n' +
      '{{- if and $image.tag $image.digest -}}\n{{ $registry }}/{{ $image.name }}:{{ $image.tag }}@{{ $image.digest }}\n' +
      '{{- else -}}\n{{ $registry }}/{{ $image.name }}\n{{- end -}}\n{{- end -}}\n',
    'templates/pod.yaml':
      `${head('Pod')}spec:\n  containers:\n    - name: c\n      image: ` +
      '{{ include "c.image" (tuple .Values.image .Values.registry) }}\n' +
      // The arguments of default have changed places.
      '      {{- $more := default .Values.more "" }}\n      {{- if $more }}\n      command:\n        {{- toYaml $more | nindent 8 }}\n      {{- end }}\n',
  });
  expect(kept).toEqual({});
  for (const set of ['registry=r', 'image.tag=t,image.digest=sha256:0', 'more={a,b}'])
    expectSame(go, native, ['--set', set]);
});

test('keys of maps that are ports stay numbers where only numbers may stand', async () => {
  const { go, native, kept } = await converted('ports', {
    'values.yaml': 'tcp: {}\ntype: ClusterIP\n',
    'templates/service.yaml':
      // With a type of 1.10 an API server takes the whole object as little as with a key that is no port.
      `${head('Service')}spec:\n  type: {{ .Values.type }}\n  ports:\n    - name: a\n      port: 1\n    {{- range $key, $value := .Values.tcp }}\n` +
      '    - name: {{ $key }}-tcp\n      port: {{ $key }}\n      targetPort: {{ $value }}\n    {{- end }}\n',
    // Here a text is the name of a port, so that "8080" would be no port of a pod.
    'templates/policy.yaml':
      `${head('NetworkPolicy', 'networking.k8s.io/v1')}spec:\n  podSelector: {}\n  ingress:\n    - ports:\n` +
      '        - port: 1\n        {{- range $key, $value := .Values.tcp }}\n        - port: {{ $key }}\n        {{- end }}\n',
  });
  expect(Object.keys(kept)).toEqual(['policy.yaml']);
  expect(kept['policy.yaml']).toMatch(/port of the NetworkPolicy: 8080 became "8080"$/);
  for (const set of ['tcp.8080=web', 'tcp.80=8080,tcp.443=8443']) expectSame(go, native, ['--set', set]);
});

test('values are found for lists of texts, of fields and of whole objects', async () => {
  const { go, native, kept } = await converted('samples', {
    'values.yaml':
      'enabled: false\nips: {clusterIPs: [], externalIPs: []}\nranges: {loadBalancerSourceRanges: []}\nextra: []\nnames: []\n',
    'templates/service.yaml':
      `{{- if .Values.enabled }}\n${head('Service')}spec:\n  type: LoadBalancer\n  {{- if .Values.ips.clusterIPs }}\n` +
      '  clusterIPs:\n    {{- toYaml .Values.ips.clusterIPs | nindent 4 }}\n  {{- if .Values.ips.externalIPs }}\n' +
      '  externalIPs:\n    {{- toYaml .Values.ips.externalIPs | nindent 4 }}\n  {{- with .Values.ranges }}\n' +
      '  loadBalancerSourceRanges:\n    {{- toYaml .loadBalancerSourceRanges | nindent 4 }}\n  {{- end }}\n' +
      '  {{- end }}\n  {{- end }}\n{{- end }}\n',
    'templates/extra.yaml': '{{- range .Values.extra }}\n---\n{{ tpl . $ }}\n{{- end }}\n',
    // Of a custom resource the API server drops a null, as of the kinds of Kubernetes.
    'templates/certificate.yaml': `${head('Certificate', 'a.b/v1')}spec:\n  dnsNames:\n  {{- range .Values.names }}\n    - {{ . }}\n  {{- end }}\n`,
  });
  // With the chart's own values, a null must not disappear.
  expect(kept).toEqual({ 'certificate.yaml': 'spec.dnsNames of the Certificate: null became nothing' });
  const ips = 'enabled=true,ips.clusterIPs={a,b},ips.externalIPs={c},ranges.loadBalancerSourceRanges={d}';
  const extra = 'extra=["kind: ConfigMap\\napiVersion: v1\\nmetadata: {name: \\"{{ .Release.Name }}\\"}"]';
  for (const args of [[], ['--set', ips], ['--set-json', extra]]) expectSame(go, native, args);
});

test('a list of a custom resource that a user empties is left out, where Helm prints null', async () => {
  const { go, native, kept } = await converted('nulls', {
    'values.yaml': 'names: [a]\n',
    'templates/certificate.yaml': `${head('Certificate', 'a.b/v1')}spec:\n  dnsNames:\n  {{- range .Values.names }}\n    - {{ . }}\n  {{- end }}\n`,
  });
  expect(kept).toEqual({});
  for (const names of ['[]', '["b","c"]']) expectSame(go, native, ['--set-json', `names=${names}`]);
});

test('values that values.yaml leaves out, and keys in printf, are converted', async () => {
  const { go, native, kept } = await converted('absent', {
    'values.yaml': 'persistence: {}\nmetrics: {enabled: false}\nranges: []\nname: ""\n',
    'templates/_helpers.tpl':
      '{{- define "c.class" -}}\n{{- if .Values.global -}}\n{{- if .Values.global.storageClass -}}\n' +
      '{{- printf "storageClassName: %s" .Values.global.storageClass -}}\n{{- else -}}\n' +
      '{{- if eq "-" (.Values.persistence.storageClass | toString) -}}\n{{- printf "storageClassName: \\"\\"" -}}\n{{- end -}}\n' +
      '{{- end -}}\n{{- end -}}\n{{- end -}}\n',
    // The second branch is reached where global has values, and none for storageClass.
    'templates/pvc.yaml': `${head('PersistentVolumeClaim')}spec:\n  accessModes: [a]\n  {{ include "c.class" . }}\n  volumeName: {{ .Values.global | default dict | len | quote }}\n`,
    'templates/pod.yaml':
      `${head('Pod')}spec:\n  hostname: {{ default "" .Values.name }}\n  containers:\n    - name: c\n      image: c\n      env:\n` +
      '        - name: HOST\n          value: {{ .Values.host | quote }}\n      {{- if .Values.metrics.enabled }}\n      resources:\n' +
      '        {{- toYaml .Values.metrics.resources | nindent 8 }}\n      {{- end }}\n',
    // Go prints a list as [a b].
    'templates/service.yaml': `${head('Service')}spec:\n  loadBalancerSourceRanges: {{ .Values.ranges }}\n`,
  });
  expect(kept).toEqual({});
  for (const set of [
    'global.storageClass=a',
    'global.other=b,persistence.storageClass=-',
    'host=h,name=nn,metrics.enabled=true',
    'host=,metrics.enabled=true,metrics.resources.limits.cpu=1',
    'ranges={a}',
  ])
    expectSame(go, native, ['--set', set]);
  const { stdout } = pkg(['template', native, '--set', 'ranges={a,b}', '-s', 'templates/service.yaml.hbs']);
  expect(stdout).toMatch(/loadBalancerSourceRanges:\n +- a\n +- b\n/);
});

test('values are found for merged maps that a definition gets, and for items of a loop in the order of keys', async () => {
  const { go, native, kept } = await converted('merged', {
    'values.yaml': 'global: {strategy: {}}\nweb: {strategy: {}}\nrepositories: {}\nclusters: {}\n',
    'templates/_helpers.tpl':
      '{{- define "c.strategy" -}}\n{{- $preset := . -}}\n{{- if eq (toString $preset.type) "Recreate" }}\ntype: Recreate\n' +
      '{{- else if eq (toString $preset.type) "RollingUpdate" }}\ntype: RollingUpdate\n{{- end }}\n{{- end -}}\n',
    'templates/deployment.yaml':
      `${head('Deployment', 'apps/v1')}spec:\n` +
      '  {{- with include "c.strategy" (mergeOverwrite (deepCopy .Values.global.strategy) .Values.web.strategy) }}\n' +
      '  strategy:\n    {{- trim . | nindent 4 }}\n  {{- end }}\n  replicas: 1\n',
    'templates/repositories.yaml':
      '{{- range $name, $repository := .Values.repositories }}\n---\napiVersion: v1\nkind: Secret\nmetadata:\n' +
      '  name: r-{{ $name }}\ndata:\n  {{- range $key, $value := $repository }}\n  {{ $key }}: {{ $value | b64enc }}\n' +
      '  {{- end }}\n{{- end }}\n',
    // Go sorts the keys of the JSON text, native templates keep their order.
    'templates/clusters.yaml':
      '{{- range $name, $cluster := .Values.clusters }}\n---\napiVersion: v1\nkind: Secret\nmetadata:\n  name: {{ $name }}\n' +
      '  {{- with $cluster.annotations }}\n  annotations:\n    {{- range $key, $value := . }}\n    {{ $key }}: {{ $value | quote }}\n' +
      '    {{- end }}\n  {{- end }}\nstringData:\n  name: {{ $name }}\n  config: |\n' +
      '    {{- required "config is required" $cluster.config | toRawJson | nindent 4 }}\n{{- end }}\n',
  });
  expect(kept).toEqual({});
  for (const set of [
    'global.strategy.type=Recreate',
    'global.strategy.type=Recreate,web.strategy.type=RollingUpdate',
    'repositories.b.url=u,repositories.a.url=v,repositories.a.name=n',
    'clusters.z.config.a=b,clusters.b.config.c=d,clusters.b.annotations.x=y',
  ])
    expectSame(go, native, ['--set', set]);
});

test('values that leave a template out do not keep its branches from being compared', async () => {
  const secrets = Array.from({ length: 12 }, (_, at) => `secret${at}`);
  const { go, native, kept } = await converted('unusable', {
    'values.yaml': `host: ""\nport: 0\nuser: ""\n${secrets.map((name) => `${name}: ""\n`).join('')}`,
    'templates/_helpers.tpl':
      `{{- define "c.hasSecret" -}}\n{{- if gt (len (compact (list ${secrets.map((name) => `.Values.${name}`).join(' ')}))) 0 -}}\nyes\n{{- else -}}\nno\n{{- end -}}\n{{- end -}}\n` +
      '{{- define "c.isComplete" -}}\n{{- if gt (len (compact (list .Values.host .Values.port .Values.user))) 2 -}}\nyes\n{{- else -}}\nno\n{{- end -}}\n{{- end -}}\n',
    'templates/secret.yaml':
      `{{- if eq (include "c.hasSecret" .) "no" }}\n${head('Secret')}stringData:\n  host: {{ .Values.host | quote }}\n` +
      '  {{- if eq (include "c.isComplete" .) "yes" }}\n' +
      '  url: "http://{{ .Values.user }}@{{ .Values.host }}:{{ .Values.port }}"\n  {{- end }}\n{{- end }}\n',
  });
  expect(kept).toEqual({});
  for (const set of ['host=h,user=u', 'host=h,port=1,user=u', 'secret3=s']) expectSame(go, native, ['--set', set]);
});
