/** The documents of an output are the same however its text is split into parts. */
import fc from 'fast-check';
import { loadAll } from 'js-yaml';
import { expect, test } from 'vitest';
import { DocumentReader } from '../../src/render/handlebars/documents.ts';
import { Output, Slots } from '../../src/render/handlebars/output.ts';
import { parseTemplate } from '../../src/render/handlebars/parse.ts';
import { toPlain } from '../../src/yaml/value.ts';
import { RUNS } from '../support/generation.ts';

const template = parseTemplate('a: 1', 'chart/templates/a.yaml.hbs', 'a.yaml.hbs');
const [node] = template.program.body;

function read(parts: readonly string[]): unknown {
  const budget = { left: 1e6 };
  const output = new Output(new Slots(), budget);
  for (const part of parts)
    if (node?.type === 'ContentStatement') output.add(part, { template, calls: undefined }, node);
  const reader = new DocumentReader(new Slots(), budget);
  try {
    return reader.values(output).map((value) => toPlain(value));
  } catch (error) {
    return error instanceof Error ? error.message : error;
  }
}

const line = fc.constantFrom(
  '---',
  '----',
  '---a',
  '--- # c',
  '--- {a: 1}',
  '-',
  '- a',
  '- - b',
  '--',
  'a: 1',
  'b:',
  '',
  '#',
  '---\t',
);

test('documents do not depend on how the output is split into parts', () => {
  fc.assert(
    fc.property(fc.array(line, { maxLength: 8 }), fc.array(fc.nat(60), { maxLength: 6 }), (lines, cuts) => {
      const text = `${lines.join('\n')}\n`;
      const ends = [...new Set([...cuts.filter((cut) => cut < text.length), text.length])].sort((a, b) => a - b);
      const parts = ends.map((end, index) => text.slice(ends[index - 1] ?? 0, end));
      const whole = read([text]);
      expect(read(parts)).toEqual(whole);
      if (typeof whole === 'string') return;
      const oracle = loadAll(text).filter((value) => value !== null && value !== undefined);
      expect((whole as unknown[]).filter((value) => value !== null)).toEqual(oracle);
    }),
    { numRuns: 1000 * RUNS },
  );
});
