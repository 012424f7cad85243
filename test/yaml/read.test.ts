/** Reading YAML, held against the real helm. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { PkgError } from '../../src/errors.ts';
import { Decoder } from '../../src/yaml/decode.ts';
import { readFast } from '../../src/yaml/fast.ts';
import { YamlError } from '../../src/yaml/yaml-error.ts';
import { DocumentReader } from '../../src/yaml/nodes.ts';
import { readableUntil } from '../../src/yaml/readable.ts';
import { parseYaml, readFirstDocument } from '../../src/yaml/read.ts';
import { comparable, runs } from './arbitraries.ts';
import { yamlText } from './documents.ts';
import { readAsHelm } from './helm-yaml.ts';
import { SEED } from '../support/generation.ts';

/** What `fromYaml` gives: its maps, or a map that says why there is none. */
function readAsPkg(text: string): unknown {
  try {
    const value = readFirstDocument(Buffer.from(text, 'utf8').toString('latin1')) ?? new Map();
    if (value instanceof Map) return value;
    return new Map([['Error', 'not a map']]);
  } catch (error) {
    if (!(error instanceof YamlError)) throw error;
    return new Map([['Error', `error converting YAML to JSON: ${error.helm}`]]);
  }
}

function withoutDetails(data: unknown): unknown {
  const compared = comparable(data);
  const error: unknown = compared instanceof Map ? compared.get('Error') : undefined;
  if (typeof error !== 'string') return compared;
  if (error.startsWith('error unmarshaling JSON')) return new Map([['Error', 'not a map']]);
  // Go shows the key, with the fields of a map in an order of its own.
  return new Map([['Error', error.replace(/(map key).*/s, '$1')]]);
}

test('generated texts have the same data, or the same error, as in helm', () => {
  const texts = fc.sample(yamlText, { ...runs(4000), seed: SEED });
  texts.push(...texts.slice(0, texts.length / 4).map((text) => text.replaceAll('\n', '\r\n')));
  const theirs = readAsHelm(texts);
  const different = texts.flatMap((text, index) => {
    const [pkg, helm] = [withoutDetails(readAsPkg(text)), withoutDetails(theirs[index])];
    return JSON.stringify(show(pkg)) === JSON.stringify(show(helm)) ? [] : [{ text, pkg: show(pkg), helm: show(helm) }];
  });
  expect({ count: different.length, different: different.slice(0, 10) }).toEqual({ count: 0, different: [] });
});

function show(data: unknown): unknown {
  if (Array.isArray(data)) return data.map(show);
  return data instanceof Map
    ? { map: [...(data as Map<string, unknown>)].map(([name, item]) => [name, show(item)]) }
    : data;
}

test('the fast reader gives the same data as the full one, or leaves the text to it', () => {
  let read = 0;
  fc.assert(
    fc.property(
      yamlText,
      fc.constantFrom('', '', '---\n', '# c\n---\n', '#\n\n # d\n---\n', '# c\n'),
      fc.boolean(),
      (rest, start, isWindows) => {
        const lines = start + rest;
        const text = isWindows ? lines.replaceAll('\n', '\r\n') : lines;
        const fast = readFast(text, false, 'nothing');
        if (fast === undefined) return;
        read++;
        const reader = new DocumentReader(text, readableUntil(text));
        const node = reader.next();
        const whole = node === undefined ? 'nothing' : new Decoder(false).document(node);
        expect(show(fast.value)).toEqual(show(whole));
        expect(reader.next()).toBeUndefined();
      },
    ),
    runs(4000),
  );
  expect(read).toBeGreaterThan(200);
});

test('the fast reader folds block scalars like the full one', () => {
  const line = fc.constantFrom('', '', 'a', 'b c', ' x', '  y z', '\tt', 'd\t', '- e', '# f', 'g: h');
  const lines = fc.array(line, { maxLength: 8 });
  const header = fc.constantFrom('>', '>-', '>+', '>2', '|', '|-', '|+');
  let folded = 0;
  fc.assert(
    fc.property(header, lines, fc.constantFrom('', 'z: 1\n'), (start, body, rest) => {
      const text = `k: ${start}\n${body.map((each) => (each === '' ? '\n' : `  ${each}\n`)).join('')}${rest}`;
      const fast = readFast(text, false);
      if (fast === undefined) return;
      if (start.startsWith('>') && / [xy]/.test(text)) folded++;
      const node = new DocumentReader(text, readableUntil(text)).next();
      expect(show(fast.value)).toEqual(show(node === undefined ? null : new Decoder(false).document(node)));
    }),
    runs(4000),
  );
  expect(folded).toBeGreaterThan(100);
});

test('hostile texts are refused in little time', () => {
  const bomb = ['a0: &a0 [x, x]', ...Array.from({ length: 60 }, (_, i) => `a${i + 1}: &a${i + 1} [*a${i}, *a${i}]`)];
  const texts: [string, string][] = [
    [`${'['.repeat(100_000)}`, 'PKG_YAML_TOO_COMPLEX'],
    [Array.from({ length: 3000 }, (_, depth) => `${' '.repeat(depth)}a:`).join('\n'), 'PKG_YAML_TOO_COMPLEX'],
    [bomb.join('\n'), 'PKG_YAML_TOO_COMPLEX'],
    [`a: "${'x '.repeat(1_000_000)}`, 'PKG_YAML_SYNTAX'],
    [`${'x'.repeat(2_000_000)}: a: b`, 'PKG_YAML_SYNTAX'],
    [`${'{a: '.repeat(900)}`, 'PKG_YAML_SYNTAX'],
    [`&a [*a]`, 'PKG_YAML_SYNTAX'],
  ];
  for (const [text, code] of texts) {
    const error = refusal(text);
    expect(error).toBeInstanceOf(PkgError);
    expect((error as PkgError).code).toBe(code);
  }
  expect(parseYaml(`a: ${'\n'.repeat(200_000)}`, 'a.yaml')).toEqual(new Map([['a', null]]));
  expect(parseYaml(`a: ${'b\n '.repeat(200_000)}`, 'a.yaml')).toEqual(new Map([['a', 'b '.repeat(200_000).trim()]]));
});

function refusal(text: string): unknown {
  try {
    return parseYaml(text, 'a.yaml');
  } catch (error) {
    return error;
  }
}
