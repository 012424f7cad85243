/** The head of a document, as Helm reads it. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { encodeText } from '../../src/render/gotemplate/value.ts';
import { documentHead } from '../../src/yaml/head.ts';
import { temporaryFolder, writeFiles } from '../chart/support.ts';
import { RUNS, SEED } from '../support/generation.ts';
import { helm } from '../support/helm.ts';

test('numbers and booleans are strings where Helm requires strings', () => {
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

test('an empty document has an empty head', () => {
  for (const text of ['', '# a comment\n', 'null', '{}', 'metadata:\n']) {
    expect(documentHead(text)).toEqual({ apiVersion: '', kind: '', name: '', annotations: undefined });
  }
});

test.each([
  ['- a', /cannot unmarshal array into Go value of type util\.SimpleHead/],
  ['a: b: c', /./],
  ['kind: [a]', /cannot unmarshal array into Go struct field \.kind of type string/],
  ['metadata: {annotations: {a: {}}}', /cannot unmarshal object into Go struct field \.metadata\.annotations\.a of/],
])('%s is refused', (text, message) => {
  expect(() => documentHead(text)).toThrow(message);
});

const scalar = fc.constantFrom(
  ...[
    'null',
    '5',
    '1.5',
    'true',
    'text',
    '"5"',
    '.inf',
    '[]',
    '{}',
    '[1]',
    '{a: 1}',
    '!!str 5',
    '!!binary YQ==',
    '&a x',
  ],
);
/** A flow map of some of these keys. */
const mapOf = (keys: readonly string[], value: fc.Arbitrary<string>): fc.Arbitrary<string> =>
  fc
    .uniqueArray(fc.tuple(fc.constantFrom(...keys), value), { selector: ([key]) => key, maxLength: 3 })
    .map((entries) => `{${entries.map(([key, item]) => `${key}: ${item}`).join(', ')}}`);
const annotations = mapOf(['a', '5', 'a.5', 'a/5', 'x~y/z', '""', 'é', '"a\\nb"', 'helm.sh/hook'], scalar);
const metadata = mapOf(['name', 'NAME', 'annotations', 'Annotations', 'labels'], fc.oneof(scalar, annotations));
const documents = mapOf(
  ['kind', 'KIND', '\u212aind', 'apiversion', 'metadata', 'METADATA', 'spec'],
  fc.oneof(scalar, metadata),
);

test('documents that Helm refuses are refused with its message', { timeout: 600_000 }, () => {
  const folder = temporaryFolder();
  const different = fc.sample(fc.oneof(scalar, documents), { numRuns: 50 * RUNS, seed: SEED }).flatMap((text) => {
    writeFiles(folder, { 'Chart.yaml': 'apiVersion: v2\nname: c\nversion: 1.0.0\n', 'templates/a.yaml': text });
    const run = helm(['template', folder]);
    const theirs = /a\.yaml: ([^]*)\n\nUse --debug/.exec(run.stderr)?.[1] ?? run.status;
    let ours: unknown = 0;
    try {
      documentHead(encodeText(text));
    } catch (error) {
      ours = (error as Error).message;
    }
    return ours === theirs ? [] : [{ text, ours, theirs }];
  });
  expect(different).toEqual([]);
});
