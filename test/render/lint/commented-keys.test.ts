/** Values that values.yaml only has as comments: charts document in this way what may be given and has no default. */
import { expect, test } from 'vitest';
import { CommentedKeys } from '../../../src/render/lint/values/commented-keys.ts';
import { lint } from './support.ts';

const VALUES = `# nameOverride: web
server:
  # Where data is kept.
  # storageClass: "-"
  enabled: true
  service:
    port: 80
    ## -- An address of the cluster
    ## clusterIP: None
#  selector:
#    matchLabels:
#      app: web
  # -- for example
  # Example:
  #   nodes:
  #     - name: a
  jobs:
  - name: a
    # schedule: daily
  resources: {limits: {}}
    # "quoted key": 1
`;

async function undeclared(...names: string[]): Promise<string[]> {
  const text = names.map((name) => `{{#if ${name}}}x{{/if}}\n`).join('');
  const messages = await lint({ 'values.yaml': VALUES, 'templates/NOTES.txt.hbs': text });
  return messages.filter(({ rule }) => rule === 'value-undeclared').map(({ message }) => message);
}

test('a value in a comment of values.yaml is declared', async () => {
  const names = [
    'values.nameOverride',
    'values.server.storageClass',
    'values.server.service.clusterIP',
    'values.server.selector',
    'values.server.selector.matchLabels',
    'values.server.nodes',
    'values.server.resources.[quoted key]',
  ];
  expect(await undeclared(...names)).toEqual([]);
});

test('a name in a comment of another map, and a misspelt one, are not declared', async () => {
  expect(await undeclared('values.server.storageClas', 'values.server.[name.override]', 'values.clusterIP')).toEqual([
    'values.server.storageClas is not declared in values.yaml',
    'values.server.[name.override] is not declared in values.yaml',
    'values.clusterIP is not declared in values.yaml',
  ]);
});

test('comments of any size and depth take little time and memory', () => {
  const deep = Array.from({ length: 200 }, (_, depth) => `${' '.repeat(depth)}${'k'.repeat(99)}${depth}:`);
  const comments = Array.from({ length: 60_000 }, (_, line) => `${' '.repeat(250)}#${' '.repeat(line % 9)}z${line}: 1`);
  const keys = new CommentedKeys();
  keys.add([...deep, ...comments].join('\n'), []);
  expect(keys.has(['z59999'])).toBe(true);
});

const EXAMPLES = `hosts: []
# - name: web.example.com
#   backend:
#     port: 80
# extraVolumes:
#   - mountPath: /data
#     claim: x
extraVolumes: []
limits: {}
  # cpu: 100m
  # memory: 1Gi
sidecar:
  # probe:
  #   path: /healthz
  enabled: true
free: []
empty: {}
bare:
`;

test.each([
  [
    '{{#each values.hosts}}{{#if this.nmae}}x{{/if}}{{/each}}',
    'values.hosts in the comments of values.yaml has no nmae; did you mean name?',
  ],
  [
    '{{#each values.hosts as |host|}}{{host.backend.prot}}{{/each}}',
    'values.hosts.*.backend in the comments of values.yaml has no prot; did you mean port?',
  ],
  [
    '{{#each values.extraVolumes}}{{optional this.mountpath}}{{/each}}',
    'values.extraVolumes in the comments of values.yaml has no mountpath; did you mean mountPath?',
  ],
  [
    '{{#if values.limits.memry}}x{{/if}}',
    'values.limits in the comments of values.yaml has no memry; did you mean memory?',
  ],
  [
    '{{#if values.sidecar.probe.pth}}x{{/if}}',
    'values.sidecar.probe in the comments of values.yaml has no pth; did you mean path?',
  ],
  ['{{#each values.hosts}}{{#if this.name}}{{this.backend.port}}{{/if}}{{#if this.tls}}x{{/if}}{{/each}}', undefined],
  [
    '{{#each values.free}}{{#if this.nmae}}x{{/if}}{{/each}}{{#if values.empty.nmae}}{{/if}}{{#if values.limits.storage}}x{{/if}}',
    undefined,
  ],
  ['{{#if values.bare.nmae}}x{{/if}}{{#if values.sidecar.probe.port}}x{{/if}}', undefined],
])('examples of what is empty by default: %s', async (text, expected) => {
  const messages = await lint({ 'values.yaml': EXAMPLES, 'templates/NOTES.txt.hbs': text });
  const found = messages.filter(({ rule }) => rule === 'value-undeclared');
  expect(found.map(({ severity, message }) => `${severity} ${message}`)).toEqual(
    expected === undefined ? [] : [`warning the example of ${expected}`],
  );
});
