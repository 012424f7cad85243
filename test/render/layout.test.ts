/** Printing the structure of a document gives the same as printing its object. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { printYaml } from '../../src/yaml/print.ts';
import { parseYaml } from '../../src/yaml/read.ts';
import { toPlain } from '../../src/yaml/value.ts';
import type { Json } from '../../src/yaml/value.ts';
import { chartOf, render } from './support.ts';
import { RUNS } from '../support/generation.ts';

const key = fc.constantFrom('a', 'b-c', '"on"', '"a: b"', "'443'", '"{x}"', 'x/y.z', `"${'long'.repeat(40)}"`);
const scalars = ['1', 'true', '~', '""', '"a: b"', 'plain text', '"0755"', '{}', '[]', '"two\\nlines"', '1.5e300'];
const hole = fc.constantFrom('values.text', 'values.any', 'values.deep', 'values.number');
const textHole = fc.constantFrom('values.text', 'values.number');

/** Lines that stand where a value does: what follows `key:` or `-`, and the lines after it. */
type Shape = { first: string; rest: string[] };

const inline = (texts: fc.Arbitrary<string>): fc.Arbitrary<Shape> => texts.map((first) => ({ first, rest: [] }));

/** A line and an entry with a value, in either order. */
function around(line: string, start: string, { first, rest }: Shape, isFirst: boolean): Shape {
  const entry = [`${start}${first}`, ...rest.map((each) => `  ${each}`)];
  return { first: '', rest: isFirst ? [line, ...entry] : [...entry, line] };
}

const shape: fc.Arbitrary<Shape> = fc.letrec<{ shape: Shape }>((tie) => ({
  shape: fc.oneof(
    { depthSize: 'small' },
    inline(fc.constantFrom(...scalars)),
    inline(hole.map((name) => `{{${name}}}`)),
    inline(textHole.map((name) => `"{{${name}}}"`)),
    inline(fc.tuple(textHole, textHole).map(([a, b]) => `v{{${a}}}-{{${b}}}.`)),
    inline(hole.map((name) => `[a, {{${name}}}, {b: "{{values.number}}"}]`)),
    inline(hole.map((name) => `{{optional ${name}}}`)),
    fc.tuple(fc.constantFrom('|', '|-', '>', '|+'), textHole).map(([mark, name]) => ({
      first: mark,
      rest: ['  one', `  two {{${name}}}`, '    three'],
    })),
    fc
      .uniqueArray(fc.tuple(key, tie('shape')), { minLength: 1, maxLength: 4, selector: ([name]) => name })
      .map((entries): Shape => ({
        first: '',
        rest: entries.flatMap(([name, { first, rest }]) => [`  ${name}: ${first}`, ...rest.map((line) => `  ${line}`)]),
      })),
    fc.array(tie('shape'), { minLength: 1, maxLength: 3 }).map((items): Shape => ({
      first: '',
      rest: items.flatMap(({ first, rest }) => [`  - ${first}`, ...rest.map((line) => `  ${line}`)]),
    })),
    // Maps and lists whose entries depend on values, before or after what does not.
    fc
      .tuple(
        fc.constantFrom(
          '{{spread values.more}}',
          '{{@index}}-x: 1',
          'o: {{optional values.any}}',
          '"{{values.number}}-y": [{{@index}}]',
        ),
        tie('shape'),
        fc.boolean(),
      )
      .map(([line, inner, isFirst]) => around(`  ${line}`, '  s: ', inner, isFirst)),
    fc
      .tuple(fc.constantFrom('- {{spread values.items}}', '- {{optional values.any}}'), tie('shape'), fc.boolean())
      .map(([line, inner, isFirst]) => around(`  ${line}`, '  - ', inner, isFirst)),
  ),
})).shape;

const anyText = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({ unit: 'grapheme' }),
  fc.constantFrom('', ' ', 'on', '1.10', 'a: b', 'a\nb', 'a\n', '\n', '- x', '{{x}}', '\t', 'two  spaces', '😀', '~'),
);
const values = fc.record({
  text: anyText,
  number: fc.oneof(fc.integer(), fc.constant(1e21), fc.boolean()),
  // Through JSON, which has no -0: neither has YAML as it is printed.
  any: fc
    .json({ maxDepth: 2 })
    .map((json) => JSON.parse(json) as Json)
    .filter((value) => value !== null),
  deep: fc.dictionary(anyText, fc.array(anyText, { maxLength: 3 }), { maxKeys: 3 }),
  more: fc.dictionary(
    anyText.map((text) => `more ${text}`),
    fc.array(anyText, { maxLength: 3 }),
    { maxKeys: 3 },
  ),
  items: fc.array(anyText, { maxLength: 3 }),
});

test('printing a structure equals printing the object', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(shape, { minLength: 1, maxLength: 4 }), values, async (shapes, given) => {
      const fields = shapes.flatMap(({ first, rest }, index) => [
        `  f${index}: ${first}`,
        ...rest.map((line) => `  ${line}`),
      ]);
      const template = ['apiVersion: v1', 'kind: Test', 'metadata:', '  name: n{{@index}}', 'spec:', ...fields, ''];
      // Twice, so that the second document finds what the first one left.
      const text = `{{#each (list 1 2)}}\n---\n${template.join('\n')}{{/each}}\n`;
      const { objects } = await render(chartOf({ 'templates/a.yaml.hbs': text }, given));
      expect(objects.map(({ object }) => toPlain(object ?? null))).toMatchObject([
        { metadata: { name: 'n0' } },
        { metadata: { name: 'n1' } },
      ]);
      for (const document of objects) {
        expect(`${document.text}\n`).toBe(printYaml(document.object ?? null));
        expect(parseYaml(`${document.text}\n`, '')).toEqual(document.object);
      }
    }),
    { numRuns: 300 * RUNS },
  );
});
