/**
 * The findings of lint on fields of Kubernetes' own kinds equal the errors of the API server with strict validation.
 */
import fc from 'fast-check';
import { expect } from 'vitest';
import { KindTypes } from '../../src/render/field-types.ts';
import { labelProblems } from '../../src/render/lint/objects/labels.ts';
import { fieldProblems } from '../../src/render/lint/objects/object-fields.ts';
import { builtinKinds, builtinSchema, ChartKinds } from '../../src/render/lint/objects/object-schema.ts';
import type { Holds } from '../../src/render/lint/objects/object-schema.ts';
import { textFieldErrors } from '../../src/render/text-fields.ts';
import { fromPlain } from '../../src/yaml/value.ts';
import type { ValueMap } from '../../src/yaml/value.ts';
import { chartOf } from '../render/support.ts';
import { admin, namespace, test } from '../support/cluster.ts';
import { RUNS } from '../support/generation.ts';
import { objectWith } from './support.ts';

type Resource = { name: string; kind: string; namespaced: boolean; verbs: string[] };

/** A value at a place in an object, and whether the server takes it there. */
type Trial = { path: (string | number)[]; value: unknown; says: 'object-field' | 'object-value' | undefined };

const VALUES: Readonly<Partial<Record<Holds['is'], { good: unknown[]; bad: unknown[] }>>> = {
  integer: { good: [1], bad: ['1', true, 1.5, [1], {}] },
  number: { good: [1, 1.5], bad: ['1', true, [1]] },
  boolean: { good: [true, false], bad: ['true', 1, [], { a: true }] },
  'integer or text': { good: [1, '1', 'a'], bad: [true, 1.5, [1], { a: 1 }] },
  list: { good: [[]], bad: [1, 'a', false, {}] },
  map: { good: [{}], bad: [1, 'a', false, []] },
  fields: { good: [], bad: [1, 'a', false, []] },
  quantity: {
    good: ['1', 1, 1.5, '500m', '1Gi', '1.5Gi', '.5', '1e3', '-1k'],
    bad: ['1GiGi', 'x', '1 Gi', '1g', true, ['1'], { a: 1 }],
  },
};

/** For each type that a kind has, trials of a field that it does not have and of what its fields hold. */
function trialsOf(schema: Holds): Trial[] {
  const trials: Trial[] = [];
  const seen = new Set<Holds>();
  const visit = (holds: Holds, path: (string | number)[]): void => {
    // A kind itself is a map of fields.
    const values = path.length === 0 ? undefined : VALUES[holds.is];
    for (const value of values?.good ?? []) trials.push({ path, value, says: undefined });
    for (const value of values?.bad ?? []) trials.push({ path, value, says: 'object-value' });
    if (holds.is === 'list') visit(holds.of, [...path, 0]);
    else if (holds.is === 'map') visit(holds.of, [...path, 'k']);
    else if (holds.is === 'fields' && !seen.has(holds)) {
      seen.add(holds);
      trials.push({ path: [...path, 'nobodyKnows'], value: 1, says: 'object-field' });
      for (const [name, inner] of holds.fields) if (path.length > 0 || name !== 'kind') visit(inner, [...path, name]);
    }
  };
  visit(schema, []);
  return trials;
}

test('unknown fields and unreadable values are those that the API server refuses', async () => {
  const ns = await namespace();
  const urls = new Map<string, string>();
  const versions = new Set([...builtinKinds()].map((name) => name.split(' ')[0] ?? ''));
  for (const version of versions) {
    const root = version.includes('/') ? `/apis/${version}` : `/api/${version}`;
    const { status, text } = await admin().request('GET', root);
    if (status !== 200) continue;
    for (const { name, kind, namespaced, verbs } of (JSON.parse(text) as { resources: Resource[] }).resources) {
      if (name.includes('/') || !verbs.includes('create')) continue;
      urls.set(`${version} ${kind}`, `${root}/${namespaced ? `namespaces/${ns}/` : ''}${name}`);
    }
  }
  const wrong: string[] = [];
  let count = 0;
  const chart = chartOf({});
  const kinds = new ChartKinds(chart);
  const types = new KindTypes(chart);
  for (const [name, url] of urls) {
    const [apiVersion = '', kind = ''] = name.split(' ');
    const schema = builtinSchema(apiVersion, kind);
    if (schema === undefined) continue;
    for (const { path, value, says } of trialsOf(schema)) {
      count++;
      const object = objectWith(apiVersion, kind, path, value);
      const given = fromPlain(object) as ValueMap;
      const found = fieldProblems(given, { apiVersion, kind }, 'it', kinds).map(({ rule }) => rule);
      // Lists and maps with texts in them are another rule, which finds them alone.
      if (textFieldErrors(given, types).length > 0) found.push('object-value');
      const where = `${name} ${path.join('.')} ${JSON.stringify(value)}`;
      if (found.join() !== (says ?? '')) wrong.push(`${where}: ${found.join()}`);
      const { status, text } = await admin().request('POST', `${url}?dryRun=All&fieldValidation=Strict`, object);
      const refuses =
        status === 400 &&
        /cannot unmarshal|unable to decode|strict decoding|quantities must match|unable to parse/i.test(text);
      if (refuses !== (says !== undefined)) wrong.push(`${where}: the server says ${status} ${text.slice(0, 200)}`);
    }
  }
  expect(wrong).toEqual([]);
  expect(urls.size).toBeGreaterThan(40);
  expect(count).toBeGreaterThan(3000);
});

/** Texts that are nearly labels. */
const nearLabel = fc.oneof(
  fc.string({ unit: fc.constantFrom('a', 'B', '0', '-', '_', '.', '/', ' ', ':', 'é'), maxLength: 6 }),
  fc.integer({ min: 60, max: 66 }).map((length) => 'a'.repeat(length)),
  fc
    .tuple(fc.integer({ min: 250, max: 256 }), fc.constantFrom('a', 'A', ''))
    .map(([length, end]) => `${'a'.repeat(length)}/${end}`),
);

test('labels and annotations are those that the API server refuses', async () => {
  const ns = await namespace();
  await fc.assert(
    fc.asyncProperty(fc.constantFrom('labels', 'annotations'), nearLabel, nearLabel, async (field, key, value) => {
      const found = labelProblems(new Map([[key, value]]), ['metadata', field]);
      const object = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'x', [field]: { [key]: value } } };
      const { status, text } = await admin().request('POST', `/api/v1/namespaces/${ns}/configmaps?dryRun=All`, object);
      expect([201, 422]).toContain(status);
      expect({ refused: status === 422, text }).toEqual({ refused: found.length > 0, text });
    }),
    { numRuns: 300 * RUNS },
  );
});
