/** Positions of keys and values in YAML texts. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isMap as isYamlMap, isSeq, LineCounter, parseDocument } from 'yaml';
import type { Node } from 'yaml';
import { locateKeys, locatePlain, locateValue } from '../../src/yaml/locate.ts';
import type { ValuePath } from '../../src/yaml/value.ts';
import { printYaml } from '../../src/yaml/print.ts';
import { runs, valueMap } from './arbitraries.ts';

/** Every path of a text with the position that the package `yaml` gives for its last key or index. */
function positionsIn(text: string): [path: ValuePath, line: number, column: number][] {
  const lineCounter = new LineCounter();
  const document = parseDocument(text, { version: '1.1', uniqueKeys: false, merge: false, lineCounter });
  const found: [ValuePath, number, number][] = [];
  const visit = (node: unknown, path: ValuePath): void => {
    const children: [string | number, Node, unknown][] = isYamlMap(node)
      ? node.items.map((pair) => [String((pair.key as { source?: string }).source ?? ''), pair.key as Node, pair.value])
      : isSeq(node)
        ? node.items.map((item, index) => [index, item as Node, item])
        : [];
    for (const [name, at, value] of children) {
      const { line, col } = lineCounter.linePos(at.range?.[0] ?? 0);
      found.push([[...path, name], line, col]);
      visit(value, [...path, name]);
    }
  };
  visit(document.contents, []);
  return found;
}

test('every key and item of generated data is found where it is written', () => {
  fc.assert(
    fc.property(valueMap, (data) => {
      const text = printYaml(data);
      const all = positionsIn(text);
      // Keys that are written alike once their quotes are gone (`1` and `"1"`) are one key, and the last one counts.
      const unique = all.filter(([path]) => all.filter(([other]) => other.join('\0') === path.join('\0')).length === 1);
      const found = unique.map(([path]) => [path, locateKeys(text, path)]);
      expect(found).toEqual(unique.map(([path, line, column]) => [path, { line, column }]));
    }),
    runs(60),
  );
});

describe('the position', () => {
  const text = ['base: &base', '  on: yes', '  list: [1, {deep: 0755}]', 'web:', '  <<: *base', '  port: "80"'].join(
    '\n',
  );

  test('of a key is found by its spelling and by its value', () => {
    expect(locateKeys(text, ['base', 'on'])).toEqual({ line: 2, column: 3 });
    expect(locateKeys(text, ['base', 'true'])).toEqual({ line: 2, column: 3 });
    expect(locateKeys(text, ['base', 'list', 1, 'deep'])).toEqual({ line: 3, column: 14 });
    expect(locateKeys(text, ['base', 'missing'])).toBeUndefined();
    expect(locateKeys(text, [])).toBeUndefined();
  });

  test('of a merged key is in the merged map', () => {
    expect(locateKeys(text, ['web', 'list', 0])).toEqual({ line: 3, column: 10 });
    expect(locateKeys('a: &a {x: 1}\nb: &b {x: 2, y: 3}\nc: {<<: [*a, *b]}', ['c', 'x'])).toEqual({
      line: 1,
      column: 8,
    });
    expect(locateKeys('a: &a {x: 1}\nb: &b {x: 2, y: 3}\nc: {<<: [*a, *b]}', ['c', 'y'])).toEqual({
      line: 2,
      column: 14,
    });
  });

  test('comes with the spelling of the value only if it has no quotes', () => {
    expect(locatePlain(text, ['base', 'list', 1, 'deep'])?.plain).toBe('0755');
    expect(locatePlain(text, ['web', 'port'])?.plain).toBeUndefined();
    expect(locatePlain(text, ['web'])?.plain).toBeUndefined();
    expect(locatePlain('a: &x 1.10\nb: *x', ['b'])?.plain).toBe('1.10');
  });

  test('is in the last document with the path, up to one that is not YAML', () => {
    expect(locateKeys('a: 1\n---\na: 2\n---\nb: 3', ['a'])).toEqual({ line: 3, column: 1 });
    expect(locateKeys('a: 1\n---\na: [', ['a'])).toEqual({ line: 1, column: 1 });
    expect(locateKeys('a: [', ['a'])).toBeUndefined();
  });

  test('of a key that is written twice is that of the last one', () => {
    expect(locateKeys('a: 1\na: 2', ['a'])).toEqual({ line: 2, column: 1 });
  });

  test('of a value is its beginning', () => {
    expect(locateValue('a:\n  b: 1\n', ['a', 'b'])).toBe(8);
    expect(locateValue('a: &x 1\n', [])).toBe(0);
    expect(locateValue('a: [', ['a'])).toBeUndefined();
  });
});
