/** Mistakes that render without an error: parameters that no call passes, parts of image names, dependencies, versions. */
import { expect, test } from 'vitest';
import { lintChart } from '../../../src/render/lint.ts';
import type { LintOptions } from '../../../src/render/lint.ts';
import { configMap } from '../support.ts';
import { lint, writeCleanChart } from './support.ts';

const CHART = 'apiVersion: v2\nname: web\nversion: 1.0.0\nicon: https://example.com/i.png\n';

async function found(files: Record<string, string>, options: Partial<LintOptions> = {}): Promise<string[]> {
  const messages = await lint(files, options);
  return messages.map(({ severity, rule, path, message, at }) => `${severity} ${rule} ${path}:${at?.line} ${message}`);
}

test.each([
  ['{{#if tls}}x{{/if}}', 'tls is undefined: no call of this partial passes tls, so that it is never there'],
  ['{{#if (and tls true)}}x{{/if}}', 'tls is undefined: no call of this partial passes tls, so that it is never there'],
  [
    '{{#if metrics.on}}x{{/if}}',
    'metrics.on is undefined: no call of this partial passes metrics; did you mean values.metrics.on?',
  ],
  ['{{default 80 port}}', 'port is undefined: no call of this partial passes port; did you mean values.port?'],
  // A parameter that all calls may leave out, a parameter with a default, one that some call passes, and one of an item that may be anything.
  ['{{#if this.tls}}x{{/if}}', undefined],
  ['{{default "a" tier}}', undefined],
  ['{{#if component}}x{{/if}}', undefined],
  ['{{#each values.items}}{{#if other}}x{{/if}}{{/each}}', undefined],
])('%s in a partial', async (body, message) => {
  const files = {
    'values.yaml': 'metrics: {on: true}\nport: 80\nitems: []\n',
    'templates/_p.hbs': `${body}{{default "" size}}{{default "" component}}`,
    'templates/x.yaml.hbs': configMap(
      'a: {{> p size=1}}\n{{#each (list "b" "c") as |role|}}\n{{role}}: {{> p component="c"}}\n{{/each}}',
    ),
  };
  expect(await found(files)).toEqual(
    message === undefined ? [] : [`warning value-undeclared templates/_p.hbs:1 ${message}`],
  );
  // What an item of a list has is not known.
  const inLoop = configMap('{{#each values.items}}\na: {{> p component="c"}}\n{{/each}}').replace(
    'name: x',
    'name: other',
  );
  if (message?.includes('never') === true)
    expect(await found({ ...files, 'templates/y.yaml.hbs': inLoop })).toEqual([]);
});

const IMAGE = 'image: {registry: r.io, repository: web, tag: "1", digest: ""}\nsigned: {repository: web, tag: ":1"}\n';

test.each([
  [
    '{{values.image.repository}}{{values.image.tag}}',
    'the repository values.image.repository and the tag values.image.tag are joined without a sign: write : between them',
  ],
  [
    '{{values.image.repository}}{{default chart.appVersion values.image.tag}}',
    'the repository values.image.repository and the tag values.image.tag are joined without a sign: write : between them',
  ],
  [
    '{{values.image.repository}}:{{values.image.digest}}',
    'the repository values.image.repository and the digest values.image.digest are joined by :: write @ between them',
  ],
  [
    '{{values.image.registry}}{{values.image.repository}}:{{values.image.tag}}',
    'the registry values.image.registry and the repository values.image.repository are joined without a sign: write / between them',
  ],
  [
    '{{#if values.image.registry}}{{values.image.registry}}{{/if}}{{values.image.repository}}:{{values.image.tag}}',
    'the registry values.image.registry and the repository values.image.repository are joined without a sign: write / between them',
  ],
  [
    '{{#if values.image.registry}}{{values.image.registry}}/{{/if}}{{values.image.repository}}:{{values.image.tag}}',
    undefined,
  ],
  ['{{values.signed.repository}}{{values.signed.tag}}', undefined],
  ['{{values.image.repository}}-{{values.image.tag}}', undefined],
])('the image %s', async (body, message) => {
  const files = { 'values.yaml': IMAGE, 'templates/_image.hbs': body };
  expect(await found(files)).toEqual(
    message === undefined ? [] : [`warning image-parts templates/_image.hbs:1 ${message}`],
  );
});

test.each([
  ['web@1.2', 'but behind @ is a digest'],
  ['/web:1', 'which is not the name of an image'],
  ['r.io//web:1', 'which is not the name of an image'],
  ['web:1:2', 'which has two tags'],
  ['r.io:5000/team/web:1.2-rc.1_x', undefined],
  [`web:1@sha256:${'0'.repeat(64)}`, undefined],
])('a container with the image %s', async (image, message) => {
  const resources = 'resources: {requests: {cpu: 1}, limits: {cpu: 1}}';
  const pod = `apiVersion: v1\nkind: Pod\nmetadata: {name: x}\nspec:\n  containers:\n    - name: c\n      image: ${image}\n      ${resources}\n`;
  const messages = await found({ 'templates/x.yaml.hbs': pod });
  expect(messages).toHaveLength(message === undefined ? 0 : 1);
  if (message !== undefined) expect(messages[0]).toContain(message);
});

const dependency = (repository: string): string =>
  `${CHART}dependencies:\n  - name: base\n    version: 1.0.0\n    repository: "${repository}"\n`;
const BASE = { 'charts/base/Chart.yaml': 'apiVersion: v2\nname: base\nversion: 1.0.0\n' };
const OF = 'dependency-repository Chart.yaml:8 the repository of the dependency base is';

