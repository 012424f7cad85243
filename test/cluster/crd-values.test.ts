/** What lint says of the values of custom resources is what the API server says by the schema of the CRD. */
import * as fc from 'fast-check';
import { expect } from 'vitest';
import { fieldProblems } from '../../src/render/lint/objects/object-fields.ts';
import { missingFields } from '../../src/render/lint/objects/missing-fields.ts';
import { openKinds } from '../../src/render/lint/objects/object-schema.ts';
import { loadChart } from '../../src/chart/load.ts';
import { parseYaml } from '../../src/yaml/read.ts';
import { fromPlain, toPlain } from '../../src/yaml/value.ts';
import type { JsonObject, ValueMap } from '../../src/yaml/value.ts';
import { admin, namespace, test } from '../support/cluster.ts';
import { crdOf, writeCleanChart } from '../render/lint/support.ts';

const SCHEMA = `type: object
required: [spec]
properties:
  spec:
    type: object
    minProperties: 1
    maxProperties: 8
    oneOf: [{required: [name]}, {required: [selector]}]
    not: {required: [size, ratio]}
    properties:
      name: {type: string, pattern: '^[a-z]([-a-z0-9]*[a-z0-9])?$', minLength: 2, maxLength: 6}
      selector: {type: object, additionalProperties: {type: string, maxLength: 3}, maxProperties: 2}
      size: {type: integer, minimum: 1, maximum: 10, multipleOf: 2}
      ratio: {type: number, minimum: 0, exclusiveMinimum: true, maximum: 1, exclusiveMaximum: true}
      mode: {type: string, enum: [fast, slow, ""], default: fast}
      level: {type: integer, enum: [1, 2, 4]}
      zones: {type: array, minItems: 1, maxItems: 2, items: {type: string, pattern: b}}
      ip: {type: string, format: ipv4}
      port: {x-kubernetes-int-or-string: true, anyOf: [{type: integer}, {type: string}], pattern: '^[0-9]+%?$'}
      brokers:
        type: array
        items:
          type: object
          required: [id]
          properties: {id: {type: integer, minimum: 0}, rack: {type: string, nullable: true, minLength: 1}}
`;

const text = fc.constantFrom('', 'a', 'ab', 'web-1', 'web-', 'Web', 'much-too-long', 'b', 'éé', 'fast', 'quick');
const VALID = {
  ...{ name: 'web-1', size: 2, mode: 'fast', level: 1, zones: ['b'], ip: '10.0.0.1', port: 80, brokers: [{ id: 0 }] },
};
const OTHER = fc.record(
  {
    name: text,
    selector: fc.dictionary(fc.constantFrom('a', 'b', 'c'), text),
    size: fc.integer({ min: -1, max: 12 }),
    ratio: fc.constantFrom(0, 0.5, 1, 2),
    mode: text,
    level: fc.integer({ min: 0, max: 4 }),
    zones: fc.array(text, { maxLength: 3 }),
    ip: fc.constantFrom('10.0.0.1', '10.0.0', '10.0.0.256', '::1'),
    port: fc.oneof(fc.integer(), fc.constantFrom('80', '5%', 'http')),
    brokers: fc.array(fc.record({ id: fc.integer({ min: -1, max: 2 }), rack: fc.option(text) }, { requiredKeys: [] }), {
      maxLength: 2,
    }),
  },
  { requiredKeys: [] },
);

/** What fits the schema, with one or two fields that may not. */
const SPEC = fc
  .tuple(OTHER, fc.uniqueArray(fc.constantFrom('selector', 'ratio', ...Object.keys(VALID)), { maxLength: 2 }))
  .map(([other, names]) => {
    const given = names.map((name) => [name, other[name as keyof typeof other]]);
    return Object.fromEntries([...Object.entries(VALID), ...given].filter(([, value]) => value !== undefined));
  });

test('patterns, lengths, bounds, choices and combinations of fields', async () => {
  const ns = await namespace();
  const kind = `Broker${ns.replaceAll(/[^a-z0-9]/g, '')}`;
  const plural = `${kind.toLowerCase()}s`;
  const crd = crdOf(kind, SCHEMA);
  const made = await admin().request(
    'POST',
    '/apis/apiextensions.k8s.io/v1/customresourcedefinitions',
    toPlain(parseYaml(crd, 'x')) as JsonObject,
  );
  expect(made).toMatchObject({ status: 201 });
  const url = `/apis/example.com/v1/namespaces/${ns}/${plural}`;
  await expect.poll(async () => (await admin().request('GET', url)).status, { timeout: 20_000 }).toBe(200);
  const kinds = await openKinds(await loadChart(writeCleanChart({ 'crds/x.yaml': crd })));
  await fc.assert(
    fc.asyncProperty(SPEC, async (spec) => {
      const plain = { apiVersion: 'example.com/v1', kind, metadata: { name: 'x' }, spec } as unknown as JsonObject;
      const object = fromPlain(plain) as ValueMap;
      const found = [
        ...fieldProblems(object, { apiVersion: 'example.com/v1', kind }, kind, kinds),
        ...missingFields(object, kinds),
      ].map(({ message }) => message);
      const answer = await admin().request('POST', `${url}?dryRun=All&fieldValidation=Strict`, plain);
      expect([201, 400, 422]).toContain(answer.status);
      expect({ found: found.length > 0, said: found }, answer.text).toEqual({
        found: answer.status !== 201,
        said: found,
      });
    }),
    { numRuns: 300 },
  );
});
