/** Of several errors in a pipeline the first one in Go's order is reported, with helm's message. */
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { PkgError } from '../../../src/errors.ts';
import { temporaryFolder, writeFiles } from '../../chart/support.ts';
import { RUNS, SEED } from '../../support/generation.ts';
import { helm } from '../../support/helm.ts';
import { chartOf, render } from '../support.ts';

const VALUES = { n: 1, s: 'x', m: { a: 1 }, l: [1] };

/** What helm says of each template; `helm lint` goes on after a chart that fails. */
function helmErrors(templates: readonly string[]): string[] {
  const folder = temporaryFolder();
  for (const [index, template] of templates.entries()) {
    writeFiles(join(folder, String(index)), {
      'Chart.yaml': `apiVersion: v2\nname: c\nversion: 1.0.0\nicon: https://example.com/i.png\n`,
      'values.yaml': JSON.stringify(VALUES),
      'templates/NOTES.txt': `{{ ${template} }}`,
    });
  }
  const { stdout } = helm(['lint', ...templates.keys().map(String)], { cwd: folder });
  const errors: string[] = templates.map(() => '');
  for (const part of stdout.split(/^==> Linting /m)) {
    const [, index, text = ''] = /^(\d+)\n[^]*?\[ERROR\] templates\/: ([^]*?)\n\n/.exec(part) ?? [];
    if (index !== undefined) errors[Number(index)] = text;
  }
  return errors;
}

async function ourError(template: string): Promise<string> {
  try {
    await render(chartOf({ 'templates/NOTES.txt': `{{ ${template} }}` }, VALUES));
    return '';
  } catch (error) {
    if (error instanceof PkgError) return error.message;
    throw error;
  }
}

/** Commands that fail, each in its own way, and some that do not. The first of a pipeline has all of its arguments. */
const FIRST = [
  'index 1 0',
  'index 2 (index 1 0)',
  'call .Values.n',
  'call .Values.s 1',
  'call (index 1 0)',
  'call "text"',
  'call .Values.none',
  'call (printf "%d" 1) 2',
  'trunc 1',
  'trunc 1 2 3',
  '.Values.s.x',
  '.Values.none.x.y',
  '.Values.n 1',
  '.Values.s.x 1',
  'len 3',
  'trunc .Values.s .Values.n',
  'trunc (index 1 0) .Values.s.x',
  'and 1 (index 1 0)',
  'or 0 .Values.s.x',
  'not',
  '.Values.m',
  '.Values.n',
  '"text"',
  'print 1',
];

const NEXT = [
  'index 1',
  'index 1 0',
  'trunc 1 2',
  'trunc .Values.s',
  'trunc (index 1 0)',
  'call',
  'call .Values.n',
  '.Values.s.x',
  '.Values.s.x 1',
  '.Values.none.x',
  '.Values.n',
  '.Files.Get',
  '.Files.Get 1',
  '.Files.none',
  '(print 1).x',
  '(index 1 0).x',
  'and',
  'or (index 1 0)',
  'not',
  'not 1',
  'print',
  'len',
  'upper',
];

const pipeline = fc
  .tuple(fc.constantFrom(...FIRST), fc.array(fc.constantFrom(...NEXT), { maxLength: 2 }))
  .map(([first, rest]) => [first, ...rest].join(' | '));

test('the first error of a pipeline is that of helm', async () => {
  const single = FIRST.flatMap((first) => [
    first,
    `print (${first}) (index 7 0)`,
    `${first} | call`,
    `${first} | .Values.s.x`,
  ]);
  const templates = [...single, ...fc.sample(pipeline, { numRuns: 150 * RUNS, seed: SEED })];
  const theirs = helmErrors(templates);
  const different: unknown[] = [];
  for (const [index, template] of templates.entries()) {
    const ours = await ourError(template);
    const wanted = theirs[index] ?? '';
    if (ours === '' ? wanted !== '' : !wanted.endsWith(ours)) different.push({ template, ours, theirs: wanted });
  }
  expect(different).toEqual([]);
});
