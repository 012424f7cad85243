/** Values that end without a newline, compared with helm: as files, from standard input, in charts. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { helm } from '../support/helm.ts';
import { pkg } from '../support/pkg.ts';
import { RUNS, SEED } from '../support/generation.ts';
import { temporaryFolder, writeFiles } from './support.ts';

const CHART = 'apiVersion: v2\nname: c\nversion: 1.0.0\n';
const PRINT = 'v: {{ toJson .Values | b64enc }}\n';

const text = fc
  .tuple(
    fc.constantFrom('a: ', 'k: v\na: ', 'a:\n- ', 'a: x\n---\na: '),
    fc.constantFrom('|', '>', '|+', '>+', '|-', '>-', '|2', '>1+'),
    fc.array(fc.constantFrom('x', ' y', '', 'é', '# c', '\tt', 'x '), { minLength: 1, maxLength: 3 }),
    fc.constantFrom('\n', '\r\n'),
    fc.constantFrom('', '', '', '\n', '\n\n', ' ', '\n ', '\r', '\n# c', '\n...', '\n---'),
  )
  .map(([before, style, lines, end, last]) =>
    `${before}${style}\n${lines.map((line) => `  ${line}`).join('\n')}${last}`.replaceAll('\n', end),
  );

test('block scalars at the end have the same newlines as in helm', { timeout: 600_000 }, () => {
  const folder = temporaryFolder();
  writeFiles(folder, { 'c/Chart.yaml': CHART, 'c/templates/a.yaml': PRINT });
  for (const values of fc.sample(text, { numRuns: 25 * RUNS, seed: SEED })) {
    writeFileSync(join(folder, 'values.yaml'), values);
    const [theirs, ours] = [helm, pkg].map((program) => {
      const { status, stdout } = program(['template', 'c', '-f', 'values.yaml'], { cwd: folder });
      return { status, stdout };
    });
    expect(ours, JSON.stringify(values)).toEqual(theirs);
  }
});

test.each(['a: |\n  x', 'a: >\n  x', 'a: |+\n  x\n ', 'a: |\r\n  x', 'a: "x"'])(
  '%j is read equally from standard input, in a chart and in a subchart',
  (values) => {
    const folder = temporaryFolder();
    writeFiles(folder, {
      'c/Chart.yaml': CHART,
      'c/templates/a.yaml': PRINT,
      'c/values.yaml': values,
      'c/charts/s/Chart.yaml': CHART.replace('c\n', 's\n'),
      'c/charts/s/values.yaml': values,
      'c/charts/s/templates/a.yaml': PRINT,
    });
    const [theirs, ours] = [helm, pkg].map((program) => [
      program(['template', 'c'], { cwd: folder }).stdout,
      program(['template', 'c', '-f', '-'], { cwd: folder, input: values.replace('a', 'b') }).stdout,
    ]);
    expect(ours).toEqual(theirs);
    expect(ours?.join('')).toContain('v: ');
  },
);

const stream = fc
  .array(
    fc.constantFrom(
      'a: 1',
      'b: {c: 2}',
      '---',
      '--- ',
      '---\t# c',
      '---#',
      '--- x',
      '---x: 1',
      '...',
      '# c',
      '%YAML 1.1',
      '',
      'a: "x',
      '"',
      'b: |',
      '  x',
      '{"a": 1}',
      '\r---',
      ' ---',
    ),
    { minLength: 1, maxLength: 6 },
  )
  .map((lines) => lines.join('\n'));

test('documents are split where helm splits them', { timeout: 600_000 }, () => {
  const folder = temporaryFolder();
  writeFiles(folder, { 'c/Chart.yaml': CHART, 'c/templates/a.yaml': PRINT });
  let read = 0;
  for (const values of fc.sample(stream, { numRuns: 40 * RUNS, seed: SEED })) {
    writeFileSync(join(folder, 'values.yaml'), values);
    const [theirs, ours] = [helm, pkg].map((program) => {
      const { status, stdout } = program(['template', 'c', '-f', 'values.yaml'], { cwd: folder });
      return { status, stdout };
    });
    expect(ours, JSON.stringify(values)).toEqual(theirs);
    if (ours?.status === 0) read++;
  }
  expect(read).toBeGreaterThan(3);
});
