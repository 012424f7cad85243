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
