/** Default values that Kubernetes cannot read are found in branches that the default values do not take. */
import { expect, test } from 'vitest';
import { lint } from './support.ts';

const VALUES = `off: false
text: two
number: 3
fraction: 1.10
list: [a, b]
map: {a: b}
empty: ""
zero: 0
none: []
service: {type: nodeport, port: http-port-of-the-web-server}
items: [{name: a}, {name: b, port: eighty}]
cpu: 10GiGi
schedule: "* * *"
`;

const lines = async (file: string, more: Record<string, string> = {}): Promise<string[]> =>
  (await lint({ 'values.yaml': VALUES, 'templates/x.yaml.hbs': file, ...more })).map(
    ({ rule, message, at }) => `${at?.line} ${rule} ${message}`,
  );

const deployment = (fields: string): string =>
  `{{#if values.off}}\napiVersion: apps/v1\nkind: Deployment\nmetadata: {name: x}\nspec:\n${fields}\n{{/if}}\n`;
const service = (fields: string): string =>
  `apiVersion: v1\nkind: Service\nmetadata: {name: x}\nspec:\n  ports: [{port: 80}]\n${fields}\n`;

const NUMBER = 'object-value spec.replicas of Deployment "x" is the text "two", but Kubernetes expects a whole number';
const SELECTOR = '  selector: {matchLabels: {a: b}}\n  template: {metadata: {labels: {a: b}}}';

test.each([
  ['a value', deployment(`  replicas: {{values.text}}\n${SELECTOR}`), `6 ${NUMBER}`],
  ['a default', deployment(`  replicas: {{default 1 values.text}}\n${SELECTOR}`), `6 ${NUMBER}`],
  ['an optional one', deployment(`  replicas: {{optional values.text}}\n${SELECTOR}`), `6 ${NUMBER}`],
  [
    'one in quotes',
    deployment(`  replicas: "{{values.number}}"\n${SELECTOR}`),
    '6 object-value spec.replicas of Deployment "x" is the text "3", but Kubernetes expects a whole number: take the quotes away',
  ],
  [
    'a list where a text belongs',
    service('  {{#if values.off}}\n  clusterIP: {{values.list}}\n  {{/if}}'),
    '7 object-value spec.clusterIP of Service "x" is a list, and a text in Kubernetes',
  ],
  [
    'a text where a list belongs',
    service('  {{#if values.off}}\n  externalIPs: {{values.text}}\n  {{/if}}'),
    '7 object-value spec.externalIPs of Service "x" is a text, and a list in Kubernetes',
  ],
  [
    'a number that lost its text',
    service('  {{#if values.off}}\n  externalName: {{values.fraction}}\n  {{/if}}'),
    '7 object-value spec.externalName of Service "x" is a number with a fraction, and a text in Kubernetes',
  ],
  [
    'a choice',
    service('  {{#if values.off}}\n  type: {{values.service.type}}\n  {{/if}}'),
    '7 object-value spec.type of Service "x" is "nodeport", which Kubernetes does not know; did you mean NodePort?',
  ],
  [
    'the value that a condition has found to be there',
    service(
      '  {{#unless values.number}}\n  {{#if values.service.type}}\n  type: {{values.service.type}}\n  {{/if}}\n  {{/unless}}',
    ),
    '8 object-value spec.type of Service "x" is "nodeport", which Kubernetes does not know; did you mean NodePort?',
  ],
  [
    'an item',
    `{{#if values.off}}\n{{#each values.items as |item|}}\n---\napiVersion: v1\nkind: Service\nmetadata: {name: {{item.name}} }\nspec: {ports: [{port: {{item.port}} }]}\n{{/each}}\n{{/if}}\n`,
    '7 object-value spec.ports.0.port of Service "{{item.name}}" is the text "eighty", but Kubernetes expects a whole number',
  ],
  [
    'what a rule of the kind asks for',
    '{{#if values.off}}\napiVersion: batch/v1\nkind: CronJob\nmetadata: {name: x}\nspec:\n  schedule: {{values.schedule}}\n  jobTemplate: {{values.empty}}\n{{/if}}\n',
    expect.stringMatching(/^6 object-value spec\.schedule of CronJob "x"/),
  ],
])('%s', async (_, file, message) => {
  expect(await lines(file)).toEqual([message]);
});

test.each([
  ['{{values.word}}', true],
  ['{{#if values.off}}\n  a: {{values.word}}\n  {{else}}\n  a: {{b64enc values.word}}\n  {{/if}}', true],
  ['password', true],
  ['{{b64enc values.word}}', false],
  ['{{randBytes 12}}', false],
  ['c2VjcmV0', false],
  ['{{values.encoded}}', false],
  ['{{values.key}}', false],
])('a text under data of a Secret that is base64 by accident: %s', async (value, isFound) => {
  const field = value.startsWith('{{#if') ? value : `a: ${value}`;
  const secret = `apiVersion: v1\nkind: Secret\nmetadata: {name: x}\ndata:\n  ${field}\n`;
  const values = 'word: changeme\nencoded: c2VjcmV0\nkey: q83vEjRWeJq83vEjRWeJqw==\noff: false\n';
  const messages = await lint({ 'values.yaml': values, 'templates/x.yaml.hbs': secret });
  expect(messages.map(({ rule }) => rule)).toEqual(isFound ? ['secret-text'] : []);
});

test('in a partial, by what its calls give', async () => {
  const partial = '{{#if values.off}}\ntype: {{ctx.type}}\n{{/if}}\n';
  expect(await lines(service('  {{> p ctx=values.service}}'), { 'templates/_p.hbs': partial })).toEqual([
    '2 object-value spec.type of Service "x" is "nodeport", which Kubernetes does not know; did you mean NodePort?',
  ]);
});

test.each([
  [
    'an empty value, for the users of the branch give another',
    service('  {{#if values.off}}\n  healthCheckNodePort: {{values.empty}}\n  {{/if}}'),
  ],
  [
    'a value whose type a condition has asked for',
    service('  {{#if (kindIs "string" values.map)}}\n  clusterIP: {{values.map}}\n  {{/if}}'),
  ],
  [
    'a value that is absent in this branch',
    service('  {{#if values.map}}\n  {{else}}\n  clusterIP: {{values.map}}\n  {{/if}}'),
  ],
  [
    'an item whose type a condition has asked for',
    service(
      '  {{#if values.off}}\n  externalIPs:\n    {{#each values.items as |x|}}\n    {{#if (kindIs "string" x)}}\n    - {{x}}\n    {{else}}\n    - {{x.name}}\n    {{/if}}\n    {{/each}}\n  {{/if}}',
    ),
  ],
  ['a whole number that is a text', service('  {{#if values.off}}\n  loadBalancerClass: {{values.number}}\n  {{/if}}')],
])('no finding: %s', async (_, file) => {
  expect(await lines(file)).toEqual([]);
});
