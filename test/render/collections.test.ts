/** Merging maps, and helpers for lists of maps. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { fromPlain, isMap } from '../../src/yaml/value.ts';
import type { JsonObject, Value, ValueMap } from '../../src/yaml/value.ts';
import { chartOf, anyObject, render } from './support.ts';
import { RUNS } from '../support/generation.ts';

async function valueOf(expression: string, values: ValueMap): Promise<Value> {
  const { objects } = await render(chartOf({ 'templates/x.yaml.hbs': anyObject(`x: ${expression}`) }), {
    userValues: values,
  });
  const data = objects[0]?.object?.get('data') ?? null;
  return isMap(data) ? (data.get('x') ?? null) : null;
}

const key = fc.constantFrom('a', 'b', 'c', 'd', '__proto__');
const leaf: fc.Arbitrary<Value> = fc.constantFrom(0, false, '', 'x', 1, true);
const map: fc.Arbitrary<ValueMap> = fc.letrec<{ value: Value; map: ValueMap }>((tie) => ({
  value: fc.oneof({ depthSize: 'small' }, leaf, tie('map')),
  map: fc.array(fc.tuple(key, tie('value')), { maxLength: 4 }).map((entries): ValueMap => new Map(entries)),
})).map;

/** Said once more, by what is wanted of each key. */
function merged(over: Value, under: Value): Value {
  if (!isMap(over) || !isMap(under)) return over;
  const result: ValueMap = new Map();
  for (const [name, value] of under) result.set(name, over.has(name) ? merged(over.get(name) ?? null, value) : value);
  for (const [name, value] of over) if (!under.has(name)) result.set(name, value);
  return result;
}

test('a merge keeps existing values, also 0, false and empty strings, in the order of the overridden map', async () => {
  await fc.assert(
    fc.asyncProperty(map, map, async (over, under) => {
      const values: ValueMap = new Map([
        ['over', over],
        ['under', under],
      ]);
      const wanted = JSON.stringify([...flat(merged(over, under))]);
      expect(JSON.stringify([...flat(await valueOf('{{merge values.over values.under}}', values))])).toBe(wanted);
      expect(JSON.stringify([...flat(await valueOf('{{mergeOverwrite values.under values.over}}', values))])).toBe(
        wanted,
      );
    }),
    { numRuns: 150 * RUNS },
  );
});

/** Values with their paths, in their order. */
function* flat(value: Value, path = ''): Generator<[string, Value]> {
  if (!isMap(value)) yield [path, value];
  else if (value.size === 0) yield [path, '{}'];
  else for (const [name, item] of value) yield* flat(item, `${path}/${name}`);
}

const LIST: JsonObject = {
  list: [
    { name: 'b', port: 10, on: true },
    { name: 'a', port: 9, on: false },
    { name: 'c', on: true },
  ],
};

test.each([
  ['(pluck "name" values.list)', ['b', 'a', 'c']],
  ['(pluck "name" (filter "on" values.list))', ['b', 'c']],
  ['(pluck "name" (filter "port" 9 values.list))', ['a']],
  ['(pluck "name" (reject "on" values.list))', ['a']],
  ['(pluck "name" (reject "port" 9 values.list))', ['b', 'c']],
  ['(pluck "name" (sortBy "name" values.list))', ['a', 'b', 'c']],
  ['(pluck "name" (sortBy "port" values.list))', ['a', 'b', 'c']],
  ['(keys (groupBy "name" values.list))', ['b', 'a', 'c']],
  ['(join "\\n" (pluck "name" values.list))', 'b\na\nc'],
  ['(list "\\\\n" "\\d")', ['\\\\n', '\\d']],
])('%s', async (expression, wanted) => {
  expect(await valueOf(`{{index (list ${expression}) 0}}`, fromPlain(LIST) as ValueMap)).toEqual(wanted);
});
