/** Misspelt names in the block of a subchart are reported, and others are not. */
import { expect, test } from 'vitest';
import { lint } from './support.ts';

const CHART = `apiVersion: v2
name: web
version: 1.0.0
icon: https://example.com/i.png
dependencies:
  - {name: db, version: 1.0.0, condition: databse.enabled}
  - {name: db, version: 1.0.0, alias: replica}
`;

const DB: Record<string, string> = {
  'charts/db/Chart.yaml': 'apiVersion: v2\nname: db\nversion: 1.0.0\n',
  'charts/db/values.yaml': `auth: {username: db, password: ""}
resources: {limits: {cpu: 1}}
podLabels: {}
primary: {persistence: {size: 1Gi}}
settings: {logLevel: info}
`,
  'charts/db/values.schema.json': '{"properties": {"auth": {"properties": {"secretName": {"type": "string"}}}}}',
  'charts/db/templates/x.yaml': `apiVersion: v1
kind: ConfigMap
metadata: {name: {{ .Values.primary.persistence.size | quote }}}
data:
  {{- if .Values.auth }}
  user: {{ .Values.auth.username | quote }}
  {{- end }}
  {{- with .Values.settings }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
  r: {{ toYaml .Values.resources | quote }}
  other: {{ .Values.auth.usernames | quote }}
`,
};

async function found(values: string, more: Record<string, string> = {}): Promise<string[]> {
  const messages = await lint({ 'Chart.yaml': CHART, 'values.yaml': values, ...DB, ...more });
  return messages.filter(({ rule }) => rule === 'subchart-value').map(({ at, message }) => `${at?.line} ${message}`);
}

test.each([
  ['db:\n  auht: {username: x}', '2 the subchart db has no value auht, so db.auht is ignored; did you mean auth?'],
  [
    'db:\n  auth:\n    usernam: x',
    '3 the subchart db has no value auth.usernam, so db.auth.usernam is ignored; did you mean username?',
  ],
  [
    'db:\n  auth: {secretNmae: x}',
    '2 the subchart db has no value auth.secretNmae, so db.auth.secretNmae is ignored; did you mean secretName?',
  ],
  [
    'replica:\n  primary: {persistance: {size: 1Gi}}',
    '2 the subchart replica has no value primary.persistance, so replica.primary.persistance is ignored; did you mean persistence?',
  ],
  ['replcia: {auth: {}}', '1 no template reads replcia, and no subchart has this name; did you mean replica?'],
])('%s', async (values, message) => {
  expect(await found(values)).toEqual([message]);
});

test.each([
  ['a map that is empty in the subchart', 'db: {podLabels: {podLabel: x}}'],
  ['a map that is printed as a whole', 'db: {resources: {limit: {}}, settings: {logLevels: x}}'],
  ['a name that only a template knows', 'db: {auth: {usernames: x}}'],
  ['names of Helm', 'db: {global: {}, enabled: true, exports: {}}'],
  ['the block of a condition', 'databse: {enabled: true}'],
  ['a name like no other', 'db: {extraThings: 1}'],
  ['both names', 'db: {auth: {}, auths: {}}'],
])('no finding: %s', async (_, values) => {
  expect(await found(values)).toEqual([]);
});

test('a name that a template of the parent reads is not reported', async () => {
  const template = 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x}\ndata: {a: {{values.db.auht}} }\n';
  expect(await found('db: {auht: x}', { 'templates/x.yaml.hbs': template })).toEqual([]);
});

test.each([
  ['to', 300_000],
  ['to ', 300_000],
  ['{{if ', 200_000],
  ['{{ ', 200_000],
])('texts that patterns could search for hours: %s', async (text, count) => {
  const more = { 'charts/db/templates/long.txt': text.repeat(count) };
  expect(await found('db: {auth: {usernam: x}}', more)).toHaveLength(1);
});

test('values that are imported from subcharts are declared, also those of disabled ones', async () => {
  const messages = await lint({
    'Chart.yaml': `apiVersion: v2
name: web
version: 1.0.0
dependencies:
  - {name: db, version: 1.0.0, import-values: [login], condition: db.enabled}
  - {name: db, version: 1.0.0, alias: replica, import-values: [{child: settings, parent: db.of}]}
`,
    'values.yaml': 'db: {enabled: false}\n',
    'charts/db/Chart.yaml': 'apiVersion: v2\nname: db\nversion: 1.0.0\n',
    'charts/db/values.yaml': 'exports: {login: {user: {name: x}}}\nsettings: {level: info}\n',
    'templates/x.yaml.hbs': `apiVersion: v1
kind: ConfigMap
metadata:
  name: x
data:
  a: {{optional values.user.name}}
  b: {{optional values.db.of.level}}
  c: {{optional values.user.nmae}}
  d: {{optional values.db.of.levle}}
  e: {{optional values.login}}
`,
  });
  const found = messages.filter(({ rule }) => rule === 'value-undeclared');
  expect(found.map(({ at, message }) => `${at?.line} ${message}`)).toEqual([
    '8 values.user.nmae is not declared in values.yaml; did you mean name?',
    '9 values.db.of.levle is not declared in values.yaml; did you mean level?',
    '10 values.login is not declared in values.yaml',
  ]);
});
