import fc from 'fast-check';
import { CORE_SCHEMA, YAML11_SCHEMA, load, realMapTag } from 'js-yaml';
import { describe, expect, test } from 'vitest';
import { parseDocument } from 'yaml';
import { printScalar, printYaml } from '../../src/yaml/print.ts';
import { parseYaml, parseYamlDocuments } from '../../src/yaml/read.ts';
import { isPlainSafe } from '../../src/yaml/scalar.ts';
import type { Value } from '../../src/yaml/value.ts';
import { comparable, runs, text, value, valueMap } from './arbitraries.ts';
import { readAsHelm } from './helm-yaml.ts';

const yamlPackage = (version: '1.1' | '1.2') => (printed: string) => {
  const document = parseDocument(printed, { version, uniqueKeys: false, intAsBigInt: true });
  if (document.errors[0] !== undefined) throw document.errors[0];
  return document.toJS({ mapAsMap: true }) as unknown;
};

const readers: Record<string, (printed: string) => unknown> = {
  'our own reader': (printed) => parseYaml(printed, 'printed.yaml'),
  'js-yaml, YAML 1.2': (printed) => load(printed, { schema: CORE_SCHEMA.withTags(realMapTag) }),
  'js-yaml, YAML 1.1': (printed) => load(printed, { schema: YAML11_SCHEMA.withTags(realMapTag) }),
  'yaml, 1.2': yamlPackage('1.2'),
  'yaml, 1.1': yamlPackage('1.1'),
};

describe('printed data are read without a difference by', () => {
  for (const [name, read] of Object.entries(readers)) {
    test(name, () => {
      fc.assert(
        fc.property(value, (data) => {
          expect(comparable(read(printYaml(data)))).toEqual(comparable(data));
        }),
        runs(1500),
      );
    });
  }

  test('the real helm', () => {
    const data = fc.sample(valueMap, runs(1500).numRuns);
    const read = readAsHelm(data.map(printYaml));
    data.forEach((map, index) => expect(comparable(read[index])).toEqual(comparable(map)));
  });
});

test('integers keep every digit', () => {
  fc.assert(
    fc.property(fc.bigInt({ min: -(10n ** 40n), max: 10n ** 40n }), (integer) => {
      const exact = Number.isSafeInteger(Number(integer)) ? Number(integer) : integer;
      expect(parseYaml(printYaml(exact), 'f')).toBe(exact);
    }),
  );
});

test('no line of a document can be taken for a document separator or a comment', () => {
  fc.assert(
    fc.property(value, value, (first, second) => {
      const stream = `---\n${printYaml(first)}---\n${printYaml(second)}`;
      expect(parseYamlDocuments(stream, 'f')).toHaveLength(2);
      expect(stream.split('\n').filter((line) => /^(---|\.\.\.|#)/.test(line))).toEqual(['---', '---']);
    }),
    runs(1000),
  );
});

test('a scalar is printed on one line', () => {
  fc.assert(
    fc.property(text, (string) => {
      const printed = printScalar(string);
      expect(printed).not.toMatch(/[\n\r\u0085\u2028\u2029]/);
      expect(isPlainSafe(string)).toBe(printed === string);
      expect(parseYaml(`- ${printed}\n`, 'f')).toEqual([string.toWellFormed()]);
    }),
    runs(1000),
  );
});

test('the layout is that of sigs.k8s.io/yaml', () => {
  const data = new Map<string, Value>([
    ['image', 'nginx:1.27'],
    [
      'args',
      [
        '--port=80',
        new Map<string, Value>([
          ['a', [1, [2, 'x']]],
          ['b', new Map()],
        ]),
        [],
      ],
    ],
    ['script', 'set -e\n\necho "hi"\n'],
    ['last', 'a\nb'],
    ['many', 'a\n\n'],
    ['flag', 'yes'],
    ['443', 0.5],
  ]);
  expect(printYaml(data)).toBe(
    `image: nginx:1.27
args:
- --port=80
- a:
  - 1
  - - 2
    - x
  b: {}
- []
script: |
  set -e

  echo "hi"
last: |-
  a
  b
many: |+
  a

flag: "yes"
"443": 0.5
`,
  );
});
