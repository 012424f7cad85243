/** Paths of values are printed as `--set` takes them. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { pathText } from '../../src/chart/path-text.ts';
import { applySet } from '../../src/chart/set.ts';
import { isMap } from '../../src/yaml/value.ts';
import type { Value, ValueMap } from '../../src/yaml/value.ts';
import { writeChart } from './support.ts';
import { RUNS } from '../support/generation.ts';
import { helm } from '../support/helm.ts';
import { pkg } from '../support/pkg.ts';

const key = fc.string({ unit: fc.constantFrom(...'ab.,=[]\\{}"\' -é0/'.split('')), minLength: 1, maxLength: 6 });
const path = fc
  .tuple(key, fc.array(fc.oneof({ weight: 3, arbitrary: key }, fc.nat(3)), { maxLength: 4 }))
  .map(([first, rest]) => [first, ...rest]);

test('--set takes every path, and sets the value at it', () => {
  fc.assert(
    fc.property(path, (parts) => {
      const values: ValueMap = new Map();
      applySet(values, `${pathText(parts)}=v`, '--set', (text) => text);
      const found = parts.reduce<Value | undefined>(
        (at, part) => (isMap(at) ? at.get(String(part)) : Array.isArray(at) ? at[Number(part)] : undefined),
        values,
      );
      expect(found).toBe('v');
    }),
    { numRuns: 1000 * RUNS },
  );
});

test('--set of helm takes them too', () => {
  const chart = writeChart({ 'templates/a.yaml': 'v: {{ .Values | toJson | quote }}\n' });
  const parts = ['a', 'b.c', 'd=e', 'f,g', 'h[0]', 'i\\j', 0, 'k'];
  const { stdout } = helm(['template', chart, '--set', `${pathText(parts)}=v`]);
  expect(stdout).toContain(JSON.stringify('{"a":{"b.c":{"d=e":{"f,g":{"h[0]":{"i\\\\j":[{"k":"v"}]}}}}}}'));
});

test('notes, origins and violations of a schema name keys with dots so', () => {
  const chart = writeChart({
    'values.yaml': 'a.b:\n  c/d.e: {x: "1: 2"}\n  list: [{f.g: 5}]\n',
    'values.schema.json': JSON.stringify({
      properties: { 'a.b': { properties: { list: { items: { properties: { 'f.g': { type: 'string' } } } } } } },
    }),
    'templates/a.yaml': 'v: {{ index .Values "a.b" "c/d.e" "x" }}\n',
  });
  expect(pkg(['show', 'values', chart, '--origins']).stdout).toContain('a\\.b.c/d\\.e.x: "1: 2"');
  expect(pkg(['template', chart]).stderr).toContain('values.a\\.b.list[0].f\\.g ');
  const { stderr } = pkg(['template', chart, '--skip-schema-validation', '--set', 'a\\.b.c/d\\.e.x=3: 4']);
  expect(stderr).toContain('note: values.a\\.b.c/d\\.e.x comes from --set a\\.b.c/d\\.e.x\n');
  const missing = writeChart({ 'templates/a.yaml': 'v: {{ .Values.a.b_c.x }}\n', 'values.yaml': 'a: {b-c: {x: 1}}\n' });
  expect(pkg(['template', missing]).stderr).toContain('hint: did you mean index .Values.a "b-c"?');
});
