/** Splitting the output of templates into documents, compared with helm. */
import { spawnSync } from 'node:child_process';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { splitDocuments } from '../../../src/render/gotemplate/manifests.ts';
import { decodeText, encodeText } from '../../../src/render/gotemplate/value.ts';
import { temporaryFolder, writeFiles } from '../../chart/support.ts';
import { RUNS, SEED } from '../../support/generation.ts';
import { helmEnvironment, helmPath } from '../../support/helm.ts';

const piece = fc.constantFrom(
  ...[
    '---',
    '---\n',
    '\n---',
    '--- ',
    '---\t',
    '------',
    '---x',
    '--- # c',
    ' ---',
    '\n',
    '\n\n',
    '\r\n',
    '\r',
    ' ',
    '\t',
  ],
  ...['a: 1', 'b: |\n  x', '# c', 'c: "---"', '\u0085', '\u00a0', '\u2028', '\u2028---', '\u3000', '\f', '\v', '...'],
);
const texts = fc.array(piece, { maxLength: 10 }).map((all) => all.join(''));

/**
 * Helm ends each document with a newline when it prints it; YAML has no say: what is not YAML is printed by --debug.
 */
function helmDocuments(folder: string, text: string): string[] {
  writeFiles(folder, {
    'Chart.yaml': 'apiVersion: v2\nname: c\nversion: 1.0.0\n',
    'templates/a.yaml': text,
    'templates/b.yaml': 'z: 1',
  });
  const { status, stdout } = spawnSync(helmPath(), ['template', folder], {
    encoding: 'latin1',
    env: helmEnvironment(),
  });
  if (status !== 0) return ['refused'];
  return stdout
    .split('---\n# Source: c/templates/')
    .filter((part) => part.startsWith('a.yaml\n'))
    .map((part) => part.slice('a.yaml\n'.length));
}

test('documents are split as by helm', { timeout: 600_000 }, () => {
  const folder = temporaryFolder();
  let split = 0;
  for (const text of fc.sample(texts, { numRuns: 80 * RUNS, seed: SEED })) {
    const theirs = helmDocuments(folder, text);
    if (theirs[0] === 'refused') continue;
    split++;
    expect(
      splitDocuments(encodeText(text)).map((document) => `${document}\n`),
      JSON.stringify(text),
    ).toEqual(theirs);
  }
  expect(split).toBeGreaterThan(20);
});

test('a separator is at the start of a line, which only a newline or the start of the text begins', () => {
  const cases: [string, string[]][] = [
    ['---\na: 1\n---\nb: 2\n', ['a: 1\n', 'b: 2\n']],
    ['a: 1\n\n---\n---\nb: 2', ['a: 1\n\n', 'b: 2']],
    ['a: 1\r\n---\r\nb: 2\r\n', ['a: 1\r\n', 'b: 2\r\n']],
    ['a: 1\r---\rb: 2', ['a: 1\r---\rb: 2']],
    ['a: "\u2028---"', ['a: "\u2028---"']],
    ['a: 1\n---b: 2', ['a: 1\n', 'b: 2']],
    ['a: 1\n--- # c\nb: 2', ['a: 1\n', '# c\nb: 2']],
    [' \n\t\u0085', []],
  ];
  for (const [text, expected] of cases) expect(splitDocuments(encodeText(text)).map(decodeText)).toEqual(expected);
});
