/** Values that a chart gives its subcharts, against what the objects of these take. */
import { expect, test } from 'vitest';
import type { ValueSources } from '../../../src/chart/user-values.ts';
import { fromPlain } from '../../../src/yaml/value.ts';
import type { ValueMap } from '../../../src/yaml/value.ts';
import { lint } from './support.ts';

const CHART = `apiVersion: v2
name: web
version: 1.0.0
icon: https://example.com/i.png
dependencies:
  - {name: native, version: 1.0.0, alias: db}
  - {name: go, version: 1.0.0}
`;
const OWN = `replicas: 1
enabled: true
type: ClusterIP
port: 80
labels: {}
image: {repository: x}
faulty: false
`;
const NATIVE = `apiVersion: v1
kind: Service
metadata:
  name: {{release.name}}-db
  labels: {{optional values.labels}}
spec:
  type: {{values.type}}
  ports: [{port: {{values.port}} }]
{{#if values.faulty}}
---
apiVersion: v1
kind: Service
metadata:
  name: {{release.name}}-faulty
spec:
  type: Nodeport
  ports: [{port: 80}]
{{/if}}
`;
const GO = `apiVersion: v1
kind: Service
metadata:
  name: {{ .Release.Name }}-go
  labels: {{ toJson .Values.labels }}
spec:
  type: {{ .Values.type }}
  ports: [{port: {{ .Values.port }}}]
{{- if .Values.faulty }}
---
apiVersion: v1
kind: Service
metadata:
  name: {{ .Release.Name }}-faulty
spec:
  type: Nodeport
  ports: [{port: 80}]
{{- end }}
`;

async function found(values: string, userValues: ValueMap = new Map(), sources?: ValueSources): Promise<string[]> {
  const messages = await lint(
    {
      'Chart.yaml': CHART,
      'values.yaml': values,
      ...Object.fromEntries(
        ['native', 'go'].flatMap((name) => [
          [`charts/${name}/Chart.yaml`, `apiVersion: v2\nname: ${name}\nversion: 1.0.0\n`],
          [`charts/${name}/values.yaml`, OWN],
        ]),
      ),
      'charts/native/templates/x.yaml.hbs': NATIVE,
      'charts/go/templates/x.yaml': GO,
    },
    { userValues, ...(sources && { sources }) },
  );
  return messages.map(({ severity, rule, path, at, message }) => `${severity} ${rule} ${path}:${at?.line} ${message}`);
}

test.each([
  ['db', 'charts/db/templates/x.yaml.hbs', 'db'],
  ['go', 'charts/go/templates/x.yaml', 'go'],
])('of the subchart %s', async (block, file, name) => {
  const service = `Service "test-release-${name}"`;
  const one = async (line: string): Promise<string[]> =>
    (await found(`${block}:\n  ${line}\n`)).map((message) => message.replace(/ comes from .*$/, ''));
  expect(await one('type: clusterip')).toEqual([
    `error object-value values.yaml:2 in ${file}, spec.type of ${service} is "clusterip", which Kubernetes does not know; did you mean ClusterIP? (values.${block}.type`,
  ]);
  expect(await one('port: http')).toEqual([
    `error object-value values.yaml:2 in ${file}, spec.ports.0.port of ${service} is the text "http", but Kubernetes expects a whole number (values.${block}.port`,
  ]);
  expect(await one('labels: {"a b": c}')).toEqual([
    expect.stringMatching(/^error object-label values\.yaml:2 .* the label a b is not a valid key .* \(values\./),
  ]);
  expect(await one('enabled: "false"')).toEqual([
    `warning subchart-value values.yaml:2 ${block}.enabled is a text, and a boolean in the values of the subchart: write true or false without quotes`,
  ]);
  expect(await one('image: nginx')).toEqual([
    `warning subchart-value values.yaml:2 ${block}.image is a text, and a map in the values of the subchart`,
  ]);
  for (const line of [
    'type: NodePort',
    'port: 8080',
    'labels: {a: b}',
    'image: null',
    'enabled: false',
    'more: {a: b}',
  ])
    expect(await one(line)).toEqual([]);
  // What the chart only switches on is the subchart's own fault.
  expect(await one('faulty: true')).toEqual([]);
});

test('of the user', async () => {
  const given = fromPlain({ go: { type: 'clusterip' } }) as ValueMap;
  const flags = { valueFiles: [], setJson: [], set: ['go.type=clusterip'], setString: [], setFile: [], setLiteral: [] };
  expect((await found('', given, flags)).join()).toContain('(values.go.type comes from --set go.type)');
});