test.each([
  [
    'charts/base',
    `warning ${OF} 'charts/base', from which charts cannot be fetched; a folder is named by file://charts/base`,
  ],
  ['htps://a.b/c', `warning ${OF} 'htps://a.b/c', from which charts cannot be fetched; did you mean https://a.b/c?`],
  ['oci:/a.b/c', `warning ${OF} 'oci:/a.b/c', from which charts cannot be fetched; did you mean oci://a.b/c?`],
  ['https://a b', `warning ${OF} 'https://a b', which is not a URL`],
  [
    'file://../none',
    `info ${OF} 'file://../none', and there is no such folder: the path is relative to that of Chart.yaml`,
  ],
  ['@internl', `info ${OF} '@internl', a name that this machine does not know; did you mean @internal?`],
  ['@internal', undefined],
  ['file://charts/base', undefined],
  ['https://charts.example.com', undefined],
  ['oci://a.b/c', undefined],
  ['', undefined],
])('a dependency from %s', async (repository, message) => {
  const options = { repositories: () => ['internal'] };
  expect(await found({ ...BASE, 'Chart.yaml': dependency(repository) }, options)).toEqual(
    message === undefined ? [] : [message],
  );
});

test.each([
  ['>=1.27 <1.20', undefined, /^error chart-kube-version Chart.yaml:5 no Kubernetes fits kubeVersion '>=1.27 <1.20'/],
  ['>=127.0', undefined, /no Kubernetes fits/],
  ['latest', undefined, /^error .*kubeVersion 'latest' cannot be read: write a constraint/],
  ['>=1.27', '1.20', /^warning .*does not fit 1.20, which --kube-version asks for/],
  ['>=1.27', '1.30.2-gke.100', undefined],
  ['>=1.27.0-0 <2', undefined, undefined],
  ['<1.30', undefined, undefined],
])('kubeVersion %s, asked for %s', async (kubeVersion, asked, message) => {
  const files = { 'Chart.yaml': `${CHART}kubeVersion: "${kubeVersion}"\n` };
  const messages = await found(files, asked === undefined ? {} : { askedKubeVersion: asked });
  expect(messages).toHaveLength(message === undefined ? 0 : 1);
  if (message !== undefined) expect(messages[0]).toMatch(message);
});

test('a key of global that only a library reads is misspelt', async () => {
  const files = {
    'Chart.yaml': dependency('file://charts/base'),
    ...BASE,
    'charts/base/Chart.yaml': `${BASE['charts/base/Chart.yaml']}type: library\n`,
    'charts/base/templates/_image.hbs': '{{values.global.image.registry}}/{{values.global.domain}}',
    'templates/x.yaml.hbs': configMap('a: {{> base/image}}'),
  };
  const global = 'global:\n  image:\n    registy: r.io\n    registry: r.io\n  domian: d\n  domain: e\n  colour: blue\n';
  expect(await found({ ...files, 'values.yaml': global })).toEqual([]);
  const says = async (values: string): Promise<string[]> => {
    const messages = await lintChart(writeCleanChart({ ...files, 'values.yaml': values }), { userValues: new Map() });
    return messages.filter(({ rule }) => rule === 'subchart-value').map(({ message }) => message);
  };
  expect(await says('global: {image: {registy: r.io}, domian: d}\n')).toEqual([
    'no template reads global.image.registy; did you mean global.image.registry?',
    'no template reads global.domian; did you mean global.domain?',
  ]);
});

test('an unknown format of a schema checks nothing', async () => {
  const schema = (format: string): string => JSON.stringify({ properties: { host: { type: 'string', format } } });
  const of = (format: string): Promise<string[]> =>
    found({ 'values.yaml': 'host: a.example.com\n', 'values.schema.json': schema(format) });
  const head = 'warning schema-keyword values.schema.json:1 there is no format';
  expect(await of('Hostname')).toEqual([`${head} Hostname, so that it checks nothing; did you mean hostname?`]);
  expect(await of('url')).toEqual([`${head} url, so that it checks nothing; did you mean uri?`]);
  expect(await of('telephone')).toEqual([`${head} telephone, so that it checks nothing; a pattern can check it`]);
  for (const format of ['hostname', 'int32', 'password', 'k8s-short-name']) expect(await of(format)).toEqual([]);
});

test.each([
  [
    '{{#each values.list}}\n{{@key}}: {{this}}\n{{/each}}',
    '@key is the number of the item here, since values.list is a list in values.yaml: write {{@index}} for it, or {{this.name}} for a field of the item',
  ],
  [
    '{{#each values.list as |v name|}}\n{{name}}: {{v}}\n{{/each}}',
    'name is the number of the item here, since values.list is a list in values.yaml: write |item index| for it, or {{this.name}} for a field of the item',
  ],
  ['{{#each values.list as |v name|}}\na-{{v}}: {{v}}\n{{/each}}', undefined],
  ['{{#each values.list}}\na{{@index}}: {{this}}\n{{/each}}', undefined],
  ['{{#each values.map}}\n{{@key}}: {{this}}\n{{/each}}', undefined],
])('the key of a list in %j', async (body, message) => {
  const files = { 'values.yaml': 'list: [p, q]\nmap: {a: b}\n', 'templates/x.yaml.hbs': configMap(body) };
  expect((await found(files)).map((one) => one.replace(/^\S+ list-key \S+ /, ''))).toEqual(
    message === undefined ? [] : [message],
  );
});
