/** The head of a document, as Helm reads it. */
import { expect, test } from 'vitest';
import { documentHead } from '../../src/yaml/head.ts';

test('numbers and booleans are text where Helm asks for text', () => {
  const text =
    'Kind: a\nkind: b\nAPIVersion: 1.10\nmetadata: {NAME: yes, annotations: {b: 1.5, c: null, d: true, e: 7}}\n';
  expect(documentHead(text)).toEqual({
    apiVersion: '1.1',
    kind: 'b',
    name: 'true',
    annotations: new Map([
      ['b', '1.5'],
      ['c', ''],
      ['d', 'true'],
      ['e', '7'],
    ]),
  });
});

test('a document that says nothing has an empty head', () => {
  for (const text of ['', '# a comment\n', 'null', '{}', 'metadata:\n']) {
    expect(documentHead(text)).toEqual({ apiVersion: '', kind: '', name: '', annotations: undefined });
  }
});

test.each([
  ['- a', /cannot unmarshal array into Go value of type util\.SimpleHead/],
  ['a: b: c', /./],
  ['kind: [a]', /cannot unmarshal array into Go struct field SimpleHead\.kind of type string/],
  ['metadata: {annotations: {a: {}}}', /cannot unmarshal object into Go struct field \.metadata\.annotations/],
])('%s is refused', (text, message) => {
  expect(() => documentHead(text)).toThrow(message);
});
