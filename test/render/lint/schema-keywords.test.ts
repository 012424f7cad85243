/** Misspelt keywords and names in values.schema.json and in the schemas of CRDs. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { KEYWORDS } from '../../../src/chart/schema/keyword-types.ts';
import { lintChart } from '../../../src/render/lint.ts';
import { RUNS } from '../../support/generation.ts';
import { crdOf, lint, writeCleanChart } from './support.ts';

async function ofSchema(
  schema: unknown,
  values = 'replicas: 2\n',
  more: Record<string, string> = {},
): Promise<string[]> {
  const text = typeof schema === 'string' ? schema : JSON.stringify(schema, undefined, 2);
  const messages = await lint({ 'values.yaml': values, 'values.schema.json': text, ...more });
  return messages.map(({ severity, rule, message, at }) => `${severity} ${at?.line} ${rule} ${message}`);
}

const KEYWORD = 'is not a keyword of JSON Schema, and is ignored; did you mean';

test.each(['tpye', 'requierd', 'propertise', 'minimun', 'additionalPropertys', 'pattren', 'desciption'])(
  'the keyword %s',
  async (keyword) => {
    const near = { tpye: 'type', requierd: 'required', propertise: 'properties', minimun: 'minimum' };
    const meant =
      { ...near, additionalPropertys: 'additionalProperties', pattren: 'pattern', desciption: 'description' }[
        keyword
      ] ?? '';
    const inner = { replicas: { [keyword]: 'x' } };
    for (const schema of [
      { properties: inner },
      { allOf: [{ properties: inner }] },
      { $ref: '#/$defs/a', $defs: { a: { properties: inner } } },
      { properties: { list: { items: { properties: inner } } } },
    ]) {
      const found = await ofSchema(schema);
      expect(found, JSON.stringify(schema)).toEqual([
        expect.stringMatching(new RegExp(`^warning \\d+ schema-keyword ${keyword} ${KEYWORD} ${meant}\\?$`)),
      ]);
    }
  },
);

test('keywords of all drafts, of tools and of the author are not findings', async () => {
  const keywords = [...KEYWORDS[2020].keys(), 'x-order', '$id', 'example', 'form', 'sliderMin', 'nullable', 'owner'];
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...keywords), async (keyword) => {
      const found = await ofSchema(`{"properties": {"replicas": {"${keyword}": true}}}`);
      expect(found.filter((line) => /schema-(?:keyword|name)/.test(line))).toEqual([]);
    }),
    { numRuns: 20 * RUNS },
  );
});

test('a value beside properties is reported, and a definition is not', async () => {
  const beside = { type: 'object', properties: {}, replicas: { type: 'integer' } };
  expect(await ofSchema(beside)).toEqual([
    'warning 4 schema-keyword replicas is not a keyword of JSON Schema, and is ignored; put the names of values under properties:',
  ]);
  const named = { type: 'object', properties: { replicas: { $ref: '#/count' } }, count: { type: 'integer' } };
  expect(await ofSchema(named)).toEqual([]);
});

test('a keyword that the draft of the schema ignores', async () => {
  const schema = {
    $schema: 'http://json-schema.org/draft-07/schema#',
    properties: { replicas: {} },
    dependentRequired: { replicas: ['image'] },
  };
  expect(await ofSchema(schema)).toEqual([
    'warning 6 schema-keyword dependentRequired is a keyword since draft 2019-09, and the draft that $schema names ignores it',
  ]);
  // The last draft has the keyword: the values do not fit.
  expect((await ofSchema({ ...schema, $schema: undefined })).join()).toContain('values.image is not set');
});

test('names that only the schema or only values.yaml has', async () => {
  const nested = { properties: { db: { properties: { pasword: { type: 'string' } } } } };
  expect(await ofSchema(nested, 'db: {password: ""}\n')).toEqual([
    'warning 5 schema-name values.yaml has no pasword, and the schema says nothing of password, which values.yaml has: did you mean password?',
  ]);
  const required = { properties: { image: { required: ['repositry'], properties: { repository: {}, tag: {} } } } };
  expect((await ofSchema(required, 'image: {repositry: a, repository: a, tag: b}\n'))[0]).toBe(
    'warning 5 schema-name required names repositry, which is not in properties; did you mean repository?',
  );
  expect(await ofSchema({ properties: { extraEnv: {}, port: {} } }, 'extraArgs: []\nhosts: []\n')).toEqual([]);
});

test('in a chart of Go templates alone the findings are infos', async () => {
  const folder = writeCleanChart({ 'values.yaml': 'a: 1\n', 'values.schema.json': '{"tpye": "object"}' });
  rmSync(join(folder, 'templates', 'NOTES.txt.hbs'));
  const messages = await lintChart(folder, { userValues: new Map() });
  expect(messages.map(({ rule, severity }) => [rule, severity])).toContainEqual(['schema-keyword', 'info']);
});

/** A CRD, below a comment, whose objects have a `spec` with this schema. */
const crd = (schema: string, more: Parameters<typeof crdOf>[2] = {}): string => {
  const spec = `type: object\n${schema}`.replaceAll(/^/gm, '    ');
  return `# a comment\n---\n${crdOf('Queue', `type: object\nproperties:\n  spec:\n${spec}`, more)}`;
};

test.each([
  [
    'propertise: {size: {type: integer}}',
    "20 object-field in X, propertise is not a keyword of a CRD's schema; did you mean properties?",
  ],
  ['properties: {size: {type: integr}}', '20 object-value in X, integr is not a type; did you mean integer?'],
  [
    'properties:\n  sizes:\n    type: array\n    items: {typ: string}',
    "23 object-field in X, typ is not a keyword of a CRD's schema; did you mean type?",
  ],
  [
    'properties: {size: {type: integer}}\nrequired: [sise]',
    '21 object-value in X, required names sise, which is not in properties; did you mean size?',
  ],
  [
    'properties: {size: {type: integer, minimum: one}}',
    '20 object-value spec.versions.0.schema.openAPIV3Schema.properties.spec.properties.size.minimum of X is "one", but Kubernetes expects a number',
  ],
  [
    'size: {type: integer}',
    "20 object-field in X, size is not a keyword of a CRD's schema; put the names of values under properties:",
  ],
])('the schema of a CRD: %s', async (schema, expected) => {
  const name = 'CustomResourceDefinition "queues.example.com"';
  for (const file of ['crds/queue.yaml', 'templates/queue.yaml.hbs']) {
    const messages = await lint({ [file]: crd(schema) });
    const found = messages.map(({ rule, message, at }) => `${at?.line} ${rule} ${message}`);
    expect(found, file).toEqual([expected.replace('X', name)]);
  }
});

test('the names and versions of a CRD', async () => {
  const good =
    'properties: {size: {type: integer, default: 1, enum: [1, 2]}}\nx-kubernetes-preserve-unknown-fields: true';
  expect(await lint({ 'crds/a.yaml': crd(good) })).toEqual([]);
  const [name] = await lint({ 'crds/a.yaml': crd(good, { name: 'queue.example.com' }) });
  expect(name?.message).toContain('the name must be queues.example.com, its plural and its group');
  const [storage] = await lint({ 'crds/a.yaml': crd(good, { storage: false }) });
  expect(storage?.message).toContain('exactly one version has storage: true, and here 0 have');
});
